//! Devices that misbehave, as real ones do: each request is answered rightly, and what is sent is then
//! held back, damaged or exchanged. The same seed gives the same bytes at the same times.

mod player;
mod stream;

use std::time::Duration;

use parabus_core::modbus::{MAX_PDU, UnitId};
use schemars::JsonSchema;
use serde::Deserialize;

pub use player::{Action, Player};
pub use stream::play;

/// What a device does instead of answering.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Kind {
    /// Never answers.
    Dead,
    /// Takes no more bytes on this connection.
    Hung,
    /// Takes bytes and never answers on this connection any more; another one works.
    HalfOpen,
    /// Resets the connection.
    Reset,
    /// Closes the connection.
    Close,
    /// Answers after its delay.
    Slow,
    /// Answers each request with the reply of the one before.
    Late,
    /// Answers in another unit's name.
    WrongUnit,
    /// Answers another transaction; on a serial line, as another unit.
    WrongTransaction,
    /// Answers another function.
    WrongFunction,
    /// Answers with a register too few.
    WrongLength,
    /// Sends the beginning of the reply, and nothing more.
    Truncated,
    /// Sends one byte at a time.
    ByteByByte,
    /// Sends more than a frame may hold.
    Oversized,
    /// Sends the reply twice.
    Duplicated,
    /// Sends bytes that mean nothing before the reply.
    Noise,
    /// Passes over what is asked while it answers.
    OneAtATime,
    /// Refuses with the exception of `code`.
    Exception,
}

/// One device's misbehaviour.
#[derive(Clone, Copy, Debug, PartialEq, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Misbehaviour {
    pub kind: Kind,
    /// Share of requests that meet it, 0 to 1.
    #[serde(default = "always")]
    pub chance: f64,
    /// Milliseconds before anything is sent, during which a gateway's other units wait, too.
    #[serde(default)]
    pub delay_ms: u32,
    /// Of `exception`: 1 to 255.
    pub code: Option<u8>,
    /// Seconds from one fit to the next, and how long a fit lasts; without them it never ends.
    pub every_sec: Option<f64>,
    pub for_sec: Option<f64>,
}

const fn always() -> f64 {
    1.0
}

impl Misbehaviour {
    /// A kind that is met by every request.
    pub const fn always(kind: Kind) -> Self {
        Misbehaviour { kind, chance: 1.0, delay_ms: 0, code: None, every_sec: None, for_sec: None }
    }

    /// Whether a fit lasts, so many seconds after the start. Each period begins well.
    pub fn lasts(&self, now_sec: f64) -> bool {
        match (self.every_sec, self.for_sec) {
            (Some(every), Some(lasting)) => now_sec.rem_euclid(every) >= every - lasting,
            _ => true,
        }
    }

    pub(super) fn delay(&self) -> Duration {
        Duration::from_millis(self.delay_ms.into())
    }

    /// What does not make sense, and what was expected.
    pub fn check(&self) -> Result<(), &'static str> {
        let is_length = |seconds: Option<f64>| seconds.is_none_or(|seconds| seconds.is_finite() && seconds > 0.0);
        if !(0.0..=1.0).contains(&self.chance) {
            return Err("chance: out of range, expected 0 to 1");
        }
        if self.delay_ms > 600_000 {
            return Err("delayMs: out of range, expected 0 to 600000");
        }
        if (self.kind == Kind::Exception) != self.code.is_some() || self.code == Some(0) {
            return Err("code: an exception needs one of 1 to 255, and nothing else has one");
        }
        if self.every_sec.is_some() != self.for_sec.is_some() || !is_length(self.every_sec) || !is_length(self.for_sec)
        {
            return Err("everySec, forSec: expected both, each above 0, or neither");
        }
        if self.for_sec > self.every_sec {
            return Err("forSec: longer than everySec");
        }
        Ok(())
    }
}

/// What plays behind a connection.
pub trait Units {
    /// How a unit misbehaves now.
    fn misbehaviour(&mut self, unit: UnitId) -> Option<Misbehaviour>;

    /// Answers a request, whose PDU is the first `length` bytes, in the same buffer; the reply's length.
    /// `None`: nobody answers.
    fn answer(&mut self, unit: UnitId, pdu: &mut [u8; MAX_PDU], length: usize) -> Option<usize>;
}

/// Every kind.
#[cfg(test)]
pub const ALL: [Kind; 18] = [
    Kind::Dead,
    Kind::Hung,
    Kind::HalfOpen,
    Kind::Reset,
    Kind::Close,
    Kind::Slow,
    Kind::Late,
    Kind::WrongUnit,
    Kind::WrongTransaction,
    Kind::WrongFunction,
    Kind::WrongLength,
    Kind::Truncated,
    Kind::ByteByByte,
    Kind::Oversized,
    Kind::Duplicated,
    Kind::Noise,
    Kind::OneAtATime,
    Kind::Exception,
];

#[cfg(test)]
mod tests;
