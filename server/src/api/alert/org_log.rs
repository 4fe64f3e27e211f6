//! GET /org/:orgId/alerts/log/

use serde::Deserialize;
use utoipa::IntoParams;

use super::journal::{JournalReply, Wanted, page};
use crate::api::endpoint::{Context, Endpoint, Method, NoBody, Request, Scope};
use crate::api::error::ApiError;
use crate::api::net::list::OrgPath;
use crate::api::permission::Permission;
use crate::api::types::{Id, Language};
use crate::storage::Records;

pub struct OrgAlertLog;

#[derive(Deserialize, IntoParams)]
#[serde(rename_all = "camelCase")]
pub struct OrgAlertLogQuery {
    /// From 1 on.
    page: Option<u64>,
    /// 1 to 100; 25 if nothing is said.
    items_on_page: Option<u64>,
    /// Only of alerts with a condition on this network when they began.
    net_id: Option<Id>,
    /// Of the texts; else the user's, else the organization's.
    lang: Option<Language>,
}

impl Endpoint for OrgAlertLog {
    const METHOD: Method = Method::Get;
    const PATH: &'static str = "/org/:orgId/alerts/log/";
    const PERMISSION: Permission = Permission::Demo;
    const TITLE: &'static str = "Get Organization Alert Log";
    type Path = OrgPath;
    type Query = OrgAlertLogQuery;
    type Body = NoBody;
    type Reply = JournalReply;

    fn scope(request: &Request<Self>) -> Scope {
        Scope::Org(request.path.org_id.0)
    }

    async fn handle(context: Context, request: Request<Self>) -> Result<JournalReply, ApiError> {
        let org = request.path.org_id.0;
        let OrgAlertLogQuery { page: number, items_on_page, net_id, lang } = request.query;
        let records = match net_id {
            None => Records::OfOrg(org),
            Some(Id(net)) if context.directory.org_of_net(net) == Some(org) => Records::OnNet(org, net),
            Some(Id(net)) => return Err(ApiError::not_found("network", net)),
        };
        let lang = lang.map(|lang| lang.0);
        page(&context, Wanted { org, records, page: number, items_on_page, lang }).await
    }
}
