//! Controllers' own registers: type, passwords, settings of their bus, events (DOMAIN.md 2.10, 2.11).
//!
//! What differs between products is data ([`ControllerMap`], [`em130`]); what is done with it stands here
//! once. The simulator plays controllers by the same data.

pub mod em130;
mod map;

use parabus_core::modbus::{RegisterKind, UnitId, WriteFunction};

use crate::link::{Link, LinkError, Priority, Read, Turn};
pub use map::{ByteFormat, ControllerMap, FormatRegisters, IdentityRegisters};

/// Type and firmware of a controller; many other devices have something else there.
pub const IDENTITY: u16 = 0;

/// Milliseconds that a controller gets: it answers within 1.5 s, or says that a unit behind it did not.
pub const TIMEOUT_MS: u32 = 3000;

/// Settings of a controller's own bus.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BusSettings {
    pub bit_rate: u32,
    pub byte_format: ByteFormat,
}

/// Why a controller could not do what was asked, for people.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ControllerError {
    #[error("unknown SKU `{0}`, expected one of {known}", known = ControllerMap::skus())]
    UnknownSku(String),
    #[error("`{sku}` has no registers for {what}")]
    Unpublished { sku: &'static str, what: &'static str },
    #[error("`{sku}` has no byte format {code}, expected one of {known}")]
    UnknownFormat { sku: &'static str, code: i8, known: String },
    #[error("register {address} holds {value}, which is no unit id, expected 1 to 255")]
    NoUnit { address: u16, value: u16 },
    #[error("register {address} holds {value}, which is no byte format of `{sku}`")]
    NoFormat { sku: &'static str, address: u16, value: u16 },
    #[error("{}", during(*.writes, *.address, .error))]
    Link { writes: bool, address: u16, error: LinkError },
}

fn during(writes: bool, address: u16, error: &LinkError) -> String {
    error.during(if writes { "writing" } else { "reading" }, RegisterKind::Holding, address)
}

/// Characters of a password, one in each register from 100 on (DOMAIN.md 2.11).
pub const MOST_PASSWORD: usize = 20;

/// Whether registers can hold a password: a zero would end it early.
pub fn is_password(text: &str) -> bool {
    text.len() <= MOST_PASSWORD && text.bytes().all(|byte| matches!(byte, b' '..=b'~'))
}

/// Reads holding registers of a controller.
pub async fn read(link: &Link, unit: UnitId, address: u16, quantity: u16) -> Result<Vec<u16>, ControllerError> {
    let (kind, priority) = (RegisterKind::Holding, Priority::Urgent);
    let reply = link.read(Read { unit, kind, address, quantity, priority, timeout_ms: TIMEOUT_MS, retries: 0 }).await;
    reply.map_err(|error| ControllerError::Link { writes: false, address, error })
}

/// Writes holding registers of a controller.
pub async fn write(turn: &Turn, address: u16, values: &[u16]) -> Result<(), ControllerError> {
    let written = turn.write(RegisterKind::Holding, address, values, WriteFunction::Normal, TIMEOUT_MS).await;
    written.map_err(|error| ControllerError::Link { writes: true, address, error })
}

/// The controller's own unit id and the settings of its bus.
pub async fn bus_settings(
    link: &Link,
    unit: UnitId,
    map: &ControllerMap,
) -> Result<(UnitId, BusSettings), ControllerError> {
    let (rate, format) = map.bus()?;
    let own = match map.unit {
        Some(address) => {
            let value = read(link, unit, address, 1).await?.first().copied().unwrap_or_default();
            let own = u8::try_from(value).ok().filter(|own| *own != 0);
            UnitId(own.ok_or(ControllerError::NoUnit { address, value })?)
        }
        None => unit,
    };
    let rate = read(link, unit, rate, 2).await?;
    let (first, count) = format.span();
    let byte_format = map.format_of(format, &read(link, unit, first, count).await?)?;
    let bit_rate = rate.iter().fold(0, |rate, register| rate << 16 | u32::from(*register));
    Ok((own, BusSettings { bit_rate, byte_format }))
}

/// Writes the settings of the controller's bus and has it keep and use them.
pub async fn change_bus_settings(
    link: &Link,
    unit: UnitId,
    map: &ControllerMap,
    settings: BusSettings,
) -> Result<(), ControllerError> {
    let (rate, format) = map.bus()?;
    let (address, registers) = map.registers_of(format, settings.byte_format)?;
    let turn = link.turn(unit).await;
    write(&turn, rate, &[(settings.bit_rate >> 16) as u16, settings.bit_rate as u16]).await?;
    write(&turn, address, &registers).await?;
    let (address, command) = map.keep;
    write(&turn, address, &[command]).await
}
