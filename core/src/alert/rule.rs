use super::{AlertError, Condition, Truth};

/// How conditions make one truth.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Logic {
    /// `all`: false if one is false, else unknown if one is unknown, else true.
    All,
    /// `any`: true if one is true, else unknown if one is unknown, else false.
    Any,
}

impl Logic {
    /// Every logic.
    pub const ALL: [Logic; 2] = [Logic::All, Logic::Any];

    /// Its code.
    pub const fn code(self) -> &'static str {
        match self {
            Logic::All => "all",
            Logic::Any => "any",
        }
    }

    /// The logic of a code.
    ///
    /// # Errors
    /// [`AlertError::UnknownLogic`] for any other.
    pub fn from_code(code: &str) -> Result<Logic, AlertError> {
        Logic::ALL.into_iter().find(|logic| logic.code() == code).ok_or(AlertError::UnknownLogic)
    }
}

/// What is done while a record is open.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Action {
    /// After how long, counted from [`State::since_ms`](super::State::since_ms).
    pub timeout_ms: u64,
    /// Somebody is told; otherwise it stands in the log alone.
    pub has_channel: bool,
}

/// What is done at a stage of a record.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FollowUp {
    /// Which stage.
    pub stage: Stage,
    /// After how long.
    pub timeout_ms: u64,
}

/// From when a follow-up counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stage {
    /// `confirmed`: from the confirmation.
    Confirmed,
    /// `not-confirmed`: from the start of a record that is open and that nobody confirmed.
    NotConfirmed,
    /// `resolved`: from the instant at which a record closed.
    Resolved,
}

impl Stage {
    /// Every stage.
    pub const ALL: [Stage; 3] = [Stage::Confirmed, Stage::NotConfirmed, Stage::Resolved];

    /// Its code.
    pub const fn code(self) -> &'static str {
        match self {
            Stage::Confirmed => "confirmed",
            Stage::NotConfirmed => "not-confirmed",
            Stage::Resolved => "resolved",
        }
    }

    /// The stage of a code.
    ///
    /// # Errors
    /// [`AlertError::UnknownStage`] for any other.
    pub fn from_code(code: &str) -> Result<Stage, AlertError> {
        Stage::ALL.into_iter().find(|stage| stage.code() == code).ok_or(AlertError::UnknownStage)
    }
}

/// What is watched and what is done, over the caller's slices.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Rule<'a> {
    logic: Logic,
    conditions: &'a [Condition],
    actions: &'a [Action],
    follow_ups: &'a [FollowUp],
    period_ms: u64,
    resolve_delay_ms: u64,
}

/// What lasts longer than this is not a matter of a moment: unknown truth, and quiet after flapping.
pub(super) const QUIET_MS: u64 = 600_000;

impl<'a> Rule<'a> {
    /// Actions, and follow-ups, at most.
    pub const MOST: usize = 16;

    /// A rule on readings that come every `period_ms`, which is also its resolve delay.
    ///
    /// # Errors
    /// [`AlertError::Actions`] and [`AlertError::FollowUps`] beyond [`Rule::MOST`].
    pub const fn new(
        logic: Logic,
        conditions: &'a [Condition],
        actions: &'a [Action],
        follow_ups: &'a [FollowUp],
        period_ms: u64,
    ) -> Result<Rule<'a>, AlertError> {
        if actions.len() > Self::MOST {
            return Err(AlertError::Actions { found: actions.len() });
        }
        if follow_ups.len() > Self::MOST {
            return Err(AlertError::FollowUps { found: follow_ups.len() });
        }
        Ok(Rule { logic, conditions, actions, follow_ups, period_ms, resolve_delay_ms: period_ms })
    }

    /// For how long the logic has to be false until a record closes; 0 closes it at once.
    #[must_use]
    pub const fn resolve_delay_ms(self, resolve_delay_ms: u64) -> Self {
        Rule { resolve_delay_ms, ..self }
    }

    /// Its conditions.
    pub const fn conditions(&self) -> &'a [Condition] {
        self.conditions
    }

    /// Its actions.
    pub const fn actions(&self) -> &'a [Action] {
        self.actions
    }

    /// Its follow-ups.
    pub const fn follow_ups(&self) -> &'a [FollowUp] {
        self.follow_ups
    }

    /// How its conditions make one truth.
    pub const fn logic(&self) -> Logic {
        self.logic
    }

    /// How often readings come.
    pub const fn period_ms(&self) -> u64 {
        self.period_ms
    }

    /// For how long the logic has to be false until a record closes.
    pub const fn delay_ms(&self) -> u64 {
        self.resolve_delay_ms
    }

    /// How long the truth may be unknown until what is pending counts anew.
    pub(super) fn longest_unknown_ms(&self) -> u64 {
        self.period_ms.saturating_mul(3).max(QUIET_MS)
    }

    /// One truth of those of the conditions (Kleene's strong logic); without any it is false.
    pub(super) fn truth(&self, truths: impl Iterator<Item = Truth>) -> Truth {
        let truth = match self.logic {
            Logic::All => truths.min(),
            Logic::Any => truths.max(),
        };
        truth.unwrap_or(Truth::False)
    }
}
