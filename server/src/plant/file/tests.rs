use super::*;

const PLANT: &str = "\
organizations:
  - name: Works
    networks:
      - name: Hall
        connection: { kind: direct, ip: 127.0.0.1, port: 5020 }
        devices:
          - name: Meter
            modbusUnitId: 1
            parameters:
              - name: Voltage
                registerKind: input
                address: 0
                type: f32-be
                multiplier: 0.10
                texts: { en: { 0: Off, 1: On } }
";

fn faults(text: &str) -> Vec<String> {
    let faults = File::parse(text).err().unwrap_or_default();
    faults.into_iter().map(|(place, text)| format!("{}: {text}", place.unwrap_or_default().line)).collect()
}

#[test]
fn a_plant_is_read_exactly() {
    let file = File::parse(PLANT).unwrap_or_else(|faults| panic!("{faults:?}"));
    let param = &file.organizations[0].networks[0].devices[0].parameters[0];
    assert_eq!(param.multiplier.0.to_string(), "0.10");
    assert_eq!(param.texts[&Language("en".into())]["0"], "Off");
    assert!(param.is_tracked);
}

#[test]
fn parts_lengths_and_codes_reach_the_codec() {
    let codec = |text: &str| {
        let file = File::parse(&PLANT.replacen("type: f32-be", text, 1)).unwrap_or_else(|faults| panic!("{faults:?}"));
        file.organizations[0].networks[0].devices[0].parameters[0].codec()
    };
    let blank = "\n                ";
    let bits = codec(&format!("type: bits{blank}bitPosition: 4{blank}bitsAmount: 3"));
    assert_eq!(bits.decode(&[0x0050]).unwrap().to_string(), "0.5");
    assert_eq!(codec(&format!("type: str2{blank}length: 8")).register_count(), 8);
    let codes = codec(&format!("type: i16{blank}notAvailable: [0x8000]"));
    assert!(codes.decode(&[0x8000]).is_err());
    assert!(codes.decode(&[0x7FFF]).is_ok());
}

#[test]
fn faults_name_line_field_and_expectation() {
    for (from, to, want) in [
        (
            "type: f32-be",
            "type: f33-be",
            "13: organizations[0].networks[0].devices[0].parameters[0].type: `f33-be`: unknown data type",
        ),
        (
            "registerKind: input",
            "registerKind: inputs",
            "11: organizations[0].networks[0].devices[0].parameters[0].registerKind: unknown `inputs`, expected holding",
        ),
        ("address: 0", "address: 70000", "12: organizations[0].networks[0].devices[0].parameters[0].address"),
        (
            "multiplier: 0.10",
            "multiplier: ten",
            "14: organizations[0].networks[0].devices[0].parameters[0].multiplier: `ten` is not a decimal number",
        ),
        ("modbusUnitId: 1", "modbusUnit: 1", "8: organizations[0].networks[0].devices[0].modbusUnit"),
        ("kind: direct", "kind: wireless", "5: organizations[0].networks[0].connection.kind"),
        (
            "kind: direct",
            "kind: serial",
            "5: organizations[0].networks[0].connection.path: missing, expected one such as /dev/ttyUSB0",
        ),
        (
            "port: 5020",
            "port: 5020, baud: 9600",
            "5: organizations[0].networks[0].connection.baud: only for the kind `serial`",
        ),
        (
            "kind: direct",
            "kind: backward",
            "5: organizations[0].networks[0].connection.ip: only for the kinds `direct` and `vpn`",
        ),
        (
            "kind: direct, ip: 127.0.0.1, port: 5020",
            "kind: backward",
            "5: organizations[0].networks[0].connection.mac: missing",
        ),
        (
            "kind: direct, ip: 127.0.0.1, port: 5020",
            "kind: backward, mac: d8:80",
            "5: organizations[0].networks[0].connection.mac: unknown `d8:80`, expected six bytes",
        ),
        ("port: 5020", "framing: ascii", "5: organizations[0].networks[0].connection.framing: unknown `ascii`"),
        (
            "port: 5020 }\n        devices:\n          - name: Meter\n            modbusUnitId: 1",
            "framing: rtu }\n        devices:\n          - name: Meter\n            modbusUnitId: 0",
            "8: organizations[0].networks[0].devices[0].modbusUnitId: `Meter`: on a bus `0` is everyone",
        ),
        (
            "kind: direct, ip: 127.0.0.1, port: 5020",
            "kind: serial, path: ttyUSB0, stopBits: 3",
            "5: organizations[0].networks[0].connection.stopBits: `3` is out of range, expected 1 to 2",
        ),
        (
            "modbusUnitId: 1",
            "modbusUnitId: 1\n            template: x",
            "9: organizations[0].networks[0].devices[0].template: unknown `x`",
        ),
        (
            "multiplier: 0.10",
            "multiplier: 0",
            "14: organizations[0].networks[0].devices[0].parameters[0].multiplier: `Voltage`: `0`",
        ),
        (
            "multiplier: 0.10",
            "isProgrammable: true",
            "14: organizations[0].networks[0].devices[0].parameters[0].isProgrammable: `Voltage`: registers of this kind are read-only",
        ),
        (
            "organizations:",
            "globalNotifications: [ { id: 7, texts: { en: Late } } ]\norganizations:",
            "1: globalNotifications[0].id",
        ),
        (
            "organizations:",
            "globalNotifications: [ { id: 513cf747-eb5c-4d5f-931f-d22c9872c73c, texts: {} } ]\norganizations:",
            "1: globalNotifications[0].texts: empty",
        ),
        (
            "- name: Works",
            "- name: Works\n    visualizations: [ { name: Hall } ]",
            "3: organizations[0].visualizations[0]",
        ),
        ("type: f32-be", "type: [", "15: while parsing"),
        (
            "type: f32-be",
            "type: bits",
            "10: organizations[0].networks[0].devices[0].parameters[0].bitsAmount: `Voltage`: missing",
        ),
        (
            "type: f32-be",
            "type: bits\n                bitPosition: 9\n                bitsAmount: 8",
            "15: organizations[0].networks[0].devices[0].parameters[0].bitsAmount: `Voltage`",
        ),
        (
            "type: f32-be",
            "type: str",
            "10: organizations[0].networks[0].devices[0].parameters[0].length: `Voltage`: missing",
        ),
        (
            "type: f32-be",
            "type: mac\n                length: 6",
            "14: organizations[0].networks[0].devices[0].parameters[0].length: `Voltage`: only for texts",
        ),
        (
            "type: f32-be",
            "type: u16\n                notAvailable: [1, 2, 3]",
            "14: organizations[0].networks[0].devices[0].parameters[0].notAvailable: `Voltage`",
        ),
        (
            "organizations:",
            "simulate: [ { network: Hall, device: Meter, signals: { Voltage: { text: on } } } ]\norganizations:",
            "1: simulate[0].signals.Voltage.text: the parameter is no text",
        ),
        (
            "type: f32-be\n                multiplier: 0.10\n                texts: { en: { 0: Off, 1: On } }",
            "type: str\n                length: 2\nsimulate: [ { network: Hall, device: Meter, signals: { Voltage: { text: off } } } ]",
            "15: simulate[0].signals.Voltage.text: ",
        ),
        (
            "type: f32-be",
            "type: u16\n                notAvailable: [70000]",
            "14: organizations[0].networks[0].devices[0].parameters[0].notAvailable: `Voltage`: `70000` never",
        ),
        (
            "{ 0: Off, 1: On }",
            "{ Off: 0, On: 1 }",
            "15: organizations[0].networks[0].devices[0].parameters[0].texts: `Voltage`: `Off` is no value",
        ),
        (
            "registerKind: input\n                address: 0\n                type: f32-be",
            "registerKind: coil\n                address: 0\n                type: bit\n                bitPosition: 3",
            "14: organizations[0].networks[0].devices[0].parameters[0].bitPosition: `Voltage`: a coil",
        ),
        (
            "organizations:",
            "simulate: [ { network: Hall, device: Meter, signals: { Voltage: { wave: { mean: 1, periodSec: 0 } } } } ]\norganizations:",
            "1: simulate[0].signals.Voltage.periodSec: `0`",
        ),
    ] {
        let found = faults(&PLANT.replacen(from, to, 1));
        assert!(found.iter().any(|fault| fault.starts_with(want)), "{to}: {found:?}");
    }
}

#[test]
fn faults_of_alerts_are_told_where_they_stand() {
    const ALERTS: &str = "
    contact: { email: ann@works.example }
    alerts:
      - name: Under voltage
        logAs: warning
        conditions: [ { network: Hall, device: Meter, parameter: Voltage, kind: l, value: 207 } ]
        actions: [ { timeoutMinutes: 0, type: email } ]
";
    let text = format!("{}{}", PLANT.trim_end(), ALERTS);
    assert_eq!(faults(&text), Vec::<String>::new());
    for (from, to, want) in [
        (
            "email: ann@works.example",
            "email: ann",
            "16: organizations[0].contact.email: `ann`: expected an e-mail address",
        ),
        ("logAs: warning", "logAs: warn", "19: organizations[0].alerts[0].logAs: unknown `warn`"),
        ("parameter: Voltage", "parameter: Current", "`Current` of `Meter` of `Hall` in this organization"),
        ("kind: l, value: 207", "kind: less, value: 207", "kind: unknown `less`, expected g, ge, l, le, eq, neq or"),
        (", value: 207", "", "value: missing, expected a number"),
        ("kind: l, ", "kind: reading-error, ", "value: a reading error is compared with nothing"),
        (
            "type: email }",
            "type: email, recipient: 112 }",
            "actions[0].recipient: `Under voltage`: `112`: expected an e-mail address",
        ),
        ("type: email }", "recipient: ann@works.example }", "`Under voltage`: only with a type"),
        ("timeoutMinutes: 0", "timeoutMinutes: 525601", "`525601` is out of range, expected 0 to 525600"),
        ("type: f32-be", "type: str2\n                length: 4", "is no number"),
    ] {
        let faults = faults(&text.replace(from, to));
        assert!(faults.iter().any(|fault| fault.contains(want)), "{want}: {faults:?}");
    }
}
