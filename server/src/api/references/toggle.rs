//! POST /org/:orgId/params/toggle/

use serde::Deserialize;
use utoipa::ToSchema;

use super::ChangeReply;
use crate::api::endpoint::{Context, Endpoint, Method, Nothing, Request, Scope};
use crate::api::error::ApiError;
use crate::api::net::list::OrgPath;
use crate::api::permission::Permission;
use crate::control::Change;

pub struct Toggle;

/// A reference, the value of the off state, and that of the on state, as text.
#[derive(Deserialize, ToSchema)]
pub struct ToggleByReference {
    param: String,
    default: String,
    on: String,
}

impl Endpoint for Toggle {
    const METHOD: Method = Method::Post;
    const PATH: &'static str = "/org/:orgId/params/toggle/";
    const PERMISSION: Permission = Permission::Operator;
    const TITLE: &'static str = "Toggle Parameter Value";
    const WRITES: bool = true;
    type Path = OrgPath;
    type Query = Nothing;
    type Body = ToggleByReference;
    type Reply = ChangeReply;

    fn scope(request: &Request<Self>) -> Scope {
        Scope::Org(request.path.org_id.0)
    }

    async fn handle(context: Context, request: Request<Self>) -> Result<ChangeReply, ApiError> {
        let ToggleByReference { param, default, on } = &request.body;
        super::change(&context, request.path.org_id.0, param, Change::Toggle { default, on }).await
    }
}
