//! POST /org/:orgId/dashboard/change/

use std::collections::BTreeSet;

use serde::Deserialize;
use utoipa::ToSchema;

use crate::api::endpoint::{Context, Endpoint, Method, Nothing, Request, Scope};
use crate::api::error::ApiError;
use crate::api::net::list::OrgPath;
use crate::api::permission::Permission;
use crate::api::types::{Empty, Ids};
use crate::model::{OrgId, ParamId};

pub struct ChangeDashboard;

/// Parameters in the order in which they are shown; of one that stands there twice the first place counts.
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct DashboardParams {
    pub param_ids: Ids,
}

/// Sets the widgets to what `list` makes of the present ones and those of the request. An unknown
/// or foreign one is refused and nothing is changed.
pub async fn change(
    context: &Context,
    org: OrgId,
    asked: Vec<ParamId>,
    list: fn(&[ParamId], &[ParamId]) -> Vec<ParamId>,
) -> Result<Empty, ApiError> {
    let change = context.configure(move |edit| {
        let directory = edit.before();
        if let Some(stranger) = asked.iter().find(|id| directory.org_of_param(**id) != Some(org)) {
            let text = format!("the organization has no parameter `{stranger}`");
            return Ok(Err(ApiError::not_authorized(text)));
        }
        let mut seen = BTreeSet::new();
        let mut widgets = list(directory.dashboard(org), &asked);
        widgets.retain(|id| seen.insert(*id));
        if widgets != directory.dashboard(org) {
            edit.put_dashboard(org, &widgets)?;
        }
        Ok(Ok(widgets.len()))
    });
    let widgets = change.await??;
    tracing::info!(org, widgets, user = context.caller.user, "dashboard changed");
    Ok(Empty {})
}

impl Endpoint for ChangeDashboard {
    const METHOD: Method = Method::Post;
    const PATH: &'static str = "/org/:orgId/dashboard/change/";
    const PERMISSION: Permission = Permission::Manager;
    const TITLE: &'static str = "Change Dashboard Settings";
    const WRITES: bool = true;
    type Path = OrgPath;
    type Query = Nothing;
    type Body = DashboardParams;
    type Reply = Empty;

    fn scope(request: &Request<Self>) -> Scope {
        Scope::Org(request.path.org_id.0)
    }

    async fn handle(context: Context, request: Request<Self>) -> Result<Empty, ApiError> {
        let (org, asked) = (request.path.org_id.0, request.body.param_ids.0);
        change(&context, org, asked, |_, asked| asked.to_vec()).await
    }
}
