//! GET /org/:orgId/viss/

use serde::Serialize;
use utoipa::ToSchema;

use crate::api::endpoint::{Context, Endpoint, Method, NoBody, Nothing, Request, Scope};
use crate::api::error::ApiError;
use crate::api::net::list::OrgPath;
use crate::api::permission::Permission;
use crate::model::VisId;

pub struct ListViss;

/// A visualization by its name.
#[derive(Serialize, ToSchema)]
pub struct VisName {
    id: VisId,
    name: String,
}

impl Endpoint for ListViss {
    const METHOD: Method = Method::Get;
    const PATH: &'static str = "/org/:orgId/viss/";
    const PERMISSION: Permission = Permission::Demo;
    const TITLE: &'static str = "Get Organization Visualizations";
    type Path = OrgPath;
    type Query = Nothing;
    type Body = NoBody;
    type Reply = Vec<VisName>;

    fn scope(request: &Request<Self>) -> Scope {
        Scope::Org(request.path.org_id.0)
    }

    async fn handle(context: Context, request: Request<Self>) -> Result<Vec<VisName>, ApiError> {
        let viss = context.directory.viss_of(request.path.org_id.0);
        Ok(viss.map(|vis| VisName { id: vis.id, name: vis.name.clone() }).collect())
    }
}
