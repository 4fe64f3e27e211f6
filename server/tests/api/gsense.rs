//! G-SENSE trees beyond the seed's examples.

use parabus_core::aggregate::Rate;
use parabus_core::modbus::RegisterKind;
use parabus_core::time::Instant;
use parabus_core::value::{Decimal, Raw};
use parabus_server::energy::Tariff;
use parabus_server::model::{CellError, Cycle};
use reqwest::StatusCode;
use serde_json::{Value, json};
use uuid::Uuid;

use crate::harness::{Api, BRANCH, FOREIGN_BRANCH, TREE, device, param, start};

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

/// A device with the registers of sensors 0 and 1 of one phase, sensor 2 of three, read every ten seconds: power in W of
/// each, energy in hundredths of a kWh of sensor 1, current in tenths of an A of sensor 0.
fn meters(api: &Api) {
    let store = &api.app.store;
    store
        .configure(true, |edit| {
            let mut meter = device(50, 1, 50);
            meter.update_period_sec = 10;
            edit.put_device(&meter)?;
            for (id, address, multiplier) in [
                (500, 1000, 1),
                (501, 1020, 1),
                (502, 1040, 1),
                (503, 1042, 1),
                (504, 1044, 1),
                (505, 1029, -2),
                (506, 1006, -1),
            ] {
                let mut each = param(id, 50, address, true);
                each.kind = RegisterKind::Input;
                each.value_type = "i32-be".into();
                each.multiplier = Decimal::new(1, if multiplier == 1 { 0 } else { multiplier }).unwrap();
                edit.put_param(&each)?;
            }
            Ok(())
        })
        .unwrap();
}

/// Reads all of them: `[500, 501, 502, 503, 504, 505, 506]`.
fn keep(api: &Api, at: i64, raws: [u64; 7]) {
    let store = &api.app.store;
    let group = store.directory().devices[&50].group.clone().unwrap();
    let mut cells = vec![Err(CellError::Timeout); group.params.len()];
    for (id, raw) in (500..).zip(raws) {
        let place = group.params.iter().position(|param| *param == id).unwrap();
        cells[place] = Ok(Raw(raw).into());
    }
    store.append(&Cycle { device: 50, group: group.id, at: Instant::from_millis(at), cells }).unwrap();
}

#[tokio::test]
async fn a_branch_is_the_sum_of_those_below_it_and_counts_a_sensor_once() {
    let api = start().await;
    meters(&api);
    let path = |rest: &str| format!("hierarchy/tree/{TREE}/{rest}");
    let floor = made(&api, &path("branch/create/"), json!({ "name": "F", "parentBranchId": BRANCH }), "branchId").await;
    for (branch, index, three) in [(BRANCH, 0, false), (floor, 0, false), (floor, 1, false), (floor, 2, true)] {
        let body =
            json!({ "branchId": branch, "deviceId": 50, "sensorIdx": index, "name": "S", "isThreePhase": three });
        made(&api, &path("sensor/create/"), body, "sensorId").await;
    }
    let now = parabus_server::clock::now().as_millis();
    let hour = now.div_euclid(3_600_000) * 3_600_000 - 7_200_000;
    // A whole hour: 600 W, then 1200 W from its middle on; the counter goes from 10.00 to 10.75 kWh.
    for second in (-10..3600).step_by(10) {
        let watts = if second < 1800 { 600 } else { 1200 };
        let counted = if second < 1800 { 1000 } else { 1075 };
        keep(&api, hour + second * 1000, [watts, 100, 10, 20, 30, counted, 52]);
    }
    let history = format!(
        "/gsense/aggregation/branch/{floor}/segmentation/1h/history/?startTimeUtc={}&endTimeUtc={}",
        Instant::from_millis(hour - 1).display_millis(),
        Instant::from_millis(hour + 1).display_millis()
    );
    let (status, reply) = api.get(&history, &api.token().await).await;
    assert_eq!(status, StatusCode::OK, "{reply}");
    let start = Instant::from_millis(hour).display_short().to_string();
    let row = &reply["rows"][0];
    assert_eq!((reply["rows"].as_array().unwrap().len(), row["periodStart"].as_str()), (1, Some(start.as_str())));
    // Sensor 0: 900 W and 0.9 kWh; 1: 100 W, counted 0.75 kWh; 2: 60 W and 0.06 kWh.
    let got = [&row["powerKwMean"], &row["energyKwhSum"], &row["costEurSum"], &row["lastCurrentA"]];
    assert_eq!(got, [&json!(1.06), &json!(1.71), &Value::Null, &json!(5.2)]);
    let (_, reply) = api.get(&format!("/gsense/aggregation/tree/{TREE}/branches-energy/"), &api.token().await).await;
    let energies: Vec<_> =
        reply["rows"].as_array().unwrap().iter().map(|row| row["energyKwhLast24h"].clone()).collect();
    // The last reading holds for another minute.
    assert_eq!(energies[0], energies[1], "sensor 0 counts once, though two branches refer to it");
    let (_, root) = api.get(&format!("/gsense/aggregation/tree/{TREE}/root-energy/"), &api.token().await).await;
    assert_eq!(root["energyKwhLast24h"], energies[0], "the root is the sum of its leaves");
    let energy = energies[0].as_f64().unwrap();
    assert!((1.71..1.74).contains(&energy), "{energy}");
    assert_eq!((&root["energyKwhLast30d"], &root["energyKwhPrev30d"]), (&energies[0], &json!(0)));
    let (_, reply) =
        api.get(&format!("/gsense/aggregation/tree/{TREE}/segmentation/1d/last-segment/"), &api.token().await).await;
    assert_eq!(reply["segments"].as_array().map(Vec::len), Some(if reply["segments"] == json!([]) { 0 } else { 3 }));
    let newest = format!("/gsense/aggregation/branch/{floor}/segmentation/1m/last-segment/");
    let (status, reply) = api.get(&newest, &api.token().await).await;
    assert_eq!((status, &reply["branchId"], &reply["energyKwhSum"]), (StatusCode::OK, &json!(floor), &Value::Null));
    // The second half of the hour costs twice as much.
    let of_day = u16::try_from(hour.rem_euclid(86_400_000) / 60_000).unwrap();
    let rate = |from_minute, until_minute, micro_eur_per_kwh| Rate {
        days: 0x7F,
        from_minute,
        until_minute,
        micro_eur_per_kwh,
    };
    let rates = vec![rate(of_day, of_day + 30, 100_000), rate(0, 1440, 200_000)];
    let tariff = Tariff { time_zone: "UTC".to_owned(), rates };
    api.app.store.configure(true, |edit| edit.put_tariff(1, &tariff)).unwrap();
    let (_, priced) = api.get(&history, &api.token().await).await;
    // 0.3 and 0.6 kWh; none and 0.75 kWh; 0.03 and 0.03 kWh.
    assert_eq!((&priced["rows"][0]["costEurSum"], &priced["rows"][0]["energyKwhSum"]), (&json!(0.309), &json!(1.71)));
    assert_eq!(priced["rows"][0]["powerKwMean"], json!(1.06), "what is known is the same, however it is cut");
    let (_, root) = api.get(&format!("/gsense/aggregation/tree/{TREE}/root-energy/"), &api.token().await).await;
    let cost = root["costEurLast24h"].as_f64().unwrap();
    assert!((cost - 0.309 - (energy - 1.71) * 0.2).abs() < 1e-9, "{cost}");
    assert_eq!((&root["costEurLast7d"], &root["energyKwhLast24h"]), (&root["costEurLast30d"], &energies[0]));
    let too_long = format!(
        "/gsense/aggregation/branch/{floor}/segmentation/1m/history/?startTimeUtc=2020-01-01T00:00:00Z&endTimeUtc=2024-01-01T00:00:00Z"
    );
    let (status, _) = api.get(&too_long, &api.token().await).await;
    assert_eq!(status, StatusCode::BAD_REQUEST);
    let (status, _) = api.get(&too_long.replace("/1m/", "/2m/"), &api.token().await).await;
    assert_eq!(status, StatusCode::BAD_REQUEST);
}
