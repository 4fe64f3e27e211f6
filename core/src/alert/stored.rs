//! A state as bytes.

use super::condition::CONDITION_FLAGS;
use super::state::STATE_FLAGS;
use super::{AlertError, ConditionState, Phase, State, Truth};
use crate::modbus::rtu::crc16;

const MAGIC: [u8; 3] = *b"PBA";
const VERSION: u8 = 1;
const HEADER: usize = 6;
const STATE: usize = 63;
const CONDITION: usize = 15;
const TRAILER: usize = 2;

/// Bytes of the state of an alert with so many conditions.
pub const fn stored_length(conditions: usize) -> usize {
    conditions.saturating_mul(CONDITION).saturating_add(HEADER + STATE + TRAILER)
}

/// Writes a state as bytes for a database or flash, that later versions read as well; their number.
///
/// Little-endian; a CRC-16 over everything stands at the end.
///
/// | bytes | content |
/// |---|---|
/// | 4 | `PBA`, the version 1 |
/// | 2 | number of conditions |
/// | 8, 8, 8, 8, 8 | worked off until; record opened; its actions count from; last change of truth, or closed; confirmed |
/// | 4, 4, 4 | last re-openings, as ms before the record opened; 0xFFFFFFFF for none |
/// | 4 | number of the record |
/// | 2, 2 | actions, follow-ups that were done, the first as the lowest bit |
/// | 1 | no record 0, open 1, closed 2, alert deleted 3 |
/// | 1 | truth of an open record: false 0, unknown 1, true 2 |
/// | 1 | confirmed 1, flapping 2, actions count anew from the next truth 4 |
/// | 15 a condition | last reading, or since when one is waited for (8); ms by which the hold limit began before (4); failed readings in a row (2); read 1, value known 2, holds 4, not polled 8 (1) |
/// | 2 | CRC-16 of Modbus |
///
/// # Errors
/// [`AlertError::Room`] unless [`stored_length`] bytes fit; [`AlertError::Stored`] beyond 65,535 conditions.
pub fn emit_state(state: &State, conditions: &[ConditionState], out: &mut [u8]) -> Result<usize, AlertError> {
    let room = AlertError::Room { found: out.len() };
    let count = u16::try_from(conditions.len())
        .map_err(|_| AlertError::Stored { offset: 4, expected: "at most 65535 conditions" })?;
    let length = stored_length(conditions.len());
    let (body, trailer) = out.get_mut(..length).and_then(|out| out.split_last_chunk_mut::<TRAILER>()).ok_or(room)?;
    let mut rest = &mut *body;
    let mut put = |bytes: &[u8]| -> Option<()> {
        let (place, behind) = core::mem::take(&mut rest).split_at_mut_checked(bytes.len())?;
        place.iter_mut().zip(bytes).for_each(|(place, byte)| *place = *byte);
        rest = behind;
        Some(())
    };
    let mut all = || -> Option<()> {
        put(&MAGIC)?;
        put(&[VERSION])?;
        put(&count.to_le_bytes())?;
        for instant in [state.now_ms, state.started_ms, state.since_ms, state.edge_ms, state.confirmed_ms] {
            put(&instant.to_le_bytes())?;
        }
        for number in state.reopened.iter().chain([&state.record]) {
            put(&number.to_le_bytes())?;
        }
        put(&state.actions.to_le_bytes())?;
        put(&state.follow_ups.to_le_bytes())?;
        put(&[phase_number(state.phase), truth_number(state.truth), state.flags])?;
        for condition in conditions {
            put(&condition.seen_ms.to_le_bytes())?;
            put(&condition.age_ms.to_le_bytes())?;
            put(&condition.failures.to_le_bytes())?;
            put(&[condition.flags])?;
        }
        Some(())
    };
    all().ok_or(room)?;
    *trailer = crc16(body).to_le_bytes();
    Ok(length)
}

/// Reads the state at the start of the bytes; what stands behind it is not looked at.
///
/// # Errors
/// Anything that is not as [`emit_state`] writes it, with its byte; [`AlertError::Conditions`] if it is one of
/// another number of conditions than there is room for. Nothing is written then.
pub fn parse_state(bytes: &[u8], conditions: &mut [ConditionState]) -> Result<State, AlertError> {
    let whole = In { rest: bytes, offset: 0 };
    let mut header = whole;
    if header.take::<3>()? != MAGIC {
        return Err(AlertError::Stored { offset: 0, expected: "`PBA`" });
    }
    let [version] = header.take()?;
    if version != VERSION {
        return Err(AlertError::Version { found: version });
    }
    let found = usize::from(u16::from_le_bytes(header.take()?));
    if found != conditions.len() {
        return Err(AlertError::Conditions { found, expected: conditions.len() });
    }
    let offset = stored_length(found).saturating_sub(TRAILER);
    let (body, rest) =
        bytes.split_at_checked(offset).ok_or(AlertError::Stored { offset: bytes.len(), expected: "more bytes" })?;
    if crc16(body).to_le_bytes() != (In { rest, offset }).take()? {
        return Err(AlertError::Stored { offset, expected: "the CRC-16 of the bytes before" });
    }
    let state = header.state()?;
    let mut check = header;
    for _ in 0..found {
        check.condition()?;
    }
    for place in conditions {
        *place = header.condition()?;
    }
    Ok(state)
}

/// Bytes that are read from the front.
#[derive(Clone, Copy)]
struct In<'a> {
    rest: &'a [u8],
    offset: usize,
}

impl In<'_> {
    fn take<const SIZE: usize>(&mut self) -> Result<[u8; SIZE], AlertError> {
        let error = AlertError::Stored { offset: self.offset, expected: "more bytes" };
        let (taken, rest) = self.rest.split_first_chunk().ok_or(error)?;
        self.rest = rest;
        self.offset = self.offset.saturating_add(SIZE);
        Ok(*taken)
    }

    /// A byte of which the caller knows some.
    fn one_of<T>(&mut self, known: fn(u8) -> Option<T>, expected: &'static str) -> Result<T, AlertError> {
        let error = AlertError::Stored { offset: self.offset, expected };
        let [byte] = self.take()?;
        known(byte).ok_or(error)
    }

    fn state(&mut self) -> Result<State, AlertError> {
        Ok(State {
            now_ms: i64::from_le_bytes(self.take()?),
            started_ms: i64::from_le_bytes(self.take()?),
            since_ms: i64::from_le_bytes(self.take()?),
            edge_ms: i64::from_le_bytes(self.take()?),
            confirmed_ms: i64::from_le_bytes(self.take()?),
            reopened: [
                u32::from_le_bytes(self.take()?),
                u32::from_le_bytes(self.take()?),
                u32::from_le_bytes(self.take()?),
            ],
            record: u32::from_le_bytes(self.take()?),
            actions: u16::from_le_bytes(self.take()?),
            follow_ups: u16::from_le_bytes(self.take()?),
            phase: self.one_of(phase_of, "0 to 3")?,
            truth: self.one_of(truth_of, "0 to 2")?,
            flags: self.one_of(|byte| (byte & !STATE_FLAGS == 0).then_some(byte), "0 to 7")?,
        })
    }

    fn condition(&mut self) -> Result<ConditionState, AlertError> {
        Ok(ConditionState {
            seen_ms: i64::from_le_bytes(self.take()?),
            age_ms: u32::from_le_bytes(self.take()?),
            failures: u16::from_le_bytes(self.take()?),
            flags: self.one_of(|byte| (byte & !CONDITION_FLAGS == 0).then_some(byte), "0 to 15")?,
        })
    }
}

const fn phase_number(phase: Phase) -> u8 {
    match phase {
        Phase::Quiet => 0,
        Phase::Active => 1,
        Phase::Resolved => 2,
        Phase::Ended => 3,
    }
}

fn phase_of(number: u8) -> Option<Phase> {
    [Phase::Quiet, Phase::Active, Phase::Resolved, Phase::Ended].into_iter().find(|one| phase_number(*one) == number)
}

const fn truth_number(truth: Truth) -> u8 {
    match truth {
        Truth::False => 0,
        Truth::Unknown => 1,
        Truth::True => 2,
    }
}

fn truth_of(number: u8) -> Option<Truth> {
    [Truth::False, Truth::Unknown, Truth::True].into_iter().find(|one| truth_number(*one) == number)
}
