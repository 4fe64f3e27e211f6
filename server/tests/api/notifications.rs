//! Notifications to everyone, and who has seen enough of them.

use parabus_server::model::Role;
use parabus_server::plant::{File, apply};
use reqwest::StatusCode;
use serde_json::{Value, json};
use uuid::Uuid;

use crate::harness::{Api, NOTIFICATION, NOTIFICATION_OFF, line, start};

async fn dismiss(api: &Api, id: &str, role: Role) -> (StatusCode, Value) {
    api.post(&format!("/global-notifications/{id}/dismiss/"), &api.token_as(role).await, "null").await
}

#[tokio::test]
async fn a_notification_is_dismissed_once_by_each_user() {
    let api = start().await;
    let id = NOTIFICATION.to_string();
    for role in Role::ALL {
        assert_eq!(dismiss(&api, &id, *role).await, (StatusCode::OK, json!({ "status": "ok", "created": true })));
        assert_eq!(dismiss(&api, &id, *role).await, (StatusCode::OK, json!({ "status": "ok", "created": false })));
    }
    assert!(api.app.store.is_dismissed(1, NOTIFICATION).unwrap());
    assert!(!api.app.store.is_dismissed(1, NOTIFICATION_OFF).unwrap());
}

#[tokio::test]
async fn what_is_off_or_unknown_is_not_there() {
    let api = start().await;
    for id in [NOTIFICATION_OFF, Uuid::from_u128(7)] {
        let (status, reply) = dismiss(&api, &id.to_string(), Role::Owner).await;
        assert_eq!((status, &reply["errorCode"]), (StatusCode::NOT_FOUND, &json!("ObjectNotFound")), "{reply}");
    }
    for id in ["7", "x"] {
        let (status, reply) = dismiss(&api, id, Role::Owner).await;
        assert_eq!((status, &reply["errorCode"]), (StatusCode::BAD_REQUEST, &json!("IncorrectRequest")), "{reply}");
    }
    let (status, _) = api.post(&format!("/global-notifications/{NOTIFICATION}/dismiss/"), "", "null").await;
    assert_eq!(status, StatusCode::UNAUTHORIZED);
}

#[test]
fn the_plant_file_sets_them_up() {
    let folder = tempfile::tempdir().unwrap();
    let store = parabus_server::storage::Store::open_configuration(folder.path()).unwrap();
    let run = |rest: &str| {
        let text = format!("globalNotifications: [ {{ id: {NOTIFICATION}, {rest} }} ]\n");
        let file = File::parse(&text).unwrap_or_else(|faults| panic!("{faults:?}"));
        apply(&store, &file, false).unwrap().to_string()
    };
    let texts = "texts: { en: Maintenance tonight, pl: Prace w nocy }";
    assert_eq!(run(texts), format!("+ notification {NOTIFICATION}\n1 created, 0 changed, 0 as they were\n"));
    assert_eq!(run(texts), "0 created, 0 changed, 1 as they were\n");
    let user = store.configure(true, |edit| edit.create_user("ann")).unwrap();
    assert!(store.dismiss(user, NOTIFICATION, &line()).unwrap());
    let off = run(&format!("{texts}, enabled: false"));
    assert_eq!(
        off,
        format!("~ notification {NOTIFICATION}\n    enabled: true → false\n0 created, 1 changed, 0 as they were\n")
    );
    let kept = store.directory().notifications[&NOTIFICATION].clone();
    assert_eq!((kept.is_enabled, kept.texts["pl"].as_str()), (false, "Prace w nocy"));
    run(texts);
    assert!(!store.dismiss(user, NOTIFICATION, &line()).unwrap(), "it is the same notification");
}
