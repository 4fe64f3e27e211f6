//! The server's machine on a TCP connection: one request after the other, in one buffer of 260 bytes.
//!
//! ```
//! use parabus_core::modbus::server::ServerPoll;
//! use parabus_core::modbus::tcp::Server;
//! use parabus_core::modbus::{UnitId, UnitSet};
//!
//! let mut server = Server::new(UnitSet::EMPTY.with(UnitId(9)));
//! let frame = [0, 1, 0, 0, 0, 6, 9, 6, 0, 1, 0, 3];
//! assert_eq!(server.receive(&frame), Ok(12));
//! let request = server.request().unwrap();
//! assert_eq!((request.unit_id, request.pdu), (UnitId(9), &frame[7..]));
//! // The reply to a write of one register is the request again.
//! server.reply(request.id, &[6, 0, 1, 0, 3]);
//! assert_eq!(server.poll(), ServerPoll::Send(&frame));
//! ```

use super::{HEADER, MAX_FRAME, emit_header, frame_length};
use crate::modbus::server::{Bank, Machine, ServerPoll, ServerRequest, answer};
use crate::modbus::{ExceptionCode, FrameError, MAX_PDU, UnitId, UnitSet};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    /// Bytes are gathered.
    Listening,
    /// The buffer holds a request.
    Asked,
    /// The buffer holds a reply.
    Answered,
}

/// The server of one connection.
#[derive(Clone, Debug)]
pub struct Server {
    units: UnitSet,
    state: State,
    last_id: u16,
    buffer: [u8; MAX_FRAME],
    filled: usize,
}

impl Server {
    /// A server that plays these units. Units 0 and 255, the device that was dialled (TCP guide,
    /// 4.4.2.1), are always among them; a request for any other gets exception 10, gateway path
    /// unavailable.
    pub const fn new(units: UnitSet) -> Self {
        Server {
            units: units.with(UnitId(0)).with(UnitId(255)),
            state: State::Listening,
            last_id: 0,
            buffer: [0; MAX_FRAME],
            filled: 0,
        }
    }

    /// Takes bytes up to the end of a request: how many, none while a request or its reply is still
    /// there. Call again with the rest when the reply was sent.
    ///
    /// # Errors
    /// A header that cannot be one: the two sides disagree about where frames begin, close the
    /// connection.
    pub fn receive(&mut self, bytes: &[u8]) -> Result<usize, FrameError> {
        let mut taken = 0_usize;
        while self.state == State::Listening {
            let needed = frame_length(self.buffer.get(..self.filled).unwrap_or_default())?.unwrap_or(6);
            if needed == self.filled {
                self.ask();
                break;
            }
            let rest = bytes.get(taken..).unwrap_or_default();
            let step = rest.len().min(needed.saturating_sub(self.filled));
            if step == 0 {
                break;
            }
            let room = self.buffer.get_mut(self.filled..).unwrap_or_default();
            room.iter_mut().zip(rest).take(step).for_each(|(place, byte)| *place = *byte);
            self.filled = self.filled.saturating_add(step);
            taken = taken.saturating_add(step);
        }
        Ok(taken)
    }

    fn ask(&mut self) {
        self.state = State::Asked;
        self.last_id = self.last_id.wrapping_add(1);
        if !self.units.contains(self.unit_id()) {
            let function = self.buffer.get(HEADER).map_or(0, |code| code | 0x80);
            self.reply(self.last_id, &[function, ExceptionCode::GATEWAY_PATH_UNAVAILABLE.0]);
        }
    }

    const fn unit_id(&self) -> UnitId {
        let [_, _, _, _, _, _, unit, ..] = self.buffer;
        UnitId(unit)
    }

    /// The request that waits for its reply.
    pub fn request(&self) -> Option<ServerRequest<'_>> {
        let pdu = self.buffer.get(HEADER..self.filled).filter(|_| self.state == State::Asked)?;
        Some(ServerRequest { id: self.last_id, unit_id: self.unit_id(), pdu })
    }

    /// Answers the request that waits from a bank.
    pub fn answer(&mut self, bank: &mut (impl Bank + ?Sized)) {
        if self.state != State::Asked {
            return;
        }
        let unit_id = self.unit_id();
        let Some((_, rest)) = self.buffer.split_first_chunk_mut::<HEADER>() else { return };
        let Some(pdu) = rest.first_chunk_mut::<MAX_PDU>() else { return };
        let length = answer(bank, unit_id, pdu, self.filled.saturating_sub(HEADER));
        self.finish(length);
    }

    /// Takes the PDU of the reply to the request of this identity; false if that is no longer wanted
    /// or the reply is longer than a PDU may be.
    pub fn reply(&mut self, id: u16, pdu: &[u8]) -> bool {
        let is_wanted = self.state == State::Asked && self.last_id == id && (1..=MAX_PDU).contains(&pdu.len());
        if is_wanted {
            let room = self.buffer.get_mut(HEADER..).unwrap_or_default();
            room.iter_mut().zip(pdu).for_each(|(place, byte)| *place = *byte);
            self.finish(pdu.len());
        }
        is_wanted && self.state == State::Answered
    }

    /// Leaves the request that waits unanswered.
    pub fn ignore(&mut self) {
        if self.state == State::Asked {
            self.listen();
        }
    }

    fn finish(&mut self, pdu_length: usize) {
        let ([high, low, ..], unit_id) = (self.buffer, self.unit_id());
        match emit_header(&mut self.buffer, u16::from_be_bytes([high, low]), unit_id, pdu_length) {
            Ok(length) => (self.state, self.filled) = (State::Answered, length),
            Err(_) => self.listen(),
        }
    }

    fn listen(&mut self) {
        (self.state, self.filled) = (State::Listening, 0);
    }

    /// A reply to send, once.
    pub fn poll(&mut self) -> ServerPoll<'_> {
        if self.state != State::Answered {
            return ServerPoll::Idle;
        }
        let length = self.filled;
        self.listen();
        ServerPoll::Send(self.buffer.get(..length).unwrap_or_default())
    }
}

impl Machine for Server {
    fn receive(&mut self, bytes: &[u8], _now_us: u64) -> Result<usize, FrameError> {
        Server::receive(self, bytes)
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

    fn poll(&mut self, _now_us: u64) -> ServerPoll<'_> {
        Server::poll(self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::ErrorKind;
    use std::vec::Vec;

    struct Nothing;

    impl Bank for Nothing {}

    fn replies(server: &mut Server, bytes: &[u8], size: usize) -> Vec<Vec<u8>> {
        let mut replies = Vec::new();
        for mut chunk in bytes.chunks(size) {
            while !chunk.is_empty() {
                let taken = server.receive(chunk).unwrap();
                chunk = &chunk[taken..];
                server.answer(&mut Nothing);
                if let ServerPoll::Send(reply) = server.poll() {
                    replies.push(reply.to_vec());
                }
            }
        }
        replies
    }

    #[test]
    fn requests_in_a_row_are_answered_in_a_row() {
        let stream: Vec<u8> =
            (0..20).flat_map(|id| [0, id, 0, 0, 0, 6, [1, 0, 255, 2][usize::from(id % 4)], 3, 0, 0, 0, 1]).collect();
        for size in [1, 7, 1000] {
            let mut server = Server::new(UnitSet::EMPTY.with(UnitId(1)));
            let replies = replies(&mut server, &stream, size);
            assert_eq!(replies.len(), 20);
            for (id, reply) in replies.iter().enumerate() {
                // Unit 2 is nobody here.
                let code = if id % 4 == 3 { 10 } else { 1 };
                assert_eq!(reply[..6], [0, id as u8, 0, 0, 0, 3]);
                assert_eq!(reply[7..], [0x83, code], "{id}");
            }
        }
    }

    #[test]
    fn nothing_is_taken_while_a_reply_is_owed() {
        let mut server = Server::new(UnitSet::EMPTY);
        let request = [0, 1, 0, 0, 0, 6, 0, 3, 0, 0, 0, 1];
        assert_eq!(server.receive(&request), Ok(12));
        assert_eq!(server.receive(&request), Ok(0));
        let id = server.request().unwrap().id;
        assert!(!server.reply(id.wrapping_add(1), &[0x83, 1]), "somebody else's");
        assert!(!server.reply(id, &[0; 254]), "too long");
        assert!(server.reply(id, &[0x83, 11]));
        assert!(!server.reply(id, &[0x83, 11]), "answered");
        assert_eq!(server.receive(&request), Ok(0));
        assert_eq!(server.poll(), ServerPoll::Send(&[0, 1, 0, 0, 0, 3, 0, 0x83, 11]));
        assert_eq!(server.receive(&request), Ok(12));
    }

    #[test]
    fn a_header_that_is_none_ends_it() {
        let mut server = Server::new(UnitSet::EMPTY);
        assert_eq!(server.receive(b"GET / HTTP/1.1").unwrap_err().kind(), ErrorKind::ProtocolId);
    }
}
