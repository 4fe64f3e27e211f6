//! An input taken apart. What is not there is 0.

use crate::line::Transport;

/// Bytes from which decisions are taken.
pub struct Input<'a>(pub &'a [u8]);

impl<'a> Input<'a> {
    pub const fn is_done(&self) -> bool {
        self.0.is_empty()
    }

    pub fn byte(&mut self) -> u8 {
        let (first, rest) = self.0.split_first().unwrap_or((&0, &[]));
        self.0 = rest;
        *first
    }

    pub fn word(&mut self) -> u16 {
        u16::from_be_bytes([self.byte(), self.byte()])
    }

    pub fn take(&mut self, count: usize) -> &'a [u8] {
        let (taken, rest) = self.0.split_at(count.min(self.0.len()));
        self.0 = rest;
        taken
    }

    /// What is done, and its bytes.
    pub fn step(&mut self) -> (u8, &'a [u8]) {
        let (step, length) = (self.byte(), self.byte());
        (step, self.take(length.into()))
    }

    pub fn transport(&mut self) -> Transport {
        Transport::ALL[usize::from(self.byte()) % 3]
    }
}

/// Microseconds: mostly few, sometimes as many as there are.
pub fn duration_us(bytes: &[u8]) -> u64 {
    let mut input = Input(bytes);
    let (scale, count) = (input.byte(), u64::from(input.word()));
    match scale % 8 {
        0..=2 => count,
        3..=5 => count * 100,
        6 => count << 20,
        _ => count << (scale / 4),
    }
}
