//! Modbus on TCP: the MBAP header (the TCP guide, 3.1.3) in front of a PDU, and the machines of client
//! and server.

mod client;
mod scanner;
mod server;

pub use client::Client;
pub use scanner::Scanner;
pub use server::Server;

use super::{FrameError, Request, UnitId};
use crate::error::ErrorKind;

/// Bytes of the header: transaction, protocol, length, unit.
pub const HEADER: usize = 7;

/// Largest frame, bytes: the header and a PDU of 253.
pub const MAX_FRAME: usize = 260;

/// A frame over the caller's buffer. Length and protocol were checked when it was made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Frame<'a> {
    /// Pairs a reply with its request.
    pub transaction_id: u16,
    /// The unit that is asked, or answers.
    pub unit_id: UnitId,
    /// Function code and data, 1..=253 bytes.
    pub pdu: &'a [u8],
}

impl<'a> Frame<'a> {
    /// Reads a whole frame: nothing missing, nothing behind it.
    #[inline]
    pub fn parse(bytes: &'a [u8]) -> Result<Self, FrameError> {
        if let [t1, t2, 0, 0, 0, length @ 2..=254, unit, pdu @ ..] = bytes
            && pdu.len() + 1 == usize::from(*length)
        {
            return Ok(Frame { transaction_id: u16::from_be_bytes([*t1, *t2]), unit_id: UnitId(*unit), pdu });
        }
        Self::refuse(bytes)
    }

    /// Says what keeps bytes from being a whole frame.
    fn refuse(bytes: &'a [u8]) -> Result<Self, FrameError> {
        let length = frame_length(bytes)?.filter(|length| *length <= bytes.len()).ok_or(FrameError::new(
            ErrorKind::FrameTooShort,
            bytes.len(),
            "the bytes that the header announces",
        ))?;
        Err(FrameError::new(ErrorKind::FrameTooLong, length, "the end of the frame"))
    }
}

/// Writes the header in front of a PDU of `pdu_length` bytes that starts at [`HEADER`], and gives
/// the length of the frame.
#[inline]
pub fn emit_header(
    buffer: &mut [u8],
    transaction_id: u16,
    unit_id: UnitId,
    pdu_length: usize,
) -> Result<usize, FrameError> {
    let length = u16::try_from(pdu_length + 1).ok().filter(|length| (2..=254).contains(length));
    let length = length.ok_or(FrameError::new(ErrorKind::FrameLength, 4, "a PDU of 1 to 253 bytes"))?;
    let found = buffer.len();
    let header = buffer.first_chunk_mut::<HEADER>().filter(|_| found >= HEADER + pdu_length);
    let header = header.ok_or(FrameError::new(ErrorKind::BufferTooSmall, found, "room for the whole frame"))?;
    let [transaction_high, transaction_low] = transaction_id.to_be_bytes();
    let [length_high, length_low] = length.to_be_bytes();
    *header = [transaction_high, transaction_low, 0, 0, length_high, length_low, unit_id.0];
    Ok(HEADER + pdu_length)
}

/// Writes a request's frame and gives its length; 260 bytes always suffice.
#[inline]
pub fn emit_request(
    buffer: &mut [u8],
    transaction_id: u16,
    unit_id: UnitId,
    request: &Request<'_>,
) -> Result<usize, FrameError> {
    #[cfg(feature = "alloc")]
    if let Some(((code, address, word), place)) = request.short().zip(buffer.first_chunk_mut::<12>()) {
        let ([high, low], [a, b], [c, d]) = (transaction_id.to_be_bytes(), address.to_be_bytes(), word.to_be_bytes());
        *place = [high, low, 0, 0, 0, 6, unit_id.0, code, a, b, c, d];
        return Ok(12);
    }
    emit_any_request(buffer, transaction_id, unit_id, *request)
}

/// Apart from the usual request, whose few instructions need no room on the stack then.
#[inline(never)]
fn emit_any_request(
    buffer: &mut [u8],
    transaction_id: u16,
    unit_id: UnitId,
    request: Request<'_>,
) -> Result<usize, FrameError> {
    let found = buffer.len();
    let too_small = FrameError::new(ErrorKind::BufferTooSmall, found, "room for the whole frame");
    let pdu_length = request.emit(buffer.get_mut(HEADER..).ok_or(too_small)?)?;
    emit_header(buffer, transaction_id, unit_id, pdu_length)
}

/// Length of the frame that starts here, `None` while too few bytes are there to tell. What cannot
/// be a frame is refused at once, without waiting for bytes that it announces.
pub fn frame_length(bytes: &[u8]) -> Result<Option<usize>, FrameError> {
    for place in [2, 3] {
        if bytes.get(place).is_some_and(|byte| *byte != 0) {
            return Err(FrameError::new(ErrorKind::ProtocolId, 2, "protocol 0"));
        }
    }
    let (Some(high), Some(low)) = (bytes.get(4), bytes.get(5)) else { return Ok(None) };
    let length = u16::from_be_bytes([*high, *low]);
    if !(2..=254).contains(&length) {
        return Err(FrameError::new(ErrorKind::FrameLength, 4, "a length 2 to 254"));
    }
    Ok(Some(6 + usize::from(length)))
}

/// Cuts a stream of bytes into frames, whatever chunks it comes in.
///
/// A TCP stream loses and adds no bytes, so a header that cannot be one means that the two sides
/// disagree about where frames start: the connection is of no more use, and the error says so.
#[derive(Clone, Debug)]
pub(super) struct Splitter {
    buffer: [u8; MAX_FRAME],
    filled: usize,
}

impl Default for Splitter {
    fn default() -> Self {
        Splitter { buffer: [0; MAX_FRAME], filled: 0 }
    }
}

impl Splitter {
    /// Takes bytes up to the end of one frame: how many, and the frame if it is complete. Call
    /// again with the rest.
    pub fn push(&mut self, bytes: &[u8]) -> Result<(usize, Option<Frame<'_>>), FrameError> {
        let mut taken = 0;
        loop {
            let needed = match frame_length(self.buffer.get(..self.filled).unwrap_or(&[]))? {
                Some(length) if length == self.filled => {
                    self.filled = 0;
                    let frame = Frame::parse(self.buffer.get(..length).unwrap_or(&[]))?;
                    return Ok((taken, Some(frame)));
                }
                Some(length) => length,
                None => 6,
            };
            let rest = bytes.get(taken..).unwrap_or(&[]);
            let step = rest.len().min(needed.saturating_sub(self.filled));
            if step == 0 {
                return Ok((taken, None));
            }
            let free = self.buffer.get_mut(self.filled..).and_then(|free| free.get_mut(..step));
            let (Some(from), Some(to)) = (rest.get(..step), free) else {
                return Ok((taken, None));
            };
            to.iter_mut().zip(from).for_each(|(place, byte)| *place = *byte);
            self.filled += step;
            taken += step;
        }
    }

    /// Whether a frame is begun.
    pub const fn is_within_frame(&self) -> bool {
        self.filled > 0
    }

    /// Forgets a frame begun, for a new connection.
    pub fn reset(&mut self) {
        self.filled = 0;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::vec::Vec;

    #[test]
    fn a_frame_is_read_and_built() {
        let bytes = [0x12, 0x34, 0, 0, 0, 6, 0x11, 3, 0, 0x6B, 0, 3];
        let frame = Frame::parse(&bytes).unwrap();
        assert_eq!((frame.transaction_id, frame.unit_id, frame.pdu), (0x1234, UnitId(0x11), &bytes[7..]));
        let mut buffer = [0; 12];
        buffer[7..].copy_from_slice(frame.pdu);
        assert_eq!(emit_header(&mut buffer, 0x1234, UnitId(0x11), 5), Ok(12));
        assert_eq!(buffer, bytes);
    }

    #[test]
    fn impossible_headers_are_refused_before_their_body() {
        let refused = |bytes: &[u8]| frame_length(bytes).map_err(|error| (error.kind(), error.offset()));
        assert_eq!(refused(&[0, 0, 1]), Err((ErrorKind::ProtocolId, 2)));
        assert_eq!(refused(&[0, 0, 0, 0, 0, 1]), Err((ErrorKind::FrameLength, 4)));
        assert_eq!(refused(&[0, 0, 0, 0, 0, 255]), Err((ErrorKind::FrameLength, 4)));
        assert_eq!(refused(&[0, 0, 0, 0, 1]), Ok(None));
        let short = Frame::parse(&[0, 1, 0, 0, 0, 3, 1, 3]).unwrap_err();
        assert_eq!((short.kind(), short.offset()), (ErrorKind::FrameTooShort, 8));
    }

    #[test]
    fn chunks_of_any_size_give_the_same_frames() {
        let mut stream = Vec::new();
        for id in 0..50u16 {
            let pdu: Vec<u8> = (0..=(id as u8 * 5)).collect();
            let mut frame = std::vec![0; HEADER];
            frame.extend(&pdu);
            emit_header(&mut frame, id, UnitId(1), pdu.len()).unwrap();
            stream.extend(frame);
        }
        for size in [1, 2, 3, 7, 100, 260, 10_000] {
            let (mut splitter, mut found) = (Splitter::default(), Vec::new());
            for mut chunk in stream.chunks(size) {
                while !chunk.is_empty() {
                    let (taken, frame) = splitter.push(chunk).unwrap();
                    found.extend(frame.map(|frame| (frame.transaction_id, frame.pdu.len())));
                    chunk = &chunk[taken..];
                }
            }
            assert_eq!(found, (0..50u16).map(|id| (id, 1 + usize::from(id as u8 * 5))).collect::<Vec<_>>(), "{size}");
        }
    }
}
