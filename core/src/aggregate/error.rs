use core::fmt;

use crate::error::ErrorKind;

/// Why readings, ranges or rules give no sums.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AggregateError {
    /// A reading that is not later than the one before it.
    ReadingOrder {
        /// Index of the reading.
        index: usize,
    },
    /// Times and values that are not of one number.
    Lengths {
        /// Times.
        times: usize,
        /// Values.
        values: usize,
    },
    /// A range that ends before it has begun.
    TimeRange,
    /// Minutes that do not begin on the minute.
    NotWhole,
    /// No points, or not as many as there is room for.
    PointCount {
        /// Points.
        points: usize,
    },
    /// A counter's width that there is not.
    CounterWidth {
        /// Bits.
        bits: u8,
    },
    /// A value outside the 32 bits, signed or not, that memory is kept for.
    ValueRange,
    /// A sum beyond 128 bits.
    SumOverflow,
    /// Not a cadence.
    UnknownCadence,
    /// Not a segment of reports.
    UnknownSegment,
    /// Not a way of sampling.
    UnknownSampling,
    /// Not a time zone.
    UnknownZone,
    /// A change of a zone that is not later than the one before it, or an offset beyond 18 hours.
    ZoneTable {
        /// Index of the change.
        index: usize,
    },
    /// A parent that does not stand before its branch, or a branch that is not there.
    BranchTree {
        /// Index of the branch or of the reference.
        index: usize,
    },
    /// A rate of a tariff with times or days that there are not.
    TariffRate {
        /// Index of the rate.
        index: usize,
    },
}

impl AggregateError {
    /// Stable kind.
    pub const fn kind(&self) -> ErrorKind {
        match self {
            AggregateError::ReadingOrder { .. } => ErrorKind::ReadingOrder,
            AggregateError::TimeRange | AggregateError::NotWhole => ErrorKind::TimeRange,
            AggregateError::PointCount { .. } | AggregateError::Lengths { .. } => ErrorKind::PointCount,
            AggregateError::CounterWidth { .. } => ErrorKind::CounterWidth,
            AggregateError::ValueRange => ErrorKind::ValueRange,
            AggregateError::SumOverflow => ErrorKind::SumOverflow,
            AggregateError::UnknownCadence => ErrorKind::UnknownCadence,
            AggregateError::UnknownSegment => ErrorKind::UnknownSegment,
            AggregateError::UnknownSampling => ErrorKind::UnknownSampling,
            AggregateError::UnknownZone => ErrorKind::UnknownZone,
            AggregateError::ZoneTable { .. } => ErrorKind::ZoneTable,
            AggregateError::BranchTree { .. } => ErrorKind::BranchTree,
            AggregateError::TariffRate { .. } => ErrorKind::TariffRate,
        }
    }

    /// Index of the reading, change, branch or rate that is wrong.
    pub const fn offset(&self) -> Option<usize> {
        match self {
            AggregateError::ReadingOrder { index }
            | AggregateError::ZoneTable { index }
            | AggregateError::BranchTree { index }
            | AggregateError::TariffRate { index } => Some(*index),
            _ => None,
        }
    }
}

impl fmt::Display for AggregateError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            AggregateError::ReadingOrder { index } => {
                write!(f, "reading {index} is not later than the one before it")
            }
            AggregateError::Lengths { times, values } => write!(f, "{times} times and {values} values"),
            AggregateError::TimeRange => f.write_str("an empty range of time, expected an end after the start"),
            AggregateError::NotWhole => f.write_str("not a whole minute"),
            AggregateError::PointCount { points } => {
                write!(f, "{points} points, expected at least 1 and room for all")
            }
            AggregateError::CounterWidth { bits } => {
                write!(f, "a counter of {bits} bits, expected 16, 32, 48 or 64")
            }
            AggregateError::ValueRange => f.write_str("a value that does not fit 32 bits"),
            AggregateError::SumOverflow => f.write_str("a sum that does not fit 128 bits"),
            AggregateError::UnknownCadence => f.write_str("unknown cadence, expected 1m, 5m, 15m, 1h or 1d"),
            AggregateError::UnknownSegment => f.write_str("unknown segment, expected half-hour, hour or day"),
            AggregateError::UnknownSampling => f.write_str("unknown sampling, expected first or hold"),
            AggregateError::UnknownZone => f.write_str("unknown time zone, expected a name such as `Europe/Warsaw`"),
            AggregateError::ZoneTable { index } => {
                write!(f, "change {index} of the zone, expected ascending instants and at most 18 hours")
            }
            AggregateError::BranchTree { index } => {
                write!(f, "branch {index}, expected a parent that stands before it")
            }
            AggregateError::TariffRate { index } => {
                write!(f, "rate {index} of the tariff, expected days and minutes 0 to 1440 in order")
            }
        }
    }
}

impl core::error::Error for AggregateError {}
