//! Modbus on a serial line, and its frames on a TCP stream: framing, silences, the machines of client
//! and server.
//!
//! Time is in microseconds, of any monotonic clock: the silence inside a frame is 750 µs.

mod client;
mod crc;
mod places;
mod scanner;
mod server;

pub use client::Client;
pub use crc::crc16;
pub(super) use crc::{START, crc16_of_words, crc16_on};
pub use scanner::Scanner;
pub use server::Server;

use super::{FrameError, Request, UnitId};
use crate::error::ErrorKind;

/// Largest frame, bytes: unit, a PDU of 253, CRC (Modbus over Serial Line V1.02, 2.5.1).
pub const MAX_FRAME: usize = 256;

/// Bytes before the PDU.
pub const HEADER: usize = 1;

/// Bytes behind the PDU.
pub const TRAILER: usize = 2;

/// Shortest frame: unit, function code, CRC.
const MIN_FRAME: usize = HEADER + 1 + TRAILER;

/// Length of the usual frame of function 8: sub-function and one register.
const DIAGNOSTICS: usize = HEADER + 5 + TRAILER;

/// A frame over the caller's buffer. Length and CRC were checked when it was made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Frame<'a> {
    /// The unit that is asked, or answers; 0 is everyone.
    pub unit_id: UnitId,
    /// Function code and data, 1..=253 bytes.
    pub pdu: &'a [u8],
}

impl<'a> Frame<'a> {
    /// Reads a whole frame: nothing missing, nothing behind it.
    #[inline]
    pub fn parse(bytes: &'a [u8]) -> Result<Self, FrameError> {
        if bytes.len() > MAX_FRAME {
            return Err(FrameError::new(ErrorKind::FrameTooLong, MAX_FRAME, "at most 256 bytes"));
        }
        let [unit, pdu @ .., _, _] = bytes else {
            return Err(FrameError::new(ErrorKind::FrameTooShort, bytes.len(), "at least 4 bytes"));
        };
        if pdu.is_empty() {
            return Err(FrameError::new(ErrorKind::FrameTooShort, bytes.len(), "at least 4 bytes"));
        }
        if crc16(bytes) != 0 {
            let at = bytes.len().saturating_sub(TRAILER);
            return Err(FrameError::new(ErrorKind::CrcMismatch, at, "the CRC-16 of the bytes before it"));
        }
        Ok(Frame { unit_id: UnitId(*unit), pdu })
    }
}

/// Writes unit and CRC around a PDU of `pdu_length` bytes that starts at [`HEADER`], and gives the
/// length of the frame.
#[inline]
pub fn emit_frame(buffer: &mut [u8], unit_id: UnitId, pdu_length: usize) -> Result<usize, FrameError> {
    if !(1..=super::MAX_PDU).contains(&pdu_length) {
        return Err(FrameError::new(ErrorKind::FrameLength, HEADER, "a PDU of 1 to 253 bytes"));
    }
    let found = buffer.len();
    let too_small = FrameError::new(ErrorKind::BufferTooSmall, found, "room for the whole frame");
    let body = HEADER + pdu_length;
    let frame = buffer.get_mut(..body + TRAILER).ok_or(too_small)?;
    let Some((checked, trailer)) = frame.split_at_mut_checked(body) else { return Err(too_small) };
    if let Some(first) = checked.first_mut() {
        *first = unit_id.0;
    }
    trailer.copy_from_slice(&crc16(checked).to_le_bytes());
    Ok(body + TRAILER)
}

/// Writes a request's frame and gives its length; 256 bytes always suffice.
#[inline]
pub fn emit_request(buffer: &mut [u8], unit_id: UnitId, request: &Request<'_>) -> Result<usize, FrameError> {
    #[cfg(feature = "alloc")]
    if let Some(((code, address, word), place)) = request.short().zip(buffer.first_chunk_mut::<8>()) {
        let ([a, b], [c, d]) = (address.to_be_bytes(), word.to_be_bytes());
        let [low, high] = crc16(&[unit_id.0, code, a, b, c, d]).to_le_bytes();
        *place = [unit_id.0, code, a, b, c, d, low, high];
        return Ok(8);
    }
    emit_any_request(buffer, unit_id, *request)
}

/// Apart from the usual request, whose few instructions need no room on the stack then.
#[inline(never)]
fn emit_any_request(buffer: &mut [u8], unit_id: UnitId, request: Request<'_>) -> Result<usize, FrameError> {
    let found = buffer.len();
    let too_small = FrameError::new(ErrorKind::BufferTooSmall, found, "room for the whole frame");
    let pdu_length = request.emit(buffer.get_mut(HEADER..).ok_or(too_small)?)?;
    emit_frame(buffer, unit_id, pdu_length)
}

#[cfg(test)]
mod tests;
