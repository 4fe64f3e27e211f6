//! Frames in a stream of bytes of which nothing else is known: a tap on a line, a capture, a converter.

use super::crc::{START, update};
use super::places::{Places, ROOM};
use super::{DIAGNOSTICS, Frame, HEADER, MAX_FRAME, MIN_FRAME, TRAILER, crc16};
use crate::modbus::line::MAX_HOLE_US;
use crate::modbus::pdu::{is_public, is_user_defined, request_length, response_length};
use crate::modbus::window::Window;
use crate::modbus::{Direction, Line, Request, Response, UnitId, UnitSet};

/// Finds the intact frames of one direction, whatever chunks they come in, between noise and damaged
/// ones.
///
/// A frame may begin at every byte; a length that it announces is believed up to 256 bytes, and until
/// a whole frame is found behind it. Length, CRC and the standard's ranges decide. A user-defined
/// function (65 to 72, 100 to 110) says no length: it is found where a frame must begin (at first, after
/// a silence, after another frame if its unit was heard before) and ends where its CRC fits first.
///
/// Noise fits a CRC once in 65,536 times. What seems to be a frame of a unit that was never heard, or
/// of a user-defined function, is therefore believed only if no frame of a known unit begins in it; and
/// an exception of an unheard unit amid noise only with a code of the standard.
///
/// ```
/// use parabus_core::modbus::rtu::Scanner;
/// use parabus_core::modbus::{Direction, Line};
///
/// let mut scanner = Scanner::new(Direction::Response, Line::serial(19_200));
/// let mut found = Vec::new();
/// for chunk in [&[0xFF, 17, 3, 2][..], &[0x02, 0x2B, 0x38, 0xF8, 17]] {
///     scanner.push(chunk, 0, |frame| found.push((frame.unit_id.0, frame.pdu.to_vec())));
/// }
/// assert_eq!(found, [(17, vec![3, 2, 0x02, 0x2B])]);
/// ```
#[derive(Clone, Debug)]
pub struct Scanner {
    direction: Direction,
    line: Line,
    window: Window<ROOM>,
    /// Where in it a frame may begin.
    places: Places,
    /// Bytes in front that belong to no frame any more. They go when room is needed.
    gone: usize,
    heard_us: u64,
    /// Where a frame must begin, if it is one; and whether that follows a frame rather than a silence.
    boundary: Option<usize>,
    is_behind_frame: bool,
    /// Units whose frames were found.
    units: UnitSet,
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
    pub const fn new(direction: Direction, line: Line) -> Self {
        Scanner {
            direction,
            line,
            window: Window::new(),
            places: Places::NONE,
            gone: 0,
            heard_us: 0,
            boundary: Some(0),
            is_behind_frame: false,
            units: UnitSet::EMPTY,
        }
    }

    /// Takes bytes, the last of which came at `now_us`, and shows each frame that they end. A second of
    /// silence ends a frame begun; on a strict line 1.5 characters do.
    pub fn push(&mut self, bytes: &[u8], now_us: u64, mut found: impl FnMut(Frame<'_>)) {
        let silence_us = now_us.saturating_sub(self.heard_us).saturating_sub(self.line.duration_us(bytes.len()));
        if silence_us > MAX_HOLE_US || self.line.is_parted(self.heard_us, now_us, bytes.len()) {
            self.window.clear();
            self.places = Places::NONE;
            self.gone = 0;
        }
        // A stream has no silences that mean anything, but the longest.
        let parting_us = Some(u64::from(self.line.t3_5_us())).filter(|us| *us > 0).unwrap_or(MAX_HOLE_US);
        if silence_us > parting_us {
            (self.boundary, self.is_behind_frame) = (Some(self.window.len()), false);
        }
        self.heard_us = self.heard_us.max(now_us);
        let mut rest = bytes;
        while !rest.is_empty() {
            if self.window.len().saturating_add(rest.len()) > ROOM {
                self.make_room();
            }
            let seen = self.window.len();
            rest = self.window.fill(rest);
            self.scan(seen, &mut found);
        }
    }

    fn make_room(&mut self) {
        self.window.forget(self.gone);
        self.places.forget(self.gone);
        self.boundary = self.boundary.and_then(|place| place.checked_sub(self.gone));
        self.gone = 0;
    }

    /// Looks for a frame at every place that may begin one, of which `seen` bytes were looked at before;
    /// forgets what can belong to none.
    fn scan(&mut self, mut seen: usize, found: &mut impl FnMut(Frame<'_>)) {
        let bytes = self.window.bytes();
        let (mut start, mut end, mut keep_from) = (self.gone, 0, None);
        self.places.mark(self.direction, bytes, seen);
        self.boundary.into_iter().for_each(|place| self.places.set(place));
        while let Some(place) = self.places.next(start) {
            start = place;
            let Some(begun) = bytes.get(start..).filter(|begun| !begun.is_empty()) else { break };
            let seen_of_it = seen.saturating_sub(start);
            match look_at(self.direction, begun, seen_of_it, self.is_boundary(start, begun)) {
                Candidate::Frame(length) => {
                    end = start.saturating_add(length);
                    // Length and CRC were looked at.
                    if let Some([unit, pdu @ .., _, _]) = begun.get(..length)
                        && let frame = (Frame { unit_id: UnitId(*unit), pdu })
                        && self.is_believed(&frame, bytes, start, end)
                    {
                        found(frame);
                        self.units = self.units.with(frame.unit_id);
                        (start, keep_from) = (end, None);
                        (self.boundary, self.is_behind_frame) = (Some(end), true);
                        self.places.set(end);
                        // What is behind it was never looked at as a place where a frame must begin.
                        seen = seen.min(start);
                        continue;
                    }
                    end = 0;
                    self.places.clear(start);
                }
                Candidate::Begun => keep_from = keep_from.or(Some(start)),
                Candidate::No => {
                    self.places.clear(start);
                    self.boundary = self.boundary.filter(|boundary| *boundary != start);
                }
            }
            start = start.saturating_add(1);
        }
        // Of the last byte the second is not known yet.
        self.gone = keep_from.unwrap_or(bytes.len().saturating_sub(1)).max(end);
    }

    const fn is_known(&self, unit_id: UnitId) -> bool {
        self.units.contains(unit_id)
    }

    /// Whether a frame of a user-defined function may begin here.
    fn is_boundary(&self, start: usize, bytes: &[u8]) -> bool {
        let is_known = || bytes.first().is_some_and(|unit| self.is_known(UnitId(*unit)));
        self.boundary == Some(start) && (!self.is_behind_frame || is_known())
    }

    /// Whether the CRC is proof enough.
    fn is_believed(&self, frame: &Frame<'_>, bytes: &[u8], start: usize, end: usize) -> bool {
        let is_known = self.is_known(frame.unit_id);
        let is_strange = matches!(frame.pdu, [function, code] if *function >= 0x80 && !(1..=11).contains(code));
        if is_strange && !is_known && self.boundary != Some(start) {
            return false;
        }
        let is_public = frame.pdu.first().is_some_and(|code| is_public(code & 0x7F));
        is_known && is_public || !self.has_rival(bytes, start, end)
    }

    /// Whether the frame of a known unit begins amid these bytes.
    fn has_rival(&self, bytes: &[u8], start: usize, end: usize) -> bool {
        (start.saturating_add(1)..end).any(|place| {
            let other = bytes.get(place..).unwrap_or_default();
            let is_known = other.first().is_some_and(|unit| self.is_known(UnitId(*unit)));
            is_known && matches!(look_at(self.direction, other, 0, false), Candidate::Frame(_))
        })
    }
}

/// Of a byte that may be its code.
const fn function_of(direction: Direction, code: u8) -> u8 {
    match direction {
        Direction::Request => code,
        Direction::Response => code & 0x7F,
    }
}

fn look_at(direction: Direction, bytes: &[u8], seen: usize, is_boundary: bool) -> Candidate {
    let Some((code, pdu)) = bytes.get(HEADER).zip(bytes.get(HEADER..)) else { return Candidate::Begun };
    // Exceptions of functions that nobody described would be found everywhere in noise.
    let function = function_of(direction, *code);
    let may_begin = is_public(function) || is_boundary && is_user_defined(function);
    if !may_begin {
        return Candidate::No;
    }
    let length = match direction {
        Direction::Request => request_length(pdu),
        Direction::Response => response_length(pdu),
    };
    let length = match length {
        Err(_) => return Candidate::Begun,
        Ok(Some(length)) => HEADER.saturating_add(length).saturating_add(TRAILER),
        Ok(None) if is_boundary => return look_for_end(direction, bytes, seen),
        Ok(None) if function == 8 => DIAGNOSTICS,
        Ok(None) => return Candidate::No,
    };
    if length > MAX_FRAME || length <= seen {
        return Candidate::No;
    }
    match bytes.get(..length) {
        Some(frame) if is_frame(direction, frame) => Candidate::Frame(length),
        Some(_) => Candidate::No,
        None => Candidate::Begun,
    }
}

/// Of a frame that does not say its length: where its CRC fits first.
fn look_for_end(direction: Direction, bytes: &[u8], seen: usize) -> Candidate {
    let mut crc = START;
    for (index, byte) in bytes.iter().take(MAX_FRAME).enumerate() {
        crc = update(crc, *byte);
        let length = index.saturating_add(1);
        let is_end = crc == 0 && length >= MIN_FRAME && length > seen;
        if is_end && bytes.get(..length).is_some_and(|frame| is_frame(direction, frame)) {
            return Candidate::Frame(length);
        }
    }
    if bytes.len() < MAX_FRAME { Candidate::Begun } else { Candidate::No }
}

fn is_frame(direction: Direction, bytes: &[u8]) -> bool {
    let pdu = bytes.get(HEADER..bytes.len().saturating_sub(TRAILER)).unwrap_or_default();
    crc16(bytes) == 0
        && match direction {
            Direction::Request => Request::parse(pdu).is_ok(),
            Direction::Response => Response::parse(pdu).is_ok(),
        }
}
