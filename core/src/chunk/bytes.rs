//! Numbers in bytes: seven bits each, the lowest first, the eighth says that more follow.

use super::ChunkError;

/// The end of what was written.
pub(super) struct Out<'a> {
    bytes: &'a mut [u8],
    length: usize,
}

impl<'a> Out<'a> {
    pub(super) const fn new(bytes: &'a mut [u8]) -> Out<'a> {
        Out { bytes, length: 0 }
    }

    pub(super) const fn len(&self) -> usize {
        self.length
    }

    pub(super) fn put(&mut self, bytes: &[u8]) -> Result<(), ChunkError> {
        let end = self.length.saturating_add(bytes.len());
        let room = ChunkError::Room { found: self.bytes.len() };
        // Copying a slice can panic, as far as a compiler knows.
        self.bytes.get_mut(self.length..end).ok_or(room)?.iter_mut().zip(bytes).for_each(|(own, byte)| *own = *byte);
        self.length = end;
        Ok(())
    }

    pub(super) fn byte(&mut self, byte: u8) -> Result<(), ChunkError> {
        self.put(&[byte])
    }

    pub(super) fn number(&mut self, mut rest: u64) -> Result<(), ChunkError> {
        while rest >= 0x80 {
            let [low, ..] = rest.to_le_bytes();
            self.byte(low | 0x80)?;
            rest >>= 7;
        }
        let [low, ..] = rest.to_le_bytes();
        self.byte(low)
    }

    pub(super) fn count(&mut self, count: usize) -> Result<(), ChunkError> {
        self.number(u64::try_from(count).unwrap_or(u64::MAX))
    }

    pub(super) fn signed(&mut self, number: i64) -> Result<(), ChunkError> {
        self.number(fold_sign(number))
    }

    pub(super) fn wide(&mut self, number: i128) -> Result<(), ChunkError> {
        let mut rest = (number << 1 ^ number >> 127).cast_unsigned();
        while rest >= 0x80 {
            let [low, ..] = rest.to_le_bytes();
            self.byte(low | 0x80)?;
            rest >>= 7;
        }
        let [low, ..] = rest.to_le_bytes();
        self.byte(low)
    }

    /// What was written from this byte on.
    pub(super) fn since(&self, start: usize) -> &[u8] {
        self.bytes.get(start..self.length).unwrap_or_default()
    }

    /// Puts what was written from this byte on, behind the first so many bytes of it, before them.
    pub(super) fn turn(&mut self, start: usize, first: usize) {
        let all = self.bytes.get_mut(start..self.length).unwrap_or_default();
        if let Some((first, rest)) = all.split_at_mut_checked(first) {
            reverse(first);
            reverse(rest);
            reverse(all);
        }
    }
}

/// The library's own can panic, as far as a compiler knows.
fn reverse(bytes: &mut [u8]) {
    let mut bytes = bytes.iter_mut();
    while let (Some(front), Some(back)) = (bytes.next(), bytes.next_back()) {
        core::mem::swap(front, back);
    }
}

/// What is left to be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct In<'a> {
    rest: &'a [u8],
    /// Byte of the chunk.
    offset: usize,
}

impl<'a> In<'a> {
    pub(super) const fn new(rest: &'a [u8], offset: usize) -> In<'a> {
        In { rest, offset }
    }

    pub(super) const fn offset(&self) -> usize {
        self.offset
    }

    pub(super) const fn rest(&self) -> &'a [u8] {
        self.rest
    }

    pub(super) const fn error(&self, expected: &'static str) -> ChunkError {
        ChunkError::Format { offset: self.offset, expected }
    }

    pub(super) fn take(&mut self, count: usize) -> Result<&'a [u8], ChunkError> {
        let (taken, rest) = self.rest.split_at_checked(count).ok_or(self.error("more bytes"))?;
        self.rest = rest;
        self.offset = self.offset.saturating_add(count);
        Ok(taken)
    }

    /// The next bytes alone.
    pub(super) fn part(&mut self, count: usize) -> Result<In<'a>, ChunkError> {
        let offset = self.offset;
        Ok(In { rest: self.take(count)?, offset })
    }

    pub(super) fn byte(&mut self) -> Result<u8, ChunkError> {
        let (byte, rest) = self.rest.split_first().ok_or(self.error("more bytes"))?;
        self.rest = rest;
        self.offset = self.offset.saturating_add(1);
        Ok(*byte)
    }

    pub(super) fn number(&mut self) -> Result<u64, ChunkError> {
        let error = self.error("a number of 64 bits");
        u64::try_from(self.any(10)?).map_err(|_| error)
    }

    /// A number of what there are at most so many.
    pub(super) fn count(&mut self, most: usize, expected: &'static str) -> Result<usize, ChunkError> {
        let error = self.error(expected);
        usize::try_from(self.number()?).ok().filter(|count| *count <= most).ok_or(error)
    }

    pub(super) fn signed(&mut self) -> Result<i64, ChunkError> {
        self.number().map(unfold_sign)
    }

    pub(super) fn wide(&mut self) -> Result<i128, ChunkError> {
        let folded = self.any(19)?;
        Ok((folded >> 1).cast_signed() ^ (folded & 1).cast_signed().wrapping_neg())
    }

    fn any(&mut self, most: u32) -> Result<u128, ChunkError> {
        let error = self.error("the end of a number");
        let mut number = 0u128;
        for place in 0..most {
            let byte = self.byte()?;
            let part = u128::from(byte & 0x7F);
            let moved = part.checked_shl(place.wrapping_mul(7)).filter(|moved| moved >> place.wrapping_mul(7) == part);
            number |= moved.ok_or(error)?;
            if byte < 0x80 {
                return Ok(number);
            }
        }
        Err(error)
    }
}

/// Small numbers of either sign as small numbers.
pub(super) const fn fold_sign(number: i64) -> u64 {
    (number << 1 ^ number >> 63).cast_unsigned()
}

pub(super) const fn unfold_sign(folded: u64) -> i64 {
    (folded >> 1).cast_signed() ^ (folded & 1).cast_signed().wrapping_neg()
}

/// Bytes of a number.
pub(super) const fn number_length(number: u64) -> u32 {
    if number == 0 { 1 } else { (70u32.saturating_sub(number.leading_zeros())) / 7 }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_of_all_lengths_come_back() {
        for shift in 0..128 {
            for number in [i128::MAX >> shift, !(i128::MAX >> shift), (i128::MAX >> shift).wrapping_add(1)] {
                let mut bytes = [0; 40];
                let mut out = Out::new(&mut bytes);
                out.wide(number).unwrap();
                let narrow = number as i64;
                let before = out.len();
                out.signed(narrow).unwrap();
                assert_eq!(out.len() - before, number_length(fold_sign(narrow)) as usize, "{narrow}");
                let length = out.len();
                let mut read = In::new(&bytes[..length], 0);
                assert_eq!((read.wide(), read.signed()), (Ok(number), Ok(narrow)));
                assert!(read.byte().is_err());
                let mut cut = In::new(&bytes[..length - 1], 0);
                assert!(cut.wide().and_then(|_| cut.signed()).is_err());
            }
        }
        assert_eq!(In::new(&[0xFF; 9], 3).number(), Err(ChunkError::Format { offset: 12, expected: "more bytes" }));
        assert!(In::new(&[0xFF; 20], 0).number().is_err());
        assert!(In::new(&[0xFF; 20], 0).wide().is_err());
        assert!(In::new(&[0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 2], 0).number().is_err());
    }
}
