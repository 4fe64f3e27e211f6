//! GET /org/:orgId/alerts/

use serde::Serialize;
use utoipa::ToSchema;

use crate::alarm::model::{Alert, AlertId};
use crate::api::endpoint::{Context, Endpoint, Method, NoBody, Nothing, Request, Scope};
use crate::api::error::ApiError;
use crate::api::net::list::OrgPath;
use crate::api::permission::Permission;

pub struct ListAlerts;

/// An alert of the organization.
#[derive(Serialize, ToSchema)]
pub struct AlertSummary {
    id: AlertId,
    name: String,
    slug: String,
}

impl Endpoint for ListAlerts {
    const METHOD: Method = Method::Get;
    const PATH: &'static str = "/org/:orgId/alerts/";
    const PERMISSION: Permission = Permission::Demo;
    const TITLE: &'static str = "Get List of Alerts";
    type Path = OrgPath;
    type Query = Nothing;
    type Body = NoBody;
    type Reply = Vec<AlertSummary>;

    fn scope(request: &Request<Self>) -> Scope {
        Scope::Org(request.path.org_id.0)
    }

    async fn handle(context: Context, request: Request<Self>) -> Result<Vec<AlertSummary>, ApiError> {
        let summary = |alert: &Alert| AlertSummary { id: alert.id, name: alert.name.clone(), slug: alert.slug.clone() };
        Ok(context.directory.alerts_of(request.path.org_id.0).map(summary).collect())
    }
}
