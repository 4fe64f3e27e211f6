//! A transparent gateway: requests that come to a server go out at another port, replies come back.
//!
//! A unit behind the port that stays silent gets exception 11 in its name, a request that cannot be
//! sent there exception 10 or what the standard says of it. One request is under way at a time; a
//! client that gives up and asks anew gets the reply to what it asked last.
//!
//! ```
//! use parabus_core::modbus::relay::{Action, Relay};
//! use parabus_core::modbus::{Line, UnitId, UnitSet, rtu, tcp};
//!
//! let units = UnitSet::EMPTY.with(UnitId(9));
//! let mut relay = Relay::<_, _, 256>::new(tcp::Server::new(units), rtu::Client::new(Line::serial(19_200)), 500_000);
//! relay.receive(&[0, 7, 0, 0, 0, 6, 9, 3, 0, 1, 0, 1], 10_000).unwrap();
//! let mut frame = vec![9, 3, 0, 1, 0, 1];
//! frame.extend(rtu::crc16(&frame).to_le_bytes());
//! assert_eq!(relay.poll(10_000), Action::SendPort(&frame));
//!
//! let mut reply = vec![9, 3, 2, 0x12, 0x34];
//! reply.extend(rtu::crc16(&reply).to_le_bytes());
//! relay.receive_port(&reply, 30_000).unwrap();
//! assert_eq!(relay.poll(30_000), Action::Send(&[0, 7, 0, 0, 0, 5, 9, 3, 2, 0x12, 0x34]));
//! ```

use super::client::{self, ClientError, Event, Poll, RequestId};
use super::server::{self, ServerPoll, refusal_of};
use super::{ExceptionCode, FrameError, MAX_PDU, Request, UnitId};

/// What is to be done now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Action<'a> {
    /// Send these bytes to the client that asked.
    Send(&'a [u8]),
    /// Send these bytes to the units behind the port.
    SendPort(&'a [u8]),
    /// Nothing before this time, unless bytes come.
    WaitUntil(u64),
}

/// The request that is under way at the port.
#[derive(Clone, Copy, Debug)]
struct Passed {
    asked: u16,
    request: RequestId,
}

/// A server and the client of another port, with room for a frame of `N` bytes of that port.
#[derive(Clone, Debug)]
pub struct Relay<S, C, const N: usize> {
    server: S,
    port: C,
    timeout_us: u64,
    passed: Option<Passed>,
    frame: [u8; N],
    length: usize,
}

impl<S: server::Machine, C: client::Machine, const N: usize> Relay<S, C, N> {
    /// Units behind the port have `timeout_us` for each reply.
    pub const fn new(server: S, port: C, timeout_us: u64) -> Self {
        Relay { server, port, timeout_us, passed: None, frame: [0; N], length: 0 }
    }

    /// Takes bytes from the client that asks, the last of which came at `now_us`: how many. Those that
    /// are not taken wait until [`Relay::poll`] gave a reply to send.
    ///
    /// # Errors
    /// The stream is out of step: close the connection.
    pub fn receive(&mut self, bytes: &[u8], now_us: u64) -> Result<usize, FrameError> {
        let mut taken = 0_usize;
        loop {
            let rest = bytes.get(taken..).unwrap_or_default();
            match self.server.receive(rest, now_us)? {
                0 => return Ok(taken),
                step => taken = taken.saturating_add(step),
            }
        }
    }

    /// Takes bytes from the port, the last of which came at `now_us`.
    ///
    /// # Errors
    /// The stream is out of step: close the connection.
    pub fn receive_port(&mut self, bytes: &[u8], now_us: u64) -> Result<(), FrameError> {
        let mut rest = bytes;
        while !rest.is_empty() {
            let (taken, event) = self.port.receive(rest, now_us)?;
            if let Some(Event::Reply { request, response }) = event
                && let Some(passed) = self.passed.take_if(|passed| passed.request == request)
            {
                let mut pdu = [0; MAX_PDU];
                if let Ok(length) = response.emit(&mut pdu) {
                    self.server.reply(passed.asked, pdu.get(..length).unwrap_or_default());
                }
            }
            rest = rest.get(taken.max(1)..).unwrap_or_default();
        }
        Ok(())
    }

    /// What is to be done now; ask again until it says to wait.
    pub fn poll(&mut self, now_us: u64) -> Action<'_> {
        let mut wait_us = match self.port.poll(now_us) {
            Poll::SendAgain(_) => return Action::SendPort(self.frame.get(..self.length).unwrap_or_default()),
            Poll::TimedOut(request) => {
                if let Some(passed) = self.passed.take_if(|passed| passed.request == request) {
                    self.refuse(passed.asked, ExceptionCode::GATEWAY_TARGET_DEVICE_FAILED_TO_RESPOND);
                }
                now_us
            }
            Poll::Sent(_) => {
                self.passed = None;
                now_us
            }
            Poll::WaitUntil(at_us) => at_us,
            Poll::Idle => u64::MAX,
        };
        match self.pass(now_us) {
            Ok(true) => return Action::SendPort(self.frame.get(..self.length).unwrap_or_default()),
            Ok(false) => {}
            Err(at_us) => wait_us = wait_us.min(at_us),
        }
        match self.server.poll(now_us) {
            ServerPoll::Send(bytes) => Action::Send(bytes),
            ServerPoll::WaitUntil(at_us) => Action::WaitUntil(at_us.min(wait_us)),
            ServerPoll::Idle => Action::WaitUntil(wait_us),
        }
    }

    /// Passes on the request that waits: whether there is a frame to send, or when to try again.
    fn pass(&mut self, now_us: u64) -> Result<bool, u64> {
        let Some(asked) = self.server.request() else { return Ok(false) };
        if self.passed.is_some_and(|passed| passed.asked == asked.id) || !self.port.has_room() {
            return Ok(false);
        }
        let (id, unit_id) = (asked.id, asked.unit_id);
        let request = match Request::parse(asked.pdu) {
            Ok(request) => request,
            Err(error) => {
                self.refuse(id, refusal_of(error));
                return Ok(false);
            }
        };
        match self.port.request(unit_id, &request, now_us, self.timeout_us, &mut self.frame) {
            Ok((request, length)) => {
                self.length = length;
                self.passed = Some(Passed { asked: id, request });
                if unit_id == UnitId::BROADCAST {
                    self.server.ignore();
                }
                Ok(true)
            }
            Err(ClientError::NotBefore(at_us)) => Err(at_us),
            Err(ClientError::TooManyInFlight) => Ok(false),
            // A read of everyone, or a frame that the port has no room for.
            Err(ClientError::Frame(_)) => {
                self.refuse(id, ExceptionCode::GATEWAY_PATH_UNAVAILABLE);
                Ok(false)
            }
        }
    }

    /// Answers in the name of a unit; nobody answers a broadcast.
    fn refuse(&mut self, id: u16, code: ExceptionCode) {
        let function = self.server.request().and_then(|asked| asked.pdu.first().copied());
        self.server.reply(id, &[function.unwrap_or_default() | 0x80, code.0]);
    }
}

#[cfg(test)]
mod tests {
    use super::super::{Line, UnitSet, ascii, rtu, tcp};
    use super::*;
    use std::vec::Vec;

    type TcpToRtu = Relay<tcp::Server, rtu::Client, 256>;

    fn relay(retries: u8) -> TcpToRtu {
        let units = UnitSet::EMPTY.with(UnitId(9)).with(UnitId(10));
        let port = rtu::Client::new(Line::serial(19_200)).with_retries(retries);
        Relay::new(tcp::Server::new(units), port, 100_000)
    }

    fn tcp_frame(id: u8, unit: u8, pdu: &[u8]) -> Vec<u8> {
        let mut frame = std::vec![0, id, 0, 0, 0, pdu.len() as u8 + 1, unit];
        frame.extend(pdu);
        frame
    }

    fn rtu_frame(unit: u8, pdu: &[u8]) -> Vec<u8> {
        let mut frame = std::vec![unit];
        frame.extend(pdu);
        frame.extend(rtu::crc16(&frame).to_le_bytes());
        frame
    }

    /// Runs it until it sends something to whoever asked; what went out at the port meanwhile.
    fn until_reply(relay: &mut TcpToRtu, now: &mut u64) -> (Vec<u8>, usize) {
        let mut sent = 0;
        for _ in 0..100 {
            match relay.poll(*now) {
                Action::Send(bytes) => return (bytes.to_vec(), sent),
                Action::SendPort(_) => sent += 1,
                Action::WaitUntil(at) => *now = (*now + 1).max(at.min(*now + 1_000_000)),
            }
        }
        (Vec::new(), sent)
    }

    #[test]
    fn a_silent_unit_gets_exception_11_and_holds_up_nobody() {
        let (mut relay, mut now) = (relay(2), 10_000);
        relay.receive(&tcp_frame(1, 9, &[3, 0, 0, 0, 1]), now).unwrap();
        assert_eq!(until_reply(&mut relay, &mut now), (tcp_frame(1, 9, &[0x83, 11]), 3));
        relay.receive(&tcp_frame(2, 10, &[3, 0, 0, 0, 1]), now).unwrap();
        while !matches!(relay.poll(now), Action::SendPort(_)) {
            now += 1000;
        }
        relay.receive_port(&rtu_frame(10, &[3, 2, 0, 7]), now).unwrap();
        assert_eq!(until_reply(&mut relay, &mut now), (tcp_frame(2, 10, &[3, 2, 0, 7]), 0));
    }

    #[test]
    fn what_cannot_pass_is_refused_at_once() {
        let (mut relay, mut now) = (relay(0), 10_000);
        for (unit, pdu, want) in [
            (8, &[3, 0, 0, 0, 1][..], [0x83, 10]),
            (9, &[3, 0, 0, 0, 0], [0x83, 3]),
            (9, &[3, 0xFF, 0xFF, 0, 2], [0x83, 2]),
            // The gateway itself has no registers.
            (255, &[0x83, 1], [0x83, 1]),
        ] {
            relay.receive(&tcp_frame(1, unit, pdu), now).unwrap();
            assert_eq!(until_reply(&mut relay, &mut now), (tcp_frame(1, unit, &want), 0), "{unit} {pdu:?}");
        }
    }

    /// RTU to ASCII: a broadcast goes through and nobody answers, a client that asks anew gets the
    /// reply to what it asked last.
    #[test]
    fn a_line_to_a_line() {
        let units = UnitSet::EMPTY.with(UnitId(9));
        let (server, port) = (rtu::Server::new(units, Line::stream()), ascii::Client::new(Line::ascii(9600)));
        let mut relay = Relay::<_, _, 513>::new(server, port, 100_000);
        relay.receive(&rtu_frame(0, &[6, 0, 1, 0, 2]), 0).unwrap();
        assert_eq!(relay.poll(0), Action::SendPort(b":000600010002F7\r\n"));
        assert!(matches!(relay.poll(50_000), Action::WaitUntil(_)));
        relay.receive(&rtu_frame(9, &[3, 0, 0, 0, 1]), 60_000).unwrap();
        let mut now = 60_000;
        while !matches!(relay.poll(now), Action::SendPort(_)) {
            now += 1000;
        }
        relay.receive(&rtu_frame(9, &[4, 0, 0, 0, 1]), now).unwrap();
        relay.receive_port(b":0903020007EB\r\n", now + 1000).unwrap();
        now += 1000;
        while !matches!(relay.poll(now), Action::SendPort(_)) {
            now += 1000;
            assert!(now < 1_000_000, "the second question goes out");
        }
        relay.receive_port(b":0904020008E9\r\n", now).unwrap();
        assert_eq!(relay.poll(now), Action::Send(&rtu_frame(9, &[4, 2, 0, 8])));
    }
}
