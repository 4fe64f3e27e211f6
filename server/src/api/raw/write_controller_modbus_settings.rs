//! POST /raw/write-controller-modbus-settings/

use parabus_core::modbus::UnitId;
use serde::Deserialize;
use utoipa::ToSchema;

use super::connection::RawConnection;
use super::group::check_unit;
use super::write_register_group::StatusReply;
use crate::api::endpoint::{Context, Endpoint, Method, Nothing, Request};
use crate::api::error::ApiError;
use crate::api::permission::Permission;
use crate::api::trail::Deed;
use crate::controller::{BusSettings, ByteFormat, ControllerMap, change_bus_settings};

/// Rates of serial lines, generously.
const BIT_RATES: std::ops::RangeInclusive<u32> = 50..=4_000_000;

pub struct WriteControllerModbusSettings;

#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct WriteSettingsRequest {
    /// 1..=255.
    device_modbus_id: u8,
    sku: String,
    settings: Settings,
    connection: RawConnection,
    /// All versions are written alike.
    #[allow(dead_code, reason = "part of the published request")]
    controller_version: Option<f64>,
}

#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Settings {
    /// 50..=4000000.
    bit_rate: u32,
    /// 0 even, 1 odd, 2 space, 3 mark, 4 none, 5 auto-stop, -1 the controller's default.
    byte_format: i8,
}

impl Settings {
    fn check(&self) -> Result<BusSettings, ApiError> {
        let Settings { bit_rate, byte_format } = *self;
        if !BIT_RATES.contains(&bit_rate) {
            let text = format!("payload: settings.bitRate: `{bit_rate}` is out of range, expected 50 to 4000000");
            return Err(ApiError::incorrect_request(text));
        }
        let byte_format = ByteFormat::new(byte_format).ok_or_else(|| {
            let text = format!("payload: settings.byteFormat: `{byte_format}` is out of range, expected -1 to 5");
            ApiError::incorrect_request(text)
        })?;
        Ok(BusSettings { bit_rate, byte_format })
    }
}

impl Endpoint for WriteControllerModbusSettings {
    const METHOD: Method = Method::Post;
    const PATH: &'static str = "/raw/write-controller-modbus-settings/";
    const PERMISSION: Permission = Permission::Operator;
    const TITLE: &'static str = "Raw Write Controller Modbus Settings";
    const WRITES: bool = true;
    type Path = Nothing;
    type Query = Nothing;
    type Body = WriteSettingsRequest;
    type Reply = StatusReply;

    async fn handle(context: Context, request: Request<Self>) -> Result<StatusReply, ApiError> {
        let WriteSettingsRequest { device_modbus_id, sku, settings, connection, .. } = request.body;
        check_unit(device_modbus_id)?;
        let wanted = format!("bitRate={}, byteFormat={}", settings.bit_rate, settings.byte_format);
        let settings = settings.check()?;
        let link = connection.open(&context, Self::PERMISSION).await?;
        let changed = match ControllerMap::of_sku(&sku) {
            Ok(map) => change_bus_settings(&link, UnitId(device_modbus_id), map, settings).await,
            Err(error) => Err(error),
        };
        context
            .record(Deed {
                org: context.org_of_connection(link.connection()),
                action: "write controller settings",
                object: format!("{} unit {device_modbus_id} {sku}", link.connection()),
                old: None,
                new: Some(wanted),
                result: changed.as_ref().map(|_| ()).map_err(ToString::to_string),
            })
            .await;
        Ok(changed.map_or_else(StatusReply::error, |()| StatusReply::Ok))
    }
}
