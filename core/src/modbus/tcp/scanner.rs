//! Frames in a stream that may be out of step: a tap, a capture, a converter that loses bytes.

use super::{Frame, HEADER, MAX_FRAME, frame_length};
use crate::modbus::pdu::{request_length, response_length};
use crate::modbus::window::Window;
use crate::modbus::{Direction, Request, Response};

/// Room for what may be a frame, and as much again, so that every byte is moved about once.
const ROOM: usize = 2 * MAX_FRAME;

/// Finds the intact frames of one direction, whatever chunks they come in, between noise and damaged
/// ones.
///
/// There is no checksum: a frame is where protocol, length, function and the standard's ranges agree.
/// What contradicts itself is passed over byte by byte; what may be a frame is waited for, because TCP
/// loses nothing and the registers of one frame can look like another.
///
/// ```
/// use parabus_core::modbus::Direction;
/// use parabus_core::modbus::tcp::Scanner;
///
/// let mut scanner = Scanner::new(Direction::Response);
/// let mut found = Vec::new();
/// for chunk in [&[0xFF, 0xFF, 0, 1, 0, 0][..], &[0, 5, 17, 3, 2, 0x02, 0x2B]] {
///     scanner.push(chunk, |frame| found.push((frame.transaction_id, frame.unit_id.0)));
/// }
/// assert_eq!(found, [(1, 17)]);
/// ```
#[derive(Clone, Debug)]
pub struct Scanner {
    direction: Direction,
    window: Window<ROOM>,
}

/// What the bytes from one place on may be.
enum Candidate {
    /// A frame of this length.
    Frame(usize),
    /// The beginning of one.
    Begun,
    No,
}

impl Scanner {
    /// Of a stream that begins with a frame or with noise.
    pub const fn new(direction: Direction) -> Self {
        Scanner { direction, window: Window::new() }
    }

    /// Takes bytes, and shows each frame that they end.
    pub fn push(&mut self, bytes: &[u8], mut found: impl FnMut(Frame<'_>)) {
        let mut rest = bytes;
        while !rest.is_empty() {
            rest = self.window.fill(rest);
            let bytes = self.window.bytes();
            let mut start = 0_usize;
            while let Some(begun) = bytes.get(start..).filter(|begun| !begun.is_empty()) {
                match look_at(self.direction, begun) {
                    Candidate::Frame(length) => {
                        if let Some(Ok(frame)) = begun.get(..length).map(Frame::parse) {
                            found(frame);
                        }
                        start = start.saturating_add(length);
                    }
                    Candidate::Begun => break,
                    Candidate::No => start = start.saturating_add(1),
                }
            }
            self.window.forget(start);
        }
    }
}

fn look_at(direction: Direction, bytes: &[u8]) -> Candidate {
    let length = match frame_length(bytes) {
        Err(_) => return Candidate::No,
        Ok(None) => return Candidate::Begun,
        Ok(Some(length)) => length,
    };
    let pdu = bytes.get(HEADER..length.min(bytes.len())).unwrap_or_default();
    let Some(code) = pdu.first() else { return Candidate::Begun };
    let (known, is_function) = match direction {
        Direction::Request => (request_length(pdu), (1..=0x7F).contains(code)),
        Direction::Response => (response_length(pdu), code & 0x7F != 0),
    };
    // The header's length must be that which the PDU says of itself.
    if !is_function || matches!(known, Ok(Some(known)) if HEADER.saturating_add(known) != length) {
        return Candidate::No;
    }
    if bytes.len() < length {
        return Candidate::Begun;
    }
    let is_frame = match direction {
        Direction::Request => Request::parse(pdu).is_ok(),
        Direction::Response => Response::parse(pdu).is_ok(),
    };
    if is_frame { Candidate::Frame(length) } else { Candidate::No }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::vec::Vec;

    fn frame(transaction: u16, pdu: &[u8]) -> Vec<u8> {
        let mut frame = std::vec![0; HEADER];
        frame.extend(pdu);
        super::super::emit_header(&mut frame, transaction, crate::modbus::UnitId(1), pdu.len()).unwrap();
        frame
    }

    #[test]
    fn frames_are_found_between_noise_in_chunks_of_any_size() {
        let mut stream = Vec::new();
        for id in 0..200u16 {
            stream.extend((0..id % 9).map(|index| (id * 7 + index * 31) as u8 | 1));
            stream.extend(frame(id, &[3, 4, 0, 0, 0, 6]));
            // A header that announces what does not come, and one whose PDU has another length.
            stream.extend([[0, 9, 0, 1, 0, 6], [0, 0, 0, 0, 0, 7]][usize::from(id % 2)]);
            stream.extend([1, 3, 2]);
        }
        for size in [1, 2, 3, 50, 10_000] {
            let (mut scanner, mut found) = (Scanner::new(Direction::Response), Vec::new());
            stream.chunks(size).for_each(|chunk| scanner.push(chunk, |frame| found.push(frame.transaction_id)));
            assert_eq!(found, (0..200).collect::<Vec<u16>>(), "chunks of {size}");
        }
    }

    /// Registers that look like a frame are not one.
    #[test]
    fn a_frame_inside_of_a_frame_is_data() {
        let inner = frame(7, &[3, 2, 0, 1]);
        let mut pdu = std::vec![3, inner.len() as u8 + 1, 9];
        pdu.extend(&inner);
        let outer = frame(1, &pdu);
        for size in [1, 5, 100] {
            let (mut scanner, mut found) = (Scanner::new(Direction::Response), Vec::new());
            outer.chunks(size).for_each(|chunk| scanner.push(chunk, |frame| found.push(frame.transaction_id)));
            assert_eq!(found, [1], "chunks of {size}");
        }
    }
}
