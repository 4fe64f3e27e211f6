//! Sums over time: `segments`, `dispersed`, `min_max`, `time_weighted_mean`, `integrate`, `increase`,
//! `exact_sum` and `Series`.
//!
//! Instants are milliseconds since 1970 UTC. Numbers of answers are those nearest to the exact results in
//! binary64, but for extremes, first and last values and increases of integers without `decimals`, which are
//! integers.

use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;

use serde::{Deserialize, Serialize};

mod call;
mod flow;
mod series;

use super::Error;
use crate::aggregate::{
    AggregateError, Cadence, Calendar, Carry, ExactSum, Grid, Partial, Reading, Rule, Sampling, Scale, Segments,
    Transitions, Unit, dispersed as dispersed_readings, dispersed_in_columns, min_max as min_max_of,
    min_max_in_columns, points, sorted,
};
use crate::error::ErrorKind;
pub use call::{Columns, DispersedCall, MinMaxCall, RangeCall, SegmentsCall, SeriesCall};
pub use flow::{Answering, Flow};
pub use series::{Pushed, Series};

/// Readings that are brought into the core's own form at once.
const PIECE: usize = 512;

/// Most segments in one answer.
const MOST_SEGMENTS: usize = 1_000_000;

/// Readings of one series, in any order; of two at one instant the later one counts.
#[derive(Clone, Debug)]
pub struct Readings(Kind);

#[derive(Clone, Debug)]
enum Kind {
    /// With what acts on their numbers; without it they are integers.
    Whole(Rows<i64>, Option<Scale>),
    Fraction(Rows<f64>),
}

/// Readings in order of time, one for each instant.
#[derive(Clone, Debug)]
enum Rows<N> {
    /// Which are summed in blocks; NaN where a reading failed.
    Columns(Vec<i64>, Vec<N>),
    /// Integers of which some failed.
    Each(Vec<Reading<N>>),
}

impl Readings {
    /// Integers, each standing for `value × 10^-decimals`; `None` is a reading that failed.
    ///
    /// # Errors
    /// `point-count` if there are not as many times as values, `sum-overflow` beyond 1000 decimals.
    pub fn whole(
        times: &[i64],
        values: impl ExactSizeIterator<Item = Option<i64>>,
        decimals: Option<u16>,
    ) -> Result<Readings, Error> {
        same_length(times.len(), values.len())?;
        let scale = i64::scale(decimals)?;
        let values: Vec<Option<i64>> = values.collect();
        let known: Option<Vec<i64>> = values.iter().copied().collect();
        if let Some(values) = known.filter(|_| is_rising(times)) {
            return Ok(Readings(Kind::Whole(Rows::Columns(times.to_vec(), values), scale)));
        }
        let readings = times.iter().zip(values).map(|(at_ms, value)| match value {
            Some(value) => Reading::new(*at_ms, value),
            None => Reading::error(*at_ms),
        });
        let readings = in_order(readings.collect());
        let columns = readings.iter().map(|reading| Some((reading.at_ms(), reading.value()?))).collect();
        let columns: Option<(Vec<i64>, Vec<i64>)> = columns;
        let rows = columns.map_or(Rows::Each(readings), |(times, values)| Rows::Columns(times, values));
        Ok(Readings(Kind::Whole(rows, scale)))
    }

    /// Fractions; NaN and infinities are readings that failed.
    ///
    /// # Errors
    /// `point-count` if there are not as many times as values, or `decimals` are given, which integers alone
    /// have.
    pub fn fraction(times: &[i64], values: &[f64], decimals: Option<u16>) -> Result<Readings, Error> {
        same_length(times.len(), values.len())?;
        f64::scale(decimals)?;
        if is_rising(times) {
            return Ok(Readings(Kind::Fraction(Rows::Columns(times.to_vec(), values.to_vec()))));
        }
        let readings = times.iter().zip(values).map(|(at_ms, value)| Reading::new(*at_ms, *value));
        let readings = sorted(readings.collect());
        let value = |reading: &Reading<f64>| (reading.at_ms(), reading.value().unwrap_or(f64::NAN));
        let (times, values) = readings.iter().map(value).collect();
        Ok(Readings(Kind::Fraction(Rows::Columns(times, values))))
    }
}

fn is_rising(times: &[i64]) -> bool {
    times.iter().zip(times.iter().skip(1)).fold(true, |is_rising, (earlier, later)| is_rising & (earlier < later))
}

fn same_length(times: usize, values: usize) -> Result<(), Error> {
    if times == values { Ok(()) } else { Err(AggregateError::Lengths { times, values }.into()) }
}

fn in_order<N: crate::aggregate::Number>(readings: Vec<Reading<N>>) -> Vec<Reading<N>> {
    let is_sorted = readings.windows(2).all(|pair| matches!(pair, [one, other] if one.at_ms() < other.at_ms()));
    if is_sorted { readings } else { sorted(readings) }
}

/// An integer, or a number in binary64.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
#[serde(untagged)]
pub enum Answer {
    /// Of integers without `decimals`.
    Int(i128),
    /// Of everything else.
    Float(f64),
}

/// How readings become sums.
#[derive(Clone, Copy, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Options {
    /// Milliseconds for which a value holds; until the next one without it.
    pub hold_ms: Option<u64>,
    /// Of a counter that runs over: 16, 32, 48 or 64.
    pub width_bits: Option<u8>,
}

impl Options {
    fn rule(self) -> Result<Rule, Error> {
        Ok(Rule::new(self.hold_ms, self.width_bits)?)
    }
}

/// Offsets of a zone, for hosts without a table of their own.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ZoneTable {
    /// Seconds east of UTC before the first change.
    pub before_s: i32,
    /// Instants of changes, in order, and the seconds east of UTC from each on.
    pub changes: Vec<(i64, i32)>,
}

/// Segments of a range: of a cadence in UTC, of local days in a zone, or the range itself.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Spans {
    /// `1m`, `5m`, `15m`, `1h` or `1d`.
    pub cadence: Option<String>,
    /// `half-hour`, `hour` or `day`, in the zone `tz`.
    pub segment: Option<String>,
    /// Name of the IANA database.
    pub tz: Option<String>,
    /// Its offsets in the range and two days around it, where the core has no database.
    pub zone: Option<ZoneTable>,
    /// First instant.
    pub start: i64,
    /// The instant after the last.
    pub end: i64,
}

impl Spans {
    fn spans(&self) -> Result<Vec<(i64, i64)>, Error> {
        match (&self.cadence, &self.segment) {
            (Some(_), Some(_)) => Err(refused("`cadence` beside `segment`, expected one of them")),
            (Some(cadence), None) => {
                let cadence = Cadence::from_code(cadence).map_err(|error| of_input("cadence", cadence, error))?;
                bounded(Grid::new(self.start, self.end, cadence.ms())?)
            }
            (None, Some(segment)) => {
                let unit = Unit::from_code(segment).map_err(|error| of_input("segment", segment, error))?;
                let tz = self.tz.as_deref().ok_or_else(|| refused("`segment` without `tz`, expected its zone"))?;
                self.in_zone(unit, tz)
            }
            (None, None) if self.start < self.end => Ok([(self.start, self.end)].into()),
            (None, None) => Err(AggregateError::TimeRange.into()),
        }
    }

    fn in_zone(&self, unit: Unit, tz: &str) -> Result<Vec<(i64, i64)>, Error> {
        if let Some(ZoneTable { before_s, changes }) = &self.zone {
            let zone = Transitions::new(*before_s, changes)?;
            return bounded(Calendar::new(&zone, unit, self.start, self.end)?);
        }
        #[cfg(feature = "tz")]
        {
            let zone = crate::aggregate::zone_by_name(tz).map_err(|error| of_input("tz", tz, error))?;
            bounded(Calendar::new(&zone, unit, self.start, self.end)?)
        }
        #[cfg(not(feature = "tz"))]
        {
            let _ = unit;
            Err(of_input("tz", tz, AggregateError::UnknownZone))
        }
    }
}

fn bounded(spans: impl Iterator<Item = (i64, i64)>) -> Result<Vec<(i64, i64)>, Error> {
    let mut found = Vec::new();
    for span in spans {
        if found.len() == MOST_SEGMENTS {
            return Err(refused(&format!("more than {MOST_SEGMENTS} segments, expected a shorter range")));
        }
        found.push(span);
    }
    Ok(found)
}

fn refused(message: &str) -> Error {
    Error { kind: ErrorKind::TimeRange, message: message.into(), offset: None }
}

fn of_input(field: &str, text: &str, error: AggregateError) -> Error {
    Error { message: format!("{field} `{text}`: {error}"), ..error.into() }
}

impl From<AggregateError> for Error {
    fn from(error: AggregateError) -> Self {
        Error { kind: error.kind(), message: format!("{error}"), offset: error.offset() }
    }
}

/// What is known of a segment.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct SegmentAnswer {
    /// First instant.
    pub start: i64,
    /// Readings with a value.
    pub count: u64,
    /// Time-weighted mean; `None` without cover.
    pub mean: Option<f64>,
    /// Least reading.
    pub min: Option<Answer>,
    /// Largest reading.
    pub max: Option<Answer>,
    /// First reading with a value.
    pub first: Option<Answer>,
    /// Last reading with a value.
    pub last: Option<Answer>,
    /// Value times milliseconds; `None` without cover.
    pub integral: Option<f64>,
    /// What a counter counted; `None` without readings, and if there was none before.
    pub increase: Option<Answer>,
    /// Milliseconds with a value.
    pub cover: u64,
}

/// Every segment of a range, empty ones among them.
///
/// # Errors
/// `time-range`, `unknown-cadence`, `unknown-segment`, `unknown-zone`, `zone-table`, `counter-width`,
/// `sum-overflow`.
pub fn segments(readings: &Readings, spans: &Spans, options: Options) -> Result<Vec<SegmentAnswer>, Error> {
    let rule = options.rule()?;
    let spans = spans.spans()?;
    match &readings.0 {
        Kind::Whole(rows, scale) => rows.segments(spans, rule, *scale),
        Kind::Fraction(rows) => rows.segments(spans, rule, None),
    }
}

impl<N: Answering> Rows<N> {
    fn segments(&self, spans: Vec<(i64, i64)>, rule: Rule, scale: Option<Scale>) -> Result<Vec<SegmentAnswer>, Error> {
        match self {
            Rows::Columns(times, values) => {
                let mut flow = Flow::over(spans, rule, scale);
                flow.push(times, values)?;
                flow.finish()
            }
            Rows::Each(readings) => {
                let segments = Segments::new(readings, Carry::default(), rule, spans)?;
                segments.map(|segment| N::answer(segment.start_ms, &segment.partial, scale)).collect()
            }
        }
    }

    fn dispersed(
        &self,
        (start, end): (i64, i64),
        count: usize,
        sampling: Sampling,
        rule: &Rule,
    ) -> Result<Vec<Option<N>>, Error> {
        let mut out = alloc::vec![None; count];
        match self {
            Rows::Columns(times, values) => {
                dispersed_in_columns((times, values), start, end, sampling, rule, &mut out)?;
            }
            Rows::Each(readings) => dispersed_readings(readings, start, end, sampling, rule, &mut out)?,
        }
        Ok(out)
    }

    #[expect(clippy::type_complexity, reason = "two readings, each with its instant")]
    fn min_max(&self, start: i64, end: i64) -> Result<Option<((i64, N), (i64, N))>, Error> {
        Ok(match self {
            Rows::Columns(times, values) => min_max_in_columns((times, values), start, end),
            Rows::Each(readings) => min_max_of(readings, start, end)?,
        })
    }
}

fn whole_answer(start: i64, partial: &Partial<i64>, scale: Option<Scale>) -> Result<SegmentAnswer, Error> {
    let scaled = scale.unwrap_or_default();
    let of_value = |found: Option<(i64, i64)>| found.and_then(|(_, value)| whole(value, scale));
    let increase = match scale {
        None => partial.increase().copied().map(Answer::Int),
        Some(scale) => scale.increase(partial)?.map(Answer::Float),
    };
    Ok(SegmentAnswer {
        start,
        count: partial.count(),
        mean: scaled.mean(partial)?,
        min: of_value(partial.min()),
        max: of_value(partial.max()),
        first: of_value(partial.first()),
        last: of_value(partial.last()),
        integral: if partial.cover_ms() > 0 { scaled.integral(partial, 1)? } else { None },
        increase,
        cover: partial.cover_ms(),
    })
}

fn whole(value: i64, scale: Option<Scale>) -> Option<Answer> {
    match scale {
        None => Some(Answer::Int(value.into())),
        Some(scale) => scale.value(value).map(|value| Answer::Float(value.to_f64())),
    }
}

fn fraction_answer(start: i64, partial: &Partial<f64>) -> SegmentAnswer {
    let of_value = |found: Option<(i64, f64)>| found.map(|(_, value)| Answer::Float(value));
    SegmentAnswer {
        start,
        count: partial.count(),
        mean: partial.mean(),
        min: of_value(partial.min()),
        max: of_value(partial.max()),
        first: of_value(partial.first()),
        last: of_value(partial.last()),
        integral: if partial.cover_ms() > 0 { partial.integral().to_f64() } else { None },
        increase: partial.increase().and_then(ExactSum::to_f64).map(Answer::Float),
        cover: partial.cover_ms(),
    }
}

/// What is known of one range: the answer of [`segments`] without a cadence.
///
/// # Errors
/// `time-range`, `counter-width`, `sum-overflow`.
pub fn range(readings: &Readings, start: i64, end: i64, options: Options) -> Result<SegmentAnswer, Error> {
    let spans = Spans { cadence: None, segment: None, tz: None, zone: None, start, end };
    // One range has one answer.
    segments(readings, &spans, options)?.pop().ok_or_else(|| AggregateError::TimeRange.into())
}

/// One point of [`dispersed`].
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Point {
    /// When its part of the range begins.
    pub start: i64,
    /// `None` where there is none.
    pub value: Option<Answer>,
}

/// A value for each of so many equal parts of a range: the first that was read in it (`first`), or the one
/// that holds when it begins (`hold`).
///
/// # Errors
/// `time-range`, `point-count`, `unknown-sampling`.
pub fn dispersed(
    readings: &Readings,
    (start, end): (i64, i64),
    count: usize,
    sampling: &str,
    options: Options,
) -> Result<Vec<Point>, Error> {
    let rule = options.rule()?;
    let sampling = Sampling::from_code(sampling).map_err(|error| of_input("sampling", sampling, error))?;
    if count > MOST_SEGMENTS {
        return Err(AggregateError::PointCount { points: count }.into());
    }
    let starts = points(start, end, count)?.map(|(start, _)| start);
    let values: Vec<Option<Answer>> = match &readings.0 {
        Kind::Whole(rows, scale) => {
            let found = rows.dispersed((start, end), count, sampling, &rule)?;
            found.into_iter().map(|value| value.and_then(|value| whole(value, *scale))).collect()
        }
        Kind::Fraction(rows) => {
            let found = rows.dispersed((start, end), count, sampling, &rule)?;
            found.into_iter().map(|value| value.map(Answer::Float)).collect()
        }
    };
    Ok(starts.zip(values).map(|(start, value)| Point { start, value }).collect())
}

/// Extremes, each with its earliest instant.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct MinMax {
    /// Least reading.
    pub min: Option<Answer>,
    /// When it was read first.
    pub min_at: i64,
    /// Largest reading.
    pub max: Option<Answer>,
    /// When it was read first.
    pub max_at: i64,
}

/// The extremes of the readings with `start ≤ t ≤ end`; `None` if there is none.
///
/// # Errors
/// None at present; as the others.
pub fn min_max(readings: &Readings, start: i64, end: i64) -> Result<Option<MinMax>, Error> {
    Ok(match &readings.0 {
        Kind::Whole(rows, scale) => rows.min_max(start, end)?.map(|(min, max)| MinMax {
            min: whole(min.1, *scale),
            min_at: min.0,
            max: whole(max.1, *scale),
            max_at: max.0,
        }),
        Kind::Fraction(rows) => rows.min_max(start, end)?.map(|(min, max)| MinMax {
            min: Some(Answer::Float(min.1)),
            min_at: min.0,
            max: Some(Answer::Float(max.1)),
            max_at: max.0,
        }),
    })
}

/// The sum of numbers, rounded once.
///
/// # Errors
/// `not-finite` with the index of a number that is none; `sum-overflow` beyond the range of binary64.
pub fn exact_sum(values: &[f64]) -> Result<f64, Error> {
    let mut sum = Summing::default();
    sum.push(values)?;
    sum.finish()
}

/// [`exact_sum`] of numbers that come in pieces.
#[derive(Clone, Debug, Default)]
pub struct Summing {
    sum: ExactSum,
    count: usize,
}

impl Summing {
    /// Adds what comes next.
    ///
    /// # Errors
    /// `not-finite` with the index of a number that is none.
    pub fn push(&mut self, values: &[f64]) -> Result<(), Error> {
        for values in values.chunks(PIECE) {
            let is_good = values.iter().fold(true, |is_good, value| is_good & value.is_finite());
            let other = values.iter().enumerate().find(|(_, value)| !is_good && !value.is_finite());
            if let Some((index, value)) = other {
                let index = self.count.saturating_add(index);
                let message = format!("value {index} is `{value}`, expected a number");
                return Err(Error { kind: ErrorKind::NotFinite, message, offset: Some(index) });
            }
            self.sum.add_all(values);
            self.count = self.count.saturating_add(values.len());
        }
        Ok(())
    }

    /// The sum, rounded once.
    ///
    /// # Errors
    /// `sum-overflow` beyond the range of binary64.
    pub fn finish(&self) -> Result<f64, Error> {
        self.sum.to_f64().ok_or_else(|| AggregateError::SumOverflow.into())
    }
}

/// The sum of integers.
#[must_use]
pub fn exact_sum_of_integers(values: &[i64]) -> i128 {
    // As many numbers of 63 bits as memory holds are below 2^127.
    values.iter().fold(0i128, |sum, value| sum.wrapping_add(i128::from(*value)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn spans(start: i64, end: i64, cadence: Option<&str>) -> Spans {
        Spans { cadence: cadence.map(Into::into), segment: None, tz: None, zone: None, start, end }
    }

    #[test]
    fn integers_stay_integers_and_decimals_act_once() {
        let (times, large) = ([40_000, 10_000], i64::MAX);
        let values = [Some(large), Some(large - 2)];
        let whole = Readings::whole(&times, values.into_iter(), None).unwrap();
        let options = Options { hold_ms: Some(60_000), width_bits: None };
        let minutes = segments(&whole, &spans(0, 120_000, Some("1m")), options).unwrap();
        let first = minutes.first().unwrap();
        assert_eq!((first.min, first.last), (Some(Answer::Int((large - 2).into())), Some(Answer::Int(large.into()))));
        assert_eq!((first.count, first.cover, minutes.len()), (2, 50_000, 2));
        let scaled = Readings::whole(&[0, 1000], [Some(255), None].into_iter(), Some(1)).unwrap();
        let answer = range(&scaled, 0, 2000, options).unwrap();
        assert_eq!((answer.mean, answer.min, answer.integral), (Some(25.5), Some(Answer::Float(25.5)), Some(25_500.0)));
        assert_eq!((answer.cover, answer.increase), (1000, None));
    }

    #[test]
    fn a_series_in_between_says_what_its_readings_say() {
        let options = Options { hold_ms: Some(5000), width_bits: Some(16) };
        let (times, values) = ([0, 1000, 7000, 3000], [f64::NAN, 0.1, 0.2, 0.3]);
        let readings = Readings::fraction(&times, &values, None).unwrap();
        let mut series = Series::new(options, None).unwrap();
        let mut late = Series::new(options, None).unwrap();
        for (index, (at_ms, value)) in times.into_iter().zip(values).enumerate() {
            let to = if index == 3 { &mut late } else { &mut series };
            to.push(at_ms, Pushed::Float(value)).unwrap();
        }
        series.merge(&late).unwrap();
        let asked = spans(0, 10_000, None);
        assert_eq!(series.query(&asked).unwrap(), segments(&readings, &asked, options).unwrap());
        assert_eq!(series.push(9000, Pushed::Int(1)).unwrap_err().kind, ErrorKind::ValueRange);
        assert_eq!((series.count(), late.count()), (4, 1));
    }

    #[test]
    fn what_cannot_be_is_told() {
        let kind = |error: Error| error.kind;
        let none = || Readings::fraction(&[], &[], None).unwrap();
        assert_eq!(Readings::fraction(&[1], &[], None).map_err(kind).err(), Some(ErrorKind::PointCount));
        assert_eq!(Readings::fraction(&[1], &[1.0], Some(2)).map_err(kind).err(), Some(ErrorKind::ValueRange));
        let asked = |change: fn(&mut Spans)| {
            let mut asked = spans(0, 86_400_000, None);
            change(&mut asked);
            segments(&none(), &asked, Options::default()).map(|found| found.len()).map_err(kind)
        };
        assert_eq!(asked(|_| ()), Ok(1));
        assert_eq!(asked(|spans| spans.end = 0), Err(ErrorKind::TimeRange));
        assert_eq!(asked(|spans| spans.cadence = Some("2m".into())), Err(ErrorKind::UnknownCadence));
        assert_eq!(asked(|spans| spans.segment = Some("day".into())), Err(ErrorKind::TimeRange));
        assert_eq!(
            asked(|spans| (spans.segment, spans.tz) = (Some("day".into()), Some("Mars/Base".into()))),
            Err(ErrorKind::UnknownZone)
        );
        let zone = |spans: &mut Spans| {
            (spans.segment, spans.tz) = (Some("day".into()), Some("here".into()));
            spans.zone = Some(ZoneTable { before_s: 3600, changes: [(40_000_000, 7200)].into() });
        };
        assert_eq!(asked(zone), Ok(2));
        assert_eq!(exact_sum(&[1e308, 1e308, -1e308]), Ok(1e308));
        assert_eq!(exact_sum(&[0.1; 10]), Ok(1.0));
        assert_eq!(
            exact_sum(&[1.0, f64::NAN]).map_err(|error| (error.kind, error.offset)),
            Err((ErrorKind::NotFinite, Some(1)))
        );
    }
}
