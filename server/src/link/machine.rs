//! Core's client machines of both transports behind one face, on the server's clock.

use parabus_core::modbus::client::{ClientError, Event, Poll, RequestId};
use parabus_core::modbus::rtu::{self, Line};
use parabus_core::modbus::{Request, UnitId, tcp};

use crate::clock;
use crate::model::{Connection, Framing};

/// Requests that the machine has room for; a network's own limit is lower or equal.
const MOST_IN_FLIGHT: usize = 16;

/// Large enough for a frame of any transport.
pub const MAX_FRAME: usize = if tcp::MAX_FRAME > rtu::MAX_FRAME { tcp::MAX_FRAME } else { rtu::MAX_FRAME };

/// Its times are microseconds of the monotonic clock.
#[expect(clippy::large_enum_variant, reason = "one a connection, never moved")]
pub enum Machine {
    Tcp(tcp::Client<MOST_IN_FLIGHT>),
    Rtu(rtu::Client),
}

impl Machine {
    /// Serial lines are lenient: adapters and converters hand bytes over late and in lumps.
    pub fn new(connection: &Connection) -> Self {
        match connection {
            Connection::Direct { framing: Framing::Tcp, .. } => Machine::Tcp(tcp::Client::new(MOST_IN_FLIGHT)),
            Connection::Direct { framing: Framing::Rtu, .. } => Machine::Rtu(rtu::Client::new(Line::stream())),
            Connection::Serial(port) => Machine::Rtu(rtu::Client::new(Line::serial(port.baud))),
        }
    }

    /// Whether another request may be under way, of at most so many on TCP.
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
        match self {
            Machine::Tcp(client) => client.request(unit, request, clock::monotonic_ms(), timeout_ms.into(), frame),
            Machine::Rtu(client) => {
                client.request(unit, request, clock::monotonic_us(), u64::from(timeout_ms) * 1000, frame)
            }
        }
    }

    /// An error means that the stream is out of step.
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
                poll => poll,
            },
            Machine::Rtu(client) => client.poll(clock::monotonic_us()),
        }
    }

    /// Starts over on a new connection.
    pub fn reset(&mut self) {
        match self {
            Machine::Tcp(client) => client.reset(),
            Machine::Rtu(client) => client.reset(clock::monotonic_us()),
        }
    }
}
