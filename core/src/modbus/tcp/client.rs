//! The client's state machine on TCP: which requests are under way, which bytes answer them, which
//! have waited too long.
//!
//! A reply counts only if transaction, unit, function, number of items and every echoed field fit
//! its request. Everything else (the late reply of a request that timed out, a duplicate, another
//! unit's reply) is reported as stray and changes nothing: the right reply may still come.
//!
//! ```
//! use parabus_core::modbus::client::{Event, Poll};
//! use parabus_core::modbus::tcp::Client;
//! use parabus_core::modbus::{FunctionCode, Request, Response, UnitId};
//!
//! let mut client = Client::<4>::new(1);
//! let request = Request::Read { function: FunctionCode::READ_HOLDING_REGISTERS, address: 107, quantity: 1 };
//! let mut frame = [0; 260];
//! let (id, length) = client.request(UnitId(17), &request, 0, 1000, &mut frame).unwrap();
//! assert_eq!(frame[..length], [0, 1, 0, 0, 0, 6, 17, 3, 0, 107, 0, 1]);
//! assert_eq!(client.poll(0), Poll::WaitUntil(1000));
//!
//! let (taken, event) = client.receive(&[0, 1, 0, 0, 0, 5, 17, 3, 2, 0x02, 0x2B]).unwrap();
//! let Some(Event::Reply { request, response: Response::Registers { registers, .. } }) = event else { panic!() };
//! assert_eq!((taken, request, registers.iter().next()), (11, id, Some(555)));
//! ```

use super::{HEADER, Splitter, emit_request, frame_length};
use crate::error::ErrorKind;
use crate::modbus::client::{ClientError, Event, Machine, Poll, RequestId, Stray};
use crate::modbus::{Expectation, FrameError, Identity, Request, Response, UnitId};

#[derive(Clone, Copy, Debug)]
struct Pending {
    transaction_id: u16,
    unit_id: UnitId,
    expectation: Expectation,
    timeout_us: u64,
    deadline_us: u64,
    /// How often it may still be sent again.
    retries: u8,
}

/// Transaction and unit of a request whose reply may still come.
type Owed = (u16, UnitId);

/// Requests without a reply that are remembered: their late replies may come behind any other.
const LOST: usize = 8;

/// Whether a reply was cut short and filled up with the beginning of the next one: a header of one that is
/// owed or of its own duplicate stands in it, or, while another is owed, what follows cannot be a header.
fn swallows(pdu: &[u8], rest: &[u8], own: Owed, owed: impl Iterator<Item = Owed> + Clone) -> bool {
    let is_header = |bytes: &[u8]| match bytes {
        [high, low, 0, 0, 0, _, unit] => {
            let found = (u16::from_be_bytes([*high, *low]), UnitId(*unit));
            found == own || owed.clone().any(|owed| owed == found)
        }
        _ => false,
    };
    owed.clone().next().is_some() && frame_length(rest).is_err() || pdu.windows(HEADER).any(is_header)
}

/// One connection's client with room for `N` requests under way.
#[derive(Clone, Debug)]
pub struct Client<const N: usize> {
    pending: [Option<Pending>; N],
    max_in_flight: usize,
    last_transaction: u16,
    retries: u8,
    /// The last ones that timed out on this connection, the newest first.
    lost: [Option<Owed>; LOST],
    splitter: Splitter,
    /// Whether no frame came on this connection yet.
    is_new: bool,
}

impl<const N: usize> Client<N> {
    /// At most `max_in_flight` requests at once, at least 1 and at most `N`. Many devices answer
    /// only one at a time.
    pub fn new(max_in_flight: usize) -> Self {
        Client {
            pending: [None; N],
            max_in_flight: max_in_flight.clamp(1, N.max(1)),
            last_transaction: 0,
            retries: 0,
            lost: [None; LOST],
            splitter: Splitter::default(),
            is_new: true,
        }
    }

    /// Asks up to so many times again when no reply comes.
    #[must_use]
    pub fn with_retries(self, retries: u8) -> Self {
        Client { retries, ..self }
    }

    /// Requests under way.
    pub fn in_flight(&self) -> usize {
        self.pending.iter().flatten().count()
    }

    /// Whether another request may be sent.
    pub fn has_room(&self) -> bool {
        self.in_flight() < self.max_in_flight
    }

    /// Writes a request's frame into `frame` (260 bytes always suffice) and waits for its reply
    /// until `now_us + timeout_us`. Gives the request's identity and the frame's length.
    pub fn request(
        &mut self,
        unit_id: UnitId,
        request: &Request<'_>,
        now_us: u64,
        timeout_us: u64,
        frame: &mut [u8],
    ) -> Result<(RequestId, usize), ClientError> {
        let transaction_id = self.free_transaction();
        let has_room = self.has_room();
        let free = self.pending.iter_mut().find(|slot| slot.is_none()).filter(|_| has_room);
        let slot = free.ok_or(ClientError::TooManyInFlight)?;
        let length = emit_request(frame, transaction_id, unit_id, request).map_err(ClientError::Frame)?;
        *slot = Some(Pending {
            transaction_id,
            unit_id,
            expectation: Expectation::of(request),
            timeout_us,
            deadline_us: now_us.saturating_add(timeout_us),
            retries: self.retries,
        });
        self.last_transaction = transaction_id;
        Ok((RequestId(transaction_id), length))
    }

    /// The next transaction that no request under way has. Ids go all the way round before one
    /// comes again, so that a late reply meets no newer request.
    fn free_transaction(&self) -> u16 {
        let taken = |id: u16| self.pending.iter().flatten().any(|pending| pending.transaction_id == id);
        let mut id = self.last_transaction.wrapping_add(1);
        while taken(id) {
            id = id.wrapping_add(1);
        }
        id
    }

    /// Takes bytes up to the end of one frame: how many, and what the frame amounts to. Call again
    /// with the rest. An error means that the stream is out of step: close the connection.
    pub fn receive(&mut self, bytes: &[u8]) -> Result<(usize, Option<Event<'_>>), FrameError> {
        let (taken, frame) = self.splitter.push(bytes)?;
        let Some(frame) = frame else { return Ok((taken, None)) };
        let is_first = core::mem::take(&mut self.is_new);
        let stray = |stray| Ok((taken, Some(Event::Stray(stray))));
        let is_its = |slot: &&mut Option<Pending>| slot.is_some_and(|p| p.transaction_id == frame.transaction_id);
        let Some(slot) = self.pending.iter_mut().find(is_its) else {
            let response = Response::parse(frame.pdu).ok().filter(|_| is_first);
            let identity = response.and_then(|response| Identity::of_response(&response));
            return match identity {
                Some(identity) => Ok((taken, Some(Event::Identity { unit_id: frame.unit_id, identity }))),
                None => stray(Stray::Transaction),
            };
        };
        let Some(pending) = *slot else { return stray(Stray::Transaction) };
        if !same_unit(pending.unit_id, frame.unit_id) {
            return stray(Stray::Unit);
        }
        let response = match Response::parse(frame.pdu) {
            Ok(response) if pending.expectation.is_met_by(&response) => response,
            Ok(_) => return stray(Stray::Mismatch),
            Err(error) => return stray(Stray::Malformed(error)),
        };
        *slot = None;
        let rest = bytes.get(taken..).unwrap_or_default();
        let own = (pending.transaction_id, pending.unit_id);
        let due = self.pending.iter().flatten().map(|other| (other.transaction_id, other.unit_id));
        if swallows(frame.pdu, rest, own, due.chain(self.lost.iter().flatten().copied())) {
            return Err(FrameError::new(ErrorKind::FrameLength, 4, "as many bytes as announced before the next reply"));
        }
        let response = pending.expectation.trimmed(response);
        Ok((taken, Some(Event::Reply { request: RequestId(frame.transaction_id), response })))
    }

    /// Requests whose time is over, one a call, or when the next one's will be.
    pub fn poll(&mut self, now_us: u64) -> Poll {
        let first =
            self.pending.iter_mut().filter(|slot| slot.is_some()).min_by_key(|slot| slot.map(|p| p.deadline_us));
        match first {
            Some(slot) => match *slot {
                Some(pending) if pending.deadline_us <= now_us && pending.retries > 0 => {
                    let deadline_us = now_us.saturating_add(pending.timeout_us);
                    *slot = Some(Pending { deadline_us, retries: pending.retries.saturating_sub(1), ..pending });
                    Poll::SendAgain(RequestId(pending.transaction_id))
                }
                Some(pending) if pending.deadline_us <= now_us => {
                    *slot = None;
                    self.lost.rotate_right(1);
                    if let Some(newest) = self.lost.first_mut() {
                        *newest = Some((pending.transaction_id, pending.unit_id));
                    }
                    Poll::TimedOut(RequestId(pending.transaction_id))
                }
                Some(pending) => Poll::WaitUntil(pending.deadline_us),
                None => Poll::Idle,
            },
            None => Poll::Idle,
        }
    }

    /// Starts over on a new connection: nothing is under way, no frame is begun. Transactions go
    /// on counting.
    pub fn reset(&mut self) {
        self.pending = [None; N];
        self.lost = [None; LOST];
        self.splitter.reset();
        self.is_new = true;
    }
}

impl<const N: usize> Machine for Client<N> {
    fn has_room(&self) -> bool {
        Client::has_room(self)
    }

    fn in_flight(&self) -> usize {
        Client::in_flight(self)
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

    fn receive(&mut self, bytes: &[u8], _now_us: u64) -> Result<(usize, Option<Event<'_>>), FrameError> {
        Client::receive(self, bytes)
    }

    fn poll(&mut self, now_us: u64) -> Poll {
        Client::poll(self, now_us)
    }

    fn is_within_frame(&self) -> bool {
        self.splitter.is_within_frame()
    }

    fn reset(&mut self, _now_us: u64) {
        Client::reset(self);
    }
}

/// On TCP, 0 and 255 both mean the device that was dialled (TCP guide, 4.4.2.1).
fn same_unit(asked: UnitId, answered: UnitId) -> bool {
    let is_dialled = |unit: UnitId| unit.0 == 0 || unit.0 == 255;
    asked == answered || is_dialled(asked) && is_dialled(answered)
}

#[cfg(test)]
mod tests {
    use super::super::emit_header;
    use super::*;
    use crate::modbus::FunctionCode;
    use std::vec::Vec;

    const READ_TWO: Request<'_> =
        Request::Read { function: FunctionCode::READ_HOLDING_REGISTERS, address: 10, quantity: 2 };

    fn sent(client: &mut Client<4>, now: u64) -> (RequestId, u16) {
        let mut frame = [0; 260];
        let (id, _) = client.request(UnitId(1), &READ_TWO, now, 100, &mut frame).unwrap();
        (id, u16::from_be_bytes([frame[0], frame[1]]))
    }

    fn reply(transaction: u16, unit: u8, pdu: &[u8]) -> Vec<u8> {
        let mut frame = std::vec![0; HEADER];
        frame.extend(pdu);
        emit_header(&mut frame, transaction, UnitId(unit), pdu.len()).unwrap();
        frame
    }

    /// Feeds bytes in chunks; registers of replies, and strays in between.
    fn feed(client: &mut Client<4>, bytes: &[u8], size: usize) -> (Vec<(RequestId, Vec<u16>)>, Vec<Stray>) {
        let (mut replies, mut strays) = (Vec::new(), Vec::new());
        for mut chunk in bytes.chunks(size) {
            while !chunk.is_empty() {
                let (taken, event) = client.receive(chunk).unwrap();
                match event {
                    Some(Event::Reply { request, response: Response::Registers { registers, .. } }) => {
                        replies.push((request, registers.iter().collect()));
                    }
                    Some(Event::Reply { request, .. }) => replies.push((request, Vec::new())),
                    Some(Event::Stray(stray)) => strays.push(stray),
                    Some(Event::Identity { .. }) | None => {}
                }
                chunk = &chunk[taken..];
            }
        }
        (replies, strays)
    }

    /// Whatever comes before it, in whatever chunks: the right reply is delivered, and nothing else.
    #[test]
    fn only_the_right_reply_answers() {
        let good = [3, 4, 0, 1, 0, 2];
        for size in [1, 5, 1000] {
            let mut client = Client::<4>::new(1);
            let (_, late) = sent(&mut client, 0);
            assert_eq!(client.poll(100), Poll::TimedOut(RequestId(late)));
            let (id, transaction) = sent(&mut client, 100);
            let wrong = [
                (reply(late, 1, &[3, 4, 9, 9, 9, 9]), Stray::Transaction),
                (reply(transaction.wrapping_add(7), 1, &good), Stray::Transaction),
                (reply(transaction, 2, &good), Stray::Unit),
                (reply(transaction, 1, &[4, 4, 9, 9, 9, 9]), Stray::Mismatch),
                (reply(transaction, 1, &[3, 2, 9, 9]), Stray::Mismatch),
                (reply(transaction, 1, &[3, 6, 9, 9, 9, 9, 9, 9]), Stray::Mismatch),
                (reply(transaction, 1, &[0x84, 2]), Stray::Mismatch),
            ];
            let mut stream: Vec<u8> = wrong.iter().flat_map(|(bytes, _)| bytes.clone()).collect();
            stream.extend(reply(transaction, 1, &[3, 4, 9, 9]));
            stream.extend(reply(transaction, 1, &good));
            stream.extend(reply(transaction, 1, &good));
            let (replies, strays) = feed(&mut client, &stream, size);
            assert_eq!(replies, [(id, std::vec![1, 2])]);
            let expected: Vec<Stray> = wrong.iter().map(|(_, stray)| *stray).collect();
            assert_eq!(strays[..7], expected);
            assert!(matches!(strays[7], Stray::Malformed(error) if error.kind() == ErrorKind::ByteCount));
            assert_eq!(strays[8..], [Stray::Transaction]);
            assert_eq!(client.poll(100), Poll::Idle);
        }
    }

    #[test]
    fn several_requests_are_answered_in_any_order_up_to_the_limit() {
        let mut client = Client::<4>::new(3);
        let ids: Vec<_> = (0..3).map(|now| sent(&mut client, now)).collect();
        let mut frame = [0; 260];
        assert_eq!(client.request(UnitId(1), &READ_TWO, 3, 100, &mut frame), Err(ClientError::TooManyInFlight));
        let stream: Vec<u8> = ids.iter().rev().flat_map(|(_, id)| reply(*id, 1, &[3, 4, 0, 0, 0, *id as u8])).collect();
        let (replies, _) = feed(&mut client, &stream, 1000);
        let want: Vec<_> = ids.iter().rev().map(|(id, transaction)| (*id, std::vec![0, *transaction])).collect();
        assert_eq!(replies, want);
        assert!(client.has_room());
    }

    #[test]
    fn time_is_called_in_order_of_deadlines() {
        let mut client = Client::<4>::new(2);
        let ((first, _), (second, transaction)) = (sent(&mut client, 0), sent(&mut client, 50));
        assert_eq!(client.poll(99), Poll::WaitUntil(100));
        assert_eq!(client.poll(120), Poll::TimedOut(first));
        assert_eq!(client.poll(120), Poll::WaitUntil(150));
        let (replies, _) = feed(&mut client, &reply(transaction, 1, &[0x83, 6]), 3);
        assert_eq!(replies, [(second, Vec::new())]);
        assert_eq!(client.poll(1000), Poll::Idle);
    }

    #[test]
    fn transactions_wrap_and_pass_over_those_under_way() {
        let mut client = Client::<4>::new(2);
        let (_, held) = sent(&mut client, 0);
        for _ in 0..65_600u32 {
            let (_, transaction) = sent(&mut client, 0);
            assert_ne!(transaction, held);
            assert_eq!(feed(&mut client, &reply(transaction, 1, &[3, 4, 0, 0, 0, 0]), 1000).0.len(), 1);
        }
    }

    #[test]
    fn unit_0_and_255_are_the_same_device_and_bits_are_trimmed() {
        let mut client = Client::<4>::new(1);
        let request = Request::Read { function: FunctionCode::READ_COILS, address: 0, quantity: 3 };
        client.request(UnitId(0), &request, 0, 100, &mut [0; 260]).unwrap();
        let bytes = reply(1, 255, &[1, 1, 0xFF]);
        let (_, event) = client.receive(&bytes).unwrap();
        assert!(matches!(event, Some(Event::Reply { response: Response::Bits { bits, .. }, .. }) if bits.len() == 3));
    }

    #[test]
    fn a_stream_out_of_step_is_an_error() {
        let mut client = Client::<4>::new(1);
        assert_eq!(client.receive(b"HTTP/1.1").unwrap_err().kind(), ErrorKind::ProtocolId);
    }

    /// A controller that dialled in says once who it is; the same bytes later answer nothing.
    #[test]
    fn the_first_frame_may_be_an_identity() {
        let mut pdu = std::vec![3, 22, 0, 42, 0, 5];
        pdu.extend([0, 0xD8, 0, 0x80, 0, 0x39, 0, 0x4E, 0, 0x8D, 0, 0xE9, 0, 1, 0x05, 0xF5, 0xE1, 0]);
        let bytes = reply(0, 111, &pdu);
        let mut client = Client::<4>::new(1);
        let (id, transaction) = sent(&mut client, 0);
        let (_, event) = client.receive(&bytes).unwrap();
        assert!(
            matches!(event, Some(Event::Identity { unit_id: UnitId(111), identity }) if identity.device_type == 42)
        );
        assert_eq!(client.receive(&bytes).unwrap().1, Some(Event::Stray(Stray::Transaction)));
        assert_eq!(feed(&mut client, &reply(transaction, 1, &[3, 4, 0, 0, 0, 0]), 5).0[0].0, id);
        client.reset();
        assert!(matches!(client.receive(&bytes).unwrap().1, Some(Event::Identity { .. })));
    }

    #[test]
    fn a_request_is_sent_again_as_often_as_said() {
        let mut client = Client::<4>::new(1).with_retries(2);
        let (id, transaction) = sent(&mut client, 0);
        assert_eq!(client.poll(99), Poll::WaitUntil(100));
        assert_eq!(client.poll(100), Poll::SendAgain(id));
        assert_eq!(client.poll(100), Poll::WaitUntil(200));
        assert_eq!(client.poll(210), Poll::SendAgain(id));
        // The reply to any of them will do.
        let mut again = client.clone();
        assert_eq!(feed(&mut again, &reply(transaction, 1, &[3, 4, 0, 0, 0, 0]), 5).0[0].0, id);
        assert_eq!(client.poll(310), Poll::TimedOut(id));
        assert_eq!(client.poll(310), Poll::Idle);
    }

    /// A server that sends fewer bytes than it announces, and the next reply at once: whatever is cut, no
    /// part of the next reply is taken for registers.
    #[test]
    fn a_reply_cut_short_is_not_filled_up_with_the_next_one() {
        let mut client = Client::<4>::new(4);
        let (_, first) = sent(&mut client, 0);
        let (_, second) = sent(&mut client, 0);
        let whole = reply(first, 1, &[3, 4, 0x11, 0x12, 0x13, 0x14]);
        let next = reply(second, 1, &[3, 4, 0x21, 0x22, 0x23, 0x24]);
        for kept in 7..whole.len() {
            let bytes = [&whole[..kept], &next].concat();
            // Where the function is filled up, too, the reply is no reply.
            match client.clone().receive(&bytes) {
                Err(refused) => assert_eq!((refused.kind(), refused.offset()), (ErrorKind::FrameLength, 4), "{kept}"),
                Ok((_, event)) => assert!(matches!(event, Some(Event::Stray(_))), "{kept} bytes kept: {event:?}"),
            }
        }
        // Registers that only look a little like a header are registers, and so they are with nothing else due.
        let close = reply(first, 1, &[3, 4, (second >> 8) as u8, second as u8, 0, 0]);
        assert_eq!(feed(&mut client.clone(), &[&close[..], &next].concat(), 100).0.len(), 2);
        let big = Request::Read { function: FunctionCode::READ_HOLDING_REGISTERS, address: 10, quantity: 4 };
        let mut alone = Client::<4>::new(4);
        alone.request(UnitId(1), &big, 0, 100, &mut [0; 260]).unwrap();
        assert_eq!(feed(&mut alone, &reply(1, 1, &[3, 8, 0, 2, 0, 0, 0, 7, 1, 3]), 100).0.len(), 1);
    }

    /// A reply cut short takes the beginning of the next one in, which is a late one or its own duplicate.
    #[test]
    fn a_reply_that_a_late_one_or_its_duplicate_filled_up_is_refused() {
        let good = [3, 4, 0, 1, 0, 2];
        for cut in 1..=4 {
            let mut client = Client::<4>::new(1);
            let (_, late) = sent(&mut client, 0);
            assert_eq!(client.poll(100), Poll::TimedOut(RequestId(late)));
            let (_, transaction) = sent(&mut client, 100);
            let whole = reply(transaction, 1, &good);
            let short = &whole[..whole.len() - cut];
            let stream = [short, &reply(late, 1, &good)].concat();
            assert!(client.receive(&stream).is_err(), "cut by {cut}, then a late one");
        }
        // Long enough for a whole header to stand in it.
        let long = Request::Read { function: FunctionCode::READ_HOLDING_REGISTERS, address: 0, quantity: 8 };
        let mut client = Client::<4>::new(1);
        let mut frame = [0; 260];
        client.request(UnitId(1), &long, 0, 100, &mut frame).unwrap();
        let transaction = u16::from_be_bytes([frame[0], frame[1]]);
        let whole = reply(transaction, 1, &[&[3, 16][..], &[7; 16]].concat());
        let stream = [&whole[..12], &whole].concat();
        assert!(client.receive(&stream).is_err(), "its duplicate");
        // What nobody owes is only noise behind a right reply.
        let mut client = Client::<4>::new(1);
        let (_, transaction) = sent(&mut client, 0);
        let stream = [&reply(transaction, 1, &good)[..], &[9, 9, 9]].concat();
        assert!(matches!(client.receive(&stream), Ok((13, Some(Event::Reply { .. })))));
    }
}
