//! The rule that a record runs by, as it is kept beside the state: an edit leaves running records alone.

use parabus_core::aggregate::Rule as Holding;
use parabus_core::alert::{self, AlertError, Condition, Rule};
use parabus_core::alert::{Logic, Stage};
use parabus_core::value::Decimal;
use serde::{Deserialize, Serialize};

use super::message::Channel;
use super::model::{Alert, ConditionKind, Level, Recipient};
use crate::model::{Directory, ParamId};

/// Seconds between readings where no parameter says.
const PERIOD_SEC: u32 = 60;

/// A rule in the form that it is kept in, with what its messages say of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Snapshot {
    /// Empty of one that an earlier version kept.
    #[serde(default)]
    pub about: About,
    logic: String,
    period_ms: u64,
    pub conditions: Vec<KeptCondition>,
    pub actions: Vec<KeptAction>,
    pub follow_ups: Vec<KeptFollowUp>,
}

/// What people are told of an alert.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct About {
    pub name: String,
    level: String,
    pub description: Option<String>,
}

impl About {
    pub fn of(alert: &Alert) -> About {
        let (name, description) = (alert.name.clone(), alert.description.clone());
        About { name, level: alert.level.code().to_owned(), description }
    }
}

/// A condition with the hold limit of its device.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct KeptCondition {
    pub id: i64,
    pub param: Option<ParamId>,
    kind: String,
    /// Exact decimal text.
    value: Option<String>,
    hold_ms: Option<u32>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct KeptAction {
    minutes: u32,
    channel: Option<String>,
    to: Option<String>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct KeptFollowUp {
    stage: String,
    minutes: u32,
    channel: String,
    to: String,
}

fn recipient(channel: &str, to: &str) -> Option<Recipient> {
    Channel::from_code(channel).map(|channel| Recipient { channel, address: to.to_owned() })
}

impl KeptAction {
    pub fn recipient(&self) -> Option<Recipient> {
        recipient(self.channel.as_deref()?, self.to.as_deref()?)
    }
}

impl KeptFollowUp {
    pub fn stage(&self) -> Option<Stage> {
        Stage::from_code(&self.stage).ok()
    }

    pub fn recipient(&self) -> Option<Recipient> {
        recipient(&self.channel, &self.to)
    }
}

impl Snapshot {
    /// The rule of an alert at this moment.
    pub fn of(alert: &Alert, directory: &Directory) -> Snapshot {
        Self::of_periods(alert, |param| directory.param_place(param).map(|(_, device, _)| device.update_period_sec))
    }

    /// The rule of an alert on parameters that are read every so many seconds: the slowest gives the period.
    pub fn of_periods(alert: &Alert, period: impl Fn(ParamId) -> Option<u32>) -> Snapshot {
        let slowest = alert.params().filter_map(&period).max().unwrap_or(PERIOD_SEC);
        let conditions = alert.conditions.iter().map(|condition| {
            let hold_ms = Holding::of_period(condition.param.and_then(&period).unwrap_or(PERIOD_SEC)).hold_ms();
            KeptCondition {
                id: condition.id,
                param: condition.param,
                kind: condition.kind.code().to_owned(),
                value: condition.kind.threshold().map(|threshold| threshold.to_string()),
                hold_ms: hold_ms.map(|hold_ms| u32::try_from(hold_ms).unwrap_or(u32::MAX)),
            }
        });
        let actions = alert.actions.iter().map(|action| KeptAction {
            minutes: action.timeout_minutes,
            channel: action.recipient.as_ref().map(|recipient| recipient.channel.code().to_owned()),
            to: action.recipient.as_ref().map(|recipient| recipient.address.clone()),
        });
        let follow_ups = alert.follow_ups.iter().map(|follow_up| KeptFollowUp {
            stage: follow_up.stage.code().to_owned(),
            minutes: follow_up.timeout_minutes,
            channel: follow_up.recipient.channel.code().to_owned(),
            to: follow_up.recipient.address.clone(),
        });
        Snapshot {
            about: About::of(alert),
            logic: alert.logic.code().to_owned(),
            period_ms: u64::from(slowest) * 1000,
            conditions: conditions.collect(),
            actions: actions.collect(),
            follow_ups: follow_ups.collect(),
        }
    }

    /// How grave its events are.
    pub fn level(&self) -> Level {
        Level::from_code(&self.about.level).unwrap_or(Level::None)
    }

    /// The parameters that it looks at, as often as it does.
    pub fn params(&self) -> impl Iterator<Item = ParamId> + '_ {
        self.conditions.iter().filter_map(|condition| condition.param)
    }

    /// Whether what is watched and done is the same, however it is called.
    pub fn is_same_rule(&self, other: &Snapshot) -> bool {
        *self == Snapshot { about: self.about.clone(), ..other.clone() }
    }

    /// The same with nothing to watch.
    pub fn without_conditions(&self) -> Snapshot {
        Snapshot { conditions: Vec::new(), ..self.clone() }
    }

    /// As core evaluates it.
    pub fn compile(&self) -> Result<Compiled, AlertError> {
        let minutes_ms = |minutes: u32| u64::from(minutes) * 60_000;
        let conditions = self.conditions.iter().map(KeptCondition::compile).collect::<Result<Vec<_>, _>>()?;
        let actions = self.actions.iter().map(|action| alert::Action {
            timeout_ms: minutes_ms(action.minutes),
            has_channel: action.channel.is_some(),
        });
        let follow_ups = self.follow_ups.iter().map(|follow_up| {
            let stage = Stage::from_code(&follow_up.stage)?;
            Ok(alert::FollowUp { stage, timeout_ms: minutes_ms(follow_up.minutes) })
        });
        let compiled = Compiled {
            logic: Logic::from_code(&self.logic)?,
            conditions,
            actions: actions.collect(),
            follow_ups: follow_ups.collect::<Result<Vec<_>, AlertError>>()?,
            period_ms: self.period_ms,
        };
        // Too much of something is told here, once.
        compiled.rule()?;
        Ok(compiled)
    }
}

impl KeptCondition {
    pub fn is_reading_error(&self) -> bool {
        self.kind == ConditionKind::READING_ERROR
    }

    fn compile(&self) -> Result<Condition, AlertError> {
        let threshold = self.value.as_deref().and_then(|value| Decimal::parse(value).ok());
        let kind = ConditionKind::of(&self.kind, threshold).ok_or(AlertError::UnknownCondition)?;
        let Some(param) = self.param.map(i64::cast_unsigned) else {
            // Nothing is ever read of it: unknown for ever.
            return Condition::compare(0, alert::Comparison::Equal, Decimal::ZERO, Decimal::ZERO);
        };
        let condition = match kind {
            ConditionKind::Compare(comparison, threshold) => {
                Condition::compare(param, comparison, threshold, Decimal::ZERO)?
            }
            ConditionKind::ReadingError => Condition::reading_error(param, Condition::FAILURES)?,
        };
        self.hold_ms.map_or(Ok(condition), |hold_ms| condition.hold_ms(hold_ms))
    }
}

/// A rule with the slices that core's borrows.
#[derive(Clone, Debug)]
pub struct Compiled {
    logic: Logic,
    pub conditions: Vec<Condition>,
    actions: Vec<alert::Action>,
    follow_ups: Vec<alert::FollowUp>,
    period_ms: u64,
}

impl Compiled {
    pub fn rule(&self) -> Result<Rule<'_>, AlertError> {
        Rule::new(self.logic, &self.conditions, &self.actions, &self.follow_ups, self.period_ms)
    }
}
