//! The configured providers, one a channel.

use std::sync::Arc;

use sha2::{Digest, Sha256};

use super::hook::Hook;
use super::http::Client;
use super::smtp::Smtp;
use super::twilio::Twilio;
use super::{Outcome, Post, sms};
use crate::alarm::message::{Channel, Message};
use crate::config::{Config, Provider};

/// By which providers and recipients know a message, however often it comes: the effect's number and a
/// hash of the recipient.
pub fn key(message: &Message) -> String {
    let digest = Sha256::digest(message.recipient.as_bytes());
    let recipient: String = digest.iter().take(8).map(|byte| format!("{byte:02x}")).collect();
    format!("{:016x}.{recipient}", message.effect_id)
}

/// Who takes the messages of each channel.
pub struct Providers {
    email: Option<Smtp>,
    sms: Option<Outlet>,
    voice: Option<Outlet>,
    is_sms_enabled: bool,
    sms_cost: i64,
}

enum Outlet {
    Hook(Hook),
    Twilio(Twilio),
}

impl Outlet {
    fn open(field: &str, provider: &Provider, client: &Arc<Client>) -> Result<Outlet, String> {
        let outlet = match provider {
            Provider::Hook { url, secret } => Hook::open(client.clone(), url, secret).map(Outlet::Hook),
            Provider::Twilio { url, user, password, from } => {
                Twilio::open(client.clone(), url, user, password, from).map(Outlet::Twilio)
            }
        };
        outlet.map_err(|error| format!("{field}: {error}"))
    }

    async fn send(&self, message: &Message) -> Outcome {
        match self {
            Outlet::Hook(hook) => hook.send(message).await,
            Outlet::Twilio(twilio) => twilio.send(message).await,
        }
    }

    async fn reach(&self) -> Result<String, String> {
        match self {
            Outlet::Hook(hook) => hook.reach().await,
            Outlet::Twilio(twilio) => twilio.reach().await,
        }
    }
}

impl Providers {
    /// Those of a configuration; connects to none.
    pub fn open(config: &Config) -> Result<Providers, String> {
        let email = config.email.as_ref().map(Smtp::open).transpose().map_err(|error| format!("email: {error}"))?;
        let mut client = None;
        let mut outlet = |field: &str, provider: &Option<Provider>| {
            let Some(provider) = provider else { return Ok(None) };
            let client = client.get_or_insert_with(|| Arc::new(Client::new(config.access.clone())));
            Outlet::open(field, provider, client).map(Some)
        };
        Ok(Providers {
            email,
            sms: outlet("sms.provider", &config.sms.provider)?,
            voice: outlet("voice.provider", &config.voice.provider)?,
            is_sms_enabled: config.sms.enabled,
            sms_cost: config.sms.cost,
        })
    }

    /// Asks each provider whether it can be reached and lets us in; what was found, by the field.
    pub async fn check(&self) -> Vec<(&'static str, Result<String, String>)> {
        let mut found = Vec::new();
        if let Some(smtp) = &self.email {
            found.push(("email", smtp.log_in().await));
        }
        for (field, outlet) in [("sms.provider", &self.sms), ("voice.provider", &self.voice)] {
            if let Some(outlet) = outlet {
                found.push((field, outlet.reach().await));
            }
        }
        found
    }
}

impl Post for Providers {
    fn closed(&self, channel: Channel) -> Option<&'static str> {
        match channel {
            Channel::Email => self.email.is_none().then_some("the server has no [email]"),
            Channel::Sms if !self.is_sms_enabled => {
                Some("short messages are switched off in the server's configuration")
            }
            Channel::Sms => self.sms.is_none().then_some("the server has no [sms] provider"),
            Channel::Voice => self.voice.is_none().then_some("the server has no [voice] provider"),
        }
    }

    fn cost(&self, message: &Message) -> i64 {
        let parts = i64::try_from(sms::parts(&message.text)).unwrap_or(i64::MAX);
        self.sms_cost.saturating_mul(parts)
    }

    async fn post(&self, message: &Message) -> Outcome {
        let missing = || Outcome::Failed(self.closed(message.channel).unwrap_or("no provider").to_owned());
        match message.channel {
            Channel::Email => match &self.email {
                Some(smtp) => smtp.send(message).await,
                None => missing(),
            },
            Channel::Sms | Channel::Voice => {
                let outlet = if message.channel == Channel::Sms { &self.sms } else { &self.voice };
                match outlet {
                    Some(outlet) => outlet.send(message).await,
                    None => missing(),
                }
            }
        }
    }
}
