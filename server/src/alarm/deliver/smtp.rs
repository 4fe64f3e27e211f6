//! E-mail by SMTP (RFC 5321), with the message's identifier as `Message-ID`.

use std::time::{Duration, SystemTime};

use lettre::message::header::{ContentType, HeaderName, HeaderValue};
use lettre::message::{Mailbox, SinglePart};
use lettre::transport::smtp::authentication::Credentials;
use lettre::transport::smtp::client::{Tls, TlsParameters};
use lettre::transport::smtp::extension::ClientId;
use lettre::transport::smtp::{Error, response::Code};
use lettre::{AsyncSmtpTransport, AsyncTransport as _, Tokio1Executor};

use super::{Outcome, key};
use crate::alarm::message::Message;
use crate::clock;
use crate::config::{Email, Security};
use crate::storage::outbox::Held;

/// For each step of the dialogue.
const STEP_TIMEOUT: Duration = Duration::from_secs(30);

/// For all of it.
const TIMEOUT: Duration = Duration::from_secs(120);

/// A mail server.
pub struct Smtp {
    transport: AsyncSmtpTransport<Tokio1Executor>,
    from: Mailbox,
}

impl Smtp {
    pub fn open(config: &Email) -> Result<Smtp, String> {
        let from: Mailbox = config.from.parse().map_err(|error| {
            format!("from: `{}`: {error}, expected an address such as `Parabus <alerts@example.org>`", config.from)
        })?;
        let parameters = || TlsParameters::new_rustls(config.host.clone()).map_err(|error| format!("host: {error}"));
        let tls = match config.security {
            Security::Starttls => Tls::Required(parameters()?),
            Security::Tls => Tls::Wrapper(parameters()?),
            Security::None => Tls::None,
        };
        let mut builder = AsyncSmtpTransport::<Tokio1Executor>::builder_dangerous(&config.host)
            .port(config.port())
            .tls(tls)
            .timeout(Some(STEP_TIMEOUT))
            .hello_name(ClientId::Domain(from.email.domain().to_owned()));
        builder = match (&config.user, &config.password) {
            (Some(user), Some(password)) => {
                let password = password.reveal().map_err(|error| format!("password: {error}"))?;
                builder.credentials(Credentials::new(user.clone(), password))
            }
            (None, None) => builder,
            _ => return Err("expected `user` and `password`, or neither".to_owned()),
        };
        Ok(Smtp { transport: builder.build(), from })
    }

    /// Connects and logs in.
    pub async fn log_in(&self) -> Result<String, String> {
        match tokio::time::timeout(STEP_TIMEOUT, self.transport.test_connection()).await {
            Ok(Ok(true)) => Ok("the mail server lets us in".to_owned()),
            Ok(Ok(false)) => Err("the mail server ended the connection".to_owned()),
            Ok(Err(error)) => Err(words(&error)),
            Err(_) => Err(format!("no answer within {} s", STEP_TIMEOUT.as_secs())),
        }
    }

    pub async fn send(&self, message: &Message) -> Outcome {
        let letter = match self.letter(message) {
            Ok(letter) => letter,
            Err(error) => return Outcome::Failed(error),
        };
        match tokio::time::timeout(TIMEOUT, self.transport.send(letter)).await {
            Ok(Ok(response)) => {
                Outcome::Sent(format!("{} {}", response.code(), response.message().collect::<Vec<_>>().join(" ")))
            }
            Ok(Err(error)) => judge(error.status().map(number), error.is_client(), words(&error)),
            Err(_) => retry(format!("no answer within {} s", TIMEOUT.as_secs()), Held::Provider),
        }
    }

    fn letter(&self, message: &Message) -> Result<lettre::Message, String> {
        let to: Mailbox = message
            .recipient
            .parse()
            .map_err(|error| format!("`{}` is no e-mail address: {error}", message.recipient))?;
        let now = u64::try_from(clock::now().as_millis()).unwrap_or(0);
        let header =
            |name: &'static str, value: &str| HeaderValue::new(HeaderName::new_from_ascii_str(name), value.to_owned());
        // The code of the language in mail is that of ISO 639-1.
        let lang = if message.lang.code() == "ua" { "uk" } else { message.lang.code() };
        let mut letter = lettre::Message::builder()
            .from(self.from.clone())
            .to(to)
            .date(SystemTime::UNIX_EPOCH + Duration::from_millis(now))
            .message_id(Some(format!("<{}@{}>", key(message), self.from.email.domain())))
            // A line's end would begin another header.
            .subject(message.subject.replace(char::is_control, " "))
            .singlepart(SinglePart::builder().header(ContentType::TEXT_PLAIN).body(message.text.clone()))
            .map_err(|error| error.to_string())?;
        // No automatic answers (RFC 3834, 5).
        letter.headers_mut().insert_raw(header("Auto-Submitted", "auto-generated"));
        letter.headers_mut().insert_raw(header("Content-Language", lang));
        Ok(letter)
    }
}

fn number(code: Code) -> u16 {
    u16::from(code)
}

fn retry(answer: String, held: Held) -> Outcome {
    Outcome::Retry { answer, after: None, held }
}

/// An answer of 5xx to this message is for good, but for those that speak of us: not logged in, not
/// encrypted, a command that the server does not know (RFC 4954, 6; RFC 5321, 4.2.3).
fn judge(code: Option<u16>, is_client: bool, answer: String) -> Outcome {
    match code {
        Some(500..=504 | 521 | 523 | 524 | 530 | 534 | 535 | 538) | None if !is_client => retry(answer, Held::Provider),
        Some(421) => retry(answer, Held::Provider),
        Some(400..=499) => retry(answer, Held::Message),
        _ => Outcome::Failed(answer),
    }
}

/// An error with what it comes from.
fn words(error: &Error) -> String {
    let mut text = error.to_string();
    let mut source = std::error::Error::source(error);
    while let Some(inner) = source {
        let inner_text = inner.to_string();
        if !text.contains(&inner_text) {
            text = format!("{text}: {inner_text}");
        }
        source = inner.source();
    }
    text
}

#[cfg(test)]
mod tests {
    use parabus_core::value::Lang;

    use super::*;
    use crate::alarm::message::{Channel, Purpose};

    fn smtp() -> Smtp {
        let text = "host = 'localhost'\nsecurity = 'none'\nfrom = 'Parabus <alerts@works.example>'";
        Smtp::open(&toml::from_str(text).unwrap()).unwrap()
    }

    fn message(recipient: &str, subject: &str) -> Message {
        Message {
            effect_id: 0xFEED_0000_0000_0001,
            alert: 1,
            org: 1,
            record: 1,
            purpose: Purpose::Tell,
            channel: Channel::Email,
            recipient: recipient.to_owned(),
            lang: Lang::Ua,
            subject: subject.to_owned(),
            text: "Тиск: 7 бар".to_owned(),
            due_ms: 0,
        }
    }

    #[test]
    fn a_letter_is_known_by_effect_and_recipient() {
        let letter = |recipient: &str, subject: &str| {
            String::from_utf8(smtp().letter(&message(recipient, subject)).unwrap().formatted()).unwrap()
        };
        let first = letter("ann@works.example", "Pressure\r\nBcc: eve@evil.example");
        let id = |letter: &str| letter.lines().find(|line| line.starts_with("Message-ID: ")).unwrap().to_owned();
        assert!(id(&first).starts_with("Message-ID: <feed000000000001."), "{first}");
        assert!(id(&first).ends_with("@works.example>"), "{first}");
        assert_eq!(id(&first), id(&letter("ann@works.example", "other")));
        assert_ne!(id(&first), id(&letter("bob@works.example", "other")));
        assert!(!first.contains("\nBcc"), "{first}");
        assert!(first.contains("Content-Language: uk") && first.contains("Auto-Submitted: auto-generated"), "{first}");
    }

    #[tokio::test]
    async fn what_is_no_address_fails_for_good() {
        for recipient in ["", "-", "ann", "ann@x.example, bob@x.example", "a\r\nRCPT TO:<b@x>"] {
            assert!(matches!(smtp().send(&message(recipient, "s")).await, Outcome::Failed(_)), "{recipient}");
        }
    }

    #[test]
    fn refusals_of_the_recipient_are_for_good() {
        let held = |code| match judge(code, false, String::new()) {
            Outcome::Retry { held, .. } => Some(held),
            _ => None,
        };
        for code in [550, 551, 552, 553, 554] {
            assert_eq!(held(Some(code)), None, "{code}");
        }
        for code in [Some(535), Some(530), Some(503), Some(421), None] {
            assert_eq!(held(code), Some(Held::Provider), "{code:?}");
        }
        assert_eq!(held(Some(450)), Some(Held::Message));
        assert!(matches!(judge(None, true, String::new()), Outcome::Failed(_)));
    }
}
