//! The accept loop: silent and slow clients, cross-origin requests, what operators ask for.

use std::time::{Duration, Instant};

use reqwest::{Method, StatusCode};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use crate::harness::{start, start_with};

/// How long the server keeps a connection that sends these bytes and then nothing.
async fn kept_open(address: &str, bytes: &[u8]) -> Duration {
    let started = Instant::now();
    let mut stream = TcpStream::connect(address).await.unwrap();
    stream.write_all(bytes).await.unwrap();
    let mut rest = Vec::new();
    tokio::time::timeout(Duration::from_secs(10), stream.read_to_end(&mut rest)).await.expect("still open").ok();
    started.elapsed()
}

#[tokio::test]
async fn clients_that_send_no_whole_header_are_dropped() {
    let api = start_with(|config| config.server.header_timeout_sec = 1).await;
    let address = api.url.trim_start_matches("http://");
    for bytes in [&b""[..], b"GET /api/v1/version/ HTTP/1.1\r\nHost: x\r\nX: "] {
        let open = kept_open(address, bytes).await;
        assert!((Duration::from_millis(800)..Duration::from_secs(4)).contains(&open), "{open:?}");
    }
    assert_eq!(api.get("/version/", "").await.0, StatusCode::OK);
}

#[tokio::test]
async fn beyond_the_cap_those_that_asked_for_nothing_give_way_and_others_do_not() {
    let api = start_with(|config| (config.server.max_connections, config.server.header_timeout_sec) = (2, 2)).await;
    let address = api.url.trim_start_matches("http://");
    let mut silent = [TcpStream::connect(address).await.unwrap(), TcpStream::connect(address).await.unwrap()];
    let started = Instant::now();
    assert_eq!(api.get("/version/", "").await.0, StatusCode::OK);
    assert!(started.elapsed() < Duration::from_millis(1500), "{:?}", started.elapsed());
    assert_eq!(silent[0].read(&mut [0; 9]).await.unwrap_or(0), 0, "the oldest was ended");

    // Those that asked keep their places until their time is over.
    let api = start_with(|config| (config.server.max_connections, config.server.header_timeout_sec) = (2, 2)).await;
    let address = api.url.trim_start_matches("http://");
    let mut asked = Vec::new();
    for _ in 0..2 {
        let mut stream = TcpStream::connect(address).await.unwrap();
        stream.write_all(b"GET /health/ HTTP/1.1\r\nHost: x\r\n\r\n").await.unwrap();
        assert!(stream.read(&mut [0; 500]).await.unwrap() > 0);
        asked.push(stream);
    }
    let started = Instant::now();
    let other = reqwest::get(format!("{}/health/", api.url)).await.unwrap();
    assert_eq!(other.status(), StatusCode::OK);
    assert!(started.elapsed() > Duration::from_millis(1000), "served before a place was free");
}

#[tokio::test]
async fn other_origins_are_let_in_only_where_configured() {
    let strict = start().await;
    let open = start_with(|config| config.api.allowed_origins = vec!["https://hmi.example".to_owned()]).await;
    for (api, origin, status) in [
        (&strict, "https://hmi.example", 404),
        (&open, "https://hmi.example", 204),
        (&open, "https://evil.example", 404),
    ] {
        let request = api.client.request(Method::OPTIONS, format!("{}/api/v1/version/", api.url));
        let response = request.header("origin", origin).send().await.unwrap();
        assert_eq!(response.status().as_u16(), status);
        assert_eq!(response.headers().contains_key("access-control-allow-origin"), status == 204);
    }
}

#[tokio::test]
async fn health_metrics_and_the_description_stand_outside_the_api() {
    let api = start().await;
    api.get("/version/", "").await;
    let text = |path: &str| {
        let request = api.client.get(format!("{}{path}", api.url));
        async move { request.send().await.unwrap().text().await.unwrap() }
    };
    assert!(text("/health/").await.contains("\"status\":\"ok\""));
    assert!(text("/metrics").await.contains("parabus_http_requests"));
    assert!(text("/openapi.json").await.contains("\"/param/{paramId}/write/\""));
}
