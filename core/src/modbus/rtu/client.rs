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
//! use parabus_core::modbus::rtu::Client;
//! use parabus_core::modbus::{FunctionCode, Line, Request, Response, UnitId};
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

use super::{Frame, HEADER, MAX_FRAME, MIN_FRAME, TRAILER, crc16, emit_frame};
use crate::error::ErrorKind;
use crate::modbus::client::{ClientError, Event, Machine, Poll, RequestId, Stray};
use crate::modbus::exchange::{Awaited, Exchange};
use crate::modbus::pdu::response_length;
use crate::modbus::window::Window;
use crate::modbus::{FrameError, Line, Request, Response, UnitId};

/// The client of one line.
#[derive(Clone, Debug)]
pub struct Client {
    exchange: Exchange,
    window: Window<MAX_FRAME>,
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
        Client { exchange: Exchange::new(line), window: Window::new() }
    }

    /// Asks up to so many times again when no reply comes, except for broadcasts.
    #[must_use]
    pub const fn with_retries(self, retries: u8) -> Self {
        Client { exchange: self.exchange.with_retries(retries), ..self }
    }

    /// Whether a request is under way.
    pub const fn is_busy(&self) -> bool {
        self.exchange.is_busy()
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
        self.exchange.admit(unit_id, request)?;
        let found = frame.len();
        let too_small = FrameError::new(ErrorKind::BufferTooSmall, found, "room for the whole frame");
        let body = frame.get_mut(HEADER..).ok_or(ClientError::Frame(too_small))?;
        let pdu_length = request.emit(body).map_err(ClientError::Frame)?;
        let awaited = self.exchange.free(unit_id, request, body.get(..pdu_length).unwrap_or_default(), now_us)?;
        let length = emit_frame(frame, unit_id, pdu_length).map_err(ClientError::Frame)?;
        let sent = frame.get(..length).unwrap_or_default();
        let reply_length = HEADER + awaited.expectation.most_bytes() + TRAILER;
        self.window.clear();
        Ok((self.exchange.start(awaited, sent, reply_length, now_us, timeout_us), length))
    }

    /// Takes bytes, the last of which came at `now_us`: how many were taken, and what they amount
    /// to. Call again with the rest, if there is one.
    pub fn receive(&mut self, bytes: &[u8], now_us: u64) -> (usize, Option<Event<'_>>) {
        if bytes.is_empty() {
            return (0, None);
        }
        let heard = self.exchange.hear(bytes, now_us);
        if heard.is_parted {
            self.window.clear();
        }
        if heard.is_collision {
            return (heard.echo, Some(Event::Stray(Stray::Collision)));
        }
        let awaited = self.exchange.awaited(now_us);
        // Nothing is expected: whatever this is, it only delays the next request.
        if awaited.iter().all(Option::is_none) {
            return (bytes.len(), None);
        }
        let (mut rest, mut found) = (heard.rest, None);
        while found.is_none() && !rest.is_empty() {
            let seen = self.window.len();
            rest = self.window.fill(rest);
            found = self.find(&awaited, seen);
        }
        let Some((start, length, awaited)) = found else { return (bytes.len(), None) };
        // What stands behind the reply answers nothing: nothing else was asked.
        let reply = self.window.take(start, length);
        let Some(Ok(frame)) = reply.map(Frame::parse) else { return (bytes.len(), None) };
        if self.exchange.is_echo(&awaited, frame.pdu) {
            return (bytes.len().saturating_sub(rest.len()), Some(Event::Stray(Stray::Collision)));
        }
        let Some(request) = self.exchange.settle(&awaited) else {
            return (bytes.len(), Some(Event::Stray(Stray::Transaction)));
        };
        let event = match Response::parse(frame.pdu) {
            Ok(response) => Event::Reply { request, response: awaited.expectation.trimmed(response) },
            Err(error) => Event::Stray(Stray::Malformed(error)),
        };
        (bytes.len(), Some(event))
    }

    /// Looks for a reply at every place, of which `seen` bytes were looked at before; forgets what can
    /// belong to none. Gives place, length and which it is.
    fn find(&mut self, awaited: &[Option<Awaited>], seen: usize) -> Option<(usize, usize, Awaited)> {
        let bytes = self.window.bytes();
        let (mut keep_from, is_full) = (None, self.window.is_full());
        // A function that is passed through may have any length: it has to begin where the bytes begin,
        // or noise that fits a CRC by chance would be taken for it.
        let is_anywhere = |awaited: &Awaited| awaited.expectation.tells_length();
        for start in 0..bytes.len() {
            for awaited in awaited.iter().flatten().filter(|awaited| start == 0 || is_anywhere(awaited)) {
                match look_at(awaited, bytes.get(start..)?, seen.saturating_sub(start)) {
                    Candidate::Reply(length) => return Some((start, length, *awaited)),
                    // What fills the window without an end has none; what begins behind it may be the reply.
                    Candidate::Begun if start > 0 || !is_full => keep_from = keep_from.or(Some(start)),
                    Candidate::Begun | Candidate::No => {}
                }
            }
        }
        let all = bytes.len();
        let keep_from = if awaited.iter().flatten().all(is_anywhere) { keep_from.unwrap_or(all) } else { 0 };
        let gone = if keep_from == 0 && is_full { all } else { keep_from };
        self.window.forget(gone);
        None
    }

    /// A request whose time is over, or until when the line has to be left alone.
    pub fn poll(&mut self, now_us: u64) -> Poll {
        let poll = self.exchange.poll(now_us);
        let tells_length = self.exchange.awaited(now_us).iter().flatten().all(|each| each.expectation.tells_length());
        // A reply that says no length has to begin where the bytes begin: what came before it was asked
        // for again is none.
        let is_over = matches!(poll, Poll::TimedOut(_) | Poll::Sent(_));
        if is_over || matches!(poll, Poll::SendAgain(_)) && !tells_length {
            self.window.clear();
        }
        poll
    }

    /// Starts over on a new connection: nothing is under way. The line behind it may be the same, so
    /// late replies are reckoned with as before, that to a request under way among them.
    pub fn reset(&mut self, now_us: u64) {
        self.exchange.reset(now_us);
        self.window.clear();
    }
}

impl Machine for Client {
    fn has_room(&self) -> bool {
        !self.is_busy()
    }

    fn in_flight(&self) -> usize {
        self.is_busy().into()
    }

    fn request(
        &mut self,
        unit_id: UnitId,
        request: &Request<'_>,
        now_us: u64,
        timeout_us: u64,
        frame: &mut [u8],
    ) -> Result<(RequestId, usize), ClientError> {
        Client::request(self, unit_id, request, now_us, timeout_us, frame)
    }

    fn receive(&mut self, bytes: &[u8], now_us: u64) -> Result<(usize, Option<Event<'_>>), FrameError> {
        Ok(Client::receive(self, bytes, now_us))
    }

    fn poll(&mut self, now_us: u64) -> Poll {
        Client::poll(self, now_us)
    }

    fn reset(&mut self, now_us: u64) {
        Client::reset(self, now_us);
    }
}

/// Whether the bytes begin with the reply. The first `seen` of them were looked at before.
fn look_at(awaited: &Awaited, bytes: &[u8], seen: usize) -> Candidate {
    let function = awaited.expectation.function().0;
    match bytes {
        [unit, ..] if *unit != awaited.unit_id.0 => return Candidate::No,
        [_, code, ..] if *code != function && *code != function | 0x80 => return Candidate::No,
        [_, code, count, ..]
            if *code == function && awaited.expectation.byte_count().is_some_and(|expected| expected != *count) =>
        {
            return Candidate::No;
        }
        _ => {}
    }
    let Ok(length) = response_length(bytes.get(HEADER..).unwrap_or_default()) else { return Candidate::Begun };
    // One of unknown length ends where the CRC fits and no more bytes came.
    let length = length.or(awaited.expectation.length());
    let frame_length = length.map_or(bytes.len(), |length| HEADER + length + TRAILER);
    if frame_length > MAX_FRAME || frame_length <= seen {
        return Candidate::No;
    }
    let Some(frame) = bytes.get(..frame_length).filter(|_| bytes.len() > 1) else { return Candidate::Begun };
    if frame.len() < MIN_FRAME || crc16(frame) != 0 {
        return if length.is_none() { Candidate::Begun } else { Candidate::No };
    }
    let pdu = frame.get(HEADER..frame.len().saturating_sub(TRAILER)).unwrap_or_default();
    match Response::parse(pdu) {
        Ok(response) if awaited.expectation.is_met_by(&response) => Candidate::Reply(frame_length),
        _ => Candidate::No,
    }
}
