//! GET /version/

use serde::Serialize;
use utoipa::ToSchema;

use crate::api::endpoint::{Context, Endpoint, Method, NoBody, Nothing, Request};
use crate::api::error::ApiError;
use crate::api::permission::Permission;

pub struct Version;

/// Versions of the API and of the server that speaks it.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct VersionReply {
    api_version: &'static str,
    api_server_version: &'static str,
}

impl Endpoint for Version {
    const METHOD: Method = Method::Get;
    const PATH: &'static str = "/version/";
    const PERMISSION: Permission = Permission::Public;
    const TITLE: &'static str = "Get API Version Information";
    type Path = Nothing;
    type Query = Nothing;
    type Body = NoBody;
    type Reply = VersionReply;

    async fn handle(_context: Context, _request: Request<Self>) -> Result<VersionReply, ApiError> {
        // The published API's own version stays fixed (D-40).
        Ok(VersionReply { api_version: "0.1.0", api_server_version: env!("CARGO_PKG_VERSION") })
    }
}
