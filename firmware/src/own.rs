//! The gateway's own registers: how its alerts stand, and what happened to them last. A Modbus server cannot call
//! anybody, so whoever wants to know asks.
//!
//! Input registers; numbers of several registers have the most significant first.
//!
//! | address | registers |
//! |---|---|
//! | 0 | layout of these registers, 1 |
//! | 1 | number of alerts |
//! | 2 | relay closed 1, open 0 |
//! | 3 | records that are open |
//! | 4 | records that nobody confirmed |
//! | 5 | transitions that are kept, 32 |
//! | 6, 7 | transitions since the start |
//! | 8 to 11 | the gateway's time, ms |
//! | 100 + 8 × place of the alert | its number (2), its last record (2), no record 0, open 1 or closed 2 (1), confirmed 1 and flapping 2 (1), 0, 0 |
//! | 1000 + 16 × ((n − 1) mod 32) | transition n, 0 if there is none yet (2); alert (2), record (2), kind (1) and place of an action or follow-up (1) as in an effect's identity, due (4), happened (4), ms |
//!
//! Coil 0 is on while a record is not confirmed; switched off, it confirms all.

use parabus_core::alert::Phase;
use parabus_core::modbus::server::{Bank, BitsMut, RegistersMut};
use parabus_core::modbus::{Bits, ExceptionCode, RegisterKind, UnitId};

use crate::alarm::{Alarms, Alert, TRANSITIONS};

const LAYOUT: u16 = 1;
const ALERTS_AT: usize = 100;
const ALERT: usize = 8;
const RING_AT: usize = 1000;
const TRANSITION: usize = 16;

pub(crate) struct Own<'a, const ALERTS: usize, const CONDITIONS: usize> {
    pub alarms: &'a mut Alarms<ALERTS, CONDITIONS>,
    pub now_us: u64,
}

/// A register of a number of several, the most significant first.
fn part(bytes: &[u8], place: usize) -> Option<u16> {
    bytes.chunks_exact(2).nth(place).and_then(|pair| pair.first_chunk()).map(|pair| u16::from_be_bytes(*pair))
}

fn many(count: usize) -> u16 {
    u16::try_from(count).unwrap_or(u16::MAX)
}

impl<const ALERTS: usize, const CONDITIONS: usize> Own<'_, ALERTS, CONDITIONS> {
    fn unconfirmed(&self) -> usize {
        self.alarms.alerts.iter().filter(|alert| alert.is_unconfirmed()).count()
    }

    fn register(&self, address: usize) -> Option<u16> {
        if let Some(place) = address.checked_sub(RING_AT) {
            return self.of_transition(place / TRANSITION, place % TRANSITION);
        }
        if let Some(place) = address.checked_sub(ALERTS_AT) {
            return self.of_alert(place / ALERT, place % ALERT);
        }
        match address {
            0 => Some(LAYOUT),
            1 => Some(many(self.alarms.alerts.len())),
            2 => Some(self.alarms.is_relay_closed().into()),
            3 => Some(many(self.alarms.alerts.iter().filter(|alert| alert.state.is_active()).count())),
            4 => Some(many(self.unconfirmed())),
            5 => Some(many(TRANSITIONS)),
            6 | 7 => part(&self.alarms.ring.count.to_be_bytes(), address - 6),
            8..=11 => part(&self.alarms.at_ms(self.now_us).to_be_bytes(), address - 8),
            _ => None,
        }
    }

    fn of_alert(&self, place: usize, register: usize) -> Option<u16> {
        let Alert { number, state, .. } = self.alarms.alerts.get(place)?;
        match register {
            0 | 1 => part(&number.to_be_bytes(), register),
            2 | 3 => part(&state.record().to_be_bytes(), register - 2),
            4 => Some(match state.phase() {
                Phase::Quiet | Phase::Ended => 0,
                Phase::Active => 1,
                Phase::Resolved => 2,
            }),
            5 => Some(u16::from(state.confirmed_ms().is_some()) | u16::from(state.is_flapping()) << 1),
            _ => Some(0),
        }
    }

    fn of_transition(&self, place: usize, register: usize) -> Option<u16> {
        if place >= TRANSITIONS {
            return None;
        }
        let Some((number, transition)) = self.alarms.ring.at(place) else { return Some(0) };
        let effect = transition.effect;
        match register {
            0 | 1 => part(&number.to_be_bytes(), register),
            2 | 3 => part(&transition.alert.to_be_bytes(), register - 2),
            4 | 5 => part(&effect.record.to_be_bytes(), register - 4),
            6 => Some(effect.kind.number().into()),
            7 => Some(effect.kind.index().unwrap_or(0).into()),
            8..=11 => part(&effect.due_ms.to_be_bytes(), register - 8),
            _ => part(&effect.at_ms.to_be_bytes(), register - 12),
        }
    }
}

impl<const ALERTS: usize, const CONDITIONS: usize> Bank for Own<'_, ALERTS, CONDITIONS> {
    fn read_bits(
        &mut self,
        _: UnitId,
        kind: RegisterKind,
        address: u16,
        bits: &mut BitsMut<'_>,
    ) -> Result<(), ExceptionCode> {
        let coil = Some(self.unconfirmed() > 0).filter(|_| kind == RegisterKind::Coil && address == 0);
        bits.fill_with(|index| coil.filter(|_| index == 0)).ok_or(ExceptionCode::ILLEGAL_DATA_ADDRESS)
    }

    fn read_registers(
        &mut self,
        _: UnitId,
        kind: RegisterKind,
        address: u16,
        registers: &mut RegistersMut<'_>,
    ) -> Result<(), ExceptionCode> {
        let register = |index: usize| self.register(usize::from(address) + index);
        let is_there = kind == RegisterKind::Input;
        is_there.then(|| registers.fill_with(register)).flatten().ok_or(ExceptionCode::ILLEGAL_DATA_ADDRESS)
    }

    fn write_bits(&mut self, _: UnitId, address: u16, bits: Bits<'_>) -> Result<(), ExceptionCode> {
        match (address, bits.iter().next(), bits.iter().count()) {
            (0, Some(false), 1) => {
                self.alarms.confirm(self.now_us);
                Ok(())
            }
            (0, Some(true), 1) => Err(ExceptionCode::ILLEGAL_DATA_VALUE),
            _ => Err(ExceptionCode::ILLEGAL_DATA_ADDRESS),
        }
    }
}
