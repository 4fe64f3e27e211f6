//! POST /device/:deviceId/change-disable/

use serde::Serialize;
use utoipa::ToSchema;

use super::get::DevicePath;
use crate::api::endpoint::{Context, Endpoint, Method, Nothing, Request, Scope};
use crate::api::error::ApiError;
use crate::api::permission::Permission;
use crate::api::types::Enabled;
use crate::model::Disabled;

pub struct ChangeDeviceDisable;

#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct DeviceQuotaReply {
    /// `null`: a self-hosted server sets no quota of devices (D-38).
    available_devices_quota: Option<u32>,
}

impl Endpoint for ChangeDeviceDisable {
    const METHOD: Method = Method::Post;
    const PATH: &'static str = "/device/:deviceId/change-disable/";
    const PERMISSION: Permission = Permission::Manager;
    const TITLE: &'static str = "Change Device Disabled State";
    const WRITES: bool = true;
    type Path = DevicePath;
    type Query = Nothing;
    type Body = Enabled;
    type Reply = DeviceQuotaReply;

    fn scope(request: &Request<Self>) -> Scope {
        Scope::Device(request.path.device_id.0)
    }

    async fn handle(context: Context, request: Request<Self>) -> Result<DeviceQuotaReply, ApiError> {
        let (id, enabled) = (request.path.device_id.0, request.body.enabled);
        let change = context.configure(move |edit| {
            let Some(mut device) = edit.before().devices.get(&id).cloned() else { return Ok(None) };
            let before = device.disabled.take();
            device.disabled = (!enabled).then(|| before.clone().unwrap_or_else(Disabled::by_user));
            if device.disabled != before {
                edit.put_device(&device)?;
            }
            Ok(Some(()))
        });
        change.await?.ok_or_else(|| ApiError::not_found("device", id))?;
        tracing::info!(device = id, enabled, user = context.caller.user, "device switched");
        Ok(DeviceQuotaReply { available_devices_quota: None })
    }
}
