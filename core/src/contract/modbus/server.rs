//! The server as a machine: `ModbusServer`, and the bank that vectors use.

use alloc::boxed::Box;
use alloc::collections::BTreeMap;
use alloc::string::String;
use alloc::vec::Vec;

use serde::{Deserialize, Serialize};

use super::{Receive, Transport, micros, unknown};
use crate::contract::Error;
use crate::modbus::server::{Bank, BitsMut, Machine, RegistersMut, ServerPoll};
use crate::modbus::{Bits, ExceptionCode, Line, RegisterKind, Registers, UnitId, ascii, rtu, tcp};

/// What makes a [`ModbusServer`].
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NewModbusServer {
    /// Units that it plays.
    #[serde(alias = "unitIds")]
    pub unit_ids: Vec<u8>,
    /// `rtu`, `tcp` or `ascii`.
    pub transport: String,
    /// What is sent comes back first.
    #[serde(default)]
    pub echo: bool,
}

/// The server of one connection or line: bytes and time in, bytes out.
pub struct ModbusServer {
    machine: Box<dyn Machine + Send + Sync>,
}

impl ModbusServer {
    /// A server on a new connection.
    ///
    /// # Errors
    /// A transport of another name; bare PDUs have no machine.
    pub fn new(call: &NewModbusServer) -> Result<Self, Error> {
        let units = call.unit_ids.iter().copied().map(UnitId).collect();
        // Replies are given at once: whoever drives a serial port waits the 3.5 characters.
        let line = if call.echo { Line::stream().with_echo() } else { Line::stream() };
        let machine: Box<dyn Machine + Send + Sync> = match Transport::of(&call.transport)? {
            Transport::Rtu => Box::new(rtu::Server::new(units, line)),
            Transport::Ascii => Box::new(ascii::Server::new(units, line)),
            Transport::Tcp => Box::new(tcp::Server::new(units)),
            Transport::Pdu => return Err(unknown("transport", &call.transport, "rtu, tcp or ascii")),
        };
        Ok(ModbusServer { machine })
    }

    /// Takes bytes that came, answers the requests that they end from the bank, and gives the replies to
    /// send at once: none where the standard says silent.
    ///
    /// # Errors
    /// A TCP stream that is out of step: close the connection.
    pub fn receive(&mut self, call: &Receive, bank: &mut dyn Bank) -> Result<Vec<u8>, Error> {
        let (now_us, mut rest, mut replies) = (micros(call.now_ms), call.data.as_slice(), Vec::new());
        while !rest.is_empty() {
            let taken = self.machine.receive(rest, now_us)?;
            self.machine.answer(bank);
            if let ServerPoll::Send(reply) = self.machine.poll(now_us) {
                replies.extend(reply);
            } else if taken == 0 {
                break;
            }
            rest = rest.get(taken..).unwrap_or_default();
        }
        Ok(replies)
    }
}

/// Registers by kind and address. A kind that is absent is an unknown function, an address that is
/// absent an illegal one.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Tables {
    /// Coils.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub coil: Option<BTreeMap<u16, bool>>,
    /// Discrete inputs.
    #[serde(rename = "discrete-input", skip_serializing_if = "Option::is_none")]
    pub discrete_input: Option<BTreeMap<u16, bool>>,
    /// Holding registers.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub holding: Option<BTreeMap<u16, u16>>,
    /// Input registers.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub input: Option<BTreeMap<u16, u16>>,
}

/// The address so many places behind another.
fn behind(address: u16, index: usize) -> Option<u16> {
    u16::try_from(index).ok().and_then(|index| address.checked_add(index))
}

/// Writes all items or none.
fn write<T>(
    table: Option<&mut BTreeMap<u16, T>>,
    address: u16,
    items: impl ExactSizeIterator<Item = T>,
) -> Result<(), ExceptionCode> {
    let table = table.ok_or(ExceptionCode::ILLEGAL_FUNCTION)?;
    let has_all = (0..items.len()).all(|index| behind(address, index).is_some_and(|place| table.contains_key(&place)));
    if !has_all {
        return Err(ExceptionCode::ILLEGAL_DATA_ADDRESS);
    }
    for (index, item) in items.enumerate() {
        if let Some(place) = behind(address, index).and_then(|place| table.get_mut(&place)) {
            *place = item;
        }
    }
    Ok(())
}

impl Bank for Tables {
    fn read_bits(
        &mut self,
        _: UnitId,
        kind: RegisterKind,
        address: u16,
        bits: &mut BitsMut<'_>,
    ) -> Result<(), ExceptionCode> {
        let table = if kind == RegisterKind::Coil { &self.coil } else { &self.discrete_input };
        let table = table.as_ref().ok_or(ExceptionCode::ILLEGAL_FUNCTION)?;
        let filled = bits.fill_with(|index| table.get(&behind(address, index)?).copied());
        filled.ok_or(ExceptionCode::ILLEGAL_DATA_ADDRESS)
    }

    fn read_registers(
        &mut self,
        _: UnitId,
        kind: RegisterKind,
        address: u16,
        registers: &mut RegistersMut<'_>,
    ) -> Result<(), ExceptionCode> {
        let table = if kind == RegisterKind::Holding { &self.holding } else { &self.input };
        let table = table.as_ref().ok_or(ExceptionCode::ILLEGAL_FUNCTION)?;
        let filled = registers.fill_with(|index| table.get(&behind(address, index)?).copied());
        filled.ok_or(ExceptionCode::ILLEGAL_DATA_ADDRESS)
    }

    fn write_bits(&mut self, _: UnitId, address: u16, bits: Bits<'_>) -> Result<(), ExceptionCode> {
        let bits: Vec<bool> = bits.iter().collect();
        write(self.coil.as_mut(), address, bits.into_iter())
    }

    fn write_registers(&mut self, _: UnitId, address: u16, registers: Registers<'_>) -> Result<(), ExceptionCode> {
        let values: Vec<u16> = registers.iter().collect();
        write(self.holding.as_mut(), address, values.into_iter())
    }
}
