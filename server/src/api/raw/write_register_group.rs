//! POST /raw/write-register-group/

use parabus_core::modbus::{RegisterKind, UnitId, WriteFunction};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::connection::RawConnection;
use super::group::{check_span, check_unit};
use super::kind::Kind;
use crate::api::endpoint::{Context, Endpoint, Method, Nothing, Request};
use crate::api::error::ApiError;
use crate::api::permission::Permission;
use crate::api::trail::Deed;

pub struct WriteRegisterGroup;

/// What to write where.
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct RegisterWrite {
    /// 1..=255.
    device_modbus_id: u8,
    address: u16,
    kind: Kind,
    /// 1..=123 registers, or 1..=1968 coils of which any value but 0 is on (D-18).
    value: Vec<u16>,
    connection: RawConnection,
    /// SKU of the controller; writing is the same for all.
    #[allow(dead_code, reason = "part of the published request")]
    sku: Option<String>,
}

/// `{"status":"ok"}`, or what went wrong.
#[derive(Serialize, ToSchema)]
#[serde(tag = "status", rename_all = "kebab-case")]
pub enum StatusReply {
    Ok,
    #[serde(rename_all = "camelCase")]
    Error {
        error_message: String,
    },
}

impl StatusReply {
    pub fn error(message: impl std::fmt::Display) -> Self {
        StatusReply::Error { error_message: message.to_string() }
    }
}

impl Endpoint for WriteRegisterGroup {
    const METHOD: Method = Method::Post;
    const PATH: &'static str = "/raw/write-register-group/";
    const PERMISSION: Permission = Permission::Operator;
    const TITLE: &'static str = "Raw Write Register Group";
    const WRITES: bool = true;
    type Path = Nothing;
    type Query = Nothing;
    type Body = RegisterWrite;
    type Reply = StatusReply;

    async fn handle(context: Context, request: Request<Self>) -> Result<StatusReply, ApiError> {
        let RegisterWrite { device_modbus_id, address, kind, mut value, connection, .. } = request.body;
        check_unit(device_modbus_id)?;
        let is_writable = kind.0.is_writable();
        match kind.0 {
            RegisterKind::Coil => {
                check_span(address, value.len(), 1968, "value")?;
                value.iter_mut().for_each(|coil| *coil = u16::from(*coil != 0));
            }
            RegisterKind::Holding => check_span(address, value.len(), 123, "value")?,
            RegisterKind::Input | RegisterKind::DiscreteInput => {}
        }
        let link = connection.open(&context, Self::PERMISSION).await?;
        if !is_writable {
            // The request is well formed, the registers are not writable: an error inside 200 (D-18).
            return Ok(StatusReply::error(format!("registers of kind `{}` are read-only", kind.0.code())));
        }
        let turn = link.turn(UnitId(device_modbus_id)).await;
        let written = turn.write(kind.0, address, &value, WriteFunction::Normal, super::TIMEOUT_MS).await;
        context
            .record(Deed {
                org: context.org_of_connection(link.connection()),
                action: "write registers",
                object: format!("{} unit {device_modbus_id} {} {address}", link.connection(), kind.0.code()),
                old: None,
                new: Some(value.iter().map(u16::to_string).collect::<Vec<_>>().join(" ")),
                result: written.clone().map_err(|error| error.to_string()),
            })
            .await;
        Ok(match written {
            Ok(()) => StatusReply::Ok,
            Err(error) => StatusReply::error(error),
        })
    }
}
