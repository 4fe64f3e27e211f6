//! POST /org/:orgId/params/get-id-by-reference/

use std::fmt;

use serde::de::{Deserializer, Error, IgnoredAny, MapAccess, Visitor};
use serde::{Deserialize, Serialize};
use utoipa::openapi::RefOr;
use utoipa::openapi::schema::{ObjectBuilder, OneOfBuilder, Schema, SchemaType, Type};
use utoipa::{PartialSchema, ToSchema};

use crate::api::endpoint::{Context, Endpoint, Method, Nothing, Request, Scope};
use crate::api::error::ApiError;
use crate::api::net::list::OrgPath;
use crate::api::permission::Permission;
use crate::model::ParamId;

pub struct GetIdByReference;

/// A bare JSON string; an object with the seed's name of the body is read, too.
pub struct ReferenceBody(String);

/// The seed's name of a body that has none.
const NAME: &str = "emptyName";

impl<'de> Deserialize<'de> for ReferenceBody {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct BodyVisitor;
        impl<'de> Visitor<'de> for BodyVisitor {
            type Value = ReferenceBody;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a reference as a string")
            }
            fn visit_str<E: Error>(self, text: &str) -> Result<ReferenceBody, E> {
                Ok(ReferenceBody(text.to_owned()))
            }
            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<ReferenceBody, A::Error> {
                let mut text = None;
                while let Some(key) = map.next_key::<String>()? {
                    if key == NAME {
                        text = Some(map.next_value()?);
                    } else {
                        map.next_value::<IgnoredAny>()?;
                    }
                }
                text.map(ReferenceBody).ok_or_else(|| A::Error::missing_field(NAME))
            }
        }
        deserializer.deserialize_any(BodyVisitor)
    }
}

impl PartialSchema for ReferenceBody {
    fn schema() -> RefOr<Schema> {
        let text = || ObjectBuilder::new().schema_type(SchemaType::new(Type::String)).description(Some("A reference"));
        let named = ObjectBuilder::new().property(NAME, text()).required(NAME);
        OneOfBuilder::new().item(text()).item(named).into()
    }
}
impl ToSchema for ReferenceBody {}

/// The parameter's identifier.
#[derive(Serialize, ToSchema)]
pub struct ParamIdReply {
    id: ParamId,
}

impl Endpoint for GetIdByReference {
    const METHOD: Method = Method::Post;
    const PATH: &'static str = "/org/:orgId/params/get-id-by-reference/";
    const PERMISSION: Permission = Permission::Viewer;
    const TITLE: &'static str = "Get Parameter ID by Reference";
    type Path = OrgPath;
    type Query = Nothing;
    type Body = ReferenceBody;
    type Reply = ParamIdReply;

    fn scope(request: &Request<Self>) -> Scope {
        Scope::Org(request.path.org_id.0)
    }

    async fn handle(context: Context, request: Request<Self>) -> Result<ParamIdReply, ApiError> {
        let id = super::find(&context, request.path.org_id.0, &request.body.0)?;
        Ok(ParamIdReply { id })
    }
}
