//! Numbers in languages: `format_number`, `plural_category`.

use alloc::borrow::ToOwned;
use alloc::string::{String, ToString};

use serde::Deserialize;

use super::Error;
use super::value::of_input;
use crate::value::{Digits, Grouping, Lang, NumberFormat};

/// Call of [`format_number`].
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FormatNumber {
    /// Decimal text of at most 100 digits.
    pub text: String,
    /// `en`, `pl`, `ru` or `ua`.
    pub lang: String,
    /// Digits behind the point at least, 0..=100.
    #[serde(default)]
    pub min_fraction: u8,
    /// Digits behind the point at most, 0..=100: the number is rounded half away from zero, and has
    /// no trailing zeros beyond `min_fraction`. Without it all that the text has.
    pub max_fraction: Option<u8>,
    /// `auto`, `always`, `min2` or `never`.
    #[serde(default = "auto")]
    pub grouping: String,
}

/// Call of [`plural_category`].
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PluralCategory {
    /// Decimal text as it is shown: `1` and `1.0` take different forms.
    pub text: String,
    /// `en`, `pl`, `ru` or `ua`.
    pub lang: String,
}

/// A number as the language writes it. Zero has no minus.
///
/// # Errors
/// `number-syntax` with the offset in the text, `number-too-long`, `unknown-language`,
/// `unknown-number-style` for the grouping, `fraction-digits`.
pub fn format_number(call: &FormatNumber) -> Result<String, Error> {
    let lang = Lang::from_code(&call.lang).map_err(|error| of_input("lang", &call.lang, error))?;
    let grouping = Grouping::from_code(&call.grouping).map_err(|error| of_input("grouping", &call.grouping, error))?;
    let format = NumberFormat::new(lang).grouping(grouping).fraction(call.min_fraction, call.max_fraction)?;
    Ok(format.number(digits(&call.text)?).to_string())
}

/// The form of a word behind a number: `one`, `few`, `many` or `other`.
///
/// # Errors
/// `number-syntax` with the offset in the text, `number-too-long`, `unknown-language`.
pub fn plural_category(call: &PluralCategory) -> Result<&'static str, Error> {
    let lang = Lang::from_code(&call.lang).map_err(|error| of_input("lang", &call.lang, error))?;
    Ok(lang.plural_category(&digits(&call.text)?).code())
}

fn digits(text: &str) -> Result<Digits, Error> {
    Digits::parse(text).map_err(|error| of_input("text", text, error))
}

fn auto() -> String {
    "auto".to_owned()
}
