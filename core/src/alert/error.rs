use core::fmt;

use crate::error::ErrorKind;

/// Why something is no rule, or no state of one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AlertError {
    /// More actions than a rule has.
    Actions {
        /// How many.
        found: usize,
    },
    /// More follow-ups than a rule has.
    FollowUps {
        /// How many.
        found: usize,
    },
    /// A deadband below 0, or one that leads to numbers of too many digits.
    Deadband,
    /// A reading error after no failed reading at all.
    Failures,
    /// A hold limit of 0.
    Hold,
    /// Not a logic: `all`, `any`.
    UnknownLogic,
    /// Not a kind of condition: `g`, `ge`, `l`, `le`, `eq`, `neq`, `reading-error`.
    UnknownCondition,
    /// Not a stage of follow-ups: `confirmed`, `not-confirmed`, `resolved`.
    UnknownStage,
    /// Not as many states as the rule has conditions.
    Conditions {
        /// States.
        found: usize,
        /// Conditions.
        expected: usize,
    },
    /// Bytes that are no stored state.
    Stored {
        /// Which of them.
        offset: usize,
        /// What would stand there.
        expected: &'static str,
    },
    /// A stored state of a version that this one does not know.
    Version {
        /// The version.
        found: u8,
    },
    /// The buffer is too small.
    Room {
        /// Bytes that it has.
        found: usize,
    },
}

impl AlertError {
    /// Stable kind.
    pub const fn kind(&self) -> ErrorKind {
        match self {
            AlertError::Actions { .. }
            | AlertError::FollowUps { .. }
            | AlertError::Deadband
            | AlertError::Failures
            | AlertError::Hold
            | AlertError::UnknownLogic
            | AlertError::UnknownCondition
            | AlertError::UnknownStage => ErrorKind::AlertRule,
            AlertError::Conditions { .. } | AlertError::Stored { .. } | AlertError::Version { .. } => {
                ErrorKind::AlertState
            }
            AlertError::Room { .. } => ErrorKind::BufferTooSmall,
        }
    }

    /// Byte of a stored state that is wrong.
    pub const fn offset(&self) -> Option<usize> {
        match self {
            AlertError::Stored { offset, .. } => Some(*offset),
            AlertError::Actions { .. }
            | AlertError::FollowUps { .. }
            | AlertError::Deadband
            | AlertError::Failures
            | AlertError::Hold
            | AlertError::UnknownLogic
            | AlertError::UnknownCondition
            | AlertError::UnknownStage
            | AlertError::Conditions { .. }
            | AlertError::Version { .. }
            | AlertError::Room { .. } => None,
        }
    }
}

impl fmt::Display for AlertError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            AlertError::Actions { found } => write!(f, "{found} actions, expected at most 16"),
            AlertError::FollowUps { found } => write!(f, "{found} follow-ups, expected at most 16"),
            AlertError::Deadband => f.write_str("the deadband is no width around the threshold, expected 0 or more"),
            AlertError::Failures => f.write_str("a reading error after 0 failures, expected 1 or more"),
            AlertError::Hold => f.write_str("a hold limit of 0 ms, expected 1 or more"),
            AlertError::UnknownLogic => f.write_str("unknown logic, expected all or any"),
            AlertError::UnknownCondition => {
                f.write_str("unknown kind of condition, expected g, ge, l, le, eq, neq or reading-error")
            }
            AlertError::UnknownStage => f.write_str("unknown stage, expected confirmed, not-confirmed or resolved"),
            AlertError::Conditions { found, expected } => {
                write!(f, "states of {found} conditions, expected {expected}")
            }
            AlertError::Stored { offset, expected } => {
                write!(f, "no state of an alert at byte {offset}, expected {expected}")
            }
            AlertError::Version { found } => write!(f, "a state of version {found}, expected 1"),
            AlertError::Room { found } => write!(f, "a state does not fit {found} bytes"),
        }
    }
}

impl core::error::Error for AlertError {}
