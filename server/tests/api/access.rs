//! Every endpoint, with every role, on own and foreign objects: the table decides, and it is right.

use parabus_server::api::{ENDPOINTS, Entry, Method, Permission};
use parabus_server::model::Role;
use reqwest::StatusCode;
use uuid::Uuid;

use crate::harness::{BRANCH, FOREIGN_BRANCH, FOREIGN_TREE, NOTIFICATION, TREE, param, plant_trees, start};

/// A parameter that is there to be deleted, again and again.
const SPARE: i64 = 900;

/// A parameter that was deleted.
const DELETED: i64 = 901;

/// Whose object a request names.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Object {
    /// The caller's organization's, which is 1.
    Own,
    /// Organization 2's.
    Foreign,
    /// Nobody's any more.
    Deleted,
}

impl Object {
    fn pick<T>(self, own: T, foreign: T, deleted: T) -> T {
        match self {
            Object::Own => own,
            Object::Foreign => foreign,
            Object::Deleted => deleted,
        }
    }
}

/// A request that a caller with all rights succeeds with, if the object is its own.
fn request(entry: &Entry, object: Object) -> (String, Option<String>) {
    let (org, net, device, param, vis) = object.pick((1, 1, 1, 101, 7), (2, 2, 2, 2, 2), (999, 999, 999, DELETED, 999));
    let mut path = entry.path.to_owned();
    for (name, id) in [(":orgId", org), (":netId", net), (":deviceId", device), (":paramId", param), (":visId", vis)] {
        path = path.replace(name, &id.to_string());
    }
    path = path.replace(":branchId", &object.pick(BRANCH, FOREIGN_BRANCH, Uuid::nil()).to_string());
    path = path.replace(":alertId", object.pick("4", "2", "999"));
    let tree = object.pick(TREE, FOREIGN_TREE, Uuid::nil());
    path = path.replace(":treeId", &tree.to_string()).replace(":sensorId", &tree.to_string());
    path = path.replace(":cadence", "1h");
    path = path.replace(":templateId", object.pick("1", "4", "999"));
    let notification = if object == Object::Deleted { Uuid::nil() } else { NOTIFICATION };
    path = path.replace(":notificationId", &notification.to_string());
    let code = if entry.method == Method::Post { "12345678" } else { object.pick("OWN", "FOREIGN", "GONE") };
    path = path.replace(":code", code);
    path.push_str(&match entry.path {
        "/params/get-info/" | "/readings/date-range/" => format!("?paramIds={param}"),
        "/params/last-readings/" | "/params/read-realtime/" => format!("?paramIds={param}&lang=en"),
        "/readings/get/" => format!("?paramId={param}"),
        "/gsense/aggregation/branch/:branchId/segmentation/:cadence/history/" => {
            "?startTimeUtc=2024-01-01T00:00:00Z&endTimeUtc=2024-01-01T02:00:00Z".to_owned()
        }
        "/org/:orgId/dashboard/" | "/org/:orgId/dashboard/light/" | "/device/:deviceId/widgets/" => {
            "?lang=en".to_owned()
        }
        _ => String::new(),
    });
    let connection = format!(r#"{{"kind":"net-id","networkId":{net}}}"#);
    let group =
        format!(r#"{{"deviceModbusId":1,"address":3,"registersNum":1,"kind":"holding","connection":{connection}}}"#);
    let body = match entry.path {
        "/org/:orgId/alerts/create/" | "/alert/:alertId/change/" => format!(
            r#"{{"name":"Hot","conditionLogic":"all","logAs":"info","conditions":[{{"paramId":{param},"kind":"g","value":"80"}}],"actions":[]}}"#
        ),
        "/param/:paramId/write/" => r#"{"newValue":"25.5"}"#.to_owned(),
        "/raw/read-register-group/" => group.clone(),
        "/raw/read-multiple-register-group/" => format!("[{group}]"),
        "/raw/read-multiple-register-groups/with-timeout/" => format!(r#"{{"regs":[{group}]}}"#),
        "/raw/check-connection/" => format!(r#"{{"deviceModbusId":1,"connection":{connection}}}"#),
        "/raw/check-device-read/" => format!(r#"{{"deviceModbusId":1,"templateId":1,"connection":{connection}}}"#),
        "/raw/read-controller-modbus-settings/" => {
            format!(r#"{{"deviceModbusId":111,"sku":"em481","connection":{connection}}}"#)
        }
        "/raw/write-controller-modbus-settings/" => format!(
            r#"{{"deviceModbusId":111,"sku":"em481","settings":{{"bitRate":9600,"byteFormat":4}},"connection":{connection}}}"#
        ),
        "/raw/send-controller-passwords/" => {
            format!(r#"{{"deviceModbusId":111,"passwords":["x"],"connection":{connection}}}"#)
        }
        "/em130/read/events/" => format!(
            r#"{{"deviceModbusId":111,"sku":"em130","numberOfEvents":1,"startWithFirst":true,"connection":{connection}}}"#
        ),
        "/org/:orgId/params/get-id-by-reference/" => format!("\"#{param}\""),
        "/org/:orgId/params/get-param-values/" => format!(r##"{{"params":"#{param} !1"}}"##),
        "/org/:orgId/params/save-param-value/" => format!(r##"{{"param":"#{param}","value":"25.5"}}"##),
        "/org/:orgId/params/increment/" => format!(r##"{{"param":"#{param}","amount":"0"}}"##),
        "/org/:orgId/params/toggle/" => format!(r##"{{"param":"#{param}","default":"25.5","on":"25.5"}}"##),
        "/params/change/" => format!(r#"{{"paramIds":[{param}],"modification":{{}}}}"#),
        "/params/delete/" => format!(r#"{{"paramIds":[{}]}}"#, object.pick(SPARE, 2, DELETED)),
        "/org/:orgId/dashboard/add-widgets/" | "/org/:orgId/dashboard/change/" => {
            format!(r#"{{"paramIds":[{param}]}}"#)
        }
        "/org/:orgId/viss/data/" | "/org/:orgId/viss/info/" => format!(r#"{{"visIds":[{vis}]}}"#),
        "/readings/dispersed/" => format!(
            r#"{{"paramIds":[{param}],"from":"2019-01-01T00:00:00Z","till":"2024-01-01T00:00:00Z","points":2}}"#
        ),
        "/readings/min-max-range/" => {
            format!(r#"{{"paramIds":[{param}],"from":"2019-01-01T00:00:00Z","till":"2024-01-01T00:00:00Z"}}"#)
        }
        "/params/readings-on-time/" => {
            format!(r#"{{"orgId":{org},"tillDate":"2024-01-01T00:00:00Z","paramIds":[{param}]}}"#)
        }
        "/translations/" => r#"{"texts":["Dashboard"],"lang":"pl"}"#.to_owned(),
        "/org/:orgId/sms-settings/" => r#"{"disableSms":false,"limit":100}"#.to_owned(),
        "/org/:orgId/resource-report/create/" => format!(
            r#"{{"name":"R","branches":[{{"id":"{}","name":"B","value":{{"paramId":{param}}}}}]}}"#,
            Uuid::new_v4()
        ),
        "/resource-report/branch/:branchId/chart-data/" => {
            r#"{"tz":"UTC","fromDateStr":"2019-07-26T16:00:00Z","tillDateStr":"2019-07-26T17:00:00Z","segment":"hour"}"#
                .to_owned()
        }
        "/gsense/hierarchy/tree/create/" => format!(r#"{{"orgId":{org},"name":"T"}}"#),
        "/gsense/hierarchy/tree/:treeId/sensor/create/" => format!(
            r#"{{"branchId":"{}","deviceId":{device},"sensorIdx":5,"name":"S","isThreePhase":false}}"#,
            object.pick(BRANCH, FOREIGN_BRANCH, Uuid::nil())
        ),
        path if path.starts_with("/gsense/") => r#"{"name":"N"}"#.to_owned(),
        "/vis/:visId/data/save/" => r#"{"code":"roomName","value":"Room 1"}"#.to_owned(),
        "/org/:orgId/nets/create/" => {
            wish("standalone", r#"{"kind":"connect-code","code":"OTHER"}"#).replace("Some", "Other")
        }
        "/net/:netId/change-solution/" => wish("standalone", r#"{"kind":"net-id"}"#),
        "/net/:netId/change/" => "{}".to_owned(),
        "/net/:netId/change-disable/" | "/device/:deviceId/change-disable/" => r#"{"enabled":true}"#.to_owned(),
        "/controller/get-template-id/" => {
            format!(r#"{{"sku":"{}"}}"#, object.pick("em130", "foreign", "gone"))
        }
        "/raw/write-register-group/" => {
            format!(r#"{{"deviceModbusId":1,"address":10,"value":[1],"kind":"holding","connection":{connection}}}"#)
        }
        _ => "null".to_owned(),
    };
    (path, (entry.method == Method::Post).then_some(body))
}

/// A network as `create` and `change-solution` take it.
fn wish(kind: &str, connection: &str) -> String {
    format!(
        r#"{{"name":"Some Network","language":"en","controllerModbusUnitId":111,"devicePasswords":["mypass"],"maxInflightRequestsNum":1,"disabled":false,"connection":{connection},"solution":{{"kind":"{kind}","devices":[]}}}}"#
    )
}

/// Whether an endpoint answers about one object, so that a foreign one is 404 rather than left out.
fn names_one_object(entry: &Entry) -> bool {
    let names = entry.path.contains(":") || entry.path.starts_with("/raw/");
    let is_everyones = entry.path.contains(":code") || entry.path.contains(":notificationId");
    names && !is_everyones
        || [
            "/readings/get/",
            "/em130/read/events/",
            "/controller/get-template-id/",
            "/params/change/",
            "/params/delete/",
            "/params/readings-on-time/",
            "/gsense/hierarchy/tree/create/",
        ]
        .contains(&entry.path)
}

#[tokio::test]
async fn every_role_gets_what_the_table_says_and_foreign_or_deleted_objects_are_not_there() {
    let api = start().await;
    api.app.store.configure(true, |edit| edit.put_param(&param(DELETED, 1, 101, false))).unwrap();
    api.app.store.configure(true, |edit| edit.delete_param(DELETED)).unwrap();
    let mut cases = 0;
    for role in Role::ALL {
        let mut token = api.token_as(*role).await;
        for entry in ENDPOINTS.iter().filter(|entry| !matches!(entry.permission, Permission::Public)) {
            for object in [Object::Own, Object::Foreign, Object::Deleted] {
                let (path, body) = request(entry, object);
                if entry.path == "/params/delete/" {
                    api.app.store.configure(true, |edit| edit.put_param(&param(SPARE, 1, 100, false))).unwrap();
                }
                if entry.path.ends_with("/delete/") && entry.path.starts_with("/gsense/") {
                    api.app.store.configure(true, plant_trees).unwrap();
                }
                let (status, reply) = match &body {
                    Some(body) => api.post(&path, &token, body).await,
                    None => api.get(&path, &token).await,
                };
                let is_own = object == Object::Own;
                let is_deleted = object == Object::Deleted;
                let is_notification = entry.path.contains(":notificationId");
                let want = if !is_own && names_one_object(entry) || is_notification && is_deleted {
                    StatusCode::NOT_FOUND
                } else if entry.path == "/connect-code/:code/" && is_deleted {
                    // Nobody's code is one that nobody ever had (seed: InvalidCode).
                    StatusCode::BAD_REQUEST
                } else if entry.path == "/connect-code/:code/" && object == Object::Foreign {
                    // The code proves possession; what it is bound to is another's (seed: NotAuthorized).
                    StatusCode::UNAUTHORIZED
                } else if entry.path.starts_with("/gsense/aggregation/branch/")
                    && entry.path.ends_with("/last-segment/")
                    && role.may(entry.permission)
                {
                    // Nothing was read of its sensors (D-28).
                    StatusCode::NOT_FOUND
                } else if !is_own && entry.path != "/logout/" || role.may(entry.permission) {
                    StatusCode::OK
                } else {
                    StatusCode::UNAUTHORIZED
                };
                assert_eq!(status, want, "{} {path} {object:?} as {}: {reply}", entry.method.name(), role.code());
                let is_list = entry.path.starts_with("/params/") || entry.path.starts_with("/readings/");
                if !is_own && status == StatusCode::OK && is_list {
                    assert!(reply.as_array().is_some_and(Vec::is_empty) || reply == serde_json::json!({}), "{reply}");
                }
                if entry.path == "/logout/" {
                    token = api.token_as(*role).await;
                }
                cases += 1;
            }
        }
    }
    println!("{cases} cases of role, endpoint and object");
}

#[tokio::test]
async fn nobody_gets_anything_without_a_token() {
    let api = start().await;
    for entry in ENDPOINTS.iter().filter(|entry| !matches!(entry.permission, Permission::Public)) {
        for object in [Object::Own, Object::Foreign, Object::Deleted] {
            let (path, body) = request(entry, object);
            let (status, reply) = match &body {
                Some(body) => api.post(&path, "", body).await,
                None => api.get(&path, "").await,
            };
            assert_eq!(status, StatusCode::UNAUTHORIZED, "{path} {object:?}: {reply}");
            assert_eq!(reply["errorCode"], "NoAuthTokenProvided", "{path}");
        }
    }
}

#[tokio::test]
async fn passwords_of_devices_and_values_are_kept_from_those_who_may_not_see_them() {
    let api = start().await;
    let (_, reply) = api.get("/net/1/", &api.token_as(Role::Viewer).await).await;
    assert_eq!(reply["devicePasswords"], serde_json::json!([]));
    let (status, reply) = api.get("/readings/get/?paramId=101", &api.token_as(Role::MonitorNoParams).await).await;
    assert_eq!(status, StatusCode::UNAUTHORIZED, "{reply}");
}

#[tokio::test]
async fn raw_access_goes_by_network_and_by_range() {
    let api = start().await;
    let read = |ip: &str, port: u16| {
        format!(
            r#"{{"deviceModbusId":1,"address":3,"registersNum":1,"kind":"holding","connection":{{"kind":"direct","ip":"{ip}","port":{port}}}}}"#
        )
    };
    let path = "/raw/read-register-group/";
    let (owner, viewer) = (api.token().await, api.token_as(Role::Viewer).await);
    let (status, reply) = api.post(path, &viewer, &read("127.0.0.1", api.device_port)).await;
    assert_eq!((status, &reply["ok"][0]), (StatusCode::OK, &serde_json::json!(65535)), "a network's own address");
    let (status, _) = api.post(path, &viewer, &read("127.0.0.1", 1)).await;
    assert_eq!(status, StatusCode::NOT_FOUND, "an address of no network is for managers");
    let (status, _) = api.post(path, &owner, &read("127.0.0.1", api.device_port + 1)).await;
    assert_eq!(status, StatusCode::NOT_FOUND, "the address of a foreign network is hidden");
    let (status, _) = api.post(path, &owner, &read("127.0.0.2", api.device_port + 1)).await;
    assert_eq!(status, StatusCode::NOT_FOUND, "nor is it shown under another of this machine's addresses");
    let (status, _) = api.post(path, &owner, &read("0.0.0.0", api.device_port + 1)).await;
    assert_eq!(status, StatusCode::UNAUTHORIZED, "which is no address at all");
    let (status, reply) = api.post(path, &owner, &read("169.254.169.254", 80)).await;
    assert_eq!(status, StatusCode::UNAUTHORIZED, "{reply}");
}

#[tokio::test]
async fn a_refused_range_is_refused_through_a_network_as_well() {
    let api = crate::harness::start_with(|config| config.access.allow_loopback = false).await;
    let body = r#"{"deviceModbusId":1,"address":3,"registersNum":1,"kind":"holding","connection":{"kind":"net-id","networkId":1}}"#;
    let (status, reply) = api.post("/raw/read-register-group/", &api.token().await, body).await;
    assert_eq!((status, &reply["errorCode"]), (StatusCode::UNAUTHORIZED, &serde_json::json!("NotAuthorized")));
}

#[tokio::test]
async fn registers_that_are_read_only_are_told_to_those_who_may_ask() {
    let api = start().await;
    let write = |net: u8| {
        format!(
            r#"{{"deviceModbusId":1,"address":3,"value":[1],"kind":"input","connection":{{"kind":"net-id","networkId":{net}}}}}"#
        )
    };
    let token = api.token().await;
    let (status, reply) = api.post("/raw/write-register-group/", &token, &write(1)).await;
    assert_eq!((status, &reply["status"]), (StatusCode::OK, &serde_json::json!("error")));
    let (status, _) = api.post("/raw/write-register-group/", &token, &write(2)).await;
    assert_eq!(status, StatusCode::NOT_FOUND);
}
