//! POST /authenticate/

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use crate::api::endpoint::{Context, Endpoint, Method, Nothing, Request};
use crate::api::error::ApiError;
use crate::api::permission::Permission;
use crate::api::types::Date;

pub struct Authenticate;

/// An API key and its password (D-06: both are required).
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Credentials {
    pub api_key: Uuid,
    pub password: String,
}

/// A session token and when it ends; use does not prolong it.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct TokenReply {
    pub token: Uuid,
    pub expires_on: Date,
}

impl Endpoint for Authenticate {
    const METHOD: Method = Method::Post;
    const PATH: &'static str = "/authenticate/";
    const PERMISSION: Permission = Permission::Public;
    const TITLE: &'static str = "Login";
    type Path = Nothing;
    type Query = Nothing;
    type Body = Credentials;
    type Reply = TokenReply;

    async fn handle(context: Context, request: Request<Self>) -> Result<TokenReply, ApiError> {
        let sessions = &context.app.sessions;
        let key = sessions.check_password(request.body.api_key, request.body.password).await?;
        let (token, expires) = sessions.open_api(&key).await?;
        Ok(TokenReply { token: token.uuid(), expires_on: Date(expires) })
    }
}
