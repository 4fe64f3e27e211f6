//! The page's own session: an HttpOnly cookie that slides for a week and is good for one thing,
//! to fetch an API token that lives in the page's memory.

use std::sync::Arc;

use axum::extract::{Request, State};
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderValue, StatusCode, Uri, header};
use axum::response::{IntoResponse, Response};
use axum::routing::post;
use axum::{Json, Router};

use crate::api::auth::authenticate::{Credentials, TokenReply};
use crate::api::{ApiError, BODY_TIMEOUT, ErrorCode, peer_of};
use crate::app::App;
use crate::session::{PAGE_LIFE_MS, Token};

const COOKIE: &str = "parabus_session";

pub fn router(app: &Arc<App>) -> Router {
    Router::new()
        .route("/session/", post(log_in))
        .route("/session/token/", post(token))
        .route("/session/logout/", post(log_out))
        .with_state(app.clone())
}

async fn log_in(State(app): State<Arc<App>>, request: Request) -> Result<Response, ApiError> {
    let (parts, body) = request.into_parts();
    same_origin(&parts)?;
    app.quota.spend_address(peer_of(&parts))?;
    let body = tokio::time::timeout(BODY_TIMEOUT, axum::body::to_bytes(body, 4096))
        .await
        .map_err(|_| ApiError::incorrect_request("the payload did not arrive in time"))?
        .map_err(|_| ApiError::new(ErrorCode::PayloadIsTooLarge, "the payload is larger than 4096 bytes"))?;
    let credentials: Credentials =
        serde_json::from_slice(&body).map_err(|error| ApiError::incorrect_request(format!("payload: {error}")))?;
    let key = app.sessions.check_password(credentials.api_key, credentials.password).await?;
    let token = app.sessions.open_page(&key).await?;
    Ok((StatusCode::NO_CONTENT, [(header::SET_COOKIE, cookie(&app, Some(token)))]).into_response())
}

async fn token(State(app): State<Arc<App>>, request: Request) -> Result<Response, ApiError> {
    let (parts, _) = request.into_parts();
    same_origin(&parts)?;
    let page = cookie_of(&parts.headers)?;
    let may = |key| app.quota.spend_key(key).map_err(ApiError::from);
    let (token, expires) = app.sessions.renew(page, may).await?;
    let reply = TokenReply { token: token.uuid(), expires_on: crate::api::Date(expires) };
    Ok(([(header::SET_COOKIE, cookie(&app, Some(page)))], Json(reply)).into_response())
}

async fn log_out(State(app): State<Arc<App>>, request: Request) -> Result<Response, ApiError> {
    let (parts, _) = request.into_parts();
    same_origin(&parts)?;
    if let Ok(page) = cookie_of(&parts.headers) {
        app.sessions.close_page(page).await?;
    }
    Ok((StatusCode::NO_CONTENT, [(header::SET_COOKIE, cookie(&app, None))]).into_response())
}

/// A browser names the origin of a request; another site's pages have no business here.
fn same_origin(parts: &Parts) -> Result<(), ApiError> {
    let Some(origin) = parts.headers.get(header::ORIGIN) else { return Ok(()) };
    let host = parts.headers.get(header::HOST).and_then(|host| host.to_str().ok());
    let origin = origin.to_str().ok().and_then(|origin| origin.parse::<Uri>().ok());
    let origin = origin.as_ref().and_then(Uri::authority).map(|authority| authority.as_str());
    if origin.is_some() && origin == host {
        Ok(())
    } else {
        Err(ApiError::not_authorized(
            "the request comes from a page of another origin; a reverse proxy has to pass the `Host` header on",
        ))
    }
}

fn cookie_of(headers: &HeaderMap) -> Result<Token, ApiError> {
    let cookies = headers.get_all(header::COOKIE).iter().filter_map(|value| value.to_str().ok());
    let mut pairs = cookies.flat_map(|line| line.split(';')).filter_map(|pair| pair.trim().split_once('='));
    let value = pairs.find(|(name, _)| *name == COOKIE).map(|(_, value)| value);
    value
        .and_then(|value| Token::parse(value).ok())
        .ok_or_else(|| ApiError::new(ErrorCode::NoAuthTokenProvided, "no session of the page, log in first"))
}

/// `None` takes the cookie away.
fn cookie(app: &App, token: Option<Token>) -> HeaderValue {
    let value = token.map(|token| token.uuid().to_string()).unwrap_or_default();
    let age = if token.is_some() { PAGE_LIFE_MS / 1000 } else { 0 };
    let secure = if app.config.server.secure_cookie || app.config.server.tls.is_some() { "; Secure" } else { "" };
    let text = format!("{COOKIE}={value}; Path=/session/; Max-Age={age}; HttpOnly; SameSite=Strict{secure}");
    HeaderValue::from_str(&text).unwrap_or_else(|_| HeaderValue::from_static(""))
}
