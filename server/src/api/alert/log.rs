//! GET /alert/:alertId/log/

use serde::Deserialize;
use utoipa::IntoParams;

use super::get::AlertPath;
use super::journal::{JournalReply, Wanted, page};
use crate::api::endpoint::{Context, Endpoint, Method, NoBody, Request, Scope};
use crate::api::error::ApiError;
use crate::api::permission::Permission;
use crate::api::types::Language;
use crate::storage::Records;

pub struct AlertLog;

#[derive(Deserialize, IntoParams)]
#[serde(rename_all = "camelCase")]
pub struct AlertLogQuery {
    /// From 1 on.
    page: Option<u64>,
    /// 1 to 100; 25 if nothing is said.
    items_on_page: Option<u64>,
    /// Of the texts; else the user's, else the organization's.
    lang: Option<Language>,
}

impl Endpoint for AlertLog {
    const METHOD: Method = Method::Get;
    const PATH: &'static str = "/alert/:alertId/log/";
    const PERMISSION: Permission = Permission::Demo;
    const TITLE: &'static str = "Get Alert Log";
    type Path = AlertPath;
    type Query = AlertLogQuery;
    type Body = NoBody;
    type Reply = JournalReply;

    fn scope(request: &Request<Self>) -> Scope {
        Scope::Alert(request.path.alert_id.0)
    }

    async fn handle(context: Context, request: Request<Self>) -> Result<JournalReply, ApiError> {
        let id = request.path.alert_id.0;
        let AlertLogQuery { page: number, items_on_page, lang } = request.query;
        let org = context.directory.org_of_alert(id).ok_or_else(|| ApiError::not_found("alert", id))?;
        let (records, lang) = (Records::Of(id), lang.map(|lang| lang.0));
        page(&context, Wanted { org, records, page: number, items_on_page, lang }).await
    }
}
