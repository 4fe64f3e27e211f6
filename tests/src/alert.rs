//! Cases of alerts on the contract.

use parabus_core::contract::Error;
use parabus_core::contract::alert::{Alert, Timeline};
use serde_json::{Map, Value, json};

use super::{answer, read, read_value};

/// The effects of each event, and the state at the end; with `restore`, the state is stored and loaded before
/// each event.
pub fn alert(args: &Map<String, Value>) -> Result<Value, Error> {
    let mut args = args.clone();
    let events = args.remove("events").expect("events");
    let is_restored = args.remove("restore").is_some();
    let mut alert = Alert::new(&read(&args))?;
    let mut effects = Vec::new();
    for event in events.as_array().expect("events") {
        if is_restored {
            alert = Alert::new(&read_value(&json!({ "rule": args["rule"], "state": alert.state() })))?;
        }
        effects.push(answer(alert.step(&read_value(event))?));
    }
    Ok(json!({ "effects": effects, "state": state(answer(alert.state())) }))
}

pub fn timeline(timeline: Timeline) -> Value {
    json!({ "effects": answer(timeline.effects), "state": state(answer(timeline.state)) })
}

/// What the definition says of a state.
fn state(mut state: Value) -> Value {
    let fields = state.as_object_mut().expect("a state");
    fields.remove("next");
    fields.remove("stored");
    state
}
