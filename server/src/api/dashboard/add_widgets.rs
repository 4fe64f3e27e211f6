//! POST /org/:orgId/dashboard/add-widgets/

use super::change::{DashboardParams, change};
use crate::api::endpoint::{Context, Endpoint, Method, Nothing, Request, Scope};
use crate::api::error::ApiError;
use crate::api::net::list::OrgPath;
use crate::api::permission::Permission;
use crate::api::types::Empty;

pub struct AddWidgets;

impl Endpoint for AddWidgets {
    const METHOD: Method = Method::Post;
    const PATH: &'static str = "/org/:orgId/dashboard/add-widgets/";
    const PERMISSION: Permission = Permission::Manager;
    const TITLE: &'static str = "Add Widgets to Dashboard";
    const WRITES: bool = true;
    type Path = OrgPath;
    type Query = Nothing;
    type Body = DashboardParams;
    type Reply = Empty;

    fn scope(request: &Request<Self>) -> Scope {
        Scope::Org(request.path.org_id.0)
    }

    /// New ones come last; one that is there keeps its place.
    async fn handle(context: Context, request: Request<Self>) -> Result<Empty, ApiError> {
        let (org, asked) = (request.path.org_id.0, request.body.param_ids.0);
        change(&context, org, asked, |present, asked| [present, asked].concat()).await
    }
}
