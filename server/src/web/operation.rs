//! For operators: health, metrics, the API's description.

use std::sync::Arc;

use axum::extract::State;
use axum::http::header;
use axum::response::IntoResponse;
use axum::routing::get;
use axum::{Json, Router};
use serde::Serialize;

use crate::api;
use crate::app::App;

pub fn router(app: &Arc<App>) -> Router {
    Router::new()
        .route("/health/", get(health))
        .route("/metrics", get(metrics))
        .route("/openapi.json", get(async || Json(api::openapi_document())))
        .with_state(app.clone())
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Health {
    status: &'static str,
    version: &'static str,
    networks: usize,
    devices: usize,
    parameters: usize,
    /// Milliseconds that the most overdue device waits for its reading.
    oldest_overdue_ms: u64,
}

async fn health(State(app): State<Arc<App>>) -> impl IntoResponse {
    let directory = app.store.directory();
    Json(Health {
        status: "ok",
        version: env!("CARGO_PKG_VERSION"),
        networks: directory.nets.len(),
        devices: directory.devices.len(),
        parameters: directory.params.len(),
        oldest_overdue_ms: app.poll.oldest_overdue_ms(),
    })
}

async fn metrics(State(app): State<Arc<App>>) -> impl IntoResponse {
    metrics::gauge!("parabus_oldest_overdue_seconds").set(app.poll.oldest_overdue_ms() as f64 / 1000.0);
    ([(header::CONTENT_TYPE, "text/plain; version=0.0.4")], app.metrics.render())
}
