//! POST /raw/check-device-read/

use parabus_core::modbus::UnitId;
use serde::Deserialize;
use utoipa::ToSchema;

use super::connection::RawConnection;
use super::group::check_unit;
use super::write_register_group::StatusReply;
use crate::api::endpoint::{Context, Endpoint, Method, Nothing, Request};
use crate::api::error::ApiError;
use crate::api::permission::Permission;
use crate::api::template::find;
use crate::api::types::Id;
use crate::control;

pub struct CheckDeviceRead;

#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct CheckDeviceReadRequest {
    /// 1..=255.
    device_modbus_id: u8,
    template_id: Id,
    connection: RawConnection,
    /// SKU of the controller; the check is the same for all.
    #[allow(dead_code, reason = "part of the published request")]
    sku: Option<String>,
}

impl Endpoint for CheckDeviceRead {
    const METHOD: Method = Method::Post;
    const PATH: &'static str = "/raw/check-device-read/";
    const PERMISSION: Permission = Permission::Viewer;
    const TITLE: &'static str = "Raw Check Device Read";
    type Path = Nothing;
    type Query = Nothing;
    type Body = CheckDeviceReadRequest;
    type Reply = StatusReply;

    /// Every value of the template has to be there.
    async fn handle(context: Context, request: Request<Self>) -> Result<StatusReply, ApiError> {
        let CheckDeviceReadRequest { device_modbus_id, template_id, connection, .. } = request.body;
        check_unit(device_modbus_id)?;
        let template = find(&context, template_id.0)?;
        let link = connection.open(&context, Self::PERMISSION).await?;
        let checked = control::check_template(&link, UnitId(device_modbus_id), template, super::TIMEOUT_MS).await;
        Ok(checked.map_or_else(StatusReply::error, |()| StatusReply::Ok))
    }
}
