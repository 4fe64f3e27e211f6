//! Frames in a stream: `FrameScanner`.

use alloc::string::String;
use alloc::vec::Vec;

use serde::Deserialize;

use super::frame::{of_request, of_response};
use super::{Frame, Receive, Transport, direction, micros, unknown};
use crate::contract::Error;
use crate::modbus::{Direction, Line, Request, Response, UnitId, ascii, rtu, tcp};

/// What makes a [`FrameScanner`].
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NewFrameScanner {
    /// `rtu`, `tcp` or `ascii`.
    pub transport: String,
    /// `request` or `response`.
    pub direction: String,
}

#[derive(Clone, Debug)]
enum Machine {
    Rtu(rtu::Scanner),
    Tcp(tcp::Scanner),
    Ascii(ascii::Scanner),
}

/// Finds the intact frames of one direction in a stream that comes in chunks of any size.
#[derive(Clone, Debug)]
pub struct FrameScanner {
    machine: Machine,
    direction: Direction,
}

impl FrameScanner {
    /// Of a stream that begins with a frame or with noise.
    ///
    /// # Errors
    /// A transport or direction of another name; bare PDUs are no stream.
    pub fn new(call: &NewFrameScanner) -> Result<Self, Error> {
        let direction = direction(&call.direction)?;
        let machine = match Transport::of(&call.transport)? {
            Transport::Rtu => Machine::Rtu(rtu::Scanner::new(direction, Line::stream())),
            Transport::Tcp => Machine::Tcp(tcp::Scanner::new(direction)),
            Transport::Ascii => Machine::Ascii(ascii::Scanner::new(direction)),
            Transport::Pdu => return Err(unknown("transport", &call.transport, "rtu, tcp or ascii")),
        };
        Ok(FrameScanner { machine, direction })
    }

    /// Takes bytes and gives the frames that they end. A second without bytes ends a frame begun, but for
    /// TCP, where a segment may be that late.
    ///
    /// # Errors
    /// None; the type is that of every function here.
    pub fn push(&mut self, call: &Receive) -> Result<Vec<Frame>, Error> {
        let (now_us, direction) = (micros(call.now_ms), self.direction);
        let mut found = Vec::new();
        let mut show = |transaction_id: Option<u16>, unit_id: UnitId, pdu: &[u8]| {
            let frame = Frame { transaction_id, unit_id: Some(unit_id.0), ..Frame::default() };
            // The scanner shows no others.
            found.extend(match direction {
                Direction::Request => Request::parse(pdu).map(|request| of_request(frame, &request)).ok(),
                Direction::Response => Response::parse(pdu).map(|response| of_response(frame, &response)).ok(),
            });
        };
        match &mut self.machine {
            Machine::Rtu(scanner) => scanner.push(&call.data, now_us, |frame| show(None, frame.unit_id, frame.pdu)),
            Machine::Tcp(scanner) => {
                scanner.push(&call.data, |frame| show(Some(frame.transaction_id), frame.unit_id, frame.pdu));
            }
            Machine::Ascii(scanner) => scanner.push(&call.data, now_us, |frame| show(None, frame.unit_id, frame.pdu)),
        }
        Ok(found)
    }
}
