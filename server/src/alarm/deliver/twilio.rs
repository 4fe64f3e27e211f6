//! Requests as Twilio takes them: a form with `To`, `From` and `Body`, or of a call `Twiml`
//! (https://www.twilio.com/docs/messaging/api/message-resource, .../voice/api/call-resource).

use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use hyper::header::{AUTHORIZATION, CONTENT_TYPE, HeaderMap, HeaderName, HeaderValue};
use parabus_core::value::Lang;

use super::http::{Client, Target, judge};
use super::{Outcome, key};
use crate::alarm::message::{Channel, Message};
use crate::config::Secret;

/// An account at a provider.
pub struct Twilio {
    client: Arc<Client>,
    target: Target,
    authorization: HeaderValue,
    from: String,
}

impl Twilio {
    pub fn open(client: Arc<Client>, url: &str, user: &str, password: &Secret, from: &str) -> Result<Twilio, String> {
        let password = password.reveal().map_err(|error| format!("password: {error}"))?;
        let coded = STANDARD.encode(format!("{user}:{password}"));
        let mut authorization =
            HeaderValue::from_str(&format!("Basic {coded}")).map_err(|_| "password: is no text".to_owned())?;
        authorization.set_sensitive(true);
        Ok(Twilio { client, target: Target::parse(url)?, authorization, from: from.to_owned() })
    }

    pub async fn reach(&self) -> Result<String, String> {
        self.client.reach(&self.target).await
    }

    pub async fn send(&self, message: &Message) -> Outcome {
        let mut headers = HeaderMap::new();
        headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/x-www-form-urlencoded"));
        headers.insert(AUTHORIZATION, self.authorization.clone());
        if let Ok(id) = HeaderValue::from_str(&key(message)) {
            headers.insert(HeaderName::from_static("idempotency-key"), id);
        }
        judge(self.client.post(&self.target, headers, self.form(message)).await)
    }

    fn form(&self, message: &Message) -> String {
        let mut form = form_urlencoded::Serializer::new(String::new());
        form.append_pair("To", &message.recipient).append_pair("From", &self.from);
        match message.channel {
            Channel::Voice => form.append_pair("Twiml", &spoken(message.lang, &message.text)),
            Channel::Email | Channel::Sms => form.append_pair("Body", &message.text),
        };
        form.finish()
    }
}

/// The text read out twice, as the first words of a call are easily missed.
fn spoken(lang: Lang, text: &str) -> String {
    let language = match lang {
        Lang::En => "en-GB",
        Lang::Pl => "pl-PL",
        Lang::Ru => "ru-RU",
        Lang::Ua => "uk-UA",
    };
    let escaped = text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;");
    format!(r#"<Response><Say language="{language}" loop="2">{escaped}</Say></Response>"#)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_said_cannot_end_the_sentence() {
        assert_eq!(
            spoken(Lang::Pl, "p < 5 & </Say>"),
            r#"<Response><Say language="pl-PL" loop="2">p &lt; 5 &amp; &lt;/Say&gt;</Say></Response>"#
        );
    }
}
