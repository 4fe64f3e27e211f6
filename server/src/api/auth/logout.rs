//! POST /logout/

use crate::api::endpoint::{Context, Endpoint, Method, NoBody, Nothing, Request};
use crate::api::error::ApiError;
use crate::api::permission::Permission;
use crate::api::types::Empty;

pub struct Logout;

impl Endpoint for Logout {
    const METHOD: Method = Method::Post;
    const PATH: &'static str = "/logout/";
    const PERMISSION: Permission = Permission::Session;
    const TITLE: &'static str = "Logout";
    type Path = Nothing;
    type Query = Nothing;
    type Body = NoBody;
    type Reply = Empty;

    async fn handle(context: Context, _request: Request<Self>) -> Result<Empty, ApiError> {
        if let Some(session) = context.caller.session {
            context.app.sessions.close(session).await?;
        }
        Ok(Empty {})
    }
}
