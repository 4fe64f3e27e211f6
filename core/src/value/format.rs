//! Values for people: number and unit, or a word (DOMAIN.md A-8, D-15).

use core::fmt;

use super::{Decimal, Value, ValueError, number};

/// Decimals of a float that has no precision of its own.
const MOST_DECIMALS: u8 = 6;

/// A language of the API. `ua` is the API's code of Ukrainian (DOMAIN.md 1.2).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Lang {
    /// English.
    En,
    /// Polish.
    Pl,
    /// Russian.
    Ru,
    /// Ukrainian.
    Ua,
}

impl Lang {
    /// Every language.
    pub const ALL: [Lang; 4] = [Lang::En, Lang::Pl, Lang::Ru, Lang::Ua];

    /// The API's code.
    pub const fn code(self) -> &'static str {
        match self {
            Lang::En => "en",
            Lang::Pl => "pl",
            Lang::Ru => "ru",
            Lang::Ua => "ua",
        }
    }

    /// Reads a code of the API.
    pub fn from_code(code: &str) -> Result<Self, ValueError> {
        Lang::ALL.into_iter().find(|lang| lang.code() == code).ok_or(ValueError::UnknownLanguage)
    }

    /// The word for a bit that has no texts of its own.
    #[must_use]
    pub const fn word(self, bit: bool) -> &'static str {
        match (self, bit) {
            (Lang::En, false) => "False",
            (Lang::En, true) => "True",
            (Lang::Pl, false) => "Fałsz",
            (Lang::Pl, true) => "Prawda",
            (Lang::Ru, false) => "Ложь",
            (Lang::Ru, true) => "Истина",
            (Lang::Ua, false) => "Хибність",
            (Lang::Ua, true) => "Істина",
        }
    }
}

/// How numbers of values are written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Numbers {
    /// With a point and without groups in every language, as in the API (DOMAIN.md A-8).
    #[default]
    Plain,
    /// As the language writes them (CLDR).
    Cldr,
}

impl Numbers {
    /// Reads a name: `plain` or `cldr`.
    ///
    /// # Errors
    /// [`ValueError::UnknownNumbers`].
    pub fn from_code(code: &str) -> Result<Self, ValueError> {
        match code {
            "plain" => Ok(Numbers::Plain),
            "cldr" => Ok(Numbers::Cldr),
            _ => Err(ValueError::UnknownNumbers),
        }
    }
}

/// How a value is shown.
#[derive(Clone, Copy, Debug)]
pub struct Format<'a> {
    /// Language of words, and of numbers if they follow it.
    pub lang: Lang,
    /// How numbers are written.
    pub numbers: Numbers,
    /// Printed after the number and one space.
    pub unit: Option<&'a str>,
    /// Digits behind the point, rounded half away from zero and padded; `None` shows those that
    /// the number has, at most 6.
    pub decimals: Option<u8>,
    /// Words in place of certain numbers: number as text, word.
    pub texts: &'a [(&'a str, &'a str)],
}

impl<'a> Format<'a> {
    /// No unit, no words, the number's own decimals.
    pub const fn new(lang: Lang) -> Self {
        Format { lang, numbers: Numbers::Plain, unit: None, decimals: None, texts: &[] }
    }
}

/// A value with its format, ready to print.
#[derive(Clone, Copy, Debug)]
pub struct Formatted<'a> {
    value: Value<'a>,
    format: Format<'a>,
}

impl<'a> Formatted<'a> {
    pub(super) const fn new(value: Value<'a>, format: Format<'a>) -> Self {
        Formatted { value, format }
    }
}

impl fmt::Display for Formatted<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Some(number) = self.value.decimal() else { return self.value.fmt(f) };
        let is_this = |(key, _): &&(&str, &str)| Decimal::parse(key).is_ok_and(|key| key == number);
        if let Some((_, text)) = self.format.texts.iter().find(is_this) {
            return f.write_str(text);
        }
        if let Value::Bit(bit) = self.value {
            return f.write_str(self.format.lang.word(bit));
        }
        let symbols = match self.format.numbers {
            Numbers::Plain => number::PLAIN,
            Numbers::Cldr => self.format.lang.symbols(),
        };
        let most = Some(MOST_DECIMALS.into()).filter(|most| number.decimals() > *most);
        let decimals = self.format.decimals.map(u16::from);
        number::print_decimal(number, &symbols, decimals.unwrap_or(0), decimals.or(most), f)?;
        match self.format.unit {
            Some(unit) if !unit.is_empty() => {
                f.write_str(" ")?;
                f.write_str(unit)
            }
            _ => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::string::{String, ToString};

    fn shown(text: &str, decimals: Option<u8>, unit: Option<&str>) -> String {
        let value = Value::Number(Decimal::parse(text).unwrap());
        value.format(&Format { decimals, unit, ..Format::new(Lang::Pl) }).to_string()
    }

    #[test]
    fn numbers_have_a_plain_point_and_one_space_before_the_unit() {
        assert_eq!(shown("25.0", None, Some("°C")), "25.0 °C");
        assert_eq!(shown("12.3400001", Some(2), Some("kg")), "12.34 kg");
        assert_eq!(shown("1234567.5", None, None), "1234567.5");
        assert_eq!(shown("0.30000000000000004", None, Some("")), "0.3");
        assert_eq!(shown("5", Some(2), None), "5.00");
    }

    #[test]
    fn numbers_can_follow_the_language() {
        let value = Value::Number(Decimal::parse("-12345.678").unwrap());
        let shown = |lang, decimals| {
            let format = Format { numbers: Numbers::Cldr, decimals, unit: Some("kW"), ..Format::new(lang) };
            value.format(&format).to_string()
        };
        assert_eq!(shown(Lang::En, Some(1)), "-12,345.7 kW");
        assert_eq!(shown(Lang::Pl, None), "-12\u{a0}345,678 kW");
        assert_eq!(shown(Lang::Ua, Some(255)).len(), "-12\u{a0}345, kW".len() + 255);
    }

    #[test]
    fn bits_and_known_numbers_are_words() {
        let words: std::vec::Vec<String> =
            Lang::ALL.iter().map(|lang| Value::Bit(true).format(&Format::new(*lang)).to_string()).collect();
        assert_eq!(words, ["True", "Prawda", "Истина", "Істина"]);
        let format = Format { unit: Some("kW"), texts: &[("0", "Off"), ("1.0", "On")], ..Format::new(Lang::En) };
        assert_eq!(Value::Bit(false).format(&format).to_string(), "Off");
        assert_eq!(Value::Number(Decimal::ONE).format(&format).to_string(), "On");
        assert_eq!(Value::Number(Decimal::from(2u64)).format(&format).to_string(), "2 kW");
    }
}
