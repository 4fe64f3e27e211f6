//! What people do with an alert on the page, beyond what the API has: they confirm its event, and hold its
//! messages back for a time. `GET` and `POST /live/alert/{alertId}/shelf/`, `POST /live/alert/{alertId}/confirm/`.
//!
//! Both are for whoever may send to the organization's devices, and stand in the audit trail.

use std::sync::Arc;

use axum::extract::{Path, Request, State};
use axum::http::header;
use axum::http::request::Parts;
use axum::routing::{get, post};
use axum::{Json, Router};
use serde::{Deserialize, Serialize};

use crate::alarm::Confirmed;
use crate::api::{ApiError, BODY_TIMEOUT, Date, ErrorCode, Permission, parse_token};
use crate::app::App;
use crate::clock;
use crate::model::{Directory, OrgId};
use crate::storage::{AuditEntry, Shelf, StoreError};

/// Longest body, bytes.
const MOST_BODY: usize = 4096;

pub fn router(app: &Arc<App>) -> Router {
    Router::new()
        .route("/live/alert/{alert}/shelf/", get(shelf).post(shelve))
        .route("/live/alert/{alert}/confirm/", post(confirm))
        .with_state(app.clone())
}

/// Until when messages are held back, and why; both absent if they are sent.
#[derive(Default, Serialize)]
#[serde(rename_all = "camelCase")]
struct ShelfReply {
    #[serde(skip_serializing_if = "Option::is_none")]
    until: Option<Date>,
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    by: Option<String>,
}

impl ShelfReply {
    fn of(shelf: Option<Shelf>) -> Json<ShelfReply> {
        Json(shelf.map_or_else(ShelfReply::default, |Shelf { until, reason, actor }| ShelfReply {
            until: Some(Date(until)),
            reason: Some(reason),
            by: Some(actor),
        }))
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ShelfBody {
    /// 0: messages are sent again.
    minutes: i64,
    #[serde(default)]
    reason: String,
}

#[derive(Serialize)]
struct ConfirmReply {
    /// Whether somebody was first.
    before: bool,
}

/// Somebody who may do this with an alert.
struct Attendant {
    directory: Arc<Directory>,
    org: OrgId,
    alert: i64,
    name: String,
}

impl Attendant {
    async fn of(app: &App, parts: &Parts, alert: i64, needed: Permission) -> Result<Attendant, ApiError> {
        let header = parts.headers.get(header::AUTHORIZATION).ok_or_else(|| {
            ApiError::new(ErrorCode::NoAuthTokenProvided, "no `Authorization` header, expected `token <uuid>`")
        })?;
        let session = app.sessions.find(parse_token(header.to_str().unwrap_or(""))?).await?;
        app.quota.spend_key(session.key)?;
        let directory = app.store.directory();
        let org = directory.org_of_alert(alert);
        let found = org.and_then(|org| Some((org, directory.role(session.user, org)?)));
        let (org, role) = found.ok_or_else(|| ApiError::not_found("alert", alert))?;
        if !role.may(needed) {
            let word = needed.word();
            return Err(ApiError::not_authorized(format!("the role does not allow this: `{word}` is needed")));
        }
        let user = directory.users.get(&session.user);
        let name = user.map_or_else(|| format!("user {}", session.user), |user| user.name.clone());
        Ok(Attendant { directory, org, alert, name })
    }

    fn entry(&self, action: &str, new: Option<String>) -> AuditEntry {
        let org = self.directory.orgs.get(&self.org).map_or("?", |org| org.name.as_str());
        let alert = self.directory.alerts.get(&self.alert).map_or("?", |alert| alert.name.as_str());
        AuditEntry {
            at: clock::now(),
            actor: self.name.clone(),
            org: Some(self.org),
            action: action.to_owned(),
            object: format!("{org} / {alert}"),
            old: None,
            new,
            result: "ok".to_owned(),
        }
    }
}

/// Works on the store, off the threads that serve connections; it runs to its end though the caller hangs up.
async fn stored<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, StoreError> + Send + 'static,
) -> Result<T, ApiError> {
    tokio::task::spawn_blocking(work).await.map_err(ApiError::internal)?.map_err(ApiError::internal)
}

async fn shelf(
    State(app): State<Arc<App>>,
    Path(alert): Path<i64>,
    request: Request,
) -> Result<Json<ShelfReply>, ApiError> {
    let (parts, _) = request.into_parts();
    Attendant::of(&app, &parts, alert, Permission::Viewer).await?;
    stored(move || app.store.alert_shelf(alert, clock::now())).await.map(ShelfReply::of)
}

async fn shelve(
    State(app): State<Arc<App>>,
    Path(alert): Path<i64>,
    request: Request,
) -> Result<Json<ShelfReply>, ApiError> {
    let (parts, body) = request.into_parts();
    let attendant = Attendant::of(&app, &parts, alert, Permission::Operator).await?;
    let body = tokio::time::timeout(BODY_TIMEOUT, axum::body::to_bytes(body, MOST_BODY))
        .await
        .map_err(|_| ApiError::incorrect_request("the payload did not arrive in time"))?
        .map_err(|_| {
            ApiError::new(ErrorCode::PayloadIsTooLarge, format!("the payload is larger than {MOST_BODY} bytes"))
        })?;
    let ShelfBody { minutes, reason } =
        serde_json::from_slice(&body).map_err(|error| ApiError::incorrect_request(format!("payload: {error}")))?;
    let (shelf, entry) = if minutes == 0 {
        (None, attendant.entry("unshelve alert", None))
    } else {
        let shelf = Shelf::new(minutes, &reason, &attendant.name, clock::now());
        let shelf = shelf.map_err(|problem| ApiError::incorrect_request(format!("payload: {problem}")))?;
        let told = format!("until {}: {}", shelf.until.display_short(), shelf.reason);
        (Some(shelf), attendant.entry("shelve alert", Some(told)))
    };
    let kept = shelf.clone();
    stored(move || app.store.shelve_alert(alert, kept.as_ref(), &entry)).await?;
    Ok(ShelfReply::of(shelf))
}

/// Confirms the last event.
async fn confirm(
    State(app): State<Arc<App>>,
    Path(alert): Path<i64>,
    request: Request,
) -> Result<Json<ConfirmReply>, ApiError> {
    let (parts, _) = request.into_parts();
    let attendant = Attendant::of(&app, &parts, alert, Permission::Operator).await?;
    let confirmed = stored(move || {
        let Some(record) = app.store.last_record(alert)? else { return Ok(Confirmed::Absent) };
        let entry = attendant.entry("confirm alert", Some(format!("record {}", record.number)));
        app.alarm.confirm(alert, record.number, &attendant.name, &entry, clock::now())
    });
    match confirmed.await? {
        Confirmed::Now => Ok(Json(ConfirmReply { before: false })),
        Confirmed::Before => Ok(Json(ConfirmReply { before: true })),
        Confirmed::Absent => Err(ApiError::incorrect_request("the alert has had no event yet")),
    }
}
