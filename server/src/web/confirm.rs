//! The page behind a link to confirm: it asks first, as programs that look for bad links open them all.

use std::fmt::Write as _;
use std::sync::Arc;

use axum::Router;
use axum::extract::{Path, Request, State};
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use parabus_core::value::Lang;

use crate::alarm::Confirmed;
use crate::api::{ApiError, peer_of};
use crate::app::App;
use crate::clock;
use crate::model::Directory;
use crate::storage::{AlertRecord, AuditEntry, StoreError};
use crate::words::{self, Word};

/// Nothing is loaded and nothing runs; the form goes back to where it came from.
const POLICY: &str = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'self'; \
                      frame-ancestors 'none'";

pub fn router(app: &Arc<App>) -> Router {
    Router::new().route("/confirm/{token}/", get(ask).post(confirm)).with_state(app.clone())
}

/// What a link stands for.
struct Behind {
    record: AlertRecord,
    /// Who got the message.
    by: String,
    lang: Lang,
}

fn behind(app: &App, token: &str) -> Result<Option<Behind>, StoreError> {
    let Some(effect) = app.alarm.links().effect(token, clock::now()) else { return Ok(None) };
    let Some((record, to)) = app.store.record_of_effect(effect)? else { return Ok(None) };
    let lang = app.store.directory().lang(None, Some(record.org));
    Ok(Some(Behind { by: to.unwrap_or_else(|| "link".to_owned()), lang, record }))
}

async fn looked_up(app: &Arc<App>, token: String) -> Result<Option<Behind>, ApiError> {
    let looking = app.clone();
    let found = tokio::task::spawn_blocking(move || behind(&looking, &token)).await;
    found.map_err(ApiError::internal)?.map_err(ApiError::internal)
}

async fn ask(State(app): State<Arc<App>>, Path(token): Path<String>, request: Request) -> Result<Response, ApiError> {
    let (parts, _) = request.into_parts();
    app.quota.spend_address(peer_of(&parts))?;
    let Some(Behind { record, lang, .. }) = looked_up(&app, token).await? else { return Ok(invalid()) };
    let directory = app.store.directory();
    Ok(match record.confirmed {
        Some(_) => page(&directory, &record, lang, words::CONFIRM_ALREADY, false),
        None => page(&directory, &record, lang, words::CONFIRM_ASK, true),
    })
}

async fn confirm(
    State(app): State<Arc<App>>,
    Path(token): Path<String>,
    request: Request,
) -> Result<Response, ApiError> {
    let (parts, _) = request.into_parts();
    app.quota.spend_address(peer_of(&parts))?;
    let Some(Behind { record, by, lang }) = looked_up(&app, token).await? else { return Ok(invalid()) };
    let directory = app.store.directory();
    let now = clock::now();
    let org = directory.orgs.get(&record.org).map_or("?", |org| org.name.as_str());
    let entry = AuditEntry {
        at: now,
        actor: by.clone(),
        org: Some(record.org),
        action: "confirm alert".to_owned(),
        object: format!("{org} / {}", record.name),
        old: None,
        new: Some(format!("record {}", record.number)),
        result: "ok".to_owned(),
    };
    let (alarm, alert, number) = (app.alarm.clone(), record.alert, record.number);
    // It runs to its end though the caller hangs up.
    let confirming = tokio::task::spawn_blocking(move || alarm.confirm(alert, number, &by, &entry, now));
    let confirmed = confirming.await.map_err(ApiError::internal)?.map_err(ApiError::internal)?;
    Ok(match confirmed {
        Confirmed::Now => page(&directory, &record, lang, words::CONFIRM_DONE, false),
        Confirmed::Before => page(&directory, &record, lang, words::CONFIRM_ALREADY, false),
        Confirmed::Absent => invalid(),
    })
}

/// Of whom the link is, is not known: it is said in every language.
fn invalid() -> Response {
    let texts: String = Lang::ALL.iter().fold(String::new(), |mut texts, lang| {
        write!(texts, "<p>{}</p>", escaped(words::CONFIRM_INVALID.text(*lang))).ok();
        texts
    });
    html(StatusCode::NOT_FOUND, Lang::En, words::CONFIRM_INVALID.en(), &texts)
}

fn page(directory: &Directory, record: &AlertRecord, lang: Lang, says: Word, asks: bool) -> Response {
    let org = directory.orgs.get(&record.org).map_or("", |org| org.name.as_str());
    let level = record.level.word().text(lang);
    let started = record.started.display_short();
    let mut body = format!(
        "<p>{}</p><h1>[{}] {}</h1><p>{started}</p><p>{}</p>",
        escaped(org),
        escaped(level),
        escaped(&record.name),
        escaped(says.text(lang))
    );
    if asks {
        let button = escaped(words::CONFIRM_BUTTON.text(lang));
        write!(body, "<form method=\"post\"><button type=\"submit\">{button}</button></form>").ok();
    }
    html(StatusCode::OK, lang, &record.name, &body)
}

fn html(status: StatusCode, lang: Lang, title: &str, body: &str) -> Response {
    // The API's `ua` is `uk` to browsers.
    let code = if lang == Lang::Ua { "uk" } else { lang.code() };
    let style = "body{font:1.1em sans-serif;max-width:32em;margin:2em auto;padding:0 1em}\
                 button{font-size:1.2em;padding:.5em 2em}";
    let text = format!(
        "<!doctype html><html lang=\"{code}\"><head><meta charset=\"utf-8\"><meta name=\"viewport\" \
         content=\"width=device-width\"><meta name=\"robots\" content=\"noindex\"><title>{}</title>\
         <style>{style}</style></head><body>{body}</body></html>",
        escaped(title)
    );
    let headers = [
        (header::CONTENT_TYPE, HeaderValue::from_static("text/html; charset=utf-8")),
        (header::CACHE_CONTROL, HeaderValue::from_static("no-store")),
        (header::CONTENT_SECURITY_POLICY, HeaderValue::from_static(POLICY)),
        (header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff")),
        (header::REFERRER_POLICY, HeaderValue::from_static("no-referrer")),
    ];
    (status, headers, text).into_response()
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;").replace('\'', "&#39;")
}
