//! Controllers that dial in (DOMAIN.md 2.10, D-31): Modbus TCP whose roles of connecting are swapped.
//!
//! A controller connects, says who it is, and then answers requests. The one that a network is bound to
//! is told that it is activated and gets the network's passwords; an unknown one gets an activation
//! code, which a person reads on it. Each is asked something after 25 s of silence: it hangs up by
//! itself after 60 to 90 s.

mod controllers;
mod greet;
mod identify;

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use parabus_core::modbus::{RegisterKind, UnitId};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{Semaphore, oneshot, watch};
use tokio::task::JoinSet;

use super::session::Arrival;
use super::{Limits, Link, LinkError, Links, Priority, Read};
use crate::clock;
use crate::model::{Connection, Directory, Mac};
pub use controllers::{Controller, Controllers};
pub use greet::{PASSWORD, send_password};

/// Silence after which a controller is asked something.
const KEEP_ALIVE: Duration = Duration::from_secs(25);

/// A controller answers within 1.5 s, or says by an exception that a unit behind it did not.
const TIMEOUT_MS: u32 = 3000;

/// Accepts controllers until the task is dropped; at most `most` at once.
pub async fn listen(
    listener: TcpListener,
    most: usize,
    links: Arc<Links>,
    directories: watch::Receiver<Arc<Directory>>,
) {
    let places = Arc::new(Semaphore::new(most));
    let mut callers = JoinSet::new();
    loop {
        let Ok(place) = places.clone().acquire_owned().await else { return };
        let (stream, peer) = match listener.accept().await {
            Ok(accepted) => accepted,
            Err(error) => {
                tracing::warn!(%error, "a controller could not be accepted");
                // Out of file descriptors, most often: trying again at once would only burn time.
                tokio::time::sleep(Duration::from_millis(100)).await;
                continue;
            }
        };
        while callers.try_join_next().is_some() {}
        let caller = serve(stream, peer, links.clone(), directories.clone());
        callers.spawn(async move {
            caller.await;
            drop(place);
        });
    }
}

/// One controller, from its call to its end.
async fn serve(
    mut stream: TcpStream,
    peer: SocketAddr,
    links: Arc<Links>,
    mut directories: watch::Receiver<Arc<Directory>>,
) {
    stream.set_nodelay(true).ok();
    let known = match identify::identify(&mut stream).await {
        Ok(known) => known,
        Err(reason) => {
            metrics::counter!("parabus_backward_refused").increment(1);
            tracing::info!(%peer, reason, "whoever dialled in is no controller");
            return;
        }
    };
    let mac = Mac(known.identity.mac);
    let connection = Connection::Backward(mac);
    let link = links.handle(&connection, limits_of(&connection, &directories.borrow()));
    let (ended, mut end) = oneshot::channel();
    // Drawn before the stream is handed over: of two calls at once, the one that is served last counts.
    let visit = links.controllers().visit();
    link.arrive(Arrival { stream: Box::new(stream), peer, early: known.early, ended }).await;
    let (unit, identity) = (known.unit, known.identity);
    links.controllers().enter(visit, Controller { mac, unit, identity, peer, since: clock::now(), code: None });
    tracing::info!(%mac, %peer, device_type = known.identity.device_type, "a controller dialled in");
    let mut greeter = greet::Greeter::new(&link, links.controllers(), known.unit, known.identity);
    tokio::select! {
        _ = &mut end => {}
        () = async {
            loop {
                let directory = directories.borrow_and_update().clone();
                greeter.greet(&directory).await;
                tokio::select! {
                    changed = directories.changed() => if changed.is_err() { return },
                    () = keep_alive(&link, known.unit) => {}
                }
            }
        } => {}
    }
    links.controllers().leave(mac, visit);
}

fn limits_of(connection: &Connection, directory: &Directory) -> Limits {
    directory.nets.values().find(|net| net.connection == *connection).map(Limits::of).unwrap_or_default()
}

/// Asks something whenever the line was silent long enough; returns when an answer is due again.
async fn keep_alive(link: &Link, unit: UnitId) {
    let keep_alive_us = u64::try_from(KEEP_ALIVE.as_micros()).unwrap_or(u64::MAX);
    loop {
        let silent_us = clock::monotonic_us().saturating_sub(link.active_us());
        if silent_us < keep_alive_us {
            tokio::time::sleep(Duration::from_micros(keep_alive_us - silent_us)).await;
            continue;
        }
        // Asked until it answers or the connection counts as dead.
        match read(link, unit, 0, 1).await {
            Err(LinkError::Timeout) => {}
            _ => return,
        }
    }
}

async fn read(link: &Link, unit: UnitId, address: u16, quantity: u16) -> Result<Vec<u16>, LinkError> {
    let (kind, priority) = (RegisterKind::Holding, Priority::Urgent);
    link.read(Read { unit, kind, address, quantity, priority, timeout_ms: TIMEOUT_MS, retries: 0 }).await
}

#[cfg(test)]
mod tests;
