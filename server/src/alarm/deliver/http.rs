//! Requests to providers: one connection each, to addresses that the configuration allows.

use std::sync::Arc;
use std::time::Duration;

use axum::body::Bytes;
use chrono::DateTime;
use http_body_util::{BodyExt as _, Full, Limited};
use hyper::header::{HOST, HeaderMap, RETRY_AFTER, USER_AGENT};
use hyper::{Method, Request, StatusCode, Uri};
use hyper_util::rt::TokioIo;
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;
use tokio_rustls::rustls::crypto::ring;
use tokio_rustls::rustls::pki_types::ServerName;
use tokio_rustls::rustls::{ClientConfig, RootCertStore};

use super::Outcome;
use crate::clock;
use crate::config::Access;
use crate::link::Stream;
use crate::storage::outbox::Held;

/// For the connection.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(10);

/// For connection, request and reply.
const TIMEOUT: Duration = Duration::from_secs(30);

/// Most bytes of a reply's body that are read.
const MOST_REPLY: usize = 65_536;

/// Where requests go.
#[derive(Clone, Debug)]
pub struct Target {
    uri: Uri,
    host: String,
    port: u16,
    is_tls: bool,
}

impl Target {
    pub fn parse(url: &str) -> Result<Target, String> {
        let refuse = |why: &str| format!("url: `{url}` {why}, expected one such as https://example.org/path");
        let uri: Uri = url.parse().map_err(|_| refuse("is no address"))?;
        let is_tls = match uri.scheme_str() {
            Some("https") => true,
            Some("http") => false,
            _ => return Err(refuse("begins with neither https: nor http:")),
        };
        let authority = uri.authority().ok_or_else(|| refuse("names no host"))?;
        if authority.as_str().contains('@') {
            return Err("url: names and passwords do not belong into it".to_owned());
        }
        let host = authority.host().trim_matches(['[', ']']).to_owned();
        let port = authority.port_u16().unwrap_or(if is_tls { 443 } else { 80 });
        Ok(Target { uri, host, port, is_tls })
    }
}

/// A reply, as far as it matters.
#[derive(Clone, Debug)]
pub struct Reply {
    pub status: StatusCode,
    pub retry_after: Option<Duration>,
    pub text: String,
}

/// Makes requests.
pub struct Client {
    tls: TlsConnector,
    access: Access,
}

impl Client {
    /// Trusts whom the machine trusts.
    pub fn new(access: Access) -> Client {
        let mut roots = RootCertStore::empty();
        let found = rustls_native_certs::load_native_certs();
        found.errors.iter().for_each(|error| tracing::warn!(%error, "a certificate authority is left out"));
        roots.add_parsable_certificates(found.certs);
        let builder = ClientConfig::builder_with_provider(Arc::new(ring::default_provider()))
            .with_safe_default_protocol_versions()
            .expect("ring speaks TLS 1.2 and 1.3");
        let config = builder.with_root_certificates(roots).with_no_client_auth();
        Client { tls: TlsConnector::from(Arc::new(config)), access }
    }

    /// Connects, and no more.
    pub async fn reach(&self, target: &Target) -> Result<String, String> {
        self.connect(target).await?;
        Ok(format!("{}:{} can be reached", target.host, target.port))
    }

    pub async fn post(&self, target: &Target, headers: HeaderMap, body: String) -> Result<Reply, String> {
        let late = |_| format!("no reply within {} s", TIMEOUT.as_secs());
        tokio::time::timeout(TIMEOUT, self.exchange(target, headers, body)).await.map_err(late)?
    }

    async fn exchange(&self, target: &Target, headers: HeaderMap, body: String) -> Result<Reply, String> {
        let stream = self.connect(target).await?;
        let spoken = hyper::client::conn::http1::handshake(TokioIo::new(stream)).await;
        let (mut sender, connection) = spoken.map_err(|error| error.to_string())?;
        let mut request = Request::new(Full::new(Bytes::from(body)));
        *request.method_mut() = Method::POST;
        *request.uri_mut() = target.uri.path_and_query().map_or("/", |path| path.as_str()).parse().unwrap_or_default();
        *request.headers_mut() = headers;
        let host = target.uri.authority().map_or("", |authority| authority.as_str());
        request.headers_mut().insert(HOST, host.parse().map_err(|_| format!("`{host}` is no host"))?);
        let agent = concat!("Parabus/", env!("CARGO_PKG_VERSION"));
        request.headers_mut().insert(USER_AGENT, agent.parse().map_err(|_| "no agent".to_owned())?);
        let exchange = async {
            let reply = sender.send_request(request).await.map_err(|error| words(&error))?;
            let (head, body) = reply.into_parts();
            // The status is what counts: a body that breaks off, or is too long, changes nothing.
            let body = Limited::new(body, MOST_REPLY).collect().await.map(|body| body.to_bytes()).unwrap_or_default();
            let retry_after = head.headers.get(RETRY_AFTER).and_then(|value| value.to_str().ok()).and_then(pause);
            Ok(Reply { status: head.status, retry_after, text: String::from_utf8_lossy(&body).into_owned() })
        };
        tokio::pin!(exchange);
        tokio::select! {
            reply = &mut exchange => reply,
            // The connection may end with the reply already there.
            _ = connection => exchange.await,
        }
    }

    async fn connect(&self, target: &Target) -> Result<Box<dyn Stream>, String> {
        let Target { host, port, .. } = target;
        let late = |_| format!("{host}:{port}: no connection within {} s", CONNECT_TIMEOUT.as_secs());
        tokio::time::timeout(CONNECT_TIMEOUT, self.dial(target)).await.map_err(late)?
    }

    async fn dial(&self, target: &Target) -> Result<Box<dyn Stream>, String> {
        let Target { host, port, .. } = target;
        let found = tokio::net::lookup_host((host.as_str(), *port)).await;
        let found = found.map_err(|error| format!("{host}: {error}"))?;
        let mut last = format!("{host}: has no address");
        for address in found {
            if !self.access.allows(address.ip()) {
                last = format!("{host}: the address {} is refused by [access]", address.ip());
                continue;
            }
            match TcpStream::connect(address).await {
                Ok(stream) if target.is_tls => {
                    let name = ServerName::try_from(host.clone()).map_err(|error| format!("{host}: {error}"))?;
                    let stream = self.tls.connect(name, stream).await;
                    return Ok(Box::new(stream.map_err(|error| format!("{host}:{port}: {error}"))?));
                }
                Ok(stream) => return Ok(Box::new(stream)),
                Err(error) => last = format!("{host}:{port}: {error}"),
            }
        }
        Err(last)
    }
}

fn words(error: &hyper::Error) -> String {
    let source = std::error::Error::source(error);
    source.map_or_else(|| error.to_string(), |source| format!("{error}: {source}"))
}

/// `Retry-After`: seconds, or a date (RFC 9110, 10.2.3).
fn pause(value: &str) -> Option<Duration> {
    if let Ok(seconds) = value.trim().parse() {
        return Some(Duration::from_secs(seconds));
    }
    let until = DateTime::parse_from_rfc2822(value.trim()).ok()?.timestamp_millis();
    u64::try_from(until.saturating_sub(clock::now().as_millis())).ok().map(Duration::from_millis)
}

/// 2xx: it was taken. 4xx is for good, but for those that time mends (408, 425, 429) and those that speak
/// of us (401, 407), which the operator mends.
pub fn judge(reply: Result<Reply, String>) -> Outcome {
    let reply = match reply {
        Ok(reply) => reply,
        Err(answer) => return Outcome::Retry { answer, after: None, held: Held::Provider },
    };
    let answer = format!("{} {}", reply.status.as_u16(), reply.text.trim());
    match reply.status.as_u16() {
        200..=299 => Outcome::Sent(answer),
        400 | 402..=406 | 409..=424 | 426..=428 | 430..=499 => Outcome::Failed(answer),
        // A time that the provider named is not for us to shorten.
        _ => {
            let held = if reply.retry_after.is_some() { Held::Message } else { Held::Provider };
            Outcome::Retry { answer, after: reply.retry_after, held }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn targets_are_addresses_of_the_web() {
        let target = Target::parse("https://[::1]:8443/a?b=c").unwrap();
        assert_eq!((target.host.as_str(), target.port, target.is_tls), ("::1", 8443, true));
        let target = Target::parse("http://works.example").unwrap();
        assert_eq!((target.host.as_str(), target.port, target.is_tls), ("works.example", 80, false));
        for url in ["", "works.example/a", "ftp://works.example/", "https://user:word@works.example/", "https:///a"] {
            assert!(Target::parse(url).is_err(), "{url}");
        }
    }

    #[test]
    fn the_provider_names_seconds_or_a_date() {
        assert_eq!(pause("120"), Some(Duration::from_secs(120)));
        let later = chrono::DateTime::from_timestamp_millis(clock::now().as_millis() + 60_000).unwrap();
        let seconds = pause(&later.format("%a, %d %b %Y %H:%M:%S GMT").to_string()).unwrap().as_secs();
        assert!((58..=60).contains(&seconds), "{seconds}");
        assert_eq!(pause("Wed, 21 Oct 2015 07:28:00 GMT"), None);
        assert_eq!(pause("soon"), None);
    }

    #[test]
    fn only_what_speaks_of_the_message_is_for_good() {
        let judged = |status: u16, retry_after| {
            let status = StatusCode::from_u16(status).unwrap();
            judge(Ok(Reply { status, retry_after, text: String::new() }))
        };
        for status in [200, 201, 202, 204] {
            assert!(matches!(judged(status, None), Outcome::Sent(_)), "{status}");
        }
        for status in [400, 403, 404, 410, 422, 451] {
            assert!(matches!(judged(status, None), Outcome::Failed(_)), "{status}");
        }
        for status in [301, 401, 407, 408, 425, 429, 500, 502, 503] {
            assert!(matches!(judged(status, None), Outcome::Retry { held: Held::Provider, .. }), "{status}");
        }
        let after = Some(Duration::from_secs(7));
        assert!(
            matches!(judged(429, after), Outcome::Retry { held: Held::Message, after: found, .. } if found == after)
        );
    }

    #[tokio::test]
    async fn refused_addresses_are_not_dialled() {
        let client = Client::new(Access::default());
        let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        listener.set_nonblocking(true).unwrap();
        let url = format!("http://localhost:{}/", listener.local_addr().unwrap().port());
        let error = client.reach(&Target::parse(&url).unwrap()).await.unwrap_err();
        assert!(error.contains("refused by [access]"), "{error}");
        assert_eq!(listener.accept().unwrap_err().kind(), std::io::ErrorKind::WouldBlock);
    }
}
