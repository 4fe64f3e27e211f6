//! Raw access: controllers' settings, passwords and events, several groups at once, codes.

use parabus_server::model::Role;
use reqwest::StatusCode;
use serde_json::{Value, json};

use crate::harness::{Api, CODE, CONTROLLER, MAC, start};

async fn ask(api: &Api, path: &str, body: Value) -> Value {
    let (status, reply) = api.post(path, &api.token().await, &body.to_string()).await;
    assert_eq!(status, StatusCode::OK, "{path} {body}: {reply}");
    reply
}

async fn refused(api: &Api, path: &str, body: Value, status: u16, says: &str) {
    let (got, reply) = api.post(path, &api.token().await, &body.to_string()).await;
    let text = reply["errorMessage"].as_str().unwrap_or_default();
    assert_eq!((got.as_u16(), text.contains(says)), (status, true), "{path} {body}: {reply}");
}

fn registers(api: &Api, first: u16, count: u16) -> Vec<u16> {
    let registers = api.plant.controller.lock().unwrap();
    (first..first + count).map(|at| registers.get(&at).copied().unwrap_or(9999)).collect()
}

fn direct(port: u16) -> Value {
    json!({ "kind": "direct", "ip": "127.0.0.1", "port": port })
}

fn group(unit: u8, address: u16, count: u16, connection: Value) -> Value {
    json!({ "deviceModbusId": unit, "address": address, "registersNum": count, "kind": "holding", "connection": connection })
}

#[tokio::test]
async fn settings_of_a_bus_are_written_by_the_controllers_own_map() {
    let api = start().await;
    let path = "/raw/write-controller-modbus-settings/";
    let net = json!({ "kind": "net-id", "networkId": 1 });
    let write = |sku: &str, rate: u64, format: i64| json!({ "deviceModbusId": CONTROLLER, "sku": sku, "settings": { "bitRate": rate, "byteFormat": format }, "connection": net });
    assert_eq!(ask(&api, path, write("em486", 115_200, 1)).await, json!({ "status": "ok" }));
    assert_eq!(registers(&api, 458, 4), [1, 49_664, 1, 1]);
    assert_eq!(registers(&api, 120, 1), [4], "kept and used");
    assert_eq!(ask(&api, path, write("em480", 9600, -1)).await, json!({ "status": "ok" }));
    assert_eq!(registers(&api, 458, 4), [0, 9600, 0, 1], "only the switch tells the default");
    let read = json!({ "deviceModbusId": CONTROLLER, "sku": "em480", "connection": net, "controllerVersion": 2.5 });
    let settings = ask(&api, "/raw/read-controller-modbus-settings/", read.clone()).await;
    assert_eq!(settings, json!({ "status": "ok", "controllerUnitId": 111, "bitRate": 9600, "byteFormat": -1 }));

    let error = async |body| ask(&api, path, body).await["errorMessage"].as_str().unwrap().to_owned();
    assert!(error(write("other", 9600, 0)).await.starts_with("unknown SKU `other`, expected one of em480, "));
    assert_eq!(error(write("et485", 9600, 0)).await, "`et485` has no registers for the settings of its bus");
    assert_eq!(error(write("opcb221", 9600, 5)).await, "`opcb221` has no byte format 5, expected one of 4, 3, 0, 1");
    let raw =
        json!({ "deviceModbusId": CONTROLLER, "address": 457, "value": [300], "kind": "holding", "connection": net });
    assert_eq!(ask(&api, "/raw/write-register-group/", raw).await, json!({ "status": "ok" }));
    let strange = ask(&api, "/raw/read-controller-modbus-settings/", read.clone()).await;
    assert_eq!(strange["errorMessage"], "register 457 holds 300, which is no unit id, expected 1 to 255");
    let mut opcb = read;
    opcb["sku"] = "opcb221".into();
    let reply = ask(&api, "/raw/read-controller-modbus-settings/", opcb).await;
    assert_eq!(reply["errorMessage"], "MODBUS exception during reading register 351h: IllegalDataAddress");
    refused(&api, path, write("em481", 0, 0), 400, "settings.bitRate").await;
    refused(&api, path, write("em481", 9600, 6), 400, "settings.byteFormat").await;
    refused(&api, path, write("em481", 9600, 300), 400, "byteFormat").await;
}

#[tokio::test]
async fn passwords_are_entered_in_order_and_padded() {
    let api = start().await;
    let path = "/raw/send-controller-passwords/";
    let send = |passwords: Value, sku: Value| {
        json!({ "deviceModbusId": CONTROLLER, "passwords": passwords, "sku": sku,
            "connection": { "kind": "backward", "mac": MAC } })
    };
    let long = "abcdefghijklmnopqrst";
    assert_eq!(ask(&api, path, send(json!([long, "Ab1"]), json!("em481"))).await, json!({ "status": "ok" }));
    let mut want = vec![0; 20];
    want[..3].copy_from_slice(&[65, 98, 49]);
    assert_eq!(registers(&api, 100, 20), want);
    assert_eq!(ask(&api, path, send(json!([long]), Value::Null)).await, json!({ "status": "ok" }));
    assert_eq!(registers(&api, 100, 20), long.bytes().map(u16::from).collect::<Vec<_>>());
    refused(&api, path, send(json!(["ok", "zażółć"]), Value::Null), 400, "passwords[1]").await;
    refused(&api, path, send(json!([format!("{long}u")]), Value::Null), 400, "passwords[0]").await;
    refused(&api, path, send(json!(vec!["x"; 33]), Value::Null), 400, "too many").await;
    let reply = ask(&api, path, send(json!(["x"]), json!("opcb221"))).await;
    assert_eq!(reply["errorMessage"], "`opcb221` has no registers for passwords");
}

#[tokio::test]
async fn a_connection_and_a_template_are_tried() {
    let api = start().await;
    let check = |unit: u8, port: u16| json!({ "deviceModbusId": unit, "connection": direct(port) });
    let path = "/raw/check-connection/";
    assert_eq!(ask(&api, path, check(1, 1)).await, json!({ "status": "NoConnection" }));
    let controller = ask(&api, path, check(CONTROLLER, api.device_port)).await;
    let found = json!({ "unitId": 111, "version": 10, "deviceIdentificationMarker": 23 });
    assert_eq!(controller, json!({ "status": { "connected": found } }));
    refused(&api, path, check(0, 1), 400, "deviceModbusId").await;
    let read = |unit: u8, template: u64| json!({ "deviceModbusId": unit, "templateId": template, "connection": direct(api.device_port) });
    let path = "/raw/check-device-read/";
    assert_eq!(ask(&api, path, read(1, 1)).await, json!({ "status": "ok" }));
    let lost = ask(&api, path, read(1, 2)).await;
    assert_eq!(lost, json!({ "status": "error", "errorMessage": "`lost` in register 9000h: IllegalDataAddress" }));
    let gone = ask(&api, path, read(CONTROLLER, 1)).await;
    assert_eq!(gone["errorMessage"], "`a` in register 3h: IllegalDataAddress");
    refused(&api, path, read(1, 77), 404, "template `77`").await;
}

#[tokio::test]
async fn several_groups_are_answered_in_their_order() {
    let api = start().await;
    let here = direct(api.device_port);
    let path = "/raw/read-multiple-register-group/";
    let groups = json!([
        group(1, 9000, 1, here.clone()),
        group(1, 3, 1, direct(1)),
        group(2, 6, 2, here.clone()),
        group(CONTROLLER, 0, 2, json!({ "kind": "backward", "mac": "D8-80-39-4E-8D-E9" })),
        group(CONTROLLER, 1, 1, json!({ "kind": "activation-code", "code": CODE })),
        group(1, 6, 1, json!({ "kind": "connect-code", "code": " own " })),
    ]);
    let replies = ask(&api, path, groups).await;
    let results: Vec<&Value> = replies.as_array().unwrap().iter().map(|reply| &reply["result"]).collect();
    assert_eq!(results[0], &json!({ "err": "MODBUS exception during reading register 9000h: IllegalDataAddress" }));
    assert!(results[1]["err"].as_str().unwrap().starts_with("NoConnection: "), "{}", results[1]);
    assert_eq!(results[2], &json!({ "ok": [12, 450] }));
    assert_eq!(results[3], &json!({ "ok": [23, 10] }));
    assert_eq!(results[4], &json!({ "ok": [10] }));
    assert_eq!(results[5], &json!({ "ok": [12] }));
    let lids: Vec<&str> = replies.as_array().unwrap().iter().filter_map(|reply| reply["netLid"].as_str()).collect();
    let here_lid = format!("127.0.0.1:{}", api.device_port);
    assert_eq!(lids, [&here_lid, "127.0.0.1:1", &here_lid, MAC, MAC, &here_lid]);
    assert_eq!(replies[3]["connection"], json!({ "kind": "backward", "mac": "D8-80-39-4E-8D-E9" }), "as it was asked");
    assert_eq!(ask(&api, path, json!([])).await, json!([]));
    refused(&api, path, json!(vec![group(1, 3, 1, here.clone()); 1001]), 400, "too many").await;
    refused(&api, path, json!([group(1, 3, 126, here.clone())]), 400, "registersNum").await;
    refused(&api, path, json!([group(1, 65_535, 2, here)]), 400, "beyond 65535").await;
    refused(&api, path, json!({}), 400, "").await;
}

#[tokio::test]
async fn what_is_not_finished_in_time_is_left_out() {
    let api = start().await;
    let here = direct(api.device_port);
    let path = "/raw/read-multiple-register-groups/with-timeout/";
    // Unit 2 takes 250 ms.
    let regs = json!([group(1, 3, 1, here.clone()), group(2, 6, 1, here.clone()), group(1, 4, 1, here.clone())]);
    let replies = ask(&api, path, json!({ "timeoutSec": 0.1, "regs": regs })).await;
    assert_eq!(replies.as_array().unwrap().len(), 1, "{replies}");
    let replies = ask(&api, path, json!({ "regs": regs })).await;
    assert_eq!(replies.as_array().unwrap().len(), 3, "{replies}");
    for sec in [0.0, -1.0, 3601.0] {
        refused(&api, path, json!({ "timeoutSec": sec, "regs": regs }), 400, "timeoutSec").await;
    }
}

#[tokio::test]
async fn codes_and_addresses_are_used_by_those_who_may() {
    let api = start().await;
    let path = "/raw/read-register-group/";
    let code = |code: u32| group(CONTROLLER, 0, 1, json!({ "kind": "activation-code", "code": code }));
    refused(&api, path, code(CODE + 1), 404, "activation code").await;
    refused(&api, path, group(1, 0, 1, json!({ "kind": "connect-code", "code": "NONE" })), 404, "connect code").await;
    refused(&api, path, group(1, 0, 1, json!({ "kind": "connect-code", "code": "ABCD" })), 404, "connect code").await;
    refused(&api, path, group(1, 0, 1, json!({ "kind": "backward", "mac": "d8:80" })), 400, "connection.mac").await;
    let absent = group(1, 0, 1, json!({ "kind": "backward", "mac": "d8:80:39:00:00:07" }));
    refused(&api, path, absent, 404, "connection").await;
    let operator = api.token_as(Role::Operator).await;
    let (status, reply) = api.post(path, &operator, &code(CODE).to_string()).await;
    assert_eq!(status, StatusCode::NOT_FOUND, "a controller of nobody is for managers: {reply}");
    let (status, reply) = api.post("/activation-code/1/get-info/", &operator, "null").await;
    assert_eq!((status, &reply["errorCode"]), (StatusCode::BAD_REQUEST, &json!("InvalidActivationCode")));
    let (status, reply) = api.post("/activation-code/x/get-info/", &operator, "null").await;
    assert_eq!((status, &reply["errorCode"]), (StatusCode::BAD_REQUEST, &json!("IncorrectRequest")));
    let (status, reply) = api.get("/connect-code/A1B2C3D4/", &operator).await;
    assert_eq!((status, &reply["errorCode"]), (StatusCode::BAD_REQUEST, &json!("InvalidCode")));
    let (status, reply) = api.get("/connect-code/o-w%20n/", &operator).await;
    assert_eq!((status, &reply["bindedToNet"]["slug"]), (StatusCode::OK, &json!("some-network")));
    assert_eq!((&reply["code"], &reply["devicePasswords"]), (&json!("OWN"), &json!([])), "an operator does not edit");
    let (_, reply) = api.get("/connect-code/OWN/", &api.token().await).await;
    assert_eq!(reply["devicePasswords"], json!(["sticker"]));
    assert_eq!((&reply["vpnIpAddress"], &reply["port"]), (&json!("127.0.0.1"), &json!(api.device_port)));
}

#[tokio::test]
async fn events_go_on_where_the_last_reading_ended() {
    let api = start().await;
    let path = "/em130/read/events/";
    let read = |unit: u8, sku: &str, most: u16, first: bool| {
        json!({ "deviceModbusId": unit, "sku": sku, "numberOfEvents": most, "startWithFirst": first,
            "connection": direct(api.device_port), "deviceVersion": 3 })
    };
    let addresses = async |body| -> Vec<u64> {
        let events = ask(&api, path, body).await["events"].take();
        events.as_array().unwrap().iter().map(|event| event["eventAddress"].as_u64().unwrap()).collect()
    };
    assert_eq!(addresses(read(CONTROLLER, "em130", 1, false)).await, [1]);
    assert_eq!(addresses(read(CONTROLLER, "em130", 10, false)).await, [2]);
    assert_eq!(addresses(read(CONTROLLER, "em130", 10, false)).await, [] as [u64; 0]);
    assert_eq!(addresses(read(CONTROLLER, "em130", 10, true)).await, [1, 2]);
    let events = ask(&api, path, read(CONTROLLER, "em130", 10, true)).await;
    let second = json!({ "eventAddress": 2, "eventType": 2, "dayOfWeek": 7, "modeSwitchOff": 1, "modeSwitchOn": 0,
        "timeSwitchOff": 65536, "timeSwitchOn": 30, "astronomicTimes": { "sunset": 18000, "sunrise": 6000 } });
    assert_eq!(events["events"][1], second);
    let none = ask(&api, path, read(1, "em130", 1, true)).await;
    let text = "MODBUS exception during reading register 2000h: IllegalDataAddress";
    assert_eq!(none, json!({ "status": "error", "errorMessage": text }));
    refused(&api, path, read(CONTROLLER, "em481", 1, true), 400, "sku").await;
    refused(&api, path, read(CONTROLLER, "em130", 11, true), 400, "numberOfEvents").await;
    refused(&api, path, read(CONTROLLER, "em130", 0, true), 400, "numberOfEvents").await;
    refused(&api, path, read(0, "em130", 1, true), 400, "deviceModbusId").await;
}
