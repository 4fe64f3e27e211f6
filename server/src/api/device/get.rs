//! GET /device/:deviceId/

use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::api::endpoint::{Context, Endpoint, Method, NoBody, Nothing, Request, Scope};
use crate::api::error::ApiError;
use crate::api::permission::Permission;
use crate::api::types::{Date, Id};
use crate::model::{DeviceId, NetId};

pub struct GetDevice;

#[derive(Deserialize, IntoParams)]
#[serde(rename_all = "camelCase")]
pub struct DevicePath {
    pub device_id: Id,
}

/// A device.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct DeviceReply {
    id: DeviceId,
    net_id: NetId,
    name: String,
    slug: String,
    modbus_unit_id: u8,
    #[serde(skip_serializing_if = "Option::is_none")]
    disabled_on: Option<Date>,
    update_period_sec: u32,
    read_group_size: u8,
    write_function: &'static str,
    modbus_timeout_retries_num: u8,
    #[serde(skip_serializing_if = "Option::is_none")]
    initialized_from_template: Option<i64>,
}

impl Endpoint for GetDevice {
    const METHOD: Method = Method::Get;
    const PATH: &'static str = "/device/:deviceId/";
    const PERMISSION: Permission = Permission::Viewer;
    const TITLE: &'static str = "Get Device Info";
    type Path = DevicePath;
    type Query = Nothing;
    type Body = NoBody;
    type Reply = DeviceReply;

    fn scope(request: &Request<Self>) -> Scope {
        Scope::Device(request.path.device_id.0)
    }

    async fn handle(context: Context, request: Request<Self>) -> Result<DeviceReply, ApiError> {
        let id = request.path.device_id.0;
        let device = context.directory.devices.get(&id).ok_or_else(|| ApiError::not_found("device", id))?;
        Ok(DeviceReply {
            id,
            net_id: device.net_id,
            name: device.name.clone(),
            slug: device.slug.clone(),
            modbus_unit_id: device.unit_id.0,
            disabled_on: device.disabled.as_ref().map(|disabled| Date(disabled.on)),
            update_period_sec: device.update_period_sec,
            read_group_size: device.read_group_size,
            write_function: device.write_function.code(),
            modbus_timeout_retries_num: device.timeout_retries,
            initialized_from_template: device.template_id,
        })
    }
}
