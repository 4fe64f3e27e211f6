//! The server's machine on a line of Modbus ASCII: one buffer holds the request as bytes, then the
//! reply as bytes, then the reply as text.
//!
//! ```
//! use parabus_core::modbus::ascii::Server;
//! use parabus_core::modbus::server::ServerPoll;
//! use parabus_core::modbus::{Line, UnitId, UnitSet};
//!
//! let mut server = Server::new(UnitSet::EMPTY.with(UnitId(9)), Line::ascii(9600));
//! server.receive(b":090600010003ED\r\n", 10_000);
//! let request = server.request().unwrap();
//! assert_eq!((request.unit_id, request.pdu), (UnitId(9), &[6, 0, 1, 0, 3][..]));
//! // The reply to a write of one register is the request again.
//! server.reply(request.id, &[6, 0, 1, 0, 3]);
//! assert_eq!(server.poll(10_000), ServerPoll::Send(b":090600010003ED\r\n"));
//! ```

use super::decoder::Decoder;
use super::{HEADER, MAX_FRAME, digits_of, frame_len, lrc};
use crate::modbus::server::{Bank, Machine, ServerPoll, ServerRequest, answer};
use crate::modbus::{FrameError, Line, MAX_PDU, Request, UnitId, UnitSet};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    /// Characters are gathered.
    Listening,
    /// The buffer begins with a request whose PDU has this length.
    Asked { pdu_length: usize },
    /// The buffer begins with a reply whose text has this length.
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
    /// Characters of an own reply that are still to come back.
    echo_left: usize,
    decoder: Decoder<MAX_FRAME>,
}

impl Server {
    /// A server that plays these units on this line.
    pub const fn new(units: UnitSet, line: Line) -> Self {
        Server { line, units, state: State::Listening, last_id: 0, heard_us: 0, echo_left: 0, decoder: Decoder::new() }
    }

    /// Takes characters, the last of which came at `now_us`, up to the end of a request to one of its
    /// units: how many. Call again with the rest when the request is answered or passed on.
    ///
    /// A colon means that the client begins a request: one that still waits, and its reply, are given up.
    pub fn receive(&mut self, text: &[u8], now_us: u64) -> usize {
        // What was sent comes back first: it could be taken for a request.
        let (echo, text) = text.split_at_checked(self.echo_left).unwrap_or((text, &[]));
        self.echo_left = self.echo_left.saturating_sub(echo.len());
        if self.line.is_parted(self.heard_us, now_us, text.len()) {
            self.decoder.clear();
        }
        if !text.is_empty() {
            self.heard_us = self.heard_us.max(now_us);
        }
        let mut taken = echo.len();
        for character in text {
            taken = taken.saturating_add(1);
            if *character == b':' {
                self.state = State::Listening;
            }
            if self.state != State::Listening || !self.decoder.push(*character) {
                continue;
            }
            let (unit_id, _) = self.decoder.frame();
            if unit_id == UnitId::BROADCAST || self.units.contains(unit_id) {
                self.last_id = self.last_id.wrapping_add(1);
                self.state = State::Asked { pdu_length: self.decoder.pdu_length() };
                break;
            }
        }
        taken
    }

    /// The request that waits for its reply.
    pub fn request(&self) -> Option<ServerRequest<'_>> {
        let State::Asked { pdu_length } = self.state else { return None };
        let (unit, rest) = self.decoder.buffer.split_first()?;
        Some(ServerRequest { id: self.last_id, unit_id: UnitId(*unit), pdu: rest.get(..pdu_length)? })
    }

    /// Answers the request that waits from a bank. A broadcast is obeyed and not answered; one that
    /// reads is ignored.
    pub fn answer(&mut self, bank: &mut (impl Bank + ?Sized)) {
        let State::Asked { pdu_length } = self.state else { return };
        let [unit, rest @ ..] = &mut self.decoder.buffer;
        let unit_id = UnitId(*unit);
        let Some(pdu) = rest.first_chunk_mut::<MAX_PDU>() else { return };
        let is_read = pdu.get(..pdu_length).is_some_and(|pdu| Request::parse(pdu).is_ok_and(|asked| asked.is_read()));
        if unit_id != UnitId::BROADCAST || !is_read {
            let length = answer(bank, unit_id, pdu, pdu_length);
            self.finish(length);
        } else {
            self.listen();
        }
    }

    /// Takes the PDU of the reply to the request of this identity; false if that is no longer wanted
    /// or the reply is longer than a PDU may be.
    pub fn reply(&mut self, id: u16, pdu: &[u8]) -> bool {
        if self.request().is_none_or(|request| request.id != id) || !(1..=MAX_PDU).contains(&pdu.len()) {
            return false;
        }
        let room = self.decoder.buffer.get_mut(HEADER..).unwrap_or_default();
        room.iter_mut().zip(pdu).for_each(|(place, byte)| *place = *byte);
        self.finish(pdu.len());
        matches!(self.state, State::Answered { .. })
    }

    /// Leaves the request that waits unanswered.
    pub fn ignore(&mut self) {
        if matches!(self.state, State::Asked { .. }) {
            self.listen();
        }
    }

    /// Turns unit and PDU into text, in place: from the end, where the text is longer than the bytes.
    fn finish(&mut self, pdu_length: usize) {
        self.decoder.clear();
        let buffer = &mut self.decoder.buffer;
        let [unit, ..] = *buffer;
        if UnitId(unit) == UnitId::BROADCAST {
            return self.listen();
        }
        let count = HEADER.saturating_add(pdu_length);
        let check = lrc(buffer.get(..count).unwrap_or_default());
        if let Some(place) = buffer.get_mut(count) {
            *place = check;
        }
        for index in (0..=count).rev() {
            let digits = digits_of(buffer.get(index).copied().unwrap_or_default());
            let begin = index.saturating_mul(2).saturating_add(1);
            let places = buffer.get_mut(begin..begin.saturating_add(2)).unwrap_or_default();
            places.iter_mut().zip(digits).for_each(|(place, digit)| *place = digit);
        }
        let length = frame_len(pdu_length);
        if let Some(place) = buffer.first_mut() {
            *place = b':';
        }
        let end = buffer.get_mut(length.saturating_sub(2)..length).unwrap_or_default();
        end.iter_mut().zip(*b"\r\n").for_each(|(place, character)| *place = character);
        self.state = State::Answered { length };
    }

    fn listen(&mut self) {
        self.state = State::Listening;
        self.decoder.clear();
    }

    /// A reply to send, once.
    pub fn poll(&mut self, now_us: u64) -> ServerPoll<'_> {
        let State::Answered { length } = self.state else { return ServerPoll::Idle };
        self.listen();
        self.heard_us = now_us.saturating_add(self.line.duration_us(length));
        self.echo_left = if self.line.has_echo() { length } else { 0 };
        ServerPoll::Send(self.decoder.buffer.get(..length).unwrap_or_default())
    }
}

impl Machine for Server {
    fn receive(&mut self, text: &[u8], now_us: u64) -> Result<usize, FrameError> {
        Ok(Server::receive(self, text, now_us))
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

#[cfg(test)]
mod tests {
    use super::super::{Frame, MAX_BINARY, emit_frame};
    use super::*;
    use crate::modbus::server::RegistersMut;
    use crate::modbus::{ExceptionCode, RegisterKind, Registers};
    use std::vec::Vec;

    /// Registers that hold their own address; writes are counted.
    struct Counting(u32);

    impl Bank for Counting {
        fn read_registers(
            &mut self,
            _: UnitId,
            _: RegisterKind,
            address: u16,
            registers: &mut RegistersMut<'_>,
        ) -> Result<(), ExceptionCode> {
            registers
                .fill_with(|index| Some(address.wrapping_add(index as u16)))
                .ok_or(ExceptionCode::ILLEGAL_DATA_ADDRESS)
        }

        fn write_registers(&mut self, _: UnitId, _: u16, _: Registers<'_>) -> Result<(), ExceptionCode> {
            self.0 += 1;
            Ok(())
        }
    }

    fn text(unit: u8, pdu: &[u8]) -> Vec<u8> {
        let mut text = [0; MAX_FRAME];
        let length = emit_frame(&mut text, UnitId(unit), pdu).unwrap();
        text[..length].to_vec()
    }

    fn ask(server: &mut Server, bank: &mut Counting, stream: &[u8], size: usize) -> Vec<Vec<u8>> {
        let mut replies = Vec::new();
        for mut chunk in stream.chunks(size) {
            while !chunk.is_empty() {
                let taken = server.receive(chunk, 0);
                chunk = &chunk[taken..];
                server.answer(bank);
                if let ServerPoll::Send(reply) = server.poll(0) {
                    replies.push(Frame::parse(reply, &mut [0; MAX_BINARY]).unwrap().pdu.to_vec());
                }
            }
        }
        replies
    }

    #[test]
    fn its_own_requests_are_answered_and_no_others() {
        for size in [1, 5, 10_000] {
            let mut server = Server::new(UnitSet::EMPTY.with(UnitId(1)), Line::ascii(9600));
            let mut bank = Counting(0);
            let mut stream = b"\xFF:01".to_vec();
            stream.extend(text(2, &[3, 0, 0, 0, 1]));
            stream.extend(text(1, &[3, 0, 5, 0, 2]));
            stream.extend(b":0103000000FFFF\r\n");
            stream.extend(text(0, &[6, 0, 1, 0, 3]));
            stream.extend(text(0, &[3, 0, 1, 0, 3]));
            stream.extend(text(1, &[3, 0, 5, 0, 0]));
            stream.extend(text(1, &[3, 0, 0, 0, 125]));
            let replies = ask(&mut server, &mut bank, &stream, size);
            assert_eq!(replies[..2], [std::vec![3, 4, 0, 5, 0, 6], std::vec![0x83, 3]], "chunks of {size}");
            assert_eq!((replies.len(), replies[2].len(), bank.0), (3, 252, 1));
        }
    }

    #[test]
    fn a_new_request_takes_the_place_of_an_old_one() {
        let mut server = Server::new(UnitSet::EMPTY.with(UnitId(1)), Line::ascii(9600));
        server.receive(&text(1, &[3, 0, 5, 0, 2]), 0);
        let old = server.request().unwrap().id;
        server.receive(&text(1, &[4, 0, 5, 0, 2]), 10);
        assert!(!server.reply(old, &[0x83, 11]));
        assert_eq!(server.request().unwrap().pdu, [4, 0, 5, 0, 2]);
    }

    #[test]
    fn its_own_reply_is_no_request() {
        let mut server = Server::new(UnitSet::EMPTY.with(UnitId(1)), Line::ascii(9600).with_echo());
        let mut bank = Counting(0);
        let write = text(1, &[6, 0, 1, 0, 3]);
        assert_eq!(ask(&mut server, &mut bank, &write, 100).len(), 1);
        assert_eq!(ask(&mut server, &mut bank, &write, 3).len(), 0, "the echo");
        assert_eq!((ask(&mut server, &mut bank, &write, 3).len(), bank.0), (1, 2));
    }
}
