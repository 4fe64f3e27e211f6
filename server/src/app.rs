//! The server's parts put together.

use std::sync::{Arc, OnceLock};

use metrics_exporter_prometheus::{PrometheusBuilder, PrometheusHandle};
use tokio_util::sync::CancellationToken;

use crate::alarm::Alarm;
use crate::alarm::deliver::Providers;
use crate::config::Config;
use crate::controller::em130;
use crate::link::Links;
use crate::live::Live;
use crate::poll::Poller;
use crate::quota::Quota;
use crate::session::Sessions;
use crate::storage::Store;
use crate::web::tls::Certificate;

/// What every request can reach.
pub struct App {
    pub config: Config,
    pub store: Store,
    pub links: Arc<Links>,
    pub live: Arc<Live>,
    pub poll: Poller,
    pub alarm: Arc<Alarm>,
    pub em130: em130::Cursors,
    pub sessions: Sessions,
    pub quota: Quota,
    pub metrics: PrometheusHandle,
    pub certificate: Option<Arc<Certificate>>,
    /// Who takes messages of alerts to people.
    pub providers: Arc<Providers>,
    /// Cancelled when the server stops: streams that would go on for ever end.
    pub stopping: CancellationToken,
}

/// A fault that keeps the server from starting.
pub type StartError = Box<dyn std::error::Error + Send + Sync>;

impl App {
    /// Opens the store and makes the parts; nothing runs yet.
    pub fn new(config: Config) -> Result<Arc<App>, StartError> {
        let store = Store::open(&config.storage.path)?;
        let live = Live::new(store.clone())?;
        let alarm = Alarm::new(store.clone(), config.alerts.public_url.as_deref())?;
        Ok(Arc::new(App {
            alarm: Arc::new(alarm),
            links: Arc::default(),
            live: Arc::new(live),
            poll: Poller::default(),
            em130: em130::Cursors::default(),
            sessions: Sessions::new(store.clone())?,
            quota: Quota::new(&config.api),
            metrics: recorder()?,
            certificate: Certificate::open(&config)?,
            providers: Arc::new(Providers::open(&config)?),
            stopping: CancellationToken::new(),
            store,
            config,
        }))
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
