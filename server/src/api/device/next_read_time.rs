//! GET /device/:deviceId/next-read-time/

use parabus_core::value::Lang;
use serde::Serialize;
use utoipa::ToSchema;

use super::get::DevicePath;
use crate::api::endpoint::{Context, Endpoint, Method, NoBody, Nothing, Request, Scope};
use crate::api::error::ApiError;
use crate::api::permission::Permission;
use crate::api::types::Date;
use crate::poll::PollCode;

pub struct NextReadTime;

/// The device's background reading.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct NextReadReply {
    /// What the next reading waits for, unless it is simply scheduled; in the language of the organization.
    #[serde(skip_serializing_if = "Option::is_none")]
    msg: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    next_read_date: Option<Date>,
    /// Of the last reading that the device answered, also before the server started.
    #[serde(skip_serializing_if = "Option::is_none")]
    last_read_on: Option<Date>,
}

impl Endpoint for NextReadTime {
    const METHOD: Method = Method::Get;
    const PATH: &'static str = "/device/:deviceId/next-read-time/";
    const PERMISSION: Permission = Permission::Viewer;
    const TITLE: &'static str = "Get Device Next Read Time";
    type Path = DevicePath;
    type Query = Nothing;
    type Body = NoBody;
    type Reply = NextReadReply;

    fn scope(request: &Request<Self>) -> Scope {
        Scope::Device(request.path.device_id.0)
    }

    async fn handle(context: Context, request: Request<Self>) -> Result<NextReadReply, ApiError> {
        let id = request.path.device_id.0;
        let directory = &context.directory;
        let lang =
            directory.org_of_device(id).and_then(|org| directory.orgs.get(&org)).map_or(Lang::En, |org| org.lang);
        let status = context.app.poll.status(id);
        let stored = directory.params_of(id).filter_map(|param| context.app.live.last(param.id)).map(|(at, _)| at);
        Ok(NextReadReply {
            msg: (status.code != PollCode::Scheduled).then(|| status.message(lang)),
            next_read_date: status.next_read_on.map(Date),
            last_read_on: stored.chain(status.last_read_on).max().map(Date),
        })
    }
}
