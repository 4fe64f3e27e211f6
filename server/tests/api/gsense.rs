//! G-SENSE trees beyond the seed's examples.

use reqwest::StatusCode;
use serde_json::{Value, json};
use uuid::Uuid;

use crate::harness::{Api, BRANCH, FOREIGN_BRANCH, TREE, start};

async fn post(api: &Api, path: &str, body: Value) -> (StatusCode, Value) {
    api.post(&format!("/gsense/{path}"), &api.token().await, &body.to_string()).await
}

async fn made(api: &Api, path: &str, body: Value, field: &str) -> Uuid {
    let (status, reply) = post(api, path, body).await;
    assert_eq!(status, StatusCode::OK, "{path}: {reply}");
    serde_json::from_value(reply[field].clone()).unwrap()
}

async fn tree(api: &Api, id: Uuid) -> Value {
    let (status, reply) = api.get(&format!("/gsense/hierarchy/tree/{id}/"), &api.token().await).await;
    assert_eq!(status, StatusCode::OK, "{reply}");
    reply
}

fn sensor(branch: Uuid, index: i64) -> Value {
    json!({ "branchId": branch, "deviceId": 1, "sensorIdx": index, "name": "S", "isThreePhase": false })
}

#[tokio::test]
async fn a_sensor_is_one_thing_however_many_trees_refer_to_it() {
    let api = start().await;
    let path = |rest: &str| format!("hierarchy/tree/{TREE}/{rest}");
    let floor = made(&api, &path("branch/create/"), json!({ "name": "F", "parentBranchId": BRANCH }), "branchId").await;
    let first = made(&api, &path("sensor/create/"), sensor(BRANCH, 3), "sensorId").await;
    let again = made(&api, &path("sensor/create/"), sensor(floor, 3), "sensorId").await;
    assert_eq!(first, again, "the same device and index is the same sensor (A-13)");
    made(&api, &path("sensor/create/"), sensor(floor, 3), "sensorId").await;
    let copy = made(&api, &path("duplicate/"), json!({ "name": "Copy" }), "treeId").await;
    let (own, copied) = (tree(&api, TREE).await, tree(&api, copy).await);
    assert_eq!(own["branchesById"][floor.to_string()]["sensorIds"], json!([first]), "referred to once");
    assert_eq!(own["tree"]["branches"][0]["children"][0]["name"], "F");
    assert_eq!(copied["sensorsById"].as_object().unwrap().len(), 2);
    assert!(copied["branchesById"].get(floor.to_string()).is_none(), "branches of its own (D-29)");
    let (status, _) = post(&api, &path("delete/"), json!({})).await;
    assert_eq!(status, StatusCode::OK);
    assert_eq!(tree(&api, copy).await, copied, "what is shared stays");
    let (status, _) = post(&api, &format!("hierarchy/tree/{copy}/sensor/{first}/delete/"), json!({})).await;
    assert_eq!(status, StatusCode::OK);
    assert_eq!(tree(&api, copy).await["sensorsById"].as_object().unwrap().len(), 1);
    let (status, _) = post(&api, &format!("sensor/{first}/rename/"), json!({ "name": "S" })).await;
    assert_eq!(status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn a_branch_goes_with_all_below_and_a_device_with_its_sensors() {
    let api = start().await;
    let path = |rest: &str| format!("hierarchy/tree/{TREE}/{rest}");
    let floor = made(&api, &path("branch/create/"), json!({ "name": "F", "parentBranchId": BRANCH }), "branchId").await;
    let (status, _) = post(&api, &path(&format!("branch/{BRANCH}/delete/")), json!({})).await;
    assert_eq!(status, StatusCode::OK);
    let left = tree(&api, TREE).await;
    assert_eq!((&left["branchesById"], &left["sensorsById"]), (&json!({}), &json!({})));
    let (status, _) = post(&api, &path(&format!("branch/{floor}/rename/")), json!({ "name": "F" })).await;
    assert_eq!(status, StatusCode::NOT_FOUND);
    let top = made(&api, &path("branch/create/"), json!({ "name": "Top" }), "branchId").await;
    made(&api, &path("sensor/create/"), sensor(top, 5), "sensorId").await;
    assert_eq!(tree(&api, TREE).await["sensorsById"].as_object().unwrap().len(), 1);
    api.app.store.configure(true, |edit| edit.delete_device(1)).unwrap();
    let left = tree(&api, TREE).await;
    assert_eq!((&left["branchesById"][top.to_string()]["sensorIds"], &left["sensorsById"]), (&json!([]), &json!({})));
}

#[tokio::test]
async fn what_does_not_fit_is_refused_and_changes_nothing() {
    let api = start().await;
    let path = |rest: &str| format!("hierarchy/tree/{TREE}/{rest}");
    let before = tree(&api, TREE).await;
    for (rest, body, want) in [
        ("branch/create/", json!({ "name": "" }), StatusCode::BAD_REQUEST),
        ("branch/create/", json!({ "name": "x".repeat(256) }), StatusCode::BAD_REQUEST),
        ("branch/create/", json!({ "name": "B", "parentBranchId": FOREIGN_BRANCH }), StatusCode::NOT_FOUND),
        ("sensor/create/", sensor(BRANCH, 32), StatusCode::BAD_REQUEST),
        ("sensor/create/", sensor(BRANCH, -1), StatusCode::BAD_REQUEST),
        ("sensor/create/", sensor(FOREIGN_BRANCH, 1), StatusCode::NOT_FOUND),
        ("rename/", json!({ "description": "D" }), StatusCode::BAD_REQUEST),
    ] {
        let (status, reply) = post(&api, &path(rest), body.clone()).await;
        assert_eq!(status, want, "{rest} {body}: {reply}");
    }
    let mut foreign = sensor(BRANCH, 1);
    foreign["deviceId"] = json!(2);
    let (status, _) = post(&api, &path("sensor/create/"), foreign).await;
    assert_eq!(status, StatusCode::NOT_FOUND, "a device of another organization");
    assert_eq!(tree(&api, TREE).await, before);
    let (status, _) = post(&api, &path("rename/"), json!({ "name": "T", "description": "D" })).await;
    assert_eq!(status, StatusCode::OK);
    let (status, _) = post(&api, &path("rename/"), json!({ "name": "U" })).await;
    assert_eq!(status, StatusCode::OK);
    let tree = &tree(&api, TREE).await["tree"];
    assert_eq!((&tree["name"], &tree["description"]), (&json!("U"), &json!("D")), "what is not said stays");
}
