//! Numbers for tests.

use std::vec::Vec;

use super::Reading;

/// A linear congruential generator.
pub(crate) struct Random(pub(crate) u64);

impl Random {
    pub(crate) fn next(&mut self) -> u64 {
        let mut word = || {
            self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            self.0 >> 32
        };
        word() << 32 | word()
    }

    pub(crate) fn below(&mut self, limit: u64) -> u64 {
        (self.next() >> 11) % limit
    }

    pub(crate) fn shuffle<T>(&mut self, items: &mut [T]) {
        for end in (1..items.len()).rev() {
            items.swap(end, self.below(end as u64 + 1) as usize);
        }
    }

    /// Readings of a counter that rises, falls back a little, starts anew and runs over; with errors,
    /// with pauses longer than the hold limit, and now and then with any value at all.
    pub(crate) fn readings(&mut self, count: usize, from_ms: i64) -> Vec<Reading<i64>> {
        let (mut at_ms, mut value) = (from_ms, 64_000);
        let mut readings = Vec::new();
        for _ in 0..count {
            let pause_ms = if self.below(20) == 0 { 400_000 } else { 15_000 };
            at_ms += 1 + self.below(pause_ms) as i64;
            value = match self.below(24) {
                0 => self.below(100) as i64,
                1..=3 => value - value / 50,
                4 => 65_535 - self.below(3000) as i64,
                5 => self.next().cast_signed() % 70_000,
                _ => value + self.below(400) as i64,
            };
            readings.push(if self.below(12) == 0 { Reading::error(at_ms) } else { Reading::new(at_ms, value) });
        }
        readings
    }
}
