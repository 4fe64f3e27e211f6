//! HTTP: the accept loop, and all that is served outside `/api/v1/`.

pub mod accept;
mod assets;
mod attend;
mod confirm;
mod cors;
mod linger;
mod live;
mod operation;
mod page;
pub mod tls;

use std::sync::Arc;

use axum::Router;
use axum::middleware;
use axum::response::IntoResponse;
use axum::routing::{any, get};

use crate::api;
use crate::app::App;

/// Everything that the server answers.
pub fn router(app: &Arc<App>) -> Router {
    Router::new()
        .nest(api::BASE, api::router(app))
        // The nested router is not asked for its own root with a slash.
        .route(&format!("{}/", api::BASE), any(|| async { api::ApiError::incorrect_endpoint().into_response() }))
        .merge(page::router(app))
        .merge(operation::router(app))
        .merge(attend::router(app))
        .merge(confirm::router(app))
        .route("/live/values/", get(live::values).with_state(app.clone()))
        .fallback(assets::serve)
        .layer(middleware::from_fn_with_state(app.clone(), cors::allow))
}
