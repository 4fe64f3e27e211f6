//! Modbus ASCII: unit and PDU as hexadecimal text between `:` and a line end (Modbus over Serial Line
//! V1.02, 2.5.2); framing, the machines of client and server.
//!
//! Time is in microseconds, as on the other serial lines.
//!
//! ```
//! use parabus_core::modbus::UnitId;
//! use parabus_core::modbus::ascii::{Frame, MAX_BINARY};
//!
//! let mut buffer = [0; MAX_BINARY];
//! let frame = Frame::parse(b":1103006B00037E\r\n", &mut buffer).unwrap();
//! assert_eq!((frame.unit_id, frame.pdu), (UnitId(17), &[3, 0, 0x6B, 0, 3][..]));
//! ```

mod client;
mod decoder;
mod scanner;
mod server;

pub use client::Client;
pub use scanner::Scanner;
pub use server::Server;

use super::{FrameError, MAX_PDU, UnitId};
use crate::error::ErrorKind;

/// Bytes before the PDU once the digits are read: the unit.
const HEADER: usize = 1;

/// Longest frame, characters (2.5.2.1).
pub const MAX_FRAME: usize = 513;

/// Bytes that the longest frame stands for: unit, PDU, LRC.
pub const MAX_BINARY: usize = 1 + MAX_PDU + 1;

/// A frame over the caller's buffer. Its LRC was checked when it was made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Frame<'a> {
    /// The unit that is asked, or answers; 0 is everyone.
    pub unit_id: UnitId,
    /// Function code and data, 1..=253 bytes.
    pub pdu: &'a [u8],
}

/// The longitudinal redundancy check: what makes the sum of all bytes 0 (6.2.1).
///
/// ```
/// use parabus_core::modbus::ascii::lrc;
///
/// assert_eq!(lrc(&[0x11, 3, 0, 0x6B, 0, 3]), 0x7E);
/// ```
pub fn lrc(bytes: &[u8]) -> u8 {
    bytes.iter().fold(0_u8, |sum, byte| sum.wrapping_add(*byte)).wrapping_neg()
}

impl<'a> Frame<'a> {
    /// Reads a whole frame into the buffer, of which [`MAX_BINARY`] bytes always suffice. Digits may be
    /// of either case, and the carriage return may have been lost.
    pub fn parse(text: &[u8], buffer: &'a mut [u8]) -> Result<Self, FrameError> {
        let syntax = |offset, expected| FrameError::new(ErrorKind::AsciiSyntax, offset, expected);
        if text.len() > MAX_FRAME {
            return Err(FrameError::new(ErrorKind::FrameTooLong, MAX_FRAME, "at most 513 characters"));
        }
        let Some((b':', rest)) = text.split_first() else { return Err(syntax(0, "`:`")) };
        let ended = rest.strip_suffix(b"\n").ok_or(syntax(text.len(), "a line feed at the end"))?;
        let digits = ended.strip_suffix(b"\r").unwrap_or(ended);
        let room = buffer.len();
        let mut length = 0;
        for (index, pair) in digits.chunks(2).enumerate() {
            let [high, low] = pair else { return Err(syntax(1 + digits.len(), "an even number of digits")) };
            let digit =
                |byte: u8, place: usize| digit_of(byte).ok_or(syntax(1 + 2 * index + place, "a hexadecimal digit"));
            let byte = digit(*high, 0)? << 4 | digit(*low, 1)?;
            let place = buffer.get_mut(index);
            *place.ok_or(FrameError::new(ErrorKind::BufferTooSmall, room, "room for the whole frame"))? = byte;
            length = index + 1;
        }
        let binary = buffer.get(..length).unwrap_or_default();
        let [unit, pdu @ .., _] = binary else {
            return Err(FrameError::new(ErrorKind::FrameTooShort, text.len(), "unit, function code and LRC"));
        };
        if pdu.is_empty() {
            return Err(FrameError::new(ErrorKind::FrameTooShort, text.len(), "unit, function code and LRC"));
        }
        if lrc(binary) != 0 {
            let place = (2 * length).saturating_sub(1);
            return Err(FrameError::new(ErrorKind::LrcMismatch, place, "the LRC of the bytes before it"));
        }
        Ok(Frame { unit_id: UnitId(*unit), pdu })
    }
}

/// Writes a frame and gives its length in characters: 2 for each byte of the PDU, and 7.
pub fn emit_frame(text: &mut [u8], unit_id: UnitId, pdu: &[u8]) -> Result<usize, FrameError> {
    if !(1..=MAX_PDU).contains(&pdu.len()) {
        return Err(FrameError::new(ErrorKind::FrameLength, 3, "a PDU of 1 to 253 bytes"));
    }
    let (found, needed) = (text.len(), frame_len(pdu.len()));
    let frame =
        text.get_mut(..needed).ok_or(FrameError::new(ErrorKind::BufferTooSmall, found, "room for the whole frame"))?;
    let check = lrc(pdu).wrapping_sub(unit_id.0);
    let bytes = core::iter::once(unit_id.0).chain(pdu.iter().copied()).chain([check]);
    let all = core::iter::once(b':').chain(bytes.flat_map(digits_of)).chain(*b"\r\n");
    frame.iter_mut().zip(all).for_each(|(place, character)| *place = character);
    Ok(needed)
}

/// Characters of a frame with so many bytes of PDU: colon, unit, LRC and line end stand around it.
const fn frame_len(pdu_length: usize) -> usize {
    2 * pdu_length + 7
}

/// The digits of a byte.
fn digits_of(byte: u8) -> [u8; 2] {
    [byte >> 4, byte & 15].map(|digit| match digit {
        0..=9 => b'0' | digit,
        _ => b'A' - 10 + digit,
    })
}

/// The value of a digit of either case.
fn digit_of(character: u8) -> Option<u8> {
    char::from(character).to_digit(16).and_then(|digit| u8::try_from(digit).ok())
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::string::String;

    #[test]
    fn a_frame_is_read_and_built_whatever_its_case() {
        let mut buffer = [0; MAX_BINARY];
        for text in [&b":1103006B00037E\r\n"[..], b":1103006b00037e\r\n", b":1103006B00037E\n"] {
            let frame = Frame::parse(text, &mut buffer).unwrap();
            assert_eq!((frame.unit_id, frame.pdu), (UnitId(17), &[3, 0, 0x6B, 0, 3][..]));
        }
        let mut text = [0; MAX_FRAME];
        let length = emit_frame(&mut text, UnitId(17), &[3, 0, 0x6B, 0, 3]).unwrap();
        assert_eq!(&text[..length], b":1103006B00037E\r\n");
        let longest = [7; MAX_PDU];
        assert_eq!(emit_frame(&mut text, UnitId(255), &longest), Ok(MAX_FRAME));
        assert_eq!(Frame::parse(&text, &mut buffer).unwrap().pdu, longest);
    }

    #[test]
    fn refusals_say_where() {
        let mut buffer = [0; MAX_BINARY];
        for (text, want) in [
            (&b""[..], (ErrorKind::AsciiSyntax, 0)),
            (b"1103", (ErrorKind::AsciiSyntax, 0)),
            (b":1103006B00037E", (ErrorKind::AsciiSyntax, 15)),
            (b":1103G06B00037E\r\n", (ErrorKind::AsciiSyntax, 5)),
            (b":1103006B0003E\r\n", (ErrorKind::AsciiSyntax, 14)),
            (b":1103006B00037F\r\n", (ErrorKind::LrcMismatch, 13)),
            (b":11EF\r\n", (ErrorKind::FrameTooShort, 7)),
            (b":\r\n", (ErrorKind::FrameTooShort, 3)),
        ] {
            let error = Frame::parse(text, &mut buffer).unwrap_err();
            assert_eq!((error.kind(), error.offset()), want, "{}", String::from_utf8_lossy(text));
        }
        assert_eq!(Frame::parse(b":1103006B00037E\r\n", &mut [0; 6]).unwrap_err().kind(), ErrorKind::BufferTooSmall);
    }
}
