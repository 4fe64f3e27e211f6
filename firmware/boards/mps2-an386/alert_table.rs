//! Vectors of alerts from JSON to constants.

use std::error::Error;

use serde_json::{Map, Value};

type Source = Result<String, Box<dyn Error>>;

const NONE: &str = "None";

/// A call, with its comparison.
pub fn check(name: &str, args: &Map<String, Value>, want: &str) -> Source {
    let rule = rule(args.get("rule").ok_or("no rule")?)?;
    let when =
        |field: &str| args.get(field).map_or(Ok(NONE.to_owned()), |at| Ok::<_, Box<dyn Error>>(some(&instant(at)?)));
    if name == "simulate" {
        let series = args["series"].as_object().ok_or("no series")?.iter().map(|(param, points)| {
            let values = list(points.get("values"), |value| optional(Some(value), number))?;
            Ok(format!("({param:?}, &{}, &{values})", list(points.get("times"), instant)?))
        });
        let series = series.collect::<Result<Vec<_>, Box<dyn Error>>>()?.join(", ");
        let (start, end) = (when("start")?, when("end")?);
        let fields = format!("rule: {rule}, series: &[{series}], start: {start}, end: {end}");
        return Ok(format!("{{ const CASE: Timeline = Timeline {{ {fields} }}; check(timeline(&CASE), {want}) }}"));
    }
    let stored = optional(args.get("state").and_then(|state| state.get("stored")), |text| Ok(text.to_string()))?;
    let last_record = optional(args.get("last_record"), |number| Ok(number.to_string()))?;
    let (at, events) = (when("at")?, list(args.get("events"), event)?);
    let is_restored = args.contains_key("restore");
    let fields = format!(
        "rule: {rule}, at: {at}, last_record: {last_record}, stored: {stored}, is_restored: {is_restored}, events: &{events}"
    );
    Ok(format!("{{ const CASE: AlertCase = AlertCase {{ {fields} }}; check(alert(&CASE), {want}) }}"))
}

/// Effects of each event, and the state.
pub fn want(name: &str, want: &Value) -> Source {
    let told = |effects: &Value| {
        list(Some(effects), |effect| {
            let send = optional(effect.get("send"), |send| Ok(format!("({}, {})", send["type"], send["recepient"])))?;
            let index = optional(effect.get("index"), |index| Ok(index.to_string()))?;
            let parts = ["id", "kind", "record", "due", "at"].map(|field| effect[field].to_string()).join(", ");
            Ok(format!("({parts}, {index}, {send})"))
        })
    };
    let effects = if name == "simulate" {
        format!("[&{}]", told(&want["effects"])?)
    } else {
        list(want.get("effects"), |effects| Ok(format!("&{}", told(effects)?)))?
    };
    let state = &want["state"];
    let mut fields = String::new();
    for field in ["now", "record", "phase", "flapping"] {
        fields += &format!("{field}: {}, ", state[field]);
    }
    for field in ["started", "since", "closed", "confirmed"] {
        fields += &format!("{field}: {}, ", optional(state.get(field), |at| Ok(at.to_string()))?);
    }
    let conditions = list(state.get("conditions"), |condition| {
        let triggered = optional(condition.get("triggered"), |triggered| Ok(triggered.to_string()))?;
        Ok(format!("({}, {triggered})", condition["param"]))
    })?;
    Ok(format!(
        "{{ const EFFECTS: &[&[Told]] = &{effects}; const STATE: State = State {{ {fields} conditions: &{conditions} }}; want(EFFECTS, &STATE) }}"
    ))
}

fn rule(rule: &Value) -> Source {
    let plain = |object: &Value, field: &str| optional(object.get(field), |value| Ok(value.to_string()));
    let conditions = list(rule.get("conditions"), |condition| {
        let (param, kind) = (plain(condition, "paramId")?, &condition["kind"]);
        let (value, deadband) =
            (optional(condition.get("value"), number)?, optional(condition.get("deadband"), number)?);
        let (hold, failures) = (plain(condition, "holdMs")?, plain(condition, "failures")?);
        Ok(format!("({param}, {kind}, {value}, {deadband}, {hold}, {failures})"))
    })?;
    let action = |action: &Value| {
        let (channel, recepient) = (plain(action, "type")?, plain(action, "recepient")?);
        Ok::<_, Box<dyn Error>>(format!("({}, {channel}, {recepient})", number(&action["timeoutMinutes"])?))
    };
    let empty = Value::Array(Vec::new());
    let actions = list(Some(rule.get("actions").unwrap_or(&empty)), action)?;
    let follow_up = |call: &Value| Ok(format!("({}, {})", call["stage"], action(call)?));
    let follow_ups = list(Some(rule.get("followUps").unwrap_or(&empty)), follow_up)?;
    let times = [plain(rule, "periodMs")?, plain(rule, "resolveDelayMs")?, plain(rule, "holdMs")?].join(", ");
    let id = rule.get("id").map_or("0".to_owned(), Value::to_string);
    Ok(format!(
        "Rule {{ id: {id}, logic: {}, conditions: &{conditions}, actions: &{actions}, follow_ups: &{follow_ups}, times: ({times}) }}",
        rule["conditionLogic"]
    ))
}

fn event(event: &Value) -> Source {
    let (kind, call) = event.as_object().and_then(|event| event.iter().next()).ok_or("no event")?;
    let at = instant(&call["at"])?;
    Ok(match kind.as_str() {
        "cycle" => {
            let readings = call["readings"].as_object().ok_or("no readings")?.iter();
            let readings =
                readings.map(|(param, value)| Ok(format!("({param:?}, {})", optional(Some(value), number)?)));
            format!("Event::Cycle({at}, &[{}])", readings.collect::<Result<Vec<_>, Box<dyn Error>>>()?.join(", "))
        }
        "tick" => format!("Event::Tick({at})"),
        "confirm" => format!("Event::Confirm({at})"),
        "polling" => format!("Event::Polling({at}, &{}, {})", call["params"], call["on"]),
        "restart" => format!("Event::Restart({at})"),
        "close" => format!("Event::Close({at})"),
        other => return Err(format!("no event `{other}`").into()),
    })
}

fn instant(at: &Value) -> Source {
    match at {
        Value::String(text) => Ok(format!("When::Text({text:?})")),
        Value::Number(ms) => Ok(format!("When::Ms({ms})")),
        other => Err(format!("{other} is no instant").into()),
    }
}

fn number(value: &Value) -> Source {
    match value {
        Value::String(text) => Ok(format!("Value::Text({text:?})")),
        number if number.is_i64() => Ok(format!("Value::Int({number})")),
        number => Ok(format!("Value::Float({})", number.as_f64().ok_or("no number")?.to_bits())),
    }
}

fn some(source: &str) -> String {
    format!("Some({source})")
}

fn optional(value: Option<&Value>, literal: impl Fn(&Value) -> Source) -> Source {
    match value {
        None | Some(Value::Null) => Ok(NONE.to_owned()),
        Some(value) => literal(value).map(|source| some(&source)),
    }
}

fn list(items: Option<&Value>, literal: impl Fn(&Value) -> Source) -> Source {
    let items = items.and_then(Value::as_array).ok_or("no list")?.iter().map(literal);
    Ok(format!("[{}]", items.collect::<Result<Vec<_>, _>>()?.join(", ")))
}
