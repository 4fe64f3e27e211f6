//! Events of an EM-130. Its register map is not published: this one is **invented** (D-32), and the
//! simulator plays it. Numbers of events pass through untouched; astronomic times are seconds after
//! local midnight, as EM-481 has them at the same addresses.

use std::collections::HashMap;

use parabus_core::modbus::UnitId;
use parking_lot::Mutex;

use super::{ControllerError, read};
use crate::link::Link;
use crate::model::Connection;

/// What it says in its first register.
pub const DEVICE_TYPE: u16 = 130;

/// Sunrise, high register first; sunset behind it.
pub const SUNRISE: u16 = 232;

/// How many events it holds.
pub const EVENT_COUNT: u16 = 2000;

/// First register of the first event.
pub const EVENTS: u16 = 2010;

/// Registers of an event: type, day of the week, mode off, mode on, and the times off and on with 32 bits,
/// high register first.
pub const EVENT_REGISTERS: u16 = 8;

/// Most events of one reading: as many as one request holds.
pub const MOST_EVENTS: u16 = 10;

/// One event of its schedule.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Event {
    /// From 1.
    pub address: u16,
    pub event_type: u16,
    pub day_of_week: u16,
    pub mode_switch_off: u16,
    pub mode_switch_on: u16,
    pub time_switch_off: i32,
    pub time_switch_on: i32,
}

/// Events, and seconds after midnight of sunrise and sunset.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Events {
    pub sunrise: u32,
    pub sunset: u32,
    pub events: Vec<Event>,
}

fn long(registers: &[u16], place: usize) -> u32 {
    let register = |place| registers.get(place).copied().map_or(0, u32::from);
    register(place) << 16 | register(place + 1)
}

/// Where readings ended, for those that go on from there; lost when the server ends.
#[derive(Default)]
pub struct Cursors {
    next: Mutex<HashMap<(Connection, UnitId), u16>>,
}

/// Units whose places are kept; beyond that all begin anew.
const MOST_CURSORS: usize = 10_000;

impl Cursors {
    /// Reads up to `most` events, from the first, or from where the last reading ended.
    pub async fn read_events(
        &self,
        link: &Link,
        unit: UnitId,
        most: u16,
        from_first: bool,
    ) -> Result<Events, ControllerError> {
        let count = read(link, unit, EVENT_COUNT, 1).await?.first().copied().unwrap_or_default();
        let key = (link.connection().clone(), unit);
        let next = if from_first { None } else { self.next.lock().get(&key).copied() };
        let first = next.unwrap_or(0).min(count);
        let wanted = (count - first).min(most.min(MOST_EVENTS));
        let sun = read(link, unit, SUNRISE, 4).await?;
        let mut events = Vec::new();
        if wanted > 0 {
            let address = EVENTS.saturating_add(first.saturating_mul(EVENT_REGISTERS));
            let registers = read(link, unit, address, wanted * EVENT_REGISTERS).await?;
            for (event, address) in registers.chunks_exact(EVENT_REGISTERS.into()).zip(first + 1..) {
                let [event_type, day_of_week, mode_switch_off, mode_switch_on, ..] = *event else { continue };
                events.push(Event {
                    address,
                    event_type,
                    day_of_week,
                    mode_switch_off,
                    mode_switch_on,
                    time_switch_off: long(event, 4) as i32,
                    time_switch_on: long(event, 6) as i32,
                });
            }
        }
        let mut cursors = self.next.lock();
        if cursors.len() >= MOST_CURSORS {
            cursors.clear();
        }
        cursors.insert(key, first + wanted);
        Ok(Events { sunrise: long(&sun, 0), sunset: long(&sun, 2), events })
    }
}
