//! One request through all checks, in the order of D-01: content type, token, quota, body size,
//! JSON, schema, object, permission. Path and method were settled by the router.

use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use axum::body::Body;
use axum::extract::{ConnectInfo, FromRequestParts, RawPathParams};
use axum::http::request::Parts;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use http_body_util::{BodyExt, LengthLimitError, Limited};
use serde::de::DeserializeOwned;
use serde_json::value::RawValue;

use super::endpoint::{Caller, Context, Endpoint, Method, Request};
use super::error::{ApiError, ErrorCode};
use super::permission::Permission;
use crate::app::App;
use crate::session::{Token, TokenError};

/// Largest body, bytes, inclusive (D-03).
pub const BODY_LIMIT: usize = 1_048_576;

/// Time for a body to arrive: one that never ends would hold its connection.
pub const BODY_TIMEOUT: Duration = Duration::from_secs(30);

/// Answers one request to endpoint `E`.
pub async fn serve<E: Endpoint>(app: Arc<App>, request: axum::extract::Request) -> Response {
    match answer::<E>(app, request).await {
        Ok(body) => (StatusCode::OK, [(header::CONTENT_TYPE, "application/json")], body).into_response(),
        Err(error) => error.into_response(),
    }
}

async fn answer<E: Endpoint>(app: Arc<App>, request: axum::extract::Request) -> Result<Vec<u8>, ApiError> {
    let (mut parts, body) = request.into_parts();
    if parts.method.as_str() != E::METHOD.name() {
        return Err(ApiError::incorrect_endpoint());
    }
    if E::METHOD == Method::Post || app.config.api.content_type_on_get {
        check_content_type(&parts.headers)?;
    }
    let caller = identify::<E>(&app, &parts).await?;
    let body = read_body::<E>(&parts.headers, body).await?;
    let request = Request {
        path: path_of(&mut parts).await?,
        query: from_pairs(parts.uri.query().unwrap_or(""), "query")?,
        body: parse_body::<E>(&body)?,
    };
    let context = Context { directory: app.store.directory(), caller, app };
    context.authorize(E::scope(&request), E::PERMISSION)?;
    let reply = if E::WRITES {
        let work = tokio::spawn(async move { E::handle(context, request).await });
        work.await.map_err(ApiError::internal)??
    } else {
        E::handle(context, request).await?
    };
    serde_json::to_vec(&reply).map_err(ApiError::internal)
}

/// `application/json`, in any letter case and with parameters (D-02).
fn check_content_type(headers: &HeaderMap) -> Result<(), ApiError> {
    let value = headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or("");
    let essence = value.split(';').next().unwrap_or("").trim();
    if essence.eq_ignore_ascii_case("application/json") {
        return Ok(());
    }
    Err(ApiError::new(
        ErrorCode::IncorrectContentType,
        format!("content type is `{value}`, expected `application/json`"),
    ))
}

/// Token, then quota: per API key behind a token, per address before one (D-07, A-21).
async fn identify<E: Endpoint>(app: &App, parts: &Parts) -> Result<Caller, ApiError> {
    if E::PERMISSION == Permission::Public {
        app.quota.spend_address(peer_of(parts))?;
        return Ok(Caller::default());
    }
    let header = parts.headers.get(header::AUTHORIZATION).ok_or_else(|| {
        ApiError::new(ErrorCode::NoAuthTokenProvided, "no `Authorization` header, expected `token <uuid>`")
    })?;
    let session = app.sessions.find(parse_token(header.to_str().unwrap_or(""))?).await?;
    app.quota.spend_key(session.key)?;
    Ok(Caller { user: Some(session.user), session: Some(session.hash) })
}

/// `token <lower-case uuid>`.
pub fn parse_token(header: &str) -> Result<Token, ApiError> {
    let text = header.strip_prefix("token ").map(str::trim);
    text.ok_or(TokenError).and_then(Token::parse).map_err(|TokenError| {
        ApiError::new(
            ErrorCode::CantParseAuthToken,
            "the `Authorization` header is not `token <uuid>` with a lower-case UUID",
        )
    })
}

/// The caller's address; the accept loop puts it into every request.
pub fn peer_of(parts: &Parts) -> IpAddr {
    parts
        .extensions
        .get::<ConnectInfo<SocketAddr>>()
        .map_or(IpAddr::from([0, 0, 0, 0]), |ConnectInfo(address)| address.ip())
}

/// Reads the body up to the limit; GET has none.
async fn read_body<E: Endpoint>(headers: &HeaderMap, body: Body) -> Result<Vec<u8>, ApiError> {
    if E::METHOD == Method::Get {
        return Ok(Vec::new());
    }
    let too_large =
        || ApiError::new(ErrorCode::PayloadIsTooLarge, format!("the payload is larger than {BODY_LIMIT} bytes"));
    // A body that announces its size is refused unread.
    let announced = headers.get(header::CONTENT_LENGTH).and_then(|value| value.to_str().ok()?.parse::<usize>().ok());
    if announced.is_some_and(|length| length > BODY_LIMIT) {
        return Err(too_large());
    }
    let Ok(read) = tokio::time::timeout(BODY_TIMEOUT, Limited::new(body, BODY_LIMIT).collect()).await else {
        let seconds = BODY_TIMEOUT.as_secs();
        return Err(ApiError::incorrect_request(format!("the payload did not arrive within {seconds} s")));
    };
    match read {
        Ok(collected) => Ok(collected.to_bytes().to_vec()),
        Err(error) if error.is::<LengthLimitError>() => Err(too_large()),
        Err(error) => Err(ApiError::incorrect_request(format!("the payload could not be read: {error}"))),
    }
}

/// JSON first, then the schema; `null` is an object without fields (D-03).
fn parse_body<E: Endpoint>(bytes: &[u8]) -> Result<E::Body, ApiError> {
    if E::METHOD == Method::Get {
        return parse_json(b"{}");
    }
    if bytes.is_empty() {
        return Err(ApiError::incorrect_request("the payload is empty, send `null` if the endpoint needs no data"));
    }
    let raw: &RawValue = serde_json::from_slice(bytes).map_err(|error| {
        ApiError::new(ErrorCode::CantDecodePayloadJSON, format!("the payload is not JSON: {error}"))
    })?;
    if raw.get() == "null" { parse_json(b"{}") } else { parse_json(bytes) }
}

fn parse_json<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, ApiError> {
    let mut deserializer = serde_json::Deserializer::from_slice(bytes);
    serde_path_to_error::deserialize(&mut deserializer)
        .map_err(|error| ApiError::incorrect_request(at_path("payload", &error.path().to_string(), error.inner())))
}

async fn path_of<T: DeserializeOwned>(parts: &mut Parts) -> Result<T, ApiError> {
    let params = RawPathParams::from_request_parts(parts, &())
        .await
        .map_err(|error| ApiError::incorrect_request(format!("the path cannot be read: {error}")))?;
    let pairs = form_urlencoded::Serializer::new(String::new()).extend_pairs(params.iter()).finish();
    from_pairs(&pairs, "path")
}

/// Query, and path parameters in the same form.
fn from_pairs<T: DeserializeOwned>(pairs: &str, place: &str) -> Result<T, ApiError> {
    let deserializer = serde_urlencoded::Deserializer::new(form_urlencoded::parse(pairs.as_bytes()));
    serde_path_to_error::deserialize(deserializer)
        .map_err(|error| ApiError::incorrect_request(at_path(place, &error.path().to_string(), error.inner())))
}

/// Types by which serde says what it expected, in words of the field.
const EXPECTED: [(&str, &str); 8] = [
    ("u8", "0 to 255"),
    ("u16", "0 to 65535"),
    ("u32", "a whole number from 0"),
    ("i64", "a whole number"),
    ("f64", "a number"),
    ("struct", "an object"),
    ("internally", "an object with a `kind`"),
    ("a sequence", "a list"),
];

/// What was wrong, without names of this program's types.
fn in_words(error: &impl std::fmt::Display) -> String {
    let text = error.to_string();
    if text == "invalid digit found in string" {
        return "expected a whole number".to_owned();
    }
    let Some((what, expected)) = text.split_once(", expected ") else { return text };
    // serde_json adds the place in the text.
    let (expected, place) = match expected.find(" at line ") {
        Some(at) => expected.split_at(at),
        None => (expected, ""),
    };
    let is_it = |(name, _): &&(&str, &str)| {
        expected.strip_prefix(name).is_some_and(|rest| rest.is_empty() || rest.starts_with(' '))
    };
    let expected = EXPECTED.iter().find(is_it).map_or(expected, |(_, words)| words);
    format!("{what}, expected {expected}{place}")
}

fn at_path(place: &str, path: &str, error: &impl std::fmt::Display) -> String {
    let error = in_words(error);
    if matches!(path, "" | "." | "?") { format!("{place}: {error}") } else { format!("{place}: {path}: {error}") }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde::Deserialize;

    #[test]
    fn messages_name_no_types_of_this_program() {
        #[derive(Debug, Deserialize)]
        #[allow(dead_code, reason = "only what is wrong with them counts")]
        struct Body {
            unit: u8,
            list: Vec<u16>,
        }
        let message = |text: &str| parse_json::<Body>(text.as_bytes()).unwrap_err().message;
        assert!(
            message(r#"{"unit":300}"#).starts_with("payload: unit: invalid value: integer `300`, expected 0 to 255")
        );
        let of_list = message(r#"{"unit":3,"list":[1,"x"]}"#);
        assert!(of_list.starts_with("payload: list[1]: invalid type: string \"x\", expected 0 to 65535"), "{of_list}");
        assert!(message("[]").contains("expected an object") || message("[]").contains("missing"), "{}", message("[]"));
        assert!(message("7").starts_with("payload: invalid type: integer `7`, expected an object"), "{}", message("7"));
        assert_eq!(in_words(&"invalid digit found in string"), "expected a whole number");
    }
}
