//! Writes to devices and changes of the configuration leave their lines in the audit trail.

use parabus_server::storage::{AuditEntry, AuditFilter};

use parabus_server::api::{ENDPOINTS, Method};

use crate::examples::examples;
use crate::harness::{Api, CONTROLLER, ORG, start};

/// Endpoints that are asked by POST and change nothing but sessions.
const ASKING: [&str; 20] = [
    "/activation-code/:code/get-info/",
    "/authenticate/",
    "/controller/get-template-id/",
    "/em130/read/events/",
    "/logout/",
    "/net/:netId/connection-status/",
    "/org/:orgId/params/get-id-by-reference/",
    "/org/:orgId/params/get-param-values/",
    "/org/:orgId/viss/data/",
    "/org/:orgId/viss/info/",
    "/raw/check-connection/",
    "/raw/check-device-read/",
    "/raw/read-controller-modbus-settings/",
    "/raw/read-multiple-register-group/",
    "/raw/read-multiple-register-groups/with-timeout/",
    "/raw/read-register-group/",
    "/readings/dispersed/",
    "/readings/min-max-range/",
    "/params/readings-on-time/",
    "/translations/",
];

fn trail(api: &Api) -> Vec<AuditEntry> {
    let all = api.app.store.audit(AuditFilter { org: Some(ORG), since: None, limit: 100 }).unwrap();
    all.into_iter().filter(|entry| entry.actor != "command line").collect()
}

fn last(api: &Api) -> AuditEntry {
    trail(api).pop().unwrap()
}

#[tokio::test]
async fn every_endpoint_that_writes_leaves_its_line_and_no_other_does() {
    let api = start().await;
    let token = api.token().await;
    for entry in ENDPOINTS {
        let asks = entry.method == Method::Get || ASKING.contains(&entry.path);
        assert_eq!(entry.writes, !asks, "{} {}", entry.method.name(), entry.path);
    }
    let count = || {
        let all = api.app.store.audit(AuditFilter { org: None, since: None, limit: 1000 }).unwrap();
        all.iter().filter(|entry| entry.actor == "owner" && entry.result == "ok").count()
    };
    for (endpoint, path, body, _) in examples(api.device_port) {
        let entry = ENDPOINTS.iter().find(|entry| endpoint == format!("{} {}", entry.method.name(), entry.path));
        let (before, revision) = (count(), api.app.store.directory().revision);
        match &body {
            Some(body) => api.post(&path, &token, body).await,
            None => api.get(&path, &token).await,
        };
        // What is refused changes nothing.
        let is_refused =
            endpoint == "POST /alert/:alertId/change/" && body.is_some_and(|body| body.contains(r#""name":"""#));
        let (lines, changed) = (count() - before, api.app.store.directory().revision != revision);
        assert_eq!(lines > 0, entry.unwrap().writes && !is_refused, "{endpoint}: {lines} lines");
        assert!(lines > 0 || !changed, "{endpoint}");
    }
}

#[tokio::test]
async fn every_write_to_a_device_is_told_with_its_outcome() {
    let api = start().await;
    let token = api.token().await;
    api.post("/param/101/write/", &token, r#"{"newValue":"25.0"}"#).await;
    let told = last(&api);
    assert_eq!((told.actor.as_str(), told.action.as_str()), ("owner", "write parameter"));
    assert_eq!(told.object, "My Organization / Some Network / Controller 1 / Temperature 101");
    assert_eq!((told.old.as_deref(), told.new.as_deref(), told.result.as_str()), (Some("25.5"), Some("25.0"), "ok"));
    api.post("/param/101/write/", &token, r#"{"newValue":"99"}"#).await;
    assert!(last(&api).result.contains("above the highest allowed value 90"), "{:?}", last(&api));

    let connection = r#""connection":{"kind":"net-id","networkId":1}"#;
    let write = format!(r#"{{"deviceModbusId":1,"address":10,"value":[7,8],"kind":"holding",{connection}}}"#);
    api.post("/raw/write-register-group/", &token, &write).await;
    let told = last(&api);
    assert_eq!(told.object, format!("tcp 127.0.0.1:{} unit 1 holding 10", api.device_port));
    assert_eq!((told.new.as_deref(), told.result.as_str()), (Some("7 8"), "ok"));

    let sent = format!(r#"{{"deviceModbusId":{CONTROLLER},"passwords":["opensesame"],{connection}}}"#);
    api.post("/raw/send-controller-passwords/", &token, &sent).await;
    assert_eq!(
        (last(&api).action.as_str(), last(&api).new.as_deref()),
        ("send controller passwords", Some("1 hidden"))
    );
    let sent = format!(
        r#"{{"deviceModbusId":{CONTROLLER},"sku":"em481","settings":{{"bitRate":9600,"byteFormat":4}},{connection}}}"#
    );
    api.post("/raw/write-controller-modbus-settings/", &token, &sent).await;
    assert_eq!(last(&api).new.as_deref(), Some("bitRate=9600, byteFormat=4"));
    assert!(!format!("{:?}", trail(&api)).contains("opensesame"));
    let count = trail(&api).len();
    api.post("/net/1/change-disable/", &token, r#"{"enabled":false}"#).await;
    let told = last(&api);
    assert_eq!((told.action.as_str(), told.new.as_deref()), ("change network", Some("disabled=by user")));
    assert_eq!(trail(&api).len(), count + 1);
}

#[tokio::test]
async fn a_caller_who_hangs_up_leaves_its_line_all_the_same() {
    let api = start().await;
    let token = api.token().await;
    // Unit 2 answers late: the caller has gone by then.
    let body = r#"{"deviceModbusId":2,"address":10,"value":[1],"kind":"holding","connection":{"kind":"net-id","networkId":1}}"#;
    let request = api.post("/raw/write-register-group/", &token, body);
    assert!(tokio::time::timeout(std::time::Duration::from_millis(100), request).await.is_err());
    let told = async {
        while trail(&api).is_empty() {
            tokio::time::sleep(std::time::Duration::from_millis(20)).await;
        }
    };
    tokio::time::timeout(std::time::Duration::from_secs(5), told).await.expect("no line of the write");
    assert_eq!(last(&api).result, "ok");
}
