//! The JSON schema of the plant file, for editors: made from the model, so that it says what is read.

use std::borrow::Cow;

use parabus_core::alert::{Comparison, Logic, Stage};
use parabus_core::value::{DataType, Lang};
use schemars::generate::SchemaSettings;
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};

use super::super::own::Product;
use super::super::solution::SolutionKind;
use super::model::File;
use super::values::{self, Exact, Language, Name, Secret, Section, Spanned, TypeCode};
use crate::alarm::message::Channel;
use crate::alarm::model::{ConditionKind, Level};
use crate::model::{DisabledBy, Parity, Role, SmsSettings};

/// The schema as JSON.
pub fn schema() -> serde_json::Value {
    let generator = SchemaSettings::draft07().into_generator();
    let mut schema = generator.into_root_schema_for::<File>();
    schema.insert("title".to_owned(), "Plant file of Parabus".into());
    schema.to_value()
}

fn one_of(codes: impl IntoIterator<Item = impl Into<String>>) -> Schema {
    let codes: Vec<String> = codes.into_iter().map(Into::into).collect();
    json_schema!({ "type": "string", "enum": codes })
}

pub fn language(_: &mut SchemaGenerator) -> Schema {
    one_of(Lang::ALL.into_iter().map(Lang::code))
}

pub fn role(_: &mut SchemaGenerator) -> Schema {
    one_of(Role::ALL.iter().map(|role| role.code()))
}

pub fn solution(_: &mut SchemaGenerator) -> Schema {
    one_of(SolutionKind::ALL.map(SolutionKind::code))
}

pub fn disabled_by(_: &mut SchemaGenerator) -> Schema {
    one_of(DisabledBy::ALL.iter().map(|by| by.code()))
}

pub fn parity(_: &mut SchemaGenerator) -> Schema {
    one_of(Parity::ALL.map(Parity::code))
}

pub fn framing(_: &mut SchemaGenerator) -> Schema {
    one_of(["tcp", "rtu"])
}

pub fn register_kind(_: &mut SchemaGenerator) -> Schema {
    one_of(["holding", "input", "coil", "discrete-input"])
}

pub fn write_function(_: &mut SchemaGenerator) -> Schema {
    one_of(["normal", "always-6", "always-16"])
}

pub fn logic(_: &mut SchemaGenerator) -> Schema {
    one_of(Logic::ALL.map(Logic::code))
}

pub fn days(_: &mut SchemaGenerator) -> Schema {
    let day = "[A-Za-z]{3}";
    json_schema!({ "type": "string", "pattern": format!("^ *{day}( *- *{day})?( *, *{day}( *- *{day})?)* *$") })
}

pub fn time_of_day(_: &mut SchemaGenerator) -> Schema {
    json_schema!({ "type": "string", "pattern": "^([01]?[0-9]|2[0-4]):[0-5]?[0-9]$" })
}

pub fn level(_: &mut SchemaGenerator) -> Schema {
    one_of(Level::ALL.map(Level::code))
}

pub fn stage(_: &mut SchemaGenerator) -> Schema {
    one_of(Stage::ALL.map(Stage::code))
}

pub fn channel(_: &mut SchemaGenerator) -> Schema {
    one_of(Channel::ALL.map(Channel::code))
}

pub fn condition(_: &mut SchemaGenerator) -> Schema {
    one_of(Comparison::ALL.map(Comparison::code).into_iter().chain([ConditionKind::READING_ERROR]))
}

pub fn slug(_: &mut SchemaGenerator) -> Schema {
    json_schema!({ "type": "string", "pattern": "^[a-z0-9]+(-[a-z0-9]+)*$" })
}

/// Of the shapes that are read, only what is no hardware address in any of them is refused.
pub fn mac(_: &mut SchemaGenerator) -> Schema {
    json_schema!({ "type": "string", "pattern": "^[0-9A-Fa-f]{2}([^0-9A-Za-z]?[0-9A-Fa-f]{2}){5}$" })
}

pub fn passwords(_: &mut SchemaGenerator) -> Schema {
    let most = crate::controller::MOST_PASSWORD;
    json_schema!({ "type": "array", "items": { "type": "string", "maxLength": most, "pattern": "^[ -~]*$" } })
}

pub fn monthly_limit(_: &mut SchemaGenerator) -> Schema {
    json_schema!({ "type": ["number", "string"], "minimum": 0, "maximum": SmsSettings::MOST_MONEY })
}

macro_rules! ranges {
    ($($name:ident: $range:ident),+) => {
        $(pub fn $name(_: &mut SchemaGenerator) -> Schema {
            let (low, high) = values::$range;
            json_schema!({ "type": "integer", "minimum": low, "maximum": high })
        })+
    };
}

ranges!(
    inflight: INFLIGHT,
    request_gap: REQUEST_GAP_MS,
    gap: READ_GAP,
    period: PERIODS_SEC,
    timeout: TIMEOUTS_MS,
    group_size: GROUP_SIZE,
    baud: BAUD,
    stop_bits: STOP_BITS,
    bit: BIT,
    precision: PRECISION,
    minutes: MINUTES
);

/// Type codes; those of numbers with and without an order.
pub fn type_codes() -> Vec<String> {
    let codes = DataType::all().map(|data_type| data_type.to_string());
    let with_short = codes.flat_map(|code| match code.strip_suffix("-be") {
        Some(short) => vec![short.to_owned(), code],
        None => vec![code],
    });
    with_short.filter(|code| DataType::from_code(code).is_ok()).collect()
}

macro_rules! inline {
    ($type:ty, $name:literal, $schema:expr) => {
        impl JsonSchema for $type {
            fn schema_name() -> Cow<'static, str> {
                $name.into()
            }

            fn inline_schema() -> bool {
                true
            }

            fn json_schema(_: &mut SchemaGenerator) -> Schema {
                $schema
            }
        }
    };
}

inline!(Name, "Name", json_schema!({ "type": ["string", "number", "boolean"], "minLength": 1, "maxLength": 200 }));
inline!(Secret, "Secret", json_schema!({ "type": "string" }));
inline!(
    Exact,
    "Decimal",
    json_schema!({ "type": ["number", "string"], "pattern": "^[-+]?[0-9.]+([eE][-+]?[0-9]+)?$" })
);
inline!(TypeCode, "Type", one_of(type_codes()));
inline!(Language, "Language", one_of(Lang::ALL.into_iter().map(Lang::code)));
inline!(Product, "Product", {
    let mapped = crate::controller::ControllerMap::skus();
    one_of(mapped.split(", ").chain(["em130"]))
});

macro_rules! transparent {
    ($type:ident) => {
        impl<T: JsonSchema> JsonSchema for $type<T> {
            fn schema_name() -> Cow<'static, str> {
                T::schema_name()
            }

            fn inline_schema() -> bool {
                T::inline_schema()
            }

            fn schema_id() -> Cow<'static, str> {
                T::schema_id()
            }

            fn json_schema(generator: &mut SchemaGenerator) -> Schema {
                T::json_schema(generator)
            }
        }
    };
}

transparent!(Spanned);
transparent!(Section);

#[cfg(test)]
mod tests {
    use super::*;

    /// A change of the model shows as a change of this file; `PARABUS_LOCK=write` accepts it.
    #[test]
    fn the_schema_is_the_locked_one() {
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/plant.schema.json");
        let now = serde_json::to_string_pretty(&schema()).unwrap() + "\n";
        if std::env::var_os("PARABUS_LOCK").is_some_and(|value| value == "write") {
            std::fs::write(path, &now).unwrap();
        }
        let locked = std::fs::read_to_string(path).unwrap_or_default();
        let text =
            "plant.schema.json differs from the model: look at the change, then run the test with PARABUS_LOCK=write";
        assert!(now == locked, "{text}");
    }

    #[test]
    fn every_type_code_is_read() {
        let codes = type_codes();
        assert!(codes.len() > 60, "{codes:?}");
        for code in ["u16", "u16-be", "f32-mle", "bit", "str2-le", "mac"] {
            assert!(codes.iter().any(|each| each == code), "{code}");
        }
    }
}
