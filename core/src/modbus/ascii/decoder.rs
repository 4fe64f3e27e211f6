//! Characters to bytes, one by one.

use super::{MAX_BINARY, digit_of, lrc};
use crate::modbus::UnitId;

/// Shortest frame, bytes: unit, function code, LRC.
const MIN_BINARY: usize = 3;

/// Where in a frame the characters are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    /// Before a colon.
    Outside,
    /// Between two bytes.
    Even,
    /// Behind the first digit of a byte.
    Odd(u8),
    /// Behind the carriage return.
    Ending,
}

/// Gathers a frame in a buffer of at least [`MAX_BINARY`] bytes.
#[derive(Clone, Debug)]
pub(super) struct Decoder<const N: usize> {
    pub buffer: [u8; N],
    filled: usize,
    state: State,
}

impl<const N: usize> Decoder<N> {
    pub const fn new() -> Self {
        Decoder { buffer: [0; N], filled: 0, state: State::Outside }
    }

    /// Gives up a frame begun.
    pub const fn clear(&mut self) {
        self.state = State::Outside;
    }

    /// Takes a character; whether it ends a frame whose LRC fits. A colon begins a frame wherever it
    /// comes, the carriage return may be lost, any other stranger ends the frame begun.
    pub fn push(&mut self, character: u8) -> bool {
        let state = self.state;
        self.state = State::Outside;
        match (character, state) {
            (b':', _) => {
                (self.filled, self.state) = (0, State::Even);
            }
            (b'\r', State::Even) => self.state = State::Ending,
            (b'\n', State::Even | State::Ending) => {
                return self.filled >= MIN_BINARY && lrc(self.buffer.get(..self.filled).unwrap_or_default()) == 0;
            }
            (_, State::Even) => self.state = digit_of(character).map_or(State::Outside, State::Odd),
            (_, State::Odd(high)) => {
                let place = self.buffer.get_mut(self.filled).filter(|_| self.filled < MAX_BINARY);
                if let (Some(low), Some(place)) = (digit_of(character), place) {
                    *place = high << 4 | low;
                    self.filled = self.filled.saturating_add(1);
                    self.state = State::Even;
                }
            }
            (_, State::Outside | State::Ending) => {}
        }
        false
    }

    /// Unit and PDU of the frame that ended.
    pub fn frame(&self) -> (UnitId, &[u8]) {
        match self.buffer.get(..self.filled) {
            Some([unit, pdu @ .., _]) => (UnitId(*unit), pdu),
            _ => (UnitId(0), &[]),
        }
    }

    /// Bytes of its PDU.
    pub const fn pdu_length(&self) -> usize {
        self.filled.saturating_sub(2)
    }
}
