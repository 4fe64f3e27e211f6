//! Calls of the verbs as JavaScript makes them, and its arrays.

use alloc::string::String;
use alloc::vec::Vec;

use serde::Deserialize;

use super::{
    Answer, Answering, Flow, MinMax, Options, PIECE, Point, Pushed, Readings, SegmentAnswer, Series, Spans, ZoneTable,
    dispersed, exact_sum, exact_sum_of_integers, min_max, same_length, segments,
};
use crate::aggregate::AggregateError;
use crate::contract::Error;
use crate::error::ErrorKind;

/// Call of [`segments`] from JavaScript.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SegmentsCall {
    cadence: Option<String>,
    segment: Option<String>,
    tz: Option<String>,
    zone: Option<ZoneTable>,
    start: i64,
    end: i64,
    hold_ms: Option<u64>,
    width_bits: Option<u8>,
}

impl SegmentsCall {
    /// The answer of [`segments`].
    ///
    /// # Errors
    /// Those of [`segments`].
    pub fn answer(&self, columns: &Columns<'_>, decimals: Option<u16>) -> Result<Vec<SegmentAnswer>, Error> {
        let options = Options { hold_ms: self.hold_ms, width_bits: self.width_bits };
        columns.segments(&self.spans(), options, decimals)
    }

    /// The segments alone, for a [`Series`], which has its own options.
    #[must_use]
    pub fn spans(&self) -> Spans {
        let SegmentsCall { cadence, segment, tz, zone, start, end, .. } = self.clone();
        Spans { cadence, segment, tz, zone, start, end }
    }
}

/// Call of [`dispersed`] from JavaScript.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DispersedCall {
    start: i64,
    end: i64,
    points: u32,
    sampling: Option<String>,
    hold_ms: Option<u64>,
}

impl DispersedCall {
    /// The answer of [`dispersed`].
    ///
    /// # Errors
    /// Those of [`dispersed`].
    pub fn answer(&self, columns: &Columns<'_>, decimals: Option<u16>) -> Result<Vec<Point>, Error> {
        let options = Options { hold_ms: self.hold_ms, width_bits: None };
        let sampling = self.sampling.as_deref().unwrap_or("first");
        dispersed(&columns.readings(decimals)?, (self.start, self.end), self.points as usize, sampling, options)
    }
}

/// Call of [`min_max`] from JavaScript.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MinMaxCall {
    start: Option<i64>,
    end: Option<i64>,
}

impl MinMaxCall {
    /// The answer of [`min_max`].
    ///
    /// # Errors
    /// Those of [`min_max`].
    pub fn answer(&self, columns: &Columns<'_>, decimals: Option<u16>) -> Result<Option<MinMax>, Error> {
        let readings = columns.readings(decimals)?;
        min_max(&readings, self.start.unwrap_or(i64::MIN), self.end.unwrap_or(i64::MAX))
    }
}

/// Call of [`range`] from JavaScript.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RangeCall {
    start: i64,
    end: i64,
    hold_ms: Option<u64>,
    width_bits: Option<u8>,
}

impl RangeCall {
    /// The answer of [`range`].
    ///
    /// # Errors
    /// Those of [`range`].
    pub fn answer(&self, columns: &Columns<'_>, decimals: Option<u16>) -> Result<SegmentAnswer, Error> {
        let spans = Spans { cadence: None, segment: None, tz: None, zone: None, start: self.start, end: self.end };
        let options = Options { hold_ms: self.hold_ms, width_bits: self.width_bits };
        // One range has one answer.
        columns.segments(&spans, options, decimals)?.pop().ok_or_else(|| AggregateError::TimeRange.into())
    }
}

/// Call of [`Series::new`] from JavaScript.
#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SeriesCall {
    hold_ms: Option<u64>,
    width_bits: Option<u8>,
    decimals: Option<u16>,
}

impl SeriesCall {
    /// An empty series.
    ///
    /// # Errors
    /// Those of [`Series::new`].
    pub fn series(self) -> Result<Series, Error> {
        Series::new(Options { hold_ms: self.hold_ms, width_bits: self.width_bits }, self.decimals)
    }
}

/// Times and values as arrays of JavaScript hold them.
#[derive(Clone, Copy, Debug)]
pub struct Columns<'a> {
    /// Milliseconds, whole numbers.
    pub times: &'a [f64],
    /// Integers, or nothing.
    pub wholes: &'a [i64],
    /// For each integer 1 if its reading failed; nothing if none did.
    pub failed: &'a [u8],
    /// Or fractions, NaN where a reading failed.
    pub fractions: &'a [f64],
    /// Which of the two it is.
    pub is_whole: bool,
}

impl Columns<'_> {
    fn times(&self) -> Vec<i64> {
        // Whole numbers below 2^53, as the caller's side sees to.
        self.times.iter().map(|time| *time as i64).collect()
    }

    fn wholes(&self) -> impl ExactSizeIterator<Item = Option<i64>> {
        let failed = |index: usize| self.failed.get(index).is_some_and(|failed| *failed != 0);
        self.wholes.iter().enumerate().map(move |(index, value)| (!failed(index)).then_some(*value))
    }

    /// The readings.
    ///
    /// # Errors
    /// Those of [`Readings::whole`] and [`Readings::fraction`].
    pub fn readings(&self, decimals: Option<u16>) -> Result<Readings, Error> {
        let times = self.times();
        if self.is_whole {
            Readings::whole(&times, self.wholes(), decimals)
        } else {
            Readings::fraction(&times, self.fractions, decimals)
        }
    }

    /// The segments, without keeping readings that are in order already.
    fn segments(&self, spans: &Spans, options: Options, decimals: Option<u16>) -> Result<Vec<SegmentAnswer>, Error> {
        let flowed = match (self.is_whole, self.failed) {
            (true, []) => self.flow(self.wholes, spans, options, decimals),
            (true, _) => return segments(&self.readings(decimals)?, spans, options),
            (false, _) => self.flow(self.fractions, spans, options, decimals),
        };
        match flowed {
            Err(error) if error.kind == ErrorKind::ReadingOrder => segments(&self.readings(decimals)?, spans, options),
            flowed => flowed,
        }
    }

    fn flow<N: Answering>(
        &self,
        values: &[N],
        spans: &Spans,
        options: Options,
        decimals: Option<u16>,
    ) -> Result<Vec<SegmentAnswer>, Error> {
        same_length(self.times.len(), values.len())?;
        let mut flow = Flow::new(spans, options, decimals)?;
        let mut room = [0; PIECE];
        for (times, values) in self.times.chunks(PIECE).zip(values.chunks(PIECE)) {
            room.iter_mut().zip(times).for_each(|(place, time)| *place = *time as i64);
            flow.push(room.get(..times.len()).unwrap_or_default(), values)?;
        }
        flow.finish()
    }

    /// The sum of the values.
    ///
    /// # Errors
    /// Those of [`exact_sum`].
    pub fn sum(&self) -> Result<Answer, Error> {
        if self.is_whole {
            return Ok(Answer::Int(exact_sum_of_integers(self.wholes)));
        }
        exact_sum(self.fractions).map(Answer::Float)
    }

    /// Adds all readings to a series.
    ///
    /// # Errors
    /// Those of [`Series::push`], and `point-count`.
    pub fn push_to(&self, series: &mut Series) -> Result<(), Error> {
        let values: Vec<Pushed> = if self.is_whole {
            self.wholes().map(|value| value.map_or(Pushed::Failed, Pushed::Int)).collect()
        } else {
            self.fractions.iter().copied().map(Pushed::Float).collect()
        };
        let times = self.times();
        same_length(times.len(), values.len())?;
        times.into_iter().zip(values).try_for_each(|(at_ms, value)| series.push(at_ms, value))
    }
}
