//! Bytes that came and may still belong to a frame.

use core::cell::Cell;

/// Up to `N` bytes; what comes later goes behind, what belongs to no frame is forgotten in front.
#[derive(Clone, Debug)]
pub(super) struct Window<const N: usize> {
    buffer: [u8; N],
    filled: usize,
}

impl<const N: usize> Window<N> {
    pub const fn new() -> Self {
        Window { buffer: [0; N], filled: 0 }
    }

    pub fn bytes(&self) -> &[u8] {
        self.buffer.get(..self.filled).unwrap_or_default()
    }

    pub const fn len(&self) -> usize {
        self.filled
    }

    pub const fn is_full(&self) -> bool {
        self.filled >= N
    }

    pub const fn clear(&mut self) {
        self.filled = 0;
    }

    /// Takes as many bytes as there is room for; gives the rest.
    pub fn fill<'b>(&mut self, bytes: &'b [u8]) -> &'b [u8] {
        let free = self.buffer.get_mut(self.filled..).unwrap_or_default();
        let (chunk, rest) = bytes.split_at_checked(free.len()).unwrap_or((bytes, &[]));
        free.iter_mut().zip(chunk).for_each(|(place, byte)| *place = *byte);
        self.filled = self.filled.saturating_add(chunk.len());
        rest
    }

    /// Gives some of the bytes and forgets all.
    pub fn take(&mut self, start: usize, length: usize) -> Option<&[u8]> {
        self.filled = 0;
        self.buffer.get(start..start.saturating_add(length))
    }

    /// Forgets so many bytes in front.
    pub fn forget(&mut self, count: usize) {
        let count = count.min(self.filled);
        move_bytes(&mut self.buffer, count..self.filled, 0);
        self.filled = self.filled.saturating_sub(count);
    }
}

/// Moves bytes of a buffer to another place in it, as many as there is room for; `copy_within` can panic.
pub(super) fn move_bytes(buffer: &mut [u8], from: core::ops::Range<usize>, to: usize) {
    let cells = Cell::from_mut(buffer).as_slice_of_cells();
    let sources = cells.get(from.start..from.end.min(cells.len())).unwrap_or_default();
    let places = cells.get(to..).unwrap_or_default();
    let pairs = places.iter().zip(sources);
    // From the end that is overwritten last.
    if to < from.start {
        pairs.for_each(|(place, source)| place.set(source.get()));
    } else if to > from.start {
        pairs.rev().for_each(|(place, source)| place.set(source.get()));
    }
}
