//! What a line demands of time: how long a byte takes, which silences part frames.

/// Above this rate the silences no longer shrink (Modbus over Serial Line V1.02, 2.5.1.1).
const FIXED_ABOVE_BAUD: u32 = 19_200;

/// Silence that no frame has inside, whatever lies between the line and who listens (Modbus over Serial
/// Line V1.02, 2.5.2.1: a second in an ASCII frame).
pub(super) const MAX_HOLE_US: u64 = 1_000_000;

/// A line and how strictly its silences are taken.
///
/// A microcontroller sees every byte when it comes: [`Line::serial`] with [`Line::strict`] discards
/// a frame with a hole in it. A host behind USB or a converter sees bytes late and in lumps; there
/// length and CRC decide alone.
///
/// ```
/// use parabus_core::modbus::Line;
///
/// let line = Line::serial(9600);
/// assert_eq!((line.t1_5_us(), line.t3_5_us(), line.duration_us(8)), (1719, 4011, 9168));
/// assert_eq!(Line::serial(115_200).t3_5_us(), 1750);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Line {
    character_us: u32,
    t1_5_us: u32,
    t3_5_us: u32,
    is_strict: bool,
    has_echo: bool,
}

impl Line {
    /// A serial line at this rate; 0 counts as 1 baud. A character has 11 bits, whatever the parity.
    pub const fn serial(baud: u32) -> Self {
        let (t1_5_us, t3_5_us) =
            if baud > FIXED_ABOVE_BAUD { (750, 1750) } else { (characters_us(baud, 15), characters_us(baud, 35)) };
        Line { character_us: characters_us(baud, 10), t1_5_us, t3_5_us, is_strict: false, has_echo: false }
    }

    /// A serial line of Modbus ASCII: frames have marks, so no silence parts them, and a character has 10
    /// bits. [`Line::strict`] discards a frame with a second of silence in it.
    pub const fn ascii(baud: u32) -> Self {
        let character_us = 10_000_000_u32.div_ceil(if baud == 0 { 1 } else { baud });
        Line { character_us, t1_5_us: MAX_HOLE_US as u32, t3_5_us: 0, is_strict: false, has_echo: false }
    }

    /// Serial frames on a TCP stream: no silences.
    pub const fn stream() -> Self {
        Line { character_us: 0, t1_5_us: 0, t3_5_us: 0, is_strict: false, has_echo: false }
    }

    /// Discards a frame with a silence of more than 1.5 characters in it.
    #[must_use]
    pub const fn strict(self) -> Self {
        Line { is_strict: true, ..self }
    }

    /// Whatever is sent comes back first: a two-wire transceiver whose receiver stays on.
    #[must_use]
    pub const fn with_echo(self) -> Self {
        Line { has_echo: true, ..self }
    }

    /// Whether a transmission is heard by who sends it.
    pub const fn has_echo(&self) -> bool {
        self.has_echo
    }

    /// Silence that a frame may have inside, microseconds.
    pub const fn t1_5_us(&self) -> u32 {
        self.t1_5_us
    }

    /// Silence that parts two frames, microseconds.
    pub const fn t3_5_us(&self) -> u32 {
        self.t3_5_us
    }

    /// How long so many bytes take, microseconds.
    pub const fn duration_us(&self, bytes: usize) -> u64 {
        (self.character_us as u64).saturating_mul(bytes as u64)
    }

    /// Whether bytes that were complete at `now_us` belong to no frame begun at `heard_us` or before.
    pub(in crate::modbus) const fn is_parted(&self, heard_us: u64, now_us: u64, bytes: usize) -> bool {
        let silence = now_us.saturating_sub(heard_us).saturating_sub(self.duration_us(bytes));
        self.is_strict && silence > self.t1_5_us as u64
    }
}

/// Microseconds of tenths of characters, rounded up.
const fn characters_us(baud: u32, tenths: u32) -> u32 {
    let bits_us = tenths * 1_100_000;
    bits_us.div_ceil(if baud == 0 { 1 } else { baud })
}
