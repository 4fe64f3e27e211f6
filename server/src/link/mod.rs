//! Connections to devices: one task a connection, core's client machine on its socket or serial port.
//!
//! Writes and real-time reads go before polls; never more requests are under way than the network
//! allows, on a serial line one; a TCP connection that stays silent is closed and dialled again.

mod dial;
mod machine;
mod session;

use std::collections::HashMap;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Weak};

use parabus_core::modbus::plan::plan_writes;
use parabus_core::modbus::{ExceptionCode, RegisterKind, UnitId, WriteFunction};
use parabus_core::time::Instant;
use parking_lot::{Mutex, RwLock};
use tokio::sync::{mpsc, oneshot};

use crate::model::Connection;
pub use dial::open_port;
use session::{Ask, Job};

/// Requests that may wait for a connection; a further one waits outside.
const QUEUE: usize = 64;

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
    #[error("NoConnection: the device closed the connection")]
    Closed,
    #[error("Timeout")]
    Timeout,
    #[error("MODBUS exception: {}", .0.name())]
    Exception(ExceptionCode),
    #[error("{0}")]
    Illegal(String),
}

/// State of a connection, for people.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct LinkStatus {
    pub connected_since: Option<Instant>,
    pub last_seen_on: Option<Instant>,
    /// Why there is no connection.
    pub reason: Option<String>,
}

impl LinkStatus {
    pub fn is_connected(&self) -> bool {
        self.connected_since.is_some()
    }

    /// When the other side last answered.
    pub fn last_seen_on(&self) -> Option<Instant> {
        self.last_seen_on
    }
}

/// What handles and task share.
struct Shared {
    status: RwLock<LinkStatus>,
    max_in_flight: AtomicUsize,
}

struct Queues {
    urgent: mpsc::Sender<Job>,
    routine: mpsc::Sender<Job>,
    shared: Arc<Shared>,
}

/// A handle to one connection. Its task ends with the last handle.
#[derive(Clone)]
pub struct Link {
    queues: Arc<Queues>,
}

/// All connections, one for each address.
#[derive(Default)]
pub struct Links {
    open: Mutex<HashMap<Connection, Weak<Queues>>>,
}

impl Links {
    /// The connection to this address, with at most this many requests under way.
    pub fn handle(&self, connection: &Connection, max_in_flight: u8) -> Link {
        let mut open = self.open.lock();
        let max_in_flight = usize::from(max_in_flight.max(1));
        if let Some(queues) = open.get(connection).and_then(Weak::upgrade) {
            queues.shared.max_in_flight.store(max_in_flight, Ordering::Relaxed);
            return Link { queues };
        }
        open.retain(|_, queues| queues.strong_count() > 0);
        let (urgent, urgent_jobs) = mpsc::channel(QUEUE);
        let (routine, routine_jobs) = mpsc::channel(QUEUE);
        let shared = Arc::new(Shared { status: RwLock::default(), max_in_flight: AtomicUsize::new(max_in_flight) });
        tokio::spawn(session::run(connection.clone(), urgent_jobs, routine_jobs, shared.clone()));
        let queues = Arc::new(Queues { urgent, routine, shared });
        open.insert(connection.clone(), Arc::downgrade(&queues));
        Link { queues }
    }

    /// State of the connection to this address.
    pub fn status(&self, connection: &Connection) -> LinkStatus {
        let queues = self.open.lock().get(connection).and_then(Weak::upgrade);
        queues.map(|queues| queues.shared.status.read().clone()).unwrap_or_default()
    }
}

impl Link {
    /// Reads items of one kind; bits come as 0 and 1.
    pub async fn read(&self, read: Read) -> Result<Vec<u16>, LinkError> {
        let Read { unit, kind, address, quantity, priority, timeout_ms, retries } = read;
        self.ask(unit, Ask::Read { kind, address, quantity }, priority, timeout_ms, retries).await
    }

    /// Writes items of one kind. A write is not repeated after a time-out: it may have been done.
    pub async fn write(
        &self,
        unit: UnitId,
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
            self.ask(unit, ask, Priority::Urgent, timeout_ms, 0).await?;
        }
        Ok(())
    }

    async fn ask(
        &self,
        unit: UnitId,
        ask: Ask,
        priority: Priority,
        timeout_ms: u32,
        retries: u8,
    ) -> Result<Vec<u16>, LinkError> {
        let queue = match priority {
            Priority::Urgent => &self.queues.urgent,
            Priority::Routine => &self.queues.routine,
        };
        let (mut timeouts, mut closings) = (0, 0);
        loop {
            let (reply, answer) = oneshot::channel();
            let job = Job { unit, ask: ask.clone(), timeout_ms, reply };
            if queue.send(job).await.is_err() {
                return Err(LinkError::Closed);
            }
            match answer.await.unwrap_or(Err(LinkError::Closed)) {
                Err(LinkError::Timeout) if timeouts < retries => timeouts += 1,
                // A device may close an idle connection at any time; the first request then meets
                // the closing. A read is asked again on a new connection.
                Err(LinkError::Closed) if closings == 0 && matches!(ask, Ask::Read { .. }) => closings += 1,
                result => return result,
            }
        }
    }
}

#[cfg(test)]
mod tests;
#[cfg(test)]
mod tests_rtu;
