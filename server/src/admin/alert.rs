//! `parabus alert`: what an operator does with alerts and their messages.

use parabus_core::value::Lang;
use uuid::Uuid;

use super::refuse;
use crate::alarm::deliver::{Outcome, Post as _, Providers};
use crate::alarm::message::{Channel, Message};
use crate::clock;
use crate::config::Config;
use crate::storage::StoreError;
use crate::words;

/// To whom a test goes, and how.
pub struct Test<'t> {
    pub to: &'t str,
    /// None: by the look of the recipient.
    pub channel: Option<Channel>,
    pub lang: Lang,
}

/// Sends a test message past the outbox; what the provider answered.
pub async fn test(config: &Config, what: &Test<'_>) -> Result<String, StoreError> {
    let by_look = if what.to.contains('@') { Channel::Email } else { Channel::Sms };
    let channel = what.channel.unwrap_or(by_look);
    let providers = Providers::open(config).or_else(refuse)?;
    if let Some(reason) = providers.closed(channel) {
        return refuse(format!("nothing was sent: {reason}"));
    }
    let (effect_id, _) = Uuid::new_v4().as_u64_pair();
    let text = words::ALERT_TEST.text(what.lang).to_owned();
    let message = Message {
        effect_id,
        alert: 0,
        org: 0,
        channel,
        recipient: what.to.to_owned(),
        lang: what.lang,
        subject: text.clone(),
        text,
        due_ms: clock::now().as_millis(),
    };
    match providers.post(&message).await {
        Outcome::Sent(answer) => Ok(format!("{} to {}: {answer}\n", channel.code(), what.to)),
        Outcome::Retry { answer, .. } => refuse(format!("not sent, an alert would be tried again: {answer}")),
        Outcome::Failed(answer) => refuse(format!("not sent, an alert would be given up: {answer}")),
    }
}
