//! Last values and the feed of changes: every reading passes here on its way to the store.

use std::collections::HashMap;
use std::sync::Arc;

use parabus_core::time::Instant;
use parking_lot::RwLock;
use tokio::sync::broadcast;

use crate::model::{Cell, CellError, Cycle, DeviceId, GroupId, Held, ParamId};
use crate::storage::{Store, StoreError};

/// Cycles that a slow listener may fall behind before it is told to start over.
const FEED_CAPACITY: usize = 1024;

/// One parameter in a cycle: what was read, or why nothing was.
#[derive(Clone, Debug)]
pub struct LiveReading {
    pub param: ParamId,
    pub result: Result<Cell, CellError>,
}

/// One device's reading as it is told to listeners.
#[derive(Clone, Debug)]
pub struct LiveCycle {
    pub device: DeviceId,
    /// In which types and scales the readings were taken.
    pub group: GroupId,
    pub at: Instant,
    pub readings: Vec<LiveReading>,
}

/// The present of every parameter.
pub struct Live {
    store: Store,
    last: RwLock<HashMap<ParamId, (Instant, Held)>>,
    cycles: RwLock<HashMap<DeviceId, Arc<LiveCycle>>>,
    feed: broadcast::Sender<Arc<LiveCycle>>,
}

impl Live {
    /// Starts from what the store remembers.
    pub fn new(store: Store) -> Result<Self, StoreError> {
        let last = store.last_values()?;
        let (feed, _) = broadcast::channel(FEED_CAPACITY);
        Ok(Live { store, last: RwLock::new(last), cycles: RwLock::default(), feed })
    }

    /// Takes a reading: it is stored first, and only then seen by anyone.
    pub fn accept(&self, cycle: &Cycle) -> Result<(), StoreError> {
        self.store.append(cycle)?;
        let directory = self.store.directory();
        let params = directory.devices.get(&cycle.device).and_then(|device| device.group.as_ref());
        let Some(group) = params.filter(|group| group.id == cycle.group) else { return Ok(()) };
        let mut readings = Vec::with_capacity(cycle.cells.len());
        {
            let mut last = self.last.write();
            for (id, cell) in group.params.iter().zip(&cycle.cells) {
                readings.push(LiveReading { param: *id, result: cell.clone() });
                let codec = directory.params.get(id).and_then(|param| param.codec());
                if let (Ok(cell), Some(codec)) = (cell, codec)
                    && let Some(value) = cell.value(&codec)
                {
                    last.insert(*id, (cycle.at, value));
                }
            }
        }
        let cycle = Arc::new(LiveCycle { device: cycle.device, group: cycle.group, at: cycle.at, readings });
        self.cycles.write().insert(cycle.device, cycle.clone());
        // Nobody listening is no error.
        self.feed.send(cycle).ok();
        Ok(())
    }

    /// The last good reading of a parameter.
    pub fn last(&self, param: ParamId) -> Option<(Instant, Held)> {
        self.last.read().get(&param).cloned()
    }

    /// The last cycle of a device since the server started.
    pub fn last_cycle(&self, device: DeviceId) -> Option<Arc<LiveCycle>> {
        self.cycles.read().get(&device).cloned()
    }

    /// Every cycle from now on.
    pub fn listen(&self) -> broadcast::Receiver<Arc<LiveCycle>> {
        self.feed.subscribe()
    }

    /// Stored readings, newest first.
    pub async fn readings(
        &self,
        param: ParamId,
        from: Option<Instant>,
        till: Instant,
        limit: usize,
    ) -> Result<Vec<(Instant, Option<Held>)>, StoreError> {
        let store = self.store.clone();
        let read = tokio::task::spawn_blocking(move || store.readings(param, from, till, limit));
        read.await.map_err(|error| StoreError::Refused(error.to_string()))?
    }
}
