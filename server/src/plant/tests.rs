//! Applying, planning, pruning and exporting, against what the store then holds.

use std::path::PathBuf;

use parabus_core::time::Instant;
use tempfile::TempDir;

use super::*;
use crate::alarm::model::{Alert, Level};
use crate::model::{Device, Net, Org, Param, Template, User, Vis};
use crate::storage::{Edit, Store};

pub(super) const EVERYTHING: &str = include_str!("../../tests/plants/everything.yaml");

const WHOLE: Selection<'static> = Selection { org: None, has_secrets: true };

pub(super) fn demo() -> PathBuf {
    concat!(env!("CARGO_MANIFEST_DIR"), "/demo/plant.yaml").into()
}

fn empty() -> (TempDir, Store) {
    let folder = tempfile::tempdir().unwrap();
    let store = Store::open_configuration(folder.path()).unwrap();
    (folder, store)
}

fn read(text: &str) -> File {
    File::parse(text).unwrap_or_else(|faults| panic!("{faults:?}\n{text}"))
}

fn holding(text: &str) -> (TempDir, Store) {
    let (folder, store) = empty();
    apply(&store, &read(text), false).unwrap();
    (folder, store)
}

/// Every row of the database, so that a row written again shows by its number or the revision.
fn rows(folder: &TempDir) -> Vec<String> {
    let database = rusqlite::Connection::open(folder.path().join("parabus.sqlite")).unwrap();
    let mut names = database.prepare("SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name").unwrap();
    let names: Vec<String> = names.query_map([], |row| row.get(0)).unwrap().collect::<Result<_, _>>().unwrap();
    let mut all = Vec::new();
    for name in names {
        let mut statement = database.prepare(&format!("SELECT * FROM {name}")).unwrap();
        let columns = statement.column_count();
        let mut rows = statement.query([]).unwrap();
        while let Some(row) = rows.next().unwrap() {
            let cells = (0..columns).map(|at| format!("{:?}", row.get::<_, rusqlite::types::Value>(at).unwrap()));
            all.push(format!("{name}: {}", cells.collect::<Vec<_>>().join(", ")));
        }
    }
    all
}

/// Everything in the configuration but numbers and moments of objects, by their names.
fn content(store: &Store) -> Vec<String> {
    let directory = store.directory();
    let epoch = Instant::from_millis(0);
    let off = |disabled: &Option<crate::model::Disabled>| {
        disabled.clone().map(|disabled| crate::model::Disabled { on: epoch, ..disabled })
    };
    let org_name = |id: i64| directory.orgs[&id].name.clone();
    let template_name = |id: i64| {
        let template = &directory.templates[&id];
        (template.org_id.map(org_name), template.name.clone(), template.version.clone())
    };
    let mut all = Vec::new();
    for org in directory.orgs.values() {
        let widgets = directory.dashboard(org.id).iter().map(|id| {
            let param = &directory.params[id];
            let device = &directory.devices[&param.device_id];
            (&directory.nets[&device.net_id].name, &device.name, &param.name)
        });
        let widgets: Vec<_> = widgets.collect();
        all.push(format!("{:?} {:?} {widgets:?}", Org { id: 0, ..org.clone() }, directory.sms.get(&org.id)));
        for net in directory.nets_of(org.id) {
            let place = format!("{} / {}", org.name, net.name);
            let content = Net { id: 0, org_id: 0, created_on: epoch, disabled: off(&net.disabled), ..net.clone() };
            all.push(format!("{place}: {content:?}"));
            for device in directory.devices_of(net.id) {
                let place = format!("{place} / {}", device.name);
                let template = device.template_id.map(template_name);
                let content = Device {
                    id: 0,
                    net_id: 0,
                    disabled: off(&device.disabled),
                    template_id: None,
                    group: None,
                    ..device.clone()
                };
                all.push(format!("{place}: {content:?} {template:?}"));
                for param in directory.params_of(device.id) {
                    all.push(format!("{place}: {:?}", Param { id: 0, device_id: 0, ..param.clone() }));
                }
            }
        }
        all.push(format!("{}: {:?} {:?}", org.name, directory.contact(org.id), directory.tariffs.get(&org.id)));
        for alert in directory.alerts_of(org.id) {
            let mut alert = Alert { id: 0, org_id: 0, ..alert.clone() };
            let places = alert.params().filter_map(|param| directory.param_place(param));
            let places: Vec<_> = places.map(|(param, device, net)| (&net.name, &device.name, &param.name)).collect();
            let places = format!("{places:?}");
            alert.conditions.iter_mut().for_each(|each| (each.id, each.param) = (0, None));
            alert.actions.iter_mut().for_each(|each| each.id = 0);
            alert.follow_ups.iter_mut().for_each(|each| each.id = 0);
            all.push(format!("{}: {alert:?} {places}", org.name));
        }
        for vis in directory.viss_of(org.id) {
            let source = store.vis_source(vis.id).unwrap();
            all.push(format!("{:?} {source:?}", Vis { id: 0, org_id: 0, created_on: epoch, ..vis.clone() }));
        }
    }
    for template in directory.templates.values() {
        let org = template.org_id.map(org_name);
        all.push(format!("{org:?} {:?}", Template { id: 0, org_id: None, ..template.clone() }));
    }
    for user in directory.users.values() {
        let roles: Vec<_> = user.roles.iter().map(|(org, role)| (org_name(*org), role)).collect();
        all.push(format!("{:?} {roles:?}", User { id: 0, roles: Default::default(), ..user.clone() }));
    }
    for (sku, id) in &directory.sku_templates {
        all.push(format!("{sku} {:?}", template_name(*id)));
    }
    for key in store.configure(false, |edit| edit.keys()).unwrap() {
        all.push(format!("{} {} {}", key.id, directory.users[&key.user].name, key.password_hash));
    }
    all.extend(directory.connect_codes.values().map(|code| format!("{code:?}")));
    all.extend(directory.notifications.values().map(|each| format!("{each:?}")));
    all.sort();
    all
}

/// Writes the configuration, sets up an empty store with that, and compares both.
fn assert_comes_back(store: &Store) -> String {
    let (text, left_out) = export(store, WHOLE).unwrap();
    assert_eq!(left_out, Vec::<String>::new());
    let (folder, again) = holding(&text);
    let (before, after) = (content(store), content(&again));
    for (one, other) in before.iter().zip(&after) {
        assert_eq!(one, other, "{text}");
    }
    assert_eq!(before.len(), after.len(), "{text}");
    assert_eq!(export(&again, WHOLE).unwrap().0, text);
    let rows_before = rows(&folder);
    let plan = plan(&again, &read(&text), Rest::Remove).unwrap();
    assert!(!plan.has_changes(), "{plan}{text}");
    apply(&again, &read(&text), false).unwrap();
    assert_eq!(rows(&folder), rows_before);
    let plan = super::plan(store, &read(&text), Rest::Remove).unwrap();
    assert!(!plan.has_changes(), "{plan}{text}");
    text
}

#[test]
fn applying_again_writes_no_row() {
    for file in [read(EVERYTHING), demo_file()] {
        let (folder, store) = empty();
        apply(&store, &file, false).unwrap();
        let before = rows(&folder);
        assert!(before.len() > 40, "{}", before.len());
        let report = apply(&store, &file, false).unwrap();
        assert!(!report.has_changes(), "{report}");
        assert_eq!(rows(&folder), before);
        let planned = plan(&store, &file, Rest::Remove).unwrap();
        assert!(!planned.has_changes(), "{planned}");
    }
}

/// The demo's plant, whose key stands in the environment, with one of its own.
fn demo_file() -> File {
    let text = std::fs::read_to_string(demo()).unwrap();
    let text = text.replace("\"env:PARABUS_DEMO_KEY\"", "513cf747-eb5c-4d5f-931f-d22c9872c73c");
    read(&text.replace("\"env:PARABUS_DEMO_PASSWORD\"", "secret-word"))
}

#[test]
fn everything_comes_back() {
    let (_folder, store) = holding(EVERYTHING);
    let text = assert_comes_back(&store);
    for word in ["slug: riverside", "disableNote: in repair", "monthlyLimit: '12.50'", "$argon2id$"] {
        let word = word.replace('\'', "");
        assert!(text.replace(['\'', '"'], "").contains(&word), "{word}: {text}");
    }
    let directory = store.directory();
    let of = |name: &str| directory.params.values().find(|param| param.name == name).unwrap();
    assert_eq!((of("Mode").slug.as_str(), of("Mode").address), ("the-mode", 9));
    assert!(directory.params.values().all(|param| param.name != "Alarm"), "the device is without");
    assert_eq!(directory.users.values().find(|user| user.name == "ann").unwrap().lang.unwrap().code(), "ua");
    let (_folder, store) = empty();
    apply(&store, &demo_file(), false).unwrap();
    assert_comes_back(&store);
}

#[test]
fn an_export_without_secrets_holds_none() {
    let (_folder, store) = holding(EVERYTHING);
    let (text, _) = export(&store, Selection { org: None, has_secrets: false }).unwrap();
    for secret in ["argon2id", "513cf747", "11111", "22222"] {
        assert!(!text.contains(secret), "{secret}: {text}");
    }
    read(&text);
    let (text, _) = export(&store, Selection { org: Some("Other"), has_secrets: true }).unwrap();
    let part = read(&text);
    assert_eq!((part.organizations.len(), part.templates.len(), part.connect_codes.len()), (1, 1, 0));
    assert!(export(&store, Selection { org: Some("Nobody"), has_secrets: true }).is_err());
}

#[test]
fn a_plan_tells_old_and_new_and_no_secret() {
    let (folder, store) = holding(EVERYTHING);
    let before = rows(&folder);
    let changed = EVERYTHING
        .replace("timeoutMs: 700", "timeoutMs: 800")
        .replace("devicePasswords: [ \"11111\" ]", "devicePasswords: [ \"33333\" ]")
        .replace("disableNote: in repair", "disableNote: in use")
        .replace("c29tZXNhbHQxMjM0NTY$2Z", "c29tZXNhbHQxMjM0NTY$3Z")
        .replace("role: monitor-no-params", "role: viewer")
        .replace("parameter: Stage", "parameter: Mode");
    let file = read(&changed);
    let plan = super::plan(&store, &file, Rest::Keep).unwrap();
    assert_eq!(
        plan.to_string(),
        "\
~ API key 513cf747-eb5c-4d5f-931f-d22c9872c73c
    password: not shown → not shown, others
~ user `bob` as viewer
    role: monitor-no-params → viewer
~ network `Boiler room` at rtu over tcp 192.168.1.10:4001
    devicePasswords: 1 not shown → 1 not shown, others
    disableNote: in repair → in use
~ device `Boiler room / Boiler`
    timeoutMs: 700 → 800
~ dashboard of `Riverside Works`
    widgets: 2 widgets → 2 widgets, others
0 would be created, 5 would be changed, 50 as they were
"
    );
    let json = serde_json::to_string(&plan).unwrap();
    assert!(json.contains(r#""field":"timeoutMs","old":"700","new":"800""#), "{json}");
    for secret in ["argon2", "11111", "33333"] {
        assert!(!json.contains(secret) && !plan.to_string().contains(secret));
    }
    assert_eq!(rows(&folder), before, "a plan changes nothing");
    let done = apply_plan(&store, &file, Rest::Keep, &plan).unwrap();
    assert!(done.is_same(&plan));
    let late = apply_plan(&store, &file, Rest::Keep, &plan).unwrap_err();
    assert!(late.to_string().contains("since the plan was made"), "{late}");
}

#[test]
fn what_sections_no_longer_list_is_removed_if_asked() {
    let (_folder, store) = holding(EVERYTHING);
    let small = "\
organizations:
  - name: Riverside Works
    slug: riverside
    language: pl
    users: [ { name: bob, role: monitor-no-params, keys: [] } ]
    networks:
      - name: Boiler room
        connection: { kind: direct, ip: 192.168.1.10, port: 4001, framing: rtu }
        devices:
          - { name: Boiler, modbusUnitId: 1, parameters: [ { name: Flow, registerKind: input, address: 40, type: i16-be } ] }
    visualizations: []
    alerts: []
connectCodes: []
globalNotifications: []
";
    let file = read(small);
    let kept = apply(&store, &file, false).unwrap();
    assert_eq!(kept.removed(), 0);
    let directory = store.directory();
    assert_eq!((directory.nets.len(), directory.visualizations.len(), directory.connect_codes.len()), (5, 1, 1));
    let net = directory.nets.values().find(|net| net.name == "Boiler room").unwrap();
    assert!(net.disabled.is_some(), "what is not said stays");

    let plan = super::plan(&store, &file, Rest::Remove).unwrap();
    let text = plan.to_string();
    for line in [
        "- network `Bus` with 0 devices, 0 parameters and their readings",
        "- parameter `Boiler room / Boiler / Stage` and its readings",
        "- visualization `Boiler room`",
        "- alert `Boiler too hot`",
        "- connect code of d8:80:39:4e:8d:ea",
        "- notification 4f6d0000-0000-4000-8000-000000000001",
        "- user `ann` of `Riverside Works`",
    ] {
        assert!(text.lines().any(|each| each == line), "{line}: {text}");
    }
    apply_plan(&store, &file, Rest::Remove, &plan).unwrap();
    let directory = store.directory();
    let names = |org: &str| {
        let org = directory.orgs.values().find(|each| each.name == org).unwrap().id;
        directory.nets_of(org).map(|net| net.name.clone()).collect::<Vec<_>>()
    };
    assert_eq!(names("Riverside Works"), ["Boiler room"]);
    assert_eq!(names("Other"), ["Hall"], "an organization that is not named stays");
    assert_eq!(directory.users.values().find(|user| user.name == "ann").unwrap().roles.len(), 1);
    assert!(directory.templates.values().any(|template| template.name == "Boiler 3"), "no section, nothing removed");
    assert_eq!((directory.visualizations.len(), directory.connect_codes.len()), (0, 0));
    assert!(!super::plan(&store, &file, Rest::Remove).unwrap().has_changes());
    // Another name for the same connection: one is removed, the other takes its place.
    let renamed = read(&small.replace("name: Boiler room", "name: Cellar"));
    assert!(apply(&store, &renamed, false).is_err(), "two networks would have one connection");
    let plan = super::plan(&store, &renamed, Rest::Remove).unwrap();
    apply_plan(&store, &renamed, Rest::Remove, &plan).unwrap();
    assert!(store.directory().nets.values().any(|net| net.name == "Cellar"));
}

/// What runs of an alert is known by the numbers of its parts.
#[test]
fn parts_of_an_alert_that_stay_keep_their_numbers() {
    let (_folder, store) = holding(EVERYTHING);
    let hot = || store.directory().alerts.values().find(|alert| alert.slug == "hot").unwrap().clone();
    let before = hot();
    let changed = EVERYTHING
        .replace("          - { timeoutMinutes: 5, type: email }\n", "")
        .replace("kind: ge, value: 80.5", "kind: ge, value: 85")
        .replace("        logAs: critical", "        logAs: failure");
    let report = apply(&store, &read(&changed), false).unwrap().to_string();
    for line in ["~ alert `Boiler too hot`", "    logAs: critical → failure", "    actions: 3 actions → 2 actions"]
    {
        assert!(report.lines().any(|each| each == line), "{line}: {report}");
    }
    let after = hot();
    assert_eq!(after.id, before.id);
    assert_eq!(after.actions, before.actions[1..]);
    assert_eq!(after.follow_ups, before.follow_ups);
    assert_eq!(after.conditions[1], before.conditions[1]);
    assert_ne!(after.conditions[0].id, before.conditions[0].id, "another threshold is another condition");
}

/// The API lets several alerts have one name, and a parameter lose its readings after an alert looks at it.
#[test]
fn alerts_as_the_api_may_leave_them_can_be_applied_and_written() {
    let (_folder, store) = holding(EVERYTHING);
    let cold = store.directory().alerts.values().find(|alert| alert.name == "Boiler cold").unwrap().clone();
    let again = Alert { id: 0, slug: "boiler-cold-2".into(), level: Level::Critical, ..cold.clone() };
    store.configure(true, |edit| edit.put_alert(&again)).unwrap();
    let plan = plan(&store, &read(EVERYTHING), Rest::Keep).unwrap();
    assert!(!plan.has_changes(), "{plan}");
    apply(&store, &read(EVERYTHING), false).unwrap();
    let untracked = |edit: &mut Edit<'_>| {
        let param = edit.before().params[&cold.params().next().unwrap()].clone();
        edit.put_param(&Param { is_tracked: false, ..param })
    };
    store.configure(true, untracked).unwrap();
    let (text, left_out) = export(&store, WHOLE).unwrap();
    assert!(left_out.iter().any(|each| each.contains("boiler-cold-2")), "{left_out:?}");
    assert!(!super::plan(&store, &read(&text), Rest::Keep).unwrap().has_changes(), "{text}");
    assert!(export(&store, Selection { has_secrets: false, ..WHOLE }).is_ok());
}

/// An export without secrets leaves them as they are.
#[test]
fn what_an_export_without_secrets_leaves_out_stays() {
    let (_folder, store) = holding(EVERYTHING);
    let (text, _) = export(&store, Selection { has_secrets: false, ..WHOLE }).unwrap();
    let plan = super::plan(&store, &read(&text), Rest::Remove).unwrap();
    assert!(!plan.has_changes(), "{plan}");
    let emptied = EVERYTHING.replacen("devicePasswords: [", "devicePasswords: [] # [", 1);
    assert!(super::plan(&store, &read(&emptied), Rest::Keep).unwrap().has_changes(), "an empty list takes them away");
}

/// A small generator, so that a failure can be had again by its seed.
struct Chance(u64);

impl Chance {
    fn below(&mut self, limit: u64) -> u64 {
        // SplitMix64 (Steele, Lea, Flood: Fast Splittable Pseudorandom Number Generators).
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        (mixed ^ (mixed >> 31)) % limit
    }

    fn is(&mut self) -> bool {
        self.below(2) == 0
    }

    fn of<'t>(&mut self, texts: &[&'t str]) -> &'t str {
        texts[self.below(texts.len() as u64) as usize]
    }

    fn some(&mut self, field: &str, texts: &[&str]) -> String {
        if self.is() { format!(", {field}: {}", self.of(texts)) } else { String::new() }
    }

    /// Distinct names, some of which make the same slug.
    fn names(&mut self, most: u64) -> Vec<&'static str> {
        const NAMES: [&str; 9] =
            ["Hall", "HALL", "'h a l l'", "Hall 2", "hall-2", "Насос", "'yes'", "\"a: # b\"", "'1.0'"];
        let count = self.below(most + 1) as usize;
        let mut names: Vec<&str> = Vec::new();
        while names.len() < count {
            let name = self.of(&NAMES);
            if !names.contains(&name) {
                names.push(name);
            }
        }
        names
    }

    fn param(&mut self, name: &str) -> String {
        let kind = self.of(&[
            "input, type: f32-be",
            "holding, type: i16-be, multiplier: 0.10, isProgrammable: true",
            "holding, type: u64-le, shift: 12345678901234567890.5",
            "input, type: bits, bitPosition: 2, bitsAmount: 3",
            "coil, type: bit",
            "holding, type: str2, length: 4",
            "holding, type: i16-be, notAvailable: [ 0x8000 ]",
        ]);
        let unit = self.some("unit", &["°C", "'%'", "'null'", "\" \""]);
        let texts = self.some("texts", &["{ en: { 0: \"Off\", 1: 'yes' }, pl: { 0: '', 1: \"a\\nb\" } }"]);
        let words = self.some("translations", &["{ pl: { name: Ciepło } }"]);
        let dashboard = self.some("isDisplayedOnDashboard", &["true", "false"]);
        let limit = self.some("min", &["-0.5", "0", "1e3"]);
        let description = self.some("description", &["'~'", "\"two\\n  lines\\n\"", "\"tab\\there\"", "'#'"]);
        let address = self.below(1000);
        format!(
            "{{ name: {name}, registerKind: {kind}, address: {address}{unit}{texts}{words}{dashboard}{limit}{description} }}"
        )
    }

    fn params(&mut self) -> String {
        let names = self.names(5);
        names.into_iter().map(|name| self.param(name)).collect::<Vec<_>>().join(", ")
    }

    fn device(&mut self, name: &str, unit: usize) -> String {
        let template = self.some("template", &["t", "eastron-sdm120"]);
        let own = if self.is() { format!(", parameters: [ {} ]", self.params()) } else { String::new() };
        let off = self.some("disabled", &["true", "true, disabledBy: user", "false", "true, disableNote: x"]);
        let size = self.some("readGroupSize", &["1", "60"]);
        let function = self.some("writeFunction", &["normal", "always-6"]);
        format!("{{ name: {name}, modbusUnitId: {}{template}{own}{off}{size}{function} }}", unit + 1)
    }

    fn plant(&mut self) -> String {
        let mut text = "organizations:\n".to_owned();
        let orgs = self.names(3);
        if orgs.is_empty() {
            text = "organizations: []\n".to_owned();
        }
        for org in orgs {
            text += &format!("  - name: {org}\n    language: {}\n", self.of(&["en", "pl", "ru", "ua"]));
            text += self.of(&["", "    sms: { disabled: true }\n", "    sms: { monthlyLimit: 3.10 }\n"]);
            text += "    users:\n      - { name: zoe, role: owner }\n";
            for user in self.names(3) {
                text += &format!("      - {{ name: {user}, role: {} }}\n", self.of(&["viewer", "manager"]));
            }
            text += "    networks:\n";
            let nets = self.names(3);
            for (at, net) in nets.iter().chain(&["Last"]).enumerate() {
                let address = self.below(u64::from(u32::MAX));
                let connection = match self.below(4) {
                    0 => format!("kind: serial, path: /dev/tty{address}, parity: {}", self.of(&["none", "odd"])),
                    1 => format!(
                        "kind: backward, mac: \"d8:80:39:{:02x}:{:02x}:{at:02x}\"",
                        address / 256 % 256,
                        address % 256
                    ),
                    2 => format!(
                        "kind: vpn, ip: 10.{}.{}.{}",
                        address % 256,
                        address / 256 % 256,
                        address / 65_536 % 256
                    ),
                    _ => format!("kind: direct, ip: h{address}.example, framing: {}", self.of(&["tcp", "rtu"])),
                };
                let passwords = self.some("devicePasswords", &["[ \"00001\", 'a b' ]", "[]"]);
                let solution = self.some("solution", &["standalone", "em130"]);
                text += &format!("      - name: {net}\n        connection: {{ {connection} }}\n");
                text += &format!("        requestGapMs: {}\n", self.below(3));
                for field in [passwords, solution] {
                    if let Some(field) = field.strip_prefix(", ") {
                        text += &format!("        {field}\n");
                    }
                }
                let devices = self.names(3);
                let devices: Vec<String> =
                    devices.into_iter().enumerate().map(|(unit, name)| self.device(name, unit)).collect();
                text += &format!("        devices: [ {} ]\n", devices.join(",\n          "));
            }
            for vis in self.names(2) {
                if !text.ends_with("  }\n") {
                    text += "    visualizations:\n";
                }
                let source = self.of(&["\"<b>\\n\\tx</b>\"", "'  '", "'<a>'"]);
                text +=
                    &format!("      - {{ name: {vis}, source: {source}, isDisplayedOnDashboard: {}  }}\n", self.is());
            }
        }
        let params = self.param("Own");
        text + &format!(
            "templates: [ {{ id: t, name: 'T: 1', readGroupSize: 9, parameters: [ {params}, {} ] }} ]\n",
            self.param("Hall")
        )
    }
}

#[test]
fn whatever_is_applied_and_edited_comes_back() {
    for seed in 0..20 {
        let mut chance = Chance(seed);
        let (_folder, store) = holding(&chance.plant());
        assert_comes_back(&store);
        // Edits as the API makes them: names that changed, parameters that went, another order of widgets.
        store
            .configure(true, |edit| {
                let before = edit.before().clone();
                for param in before.params.values() {
                    match chance.below(8) {
                        0 => edit.delete_param(param.id)?,
                        1 => drop(edit.put_param(&Param { label: Some("L".to_owned()), ..param.clone() })?),
                        _ => {}
                    }
                }
                for net in before.nets.values().filter(|net| net.name == "Hall") {
                    let name = "Renamed".to_owned();
                    let slug = if chance.is() { "renamed" } else { "moved" }.to_owned();
                    edit.put_net(&Net { name, slug, ..net.clone() })?;
                }
                Ok(())
            })
            .unwrap();
        store
            .configure(true, |edit| {
                for org in edit.before().orgs.clone().into_keys() {
                    let mut widgets = edit.before().dashboard(org).to_vec();
                    widgets.reverse();
                    edit.put_dashboard(org, &widgets)?;
                }
                Ok(())
            })
            .unwrap();
        assert_comes_back(&store);
    }
}
