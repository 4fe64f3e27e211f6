//! One request at a time on a line that units share: what is under way, whose reply may still come,
//! when the line is free. The client machines of RTU and ASCII differ only in how they find a frame.

use super::client::{ClientError, Poll, RequestId};
use super::rtu::{START, crc16, crc16_on};
use super::{Expectation, FrameError, Line, Request, UnitId};
use crate::error::ErrorKind;

/// Pause after a broadcast, in which units do what they were told (Modbus over Serial Line V1.02,
/// 2.4.1: 100 to 200 ms).
const TURNAROUND_US: u64 = 100_000;

/// Replies given up that are remembered at once. More than two need time-outs that differ much.
const MOST_LATE: usize = 4;

/// Bytes at the end of a frame that do not tell it from others: the CRC, or the line end.
const ECHO_TAIL: usize = 2;

/// What a reply must look like.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Awaited {
    pub unit_id: UnitId,
    pub expectation: Expectation,
    /// CRC of the request: replies do not say everything that was asked.
    question: u16,
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
}

#[derive(Clone, Copy, Debug)]
struct Pending {
    id: u16,
    awaited: Awaited,
    timeout_us: u64,
    deadline_us: u64,
    /// Bytes of its frame, and how long its reply may take on the line.
    length: usize,
    reply_us: u64,
    /// How often it may still be sent again.
    retries: u8,
}

/// Replies that may still come to a question, and until when they are reckoned with.
#[derive(Clone, Copy, Debug)]
struct Late {
    awaited: Awaited,
    until_us: u64,
    replies: u8,
}

/// What came, apart from the echo of what was sent.
pub(super) struct Heard<'b> {
    /// Bytes that were echo.
    pub echo: usize,
    /// The bytes behind it.
    pub rest: &'b [u8],
    /// Whether a silence parts them from what came before.
    pub is_parted: bool,
    /// Whether the echo is not what was sent.
    pub is_collision: bool,
}

/// Bookkeeping of one line.
#[derive(Clone, Debug)]
pub(super) struct Exchange {
    line: Line,
    retries: u8,
    pending: Option<Pending>,
    late: [Option<Late>; MOST_LATE],
    last_id: u16,
    /// When the last byte passed, sent or received.
    heard_us: u64,
    /// Bytes of an own frame that are still to come back, the CRC of those that did, and of all. Without
    /// the last two: behind its own CRC that of every frame is 0.
    echo_left: usize,
    echo_crc: u16,
    echo_want: u16,
    /// Somebody else spoke: the own frame may still come back, and could be taken for its reply.
    is_spoiled: bool,
}

impl Exchange {
    pub const fn new(line: Line) -> Self {
        Exchange {
            line,
            retries: 0,
            pending: None,
            late: [None; MOST_LATE],
            last_id: 0,
            heard_us: 0,
            echo_left: 0,
            echo_crc: START,
            echo_want: START,
            is_spoiled: false,
        }
    }

    pub const fn with_retries(self, retries: u8) -> Self {
        Exchange { retries, ..self }
    }

    pub const fn is_busy(&self) -> bool {
        self.pending.is_some()
    }

    /// Whether a request may be sent at all, before anything is written.
    pub fn admit(&self, unit_id: UnitId, request: &Request<'_>) -> Result<(), ClientError> {
        if self.pending.is_some() {
            return Err(ClientError::TooManyInFlight);
        }
        if unit_id == UnitId::BROADCAST && request.is_read() {
            let error = FrameError::new(ErrorKind::UnitId, 0, "a unit 1 to 255, reads are not broadcast");
            return Err(ClientError::Frame(error));
        }
        Ok(())
    }

    /// What the reply to this PDU must look like, if the line is free for it now.
    pub fn free(
        &self,
        unit_id: UnitId,
        request: &Request<'_>,
        pdu: &[u8],
        now_us: u64,
    ) -> Result<Awaited, ClientError> {
        let awaited = Awaited { unit_id, expectation: Expectation::of(request), question: crc16(pdu) };
        let ready_us = self.ready_at(&awaited, now_us);
        if now_us < ready_us { Err(ClientError::NotBefore(ready_us)) } else { Ok(awaited) }
    }

    /// The frame is sent now; its reply has at most so many bytes on the line.
    pub fn start(
        &mut self,
        awaited: Awaited,
        frame: &[u8],
        reply_length: usize,
        now_us: u64,
        timeout_us: u64,
    ) -> RequestId {
        self.last_id = self.last_id.wrapping_add(1);
        let is_broadcast = awaited.unit_id == UnitId::BROADCAST;
        let pending = Pending {
            id: self.last_id,
            awaited,
            timeout_us,
            deadline_us: 0,
            length: frame.len(),
            reply_us: self.line.duration_us(reply_length),
            retries: if is_broadcast { 0 } else { self.retries },
        };
        let checked = frame.get(..frame.len().saturating_sub(ECHO_TAIL)).unwrap_or_default();
        self.echo_want = if self.line.has_echo() { crc16(checked) } else { START };
        self.send(pending, now_us);
        RequestId(self.last_id)
    }

    /// Reckons from the frame's way on the line.
    fn send(&mut self, pending: Pending, now_us: u64) {
        let sent_us = now_us.saturating_add(self.line.duration_us(pending.length));
        let is_broadcast = pending.awaited.unit_id == UnitId::BROADCAST;
        let wait_us = if is_broadcast { TURNAROUND_US } else { pending.timeout_us.saturating_add(pending.reply_us) };
        self.pending = Some(Pending { deadline_us: sent_us.saturating_add(wait_us), ..pending });
        self.heard_us = sent_us;
        self.echo_left = if self.line.has_echo() { pending.length } else { 0 };
        (self.echo_crc, self.is_spoiled) = (START, false);
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
        let is_same = |slot: &&mut Option<Late>| slot.is_some_and(|late| late.awaited == pending.awaited);
        let is_free = |slot: &&mut Option<Late>| slot.is_none_or(|late| late.until_us <= now_us);
        if let Some(Some(late)) = self.late.iter_mut().find(is_same) {
            let is_over = late.until_us.saturating_add(pending.timeout_us) <= now_us;
            late.replies = if is_over { 1 } else { late.replies.saturating_add(1) };
            late.until_us = until_us;
        } else if let Some(slot) = self.late.iter_mut().find(is_free) {
            *slot = Some(Late { awaited: pending.awaited, until_us, replies: 1 });
        }
    }

    fn silent_at(&self) -> u64 {
        self.heard_us.saturating_add(self.line.t3_5_us().into())
    }

    /// Bytes that came, the last of them at `now_us`.
    pub fn hear<'b>(&mut self, bytes: &'b [u8], now_us: u64) -> Heard<'b> {
        let is_parted = self.line.is_parted(self.heard_us, now_us, bytes.len());
        self.heard_us = self.heard_us.max(now_us);
        let (echo, rest) = bytes.split_at_checked(self.echo_left).unwrap_or((bytes, &[]));
        let checked = echo.get(..self.echo_left.saturating_sub(ECHO_TAIL)).unwrap_or(echo);
        self.echo_left = self.echo_left.saturating_sub(echo.len());
        self.echo_crc = crc16_on(self.echo_crc, checked);
        let is_collision = !echo.is_empty() && self.echo_left == 0 && self.echo_crc != self.echo_want;
        self.is_spoiled |= is_collision;
        Heard { echo: echo.len(), rest, is_parted, is_collision }
    }

    /// Whether the PDU of a reply is the own frame that comes back late: once, behind a collision.
    pub fn is_echo(&mut self, awaited: &Awaited, pdu: &[u8]) -> bool {
        let is_echo = self.is_spoiled && crc16(pdu) == awaited.question;
        self.is_spoiled &= !is_echo;
        is_echo
    }

    /// The replies that what comes may be: that to the request under way, or those given up.
    pub fn awaited(&self, now_us: u64) -> [Option<Awaited>; MOST_LATE] {
        match &self.pending {
            Some(pending) => [Some(pending.awaited), None, None, None],
            None => self.late.map(|late| late.filter(|late| now_us < late.until_us).map(|late| late.awaited)),
        }
    }

    /// A reply came: to the request under way, or `None` if it is a late one.
    pub fn settle(&mut self, awaited: &Awaited) -> Option<RequestId> {
        let slot = self.late.iter_mut().find(|slot| slot.is_some_and(|late| late.awaited == *awaited));
        let pending = self.pending.take();
        if let Some(slot) = slot {
            match &pending {
                // A question asked several times was answered once: the other replies may still come, that
                // to this request as late as if it had been given up. A unit that is always that slow
                // would be one reply behind otherwise.
                Some(pending) => {
                    let until_us = pending.deadline_us.saturating_add(pending.timeout_us);
                    slot.iter_mut().for_each(|late| late.until_us = late.until_us.max(until_us));
                }
                None => {
                    slot.iter_mut().for_each(|late| late.replies = late.replies.saturating_sub(1));
                    *slot = slot.filter(|late| late.replies > 0);
                }
            }
        }
        pending.map(|pending| RequestId(pending.id))
    }

    /// A request whose time is over, or until when the line has to be left alone.
    pub fn poll(&mut self, now_us: u64) -> Poll {
        let Some(pending) = self.pending else {
            return if now_us < self.silent_at() { Poll::WaitUntil(self.silent_at()) } else { Poll::Idle };
        };
        if now_us < pending.deadline_us {
            return Poll::WaitUntil(pending.deadline_us);
        }
        let id = RequestId(pending.id);
        if pending.retries > 0 {
            if now_us < self.silent_at() {
                return Poll::WaitUntil(self.silent_at());
            }
            self.give_up(&pending, now_us);
            self.send(Pending { retries: pending.retries.saturating_sub(1), ..pending }, now_us);
            return Poll::SendAgain(id);
        }
        self.pending = None;
        (self.echo_left, self.is_spoiled) = (0, false);
        if pending.awaited.unit_id == UnitId::BROADCAST {
            return Poll::Sent(id);
        }
        self.give_up(&pending, now_us);
        Poll::TimedOut(id)
    }

    /// Starts over on a new connection. The line behind it may be the same, so late replies are
    /// reckoned with as before, that to a request under way among them.
    pub fn reset(&mut self, now_us: u64) {
        if let Some(pending) = self.pending.take()
            && pending.awaited.unit_id != UnitId::BROADCAST
        {
            self.give_up(&pending, now_us);
        }
        (self.echo_left, self.is_spoiled) = (0, false);
    }
}
