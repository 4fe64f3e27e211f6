//! Coils and registers as they stand on the wire.

/// Coils or discrete inputs as they stand on the wire, the first in the lowest bit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Bits<'a> {
    bytes: &'a [u8],
    count: usize,
}

impl<'a> Bits<'a> {
    /// The first `count` bits of the bytes; `None` if there are fewer.
    pub const fn new(bytes: &'a [u8], count: usize) -> Option<Self> {
        if count.div_ceil(8) <= bytes.len() { Some(Bits { bytes, count }) } else { None }
    }

    /// Number of bits.
    pub const fn len(&self) -> usize {
        self.count
    }

    /// Whether there are none.
    pub const fn is_empty(&self) -> bool {
        self.count == 0
    }

    /// The first `count` of them: a reply is padded to whole bytes.
    #[must_use]
    pub fn truncated(self, count: usize) -> Self {
        Bits { count: self.count.min(count), ..self }
    }

    /// The bits in order.
    pub fn iter(&self) -> impl Iterator<Item = bool> + use<'a> {
        let bytes = self.bytes;
        (0..self.count).map(move |index| bytes.get(index / 8).is_some_and(|byte| byte >> (index % 8) & 1 == 1))
    }
}

/// Registers as they stand on the wire, each most significant byte first.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Registers<'a> {
    pub(super) bytes: &'a [u8],
}

impl<'a> Registers<'a> {
    /// The registers of an even number of bytes.
    pub const fn new(bytes: &'a [u8]) -> Option<Self> {
        if bytes.len().is_multiple_of(2) { Some(Registers { bytes }) } else { None }
    }

    /// Number of registers.
    pub const fn len(&self) -> usize {
        self.bytes.len() / 2
    }

    /// Whether there are none.
    pub const fn is_empty(&self) -> bool {
        self.bytes.is_empty()
    }

    /// The registers in order.
    #[inline]
    pub fn iter(&self) -> impl Iterator<Item = u16> + use<'a> {
        self.bytes.chunks_exact(2).map(|pair| match pair {
            [high, low] => u16::from_be_bytes([*high, *low]),
            _ => 0,
        })
    }
}

/// Values of a request to write, from the wire or from the caller's own slice.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Values<'a> {
    /// Registers from the wire.
    Wire(Registers<'a>),
    /// The caller's registers.
    Host(&'a [u16]),
}

impl<'a> Values<'a> {
    /// Number of registers.
    pub const fn len(&self) -> usize {
        match self {
            Values::Wire(registers) => registers.len(),
            Values::Host(values) => values.len(),
        }
    }

    /// Whether there are none.
    pub const fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The registers in order.
    pub fn iter(&self) -> impl Iterator<Item = u16> + use<'a> {
        let (wire, host) = match self {
            Values::Wire(registers) => (Some(registers.iter()), None),
            Values::Host(values) => (None, Some(values.iter().copied())),
        };
        wire.into_iter().flatten().chain(host.into_iter().flatten())
    }
}
