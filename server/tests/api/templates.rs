//! Device templates: who sees which, in which language, and devices made from them.

use parabus_core::value::Lang;
use parabus_server::model::{Device, Org, Param, Role, Words};
use parabus_server::plant::{File, apply};
use parabus_server::storage::Store;
use reqwest::StatusCode;
use serde_json::{Value, json};

use crate::harness::{ORG, start};

const OF_SKU: &str = "/controller/get-template-id/";

#[tokio::test]
async fn a_template_of_an_organization_is_for_its_viewers() {
    let api = start().await;
    for role in Role::ALL {
        let token = api.token_as(*role).await;
        let sees = matches!(role, Role::Owner | Role::Manager | Role::TechnicalManager | Role::Operator | Role::Viewer);
        let want = if sees { StatusCode::OK } else { StatusCode::UNAUTHORIZED };
        let (status, reply) = api.get("/device-template/3/", &token).await;
        assert_eq!(status, want, "{}: {reply}", role.code());
        let (status, reply) = api.post(OF_SKU, &token, r#"{"sku":"own"}"#).await;
        assert_eq!(status, want, "{}: {reply}", role.code());
        assert_eq!(reply == json!({ "id": 3 }), sees, "{reply}");
    }
    let check = |template: i64| {
        let connection = json!({ "kind": "net-id", "networkId": 1 });
        json!({ "deviceModbusId": 1, "templateId": template, "connection": connection }).to_string()
    };
    let token = api.token().await;
    let (status, reply) = api.post("/raw/check-device-read/", &token, &check(3)).await;
    assert_eq!((status, reply), (StatusCode::OK, json!({ "status": "ok" })));
    let (status, _) = api.post("/raw/check-device-read/", &token, &check(4)).await;
    assert_eq!(status, StatusCode::NOT_FOUND, "a foreign organization's");
}

#[tokio::test]
async fn what_is_not_there_and_what_is_no_request_is_said() {
    let api = start().await;
    let token = api.token().await;
    let said = |reply: &Value| reply["errorMessage"].as_str().unwrap_or_default().to_owned();
    for (path, want) in
        [("/device-template/99/", "template `99` not found"), ("/device-template/4/", "template `4` not found")]
    {
        let (status, reply) = api.get(path, &token).await;
        assert_eq!((status, said(&reply).as_str()), (StatusCode::NOT_FOUND, want));
        assert_eq!(reply["errorCode"], "ObjectNotFound");
    }
    let (status, reply) = api.get("/device-template/x/", &token).await;
    assert_eq!((status, &reply["errorCode"]), (StatusCode::BAD_REQUEST, &json!("IncorrectRequest")));
    let (status, reply) = api.post(OF_SKU, &token, r#"{"sku":"et485"}"#).await;
    assert_eq!((status, said(&reply).as_str()), (StatusCode::NOT_FOUND, "template of the SKU `et485` not found"));
    for body in ["{}", "null", r#"{"sku":7}"#] {
        let (status, reply) = api.post(OF_SKU, &token, body).await;
        assert_eq!((status, &reply["errorCode"]), (StatusCode::BAD_REQUEST, &json!("IncorrectRequest")), "{body}");
    }
    let (status, _) = api.get("/device-template/1/", "").await;
    assert_eq!(status, StatusCode::UNAUTHORIZED);
    let (status, _) = api.post(OF_SKU, "", r#"{"sku":"em130"}"#).await;
    assert_eq!(status, StatusCode::UNAUTHORIZED);
}

#[tokio::test]
async fn names_are_in_the_organizations_language_where_there_are_any() {
    let api = start().await;
    let token = api.token().await;
    let change = |edit: &mut parabus_server::storage::Edit<'_>| {
        let before = edit.before().clone();
        let polish = Words {
            name: Some("Temperatura".into()),
            category: Some("Pokój".into()),
            description: Some("Na dworze".into()),
            unit: Some("st.".into()),
        };
        let translations = [("pl".to_owned(), polish)].into();
        edit.put_param(&Param { translations, ..before.params[&101].clone() })?;
        edit.put_device(&Device { template_id: Some(3), ..before.devices[&1].clone() })?;
        edit.put_org(&Org { lang: Lang::Pl, ..before.orgs[&ORG].clone() }).map(drop)
    };
    api.app.store.configure(true, change).unwrap();
    let (_, template) = api.get("/device-template/3/", &token).await;
    let param = &template["paramTemplates"][0];
    assert_eq!((&param["name"], &param["unitName"]), (&json!("Tryb"), &json!("szt.")));
    assert_eq!(
        (&param["category"], &param["description"]),
        (&json!("Room"), &json!("What it does")),
        "English as it is"
    );
    assert_eq!(param["representAs"][1], json!({ "value": "1", "text": "Wł.", "description": "burns" }));
    let (_, global) = api.get("/device-template/1/", &token).await;
    assert_eq!(global["paramTemplates"][1]["name"], "b", "of no organization");
    let (_, tracked) = api.get("/device/1/tracked-params/", &token).await;
    let of_101 = tracked.as_array().unwrap().iter().find(|param| param["id"] == 101).unwrap();
    let want = json!({ "id": 101, "name": "Temperatura", "fullName": "Temperatura, st. (T)", "category": "Pokój", "label": "T",
        "unitName": "st." });
    assert_eq!(*of_101, want);
    let (_, info) = api.get("/params/get-info/?paramIds=101,284", &token).await;
    assert_eq!((&info[0]["fullName"], &info[1]["name"]), (&json!("Temperatura, st. (T)"), &json!("Temperature 284")));
    let (_, tree) = api.get("/org/1/nets/device-param-tree/", &token).await;
    assert_eq!(tree["1"]["devices"]["1"]["parameters"]["101"]["description"], "Na dworze");
    let (_, last) = api.get("/params/last-readings/?paramIds=101&lang=pl", &token).await;
    assert_eq!(last["101"]["formattedValue"], "25.5 st.");
    let (_, last) = api.get("/params/last-readings/?paramIds=101&lang=en", &token).await;
    assert_eq!(last["101"]["formattedValue"], "25.5 °C");
    let (_, device) = api.get("/device/1/", &token).await;
    assert_eq!(device["initializedFromTemplate"], 3);
}

const PLANT: &str = "\
templates:
  - id: shared
    name: Boiler
    version: '1'
    category: Heating
    description: For all
    writeFunction: always-16
    readGroupSize: 200
    parameters:
      - name: Mode
        label: M
        category: State
        description: What it does
        registerKind: holding
        address: 5
        type: u16-be
        multiplier: 0.10
        shift: -1
        precision: 2
        min: 0
        max: 2
        unit: pcs
        isTracked: false
        isProgrammable: true
        isDisplayedOnDashboard: true
        readAsGroup: false
        texts: { en: { 0: 'Off', 1: 'On' }, ru: { 0: Выкл., 1: Вкл. } }
        textDescriptions: { en: { 1: burns } }
        translations: { ru: { name: Режим, category: Состояние, description: Что делает, unit: шт. } }
      - { name: Alarm, registerKind: holding, address: 6, type: bit, bitPosition: 3 }
organizations:
  - name: Works
    templates:
      - { id: own, name: Boiler, version: '1', parameters: [ { name: U, registerKind: input, address: 0, type: u16-be } ] }
    networks:
      - name: Hall
        connection: { kind: direct, ip: 127.0.0.1, port: 5020 }
        devices:
          - { name: First, modbusUnitId: 1, template: shared }
          - { name: Second, modbusUnitId: 2, template: own }
          - { name: Third, modbusUnitId: 3, template: abb-b23 }
skuTemplates: { em130: shared, et485: eastron-sdm120 }
";

#[test]
fn every_column_of_a_template_has_effect_in_its_devices() {
    let folder = tempfile::tempdir().unwrap();
    let store = Store::open(folder.path()).unwrap();
    let set_up = |text: &str| apply(&store, &File::parse(text).unwrap(), false).unwrap().to_string();
    assert!(set_up(PLANT).contains("+ template of the SKU `em130`"));
    let before = store.directory();
    let device = |name: &str| before.devices.values().find(|device| device.name == name).unwrap();
    let (first, second, third) = (device("First"), device("Second"), device("Third"));
    let template = |device: &Device| &before.templates[&device.template_id.unwrap()];
    assert_eq!((first.write_function.code(), first.read_group_size), ("always-16", 200));
    assert_eq!(template(first).org_id, None);
    assert_eq!((template(second).org_id, template(second).name.as_str()), (Some(second_org(&before)), "Boiler"));
    assert_eq!(template(third).manufacturer, "ABB");
    assert_eq!(before.params_of(third.id).count(), template(third).params.len());
    assert_eq!(before.sku_templates["em130"], first.template_id.unwrap());
    assert_eq!(before.templates[&before.sku_templates["et485"]].name, "SDM120-Modbus");

    let mode = before.params_of(first.id).find(|param| param.name == "Mode").unwrap();
    assert_eq!((mode.name_in(Lang::Ru), mode.name_in(Lang::Pl)), ("Режим", "Mode"));
    assert_eq!((mode.category_in(Lang::Ru), mode.category_in(Lang::En)), (Some("Состояние"), Some("State")));
    assert_eq!((mode.description_in(Lang::Ru), mode.unit_in(Lang::Ru)), (Some("Что делает"), Some("шт.")));
    assert_eq!((mode.multiplier.to_string(), mode.shift.to_string()), ("0.10".into(), "-1".into()));
    assert_eq!((mode.min.unwrap().to_string(), mode.max.unwrap().to_string()), ("0".into(), "2".into()));
    assert_eq!((mode.precision, mode.label.as_deref()), (Some(2), Some("M")));
    assert!(!mode.is_tracked && mode.is_programmable && mode.on_dashboard && mode.reads_alone);
    assert_eq!(mode.texts["ru"]["1"], "Вкл.");
    assert_eq!(template(first).params[0].text_descriptions["en"]["1"], "burns");
    let alarm = before.params_of(first.id).find(|param| param.name == "Alarm").unwrap();
    assert_eq!((alarm.bit_position, alarm.bits_amount, alarm.reads_alone), (Some(3), Some(1), false));

    assert!(set_up(PLANT).starts_with("0 created, 0 changed"), "again it is as it was");
    let changed = set_up(&PLANT.replace("description: For all", "description: For some"));
    let want = "~ template `shared`\n    description: For all → For some\n0 created, 1 changed";
    assert!(changed.starts_with(want), "the same identity replaces: {changed}");
    assert_eq!(store.directory().templates.len(), before.templates.len());
    let newer = set_up(&PLANT.replacen("version: '1'", "version: '2'", 1));
    assert!(newer.contains("+ template `shared`") && newer.contains("~ device `Hall / First`"), "{newer}");
    drop(store);
    let again = Store::open(folder.path()).unwrap().directory();
    assert_eq!(again.templates.len(), before.templates.len() + 1, "kept on the medium");
}

fn second_org(directory: &parabus_server::model::Directory) -> i64 {
    directory.orgs.values().find(|org| org.name == "Works").unwrap().id
}
