//! Cases of sums and formulas on the contract.

use std::collections::BTreeMap;

use parabus_core::contract::Error;
use parabus_core::contract::aggregate::{self, Options, Readings, Spans};
use parabus_core::contract::formula::Formula;
use serde_json::{Map, Value, json};

use super::{answer, read_value};

/// Values are fractions if one of them is.
fn readings(args: &Map<String, Value>) -> Result<Readings, Error> {
    let times: Vec<i64> = read_value(&args["times"]);
    let decimals = args.get("decimals").map(read_value);
    let values = args["values"].as_array().expect("values");
    if values.iter().any(Value::is_f64) {
        let fractions: Vec<f64> = values.iter().map(|value| value.as_f64().unwrap_or(f64::NAN)).collect();
        return Readings::fraction(&times, &fractions, decimals);
    }
    Readings::whole(&times, values.iter().map(whole), decimals)
}

/// Large ones are text.
fn whole(value: &Value) -> Option<i64> {
    value.as_i64().or_else(|| value.as_str()?.parse().ok())
}

fn options(args: &Map<String, Value>) -> Options {
    Options { hold_ms: args.get("hold_ms").map(read_value), width_bits: args.get("width_bits").map(read_value) }
}

fn range(args: &Map<String, Value>) -> Result<aggregate::SegmentAnswer, Error> {
    aggregate::range(&readings(args)?, read_value(&args["start"]), read_value(&args["end"]), options(args))
}

/// What the contract answers, if the call is one of these.
pub fn call(name: &str, args: &Map<String, Value>) -> Option<Result<Value, Error>> {
    Some(match name {
        "segments" => readings(args).and_then(|readings| {
            let text = |field: &str| args.get(field).map(read_value);
            let (start, end) = (read_value(&args["start"]), read_value(&args["end"]));
            let spans =
                Spans { cadence: text("cadence"), segment: text("segment"), tz: text("tz"), zone: None, start, end };
            aggregate::segments(&readings, &spans, options(args)).map(answer)
        }),
        "dispersed" => readings(args).and_then(|readings| {
            let range = (read_value(&args["start"]), read_value(&args["end"]));
            let sampling = args.get("sampling").and_then(Value::as_str).unwrap_or("first");
            aggregate::dispersed(&readings, range, read_value(&args["points"]), sampling, options(args)).map(answer)
        }),
        "min_max" => readings(args).and_then(|readings| {
            let instant = |field: &str, without: i64| args.get(field).map_or(without, read_value);
            aggregate::min_max(&readings, instant("start", i64::MIN), instant("end", i64::MAX)).map(answer)
        }),
        "time_weighted_mean" => range(args).map(|found| answer(found.mean)),
        "integrate" => range(args).map(|found| answer(found.integral)),
        "increase" => range(args).map(|found| answer(found.increase)),
        "exact_sum" => {
            let values = args["values"].as_array().expect("values");
            if values.iter().any(Value::is_f64) {
                let values: Vec<f64> = values.iter().filter_map(Value::as_f64).collect();
                aggregate::exact_sum(&values).map(answer)
            } else {
                let values: Vec<i64> = values.iter().filter_map(whole).collect();
                Ok(answer(aggregate::exact_sum_of_integers(&values)))
            }
        }
        "formula" => Formula::new(args["text"].as_str().expect("text")).map(|formula| {
            let values: BTreeMap<u64, f64> = read_value(&args["values"]);
            json!({ "operands": formula.operands(), "value": formula.evaluate(&values) })
        }),
        _ => return None,
    })
}
