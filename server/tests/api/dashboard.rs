//! The dashboard: what it shows, to whom, and in which order.

use parabus_server::model::Role;
use parabus_server::plant::{File, apply};
use reqwest::StatusCode;
use serde_json::{Value, json};

use crate::harness::{Api, start};

async fn get(api: &Api, path: &str, role: Role) -> Value {
    let (status, reply) = api.get(path, &api.token_as(role).await).await;
    assert_eq!(status, StatusCode::OK, "{path}: {reply}");
    reply
}

async fn change(api: &Api, verb: &str, ids: Value) -> (StatusCode, Value) {
    let body = json!({ "paramIds": ids }).to_string();
    api.post(&format!("/org/1/dashboard/{verb}/"), &api.token().await, &body).await
}

/// Identifiers of the widgets of one device.
async fn widgets(api: &Api, device: usize) -> Vec<i64> {
    let reply = get(api, "/org/1/dashboard/?lang=en", Role::Viewer).await;
    let list = reply["networks"][0]["devices"][device]["paramWidgets"].as_array().unwrap().clone();
    list.iter().map(|widget| widget["id"].as_i64().unwrap()).collect()
}

const OK: fn() -> (StatusCode, Value) = || (StatusCode::OK, json!({}));

#[tokio::test]
async fn the_list_is_kept_in_its_order() {
    let api = start().await;
    assert_eq!(change(&api, "change", json!([284, 1, 101, 102, 1])).await, OK());
    assert_eq!(widgets(&api, 0).await, [284, 1, 101], "in the order of the list, each once");
    assert_eq!(widgets(&api, 1).await, [102]);
    assert_eq!(change(&api, "change", json!([101, "284"])).await, OK());
    assert_eq!(widgets(&api, 0).await, [101, 284], "the list is replaced");
    assert_eq!(widgets(&api, 1).await, [] as [i64; 0]);
    assert_eq!(change(&api, "add-widgets", json!([102, 101, 1])).await, OK());
    assert_eq!(widgets(&api, 0).await, [101, 284, 1], "one that is there keeps its place");
    let revision = api.app.store.directory().revision;
    assert_eq!(change(&api, "add-widgets", json!([1])).await, OK());
    assert_eq!(api.app.store.directory().revision, revision, "nothing to change");
    assert_eq!(api.app.store.directory().dashboard(1), [101, 284, 102, 1]);
    assert_eq!(change(&api, "change", json!([])).await, OK());
    assert_eq!(widgets(&api, 0).await, [] as [i64; 0]);
}

#[tokio::test]
async fn a_stranger_changes_nothing() {
    let api = start().await;
    change(&api, "change", json!([284])).await;
    for verb in ["change", "add-widgets"] {
        // Parameter 2 belongs to another organization, 777 to none.
        for stranger in [2, 777] {
            let (status, reply) = change(&api, verb, json!([101, stranger])).await;
            assert_eq!((status, &reply["errorCode"]), (StatusCode::UNAUTHORIZED, &json!("NotAuthorized")), "{reply}");
        }
        for bad in [json!(101), json!(["x"]), json!([1.5]), json!(null), json!(vec![101; 1001])] {
            assert_eq!(change(&api, verb, bad.clone()).await.0, StatusCode::BAD_REQUEST, "{bad}");
        }
        let (status, _) = api.post(&format!("/org/1/dashboard/{verb}/"), &api.token().await, "null").await;
        assert_eq!(status, StatusCode::BAD_REQUEST);
    }
    assert_eq!(widgets(&api, 0).await, [284]);
}

#[tokio::test]
async fn widgets_and_parameters_are_described() {
    let api = start().await;
    change(&api, "change", json!([101])).await;
    let reply = get(&api, "/org/1/dashboard/?lang=pl&includeParams=1", Role::MonitorViewer).await;
    let widget = json!({ "id": 101, "paramId": 101, "name": "Temperature 101", "fullName": "Temperature 101, °C (T)",
        "lastValue": "25.5", "formatedLastValue": "25.5 °C", "lastReadOn": "2023-12-14T01:35:44.000Z",
        "isProgrammable": true, "unitName": "°C", "label": "T" });
    let net = &reply["networks"][0];
    let device = &net["devices"][0];
    assert_eq!(device["paramWidgets"], json!([widget]));
    let tracked: Vec<&Value> = device["params"].as_array().unwrap().iter().map(|param| &param["id"]).collect();
    assert_eq!(tracked, [101, 284], "tracked ones alone");
    assert_eq!(device["params"][0], widget);
    assert_eq!(device["nextReadMsg"], "Nic nie jest odczytywane w tle");
    assert_eq!((&device["url"], &net["url"]), (&json!("/manage/devices/1/"), &json!("/manage/networks/1/")));
    assert_eq!((&net["connectionType"], &net["slug"]), (&json!("direct"), &json!("some-network")));
    assert_eq!(net["disabledOn"], Value::Null);

    let reply = get(&api, "/org/1/dashboard/?lang=en&includeParams=0", Role::Viewer).await;
    assert_eq!(reply["networks"][0]["devices"][0].get("params"), None);
    let owner = api.token().await;
    api.post("/net/1/change-disable/", &owner, r#"{"enabled":false}"#).await;
    api.post("/device/10/change-disable/", &owner, r#"{"enabled":false}"#).await;
    let net = get(&api, "/org/1/dashboard/?lang=en", Role::Viewer).await["networks"][0].take();
    assert!(net["disabledOn"].is_string() && net["devices"][1]["disabledOn"].is_string(), "{net}");
    assert_eq!(net["devices"][0].get("disabledOn"), None);
    for bad in ["", "?includeParams=1", "?lang=de", "?lang=en&includeParams=2"] {
        let (status, _) = api.get(&format!("/org/1/dashboard/{bad}"), &owner).await;
        assert_eq!(status, StatusCode::BAD_REQUEST, "{bad}");
    }
}

#[tokio::test]
async fn the_light_reply_is_as_deep_as_asked() {
    let api = start().await;
    change(&api, "change", json!([284, 101])).await;
    let light = async |query: &str| {
        get(&api, &format!("/org/1/dashboard/light/?lang=en{query}"), Role::Viewer).await["networks"][0]["devices"]
            .take()
    };
    assert_eq!(light("").await, json!([]));
    assert_eq!(light("&expandedNetworkIds=2").await, json!([]), "a foreign network opens nothing");
    let devices = light("&expandedNetworkIds=1").await;
    assert_eq!(devices[0]["lastReadOn"], "2023-12-14T01:35:44.000Z");
    assert_eq!((&devices[0]["paramWidgets"], &devices[0]["nextReadMsgCode"]), (&json!([]), &json!("never")));
    let devices = light("&expandedNetworkIds=1&expandedDeviceIds=1,10").await;
    let want = json!([
        { "id": 284, "lastValue": "7.0", "formatedLastValue": "7.0 °C", "lastReadOn": "2019-07-26T16:39:24.000Z" },
        { "id": 101, "lastValue": "25.5", "formatedLastValue": "25.5 °C", "lastReadOn": "2023-12-14T01:35:44.000Z" }]);
    assert_eq!(devices[0]["paramWidgets"], want);
    assert_eq!(devices[1]["paramWidgets"], json!([]));
}

#[tokio::test]
async fn values_are_kept_from_the_role_that_may_see_none() {
    let api = start().await;
    change(&api, "change", json!([101])).await;
    for path in [
        "/org/1/dashboard/?lang=en&includeParams=1",
        "/org/1/dashboard/light/?lang=en&expandedNetworkIds=1&expandedDeviceIds=1",
    ] {
        for role in Role::ALL {
            let device = get(&api, path, *role).await["networks"][0]["devices"][0].take();
            let lists = [&device["paramWidgets"][0], &device["params"][0]];
            for widget in lists.into_iter().filter(|widget| widget.is_object()) {
                let shown = ["lastValue", "formatedLastValue", "lastReadOn"].map(|field| widget.get(field).is_some());
                assert_eq!(shown, [*role != Role::MonitorNoParams; 3], "{} {widget}", role.code());
                assert_eq!(widget["id"], 101);
            }
        }
    }
}

#[tokio::test]
async fn a_file_that_is_silent_about_the_dashboard_leaves_it_alone() {
    let folder = tempfile::tempdir().unwrap();
    let store = parabus_server::storage::Store::open_configuration(folder.path()).unwrap();
    let run = |a: &str, b: &str| {
        let param = |name: &str, address: u8, rest: &str| {
            format!("{{ name: {name}, registerKind: holding, address: {address}, type: u16-be{rest} }}")
        };
        let text = format!(
            "organizations: [ {{ name: Works, networks: [ {{ name: Hall, connection: {{ kind: direct, ip: 10.0.0.7 }}, \
             devices: [ {{ name: Meter, modbusUnitId: 1, parameters: [ {}, {} ] }} ] }} ] }} ]",
            param("a", 0, a),
            param("b", 1, b)
        );
        apply(&store, &File::parse(&text).unwrap_or_else(|faults| panic!("{faults:?}")), false).unwrap();
        store.directory().dashboard(1).to_vec()
    };
    let (on, off) = (", isDisplayedOnDashboard: true", ", isDisplayedOnDashboard: false");
    assert_eq!(run("", ""), [] as [i64; 0]);
    store.configure(true, |edit| edit.put_dashboard(1, &[2, 1])).unwrap();
    assert_eq!(run("", ""), [2, 1]);
    assert_eq!(run(on, on), [2, 1]);
    assert_eq!(run("", off), [1]);
    assert_eq!(run(on, on), [1, 2], "what comes back comes last");
}
