//! POST /org/:orgId/params/save-param-value/

use serde::Deserialize;
use utoipa::ToSchema;

use super::ChangeReply;
use crate::api::endpoint::{Context, Endpoint, Method, Nothing, Request, Scope};
use crate::api::error::ApiError;
use crate::api::net::list::OrgPath;
use crate::api::permission::Permission;
use crate::control::Change;

pub struct SaveParamValue;

/// A reference, and the value to write, as text.
#[derive(Deserialize, ToSchema)]
pub struct ValueByReference {
    param: String,
    value: String,
}

impl Endpoint for SaveParamValue {
    const METHOD: Method = Method::Post;
    const PATH: &'static str = "/org/:orgId/params/save-param-value/";
    const PERMISSION: Permission = Permission::Operator;
    const TITLE: &'static str = "Save Parameter Value";
    const WRITES: bool = true;
    type Path = OrgPath;
    type Query = Nothing;
    type Body = ValueByReference;
    type Reply = ChangeReply;

    fn scope(request: &Request<Self>) -> Scope {
        Scope::Org(request.path.org_id.0)
    }

    async fn handle(context: Context, request: Request<Self>) -> Result<ChangeReply, ApiError> {
        let ValueByReference { param, value } = &request.body;
        super::change(&context, request.path.org_id.0, param, Change::To(value)).await
    }
}
