//! Refusals: the code for each fault, and which fault is told first (D-01).

use reqwest::{Method, StatusCode};
use serde_json::json;

use crate::harness::{Api, KEY, PASSWORD, start, start_with};

async fn refusal(api: &Api, method: Method, path: &str, headers: &[(&str, &str)], body: Option<Vec<u8>>) -> String {
    let mut request = api.client.request(method, format!("{}/api/v1{path}", api.url));
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    if let Some(body) = body {
        request = request.body(body);
    }
    let response = request.send().await.unwrap();
    let status = response.status().as_u16();
    let reply: serde_json::Value = response.json().await.unwrap();
    assert!(reply["errorMessage"].as_str().is_some_and(|text| !text.is_empty()), "{reply}");
    format!("{status} {}", reply["errorCode"].as_str().unwrap())
}

const JSON: (&str, &str) = ("content-type", "application/json");

#[tokio::test]
async fn each_fault_has_its_code_in_the_order_of_checks() {
    let api = start().await;
    let token = format!("token {}", api.token().await);
    let auth = ("authorization", token.as_str());
    let (get, post) = (|| Method::GET, || Method::POST);
    let write = "/param/1/write/";
    let good = Some(br#"{"newValue":"25"}"#.to_vec());

    for (method, path) in [
        (get(), "/nothing/"),
        (get(), "/version"),
        (post(), "/version/"),
        (get(), "/authenticate/"),
        (Method::DELETE, "/net/1/"),
        (Method::HEAD, "/nothing/"),
        (Method::OPTIONS, "/version/"),
        (Method::PUT, write),
    ] {
        if method == Method::HEAD {
            continue;
        }
        assert_eq!(refusal(&api, method.clone(), path, &[], None).await, "404 IncorrectEndpoint", "{method} {path}");
    }
    assert_eq!(refusal(&api, get(), "/version/", &[], None).await, "400 IncorrectContentType");
    assert_eq!(refusal(&api, get(), "/net/1/", &[auth], None).await, "400 IncorrectContentType");
    assert_eq!(refusal(&api, post(), write, &[("content-type", "text/plain")], None).await, "400 IncorrectContentType");
    assert_eq!(refusal(&api, get(), "/net/1/", &[JSON], None).await, "401 NoAuthTokenProvided");
    for bad in ["token x", "Bearer 0", "token CDF2923F-C89F-41E5-91AF-F139F0C2E7D0", "", "token"] {
        let header = ("authorization", bad);
        assert_eq!(refusal(&api, get(), "/net/1/", &[JSON, header], None).await, "400 CantParseAuthToken", "{bad}");
    }
    let unknown = ("authorization", "token cdf2923f-c89f-41e5-91af-f139f0c2e7d0");
    assert_eq!(refusal(&api, post(), write, &[JSON, unknown], Some(b"{".to_vec())).await, "401 IncorrectAuthToken");
    let both = [JSON, auth];
    let with = |body: Option<Vec<u8>>| refusal(&api, post(), write, &both, body);
    assert_eq!(with(Some(vec![b' '; 1_048_577])).await, "400 PayloadIsTooLarge");
    assert_eq!(with(None).await, "400 IncorrectRequest");
    assert_eq!(with(Some(b"{\"newValue\":".to_vec())).await, "400 CantDecodePayloadJSON");
    assert_eq!(with(Some(vec![b'"', 0xFF, b'"'])).await, "400 CantDecodePayloadJSON");
    assert_eq!(with(Some(b"{} {}".to_vec())).await, "400 CantDecodePayloadJSON");
    assert_eq!(with(Some(b"[]".to_vec())).await, "400 IncorrectRequest");
    assert_eq!(with(Some(b"null".to_vec())).await, "400 IncorrectRequest");
    assert_eq!(with(Some(b"{\"newValue\":7}".to_vec())).await, "400 IncorrectRequest");
    assert_eq!(with(Some(b"{\"newValue\":\"7\",\"lang\":\"de\"}".to_vec())).await, "400 IncorrectRequest");
    let other = |path: &'static str| refusal(&api, post(), path, &both, good.clone());
    assert_eq!(other("/param/x/write/").await, "400 IncorrectRequest");
    assert_eq!(other("/param/99999999999999999999/write/").await, "400 IncorrectRequest");
    assert_eq!(other("/param/777/write/").await, "404 ObjectNotFound");
    let query = |path: &'static str| refusal(&api, get(), path, &both, None);
    for path in [
        "/params/last-readings/?paramIds=101",
        "/params/last-readings/?paramIds=a&lang=en",
        "/params/last-readings/?paramIds=1&lang=de",
        "/params/last-readings/?lang=en",
        "/params/read-realtime/?paramIds=1&lang=en&failbackToDb=maybe",
        "/readings/get/?paramId=284&pointsLimit=1001",
        "/readings/get/?paramId=284&pointsLimit=0",
        "/readings/get/?paramId=284&pointsLimit=-1",
        "/readings/get/?paramId=284&from=2020-01-01T00:00:00",
        "/readings/get/?paramId=284&from=2020-01-02T00:00:00Z&till=2020-01-01T00:00:00Z",
        "/readings/get/",
        "/readings/date-range/",
        "/readings/date-range/?paramIds=1,x",
        "/param/x/dashboard-data/",
        "/param/1.5/dashboard-widget-data/",
    ] {
        assert_eq!(query(path).await, "400 IncorrectRequest", "{path}");
    }
    for path in ["/param/777/dashboard-data/", "/param/777/dashboard-widget-data/"] {
        assert_eq!(query(path).await, "404 ObjectNotFound", "{path}");
    }
    let (from, till) = ("2020-01-01T00:00:00Z", "2020-01-02T00:00:00Z");
    let many: Vec<i64> = (0..1001).collect();
    for (path, body) in [
        ("/readings/dispersed/", json!({ "paramIds": [1], "from": from, "till": till })),
        ("/readings/dispersed/", json!({ "paramIds": [1], "from": from, "till": till, "points": 0 })),
        ("/readings/dispersed/", json!({ "paramIds": [1], "from": from, "till": till, "points": 1001 })),
        ("/readings/dispersed/", json!({ "paramIds": [1], "from": from, "till": till, "points": 1.5 })),
        ("/readings/dispersed/", json!({ "paramIds": [1], "from": from, "till": from, "points": 3 })),
        ("/readings/dispersed/", json!({ "paramIds": [1], "from": till, "till": from, "points": 3 })),
        ("/readings/dispersed/", json!({ "paramIds": 1, "from": from, "till": till, "points": 3 })),
        ("/readings/dispersed/", json!({ "paramIds": many, "from": from, "till": till, "points": 3 })),
        ("/readings/dispersed/", json!({ "paramIds": [1], "from": "2020-01-01", "till": till, "points": 3 })),
        ("/readings/min-max-range/", json!({ "paramIds": [1], "from": till, "till": from })),
        ("/readings/min-max-range/", json!({ "paramIds": [1], "from": from })),
        ("/params/readings-on-time/", json!({ "orgId": 1, "paramIds": [1] })),
        ("/params/readings-on-time/", json!({ "orgId": 1, "tillDate": "2020-01-01T00:00:00", "paramIds": [1] })),
        ("/params/readings-on-time/", json!({ "tillDate": from, "paramIds": [1] })),
    ] {
        let body = body.to_string().into_bytes();
        assert_eq!(refusal(&api, post(), path, &both, Some(body)).await, "400 IncorrectRequest", "{path}");
    }
}

#[tokio::test]
async fn log_in_tells_an_unknown_key_from_a_wrong_password_and_a_malformed_one() {
    let api = start().await;
    let log_in = |body: serde_json::Value| {
        refusal(&api, Method::POST, "/authenticate/", &[JSON], Some(body.to_string().into_bytes()))
    };
    assert_eq!(log_in(json!({ "apiKey": KEY, "password": "wrong" })).await, "401 NotAuthorized");
    let unknown = "ffffffff-eb5c-4d5f-931f-d22c9872c73c";
    assert_eq!(log_in(json!({ "apiKey": unknown, "password": PASSWORD })).await, "401 InvalidKey");
    assert_eq!(log_in(json!({ "apiKey": KEY })).await, "400 IncorrectRequest");
    assert_eq!(log_in(json!({ "apiKey": "x", "password": PASSWORD })).await, "400 IncorrectRequest");
    let secret = serde_json::to_string(&api.get("/version/", "").await.1).unwrap();
    assert!(!secret.contains(PASSWORD));
}

#[tokio::test]
async fn a_body_of_exactly_the_limit_is_read_and_content_types_may_have_parameters() {
    let api = start().await;
    let token = api.token().await;
    let mut body = br#"{"newValue":"25.0"}"#.to_vec();
    body.resize(1_048_576, b' ');
    let request = api.client.post(format!("{}/api/v1/param/1/write/", api.url)).body(body);
    let request = request.header("content-type", "Application/JSON; charset=utf-8");
    let response = request.header("authorization", format!("token {token}")).send().await.unwrap();
    assert_eq!(response.status(), StatusCode::OK);
}

#[tokio::test]
async fn a_spent_quota_is_403_and_belongs_to_one_key() {
    let api = start_with(|config| (config.api.quota_burst, config.api.quota_per_second) = (5, 1)).await;
    let token = api.token().await;
    let mut refused = 0;
    for _ in 0..10 {
        let (status, reply) = api.get("/user/orgs/", &token).await;
        if status != StatusCode::OK {
            assert_eq!((status, reply["errorCode"].as_str()), (StatusCode::FORBIDDEN, Some("TooManyRequests")));
            refused += 1;
        }
    }
    let request = api.client.get(format!("{}/api/v1/user/orgs/", api.url)).header("content-type", "application/json");
    let response = request.header("authorization", format!("token {token}")).send().await.unwrap();
    assert_eq!(response.headers()["retry-after"], "1");
    assert!((4..=5).contains(&refused), "{refused} of 10 refused");
    let other = api.token_of(&uuid::Uuid::from_u128(1).to_string()).await;
    assert_eq!(api.get("/user/orgs/", &other).await.0, StatusCode::OK);
}

#[tokio::test]
async fn writes_are_checked_before_anything_is_sent() {
    let api = start().await;
    let token = api.token().await;
    for (value, want) in [
        ("90.1", "above the highest allowed value 90"),
        ("x", "can't compose new value: `x`"),
        ("-1", "can't compose new value: `-1`"),
        ("", "can't compose new value"),
    ] {
        let (status, reply) = api.post("/param/1/write/", &token, &json!({ "newValue": value }).to_string()).await;
        assert_eq!(status, StatusCode::OK);
        assert!(reply["err"].as_str().is_some_and(|err| err.contains(want)), "{value}: {reply}");
    }
    let (_, reply) = api.get("/params/read-realtime/?paramIds=1&lang=en", &token).await;
    assert_eq!(reply["1"]["value"], "22.5", "nothing was written");
    let (_, reply) = api.post("/param/1/write/", &token, r#"{"newValue":"22.22"}"#).await;
    assert_eq!(reply["ok"]["newValue"], "22.2", "truncated toward zero");
}
