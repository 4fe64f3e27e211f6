//! The accept loop: a deadline for every handshake and header, a cap on connections, a graceful stop. When
//! all places are taken, the oldest connection that has asked for nothing yet gives way.
//!
//! Our own, because `axum::serve` has no header deadline: a client that sends a byte a minute
//! would hold a connection for ever.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::extract::ConnectInfo;
use hyper::Request;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::server::graceful::GracefulShutdown;
use hyper_util::service::TowerToHyperService;
use parking_lot::Mutex;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Semaphore;
use tokio_rustls::TlsAcceptor;
use tokio_rustls::server::TlsStream;
use tokio_util::sync::CancellationToken;
use tower::ServiceExt as _;

use super::linger::Lingering;
use crate::config::Server;

/// Connections that have asked for nothing yet, in the order of their arrival.
#[derive(Default)]
struct Newcomers {
    waiting: Mutex<BTreeMap<u64, CancellationToken>>,
}

impl Newcomers {
    /// One more; it has to end when the token says so.
    fn admit(&self, number: u64) -> CancellationToken {
        let token = CancellationToken::new();
        self.waiting.lock().insert(number, token.clone());
        token
    }

    /// It has asked for something, or ended.
    fn forget(&self, number: u64) {
        self.waiting.lock().remove(&number);
    }

    fn end_oldest(&self) {
        if let Some((_, token)) = self.waiting.lock().pop_first() {
            metrics::counter!("parabus_http_given_way").increment(1);
            token.cancel();
        }
    }
}

/// Serves connections until `stop`, then lets requests in flight finish.
pub async fn serve(
    listener: TcpListener,
    tls: Option<TlsAcceptor>,
    router: Router,
    config: &Server,
    stop: CancellationToken,
) {
    let places = Arc::new(Semaphore::new(config.max_connections as usize));
    let graceful = GracefulShutdown::new();
    let mut builder = http1::Builder::new();
    // The deadline starts when a connection waits for a header, so it ends silent ones, too.
    let header_deadline = Duration::from_secs(config.header_timeout_sec.into());
    builder.timer(TokioTimer::new()).header_read_timeout(header_deadline);

    let newcomers = Arc::new(Newcomers::default());
    for number in 0.. {
        let next = async {
            let (stream, peer) = accept(&listener).await;
            if places.available_permits() == 0 {
                newcomers.end_oldest();
            }
            (places.clone().acquire_owned().await, stream, peer)
        };
        let (place, stream, peer) = tokio::select! {
            () = stop.cancelled() => break,
            next = next => next,
        };
        let (gives_way, known) = (newcomers.admit(number), newcomers.clone());
        let router = router.clone();
        let service = TowerToHyperService::new(router.map_request(move |mut request: Request<Incoming>| {
            known.forget(number);
            request.extensions_mut().insert(ConnectInfo(peer));
            Lingering::of(request)
        }));
        let (builder, watcher, tls, stop) = (builder.clone(), graceful.watcher(), tls.clone(), stop.clone());
        let newcomers = newcomers.clone();
        tokio::spawn(async move {
            metrics::gauge!("parabus_http_connections").increment(1);
            let served = async {
                match tls {
                    None => watcher.watch(builder.serve_connection(TokioIo::new(stream), service)).await,
                    Some(tls) => {
                        let stream = tokio::select! {
                            // Nothing has been asked yet: a stop waits for no handshake.
                            () = stop.cancelled() => None,
                            stream = handshake(tls, stream, peer, header_deadline) => stream,
                        };
                        match stream {
                            Some(stream) => {
                                watcher.watch(builder.serve_connection(TokioIo::new(stream), service)).await
                            }
                            None => Ok(()),
                        }
                    }
                }
            };
            tokio::select! {
                () = gives_way.cancelled() => tracing::debug!(%peer, "gave way to another connection"),
                served = served => if let Err(error) = served {
                    tracing::debug!(%peer, %error, "connection ended");
                },
            }
            newcomers.forget(number);
            metrics::gauge!("parabus_http_connections").decrement(1);
            drop(place);
        });
    }
    drop(listener);
    let deadline = Duration::from_secs(config.stop_timeout_sec.into());
    if tokio::time::timeout(deadline, graceful.shutdown()).await.is_err() {
        tracing::warn!(seconds = config.stop_timeout_sec, "requests still in flight were cut off");
    }
}

/// The encrypted stream, if the client speaks TLS and does so in time.
async fn handshake(
    tls: TlsAcceptor,
    stream: TcpStream,
    peer: SocketAddr,
    deadline: Duration,
) -> Option<TlsStream<TcpStream>> {
    match tokio::time::timeout(deadline, tls.accept(stream)).await {
        Ok(Ok(stream)) => return Some(stream),
        Ok(Err(error)) => tracing::debug!(%peer, %error, "handshake failed"),
        Err(_) => tracing::debug!(%peer, "handshake not in time"),
    }
    None
}

/// The next connection; an error of one connection (or too many open files) ends nothing.
async fn accept(listener: &TcpListener) -> (TcpStream, SocketAddr) {
    loop {
        match listener.accept().await {
            Ok((stream, peer)) => {
                // Replies are written whole: waiting for more to send would only delay them.
                stream.set_nodelay(true).ok();
                return (stream, peer);
            }
            Err(error) => {
                tracing::warn!(%error, "a connection could not be accepted");
                tokio::time::sleep(Duration::from_millis(50)).await;
            }
        }
    }
}
