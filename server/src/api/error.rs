//! Error bodies of the API: code and English message, status by the seed's table of common errors.

use std::ops::RangeInclusive;

use axum::http::header::RETRY_AFTER;
use axum::http::{HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use serde::Serialize;

use crate::model::is_line;
use crate::quota::QuotaSpent;
use crate::session::SessionError;
use crate::words;

/// A stable code of the API.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub enum ErrorCode {
    CantDecodePayloadJSON,
    IncorrectRequest,
    PayloadIsTooLarge,
    CantParseAuthToken,
    IncorrectContentType,
    NoAuthTokenProvided,
    IncorrectAuthToken,
    InvalidKey,
    InvalidCode,
    InvalidActivationCode,
    NotAuthorized,
    TooManyRequests,
    ObjectNotFound,
    IncorrectEndpoint,
    InternalServerError,
}

impl ErrorCode {
    /// Every code.
    pub const ALL: &'static [ErrorCode] = &[
        ErrorCode::CantDecodePayloadJSON,
        ErrorCode::IncorrectRequest,
        ErrorCode::PayloadIsTooLarge,
        ErrorCode::CantParseAuthToken,
        ErrorCode::IncorrectContentType,
        ErrorCode::NoAuthTokenProvided,
        ErrorCode::IncorrectAuthToken,
        ErrorCode::InvalidKey,
        ErrorCode::InvalidCode,
        ErrorCode::InvalidActivationCode,
        ErrorCode::NotAuthorized,
        ErrorCode::TooManyRequests,
        ErrorCode::ObjectNotFound,
        ErrorCode::IncorrectEndpoint,
        ErrorCode::InternalServerError,
    ];

    /// HTTP status of the code (seed: Common errors; DOMAIN.md 1.1 and 2.1).
    pub const fn status(self) -> StatusCode {
        match self {
            ErrorCode::CantDecodePayloadJSON
            | ErrorCode::IncorrectRequest
            | ErrorCode::PayloadIsTooLarge
            | ErrorCode::CantParseAuthToken
            | ErrorCode::IncorrectContentType
            | ErrorCode::InvalidCode
            | ErrorCode::InvalidActivationCode => StatusCode::BAD_REQUEST,
            ErrorCode::NoAuthTokenProvided
            | ErrorCode::IncorrectAuthToken
            | ErrorCode::InvalidKey
            | ErrorCode::NotAuthorized => StatusCode::UNAUTHORIZED,
            ErrorCode::TooManyRequests => StatusCode::FORBIDDEN,
            ErrorCode::ObjectNotFound | ErrorCode::IncorrectEndpoint => StatusCode::NOT_FOUND,
            ErrorCode::InternalServerError => StatusCode::INTERNAL_SERVER_ERROR,
        }
    }
}

/// A refusal or fault, as the caller sees it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ApiError {
    pub code: ErrorCode,
    pub message: String,
}

impl ApiError {
    pub fn new(code: ErrorCode, message: impl Into<String>) -> Self {
        ApiError { code, message: message.into() }
    }

    /// 400: body, query or path property is invalid.
    pub fn incorrect_request(message: impl Into<String>) -> Self {
        ApiError::new(ErrorCode::IncorrectRequest, message)
    }

    /// Whether a text of the body has so many characters.
    pub fn check_length(field: &str, text: &str, expected: RangeInclusive<usize>) -> Result<(), ApiError> {
        let length = text.chars().count();
        if expected.contains(&length) {
            return Ok(());
        }
        let (least, most) = expected.into_inner();
        let text = format!("payload: {field}: {length} characters, expected {least} to {most}");
        Err(ApiError::incorrect_request(text))
    }

    /// Whether a text of the body is a name: so many characters on one line, of which one at least is seen.
    pub fn check_name(field: &str, name: &str, longest: usize) -> Result<(), ApiError> {
        ApiError::check_length(field, name, 1..=longest)?;
        if !is_line(name) {
            let text = format!("payload: {field}: `{}` is no name, expected a text on one line", name.escape_debug());
            return Err(ApiError::incorrect_request(text));
        }
        Ok(())
    }

    /// 404: absent, or hidden from this caller (D-08).
    pub fn not_found(what: &str, id: impl std::fmt::Display) -> Self {
        ApiError::new(ErrorCode::ObjectNotFound, format!("{what} `{id}` not found"))
    }

    /// 401: visible, but the role does not allow the action (D-08).
    pub fn not_authorized(message: impl Into<String>) -> Self {
        ApiError::new(ErrorCode::NotAuthorized, message)
    }

    /// 404: no such path, or another method (seed: Common errors).
    pub fn incorrect_endpoint() -> Self {
        ApiError::new(
            ErrorCode::IncorrectEndpoint,
            "no such endpoint: check path and method, and that the path ends in `/`",
        )
    }

    /// 500: a fault of ours. The cause goes to the log, never to the caller (DOMAIN.md 2.1).
    pub fn internal(cause: impl std::fmt::Display) -> Self {
        tracing::error!(%cause, "request failed");
        ApiError::new(ErrorCode::InternalServerError, words::SERVER_FAULT.en())
    }
}

impl From<SessionError> for ApiError {
    fn from(error: SessionError) -> Self {
        let code = match &error {
            SessionError::UnknownKey => ErrorCode::InvalidKey,
            SessionError::WrongPassword => ErrorCode::NotAuthorized,
            SessionError::Ended => ErrorCode::IncorrectAuthToken,
            SessionError::Busy => ErrorCode::TooManyRequests,
            SessionError::Store(_) | SessionError::Check(_) => return ApiError::internal(error),
        };
        ApiError::new(code, error.to_string())
    }
}

impl From<QuotaSpent> for ApiError {
    fn from(spent: QuotaSpent) -> Self {
        ApiError::new(ErrorCode::TooManyRequests, spent.to_string())
    }
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct ErrorBody<'a> {
    error_code: ErrorCode,
    error_message: &'a str,
}

impl IntoResponse for ApiError {
    fn into_response(self) -> Response {
        let body = ErrorBody { error_code: self.code, error_message: &self.message };
        let mut response = axum::Json(body).into_response();
        *response.status_mut() = self.code.status();
        if self.code == ErrorCode::TooManyRequests {
            // At least one request flows back each second.
            response.headers_mut().insert(RETRY_AFTER, HeaderValue::from_static("1"));
        }
        response
    }
}
