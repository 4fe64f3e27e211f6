//! What the page does with alerts beside the API: confirming, and holding messages back.

use parabus_server::model::Role;
use parabus_server::storage::{AuditEntry, AuditFilter};
use reqwest::StatusCode;
use serde_json::{Value, json};

use crate::alerts::{create, cycle, wish};
use crate::harness::{Api, start};

/// The page's own routes stand beside the API.
async fn send(api: &Api, token: &str, path: &str, body: Option<Value>) -> (StatusCode, Value) {
    let url = format!("{}/live/alert/{path}", api.url);
    let request = match &body {
        Some(body) => api.client.post(url).body(body.to_string()),
        None => api.client.get(url),
    };
    let response = request.header("authorization", format!("token {token}")).send().await.unwrap();
    (response.status(), response.json().await.unwrap())
}

fn trail(api: &Api, action: &str) -> Vec<AuditEntry> {
    let all = api.app.store.audit(AuditFilter { org: Some(1), since: None, limit: 100 }).unwrap();
    all.into_iter().filter(|entry| entry.action == action).collect()
}

async fn alert(api: &Api) -> i64 {
    let to = json!([{ "timeoutMinutes": 0, "type": "email", "recepient": "ann@example.com" }]);
    create(api, &wish(json!({ "actions": to }))).await;
    let (_, alerts) = api.get("/org/1/alerts/", &api.token().await).await;
    let own = alerts.as_array().unwrap().iter().find(|alert| alert["name"] == "High Temperature");
    own.unwrap()["id"].as_i64().unwrap()
}

#[tokio::test]
async fn an_operator_confirms_the_last_event_once() {
    let api = start().await;
    let id = alert(&api).await;
    let path = format!("{id}/confirm/");
    let operator = api.token_as(Role::Operator).await;
    let (status, reply) = send(&api, &operator, &path, Some(json!(null))).await;
    assert_eq!((status, &reply["errorCode"]), (StatusCode::BAD_REQUEST, &json!("IncorrectRequest")), "no event yet");
    cycle(&api, "2025-01-15T10:21:00Z", 700);
    cycle(&api, "2025-01-15T10:22:00Z", 850);
    for role in [Role::Viewer, Role::MonitorViewer, Role::MonitorNoParams] {
        let (status, reply) = send(&api, &api.token_as(role).await, &path, Some(json!(null))).await;
        assert_eq!((status, &reply["errorCode"]), (StatusCode::UNAUTHORIZED, &json!("NotAuthorized")), "{role:?}");
    }
    assert!(trail(&api, "confirm alert").is_empty());
    assert_eq!(send(&api, &operator, &path, Some(json!(null))).await, (StatusCode::OK, json!({ "before": false })));
    assert_eq!(send(&api, &operator, &path, Some(json!(null))).await, (StatusCode::OK, json!({ "before": true })));
    let [line] = trail(&api, "confirm alert").try_into().unwrap();
    assert!(line.object.ends_with(" / High Temperature"), "{line:?}");
    let (_, state) = api.get(&format!("/alert/{id}/status/"), &operator).await;
    assert_eq!(state["confirmed"]["from"], json!(line.actor));
}

#[tokio::test]
async fn messages_are_held_back_for_a_time_and_with_a_reason() {
    let api = start().await;
    let id = alert(&api).await;
    let path = format!("{id}/shelf/");
    let (operator, viewer) = (api.token_as(Role::Operator).await, api.token_as(Role::Viewer).await);
    assert_eq!(send(&api, &viewer, &path, None).await, (StatusCode::OK, json!({})));
    let good = json!({ "minutes": 60, "reason": " repair " });
    assert_eq!(send(&api, &viewer, &path, Some(good.clone())).await.0, StatusCode::UNAUTHORIZED);
    for bad in [
        json!({}),
        json!(null),
        json!({ "minutes": 60 }),
        json!({ "minutes": 60, "reason": " " }),
        json!({ "minutes": 60, "reason": "a\nb" }),
        json!({ "minutes": 60, "reason": "x".repeat(201) }),
        json!({ "minutes": -1, "reason": "x" }),
        json!({ "minutes": 43_201, "reason": "x" }),
        json!({ "minutes": 60, "reason": "x", "more": 1 }),
        json!({ "minutes": 60, "reason": "x".repeat(5000) }),
    ] {
        assert_eq!(send(&api, &operator, &path, Some(bad.clone())).await.0, StatusCode::BAD_REQUEST, "{bad}");
    }
    assert!(trail(&api, "shelve alert").is_empty());
    let (status, shelf) = send(&api, &operator, &path, Some(good)).await;
    assert_eq!((status, &shelf["reason"]), (StatusCode::OK, &json!("repair")));
    assert_eq!(send(&api, &viewer, &path, None).await.1, shelf);
    cycle(&api, "2025-01-15T10:21:00Z", 700);
    cycle(&api, "2025-01-15T10:22:00Z", 850);
    let (_, log) = api.get(&format!("/alert/{id}/log/?lang=en"), &viewer).await;
    assert!(log["records"][0]["details"].to_string().contains("repair"), "{log}");
    assert_eq!(trail(&api, "shelve alert").len(), 1);

    assert_eq!(send(&api, &operator, &path, Some(json!({ "minutes": 0 }))).await, (StatusCode::OK, json!({})));
    assert_eq!(send(&api, &viewer, &path, None).await.1, json!({}));
    assert_eq!(trail(&api, "unshelve alert").len(), 1);
}

#[tokio::test]
async fn an_alert_of_others_is_no_alert() {
    let api = start().await;
    let id = alert(&api).await;
    let token = api.token().await;
    for path in ["777/shelf/", "777/confirm/", "2/shelf/", "2/confirm/"] {
        assert_eq!(send(&api, &token, path, Some(json!(null))).await.0, StatusCode::NOT_FOUND, "{path}");
    }
    let response = api.client.get(format!("{}/live/alert/{id}/shelf/", api.url)).send().await.unwrap();
    assert_eq!(response.status(), StatusCode::UNAUTHORIZED);
}
