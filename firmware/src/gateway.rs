//! The gateway as one machine: bytes from bus and uplink in, bytes and the next deadline out.

use core::fmt;

use heapless::Vec;
use parabus_core::gateway::Image;
use parabus_core::modbus::client::{ClientError, Event, Poll};
use parabus_core::modbus::rtu::Server;
use parabus_core::modbus::server::ServerPoll;
use parabus_core::modbus::{ExceptionCode, Line, MAX_PDU, RegisterKind, Request, Response, UnitId};

use crate::alarm::{Alarms, Transition};
use crate::bus::{Bus, Want, Work};
use crate::memory::Memory;
use crate::own::Own;
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
    /// Alerts.
    Alerts(usize),
    /// Conditions of all alerts, or numbers that they look at.
    Conditions(usize),
    /// Conditions of one alert.
    ConditionsOfOne(usize),
    /// Actions, or follow-ups, of one alert.
    ActionsOfOne(usize),
}

impl fmt::Display for CapacityError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (what, room) = match self {
            CapacityError::Units(room) => ("units", room),
            CapacityError::Groups(room) => ("groups", room),
            CapacityError::Words(room) => ("registers", room),
            CapacityError::Alerts(room) => ("alerts", room),
            CapacityError::Conditions(room) => ("conditions or points", room),
            CapacityError::ConditionsOfOne(room) => ("conditions of one alert", room),
            CapacityError::ActionsOfOne(room) => ("actions or follow-ups of one alert", room),
        };
        write!(f, "the image has too many {what}, expected at most {room}")
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

/// A gateway with room for so many units, groups of registers, registers, alerts and conditions.
#[derive(Debug)]
pub struct Gateway<
    const UNITS: usize,
    const GROUPS: usize,
    const WORDS: usize,
    const ALERTS: usize = 0,
    const CONDITIONS: usize = 0,
> {
    bus: Bus<UNITS>,
    points: Points<GROUPS, WORDS>,
    alarms: Alarms<ALERTS, CONDITIONS>,
    uplink: Server,
    /// Under which the gateway itself is asked.
    own_unit: UnitId,
    passing: Option<Passing>,
    /// A broadcast from the uplink that waits for the bus.
    broadcast: Option<Vec<u8, MAX_PDU>>,
    health: Health,
}

impl<const UNITS: usize, const GROUPS: usize, const WORDS: usize, const ALERTS: usize, const CONDITIONS: usize>
    Gateway<UNITS, GROUPS, WORDS, ALERTS, CONDITIONS>
{
    /// A gateway that polls what the image says, from `now_us` on.
    ///
    /// # Errors
    /// An image that does not fit.
    pub fn new(image: &Image<'_>, bus: Line, uplink: Line, now_us: u64) -> Result<Self, CapacityError> {
        let own_unit = image.own_unit();
        let own = Some(own_unit).filter(|own| *own != UnitId::BROADCAST);
        let units = image.units().map(|unit| unit.unit_id).chain(own).collect();
        Ok(Gateway {
            bus: Bus::new(image, bus, now_us)?,
            points: Points::new(image)?,
            alarms: Alarms::new(image, now_us)?,
            own_unit,
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

    /// The relay is to be closed: an alert wants it.
    pub fn is_relay_closed(&self) -> bool {
        self.alarms.is_relay_closed()
    }

    /// Somebody has seen the last record of every alert.
    pub fn confirm(&mut self, now_us: u64) {
        self.alarms.confirm(now_us);
    }

    /// What happened to alerts since the start, as far as it is still known, oldest first; each with its
    /// number, from 1.
    pub fn transitions(&self) -> impl Iterator<Item = (u32, Transition)> + '_ {
        self.alarms.ring.iter()
    }

    /// Goes on with alerts as they were stored, and gives how many of them; before anything was polled.
    /// `start_ms` is the instant that the board's clock of the real time shows, 0 without one: the time that
    /// the gateway was off does not count then. What was stored of an alert that says something else now is
    /// but the number of its last record.
    ///
    /// # Errors
    /// Of the memory. Alerts that were read go on all the same.
    pub fn restore<M: Memory>(&mut self, memory: &mut M, start_ms: i64, now_us: u64) -> Result<usize, M::Error> {
        self.alarms.restore(memory, start_ms, now_us)
    }

    /// Stores alerts of which something happened.
    ///
    /// # Errors
    /// Of the memory. What was not stored then is stored the next time.
    pub fn store<M: Memory>(&mut self, memory: &mut M) -> Result<(), M::Error> {
        self.alarms.store(memory)
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
                        if let Some(unit_id) = self.bus.finished() {
                            self.alarms.cycle(unit_id, &self.points, now_us);
                        }
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
        if unit_id == self.own_unit && unit_id != UnitId::BROADCAST {
            self.uplink.answer(&mut Own { alarms: &mut self.alarms, now_us });
            self.health.answered = self.health.answered.wrapping_add(1);
            return;
        }
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
        self.alarms.tick(now_us);
        let alarm_us = self.alarms.wake_us();
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
        wait_us = wait_us.min(alarm_us);
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
            Some(Work::Group { index, retries }) if self.bus.fail(index, retries, now_us) => {
                self.points.silence(index);
                if let Some((unit_id, _)) = self.points.unit_and_group(index) {
                    self.alarms.cycle(unit_id, &self.points, now_us);
                }
            }
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
