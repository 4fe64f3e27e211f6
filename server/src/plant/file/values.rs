//! What a field may be: the spelling of values, their ranges and what stands for a field left out.

use std::fmt;

use parabus_core::modbus::{RegisterKind, WriteFunction};
use parabus_core::value::{DataType, Decimal, Lang};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_saphyr::Spanned;

use super::super::own::Product;
use crate::controller::{MOST_PASSWORD, is_password};
use crate::model::{Framing, Mac, Parity, Role};

/// A name of 1 to 200 characters, with where it stands.
#[derive(Clone, Debug, Default)]
pub struct Name {
    pub text: String,
    /// 0 where none is known.
    pub(in crate::plant) line: u64,
}

/// By the text alone.
impl PartialEq for Name {
    fn eq(&self, other: &Self) -> bool {
        self.text == other.text
    }
}

impl Name {
    /// A field that was left out.
    pub fn is_empty(&self) -> bool {
        self.text.is_empty()
    }
}

impl Serialize for Name {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.text)
    }
}

impl<'de> Deserialize<'de> for Name {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let spanned = Spanned::<String>::deserialize(deserializer)?;
        let text = spanned.value.trim().to_owned();
        if text.is_empty() || text.chars().count() > 200 {
            return Err(serde::de::Error::custom("a name has 1 to 200 characters"));
        }
        Ok(Name { text, line: spanned.referenced.line() })
    }
}

/// A text that may stand in the environment instead of the file.
#[derive(Clone)]
pub struct Secret(String);

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret")
    }
}

impl<'de> Deserialize<'de> for Secret {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        match text.strip_prefix("env:") {
            None => Ok(Secret(text)),
            Some(name) => std::env::var(name)
                .map(Secret)
                .map_err(|_| serde::de::Error::custom(format!("the environment variable `{name}` is not set"))),
        }
    }
}

impl Secret {
    pub fn reveal(&self) -> &str {
        &self.0
    }
}

/// An exact decimal: the number's digits as they stand in the file.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Exact(pub Decimal);

impl<'de> Deserialize<'de> for Exact {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        Decimal::parse(&text)
            .map(Exact)
            .map_err(|error| serde::de::Error::custom(format!("`{text}` is not a decimal number: {error}")))
    }
}

/// A number where a binary fraction says exactly the same digits, else a text.
impl Serialize for Exact {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let text = self.0.to_string();
        if let Some(whole) = text.parse::<i64>().ok().filter(|whole| whole.to_string() == text) {
            return serializer.serialize_i64(whole);
        }
        match text.parse::<f64>() {
            Ok(float) if float.to_string() == text => serializer.serialize_f64(float),
            _ => serializer.serialize_str(&text),
        }
    }
}

/// A type code that core decodes.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct TypeCode(pub DataType);

impl<'de> Deserialize<'de> for TypeCode {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let code = String::deserialize(deserializer)?;
        DataType::from_code(&code).map(TypeCode).map_err(|error| serde::de::Error::custom(format!("`{code}`: {error}")))
    }
}

impl Serialize for TypeCode {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(&self.0)
    }
}

/// A language code as a key.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Language(pub String);

impl<'de> Deserialize<'de> for Language {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        lang(deserializer).map(|lang| Language(lang.code().to_owned()))
    }
}

fn by_code<'de, D: Deserializer<'de>, T>(
    deserializer: D,
    from_code: impl FnOnce(&str) -> Option<T>,
    expected: &str,
) -> Result<T, D::Error> {
    let code = String::deserialize(deserializer)?;
    from_code(&code).ok_or_else(|| serde::de::Error::custom(format!("unknown `{code}`, expected {expected}")))
}

pub(super) fn lang<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Lang, D::Error> {
    by_code(deserializer, |code| Lang::from_code(code).ok(), "en, pl, ru or ua")
}

pub(super) fn role<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Role, D::Error> {
    let codes: Vec<&str> = Role::ALL.iter().map(|role| role.code()).collect();
    by_code(deserializer, Role::from_code, &codes.join(", "))
}

pub(super) fn register_kind<'de, D: Deserializer<'de>>(deserializer: D) -> Result<RegisterKind, D::Error> {
    by_code(deserializer, RegisterKind::from_code, "holding, input, coil or discrete-input")
}

pub(super) fn kind_code<S: Serializer>(kind: &RegisterKind, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(kind.code())
}

pub(in crate::plant) fn write_function<'de, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<Option<WriteFunction>, D::Error> {
    by_code(deserializer, WriteFunction::from_code, "normal, always-6 or always-16").map(Some)
}

pub(super) fn framing<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Framing>, D::Error> {
    by_code(deserializer, Framing::from_code, "tcp or rtu").map(Some)
}

pub(super) fn parity<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Parity>, D::Error> {
    by_code(deserializer, Parity::from_code, "none, even or odd").map(Some)
}

pub(super) fn mac<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Mac>, D::Error> {
    by_code(deserializer, Mac::parse, "six bytes such as d8:80:39:4e:8d:e9").map(Some)
}

impl<'de> Deserialize<'de> for Product {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let expected = format!("one of em130, {}", crate::controller::ControllerMap::skus());
        by_code(deserializer, Product::of_sku, &expected)
    }
}

fn within<'de, D: Deserializer<'de>, T>(deserializer: D, low: T, high: T) -> Result<T, D::Error>
where
    T: Deserialize<'de> + PartialOrd + fmt::Display,
{
    let number = T::deserialize(deserializer)?;
    if number < low || number > high {
        return Err(serde::de::Error::custom(format!("`{number}` is out of range, expected {low} to {high}")));
    }
    Ok(number)
}

/// The texts themselves stay out of messages.
pub(super) fn passwords<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<String>, D::Error> {
    let passwords = Vec::<String>::deserialize(deserializer)?;
    match passwords.iter().position(|text| !is_password(text)) {
        None => Ok(passwords),
        Some(place) => Err(serde::de::Error::custom(format!(
            "[{place}]: expected at most {MOST_PASSWORD} characters, all of printable ASCII"
        ))),
    }
}

pub(super) fn inflight<'de, D: Deserializer<'de>>(deserializer: D) -> Result<u8, D::Error> {
    within(deserializer, 1, 16)
}

pub(super) fn request_gap<'de, D: Deserializer<'de>>(deserializer: D) -> Result<u16, D::Error> {
    within(deserializer, 0, 10_000)
}

pub(super) fn gap<'de, D: Deserializer<'de>>(deserializer: D) -> Result<u8, D::Error> {
    within(deserializer, 0, 124)
}

pub(super) fn period<'de, D: Deserializer<'de>>(deserializer: D) -> Result<u32, D::Error> {
    within(deserializer, 1, 86_400)
}

pub(super) fn timeout<'de, D: Deserializer<'de>>(deserializer: D) -> Result<u32, D::Error> {
    within(deserializer, 10, 60_000)
}

pub(in crate::plant) fn group_size<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<u8>, D::Error> {
    within(deserializer, 1, 255).map(Some)
}

pub(super) fn baud<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<u32>, D::Error> {
    within(deserializer, 300, 4_000_000).map(Some)
}

pub(super) fn stop_bits<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<u8>, D::Error> {
    within(deserializer, 1, 2).map(Some)
}

pub(super) fn bit<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<u8>, D::Error> {
    within(deserializer, 0, 15).map(Some)
}

pub(super) fn precision<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<u8>, D::Error> {
    within(deserializer, 0, 15).map(Some)
}

pub(super) const fn english() -> Lang {
    Lang::En
}

pub(super) const fn controller_unit() -> u8 {
    // Factory setting of the controllers that the API was made for (DOMAIN.md 2.10).
    111
}

pub(super) const fn one() -> u8 {
    1
}

/// Seconds between background readings of a device that does not say.
pub const PERIOD_SEC: u32 = 60;
/// Milliseconds until a reply has to be there.
pub const TIMEOUT_MS: u32 = 1000;
/// Repetitions of a request that timed out.
pub const RETRIES: u8 = 1;

pub(super) const fn period_sec() -> u32 {
    PERIOD_SEC
}

pub(super) const fn timeout_ms() -> u32 {
    TIMEOUT_MS
}

pub(super) const fn retries() -> u8 {
    RETRIES
}

pub(super) const fn decimal_one() -> Exact {
    Exact(Decimal::ONE)
}

pub(super) const fn decimal_zero() -> Exact {
    Exact(Decimal::ZERO)
}

pub(super) const fn yes() -> bool {
    true
}

pub(super) const fn is_yes(flag: &bool) -> bool {
    *flag
}

pub(super) const fn is_no(flag: &bool) -> bool {
    !*flag
}

pub(super) fn is_one(number: &Exact) -> bool {
    number.0 == Decimal::ONE
}

pub(super) fn is_zero(number: &Exact) -> bool {
    number.0.is_zero()
}
