//! Connections to devices: one task a connection, core's client machine on its socket or serial port.
//!
//! - Writes and real-time reads go before polls, but every fourth request is a poll if one waits, and so is
//!   the one behind a time-out. A write and a background read of one unit never overlap.
//! - What nobody waits for any more is not sent.
//! - Never more requests are under way than the network allows, on a serial line one.
//! - A TCP connection that stays silent is closed and dialled again.
//! - Controllers may dial in instead of being dialled: see [`backward`].

pub mod backward;
mod dial;
mod machine;
mod session;
mod silence;

use std::collections::HashMap;
use std::net::SocketAddr;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Weak};
use std::time::Duration;

use parabus_core::modbus::plan::plan_writes;
use parabus_core::modbus::{ExceptionCode, RegisterKind, UnitId, WriteFunction};
use parabus_core::time::Instant;
use parking_lot::{Mutex, RwLock};
use tokio::sync::{OwnedRwLockWriteGuard, mpsc, oneshot, watch};

use crate::clock;
use crate::model::{Connection, Net};
use crate::words;
use backward::Controllers;
pub use dial::{Dial, Network, Stream, open_port};
use session::{Arrival, Ask, Job, Jobs};

/// Requests that may wait for a connection; a further one waits outside.
const QUEUE: usize = 64;

/// Time that somebody who waits spends beyond the request's own, on a connection to come about and on
/// others' requests.
const PATIENCE: Duration = Duration::from_secs(5);

/// Which queue a request joins.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Priority {
    /// A person or program waits for it.
    Urgent,
    /// Background reading.
    Routine,
}

/// A request to read.
#[derive(Clone, Copy, Debug)]
pub struct Read {
    pub unit: UnitId,
    pub kind: RegisterKind,
    pub address: u16,
    pub quantity: u16,
    pub priority: Priority,
    pub timeout_ms: u32,
    /// Repetitions after a time-out.
    pub retries: u8,
}

/// Why a request brought no values.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum LinkError {
    #[error("NoConnection: {0}")]
    Connect(String),
    #[error("NoConnection: {0}")]
    Closed(String),
    /// The connection ended before the request was sent.
    #[error("NoConnection: {0}")]
    Unsent(String),
    #[error("{}", words::TIMEOUT.en())]
    Timeout,
    /// A time-out that speaks against the connection, which is made anew.
    #[error("Timeout")]
    Silent,
    #[error("MODBUS exception: {}", .0.name())]
    Exception(ExceptionCode),
    #[error("{0}")]
    Illegal(String),
}

impl LinkError {
    /// The failure in the vendor's words: `MODBUS exception during reading register 3h: …`.
    pub fn during(&self, work: &str, kind: RegisterKind, address: u16) -> String {
        match self {
            LinkError::Exception(code) => {
                format!("MODBUS exception during {work} register {address}{}: {}", kind.letter(), code.name())
            }
            other => other.to_string(),
        }
    }
}

/// State of a connection, for people.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct LinkStatus {
    pub connected_since: Option<Instant>,
    /// When the other side last answered, or dialled in.
    pub last_seen_on: Option<Instant>,
    /// Why there is no connection.
    pub reason: Option<String>,
    /// From where a controller dialled in last.
    pub peer: Option<SocketAddr>,
}

impl LinkStatus {
    pub fn is_connected(&self) -> bool {
        self.connected_since.is_some()
    }
}

/// What may be asked of a connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Requests under way at once, from 1.
    pub max_in_flight: u8,
    /// Milliseconds of rest after a reply, or after a request that others follow.
    pub request_gap_ms: u16,
}

impl Limits {
    /// Of a network.
    pub fn of(net: &Net) -> Limits {
        Limits { max_in_flight: net.max_inflight_requests.max(1), request_gap_ms: net.request_gap_ms }
    }
}

/// What every device bears: one request at a time, as soon as the last one is answered.
impl Default for Limits {
    fn default() -> Self {
        Limits { max_in_flight: 1, request_gap_ms: 0 }
    }
}

/// What handles and task share.
struct Shared {
    status: RwLock<LinkStatus>,
    limits: RwLock<Limits>,
    /// Counts requests to end the connection.
    drops: watch::Sender<u64>,
    /// Counts connections made.
    connections: watch::Sender<u64>,
    /// Monotonic microseconds of the last byte sent or received.
    active_us: AtomicU64,
    /// Reads in the background share a unit's turn, a write has it alone.
    turns: Mutex<HashMap<UnitId, Arc<tokio::sync::RwLock<()>>>>,
}

struct Queues {
    connection: Connection,
    urgent: mpsc::Sender<Job>,
    routine: mpsc::Sender<Job>,
    /// Streams of the controller, where it dials in.
    arrivals: mpsc::Sender<Arrival>,
    shared: Arc<Shared>,
}

/// A handle to one connection. Its task ends with the last handle.
#[derive(Clone)]
pub struct Link {
    queues: Arc<Queues>,
}

/// All connections, one for each address.
pub struct Links {
    dial: Arc<dyn Dial>,
    open: Mutex<HashMap<Connection, Weak<Queues>>>,
    controllers: Controllers,
}

impl Default for Links {
    fn default() -> Self {
        Links::new(Arc::new(Network))
    }
}

impl Links {
    pub fn new(dial: Arc<dyn Dial>) -> Self {
        Links { dial, open: Mutex::default(), controllers: Controllers::default() }
    }

    /// The connection to this address, with these limits from now on.
    pub fn handle(&self, connection: &Connection, limits: Limits) -> Link {
        let mut open = self.open.lock();
        if let Some(queues) = open.get(connection).and_then(Weak::upgrade) {
            *queues.shared.limits.write() = limits;
            return Link { queues };
        }
        open.retain(|_, queues| queues.strong_count() > 0);
        let (urgent, urgent_jobs) = mpsc::channel(QUEUE);
        let (routine, routine_jobs) = mpsc::channel(QUEUE);
        // A newer stream replaces the older at once, so one that waits is enough.
        let (arrivals, arriving) = mpsc::channel(1);
        let shared = Arc::new(Shared {
            status: RwLock::default(),
            limits: RwLock::new(limits),
            drops: watch::Sender::new(0),
            connections: watch::Sender::new(0),
            active_us: AtomicU64::default(),
            turns: Mutex::default(),
        });
        let jobs = Jobs::new(urgent_jobs, routine_jobs);
        let session = session::run(connection.clone(), self.dial.clone(), jobs, arriving, shared.clone());
        tokio::spawn(session);
        let queues = Arc::new(Queues { connection: connection.clone(), urgent, routine, arrivals, shared });
        open.insert(connection.clone(), Arc::downgrade(&queues));
        Link { queues }
    }

    fn find(&self, connection: &Connection) -> Option<Arc<Queues>> {
        self.open.lock().get(connection).and_then(Weak::upgrade)
    }

    /// State of the connection to this address.
    pub fn status(&self, connection: &Connection) -> LinkStatus {
        self.find(connection).map(|queues| queues.shared.status.read().clone()).unwrap_or_default()
    }

    /// The API's `ip` and `port`: the address that is dialled, or from where a controller dialled
    /// in last; empty and 0 for one that was never seen and for a serial port.
    pub fn ip_and_port(&self, connection: &Connection) -> (String, u16) {
        match connection {
            Connection::Direct { host, port, .. } => (host.clone(), *port),
            Connection::Serial(_) => (String::new(), 0),
            Connection::Backward(_) => {
                let peer = self.status(connection).peer;
                peer.map_or((String::new(), 0), |peer| (peer.ip().to_canonical().to_string(), peer.port()))
            }
        }
    }

    /// Ends the connection, if there is one; whoever needs it makes it anew.
    pub fn drop_connection(&self, connection: &Connection) {
        if let Some(queues) = self.find(connection) {
            queues.shared.drops.send_modify(|drops| *drops += 1);
        }
    }

    /// Controllers that have dialled in.
    pub fn controllers(&self) -> &Controllers {
        &self.controllers
    }
}

/// A unit's turn: until it is dropped, no read in the background and no other write of it is under way.
pub struct Turn {
    link: Link,
    unit: UnitId,
    _alone: OwnedRwLockWriteGuard<()>,
}

impl Turn {
    /// Writes items of one kind. A write is not repeated after a time-out: it may have been done.
    pub async fn write(
        &self,
        kind: RegisterKind,
        address: u16,
        values: &[u16],
        function: WriteFunction,
        timeout_ms: u32,
    ) -> Result<(), LinkError> {
        let parts = plan_writes(kind, values.len(), function)
            .ok_or_else(|| LinkError::Illegal(format!("registers of kind `{}` are read-only", kind.code())))?;
        for part in parts {
            let values = values.get(part.offset..part.offset + part.count).unwrap_or_default().to_vec();
            let address = u16::try_from(part.offset).ok().and_then(|offset| address.checked_add(offset));
            let address = address.ok_or_else(|| LinkError::Illegal("addresses beyond 65535".to_owned()))?;
            let ask = Ask::Write { kind, address, values, single: part.single };
            self.link.ask_urgently(self.unit, ask, timeout_ms, 0).await?;
        }
        Ok(())
    }
}

impl Link {
    /// Reads items of one kind; bits come as 0 and 1.
    pub async fn read(&self, read: Read) -> Result<Vec<u16>, LinkError> {
        let Read { unit, kind, address, quantity, priority, timeout_ms, retries } = read;
        let ask = Ask::Read { kind, address, quantity };
        match priority {
            Priority::Urgent => self.ask_urgently(unit, ask, timeout_ms, retries).await,
            Priority::Routine => {
                let turn = self.turn_of(unit);
                let _turn = turn.read().await;
                self.ask(unit, ask, &self.queues.routine, timeout_ms, retries).await
            }
        }
    }

    /// Waits until a unit may be written to, before the next background read of it.
    pub async fn turn(&self, unit: UnitId) -> Turn {
        Turn { link: self.clone(), unit, _alone: self.turn_of(unit).write_owned().await }
    }

    fn turn_of(&self, unit: UnitId) -> Arc<tokio::sync::RwLock<()>> {
        self.queues.shared.turns.lock().entry(unit).or_default().clone()
    }

    /// Asks for somebody who waits: in time, whatever else waits.
    async fn ask_urgently(&self, unit: UnitId, ask: Ask, timeout_ms: u32, retries: u8) -> Result<Vec<u16>, LinkError> {
        let own = Duration::from_millis(timeout_ms.into()) * (u32::from(retries) + 1);
        let answer = self.ask(unit, ask, &self.queues.urgent, timeout_ms, retries);
        // A job whose answer nobody awaits any more is not sent.
        tokio::time::timeout(own + PATIENCE, answer).await.unwrap_or(Err(LinkError::Timeout))
    }

    async fn ask(
        &self,
        unit: UnitId,
        ask: Ask,
        queue: &mpsc::Sender<Job>,
        timeout_ms: u32,
        retries: u8,
    ) -> Result<Vec<u16>, LinkError> {
        let (mut timeouts, mut closings) = (0, 0);
        let is_read = matches!(ask, Ask::Read { .. });
        let gone = || LinkError::Closed("the server is stopping".to_owned());
        loop {
            let (reply, answer) = oneshot::channel();
            let job = Job { unit, ask: ask.clone(), timeout_ms, asked_us: clock::monotonic_us(), reply };
            if queue.send(job).await.is_err() {
                return Err(gone());
            }
            match answer.await.unwrap_or_else(|_| Err(gone())) {
                Err(LinkError::Timeout) if timeouts < retries => timeouts += 1,
                // A device may close an idle connection at any time; the first request then meets
                // the closing. A read is asked again on a new connection, and so is what was not sent.
                Err(LinkError::Closed(_) | LinkError::Silent) if closings == 0 && is_read => closings += 1,
                Err(LinkError::Unsent(_)) if closings == 0 => closings += 1,
                Err(LinkError::Silent) => return Err(LinkError::Timeout),
                result => return result,
            }
        }
    }

    /// Whose connection it is.
    pub fn connection(&self) -> &Connection {
        &self.queues.connection
    }

    /// State of the connection.
    pub fn status(&self) -> LinkStatus {
        self.queues.shared.status.read().clone()
    }

    /// Tells of every connection made from now on.
    pub fn connections(&self) -> watch::Receiver<u64> {
        self.queues.shared.connections.subscribe()
    }

    /// Monotonic microseconds of the last byte sent or received.
    fn active_us(&self) -> u64 {
        self.queues.shared.active_us.load(Ordering::Relaxed)
    }

    /// Hands a stream over that a controller has opened; an older one of its gives way.
    async fn arrive(&self, arrival: Arrival) {
        // The task lives as long as this handle.
        self.queues.arrivals.send(arrival).await.ok();
    }
}

#[cfg(test)]
mod tests;
#[cfg(test)]
mod tests_rtu;
