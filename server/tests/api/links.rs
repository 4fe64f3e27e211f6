//! Networks and devices switched off and on, connections that end and come back.

use reqwest::StatusCode;
use serde_json::{Value, json};

use crate::harness::{Api, start};

async fn post(api: &Api, path: &str, body: Value) -> Value {
    let (status, reply) = api.post(path, &api.token().await, &body.to_string()).await;
    assert_eq!(status, StatusCode::OK, "{path}: {reply}");
    reply
}

async fn get(api: &Api, path: &str) -> Value {
    let (status, reply) = api.get(path, &api.token().await).await;
    assert_eq!(status, StatusCode::OK, "{path}: {reply}");
    reply
}

const REALTIME: &str = "/params/read-realtime/?paramIds=101&lang=en";

#[tokio::test]
async fn a_network_is_switched_off_and_on() {
    let api = start().await;
    assert_eq!(post(&api, "/net/1/change-disable/", json!({ "enabled": false })).await, json!({}));
    let off = get(&api, "/net/1/").await;
    assert_eq!(off["disabledBy"], "user");
    let since = off["disabledOn"].as_str().unwrap().to_owned();
    assert_eq!(get(&api, REALTIME).await["101"], json!({ "err": "the network is disabled" }));
    let fallback = get(&api, &format!("{REALTIME}&failbackToDb=1")).await;
    assert_eq!(fallback["101"], json!({ "value": "25.5", "formattedValue": "25.5 °C" }));
    let written = post(&api, "/param/101/write/", json!({ "newValue": "20" })).await;
    assert_eq!(written, json!({ "err": "the network is disabled" }));
    tokio::time::sleep(std::time::Duration::from_millis(20)).await;
    post(&api, "/net/1/change-disable/", json!({ "enabled": false })).await;
    assert_eq!(get(&api, "/net/1/").await["disabledOn"], since, "switched off again, it is off as long as before");
    post(&api, "/net/1/change-disable/", json!({ "enabled": true })).await;
    assert_eq!(get(&api, "/net/1/").await.get("disabledOn"), None);
    assert_eq!(get(&api, REALTIME).await["101"]["value"], "25.5");
    for bad in [json!({}), json!({ "enabled": "yes" }), json!(null)] {
        let (status, _) = api.post("/net/1/change-disable/", &api.token().await, &bad.to_string()).await;
        assert_eq!(status, StatusCode::BAD_REQUEST, "{bad}");
    }
}

#[tokio::test]
async fn a_device_is_switched_off_and_on() {
    let api = start().await;
    let reply = post(&api, "/device/1/change-disable/", json!({ "enabled": false })).await;
    assert_eq!(reply, json!({ "availableDevicesQuota": null }));
    assert!(get(&api, "/device/1/").await["disabledOn"].is_string());
    assert_eq!(get(&api, REALTIME).await["101"], json!({ "err": "the device is disabled" }));
    post(&api, "/device/1/change-disable/", json!({ "enabled": true })).await;
    assert_eq!(get(&api, "/device/1/").await.get("disabledOn"), None);
    assert_eq!(get(&api, REALTIME).await["101"]["value"], "25.5");
}

#[tokio::test]
async fn a_connection_is_dropped_and_made_anew() {
    let api = start().await;
    let status = async || post(&api, "/net/1/connection-status/", Value::Null).await;
    let first = status().await["connected"]["since"].as_str().unwrap().to_owned();
    assert_eq!(post(&api, "/net/1/drop-connections/", Value::Null).await, json!({}));
    let dropped = loop {
        let now = status().await;
        if now.get("disconnected").is_some() {
            break now;
        }
        tokio::time::sleep(std::time::Duration::from_millis(5)).await;
    };
    assert_eq!(dropped["disconnected"]["reason"], "dropped on request");
    assert!(dropped["disconnected"]["lastSeenOn"].as_str().unwrap() >= first.as_str(), "{dropped}");
    assert_eq!(get(&api, REALTIME).await["101"]["value"], "25.5");
    let second = status().await["connected"]["since"].as_str().unwrap().to_owned();
    assert!(second > first, "{second} {first}");
}
