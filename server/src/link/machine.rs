//! Core's client machine for a connection's framing. Times are microseconds of the monotonic clock.

use parabus_core::modbus::client::Machine;
use parabus_core::modbus::{Line, rtu, tcp};

use crate::model::{Connection, Framing};

/// Requests that the machine has room for; a network's own limit is lower or equal.
const MOST_IN_FLIGHT: usize = 16;

/// Bytes of the longest frame of either framing.
pub const MAX_FRAME: usize = tcp::MAX_FRAME;

/// A host sees bytes late and in lumps: length and CRC decide, silences do not.
pub fn of(connection: &Connection) -> Box<dyn Machine + Send> {
    match connection {
        Connection::Direct { framing: Framing::Tcp, .. } | Connection::Backward(_) => {
            Box::new(tcp::Client::<MOST_IN_FLIGHT>::new(MOST_IN_FLIGHT))
        }
        Connection::Direct { framing: Framing::Rtu, .. } => Box::new(rtu::Client::new(Line::stream())),
        Connection::Serial(port) => Box::new(rtu::Client::new(Line::serial(port.baud))),
    }
}
