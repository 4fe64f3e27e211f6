//! What the log of an alert tells: kept as keys and exact values, worded when it is read (AGGREGATION.md 4.11,
//! DOMAIN.md A-16), so that each reader has it in his language and with today's names.

use parabus_core::time::Instant;
use parabus_core::value::{Decimal, Lang, Value};
use serde::{Deserialize, Serialize};

use super::message::Channel;
use crate::model::{Directory, Held, ParamId};
use crate::storage::outbox::{Outgoing, State};
use crate::words::{self, Word};

/// One text of a line in the log.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "told", rename_all = "kebab-case")]
pub enum Told {
    Started,
    /// A condition that holds, with the value that makes it.
    Value {
        param: ParamId,
        /// `Room Temp (Device A > Net A)` as it was, for when the parameter is gone.
        name: String,
        value: String,
        #[serde(default)]
        is_bit: bool,
    },
    /// A condition that holds because nothing can be read.
    ReadingError {
        param: ParamId,
        name: String,
    },
    Resolved,
    Confirmed {
        by: String,
    },
    /// It starts and ends too often to be told each time.
    Flapping,
    /// The alert was deleted, or a parameter of a condition.
    Closed,
    /// An action that is for the log alone.
    Noted,
    /// A message waits to be sent.
    Queued {
        channel: String,
        to: String,
    },
    /// A message is not sent: the alert is shelved.
    Shelved {
        channel: String,
        to: String,
        until_ms: i64,
        reason: String,
    },
    /// A message is not sent: the organization has no address of this kind.
    NoAddress {
        channel: String,
    },
    /// What came before was due so many minutes earlier.
    Late {
        minutes: i64,
    },
}

impl Told {
    /// A condition that holds, with its value.
    pub fn value(directory: &Directory, param: ParamId, value: &Held) -> Told {
        let is_bit = matches!(value, Held::Plain(Value::Bit(_)));
        let value = match value {
            Held::Plain(Value::Bit(bit)) => u8::from(*bit).to_string(),
            other => other.to_string(),
        };
        Told::Value { param, name: place(directory, param, Lang::En), value, is_bit }
    }

    pub fn reading_error(directory: &Directory, param: ParamId) -> Told {
        Told::ReadingError { param, name: place(directory, param, Lang::En) }
    }

    /// Whether it is a message of which the outbox knows more.
    pub const fn is_message(&self) -> bool {
        matches!(self, Told::Queued { .. })
    }

    /// Whether it shows a value, which not every role may see (D-37).
    pub const fn shows_value(&self) -> bool {
        matches!(self, Told::Value { .. })
    }

    /// The text in a language.
    pub fn text(&self, directory: &Directory, lang: Lang) -> String {
        let say = |word: Word| word.text(lang).to_owned();
        let present = |param: &ParamId, name: &String| {
            let is_there = directory.params.contains_key(param);
            if is_there { place(directory, *param, lang) } else { name.clone() }
        };
        let way =
            |channel: &str| Channel::from_code(channel).map_or_else(|| channel.to_owned(), |way| say(word_of(way)));
        match self {
            Told::Started => say(words::EVENT_STARTED),
            Told::Resolved => say(words::EVENT_RESOLVED),
            Told::Flapping => say(words::EVENT_FLAPPING),
            Told::Closed => say(words::EVENT_CLOSED),
            Told::Noted => say(words::EVENT_NOTED),
            Told::Confirmed { by } => format!("{}: {by}", say(words::EVENT_CONFIRMED)),
            Told::Value { param, name, value, is_bit } => {
                format!("{} = {}", present(param, name), shown(directory, *param, value, *is_bit, lang))
            }
            Told::ReadingError { param, name } => format!("{}: {}", present(param, name), say(words::READING_ERROR)),
            Told::Queued { channel, to } => format!("{}: {to}", way(channel)),
            Told::Shelved { channel, to, until_ms, reason } => {
                let until = Instant::from_millis(*until_ms).display_short();
                format!("{}: {to}: {} {until}: {reason}", way(channel), say(words::NOT_SENT_SHELVED))
            }
            Told::NoAddress { channel } => format!("{}: {}", way(channel), say(words::NOT_SENT_NO_ADDRESS)),
            Told::Late { minutes } => format!("{}: {minutes} min", say(words::LATE)),
        }
    }
}

/// What became of a message, with the provider's answer where it was not sent.
pub fn outcome(message: &Outgoing, lang: Lang) -> String {
    let word = match message.state {
        State::Waiting => words::MESSAGE_WAITING,
        State::Sent => words::MESSAGE_SENT,
        State::Suppressed => words::MESSAGE_SUPPRESSED,
        State::Failed => words::MESSAGE_FAILED,
    };
    let word = word.text(lang);
    match message.answer.as_deref().filter(|_| message.state != State::Sent) {
        Some(answer) => format!("{word}: {answer}"),
        None => word.to_owned(),
    }
}

/// The way of a message, for people.
pub const fn word_of(channel: Channel) -> Word {
    match channel {
        Channel::Email => words::BY_EMAIL,
        Channel::Sms => words::BY_SMS,
        Channel::Voice => words::BY_VOICE,
    }
}

/// `Room Temp (Device A > Net A)`, as the seed's example has it.
fn place(directory: &Directory, param: ParamId, lang: Lang) -> String {
    match directory.param_place(param) {
        Some((param, device, net)) => format!("{} ({} > {})", param.name_in(lang), device.name, net.name),
        None => format!("#{param}"),
    }
}

/// A kept value as the parameter shows it today.
fn shown(directory: &Directory, param: ParamId, text: &str, is_bit: bool, lang: Lang) -> String {
    let number = Decimal::parse(text).ok();
    let value = if is_bit { Some(Value::Bit(text != "0")) } else { number.map(Value::Number) };
    match (directory.params.get(&param), value) {
        (Some(param), Some(value)) => param.formatted(&value, lang),
        _ => text.to_owned(),
    }
}
