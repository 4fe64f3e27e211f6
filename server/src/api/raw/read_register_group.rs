//! POST /raw/read-register-group/

use super::group::{ReadReply, RegisterGroup};
use crate::api::endpoint::{Context, Endpoint, Method, Nothing, Request};
use crate::api::error::ApiError;
use crate::api::permission::Permission;

pub struct ReadRegisterGroup;

impl Endpoint for ReadRegisterGroup {
    const METHOD: Method = Method::Post;
    const PATH: &'static str = "/raw/read-register-group/";
    const PERMISSION: Permission = Permission::Viewer;
    const TITLE: &'static str = "Raw Read Register Group";
    type Path = Nothing;
    type Query = Nothing;
    type Body = RegisterGroup;
    type Reply = ReadReply;

    async fn handle(context: Context, request: Request<Self>) -> Result<ReadReply, ApiError> {
        request.body.check("")?;
        let link = request.body.connection.open(&context, Self::PERMISSION).await?;
        Ok(request.body.read(&link).await)
    }
}
