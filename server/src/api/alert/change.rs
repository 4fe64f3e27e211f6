//! POST /alert/:alertId/change/

use super::create::alert_slug;
use super::get::AlertPath;
use super::wish::{AlertResult, AlertWish, Faults};
use crate::alarm::model::Alert;
use crate::api::endpoint::{Context, Endpoint, Method, Nothing, Request, Scope};
use crate::api::error::ApiError;
use crate::api::permission::Permission;

pub struct ChangeAlert;

impl Endpoint for ChangeAlert {
    const METHOD: Method = Method::Post;
    const PATH: &'static str = "/alert/:alertId/change/";
    const PERMISSION: Permission = Permission::Manager;
    const TITLE: &'static str = "Change Alert";
    const WRITES: bool = true;
    type Path = AlertPath;
    type Query = Nothing;
    type Body = AlertWish;
    type Reply = AlertResult;

    fn scope(request: &Request<Self>) -> Scope {
        Scope::Alert(request.path.alert_id.0)
    }

    async fn handle(context: Context, request: Request<Self>) -> Result<AlertResult, ApiError> {
        let (id, wish) = (request.path.alert_id.0, request.body);
        let changed = context.configure(move |edit| {
            // Another caller may have deleted it since.
            let Some(before) = edit.before().alerts.get(&id).cloned() else { return Ok(None) };
            let alert = match wish.check(edit.before(), before.org_id, Some(&before)) {
                Ok(alert) => alert,
                Err(faults) => return Ok(Some(faults)),
            };
            let is_renamed = alert.name != before.name;
            let renamed = is_renamed.then(|| alert_slug(edit.before(), before.org_id, Some(id), &alert.name));
            let alert = Alert { slug: renamed.unwrap_or_else(|| before.slug.clone()), ..alert };
            if alert != before {
                edit.put_alert(&alert)?;
            }
            Ok(Some(Faults::new()))
        });
        let faults = changed.await?.ok_or_else(|| ApiError::not_found("alert", id))?;
        tracing::info!(alert = id, user = context.caller.user, faults = faults.len(), "alert changed");
        Ok(AlertResult::of(faults))
    }
}
