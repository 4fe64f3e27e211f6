use core::fmt;

/// What was read of one parameter in one cycle.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cell<'a> {
    /// The bits of a number or an address in their natural order ([`Raw`](crate::value::Raw)).
    Raw(u64),
    /// Nothing; the code says why, and is the owner's.
    Error(u8),
    /// A text in its registers.
    Registers(Registers<'a>),
}

/// Registers of a text, in memory or in a chunk.
#[derive(Clone, Copy)]
pub struct Registers<'a>(Place<'a>);

#[derive(Clone, Copy)]
enum Place<'a> {
    Memory(&'a [u16]),
    /// The high byte of each first.
    Chunk(&'a [u8]),
}

impl<'a> Registers<'a> {
    /// Registers in memory.
    pub const fn new(registers: &'a [u16]) -> Registers<'a> {
        Registers(Place::Memory(registers))
    }

    pub(super) const fn in_chunk(bytes: &'a [u8]) -> Registers<'a> {
        Registers(Place::Chunk(bytes))
    }

    /// How many there are.
    pub const fn len(&self) -> usize {
        match self.0 {
            Place::Memory(registers) => registers.len(),
            Place::Chunk(bytes) => bytes.len() / 2,
        }
    }

    /// Whether there are none.
    pub const fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// One after the other.
    pub fn iter(&self) -> impl Iterator<Item = u16> + use<'a> {
        let (memory, chunk): (&[u16], &[u8]) = match self.0 {
            Place::Memory(registers) => (registers, &[]),
            Place::Chunk(bytes) => (&[], bytes),
        };
        let (pairs, _) = chunk.as_chunks::<2>();
        memory.iter().copied().chain(pairs.iter().map(|pair| u16::from_be_bytes(*pair)))
    }
}

impl PartialEq for Registers<'_> {
    fn eq(&self, other: &Registers<'_>) -> bool {
        self.iter().eq(other.iter())
    }
}

impl Eq for Registers<'_> {}

impl fmt::Debug for Registers<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.iter()).finish()
    }
}
