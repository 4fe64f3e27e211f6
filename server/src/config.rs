//! The configuration file `parabus.toml`: where the server listens, keeps its data, whom it lets in.
//!
//! Every field has a default, unknown fields are errors, and an error names file, line, field and
//! what was expected.

use std::fmt;
use std::net::{IpAddr, SocketAddr};
use std::num::NonZeroU32;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Deserializer};

mod delivery;

pub use delivery::{Email, Provider, Secret, Security, Sms, Voice, to_millionths};

/// The whole file.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Config {
    pub server: Server,
    pub storage: Storage,
    pub api: Api,
    pub access: Access,
    pub backward: Backward,
    pub email: Option<Email>,
    pub sms: Sms,
    pub alerts: Alerts,
    pub voice: Voice,
    pub log: Log,
}

/// `[server]`: sockets and their limits.
#[derive(Clone, Debug, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Server {
    /// Address and port of the HTTP listener.
    pub listen: SocketAddr,
    /// Connections served at once. For a further one the oldest that has asked for nothing yet is ended, or
    /// it waits until one ends.
    #[serde(deserialize_with = "positive")]
    pub max_connections: u32,
    /// Seconds from accepting a connection, or from the previous reply, to a complete header.
    #[serde(deserialize_with = "positive")]
    pub header_timeout_sec: u32,
    /// Seconds that requests in flight get to finish when the server stops.
    #[serde(deserialize_with = "positive")]
    pub stop_timeout_sec: u32,
    /// The page's cookie carries `Secure`: where a reverse proxy speaks HTTPS. With `tls` it always does.
    pub secure_cookie: bool,
    /// HTTPS by the server itself.
    pub tls: Option<Tls>,
}

/// `[server.tls]`: two files, or a certificate of the server's own.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Tls {
    /// PEM chain, the server's own first; a relative path starts at the configuration file.
    pub certificate: Option<PathBuf>,
    /// PEM private key.
    pub key: Option<PathBuf>,
    /// For trials: a certificate that nobody has signed, kept in the data folder.
    pub self_signed: bool,
}

impl Default for Server {
    fn default() -> Self {
        Server {
            listen: SocketAddr::from(([127, 0, 0, 1], 8080)),
            max_connections: 1024,
            header_timeout_sec: 10,
            stop_timeout_sec: 5,
            secure_cookie: false,
            tls: None,
        }
    }
}

/// `[storage]`: the embedded store.
#[derive(Clone, Debug, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Storage {
    /// Folder of the store; a relative path starts at the configuration file.
    pub path: PathBuf,
    /// Milliseconds of readings that a power cut may lose, 0..=10,000.
    #[serde(deserialize_with = "commit_interval")]
    pub commit_interval_ms: u32,
    /// Days that the audit trail is kept.
    #[serde(deserialize_with = "positive")]
    pub audit_days: u32,
    /// Lines of the audit trail that are kept at most.
    #[serde(deserialize_with = "positive")]
    pub audit_lines: u32,
    /// Days that readings are kept; none: for ever.
    pub retention_days: Option<NonZeroU32>,
}

impl Default for Storage {
    fn default() -> Self {
        Storage {
            path: PathBuf::from("data"),
            commit_interval_ms: 100,
            audit_days: 400,
            audit_lines: 1_000_000,
            retention_days: None,
        }
    }
}

/// `[api]`: the HTTP API.
#[derive(Clone, Debug, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Api {
    /// Whether GET requests must carry `Content-Type: application/json`, too (D-02).
    pub content_type_on_get: bool,
    /// Requests that one API key may make at once.
    #[serde(deserialize_with = "positive")]
    pub quota_burst: u32,
    /// Requests a second that flow back into the quota.
    #[serde(deserialize_with = "positive")]
    pub quota_per_second: u32,
    /// Origins that may call the API from a page of their own.
    pub allowed_origins: Vec<String>,
}

impl Default for Api {
    fn default() -> Self {
        Api { content_type_on_get: true, quota_burst: 600, quota_per_second: 10, allowed_origins: Vec::new() }
    }
}

/// `[access]`: addresses that the server refuses to reach on a caller's behalf.
#[derive(Clone, Debug, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Access {
    /// Whether loopback addresses may be reached, as the demo does.
    pub allow_loopback: bool,
    /// Refused ranges, each `address/prefix`.
    pub refused_ranges: Vec<Range>,
}

impl Default for Access {
    fn default() -> Self {
        let range = |text: &str| Range::parse(text).expect("a literal range");
        Access {
            allow_loopback: false,
            // Link-local covers the cloud metadata address 169.254.169.254; the last is its IPv6 twin.
            refused_ranges: vec![range("169.254.0.0/16"), range("fe80::/10"), range("fd00:ec2::254/128")],
        }
    }
}

impl Access {
    /// Whether the server may open a connection to this address on a caller's behalf.
    pub fn allows(&self, address: IpAddr) -> bool {
        let address = address.to_canonical();
        // No address, and yet it leads to this machine.
        if address.is_unspecified() {
            return false;
        }
        if address.is_loopback() {
            return self.allow_loopback;
        }
        !self.refused_ranges.iter().any(|range| range.contains(address))
    }
}

/// `[backward]`: controllers that dial in (DOMAIN.md 2.10).
#[derive(Clone, Debug, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Backward {
    /// Address and port of the listener, port 20502 as a rule; none: controllers are not accepted.
    pub listen: Option<SocketAddr>,
    /// Controllers connected at once; a further one waits until one leaves.
    #[serde(deserialize_with = "positive")]
    pub max_controllers: u32,
}

impl Default for Backward {
    fn default() -> Self {
        Backward { listen: None, max_controllers: 10_000 }
    }
}

/// An address range, `169.254.0.0/16`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Range {
    address: IpAddr,
    prefix: u8,
}

impl Range {
    fn parse(text: &str) -> Option<Range> {
        let (address, prefix) = text.split_once('/')?;
        let address: IpAddr = address.parse().ok()?;
        let prefix: u8 = prefix.parse().ok()?;
        let most = if address.is_ipv4() { 32 } else { 128 };
        (prefix <= most).then_some(Range { address, prefix })
    }

    fn contains(&self, other: IpAddr) -> bool {
        let (a, b, width) = match (self.address, other) {
            (IpAddr::V4(a), IpAddr::V4(b)) => (u128::from(a.to_bits()), u128::from(b.to_bits()), 32),
            (IpAddr::V6(a), IpAddr::V6(b)) => (a.to_bits(), b.to_bits(), 128),
            _ => return false,
        };
        let host_bits = width - u32::from(self.prefix);
        a.checked_shr(host_bits).unwrap_or(0) == b.checked_shr(host_bits).unwrap_or(0)
    }
}

impl<'de> Deserialize<'de> for Range {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        Range::parse(&text).ok_or_else(|| {
            serde::de::Error::custom(format!("`{text}` is not a range, expected `address/prefix` such as `10.0.0.0/8`"))
        })
    }
}

/// `[alerts]`: what messages of alerts say.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Alerts {
    /// Where people reach this server, for links in messages: `https://plant.example`. Without it messages
    /// have no links.
    #[serde(deserialize_with = "web_address")]
    pub public_url: Option<String>,
}

/// `http://` or `https://`, a host, perhaps a path.
fn web_address<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<String>, D::Error> {
    let Some(text) = Option::<String>::deserialize(deserializer)? else { return Ok(None) };
    let url: Option<axum::http::Uri> = text.parse().ok();
    let is_web = url.is_some_and(|url| {
        matches!(url.scheme_str(), Some("http" | "https")) && url.host().is_some() && url.query().is_none()
    });
    if is_web {
        Ok(Some(text))
    } else {
        Err(serde::de::Error::custom(format!("`{text}` is no web address, expected one such as https://plant.example")))
    }
}

/// `[log]`: what is written to standard error.
#[derive(Clone, Debug, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Log {
    /// `error`, `warn`, `info`, `debug` or `trace`.
    pub level: Level,
    /// `text` for people, `json` for machines.
    pub format: LogFormat,
}

impl Default for Log {
    fn default() -> Self {
        Log { level: Level::Info, format: LogFormat::Text }
    }
}

/// Least severe level that is written.
#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Level {
    Error,
    Warn,
    Info,
    Debug,
    Trace,
}

/// Shape of log lines.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum LogFormat {
    Text,
    Json,
}

fn positive<'de, D: Deserializer<'de>>(deserializer: D) -> Result<u32, D::Error> {
    let number = u32::deserialize(deserializer)?;
    if number == 0 {
        return Err(serde::de::Error::custom("`0` is too small, expected a whole number from 1"));
    }
    Ok(number)
}

fn commit_interval<'de, D: Deserializer<'de>>(deserializer: D) -> Result<u32, D::Error> {
    let number = u32::deserialize(deserializer)?;
    if number > 10_000 {
        return Err(serde::de::Error::custom(format!("`{number}` is too large, expected 0 to 10000")));
    }
    Ok(number)
}

/// Why a configuration file was refused: file, line, field, expectation.
#[derive(Debug)]
pub struct ConfigError {
    file: PathBuf,
    line: Option<usize>,
    field: String,
    message: String,
}

impl fmt::Display for ConfigError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.file.display())?;
        if let Some(line) = self.line {
            write!(f, ":{line}")?;
        }
        if !matches!(self.field.as_str(), "" | ".") {
            write!(f, ": {}", self.field)?;
        }
        write!(f, ": {}", self.message)
    }
}

impl std::error::Error for ConfigError {}

impl Config {
    /// Reads the file; its relative paths start at its folder.
    pub fn load(file: &Path) -> Result<Config, ConfigError> {
        let text = std::fs::read_to_string(file).map_err(|error| ConfigError {
            file: file.to_owned(),
            line: None,
            field: String::new(),
            message: format!("cannot be read: {error}"),
        })?;
        let mut config = Config::parse(&text, file)?;
        let folder = file.parent().unwrap_or(Path::new("."));
        // An absolute path takes the place of the folder.
        config.storage.path = folder.join(&config.storage.path);
        if let Some(tls) = &mut config.server.tls {
            for path in [&mut tls.certificate, &mut tls.key].into_iter().flatten() {
                *path = folder.join(&*path);
            }
        }
        config.secrets().for_each(|secret| secret.start_at(folder));
        Ok(config)
    }

    fn secrets(&mut self) -> impl Iterator<Item = &mut Secret> {
        let password = self.email.as_mut().and_then(|email| email.password.as_mut());
        let providers = [&mut self.sms.provider, &mut self.voice.provider].into_iter().flatten();
        password.into_iter().chain(providers.map(Provider::secret))
    }

    fn parse(text: &str, file: &Path) -> Result<Config, ConfigError> {
        let error = |field: String, source: &toml::de::Error| ConfigError {
            file: file.to_owned(),
            line: source.span().map(|span| 1 + text.get(..span.start).unwrap_or(text).matches('\n').count()),
            field,
            message: source.message().to_owned(),
        };
        let document = toml::Deserializer::parse(text).map_err(|source| error(String::new(), &source))?;
        let config: Config = serde_path_to_error::deserialize(document)
            .map_err(|source| error(source.path().to_string(), source.inner()))?;
        if let Some(Tls { certificate, key, self_signed }) = &config.server.tls
            && (certificate.is_some() != key.is_some() || certificate.is_some() == *self_signed)
        {
            return Err(ConfigError {
                file: file.to_owned(),
                line: text.lines().position(|line| line.contains("server.tls")).map(|line| line + 1),
                field: "server.tls".to_owned(),
                message: "expected `certificate` and `key`, or `self_signed = true` alone".to_owned(),
            });
        }
        Ok(config)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refusal(text: &str) -> String {
        Config::parse(text, Path::new("parabus.toml")).unwrap_err().to_string()
    }

    #[test]
    fn an_empty_file_is_the_defaults() {
        let config = Config::parse("", Path::new("parabus.toml")).unwrap();
        assert_eq!(config.server.listen.port(), 8080);
        assert_eq!(config.storage.commit_interval_ms, 100);
    }

    #[test]
    fn errors_name_file_line_field_and_expectation() {
        assert_eq!(
            refusal("[server]\nlisten = \"nowhere\"\n"),
            "parabus.toml:2: server.listen: invalid socket address syntax"
        );
        assert_eq!(
            refusal("[api]\n\nquota_burst = 0\n"),
            "parabus.toml:3: api.quota_burst: `0` is too small, expected a whole number from 1"
        );
        let unknown = refusal("[storage]\npaht = \"x\"\n");
        assert!(unknown.starts_with("parabus.toml:2: storage.paht: unknown field `paht`, expected"), "{unknown}");
        let syntax = refusal("[server\n");
        assert!(syntax.starts_with("parabus.toml:1: "), "{syntax}");
        let range = refusal("[access]\nrefused_ranges = [\"10.0.0.0\"]\n");
        assert!(range.contains("access.refused_ranges[0]: `10.0.0.0` is not a range"), "{range}");
    }

    #[test]
    fn tls_has_two_files_or_a_certificate_of_its_own() {
        let parse = |text: &str| Config::parse(text, Path::new("parabus.toml"));
        assert!(parse("[server.tls]\nself_signed = true\n").is_ok());
        assert!(parse("[server.tls]\ncertificate = \"a\"\nkey = \"b\"\n").is_ok());
        for wrong in ["", "certificate = \"a\"", "certificate = \"a\"\nkey = \"b\"\nself_signed = true"] {
            let text = format!("[api]\n[server.tls]\n{wrong}\n");
            assert!(refusal(&text).starts_with("parabus.toml:2: server.tls: expected"), "{}", refusal(&text));
        }
    }

    #[test]
    fn ranges_refuse_link_local_and_loopback_but_not_private_addresses() {
        let mut access = Access::default();
        let allows = |access: &Access, text: &str| access.allows(text.parse().unwrap());
        assert!(allows(&access, "192.168.1.10"));
        assert!(allows(&access, "10.1.2.3"));
        assert!(!allows(&access, "169.254.169.254"));
        assert!(!allows(&access, "::ffff:169.254.169.254"));
        assert!(!allows(&access, "127.0.0.1"));
        assert!(!allows(&access, "0.0.0.0"));
        access.allow_loopback = true;
        assert!(allows(&access, "127.0.0.1"));
    }
}
