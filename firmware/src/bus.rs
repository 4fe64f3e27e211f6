//! The bus: whose turn it is, and the machine that asks.

use heapless::Vec;
use parabus_core::gateway::{Image, Unit};
use parabus_core::modbus::Line;
use parabus_core::modbus::client::ClientError;
use parabus_core::modbus::rtu::{Client, MAX_FRAME};
use parabus_core::modbus::{Request, UnitId};
use parabus_core::schedule::{BackOff, DeviceSchedule, Next, next};

use crate::CapacityError;

/// What the request under way is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Work {
    /// The reading of a group, with repetitions left.
    Group { index: usize, retries: u8 },
    /// The request from the uplink of this identity.
    Passed { id: u16 },
    /// A broadcast from the uplink.
    Broadcast,
}

/// Groups of a unit whose turn it is.
#[derive(Clone, Copy, Debug)]
struct Turn {
    unit: usize,
    next_group: usize,
    end_group: usize,
    retries: u8,
}

/// What the bus wants to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Want {
    /// Read this group.
    Read { index: usize, retries: u8 },
    /// Nothing before this time, microseconds.
    WaitUntil(u64),
}

#[derive(Debug)]
pub(crate) struct Bus<const UNITS: usize> {
    pub client: Client,
    pub work: Option<Work>,
    units: Vec<Unit, UNITS>,
    schedules: Vec<DeviceSchedule, UNITS>,
    turn: Option<Turn>,
    /// A reading to repeat.
    again: Option<(usize, u8)>,
    timeout_us: u64,
    jitter: u32,
    frame: [u8; MAX_FRAME],
}

impl<const UNITS: usize> Bus<UNITS> {
    pub fn new(image: &Image<'_>, line: Line, now_us: u64) -> Result<Self, CapacityError> {
        let mut units = Vec::new();
        for unit in image.units() {
            units.push(unit).map_err(|_| CapacityError::Units(UNITS))?;
        }
        let count = units.len();
        let first = now_us / 1000;
        let schedule =
            |(index, unit): (usize, &Unit)| DeviceSchedule::staggered(unit.period_ms.into(), index, count, first);
        let schedules = units.iter().enumerate().map(schedule).collect();
        let timeout_us = u64::from(image.timeout_ms()) * 1000;
        Ok(Bus {
            client: Client::new(line),
            work: None,
            units,
            schedules,
            turn: None,
            again: None,
            timeout_us,
            jitter: 1,
            frame: [0; MAX_FRAME],
        })
    }

    /// What is to be read next. `groups_of` gives the first group of a unit and their number.
    pub fn next(&mut self, now_us: u64, groups_of: impl Fn(UnitId) -> (usize, usize)) -> Want {
        if let Some((index, retries)) = self.again.take() {
            return Want::Read { index, retries };
        }
        loop {
            if let Some(turn) = &mut self.turn {
                if turn.next_group < turn.end_group {
                    let index = turn.next_group;
                    turn.next_group += 1;
                    return Want::Read { index, retries: turn.retries };
                }
                let unit = turn.unit;
                self.turn = None;
                if let Some(schedule) = self.schedules.get_mut(unit) {
                    schedule.succeed(now_us / 1000);
                }
            }
            match next(&self.schedules, now_us / 1000) {
                Next::Due(index) => {
                    let Some(unit) = self.units.get(index) else { return Want::WaitUntil(u64::MAX) };
                    let (first, count) = groups_of(unit.unit_id);
                    // A unit that failed is asked once until it answers again.
                    let has_failed = self.schedules.get(index).is_some_and(|schedule| schedule.failures() > 0);
                    let retries = if has_failed { 0 } else { unit.retries };
                    self.turn = Some(Turn { unit: index, next_group: first, end_group: first + count, retries });
                }
                Next::WaitUntil(at_ms) => return Want::WaitUntil(at_ms.saturating_mul(1000)),
                Next::Idle => return Want::WaitUntil(u64::MAX),
            }
        }
    }

    /// The unit of which everything was read, while its turn lasts.
    pub fn finished(&self) -> Option<UnitId> {
        let turn = self.turn.filter(|turn| turn.next_group >= turn.end_group && self.again.is_none())?;
        self.units.get(turn.unit).map(|unit| unit.unit_id)
    }

    /// Starts a request; gives the length of its frame, or why not.
    pub fn start(
        &mut self,
        unit_id: UnitId,
        request: &Request<'_>,
        work: Work,
        now_us: u64,
    ) -> Result<usize, ClientError> {
        let (_, length) = self.client.request(unit_id, request, now_us, self.timeout_us, &mut self.frame)?;
        self.work = Some(work);
        Ok(length)
    }

    /// The frame that was started.
    pub fn frame(&self, length: usize) -> &[u8] {
        self.frame.get(..length).unwrap_or_default()
    }

    /// A reading that could not be sent yet.
    pub fn put_back(&mut self, index: usize, retries: u8) {
        self.again = Some((index, retries));
    }

    /// The unit whose turn it is did not answer. True if it is given up until its next turn.
    pub fn fail(&mut self, index: usize, retries: u8, now_us: u64) -> bool {
        if retries > 0 {
            self.again = Some((index, retries - 1));
            return false;
        }
        let Some(turn) = self.turn.take() else { return true };
        // xorshift: units that failed together do not come back together.
        self.jitter ^= self.jitter << 13;
        self.jitter ^= self.jitter >> 17;
        self.jitter ^= self.jitter << 5;
        if let Some(schedule) = self.schedules.get_mut(turn.unit) {
            schedule.fail(now_us / 1000, self.jitter, &BackOff::default());
        }
        true
    }
}
