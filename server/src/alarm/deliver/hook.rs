//! Our own request to a provider: JSON, signed as Standard Webhooks has it
//! (https://www.standardwebhooks.com, specification 1.0.0), with `Idempotency-Key`.

use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use hyper::header::{CONTENT_TYPE, HeaderMap, HeaderName, HeaderValue};
use parabus_core::time::Instant;
use ring::hmac;
use serde::Serialize;

use super::http::{Client, Target, judge};
use super::{Outcome, key};
use crate::alarm::message::Message;
use crate::clock;
use crate::config::Secret;

/// What a secret in base64 begins with.
const PREFIX: &str = "whsec_";

/// An address that takes messages.
pub struct Hook {
    client: Arc<Client>,
    target: Target,
    key: hmac::Key,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Body<'m> {
    id: &'m str,
    channel: &'static str,
    to: &'m str,
    lang: &'static str,
    subject: &'m str,
    text: &'m str,
    org_id: i64,
    alert_id: i64,
    due_on: String,
}

impl Hook {
    pub fn open(client: Arc<Client>, url: &str, secret: &Secret) -> Result<Hook, String> {
        let text = secret.reveal().map_err(|error| format!("secret: {error}"))?;
        let secret = match text.strip_prefix(PREFIX) {
            Some(coded) => {
                STANDARD.decode(coded).map_err(|_| format!("secret: what follows `{PREFIX}` is no base64"))?
            }
            None => text.into_bytes(),
        };
        if secret.is_empty() {
            return Err("secret: is empty".to_owned());
        }
        Ok(Hook { client, target: Target::parse(url)?, key: hmac::Key::new(hmac::HMAC_SHA256, &secret) })
    }

    pub async fn reach(&self) -> Result<String, String> {
        self.client.reach(&self.target).await
    }

    pub async fn send(&self, message: &Message) -> Outcome {
        let id = key(message);
        let body = Body {
            id: &id,
            channel: message.channel.code(),
            to: &message.recipient,
            lang: message.lang.code(),
            subject: &message.subject,
            text: &message.text,
            org_id: message.org,
            alert_id: message.alert,
            due_on: Instant::from_millis(message.due_ms).display_millis().to_string(),
        };
        let request = serde_json::to_string(&body).map_err(|error| error.to_string()).and_then(|body| {
            let at = clock::now().as_millis() / 1000;
            headers(&id, at, &sign(&self.key, &id, at, &body)).map(|headers| (headers, body))
        });
        match request {
            Ok((headers, body)) => judge(self.client.post(&self.target, headers, body).await),
            Err(error) => Outcome::Failed(error),
        }
    }
}

fn headers(id: &str, at: i64, signature: &str) -> Result<HeaderMap, String> {
    let value = |text: &str| HeaderValue::from_str(text).map_err(|error| error.to_string());
    let mut headers = HeaderMap::new();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
    headers.insert(HeaderName::from_static("idempotency-key"), value(id)?);
    headers.insert(HeaderName::from_static("webhook-id"), value(id)?);
    headers.insert(HeaderName::from_static("webhook-timestamp"), value(&at.to_string())?);
    headers.insert(HeaderName::from_static("webhook-signature"), value(signature)?);
    Ok(headers)
}

/// `v1,` and the base64 of HMAC-SHA256 over identifier, time and body, with dots between.
fn sign(key: &hmac::Key, id: &str, at: i64, body: &str) -> String {
    format!("v1,{}", STANDARD.encode(hmac::sign(key, format!("{id}.{at}.{body}").as_bytes())))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Source: the example of Standard Webhooks' own libraries (`libraries/python/tests`).
    #[test]
    fn signatures_are_those_of_standard_webhooks() {
        let secret = STANDARD.decode("MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw").unwrap();
        let key = hmac::Key::new(hmac::HMAC_SHA256, &secret);
        let signed = sign(&key, "msg_p5jXN8AQM9LWM0D4loKWxJek", 1_614_265_330, r#"{"test": 2432232314}"#);
        assert_eq!(signed, "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=");
    }
}
