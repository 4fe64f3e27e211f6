use alloc::vec::{IntoIter, Vec};

use super::{Error, Options, SegmentAnswer, Spans, fraction_answer, whole_answer};
use crate::aggregate::{Feed, Number, Partial, Rule, Scale, Segment};
use crate::error::ErrorKind;

/// A number as answers tell of it.
pub trait Answering: Number {
    /// What acts on it.
    #[doc(hidden)]
    fn scale(decimals: Option<u16>) -> Result<Option<Scale>, Error>;

    /// What is known of a segment.
    #[doc(hidden)]
    fn answer(start: i64, partial: &Partial<Self>, scale: Option<Scale>) -> Result<SegmentAnswer, Error>;
}

impl Answering for i64 {
    fn scale(decimals: Option<u16>) -> Result<Option<Scale>, Error> {
        Ok(decimals.map(Scale::of_decimals).transpose()?)
    }

    fn answer(start: i64, partial: &Partial<i64>, scale: Option<Scale>) -> Result<SegmentAnswer, Error> {
        whole_answer(start, partial, scale)
    }
}

impl Answering for f64 {
    fn scale(decimals: Option<u16>) -> Result<Option<Scale>, Error> {
        if decimals.is_some() {
            let message = "`decimals` with fractions, expected integers".into();
            return Err(Error { kind: ErrorKind::ValueRange, message, offset: None });
        }
        Ok(None)
    }

    fn answer(start: i64, partial: &Partial<f64>, _scale: Option<Scale>) -> Result<SegmentAnswer, Error> {
        Ok(fraction_answer(start, partial))
    }
}

/// The answer of [`segments`](super::segments) for readings in columns that come in pieces, in order of time. None
/// of them is kept.
#[derive(Clone, Debug)]
pub struct Flow<N: Answering> {
    feed: Feed<N, IntoIter<(i64, i64)>>,
    told: Told,
}

/// What was answered so far.
#[derive(Clone, Debug)]
struct Told {
    scale: Option<Scale>,
    answers: Vec<SegmentAnswer>,
    refused: Option<Error>,
}

impl Told {
    fn keep<N: Answering>(&mut self, segment: &Segment<N>) {
        match N::answer(segment.start_ms, &segment.partial, self.scale) {
            Ok(answer) => self.answers.push(answer),
            Err(error) => {
                self.refused.get_or_insert(error);
            }
        }
    }
}

impl<N: Answering> Flow<N> {
    /// Nothing came yet.
    ///
    /// # Errors
    /// Those of [`segments`](super::segments), and of its readings.
    pub fn new(spans: &Spans, options: Options, decimals: Option<u16>) -> Result<Flow<N>, Error> {
        let scale = N::scale(decimals)?;
        Ok(Flow::over(spans.spans()?, options.rule()?, scale))
    }

    pub(super) fn over(spans: Vec<(i64, i64)>, rule: Rule, scale: Option<Scale>) -> Flow<N> {
        let answers = Vec::with_capacity(spans.len());
        Flow { feed: Feed::new(spans, rule), told: Told { scale, answers, refused: None } }
    }

    /// Adds what comes next; NaN and infinities are readings that failed.
    ///
    /// # Errors
    /// `point-count` unless there are as many times as values; `reading-order` for times that do not rise: readings in
    /// another order are asked of as a whole.
    pub fn push(&mut self, times: &[i64], values: &[N]) -> Result<(), Error> {
        let told = &mut self.told;
        Ok(self.feed.push(times, values, |segment| told.keep(&segment))?)
    }

    /// Nothing comes any more.
    ///
    /// # Errors
    /// `sum-overflow`.
    pub fn finish(self) -> Result<Vec<SegmentAnswer>, Error> {
        let mut told = self.told;
        self.feed.finish(|segment| told.keep(&segment));
        told.refused.map_or(Ok(told.answers), Err)
    }
}
