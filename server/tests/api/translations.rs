//! Translations of what the server and its page say.

use parabus_core::value::Lang;
use parabus_server::poll::PollCode;
use parabus_server::words;
use reqwest::StatusCode;
use serde_json::{Value, json};

use crate::harness::{Api, start};

async fn ask(api: &Api, body: Value) -> (StatusCode, Value) {
    api.post("/translations/", &api.token().await, &body.to_string()).await
}

#[tokio::test]
async fn known_texts_are_translated_and_others_stay() {
    let api = start().await;
    let texts = ["Dashboard", "no such text", "True", "", "Dashboard", "25 °C"];
    let (_, reply) = ask(&api, json!({ "texts": texts, "lang": "ua" })).await;
    assert_eq!(reply, json!(["Панель", "no such text", "Істина", "", "Панель", "25 °C"]));
    let (_, reply) = ask(&api, json!({ "texts": texts, "lang": "en" })).await;
    assert_eq!(reply, json!(texts));
    assert_eq!(ask(&api, json!({ "texts": [], "lang": "en" })).await, (StatusCode::OK, json!([])));
    for bad in [
        json!({ "texts": ["True"], "lang": "de" }),
        json!({ "texts": ["True"], "lang": "uk" }),
        json!({ "texts": ["True"] }),
        json!({ "lang": "en" }),
        json!({ "texts": "True", "lang": "en" }),
        json!({ "texts": [1], "lang": "en" }),
        json!({ "texts": vec![""; 1001], "lang": "en" }),
    ] {
        let (status, reply) = ask(&api, bad).await;
        assert_eq!((status, &reply["errorCode"]), (StatusCode::BAD_REQUEST, &json!("IncorrectRequest")), "{reply}");
    }
}

/// What other endpoints have said is a row of the table, word by word.
#[tokio::test]
async fn what_is_said_can_be_translated() {
    let api = start().await;
    let token = api.token().await;
    let is_known = |text: &Value| words::ALL.iter().any(|word| Some(word.en()) == text.as_str());
    let (_, reply) = api.get("/device/1/next-read-time/", &token).await;
    assert!(is_known(&reply["msg"]), "{reply}");
    let (_, reply) = api.get("/params/read-realtime/?paramIds=102&lang=en", &token).await;
    assert!(is_known(&reply["102"]["err"]), "{reply}");
    api.post("/net/1/change-disable/", &token, r#"{"enabled":false}"#).await;
    let (_, reply) = api.post("/param/101/write/", &token, r#"{"newValue":"20"}"#).await;
    assert!(is_known(&reply["err"]), "{reply}");
    let body = json!({ "apiKey": crate::harness::KEY, "password": "wrong" }).to_string();
    let (_, reply) = api.post("/authenticate/", "", &body).await;
    assert!(is_known(&reply["errorMessage"]), "{reply}");
    for code in [PollCode::Scheduled, PollCode::Reading, PollCode::Unreachable, PollCode::Disabled, PollCode::Never] {
        for lang in Lang::ALL {
            let body = json!({ "texts": [code.message(Lang::En)], "lang": lang.code() });
            assert_eq!(ask(&api, body).await.1, json!([code.message(lang)]));
        }
    }
}
