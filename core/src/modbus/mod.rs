//! Modbus: units, registers, PDUs, framing on TCP and serial lines, the machines of client and
//! server, planning of requests.
//!
//! Nothing here reads a clock or a socket: bytes and time come in, bytes and events go out.
//! Views borrow the caller's buffer; their accessors cannot fail, because length and counts were
//! checked when the view was made. Limits and names follow the Modbus Application Protocol
//! Specification V1.1b3 ("the standard") and the Messaging Implementation Guide V1.0b ("the TCP guide").

pub mod ascii;
pub mod client;
mod exchange;
mod identity;
mod line;
mod names;
mod pdu;
pub mod plan;
pub mod relay;
pub mod rtu;
pub mod server;
pub mod tcp;
mod window;

use core::fmt;

pub use identity::{Activation, Identity};
pub use line::Line;
pub use names::{Direction, ExceptionCode, FunctionCode, RegisterKind, UnitId, UnitSet, WriteFunction};
pub use pdu::{
    Bits, DEVICE_IDENTIFICATION, Expectation, FileRecord, FileRecords, FileReplies, FileSpan, FileSpans, MAX_PDU,
    Object, Objects, Registers, Request, Response, Values,
};

use crate::error::ErrorKind;

/// Why bytes are not a frame, or values cannot be one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FrameError {
    kind: ErrorKind,
    offset: usize,
    expected: &'static str,
}

impl FrameError {
    pub(crate) const fn new(kind: ErrorKind, offset: usize, expected: &'static str) -> Self {
        FrameError { kind, offset, expected }
    }

    /// Stable kind.
    pub const fn kind(&self) -> ErrorKind {
        self.kind
    }

    /// Byte of the frame at which it went wrong.
    pub const fn offset(&self) -> usize {
        self.offset
    }

    /// What should have stood there.
    pub const fn expected(&self) -> &'static str {
        self.expected
    }
}

impl fmt::Display for FrameError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} at byte {}, expected {}", self.kind.code(), self.offset, self.expected)
    }
}

impl core::error::Error for FrameError {}
