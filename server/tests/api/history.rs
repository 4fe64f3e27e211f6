//! Endpoints of stored readings beyond the seed's examples.

use parabus_core::time::Instant;
use parabus_core::value::Raw;
use parabus_server::model::{CellError, Cycle};
use reqwest::StatusCode;
use serde_json::{Value, json};

use crate::harness::{Api, start};

/// Keeps readings of parameter 284, whose multiplier is 0.1; `None` is one that failed.
fn keep(api: &Api, readings: &[(i64, Option<u64>)]) {
    let store = &api.app.store;
    let group = store.directory().devices[&1].group.clone().unwrap();
    let place = group.params.iter().position(|param| *param == 284).unwrap();
    for (at, raw) in readings {
        let mut cells = vec![Err(CellError::Timeout); group.params.len()];
        if let Some(raw) = raw {
            cells[place] = Ok(Raw(*raw).into());
        }
        store.append(&Cycle { device: 1, group: group.id, at: Instant::from_millis(*at), cells }).unwrap();
    }
}

async fn post(api: &Api, path: &str, body: Value) -> Value {
    let (status, reply) = api.post(path, &api.token().await, &body.to_string()).await;
    assert_eq!(status, StatusCode::OK, "{path}: {reply}");
    reply
}

/// 2030-01-01T00:00:00Z.
const BASE: i64 = 1_893_456_000_000;

#[tokio::test]
async fn each_segment_begins_with_its_first_good_reading() {
    let api = start().await;
    keep(
        &api,
        &[(BASE - 1, Some(1)), (BASE, None), (BASE + 1, Some(25)), (BASE + 9999, Some(30)), (BASE + 10_000, Some(31))],
    );
    keep(&api, &[(BASE + 20_500, None), (BASE + 29_999, Some(65_535)), (BASE + 30_000, Some(7))]);
    let body = |points: u32, ids: &[i64]| json!({ "paramIds": ids, "from": "2030-01-01T00:00:00Z", "till": "2030-01-01T00:00:30Z", "points": points });
    let row = |at: &str, values: Value| json!([format!("2030-01-01T{at}Z"), values]);
    let got = post(&api, "/readings/dispersed/", body(3, &[284])).await;
    let want = json!([row("00:00:00", json!([2.5])), row("00:00:10", json!([3.1])), row("00:00:20", json!([6553.5]))]);
    assert_eq!(got, want, "a failed reading is passed over, the end of the range is not in it");
    let got = post(&api, "/readings/dispersed/", body(1000, &[284])).await;
    assert_eq!(got.as_array().unwrap().len(), 3, "segments with nothing are left out");
    assert_eq!(got[1], row("00:00:09.990", json!([3.0])), "by where the segment begins, to the millisecond");
    let got = post(&api, "/readings/dispersed/", body(1, &[999, 284, 2, 284])).await;
    assert_eq!(got, json!([row("00:00:00", json!([null, 2.5, null, 2.5]))]), "unknown, hidden, and twice (A-19)");
    let got = post(&api, "/readings/dispersed/", body(5, &[])).await;
    assert_eq!(got, json!([]));
}

#[tokio::test]
async fn extremes_ends_and_moments_are_exact() {
    let api = start().await;
    keep(&api, &[(BASE, Some(25)), (BASE + 1000, None), (BASE + 2000, Some(25)), (BASE + 3001, Some(24))]);
    let range = |from: &str, till: &str| json!({ "paramIds": [284, 284, 2, 999, 101], "from": from, "till": till });
    let got = post(&api, "/readings/min-max-range/", range("2030-01-01T00:00:00Z", "2030-01-01T00:00:03.001Z")).await;
    let want = json!({ "284": { "minValueOn": "2030-01-01T00:00:03.001Z", "minValue": 2.4,
        "maxValueOn": "2030-01-01T00:00:00.000Z", "maxValue": 2.5 } });
    assert_eq!(got, want, "both ends count, of alike ones the earliest");
    let one = range("2030-01-01T00:00:02Z", "2030-01-01T00:00:02Z");
    assert_eq!(post(&api, "/readings/min-max-range/", one).await["284"]["minValue"], json!(2.5));
    let none = range("2030-01-01T00:00:01Z", "2030-01-01T00:00:01.999Z");
    assert_eq!(post(&api, "/readings/min-max-range/", none).await, json!({}));

    let (_, got) = api.get("/readings/date-range/?paramIds=102", &api.token().await).await;
    assert_eq!(got, json!({}), "nothing was read of it");
    let (_, got) = api.get("/readings/date-range/?paramIds=284,2,999", &api.token().await).await;
    assert_eq!(got, json!({ "min": "2019-07-26T16:28:00.000Z", "max": "2030-01-01T00:00:03.001Z" }));

    let at = |till: &str| json!({ "orgId": 1, "tillDate": till, "paramIds": ["284", 2, 999] });
    let moment = |on: &str, value: &str| json!({ "284": { "readOn": on, "value": value } });
    let got = post(&api, "/params/readings-on-time/", at("2030-01-01T00:00:01.5Z")).await;
    assert_eq!(got, moment("2030-01-01T00:00:00.000Z", "2.5"), "the failed one is passed over");
    let got = post(&api, "/params/readings-on-time/", at("2030-01-01T00:00:03.001Z")).await;
    assert_eq!(got, moment("2030-01-01T00:00:03.001Z", "2.4"));
    let got = post(&api, "/params/readings-on-time/", at("2019-07-26T16:27:59.999Z")).await;
    assert_eq!(got, json!({ "284": null }));
    let foreign = json!({ "orgId": 2, "tillDate": "2030-01-01T00:00:00Z", "paramIds": [284] });
    let (status, _) = api.post("/params/readings-on-time/", &api.token().await, &foreign.to_string()).await;
    assert_eq!(status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn a_day_of_quarter_hours_is_that_of_the_definition() {
    let api = start().await;
    let quarter = 900_000;
    let now = parabus_server::clock::now().as_millis();
    let start = now.div_euclid(quarter) * quarter - quarter;
    // The device is read every 60 s, so a value holds for 3 minutes: 2.0 for one minute, 5.0 for three.
    keep(&api, &[(start + 60_000, Some(20)), (start + 120_000, Some(50))]);
    let (status, got) = api.get("/param/284/dashboard-data/", &api.token().await).await;
    assert_eq!(status, StatusCode::OK);
    let got = got.as_array().unwrap();
    assert_eq!(got.len(), 96);
    // The quarter may have turned meanwhile.
    let means: Vec<&Value> = got.iter().filter(|mean| !mean.is_null()).collect();
    assert_eq!(means, [&json!(4.25)]);
    let place = got.iter().position(|mean| !mean.is_null()).unwrap();
    assert!([93, 94].contains(&place), "{place}");
}

#[tokio::test]
async fn a_widget_tells_of_a_device_that_is_switched_off_and_of_what_was_never_read() {
    let api = start().await;
    let token = api.token().await;
    let (_, got) = api.get("/param/102/dashboard-widget-data/", &token).await;
    assert_eq!((got.get("lastValue"), got.get("lastReadOn"), got.get("deviceDisabledOn")), (None, None, None), "{got}");
    let (status, _) = api.post("/device/10/change-disable/", &token, r#"{"enabled":false}"#).await;
    assert_eq!(status, StatusCode::OK);
    let (_, got) = api.get("/param/102/dashboard-widget-data/", &token).await;
    assert!(got["deviceDisabledOn"].as_str().is_some_and(|date| date.ends_with('Z')), "{got}");
}
