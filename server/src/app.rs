//! The server's parts put together, started and stopped.

use std::collections::HashMap;
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use metrics_exporter_prometheus::{PrometheusBuilder, PrometheusHandle};
use parking_lot::Mutex;
use tokio::net::TcpListener;
use tokio::sync::OwnedMutexGuard;
use tokio_util::sync::CancellationToken;

use crate::api::Quota;
use crate::config::Config;
use crate::link::Links;
use crate::live::Live;
use crate::model::DeviceId;
use crate::poll::Poller;
use crate::session::Sessions;
use crate::storage::Store;
use crate::web;

/// What every request can reach.
pub struct App {
    pub config: Config,
    pub store: Store,
    pub links: Arc<Links>,
    pub live: Arc<Live>,
    pub poll: Poller,
    pub sessions: Sessions,
    pub quota: Quota,
    pub writes: Writes,
    pub metrics: PrometheusHandle,
}

/// One write at a time for each device.
#[derive(Default)]
pub struct Writes {
    devices: Mutex<HashMap<DeviceId, Arc<tokio::sync::Mutex<()>>>>,
}

impl Writes {
    /// Waits for this device's turn.
    pub async fn turn(&self, device: DeviceId) -> OwnedMutexGuard<()> {
        let turn = self.devices.lock().entry(device).or_default().clone();
        turn.lock_owned().await
    }
}

/// A fault that keeps the server from starting.
pub type StartError = Box<dyn std::error::Error + Send + Sync>;

impl App {
    /// Opens the store and makes the parts; nothing runs yet.
    pub fn new(config: Config) -> Result<Arc<App>, StartError> {
        let store = Store::open(&config.storage.path)?;
        let live = Live::new(store.clone())?;
        Ok(Arc::new(App {
            links: Arc::default(),
            live: Arc::new(live),
            poll: Poller::default(),
            sessions: Sessions::new(store.clone())?,
            quota: Quota::new(&config.api),
            writes: Writes::default(),
            metrics: recorder()?,
            store,
            config,
        }))
    }

    /// Runs until `stop`: polls devices, keeps the store, answers requests.
    pub async fn run(self: Arc<App>, listener: TcpListener, stop: CancellationToken) {
        self.store.keep(Duration::from_millis(self.config.storage.commit_interval_ms.into()));
        let polling = tokio::spawn(self.poll.clone().run(self.store.clone(), self.links.clone(), self.live.clone()));
        let router = web::router(&self);
        web::accept::serve(listener, router, &self.config.server, stop).await;
        polling.abort();
        // Readings are safe in the log already; sealing them makes the next start quicker.
        if let Err(error) = self.store.seal() {
            tracing::warn!(%error, "readings stay in the log until the next start");
        }
    }
}

/// The process's recorder of metrics; there is one, however many servers a test starts.
fn recorder() -> Result<PrometheusHandle, StartError> {
    static RECORDER: OnceLock<PrometheusHandle> = OnceLock::new();
    if let Some(handle) = RECORDER.get() {
        return Ok(handle.clone());
    }
    let recorder = PrometheusBuilder::new().build_recorder();
    let handle = RECORDER.get_or_init(|| recorder.handle()).clone();
    // A second recorder can only come from a race between tests; the first one serves.
    metrics::set_global_recorder(recorder).ok();
    Ok(handle)
}
