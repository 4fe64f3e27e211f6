//! Templates from every kind of source, and those that are shipped against images of registers.

use std::collections::{BTreeMap, BTreeSet};

use parabus_core::modbus::RegisterKind;
use rust_xlsxwriter::Workbook;
use serde::Deserialize;

use super::super::file::{File, Parameter};
use super::super::unit::Unit;
use super::*;

/// What `tests/templates/dumps.py` made of the manuals' tables.
#[derive(Deserialize)]
struct Dump {
    registers: BTreeMap<String, BTreeMap<u16, u16>>,
    values: BTreeMap<String, String>,
}

fn dump(id: &str) -> Dump {
    let path = format!("{}/../tests/templates/dumps/{id}.json", env!("CARGO_MANIFEST_DIR"));
    serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap()
}

fn span(param: &Parameter) -> std::ops::Range<usize> {
    let first = usize::from(param.address);
    first..first + param.value_type.0.register_count()
}

#[test]
fn shipped_templates_read_the_images_of_registers() {
    let mut read = 0;
    for template in all_shipped() {
        let id = &template.id.text;
        let dump = dump(id);
        let names: BTreeSet<&String> = template.parameters.iter().map(|param| &param.name.text).collect();
        assert_eq!(names, dump.values.keys().collect(), "{id}");
        for param in &template.parameters {
            let image = &dump.registers[param.register_kind.code()];
            let registers: Vec<u16> = span(param).map(|at| image[&(at as u16)]).collect();
            let value = param.codec().decode(&registers).unwrap();
            assert_eq!(value.to_string(), dump.values[&param.name.text], "{id}: {}", param.name.text);
            let mut back = registers.clone();
            param.codec().encode(&value.to_string(), &mut back).unwrap();
            assert_eq!(back, registers, "{id}: {}", param.name.text);
            read += 1;
        }
        let named: usize = dump.registers.values().map(BTreeMap::len).sum();
        let places: BTreeSet<_> =
            template.parameters.iter().flat_map(|param| span(param).map(move |at| (param.register_kind, at))).collect();
        assert_eq!(places.len(), named, "{id}: registers of the image that no parameter reads");
    }
    assert!(read > 150, "{read}");
}

#[test]
fn shipped_templates_overlap_in_bits_alone_and_are_read_in_legal_requests() {
    for template in all_shipped() {
        assert_eq!(template.check(), [], "{}", template.id.text);
        assert!(template.source.is_some(), "{}", template.id.text);
        let mut taken: BTreeMap<(RegisterKind, usize), &Parameter> = BTreeMap::new();
        for param in &template.parameters {
            for at in span(param) {
                let other = taken.insert((param.register_kind, at), param);
                let is_bit = |param: &Parameter| param.bit_position.is_some();
                let is_apart = other
                    .is_none_or(|other| is_bit(other) && is_bit(param) && other.bit_position != param.bit_position);
                assert!(is_apart, "{}: {}", template.id.text, param.name.text);
            }
        }
        let most = template.read_group_size.unwrap_or(1);
        let requests = requests(template.parameters.iter(), most);
        assert!(requests.iter().all(|request| request.quantity <= u16::from(most.min(125))));
        for param in &template.parameters {
            let covers = |request: &&ReadGroup| {
                let first = usize::from(request.address);
                request.kind == param.register_kind
                    && first <= span(param).start
                    && span(param).end <= first + usize::from(request.quantity)
            };
            assert_eq!(requests.iter().filter(covers).count(), 1, "{}: {}", template.id.text, param.name.text);
        }
        assert!(requests.len() < template.parameters.len(), "{}", template.id.text);
    }
}

#[test]
fn what_is_printed_reads_as_the_same() {
    for template in all_shipped() {
        assert_eq!(source::parse(&print(&template).unwrap(), "x").unwrap(), template);
    }
}

#[test]
fn the_simulator_plays_a_shipped_template() {
    for template in all_shipped() {
        let id = &template.id.text;
        let file = File::parse(&format!(
            "organizations:\n  - name: Works\n    networks:\n      - name: Hall\n        connection: {{ kind: direct, ip: \
             127.0.0.1 }}\n        devices: [ {{ name: Device, modbusUnitId: 1, template: {id} }} ]\n"
        ))
        .unwrap_or_else(|faults| panic!("{faults:?}"));
        let device = &file.organizations[0].networks[0].devices[0];
        let unit = Unit::new(&file, device, None, 1);
        let requests = requests(file.parameters(device), file.read_group_size(device));
        for request in requests {
            unit.read(request.kind, request.address, request.quantity).unwrap();
        }
    }
}

const INFO: [&[&str]; 7] = [
    &["Manufacturer:", "Works"],
    &["Model:", "Boiler 3", "", "A boiler"],
    &["Device Version:", "2.1", "", " with a burner"],
    &["Category:", "Heating"],
    &[],
    &["Read Group Size:", "60"],
    &["Write Function:", "always-16"],
];

const HEADINGS: [&str; 26] = [
    "Category",
    "Category PL",
    "Mnemonic",
    "Name",
    "Name RU",
    "Name UA",
    "Description",
    "Description PL",
    "Address",
    "Bit Position",
    "Bits Num",
    "Multiplier",
    "Shift",
    "Decimal Precision",
    "Represent As",
    "Represent As PL",
    "Type",
    "Min",
    "Max",
    "Units",
    "Units RU",
    "Register Kind",
    "Is Tracked",
    "Is Programmable",
    "Read As Group",
    "Widget",
];

const ROWS: [[&str; 26]; 3] = [
    [
        "Heat",
        "Ciepło",
        "T1",
        "Flow temperature",
        "Температура подачи",
        "Температура подачі",
        "Behind the pump",
        "Za pompą",
        "100",
        "",
        "",
        "0.1",
        "-40",
        "1",
        "",
        "",
        "i16-be",
        "",
        "",
        "°C",
        "гр.",
        "input",
        "yes",
        "",
        "",
        "1",
    ],
    [
        "",
        "",
        "M",
        "Mode",
        "",
        "",
        "",
        "",
        "5",
        "",
        "",
        "",
        "",
        "",
        "0;Off\n1;On;burns\n2;Auto",
        "0;Wył.\n1;Wł.;pali\n2;Auto",
        "u16-be",
        "0",
        "2",
        "",
        "",
        "holding",
        "TRUE",
        "TRUE",
        "no",
        "",
    ],
    [
        "", "", "", "Alarm", "", "", "", "", "6", "3", "1", "", "", "", "", "", "bit", "", "", "", "", "holding",
        "FALSE", "", "", "",
    ],
];

/// A workbook of these cells: numbers as numbers, switches as switches.
fn workbook(folder: &Path, info: &[&[&str]], params: &[Vec<&str>], others: &[&str]) -> PathBuf {
    let mut workbook = Workbook::new();
    let rows: Vec<Vec<&str>> = info.iter().map(|row| row.to_vec()).collect();
    for (name, rows) in [("Info", rows.as_slice()), ("Params", params)] {
        let sheet = workbook.add_worksheet().set_name(name).unwrap();
        for (row, cells) in (0u32..).zip(rows) {
            for (column, cell) in (0u16..).zip(cells).filter(|(_, cell)| !cell.is_empty()) {
                match (cell.parse::<f64>(), *cell) {
                    (Ok(number), _) => sheet.write_number(row, column, number),
                    (_, "TRUE" | "FALSE") => sheet.write_boolean(row, column, *cell == "TRUE"),
                    _ => sheet.write_string(row, column, *cell),
                }
                .unwrap();
            }
        }
    }
    for name in others {
        workbook.add_worksheet().set_name(*name).unwrap();
    }
    let path = folder.join("boiler.xlsx");
    workbook.save(&path).unwrap();
    path
}

fn table() -> Vec<Vec<&'static str>> {
    std::iter::once(HEADINGS.to_vec()).chain(ROWS.iter().map(|row| row.to_vec())).collect()
}

#[test]
fn a_workbook_is_read_column_by_column() {
    let folder = tempfile::tempdir().unwrap();
    let path = workbook(folder.path(), &INFO, &table(), &["Visualization", "Alerts"]);
    let loaded = load(&path).unwrap_or_else(|faults| panic!("{faults:?}"));
    assert_eq!(loaded.ignored.len(), 2, "{:?}", loaded.ignored);
    let written = source::parse(
        r#"
id: boiler
name: Boiler 3
manufacturer: Works
version: "2.1"
category: Heating
description: A boilerwith a burner
readGroupSize: 60
writeFunction: always-16
parameters:
  - name: Flow temperature
    label: T1
    category: Heat
    description: Behind the pump
    registerKind: input
    address: 100
    type: i16-be
    multiplier: 0.1
    shift: -40
    precision: 1
    unit: °C
    isDisplayedOnDashboard: true
    translations:
      pl: { category: Ciepło, description: Za pompą }
      ru: { name: Температура подачи, unit: гр. }
      ua: { name: Температура подачі }
  - name: Mode
    label: M
    registerKind: holding
    address: 5
    type: u16-be
    min: 0
    max: 2
    isProgrammable: true
    readAsGroup: false
    texts:
      en: { 0: "Off", 1: "On", 2: Auto }
      pl: { 0: Wył., 1: Wł., 2: Auto }
    textDescriptions:
      en: { 1: burns }
      pl: { 1: pali }
  - { name: Alarm, registerKind: holding, address: 6, type: bit, bitPosition: 3, bitsAmount: 1, isTracked: false }
"#,
        "x",
    )
    .unwrap_or_else(|faults| panic!("{faults:?}"));
    assert_eq!(loaded.template, written);
    assert_eq!(source::parse(&print(&loaded.template).unwrap(), "x").unwrap(), written, "and through YAML");
    assert_eq!(loaded.template.to_string(), "Works Boiler 3 2.1, 3 parameters, 2 requests a reading");
}

#[test]
fn faults_of_a_workbook_name_sheet_cell_and_heading() {
    let folder = tempfile::tempdir().unwrap();
    let with = |row: usize, column: &str, cell: &'static str| {
        let mut rows = table();
        let column = HEADINGS.iter().position(|heading| *heading == column).unwrap();
        rows[row][column] = cell;
        rows
    };
    for (rows, want) in [
        (with(1, "Address", "70000"), "Params!I2: Address: invalid value: integer `70000`, expected u16"),
        (with(1, "Address", "ten"), "Params!I2: Address: `ten` is not a whole number"),
        (with(1, "Address", ""), "Params!I2: Address: missing field `address`"),
        (with(1, "Multiplier", "x"), "Params!L2: Multiplier: `x` is not a decimal number"),
        (with(1, "Multiplier", "0"), "Params!L2: Multiplier: `0` makes every value the same"),
        (with(1, "Type", "u17-be"), "Params!Q2: Type: `u17-be`: unknown data type"),
        (with(1, "Name", ""), "Params!D2: Name: missing field `name`"),
        (with(1, "Is Programmable", "yes"), "Params!X2: Is Programmable: registers of this kind are read-only"),
        (with(2, "Is Tracked", "maybe"), "Params!W3: Is Tracked: `maybe`, expected yes or no"),
        (with(2, "Represent As", "Off"), "Params!O3: Represent As: `Off`, expected `value;text`"),
        (with(2, "Represent As", "0;Off\n0;On"), "Params!O3: Represent As: `0` stands twice"),
        (with(2, "Represent As PL", "0;Wył."), "Params!O3: Represent As: `en` lists 0 1 2, `pl` lists 0"),
        (with(2, "Bit Position", "3"), "Params!J3: Bit Position: only for the types `bit`, `bits` and `enum`"),
        (with(3, "Name", "Mode"), "Params, row 4: name: `Mode` stands twice"),
        (with(0, "Widget", "Widgets"), "Params!Z1: unknown heading `Widgets`"),
        (with(0, "Category PL", "Category"), "Params!B1: heading `Category` stands twice"),
        (with(0, "Type", "Type RU"), "Params!Q1: unknown heading `Type RU`"),
    ] {
        let faults = load(&workbook(folder.path(), &INFO, &rows, &[])).unwrap_err();
        let is_named = faults.iter().any(|fault| fault.contains("boiler.xlsx: ") && fault.contains(want));
        assert!(is_named, "{want}: {faults:?}");
    }
    let long = "x".repeat(201);
    for (row, cells, want) in [
        (0, vec!["", long.as_str()], "Info!B1: Manufacturer: too long, expected at most 200 characters"),
        (1, vec![""], "Info!B2: Model: missing"),
        (2, vec!["", &long[..51]], "Info!B3: Device Version: too long, expected at most 50 characters"),
        (3, vec!["", long.as_str()], "Info!B4: Category: too long"),
        (5, vec!["", "256"], "Info!B6: Read Group Size: `256`, expected a whole number from 1 to 255"),
        (6, vec!["", "never"], "Info!B7: Write Function: `never`, expected normal, always-6 or always-16"),
    ] {
        let mut info: Vec<&[&str]> = INFO.to_vec();
        info[row] = &cells;
        let faults = load(&workbook(folder.path(), &info, &table(), &[])).unwrap_err();
        assert!(faults.iter().any(|fault| fault.contains(want)), "{want}: {faults:?}");
    }
    let faults = load(&workbook(folder.path(), &INFO, &table(), &["Notes"])).unwrap_err();
    assert!(faults[0].contains("sheet `Notes`: unknown"), "{faults:?}");
    std::fs::write(folder.path().join("no.xlsx"), "no workbook").unwrap();
    assert!(load(&folder.path().join("no.xlsx")).unwrap_err()[0].contains("no.xlsx: cannot be read"));
}

const METER: &str =
    "name: Meter\nmanufacturer: Works\nparameters:\n  - { name: U, registerKind: input, address: 0, type: u16-be }\n";

#[test]
fn faults_of_a_file_name_line_and_field() {
    let long = "x".repeat(201);
    for (from, to, want) in [
        ("name: Meter\n", String::new(), "0: name: missing"),
        ("name: Meter", format!("name: {long}"), "1: name: a name has 1 to 200 characters"),
        ("manufacturer: Works", format!("manufacturer: {long}"), "2: manufacturer: too long, expected at most 200"),
        ("manufacturer: Works", format!("version: {}", &long[..51]), "2: version: too long, expected at most 50"),
        ("manufacturer: Works", format!("category: {long}"), "2: category: too long, expected at most 200"),
        ("manufacturer: Works", "readGroupSize: 0".into(), "2: readGroupSize: `0` is out of range, expected 1 to 255"),
        ("manufacturer: Works", "maker: Works".into(), "2: maker: unknown field `maker`"),
        ("manufacturer: Works", "file: x.yaml".into(), "2: file: only in a plant file"),
        ("u16-be }", "u16-be, min: 2, max: 1 }".into(), "4: parameters[0].min: `U`: larger than max"),
        ("u16-be }", format!("u16-be, category: {long} }}"), "4: parameters[0].category: `U`: too long"),
        (
            "u16-be }",
            "u16-be, texts: { en: { 0: a, 1: b }, pl: { 0: c } } }".into(),
            "4: parameters[0].texts: `U`: `en` lists 0 1, `pl` lists 0",
        ),
        ("u16-be }", "u16-be, translations: { de: { name: x } } }".into(), "4: parameters[0].translations.de"),
    ] {
        let faults = source::parse(&METER.replacen(from, &to, 1), "meter").unwrap_err();
        let found: Vec<String> =
            faults.into_iter().map(|(place, text)| format!("{}: {text}", place.unwrap_or_default().line)).collect();
        assert!(found[0].starts_with(want), "{to}: {found:?}");
    }
}

/// A plant whose devices are of the templates of a folder.
fn plant(templates: &str, device: &str) -> String {
    format!(
        "templates:\n{templates}\norganizations:\n  - name: Works\n    networks:\n      - name: Hall\n        connection: \
         {{ kind: direct, ip: 127.0.0.1 }}\n        devices: [ {{ name: Device, modbusUnitId: 1, template: {device} }} ]\n"
    )
}

#[test]
fn a_plant_file_includes_files_and_folders() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("plant.yaml");
    std::fs::create_dir(folder.path().join("meters")).unwrap();
    std::fs::write(folder.path().join("meters/a.yaml"), METER).unwrap();
    std::fs::write(folder.path().join("meters/notes.txt"), "not a template").unwrap();
    let json = METER_JSON;
    std::fs::write(folder.path().join("meters/b.json"), json).unwrap();
    workbook(&folder.path().join("meters"), &INFO, &table(), &[]);
    let load = |text: String| {
        std::fs::write(&path, text).unwrap();
        File::load(&path).map_err(|error| error.to_string())
    };
    let file = load(plant("  - file: meters", "boiler")).unwrap();
    let ids: Vec<&str> = file.templates.iter().map(|template| template.id.text.as_str()).collect();
    assert_eq!(ids, ["a", "b", "boiler"]);
    assert_eq!(file.parameters(&file.organizations[0].networks[0].devices[0]).count(), 3);
    let file = load(plant("  - { id: mine, file: meters/a.yaml }", "mine")).unwrap();
    assert_eq!(file.templates[0].manufacturer, "Works");

    let refused = |text: String, want: &str| {
        let error = load(text).unwrap_err();
        assert!(error.contains(want), "{want}: {error}");
    };
    refused(
        plant("  - { id: mine, file: meters }", "mine"),
        "plant.yaml:2:11: templates[0].id: only for a single file",
    );
    refused(plant("  - { file: meters/a.yaml, version: x }", "a"), "file: expected nothing beside it but `id`");
    refused(plant("  - { file: gone.yaml }", "a"), "gone.yaml: cannot be read");
    refused(
        plant("  - { file: meters/notes.txt }", "a"),
        "notes.txt: not a template, expected a file that ends in yaml",
    );
    refused(plant("  - file: meters", "c"), "template: unknown `c`, expected the id of one of `templates` or of one");
    refused(
        plant("  - file: meters\n  - { id: d, file: meters/a.yaml }", "d"),
        "has name, manufacturer and version of `a`",
    );
    std::fs::write(folder.path().join("meters/a.yaml"), METER.replace("u16-be", "u17-be")).unwrap();
    refused(plant("  - file: meters", "a"), "a.yaml:4:55: parameters[0].type: `u17-be`: unknown data type");
    let in_text = File::parse(&plant("  - file: meters", "a")).unwrap_err();
    assert!(in_text[0].1.contains("includes none"), "{in_text:?}");
}

const METER_JSON: &str = r#"{ "name": "Meter", "version": "2",
    "parameters": [ { "name": "U", "registerKind": "input", "address": 0, "type": "u16-be", "multiplier": 0.10 } ] }"#;

#[test]
fn a_template_of_an_organization_is_for_its_devices_alone() {
    let text = "\
organizations:
  - name: A
    templates:
      - id: own
        name: Own
        parameters: [ { name: U, registerKind: input, address: 0, type: u16-be } ]
  - name: B
    networks:
      - name: Hall
        connection: { kind: direct, ip: 127.0.0.1 }
        devices: [ { name: Device, modbusUnitId: 1, template: own } ]
skuTemplates: { em130: gone }
";
    let faults = File::parse(text).unwrap_err();
    assert!(faults[0].1.contains(".template: unknown `own`"), "{faults:?}");
    assert!(faults[1].1.starts_with("skuTemplates.em130: unknown `gone`"), "{faults:?}");
}
