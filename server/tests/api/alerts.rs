//! Alerts from their creation to their log, and the link that confirms.

use std::sync::Arc;

use parabus_core::time::Instant;
use parabus_core::value::Raw;
use parabus_server::live::LiveCycle;
use parabus_server::model::{Cycle, Role};
use reqwest::StatusCode;
use serde_json::{Value, json};

use crate::harness::{Api, start, start_with};

pub fn wish(change: Value) -> Value {
    let mut wish = json!({ "name": "High Temperature", "conditionLogic": "all", "logAs": "warning",
        "conditions": [{ "paramId": 101, "kind": "g", "value": "80" }], "actions": [] });
    for (name, value) in change.as_object().unwrap() {
        wish[name] = value.clone();
    }
    wish
}

pub async fn create(api: &Api, wish: &Value) -> (StatusCode, Value) {
    api.post("/org/1/alerts/create/", &api.token().await, &wish.to_string()).await
}

async fn get(api: &Api, path: &str, role: Role) -> Value {
    let (status, reply) = api.get(path, &api.token_as(role).await).await;
    assert_eq!(status, StatusCode::OK, "{path}: {reply}");
    reply
}

/// A cycle of device 1 with this raw value of parameter 101, as the evaluator hears of it.
pub fn cycle(api: &Api, at: &str, raw: u64) {
    let group = api.app.store.directory().devices[&1].group.clone().unwrap();
    let cells = group.params.iter().map(|param| Ok(Raw(if *param == 101 { raw } else { 70 }).into())).collect();
    let at = Instant::parse(at).unwrap();
    // The alerts that were created before it begin before it.
    api.app.alarm.work(&[], false, Instant::from_millis(at.as_millis() - 1000)).unwrap();
    let mut feed = api.app.live.listen();
    api.app.live.accept(&Cycle { device: 1, group: group.id, at, cells }).unwrap();
    let heard: Vec<Arc<LiveCycle>> = std::iter::from_fn(|| feed.try_recv().ok()).collect();
    assert_eq!(heard.len(), 1);
    api.app.alarm.work(&heard, false, at).unwrap();
}

#[tokio::test]
async fn faults_of_content_name_their_fields_and_change_nothing() {
    let api = start().await;
    let revision = api.app.store.directory().revision;
    let email = |address: &str| json!([{ "timeoutMinutes": 0, "type": "email", "recepient": address }]);
    let follow = |stage: &str, kind: &str| json!([{ "stage": stage, "timeoutMinutes": 1, "type": kind, "recepient": "ann@example.com" }]);
    let on = |condition: Value| json!({ "conditions": [condition] });
    for (change, field) in [
        (json!({ "name": "" }), "name"),
        (json!({ "name": " \t " }), "name"),
        (json!({ "name": "x".repeat(201) }), "name"),
        (json!({ "name": "a\nb" }), "name"),
        (json!({ "description": "x".repeat(10_001) }), "description"),
        (json!({ "conditionLogic": "some" }), "conditionLogic"),
        (json!({ "logAs": "fatal" }), "logAs"),
        (json!({ "conditions": [] }), "conditions"),
        (json!({ "conditions": {} }), "conditions"),
        (on(json!({ "kind": "g", "value": 1 })), "conditions"),
        (on(json!({ "paramId": 1, "kind": "g", "value": 1 })), "conditions"),
        (on(json!({ "paramId": 2, "kind": "g", "value": 1 })), "conditions"),
        (on(json!({ "paramId": 777, "kind": "g", "value": 1 })), "conditions"),
        (on(json!({ "paramId": 101, "kind": "gt", "value": 1 })), "conditions"),
        (on(json!({ "paramId": 101, "kind": "g" })), "conditions"),
        (on(json!({ "paramId": 101, "kind": "g", "value": "warm" })), "conditions"),
        (json!({ "conditions": vec![json!({ "paramId": 101, "kind": "g", "value": 1 }); 65] }), "conditions"),
        (json!({ "actions": email("nobody") }), "actions"),
        (json!({ "actions": [{ "timeoutMinutes": 0, "type": "pigeon", "recepient": "-" }] }), "actions"),
        (json!({ "actions": [{ "timeoutMinutes": -1 }] }), "actions"),
        (json!({ "actions": [{ "timeoutMinutes": 525_601 }] }), "actions"),
        (json!({ "actions": vec![json!({ "timeoutMinutes": 0 }); 17] }), "actions"),
        (json!({ "followUps": follow("begun", "email") }), "followUps"),
        (json!({ "followUps": follow("resolved", "") }), "followUps"),
        (json!({ "followUps": follow("resolved", "sms") }), "followUps"),
    ] {
        for path in ["/org/1/alerts/create/", "/alert/4/change/"] {
            let (status, reply) = api.post(path, &api.token().await, &wish(change.clone()).to_string()).await;
            let fields: Vec<&String> = reply["errors"].as_object().unwrap().keys().collect();
            assert_eq!((status, &reply["result"]), (StatusCode::OK, &json!("error")), "{change}: {reply}");
            assert_eq!(fields, [field], "{change}: {reply}");
        }
    }
    let several = json!({ "name": "", "logAs": "x", "actions": email("x") });
    assert_eq!(create(&api, &wish(several)).await.1["errors"].as_object().unwrap().len(), 3, "all at once");
    for bad in [
        json!({ "name": 5 }),
        json!({ "name": null }),
        json!({ "conditions": null }),
        json!({ "conditions": "x" }),
        json!({ "conditions": [7] }),
        json!({ "actions": [{}] }),
        json!({ "actions": [{ "timeoutMinutes": 0.5 }] }),
        json!({ "followUps": [{ "stage": "resolved", "timeoutMinutes": 0, "type": "email" }] }),
    ] {
        assert_eq!(create(&api, &wish(bad.clone())).await.0, StatusCode::BAD_REQUEST, "{bad}");
    }
    assert_eq!(api.app.store.directory().revision, revision);
}

#[tokio::test]
async fn an_alert_comes_back_as_dictionaries_and_a_change_keeps_their_ids() {
    let api = start().await;
    let whole = wish(json!({ "description": "Mind the boiler", "conditionLogic": "any",
        "conditions": [{ "paramId": "101", "kind": "ge", "value": 80.5 }, { "paramId": 284, "kind": "reading-error", "value": "" }],
        "actions": [{ "timeoutMinutes": 0, "type": "" }, { "timeoutMinutes": 5, "type": "voice-call" }],
        "followUps": [{ "stage": "not-confirmed", "timeoutMinutes": 30, "type": "sms", "recepient": "+48 123 456 789" }] }));
    assert_eq!(create(&api, &whole).await, (StatusCode::OK, json!({ "result": "success", "errors": {} })));
    assert_eq!(create(&api, &wish(json!({}))).await.0, StatusCode::OK);
    let list = get(&api, "/org/1/alerts/", Role::MonitorNoParams).await;
    let slugs: Vec<&str> = list.as_array().unwrap().iter().map(|alert| alert["slug"].as_str().unwrap()).collect();
    assert_eq!(slugs, ["and-logic-alert", "high-temperature", "high-temperature-2"]);
    let path = format!("/alert/{}/", list[1]["id"]);
    let reply = get(&api, &path, Role::MonitorViewer).await;
    let ids = |field: &str| reply[field].as_object().unwrap().keys().cloned().collect::<Vec<_>>();
    let (conditions, actions, follow_ups) = (ids("conditions"), ids("actions"), ids("followUps"));
    let want = json!({ "id": list[1]["id"], "name": "High Temperature", "slug": "high-temperature",
        "description": "Mind the boiler", "conditionLogic": "any", "logAs": "warning",
        "conditions": {
            &conditions[0]: { "paramId": 101, "kind": "ge", "param": "101#temperature-101@controller-1@some-network", "value": 80.5 },
            &conditions[1]: { "paramId": 284, "kind": "reading-error", "param": "284#temperature-284@controller-1@some-network" } },
        "actions": { &actions[0]: { "timeoutMinutes": 0 },
            &actions[1]: { "timeoutMinutes": 5, "type": "voice-call", "recepient": "-" } },
        "followUps": { &follow_ups[0]: { "stage": "not-confirmed", "timeoutMinutes": 30, "type": "sms",
            "recepient": "+48 123 456 789" } } });
    assert_eq!(reply, want);
    // What was got can be sent back, changed or not.
    let change = format!("{path}change/");
    let revision = api.app.store.directory().revision;
    api.post(&change, &api.token().await, &reply.to_string()).await;
    assert_eq!(api.app.store.directory().revision, revision, "nothing to change");
    let mut changed = reply.clone();
    changed["name"] = json!("Boiler");
    changed["conditions"].as_object_mut().unwrap().remove(&conditions[1]);
    changed["conditions"]["new"] = json!({ "paramId": 284, "kind": "l", "value": -1 });
    let (status, result) = api.post(&change, &api.token().await, &changed.to_string()).await;
    assert_eq!((status, &result["result"]), (StatusCode::OK, &json!("success")), "{result}");
    let after = get(&api, &path, Role::Viewer).await;
    assert_eq!((&after["slug"], &after["actions"]), (&json!("boiler"), &reply["actions"]));
    assert_eq!(after["conditions"][&conditions[0]], reply["conditions"][&conditions[0]]);
    assert!(after["conditions"].as_object().unwrap().len() == 2 && after["conditions"].get(&conditions[1]).is_none());
}

#[tokio::test]
async fn an_event_stands_in_status_logs_and_dashboards_as_each_may_see_it() {
    let api = start_with(|config| config.alerts.public_url = Some("https://plant.example".into())).await;
    let to = json!([{ "timeoutMinutes": 0, "type": "email", "recepient": "ann@example.com" }]);
    create(&api, &wish(json!({ "actions": to }))).await;
    create(&api, &wish(json!({ "name": "Unlogged", "logAs": "none" }))).await;
    let id = get(&api, "/org/1/alerts/", Role::Viewer).await[1]["id"].as_i64().unwrap();
    // Links end after a week: it happens now.
    let begun = parabus_server::clock::now().as_millis() - 120_000;
    let at = |ms: i64| Instant::from_millis(begun + ms).display_millis().to_string();
    cycle(&api, &at(0), 700);
    cycle(&api, &at(60_000), 850);

    let status = get(&api, &format!("/alert/{id}/status/"), Role::Viewer).await;
    let condition = status["conditions"].as_object().unwrap().values().next().unwrap().clone();
    assert_eq!(condition, json!({ "lastValue": 85.0, "isTriggered": true }));
    assert_eq!((&status["isActive"], &status["startedOn"]), (&json!(true), &json!(at(60_000))));
    assert!(status["lastRecordId"].is_i64() && status.get("closedOn").is_none() && status.get("confirmed").is_none());
    let hidden = get(&api, &format!("/alert/{id}/status/"), Role::MonitorNoParams).await;
    assert_eq!(hidden["conditions"].as_object().unwrap().values().next().unwrap(), &json!({ "isTriggered": true }));

    let event = json!([{ "id": status["lastRecordId"], "name": "High Temperature", "level": "warning", "deviceIds": [1],
        "paramIds": [101], "networkIds": [1], "isActive": true, "journalUrl": format!("/manage/alerts/{id}/log/"),
        "startedOn": at(60_000) }]);
    for path in ["/org/1/dashboard/?lang=en", "/org/1/dashboard/light/?lang=en"] {
        assert_eq!(get(&api, path, Role::MonitorNoParams).await["events"], event, "{path}");
    }

    // The link of the message asks first, and then confirms; a stranger's or a torn one does not.
    let mail = api.app.store.messages(None, 10).unwrap();
    let text = mail[0].message.text.clone();
    let token = text.split("https://plant.example/confirm/").nth(1).unwrap().split('/').next().unwrap();
    let page = |token: &str| format!("{}/confirm/{token}/", api.url);
    for _ in 0..2 {
        let asked = api.client.get(page(token)).send().await.unwrap();
        assert_eq!(asked.status(), StatusCode::OK);
        assert!(asked.headers()["content-security-policy"].to_str().unwrap().contains("default-src 'none'"));
        let html = asked.text().await.unwrap();
        assert!(html.contains("High Temperature") && html.contains("<form"), "{html}");
    }
    assert!(api.app.store.last_record(id).unwrap().unwrap().confirmed.is_none(), "to look is not to confirm");
    let torn = token.replacen(|c: char| c.is_ascii_digit(), "f", 1);
    for bad in [torn.as_str(), "x"] {
        assert_eq!(api.client.post(page(bad)).send().await.unwrap().status(), StatusCode::NOT_FOUND);
        assert_eq!(api.client.get(page(bad)).send().await.unwrap().status(), StatusCode::NOT_FOUND);
    }
    let done = api.client.post(page(token)).send().await.unwrap().text().await.unwrap();
    assert!(done.contains("The event is confirmed."), "{done}");
    let again = api.client.post(page(token)).send().await.unwrap().text().await.unwrap();
    assert!(again.contains("confirmed before"), "{again}");
    let status = get(&api, &format!("/alert/{id}/status/"), Role::Viewer).await;
    assert_eq!(status["confirmed"]["from"], "ann@example.com");
    let log = get(&api, &format!("/alert/{id}/log/"), Role::Viewer).await;
    assert_eq!(log["records"][0]["status"], "confirmed");
}

#[tokio::test]
async fn logs_are_paged_filtered_and_in_the_readers_language() {
    let api = start().await;
    create(&api, &wish(json!({}))).await;
    create(&api, &wish(json!({ "name": "Unlogged", "logAs": "none" }))).await;
    let id = get(&api, "/org/1/alerts/", Role::Viewer).await[1]["id"].as_i64().unwrap();
    // Far apart, so that none is one too many.
    for hour in 10..13 {
        cycle(&api, &format!("2025-01-15T{hour}:22:00Z"), 850);
        cycle(&api, &format!("2025-01-15T{hour}:23:00Z"), 700);
        cycle(&api, &format!("2025-01-15T{hour}:24:00Z"), 700);
    }
    let log = get(&api, &format!("/alert/{id}/log/?page=3&itemsOnPage=1"), Role::Viewer).await;
    let want = json!({ "records": [{ "name": "High Temperature", "startedOn": "2025-01-15T10:22:00.000Z",
        "resolvedOn": "2025-01-15T10:23:00.000Z", "logAs": "warning", "logAsText": "Warning", "status": "resolved",
        "details": [
            { "date": "2025-01-15T10:22:00.000Z",
              "texts": ["Event started.", "Temperature 101 (Controller 1 > Some Network) = 85.0 °C"] },
            { "date": "2025-01-15T10:23:00.000Z", "texts": ["Event resolved."] }] }],
        "totalRecords": 3, "currentPage": 3, "itemsOnPage": 1 });
    assert_eq!(log, want);
    let log = get(&api, "/org/1/alerts/log/?netId=1&lang=ua", Role::MonitorNoParams).await;
    assert_eq!((&log["totalRecords"], &log["itemsOnPage"]), (&json!(3), &json!(25)), "what is not logged is not there");
    assert_eq!(log["records"][0]["startedOn"], "2025-01-15T12:22:00.000Z", "newest first");
    assert_eq!(log["records"][0]["logAsText"], "Попередження");
    assert_eq!(log["records"][0]["details"][0]["texts"], json!(["Подія почалася."]), "without the value");
    let log = get(&api, "/org/1/alerts/log/?page=9", Role::Viewer).await;
    assert_eq!((&log["records"], &log["totalRecords"]), (&json!([]), &json!(3)));
    let token = api.token().await;
    for bad in ["page=0", "itemsOnPage=0", "itemsOnPage=101", "page=x", "page=-1", "lang=uk", "netId=x"] {
        let (status, reply) = api.get(&format!("/org/1/alerts/log/?{bad}"), &token).await;
        assert_eq!(status, StatusCode::BAD_REQUEST, "{bad}: {reply}");
    }
    assert_eq!(api.get("/org/1/alerts/log/?netId=2", &token).await.0, StatusCode::NOT_FOUND);
    // Resolved and unconfirmed, they stay on the full dashboard.
    assert_eq!(get(&api, "/org/1/dashboard/?lang=en", Role::Viewer).await["events"].as_array().unwrap().len(), 3);
    assert_eq!(get(&api, "/org/1/dashboard/light/?lang=en", Role::Viewer).await["events"], json!([]));
}

#[tokio::test]
async fn a_deleted_parameter_leaves_its_condition_without_one() {
    let api = start().await;
    create(&api, &wish(json!({}))).await;
    let id = get(&api, "/org/1/alerts/", Role::Viewer).await[1]["id"].as_i64().unwrap();
    cycle(&api, "2025-01-15T10:22:00Z", 850);
    let (status, _) = api.post("/params/delete/", &api.token().await, r#"{"paramIds":[101]}"#).await;
    assert_eq!(status, StatusCode::OK);
    api.app.alarm.work(&[], false, Instant::parse("2025-01-15T10:23:00Z").unwrap()).unwrap();
    let alert = get(&api, &format!("/alert/{id}/"), Role::Viewer).await;
    assert_eq!(alert["conditions"].as_object().unwrap().values().next().unwrap(), &json!({ "kind": "g", "value": 80 }));
    let status = get(&api, &format!("/alert/{id}/status/"), Role::Viewer).await;
    assert_eq!((&status["isActive"], status.get("closedOn").is_some()), (&json!(false), true));
    let log = get(&api, &format!("/alert/{id}/log/"), Role::Viewer).await;
    let texts = log["records"][0]["details"].as_array().unwrap().last().unwrap()["texts"].clone();
    assert_eq!(texts, json!(["Closed: the alert or one of its parameters was deleted."]));
}
