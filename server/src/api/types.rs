//! Small types that many endpoints share: identifiers, lists, languages, dates, exact numbers.

use std::fmt::Display;

use parabus_core::aggregate;
use parabus_core::time::Instant;
use parabus_core::value::{Decimal, Lang, Value};
use serde::de::{Deserializer, Error, Visitor};
use serde::{Deserialize, Serialize, Serializer};
use serde_json::value::RawValue;
use utoipa::openapi::schema::{ArrayBuilder, ObjectBuilder, Schema, SchemaType, Type};
use utoipa::openapi::{KnownFormat, RefOr, SchemaFormat};
use utoipa::{PartialSchema, ToSchema};

/// Most identifiers in one list: a bound on the work of one request.
pub const MOST_IDS: usize = 1000;

/// Documents a type as one of OpenAPI's primitive types.
macro_rules! primitive_schema {
    ($type:ty, $kind:expr, $format:expr, $about:literal) => {
        impl PartialSchema for $type {
            fn schema() -> RefOr<Schema> {
                ObjectBuilder::new()
                    .schema_type(SchemaType::new($kind))
                    .format($format)
                    .description(Some($about))
                    .into()
            }
        }
        impl ToSchema for $type {}
    };
}

/// An integer identifier; numeric strings are read, too (D-03).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
pub struct Id(pub i64);

impl<'de> Deserialize<'de> for Id {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct IdVisitor;
        impl Visitor<'_> for IdVisitor {
            type Value = Id;
            fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str("an identifier: a whole number, or its digits as a string")
            }
            fn visit_i64<E: Error>(self, number: i64) -> Result<Id, E> {
                Ok(Id(number))
            }
            fn visit_u64<E: Error>(self, number: u64) -> Result<Id, E> {
                i64::try_from(number)
                    .map(Id)
                    .map_err(|_| E::custom(format!("`{number}` is too large for an identifier")))
            }
            fn visit_str<E: Error>(self, text: &str) -> Result<Id, E> {
                parse_id(text).ok_or_else(|| E::custom(format!("`{text}` is not an identifier, expected digits")))
            }
        }
        deserializer.deserialize_any(IdVisitor)
    }
}

fn parse_id(text: &str) -> Option<Id> {
    let digits = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    digits.then(|| text.parse().ok().map(Id)).flatten()
}

primitive_schema!(Id, Type::Integer, Some(SchemaFormat::KnownFormat(KnownFormat::Int64)), "Identifier");

/// A comma-separated list of identifiers in a query.
#[derive(Clone, Debug)]
pub struct IdList(pub Vec<i64>);

impl<'de> Deserialize<'de> for IdList {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        let ids: Vec<i64> = text
            .split(',')
            .filter(|item| !item.trim().is_empty())
            .map(|item| {
                parse_id(item.trim()).map(|id| id.0).ok_or_else(|| {
                    D::Error::custom(format!("`{item}` is not an identifier, expected digits between commas"))
                })
            })
            .collect::<Result<_, _>>()?;
        if ids.len() > MOST_IDS {
            return Err(D::Error::custom(format!("{} identifiers, expected at most {MOST_IDS}", ids.len())));
        }
        Ok(IdList(ids))
    }
}

primitive_schema!(IdList, Type::String, None, "Identifiers separated by commas");

/// An array of identifiers in a body.
#[derive(Clone, Debug)]
pub struct Ids(pub Vec<i64>);

impl<'de> Deserialize<'de> for Ids {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let ids = Vec::<Id>::deserialize(deserializer)?;
        if ids.len() > MOST_IDS {
            return Err(D::Error::custom(format!("{} identifiers, expected at most {MOST_IDS}", ids.len())));
        }
        Ok(Ids(ids.into_iter().map(|id| id.0).collect()))
    }
}

impl PartialSchema for Ids {
    fn schema() -> RefOr<Schema> {
        ArrayBuilder::new().items(Id::schema()).max_items(Some(MOST_IDS)).description(Some("Identifiers")).into()
    }
}
impl ToSchema for Ids {}

/// A language code of the API: `en`, `pl`, `ru`, `ua`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Language(pub Lang);

impl<'de> Deserialize<'de> for Language {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let code = String::deserialize(deserializer)?;
        Lang::from_code(&code)
            .map(Language)
            .map_err(|_| D::Error::custom(format!("unknown language `{code}`, expected en, pl, ru or ua")))
    }
}

impl PartialSchema for Language {
    fn schema() -> RefOr<Schema> {
        ObjectBuilder::new()
            .schema_type(SchemaType::new(Type::String))
            .enum_values(Some(["en", "pl", "ru", "ua"]))
            .description(Some("Language of texts"))
            .into()
    }
}
impl ToSchema for Language {}

/// What core knows by a code, as requests name it.
macro_rules! coded {
    ($name:ident, $type:ty, $what:literal) => {
        #[doc = $what]
        #[derive(Clone, Copy, Debug)]
        pub struct $name(pub $type);

        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let code = String::deserialize(deserializer)?;
                <$type>::from_code(&code).map($name).map_err(|_| {
                    let known: Vec<_> = <$type>::ALL.iter().map(|each| each.code()).collect();
                    D::Error::custom(format!("unknown code `{code}`, expected one of {}", known.join(", ")))
                })
            }
        }

        impl PartialSchema for $name {
            fn schema() -> RefOr<Schema> {
                ObjectBuilder::new()
                    .schema_type(SchemaType::new(Type::String))
                    .enum_values(Some(<$type>::ALL.iter().map(|each| each.code())))
                    .description(Some($what))
                    .into()
            }
        }
        impl ToSchema for $name {}
    };
}

coded!(Cadence, aggregate::Cadence, "Length of a segment of UTC");
coded!(LocalSegment, aggregate::Unit, "Length of a segment of local time");

/// A switch in a query: `true`, `false`, `1` or `0`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Flag(pub bool);

impl<'de> Deserialize<'de> for Flag {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        match String::deserialize(deserializer)?.as_str() {
            "true" | "1" => Ok(Flag(true)),
            "false" | "0" => Ok(Flag(false)),
            other => Err(D::Error::custom(format!("`{other}` is not a switch, expected true or false"))),
        }
    }
}

impl PartialSchema for Flag {
    fn schema() -> RefOr<Schema> {
        let kinds = SchemaType::from_iter([Type::Boolean, Type::Integer]);
        ObjectBuilder::new().schema_type(kinds).description(Some("true or 1, false or 0")).into()
    }
}

impl ToSchema for Flag {}

/// A date in a request: ISO 8601 with a zone, 0 to 9 fraction digits (D-05).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DateIn(pub Instant);

impl<'de> Deserialize<'de> for DateIn {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        // An offset's `+` that was not escaped arrives from a query as a blank.
        let text = match text.rsplit_once(' ') {
            Some((before, zone)) if before.len() > 10 => format!("{before}+{zone}"),
            _ => text,
        };
        Instant::parse(&text).map(DateIn).map_err(|error| D::Error::custom(format!("`{text}` is not a date: {error}")))
    }
}

primitive_schema!(
    DateIn,
    Type::String,
    Some(SchemaFormat::KnownFormat(KnownFormat::DateTime)),
    "Date and time with a zone, ISO 8601"
);

/// A date in an object's field: UTC, always with milliseconds (D-05).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Date(pub Instant);

impl Serialize for Date {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(&self.0.display_millis())
    }
}

primitive_schema!(
    Date,
    Type::String,
    Some(SchemaFormat::KnownFormat(KnownFormat::DateTime)),
    "Date and time in UTC with milliseconds, ISO 8601"
);

/// A date of a reading: UTC, without a fraction that is zero (D-05).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ReadingDate(pub Instant);

impl Serialize for ReadingDate {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(&self.0.display_short())
    }
}

primitive_schema!(
    ReadingDate,
    Type::String,
    Some(SchemaFormat::KnownFormat(KnownFormat::DateTime)),
    "Date and time in UTC, ISO 8601"
);

/// A value as a JSON number, digit by digit: it never passes through a binary fraction.
#[derive(Clone, Debug)]
pub struct Number(Box<RawValue>);

impl Number {
    /// The number of a value; `None` for a text.
    pub fn of(value: &Value<'_>) -> Option<Number> {
        Number::of_decimal(value.decimal()?)
    }

    pub fn of_decimal(number: Decimal) -> Option<Number> {
        Number::from_text(number)
    }

    fn from_text(text: impl Display) -> Option<Number> {
        RawValue::from_string(text.to_string())
            .ok()
            .filter(|raw| raw.get().starts_with(|first: char| first == '-' || first.is_ascii_digit()))
            .map(Number)
    }
}

impl Serialize for Number {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.0.serialize(serializer)
    }
}

primitive_schema!(Number, Type::Number, None, "Exact decimal number");

/// One point of a series: its date, and its value or `null` where the reading failed.
#[derive(Clone, Debug, Serialize)]
pub struct Point(pub ReadingDate, pub Option<Number>);

impl PartialSchema for Point {
    fn schema() -> RefOr<Schema> {
        let item = ObjectBuilder::new()
            .schema_type(SchemaType::from_iter([Type::String, Type::Number, Type::Null]))
            .description(Some("The date, ISO 8601; then the exact decimal number, null where the reading failed"));
        ArrayBuilder::new().items(item).min_items(Some(2)).max_items(Some(2)).into()
    }
}
impl ToSchema for Point {}

/// Points of one parameter.
#[derive(Clone, Debug, Serialize)]
#[serde(transparent)]
pub struct Points(pub Vec<Point>);

impl PartialSchema for Points {
    fn schema() -> RefOr<Schema> {
        ArrayBuilder::new().items(Point::schema()).into()
    }
}
impl ToSchema for Points {}

/// A switch of an object.
#[derive(Clone, Copy, Debug, Deserialize, ToSchema)]
pub struct Enabled {
    pub enabled: bool,
}

/// An object without fields, `{}`.
#[derive(Clone, Copy, Debug, Default, Serialize, ToSchema)]
pub struct Empty {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn identifiers_come_as_numbers_or_digits() {
        let id = |json: &str| serde_json::from_str::<Id>(json).map(|id| id.0).ok();
        assert_eq!(id("7"), Some(7));
        assert_eq!(id("\"7\""), Some(7));
        assert_eq!(id("7.5"), None);
        assert_eq!(id("\"+7\""), None);
        assert_eq!(id("\"\""), None);
        assert_eq!(id("18446744073709551615"), None);
    }

    #[test]
    fn dates_of_a_query_may_have_lost_their_plus() {
        let date = |text: &str| serde_json::from_value::<DateIn>(text.into()).map(|date| date.0.as_millis()).ok();
        assert_eq!(date("2020-01-01T02:00:00 02:00"), date("2020-01-01T00:00:00Z"));
        assert_eq!(date("2020-01-01 00:00:00Z"), date("2020-01-01T00:00:00Z"));
        assert_eq!(date("2020-01-01 00:00:00"), None);
    }

    #[test]
    fn lists_of_identifiers_are_bounded_and_checked() {
        let list = |text: &str| serde_json::from_value::<IdList>(text.into()).map(|list| list.0).ok();
        assert_eq!(list("1, 2,3"), Some(vec![1, 2, 3]));
        assert_eq!(list(""), Some(vec![]));
        assert_eq!(list("1,x"), None);
        assert_eq!(list(&"1,".repeat(MOST_IDS + 1)), None);
    }
}
