//! Spans of UTC (AGGREGATION.md 4.6, 4.8, 4.9).

use super::AggregateError;

/// Segments of UTC.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Cadence {
    /// `1m`
    Minute,
    /// `5m`
    FiveMinutes,
    /// `15m`
    QuarterHour,
    /// `1h`
    Hour,
    /// `1d`
    Day,
}

impl Cadence {
    /// From the finest to the coarsest, each a whole number of the one before.
    pub const ALL: [Cadence; 5] =
        [Cadence::Minute, Cadence::FiveMinutes, Cadence::QuarterHour, Cadence::Hour, Cadence::Day];

    /// Milliseconds.
    pub const fn ms(self) -> i64 {
        match self {
            Cadence::Minute => 60_000,
            Cadence::FiveMinutes => 300_000,
            Cadence::QuarterHour => 900_000,
            Cadence::Hour => 3_600_000,
            Cadence::Day => 86_400_000,
        }
    }

    /// The code of the API.
    pub const fn code(self) -> &'static str {
        match self {
            Cadence::Minute => "1m",
            Cadence::FiveMinutes => "5m",
            Cadence::QuarterHour => "15m",
            Cadence::Hour => "1h",
            Cadence::Day => "1d",
        }
    }

    /// Reads the code.
    ///
    /// # Errors
    /// [`AggregateError::UnknownCadence`] for any other.
    pub fn from_code(code: &str) -> Result<Cadence, AggregateError> {
        Cadence::ALL.into_iter().find(|cadence| cadence.code() == code).ok_or(AggregateError::UnknownCadence)
    }

    /// The start of the segment that an instant lies in; `None` if it lies before all instants.
    pub const fn start_of(self, at_ms: i64) -> Option<i64> {
        floor(at_ms, self.ms())
    }
}

/// The instant itself or the multiple of the step before it.
pub(super) const fn floor(at_ms: i64, step_ms: i64) -> Option<i64> {
    match at_ms.checked_rem_euclid(step_ms) {
        Some(rest) => at_ms.checked_sub(rest),
        None => None,
    }
}

/// Spans of one length that are aligned to 1970 UTC, `[start, next start)`, in order of time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Grid {
    start_ms: i64,
    end_ms: i64,
    step_ms: i64,
}

impl Grid {
    /// Whole spans: from the one that `from_ms` lies in to the last one that begins before `till_ms`.
    ///
    /// # Errors
    /// [`AggregateError::TimeRange`] unless `from_ms < till_ms` and the length is above 0, or if a span
    /// reaches beyond all instants.
    pub fn new(from_ms: i64, till_ms: i64, step_ms: i64) -> Result<Grid, AggregateError> {
        let last_ms = till_ms.checked_sub(1).filter(|_| from_ms < till_ms && step_ms > 0);
        let bounds = last_ms
            .and_then(|last_ms| Some((floor(from_ms, step_ms)?, floor(last_ms, step_ms)?.checked_add(step_ms)?)));
        let (start_ms, end_ms) = bounds.ok_or(AggregateError::TimeRange)?;
        Ok(Grid { start_ms, end_ms, step_ms })
    }

    /// How many spans there are.
    pub fn count_of_spans(&self) -> u64 {
        self.end_ms.abs_diff(self.start_ms).checked_div(self.step_ms.unsigned_abs()).unwrap_or(0)
    }
}

impl Iterator for Grid {
    type Item = (i64, i64);

    fn next(&mut self) -> Option<(i64, i64)> {
        let start_ms = self.start_ms;
        let end_ms = start_ms.checked_add(self.step_ms).filter(|end_ms| *end_ms <= self.end_ms)?;
        self.start_ms = end_ms;
        Some((start_ms, end_ms))
    }
}

/// The 96 quarter hours of a day, of which the last one contains `now_ms` (DOMAIN.md D-22).
///
/// # Errors
/// [`AggregateError::TimeRange`] at the ends of time.
pub fn quarter_hours(now_ms: i64) -> Result<Grid, AggregateError> {
    let quarter = Cadence::QuarterHour;
    let end_ms = quarter.start_of(now_ms).and_then(|start_ms| start_ms.checked_add(quarter.ms()));
    let end_ms = end_ms.ok_or(AggregateError::TimeRange)?;
    let from_ms = end_ms.checked_sub(Cadence::Day.ms()).ok_or(AggregateError::TimeRange)?;
    Grid::new(from_ms, end_ms, quarter.ms())
}

/// A span that slides along: the last 24 hours, 7 or 30 days.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Window {
    /// First instant.
    pub start_ms: i64,
    /// The instant after the last.
    pub end_ms: i64,
}

impl Window {
    /// 24 hours.
    pub const DAY_MS: i64 = 86_400_000;
    /// 168 hours.
    pub const WEEK_MS: i64 = 7 * Self::DAY_MS;
    /// 720 hours.
    pub const MONTH_MS: i64 = 30 * Self::DAY_MS;

    /// `[end - length, end)`.
    ///
    /// # Errors
    /// [`AggregateError::TimeRange`] unless the length is above 0 and the start an instant.
    pub fn last(end_ms: i64, length_ms: i64) -> Result<Window, AggregateError> {
        let start_ms = end_ms.checked_sub(length_ms).filter(|_| length_ms > 0);
        Ok(Window { start_ms: start_ms.ok_or(AggregateError::TimeRange)?, end_ms })
    }

    /// The equal window just before.
    ///
    /// # Errors
    /// [`AggregateError::TimeRange`] if its start is no instant.
    pub fn previous(self) -> Result<Window, AggregateError> {
        let length_ms = self.end_ms.checked_sub(self.start_ms).ok_or(AggregateError::TimeRange)?;
        Window::last(self.start_ms, length_ms)
    }
}

/// The newest segment for which no reading is awaited any more: its end and `lateness_ms` have passed at
/// `now_ms`.
///
/// # Errors
/// [`AggregateError::TimeRange`] at the ends of time.
pub fn last_closed(cadence: Cadence, now_ms: i64, lateness_ms: u32) -> Result<Window, AggregateError> {
    let end_ms = now_ms.checked_sub(lateness_ms.into()).and_then(|at_ms| cadence.start_of(at_ms));
    Window::last(end_ms.ok_or(AggregateError::TimeRange)?, cadence.ms())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spans_are_whole_and_aligned() {
        let spans = |from, till, step| Grid::new(from, till, step).map(Iterator::collect::<std::vec::Vec<_>>);
        assert_eq!(spans(59_999, 60_001, 60_000), Ok([(0, 60_000), (60_000, 120_000)].to_vec()));
        assert_eq!(spans(-1, 0, 60_000), Ok([(-60_000, 0)].to_vec()));
        for (from, till, step) in [(0, 0, 1), (1, 0, 1), (0, 1, 0), (0, 1, -5), (i64::MIN, 0, 7), (0, i64::MAX, 60_000)]
        {
            assert_eq!(spans(from, till, step), Err(AggregateError::TimeRange), "{from} {till} {step}");
        }
        let all = Grid::new(i64::MIN, i64::MAX, i64::MAX);
        assert!(all.is_err() && Grid::new(i64::MIN, i64::MAX, 1).unwrap().count_of_spans() == u64::MAX);
    }

    #[test]
    fn a_day_of_quarter_hours_ends_with_the_running_one() {
        // 2026-11-25T10:07Z
        let now_ms = 1_795_601_220_000;
        let mut quarters = quarter_hours(now_ms).unwrap();
        assert_eq!(quarters.count_of_spans(), 96);
        let (first, last) = (quarters.next().unwrap(), quarters.last().unwrap());
        assert!(last.0 <= now_ms && now_ms < last.1);
        assert_eq!(last.1 - first.0, 86_400_000);
        assert_eq!(quarter_hours(0).unwrap().last(), Some((0, 900_000)));
        assert!(quarter_hours(i64::MAX).is_err() && quarter_hours(i64::MIN).is_err());
    }

    #[test]
    fn windows_lie_side_by_side_and_late_readings_are_awaited() {
        let last = Window::last(1_000_000_000_000, Window::WEEK_MS).unwrap();
        let previous = last.previous().unwrap();
        assert_eq!((previous.end_ms, previous.end_ms - previous.start_ms), (last.start_ms, 7 * 86_400_000));
        assert!(Window::last(i64::MIN, 1).is_err() && Window::last(0, 0).is_err());
        let closed = |now_ms| last_closed(Cadence::Minute, now_ms, 5000).map(|window| window.start_ms);
        assert_eq!((closed(64_999), closed(65_000)), (Ok(-60_000), Ok(0)));
        assert!(closed(i64::MIN).is_err());
        assert!(Cadence::ALL.iter().all(|cadence| Cadence::from_code(cadence.code()) == Ok(*cadence)));
        assert_eq!(Cadence::from_code("2m"), Err(AggregateError::UnknownCadence));
    }
}
