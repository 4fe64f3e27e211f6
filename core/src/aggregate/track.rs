//! A series in memory of fixed size.

use super::{AggregateError, Cadence, Partial, Reading, Rule, Step};

/// The open minute of a series with everything that is known of it, and integral, cover and increase of
/// the four coarser cadences, in 160 bytes: for integers of at most 32 bits, signed or not, that are
/// read in order of time. What it closes has the bits that a [`Partial`] of the same readings has.
///
/// ```
/// use parabus_core::aggregate::{Reading, Rule, Track};
///
/// let rule = Rule::of_period(10);
/// let mut track = Track::new();
/// track.push(Reading::new(10_000, 700), &rule).unwrap();
/// track.push(Reading::new(40_000, 1400), &rule).unwrap();
/// // At 60 s, before what is read then.
/// let closed = track.close(60_000, &rule).unwrap();
/// assert_eq!((closed.start_ms, closed.partial.mean()), (0, Some(980.0)));
/// assert!(track.close(60_000, &rule).is_none());
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct Track {
    /// Sum of the minute's readings.
    sum: i64,
    /// By [`Cadence::ALL`], the minute first.
    integral: [i64; 5],
    increase: [u64; 5],
    /// Without the minute, whose own stands below.
    cover_ms: [u32; 4],
    /// Minutes since 1970 of the open one, and of the last reading with a value.
    minute: i32,
    last_minute: i32,
    last: Narrow,
    base: Narrow,
    min: Narrow,
    max: Narrow,
    first: Narrow,
    own_cover_ms: u16,
    /// Milliseconds since the start of the minute.
    last_at: u16,
    min_at: u16,
    max_at: u16,
    first_at: u16,
    /// Of the last reading in the minute, value or error.
    seen_at: u16,
    count: u16,
    errors: u16,
    resets: u16,
    rollovers: u16,
    glitches: u16,
    gaps: u16,
    /// For each cadence: whether a reading lies in it, and whether the first of all does.
    is_read: Bits,
    is_unbased: Bits,
    /// Signs of the narrow values, and the flags below.
    signs: Bits,
    flags: Bits,
}

const _: () = assert!(size_of::<Track>() <= 160, "a tracked series takes at most 160 bytes");

/// The low 32 bits of a number of 33, whose sign stands elsewhere.
#[derive(Clone, Copy, Debug, PartialEq, Default)]
struct Narrow(u32);

/// Flags by their number.
#[derive(Clone, Copy, Debug, PartialEq, Default)]
struct Bits(u8);

impl Bits {
    const fn has(self, bit: u8) -> bool {
        self.0 >> (bit & 7) & 1 == 1
    }

    const fn set(&mut self, bit: u8, is_set: bool) {
        let mask = 1 << (bit & 7);
        self.0 = if is_set { self.0 | mask } else { self.0 & !mask };
    }
}

const LAST: u8 = 0;
const BASE: u8 = 1;
const MIN: u8 = 2;
const MAX: u8 = 3;
const FIRST: u8 = 4;

/// A minute is open.
const OPEN: u8 = 0;
/// There was a value.
const BASED: u8 = 1;
/// The last reading is a value.
const HELD: u8 = 2;
/// A reading lies in the open minute.
const SEEN: u8 = 3;
/// All five cadences.
const EVERY: Bits = Bits(0b1_1111);

const MINUTE_MS: i64 = Cadence::Minute.ms();

/// A minute that is over.
#[derive(Clone, Debug, PartialEq)]
pub struct Closed {
    /// When it began.
    pub start_ms: i64,
    /// What is known of it.
    pub partial: Partial<i64>,
    /// The coarser segments that end with it, from the finest on.
    pub coarser: [Option<Coarse>; 4],
}

/// A coarser segment that is over.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Coarse {
    /// Its length.
    pub cadence: Cadence,
    /// When it began.
    pub start_ms: i64,
    /// As [`Partial::integral`].
    pub integral: i64,
    /// As [`Partial::cover_ms`].
    pub cover_ms: u32,
    /// As [`Partial::increase`].
    pub increase: Option<u64>,
}

impl Default for Track {
    fn default() -> Self {
        Track::new()
    }
}

impl Track {
    /// No readings yet.
    #[must_use]
    pub const fn new() -> Track {
        const NONE: Narrow = Narrow(0);
        Track {
            sum: 0,
            integral: [0; 5],
            increase: [0; 5],
            cover_ms: [0; 4],
            minute: 0,
            last_minute: 0,
            last: NONE,
            base: NONE,
            min: NONE,
            max: NONE,
            first: NONE,
            own_cover_ms: 0,
            last_at: 0,
            min_at: 0,
            max_at: 0,
            first_at: 0,
            seen_at: 0,
            count: 0,
            errors: 0,
            resets: 0,
            rollovers: 0,
            glitches: 0,
            gaps: 0,
            is_read: Bits(0),
            is_unbased: Bits(0),
            signs: Bits(0),
            flags: Bits(0),
        }
    }

    /// The last reading with a value.
    pub fn last(&self) -> Option<(i64, i64)> {
        self.flags.has(BASED).then(|| (self.last_ms(), self.wide(self.last, LAST)))
    }

    /// When the open minute ends, so that [`Track::close`] has something to do; `None` before the first
    /// reading.
    pub fn closes_at(&self) -> Option<i64> {
        self.flags.has(OPEN).then(|| self.start_ms().saturating_add(MINUTE_MS))
    }

    /// Adds a reading of the open minute, or the first of all. Minutes that ended before it have to be closed
    /// first.
    ///
    /// # Errors
    /// [`AggregateError::ReadingOrder`] if it is not later than the last, or its minute is not the open one;
    /// [`AggregateError::ValueRange`] beyond 32 bits; [`AggregateError::TimeRange`] 4,000 years from now.
    /// Nothing has changed then.
    pub fn push(&mut self, reading: Reading<i64>, rule: &Rule) -> Result<(), AggregateError> {
        let at_ms = reading.at_ms();
        let minute = at_ms.div_euclid(MINUTE_MS);
        let minute = i32::try_from(minute).map_err(|_| AggregateError::TimeRange)?;
        let seen_at = u16::try_from(at_ms.rem_euclid(MINUTE_MS)).map_err(|_| AggregateError::TimeRange)?;
        let narrow = reading.value().map(narrow).transpose()?;
        if self.flags.has(OPEN) && (minute != self.minute || self.flags.has(SEEN) && seen_at <= self.seen_at) {
            return Err(AggregateError::ReadingOrder { index: 0 });
        }
        if !self.flags.has(OPEN) {
            self.minute = minute;
            self.flags.set(OPEN, true);
        }
        self.hold(at_ms, rule);
        self.seen_at = seen_at;
        self.flags.set(SEEN, true);
        match narrow {
            Some((bits, value)) => self.take(at_ms, bits, value, rule),
            None => {
                self.errors = self.errors.saturating_add(1);
                self.flags.set(HELD, false);
            }
        }
        Ok(())
    }

    /// Closes the open minute if it has ended at `now_ms`, and opens the next one; to be asked until there is
    /// none.
    pub fn close(&mut self, now_ms: i64, rule: &Rule) -> Option<Closed> {
        let end_ms = self.closes_at().filter(|end_ms| *end_ms <= now_ms)?;
        let next = self.minute.checked_add(1)?;
        self.hold(end_ms, rule);
        let start_ms = self.start_ms();
        let partial = self.partial();
        let [_, integrals @ ..] = &mut self.integral;
        let [_, increases @ ..] = &mut self.increase;
        let mut coarser = [None; 4];
        let sums = integrals.iter_mut().zip(increases).zip(&mut self.cover_ms).zip(1u8..);
        let cadences = Cadence::ALL.into_iter().skip(1).zip(&mut coarser);
        for ((cadence, place), (((integral, increase), cover_ms), bit)) in cadences.zip(sums) {
            if cadence.start_of(end_ms) != Some(end_ms) {
                continue;
            }
            let is_counted = self.is_read.has(bit) && !self.is_unbased.has(bit);
            *place = Some(Coarse {
                cadence,
                start_ms: end_ms.saturating_sub(cadence.ms()),
                integral: *integral,
                cover_ms: *cover_ms,
                increase: is_counted.then_some(*increase),
            });
            (*integral, *increase, *cover_ms) = (0, 0, 0);
            self.is_read.set(bit, false);
            self.is_unbased.set(bit, false);
        }
        let ([integral, ..], [increase, ..]) = (&mut self.integral, &mut self.increase);
        (*integral, *increase, self.own_cover_ms) = (0, 0, 0);
        self.is_read.set(0, false);
        self.is_unbased.set(0, false);
        self.flags.set(SEEN, false);
        self.minute = next;
        self.sum = 0;
        (self.count, self.errors) = (0, 0);
        (self.resets, self.rollovers, self.glitches, self.gaps) = (0, 0, 0, 0);
        Some(Closed { start_ms, partial, coarser })
    }

    /// What is known of the open minute so far, without the time since the last reading.
    pub fn partial(&self) -> Partial<i64> {
        let start_ms = self.start_ms();
        let at = |after: u16| start_ms.saturating_add(after.into());
        let extreme = |after, value, bit| (self.count > 0).then(|| (at(after), self.wide(value, bit)));
        let ([integral, ..], [increase, ..]) = (self.integral, self.increase);
        Partial::of_parts(
            (self.count.into(), self.errors.into()),
            (self.sum.into(), integral.into(), increase.into()),
            self.own_cover_ms.into(),
            extreme(self.min_at, self.min, MIN),
            extreme(self.max_at, self.max, MAX),
            extreme(self.first_at, self.first, FIRST),
            (self.count > 0).then(|| (self.last_ms(), self.wide(self.last, LAST))),
            [
                self.is_unbased.has(0).into(),
                self.resets.into(),
                self.rollovers.into(),
                self.glitches.into(),
                self.gaps.into(),
            ],
        )
    }

    fn start_ms(&self) -> i64 {
        i64::from(self.minute).saturating_mul(MINUTE_MS)
    }

    fn last_ms(&self) -> i64 {
        i64::from(self.last_minute).saturating_mul(MINUTE_MS).saturating_add(self.last_at.into())
    }

    fn wide(&self, value: Narrow, bit: u8) -> i64 {
        let low = i64::from(value.0);
        if self.signs.has(bit) { low - (1 << 32) } else { low }
    }

    /// Adds the value that holds, up to this instant of the open minute.
    fn hold(&mut self, until_ms: i64, rule: &Rule) {
        if !self.flags.has(HELD) {
            return;
        }
        // All up to the start of the minute, or to the last reading, has been added.
        let last_ms = self.last_ms();
        let from_ms = last_ms.max(self.start_ms());
        let until_ms = until_ms.min(rule.end_of_hold(last_ms));
        let Ok(span_ms) = u16::try_from(until_ms.saturating_sub(from_ms)) else {
            return;
        };
        // A day of a number of 32 bits is below 2^59.
        let share = self.wide(self.last, LAST).saturating_mul(span_ms.into());
        self.integral.iter_mut().for_each(|sum| *sum = sum.saturating_add(share));
        self.cover_ms.iter_mut().for_each(|sum| *sum = sum.saturating_add(span_ms.into()));
        self.own_cover_ms = self.own_cover_ms.saturating_add(span_ms);
    }

    fn take(&mut self, at_ms: i64, bits: Narrow, value: i64, rule: &Rule) {
        let is_negative = value < 0;
        let is_first = self.count == 0;
        self.count = self.count.saturating_add(1);
        self.sum = self.sum.saturating_add(value);
        if is_first || value < self.wide(self.min, MIN) {
            (self.min, self.min_at) = (bits, self.seen_at);
            self.signs.set(MIN, is_negative);
        }
        if is_first || value > self.wide(self.max, MAX) {
            (self.max, self.max_at) = (bits, self.seen_at);
            self.signs.set(MAX, is_negative);
        }
        if is_first {
            (self.first, self.first_at) = (bits, self.seen_at);
            self.signs.set(FIRST, is_negative);
        }
        self.is_read = EVERY;
        let step = if self.flags.has(BASED) {
            if rule.is_gap(self.last_ms(), at_ms) {
                self.gaps = self.gaps.saturating_add(1);
            }
            self.step(value, rule)
        } else {
            self.is_unbased = EVERY;
            self.flags.set(BASED, true);
            Step::Rise
        };
        if step != Step::Glitch {
            self.base = bits;
            self.signs.set(BASE, is_negative);
        }
        (self.last_minute, self.last_at, self.last) = (self.minute, self.seen_at, bits);
        self.signs.set(LAST, is_negative);
        self.flags.set(HELD, true);
    }

    /// Adds the step of a counter.
    fn step(&mut self, value: i64, rule: &Rule) -> Step {
        let (step, share) = rule.step(self.wide(self.base, BASE), value);
        let share = u64::try_from(share).unwrap_or(0);
        self.increase.iter_mut().for_each(|sum| *sum = sum.saturating_add(share));
        let tally = match step {
            Step::Rise => None,
            Step::Rollover => Some(&mut self.rollovers),
            Step::Glitch => Some(&mut self.glitches),
            Step::Reset => Some(&mut self.resets),
        };
        if let Some(tally) = tally {
            *tally = tally.saturating_add(1);
        }
        step
    }
}

/// The low 32 bits, and the number itself.
fn narrow(value: i64) -> Result<(Narrow, i64), AggregateError> {
    let is_narrow = (i64::from(i32::MIN)..=i64::from(u32::MAX)).contains(&value);
    let low = u32::try_from(value.rem_euclid(1 << 32)).map_err(|_| AggregateError::ValueRange)?;
    if is_narrow { Ok((Narrow(low), value)) } else { Err(AggregateError::ValueRange) }
}

#[cfg(test)]
mod tests {
    use std::vec::Vec;

    use super::*;
    use crate::aggregate::partial;
    use crate::aggregate::random::Random;

    #[test]
    fn every_segment_has_the_bits_of_its_readings() {
        let mut random = Random(71);
        let mut compared = 0;
        for round in 0..30 {
            let mut readings = random.readings(2500, -7_000_000);
            if round % 2 == 1 {
                readings = readings
                    .iter()
                    .map(|reading| match reading.value() {
                        Some(value) if value % 5 == 0 => Reading::new(reading.at_ms(), -value),
                        Some(value) if value % 7 == 0 => {
                            Reading::new(reading.at_ms(), i64::from(u32::MAX) - value.rem_euclid(7000))
                        }
                        _ => *reading,
                    })
                    .collect();
            }
            let width = [Some(16), Some(32), None][round % 3];
            let rule = Rule::new([Some(1 + random.below(200_000)), None][round % 2], width).unwrap();
            let mut track = Track::new();
            let mut closed = Vec::new();
            let until_ms = readings.last().unwrap().at_ms() + 300_000;
            for reading in &readings {
                while let Some(minute) = track.close(reading.at_ms(), &rule) {
                    closed.push(minute);
                }
                track.push(*reading, &rule).unwrap();
                assert_eq!(track.closes_at().map(|end_ms| end_ms > reading.at_ms()), Some(true));
            }
            while let Some(minute) = track.close(until_ms, &rule) {
                closed.push(minute);
            }
            for minute in closed {
                let span = |start_ms, length_ms| partial(&readings, start_ms, start_ms + length_ms, &rule).unwrap();
                assert_eq!(minute.partial, span(minute.start_ms, MINUTE_MS));
                for coarse in minute.coarser.into_iter().flatten() {
                    let want = span(coarse.start_ms, coarse.cadence.ms());
                    assert_eq!(i128::from(coarse.integral), *want.integral());
                    assert_eq!(u64::from(coarse.cover_ms), want.cover_ms());
                    assert_eq!(coarse.increase.map(i128::from), want.increase().copied());
                    compared += 1;
                }
            }
        }
        assert!(compared > 3000, "{compared}");
    }

    #[test]
    fn a_day_of_the_largest_numbers_fits() {
        let rule = Rule::new(None, Some(32)).unwrap();
        for value in [i64::from(i32::MIN), i64::from(u32::MAX)] {
            let mut track = Track::new();
            track.push(Reading::new(0, value), &rule).unwrap();
            let day = (0..1440).filter_map(|minute| track.close((minute + 1) * MINUTE_MS, &rule)).last().unwrap();
            let [.., day] = day.coarser;
            assert_eq!(day.map(|day| day.integral), Some(value * 86_400_000));
        }
    }

    #[test]
    fn what_does_not_fit_changes_nothing() {
        let rule = Rule::default();
        let mut track = Track::new();
        assert_eq!((track.closes_at(), track.last(), track.close(i64::MAX, &rule)), (None, None, None));
        for (reading, error) in [
            (Reading::new(i64::MAX, 0), AggregateError::TimeRange),
            (Reading::new(i64::MIN, 0), AggregateError::TimeRange),
            (Reading::new(0, 1 << 32), AggregateError::ValueRange),
            (Reading::new(0, i64::MIN), AggregateError::ValueRange),
        ] {
            assert_eq!(track.push(reading, &rule), Err(error));
            assert_eq!(track, Track::new());
        }
        track.push(Reading::new(500, 4), &rule).unwrap();
        track.push(Reading::error(600), &rule).unwrap();
        let before = track.clone();
        for at_ms in [500, 600, -1, MINUTE_MS] {
            assert_eq!(track.push(Reading::new(at_ms, 5), &rule), Err(AggregateError::ReadingOrder { index: 0 }));
        }
        assert_eq!((track.last(), &track), (Some((500, 4)), &before));
    }
}
