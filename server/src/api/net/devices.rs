//! GET /net/:netId/devices/

use serde::Serialize;
use utoipa::ToSchema;

use super::get::NetPath;
use crate::api::endpoint::{Context, Endpoint, Method, NoBody, Nothing, Request, Scope};
use crate::api::error::ApiError;
use crate::api::permission::Permission;
use crate::api::types::Date;
use crate::model::DeviceId;

pub struct NetDevices;

/// The devices of a network.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct NetDevicesReply {
    devices: Vec<NetDevice>,
    /// `null`: a self-hosted server sets no quota of devices (D-38).
    available_devices_quota: Option<u32>,
}

#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct NetDevice {
    id: DeviceId,
    name: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    disabled_on: Option<Date>,
    #[serde(skip_serializing_if = "Option::is_none")]
    disabled_by: Option<&'static str>,
}

impl Endpoint for NetDevices {
    const METHOD: Method = Method::Get;
    const PATH: &'static str = "/net/:netId/devices/";
    const PERMISSION: Permission = Permission::Viewer;
    const TITLE: &'static str = "List Network Devices";
    type Path = NetPath;
    type Query = Nothing;
    type Body = NoBody;
    type Reply = NetDevicesReply;

    fn scope(request: &Request<Self>) -> Scope {
        Scope::Net(request.path.net_id.0)
    }

    async fn handle(context: Context, request: Request<Self>) -> Result<NetDevicesReply, ApiError> {
        let devices = context.directory.devices_of(request.path.net_id.0).map(|device| NetDevice {
            id: device.id,
            name: device.name.clone(),
            disabled_on: device.disabled.as_ref().map(|disabled| Date(disabled.on)),
            disabled_by: device.disabled.as_ref().map(|disabled| disabled.by.code()),
        });
        Ok(NetDevicesReply { devices: devices.collect(), available_devices_quota: None })
    }
}
