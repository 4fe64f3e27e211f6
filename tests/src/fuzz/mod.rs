//! Targets for fuzzing: every parser, scanner and machine of core, and what the contract makes of them.
//! None may panic, whatever the bytes; the laws that each keeps besides stand with it.
//!
//! A target takes any bytes, so that a coverage-guided fuzzer can drive it; [`generate`] makes bytes that
//! get further than random ones.

mod alerts;
mod chunks;
mod contract;
mod generate;
mod input;
mod machines;
mod numbers;
mod parsers;
mod plans;
mod references;
mod scanners;
mod sums;
mod values;

pub use generate::generate;

/// What the bytes of an input are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shape {
    /// A PDU.
    Pdu,
    /// A frame of RTU.
    Rtu,
    /// A frame of ASCII.
    Ascii,
    /// A frame of TCP.
    Tcp,
    /// Two bytes that choose, and a frame of what they choose.
    AnyFrame,
    /// Four bytes that choose, and frames with noise between them.
    Stream,
    /// Four bytes that choose, and steps: what is done, a length, as many bytes.
    Steps,
    /// Numbers.
    Numbers,
    /// A list of references.
    References,
    /// Four bytes that choose, and decimal text.
    NumberText,
    /// A formula of a report.
    Formula,
    /// A chunk of readings.
    Chunk,
}

/// A function that takes any bytes and panics if a law is broken.
#[derive(Clone, Copy)]
pub struct Target {
    /// Its name in arguments.
    pub name: &'static str,
    /// Runs one input.
    pub run: fn(&[u8]),
    /// What its bytes are.
    pub shape: Shape,
}

/// Every target.
pub const TARGETS: [Target; 25] = [
    Target { name: "request", run: parsers::request, shape: Shape::Pdu },
    Target { name: "response", run: parsers::response, shape: Shape::Pdu },
    Target { name: "rtu-frame", run: parsers::rtu_frame, shape: Shape::Rtu },
    Target { name: "tcp-frame", run: parsers::tcp_frame, shape: Shape::Tcp },
    Target { name: "ascii-frame", run: parsers::ascii_frame, shape: Shape::Ascii },
    Target { name: "identity", run: parsers::identity, shape: Shape::Numbers },
    Target { name: "rtu-scanner", run: scanners::rtu, shape: Shape::Stream },
    Target { name: "tcp-scanner", run: scanners::tcp, shape: Shape::Stream },
    Target { name: "ascii-scanner", run: scanners::ascii, shape: Shape::Stream },
    Target { name: "client", run: machines::client, shape: Shape::Steps },
    Target { name: "server", run: machines::server, shape: Shape::Steps },
    Target { name: "relay", run: machines::relay, shape: Shape::Steps },
    Target { name: "number", run: numbers::number, shape: Shape::NumberText },
    Target { name: "plan", run: plans::plan, shape: Shape::Numbers },
    Target { name: "references", run: references::list, shape: Shape::References },
    Target { name: "frames", run: contract::frames, shape: Shape::AnyFrame },
    Target { name: "frame-scanner", run: contract::frame_scanner, shape: Shape::Stream },
    Target { name: "modbus-client", run: contract::modbus_client, shape: Shape::Steps },
    Target { name: "modbus-server", run: contract::modbus_server, shape: Shape::Steps },
    Target { name: "values", run: values::values, shape: Shape::Numbers },
    Target { name: "chunk", run: chunks::read, shape: Shape::Chunk },
    Target { name: "plans", run: contract::plans, shape: Shape::Numbers },
    Target { name: "aggregate", run: sums::aggregate, shape: Shape::Numbers },
    Target { name: "alert", run: alerts::alert, shape: Shape::Numbers },
    Target { name: "formula", run: sums::formula, shape: Shape::Formula },
];
