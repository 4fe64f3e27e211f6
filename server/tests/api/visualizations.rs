//! Visualizations: set up by the plant file, filled by people.

use parabus_server::model::Role;
use parabus_server::plant::{File, apply};
use reqwest::StatusCode;
use serde_json::{Value, json};

use crate::harness::{Api, line, start};

async fn save(api: &Api, vis: i64, body: Value) -> StatusCode {
    api.post(&format!("/vis/{vis}/data/save/"), &api.token().await, &body.to_string()).await.0
}

#[tokio::test]
async fn texts_are_kept_by_their_codes() {
    let api = start().await;
    let data = async |path: &str| api.get(path, &api.token_as(Role::MonitorNoParams).await).await.1;
    assert_eq!(data("/vis/7/data/").await, json!({}));
    for (code, value) in [("room", "A"), ("room", "B \u{1F527} <b>\"'"), ("empty", "")] {
        assert_eq!(save(&api, 7, json!({ "code": code, "value": value })).await, StatusCode::OK);
    }
    assert_eq!(data("/vis/7/data/").await, json!({ "room": "B \u{1F527} <b>\"'", "empty": "" }));
    assert_eq!(data("/vis/8/data/").await, json!({}), "of another visualization");
}

#[tokio::test]
async fn a_text_is_a_text_within_its_limits() {
    let api = start().await;
    let long = "x".repeat(65_537);
    for bad in [
        json!({ "code": "", "value": "a" }),
        json!({ "code": "x".repeat(201), "value": "a" }),
        json!({ "code": "room", "value": long }),
        json!({ "code": "room", "value": 25 }),
        json!({ "code": "room" }),
        json!({ "value": "a" }),
        json!(null),
    ] {
        assert_eq!(save(&api, 7, bad).await, StatusCode::BAD_REQUEST);
    }
    assert_eq!(save(&api, 7, json!({ "code": "ż".repeat(200), "value": &long[1..] })).await, StatusCode::OK);
    for number in 1..1000 {
        assert!(api.app.store.save_vis_data(8, &number.to_string(), "", 1000, &line()).unwrap());
    }
    assert_eq!(save(&api, 8, json!({ "code": "last", "value": "" })).await, StatusCode::OK);
    assert_eq!(save(&api, 8, json!({ "code": "one more", "value": "" })).await, StatusCode::BAD_REQUEST);
    assert_eq!(save(&api, 8, json!({ "code": "last", "value": "changed" })).await, StatusCode::OK);
    assert_eq!(api.app.store.vis_data(8).unwrap()["last"], "changed");
    assert_eq!(api.app.store.vis_data(8).unwrap().len(), 1000);
}

#[tokio::test]
async fn lists_leave_out_what_is_not_there() {
    let api = start().await;
    let post = async |verb: &str, body: Value| {
        api.post(&format!("/org/1/viss/{verb}/"), &api.token().await, &body.to_string()).await
    };
    save(&api, 7, json!({ "code": "room", "value": "A" })).await;
    let (_, info) = post("info", json!({ "visIds": [8, "7", 8, 2, 777] })).await;
    let ids: Vec<&Value> = info.as_array().unwrap().iter().map(|vis| &vis["id"]).collect();
    assert_eq!(ids, [8, 7], "in the order of the request, each once");
    let (_, data) = post("data", json!({ "visIds": [8, 7, 2, 777] })).await;
    assert_eq!(data, json!({ "7": { "room": "A" }, "8": {} }));
    assert_eq!(post("info", json!({ "visIds": [] })).await, (StatusCode::OK, json!([])));
    for bad in [json!({}), json!({ "visIds": 7 }), json!({ "visIds": ["x"] }), json!({ "visIds": vec![7; 1001] })] {
        assert_eq!(post("info", bad.clone()).await.0, StatusCode::BAD_REQUEST);
        assert_eq!(post("data", bad).await.0, StatusCode::BAD_REQUEST);
    }
    for absent in [2, 777] {
        let token = api.token().await;
        for path in [format!("/vis/{absent}/"), format!("/vis/{absent}/data/")] {
            let (status, reply) = api.get(&path, &token).await;
            assert_eq!((status, &reply["errorCode"]), (StatusCode::NOT_FOUND, &json!("ObjectNotFound")), "{path}");
        }
        assert_eq!(save(&api, absent, json!({ "code": "a", "value": "b" })).await, StatusCode::NOT_FOUND);
    }
}

#[tokio::test]
async fn the_plant_file_sets_them_up_and_leaves_texts_alone() {
    let folder = tempfile::tempdir().unwrap();
    let store = parabus_server::storage::Store::open_configuration(folder.path()).unwrap();
    std::fs::write(folder.path().join("boiler.svg"), "<svg/>").unwrap();
    let plant = folder.path().join("plant.yaml");
    let run = |list: &str| {
        let text = format!("organizations:\n  - name: Works\n    visualizations: [ {list} ]\n");
        std::fs::write(&plant, text).unwrap();
        let file = File::load(&plant).map_err(|error| error.to_string())?;
        Ok::<_, String>(apply(&store, &file, false).unwrap().to_string())
    };
    let two = "{ name: Boiler, source: 'file:boiler.svg', isDisplayedOnDashboard: true }, \
               { name: Boiler!, description: Small, source: '<b on-click=\"x\">' }";
    let first = run(two).unwrap();
    assert_eq!(first.lines().filter(|line| line.starts_with("+ visualization")).count(), 2, "{first}");
    let revision = store.directory().revision;
    assert_eq!(run(two).unwrap(), "0 created, 0 changed, 3 as they were\n");
    assert_eq!(store.directory().revision, revision);
    let seen: Vec<_> = store.directory().visualizations.values().cloned().collect();
    assert_eq!((seen[0].slug.as_str(), seen[1].slug.as_str()), ("boiler", "boiler-2"));
    assert_eq!((seen[0].on_dashboard, seen[1].description.as_deref()), (true, Some("Small")));
    let source = |place: usize| store.vis_source(seen[place].id).unwrap().unwrap();
    assert_eq!((source(0).as_str(), source(1).as_str()), ("<svg/>", "<b on-click=\"x\">"));

    store.save_vis_data(seen[0].id, "room", "A", 1, &line()).unwrap();
    std::fs::write(folder.path().join("boiler.svg"), "<svg></svg>").unwrap();
    let changed = run("{ name: Boiler, source: 'file:boiler.svg', isDisplayedOnDashboard: true }").unwrap();
    assert_eq!(
        changed,
        "~ visualization `Boiler`\n    source: 6 bytes → 11 bytes\n0 created, 1 changed, 1 as they were\n"
    );
    assert_eq!(source(0), "<svg></svg>");
    assert_eq!(store.vis_data(seen[0].id).unwrap()["room"], "A");
    assert_eq!(store.directory().visualizations.len(), 2, "what the file does not name stays");
    assert_eq!(store.directory().visualizations[&seen[0].id].created_on, seen[0].created_on);

    let lost = run("{ name: Boiler, source: 'file:lost.svg' }").unwrap_err();
    assert!(
        lost.contains("plant.yaml:3:47: `Boiler`: source: `") && lost.contains("lost.svg`: No such file"),
        "{lost}"
    );
    std::fs::write(folder.path().join("boiler.svg"), "x".repeat(1_048_577)).unwrap();
    let long = run("{ name: Boiler, source: 'file:boiler.svg' }").unwrap_err();
    assert!(long.ends_with("source: 1048577 bytes, expected at most 1048576"), "{long}");
    let twice = run("{ name: A, source: x }, { name: A, source: y }").unwrap_err();
    assert!(twice.ends_with("`A` stands twice among the visualizations of one organization"), "{twice}");
}
