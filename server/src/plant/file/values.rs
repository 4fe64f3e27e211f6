//! What a field may be: the spelling of values, their ranges and what stands for a field left out.

use std::fmt;
use std::marker::PhantomData;
use std::ops::{Deref, DerefMut};

use parabus_core::modbus::{RegisterKind, WriteFunction};
use parabus_core::value::{DataType, Decimal, Lang};
use serde::de::{SeqAccess, Visitor};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::super::own::Product;
use super::super::solution::SolutionKind;
use super::yaml::hint;
use crate::alarm::message::Channel;
use crate::alarm::model::{Level, MOST_MINUTES};
use crate::controller::{MOST_PASSWORD, is_password};
use crate::model::{DisabledBy, Framing, Mac, Parity, Role, SmsSettings};

/// A name of 1 to 200 characters, with where it stands.
#[derive(Clone, Debug, Default)]
pub struct Name {
    pub text: String,
    pub(in crate::plant) place: Place,
}

/// By the text alone.
impl PartialEq for Name {
    fn eq(&self, other: &Self) -> bool {
        self.text == other.text
    }
}

impl From<&str> for Name {
    fn from(text: &str) -> Self {
        Name { text: text.to_owned(), place: Place::default() }
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
        Ok(Name { text, place: spanned.place })
    }
}

/// Where something stands in the file; zeros where that is not known.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Place {
    pub line: u64,
    /// From 1.
    pub column: u64,
}

/// A value, with where it stands.
#[derive(Clone, Debug, Default)]
pub struct Spanned<T> {
    pub value: T,
    pub place: Place,
}

impl<T> From<T> for Spanned<T> {
    fn from(value: T) -> Self {
        Spanned { value, place: Place::default() }
    }
}

/// By the value alone.
impl<T: PartialEq> PartialEq for Spanned<T> {
    fn eq(&self, other: &Self) -> bool {
        self.value == other.value
    }
}

impl<T: Serialize> Serialize for Spanned<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.value.serialize(serializer)
    }
}

/// By this name the reader of the plant file gives line, column and value; others give the value alone.
pub(super) const SPANNED: &str = "parabus::Spanned";

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Spanned<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Placed<T>(PhantomData<T>);

        impl<'de, T: Deserialize<'de>> Visitor<'de> for Placed<T> {
            type Value = Spanned<T>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a value")
            }

            fn visit_newtype_struct<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
                T::deserialize(deserializer).map(Spanned::from)
            }

            fn visit_seq<A: SeqAccess<'de>>(self, mut parts: A) -> Result<Self::Value, A::Error> {
                let line = parts.next_element()?.unwrap_or_default();
                let column = parts.next_element()?.unwrap_or_default();
                let value = parts.next_element()?.ok_or_else(|| serde::de::Error::custom("no value"))?;
                Ok(Spanned { value, place: Place { line, column } })
            }
        }

        deserializer.deserialize_newtype_struct(SPANNED, Placed(PhantomData))
    }
}

/// A part of the file that may be left out, which says something else than that it is empty.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Section<C> {
    entries: C,
    is_there: bool,
}

impl<C> Section<C> {
    /// One that the file has.
    pub fn of(entries: C) -> Self {
        Section { entries, is_there: true }
    }

    /// Whether the file has this section.
    pub fn is_there(&self) -> bool {
        self.is_there
    }

    pub(super) fn is_left_out(&self) -> bool {
        !self.is_there
    }
}

impl<C> Deref for Section<C> {
    type Target = C;

    fn deref(&self) -> &C {
        &self.entries
    }
}

impl<C> DerefMut for Section<C> {
    fn deref_mut(&mut self) -> &mut C {
        &mut self.entries
    }
}

impl<'s, C> IntoIterator for &'s Section<C>
where
    &'s C: IntoIterator,
{
    type Item = <&'s C as IntoIterator>::Item;
    type IntoIter = <&'s C as IntoIterator>::IntoIter;

    fn into_iter(self) -> Self::IntoIter {
        (&self.entries).into_iter()
    }
}

impl<C: Serialize> Serialize for Section<C> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.entries.serialize(serializer)
    }
}

impl<'de, C: Deserialize<'de>> Deserialize<'de> for Section<C> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        C::deserialize(deserializer).map(|entries| Section { entries, is_there: true })
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

impl From<String> for Secret {
    fn from(text: String) -> Self {
        Secret(text)
    }
}

/// Only an export does this, and only if secrets are asked for.
impl Serialize for Secret {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.0)
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
        DataType::from_code(&code).map(TypeCode).map_err(|error| {
            serde::de::Error::custom({
                let codes = super::schema::type_codes();
                format!("`{code}`: {error}{}", hint(&code, codes.iter().map(String::as_str)))
            })
        })
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

pub(super) fn by_code<'de, D: Deserializer<'de>, T>(
    deserializer: D,
    from_code: impl FnOnce(&str) -> Option<T>,
    expected: &str,
) -> Result<T, D::Error> {
    let code = String::deserialize(deserializer)?;
    from_code(&code).ok_or_else(|| {
        let words = expected.split([',', ' ']).filter(|word| !matches!(*word, "" | "or" | "one" | "of"));
        serde::de::Error::custom(format!("unknown `{code}`, expected {expected}{}", hint(&code, words)))
    })
}

pub(super) fn lang<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Lang, D::Error> {
    by_code(deserializer, |code| Lang::from_code(code).ok(), "en, pl, ru or ua")
}

pub(super) fn some_lang<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Lang>, D::Error> {
    lang(deserializer).map(Some)
}

///
pub(super) fn slug<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<String>, D::Error> {
    let is_slug = |text: &str| {
        let is_part =
            |part: &str| !part.is_empty() && part.chars().all(|c| c.is_ascii_digit() || c.is_ascii_lowercase());
        text.split('-').all(is_part)
    };
    by_code(
        deserializer,
        |code| Some(code.to_owned()).filter(|code| is_slug(code)),
        "small letters, digits and single dashes between them",
    )
    .map(Some)
}

pub(super) fn solution<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<SolutionKind>, D::Error> {
    let codes: Vec<&str> = SolutionKind::ALL.iter().map(|kind| kind.code()).collect();
    by_code(deserializer, SolutionKind::from_code, &codes.join(", ")).map(Some)
}

pub(super) fn disabled_by<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<DisabledBy>, D::Error> {
    by_code(deserializer, DisabledBy::from_code, "admin, billing or user").map(Some)
}

pub(super) fn monthly_limit<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Exact>, D::Error> {
    let limit = Exact::deserialize(deserializer)?;
    let most = SmsSettings::MOST_MONEY;
    if limit.0 < Decimal::ZERO || limit.0 > Decimal::from(most) {
        return Err(serde::de::Error::custom(format!("`{}` is out of range, expected 0 to {most}", limit.0)));
    }
    Ok(Some(limit))
}

pub(super) fn role<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Role, D::Error> {
    let codes: Vec<&str> = Role::ALL.iter().map(|role| role.code()).collect();
    by_code(deserializer, Role::from_code, &codes.join(", "))
}

pub(super) fn register_kind<'de, D: Deserializer<'de>>(deserializer: D) -> Result<RegisterKind, D::Error> {
    by_code(deserializer, RegisterKind::from_code, "holding, input, coil or discrete-input")
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

// Lowest and highest value, both within.
pub(super) const INFLIGHT: (u8, u8) = (1, 16);
pub(super) const REQUEST_GAP_MS: (u16, u16) = (0, 10_000);
pub(super) const READ_GAP: (u8, u8) = (0, 124);
pub(super) const PERIODS_SEC: (u32, u32) = (1, 86_400);
pub(super) const TIMEOUTS_MS: (u32, u32) = (10, 60_000);
pub(super) const GROUP_SIZE: (u8, u8) = (1, 255);
pub(super) const BAUD: (u32, u32) = (300, 4_000_000);
pub(super) const STOP_BITS: (u8, u8) = (1, 2);
pub(super) const BIT: (u8, u8) = (0, 15);
pub(super) const PRECISION: (u8, u8) = (0, 15);
pub(super) const MINUTES: (u32, u32) = (0, MOST_MINUTES);

pub(super) fn within<'de, D: Deserializer<'de>, T>(deserializer: D, (low, high): (T, T)) -> Result<T, D::Error>
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
pub(super) fn passwords<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Vec<String>>, D::Error> {
    // What stands there instead may be one: it is not shown.
    let passwords = Vec::<String>::deserialize(deserializer);
    let passwords =
        passwords.map_err(|_| serde::de::Error::custom("expected a list of passwords: `[first, second]`"))?;
    match passwords.iter().position(|text| !is_password(text)) {
        None => Ok(Some(passwords)),
        Some(place) => Err(serde::de::Error::custom(format!(
            "[{place}]: expected at most {MOST_PASSWORD} characters, all of printable ASCII"
        ))),
    }
}

pub(super) fn inflight<'de, D: Deserializer<'de>>(deserializer: D) -> Result<u8, D::Error> {
    within(deserializer, INFLIGHT)
}

pub(super) fn request_gap<'de, D: Deserializer<'de>>(deserializer: D) -> Result<u16, D::Error> {
    within(deserializer, REQUEST_GAP_MS)
}

pub(super) fn gap<'de, D: Deserializer<'de>>(deserializer: D) -> Result<u8, D::Error> {
    within(deserializer, READ_GAP)
}

pub(super) fn period<'de, D: Deserializer<'de>>(deserializer: D) -> Result<u32, D::Error> {
    within(deserializer, PERIODS_SEC)
}

pub(super) fn timeout<'de, D: Deserializer<'de>>(deserializer: D) -> Result<u32, D::Error> {
    within(deserializer, TIMEOUTS_MS)
}

pub(in crate::plant) fn group_size<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<u8>, D::Error> {
    within(deserializer, GROUP_SIZE).map(Some)
}

pub(super) fn baud<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<u32>, D::Error> {
    within(deserializer, BAUD).map(Some)
}

pub(super) fn stop_bits<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<u8>, D::Error> {
    within(deserializer, STOP_BITS).map(Some)
}

pub(super) fn bit<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<u8>, D::Error> {
    within(deserializer, BIT).map(Some)
}

pub(super) fn precision<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<u8>, D::Error> {
    within(deserializer, PRECISION).map(Some)
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

pub(super) fn is_default<T: Default + PartialEq>(value: &T) -> bool {
    *value == T::default()
}

pub(super) const fn is_single(count: &u8) -> bool {
    *count == 1
}

pub(super) fn is_one(number: &Exact) -> bool {
    number.0 == Decimal::ONE
}

pub(super) fn is_zero(number: &Exact) -> bool {
    number.0.is_zero()
}

/// Writes values by their codes.
pub(in crate::plant) mod codes {
    use std::fmt;

    use parabus_core::alert::{Logic, Stage};
    use parabus_core::modbus::{RegisterKind, WriteFunction};
    use parabus_core::value::Lang;
    use serde::Serializer;

    use super::{Channel, Level};
    use crate::model::{DisabledBy, Framing, Parity, Role};
    use crate::plant::solution::SolutionKind;

    pub trait Coded {
        fn spelling(&self) -> &'static str;
    }

    macro_rules! coded {
        ($($type:ty),+) => {
            $(impl Coded for $type {
                fn spelling(&self) -> &'static str {
                    self.code()
                }
            })+
        };
    }

    coded!(
        Lang,
        Role,
        RegisterKind,
        WriteFunction,
        SolutionKind,
        DisabledBy,
        Framing,
        Parity,
        Channel,
        Level,
        Logic,
        Stage
    );

    pub fn always<T: Coded, S: Serializer>(value: &T, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(value.spelling())
    }

    pub fn optional<T: Coded, S: Serializer>(value: &Option<T>, serializer: S) -> Result<S::Ok, S::Error> {
        match value {
            Some(value) => always(value, serializer),
            None => serializer.serialize_none(),
        }
    }

    pub fn optional_text<T: fmt::Display, S: Serializer>(value: &Option<T>, serializer: S) -> Result<S::Ok, S::Error> {
        match value {
            Some(value) => serializer.collect_str(value),
            None => serializer.serialize_none(),
        }
    }
}
