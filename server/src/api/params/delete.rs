//! POST /params/delete/

use serde::Deserialize;
use utoipa::ToSchema;

use super::edited;
use crate::api::endpoint::{Context, Endpoint, Method, Nothing, Request};
use crate::api::error::ApiError;
use crate::api::permission::Permission;
use crate::api::types::{Empty, Id};

pub struct DeleteParams;

/// Parameters to delete.
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ParamsDeletion {
    param_ids: Vec<Id>,
}

impl Endpoint for DeleteParams {
    const METHOD: Method = Method::Post;
    const PATH: &'static str = "/params/delete/";
    const PERMISSION: Permission = Permission::Manager;
    const TITLE: &'static str = "Delete Parameters";
    const WRITES: bool = true;
    type Path = Nothing;
    type Query = Nothing;
    type Body = ParamsDeletion;
    type Reply = Empty;

    async fn handle(context: Context, request: Request<Self>) -> Result<Empty, ApiError> {
        edited(&context, &request.body.param_ids, |edit, param| edit.delete_param(param.id)).await?;
        tracing::info!(params = request.body.param_ids.len(), user = context.caller.user, "parameters deleted");
        Ok(Empty {})
    }
}
