//! The server from its start to its stop.

use std::sync::Arc;
use std::time::Duration;

use metrics_exporter_prometheus::PrometheusHandle;
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;

use crate::app::App;
use crate::link::backward;
use crate::web;

/// Where the server is reached.
pub struct Listeners {
    pub http: TcpListener,
    /// For controllers that dial in.
    pub backward: Option<TcpListener>,
}

/// Runs until `stop`: polls devices, keeps the store, answers requests.
pub async fn run(app: Arc<App>, listeners: Listeners, stop: CancellationToken) {
    app.store.keep(Duration::from_millis(app.config.storage.commit_interval_ms.into()));
    let polling = tokio::spawn(app.poll.clone().run(app.store.clone(), app.links.clone(), app.live.clone()));
    let controllers = listeners.backward.map(|listener| {
        let most = app.config.backward.max_controllers as usize;
        tokio::spawn(backward::listen(listener, most, app.links.clone(), app.store.watch()))
    });
    let upkeep = tokio::spawn(keep_metrics(app.metrics.clone()));
    let router = web::router(&app);
    web::accept::serve(listeners.http, router, &app.config.server, stop).await;
    polling.abort();
    if let Some(controllers) = controllers {
        controllers.abort();
    }
    upkeep.abort();
    // Readings are safe in the log already; sealing them makes the next start quicker.
    if let Err(error) = app.store.seal() {
        tracing::warn!(%error, "readings stay in the log until the next start");
    }
}

/// Folds recorded durations into their sums, so that they take no memory while nobody asks.
async fn keep_metrics(metrics: PrometheusHandle) {
    let mut every = tokio::time::interval(Duration::from_secs(5));
    loop {
        every.tick().await;
        metrics.run_upkeep();
    }
}
