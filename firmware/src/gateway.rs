//! The gateway as one machine: bytes from bus and uplink in, bytes and the next deadline out.

use core::fmt;

use heapless::Vec;
use parabus_core::gateway::Image;
use parabus_core::modbus::client::{ClientError, Event, Poll};
use parabus_core::modbus::rtu::Server;
use parabus_core::modbus::server::ServerPoll;
use parabus_core::modbus::{ExceptionCode, Line, MAX_PDU, RegisterKind, Request, Response, UnitId};

use crate::bus::{Bus, Want, Work};
use crate::points::{Known, Points};

/// The image asks for more than this build has room for; the number says for how many it has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CapacityError {
    /// Units.
    Units(usize),
    /// Groups of registers.
    Groups(usize),
    /// Registers; sixteen bits count as one.
    Words(usize),
}

impl fmt::Display for CapacityError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            CapacityError::Units(room) => write!(f, "the image has too many units, expected at most {room}"),
            CapacityError::Groups(room) => write!(f, "the image has too many groups, expected at most {room}"),
            CapacityError::Words(room) => write!(f, "the image has too many registers, expected at most {room}"),
        }
    }
}

impl core::error::Error for CapacityError {}

/// What is to be done now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Action<'a> {
    /// Send these bytes to the bus.
    SendBus(&'a [u8]),
    /// Send these bytes to the uplink.
    SendUplink(&'a [u8]),
    /// Nothing before this time, microseconds, unless bytes come.
    WaitUntil(u64),
}

/// Counts since the start, for those who look after it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Health {
    /// Groups read.
    pub read: u32,
    /// Requests without an answer.
    pub timeouts: u32,
    /// Requests that a unit refused.
    pub exceptions: u32,
    /// Requests from the uplink answered from the last values.
    pub answered: u32,
    /// Requests from the uplink passed on to the bus.
    pub passed: u32,
}

/// The request from the uplink that goes to the bus.
#[derive(Clone, Copy, Debug)]
struct Passing {
    id: u16,
    unit_id: UnitId,
}

/// A gateway with room for so many units, groups of registers and registers.
#[derive(Debug)]
pub struct Gateway<const UNITS: usize, const GROUPS: usize, const WORDS: usize> {
    bus: Bus<UNITS>,
    points: Points<GROUPS, WORDS>,
    uplink: Server,
    passing: Option<Passing>,
    /// A broadcast from the uplink that waits for the bus.
    broadcast: Option<Vec<u8, MAX_PDU>>,
    health: Health,
}

impl<const UNITS: usize, const GROUPS: usize, const WORDS: usize> Gateway<UNITS, GROUPS, WORDS> {
    /// A gateway that polls what the image says, from `now_us` on.
    ///
    /// # Errors
    /// An image that does not fit.
    pub fn new(image: &Image<'_>, bus: Line, uplink: Line, now_us: u64) -> Result<Self, CapacityError> {
        let units = image.units().map(|unit| unit.unit_id).collect();
        Ok(Gateway {
            bus: Bus::new(image, bus, now_us)?,
            points: Points::new(image)?,
            uplink: Server::new(units, uplink),
            passing: None,
            broadcast: None,
            health: Health::default(),
        })
    }

    /// Counts since the start.
    pub const fn health(&self) -> Health {
        self.health
    }

    /// Groups with a fresh value, and all groups.
    pub fn fresh(&self, now_us: u64) -> (usize, usize) {
        (self.points.fresh(now_us), self.points.groups())
    }

    /// Takes bytes from the bus, the last of which came at `now_us`.
    pub fn receive_bus(&mut self, mut bytes: &[u8], now_us: u64) {
        while !bytes.is_empty() {
            let (taken, event) = self.bus.client.receive(bytes, now_us);
            if let Some(Event::Reply { response, .. }) = event {
                if matches!(response, Response::Exception { .. }) {
                    self.health.exceptions = self.health.exceptions.wrapping_add(1);
                }
                match self.bus.work.take() {
                    Some(Work::Group { index, .. }) => {
                        self.health.read = self.health.read.wrapping_add(1);
                        self.points.store(index, &response, now_us);
                    }
                    Some(Work::Passed { id }) => {
                        // Whoever asked may have given up and asked something else since.
                        if let Some(passing) = self.passing.take_if(|passing| passing.id == id) {
                            finish(&mut self.uplink, passing, &response);
                        }
                    }
                    Some(Work::Broadcast) | None => {}
                }
            }
            bytes = bytes.get(taken..).unwrap_or_default();
        }
    }

    /// Takes bytes from the uplink, the last of which came at `now_us`.
    pub fn receive_uplink(&mut self, mut bytes: &[u8], now_us: u64) {
        while !bytes.is_empty() {
            let taken = self.uplink.receive(bytes, now_us);
            bytes = bytes.get(taken..).unwrap_or_default();
            self.decide(now_us);
        }
    }

    /// Answers the uplink's request from the last values, or lets it pass to the bus.
    fn decide(&mut self, now_us: u64) {
        let Some(asked) = self.uplink.request() else { return };
        if self.passing.is_some_and(|passing| passing.id == asked.id) {
            return;
        }
        let (id, unit_id) = (asked.id, asked.unit_id);
        let known = match Request::parse(asked.pdu) {
            Ok(request) if unit_id == UnitId::BROADCAST && request.is_read() => return self.uplink.ignore(),
            Ok(Request::Read { function, address, quantity }) => RegisterKind::of_read_function(function)
                .map_or(Known::No, |kind| self.points.known(unit_id, kind, address, quantity, now_us)),
            Ok(_) => Known::No,
            // What breaks the standard is refused here.
            Err(_) => Known::All,
        };
        match known {
            Known::All => self.uplink.answer(&mut self.points),
            Known::Refused(code) => refuse(&mut self.uplink, id, code),
            // Nobody waits for a broadcast: it must not be lost to the next request.
            Known::No if unit_id == UnitId::BROADCAST && self.broadcast.is_none() => {
                self.broadcast = Vec::from_slice(asked.pdu).ok();
                self.uplink.ignore();
                return;
            }
            Known::No => {
                // One that was passed on and is waited for no longer: its reply answers nothing.
                self.passing = Some(Passing { id, unit_id });
                return;
            }
        }
        self.health.answered = self.health.answered.wrapping_add(1);
    }

    /// What is to be done now; ask again until it says to wait.
    pub fn poll(&mut self, now_us: u64) -> Action<'_> {
        let mut wait_us = match self.bus.client.poll(now_us) {
            Poll::TimedOut(_) => {
                self.lose(now_us);
                u64::MAX
            }
            Poll::Sent(_) => {
                self.bus.work = None;
                u64::MAX
            }
            // Made without repetitions: the schedule decides.
            Poll::SendAgain(_) => u64::MAX,
            Poll::WaitUntil(at) => at,
            Poll::Idle => u64::MAX,
        };
        if !self.bus.client.is_busy() {
            match self.start(now_us) {
                Ok(length) => return Action::SendBus(self.bus.frame(length)),
                Err(at) => wait_us = if wait_us == u64::MAX { at } else { wait_us.min(at) },
            }
        }
        match self.uplink.poll(now_us) {
            ServerPoll::Send(bytes) => Action::SendUplink(bytes),
            ServerPoll::WaitUntil(at) => Action::WaitUntil(at.min(wait_us)),
            ServerPoll::Idle => Action::WaitUntil(wait_us),
        }
    }

    /// The request under way was not answered.
    fn lose(&mut self, now_us: u64) {
        self.health.timeouts = self.health.timeouts.wrapping_add(1);
        match self.bus.work.take() {
            Some(Work::Group { index, retries }) if self.bus.fail(index, retries, now_us) => self.points.silence(index),
            Some(Work::Passed { id }) => {
                if let Some(passing) = self.passing.take_if(|passing| passing.id == id) {
                    let code = ExceptionCode::GATEWAY_TARGET_DEVICE_FAILED_TO_RESPOND;
                    refuse(&mut self.uplink, passing.id, code);
                }
            }
            Some(Work::Group { .. } | Work::Broadcast) | None => {}
        }
    }

    /// Starts the next request on the bus: the length of its frame, or when to try again.
    fn start(&mut self, now_us: u64) -> Result<usize, u64> {
        if let Some(Ok(request)) = self.broadcast.as_deref().map(Request::parse) {
            match self.bus.start(UnitId::BROADCAST, &request, Work::Broadcast, now_us) {
                Ok(length) => {
                    if let Some((kind, address, quantity)) = request.writes() {
                        self.points.forget(UnitId::BROADCAST, kind, address, quantity);
                    }
                    self.broadcast = None;
                    self.health.passed = self.health.passed.wrapping_add(1);
                    return Ok(length);
                }
                Err(ClientError::NotBefore(at)) => return Err(at),
                Err(_) => self.broadcast = None,
            }
        }
        if let Some(passing) = self.passing {
            let asked = self.uplink.request().filter(|asked| asked.id == passing.id);
            let request = asked.map(|asked| Request::parse(asked.pdu));
            if let Some(Ok(request)) = request {
                match self.bus.start(passing.unit_id, &request, Work::Passed { id: passing.id }, now_us) {
                    Ok(length) => {
                        self.health.passed = self.health.passed.wrapping_add(1);
                        // Whatever becomes of it: what was read of these registers may be old now.
                        if let Some((kind, address, quantity)) = request.writes() {
                            self.points.forget(passing.unit_id, kind, address, quantity);
                        }
                        return Ok(length);
                    }
                    Err(ClientError::NotBefore(at)) => return Err(at),
                    Err(_) => refuse(&mut self.uplink, passing.id, ExceptionCode::GATEWAY_PATH_UNAVAILABLE),
                }
            }
            // Given up by whoever asked, or refused.
            self.passing = None;
        }
        let points = &self.points;
        match self.bus.next(now_us, |unit_id| points.groups_of(unit_id)) {
            Want::WaitUntil(at) => Err(at),
            Want::Read { index, retries } => {
                let Some((unit_id, group)) = self.points.unit_and_group(index) else { return Err(now_us) };
                let request = Request::Read {
                    function: group.kind.read_function(),
                    address: group.address,
                    quantity: group.quantity,
                };
                self.bus.start(unit_id, &request, Work::Group { index, retries }, now_us).map_err(|error| {
                    self.bus.put_back(index, retries);
                    match error {
                        ClientError::NotBefore(at) => at,
                        // The image was checked: no group is illegal.
                        _ => u64::MAX,
                    }
                })
            }
        }
    }
}

/// Hands a unit's reply to whoever asked.
fn finish(uplink: &mut Server, passing: Passing, response: &Response<'_>) {
    let mut pdu = [0; MAX_PDU];
    if let Ok(length) = response.emit(&mut pdu) {
        uplink.reply(passing.id, pdu.get(..length).unwrap_or_default());
    }
}

fn refuse(uplink: &mut Server, id: u16, code: ExceptionCode) {
    let Some(asked) = uplink.request().filter(|asked| asked.id == id) else { return };
    let function = asked.pdu.first().map_or(0, |function| function | 0x80);
    uplink.reply(id, &[function, code.0]);
}

#[cfg(test)]
mod tests;
