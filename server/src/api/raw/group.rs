//! One group of registers to be read, and what came of it.

use std::collections::HashMap;

use parabus_core::modbus::{RegisterKind, UnitId};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::connection::RawConnection;
use super::kind::Kind;
use crate::api::endpoint::Context;
use crate::api::error::ApiError;
use crate::api::permission::Permission;
use crate::api::values::Failure;
use crate::link::{Link, LinkError, Priority, Read};
use crate::model::Connection;

/// Most groups of one request: a bound on the work.
const MOST_GROUPS: usize = 1000;

/// Requests without an answer after which a unit is not asked for its further groups.
const MOST_SILENT: u8 = 2;

/// Which registers of which unit, through which connection.
#[derive(Clone, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct RegisterGroup {
    /// 1..=255.
    device_modbus_id: u8,
    address: u16,
    kind: Kind,
    /// 1..=125 registers, or 1..=2000 bits (D-18).
    registers_num: u16,
    pub connection: RawConnection,
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

/// A group with its outcome.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct GroupReply {
    /// `ip:port`, or the hardware address of a controller that dials in (D-18).
    net_lid: String,
    connection: RawConnection,
    device_modbus_id: u8,
    address: u16,
    kind: Kind,
    registers_num: u16,
    result: ReadReply,
}

impl RegisterGroup {
    /// Checks what the types do not say; `place` stands before the field in messages, such as `[3].`.
    pub fn check(&self, place: &str) -> Result<(), ApiError> {
        if self.device_modbus_id == 0 {
            return Err(no_unit(&format!("{place}deviceModbusId")));
        }
        let most = match self.kind.0 {
            RegisterKind::Coil | RegisterKind::DiscreteInput => 2000,
            RegisterKind::Holding | RegisterKind::Input => 125,
        };
        check_span(self.address, self.registers_num.into(), most, &format!("{place}registersNum"))
    }

    async fn ask(&self, link: &Link) -> Result<Vec<u16>, LinkError> {
        let (unit, kind, address) = (UnitId(self.device_modbus_id), self.kind.0, self.address);
        let (quantity, priority, timeout_ms) = (self.registers_num, Priority::Urgent, super::TIMEOUT_MS);
        link.read(Read { unit, kind, address, quantity, priority, timeout_ms, retries: 0 }).await
    }

    fn reply(&self, outcome: Result<Vec<u16>, LinkError>) -> ReadReply {
        match outcome {
            Ok(ok) => ReadReply::Registers { ok },
            Err(error) => ReadReply::Failure(Failure::new(error.during("reading", self.kind.0, self.address))),
        }
    }

    /// Reads the registers.
    pub async fn read(&self, link: &Link) -> ReadReply {
        self.reply(self.ask(link).await)
    }
}

/// Groups whose connections the caller may use, in the order of the request.
pub struct Groups(Vec<(RegisterGroup, Link)>);

impl Groups {
    /// Checks every group before anything is asked; `field` is the name of their list.
    pub async fn open(
        field: &str,
        groups: Vec<RegisterGroup>,
        context: &Context,
        permission: Permission,
    ) -> Result<Groups, ApiError> {
        if groups.len() > MOST_GROUPS {
            let text = format!("payload: {} groups are too many, expected at most {MOST_GROUPS}", groups.len());
            return Err(ApiError::incorrect_request(text));
        }
        for (place, group) in groups.iter().enumerate() {
            group.check(&format!("{field}[{place}]."))?;
        }
        let mut open = Vec::with_capacity(groups.len());
        // To find out whose an address is may take a look-up of names.
        let mut found: HashMap<RawConnection, Link> = HashMap::new();
        for group in groups {
            let link = match found.get(&group.connection) {
                Some(link) => link.clone(),
                None => {
                    let link = group.connection.open(context, permission).await?;
                    found.insert(group.connection.clone(), link.clone());
                    link
                }
            };
            open.push((group, link));
        }
        Ok(Groups(open))
    }

    /// The groups of each connection, with their places in the request.
    pub fn by_connection(self) -> Vec<Vec<(usize, (RegisterGroup, Link))>> {
        let mut by_connection: HashMap<Connection, Vec<_>> = HashMap::new();
        for (place, each) in self.0.into_iter().enumerate() {
            by_connection.entry(each.1.connection().clone()).or_default().push((place, each));
        }
        by_connection.into_values().collect()
    }
}

impl IntoIterator for Groups {
    type Item = (RegisterGroup, Link);
    type IntoIter = std::vec::IntoIter<(RegisterGroup, Link)>;

    fn into_iter(self) -> Self::IntoIter {
        self.0.into_iter()
    }
}

/// Reads groups one after another. A unit that does not answer costs its time-out twice, not once for
/// each of its groups.
#[derive(Default)]
pub struct Reader {
    silent: HashMap<(Connection, u8), u8>,
}

impl Reader {
    pub async fn read(&mut self, group: RegisterGroup, link: &Link) -> GroupReply {
        let silent = self.silent.entry((link.connection().clone(), group.device_modbus_id)).or_default();
        let result = if *silent >= MOST_SILENT {
            ReadReply::Failure(Failure::new("Timeout: not asked again, the unit did not answer before"))
        } else {
            let outcome = group.ask(link).await;
            match outcome {
                Err(LinkError::Timeout) => *silent += 1,
                _ => *silent = 0,
            }
            group.reply(outcome)
        };
        GroupReply {
            net_lid: link.connection().address(),
            connection: group.connection,
            device_modbus_id: group.device_modbus_id,
            address: group.address,
            kind: group.kind,
            registers_num: group.registers_num,
            result,
        }
    }
}

/// Unit ids of raw requests are 1..=255 (DOMAIN.md 1.5).
pub fn check_unit(unit: u8) -> Result<(), ApiError> {
    if unit == 0 { Err(no_unit("deviceModbusId")) } else { Ok(()) }
}

fn no_unit(field: &str) -> ApiError {
    ApiError::incorrect_request(format!("payload: {field}: `0` is out of range, expected 1 to 255"))
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
