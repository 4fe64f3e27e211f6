//! Networks created and changed.

use parabus_server::model::Role;
use reqwest::StatusCode;
use serde_json::{Value, json};

use crate::harness::{Api, start, start_with};

async fn post(api: &Api, path: &str, body: &Value) -> (StatusCode, Value) {
    api.post(path, &api.token().await, &body.to_string()).await
}

async fn get(api: &Api, path: &str) -> Value {
    let (status, reply) = api.get(path, &api.token().await).await;
    assert_eq!(status, StatusCode::OK, "{path}: {reply}");
    reply
}

/// The seed's example of `nets/create`.
fn wish() -> Value {
    json!({ "name": "Warehouse A", "language": "en", "controllerModbusUnitId": 1, "devicePasswords": ["pass123"],
        "maxInflightRequestsNum": 1, "disabled": false,
        "connection": { "kind": "direct", "ip": "192.168.1.10", "port": 502 },
        "solution": { "kind": "standalone", "devices": [{ "modbusId": 10 }] } })
}

fn with(mut body: Value, change: Value) -> Value {
    for (field, value) in change.as_object().unwrap() {
        body[field] = value.clone();
    }
    body
}

const CREATE: &str = "/org/1/nets/create/";

/// Id of the network with a slug.
async fn id_of(api: &Api, slug: &str) -> u64 {
    let nets = get(api, "/org/1/nets/").await;
    let net = nets.as_array().unwrap().iter().find(|net| net["slug"] == slug);
    net.unwrap_or_else(|| panic!("no `{slug}` in {nets}"))["id"].as_u64().unwrap()
}

#[tokio::test]
async fn names_ports_and_types_that_cannot_be_are_told() {
    let api = start_with(|config| config.access.allow_loopback = false).await;
    let said = |reply: &Value| reply["errorMessage"].as_str().unwrap_or_else(|| panic!("{reply}")).to_owned();
    for devices in [
        json!([{ "modbusId": 1, "name": "A" }, { "modbusId": 2, "name": " A " }]),
        json!([{ "modbusId": 1, "name": "Device 2" }, { "modbusId": 2 }]),
    ] {
        let body = with(wish(), json!({ "solution": { "kind": "standalone", "devices": devices } }));
        let (status, reply) = post(&api, CREATE, &body).await;
        assert_eq!(status, StatusCode::OK, "{reply}");
        assert!(said(&reply).contains("two devices"), "{reply}");
    }
    post(&api, CREATE, &wish()).await;
    let id = id_of(&api, "warehouse-a").await;
    let more = json!({ "connection": { "kind": "net-id" },
        "solution": { "kind": "standalone", "devices": [{ "modbusId": 12, "name": "Device 10" }] } });
    let (_, reply) = post(&api, &format!("/net/{id}/change-solution/"), &with(wish(), more)).await;
    assert!(said(&reply).contains("`Device 10`"), "{reply}");

    let change = format!("/net/{id}/change/");
    assert_eq!(post(&api, &change, &json!({ "port": 0 })).await.0, StatusCode::BAD_REQUEST);
    // Network 1 lies on this machine, which is refused here: its address cannot be led to another port.
    assert_eq!(post(&api, "/net/1/change/", &json!({ "port": 6379 })).await.0, StatusCode::UNAUTHORIZED);
    let api = start().await;
    let (_, reply) = post(&api, "/net/1/change/", &json!({ "connectionType": "direct", "connectCode": "OWN" })).await;
    assert!(said(&reply).contains("connectionType"), "{reply}");
}

#[tokio::test]
async fn a_network_is_created_with_its_devices() {
    let api = start().await;
    let devices = json!([{ "modbusId": 10 }, { "modbusId": 11, "name": "Meter", "templateId": 1 }]);
    let body =
        with(wish(), json!({ "description": "North", "solution": { "kind": "standalone", "devices": devices } }));
    assert_eq!(post(&api, CREATE, &body).await, (StatusCode::OK, json!({ "status": "ok", "netSlug": "warehouse-a" })));
    let id = id_of(&api, "warehouse-a").await;
    let net = get(&api, &format!("/net/{id}/")).await;
    for (field, want) in [
        ("name", json!("Warehouse A")),
        ("description", json!("North")),
        ("ip", json!("192.168.1.10")),
        ("port", json!(502)),
        ("controllerModbusUnitId", json!(1)),
        ("devicePasswords", json!(["pass123"])),
        ("protocol", json!("modbustcp")),
    ] {
        assert_eq!(net[field], want, "{field}");
    }
    let tree = get(&api, "/org/1/nets/device-param-tree/").await;
    let devices = tree[&id.to_string()]["devices"].as_object().unwrap();
    let named: Vec<_> =
        devices.values().map(|device| (device["name"].clone(), device["modbusUnitId"].clone())).collect();
    assert_eq!(named, [(json!("Device 10"), json!(10)), (json!("Meter"), json!(11))]);
    let meter = devices.values().find(|device| device["name"] == "Meter").unwrap();
    assert_eq!(meter["parameters"].as_object().unwrap().len(), 1, "the tracked one of its template");

    let again = with(wish(), json!({ "connection": { "kind": "direct", "ip": "192.168.1.11", "port": 502 } }));
    let (_, refused) = post(&api, CREATE, &again).await;
    assert_eq!(refused, json!({ "status": "error", "errorMessage": "name: a network `Warehouse A` is there already" }));
    let like = with(again, json!({ "name": "warehouse: A" }));
    assert_eq!(post(&api, CREATE, &like).await.1["netSlug"], "warehouse-a-2", "a slug stands once");
}

#[tokio::test]
async fn a_controllers_solution_is_one_device_of_its_skus_template() {
    let api = start().await;
    let solution = json!({ "connection": { "kind": "connect-code", "code": " ab-cd" }, "solution": { "kind": "em130" }, "devicePasswords": [] });
    let (_, reply) = post(&api, CREATE, &with(wish(), solution.clone())).await;
    assert_eq!(reply, json!({ "status": "ok", "netSlug": "warehouse-a" }));
    let id = id_of(&api, "warehouse-a").await;
    let net = get(&api, &format!("/net/{id}/")).await;
    assert_eq!((&net["mac"], &net["devicePasswords"]), (&json!("d8:80:39:00:00:01"), &json!(["sticker"])));
    let tree = get(&api, "/org/1/nets/device-param-tree/").await;
    let tree = &tree[&id.to_string()];
    assert_eq!(tree["solution"], "em130");
    assert_eq!(tree["devices"].as_object().unwrap().values().next().unwrap()["modbusUnitId"], 1);
    let (_, taken) = post(&api, CREATE, &with(wish(), solution)).await;
    assert_eq!(taken["errorMessage"], "`d8:80:39:00:00:01` already belongs to the network `Warehouse A`");
    let unknown = json!({ "solution": { "kind": "rpm416" } });
    let (_, reply) = post(&api, CREATE, &with(wish(), unknown)).await;
    assert!(
        reply["errorMessage"].as_str().unwrap().starts_with("no template is known for the SKU `rpm416`"),
        "{reply}"
    );
}

#[tokio::test]
async fn what_cannot_be_created_says_why() {
    let api = start().await;
    let said =
        async |change| post(&api, CREATE, &with(wish(), change)).await.1["errorMessage"].as_str().unwrap().to_owned();
    let own = json!({ "connection": { "kind": "direct", "ip": "127.0.0.1", "port": api.device_port } });
    assert!(said(own).await.ends_with("already belongs to the network `Some Network`"));
    let foreign = json!({ "connection": { "kind": "direct", "ip": "127.0.0.1", "port": api.device_port + 1 } });
    assert!(said(foreign).await.ends_with("already belongs to a network of another organization"));
    assert_eq!(
        said(json!({ "connection": { "kind": "connect-code", "code": "NONE" } })).await,
        "the connect code `NONE` is not known"
    );
    let code = said(json!({ "connection": { "kind": "activation-code", "code": 10_000_001 } })).await;
    assert_eq!(code, "no controller that is connected shows the activation code `10000001`");
    let twice = json!({ "solution": { "kind": "standalone", "devices": [{ "modbusId": 1 }, { "modbusId": 1 }] } });
    assert_eq!(said(twice).await, "solution.devices: the unit 1 stands twice");
    let hidden = json!({ "solution": { "kind": "standalone", "devices": [{ "modbusId": 1, "templateId": 4 }] } });
    assert_eq!(said(hidden).await, "solution.devices: the template `4` is not known");

    for (change, says) in [
        (json!({ "name": " " }), "name: 0 characters"),
        (json!({ "language": "uk" }), "language"),
        (json!({ "controllerModbusUnitId": 256 }), "controllerModbusUnitId"),
        (json!({ "maxInflightRequestsNum": 0 }), "maxInflightRequestsNum: `0` is out of range, expected 1 to 16"),
        (json!({ "devicePasswords": ["a\u{0}b"] }), "devicePasswords[0]"),
        (json!({ "connection": { "kind": "net-id", "networkId": 1 } }), "`net-id` is for networks that exist"),
        (json!({ "connection": { "kind": "direct", "ip": "localhost", "port": 1 } }), "connection"),
        (json!({ "connection": { "kind": "direct", "ip": "10.0.0.1", "port": 0 } }), "port: `0` is out of range"),
        (json!({ "solution": { "kind": "ice" } }), "solution.kind: unknown `ice`, expected one of standalone"),
    ] {
        let (status, reply) = post(&api, CREATE, &with(wish(), change.clone())).await;
        assert_eq!((status, &reply["errorCode"]), (StatusCode::BAD_REQUEST, &json!("IncorrectRequest")), "{change}");
        assert!(reply["errorMessage"].as_str().unwrap().contains(says), "{change}: {reply}");
    }
    let metadata = json!({ "connection": { "kind": "direct", "ip": "169.254.169.254", "port": 80 } });
    let (status, reply) = post(&api, CREATE, &with(wish(), metadata)).await;
    assert_eq!((status, &reply["errorCode"]), (StatusCode::UNAUTHORIZED, &json!("NotAuthorized")));
    let (status, _) = post(&api, "/org/2/nets/create/", &wish()).await;
    assert_eq!(status, StatusCode::NOT_FOUND);
    let operator = api.token_as(Role::Operator).await;
    assert_eq!(api.post(CREATE, &operator, &wish().to_string()).await.0, StatusCode::UNAUTHORIZED);
    assert_eq!(get(&api, "/org/1/nets/").await.as_array().unwrap().len(), 1, "nothing was created");
}

#[tokio::test]
async fn a_solution_grows_and_keeps_its_devices() {
    let api = start().await;
    let path = "/net/1/change-solution/";
    let change = json!({ "name": "Updated Warehouse A", "connection": { "kind": "net-id", "networkId": 1 }, "disabled": true,
        "solution": { "kind": "standalone", "devices": [{ "modbusId": 1 }, { "modbusId": 77 }] } });
    let (_, reply) = post(&api, path, &with(wish(), change.clone())).await;
    assert_eq!(reply, json!({ "status": "ok", "netSlug": "updated-warehouse-a" }));
    let net = get(&api, "/net/1/").await;
    assert_eq!((&net["port"], &net["disabledBy"]), (&json!(api.device_port), &json!("user")));
    let devices = get(&api, "/net/1/devices/").await;
    let names: Vec<_> = devices["devices"].as_array().unwrap().iter().map(|device| device["name"].clone()).collect();
    assert_eq!(names, ["Controller 1", "Controller 10", "Device 77"]);
    let other = with(change.clone(), json!({ "solution": { "kind": "em130" } }));
    let (_, reply) = post(&api, path, &with(wish(), other)).await;
    assert_eq!(reply["errorMessage"], "solution.kind: `em130` does not match the network's `standalone`");
    let foreign = with(change, json!({ "connection": { "kind": "net-id", "networkId": 2 } }));
    let (_, reply) = post(&api, path, &with(wish(), foreign)).await;
    assert_eq!(reply["status"], "error", "{reply}");
    let (status, _) = post(&api, "/net/2/change-solution/", &wish()).await;
    assert_eq!(status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn only_what_is_named_changes() {
    let api = start().await;
    let path = "/net/1/change/";
    let before = get(&api, "/net/1/").await;
    // The seed's example.
    let (_, reply) = post(&api, path, &json!({ "name": "Updated Name", "description": "Manual update" })).await;
    assert_eq!(reply, json!({ "status": "ok", "netSlug": "updated-name" }));
    let after = get(&api, "/net/1/").await;
    assert_eq!(
        after,
        with(before, json!({ "name": "Updated Name", "slug": "updated-name", "description": "Manual update" }))
    );
    for (change, field, want) in [
        (json!({ "ip": "10.0.0.9" }), "ip", json!("10.0.0.9")),
        (json!({ "port": 1502 }), "port", json!(1502)),
        (json!({ "connectionType": "backward", "mac": "D8-80-39-00-00-02" }), "mac", json!("d8:80:39:00:00:02")),
        (json!({ "connectionType": "vpn", "ip": "10.8.0.7", "port": 502 }), "ip", json!("10.8.0.7")),
        (json!({ "sku": "em481" }), "sku", json!("em481")),
        (json!({ "controllerModbusUnitId": 0 }), "controllerModbusUnitId", json!(0)),
        (json!({ "devicePasswords": [] }), "devicePasswords", json!([])),
    ] {
        let (status, reply) = post(&api, path, &change).await;
        assert_eq!(status, StatusCode::OK, "{change}: {reply}");
        assert_eq!(get(&api, "/net/1/").await[field], want, "{change}");
    }
    assert_eq!(get(&api, "/net/1/").await.get("mac"), None, "it is dialled again");
    for (change, says) in [
        (json!({ "connectionType": "wireless" }), "connectionType"),
        (json!({ "connectionType": "backward" }), "mac: missing"),
        (json!({ "mac": "d8:80" }), "mac: unknown `d8:80`"),
        (json!({ "solution": "ice" }), "solution: unknown `ice`"),
        (json!({ "connectCode": "NONE" }), "the connect code `NONE` is not known"),
        (json!({ "ip": "127.0.0.1", "port": api.device_port + 1 }), "another organization"),
    ] {
        let (status, reply) = post(&api, path, &change).await;
        assert_eq!(status, StatusCode::BAD_REQUEST, "{change}: {reply}");
        assert!(reply["errorMessage"].as_str().unwrap().contains(says), "{change}: {reply}");
    }
}

#[tokio::test]
async fn refused_ranges_bind_changes_as_well() {
    let api = start_with(|config| config.access.allow_loopback = false).await;
    let (status, _) = post(&api, "/net/1/change/", &json!({ "ip": "127.0.0.1" })).await;
    assert_eq!(status, StatusCode::UNAUTHORIZED);
}
