//! POST /raw/send-controller-passwords/

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
use crate::controller::{ControllerMap, MOST_PASSWORD, is_password};
use crate::link::backward::send_password;

/// Most passwords of one request: a bound on the work.
const MOST_PASSWORDS: usize = 32;

pub struct SendControllerPasswords;

#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct PasswordsRequest {
    /// 1..=255.
    device_modbus_id: u8,
    /// Each at most 20 characters, all of printable ASCII; an empty one gives all rights back.
    passwords: Vec<String>,
    connection: RawConnection,
    sku: Option<String>,
    /// All versions are written alike.
    #[allow(dead_code, reason = "part of the published request")]
    controller_version: Option<f64>,
}

impl Endpoint for SendControllerPasswords {
    const METHOD: Method = Method::Post;
    const PATH: &'static str = "/raw/send-controller-passwords/";
    const PERMISSION: Permission = Permission::Operator;
    const TITLE: &'static str = "Raw Send Controller Passwords";
    const WRITES: bool = true;
    type Path = Nothing;
    type Query = Nothing;
    type Body = PasswordsRequest;
    type Reply = StatusReply;

    async fn handle(context: Context, request: Request<Self>) -> Result<StatusReply, ApiError> {
        let PasswordsRequest { device_modbus_id, passwords, connection, sku, .. } = request.body;
        check_unit(device_modbus_id)?;
        if passwords.len() > MOST_PASSWORDS {
            let text =
                format!("payload: passwords: {} are too many, expected at most {MOST_PASSWORDS}", passwords.len());
            return Err(ApiError::incorrect_request(text));
        }
        // The text itself stays out of messages and logs.
        if let Some(place) = passwords.iter().position(|text| !is_password(text)) {
            let text = format!(
                "payload: passwords[{place}]: expected at most {MOST_PASSWORD} characters, all of printable ASCII"
            );
            return Err(ApiError::incorrect_request(text));
        }
        let link = connection.open(&context, Self::PERMISSION).await?;
        let takes = sku.map_or(Ok(()), |sku| ControllerMap::of_sku(&sku)?.check_passwords());
        if let Err(error) = takes {
            return Ok(StatusReply::error(error));
        }
        let mut result = Ok(());
        for (password, number) in passwords.iter().zip(1..) {
            if let Err(error) = send_password(&link, UnitId(device_modbus_id), password).await {
                result = Err(format!("password {number} of {}: {error}", passwords.len()));
                break;
            }
        }
        context
            .record(Deed {
                org: context.org_of_connection(link.connection()),
                action: "send controller passwords",
                object: format!("{} unit {device_modbus_id}", link.connection()),
                old: None,
                new: Some(format!("{} hidden", passwords.len())),
                result: result.clone(),
            })
            .await;
        Ok(result.map_or_else(StatusReply::error, |()| StatusReply::Ok))
    }
}
