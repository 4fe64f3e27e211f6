//! Last values: the registers of every group as they were read, and how that went.

use heapless::Vec;
use parabus_core::gateway::{Group, Image};
use parabus_core::modbus::server::{Bank, BitsMut, RegistersMut};
use parabus_core::modbus::{ExceptionCode, RegisterKind, Response, UnitId};

use crate::CapacityError;

/// Periods after which a value that was not read again is no longer shown.
const PERIODS_KEPT: u64 = 3;

/// How a group was read last.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    /// Not yet, or its registers were written since.
    Unread,
    /// At this time, microseconds.
    Read(u64),
    /// The unit refused.
    Refused(ExceptionCode),
    /// The unit was busy: "later" is no answer to keep (exceptions 5 and 6).
    Busy,
    /// The unit did not answer.
    Silent,
}

#[derive(Clone, Copy, Debug)]
struct Slot {
    unit_id: UnitId,
    group: Group,
    /// Where its words begin; bits stand sixteen to a word, the first lowest.
    first_word: usize,
    kept_us: u64,
    state: State,
}

impl Slot {
    fn words(&self) -> usize {
        let quantity = usize::from(self.group.quantity);
        if self.group.kind.is_bit() { quantity.div_ceil(16) } else { quantity }
    }

    /// Index of an address among the group's own.
    fn index_of(&self, address: u32) -> Option<usize> {
        let index = usize::try_from(address).ok()?.checked_sub(self.group.address.into())?;
        (index < usize::from(self.group.quantity)).then_some(index)
    }

    fn end(&self) -> u32 {
        u32::from(self.group.address) + u32::from(self.group.quantity)
    }
}

/// What is known of a span of registers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Known {
    /// All of them, fresh.
    All,
    /// They cannot be had.
    Refused(ExceptionCode),
    /// Some were never read.
    No,
}

/// What the last turn of a unit gave of a number's registers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Taken {
    /// All of them.
    Read,
    /// An error.
    Failed,
    /// Nothing: they were written since.
    Nothing,
}

#[derive(Debug)]
pub(crate) struct Points<const GROUPS: usize, const WORDS: usize> {
    slots: Vec<Slot, GROUPS>,
    words: Vec<u16, WORDS>,
}

impl<const GROUPS: usize, const WORDS: usize> Points<GROUPS, WORDS> {
    pub fn new(image: &Image<'_>) -> Result<Self, CapacityError> {
        let mut points = Points { slots: Vec::new(), words: Vec::new() };
        for (unit, group) in image.groups() {
            let unit = image.units().nth(unit).ok_or(CapacityError::Groups(GROUPS))?;
            let first_word = points.words.len();
            let kept_us = u64::from(unit.period_ms) * 1000 * PERIODS_KEPT + u64::from(image.timeout_ms()) * 1000;
            let slot = Slot { unit_id: unit.unit_id, group, first_word, kept_us, state: State::Unread };
            points.words.resize(first_word + slot.words(), 0).map_err(|_| CapacityError::Words(WORDS))?;
            points.slots.push(slot).map_err(|_| CapacityError::Groups(GROUPS))?;
        }
        Ok(points)
    }

    pub fn unit_and_group(&self, index: usize) -> Option<(UnitId, Group)> {
        self.slots.get(index).map(|slot| (slot.unit_id, slot.group))
    }

    /// Takes the reply to the reading of a group.
    pub fn store(&mut self, index: usize, response: &Response<'_>, now_us: u64) {
        let Some(slot) = self.slots.get_mut(index) else { return };
        let range = slot.first_word..slot.first_word + slot.words();
        let Some(words) = self.words.get_mut(range) else { return };
        slot.state = match response {
            Response::Registers { registers, .. } => {
                words.iter_mut().zip(registers.iter()).for_each(|(word, register)| *word = register);
                State::Read(now_us)
            }
            Response::Bits { bits, .. } => {
                words.fill(0);
                for (index, bit) in bits.iter().enumerate() {
                    if let Some(word) = words.get_mut(index / 16) {
                        *word |= u16::from(bit) << (index % 16);
                    }
                }
                State::Read(now_us)
            }
            Response::Exception { code, .. } if matches!(code.0, 5 | 6) => State::Busy,
            Response::Exception { code, .. } => State::Refused(*code),
            _ => State::Unread,
        };
    }

    /// The unit of this group did not answer: nothing of it is known any more.
    pub fn silence(&mut self, index: usize) {
        let Some(unit_id) = self.slots.get(index).map(|slot| slot.unit_id) else { return };
        self.slots.iter_mut().filter(|slot| slot.unit_id == unit_id).for_each(|slot| slot.state = State::Silent);
    }

    /// These registers were written: what was read of them is old.
    pub fn forget(&mut self, unit_id: UnitId, kind: RegisterKind, address: u16, quantity: u16) {
        let (start, end) = (u32::from(address), u32::from(address) + u32::from(quantity));
        let touched = |slot: &&mut Slot| {
            (slot.unit_id == unit_id || unit_id == UnitId::BROADCAST)
                && slot.group.kind == kind
                && u32::from(slot.group.address) < end
                && start < slot.end()
        };
        self.slots.iter_mut().filter(touched).for_each(|slot| slot.state = State::Unread);
    }

    /// What is known of a span.
    pub fn known(&self, unit_id: UnitId, kind: RegisterKind, address: u16, quantity: u16, now_us: u64) -> Known {
        let (mut at, end) = (u32::from(address), u32::from(address) + u32::from(quantity));
        while at < end {
            let Some((slot, _)) = self.find(unit_id, kind, at) else { return Known::No };
            match slot.state {
                State::Unread | State::Busy => return Known::No,
                // One address that does not exist makes a unit refuse the whole group; others of it
                // can be asked for alone.
                State::Refused(_) if slot.group.address != address || slot.group.quantity != quantity => {
                    return Known::No;
                }
                State::Refused(code) => return Known::Refused(code),
                State::Read(read_us) if now_us.saturating_sub(read_us) <= slot.kept_us => {}
                // A bus may be slower than its periods: what is old is asked for.
                State::Read(_) => return Known::No,
                State::Silent => {
                    return Known::Refused(ExceptionCode::GATEWAY_TARGET_DEVICE_FAILED_TO_RESPOND);
                }
            }
            at = slot.end();
        }
        Known::All
    }

    fn find(&self, unit_id: UnitId, kind: RegisterKind, address: u32) -> Option<(&Slot, usize)> {
        let is_its = |slot: &&Slot| slot.unit_id == unit_id && slot.group.kind == kind;
        self.slots.iter().filter(is_its).find_map(|slot| Some((slot, slot.index_of(address)?)))
    }

    fn item(&self, unit_id: UnitId, kind: RegisterKind, address: u32) -> Option<u16> {
        let (slot, index) = self.find(unit_id, kind, address)?;
        if kind.is_bit() {
            return self.words.get(slot.first_word + index / 16).map(|word| word >> (index % 16) & 1);
        }
        self.words.get(slot.first_word + index).copied()
    }

    /// Fills in registers of one group as they were read last.
    pub fn take(&self, unit_id: UnitId, kind: RegisterKind, address: u16, registers: &mut [u16]) -> Taken {
        match self.find(unit_id, kind, address.into()).map(|(slot, _)| slot.state) {
            Some(State::Read(_)) => {}
            Some(State::Unread) => return Taken::Nothing,
            Some(State::Refused(_) | State::Busy | State::Silent) | None => return Taken::Failed,
        }
        for (place, address) in registers.iter_mut().zip(u32::from(address)..) {
            match self.item(unit_id, kind, address) {
                Some(item) => *place = item,
                None => return Taken::Failed,
            }
        }
        Taken::Read
    }

    /// Groups that hold a fresh value.
    pub fn fresh(&self, now_us: u64) -> usize {
        let is_fresh =
            |slot: &&Slot| matches!(slot.state, State::Read(at) if now_us.saturating_sub(at) <= slot.kept_us);
        self.slots.iter().filter(is_fresh).count()
    }

    pub fn groups(&self) -> usize {
        self.slots.len()
    }

    /// Index of the first group of each unit, and their number.
    pub fn groups_of(&self, unit_id: UnitId) -> (usize, usize) {
        let first = self.slots.iter().position(|slot| slot.unit_id == unit_id).unwrap_or(0);
        (first, self.slots.iter().filter(|slot| slot.unit_id == unit_id).count())
    }
}

/// Answers what is known; the gateway asks [`Points::known`] before.
impl<const GROUPS: usize, const WORDS: usize> Bank for Points<GROUPS, WORDS> {
    fn read_bits(
        &mut self,
        unit_id: UnitId,
        kind: RegisterKind,
        address: u16,
        bits: &mut BitsMut<'_>,
    ) -> Result<(), ExceptionCode> {
        let bit = |index| Some(self.item(unit_id, kind, u32::from(address) + u32::try_from(index).ok()?)? == 1);
        bits.fill_with(bit).ok_or(ExceptionCode::ILLEGAL_DATA_ADDRESS)
    }

    fn read_registers(
        &mut self,
        unit_id: UnitId,
        kind: RegisterKind,
        address: u16,
        registers: &mut RegistersMut<'_>,
    ) -> Result<(), ExceptionCode> {
        let register = |index| self.item(unit_id, kind, u32::from(address) + u32::try_from(index).ok()?);
        registers.fill_with(register).ok_or(ExceptionCode::ILLEGAL_DATA_ADDRESS)
    }
}
