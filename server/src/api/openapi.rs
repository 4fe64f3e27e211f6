//! OpenAPI 3.1 of the API, made from the table of endpoints.

use axum::http::StatusCode;
use serde_json::Value;
use utoipa::openapi::path::{HttpMethod, Operation, OperationBuilder, ParameterIn, PathItem};
use utoipa::openapi::request_body::RequestBodyBuilder;
use utoipa::openapi::schema::{ObjectBuilder, Schema, SchemaType, Type};
use utoipa::openapi::security::{ApiKey, ApiKeyValue, SecurityRequirement, SecurityScheme};
use utoipa::openapi::{
    ComponentsBuilder, ContentBuilder, InfoBuilder, OpenApi, OpenApiBuilder, PathsBuilder, Ref, RefOr, ResponseBuilder,
    Server,
};
use utoipa::{IntoParams, PartialSchema, ToSchema};

use super::endpoint::{Endpoint, Method};
use super::error::ErrorCode;
use super::permission::Permission;
use super::types::{DateIn, Flag, Id, IdList, Language};
use super::{BASE, ENDPOINTS, axum_path};

/// Named schemas that an operation refers to.
pub type Schemas = Vec<(String, RefOr<Schema>)>;

/// Describes one endpoint and collects the schemas that it names.
pub type Describe = fn(&mut Schemas) -> Operation;

pub fn describe<E: Endpoint>(schemas: &mut Schemas) -> Operation {
    let mut operation = OperationBuilder::new()
        .summary(Some(E::TITLE))
        .description(Some(format!("Permission: {}", E::PERMISSION.word())))
        .tag(E::PATH.split('/').nth(1).unwrap_or(""));
    for parameter in E::Path::into_params(|| Some(ParameterIn::Path)) {
        operation = operation.parameter(parameter);
    }
    for parameter in E::Query::into_params(|| Some(ParameterIn::Query)) {
        operation = operation.parameter(parameter);
    }
    if E::METHOD == Method::Post {
        let content = ContentBuilder::new().schema(Some(reference::<E::Body>(schemas))).build();
        operation = operation.request_body(Some(
            RequestBodyBuilder::new()
                .content("application/json", content)
                .required(Some(utoipa::openapi::Required::True))
                .build(),
        ));
    }
    let content = ContentBuilder::new().schema(Some(reference::<E::Reply>(schemas))).build();
    operation =
        operation.response("200", ResponseBuilder::new().description("Success").content("application/json", content));
    let mut statuses: Vec<StatusCode> = ErrorCode::ALL.iter().map(|code| code.status()).collect();
    statuses.sort();
    statuses.dedup();
    for status in statuses {
        let content = ContentBuilder::new().schema(Some(Ref::from_schema_name("Error"))).build();
        operation = operation.response(
            status.as_str(),
            ResponseBuilder::new().description(codes_of(status)).content("application/json", content),
        );
    }
    if E::PERMISSION != Permission::Public {
        operation = operation.security(SecurityRequirement::new::<_, _, String>("token", []));
    }
    operation.build()
}

fn codes_of(status: StatusCode) -> String {
    let codes: Vec<String> =
        ErrorCode::ALL.iter().filter(|code| code.status() == status).map(|code| format!("{code:?}")).collect();
    codes.join(", ")
}

/// A named type is referred to and listed once; an unnamed one stands in place.
fn reference<T: ToSchema>(schemas: &mut Schemas) -> RefOr<Schema> {
    T::schemas(schemas);
    let schema = T::schema();
    match &schema {
        RefOr::T(Schema::Object(object)) if !object.properties.is_empty() => {
            let name = T::name().to_string();
            schemas.push((name.clone(), schema));
            Ref::from_schema_name(name).into()
        }
        _ => schema,
    }
}

/// The whole document, served at `/openapi.json` and locked in the repository.
pub fn document() -> Value {
    let mut document = serde_json::to_value(typed_document()).unwrap_or_default();
    drop_property_names(&mut document);
    document
}

/// Keys of JSON objects are text, also where they are the digits of an identifier: a rule that they
/// be integers would be broken by every reply.
fn drop_property_names(value: &mut Value) {
    match value {
        Value::Object(fields) => {
            fields.remove("propertyNames");
            fields.values_mut().for_each(drop_property_names);
        }
        Value::Array(items) => items.iter_mut().for_each(drop_property_names),
        _ => {}
    }
}

fn typed_document() -> OpenApi {
    // Parameters of paths and queries refer to these without listing them.
    let mut schemas: Schemas = vec![
        ("Id".to_owned(), Id::schema()),
        ("IdList".to_owned(), IdList::schema()),
        ("Flag".to_owned(), Flag::schema()),
        ("DateIn".to_owned(), DateIn::schema()),
        ("Language".to_owned(), Language::schema()),
    ];
    let mut paths = PathsBuilder::new();
    for entry in ENDPOINTS {
        let method = match entry.method {
            Method::Get => HttpMethod::Get,
            Method::Post => HttpMethod::Post,
        };
        paths = paths.path(axum_path(entry.path), PathItem::new(method, (entry.operation)(&mut schemas)));
    }
    schemas.push(("Error".to_owned(), error_schema()));
    let token = SecurityScheme::ApiKey(ApiKey::Header(ApiKeyValue::with_description(
        "Authorization",
        "`token <uuid>`, the token that /authenticate/ gives",
    )));
    OpenApiBuilder::new()
        .info(
            InfoBuilder::new()
                .title("Parabus: Overvis v1 HTTP API")
                .version(env!("CARGO_PKG_VERSION"))
                .license(Some(utoipa::openapi::License::new("MIT OR Apache-2.0"))),
        )
        .servers(Some([Server::new(BASE)]))
        .paths(paths)
        .components(Some(ComponentsBuilder::new().schemas_from_iter(schemas).security_scheme("token", token).build()))
        .build()
}

fn error_schema() -> RefOr<Schema> {
    let codes: Vec<String> = ErrorCode::ALL.iter().map(|code| format!("{code:?}")).collect();
    ObjectBuilder::new()
        .property("errorCode", ObjectBuilder::new().schema_type(SchemaType::new(Type::String)).enum_values(Some(codes)))
        .property("errorMessage", ObjectBuilder::new().schema_type(SchemaType::new(Type::String)))
        .required("errorCode")
        .required("errorMessage")
        .into()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A change of the API shows as a change of this file; `PARABUS_LOCK=write` accepts it.
    #[test]
    fn the_document_is_the_locked_one() {
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/openapi.json");
        let now = serde_json::to_string_pretty(&document()).unwrap() + "\n";
        if std::env::var_os("PARABUS_LOCK").is_some_and(|value| value == "write") {
            std::fs::write(path, &now).unwrap();
        }
        let locked = std::fs::read_to_string(path).unwrap_or_default();
        assert!(
            now == locked,
            "openapi.json differs from the table of endpoints: look at the change, then run the test with PARABUS_LOCK=write"
        );
    }
}
