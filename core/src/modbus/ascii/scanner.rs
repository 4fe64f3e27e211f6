//! Frames in a stream of characters of which nothing else is known.

use super::decoder::Decoder;
use super::{Frame, MAX_BINARY};
use crate::modbus::line::MAX_HOLE_US;
use crate::modbus::{Direction, Request, Response};

/// Finds the intact frames of one direction, whatever chunks they come in, between noise and damaged
/// ones.
///
/// ```
/// use parabus_core::modbus::Direction;
/// use parabus_core::modbus::ascii::Scanner;
///
/// let mut scanner = Scanner::new(Direction::Request);
/// let mut found = Vec::new();
/// for chunk in [&b"\xFF:11:1103"[..], b"006B0003", b"7E\r\n:"] {
///     scanner.push(chunk, 0, |frame| found.push((frame.unit_id.0, frame.pdu.to_vec())));
/// }
/// assert_eq!(found, [(17, vec![3, 0, 0x6B, 0, 3])]);
/// ```
#[derive(Clone, Debug)]
pub struct Scanner {
    direction: Direction,
    decoder: Decoder<MAX_BINARY>,
    heard_us: u64,
}

impl Scanner {
    /// Of a stream that begins with a frame or with noise.
    pub const fn new(direction: Direction) -> Self {
        Scanner { direction, decoder: Decoder::new(), heard_us: 0 }
    }

    /// Takes characters, the last of which came at `now_us`, and shows each frame that they end. A
    /// second of silence ends a frame begun.
    pub fn push(&mut self, text: &[u8], now_us: u64, mut found: impl FnMut(Frame<'_>)) {
        if now_us.saturating_sub(self.heard_us) > MAX_HOLE_US {
            self.decoder.clear();
        }
        self.heard_us = self.heard_us.max(now_us);
        for character in text {
            if !self.decoder.push(*character) {
                continue;
            }
            let (unit_id, pdu) = self.decoder.frame();
            let is_frame = match self.direction {
                Direction::Request => Request::parse(pdu).is_ok(),
                Direction::Response => Response::parse(pdu).is_ok(),
            };
            if is_frame {
                found(Frame { unit_id, pdu });
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::{MAX_FRAME, emit_frame};
    use super::*;
    use crate::modbus::{MAX_PDU, UnitId};
    use std::vec::Vec;

    #[test]
    fn intact_frames_are_found_in_chunks_of_any_size() {
        let (mut stream, mut want) = (Vec::new(), Vec::new());
        for round in 0..200_usize {
            let pdu: Vec<u8> = [65].into_iter().chain((0..round % MAX_PDU).map(|byte| byte as u8)).collect();
            let mut text = [0; MAX_FRAME];
            let length = emit_frame(&mut text, UnitId(round as u8), &pdu).unwrap();
            // Noise, a frame without an end, one with a stranger in it, one too long.
            stream.extend([&b"\x00\xFFnoise\r\n"[..], b":0103", b":01 03FC\r\n", &[b':', b'0'].repeat(300)][round % 4]);
            stream.extend(&text[..length]);
            want.push((round as u8, pdu));
        }
        for size in [1, 2, 7, 513, 100_000] {
            let (mut scanner, mut found) = (Scanner::new(Direction::Request), Vec::new());
            for chunk in stream.chunks(size) {
                scanner.push(chunk, 0, |frame| found.push((frame.unit_id.0, frame.pdu.to_vec())));
            }
            assert_eq!(found, want, "chunks of {size}");
        }
    }

    #[test]
    fn a_second_of_silence_ends_a_frame() {
        for (pause, want) in [(1_000_000, 1), (1_000_001, 0)] {
            let (mut scanner, mut found) = (Scanner::new(Direction::Request), 0);
            scanner.push(b":1103006B", 5, |_| found += 1);
            scanner.push(b"00037E\r\n", 5 + pause, |_| found += 1);
            assert_eq!(found, want, "{pause}");
        }
    }
}
