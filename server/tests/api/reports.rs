//! Resource reports beyond the seed's examples.

use parabus_core::time::Instant;
use parabus_core::value::Raw;
use parabus_server::model::{CellError, Cycle};
use reqwest::StatusCode;
use serde_json::{Value, json};
use uuid::Uuid;

use crate::harness::{Api, BRANCH, FOREIGN_BRANCH, start};

/// Keeps readings of parameter 101 and 284, which have a multiplier of 0.1.
fn keep(api: &Api, readings: &[(&str, Option<u64>, Option<u64>)]) {
    let store = &api.app.store;
    let group = store.directory().devices[&1].group.clone().unwrap();
    for (at, first, second) in readings {
        let mut cells = vec![Err(CellError::Timeout); group.params.len()];
        for (id, raw) in [(101, first), (284, second)] {
            let place = group.params.iter().position(|param| *param == id).unwrap();
            if let Some(raw) = raw {
                cells[place] = Ok(Raw(*raw).into());
            }
        }
        store.append(&Cycle { device: 1, group: group.id, at: Instant::parse(at).unwrap(), cells }).unwrap();
    }
}

fn id(number: u128) -> Uuid {
    Uuid::from_u128(number)
}

async fn create(api: &Api, body: &Value) -> (StatusCode, Value) {
    api.post("/org/1/resource-report/create/", &api.token().await, &body.to_string()).await
}

async fn chart(api: &Api, branch: Uuid, tz: &str, range: (&str, &str), segment: &str) -> (StatusCode, Value) {
    let body = json!({ "tz": tz, "fromDateStr": range.0, "tillDateStr": range.1, "segment": segment });
    let path = format!("/resource-report/branch/{branch}/chart-data/");
    api.post(&path, &api.token().await, &body.to_string()).await
}

fn values(reply: &Value) -> Vec<Value> {
    reply["values"].as_array().unwrap().iter().map(|row| row[1].clone()).collect()
}

#[tokio::test]
async fn branches_are_counters_formulas_links_and_sums() {
    let api = start().await;
    keep(
        &api,
        &[
            ("2030-01-01T00:00:00Z", Some(1000), Some(10)),
            ("2030-01-01T00:30:00Z", Some(1005), Some(30)),
            ("2030-01-01T01:10:00Z", Some(1017), None),
            ("2030-01-01T02:10:00Z", None, Some(5)),
            ("2030-01-01T02:20:00Z", Some(1018), Some(6)),
        ],
    );
    let report = json!({ "name": "Energy", "branches": [
        { "id": id(1), "name": "All", "borders": "10;20" },
        { "id": id(2), "name": "Hall", "parentBranchId": id(1), "value": { "paramId": 101 } },
        { "id": id(3), "name": "Yard", "parentBranchId": id(1), "value": { "paramId": "284" } },
        { "id": id(4), "name": "Share", "value": { "formula": "#101 * 100 / (#101 + #284)" } },
        { "id": id(5), "name": "Same", "category": "copies", "value": { "linkId": id(1) } },
        { "id": id(6), "name": "Empty" } ] });
    let (status, reply) = create(&api, &report).await;
    assert_eq!(status, StatusCode::OK, "{reply}");
    let day = ("2030-01-01T00:00:00Z", "2030-01-01T04:00:00Z");
    // Both were read years ago, 255 and 70; the counter of 284 begins anew at 10, and at 5.
    for (branch, want) in [
        (1, json!([78.0, 1.2, 0.7, null])),
        (2, json!([75.0, 1.2, 0.1, null])),
        (3, json!([3.0, null, 0.6, null])),
        (4, json!([96.15384615384616, null, 14.285714285714286, null])),
        (5, json!([78.0, 1.2, 0.7, null])),
        (6, json!([null, null, null, null])),
    ] {
        let (status, reply) = chart(&api, id(branch), "UTC", day, "hour").await;
        assert_eq!(status, StatusCode::OK, "{reply}");
        assert_eq!(json!(values(&reply)), want, "branch {branch}");
    }
    let (_, reply) = chart(&api, id(1), "UTC", day, "day").await;
    assert_eq!(
        reply,
        json!({ "branchId": id(1), "name": "All", "borders": "10;20",
        "values": [["2030-01-01T00:00:00.000Z", 79.9]] }),
        "what hours count, a day counts"
    );
    let (_, reply) = chart(&api, id(2), "UTC", ("2030-01-01T00:30:00Z", "2030-01-01T01:00:00Z"), "half-hour").await;
    assert_eq!(reply["values"], json!([["2030-01-01T00:30:00.000Z", 0.5]]), "the step from the reading before");
}

#[tokio::test]
async fn dates_without_a_zone_are_local_and_days_have_23_to_25_hours() {
    let api = start().await;
    let rows = async |range, segment| {
        let (status, reply) = chart(&api, BRANCH, "Europe/Warsaw", range, segment).await;
        assert_eq!(status, StatusCode::OK, "{reply}");
        reply["values"].as_array().unwrap().iter().map(|row| row[0].as_str().unwrap().to_owned()).collect::<Vec<_>>()
    };
    let spring = rows(("2030-03-31T00:00:00", "2030-04-01"), "hour").await;
    assert_eq!((spring.len(), spring[0].as_str()), (23, "2030-03-30T23:00:00.000Z"));
    let autumn = rows(("2030-10-27", "2030-10-28"), "half-hour").await;
    assert_eq!((autumn.len(), autumn[49].as_str()), (50, "2030-10-27T22:30:00.000Z"));
    let days = rows(("2030-03-30T12:00", "2030-04-01T00:00:01"), "day").await;
    assert_eq!(days, ["2030-03-29T23:00:00.000Z", "2030-03-30T23:00:00.000Z", "2030-03-31T22:00:00.000Z"]);
    let with_zone = rows(("2030-03-30T12:00:00Z", "2030-03-30T22:59:59.999Z"), "day").await;
    assert_eq!(with_zone, ["2030-03-29T23:00:00.000Z"]);
    for (tz, range, segment) in [
        ("Mars/Olympus", ("2030-01-01", "2030-01-02"), "day"),
        ("UTC", ("2030-01-02", "2030-01-02"), "day"),
        ("UTC", ("soon", "2030-01-02"), "day"),
        ("UTC", ("2030-01-01", "2030-01-02"), "week"),
        ("UTC", ("1970-01-01", "2030-01-02"), "half-hour"),
    ] {
        let (status, reply) = chart(&api, BRANCH, tz, range, segment).await;
        assert_eq!(
            (status, &reply["errorCode"]),
            (StatusCode::BAD_REQUEST, &json!("IncorrectRequest")),
            "{tz} {range:?}"
        );
    }
}

#[tokio::test]
async fn the_same_request_twice_makes_two_reports_and_the_later_one_counts() {
    let api = start().await;
    let body =
        |name: &str| json!({ "name": "R", "branches": [{ "id": id(1), "name": name, "value": { "paramId": 101 } }] });
    let (_, first) = create(&api, &body("First")).await;
    let (status, second) = create(&api, &body("Second")).await;
    assert_eq!(status, StatusCode::OK, "{second}");
    assert_ne!(first["reportId"], second["reportId"]);
    let name = async || chart(&api, id(1), "UTC", ("2030-01-01", "2030-01-02"), "day").await.1["name"].clone();
    assert_eq!(name().await, "Second");
    let mut again = body("Third");
    again["id"] = first["reportId"].clone();
    assert_eq!(create(&api, &again).await.0, StatusCode::OK);
    assert_eq!(name().await, "Third", "what was kept last, not what is newest");
    let foreign = json!({ "name": "R", "branches": [{ "id": FOREIGN_BRANCH, "name": "B" }] });
    assert_eq!(create(&api, &foreign).await.0, StatusCode::BAD_REQUEST);
}

#[tokio::test]
async fn a_report_is_replaced_as_a_whole_and_faults_change_nothing() {
    let api = start().await;
    let branch = |number: u128, value: Value| json!({ "id": id(number), "name": "B", "value": value });
    let report = async |body: Value| create(&api, &body).await;
    let (_, reply) = report(json!({ "name": "A", "branches": [branch(1, json!({ "paramId": 101 }))] })).await;
    let report_id = reply["reportId"].as_str().unwrap().to_owned();
    let (status, reply) =
        report(json!({ "id": report_id, "name": "C", "branches": [branch(2, json!({ "formula": "1 + 1" }))] })).await;
    assert_eq!((status, &reply["reportId"]), (StatusCode::OK, &json!(report_id)));
    let (status, _) = chart(&api, id(1), "UTC", ("2030-01-01", "2030-01-02"), "day").await;
    assert_eq!(status, StatusCode::NOT_FOUND, "the branch went with the former report");
    let (_, list) = api.get("/org/1/get-resource-reports/", &api.token().await).await;
    assert_eq!(list.as_array().unwrap().len(), 2);
    assert_eq!(list[0], json!({ "id": report_id, "name": "C" }), "by name");
    for (body, status) in [
        (json!({ "id": Uuid::nil(), "name": "A", "branches": [] }), StatusCode::NOT_FOUND),
        (json!({ "id": FOREIGN_BRANCH, "name": "A", "branches": [] }), StatusCode::NOT_FOUND),
        (json!({ "name": "", "branches": [] }), StatusCode::BAD_REQUEST),
        (json!({ "name": "A", "branches": [branch(3, json!({ "paramId": 2 }))] }), StatusCode::BAD_REQUEST),
        (json!({ "name": "A", "branches": [branch(3, json!({ "linkId": FOREIGN_BRANCH }))] }), StatusCode::BAD_REQUEST),
        (json!({ "name": "A", "branches": [branch(3, json!({}))] }), StatusCode::BAD_REQUEST),
        (
            json!({ "name": "A", "branches": [branch(3, json!({ "paramId": 1, "formula": "1" }))] }),
            StatusCode::BAD_REQUEST,
        ),
        (json!({ "name": "A", "branches": [branch(3, json!({ "formula": "2 +" }))] }), StatusCode::BAD_REQUEST),
    ] {
        let (got, reply) = report(body.clone()).await;
        assert_eq!(got, status, "{body}: {reply}");
    }
    let (_, list) = api.get("/org/1/get-resource-reports/", &api.token().await).await;
    assert_eq!(list.as_array().unwrap().len(), 2);
}

#[tokio::test]
async fn what_a_deleted_parameter_counted_is_known_no_more() {
    let api = start().await;
    keep(&api, &[("2030-01-01T00:00:00Z", Some(1000), Some(10)), ("2030-01-01T00:30:00Z", Some(1005), Some(30))]);
    let report = json!({ "name": "R", "branches": [
        { "id": id(1), "name": "Param", "value": { "paramId": 284 } },
        { "id": id(2), "name": "Formula", "value": { "formula": "#284 + #101" } },
        { "id": id(3), "name": "Other", "value": { "paramId": 101 } } ] });
    assert_eq!(create(&api, &report).await.0, StatusCode::OK);
    let hour = ("2030-01-01T00:30:00Z", "2030-01-01T01:00:00Z");
    let found = async |branch| values(&chart(&api, id(branch), "UTC", hour, "half-hour").await.1);
    assert_eq!((found(1).await, found(2).await), (vec![json!(2.0)], vec![json!(2.5)]));
    let (status, _) = api.post("/params/delete/", &api.token().await, r#"{"paramIds":[284]}"#).await;
    assert_eq!(status, StatusCode::OK);
    let left = (found(1).await, found(2).await, found(3).await);
    assert_eq!(left, (vec![Value::Null], vec![Value::Null], vec![json!(0.5)]));
}
