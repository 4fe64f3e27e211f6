//! The dashboard's built files, embedded into the binary.

use axum::http::{HeaderValue, Method, StatusCode, Uri, header};
use axum::response::{IntoResponse, Response};
use rust_embed::RustEmbed;

#[derive(RustEmbed)]
#[folder = "dashboard/dist"]
#[allow_missing = true]
struct Dashboard;

/// Nothing but what this server itself serves runs in the page; wasm is compiled, text is not. Workers that pack a
/// spreadsheet are made by the page's own scripts.
const POLICY: &str = "default-src 'self'; script-src 'self' 'wasm-unsafe-eval'; worker-src 'self' blob:; img-src 'self' data:; \
                      object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'";

/// The frame that visualizations run in. Their scripts are strangers: they get no origin, and nothing that
/// they fetch or send leaves the frame. A navigation that is stopped at once still makes Chromium look the host up and
/// connect to it; no header was found that prevents that.
const FRAME: &str = "frame.html";
const FRAME_POLICY: &str = "sandbox allow-scripts; default-src 'none'; script-src 'unsafe-inline' 'unsafe-eval'; \
                            style-src 'unsafe-inline'; img-src data:; font-src data:; media-src data:; \
                            base-uri 'none'; form-action 'none'; frame-ancestors 'self'";

/// A file of the page; `/manage/…` are views inside it.
pub async fn serve(method: Method, uri: Uri) -> Response {
    if method != Method::GET && method != Method::HEAD {
        return StatusCode::NOT_FOUND.into_response();
    }
    let path = uri.path().trim_start_matches('/');
    let index = path.strip_suffix('/').map(|folder| format!("{folder}/index.html"));
    let name = match &index {
        _ if path.is_empty() || path.starts_with("manage/") => "index.html",
        Some(index) => index,
        None => path,
    };
    let Some(file) = Dashboard::get(name) else {
        let text = if name == "index.html" {
            "this binary was built without the dashboard: build it with `cargo xtask demo` or `cargo xtask dist`\n"
        } else {
            "not found\n"
        };
        return (StatusCode::NOT_FOUND, text).into_response();
    };
    // Built files carry a hash of their content in their names; the page itself does not.
    let caching = if name.starts_with("assets/") { "public, max-age=31536000, immutable" } else { "no-cache" };
    let kind =
        HeaderValue::from_str(file.metadata.mimetype()).unwrap_or(HeaderValue::from_static("application/octet-stream"));
    let policy = if name == FRAME { FRAME_POLICY } else { POLICY };
    let headers = [
        (header::CONTENT_TYPE, kind),
        (header::CACHE_CONTROL, HeaderValue::from_static(caching)),
        (header::CONTENT_SECURITY_POLICY, HeaderValue::from_static(policy)),
        (header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff")),
        (header::REFERRER_POLICY, HeaderValue::from_static("no-referrer")),
        // A name that is looked up in advance would carry data out.
        (header::X_DNS_PREFETCH_CONTROL, HeaderValue::from_static("off")),
    ];
    (headers, file.data).into_response()
}
