//! POST /raw/check-connection/

use parabus_core::modbus::UnitId;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::connection::RawConnection;
use super::group::check_unit;
use crate::api::endpoint::{Context, Endpoint, Method, Nothing, Request};
use crate::api::error::ApiError;
use crate::api::permission::Permission;
use crate::controller::{self, ControllerError, IDENTITY};
use crate::link::LinkError;

pub struct CheckConnection;

#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct CheckConnectionRequest {
    /// 1..=255.
    device_modbus_id: u8,
    connection: RawConnection,
    /// SKU of the controller; the check is the same for all.
    #[allow(dead_code, reason = "part of the published request")]
    sku: Option<String>,
}

#[derive(Serialize, ToSchema)]
pub struct CheckConnectionReply {
    status: CheckStatus,
}

/// What came of it.
#[derive(Serialize, ToSchema)]
pub enum CheckStatus {
    #[serde(rename = "connected")]
    Connected(FoundUnit),
    NoConnection,
    /// There is a connection, but the unit did not give its registers.
    #[serde(rename = "readingFailure")]
    ReadingFailure(String),
}

/// Registers 0 and 1 of the unit (D-19).
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct FoundUnit {
    unit_id: u8,
    /// Register 1.
    version: u16,
    /// Register 0.
    device_identification_marker: u16,
}

impl Endpoint for CheckConnection {
    const METHOD: Method = Method::Post;
    const PATH: &'static str = "/raw/check-connection/";
    const PERMISSION: Permission = Permission::Viewer;
    const TITLE: &'static str = "Raw Check Connection";
    type Path = Nothing;
    type Query = Nothing;
    type Body = CheckConnectionRequest;
    type Reply = CheckConnectionReply;

    async fn handle(context: Context, request: Request<Self>) -> Result<CheckConnectionReply, ApiError> {
        let CheckConnectionRequest { device_modbus_id, connection, .. } = request.body;
        check_unit(device_modbus_id)?;
        let link = connection.open(&context, Self::PERMISSION).await?;
        let status = match controller::read(&link, UnitId(device_modbus_id), IDENTITY, 2).await {
            Ok(registers) => {
                let [marker, version] = [0, 1].map(|place| registers.get(place).copied().unwrap_or_default());
                let unit = FoundUnit { unit_id: device_modbus_id, version, device_identification_marker: marker };
                CheckStatus::Connected(unit)
            }
            Err(ControllerError::Link {
                error: LinkError::Connect(_) | LinkError::Closed(_) | LinkError::Unsent(_),
                ..
            }) => CheckStatus::NoConnection,
            Err(error) => CheckStatus::ReadingFailure(error.to_string()),
        };
        Ok(CheckConnectionReply { status })
    }
}
