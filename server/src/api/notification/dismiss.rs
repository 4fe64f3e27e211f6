//! POST /global-notifications/:notificationId/dismiss/

use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

use crate::api::endpoint::{Context, Endpoint, Method, NoBody, Nothing, Request};
use crate::api::error::ApiError;
use crate::api::permission::Permission;
use crate::api::trail::Deed;

pub struct DismissNotification;

#[derive(Deserialize, IntoParams)]
#[serde(rename_all = "camelCase")]
pub struct NotificationPath {
    notification_id: Uuid,
}

/// Whether it is new that the user has dismissed it.
#[derive(Serialize, ToSchema)]
pub struct DismissReply {
    /// `ok` always.
    status: &'static str,
    created: bool,
}

impl Endpoint for DismissNotification {
    const METHOD: Method = Method::Post;
    const PATH: &'static str = "/global-notifications/:notificationId/dismiss/";
    const PERMISSION: Permission = Permission::Session;
    const TITLE: &'static str = "Dismiss Runtime Global Notification";
    const WRITES: bool = true;
    type Path = NotificationPath;
    type Query = Nothing;
    type Body = NoBody;
    type Reply = DismissReply;

    async fn handle(context: Context, request: Request<Self>) -> Result<DismissReply, ApiError> {
        let id = request.path.notification_id;
        let absent = || ApiError::not_found("notification", id);
        context.directory.notifications.get(&id).filter(|each| each.is_enabled).ok_or_else(absent)?;
        let user = context.caller.user.ok_or_else(absent)?;
        let (action, object) = ("dismiss notification", id.to_string());
        let deed = Deed { org: None, action, object, old: None, new: None, result: Ok(()) };
        let created = context.keep(deed, move |store, entry| store.dismiss(user, id, entry)).await?;
        Ok(DismissReply { status: "ok", created })
    }
}
