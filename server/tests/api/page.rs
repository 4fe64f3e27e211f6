//! The page's session and its live stream.

use std::time::Duration;

use parabus_core::time::Instant;
use parabus_core::value::Raw;
use parabus_server::model::{Cycle, Role};
use reqwest::{Response, StatusCode};
use serde_json::json;

use crate::harness::{Api, KEY, NOTIFICATION, PASSWORD, start, start_with};

async fn log_in(api: &Api, password: &str) -> Response {
    let body = json!({ "apiKey": KEY, "password": password }).to_string();
    api.client.post(format!("{}/session/", api.url)).body(body).send().await.unwrap()
}

#[tokio::test]
async fn the_page_gets_tokens_by_its_cookie_until_it_logs_out() {
    let api = start().await;
    assert_eq!(log_in(&api, "wrong").await.status(), StatusCode::UNAUTHORIZED);
    let response = log_in(&api, PASSWORD).await;
    assert_eq!(response.status(), StatusCode::NO_CONTENT);
    let cookie = response.headers()["set-cookie"].to_str().unwrap().to_owned();
    for part in ["HttpOnly", "SameSite=Strict", "Max-Age=604800", "Path=/session/"] {
        assert!(cookie.contains(part), "{cookie}");
    }
    let cookie = cookie.split(';').next().unwrap().to_owned();
    let send = |path: &str, origin: Option<&str>| {
        let mut request = api.client.post(format!("{}{path}", api.url)).header("cookie", &cookie);
        if let Some(origin) = origin {
            request = request.header("origin", origin);
        }
        async move { request.send().await.unwrap() }
    };
    assert_eq!(send("/session/token/", Some("https://evil.example")).await.status(), StatusCode::UNAUTHORIZED);
    let reply: serde_json::Value = send("/session/token/", Some(&api.url)).await.json().await.unwrap();
    let token = reply["token"].as_str().unwrap();
    assert_eq!(api.get("/user/orgs/", token).await.0, StatusCode::OK);
    // The cookie itself is no API token.
    let page = cookie.split('=').nth(1).unwrap();
    assert_eq!(api.get("/user/orgs/", page).await.0, StatusCode::UNAUTHORIZED);
    assert_eq!(send("/session/logout/", None).await.status(), StatusCode::NO_CONTENT);
    assert_eq!(send("/session/token/", None).await.status(), StatusCode::UNAUTHORIZED);
}

#[tokio::test]
async fn tokens_of_the_page_are_of_the_keys_quota() {
    let api = start_with(|config| (config.api.quota_burst, config.api.quota_per_second) = (5, 1)).await;
    let cookie = log_in(&api, PASSWORD).await.headers()["set-cookie"].to_str().unwrap().to_owned();
    let mut refused = 0;
    for _ in 0..20 {
        let request = api.client.post(format!("{}/session/token/", api.url)).header("cookie", &cookie);
        refused += u32::from(request.send().await.unwrap().status() == StatusCode::FORBIDDEN);
    }
    assert!(refused >= 10, "{refused}");
}

/// The stream's text until it holds what is looked for.
async fn stream_until(response: &mut Response, wanted: &str) -> String {
    let mut text = String::new();
    while !text.contains(wanted) {
        let chunk = tokio::time::timeout(Duration::from_secs(5), response.chunk()).await;
        let chunk = chunk.unwrap_or_else(|_| panic!("no `{wanted}` in {text}")).unwrap();
        text.push_str(&String::from_utf8_lossy(&chunk.expect("the stream ended")));
    }
    text
}

#[tokio::test]
async fn live_values_stream_to_those_who_may_see_them() {
    let api = start().await;
    let open = |token: String| {
        let request = api.client.get(format!("{}/live/values/?orgId=1", api.url));
        async move { request.header("authorization", format!("token {token}")).send().await.unwrap() }
    };
    assert_eq!(open(api.token_as(Role::MonitorViewer).await).await.status(), StatusCode::UNAUTHORIZED);
    let foreign = api.client.get(format!("{}/live/values/?orgId=2", api.url));
    let foreign = foreign.header("authorization", format!("token {}", api.token().await)).send().await.unwrap();
    assert_eq!(foreign.status(), StatusCode::NOT_FOUND);

    let token = api.token().await;
    let mut response = open(token.clone()).await;
    assert_eq!(response.headers()["content-type"], "text/event-stream");
    let text = stream_until(&mut response, "event: devices").await;
    assert!(text.starts_with("event: params"), "{text}");
    let notice = json!([{ "id": NOTIFICATION, "texts": { "en": "Maintenance tonight" } }]);
    assert!(text.contains(&format!("event: notifications\ndata: {notice}\n")), "{text}");
    let group = api.app.store.directory().devices[&1].group.clone().unwrap();
    let cells = vec![Ok(Raw(230).into()); group.params.len()];
    let at = Instant::parse("2026-01-02T03:04:05.678Z").unwrap();
    api.app.live.accept(&Cycle { device: 1, group: group.id, at, cells }).unwrap();
    let text = stream_until(&mut response, "event: readings").await;
    let text = text + &stream_until(&mut response, "").await;
    assert!(text.contains(r#""readOn":"2026-01-02T03:04:05.678Z""#) && text.contains(r#""registers":[230]"#), "{text}");

    // A session that has ended ends its stream.
    api.post("/logout/", &token, "null").await;
    let ended =
        tokio::time::timeout(Duration::from_secs(5), async { while let Ok(Some(_)) = response.chunk().await {} });
    ended.await.expect("the stream outlived its session");
}

#[tokio::test]
async fn registers_of_a_former_type_are_not_shown_in_the_new_one() {
    let api = start().await;
    let group = api.app.store.directory().devices[&1].group.clone().unwrap();
    let accept = |group: &parabus_server::model::ReadGroup, raw| {
        let at = Instant::parse("2026-01-02T03:04:05.678Z").unwrap();
        let cells = vec![Ok(Raw(raw).into()); group.params.len()];
        api.app.live.accept(&Cycle { device: 1, group: group.id, at, cells }).unwrap();
    };
    accept(&group, 230);
    let change = api.app.store.configure(true, |edit| {
        let mut param = edit.before().params[&101].clone();
        param.value_type = "i16-be".into();
        edit.put_param(&param)
    });
    change.unwrap();
    let request = api.client.get(format!("{}/live/values/?orgId=1", api.url));
    let request = request.header("authorization", format!("token {}", api.token().await));
    let mut response = request.send().await.unwrap();
    let text = stream_until(&mut response, "event: devices").await;
    assert!(!text.contains("event: readings"), "{text}");
    accept(&group, 231);
    let fresh = api.app.store.directory().devices[&1].group.clone().unwrap();
    assert_ne!(fresh.id, group.id);
    accept(&fresh, 232);
    let text = stream_until(&mut response, "[232]").await;
    assert!(!text.contains("[231]"), "{text}");
}
