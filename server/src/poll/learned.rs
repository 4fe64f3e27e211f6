//! What a device refuses, so that it is not asked the same in vain each time.

use std::collections::BTreeMap;

use parabus_core::modbus::ExceptionCode;
use parabus_core::modbus::plan::{Point, ReadGroup, Refused};

use crate::clock;

/// Everything is tried anew after this time: a device may have been mended or set up differently.
const FORGET_AFTER_MS: u64 = 3_600_000;

/// Most readings that leave out a value which the device does not have.
const MOST_LEFT_OUT: u8 = 64;

/// Uncertainty of a limit that is not worth another refused request.
const CLOSE_ENOUGH: u16 = 4;

/// Sizes of requests that a device has answered and refused.
#[derive(Clone, Copy, Debug, Default)]
struct Size {
    answered: u16,
    refused: Option<u16>,
}

impl Size {
    /// The size to try next: halfway, until both ends meet.
    fn limit(self) -> u16 {
        match self.refused {
            None => u16::MAX,
            Some(refused) if refused.saturating_sub(self.answered) <= CLOSE_ENOUGH => self.answered.max(1),
            Some(refused) => self.answered + (refused - self.answered) / 2,
        }
    }
}

/// A value that the device refused on its own.
#[derive(Clone, Copy, Debug)]
struct Absent {
    code: ExceptionCode,
    /// Readings that leave it out: one, two, four, ... after each refusal.
    wait: u8,
    left: u8,
}

/// One device's refusals.
#[derive(Clone, Debug)]
pub struct Learned {
    since_ms: u64,
    spans: Vec<Refused>,
    registers: Size,
    bits: Size,
    absent: BTreeMap<Point, Absent>,
}

impl Default for Learned {
    fn default() -> Self {
        Learned {
            since_ms: clock::monotonic_ms(),
            spans: Vec::new(),
            registers: Size::default(),
            bits: Size::default(),
            absent: BTreeMap::new(),
        }
    }
}

impl Learned {
    /// A reading begins: what is too long ago no longer counts.
    pub fn begin(&mut self) {
        if clock::monotonic_ms().saturating_sub(self.since_ms) > FORGET_AFTER_MS {
            *self = Learned::default();
        }
    }

    /// Why this value is left out this time, if it is.
    pub fn leave_out(&mut self, point: &Point) -> Option<ExceptionCode> {
        let absent = self.absent.get_mut(point)?;
        absent.left = absent.left.checked_sub(1)?;
        Some(absent.code)
    }

    /// Spans that one request must not cover.
    pub fn spans(&self) -> &[Refused] {
        &self.spans
    }

    /// Most items of a request for this kind.
    pub fn limit(&self, is_bit: bool) -> u16 {
        if is_bit { self.bits.limit() } else { self.registers.limit() }
    }

    /// A request was answered.
    pub fn answered(&mut self, group: &ReadGroup, point: Option<&Point>) {
        let size = if group.kind.is_bit() { &mut self.bits } else { &mut self.registers };
        size.answered = size.answered.max(group.quantity);
        if let (1, Some(point)) = (group.points, point) {
            self.absent.remove(point);
        }
    }

    /// A request was refused; whether it is worth asking for its values in other requests.
    pub fn refused(&mut self, group: &ReadGroup, point: Option<&Point>, code: ExceptionCode) -> bool {
        let is_about_registers =
            matches!(code, ExceptionCode::ILLEGAL_DATA_ADDRESS | ExceptionCode::ILLEGAL_DATA_VALUE);
        if !is_about_registers {
            return false;
        }
        if let (1, Some(point)) = (group.points, point) {
            let absent = self.absent.entry(*point).or_insert(Absent { code, wait: 0, left: 0 });
            absent.wait = absent.wait.saturating_mul(2).clamp(1, MOST_LEFT_OUT);
            (absent.code, absent.left) = (code, absent.wait);
            return false;
        }
        let size = if group.kind.is_bit() { &mut self.bits } else { &mut self.registers };
        if code == ExceptionCode::ILLEGAL_DATA_VALUE && group.quantity > size.answered {
            size.refused = Some(size.refused.map_or(group.quantity, |refused| refused.min(group.quantity)));
        } else {
            self.spans.push(Refused { kind: group.kind, address: group.address, quantity: group.quantity });
        }
        true
    }
}
