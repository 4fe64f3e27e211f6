//! Core's client machine for a connection's framing, behind one face. Times are microseconds of the
//! monotonic clock.

use parabus_core::modbus::client::{ClientError, Event, Poll, RequestId};
use parabus_core::modbus::rtu::{self, Line};
use parabus_core::modbus::{Request, UnitId, tcp};

use crate::clock;
use crate::model::{Connection, Framing};

/// Requests that the machine has room for; a network's own limit is lower or equal.
const MOST_IN_FLIGHT: usize = 16;

/// Bytes of the longest frame of either framing.
pub const MAX_FRAME: usize = tcp::MAX_FRAME;

pub enum Machine {
    Tcp(Box<tcp::Client<MOST_IN_FLIGHT>>),
    Rtu(Box<rtu::Client>),
}

impl Machine {
    pub fn of(connection: &Connection) -> Self {
        // A host sees bytes late and in lumps: length and CRC decide, silences do not.
        match connection {
            Connection::Direct { framing: Framing::Tcp, .. } => {
                Machine::Tcp(Box::new(tcp::Client::new(MOST_IN_FLIGHT)))
            }
            Connection::Direct { framing: Framing::Rtu, .. } => {
                Machine::Rtu(Box::new(rtu::Client::new(Line::stream())))
            }
            Connection::Serial(port) => Machine::Rtu(Box::new(rtu::Client::new(Line::serial(port.baud)))),
        }
    }

    /// Whether another request may be sent while so many are allowed at once; a line carries one.
    pub fn has_room(&self, max_in_flight: usize) -> bool {
        match self {
            Machine::Tcp(client) => client.in_flight() < max_in_flight,
            Machine::Rtu(client) => !client.is_busy(),
        }
    }

    pub fn request(
        &mut self,
        unit: UnitId,
        request: &Request<'_>,
        timeout_ms: u32,
        frame: &mut [u8],
    ) -> Result<(RequestId, usize), ClientError> {
        let timeout_ms = u64::from(timeout_ms);
        match self {
            Machine::Tcp(client) => client.request(unit, request, clock::monotonic_ms(), timeout_ms, frame),
            Machine::Rtu(client) => client.request(unit, request, clock::monotonic_us(), timeout_ms * 1000, frame),
        }
    }

    /// An error means that the stream is out of step, and why.
    pub fn receive(&mut self, bytes: &[u8]) -> Result<(usize, Option<Event<'_>>), String> {
        match self {
            Machine::Tcp(client) => client.receive(bytes).map_err(|error| format!("not Modbus TCP: {error}")),
            Machine::Rtu(client) => Ok(client.receive(bytes, clock::monotonic_us())),
        }
    }

    pub fn poll(&mut self) -> Poll {
        match self {
            Machine::Tcp(client) => match client.poll(clock::monotonic_ms()) {
                Poll::WaitUntil(at_ms) => Poll::WaitUntil(at_ms.saturating_mul(1000)),
                other => other,
            },
            Machine::Rtu(client) => client.poll(clock::monotonic_us()),
        }
    }

    pub fn reset(&mut self) {
        match self {
            Machine::Tcp(client) => client.reset(),
            Machine::Rtu(client) => client.reset(clock::monotonic_us()),
        }
    }
}
