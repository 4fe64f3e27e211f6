//! Alerts as they are configured.

use std::fmt;

use parabus_core::alert::{Comparison, Logic, Stage};
use parabus_core::value::Decimal;

use super::message::Channel;
use crate::model::{Directory, OrgId, ParamId};
use crate::words::{self, Word};

/// Identifier of an alert.
pub type AlertId = i64;

/// Longest name of an alert, characters (seed: create alert; DOMAIN.md 2.7).
pub const MOST_NAME: usize = 200;
/// Longest description, characters.
pub const MOST_DESCRIPTION: usize = 10_000;
/// Conditions of an alert, at most: a bound on the work of one reading.
pub const MOST_CONDITIONS: usize = 64;
/// Longest time-out, minutes: a year.
pub const MOST_MINUTES: u32 = 525_600;

/// How grave it is (seed: logAs).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Level {
    /// In neither log nor dashboard.
    None,
    Info,
    Warning,
    Failure,
    Critical,
}

impl Level {
    pub const ALL: [Level; 5] = [Level::None, Level::Info, Level::Warning, Level::Failure, Level::Critical];

    pub const fn code(self) -> &'static str {
        match self {
            Level::None => "none",
            Level::Info => "info",
            Level::Warning => "warning",
            Level::Failure => "failure",
            Level::Critical => "critical",
        }
    }

    pub fn from_code(code: &str) -> Option<Level> {
        Level::ALL.into_iter().find(|level| level.code() == code)
    }

    /// The same for people.
    pub const fn word(self) -> Word {
        match self {
            Level::None => words::LEVEL_NONE,
            Level::Info => words::LEVEL_INFO,
            Level::Warning => words::LEVEL_WARNING,
            Level::Failure => words::LEVEL_FAILURE,
            Level::Critical => words::LEVEL_CRITICAL,
        }
    }
}

/// An alert: what is watched, how grave it is, who is told.
#[derive(Clone, Debug, PartialEq)]
pub struct Alert {
    pub id: AlertId,
    pub org_id: OrgId,
    pub name: String,
    pub slug: String,
    pub description: Option<String>,
    pub logic: Logic,
    pub level: Level,
    pub conditions: Vec<AlertCondition>,
    pub actions: Vec<AlertAction>,
    pub follow_ups: Vec<AlertFollowUp>,
}

/// A condition; its parameter may have been deleted since, then nothing is known of it any more.
#[derive(Clone, Debug, PartialEq)]
pub struct AlertCondition {
    pub id: i64,
    pub param: Option<ParamId>,
    pub kind: ConditionKind,
}

/// What makes a condition true.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum ConditionKind {
    Compare(Comparison, Decimal),
    ReadingError,
}

impl ConditionKind {
    /// The code of a reading error; of comparisons core has them.
    pub const READING_ERROR: &'static str = "reading-error";

    pub const fn code(&self) -> &'static str {
        match self {
            ConditionKind::Compare(comparison, _) => comparison.code(),
            ConditionKind::ReadingError => Self::READING_ERROR,
        }
    }

    pub const fn threshold(&self) -> Option<Decimal> {
        match self {
            ConditionKind::Compare(_, threshold) => Some(*threshold),
            ConditionKind::ReadingError => None,
        }
    }

    /// `None` for an unknown code, or a comparison with nothing.
    pub fn of(code: &str, threshold: Option<Decimal>) -> Option<ConditionKind> {
        if code == Self::READING_ERROR {
            return Some(ConditionKind::ReadingError);
        }
        Some(ConditionKind::Compare(Comparison::from_code(code).ok()?, threshold?))
    }
}

impl fmt::Display for ConditionKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            ConditionKind::Compare(comparison, threshold) => write!(f, "{} {threshold}", comparison.code()),
            ConditionKind::ReadingError => f.write_str(Self::READING_ERROR),
        }
    }
}

/// Who is told, and by which way; `-` is the organization's own address.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Recipient {
    pub channel: Channel,
    pub address: String,
}

impl Recipient {
    /// The organization's own address (DOMAIN.md 2.7).
    pub const DEFAULT: &'static str = "-";

    /// One that a message can be sent to; why not, otherwise.
    pub fn new(channel: Channel, address: &str) -> Result<Recipient, &'static str> {
        let address = address.trim();
        if address != Self::DEFAULT {
            check_address(channel, address)?;
        }
        Ok(Recipient { channel, address: address.to_owned() })
    }
}

/// An address of the channel that is well formed; whether anybody is there shows when a message is sent.
pub fn check_address(channel: Channel, address: &str) -> Result<(), &'static str> {
    let is_plain = address.len() <= 254 && !address.chars().any(|c| c.is_control() || c.is_whitespace() || c == ',');
    match channel {
        Channel::Email => {
            let parts = address.rsplit_once('@').filter(|(user, host)| !user.is_empty() && !host.is_empty());
            if is_plain && parts.is_some() { Ok(()) } else { Err("expected an e-mail address such as ann@example.com") }
        }
        Channel::Sms | Channel::Voice => {
            let digits = address.chars().filter(char::is_ascii_digit).count();
            let rest = address.strip_prefix('+').unwrap_or(address);
            let is_number = rest.chars().all(|c| c.is_ascii_digit() || matches!(c, ' ' | '-' | '(' | ')'));
            // E.164: at most 15 digits.
            if is_number && (5..=15).contains(&digits) {
                Ok(())
            } else {
                Err("expected a telephone number such as +48123456789")
            }
        }
    }
}

impl fmt::Display for Recipient {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.channel.code(), self.address)
    }
}

/// What is done while a record is open; without a recipient it stands in the log alone.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AlertAction {
    pub id: i64,
    pub timeout_minutes: u32,
    pub recipient: Option<Recipient>,
}

/// What is done at a stage of a record.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AlertFollowUp {
    pub id: i64,
    pub stage: Stage,
    pub timeout_minutes: u32,
    pub recipient: Recipient,
}

/// Where an organization is reached when a rule says `-`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Contact {
    pub email: Option<String>,
    pub phone: Option<String>,
}

impl Contact {
    /// The address that `-` stands for.
    pub fn of(&self, channel: Channel) -> Option<&str> {
        match channel {
            Channel::Email => self.email.as_deref(),
            Channel::Sms | Channel::Voice => self.phone.as_deref(),
        }
    }
}

impl Alert {
    pub fn params(&self) -> impl Iterator<Item = ParamId> + '_ {
        self.conditions.iter().filter_map(|condition| condition.param)
    }
}

impl Directory {
    pub fn alerts_of(&self, org: OrgId) -> impl Iterator<Item = &Alert> {
        self.alerts.values().filter(move |alert| alert.org_id == org)
    }

    pub fn org_of_alert(&self, alert: AlertId) -> Option<OrgId> {
        self.alerts.get(&alert).map(|alert| alert.org_id)
    }

    pub fn contact(&self, org: OrgId) -> Contact {
        self.contacts.get(&org).cloned().unwrap_or_default()
    }

    /// Whether readings of a parameter come: it is tracked, its device and its network are switched on.
    pub fn is_polled(&self, param: ParamId) -> bool {
        self.param_place(param).is_some_and(|(_, device, net)| {
            let is_tracked = device.group.as_ref().is_some_and(|group| group.params.contains(&param));
            is_tracked && device.disabled.is_none() && net.disabled.is_none()
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_of_their_channel() {
        for good in ["ann@example.com", "a.b+c@[10.0.0.1]", "-"] {
            assert!(Recipient::new(Channel::Email, good).is_ok(), "{good}");
        }
        for bad in ["", "ann", "@example.com", "ann@", "ann@a b", "a@b,c@d", "a@b\r\nBcc: x@y"] {
            assert!(Recipient::new(Channel::Email, bad).is_err(), "{bad:?}");
        }
        for good in ["+48123456789", "123 456-789", "(12) 345 67 89", " - "] {
            assert!(Recipient::new(Channel::Sms, good).is_ok(), "{good}");
        }
        for bad in ["", "+", "1234", "1234567890123456", "++48123456789", "ann@example.com", "123456\n789"] {
            assert!(Recipient::new(Channel::Voice, bad).is_err(), "{bad:?}");
        }
    }
}
