//! Fields in order, read and written; the limits that hold for all of them.

use super::MAX_PDU;
use super::items::{Bits, Registers};
use crate::error::ErrorKind;
use crate::modbus::{FrameError, FunctionCode};

/// Reads fields in order and remembers where it stands.
#[derive(Clone, Copy)]
pub(super) struct Reader<'a> {
    bytes: &'a [u8],
    at: usize,
    /// Where the bytes begin in the PDU.
    base: usize,
}

impl<'a> Reader<'a> {
    pub fn new(bytes: &'a [u8]) -> Self {
        Reader { bytes, at: 0, base: 0 }
    }

    /// Of a part of the PDU.
    pub fn within(bytes: &'a [u8], base: usize) -> Self {
        Reader { bytes, at: 0, base }
    }

    /// Where it stands in the PDU.
    pub fn at(&self) -> usize {
        self.base + self.at
    }

    pub fn is_done(&self) -> bool {
        self.at >= self.bytes.len()
    }

    /// The bytes between this and a later place.
    pub fn up_to(&self, later: &Reader<'a>) -> &'a [u8] {
        self.bytes.get(self.at..later.at).unwrap_or_default()
    }

    fn too_short(&self, expected: &'static str) -> FrameError {
        FrameError::new(ErrorKind::FrameTooShort, self.base + self.bytes.len(), expected)
    }

    pub fn byte(&mut self, expected: &'static str) -> Result<u8, FrameError> {
        let byte = self.bytes.get(self.at).ok_or(self.too_short(expected))?;
        self.at += 1;
        Ok(*byte)
    }

    pub fn word(&mut self, expected: &'static str) -> Result<u16, FrameError> {
        Ok(u16::from_be_bytes([self.byte(expected)?, self.byte(expected)?]))
    }

    pub fn take(&mut self, count: usize, expected: &'static str) -> Result<&'a [u8], FrameError> {
        let end = self.at.saturating_add(count);
        let taken = self.bytes.get(self.at..end).ok_or(self.too_short(expected))?;
        self.at = end;
        Ok(taken)
    }

    pub fn rest(&mut self) -> &'a [u8] {
        let rest = self.bytes.get(self.at..).unwrap_or(&[]);
        self.at = self.bytes.len();
        rest
    }

    /// Exactly the bytes that a byte count announces.
    pub fn counted(&mut self) -> Result<&'a [u8], FrameError> {
        let place = self.at();
        let count = usize::from(self.byte("a byte count")?);
        let rest = self.rest();
        if rest.len() == count {
            Ok(rest)
        } else {
            Err(FrameError::new(ErrorKind::ByteCount, place, "the number of bytes that follow"))
        }
    }

    /// All that is left, two bytes each.
    pub fn registers(&mut self) -> Result<Registers<'a>, FrameError> {
        Registers::new(self.rest()).ok_or(self.too_short("an even number of bytes"))
    }

    pub fn end(&self) -> Result<(), FrameError> {
        if self.is_done() {
            return Ok(());
        }
        Err(FrameError::new(ErrorKind::FrameTooLong, self.at(), "the end of the frame"))
    }

    pub fn coil(&mut self) -> Result<bool, FrameError> {
        let place = self.at();
        match self.word("a coil value")? {
            0xFF00 => Ok(true),
            0 => Ok(false),
            _ => Err(FrameError::new(ErrorKind::CoilValue, place, "0x0000 or 0xFF00")),
        }
    }
}

pub(super) fn check_function(code: u8) -> Result<FunctionCode, FrameError> {
    if (1..=127).contains(&code) {
        Ok(FunctionCode(code))
    } else {
        Err(FrameError::new(ErrorKind::FunctionCode, 0, "a function code 1 to 127"))
    }
}

/// Address and quantity of a span, whose quantity stands at `place` behind its address: within the
/// function's range, and within 65,536 addresses.
pub(super) fn check_span(place: usize, address: u16, quantity: usize, most: u16) -> Result<(), FrameError> {
    if !(1..=usize::from(most)).contains(&quantity) {
        return Err(FrameError::new(ErrorKind::Quantity, place, "a quantity within the function's range"));
    }
    if usize::from(address) + quantity > 0x1_0000 {
        return Err(FrameError::new(ErrorKind::AddressRange, place.saturating_sub(2), "addresses up to 65535"));
    }
    Ok(())
}

pub(super) fn check_length(bytes: &[u8]) -> Result<(), FrameError> {
    if bytes.len() > MAX_PDU {
        return Err(FrameError::new(ErrorKind::FrameTooLong, MAX_PDU, "at most 253 bytes"));
    }
    Ok(())
}

pub(super) fn check_data(data: &[u8]) -> Result<(), FrameError> {
    if data.len() >= MAX_PDU {
        return Err(FrameError::new(ErrorKind::FrameTooLong, MAX_PDU, "at most 252 bytes behind the function code"));
    }
    Ok(())
}

pub(super) const fn coil_word(value: bool) -> u16 {
    if value { 0xFF00 } else { 0 }
}

/// Lengths here were checked against the function's range, so nothing is cut off.
pub(super) fn low_word(length: usize) -> u16 {
    u16::try_from(length).unwrap_or(u16::MAX)
}

pub(super) fn low_byte(length: usize) -> u8 {
    u8::try_from(length).unwrap_or(u8::MAX)
}

/// Fills a buffer that was measured before.
pub(super) struct Writer<'b> {
    buffer: &'b mut [u8],
    at: usize,
}

impl<'b> Writer<'b> {
    pub fn new(buffer: &'b mut [u8], needed: usize) -> Result<Self, FrameError> {
        let found = buffer.len();
        match buffer.get_mut(..needed) {
            Some(buffer) => Ok(Writer { buffer, at: 0 }),
            None => Err(FrameError::new(ErrorKind::BufferTooSmall, found, "room for the whole frame")),
        }
    }

    pub fn byte(&mut self, byte: u8) {
        if let Some(place) = self.buffer.get_mut(self.at) {
            *place = byte;
            self.at += 1;
        }
    }

    pub fn bytes(&mut self, bytes: &[u8]) {
        let room = self.buffer.get_mut(self.at..).unwrap_or_default();
        room.iter_mut().zip(bytes).for_each(|(place, byte)| *place = *byte);
        self.at = self.at.saturating_add(room.len().min(bytes.len()));
    }

    pub fn words(&mut self, words: impl IntoIterator<Item = u16>) {
        words.into_iter().for_each(|word| self.bytes(&word.to_be_bytes()));
    }

    /// A count that fits a byte, as was checked before.
    pub fn count(&mut self, count: usize) {
        self.byte(low_byte(count));
    }

    pub fn length(&self) -> usize {
        self.at
    }

    /// Bits in bytes, padded with zeros.
    pub fn bits(&mut self, bits: &Bits<'_>) {
        let mut byte = 0;
        for (index, bit) in bits.iter().enumerate() {
            byte |= u8::from(bit) << (index % 8);
            if index % 8 == 7 || index + 1 == bits.len() {
                self.byte(byte);
                byte = 0;
            }
        }
    }
}
