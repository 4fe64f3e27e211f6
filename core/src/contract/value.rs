//! Values: `decode_value`, `encode_value`, `decode_array`, `format_value`.

use alloc::borrow::ToOwned;
use alloc::collections::BTreeMap;
use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec;
use alloc::vec::Vec;

use serde::{Deserialize, Serialize};

use super::Error;
use crate::error::ErrorKind;
use crate::value::{ArrayDecoded, Codec, DataType, Decimal, Format, Lang, Numbers, Source, Value, ValueError};

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
    /// Position of the bit, 0..=15, for data types `bit`, `bits` and `enum`: of several bits the lowest.
    pub bit: Option<u8>,
    /// Number of bits, for data types `bits` and `enum`; of a text, its length in registers.
    pub bits: Option<u8>,
    /// Raw bits that stand for "no value", at most 2.
    pub not_available: Option<Vec<RawCode>>,
}

/// Raw bits in their natural order, without a sign.
#[derive(Clone, Debug, Deserialize)]
#[serde(untagged, expecting = "expected a whole number from 0, or its decimal text")]
pub enum RawCode {
    /// As a number.
    Number(u64),
    /// As decimal text.
    Text(String),
}

/// Answer of [`decode_value`].
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct DecodedValue {
    /// Exact plain decimal text; a bit is `1` or `0`. Of a text or an address, the text.
    pub text: String,
    /// The nearest binary64 number; `None` beyond its range, and of a text or an address.
    pub number: Option<f64>,
    /// The integer, if the value is one from −2^63 to 2^64 − 1.
    pub int: Option<i128>,
}

/// Call of [`encode_value`]. Fields as in [`DecodeValue`].
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct EncodeValue {
    /// Decimal text; for a bit `0`, `1`, `false` or `true`; a text; an address.
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
    /// Position of the bit, 0..=15, for data types `bit`, `bits` and `enum`: of several bits the lowest.
    pub bit: Option<u8>,
    /// Number of bits, for data types `bits` and `enum`; of a text, its length in registers: without it,
    /// as many as it needs.
    pub bits: Option<u8>,
}

/// Call of `decode_array` but for the arrays. Fields as in [`DecodeValue`].
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DecodeArray {
    /// Code of DOMAIN.md D-14 of a type whose values are numbers.
    #[serde(alias = "dataType")]
    pub data_type: String,
    /// Decimal text.
    #[serde(default = "one")]
    pub multiplier: String,
    /// Decimal text.
    #[serde(default = "zero")]
    pub shift: String,
    /// Position of the bit.
    pub bit: Option<u8>,
    /// Number of bits.
    pub bits: Option<u8>,
    /// Raw bits that stand for "no value", at most 2.
    pub not_available: Option<Vec<RawCode>>,
}

/// `decode_array`: arrays do not pass through objects, so that a call first says what comes of it, and
/// then fills the caller's array.
#[derive(Clone, Copy, Debug)]
pub struct ArrayDecoder(Codec);

impl ArrayDecoder {
    /// # Errors
    /// The kinds of [`ValueError`].
    pub fn new(call: &DecodeArray) -> Result<Self, Error> {
        let codec = codec(&call.data_type, &call.multiplier, &call.shift, call.bit, call.bits)?;
        Ok(ArrayDecoder(codec.not_available(codes(call.not_available.as_deref())?)))
    }

    /// Whether the result is one of integers: a type of them, multiplier 1 and shift 0.
    pub fn is_integer(&self) -> bool {
        self.0.is_integer()
    }

    /// Values in so many bytes of registers.
    ///
    /// # Errors
    /// `register-count` if the last one is cut off, `not-numeric` for texts and addresses.
    pub fn length(&self, byte_count: usize) -> Result<usize, Error> {
        Ok(self.0.array_length(byte_count)?)
    }

    /// To binary64 numbers; what is no value is NaN.
    ///
    /// # Errors
    /// Those of [`length`](Self::length), and `buffer-too-small`.
    pub fn floats(&self, source: Source<'_>, out: &mut [f64]) -> Result<ArrayDecoded, Error> {
        Ok(self.0.decode_array(source, out)?)
    }

    /// To integers.
    ///
    /// # Errors
    /// Those of [`floats`](Self::floats), `not-numeric` if there is a fraction or a scale, and of the first
    /// value that is none `not-available`, `value-range` (2^63 or more) or `bcd-digit`.
    pub fn integers(&self, source: Source<'_>, out: &mut [i64]) -> Result<usize, Error> {
        Ok(self.0.decode_array_integers(source, out)?)
    }
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
    let codec = codec.precision(call.precision).not_available(codes(call.not_available.as_deref())?);
    let value = codec.decode(&call.registers)?;
    let decimal = value.decimal();
    Ok(DecodedValue {
        text: value.to_string(),
        number: decimal.map(|number| number.to_f64()).filter(|number| number.is_finite()),
        int: decimal
            .and_then(|number| number.to_i128())
            .filter(|int| (i64::MIN.into()..=u64::MAX.into()).contains(int)),
    })
}

/// A value to registers; bits and bytes that do not belong to it are 0.
///
/// # Errors
/// The kinds of [`ValueError`]; the offset is a byte of the text, the multiplier or the shift.
pub fn encode_value(call: &EncodeValue) -> Result<Vec<u16>, Error> {
    let codec = codec(&call.data_type, &call.multiplier, &call.shift, call.bit, call.bits)?;
    let mut registers = vec![0; codec.written_count(&call.text)];
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
    let is_text = matches!(data_type, DataType::Text(_));
    let has_bits = matches!(data_type, DataType::Bits | DataType::Enum) || is_text;
    match (bit, bits) {
        (Some(_), _) if !data_type.is_part() => return Err(option("bit", "data type `bit`, `bits` or `enum`")),
        (_, Some(_)) if !has_bits => return Err(option("bits", "none")),
        (_, None) if data_type == DataType::Bits => return Err(option("bits: none", "their number")),
        _ => {}
    }
    let (multiplier, shift) = (decimal("multiplier", multiplier)?, decimal("shift", shift)?);
    let codec = Codec::new(data_type).multiplier(multiplier).shift(shift).bit(bit.unwrap_or(0))?;
    Ok(bits.map_or(Ok(codec), |bits| codec.bits(bits))?)
}

fn codes(codes: Option<&[RawCode]>) -> Result<[Option<u64>; 2], Error> {
    let mut given = codes.unwrap_or_default().iter().map(|code| match code {
        RawCode::Number(code) => Ok(*code),
        RawCode::Text(text) => {
            let code = decimal("not_available", text)?.to_i128().and_then(|code| u64::try_from(code).ok());
            code.ok_or_else(|| refused_code(format!("not_available `{text}`, expected 0 to 2^64 - 1")))
        }
    });
    let codes = [given.next().transpose()?, given.next().transpose()?];
    match given.next() {
        Some(_) => Err(refused_code("more codes in `not_available`, expected at most 2".to_owned())),
        None => Ok(codes),
    }
}

fn refused_code(message: String) -> Error {
    Error { kind: ErrorKind::ValueRange, message, offset: None }
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
