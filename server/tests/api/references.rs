//! Parameters by reference: found, read, changed.

use futures_util::future::join_all;
use parabus_core::modbus::UnitId;
use parabus_core::time::Instant;
use parabus_core::value::{Decimal, Raw};
use parabus_server::model::{Connection, Cycle, Device, Mac, Net, Param, Role};
use reqwest::StatusCode;
use serde_json::{Value, json};

use crate::harness::{Api, FOREIGN_ORG, ORG, device, net, param, start};

const VALUES: &str = "/org/1/params/get-param-values/";
const ID: &str = "/org/1/params/get-id-by-reference/";
const SAVE: &str = "/org/1/params/save-param-value/";
const INCREMENT: &str = "/org/1/params/increment/";
const TOGGLE: &str = "/org/1/params/toggle/";

fn named(param: Param, slug: &str) -> Param {
    Param { name: slug.into(), slug: slug.into(), ..param }
}

/// Beside the common objects: `main-net` with the device `room1`, and a controller's network.
async fn plant() -> (Api, String) {
    let api = start().await;
    let number = |id, address, slug: &str| Param {
        multiplier: Decimal::ONE,
        max: None,
        unit: None,
        ..named(param(id, 20, address, false), slug)
    };
    api.app
        .store
        .configure(true, |edit| {
            edit.put_net(&net(3, ORG, "Main Net", "main-net", api.device_port))?;
            edit.put_device(&Device { slug: "room1".into(), name: "Room 1".into(), ..device(20, 3, 1) })?;
            edit.put_param(&named(param(501, 20, 101, true), "temp"))?;
            let shift = Decimal::parse("0.2").unwrap();
            edit.put_param(&Param { shift, ..named(param(502, 20, 7, false), "humidity") })?;
            edit.put_param(&Param { value_type: "u64-be".into(), ..number(503, 3, "wide") })?;
            for (id, bit) in [(504, 2), (505, 3)] {
                let flag = number(id, 6, &format!("flag{bit}"));
                edit.put_param(&Param {
                    value_type: "bit".into(),
                    bit_position: Some(bit),
                    bits_amount: Some(1),
                    ..flag
                })?;
            }
            edit.put_param(&number(506, 11, "counter"))?;
            edit.put_param(&Param { is_programmable: false, ..number(507, 10, "fixed") })?;
            edit.put_param(&Param { value_type: "future".into(), ..number(508, 10, "unknown-type") })?;
            edit.put_param(&Param { multiplier: Decimal::parse("0.1").unwrap(), ..number(509, 10, "tenths") })?;
            edit.put_net(&Net {
                connection: Connection::Backward(Mac([0x11, 0x22, 0x33, 0x44, 0x55, 0x66])),
                ..net(4, ORG, "Pump", "pump", 0)
            })?;
            edit.put_device(&Device { unit_id: UnitId(1), ..device(21, 4, 1) })?;
            edit.put_param(&param(551, 21, 5000, false))
        })
        .unwrap();
    let group = api.app.store.directory().devices[&20].group.clone().unwrap();
    let at = Instant::parse("2026-01-02T03:04:05Z").unwrap();
    api.app.live.accept(&Cycle { device: 20, group: group.id, at, cells: vec![Ok(Raw(225).into())] }).unwrap();
    let token = api.token().await;
    (api, token)
}

async fn values(api: &Api, token: &str, list: &str) -> Value {
    let (status, reply) = api.post(VALUES, token, &json!({ "params": list }).to_string()).await;
    assert_eq!(status, StatusCode::OK, "{list}: {reply}");
    reply
}

#[tokio::test]
async fn the_example_of_the_seed_gives_a_text_two_numbers_and_a_state() {
    let (api, token) = plant().await;
    let reply = values(&api, &token, "room1.temp *room1.humidity !100 conn?main-net").await;
    assert_eq!(reply, json!({ "room1.temp": "22.5 °C", "*room1.humidity": 45.2, "!100": 100, "conn?main-net": 1 }));
}

#[tokio::test]
async fn what_has_no_value_says_why_and_every_token_stands_once_as_it_was_typed() {
    let (api, token) = plant().await;
    for (list, want) in [
        ("", json!({})),
        (" \t\n", json!({})),
        (
            "room1.no [no] #9999 ~alias Room1.temp a>70000 !ten",
            json!({
            "room1.no": "NOP", "[no]": "NOP", "#9999": "NOP", "~alias": "NOP", "Room1.temp": "NOP", "a>70000": "NOP", "!ten": "NOP" }),
        ),
        // Of another organization, deleted objects or none: all the same.
        (
            "#2 *#2 conn?foreign conn?#2 conn?no conn?No conn?",
            json!({
            "#2": "NOP", "*#2": "NOP", "conn?foreign": "NON", "conn?#2": "NON", "conn?no": "NON", "conn?No": "NON", "conn?": "NON" }),
        ),
        (
            "#1 *[unknown-type] *controller-10.temperature-102",
            json!({
            "#1": "NOLR", "*[unknown-type]": "NORV", "*controller-10.temperature-102": "NORV" }),
        ),
        (
            "#501 #501 room1>101 room1>101h",
            json!({ "#501": "22.5 °C", "room1>101": "22.5 °C", "room1>101h": "22.5 °C" }),
        ),
        ("*#504 *room1>6.3 *[flag2]", json!({ "*#504": 1, "*room1>6.3": 1, "*[flag2]": 1 })),
        // Its controller has not dialled in.
        (
            "conn?11-22-33-44-55-66 conn?pump conn?[main-net]",
            json!({
            "conn?11-22-33-44-55-66": 0, "conn?pump": 0, "conn?[main-net]": 1 }),
        ),
        // Two networks stand behind one address.
        ("conn?127.0.0.1 conn?127.0.0.9", json!({ "conn?127.0.0.1": "NON", "conn?127.0.0.9": "NON" })),
    ] {
        assert_eq!(values(&api, &token, list).await, want, "{list}");
    }
}

#[tokio::test]
async fn numbers_keep_every_digit_and_words_follow_the_organization() {
    let (api, token) = plant().await;
    let request = api.client.post(format!("{}/api/v1{VALUES}", api.url)).header("content-type", "application/json");
    let list = json!({ "params": "*room1.wide !1.50 !-0.30000000000000000004" }).to_string();
    let reply = request.header("authorization", format!("token {token}")).body(list).send().await.unwrap();
    let text = reply.text().await.unwrap();
    for digits in ["18446744069414584332", ":1.50", ":-0.30000000000000000004"] {
        assert!(text.contains(digits), "{text}");
    }
    api.app
        .store
        .configure(true, |edit| {
            let org =
                parabus_server::model::Org { lang: parabus_core::value::Lang::Pl, ..edit.before().orgs[&ORG].clone() };
            edit.put_org(&org)?;
            let flag = Param { is_tracked: true, ..edit.before().params[&504].clone() };
            edit.put_param(&flag)
        })
        .unwrap();
    let group = api.app.store.directory().devices[&20].group.clone().unwrap();
    let at = Instant::parse("2026-01-02T03:04:06Z").unwrap();
    let cells = vec![Ok(Raw(1).into()); group.params.len()];
    api.app.live.accept(&Cycle { device: 20, group: group.id, at, cells }).unwrap();
    assert_eq!(values(&api, &token, "room1.flag2").await, json!({ "room1.flag2": "Prawda" }));
}

#[tokio::test]
async fn a_role_that_sees_no_values_sees_connections_alone() {
    let (api, _) = plant().await;
    let hidden = api.token_as(Role::MonitorNoParams).await;
    let reply = values(&api, &hidden, "room1.temp *room1.temp #9999 !7 conn?main-net").await;
    assert_eq!(
        reply,
        json!({ "room1.temp": "NOLR", "*room1.temp": "NORV", "#9999": "NOP", "!7": 7, "conn?main-net": 1 })
    );
    let monitor = api.token_as(Role::MonitorViewer).await;
    assert_eq!(values(&api, &monitor, "room1.temp").await, json!({ "room1.temp": "22.5 °C" }));
}

#[tokio::test]
async fn lists_are_bounded() {
    let (api, token) = plant().await;
    let most = vec!["!1"; 1000].join(" ");
    assert_eq!(values(&api, &token, &most).await, json!({ "!1": 1 }));
    let (status, reply) = api.post(VALUES, &token, &json!({ "params": most + " !1" }).to_string()).await;
    assert_eq!((status, &reply["errorCode"]), (StatusCode::BAD_REQUEST, &json!("IncorrectRequest")));
}

#[tokio::test]
async fn an_id_is_found_by_every_spelling_or_it_is_not_found() {
    let (api, token) = plant().await;
    for (reference, id) in [
        ("11-22-33-44-55-66>1>5000", 551),
        ("*11:22:33:44:55:66>1>holding>5000h", 551),
        ("551#coil@device-slug@net-slug", 551),
        ("room1.temp", 501),
        ("[humidity]", 502),
        ("main-net>1>6.3", 505),
        // No parameter of the whole register: the lowest id.
        ("#20>6", 504),
    ] {
        for body in [json!(reference), json!({ "emptyName": reference, "more": [1] })] {
            let (status, reply) = api.post(ID, &token, &body.to_string()).await;
            assert_eq!((status, reply), (StatusCode::OK, json!({ "id": id })), "{body}");
        }
    }
    for reference in ["#2", "[temperature-2]", "#9999", "!5", "conn?main-net", "~em", "room1>6.1", "", "x", "room1.no"]
    {
        let (status, reply) = api.post(ID, &token, &json!(reference).to_string()).await;
        assert_eq!(
            (status, &reply["errorCode"]),
            (StatusCode::NOT_FOUND, &json!("ObjectNotFound")),
            "{reference}: {reply}"
        );
    }
    // The same slug twice in the organization names nothing.
    api.app.store.configure(true, |edit| edit.put_param(&named(param(601, 21, 1, false), "temp"))).unwrap();
    let (status, reply) = api.post(ID, &token, "\"[temp]\"").await;
    assert_eq!(status, StatusCode::NOT_FOUND);
    assert!(reply["errorMessage"].as_str().is_some_and(|text| text.contains("more than one parameter")), "{reply}");
    assert_eq!(api.post(ID, &token, "\"room1.temp\"").await.1, json!({ "id": 501 }));
    for body in ["null", "{}", "7", "[\"#1\"]", "{\"emptyName\":7}"] {
        let (status, reply) = api.post(ID, &token, body).await;
        assert_eq!((status, &reply["errorCode"]), (StatusCode::BAD_REQUEST, &json!("IncorrectRequest")), "{body}");
    }
    let path = format!("/org/{FOREIGN_ORG}/params/get-id-by-reference/");
    assert_eq!(api.post(&path, &token, "\"#2\"").await.0, StatusCode::NOT_FOUND);
    // A deleted parameter is gone, and so is its id.
    assert_eq!(api.post("/params/delete/", &token, r#"{"paramIds":[551]}"#).await.0, StatusCode::OK);
    assert_eq!(api.post(ID, &token, "\"11-22-33-44-55-66>1>5000\"").await.0, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn values_are_saved_raised_and_toggled_exactly() {
    let (api, token) = plant().await;
    let ok = |old: &str, new: &str| json!({ "ok": { "oldValue": old, "newValue": new } });
    for (path, body, want) in [
        (SAVE, json!({ "param": "room1.tenths", "value": "22.5" }), ok("0.0", "22.5")),
        (
            SAVE,
            json!({ "param": "room1>holding>10", "value": "7" }),
            json!({ "err": "the parameter is not programmable" }),
        ),
        (SAVE, json!({ "param": "[tenths]", "value": "22.59" }), ok("22.5", "22.5")),
        (INCREMENT, json!({ "param": "[tenths]", "amount": "0.1" }), ok("22.5", "22.6")),
        (INCREMENT, json!({ "param": "[tenths]", "amount": "-22.6" }), ok("22.6", "0.0")),
        // Tenths cannot hold a hundredth: truncated, as every write is.
        (INCREMENT, json!({ "param": "[tenths]", "amount": "0.19" }), ok("0.0", "0.1")),
        (INCREMENT, json!({ "param": "[tenths]", "amount": "-0.1" }), ok("0.1", "0.0")),
        (TOGGLE, json!({ "param": "[tenths]", "default": "0", "on": "5.50" }), ok("0.0", "5.5")),
        (TOGGLE, json!({ "param": "[tenths]", "default": "0.0", "on": "5.50" }), ok("5.5", "0.0")),
        (TOGGLE, json!({ "param": "[tenths]", "default": "22.22", "on": "1" }), ok("0.0", "22.2")),
        (TOGGLE, json!({ "param": "[tenths]", "default": "22.22", "on": "1" }), ok("22.2", "1.0")),
        (TOGGLE, json!({ "param": "*room1>6.2", "default": "0", "on": "1" }), ok("1", "0")),
        (TOGGLE, json!({ "param": "room1>6.2", "default": "false", "on": "true" }), ok("0", "1")),
        // 64 bits never become a binary fraction.
        (
            INCREMENT,
            json!({ "param": "[wide]", "amount": "4294967283" }),
            ok("18446744069414584332", "18446744073709551615"),
        ),
        (
            SAVE,
            json!({ "param": "[wide]", "value": "9007199254740993" }),
            ok("18446744073709551615", "9007199254740993"),
        ),
        (INCREMENT, json!({ "param": "[wide]", "amount": "2" }), ok("9007199254740993", "9007199254740995")),
    ] {
        let (status, reply) = api.post(path, &token, &body.to_string()).await;
        assert_eq!((status, reply), (StatusCode::OK, want), "{path} {body}");
    }
}

#[tokio::test]
async fn what_cannot_be_done_is_told_and_not_done() {
    let (api, token) = plant().await;
    let refused = [
        (INCREMENT, json!({ "param": "[tenths]", "amount": "x" }), "`x`: not a decimal number"),
        (INCREMENT, json!({ "param": "[tenths]", "amount": "" }), "not a decimal number"),
        (INCREMENT, json!({ "param": "[tenths]", "amount": "-0.1" }), "can't compose new value: `-0.1`"),
        (INCREMENT, json!({ "param": "[tenths]", "amount": "1e40" }), "can't compose new value"),
        (INCREMENT, json!({ "param": "[flag2]", "amount": "1" }), "can't compose new value"),
        (INCREMENT, json!({ "param": "#1", "amount": "70" }), "above the highest allowed value 90"),
        (INCREMENT, json!({ "param": "[fixed]", "amount": "1" }), "not programmable"),
        (INCREMENT, json!({ "param": "#102", "amount": "1" }), "imeout"),
        (INCREMENT, json!({ "param": "#551", "amount": "1" }), ""),
        (SAVE, json!({ "param": "[unknown-type]", "value": "1" }), "unknown type `future`"),
        (SAVE, json!({ "param": "#1", "value": "90.1" }), "above the highest allowed value 90"),
        (TOGGLE, json!({ "param": "[fixed]", "default": "0", "on": "1" }), "not programmable"),
        (TOGGLE, json!({ "param": "[tenths]", "default": "off", "on": "1" }), "can't compose new value: `off`"),
        (TOGGLE, json!({ "param": "[tenths]", "default": "0", "on": "on" }), "can't compose new value: `on`"),
    ];
    for (path, body, want) in refused {
        let (status, reply) = api.post(path, &token, &body.to_string()).await;
        assert_eq!(status, StatusCode::OK);
        assert!(
            reply["err"].as_str().is_some_and(|err| err.contains(want) && !err.is_empty()),
            "{path} {body}: {reply}"
        );
    }
    let now = values(&api, &token, "*[tenths] *[flag2] *#1").await;
    assert_eq!(now, json!({ "*[tenths]": 0.0, "*[flag2]": 1, "*#1": 22.5 }));
    for (path, body) in [
        (SAVE, json!({ "value": "1" })),
        (INCREMENT, json!({ "amount": "1" })),
        (TOGGLE, json!({ "default": "0", "on": "1" })),
    ] {
        for reference in ["#9999", "#2", "room1.no", "!1", "conn?main-net", "?"] {
            let mut body = body.clone();
            body["param"] = reference.into();
            let (status, reply) = api.post(path, &token, &body.to_string()).await;
            assert_eq!(
                (status, &reply["errorCode"]),
                (StatusCode::NOT_FOUND, &json!("ObjectNotFound")),
                "{path} {body}"
            );
        }
        let (status, _) = api.post(path, &token, &body.to_string()).await;
        assert_eq!(status, StatusCode::BAD_REQUEST, "a field is missing");
        let foreign = path.replace("/org/1/", "/org/2/");
        let mut body = body.clone();
        body["param"] = "#2".into();
        assert_eq!(api.post(&foreign, &token, &body.to_string()).await.0, StatusCode::NOT_FOUND);
    }
    // A disabled device is left alone.
    assert_eq!(api.post("/device/20/change-disable/", &token, r#"{"enabled":false}"#).await.0, StatusCode::OK);
    let (_, reply) = api.post(SAVE, &token, r#"{"param":"[tenths]","value":"1"}"#).await;
    assert_eq!(reply, json!({ "err": "the device is disabled" }));
    assert_eq!(values(&api, &token, "*[tenths]").await, json!({ "*[tenths]": "NORV" }));
}

#[tokio::test]
async fn changes_at_once_add_up() {
    let (api, token) = plant().await;
    let raise = json!({ "param": "[counter]", "amount": "3" }).to_string();
    let flip = |slug: &str| json!({ "param": format!("[{slug}]"), "default": "0", "on": "1" }).to_string();
    let (one, other) = (flip("flag2"), flip("flag3"));
    let calls = (0..20).map(|_| api.post(INCREMENT, &token, &raise));
    // 1 becomes 0, and after an odd number of turns stays there; both bits stand in one register.
    let flips = [&one, &other, &one, &other, &one, &other].map(|body| api.post(TOGGLE, &token, body));
    let (raised, flipped) = tokio::join!(join_all(calls), join_all(flips));
    assert!(raised.iter().chain(&flipped).all(|(_, reply)| reply["ok"].is_object()), "{raised:?} {flipped:?}");
    let now = values(&api, &token, "*[counter] *[flag2] *[flag3]").await;
    assert_eq!(now, json!({ "*[counter]": 60, "*[flag2]": 0, "*[flag3]": 0 }));
}
