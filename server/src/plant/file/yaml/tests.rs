//! What is read, and what is told of what cannot be.

use super::*;
use crate::plant::File;

fn read<T: DeserializeOwned>(text: &str) -> Result<T, Vec<Fault>> {
    Tree::parse(text).map_err(|fault| vec![fault])?.read()
}

fn told(faults: Vec<Fault>) -> Vec<String> {
    let told = faults.into_iter().map(|(place, text)| {
        let Place { line, column } = place.unwrap_or_default();
        format!("{line}:{column}: {text}")
    });
    told.collect()
}

fn faults(text: &str) -> Vec<String> {
    told(File::parse(text).err().unwrap_or_default())
}

#[test]
fn anchors_aliases_and_merges_are_read() {
    type Maps = std::collections::BTreeMap<String, std::collections::BTreeMap<String, u16>>;
    let maps: Maps = read("a: &a { x: 1, y: 0x10 }\nb: { <<: *a, y: 2 }\nc: *a\n").unwrap();
    assert_eq!((maps["b"]["x"], maps["b"]["y"], maps["c"]["y"]), (1, 2, 16));
    let wrong = told(read::<Maps>("a: &a { x: 1 }\nb: *a\nc: { x: 70000 }\n").unwrap_err());
    assert_eq!(wrong, ["3:9: c.x: `70000` is out of range, expected 0 to 65535"]);
    for (text, want) in [
        ("a: { x: 1, x: 2 }", "1:12: a.x: stands twice"),
        ("a: &a [ *a ]", "1:9: an alias that stands for itself"),
        ("a: {}\n---\nb: {}", "2:1: a second document"),
        ("a: { x: [ }", "1:"),
        ("a: { x: }", "1:"),
    ] {
        let found = told(read::<Maps>(text).unwrap_err());
        assert!(found[0].starts_with(want), "{text}: {found:?}");
    }
    let lines: String = (1..40).map(|n| format!("- &a{n} [ *a{0}, *a{0} ]\n", n - 1)).collect();
    let laughs = told(read::<serde::de::IgnoredAny>(&format!("- &a0 [ 1 ]\n{lines}")).unwrap_err());
    assert!(laughs[0].contains("aliases stand for more than"), "{laughs:?}");
}

#[test]
fn all_faults_are_told_at_once_each_with_place_path_and_hint() {
    let text = "\
organizations:
  - name: Works
    langauge: en
    users:
      - { name: ann, role: ownr }
      - { role: viewer }
    networks:
      - name: Hall
        connection: { kind: direct, ip: 10.0.0.7, port: 99999 }
        devices:
          - { name: Meter, modbusUnitId: one, updatePeriodSec: 0 }
          - name: Pump
            modbusUnitId: 3
            parameters:
              - { name: Flow, registerKind: input, address: 1, type: f23-be }
";
    let want = [
        "3:5: organizations[0].langauge: unknown field `langauge`, expected one of name, slug, language,",
        "5:28: organizations[0].users[0].role: unknown `ownr`, expected owner, manager,",
        "6:9: organizations[0].users[1]: missing field `name`",
        "9:57: organizations[0].networks[0].connection.port: `99999` is out of range, expected 0 to 65535",
        "11:42: organizations[0].networks[0].devices[0].modbusUnitId: found `one`, expected a whole number",
        "11:64: organizations[0].networks[0].devices[0].updatePeriodSec: `0` is out of range, expected 1 to 86400",
        "15:70: organizations[0].networks[0].devices[1].parameters[0].type: `f23-be`: unknown data type",
    ];
    let found = faults(text);
    assert_eq!(found.len(), want.len(), "{found:#?}");
    for (found, want) in found.iter().zip(want) {
        assert!(found.starts_with(want), "{found}\n{want}");
    }
    assert!(found[0].ends_with("did you mean `language`?"), "{}", found[0]);
    assert!(found[1].ends_with("did you mean `owner`?"), "{}", found[1]);
    assert!(found[6].ends_with("did you mean `f32-be`?"), "{}", found[6]);
}

#[test]
fn rules_between_fields_are_told_at_the_field() {
    let text = "\
organizations:
  - name: Works
    networks:
      - name: Hall
        connection: { kind: serial, path: /dev/ttyS0, port: 3 }
        devices:
          - name: Meter
            modbusUnitId: 0
            template: abb-b32
          - name: Meter
            modbusUnitId: 2
            parameters:
              - name: Flow
                registerKind: input
                address: 1
                type: f32-be
                multiplier: 0
              - { name: Text, registerKind: input, address: 9, type: str }
globalNotifications:
  - { id: 4f6d0000-0000-4000-8000-000000000001, texts: {} }
";
    let place = "organizations[0].networks[0]";
    let found = faults(text);
    let want = [
        format!("5:61: {place}.connection.port: only for the kinds"),
        format!("8:27: {place}.devices[0].modbusUnitId: `Meter`: on a bus"),
        format!("9:23: {place}.devices[0].template: unknown `abb-b32`"),
        format!("10:19: {place}.devices[1].name: `Meter` stands twice"),
        format!("17:29: {place}.devices[1].parameters[0].multiplier: `Flow`: `0` makes"),
        format!("18:25: {place}.devices[1].parameters[1].length: `Text`: missing"),
        "20:56: globalNotifications[0].texts: empty".to_owned(),
    ];
    for want in &want {
        assert!(found.iter().any(|found| found.starts_with(want)), "{want}\n{found:#?}");
    }
    assert_eq!(found.len(), want.len(), "{found:#?}");
    assert!(found.iter().any(|found| found.ends_with("did you mean `abb-b23`?")), "{found:#?}");
}

/// The text of a node as it stands in the file, if it is in one line.
fn token<'t>(line: &'t str, column: u64, text: &str) -> Option<&'t str> {
    let start = line.char_indices().nth(column as usize - 1)?.0;
    let rest = line.get(start..)?;
    match rest.chars().next()? {
        quote @ ('"' | '\'') => rest.get(..rest[1..].find(quote)? + 2),
        _ => rest.get(..text.len()).filter(|token| *token == text && !text.is_empty()),
    }
}

/// Every field of the demo's plant and of the file that has all, damaged one after the other.
#[test]
fn a_damaged_field_is_named_with_its_line() {
    let demo = std::fs::read_to_string(super::super::super::tests::demo()).unwrap();
    let demo = demo.replace("\"env:PARABUS_DEMO_KEY\"", "513cf747-eb5c-4d5f-931f-d22c9872c73c");
    let demo = demo.replace("\"env:PARABUS_DEMO_PASSWORD\"", "secret-word");
    let mut damaged = 0;
    for text in [demo.as_str(), super::super::super::tests::EVERYTHING] {
        assert!(faults(text).is_empty(), "{:?}", faults(text));
        let tree = Tree::parse(text).unwrap();
        let lines: Vec<&str> = text.lines().collect();
        let mut seen: HashMap<String, u32> = HashMap::new();
        for (id, node) in tree.nodes.iter().enumerate() {
            let Content::Scalar { text: content, .. } = &node.content else { continue };
            let Step::Key(parent, key) = &node.step else { continue };
            let is_key = tree.entry(*parent, key) != Some(id);
            let path: String = tree.path(id).chars().filter(|each| !each.is_ascii_digit()).collect();
            // Keys that anybody may choose: damaged, they are others.
            let is_free = ["texts.", "textDescriptions.", "skuTemplates."].iter().any(|part| path.contains(part));
            if is_key && is_free {
                continue;
            }
            // What a fault of one of them shows, that of the next shows again.
            let times = seen.entry(format!("{path} {is_key}")).or_default();
            *times += 1;
            if *times > 2 {
                continue;
            }
            let Place { line, column } = node.place;
            let before = lines[line as usize - 1];
            let Some(token) = token(before, column, content) else { continue };
            let start = before.char_indices().nth(column as usize - 1).unwrap().0;
            let instead = if is_key { format!("{content}Damaged") } else { "{ damaged: 1 }".to_owned() };
            let after = format!("{}{instead}{}", &before[..start], &before[start + token.len()..]);
            let mut changed = lines.clone();
            changed[line as usize - 1] = &after;
            let found = faults(&changed.join("\n"));
            let prefix = format!("{line}:");
            assert!(found.iter().any(|fault| fault.starts_with(&prefix)), "{line}: {after}\n{found:#?}");
            let name = if is_key { format!("{content}Damaged") } else { key.clone() };
            let names = |fault: &String| fault.starts_with(&prefix) && fault.contains(&name);
            assert!(found.iter().any(names), "{name}: {after}\n{found:#?}");
            damaged += 1;
        }
    }
    assert!(damaged > 250, "{damaged}");
}
