//! The client's machine on a serial line: one request at a time, silences kept, and of all bytes
//! that come only those that answer it.
//!
//! It knows unit, function and exact length of the reply, so it looks for just that at every place
//! of what was received: noise in front, another unit's reply or a damaged one cost nothing but
//! time. After a time-out the late reply may still come; a request that it could be taken for an
//! answer to waits until it came, or as long again.
//!
//! ```
//! use parabus_core::modbus::client::{Event, Poll};
//! use parabus_core::modbus::rtu::{Client, Line};
//! use parabus_core::modbus::{FunctionCode, Request, Response, UnitId};
//!
//! let mut client = Client::new(Line::serial(19_200));
//! let request = Request::Read { function: FunctionCode::READ_HOLDING_REGISTERS, address: 107, quantity: 1 };
//! let mut frame = [0; 256];
//! let (id, length) = client.request(UnitId(17), &request, 10_000, 500_000, &mut frame).unwrap();
//! assert_eq!(frame[..length], [17, 3, 0, 107, 0, 1, 0xF7, 0x46]);
//!
//! let noise_and_reply = [0xFF, 17, 3, 2, 0x02, 0x2B, 0x38, 0xF8];
//! let (_, event) = client.receive(&noise_and_reply, 25_000);
//! let Some(Event::Reply { request, response: Response::Registers { registers, .. } }) = event else { panic!() };
//! assert_eq!((request, registers.iter().next()), (id, Some(555)));
//! assert_eq!(client.poll(25_000), Poll::WaitUntil(25_000 + 2006), "t3.5 before the next request");
//! ```

use super::crc::{START, update};
use super::{Frame, HEADER, Line, MAX_FRAME, MIN_FRAME, TRAILER, crc16, emit_frame, move_down};
use crate::error::ErrorKind;
use crate::modbus::client::{ClientError, Event, Poll, RequestId, Stray};
use crate::modbus::pdu::response_length;
use crate::modbus::{Expectation, FrameError, Request, Response, UnitId};

/// Pause after a broadcast, in which units do what they were told (Modbus over Serial Line V1.02,
/// 2.4.1: 100 to 200 ms).
const TURNAROUND_US: u64 = 100_000;

/// Replies given up that are remembered at once. More than two need time-outs that differ much.
const MOST_LATE: usize = 4;

/// What a reply must look like.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Awaited {
    unit_id: UnitId,
    expectation: Expectation,
    /// CRC of the request: replies do not say everything that was asked.
    question: u16,
}

#[derive(Clone, Copy, Debug)]
struct Pending {
    id: u16,
    awaited: Awaited,
    timeout_us: u64,
    deadline_us: u64,
}

/// A reply that may still come, and until when it is reckoned with.
#[derive(Clone, Copy, Debug)]
struct Late {
    awaited: Awaited,
    until_us: u64,
}

/// The client of one line.
#[derive(Clone, Debug)]
pub struct Client {
    line: Line,
    pending: Option<Pending>,
    late: [Option<Late>; MOST_LATE],
    last_id: u16,
    /// When the last byte passed, sent or received.
    heard_us: u64,
    /// Bytes of an own frame that are still to come back, and the CRC of those that did.
    echo_left: usize,
    echo_crc: u16,
    buffer: [u8; MAX_FRAME],
    filled: usize,
}

/// What the bytes from one place on may be.
enum Candidate {
    /// A reply of this length.
    Reply(usize),
    /// The beginning of one.
    Begun,
    No,
}

impl Client {
    /// A client on this line, which is listened to from time 0 on.
    pub const fn new(line: Line) -> Self {
        Client {
            line,
            pending: None,
            late: [None; MOST_LATE],
            last_id: 0,
            heard_us: 0,
            echo_left: 0,
            echo_crc: START,
            buffer: [0; MAX_FRAME],
            filled: 0,
        }
    }

    /// Whether a request is under way.
    pub const fn is_busy(&self) -> bool {
        self.pending.is_some()
    }

    /// Writes a request's frame into `frame` (256 bytes always suffice), to be sent at once, and
    /// waits for its reply for `timeout_us` beyond the time that both take on the line. Gives the
    /// request's identity and the frame's length.
    ///
    /// # Errors
    /// `NotBefore` while the line has to be silent; `TooManyInFlight` while a request is under way;
    /// what breaks the standard, a read of unit 0 (everyone) among it.
    pub fn request(
        &mut self,
        unit_id: UnitId,
        request: &Request<'_>,
        now_us: u64,
        timeout_us: u64,
        frame: &mut [u8],
    ) -> Result<(RequestId, usize), ClientError> {
        if self.pending.is_some() {
            return Err(ClientError::TooManyInFlight);
        }
        let is_broadcast = unit_id == UnitId::BROADCAST;
        if is_broadcast && request.is_read() {
            let error = FrameError::new(ErrorKind::UnitId, 0, "a unit 1 to 255, reads are not broadcast");
            return Err(ClientError::Frame(error));
        }
        let found = frame.len();
        let too_small = FrameError::new(ErrorKind::BufferTooSmall, found, "room for the whole frame");
        let body = frame.get_mut(HEADER..).ok_or(ClientError::Frame(too_small))?;
        let pdu_length = request.emit(body).map_err(ClientError::Frame)?;
        let question = crc16(body.get(..pdu_length).unwrap_or_default());
        let awaited = Awaited { unit_id, expectation: Expectation::of(request), question };
        let ready_us = self.ready_at(&awaited, now_us);
        if now_us < ready_us {
            return Err(ClientError::NotBefore(ready_us));
        }
        let length = emit_frame(frame, unit_id, pdu_length).map_err(ClientError::Frame)?;
        let sent_us = now_us.saturating_add(self.line.duration_us(length));
        let reply_us = self.line.duration_us(HEADER + awaited.expectation.most_bytes() + TRAILER);
        let wait_us = if is_broadcast { TURNAROUND_US } else { timeout_us.saturating_add(reply_us) };
        self.last_id = self.last_id.wrapping_add(1);
        self.pending =
            Some(Pending { id: self.last_id, awaited, timeout_us, deadline_us: sent_us.saturating_add(wait_us) });
        self.heard_us = sent_us;
        self.filled = 0;
        self.echo_left = if self.line.has_echo() { length } else { 0 };
        self.echo_crc = START;
        Ok((RequestId(self.last_id), length))
    }

    /// When a request may be sent: after a silence of 3.5 characters, and not while an older
    /// request's reply could be taken for its own.
    fn ready_at(&self, awaited: &Awaited, now_us: u64) -> u64 {
        let late = self.late.iter().flatten().filter(|late| now_us < late.until_us);
        let confused = late.clone().filter(|late| late.awaited.is_confused_with(awaited));
        let confused_us = confused.map(|late| late.until_us).max().unwrap_or(0);
        // One more that is given up could not be remembered.
        let is_full = late.clone().count() == MOST_LATE;
        let full_us = late.map(|late| late.until_us).min().filter(|_| is_full).unwrap_or(0);
        self.silent_at().max(confused_us).max(full_us)
    }

    /// Reckons with the reply to a request that was given up.
    fn give_up(&mut self, pending: &Pending, now_us: u64) {
        let until_us = now_us.max(pending.deadline_us).saturating_add(pending.timeout_us);
        let late = Late { awaited: pending.awaited, until_us };
        let is_same = |slot: &&mut Option<Late>| slot.is_some_and(|late| late.awaited == pending.awaited);
        let is_free = |slot: &&mut Option<Late>| slot.is_none_or(|late| late.until_us <= now_us);
        if let Some(slot) = self.late.iter_mut().find(is_same) {
            *slot = Some(late);
        } else if let Some(slot) = self.late.iter_mut().find(is_free) {
            *slot = Some(late);
        }
    }

    fn silent_at(&self) -> u64 {
        self.heard_us.saturating_add(self.line.t3_5_us().into())
    }

    /// Takes bytes, the last of which came at `now_us`: how many were taken, and what they amount
    /// to. Call again with the rest, if there is one.
    pub fn receive(&mut self, bytes: &[u8], now_us: u64) -> (usize, Option<Event<'_>>) {
        if bytes.is_empty() {
            return (0, None);
        }
        if self.line.is_parted(self.heard_us, now_us, bytes.len()) {
            self.filled = 0;
        }
        self.heard_us = self.heard_us.max(now_us);
        let (echo, mut rest) = bytes.split_at_checked(self.echo_left).unwrap_or((bytes, &[]));
        self.echo_left = self.echo_left.saturating_sub(echo.len());
        self.echo_crc = echo.iter().fold(self.echo_crc, |crc, byte| update(crc, *byte));
        if !echo.is_empty() && self.echo_left == 0 && self.echo_crc != 0 {
            return (echo.len(), Some(Event::Stray(Stray::Collision)));
        }
        let awaited = match &self.pending {
            Some(pending) => [Some(pending.awaited), None, None, None],
            None => self.late.map(|late| late.filter(|late| now_us < late.until_us).map(|late| late.awaited)),
        };
        // Nothing is expected: whatever this is, it only delays the next request.
        if awaited.iter().all(Option::is_none) {
            return (bytes.len(), None);
        }
        let mut found = None;
        while found.is_none() && !rest.is_empty() {
            let free = self.buffer.get_mut(self.filled..).unwrap_or_default();
            let step = free.len().min(rest.len());
            let (Some(to), Some((chunk, behind))) = (free.get_mut(..step), rest.split_at_checked(step)) else { break };
            to.iter_mut().zip(chunk).for_each(|(place, byte)| *place = *byte);
            self.filled = self.filled.saturating_add(step);
            rest = behind;
            found = self.find(&awaited);
        }
        let Some((start, length, awaited)) = found else { return (bytes.len(), None) };
        // What stands behind the reply answers nothing: nothing else was asked.
        self.filled = 0;
        let mut slots = self.late.iter_mut();
        let late = slots.find(|slot| slot.is_some_and(|late| late.awaited == awaited));
        let Some(pending) = self.pending.take() else {
            late.into_iter().for_each(|slot| *slot = None);
            return (bytes.len(), Some(Event::Stray(Stray::Transaction)));
        };
        // A question asked twice was answered once: the other reply may still come, if not for longer
        // than this one was waited for.
        if let Some(Some(late)) = late {
            late.until_us = late.until_us.max(pending.deadline_us);
        }
        let frame = self.buffer.get(start..start.saturating_add(length)).map(Frame::parse);
        let Some(Ok(frame)) = frame else { return (bytes.len(), None) };
        let event = match Response::parse(frame.pdu) {
            Ok(response) => {
                let response = pending.awaited.expectation.trimmed(response);
                Event::Reply { request: RequestId(pending.id), response }
            }
            Err(error) => Event::Stray(Stray::Malformed(error)),
        };
        (bytes.len(), Some(event))
    }

    /// Looks for a reply at every place; forgets what can belong to none. Gives place, length and
    /// which it is.
    fn find(&mut self, awaited: &[Option<Awaited>]) -> Option<(usize, usize, Awaited)> {
        let bytes = self.buffer.get(..self.filled)?;
        let mut keep_from = None;
        // A function that is passed through may have any length: it has to begin where the bytes begin,
        // or noise that fits a CRC by chance would be taken for it.
        let is_anywhere = |awaited: &Awaited| awaited.expectation.tells_length();
        for start in 0..bytes.len() {
            for awaited in awaited.iter().flatten().filter(|awaited| start == 0 || is_anywhere(awaited)) {
                match awaited.look_at(bytes.get(start..)?) {
                    Candidate::Reply(length) => return Some((start, length, *awaited)),
                    Candidate::Begun => keep_from = keep_from.or(Some(start)),
                    Candidate::No => {}
                }
            }
        }
        let keep_from = if awaited.iter().flatten().all(is_anywhere) { keep_from.unwrap_or(self.filled) } else { 0 };
        // What fills the buffer without an end has none.
        let keep_from = if keep_from == 0 && self.filled == MAX_FRAME { self.filled } else { keep_from };
        move_down(&mut self.buffer, keep_from..self.filled, 0);
        self.filled = self.filled.saturating_sub(keep_from);
        None
    }

    /// A request whose time is over, or until when the line has to be left alone.
    pub fn poll(&mut self, now_us: u64) -> Poll {
        match self.pending {
            Some(pending) if now_us < pending.deadline_us => Poll::WaitUntil(pending.deadline_us),
            Some(pending) => {
                self.pending = None;
                self.filled = 0;
                self.echo_left = 0;
                let id = RequestId(pending.id);
                if pending.awaited.unit_id == UnitId::BROADCAST {
                    return Poll::Sent(id);
                }
                self.give_up(&pending, now_us);
                Poll::TimedOut(id)
            }
            None if now_us < self.silent_at() => Poll::WaitUntil(self.silent_at()),
            None => Poll::Idle,
        }
    }

    /// Starts over on a new connection: nothing is under way. The line behind it may be the same, so
    /// late replies are reckoned with as before, that to a request under way among them.
    pub fn reset(&mut self, now_us: u64) {
        if let Some(pending) = self.pending.take()
            && pending.awaited.unit_id != UnitId::BROADCAST
        {
            self.give_up(&pending, now_us);
        }
        self.filled = 0;
        self.echo_left = 0;
    }
}

impl Awaited {
    /// Whether a reply to one request could be taken for that to another: an exception names only
    /// unit and function, registers read do not say from where. The same question again is
    /// answered by either reply.
    fn is_confused_with(&self, other: &Awaited) -> bool {
        self.unit_id == other.unit_id
            && self.expectation.function() == other.expectation.function()
            && self.question != other.question
    }

    fn look_at(&self, bytes: &[u8]) -> Candidate {
        let function = self.expectation.function().0;
        match bytes {
            [unit, ..] if *unit != self.unit_id.0 => return Candidate::No,
            [_, code, ..] if *code != function && *code != function | 0x80 => return Candidate::No,
            [_, code, count, ..]
                if *code == function && self.expectation.byte_count().is_some_and(|expected| expected != *count) =>
            {
                return Candidate::No;
            }
            _ => {}
        }
        let Ok(length) = response_length(bytes.get(HEADER..).unwrap_or_default()) else { return Candidate::Begun };
        // One of unknown length ends where the CRC fits and no more bytes came.
        let frame_length = length.map_or(bytes.len(), |length| HEADER + length + TRAILER);
        if frame_length > MAX_FRAME {
            return Candidate::No;
        }
        let Some(frame) = bytes.get(..frame_length).filter(|_| bytes.len() > 1) else { return Candidate::Begun };
        if frame.len() < MIN_FRAME || crc16(frame) != 0 {
            return if length.is_none() { Candidate::Begun } else { Candidate::No };
        }
        let pdu = frame.get(HEADER..frame.len().saturating_sub(TRAILER)).unwrap_or_default();
        match Response::parse(pdu) {
            Ok(response) if self.expectation.is_met_by(&response) => Candidate::Reply(frame_length),
            _ => Candidate::No,
        }
    }
}
