//! Values: `decode_value`, `encode_value`, `format_value`.

use alloc::borrow::ToOwned;
use alloc::collections::BTreeMap;
use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec;
use alloc::vec::Vec;

use serde::{Deserialize, Serialize};

use super::Error;
use crate::error::ErrorKind;
use crate::value::{Codec, DataType, Decimal, Format, Lang, Numbers, Value, ValueError};

/// Call of [`decode_value`].
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DecodeValue {
    /// Registers as the device sent them; a coil or discrete input is one register, 0 or 1.
    pub registers: Vec<u16>,
    /// Code of DOMAIN.md D-14.
    #[serde(alias = "dataType")]
    pub data_type: String,
    /// Decimal text.
    #[serde(default = "one")]
    pub multiplier: String,
    /// Decimal text.
    #[serde(default = "zero")]
    pub shift: String,
    /// Digits after the point where the value is shown; `decode_value` itself never rounds.
    pub precision: Option<u8>,
    /// Position of the bit, 0..=15, for data type `bit`.
    pub bit: Option<u8>,
    /// Number of bits, for data types of several bits.
    pub bits: Option<u8>,
}

/// Answer of [`decode_value`].
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct DecodedValue {
    /// Exact plain decimal text; a bit is `1` or `0`.
    pub text: String,
    /// The nearest binary64 number; `None` beyond its range.
    pub number: Option<f64>,
    /// The integer, if the value is one from −2^63 to 2^64 − 1.
    pub int: Option<i128>,
}

/// Call of [`encode_value`]. Fields as in [`DecodeValue`].
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct EncodeValue {
    /// Decimal text; for a bit `0`, `1`, `false` or `true`.
    pub text: String,
    /// Code of DOMAIN.md D-14.
    #[serde(alias = "dataType")]
    pub data_type: String,
    /// Decimal text, not zero.
    #[serde(default = "one")]
    pub multiplier: String,
    /// Decimal text.
    #[serde(default = "zero")]
    pub shift: String,
    /// Has no influence on what is written.
    pub precision: Option<u8>,
    /// Position of the bit, 0..=15, for data type `bit`.
    pub bit: Option<u8>,
    /// Number of bits, for data types of several bits.
    pub bits: Option<u8>,
}

/// Call of [`format_value`].
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FormatValue {
    /// A bit, or decimal text.
    pub value: BitOrNumber,
    /// `en`, `pl`, `ru` or `ua`.
    pub lang: String,
    /// Name of the unit.
    pub unit: Option<String>,
    /// Digits after the point; without it those that the number has, at most 6.
    pub precision: Option<u8>,
    /// Texts shown in place of certain numbers: number as text, text.
    pub texts: Option<BTreeMap<String, String>>,
    /// `plain`: a point, no groups; `cldr`: as the language writes them.
    #[serde(default = "plain")]
    pub numbers: String,
}

/// What [`format_value`] prints.
#[derive(Clone, Debug, Deserialize)]
#[serde(untagged, expecting = "expected true, false or decimal text")]
pub enum BitOrNumber {
    /// A bit.
    Bit(bool),
    /// Decimal text.
    Number(String),
}

/// Registers to a value.
///
/// # Errors
/// The kinds of [`ValueError`]; the offset is the index of a register, or a byte of the multiplier
/// or shift.
pub fn decode_value(call: &DecodeValue) -> Result<DecodedValue, Error> {
    let codec = codec(&call.data_type, &call.multiplier, &call.shift, call.bit, call.bits)?;
    let value = codec.precision(call.precision).decode(&call.registers)?;
    let number = value.decimal();
    Ok(DecodedValue {
        text: value.to_string(),
        number: Some(number.to_f64()).filter(|number| number.is_finite()),
        int: number.to_i128().filter(|int| (i64::MIN.into()..=u64::MAX.into()).contains(int)),
    })
}

/// A value to registers; bits and bytes that do not belong to it are 0.
///
/// # Errors
/// The kinds of [`ValueError`]; the offset is a byte of the text, the multiplier or the shift.
pub fn encode_value(call: &EncodeValue) -> Result<Vec<u16>, Error> {
    let codec = codec(&call.data_type, &call.multiplier, &call.shift, call.bit, call.bits)?;
    let mut registers = vec![0; codec.register_count()];
    codec.encode(&call.text, &mut registers).map_err(|error| of_input("text", &call.text, error))?;
    Ok(registers)
}

/// A value to the text that a person reads.
///
/// # Errors
/// The kinds of [`ValueError`], and `unknown-number-style`.
pub fn format_value(call: &FormatValue) -> Result<String, Error> {
    let lang = Lang::from_code(&call.lang).map_err(|error| of_input("lang", &call.lang, error))?;
    let numbers = Numbers::from_code(&call.numbers).map_err(|error| of_input("numbers", &call.numbers, error))?;
    let value = match &call.value {
        BitOrNumber::Bit(bit) => Value::Bit(*bit),
        BitOrNumber::Number(text) => Value::Number(decimal("value", text)?),
    };
    let texts = call.texts.iter().flatten().map(|(key, text)| (key.as_str(), text.as_str()));
    let texts: Vec<_> = texts.collect();
    let decimals = call.precision;
    Ok(value.format(&Format { lang, numbers, unit: call.unit.as_deref(), decimals, texts: &texts }).to_string())
}

impl From<ValueError> for Error {
    fn from(error: ValueError) -> Self {
        Error { kind: error.kind(), message: error.to_string(), offset: error.offset() }
    }
}

fn codec(data_type: &str, multiplier: &str, shift: &str, bit: Option<u8>, bits: Option<u8>) -> Result<Codec, Error> {
    let data_type = DataType::from_code(data_type).map_err(|error| of_input("data_type", data_type, error))?;
    let option = |name: &str, expected: &str| Error {
        kind: ErrorKind::BitPosition,
        message: format!("`{name}` with data type `{data_type}`, expected {expected}"),
        offset: None,
    };
    if bits.is_some() {
        return Err(option("bits", "none"));
    }
    if bit.is_some() && data_type != DataType::Bit {
        return Err(option("bit", "data type `bit`"));
    }
    let (multiplier, shift) = (decimal("multiplier", multiplier)?, decimal("shift", shift)?);
    Ok(Codec::new(data_type).multiplier(multiplier).shift(shift).bit(bit.unwrap_or(0))?)
}

fn decimal(field: &str, text: &str) -> Result<Decimal, Error> {
    Decimal::parse(text).map_err(|error| of_input(field, text, error))
}

pub(super) fn of_input(field: &str, text: &str, error: ValueError) -> Error {
    Error { message: format!("{field} `{text}`: {error}"), ..error.into() }
}

fn one() -> String {
    "1".to_owned()
}

fn zero() -> String {
    "0".to_owned()
}

fn plain() -> String {
    "plain".to_owned()
}
