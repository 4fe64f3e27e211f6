//! Numbers from a seed.

/// SplitMix64 (Steele, Lea and Flood 2014): the same numbers on every machine, so that a failure can be
/// played again.
#[derive(Clone, Debug)]
pub struct Random(u64);

impl Random {
    /// Numbers that follow from a seed.
    pub const fn new(seed: u64) -> Self {
        Random(seed)
    }

    /// The next number.
    pub const fn number(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        mix(self.0)
    }

    /// A number below a limit; 0 below 0.
    pub const fn below(&mut self, limit: usize) -> usize {
        ((self.number() as u128 * limit as u128) >> 64) as usize
    }

    /// A number of a span, both ends included.
    pub const fn within(&mut self, low: u64, high: u64) -> u64 {
        low + self.below((high - low + 1) as usize) as u64
    }

    /// True so many times in a thousand.
    pub const fn is(&mut self, per_mille: u32) -> bool {
        self.below(1000) < per_mille as usize
    }

    /// Any byte.
    pub const fn byte(&mut self) -> u8 {
        self.number() as u8
    }

    /// Any 16 bits.
    pub const fn word(&mut self) -> u16 {
        self.number() as u16
    }

    /// One of several.
    pub const fn pick<T: Copy>(&mut self, items: &[T]) -> T {
        items[self.below(items.len())]
    }

    /// Any bytes.
    pub fn bytes(&mut self, count: usize) -> Vec<u8> {
        (0..count).map(|_| self.byte()).collect()
    }
}

/// Spreads a number over all bits.
pub const fn mix(number: u64) -> u64 {
    let number = (number ^ (number >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    let number = (number ^ (number >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    number ^ (number >> 31)
}
