//! POST /raw/read-register-group/

use parabus_core::modbus::{RegisterKind, UnitId};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::connection::RawConnection;
use super::kind::Kind;
use crate::api::endpoint::{Context, Endpoint, Method, Nothing, Request};
use crate::api::error::ApiError;
use crate::api::permission::Permission;
use crate::api::values::Failure;
use crate::link::{LinkError, Priority, Read};

pub struct ReadRegisterGroup;

/// Which registers of which unit, through which connection.
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct RegisterGroup {
    /// 1..=255.
    device_modbus_id: u8,
    address: u16,
    kind: Kind,
    /// 1..=125 registers, or 1..=2000 bits (D-18).
    registers_num: u16,
    connection: RawConnection,
    /// SKU of the controller; reading is the same for all.
    #[allow(dead_code, reason = "part of the published request")]
    sku: Option<String>,
}

/// The registers, or why they could not be read.
#[derive(Serialize, ToSchema)]
#[serde(untagged)]
pub enum ReadReply {
    Registers { ok: Vec<u16> },
    Failure(Failure),
}

impl RegisterGroup {
    fn check(&self) -> Result<(), ApiError> {
        check_unit(self.device_modbus_id)?;
        let most = match self.kind.0 {
            RegisterKind::Coil | RegisterKind::DiscreteInput => 2000,
            RegisterKind::Holding | RegisterKind::Input => 125,
        };
        check_span(self.address, self.registers_num.into(), most, "registersNum")
    }
}

/// Unit ids of raw requests are 1..=255 (DOMAIN.md 1.5).
pub fn check_unit(unit: u8) -> Result<(), ApiError> {
    if unit == 0 {
        return Err(ApiError::incorrect_request("payload: deviceModbusId: `0` is out of range, expected 1 to 255"));
    }
    Ok(())
}

/// Number of items within the limit, and the last one at or below address 65535.
pub fn check_span(address: u16, count: usize, most: usize, field: &str) -> Result<(), ApiError> {
    if !(1..=most).contains(&count) {
        return Err(ApiError::incorrect_request(format!(
            "payload: {field}: {count} items are out of range, expected 1 to {most}"
        )));
    }
    if usize::from(address) + count > 0x1_0000 {
        return Err(ApiError::incorrect_request(format!(
            "payload: {field}: {count} items from address {address} go beyond 65535"
        )));
    }
    Ok(())
}

/// A failure in the vendor's words: `MODBUS exception during reading register 3h: …`.
fn failure_text(error: &LinkError, kind: RegisterKind, address: u16) -> String {
    match error {
        LinkError::Exception(code) => {
            format!("MODBUS exception during reading register {address}{}: {}", kind.letter(), code.name())
        }
        other => other.to_string(),
    }
}

impl Endpoint for ReadRegisterGroup {
    const METHOD: Method = Method::Post;
    const PATH: &'static str = "/raw/read-register-group/";
    const PERMISSION: Permission = Permission::Viewer;
    const TITLE: &'static str = "Raw Read Register Group";
    type Path = Nothing;
    type Query = Nothing;
    type Body = RegisterGroup;
    type Reply = ReadReply;

    async fn handle(context: Context, request: Request<Self>) -> Result<ReadReply, ApiError> {
        let group = request.body;
        group.check()?;
        let link = group.connection.open(&context, Self::PERMISSION).await?;
        let RegisterGroup { device_modbus_id, address, kind, registers_num, .. } = group;
        let read = Read {
            unit: UnitId(device_modbus_id),
            kind: kind.0,
            address,
            quantity: registers_num,
            priority: Priority::Urgent,
            timeout_ms: super::TIMEOUT_MS,
            retries: 0,
        };
        let reply = link.read(read).await;
        Ok(match reply {
            Ok(ok) => ReadReply::Registers { ok },
            Err(error) => ReadReply::Failure(Failure::new(failure_text(&error, kind.0, address))),
        })
    }
}
