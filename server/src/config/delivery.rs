//! `[email]`, `[sms]`, `[voice]`: by whom alert messages are taken to people.

use std::fmt;
use std::path::{Path, PathBuf};

use parabus_core::value::Decimal;
use serde::de::{Error, Visitor};
use serde::{Deserialize, Deserializer};

/// `[email]`: the SMTP server that takes messages.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Email {
    pub host: String,
    /// None: the usual one of the security.
    pub port: Option<u16>,
    #[serde(default)]
    pub security: Security,
    pub user: Option<String>,
    pub password: Option<Secret>,
    /// `Parabus <alerts@example.org>`.
    pub from: String,
}

impl Email {
    /// Submission, submission in TLS (RFC 8314, 3.3), relay.
    pub fn port(&self) -> u16 {
        self.port.unwrap_or(match self.security {
            Security::Starttls => 587,
            Security::Tls => 465,
            Security::None => 25,
        })
    }
}

/// How the connection to the SMTP server is kept secret.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Security {
    /// By the command STARTTLS, without which nothing is sent.
    #[default]
    Starttls,
    /// From the first byte on.
    Tls,
    /// Not at all: for a relay on the same machine.
    None,
}

/// `[sms]`: short messages to those who are to be told of alerts.
#[derive(Clone, Debug, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Sms {
    /// Whether any organization may have them sent; otherwise none may change its settings of them.
    pub enabled: bool,
    /// What one part of a short message costs, in millionths.
    #[serde(deserialize_with = "millionths")]
    pub cost: i64,
    pub provider: Option<Provider>,
}

impl Default for Sms {
    fn default() -> Self {
        // The most that Overvis takes in the EU (https://docs.overvis.com/en/cloud/billing/).
        Sms { enabled: true, cost: 50_000, provider: None }
    }
}

/// `[voice]`: calls that read a message out.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Voice {
    pub provider: Option<Provider>,
}

/// Who sends short messages or makes calls.
#[derive(Clone, Debug, Deserialize)]
#[serde(tag = "kind", rename_all = "lowercase", deny_unknown_fields)]
pub enum Provider {
    /// A request of our own, signed.
    Hook { url: String, secret: Secret },
    /// Twilio, or who takes the same requests.
    Twilio { url: String, user: String, password: Secret, from: String },
}

impl Provider {
    pub(super) fn secret(&mut self) -> &mut Secret {
        match self {
            Provider::Hook { secret, .. } => secret,
            Provider::Twilio { password, .. } => password,
        }
    }
}

/// A secret, or where it is: `env:NAME`, `file:PATH`.
#[derive(Clone)]
pub struct Secret(Source);

#[derive(Clone)]
enum Source {
    Text(String),
    Environment(String),
    File(PathBuf),
}

impl Secret {
    /// A relative path starts there.
    pub(super) fn start_at(&mut self, folder: &Path) {
        if let Source::File(path) = &mut self.0 {
            *path = folder.join(&*path);
        }
    }

    /// The secret itself; of a file without the line's end.
    pub fn reveal(&self) -> Result<String, String> {
        match &self.0 {
            Source::Text(text) => Ok(text.clone()),
            Source::Environment(name) => {
                std::env::var(name).map_err(|_| format!("the environment variable `{name}` is not set"))
            }
            Source::File(path) => match std::fs::read_to_string(path) {
                Ok(text) => Ok(text.trim_end_matches(['\r', '\n']).to_owned()),
                Err(error) => Err(format!("{}: {error}", path.display())),
            },
        }
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret")
    }
}

impl<'de> Deserialize<'de> for Secret {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        Ok(Secret(match (text.strip_prefix("env:"), text.strip_prefix("file:")) {
            (Some(name), _) => Source::Environment(name.to_owned()),
            (_, Some(path)) => Source::File(PathBuf::from(path)),
            (None, None) => Source::Text(text),
        }))
    }
}

/// An amount of money in whole millionths.
pub fn to_millionths(amount: Decimal) -> Option<i64> {
    let scaled = amount.checked_mul(Decimal::from(1_000_000_i64)).filter(|scaled| *scaled == scaled.rounded(0))?;
    i64::try_from(scaled.rounded(0).to_i128()?).ok()
}

/// A number or its text, from 0 to 1000.
fn millionths<'de, D: Deserializer<'de>>(deserializer: D) -> Result<i64, D::Error> {
    struct Amount;

    fn checked<E: Error>(amount: Option<Decimal>) -> Result<i64, E> {
        let range = Decimal::ZERO..=Decimal::from(1000_i64);
        let amount = amount.filter(|amount| range.contains(amount)).and_then(to_millionths);
        amount.ok_or_else(|| E::custom("expected a cost from 0 to 1000 with at most 6 decimals"))
    }

    impl Visitor<'_> for Amount {
        type Value = i64;

        fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("a cost such as 0.05")
        }

        fn visit_i64<E: Error>(self, number: i64) -> Result<i64, E> {
            checked(Some(Decimal::from(number)))
        }

        fn visit_f64<E: Error>(self, number: f64) -> Result<i64, E> {
            checked(Decimal::from_f64(number))
        }

        fn visit_str<E: Error>(self, text: &str) -> Result<i64, E> {
            checked(Decimal::parse(text).ok())
        }
    }

    deserializer.deserialize_any(Amount)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn costs_are_exact() {
        for (text, want) in [("0.05", 50_000), ("'0.000001'", 1), ("1000", 1_000_000_000), ("0", 0)] {
            let sms: Sms = toml::from_str(&format!("cost = {text}")).unwrap();
            assert_eq!(sms.cost, want, "{text}");
        }
        for text in ["-1", "1000.1", "0.0000001", "'x'", "nan", "true"] {
            assert!(toml::from_str::<Sms>(&format!("cost = {text}")).is_err(), "{text}");
        }
    }

    #[test]
    fn secrets_come_from_text_environment_and_files_and_are_not_shown() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("secret"), "from a file\n").unwrap();
        let read = |text: &str| {
            let line = format!("kind = 'hook'\nurl = 'https://a/'\nsecret = '{text}'");
            let mut provider: Provider = toml::from_str(&line).unwrap();
            provider.secret().start_at(folder.path());
            provider
        };
        let reveal = |text: &str| read(text).secret().reveal();
        assert_eq!(reveal("plain").unwrap(), "plain");
        assert_eq!(reveal("file:secret").unwrap(), "from a file");
        assert_eq!(reveal("env:CARGO_PKG_NAME").unwrap(), "parabus");
        assert!(reveal("env:NO_SUCH_NAME").unwrap_err().contains("NO_SUCH_NAME"));
        assert!(reveal("file:none").unwrap_err().contains("none"));
        assert!(!format!("{:?}", read("plain")).contains("plain"));
    }
}
