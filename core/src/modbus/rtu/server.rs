//! The server's machine on a serial line: which bytes are a request to one of its units, and when
//! its reply may go out.
//!
//! One buffer of 256 bytes holds the request and then the reply. A request can be answered on the
//! spot from a [`Bank`], or later with a reply that came from elsewhere: a gateway asks the unit
//! behind it first.
//!
//! ```
//! use parabus_core::modbus::rtu::{Server, crc16};
//! use parabus_core::modbus::server::ServerPoll;
//! use parabus_core::modbus::{Line, UnitId, UnitSet};
//!
//! let mut server = Server::new(UnitSet::EMPTY.with(UnitId(9)), Line::serial(19_200));
//! let mut frame = vec![9, 6, 0, 1, 0, 3];
//! frame.extend(crc16(&frame).to_le_bytes());
//! server.receive(&frame, 10_000);
//! let request = server.request().unwrap();
//! assert_eq!((request.unit_id, request.pdu), (UnitId(9), &frame[1..6]));
//! // The reply to a write of one register is the request again.
//! let (id, pdu) = (request.id, request.pdu.to_vec());
//! server.reply(id, &pdu);
//! assert_eq!(server.poll(10_000), ServerPoll::WaitUntil(12_006));
//! assert_eq!(server.poll(12_006), ServerPoll::Send(&frame));
//! ```

use super::{DIAGNOSTICS, HEADER, MAX_FRAME, MIN_FRAME, TRAILER, crc16, emit_frame};
use crate::modbus::line::MAX_HOLE_US;
use crate::modbus::pdu::request_length;
use crate::modbus::server::{Bank, Machine, ServerPoll, ServerRequest, answer};
use crate::modbus::window::move_bytes;
use crate::modbus::{FrameError, Line, MAX_PDU, Request, UnitId, UnitSet};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    /// Bytes are gathered.
    Listening,
    /// The buffer begins with a request whose frame has this length.
    Asked { length: usize },
    /// The buffer begins with a reply of this length.
    Answered { length: usize },
}

/// The server of one line.
#[derive(Clone, Debug)]
pub struct Server {
    line: Line,
    units: UnitSet,
    state: State,
    last_id: u16,
    heard_us: u64,
    /// Bytes of an own reply that are still to come back.
    echo_left: usize,
    buffer: [u8; MAX_FRAME],
    filled: usize,
    /// Bytes that came since a reply is ready.
    behind: usize,
    /// Where a frame must begin, if it is one: behind a request, a reply, or a silence.
    boundary: Option<usize>,
}

/// What the bytes from one place on may be.
enum Candidate {
    /// A request whose frame has this length.
    Request(usize),
    /// The beginning of one.
    Begun,
    No,
}

impl Server {
    /// A server that plays these units on this line.
    pub const fn new(units: UnitSet, line: Line) -> Self {
        Server {
            line,
            units,
            state: State::Listening,
            last_id: 0,
            heard_us: 0,
            echo_left: 0,
            buffer: [0; MAX_FRAME],
            filled: 0,
            behind: 0,
            boundary: Some(0),
        }
    }

    /// Takes bytes, the last of which came at `now_us`, up to the end of a request to one of its
    /// units: how many. Call again with the rest when the request is answered or passed on.
    ///
    /// A whole request that comes while another waits for its reply, or a reply to be sent, means that
    /// the client gave up: the new one takes its place.
    pub fn receive(&mut self, bytes: &[u8], now_us: u64) -> usize {
        // What was sent comes back first: it could be taken for a request.
        let (echo, bytes) = bytes.split_at_checked(self.echo_left).unwrap_or((bytes, &[]));
        self.echo_left = self.echo_left.saturating_sub(echo.len());
        if bytes.is_empty() {
            return echo.len();
        }
        if self.line.is_parted(self.heard_us, now_us, bytes.len()) {
            self.filled = self.front();
        }
        // A stream has no silences that mean anything, but the longest.
        let parting_us = Some(u64::from(self.line.t3_5_us())).filter(|us| *us > 0).unwrap_or(MAX_HOLE_US);
        if now_us.saturating_sub(self.heard_us).saturating_sub(self.line.duration_us(bytes.len())) >= parting_us {
            self.boundary = Some(self.filled);
        }
        self.heard_us = self.heard_us.max(now_us);
        let mut taken = 0_usize;
        for byte in bytes {
            taken = taken.saturating_add(1);
            if let Some(place) = self.buffer.get_mut(self.filled) {
                *place = *byte;
                self.filled = self.filled.saturating_add(1);
            }
            self.behind = self.behind.saturating_add(1);
            let room = MAX_FRAME.saturating_sub(self.front());
            if matches!(self.state, State::Answered { .. }) && self.behind >= MIN_FRAME && self.behind > room {
                // More than a transceiver's noise, and no room to see what: the client asks anew.
                self.listen();
            }
            let is_last = taken == bytes.len();
            if let Some((start, length)) = self.find(self.front(), is_last) {
                move_bytes(&mut self.buffer, start..start.saturating_add(length), 0);
                self.filled = length;
                self.last_id = self.last_id.wrapping_add(1);
                self.state = State::Asked { length };
                self.boundary = Some(length);
                break;
            }
        }
        echo.len().saturating_add(taken)
    }

    /// Where bytes are gathered: behind a request that waits, or a reply to be sent.
    const fn front(&self) -> usize {
        match self.state {
            State::Listening => 0,
            State::Asked { length } | State::Answered { length } => length,
        }
    }

    /// Looks for a request at every place from `front` on; forgets what can belong to none. A function
    /// of unknown length ends where the bytes end, and begins where a frame must: amid the registers of
    /// another frame one would be found every few seconds.
    fn find(&mut self, front: usize, is_last: bool) -> Option<(usize, usize)> {
        let (mut keep_from, is_full) = (None, self.filled >= MAX_FRAME);
        for start in front..self.filled {
            let is_boundary = self.boundary == Some(start);
            match look_at(&self.units, self.buffer.get(start..self.filled)?, is_last, is_boundary) {
                Candidate::Request(length) => return Some((start, length)),
                // A beginning that has no room left for its end is given up; one behind it may be the request.
                Candidate::Begun if start > front || !is_full => keep_from = keep_from.or(Some(start)),
                Candidate::Begun | Candidate::No => {}
            }
        }
        let keep_from = keep_from.unwrap_or(self.filled);
        let gone = keep_from.saturating_sub(front);
        move_bytes(&mut self.buffer, keep_from..self.filled, front);
        self.filled = self.filled.saturating_sub(gone);
        if gone > 0 {
            self.boundary = self.boundary.and_then(|place| place.checked_sub(gone)).filter(|place| *place >= front);
        }
        None
    }

    /// The request that waits for its reply.
    pub fn request(&self) -> Option<ServerRequest<'_>> {
        let State::Asked { length } = self.state else { return None };
        let pdu = self.buffer.get(HEADER..length.saturating_sub(TRAILER))?;
        Some(ServerRequest { id: self.last_id, unit_id: UnitId(*self.buffer.first()?), pdu })
    }

    /// Answers the request that waits from a bank. A broadcast is obeyed and not answered; one that
    /// reads is ignored.
    pub fn answer(&mut self, bank: &mut (impl Bank + ?Sized)) {
        let State::Asked { length } = self.state else { return };
        let [unit, rest @ ..] = &mut self.buffer;
        let unit_id = UnitId(*unit);
        let Some(pdu) = rest.first_chunk_mut::<MAX_PDU>() else { return };
        let pdu_length = length.saturating_sub(HEADER + TRAILER);
        let is_read = pdu.get(..pdu_length).is_some_and(|pdu| Request::parse(pdu).is_ok_and(|asked| asked.is_read()));
        if unit_id != UnitId::BROADCAST || !is_read {
            let reply_length = answer(bank, unit_id, pdu, pdu_length);
            // The reply was written over whatever came behind the request.
            self.filled = length;
            self.finish(unit_id, reply_length);
        } else {
            self.listen();
        }
    }

    /// Takes the PDU of the reply to the request of this identity; false if that is no longer wanted
    /// or the reply is longer than a PDU may be.
    pub fn reply(&mut self, id: u16, pdu: &[u8]) -> bool {
        let Some(request) = self.request().filter(|request| request.id == id) else { return false };
        let unit_id = request.unit_id;
        if !(1..=MAX_PDU).contains(&pdu.len()) {
            return false;
        }
        // What came behind the request may begin the next one.
        let (front, behind) = (self.front(), HEADER.saturating_add(pdu.len()).saturating_add(TRAILER));
        move_bytes(&mut self.buffer, front..self.filled, behind);
        self.filled = front.saturating_add(MAX_FRAME.saturating_sub(behind).min(self.filled.saturating_sub(front)));
        let Some(place) = self.buffer.get_mut(HEADER..HEADER.saturating_add(pdu.len())) else { return false };
        place.iter_mut().zip(pdu).for_each(|(place, byte)| *place = *byte);
        self.finish(unit_id, pdu.len());
        matches!(self.state, State::Answered { .. })
    }

    /// Leaves the request that waits unanswered.
    pub fn ignore(&mut self) {
        if matches!(self.state, State::Asked { .. }) {
            self.listen();
        }
    }

    fn finish(&mut self, unit_id: UnitId, pdu_length: usize) {
        let tail = self.filled.saturating_sub(self.front());
        match emit_frame(&mut self.buffer, unit_id, pdu_length) {
            Ok(length) if unit_id != UnitId::BROADCAST => {
                self.state = State::Answered { length };
                self.filled = length.saturating_add(tail);
                (self.behind, self.boundary) = (0, Some(length));
            }
            _ => self.listen(),
        }
    }

    fn listen(&mut self) {
        self.state = State::Listening;
        (self.filled, self.boundary) = (0, Some(0));
    }

    /// A reply to send, or until when the line has to be left alone.
    pub fn poll(&mut self, now_us: u64) -> ServerPoll<'_> {
        let State::Answered { length } = self.state else { return ServerPoll::Idle };
        let ready_us = self.heard_us.saturating_add(self.line.t3_5_us().into());
        if now_us < ready_us {
            return ServerPoll::WaitUntil(ready_us);
        }
        self.listen();
        self.heard_us = now_us.saturating_add(self.line.duration_us(length));
        self.echo_left = if self.line.has_echo() { length } else { 0 };
        ServerPoll::Send(self.buffer.get(..length).unwrap_or_default())
    }
}

impl Machine for Server {
    fn receive(&mut self, bytes: &[u8], now_us: u64) -> Result<usize, FrameError> {
        Ok(Server::receive(self, bytes, now_us))
    }

    fn request(&self) -> Option<ServerRequest<'_>> {
        Server::request(self)
    }

    fn answer(&mut self, bank: &mut dyn Bank) {
        Server::answer(self, bank);
    }

    fn reply(&mut self, id: u16, pdu: &[u8]) -> bool {
        Server::reply(self, id, pdu)
    }

    fn ignore(&mut self) {
        Server::ignore(self);
    }

    fn poll(&mut self, now_us: u64) -> ServerPoll<'_> {
        Server::poll(self, now_us)
    }
}

fn look_at(units: &UnitSet, bytes: &[u8], is_last: bool, is_boundary: bool) -> Candidate {
    let Some((unit, pdu)) = bytes.split_first() else { return Candidate::Begun };
    let unit_id = UnitId(*unit);
    if unit_id != UnitId::BROADCAST && !units.contains(unit_id) {
        return Candidate::No;
    }
    let frame_length = match request_length(pdu) {
        _ if pdu.first().is_some_and(|code| *code == 0 || *code > 0x7F) => return Candidate::No,
        Err(_) => return Candidate::Begun,
        Ok(Some(length)) => HEADER + length + TRAILER,
        Ok(None) if pdu.first() == Some(&8) && (!is_boundary || is_usual_diagnostics(bytes)) => DIAGNOSTICS,
        Ok(None) if !is_boundary => return Candidate::No,
        // Behind the first byte of a CRC that ends with 0 it fits already: what is no request goes on.
        Ok(None) if is_last && is_request(bytes) => bytes.len(),
        Ok(None) => return Candidate::Begun,
    };
    match bytes.get(..frame_length) {
        Some(frame) if crc16(frame) == 0 => Candidate::Request(frame_length),
        // What is longer than a frame may be is none.
        None if frame_length <= MAX_FRAME => Candidate::Begun,
        _ => Candidate::No,
    }
}

/// Whether the bytes are a whole frame with a legal request.
fn is_request(bytes: &[u8]) -> bool {
    let pdu = bytes.get(HEADER..bytes.len().saturating_sub(TRAILER)).unwrap_or_default();
    bytes.len() >= MIN_FRAME && crc16(bytes) == 0 && Request::parse(pdu).is_ok()
}

/// Whether the bytes begin with the usual frame of function 8.
fn is_usual_diagnostics(bytes: &[u8]) -> bool {
    bytes.get(..DIAGNOSTICS).is_some_and(|frame| crc16(frame) == 0)
}
