//! Parameters of a device: its widgets, and changes of many at once.

use parabus_core::time::Instant;
use parabus_core::value::Raw;
use parabus_server::model::{Cycle, Role};
use reqwest::StatusCode;
use serde_json::{Value, json};

use crate::harness::{Api, start};

const CHANGE: &str = "/params/change/";
const DELETE: &str = "/params/delete/";

async fn widgets(api: &Api, token: &str, query: &str) -> (StatusCode, Value) {
    api.get(&format!("/device/1/widgets/?{query}"), token).await
}

#[tokio::test]
async fn widgets_show_every_parameter_or_its_value_alone() {
    let api = start().await;
    let token = api.token().await;
    let (_, reply) = widgets(&api, &token, "lang=en&onlyParamsValues=true").await;
    assert_eq!(
        reply,
        json!([{ "id": 1, "paramId": 1 },
            { "id": 101, "paramId": 101, "lastValue": "25.5", "formatedLastValue": "25.5 °C" },
            { "id": 284, "paramId": 284, "lastValue": "7.0", "formatedLastValue": "7.0 °C" }])
    );
    let (_, whole) = widgets(&api, &token, "lang=ua&onlyParamsValues=0").await;
    assert_eq!(whole[1]["fullName"], "Temperature 101, °C (T)");
    for query in ["", "lang=de", "lang=en&onlyParamsValues=maybe"] {
        assert_eq!(widgets(&api, &token, query).await.0, StatusCode::BAD_REQUEST, "{query}");
    }
    for path in ["/device/2/widgets/?lang=en", "/device/999/widgets/?lang=en"] {
        assert_eq!(api.get(path, &token).await.0, StatusCode::NOT_FOUND, "{path}");
    }
}

#[tokio::test]
async fn a_change_is_made_of_all_or_of_none() {
    let api = start().await;
    let (token, viewer) = (api.token().await, api.token_as(Role::Viewer).await);
    let directory = || api.app.store.directory();
    let before = (directory().revision, directory().params[&101].clone());
    let body = |ids: &[i64], modification: Value| json!({ "paramIds": ids, "modification": modification }).to_string();
    let untrack = || json!({ "isTracked": false, "isProgrammable": false, "category": "x" });
    for (ids, token, want) in [
        (&[101, 777][..], &token, StatusCode::NOT_FOUND),
        (&[101, 2], &token, StatusCode::NOT_FOUND),
        (&[101], &viewer, StatusCode::UNAUTHORIZED),
    ] {
        for (path, body) in [(CHANGE, body(ids, untrack())), (DELETE, json!({ "paramIds": ids }).to_string())] {
            let (status, reply) = api.post(path, token, &body).await;
            assert_eq!(status, want, "{path} {body}: {reply}");
        }
    }
    for bad in [
        json!({}),
        json!({ "paramIds": [101] }),
        json!({ "paramIds": 101, "modification": {} }),
        json!({ "paramIds": [101], "modification": { "isTracked": "yes" } }),
        json!({ "paramIds": [101], "modification": { "category": "x".repeat(201) } }),
        json!({ "paramIds": vec![101; 1001], "modification": {} }),
    ] {
        assert_eq!(api.post(CHANGE, &token, &bad.to_string()).await.0, StatusCode::BAD_REQUEST, "{bad}");
    }
    for nothing in [body(&[], untrack()), body(&[101, 101], json!({})), body(&[101], json!({ "isTracked": true }))] {
        assert_eq!(api.post(CHANGE, &token, &nothing).await, (StatusCode::OK, json!({})));
    }
    assert_eq!((directory().revision, directory().params[&101].clone()), before, "nothing was changed");

    let group = directory().devices[&1].group.clone().unwrap();
    let ids =
        json!({ "paramIds": ["1", 101, 102], "modification": { "isTracked": true, "category": "Main Readings" } });
    assert_eq!(api.post(CHANGE, &token, &ids.to_string()).await, (StatusCode::OK, json!({})));
    let (_, tracked) = api.get("/device/1/tracked-params/", &token).await;
    assert_eq!(tracked.as_array().unwrap().len(), 3);
    assert_eq!((&tracked[0]["id"], &tracked[0]["category"]), (&json!(1), &json!("Main Readings")));
    let wider = directory().devices[&1].group.clone().unwrap();
    assert_eq!((group.params, wider.params.clone()), (vec![101, 284], vec![1, 101, 284]));
    api.post(CHANGE, &token, &body(&[1], json!({ "category": "", "isProgrammable": false, "isTracked": false }))).await;
    let after = directory().params[&1].clone();
    assert_eq!((after.category, after.is_programmable, after.is_tracked), (None, false, false));
}

#[tokio::test]
async fn a_deleted_parameter_is_gone_and_the_others_keep_their_history() {
    let api = start().await;
    let token = api.token().await;
    let history = "/readings/get/?paramId=284";
    let before = api.get(history, &token).await.1;
    assert_eq!(before.as_array().unwrap().len(), 4, "three readings, and one that failed");
    assert_eq!(api.post(DELETE, &token, r#"{"paramIds":[101]}"#).await, (StatusCode::OK, json!({})));
    assert_eq!(api.get(history, &token).await.1, before);
    for path in [
        "/readings/get/?paramId=101",
        "/params/get-info/?paramIds=101",
        "/params/last-readings/?paramIds=101,284&lang=en",
    ] {
        let (status, reply) = api.get(path, &token).await;
        let is_gone =
            status == StatusCode::NOT_FOUND || reply == json!([]) || reply["101"].is_null() && reply["284"].is_object();
        assert!(is_gone, "{path}: {reply}");
    }
    for (path, body) in [(DELETE, r#"{"paramIds":[101]}"#), ("/param/101/write/", r#"{"newValue":"1"}"#)] {
        assert_eq!(api.post(path, &token, body).await.0, StatusCode::NOT_FOUND);
    }
    // Reading goes on without it.
    let group = api.app.store.directory().devices[&1].group.clone().unwrap();
    assert_eq!(group.params, [284]);
    let at = Instant::parse("2026-02-03T04:05:06Z").unwrap();
    api.app.live.accept(&Cycle { device: 1, group: group.id, at, cells: vec![Ok(Raw(71).into())] }).unwrap();
    let (_, last) = api.get("/params/last-readings/?paramIds=284&lang=en", &token).await;
    assert_eq!(last["284"]["value"], "7.1");
}
