//! Who is what in an organization, and its settings of short messages.

use parabus_core::value::Decimal;
use parabus_server::model::{Role, SmsSettings};
use reqwest::StatusCode;
use serde_json::{Value, json};

use crate::harness::{Api, start, start_with};

#[tokio::test]
async fn each_role_finds_its_organization_and_itself() {
    let api = start().await;
    for role in Role::ALL {
        let (status, reply) = api.get("/user/orgs/", &api.token_as(*role).await).await;
        let want = json!([{ "orgId": 1, "orgName": "My Organization", "userRole": role.code() }]);
        assert_eq!((status, reply), (StatusCode::OK, want));
    }
    let codes: Vec<&str> = Role::ALL.iter().map(|role| role.code()).collect();
    let seed = "owner manager technical-manager operator viewer monitor-operator monitor-viewer monitor-no-params";
    assert_eq!(codes, seed.split(' ').collect::<Vec<_>>());

    let owner = api.app.store.directory().users.values().find(|user| user.name == "owner").unwrap().id;
    api.app.store.configure(true, |edit| edit.put_role(owner, 2, Role::Viewer)).unwrap();
    let (_, reply) = api.get("/user/orgs/", &api.token().await).await;
    let two = json!([{ "orgId": 1, "orgName": "My Organization", "userRole": "owner" },
        { "orgId": 2, "orgName": "Another Organization", "userRole": "viewer" }]);
    assert_eq!(reply, two);
}

async fn change(api: &Api, role: Role, body: Value) -> StatusCode {
    api.post("/org/1/sms-settings/", &api.token_as(role).await, &body.to_string()).await.0
}

#[tokio::test]
async fn settings_of_short_messages_are_kept() {
    let api = start().await;
    let kept = || api.app.store.directory().sms_settings(1);
    let money = |text: &str| Some(Decimal::parse(text).unwrap());
    assert_eq!(kept(), SmsSettings::default());
    for (body, want) in [
        (json!({ "disableSms": true }), (true, None)),
        (json!({ "disableSms": false, "limit": 100 }), (false, money("100"))),
        (json!({ "disableSms": true }), (true, money("100"))),
        (json!({ "disableSms": true, "limit": 0.15 }), (true, money("0.15"))),
        (json!({ "disableSms": false, "limit": 0 }), (false, money("0"))),
        (json!({ "disableSms": false, "limit": 1000 }), (false, money("1000"))),
        (json!({ "disableSms": false, "limit": null }), (false, None)),
    ] {
        assert_eq!(change(&api, Role::Owner, body.clone()).await, StatusCode::OK, "{body}");
        assert_eq!((kept().is_disabled, kept().monthly_limit), want, "{body}");
    }
    let revision = api.app.store.directory().revision;
    for bad in [
        json!({ "limit": 1 }),
        json!({ "disableSms": "no" }),
        json!({ "disableSms": true, "limit": -1 }),
        json!({ "disableSms": true, "limit": 1000.01 }),
        json!({ "disableSms": true, "limit": "100" }),
        json!({ "disableSms": true, "limit": true }),
        json!(null),
    ] {
        assert_eq!(change(&api, Role::Owner, bad.clone()).await, StatusCode::BAD_REQUEST, "{bad}");
    }
    assert_eq!(api.app.store.directory().revision, revision, "nothing was changed");
    assert_eq!(api.app.store.directory().sms_settings(2), SmsSettings::default());
}

#[tokio::test]
async fn only_those_who_manage_access_decide_and_only_while_the_server_sends() {
    let body = || json!({ "disableSms": true });
    let api = start().await;
    for role in Role::ALL {
        let may = matches!(role, Role::Owner | Role::Manager);
        let want = if may { StatusCode::OK } else { StatusCode::UNAUTHORIZED };
        assert_eq!(change(&api, *role, body()).await, want, "{}", role.code());
    }
    let (status, _) = api.post("/org/2/sms-settings/", &api.token().await, &body().to_string()).await;
    assert_eq!(status, StatusCode::NOT_FOUND);

    let api = start_with(|config| config.sms.enabled = false).await;
    let (status, reply) = api.post("/org/1/sms-settings/", &api.token().await, &body().to_string()).await;
    assert_eq!((status, &reply["errorCode"]), (StatusCode::UNAUTHORIZED, &json!("NotAuthorized")), "{reply}");
    assert_eq!(api.app.store.directory().sms_settings(1), SmsSettings::default());
}
