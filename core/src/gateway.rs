//! The image of what a gateway polls: units, their periods, their registers. Packed on a host, read in
//! place from flash.
//!
//! Little-endian; a CRC-16 over everything stands at the end.
//!
//! | bytes | content |
//! |---|---|
//! | 4 | `PBG1`, or `PBG2` if something is watched |
//! | 2, 2 | number of units, number of groups |
//! | 4, 4 | baud of the bus, time-out of a reply in ms |
//! | 8 a unit | unit id, retries, number of groups (2), period in ms (4) |
//! | 6 a group | kind (0 coil, 1 discrete input, 2 holding, 3 input), 0, address (2), quantity (2) |
//! | | in `PBG2`: what is watched, an own head of 8 bytes first |
//! | 2 | CRC-16 |
//!
//! Groups stand in the order of the units. Each is one request. What is watched are numbers in these registers
//! ([`Point`]) and alerts on them ([`Alert`], [`Watched`]); a point stands in registers of one group.
//!
//! ```
//! use parabus_core::gateway::{Group, Image, Unit, emit};
//! use parabus_core::modbus::{RegisterKind, UnitId};
//!
//! let unit = Unit { unit_id: UnitId(7), retries: 2, period_ms: 1000 };
//! let group = Group { kind: RegisterKind::Input, address: 0, quantity: 60 };
//! let mut buffer = [0; 64];
//! let length = emit(9600, 500, &[(unit, &[group])], &mut buffer).unwrap();
//! let image = Image::parse(&buffer[..length]).unwrap();
//! assert_eq!((image.baud(), image.timeout_ms(), image.units().next()), (9600, 500, Some(unit)));
//! assert_eq!(image.groups().next(), Some((0, group)));
//! ```

mod alerts;

use core::fmt;

pub use self::alerts::{Alert, Point, Relay, Watch, Watched};
use self::alerts::{HEAD, Part};
use crate::error::ErrorKind;
use crate::modbus::rtu::crc16;
use crate::modbus::{RegisterKind, UnitId};

const MAGIC: [u8; 4] = *b"PBG1";
const MAGIC_WATCHING: [u8; 4] = *b"PBG2";
const HEADER: usize = 16;
const UNIT: usize = 8;
const GROUP: usize = 6;
const TRAILER: usize = 2;

/// A unit on the bus.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Unit {
    /// 1..=255.
    pub unit_id: UnitId,
    /// Repetitions after a time-out.
    pub retries: u8,
    /// From one reading to the next, at least 1 ms.
    pub period_ms: u32,
}

/// Registers that one request reads.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Group {
    /// Kind of the registers.
    pub kind: RegisterKind,
    /// First of them.
    pub address: u16,
    /// 1..=2000 bits or 1..=125 registers.
    pub quantity: u16,
}

/// Why bytes are no image, or units do not make one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ImageError {
    offset: usize,
    expected: &'static str,
}

impl ImageError {
    /// Stable kind.
    pub const fn kind(&self) -> ErrorKind {
        ErrorKind::GatewayImage
    }

    /// Byte of the image.
    pub const fn offset(&self) -> usize {
        self.offset
    }
}

impl fmt::Display for ImageError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "no gateway image at byte {}, expected {}", self.offset, self.expected)
    }
}

impl core::error::Error for ImageError {}

const fn error(offset: usize, expected: &'static str) -> ImageError {
    ImageError { offset, expected }
}

/// An image over the caller's bytes. Everything was checked when it was made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Image<'a> {
    baud: u32,
    timeout_ms: u32,
    units: &'a [u8],
    groups: &'a [u8],
    part: Part<'a>,
}

impl<'a> Image<'a> {
    /// Reads the image at the start of the bytes; what stands behind it is not looked at, so that a
    /// whole flash sector can be handed over.
    ///
    /// # Errors
    /// Anything that is not as [`emit`] writes it, with its byte.
    pub fn parse(bytes: &'a [u8]) -> Result<Self, ImageError> {
        let header: &[u8; HEADER] = bytes.first_chunk().ok_or(error(bytes.len(), "a header of 16 bytes"))?;
        let [p, b, g, one, units_low, units_high, groups_low, groups_high, b0, b1, b2, b3, t0, t1, t2, t3] = *header;
        let is_watching = [p, b, g, one] == MAGIC_WATCHING;
        if !is_watching && [p, b, g, one] != MAGIC {
            return Err(error(0, "`PBG1` or `PBG2`"));
        }
        let unit_count = usize::from(u16::from_le_bytes([units_low, units_high]));
        let group_count = usize::from(u16::from_le_bytes([groups_low, groups_high]));
        let polled = HEADER + unit_count * UNIT + group_count * GROUP;
        let short = error(bytes.len(), "all units and groups, what is watched, and a CRC");
        let watched = if is_watching {
            Part::length(bytes.get(polled..).and_then(|rest| rest.first_chunk::<HEAD>()).ok_or(short)?)
        } else {
            0
        };
        let body = polled + watched;
        let whole = bytes.get(..body + TRAILER).ok_or(short)?;
        if crc16(whole) != 0 {
            return Err(error(body, "the CRC-16 of the bytes before it"));
        }
        let (units, groups) = whole
            .get(HEADER..polled)
            .and_then(|polled| polled.split_at_checked(unit_count * UNIT))
            .ok_or(error(HEADER, "units and groups"))?;
        let part = match whole.get(polled..body) {
            Some(bytes) if is_watching => Part::parse(bytes, polled)?,
            _ => Part::NONE,
        };
        let image = Image {
            baud: u32::from_le_bytes([b0, b1, b2, b3]),
            timeout_ms: u32::from_le_bytes([t0, t1, t2, t3]),
            units,
            groups,
            part,
        };
        image.check(group_count).map(|()| image)
    }

    fn check(&self, group_count: usize) -> Result<(), ImageError> {
        if self.baud == 0 {
            return Err(error(8, "a baud rate"));
        }
        if self.timeout_ms == 0 {
            return Err(error(12, "a time-out"));
        }
        let mut counted = 0;
        for (index, bytes) in self.units.chunks_exact(UNIT).enumerate() {
            let offset = HEADER + index * UNIT;
            let (unit, groups) = unit_of(bytes).ok_or(error(offset, "a unit 1 to 255"))?;
            counted += groups;
            if unit.unit_id.0 == 0 || self.units().take(index).any(|other| other.unit_id == unit.unit_id) {
                return Err(error(offset, "a unit 1 to 255 that stands once"));
            }
            if unit.period_ms == 0 {
                return Err(error(offset + 4, "a period"));
            }
        }
        if counted != group_count {
            return Err(error(6, "as many groups as the units have"));
        }
        for (index, bytes) in self.groups.chunks_exact(GROUP).enumerate() {
            let is_good = group_of(bytes).is_some_and(|group| {
                (1..=group.kind.max_read()).contains(&group.quantity)
                    && u32::from(group.address) + u32::from(group.quantity) <= 0x1_0000
            });
            if !is_good {
                let offset = HEADER + self.units.len() + index * GROUP;
                return Err(error(offset, "a kind 0 to 3, and registers that one request can read"));
            }
        }
        self.check_watched()
    }

    fn check_watched(&self) -> Result<(), ImageError> {
        let offset = HEADER + self.units.len() + self.groups.len();
        let own = self.own_unit();
        if own.0 != 0 && self.units().any(|unit| unit.unit_id == own) {
            return Err(error(offset, "an own unit id that no device has"));
        }
        for (index, point) in self.points().enumerate() {
            if !self.groups().any(|(unit, group)| self.has(unit, &group, &point)) {
                return Err(error(offset + HEAD + index * Part::POINT, "a point in registers of one group"));
            }
        }
        Ok(())
    }

    fn has(&self, unit: usize, group: &Group, point: &Point) -> bool {
        let (from, end) = (u32::from(group.address), u32::from(group.address) + u32::from(group.quantity));
        let registers = u32::try_from(point.data_type.register_count()).unwrap_or(u32::MAX);
        self.units().nth(unit).is_some_and(|unit| unit.unit_id == point.unit_id)
            && group.kind == point.kind
            && from <= u32::from(point.address)
            && u32::from(point.address).saturating_add(registers) <= end
    }

    /// Rate of the bus.
    pub const fn baud(&self) -> u32 {
        self.baud
    }

    /// How long a reply may let wait, ms.
    pub const fn timeout_ms(&self) -> u32 {
        self.timeout_ms
    }

    /// The units.
    pub fn units(&self) -> impl Iterator<Item = Unit> + use<'a> {
        self.units.chunks_exact(UNIT).filter_map(unit_of).map(|(unit, _)| unit)
    }

    /// Under which the gateway itself is asked about alerts; 0 if it is not.
    pub const fn own_unit(&self) -> UnitId {
        self.part.own_unit
    }

    /// The numbers that conditions look at.
    pub fn points(&self) -> impl Iterator<Item = Point> + use<'a> {
        self.part.points()
    }

    /// The alerts.
    pub fn alerts(&self) -> impl Iterator<Item = Watched<'a>> + use<'a> {
        self.part.alerts()
    }

    /// The groups, each with the index of its unit.
    pub fn groups(&self) -> impl Iterator<Item = (usize, Group)> + use<'a> {
        let counts = self.units.chunks_exact(UNIT).filter_map(unit_of).map(|(_, groups)| groups);
        let owners = counts.enumerate().flat_map(|(unit, groups)| core::iter::repeat_n(unit, groups));
        owners.zip(self.groups.chunks_exact(GROUP).filter_map(group_of))
    }
}

/// Bytes of the image of so many units and groups, of which nothing is watched.
pub const fn image_length(units: usize, groups: usize) -> usize {
    HEADER + units * UNIT + groups * GROUP + TRAILER
}

/// Bytes of the image of so many units and groups of which this is watched.
pub fn watching_length(units: usize, groups: usize, watch: &Watch<'_>) -> usize {
    image_length(units, groups) + watch.length()
}

/// Writes an image and gives its length, that of [`image_length`].
///
/// # Errors
/// What [`Image::parse`] refuses; more than 65,535 groups; a buffer that is too small.
pub fn emit(baud: u32, timeout_ms: u32, units: &[(Unit, &[Group])], buffer: &mut [u8]) -> Result<usize, ImageError> {
    emit_watching(baud, timeout_ms, units, &Watch::NONE, buffer)
}

/// Writes an image of which something is watched, and gives its length, that of [`watching_length`].
///
/// # Errors
/// Those of [`emit`]; numbers of more than 24 characters; times beyond [`u32::MAX`] ms; more than 65,535 points,
/// alerts, or bytes of alerts.
pub fn emit_watching(
    baud: u32,
    timeout_ms: u32,
    units: &[(Unit, &[Group])],
    watch: &Watch<'_>,
    buffer: &mut [u8],
) -> Result<usize, ImageError> {
    let groups = units.iter().map(|(_, groups)| groups.len()).sum();
    let count = |number: usize| u16::try_from(number).map_err(|_| error(4, "at most 65535 units and groups"));
    let (unit_count, group_count) = (count(units.len())?, count(groups)?);
    let found = buffer.len();
    let whole = buffer
        .get_mut(..watching_length(units.len(), groups, watch))
        .ok_or(error(found, "a buffer with room for the whole image"))?;
    let (body, trailer) =
        whole.split_last_chunk_mut::<TRAILER>().ok_or(error(found, "a buffer with room for the whole image"))?;
    let unit_bytes = units.iter().flat_map(|(unit, groups)| {
        let [low, high] = u16::try_from(groups.len()).unwrap_or(u16::MAX).to_le_bytes();
        let [p0, p1, p2, p3] = unit.period_ms.to_le_bytes();
        [unit.unit_id.0, unit.retries, low, high, p0, p1, p2, p3]
    });
    let group_bytes = units.iter().flat_map(|(_, groups)| groups.iter()).flat_map(|group| {
        let ([a0, a1], [q0, q1]) = (group.address.to_le_bytes(), group.quantity.to_le_bytes());
        [kind_byte(group.kind), 0, a0, a1, q0, q1]
    });
    let header = [unit_count.to_le_bytes(), group_count.to_le_bytes()].into_iter().flatten();
    let times = [baud.to_le_bytes(), timeout_ms.to_le_bytes()].into_iter().flatten();
    let magic = if watch.is_none() { MAGIC } else { MAGIC_WATCHING };
    let bytes = magic.into_iter().chain(header).chain(times).chain(unit_bytes).chain(group_bytes);
    let polled = image_length(units.len(), groups).saturating_sub(TRAILER);
    body.iter_mut().take(polled).zip(bytes).for_each(|(place, byte)| *place = byte);
    if !watch.is_none() {
        watch.emit(body.get_mut(polled..).unwrap_or_default(), polled)?;
    }
    *trailer = crc16(body).to_le_bytes();
    let length = whole.len();
    Image::parse(whole).map(|_| length)
}

fn unit_of(bytes: &[u8]) -> Option<(Unit, usize)> {
    let [unit_id, retries, low, high, p0, p1, p2, p3] = *bytes.first_chunk()?;
    let unit = Unit { unit_id: UnitId(unit_id), retries, period_ms: u32::from_le_bytes([p0, p1, p2, p3]) };
    Some((unit, u16::from_le_bytes([low, high]).into()))
}

fn group_of(bytes: &[u8]) -> Option<Group> {
    // The second byte is kept for later versions.
    let [kind, 0, a0, a1, q0, q1] = *bytes.first_chunk()? else { return None };
    let kind = RegisterKind::ALL.into_iter().find(|known| kind_byte(*known) == kind)?;
    Some(Group { kind, address: u16::from_le_bytes([a0, a1]), quantity: u16::from_le_bytes([q0, q1]) })
}

const fn kind_byte(kind: RegisterKind) -> u8 {
    match kind {
        RegisterKind::Coil => 0,
        RegisterKind::DiscreteInput => 1,
        RegisterKind::Holding => 2,
        RegisterKind::Input => 3,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::vec::Vec;

    pub(super) const INPUT: Group = Group { kind: RegisterKind::Input, address: 10, quantity: 2 };
    const COILS: Group = Group { kind: RegisterKind::Coil, address: 0, quantity: 2000 };

    pub(super) fn unit(unit_id: u8) -> Unit {
        Unit { unit_id: UnitId(unit_id), retries: 1, period_ms: 1000 }
    }

    fn image() -> Vec<u8> {
        let mut buffer = std::vec![0; 100];
        let units: [(Unit, &[Group]); 3] = [(unit(1), &[INPUT, COILS]), (unit(2), &[]), (unit(3), &[INPUT])];
        let length = emit(9600, 300, &units, &mut buffer).unwrap();
        buffer.truncate(length);
        buffer
    }

    #[test]
    fn what_is_packed_is_read() {
        let bytes = image();
        assert_eq!(bytes.len(), image_length(3, 3));
        let padded = [&bytes[..], &[0xFF; 50]].concat();
        let image = Image::parse(&padded).unwrap();
        assert_eq!(image.units().collect::<Vec<_>>(), [unit(1), unit(2), unit(3)]);
        assert_eq!(image.groups().collect::<Vec<_>>(), [(0, INPUT), (0, COILS), (2, INPUT)]);
    }

    #[test]
    fn no_single_changed_byte_goes_unseen() {
        let bytes = image();
        for place in 0..bytes.len() {
            for bit in 0..8 {
                let mut damaged = bytes.clone();
                damaged[place] ^= 1 << bit;
                assert!(Image::parse(&damaged).is_err(), "byte {place}, bit {bit}");
            }
            assert!(Image::parse(&bytes[..place]).is_err(), "{place} bytes");
        }
    }

    #[test]
    fn impossible_plans_are_refused() {
        let mut buffer = [0; 100];
        let mut refused = |baud, units: &[(Unit, &[Group])]| emit(baud, 300, units, &mut buffer).unwrap_err().offset();
        assert_eq!(refused(0, &[]), 8);
        assert_eq!(refused(9600, &[(unit(0), &[])]), 16);
        assert_eq!(refused(9600, &[(unit(1), &[]), (unit(1), &[])]), 24);
        assert_eq!(refused(9600, &[(Unit { period_ms: 0, ..unit(1) }, &[])]), 20);
        assert_eq!(refused(9600, &[(unit(1), &[INPUT, Group { quantity: 126, ..INPUT }])]), 30);
        assert_eq!(refused(9600, &[(unit(1), &[Group { address: 65_535, ..INPUT }])]), 24);
        assert_eq!(refused(9600, &[(unit(1), &[COILS; 20])]), 100);
    }
}
