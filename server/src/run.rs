//! The server from its start to its stop.

use std::sync::Arc;
use std::time::Duration;

use metrics_exporter_prometheus::PrometheusHandle;
use parabus_core::time::Instant;
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;

use crate::alarm::{self, deliver};
use crate::app::App;
use crate::clock;
use crate::link::backward;
use crate::service;
use crate::web;
use crate::web::tls::{Certificate, TlsError};

/// Where the server is reached.
pub struct Listeners {
    pub http: TcpListener,
    /// For controllers that dial in.
    pub backward: Option<TcpListener>,
}

/// Runs until `stop`: polls devices, keeps the store, answers requests.
pub async fn run(app: Arc<App>, listeners: Listeners, stop: CancellationToken) -> Result<(), TlsError> {
    let tls = app.certificate.as_ref().map(|certificate| certificate.acceptor()).transpose()?;
    app.store.keep(Duration::from_millis(app.config.storage.commit_interval_ms.into()));
    let alarms = tokio::spawn(alarm::run(app.alarm.clone(), app.store.clone(), app.live.clone()));
    let polling = tokio::spawn(app.poll.clone().run(app.store.clone(), app.links.clone(), app.live.clone()));
    let controllers = listeners.backward.map(|listener| {
        let most = app.config.backward.max_controllers as usize;
        tokio::spawn(backward::listen(listener, most, app.links.clone(), app.store.watch()))
    });
    let delivery = tokio::spawn(deliver::run(app.store.clone(), app.providers.clone(), app.stopping.clone()));
    let upkeep = tokio::spawn(keep_metrics(app.metrics.clone()));
    let trail = tokio::spawn(keep_trail(app.clone()));
    let retention = tokio::spawn(keep_readings(app.clone()));
    let router = web::router(&app);
    let alive = tokio::spawn(service::keep_alive(polling.abort_handle()));
    service::ready();
    let (stopped, stopping) = (stop.clone(), app.stopping.clone());
    tokio::spawn(async move {
        stopped.cancelled().await;
        service::stopping();
        stopping.cancel();
    });
    let renewal = tokio::spawn(keep_certificate(app.certificate.clone()));
    web::accept::serve(listeners.http, tls, router, &app.config.server, stop).await;
    alive.abort();
    polling.abort();
    alarms.abort();
    if let Some(controllers) = controllers {
        controllers.abort();
    }
    upkeep.abort();
    trail.abort();
    retention.abort();
    renewal.abort();
    if let Err(error) = app.alarm.checkpoint(clock::now()) {
        tracing::warn!(%error, "states of alerts are made again from readings at the next start");
    }
    // A message that is cut off is sent again after the next start.
    let patience = Duration::from_secs(app.config.server.stop_timeout_sec.into());
    tokio::time::timeout(patience, delivery).await.ok();
    // Readings are safe in the log already; sealing them makes the next start quicker.
    if let Err(error) = app.store.seal() {
        tracing::warn!(%error, "readings stay in the log until the next start");
    }
    Ok(())
}

/// Takes up a certificate that was renewed.
async fn keep_certificate(certificate: Option<Arc<Certificate>>) {
    let Some(certificate) = certificate else { return };
    let mut every = tokio::time::interval(Duration::from_secs(10));
    loop {
        every.tick().await;
        let reloading = certificate.clone();
        match tokio::task::spawn_blocking(move || reloading.reload()).await {
            Ok(Ok(true)) => tracing::info!(sha256 = certificate.fingerprint(), "certificate renewed"),
            Ok(Ok(false)) | Err(_) => {}
            Ok(Err(error)) => tracing::warn!(%error, "the new certificate is not taken, the old one stays in use"),
        }
    }
}

/// Lets go of what audit trail and outbox need not keep any longer.
async fn keep_trail(app: Arc<App>) {
    let mut every = tokio::time::interval(Duration::from_secs(3600));
    loop {
        every.tick().await;
        let (store, config) = (app.store.clone(), &app.config.storage);
        let days = i64::from(config.audit_days);
        let before = Instant::from_millis(clock::now().as_millis().saturating_sub(days * 86_400_000));
        let most = config.audit_lines;
        let trim = move || store.trim_audit(before, most).and_then(|_| store.trim_outbox(before));
        let trimmed = tokio::task::spawn_blocking(trim).await;
        if let Ok(Err(error)) = trimmed {
            tracing::warn!(%error, "the audit trail could not be trimmed and will be tried again");
        }
    }
}

/// Lets go of readings that need not be kept any longer.
async fn keep_readings(app: Arc<App>) {
    let Some(days) = app.config.storage.retention_days else { return };
    let mut every = tokio::time::interval(Duration::from_secs(3600));
    loop {
        every.tick().await;
        let store = app.store.clone();
        let kept_ms = i64::from(days.get()) * 86_400_000;
        let before = Instant::from_millis(clock::now().as_millis().saturating_sub(kept_ms));
        match tokio::task::spawn_blocking(move || store.drop_readings(before)).await {
            Ok(Ok(0)) | Err(_) => {}
            Ok(Ok(chunks)) => tracing::info!(chunks, "readings older than {days} days are gone"),
            Ok(Err(error)) => tracing::warn!(%error, "old readings could not be let go of, which will be tried again"),
        }
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
