//! What the client machines of all transports have in common: identities of requests, events, errors.
//!
//! A machine takes requests, bytes and time, and gives bytes and events. A reply counts only if it
//! fits its request; everything else is reported as [`Stray`] and changes nothing. Time is in
//! microseconds of any clock that does not go back.

use core::fmt;

use super::{FrameError, Identity, Request, Response, UnitId};
use crate::error::ErrorKind;

/// A request under way.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RequestId(pub(crate) u16);

/// A request that cannot be sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ClientError {
    /// As many requests are under way as the limit allows.
    TooManyInFlight,
    /// A serial line has to be silent until this time: ask again then.
    NotBefore(u64),
    /// The request is no legal frame, or the buffer is too small for it.
    Frame(FrameError),
}

impl ClientError {
    /// Stable kind.
    pub const fn kind(&self) -> ErrorKind {
        match self {
            ClientError::TooManyInFlight => ErrorKind::TooManyInFlight,
            ClientError::NotBefore(_) => ErrorKind::NotBefore,
            ClientError::Frame(error) => error.kind(),
        }
    }
}

impl fmt::Display for ClientError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            ClientError::TooManyInFlight => {
                f.write_str("too many requests in flight, expected a reply or a time-out first")
            }
            ClientError::NotBefore(time) => {
                write!(f, "the line has to be silent until {time} µs, expected a later request")
            }
            ClientError::Frame(error) => error.fmt(f),
        }
    }
}

impl core::error::Error for ClientError {}

/// Why a frame answered nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stray {
    /// No request under way awaits it: a late reply, or a duplicate.
    Transaction,
    /// The transaction's request went to another unit.
    Unit,
    /// Function, number of items or an echoed field differ from the request.
    Mismatch,
    /// What came back from the line is not what was sent: somebody else spoke.
    Collision,
    /// The PDU breaks the standard.
    Malformed(FrameError),
}

/// What received bytes amount to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Event<'a> {
    /// The reply to a request, which is no longer under way. Bits are trimmed to those asked for.
    Reply {
        /// The request.
        request: RequestId,
        /// Values, echo, or exception.
        response: Response<'a>,
    },
    /// A controller that dialled in says who it is, unasked (DOMAIN.md 2.10). Only the first frame of a
    /// TCP connection is taken for that.
    Identity {
        /// The unit that it wants to be addressed as.
        unit_id: UnitId,
        /// Who it is.
        identity: Identity,
    },
    /// A frame that answers nothing.
    Stray(Stray),
}

/// What time brings.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Poll {
    /// This request waited too long and is no longer under way. Ask again: there may be more.
    TimedOut(RequestId),
    /// This request's reply did not come: send the same frame again now. It is waited for as long as
    /// the first time.
    SendAgain(RequestId),
    /// This broadcast was sent, the units had time to obey; nobody answers.
    Sent(RequestId),
    /// Nothing before this time, of the machine's own clock.
    WaitUntil(u64),
    /// No request is under way, and one may be sent.
    Idle,
}

/// What a program needs of the client machine of any transport.
pub trait Machine {
    /// Whether another request may be sent now, as far as those under way matter.
    fn has_room(&self) -> bool;

    /// Requests under way.
    fn in_flight(&self) -> usize;

    /// Writes the frame of a request, to be sent at once, and waits for its reply: see the transport's.
    ///
    /// # Errors
    /// A request that cannot be sent, or not now.
    fn request(
        &mut self,
        unit_id: UnitId,
        request: &Request<'_>,
        now_us: u64,
        timeout_us: u64,
        frame: &mut [u8],
    ) -> Result<(RequestId, usize), ClientError>;

    /// Takes bytes: how many, and what they amount to. Call again with the rest.
    ///
    /// # Errors
    /// The stream is out of step: close the connection.
    fn receive(&mut self, bytes: &[u8], now_us: u64) -> Result<(usize, Option<Event<'_>>), FrameError>;

    /// What time brings. Ask again until it says to wait.
    fn poll(&mut self, now_us: u64) -> Poll;

    /// Whether a frame has begun whose rest is still to come, on a transport without marks between frames:
    /// should the rest never come, the next frames are taken for it. Others find back by themselves.
    fn is_within_frame(&self) -> bool {
        false
    }

    /// Starts over on a new connection.
    fn reset(&mut self, now_us: u64);
}
