//! POST /raw/read-controller-modbus-settings/

use parabus_core::modbus::UnitId;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::connection::RawConnection;
use super::group::check_unit;
use crate::api::endpoint::{Context, Endpoint, Method, Nothing, Request};
use crate::api::error::ApiError;
use crate::api::permission::Permission;
use crate::controller::{ControllerMap, bus_settings};

pub struct ReadControllerModbusSettings;

#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ReadSettingsRequest {
    /// 1..=255.
    device_modbus_id: u8,
    sku: String,
    connection: RawConnection,
    /// All versions are read alike.
    #[allow(dead_code, reason = "part of the published request")]
    controller_version: Option<f64>,
}

/// `{"status":"ok"}` with the settings, or what went wrong.
#[derive(Serialize, ToSchema)]
#[serde(tag = "status", rename_all = "kebab-case")]
pub enum SettingsReply {
    #[serde(rename_all = "camelCase")]
    Ok {
        controller_unit_id: u8,
        bit_rate: u32,
        /// 0 even, 1 odd, 2 space, 3 mark, 4 none, 5 auto-stop, -1 the controller's default.
        byte_format: i8,
    },
    #[serde(rename_all = "camelCase")]
    Error { error_message: String },
}

impl Endpoint for ReadControllerModbusSettings {
    const METHOD: Method = Method::Post;
    const PATH: &'static str = "/raw/read-controller-modbus-settings/";
    const PERMISSION: Permission = Permission::Viewer;
    const TITLE: &'static str = "Raw Read Controller Modbus Settings";
    type Path = Nothing;
    type Query = Nothing;
    type Body = ReadSettingsRequest;
    type Reply = SettingsReply;

    async fn handle(context: Context, request: Request<Self>) -> Result<SettingsReply, ApiError> {
        let ReadSettingsRequest { device_modbus_id, sku, connection, .. } = request.body;
        check_unit(device_modbus_id)?;
        let link = connection.open(&context, Self::PERMISSION).await?;
        let settings = match ControllerMap::of_sku(&sku) {
            Ok(map) => bus_settings(&link, UnitId(device_modbus_id), map).await,
            Err(error) => Err(error),
        };
        Ok(match settings {
            Ok((unit, settings)) => SettingsReply::Ok {
                controller_unit_id: unit.0,
                bit_rate: settings.bit_rate,
                byte_format: settings.byte_format.code(),
            },
            Err(error) => SettingsReply::Error { error_message: error.to_string() },
        })
    }
}
