//! The examples of the README are what the program takes.

#![allow(clippy::unwrap_used, reason = "a test that panics has failed, as it should")]

use std::path::Path;

use parabus_server::config::Config;
use parabus_server::plant::File;

const README: &str = include_str!("../../README.md");

/// The first block of a language.
fn block(language: &str) -> &'static str {
    let start = README.split(&format!("```{language}\n")).nth(1).unwrap();
    start.split("```").next().unwrap()
}

#[test]
fn the_plant_is_a_plant() {
    let file = File::parse(block("yaml")).unwrap_or_else(|faults| panic!("{faults:?}"));
    assert_eq!(file.parameters(&file.organizations[0].networks[0].devices[0]).count(), 3);
}

#[test]
fn the_templates_are_templates() {
    let text = README.split("```yaml\n").nth(2).unwrap().split("```").next().unwrap();
    let folder = tempfile::tempdir().unwrap();
    let meters = folder.path().join("meters");
    std::fs::create_dir(&meters).unwrap();
    let shipped = Path::new(env!("CARGO_MANIFEST_DIR")).join("templates/eastron-sdm120.yaml");
    std::fs::copy(shipped, meters.join("mine.yaml")).unwrap();
    let path = folder.path().join("plant.yaml");
    std::fs::write(&path, text).unwrap();
    let file = File::load(&path).unwrap_or_else(|error| panic!("{error}"));
    let ids: Vec<&str> = file.templates.iter().map(|template| template.id.text.as_str()).collect();
    assert_eq!(ids, ["mine", "boiler", "abb-b23"]);
}

#[test]
fn the_other_connections_are_taken() {
    let lines: Vec<&str> = README.lines().filter(|line| line.starts_with("connection: {")).collect();
    assert_eq!(lines.len(), 4);
    for line in lines {
        let text = format!("organizations:\n  - name: Works\n    networks:\n      - name: Hall\n        {line}\n");
        File::parse(&text).unwrap_or_else(|faults| panic!("{faults:?}"));
    }
}

#[test]
fn pictures_and_notifications_are_taken() {
    let line = |start: &str| README.lines().find(|line| line.starts_with(start)).unwrap();
    let (pictures, notifications) = (line("visualizations: ["), line("globalNotifications: ["));
    let text = format!("{notifications}\norganizations:\n  - name: Works\n    {pictures}\n");
    let file = File::parse(&text).unwrap_or_else(|faults| panic!("{faults:?}"));
    assert_eq!((file.global_notifications.len(), file.organizations[0].visualizations.len()), (1, 1));
}

#[test]
fn the_configuration_holds_the_defaults() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("parabus.toml");
    std::fs::write(&path, block("toml")).unwrap();
    let (written, default) = (Config::load(&path).unwrap(), Config::default());
    let same_but_path = |config: Config| {
        let mut config = config;
        config.storage.path = "data".into();
        format!("{config:?}")
    };
    assert_eq!(same_but_path(written), same_but_path(default));
}

#[test]
fn the_providers_of_messages_are_taken() {
    let text = README.split("```toml\n").find(|block| block.starts_with("[email]")).unwrap();
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("parabus.toml");
    std::fs::write(&path, text.split("```").next().unwrap()).unwrap();
    let config = Config::load(&path).unwrap_or_else(|error| panic!("{error}"));
    assert!(config.email.is_some() && config.sms.provider.is_some() && config.voice.provider.is_some());
}

#[test]
fn the_demo_is_a_plant() {
    // The demo's key comes from the environment; any will do to read the file.
    let text = std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("demo/plant.yaml")).unwrap();
    let text = text.replace("env:PARABUS_DEMO_KEY", "513cf747-eb5c-4d5f-931f-d22c9872c73c");
    let file = File::parse(&text.replace("env:PARABUS_DEMO_PASSWORD", "long enough"));
    assert!(file.unwrap_or_else(|faults| panic!("{faults:?}")).simulate.len() == 6);
}
