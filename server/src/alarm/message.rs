//! What somebody is told, and by which way.

use parabus_core::value::Lang;

use crate::model::OrgId;

/// The way that a message takes (seed: action types).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Channel {
    Email,
    Sms,
    Voice,
}

impl Channel {
    pub const ALL: [Channel; 3] = [Channel::Email, Channel::Sms, Channel::Voice];

    /// The seed's code.
    pub const fn code(self) -> &'static str {
        match self {
            Channel::Email => "email",
            Channel::Sms => "sms",
            Channel::Voice => "voice-call",
        }
    }

    pub fn from_code(code: &str) -> Option<Channel> {
        Channel::ALL.into_iter().find(|channel| channel.code() == code)
    }
}

/// What is said of a record; it decides whether the message still makes sense when it can be sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Purpose {
    /// That something happens: an action, a mark of flapping, or a follow-up of a rule whose actions have no
    /// channel.
    Tell,
    /// That nobody has confirmed. It tells of the event itself: it is sent if an action was tried, even if that
    /// failed.
    Escalate,
    /// What became of it: of use to those alone who were told (AGGREGATION.md 4.11).
    Conclude,
}

impl Purpose {
    const ALL: [Purpose; 3] = [Purpose::Tell, Purpose::Escalate, Purpose::Conclude];

    /// The name that it is kept by.
    pub const fn code(self) -> &'static str {
        match self {
            Purpose::Tell => "tell",
            Purpose::Escalate => "escalate",
            Purpose::Conclude => "conclude",
        }
    }

    /// The purpose of a name.
    pub fn from_code(code: &str) -> Option<Purpose> {
        Purpose::ALL.into_iter().find(|purpose| purpose.code() == code)
    }
}

/// One message to one recipient. It is known by effect and recipient, however often it is queued.
#[derive(Clone, Debug, PartialEq)]
pub struct Message {
    /// By `core::alert::effect_id`.
    pub effect_id: u64,
    /// The alert's number.
    pub alert: i64,
    pub org: OrgId,
    /// Number of the record within its alert.
    pub record: u32,
    pub purpose: Purpose,
    pub channel: Channel,
    /// An address of the channel: `-` of a rule has become the organization's own.
    pub recipient: String,
    pub lang: Lang,
    /// One line; a short message goes without it.
    pub subject: String,
    pub text: String,
    /// When the effect was due, in milliseconds since 1970; it is sent from then on.
    pub due_ms: i64,
}
