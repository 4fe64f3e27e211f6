//! `Series`.

use alloc::format;
use alloc::vec::Vec;

use super::{Options, SegmentAnswer, Spans, fraction_answer, whole_answer};
use crate::aggregate::{Partial, Reading, Rule, Scale};
use crate::contract::Error;
use crate::error::ErrorKind;

/// Readings that come in any order, for questions in between.
#[derive(Clone, Debug)]
pub struct Series {
    rule: Rule,
    decimals: Option<u16>,
    kind: Option<SeriesKind>,
    /// Failed readings that came before the first value told what the others are.
    failed: Vec<i64>,
}

#[derive(Clone, Debug)]
enum SeriesKind {
    Whole(crate::aggregate::Series<i64>),
    Fraction(crate::aggregate::Series<f64>),
}

/// A value of [`Series`].
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Pushed {
    /// An integer.
    Int(i64),
    /// A fraction.
    Float(f64),
    /// A reading that failed.
    Failed,
}

impl Series {
    /// No readings yet.
    ///
    /// # Errors
    /// `counter-width`, `sum-overflow` beyond 1000 decimals.
    pub fn new(options: Options, decimals: Option<u16>) -> Result<Series, Error> {
        decimals.map(Scale::of_decimals).transpose()?;
        Ok(Series { rule: options.rule()?, decimals, kind: None, failed: Vec::new() })
    }

    /// Adds a reading, in the place of one at the same instant. The first value says whether the series is one
    /// of integers.
    ///
    /// # Errors
    /// `value-range` for a value of the other kind.
    pub fn push(&mut self, at_ms: i64, value: Pushed) -> Result<(), Error> {
        let value = match value {
            Pushed::Float(value) if !value.is_finite() => Pushed::Failed,
            value => value,
        };
        if self.kind.is_none() {
            self.kind = match value {
                Pushed::Int(_) => Some(SeriesKind::Whole(crate::aggregate::Series::new(self.rule))),
                Pushed::Float(_) if self.decimals.is_some() => return Err(other_kind("a fraction", "integers")),
                Pushed::Float(_) => Some(SeriesKind::Fraction(crate::aggregate::Series::new(self.rule))),
                Pushed::Failed => {
                    self.failed.push(at_ms);
                    None
                }
            };
            let failed = core::mem::take(&mut self.failed);
            if self.kind.is_none() {
                self.failed = failed;
                return Ok(());
            }
            failed.into_iter().try_for_each(|at_ms| self.push(at_ms, Pushed::Failed))?;
        }
        match (&mut self.kind, value) {
            (Some(SeriesKind::Whole(_)), Pushed::Float(_)) => return Err(other_kind("a fraction", "integers")),
            (Some(SeriesKind::Fraction(_)), Pushed::Int(_)) => return Err(other_kind("an integer", "fractions")),
            (Some(SeriesKind::Whole(series)), Pushed::Int(value)) => {
                series.push(Reading::new(at_ms, value));
            }
            (Some(SeriesKind::Whole(series)), Pushed::Failed) => {
                series.push(Reading::error(at_ms));
            }
            (Some(SeriesKind::Fraction(series)), Pushed::Float(value)) => {
                series.push(Reading::new(at_ms, value));
            }
            (Some(SeriesKind::Fraction(series)), Pushed::Failed) => {
                series.push(Reading::error(at_ms));
            }
            (None, _) => {}
        }
        Ok(())
    }

    /// Adds all readings of another series; those replace ours at the same instants.
    ///
    /// # Errors
    /// `value-range` for a series of the other kind.
    pub fn merge(&mut self, other: &Series) -> Result<(), Error> {
        other.failed.iter().try_for_each(|at_ms| self.push(*at_ms, Pushed::Failed))?;
        match &other.kind {
            Some(SeriesKind::Whole(series)) => series.readings().try_for_each(|reading| {
                self.push(reading.at_ms(), reading.value().map_or(Pushed::Failed, Pushed::Int))
            }),
            Some(SeriesKind::Fraction(series)) => series.readings().try_for_each(|reading| {
                self.push(reading.at_ms(), reading.value().map_or(Pushed::Failed, Pushed::Float))
            }),
            None => Ok(()),
        }
    }

    /// How many readings there are, failed ones among them.
    #[must_use]
    pub fn count(&self) -> usize {
        match &self.kind {
            Some(SeriesKind::Whole(series)) => series.len(),
            Some(SeriesKind::Fraction(series)) => series.len(),
            None => self.failed.len(),
        }
    }

    /// As [`segments`](super::segments).
    ///
    /// # Errors
    /// Those of [`segments`](super::segments).
    pub fn query(&self, spans: &Spans) -> Result<Vec<SegmentAnswer>, Error> {
        let spans = spans.spans()?;
        match &self.kind {
            Some(SeriesKind::Fraction(series)) => {
                Ok(series.segments(spans).map(|each| fraction_answer(each.start_ms, &each.partial)).collect())
            }
            Some(SeriesKind::Whole(series)) => {
                let scale = self.decimals.map(Scale::of_decimals).transpose()?;
                series.segments(spans).map(|each| whole_answer(each.start_ms, &each.partial, scale)).collect()
            }
            None => {
                let none = |(start, _)| whole_answer(start, &Partial::default(), None);
                spans.into_iter().map(none).collect()
            }
        }
    }
}

fn other_kind(found: &str, expected: &str) -> Error {
    let message = format!("{found} in a series of {expected}");
    Error { kind: ErrorKind::ValueRange, message, offset: None }
}
