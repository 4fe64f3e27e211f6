//! GET /org/:orgId/get-resource-reports/

use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use crate::api::endpoint::{Context, Endpoint, Method, NoBody, Nothing, Request, Scope};
use crate::api::error::ApiError;
use crate::api::net::list::OrgPath;
use crate::api::permission::Permission;

pub struct ListReports;

/// A report by its name.
#[derive(Serialize, ToSchema)]
pub struct ReportName {
    id: Uuid,
    name: String,
}

impl Endpoint for ListReports {
    const METHOD: Method = Method::Get;
    const PATH: &'static str = "/org/:orgId/get-resource-reports/";
    const PERMISSION: Permission = Permission::Viewer;
    const TITLE: &'static str = "Get Org Resource Reports";
    type Path = OrgPath;
    type Query = Nothing;
    type Body = NoBody;
    type Reply = Vec<ReportName>;

    fn scope(request: &Request<Self>) -> Scope {
        Scope::Org(request.path.org_id.0)
    }

    async fn handle(context: Context, request: Request<Self>) -> Result<Vec<ReportName>, ApiError> {
        let reports = context.directory.reports_of(request.path.org_id.0).into_iter();
        Ok(reports.map(|report| ReportName { id: report.id, name: report.name.clone() }).collect())
    }
}
