//! The part of an image that says what is watched.
//!
//! Numbers and type codes stand as ASCII text, filled up with zero bytes, so that they stay exact.
//!
//! | bytes | content |
//! |---|---|
//! | 1, 1 | unit id under which the gateway itself is asked, 0 for none; 0 |
//! | 2, 2, 2 | number of points, number of alerts, bytes of all alerts |
//! | 80 a point | unit id, kind of register, address (2), type code (8), bit, bits or 0 for all, number of codes for "no value", 0, multiplier (24), shift (24), the codes (8, 8) |
//! | 20 an alert | number (4), logic (0 all, 1 any), relay (0 none, 1 follows, 2 latches), number of conditions, of actions, of follow-ups, 0, 0, 0, period in ms (4), resolve delay in ms (4); behind it what it has: |
//! | 60 a condition | point (2), kind (0 to 5 in the order of [`Comparison::ALL`], 6 reading error), 0, failures (2), 0, 0, hold limit in ms or 0 for none (4), threshold (24), deadband (24) |
//! | 8 an action | time-out in ms (4), told through a channel 1, else 0, 0, 0, 0 |
//! | 8 a follow-up | time-out in ms (4), stage in the order of [`Stage::ALL`], 0, 0, 0 |

use core::fmt::{self, Write as _};

use super::{ImageError, error, kind_byte};
use crate::alert::{Action, Comparison, Condition, FollowUp, Logic, Rule, Stage, Test};
use crate::modbus::{RegisterKind, UnitId};
use crate::value::{Codec, DataType, Decimal, ValueError};

pub(super) const HEAD: usize = 8;
const POINT: usize = 80;
const ALERT: usize = 20;
const CONDITION: usize = 60;
const TIMEOUT: usize = 8;
const TEXT: usize = 24;
const CODE: usize = 8;

/// A number in registers that conditions look at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Point {
    /// Unit that has it.
    pub unit_id: UnitId,
    /// Kind of its registers.
    pub kind: RegisterKind,
    /// First of them.
    pub address: u16,
    /// Of a coil or discrete input [`DataType::Bit`]; never a text or an address.
    pub data_type: DataType,
    /// Bit of the register at which a part begins, 0..=15.
    pub bit: u8,
    /// Bits of a part, 0 for all up to bit 15.
    pub bits: u8,
    /// By which the number is multiplied.
    pub multiplier: Decimal,
    /// What is added then.
    pub shift: Decimal,
    /// Raw bits that stand for "no value".
    pub not_available: [Option<u64>; 2],
}

impl Point {
    /// How its registers become its value.
    ///
    /// # Errors
    /// A bit or a number of bits that the type does not have.
    pub fn codec(&self) -> Result<Codec, ValueError> {
        let codec = Codec::new(self.data_type).multiplier(self.multiplier).shift(self.shift).bit(self.bit)?;
        let codec = if self.bits == 0 { codec } else { codec.bits(self.bits)? };
        Ok(codec.not_available(self.not_available))
    }

    fn is_possible(&self) -> bool {
        let is_one_bit = self.data_type == DataType::Bit && self.bit == 0;
        self.data_type.is_numeric() && (is_one_bit || !self.kind.is_bit()) && self.codec().is_ok()
    }
}

/// What the gateway's relay does for an alert. It is closed while one alert wants it closed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Relay {
    /// Nothing.
    None,
    /// Closed while a record is open; what is not known holds it open as it is.
    Follows,
    /// The same, and then until the record is confirmed.
    Latches,
}

impl Relay {
    /// All of them.
    pub const ALL: [Relay; 3] = [Relay::None, Relay::Follows, Relay::Latches];
}

/// An alert to be packed. The parameter of a condition is the place of its point; time-outs, period and
/// resolve delay are at most [`u32::MAX`] ms.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Alert<'a> {
    /// By which it is known, at least 1.
    pub number: u32,
    /// What the relay does.
    pub relay: Relay,
    /// What is watched, and when what is due.
    pub rule: Rule<'a>,
}

/// What is watched, to be packed.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Watch<'a> {
    /// Under which the gateway itself is asked about alerts; 0 if it is not.
    pub own_unit: UnitId,
    /// Numbers that conditions look at.
    pub points: &'a [Point],
    /// The alerts.
    pub alerts: &'a [Alert<'a>],
}

impl Watch<'_> {
    /// Nothing.
    pub const NONE: Watch<'static> = Watch { own_unit: UnitId(0), points: &[], alerts: &[] };

    /// Whether an image without this part says the same.
    pub(super) const fn is_none(&self) -> bool {
        self.own_unit.0 == 0 && self.points.is_empty() && self.alerts.is_empty()
    }

    /// Bytes of this part.
    pub(super) fn length(&self) -> usize {
        if self.is_none() { 0 } else { HEAD + self.points.len() * POINT + self.alerts_length() }
    }

    fn alerts_length(&self) -> usize {
        let one = |rule: &Rule<'_>| {
            let timeouts = rule.actions().len() + rule.follow_ups().len();
            ALERT + rule.conditions().len() * CONDITION + timeouts * TIMEOUT
        };
        self.alerts.iter().map(|alert| one(&alert.rule)).sum()
    }

    /// Writes this part at the start of `out`, which has [`Self::length`] bytes.
    pub(super) fn emit(&self, out: &mut [u8], offset: usize) -> Result<(), ImageError> {
        let mut out = Out { rest: out, offset };
        let points = out.count(self.points.len())?;
        let alerts = out.count(self.alerts.len())?;
        let bytes = out.count(self.alerts_length())?;
        out.put(&[self.own_unit.0, 0])?;
        [points, alerts, bytes].iter().try_for_each(|count| out.put(count))?;
        self.points.iter().try_for_each(|point| out.point(point))?;
        self.alerts.iter().try_for_each(|alert| out.alert(alert))
    }
}

/// An alert of an image.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Watched<'a> {
    /// By which it is known.
    pub number: u32,
    /// What the relay does.
    pub relay: Relay,
    /// How its conditions make one truth.
    pub logic: Logic,
    /// How often readings come.
    pub period_ms: u32,
    /// For how long the logic has to be false until a record closes.
    pub resolve_delay_ms: u32,
    bytes: &'a [u8],
    conditions: &'a [u8],
    actions: &'a [u8],
    follow_ups: &'a [u8],
}

impl<'a> Watched<'a> {
    /// All that the image says of it: other bytes are another rule.
    pub const fn bytes(&self) -> &'a [u8] {
        self.bytes
    }

    /// Its conditions; the parameter of each is the place of its point.
    pub fn conditions(&self) -> impl Iterator<Item = Condition> + use<'a> {
        self.conditions.chunks_exact(CONDITION).filter_map(condition_of)
    }

    /// Its actions.
    pub fn actions(&self) -> impl Iterator<Item = Action> + use<'a> {
        self.actions.chunks_exact(TIMEOUT).filter_map(action_of)
    }

    /// Its follow-ups.
    pub fn follow_ups(&self) -> impl Iterator<Item = FollowUp> + use<'a> {
        self.follow_ups.chunks_exact(TIMEOUT).filter_map(follow_up_of)
    }

    fn is_whole(&self, points: usize) -> bool {
        let is_there = |condition: &Condition| usize::try_from(condition.param()).is_ok_and(|place| place < points);
        self.number > 0
            && self.conditions().filter(is_there).count() * CONDITION == self.conditions.len()
            && self.actions().count() * TIMEOUT == self.actions.len()
            && self.follow_ups().count() * TIMEOUT == self.follow_ups.len()
            && self.actions.len().max(self.follow_ups.len()) <= Rule::MOST * TIMEOUT
    }
}

/// This part of an image over its bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Part<'a> {
    pub own_unit: UnitId,
    points: &'a [u8],
    alerts: &'a [u8],
}

impl<'a> Part<'a> {
    /// Bytes of a point.
    pub const POINT: usize = POINT;

    pub const NONE: Part<'static> = Part { own_unit: UnitId(0), points: &[], alerts: &[] };

    /// Bytes that this part has by its head.
    pub fn length(head: &[u8; HEAD]) -> usize {
        let [_, _, p0, p1, _, _, b0, b1] = *head;
        HEAD + usize::from(u16::from_le_bytes([p0, p1])) * POINT + usize::from(u16::from_le_bytes([b0, b1]))
    }

    /// Reads the part from all of its bytes, which begin at this byte of the image.
    pub fn parse(bytes: &'a [u8], offset: usize) -> Result<Part<'a>, ImageError> {
        let (head, body) = bytes.split_first_chunk::<HEAD>().ok_or(error(offset, "a head of 8 bytes"))?;
        let [own_unit, 0, p0, p1, a0, a1, _, _] = *head else { return Err(error(offset + 1, "0")) };
        let point_bytes = usize::from(u16::from_le_bytes([p0, p1])) * POINT;
        let (points, alerts) = body.split_at_checked(point_bytes).ok_or(error(offset + 2, "as many points"))?;
        let part = Part { own_unit: UnitId(own_unit), points, alerts };
        for (index, bytes) in points.chunks_exact(POINT).enumerate() {
            if !point_of(bytes).is_some_and(|point| point.is_possible()) {
                return Err(error(offset + HEAD + index * POINT, "a point with a number"));
            }
        }
        let at = offset + HEAD + points.len();
        let (mut rest, mut count) = (alerts, 0);
        while !rest.is_empty() {
            let place = at + (alerts.len() - rest.len());
            let (alert, behind) = alert_of(rest).ok_or(error(place, "an alert"))?;
            if !alert.is_whole(part.points().count()) || part.alerts().take(count).any(|one| one.number == alert.number)
            {
                return Err(error(place, "an alert whose number stands once, of points that are there"));
            }
            (rest, count) = (behind, count + 1);
        }
        if count != usize::from(u16::from_le_bytes([a0, a1])) {
            return Err(error(offset + 4, "as many alerts as there are"));
        }
        Ok(part)
    }

    pub fn points(&self) -> impl Iterator<Item = Point> + use<'a> {
        self.points.chunks_exact(POINT).filter_map(point_of)
    }

    pub fn alerts(&self) -> impl Iterator<Item = Watched<'a>> + use<'a> {
        let mut rest = self.alerts;
        core::iter::from_fn(move || {
            let (alert, behind) = alert_of(rest)?;
            rest = behind;
            Some(alert)
        })
    }
}

fn point_of(bytes: &[u8]) -> Option<Point> {
    let ([unit_id, kind, a0, a1], rest) = bytes.split_first_chunk()?;
    let (code, rest) = rest.split_first_chunk::<CODE>()?;
    let ([bit, bits, codes, 0], rest) = rest.split_first_chunk()? else { return None };
    let (multiplier, rest) = rest.split_first_chunk::<TEXT>()?;
    let (shift, rest) = rest.split_first_chunk::<TEXT>()?;
    let (first, second) = rest.split_first_chunk()?;
    let (first, second) = (u64::from_le_bytes(*first), u64::from_le_bytes(*second.first_chunk()?));
    Some(Point {
        unit_id: UnitId(*unit_id),
        kind: RegisterKind::ALL.into_iter().find(|known| kind_byte(*known) == *kind)?,
        address: u16::from_le_bytes([*a0, *a1]),
        data_type: DataType::from_code(text_of(code)?).ok()?,
        bit: *bit,
        bits: *bits,
        multiplier: decimal_of(multiplier)?,
        shift: decimal_of(shift)?,
        not_available: match codes {
            0 => [None; 2],
            1 => [Some(first), None],
            2 => [Some(first), Some(second)],
            _ => return None,
        },
    })
}

fn alert_of(bytes: &[u8]) -> Option<(Watched<'_>, &[u8])> {
    let (head, rest) = bytes.split_first_chunk::<ALERT>()?;
    let [n0, n1, n2, n3, logic, relay, conditions, actions, follow_ups, 0, 0, 0, p0, p1, p2, p3, r0, r1, r2, r3] =
        *head
    else {
        return None;
    };
    let (conditions, rest) = rest.split_at_checked(usize::from(conditions) * CONDITION)?;
    let (actions, rest) = rest.split_at_checked(usize::from(actions) * TIMEOUT)?;
    let (follow_ups, rest) = rest.split_at_checked(usize::from(follow_ups) * TIMEOUT)?;
    let alert = Watched {
        number: u32::from_le_bytes([n0, n1, n2, n3]),
        relay: Relay::ALL.get(usize::from(relay)).copied()?,
        logic: Logic::ALL.get(usize::from(logic)).copied()?,
        period_ms: u32::from_le_bytes([p0, p1, p2, p3]),
        resolve_delay_ms: u32::from_le_bytes([r0, r1, r2, r3]),
        bytes: bytes.get(..bytes.len().checked_sub(rest.len())?)?,
        conditions,
        actions,
        follow_ups,
    };
    Some((alert, rest))
}

fn condition_of(bytes: &[u8]) -> Option<Condition> {
    let ([p0, p1, kind, 0, f0, f1, 0, 0, h0, h1, h2, h3], rest) = bytes.split_first_chunk()? else { return None };
    let (threshold, deadband) = rest.split_first_chunk::<TEXT>()?;
    let point = u16::from_le_bytes([*p0, *p1]).into();
    let condition = match Comparison::ALL.get(usize::from(*kind)) {
        Some(comparison) => {
            let (threshold, deadband) = (decimal_of(threshold)?, decimal_of(deadband)?);
            Condition::compare(point, *comparison, threshold, deadband).ok()?
        }
        None if usize::from(*kind) == Comparison::ALL.len() => {
            Condition::reading_error(point, u16::from_le_bytes([*f0, *f1])).ok()?
        }
        None => return None,
    };
    match u32::from_le_bytes([*h0, *h1, *h2, *h3]) {
        0 => Some(condition),
        hold_ms => condition.hold_ms(hold_ms).ok(),
    }
}

fn action_of(bytes: &[u8]) -> Option<Action> {
    let [t0, t1, t2, t3, channel, 0, 0, 0] = *bytes.first_chunk()? else { return None };
    let timeout_ms = u32::from_le_bytes([t0, t1, t2, t3]).into();
    (channel < 2).then_some(Action { timeout_ms, has_channel: channel == 1 })
}

fn follow_up_of(bytes: &[u8]) -> Option<FollowUp> {
    let [t0, t1, t2, t3, stage, 0, 0, 0] = *bytes.first_chunk()? else { return None };
    let stage = Stage::ALL.get(usize::from(stage)).copied()?;
    Some(FollowUp { stage, timeout_ms: u32::from_le_bytes([t0, t1, t2, t3]).into() })
}

fn text_of(bytes: &[u8]) -> Option<&str> {
    let length = bytes.iter().position(|byte| *byte == 0).unwrap_or(bytes.len());
    let (text, filling) = bytes.split_at_checked(length)?;
    if filling.iter().all(|byte| *byte == 0) { core::str::from_utf8(text).ok() } else { None }
}

fn decimal_of(bytes: &[u8]) -> Option<Decimal> {
    Decimal::parse(text_of(bytes)?).ok()
}

/// Bytes that are written from the front.
struct Out<'a> {
    rest: &'a mut [u8],
    offset: usize,
}

impl Out<'_> {
    fn put(&mut self, bytes: &[u8]) -> Result<(), ImageError> {
        let room = error(self.offset, "a buffer with room for the whole image");
        let (place, behind) = core::mem::take(&mut self.rest).split_at_mut_checked(bytes.len()).ok_or(room)?;
        place.iter_mut().zip(bytes).for_each(|(place, byte)| *place = *byte);
        self.rest = behind;
        self.offset = self.offset.saturating_add(bytes.len());
        Ok(())
    }

    fn count(&self, count: usize) -> Result<[u8; 2], ImageError> {
        let most = "at most 65535 points, alerts, and bytes of alerts";
        u16::try_from(count).map(u16::to_le_bytes).map_err(|_| error(self.offset, most))
    }

    fn time(&self, time_ms: u64) -> Result<[u8; 4], ImageError> {
        u32::try_from(time_ms).map(u32::to_le_bytes).map_err(|_| error(self.offset, "at most 4294967295 ms"))
    }

    fn few(&self, count: usize) -> Result<u8, ImageError> {
        u8::try_from(count).map_err(|_| error(self.offset, "at most 255 conditions, actions and follow-ups"))
    }

    fn text<const SIZE: usize>(&mut self, text: &dyn fmt::Display) -> Result<(), ImageError> {
        let mut field = Field { bytes: [0; SIZE], length: 0 };
        write!(field, "{text}").map_err(|_| error(self.offset, "a shorter number"))?;
        self.put(&field.bytes)
    }

    fn point(&mut self, point: &Point) -> Result<(), ImageError> {
        let [a0, a1] = point.address.to_le_bytes();
        let codes = point.not_available.iter().flatten();
        let mut written = [0; 2];
        written.iter_mut().zip(codes.clone()).for_each(|(place, code)| *place = *code);
        self.put(&[point.unit_id.0, kind_byte(point.kind), a0, a1])?;
        self.text::<CODE>(&point.data_type)?;
        self.put(&[point.bit, point.bits, self.few(codes.count())?, 0])?;
        self.text::<TEXT>(&point.multiplier)?;
        self.text::<TEXT>(&point.shift)?;
        written.iter().try_for_each(|code| self.put(&code.to_le_bytes()))
    }

    fn alert(&mut self, alert: &Alert<'_>) -> Result<(), ImageError> {
        let rule = &alert.rule;
        let place_of = |is_it: &dyn Fn(usize) -> bool| (0..3).find(|place| is_it(usize::from(*place))).unwrap_or(0);
        let logic: u8 = place_of(&|place| Logic::ALL.get(place) == Some(&rule.logic()));
        let relay: u8 = place_of(&|place| Relay::ALL.get(place) == Some(&alert.relay));
        self.put(&alert.number.to_le_bytes())?;
        let counts = [rule.conditions().len(), rule.actions().len(), rule.follow_ups().len()];
        let [conditions, actions, follow_ups] = counts.map(|count| self.few(count));
        self.put(&[logic, relay, conditions?, actions?, follow_ups?, 0, 0, 0])?;
        let times = [rule.period_ms(), rule.delay_ms()].map(|time_ms| self.time(time_ms));
        times.into_iter().try_for_each(|time| self.put(&time?))?;
        rule.conditions().iter().try_for_each(|condition| self.condition(condition))?;
        for action in rule.actions() {
            let time = self.time(action.timeout_ms)?;
            self.put(&time)?;
            self.put(&[action.has_channel.into(), 0, 0, 0])?;
        }
        for follow_up in rule.follow_ups() {
            let stage: u8 = place_of(&|place| Stage::ALL.get(place) == Some(&follow_up.stage));
            let time = self.time(follow_up.timeout_ms)?;
            self.put(&time)?;
            self.put(&[stage, 0, 0, 0])?;
        }
        Ok(())
    }

    fn condition(&mut self, condition: &Condition) -> Result<(), ImageError> {
        let point = u16::try_from(condition.param()).map_err(|_| error(self.offset, "the place of a point"))?;
        let (kind, failures, threshold, deadband) = match condition.test() {
            Test::Compare { comparison, threshold, high, .. } => {
                let kind = Comparison::ALL.iter().position(|one| one == comparison).unwrap_or(0);
                let deadband = high.checked_sub(*threshold).ok_or(error(self.offset, "a deadband of fewer digits"))?;
                (kind, 0, *threshold, deadband)
            }
            Test::ReadingError { failures } => (Comparison::ALL.len(), *failures, Decimal::ZERO, Decimal::ZERO),
        };
        let kind = self.few(kind)?;
        self.put(&point.to_le_bytes())?;
        self.put(&[kind, 0])?;
        self.put(&failures.to_le_bytes())?;
        self.put(&[0, 0])?;
        self.put(&condition.held_ms().unwrap_or(0).to_le_bytes())?;
        self.text::<TEXT>(&threshold)?;
        self.text::<TEXT>(&deadband.trimmed())
    }
}

/// Text of at most so many bytes.
struct Field<const SIZE: usize> {
    bytes: [u8; SIZE],
    length: usize,
}

impl<const SIZE: usize> fmt::Write for Field<SIZE> {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        let end = self.length.checked_add(text.len()).ok_or(fmt::Error)?;
        let place = self.bytes.get_mut(self.length..end).ok_or(fmt::Error)?;
        place.iter_mut().zip(text.bytes()).for_each(|(place, byte)| *place = byte);
        self.length = end;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::{INPUT, unit};
    use super::super::{Group, Image, Unit, emit, emit_watching};
    use super::*;
    use crate::value::{Number, WordOrder};
    use std::vec::Vec;

    const WHOLE: Point = Point {
        unit_id: UnitId(1),
        kind: RegisterKind::Input,
        address: 10,
        data_type: DataType::Number { number: Number::Signed, bits: 32, order: WordOrder::Mle },
        bit: 0,
        bits: 0,
        multiplier: Decimal::ONE,
        shift: Decimal::ZERO,
        not_available: [Some(0x8000_0000), None],
    };
    const PART: Point =
        Point { address: 11, data_type: DataType::Bits, bit: 4, bits: 3, not_available: [None; 2], ..WHOLE };
    const POINTS: [Point; 2] = [WHOLE, PART];

    fn decimal(text: &str) -> Decimal {
        Decimal::parse(text).unwrap()
    }

    fn packed(watch: &Watch<'_>) -> Result<Vec<u8>, ImageError> {
        let units: [(Unit, &[Group]); 2] = [(unit(1), &[INPUT]), (unit(3), &[INPUT])];
        let mut buffer = std::vec![0; 2000];
        let length = emit_watching(9600, 300, &units, watch, &mut buffer)?;
        buffer.truncate(length);
        Ok(buffer)
    }

    fn conditions() -> [Condition; 3] {
        let compare = |point, comparison, threshold, deadband| {
            Condition::compare(point, comparison, decimal(threshold), decimal(deadband)).unwrap()
        };
        [
            compare(0, Comparison::GreaterOrEqual, "-25.50", "0.1").hold_ms(60_000).unwrap(),
            compare(1, Comparison::NotEqual, "12345678901234567890.5", "0"),
            Condition::reading_error(0, 3).unwrap().hold_ms(90_000).unwrap(),
        ]
    }

    #[test]
    fn what_is_watched_is_read_as_it_was_packed() {
        let conditions = conditions();
        let actions = [Action { timeout_ms: 5000, has_channel: true }, Action { timeout_ms: 0, has_channel: false }];
        let follow_ups = Stage::ALL.map(|stage| FollowUp { stage, timeout_ms: u32::MAX.into() });
        let rule = Rule::new(Logic::Any, &conditions, &actions, &follow_ups, 10_000).unwrap().resolve_delay_ms(7);
        let empty = Rule::new(Logic::All, &[], &[], &[], 1).unwrap();
        let alerts =
            [Alert { number: 542, relay: Relay::Latches, rule }, Alert { number: 1, relay: Relay::None, rule: empty }];
        let mut points = POINTS;
        points[0].multiplier = decimal("0.001");
        points[0].shift = decimal("-273.15");
        let bytes = packed(&Watch { own_unit: UnitId(247), points: &points, alerts: &alerts }).unwrap();
        let padded = [&bytes[..], &[0; 9]].concat();
        let image = Image::parse(&padded).unwrap();
        assert_eq!((image.own_unit(), image.points().collect::<Vec<_>>()), (UnitId(247), points.to_vec()));
        let read: Vec<Watched<'_>> = image.alerts().collect();
        assert_eq!((read[0].number, read[0].relay, read[0].logic), (542, Relay::Latches, Logic::Any));
        assert_eq!((read[0].period_ms, read[0].resolve_delay_ms), (10_000, 7));
        assert_eq!(read[0].conditions().collect::<Vec<_>>(), conditions);
        assert_eq!(read[0].actions().collect::<Vec<_>>(), actions);
        assert_eq!(read[0].follow_ups().collect::<Vec<_>>(), follow_ups);
        assert_eq!((read.len(), read[1].number, read[1].conditions().count()), (2, 1, 0));
        for place in 0..bytes.len() {
            let mut damaged = bytes.clone();
            damaged[place] ^= 0x10;
            assert!(Image::parse(&damaged).is_err(), "byte {place}");
            assert!(Image::parse(&bytes[..place]).is_err(), "{place} bytes");
        }
    }

    #[test]
    fn an_image_that_watches_nothing_is_that_of_before() {
        let units: [(Unit, &[Group]); 2] = [(unit(1), &[INPUT]), (unit(3), &[INPUT])];
        let mut buffer = [0; 100];
        let length = emit(9600, 300, &units, &mut buffer).unwrap();
        assert_eq!(packed(&Watch::NONE).unwrap(), &buffer[..length]);
        assert_eq!(Image::parse(&buffer).unwrap().alerts().count(), 0);
    }

    #[test]
    fn what_cannot_be_watched_is_refused() {
        let conditions = conditions();
        let rule = Rule::new(Logic::All, &conditions, &[], &[], 1).unwrap();
        let alert = Alert { number: 1, relay: Relay::None, rule };
        let refused = |points: &[Point], alerts: &[Alert<'_>]| {
            packed(&Watch { own_unit: UnitId(0), points, alerts }).unwrap_err().offset()
        };
        // 16 of the header, two units of 8, two groups of 6, 8 of the head, 80 a point.
        assert_eq!(refused(&POINTS[..1], &[alert]), 132, "a condition on a point that is not there");
        assert_eq!(refused(&POINTS, &[alert, alert]), 212 + 200, "a number twice");
        assert_eq!(refused(&POINTS, &[Alert { number: 0, ..alert }]), 212);
        assert_eq!(refused(&[Point { address: 12, ..POINTS[1] }], &[]), 52, "registers that nobody polls");
        assert_eq!(refused(&[Point { address: 11, ..POINTS[0] }], &[]), 52, "half of it is polled");
        assert_eq!(refused(&[Point { unit_id: UnitId(2), ..POINTS[1] }], &[]), 52);
        assert_eq!(refused(&[Point { bit: 14, ..POINTS[1] }], &[]), 52, "bits beyond the register");
        assert_eq!(refused(&[Point { data_type: DataType::Ipv4, address: 10, ..POINTS[0] }], &[]), 52);
        let long = Point { shift: decimal("0.12345678901234567890123"), ..POINTS[1] };
        assert_eq!(refused(&[long], &[]), 52 + 4 + 8 + 4 + 24, "25 characters");
        let late = Rule::new(Logic::All, &[], &[], &[], u64::from(u32::MAX) + 1).unwrap();
        assert!(packed(&Watch { alerts: &[Alert { rule: late, ..alert }], ..Watch::NONE }).is_err());
        let own = Watch { own_unit: UnitId(3), points: &[], alerts: &[] };
        assert_eq!(packed(&own).unwrap_err().offset(), 44, "the unit id of a device");
    }
}
