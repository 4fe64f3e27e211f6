//! The client's machine on a line of Modbus ASCII: one request at a time, and only its own reply
//! answers it. A request that a late reply could be taken for an answer to waits, as on RTU.
//!
//! ```
//! use parabus_core::modbus::ascii::{Client, MAX_FRAME};
//! use parabus_core::modbus::client::Event;
//! use parabus_core::modbus::{FunctionCode, Line, Request, Response, UnitId};
//!
//! let mut client = Client::new(Line::ascii(9600));
//! let request = Request::Read { function: FunctionCode::READ_HOLDING_REGISTERS, address: 107, quantity: 1 };
//! let mut text = [0; MAX_FRAME];
//! let (id, length) = client.request(UnitId(17), &request, 0, 500_000, &mut text).unwrap();
//! assert_eq!(&text[..length], b":1103006B000180\r\n");
//!
//! let (_, event) = client.receive(b"\xFF:110302022BBD\r\n", 25_000);
//! let Some(Event::Reply { request, response: Response::Registers { registers, .. } }) = event else { panic!() };
//! assert_eq!((request, registers.iter().next()), (id, Some(555)));
//! ```

use super::decoder::Decoder;
use super::{MAX_BINARY, emit_frame, frame_len};
use crate::modbus::client::{ClientError, Event, Machine, Poll, RequestId, Stray};
use crate::modbus::exchange::Exchange;
use crate::modbus::{FrameError, Line, MAX_PDU, Request, Response, UnitId};

/// The client of one line.
#[derive(Clone, Debug)]
pub struct Client {
    exchange: Exchange,
    decoder: Decoder<MAX_BINARY>,
}

impl Client {
    /// A client on this line: [`Line::ascii`], or [`Line::stream`] for text on a TCP stream.
    pub const fn new(line: Line) -> Self {
        Client { exchange: Exchange::new(line), decoder: Decoder::new() }
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

    /// Writes a request's frame into `frame` (513 bytes always suffice), to be sent at once, and
    /// waits for its reply for `timeout_us` beyond the time that both take on the line. Gives the
    /// request's identity and the frame's length.
    ///
    /// # Errors
    /// `NotBefore` while a late reply may come that could be taken for its own; `TooManyInFlight` while
    /// a request is under way; what breaks the standard, a read of unit 0 (everyone) among it.
    pub fn request(
        &mut self,
        unit_id: UnitId,
        request: &Request<'_>,
        now_us: u64,
        timeout_us: u64,
        frame: &mut [u8],
    ) -> Result<(RequestId, usize), ClientError> {
        self.exchange.admit(unit_id, request)?;
        let mut buffer = [0; MAX_PDU];
        let pdu_length = request.emit(&mut buffer).map_err(ClientError::Frame)?;
        let pdu = buffer.get(..pdu_length).unwrap_or_default();
        let awaited = self.exchange.free(unit_id, request, pdu, now_us)?;
        let length = emit_frame(frame, unit_id, pdu).map_err(ClientError::Frame)?;
        let sent = frame.get(..length).unwrap_or_default();
        let reply_length = frame_len(awaited.expectation.most_bytes());
        self.decoder.clear();
        Ok((self.exchange.start(awaited, sent, reply_length, now_us, timeout_us), length))
    }

    /// Takes characters, the last of which came at `now_us`, up to the end of a frame: how many, and
    /// what they amount to. Call again with the rest.
    pub fn receive(&mut self, text: &[u8], now_us: u64) -> (usize, Option<Event<'_>>) {
        let heard = self.exchange.hear(text, now_us);
        if heard.is_parted {
            self.decoder.clear();
        }
        if heard.is_collision {
            return (heard.echo, Some(Event::Stray(Stray::Collision)));
        }
        let mut taken = heard.echo;
        let is_end = heard.rest.iter().any(|character| {
            taken = taken.saturating_add(1);
            self.decoder.push(*character)
        });
        if !is_end {
            return (taken, None);
        }
        let (unit_id, pdu) = self.decoder.frame();
        let response = match Response::parse(pdu) {
            Ok(response) => response,
            Err(error) => return (taken, Some(Event::Stray(Stray::Malformed(error)))),
        };
        let all = self.exchange.awaited(now_us);
        let mut awaited = all.iter().flatten();
        let is_met = awaited.clone().find(|each| each.unit_id == unit_id && each.expectation.is_met_by(&response));
        let Some(its) = is_met else {
            let is_known = awaited.any(|each| each.unit_id == unit_id);
            let is_idle = all.iter().all(Option::is_none);
            let stray = if is_idle {
                Stray::Transaction
            } else if is_known {
                Stray::Mismatch
            } else {
                Stray::Unit
            };
            return (taken, Some(Event::Stray(stray)));
        };
        if self.exchange.is_echo(its, pdu) {
            return (taken, Some(Event::Stray(Stray::Collision)));
        }
        let event = match self.exchange.settle(its) {
            Some(request) => Event::Reply { request, response: its.expectation.trimmed(response) },
            None => Event::Stray(Stray::Transaction),
        };
        (taken, Some(event))
    }

    /// A request whose time is over, or until when the line has to be left alone.
    pub fn poll(&mut self, now_us: u64) -> Poll {
        let poll = self.exchange.poll(now_us);
        if matches!(poll, Poll::TimedOut(_) | Poll::Sent(_)) {
            self.decoder.clear();
        }
        poll
    }

    /// Starts over on a new connection: nothing is under way. The line behind it may be the same, so
    /// late replies are reckoned with as before, that to a request under way among them.
    pub fn reset(&mut self, now_us: u64) {
        self.exchange.reset(now_us);
        self.decoder.clear();
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

    fn receive(&mut self, text: &[u8], now_us: u64) -> Result<(usize, Option<Event<'_>>), FrameError> {
        Ok(Client::receive(self, text, now_us))
    }

    fn poll(&mut self, now_us: u64) -> Poll {
        Client::poll(self, now_us)
    }

    fn reset(&mut self, now_us: u64) {
        Client::reset(self, now_us);
    }
}

#[cfg(test)]
mod tests {
    use super::super::MAX_FRAME;
    use super::*;
    use crate::modbus::FunctionCode;
    use std::vec::Vec;

    const READ: Request<'_> =
        Request::Read { function: FunctionCode::READ_HOLDING_REGISTERS, address: 10, quantity: 1 };
    const OTHER: Request<'_> =
        Request::Read { function: FunctionCode::READ_HOLDING_REGISTERS, address: 20, quantity: 1 };

    fn text(unit: u8, pdu: &[u8]) -> Vec<u8> {
        let mut text = [0; MAX_FRAME];
        let length = emit_frame(&mut text, UnitId(unit), pdu).unwrap();
        text[..length].to_vec()
    }

    /// What all of it amounts to, in order.
    fn feed(client: &mut Client, bytes: &[u8], size: usize, now: u64) -> Vec<Result<RequestId, Stray>> {
        let mut events = Vec::new();
        for mut chunk in bytes.chunks(size) {
            while !chunk.is_empty() {
                let (taken, event) = client.receive(chunk, now);
                chunk = &chunk[taken..];
                match event {
                    Some(Event::Reply { request, .. }) => events.push(Ok(request)),
                    Some(Event::Stray(stray)) => events.push(Err(stray)),
                    Some(Event::Identity { .. }) | None => {}
                }
            }
        }
        events
    }

    #[test]
    fn only_the_right_reply_answers() {
        for size in [1, 4, 1000] {
            let mut client = Client::new(Line::ascii(9600));
            let (id, _) = client.request(UnitId(1), &READ, 0, 500_000, &mut [0; MAX_FRAME]).unwrap();
            let mut stream = b"\x00\xFF:01".to_vec();
            stream.extend(text(2, &[3, 2, 9, 9]));
            stream.extend(text(1, &[4, 2, 9, 9]));
            stream.extend(text(1, &[3, 4, 9, 9, 9, 9]));
            stream.extend(text(1, &[0x84, 2]));
            stream.extend(&text(1, &[3, 2, 0, 7])[..10]);
            stream.extend(text(1, &[3, 2, 0, 7]));
            stream.extend(text(1, &[3, 2, 0, 7]));
            let mismatch = Err(Stray::Mismatch);
            let want = [Err(Stray::Unit), mismatch, mismatch, mismatch, Ok(id), Err(Stray::Transaction)];
            assert_eq!(feed(&mut client, &stream, size, 100_000), want, "chunks of {size}");
        }
    }

    #[test]
    fn a_late_reply_is_not_that_to_another_question() {
        let mut client = Client::new(Line::ascii(9600));
        let mut frame = [0; MAX_FRAME];
        let (first, _) = client.request(UnitId(1), &READ, 0, 100_000, &mut frame).unwrap();
        assert_eq!(client.poll(1_000_000), Poll::TimedOut(first));
        let refused = client.request(UnitId(1), &OTHER, 1_000_000, 100_000, &mut frame);
        assert_eq!(refused, Err(ClientError::NotBefore(1_100_000)));
        let late = feed(&mut client, &text(1, &[3, 2, 0, 7]), 3, 1_050_000);
        assert_eq!(late, [Err(Stray::Transaction)]);
        assert!(client.request(UnitId(1), &OTHER, 1_050_000, 100_000, &mut frame).is_ok(), "it came");
    }

    #[test]
    fn an_echo_is_dropped_and_a_retry_is_the_same_frame() {
        let mut client = Client::new(Line::ascii(9600).with_echo()).with_retries(1);
        let mut frame = [0; MAX_FRAME];
        let write = Request::WriteSingleRegister { address: 1, value: 2 };
        let (id, length) = client.request(UnitId(1), &write, 0, 100_000, &mut frame).unwrap();
        // The echo of a write is a legal reply to it.
        assert_eq!(feed(&mut client, &frame[..length], 4, 20_000), []);
        assert_eq!(client.poll(1_000_000), Poll::SendAgain(id));
        assert_eq!(feed(&mut client, &frame[..length], 100, 1_020_000), []);
        assert_eq!(feed(&mut client, &frame[..length], 5, 1_050_000), [Ok(id)]);
    }
}
