//! Where alerts outlive a loss of power.

use core::convert::Infallible;

use parabus_core::alert::{ConditionState, State, emit_state, stored_length};
use parabus_core::modbus::rtu::crc16;

/// Conditions of one alert at most.
pub const MOST_CONDITIONS: usize = 16;

/// Slots of [`RECORD`] bytes that keep what was written: two for each alert that there is room for. A slot is
/// written when something happened to its alert, no more often, each of the two by turns.
pub trait Memory {
    /// Why it fails.
    type Error: core::fmt::Debug;

    /// Fills in a slot. Of one that was never written any bytes will do.
    fn read(&mut self, slot: usize, bytes: &mut [u8; RECORD]) -> Result<(), Self::Error>;

    /// Writes a slot. Power may go at any byte: the other slot of the alert is valid then.
    fn write(&mut self, slot: usize, bytes: &[u8; RECORD]) -> Result<(), Self::Error>;
}

/// The memory of a gateway that has none: alerts begin anew.
#[derive(Clone, Copy, Debug, Default)]
pub struct NoMemory;

impl Memory for NoMemory {
    type Error = Infallible;

    fn read(&mut self, _: usize, bytes: &mut [u8; RECORD]) -> Result<(), Infallible> {
        bytes.fill(0xFF);
        Ok(())
    }

    fn write(&mut self, _: usize, _: &[u8; RECORD]) -> Result<(), Infallible> {
        Ok(())
    }
}

/// Bytes of a slot: number of the alert (4), CRC-16 of its rule (2), how often it was stored (4), number of its
/// last record (4), all little-endian; its state as core writes it, of up to [`MOST_CONDITIONS`] conditions; zeros;
/// a CRC-16 (2).
pub const RECORD: usize = HEAD + stored_length(MOST_CONDITIONS) + TRAILER;

const HEAD: usize = 14;
const TRAILER: usize = 2;

/// What a slot holds.
pub(crate) struct Stored<'a> {
    pub number: u32,
    pub rule_crc: u16,
    pub sequence: u32,
    pub record: u32,
    pub state: &'a [u8],
}

impl Stored<'_> {
    pub fn parse(bytes: &[u8; RECORD]) -> Option<Stored<'_>> {
        if crc16(bytes) != 0 {
            return None;
        }
        let ([n0, n1, n2, n3, c0, c1, s0, s1, s2, s3, r0, r1, r2, r3], state) = bytes.split_first_chunk::<HEAD>()?;
        Some(Stored {
            number: u32::from_le_bytes([*n0, *n1, *n2, *n3]),
            rule_crc: u16::from_le_bytes([*c0, *c1]),
            sequence: u32::from_le_bytes([*s0, *s1, *s2, *s3]),
            record: u32::from_le_bytes([*r0, *r1, *r2, *r3]),
            state,
        })
    }

    pub fn emit(
        number: u32,
        rule_crc: u16,
        sequence: u32,
        state: &State,
        conditions: &[ConditionState],
        out: &mut [u8; RECORD],
    ) -> Option<()> {
        let (body, trailer) = out.split_last_chunk_mut::<TRAILER>()?;
        let (head, rest) = body.split_first_chunk_mut::<HEAD>()?;
        let numbers = [sequence.to_le_bytes(), state.record().to_le_bytes()].into_iter().flatten();
        let fields = number.to_le_bytes().into_iter().chain(rule_crc.to_le_bytes()).chain(numbers);
        head.iter_mut().zip(fields).for_each(|(place, byte)| *place = byte);
        emit_state(state, conditions, rest).ok()?;
        *trailer = crc16(body).to_le_bytes();
        Some(())
    }
}
