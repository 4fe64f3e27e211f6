//! POST /org/:orgId/alerts/create/

use std::collections::BTreeSet;

use super::wish::{AlertResult, AlertWish, Faults};
use crate::alarm::model::{Alert, AlertId};
use crate::api::endpoint::{Context, Endpoint, Method, Nothing, Request, Scope};
use crate::api::error::ApiError;
use crate::api::net::list::OrgPath;
use crate::api::permission::Permission;
use crate::model::{Directory, OrgId};
use crate::plant::slug_of;

pub struct CreateAlert;

/// A slug that no other alert of the organization has.
pub(super) fn alert_slug(directory: &Directory, org: OrgId, own: Option<AlertId>, name: &str) -> String {
    let others = directory.alerts_of(org).filter(|alert| Some(alert.id) != own);
    slug_of(name, &mut others.map(|alert| alert.slug.clone()).collect::<BTreeSet<_>>())
}

impl Endpoint for CreateAlert {
    const METHOD: Method = Method::Post;
    const PATH: &'static str = "/org/:orgId/alerts/create/";
    const PERMISSION: Permission = Permission::Manager;
    const TITLE: &'static str = "Create Alert";
    const WRITES: bool = true;
    type Path = OrgPath;
    type Query = Nothing;
    type Body = AlertWish;
    type Reply = AlertResult;

    fn scope(request: &Request<Self>) -> Scope {
        Scope::Org(request.path.org_id.0)
    }

    async fn handle(context: Context, request: Request<Self>) -> Result<AlertResult, ApiError> {
        let (org, wish) = (request.path.org_id.0, request.body);
        let created = context.configure(move |edit| {
            let alert = match wish.check(edit.before(), org, None) {
                Ok(alert) => alert,
                Err(faults) => return Ok(Err(faults)),
            };
            let slug = alert_slug(edit.before(), org, None, &alert.name);
            Ok(Ok(edit.put_alert(&Alert { slug, ..alert })?))
        });
        Ok(AlertResult::of(match created.await? {
            Ok(alert) => {
                tracing::info!(alert, org, user = context.caller.user, "alert created");
                Faults::new()
            }
            Err(faults) => faults,
        }))
    }
}
