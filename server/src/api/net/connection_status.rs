//! POST /net/:netId/connection-status/

use serde::Serialize;
use utoipa::ToSchema;

use super::get::NetPath;
use crate::api::endpoint::{Context, Endpoint, Method, NoBody, Nothing, Request, Scope};
use crate::api::error::ApiError;
use crate::api::permission::Permission;
use crate::api::types::Date;
use crate::model::Net;
use crate::words;

pub struct ConnectionStatus;

/// One of the two.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub enum ConnectionStatusReply {
    Connected(Connected),
    Disconnected(Disconnected),
}

#[derive(Serialize, ToSchema)]
pub struct Connected {
    #[serde(skip_serializing_if = "Option::is_none")]
    since: Option<Date>,
}

#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Disconnected {
    #[serde(skip_serializing_if = "Option::is_none")]
    last_seen_on: Option<Date>,
    reason: String,
}

/// When anything of the network answered last, also before the server started.
fn last_seen(context: &Context, net: &Net) -> Option<Date> {
    let seen = context.app.links.status(&net.connection).last_seen_on;
    let params = context.directory.devices_of(net.id).flat_map(|device| context.directory.params_of(device.id));
    let stored = params.filter_map(|param| context.app.live.last(param.id)).map(|(at, _)| at);
    stored.chain(seen).max().map(Date)
}

impl Endpoint for ConnectionStatus {
    const METHOD: Method = Method::Post;
    const PATH: &'static str = "/net/:netId/connection-status/";
    const PERMISSION: Permission = Permission::Viewer;
    const TITLE: &'static str = "Get Network Connection Status";
    type Path = NetPath;
    type Query = Nothing;
    type Body = NoBody;
    type Reply = ConnectionStatusReply;

    fn scope(request: &Request<Self>) -> Scope {
        Scope::Net(request.path.net_id.0)
    }

    async fn handle(context: Context, request: Request<Self>) -> Result<ConnectionStatusReply, ApiError> {
        let id = request.path.net_id.0;
        let net = context.directory.nets.get(&id).ok_or_else(|| ApiError::not_found("network", id))?;
        let status = context.app.links.status(&net.connection);
        if let Some(since) = status.connected_since {
            return Ok(ConnectionStatusReply::Connected(Connected { since: Some(Date(since)) }));
        }
        let reason = match (&net.disabled, status.reason) {
            (Some(_), _) => words::NET_DISABLED.en().to_owned(),
            (None, Some(reason)) => reason,
            (None, None) if net.connection.mac().is_some() => words::NOT_DIALLED_IN.en().to_owned(),
            (None, None) => words::NOTHING_ASKED.en().to_owned(),
        };
        let last_seen_on = last_seen(&context, net);
        Ok(ConnectionStatusReply::Disconnected(Disconnected { last_seen_on, reason }))
    }
}
