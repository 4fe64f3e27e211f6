//! Register kinds in the API's words.

use parabus_core::modbus::RegisterKind;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use utoipa::openapi::RefOr;
use utoipa::openapi::schema::{ObjectBuilder, Schema, SchemaType, Type};
use utoipa::{PartialSchema, ToSchema};

/// `holding`, `input`, `coil` or `discrete-input`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Kind(pub RegisterKind);

impl<'de> Deserialize<'de> for Kind {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let code = String::deserialize(deserializer)?;
        RegisterKind::from_code(&code).map(Kind).ok_or_else(|| {
            serde::de::Error::custom(format!(
                "unknown register kind `{code}`, expected holding, input, coil or discrete-input"
            ))
        })
    }
}

impl Serialize for Kind {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.0.code())
    }
}

impl PartialSchema for Kind {
    fn schema() -> RefOr<Schema> {
        ObjectBuilder::new()
            .schema_type(SchemaType::new(Type::String))
            .enum_values(Some(["holding", "input", "coil", "discrete-input"]))
            .into()
    }
}
impl ToSchema for Kind {}
