//! The server from its start to its stop.

use std::sync::Arc;
use std::time::Duration;

use metrics_exporter_prometheus::PrometheusHandle;
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;

use crate::app::App;
use crate::web;

/// Runs until `stop`: polls devices, keeps the store, answers requests.
pub async fn run(app: Arc<App>, listener: TcpListener, stop: CancellationToken) {
    app.store.keep(Duration::from_millis(app.config.storage.commit_interval_ms.into()));
    let polling = tokio::spawn(app.poll.clone().run(app.store.clone(), app.links.clone(), app.live.clone()));
    let upkeep = tokio::spawn(keep_metrics(app.metrics.clone()));
    let router = web::router(&app);
    web::accept::serve(listener, router, &app.config.server, stop).await;
    polling.abort();
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
