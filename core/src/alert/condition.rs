use super::AlertError;
use crate::value::Decimal;

/// What is known of a condition, or of all of them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Truth {
    /// It does not hold.
    False,
    /// The last reading failed or is older than the hold limit, or there is none.
    Unknown,
    /// It holds.
    True,
}

/// Of a value with a threshold.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Comparison {
    /// `g`
    Greater,
    /// `ge`
    GreaterOrEqual,
    /// `l`
    Less,
    /// `le`
    LessOrEqual,
    /// `eq`
    Equal,
    /// `neq`
    NotEqual,
}

impl Comparison {
    /// Every comparison.
    pub const ALL: [Comparison; 6] = [
        Comparison::Greater,
        Comparison::GreaterOrEqual,
        Comparison::Less,
        Comparison::LessOrEqual,
        Comparison::Equal,
        Comparison::NotEqual,
    ];

    /// Its code.
    pub const fn code(self) -> &'static str {
        match self {
            Comparison::Greater => "g",
            Comparison::GreaterOrEqual => "ge",
            Comparison::Less => "l",
            Comparison::LessOrEqual => "le",
            Comparison::Equal => "eq",
            Comparison::NotEqual => "neq",
        }
    }

    /// The comparison of a code.
    ///
    /// # Errors
    /// [`AlertError::UnknownCondition`] for any other.
    pub fn from_code(code: &str) -> Result<Comparison, AlertError> {
        Comparison::ALL.into_iter().find(|comparison| comparison.code() == code).ok_or(AlertError::UnknownCondition)
    }
}

/// What makes a condition true.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Test {
    /// A value, compared exactly. Once it holds it holds until the value is past the threshold by the
    /// deadband; `eq` holds until it is farther away than that, and `neq` has none.
    Compare {
        /// How.
        comparison: Comparison,
        /// With what.
        threshold: Decimal,
        /// Threshold less deadband.
        low: Decimal,
        /// Threshold and deadband.
        high: Decimal,
    },
    /// So many readings that failed in a row, or none for the hold limit: `reading-error`.
    ReadingError {
        /// At least 1.
        failures: u16,
    },
}

/// A condition on one parameter.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Condition {
    param: u64,
    test: Test,
    hold_ms: Option<u32>,
}

impl Condition {
    /// Failed readings in a row that are a reading error, where nothing else is said.
    pub const FAILURES: u16 = 3;

    /// On the value of a parameter, which holds until the next reading.
    ///
    /// # Errors
    /// [`AlertError::Deadband`] below 0, or if threshold and deadband together have too many digits.
    pub fn compare(
        param: u64,
        comparison: Comparison,
        threshold: Decimal,
        deadband: Decimal,
    ) -> Result<Condition, AlertError> {
        if deadband < Decimal::ZERO {
            return Err(AlertError::Deadband);
        }
        let low = threshold.checked_sub(deadband).ok_or(AlertError::Deadband)?;
        let high = threshold.checked_add(deadband).ok_or(AlertError::Deadband)?;
        Ok(Condition { param, test: Test::Compare { comparison, threshold, low, high }, hold_ms: None })
    }

    /// On the readings of a parameter that fail.
    ///
    /// # Errors
    /// [`AlertError::Failures`] for 0.
    pub const fn reading_error(param: u64, failures: u16) -> Result<Condition, AlertError> {
        if failures == 0 {
            return Err(AlertError::Failures);
        }
        Ok(Condition { param, test: Test::ReadingError { failures }, hold_ms: None })
    }

    /// For how long a reading holds (AGGREGATION.md 4.1).
    ///
    /// # Errors
    /// [`AlertError::Hold`] for 0.
    pub const fn hold_ms(self, hold_ms: u32) -> Result<Condition, AlertError> {
        if hold_ms == 0 { Err(AlertError::Hold) } else { Ok(Condition { hold_ms: Some(hold_ms), ..self }) }
    }

    /// The parameter.
    pub const fn param(&self) -> u64 {
        self.param
    }

    /// What makes it true.
    pub const fn test(&self) -> &Test {
        &self.test
    }
}

/// How a condition stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ConditionState {
    /// Of the last reading, or when waiting for one began.
    pub(super) seen_ms: i64,
    /// How long before the hold limit began to count.
    pub(super) age_ms: u32,
    /// Readings that failed in a row.
    pub(super) failures: u16,
    pub(super) flags: u8,
}

const _: () = assert!(size_of::<ConditionState>() <= 16, "the state of a condition takes at most 16 bytes");

/// There was a reading at `seen_ms`.
const READ: u8 = 1;
/// The value is known.
const KNOWN: u8 = 2;
/// The test holds; of a value that is not known, it did.
const ON: u8 = 4;
/// The parameter is not polled.
const OFF: u8 = 8;
pub(super) const CONDITION_FLAGS: u8 = READ | KNOWN | ON | OFF;

impl ConditionState {
    /// Nothing was read, of an alert that is enabled at this instant.
    #[must_use]
    pub const fn new(at_ms: i64) -> ConditionState {
        ConditionState { seen_ms: at_ms, age_ms: 0, failures: 0, flags: 0 }
    }

    /// Whether the condition holds.
    pub const fn truth(&self, condition: &Condition) -> Truth {
        match condition.test {
            Test::Compare { .. } if !self.has(KNOWN) => Truth::Unknown,
            Test::ReadingError { .. } if self.has(OFF) => Truth::False,
            Test::Compare { .. } | Test::ReadingError { .. } if self.has(ON) => Truth::True,
            Test::Compare { .. } | Test::ReadingError { .. } => Truth::False,
        }
    }

    /// When the last reading was, or when waiting for one began: nothing as old counts any more.
    #[must_use]
    pub const fn seen_ms(&self) -> i64 {
        self.seen_ms
    }

    /// When the hold limit passes, if that changes anything.
    pub(super) fn deadline(&self, condition: &Condition) -> Option<i64> {
        let waits = match condition.test {
            Test::Compare { .. } => self.has(KNOWN),
            Test::ReadingError { .. } => !self.has(OFF) && !self.has(ON),
        };
        let hold_ms = condition.hold_ms.filter(|_| waits)?;
        self.seen_ms.saturating_sub_unsigned(self.age_ms.into()).checked_add_unsigned(hold_ms.into())
    }

    /// Notes that the hold limit has passed, if it has; whether it had.
    pub(super) fn expire(&mut self, condition: &Condition, now_ms: i64) -> bool {
        let is_over = self.deadline(condition).is_some_and(|deadline_ms| deadline_ms <= now_ms);
        if is_over {
            match condition.test {
                Test::Compare { .. } => self.set(KNOWN, false),
                Test::ReadingError { .. } => self.set(ON, true),
            }
        }
        is_over
    }

    /// Takes a reading, unless one as late or later was seen.
    pub(super) fn read(&mut self, condition: &Condition, at_ms: i64, value: Option<Decimal>) {
        let is_newer = if self.has(READ) { at_ms > self.seen_ms } else { self.admits(condition, at_ms) };
        if !is_newer {
            return;
        }
        let passed_ms = u32::try_from(at_ms.saturating_sub(self.seen_ms)).unwrap_or(u32::MAX);
        self.age_ms = if value.is_some() { 0 } else { self.age_ms.saturating_add(passed_ms) };
        self.seen_ms = at_ms;
        self.set(READ, true);
        self.failures = if value.is_some() { 0 } else { self.failures.saturating_add(1) };
        match (condition.test, value) {
            (Test::Compare { comparison, threshold, low, high }, Some(value)) => {
                let is_on = self.has(ON);
                let (least, most) = if is_on { (low, high) } else { (threshold, threshold) };
                let holds = match comparison {
                    Comparison::Greater => value > least,
                    Comparison::GreaterOrEqual => value >= least,
                    Comparison::Less => value < most,
                    Comparison::LessOrEqual => value <= most,
                    Comparison::Equal => least <= value && value <= most,
                    Comparison::NotEqual => value != threshold,
                };
                self.set(ON, holds);
                self.set(KNOWN, true);
            }
            (Test::Compare { .. }, None) => self.set(KNOWN, false),
            (Test::ReadingError { .. }, Some(_)) => self.set(ON, false),
            (Test::ReadingError { failures }, None) => {
                let is_error = self.failures >= failures && !self.has(OFF);
                self.set(ON, is_error || self.has(ON));
            }
        }
    }

    /// Whether a first reading counts. A value does whenever it was read; of a reading error, what was read
    /// before waiting began does not.
    const fn admits(&self, condition: &Condition, at_ms: i64) -> bool {
        match condition.test {
            Test::Compare { .. } => true,
            Test::ReadingError { .. } => at_ms >= self.seen_ms,
        }
    }

    /// Polling of the parameter begins or ends.
    pub(super) fn poll(&mut self, condition: &Condition, at_ms: i64, is_on: bool) {
        if self.has(OFF) != is_on {
            return;
        }
        self.set(OFF, !is_on);
        if is_on && matches!(condition.test, Test::ReadingError { .. }) {
            self.set(ON, false);
            self.wait(at_ms);
        }
    }

    /// Nothing is known of what was while the program stood still. A reading error that was told stays one
    /// until a reading comes, so that no record closes and opens again.
    pub(super) fn restart(&mut self, condition: &Condition, at_ms: i64) {
        match condition.test {
            Test::Compare { .. } => self.set(KNOWN, false),
            Test::ReadingError { .. } if self.has(ON) || self.has(OFF) => {}
            Test::ReadingError { .. } => self.wait(at_ms),
        }
    }

    /// The hold limit counts from here.
    fn wait(&mut self, at_ms: i64) {
        self.seen_ms = self.seen_ms.max(at_ms);
        self.age_ms = 0;
        self.failures = 0;
        self.set(READ, false);
    }

    const fn has(&self, flag: u8) -> bool {
        self.flags & flag != 0
    }

    const fn set(&mut self, flag: u8, is_set: bool) {
        self.flags = if is_set { self.flags | flag } else { self.flags & !flag };
    }
}
