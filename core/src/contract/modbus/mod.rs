//! Modbus: frames and checksums, the scanner, the machines of client and server, plans.

mod client;
mod frame;
mod plan;
mod scanner;
mod server;

use alloc::string::ToString;
use alloc::vec::Vec;

use serde::Deserialize;

pub use client::{
    ClientEvent, ClientOptions, ClientStep, ControllerIdentity, ModbusClient, NewModbusClient, PollClient, Receive,
    RequestFrame, Requested,
};
pub use frame::{
    BitOrWord, DecodeFrame, EncodeFrame, Frame, IdObject, Record, ShortFrame, decode_frame, decode_registers,
    decode_short, encode_frame, encode_registers, encode_short,
};
pub use plan::{PlanReads, PlanWrites, PlannedRead, Span, plan_reads, plan_writes};
pub use scanner::{FrameScanner, NewFrameScanner};
pub use server::{ModbusServer, NewModbusServer, Tables};

use super::Error;
use crate::error::ErrorKind;
use crate::modbus::{Direction, FrameError, ascii, rtu, tcp};

/// Call of [`lrc`].
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Lrc {
    /// Any bytes.
    pub data: Vec<u8>,
}

/// Call of [`crc16`].
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Crc16 {
    /// Any bytes.
    pub data: Vec<u8>,
}

fn unknown(what: &str, found: &str, expected: &str) -> Error {
    Error {
        kind: ErrorKind::UnknownTransport,
        message: alloc::format!("unknown {what} `{found}`, expected {expected}"),
        offset: None,
    }
}

/// What stands around the PDU.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Transport {
    Rtu,
    Tcp,
    Ascii,
    Pdu,
}

impl Transport {
    fn of(name: &str) -> Result<Self, Error> {
        match name {
            "rtu" => Ok(Transport::Rtu),
            "tcp" => Ok(Transport::Tcp),
            "ascii" => Ok(Transport::Ascii),
            "pdu" => Ok(Transport::Pdu),
            other => Err(unknown("transport", other, "rtu, tcp, ascii or pdu")),
        }
    }

    /// Bytes before the PDU.
    const fn header(self) -> usize {
        match self {
            Transport::Rtu => rtu::HEADER,
            Transport::Tcp => tcp::HEADER,
            Transport::Ascii | Transport::Pdu => 0,
        }
    }

    /// Where a byte of the PDU stands in the frame.
    const fn place(self, offset: usize) -> usize {
        match self {
            // Two digits a byte, behind the colon and the unit.
            Transport::Ascii => 3 + 2 * offset,
            _ => offset + self.header(),
        }
    }
}

fn direction(direction: &str) -> Result<Direction, Error> {
    match direction {
        "request" => Ok(Direction::Request),
        "response" => Ok(Direction::Response),
        other => Err(unknown("direction", other, "request or response")),
    }
}

impl From<FrameError> for Error {
    fn from(error: FrameError) -> Self {
        Error { kind: error.kind(), message: error.to_string(), offset: Some(error.offset()) }
    }
}

/// The CRC-16 of serial frames.
///
/// # Errors
/// None; the type is that of every function here.
pub fn crc16(call: &Crc16) -> Result<u16, Error> {
    Ok(rtu::crc16(&call.data))
}

/// The LRC of frames of Modbus ASCII.
///
/// # Errors
/// None; the type is that of every function here.
pub fn lrc(call: &Lrc) -> Result<u8, Error> {
    Ok(ascii::lrc(&call.data))
}

/// Microseconds of a time in milliseconds; what is before 0 or no number is 0.
fn micros(now_ms: f64) -> u64 {
    // Half a microsecond makes the whole ones exact; the conversion stops at the ends of the range.
    (now_ms * 1000.0 + 0.5) as u64
}

/// Milliseconds of a time in microseconds.
fn millis(time_us: u64) -> f64 {
    time_us as f64 / 1000.0
}
