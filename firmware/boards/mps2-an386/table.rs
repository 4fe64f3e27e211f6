//! Vectors from JSON to expressions of Rust: calls of core's contract, and what they must give.

use std::error::Error;
use std::fmt::Write as _;
use std::fs;
use std::path::Path;

use serde_json::{Map, Value};

use crate::alert_table;

/// Source of `CASES` and `BROKEN`.
pub fn of(folder: &Path) -> Result<String, Box<dyn Error>> {
    let mut source = String::from("static CASES: &[Case] = &[\n");
    let mut broken = String::new();
    // Nothing but the Rust host runs the vectors of chunks yet.
    for area in sorted(folder)?.into_iter().filter(|area| !area.ends_with("chunk")) {
        for path in sorted(&area)? {
            println!("cargo:rerun-if-changed={}", path.display());
            let file: Value = serde_json::from_str(&fs::read_to_string(&path)?)?;
            let file_name = path.strip_prefix(folder)?.display().to_string();
            for case in file["cases"].as_array().ok_or("no cases")? {
                let name = format!("{file_name}: {}", case["name"].as_str().ok_or("no name")?);
                let row = |want: &str| Ok::<_, Box<dyn Error>>(format!("({name:?}, || {}),\n", check(case, want)?));
                source.push_str(&row(&want(case)?)?);
                if broken.is_empty() && case["call"] == "print_reference" && case.get("want").is_some() {
                    broken = row("Ok(\"nonsense\".into())")?;
                }
            }
        }
    }
    writeln!(source, "];\n\nstatic BROKEN: Case = {};", broken.trim_end_matches(",\n"))?;
    Ok(source)
}

fn sorted(folder: &Path) -> Result<Vec<std::path::PathBuf>, Box<dyn Error>> {
    let mut paths = Vec::new();
    for entry in fs::read_dir(folder)? {
        paths.push(entry?.path());
    }
    paths.sort();
    Ok(paths)
}

/// A call of the contract and its comparison.
fn check(case: &Value, want: &str) -> Result<String, Box<dyn Error>> {
    let args = case["args"].as_object().ok_or("no arguments")?;
    let name = case["call"].as_str().ok_or("no call")?;
    let call = match name {
        "parse_reference" => literal("reference::ParseReference", args, &["text"], &[])?,
        "print_reference" => {
            let parts = args["ref"].as_object().ok_or("no reference")?;
            format!("reference::PrintReference {{ reference: {} }}", parts_literal(parts)?)
        }
        "decode_value" => {
            let mut args = args.clone();
            let codes = codes_literal(args.remove("not_available").as_ref());
            let rest = literal("value::DecodeValue", &args, &["registers", "data_type"], &SCALE)?;
            rest.replacen('{', &format!("{{ not_available: {codes},"), 1)
        }
        "decode_array" => {
            let mut args = args.clone();
            let codes = codes_literal(args.remove("not_available").as_ref());
            let (data, registers) = (args.remove("data"), args.remove("registers"));
            let source = match (data, registers) {
                (Some(Value::String(data)), None) => format!("Source::Bytes(&{})", bytes(&data)?),
                (None, Some(registers)) => format!("Source::Registers(&{})", expression(&registers)?),
                _ => return Err("either `data` or `registers`".into()),
            };
            let scale: Vec<_> = SCALE.into_iter().filter(|(field, _)| *field != "precision").collect();
            let rest = literal("value::DecodeArray", &args, &["data_type"], &scale)?;
            let call = rest.replacen('{', &format!("{{ not_available: {codes},"), 1);
            return Ok(format!("check(decode_array(&{call}, {source}), {want})"));
        }
        "encode_value" => literal("value::EncodeValue", args, &["text", "data_type"], &SCALE)?,
        "format_value" => {
            let mut args = args.clone();
            let value = match args.remove("value") {
                Some(Value::Bool(bit)) => format!("value::BitOrNumber::Bit({bit})"),
                Some(Value::String(text)) => format!("value::BitOrNumber::Number({text:?}.into())"),
                other => return Err(format!("value {other:?}").into()),
            };
            let optional = [("unit", NONE), ("precision", NONE), ("texts", NONE), ("numbers", "\"plain\".into()")];
            let rest = literal("value::FormatValue", &args, &["lang"], &optional)?;
            rest.replacen('{', &format!("{{ value: {value},"), 1)
        }
        "format_number" => {
            let optional = [("min_fraction", "0"), ("max_fraction", NONE), ("grouping", "\"auto\".into()")];
            literal("format::FormatNumber", args, &["text", "lang"], &optional)?
        }
        "plural_category" => literal("format::PluralCategory", args, &["text", "lang"], &[])?,
        "decode_frame" => literal("modbus::DecodeFrame", &with_bytes(args)?, &["data", "transport", "direction"], &[])?,
        "encode_frame" => {
            let frame = frame_literal(args["frame"].as_object().ok_or("no frame")?)?;
            let mut args = args.clone();
            args.remove("frame");
            let rest = literal("modbus::EncodeFrame", &args, &["transport", "direction"], &[])?;
            rest.replacen('{', &format!("{{ frame: {frame},"), 1)
        }
        "plan_reads" => {
            let mut args = args.clone();
            let points = spans(args.remove("points").as_ref())?;
            let refused = spans(args.remove("refused").as_ref())?;
            let optional = [("max_registers", "125"), ("max_gap", "0")];
            let rest = literal("modbus::PlanReads", &args, &[], &optional)?;
            rest.replacen('{', &format!("{{ points: {points}, refused: {refused},"), 1)
        }
        "plan_writes" => {
            let mut args = args.clone();
            let values = args.remove("values");
            let items = values.as_ref().and_then(Value::as_array).ok_or("no values")?;
            let items: Vec<String> = items.iter().map(bit_or_word).collect();
            let optional = [("write_function", "\"normal\".into()")];
            let rest = literal("modbus::PlanWrites", &args, &["kind", "address"], &optional)?;
            rest.replacen('{', &format!("{{ values: vec![{}],", items.join(", ")), 1)
        }
        "frame_scanner" | "modbus_client" | "modbus_server" => {
            return Ok(format!("check({name}({}), {want})", machine(name, args)?));
        }
        "segments" | "dispersed" | "min_max" | "time_weighted_mean" | "integrate" | "increase" | "exact_sum" => {
            return Ok(format!("check({}, {want})", sum_call(name, args)?));
        }
        "formula" => {
            let values = args["values"].as_object().ok_or("no values")?.iter();
            let values: Result<Vec<String>, Box<dyn Error>> =
                values.map(|(id, value)| Ok(format!("({id}, {})", float(value)?))).collect();
            let (text, values) = (expression(&args["text"])?, values?.join(", "));
            let answer = "(formula.operands(), formula.evaluate(&values))";
            return Ok(format!(
                "check({{ let values = [{values}].into(); formula::Formula::new({text}).map(|formula| {answer}) }}, {want})"
            ));
        }
        "alert" | "simulate" => return alert_table::check(name, args, want),
        "lrc" => literal("modbus::Lrc", &with_bytes(args)?, &["data"], &[])?,
        "crc16" => literal("modbus::Crc16", &with_bytes(args)?, &["data"], &[])?,
        other => return Err(format!("no function `{other}`").into()),
    };
    let area = call.split("::").next().unwrap_or_default().to_owned();
    Ok(format!("check({area}::{name}(&{call}), {want})"))
}

/// What makes a machine, and the steps that it is led through.
fn machine(name: &str, args: &Map<String, Value>) -> Result<String, Box<dyn Error>> {
    let mut args = args.clone();
    let mut take = |name: &str| args.remove(name);
    Ok(match name {
        "frame_scanner" => {
            let pushes = each(take("pushes"), receive_literal)?;
            format!("&{}, &{pushes}", literal("modbus::NewFrameScanner", &args, &["transport", "direction"], &[])?)
        }
        "modbus_server" => {
            let (receives, bank) = (each(take("receives"), receive_literal)?, take("bank").ok_or("no bank")?);
            let new = literal("modbus::NewModbusServer", &args, &["unit_ids", "transport"], &[("echo", "false")])?;
            format!("&{new}, {}, &{receives}", tables_literal(&bank)?)
        }
        _ => {
            let steps = each(take("steps"), step_literal)?;
            let options = match take("options") {
                Some(Value::Object(options)) => {
                    let mut fields = String::new();
                    for (field, value) in &options {
                        let value = if field == "baud" { some(value)? } else { expression(value)? };
                        write!(fields, "{field}: {value}, ")?;
                    }
                    fields
                }
                _ => String::new(),
            };
            let new = literal("modbus::NewModbusClient", &args, &["transport"], &[])?;
            let options = format!("{{ options: modbus::ClientOptions {{ {options} ..Default::default() }},");
            format!("&{}, &{steps}", new.replacen('{', &options, 1))
        }
    })
}

fn each(
    items: Option<Value>,
    literal: impl Fn(&Map<String, Value>) -> Result<String, Box<dyn Error>>,
) -> Result<String, Box<dyn Error>> {
    let items = items.ok_or("no steps")?;
    let each = items.as_array().ok_or("no steps")?.iter().map(|item| literal(item.as_object().ok_or("no step")?));
    Ok(format!("vec![{}]", each.collect::<Result<Vec<_>, _>>()?.join(", ")))
}

/// A time, which JSON may write without a point.
fn time(fields: &Map<String, Value>) -> Result<String, Box<dyn Error>> {
    Ok(format!("{:?}f64", fields["now_ms"].as_f64().ok_or("no time")?))
}

fn receive_literal(fields: &Map<String, Value>) -> Result<String, Box<dyn Error>> {
    let data = bytes(fields["data"].as_str().ok_or("no bytes")?)?;
    Ok(format!("modbus::Receive {{ data: {data}, now_ms: {} }}", time(fields)?))
}

fn step_literal(fields: &Map<String, Value>) -> Result<String, Box<dyn Error>> {
    let now_ms = time(fields)?;
    if let Some(frame) = fields.get("request") {
        let frame = frame_literal(frame.as_object().ok_or("no frame")?)?;
        return Ok(format!("Step::Request(modbus::RequestFrame {{ frame: {frame}, now_ms: {now_ms} }})"));
    }
    if let Some(data) = fields.get("receive") {
        let data = bytes(data.as_str().ok_or("no bytes")?)?;
        return Ok(format!("Step::Receive(modbus::Receive {{ data: {data}, now_ms: {now_ms} }})"));
    }
    let what = if fields.contains_key("poll") { "Poll" } else { "Reset" };
    Ok(format!("Step::{what}(modbus::PollClient {{ now_ms: {now_ms} }})"))
}

/// What a client answers to a step.
fn done_literal(fields: &Map<String, Value>) -> Result<String, Box<dyn Error>> {
    let send = bytes(fields["send"].as_str().ok_or("no bytes")?)?;
    let events = each(fields.get("events").cloned(), |event| {
        let mut event = event.clone();
        let frame = match event.remove("frame") {
            Some(Value::Object(frame)) => format!("frame: Some({}),", frame_literal(&frame)?),
            _ => String::new(),
        };
        let identity = match event.remove("identity") {
            Some(Value::Object(mut identity)) => {
                let code = identity.remove("activation_code").map_or(Ok(NONE.to_owned()), |code| some(&code))?;
                let mut source = format!("identity: Some(modbus::ControllerIdentity {{ activation_code: {code}, ");
                for (field, value) in &identity {
                    write!(source, "{field}: {}, ", expression(value)?)?;
                }
                source + "}),"
            }
            _ => String::new(),
        };
        let rest = with_default("modbus::ClientEvent", "kind", &event)?;
        Ok(rest.replacen('{', &format!("{{ {frame} {identity}"), 1))
    })?;
    let deadline = fields["deadline_ms"].as_f64().map_or(NONE.to_owned(), |time| format!("Some({time:?}f64)"));
    let id = fields.get("request_id").map_or("0".to_owned(), Value::to_string);
    Ok(format!("modbus::Requested {{ request_id: {id}, send: {send}, events: {events}, deadline_ms: {deadline} }}"))
}

fn tables_literal(bank: &Value) -> Result<String, Box<dyn Error>> {
    let mut source = String::from("modbus::Tables { ");
    for (kind, table) in bank.as_object().ok_or("no tables")? {
        let items = table.as_object().ok_or("no table")?.iter().map(|(address, item)| format!("({address}, {item})"));
        write!(source, "{}: Some([{}].into()), ", kind.replace('-', "_"), items.collect::<Vec<_>>().join(", "))?;
    }
    Ok(source + "..Default::default() }")
}

/// Raw bits that stand for no value.
fn codes_literal(codes: Option<&Value>) -> String {
    let Some(codes) = codes.and_then(Value::as_array) else { return NONE.to_owned() };
    let codes = codes.iter().map(|code| match code {
        Value::String(text) => format!("value::RawCode::Text({text:?}.into())"),
        number => format!("value::RawCode::Number({number})"),
    });
    format!("Some(vec![{}])", codes.collect::<Vec<_>>().join(", "))
}

/// Numbers of an array; floats by their bits, so that each is compared as it is.
fn numbers_literal(want: &Value) -> Result<String, Box<dyn Error>> {
    let list = |name: &str| want.get(name).and_then(Value::as_array);
    if let Some(integers) = list("int64") {
        let integers = integers.iter().map(|int| int.as_str().map_or(int.to_string(), ToOwned::to_owned));
        return Ok(format!("Numbers::Integers(vec![{}])", integers.collect::<Vec<_>>().join(", ")));
    }
    let bits = list("float64").ok_or("no numbers")?.iter().map(|number| match number {
        Value::String(text) => Ok(text.parse::<f64>()?.to_bits().to_string()),
        number => Ok(number.as_f64().ok_or("no number")?.to_bits().to_string()),
    });
    Ok(format!("Numbers::Floats(vec![{}])", bits.collect::<Result<Vec<_>, Box<dyn Error>>>()?.join(", ")))
}

/// Tuples of kind, address and count.
fn spans(list: Option<&Value>) -> Result<String, Box<dyn Error>> {
    let mut source = String::from("vec![");
    for span in list.and_then(Value::as_array).into_iter().flatten() {
        write!(source, "({}, {}, {}), ", expression(&span[0])?, span[1], span[2])?;
    }
    Ok(source + "]")
}

fn bit_or_word(value: &Value) -> String {
    match value {
        Value::Bool(bit) => format!("modbus::BitOrWord::Bit({bit})"),
        word => format!("modbus::BitOrWord::Word({word})"),
    }
}

const NONE: &str = "None";

const SCALE: [(&str, &str); 5] =
    [("multiplier", "\"1\".into()"), ("shift", "\"0\".into()"), ("precision", NONE), ("bit", NONE), ("bits", NONE)];

/// What the call must give.
fn want(case: &Value) -> Result<String, Box<dyn Error>> {
    if let Some(error) = case.get("error") {
        let kind = error["kind"].as_str().ok_or("no kind")?;
        let offset = error.get("offset").map_or(NONE.to_owned(), |offset| format!("Some({offset})"));
        return Ok(format!("Err(({kind:?}, {offset}))"));
    }
    let want = &case["want"];
    let answer = match case["call"].as_str().unwrap_or_default() {
        "parse_reference" => parts_literal(want.as_object().ok_or("no parts")?)?,
        "decode_frame" => frame_literal(want.as_object().ok_or("no frame")?)?,
        "decode_value" => {
            let number = match &want["number"] {
                Value::Null => NONE.to_owned(),
                number => format!("Some({:?}f64)", number.as_f64().ok_or("no number")?),
            };
            let int = match &want["int"] {
                Value::Null => NONE.to_owned(),
                Value::String(text) => format!("Some({text})"),
                number => format!("Some({number})"),
            };
            format!("value::DecodedValue {{ text: {}, number: {number}, int: {int} }}", expression(&want["text"])?)
        }
        "decode_array" => numbers_literal(want)?,
        // Constants, not code that builds them: there are many.
        "segments" => {
            let rows = list(Some(want), |row| segment_literal(row.as_object().ok_or("no segment")?))?;
            format!("{}.to_vec()", constant("aggregate::SegmentAnswer", &rows))
        }
        "dispersed" => {
            let rows = list(Some(want), |point| {
                let value = answer_literal(&point["value"])?;
                Ok(format!("aggregate::Point {{ start: {}, value: {value} }}", point["start"]))
            })?;
            format!("{}.to_vec()", constant("aggregate::Point", &rows))
        }
        "min_max" => match want.as_object() {
            Some(found) => {
                let [min, max] = [&found["min"], &found["max"]].map(answer_literal);
                let (min, max, min_at, max_at) = (min?, max?, &found["min_at"], &found["max_at"]);
                format!("Some(aggregate::MinMax {{ min: {min}, min_at: {min_at}, max: {max}, max_at: {max_at} }})")
            }
            None => NONE.to_owned(),
        },
        "time_weighted_mean" | "integrate" => some_float(want)?,
        "increase" => answer_literal(want)?,
        "exact_sum" => answer_literal(want)?.trim_start_matches("Some(").trim_end_matches("))").to_owned() + ")",
        "formula" => format!("(vec!{}, {})", want["operands"], some_float(&want["value"])?),
        "encode_frame" => bytes(want.as_str().ok_or("no bytes")?)?,
        "plan_reads" => each(Some(want.clone()), |group| {
            let fields = ["kind", "function_code", "address", "quantity", "points"];
            literal("modbus::PlannedRead", group, &fields, &[])
        })?,
        "plan_writes" => each(Some(want.clone()), frame_literal)?,
        call @ ("alert" | "simulate") => alert_table::want(call, want)?,
        "frame_scanner" => {
            let pushes = want.as_array().ok_or("no pushes")?.iter();
            let pushes: Result<Vec<String>, _> =
                pushes.map(|frames| each(Some(frames.clone()), frame_literal)).collect();
            format!("vec![{}]", pushes?.join(", "))
        }
        "modbus_client" => each(Some(want.clone()), done_literal)?,
        "modbus_server" => {
            let replies = want["replies"].as_array().ok_or("no replies")?.iter();
            let replies: Result<Vec<String>, _> =
                replies.map(|reply| bytes(reply.as_str().unwrap_or_default())).collect();
            format!("(vec![{}], {})", replies?.join(", "), tables_literal(&want["bank"])?)
        }
        _ => expression(want)?,
    };
    Ok(format!("Ok({answer})"))
}

/// A number by its bits, so that it is compared as it is.
fn float(value: &Value) -> Result<String, Box<dyn Error>> {
    Ok(format!("f64::from_bits({})", value.as_f64().ok_or("no number")?.to_bits()))
}

fn some_float(value: &Value) -> Result<String, Box<dyn Error>> {
    if value.is_null() { Ok(NONE.to_owned()) } else { Ok(format!("Some({})", float(value)?)) }
}

/// Large integers are text.
fn whole(value: &Value) -> Result<String, Box<dyn Error>> {
    match value {
        Value::String(text) => Ok(text.clone()),
        Value::Number(number) if !number.is_f64() => Ok(number.to_string()),
        other => Err(format!("{other} is no integer").into()),
    }
}

fn answer_literal(value: &Value) -> Result<String, Box<dyn Error>> {
    Ok(match value {
        Value::Null => NONE.to_owned(),
        number if number.is_f64() => format!("Some(aggregate::Answer::Float({}))", float(number)?),
        number => format!("Some(aggregate::Answer::Int({}))", whole(number)?),
    })
}

fn segment_literal(fields: &Map<String, Value>) -> Result<String, Box<dyn Error>> {
    let mut source = String::from("aggregate::SegmentAnswer { ");
    for (field, value) in fields {
        let value = match field.as_str() {
            "start" | "count" | "cover" => value.to_string(),
            "mean" | "integral" => some_float(value)?,
            _ => answer_literal(value)?,
        };
        write!(source, "{field}: {value}, ")?;
    }
    Ok(source + "}")
}

/// Values are fractions if one of them is.
fn are_fractions(args: &Map<String, Value>) -> bool {
    args["values"].as_array().is_some_and(|values| values.iter().any(Value::is_f64))
}

fn list(
    items: Option<&Value>,
    each: impl Fn(&Value) -> Result<String, Box<dyn Error>>,
) -> Result<String, Box<dyn Error>> {
    let items = items.and_then(Value::as_array).ok_or("no list")?.iter().map(each);
    Ok(format!("[{}]", items.collect::<Result<Vec<_>, _>>()?.join(", ")))
}

fn fractions(args: &Map<String, Value>) -> Result<String, Box<dyn Error>> {
    let fraction = |value: &Value| if value.is_null() { Ok("f64::NAN".to_owned()) } else { float(value) };
    Ok(constant("f64", &list(args.get("values"), fraction)?))
}

/// A slice that stands in the program's data.
fn constant(of: &str, items: &str) -> String {
    format!("{{ const ITEMS: &[{of}] = &{items}; ITEMS }}")
}

fn sum_call(name: &str, args: &Map<String, Value>) -> Result<String, Box<dyn Error>> {
    if name == "exact_sum" {
        return Ok(if are_fractions(args) {
            format!("aggregate::exact_sum({}).map(aggregate::Answer::Float)", fractions(args)?)
        } else {
            let values = list(args.get("values"), whole)?;
            format!("Ok(aggregate::Answer::Int(aggregate::exact_sum_of_integers(&{values})))")
        });
    }
    let option = |field: &str| args.get(field).map_or(Ok(NONE.to_owned()), some);
    let times = constant("i64", &list(args.get("times"), whole)?);
    let decimals = option("decimals")?;
    let readings = if are_fractions(args) {
        format!("fraction({times}, {}, {decimals})", fractions(args)?)
    } else {
        let value =
            |value: &Value| if value.is_null() { Ok(NONE.to_owned()) } else { Ok(format!("Some({})", whole(value)?)) };
        let values = list(args.get("values"), value)?;
        let values = constant("Option<i64>", &values);
        format!("whole({times}, {values}.iter().copied(), {decimals})")
    };
    let options =
        format!("aggregate::Options {{ hold_ms: {}, width_bits: {} }}", option("hold_ms")?, option("width_bits")?);
    let instant = |field: &str, without: &str| args.get(field).map_or(without.to_owned(), Value::to_string);
    let (start, end) = (instant("start", "i64::MIN"), instant("end", "i64::MAX"));
    let call = match name {
        "segments" => {
            let text = |field: &str| args.get(field).map_or(Ok(NONE.to_owned()), some);
            let zone = match args.get("tz").and_then(Value::as_str) {
                Some(tz) => format!("Some({})", zone(tz)?),
                None => NONE.to_owned(),
            };
            let (cadence, segment, tz) = (text("cadence")?, text("segment")?, text("tz")?);
            let spans = format!("cadence: {cadence}, segment: {segment}, tz: {tz}, zone: {zone}");
            let spans = format!("aggregate::Spans {{ {spans}, start: {start}, end: {end} }}");
            format!("aggregate::segments(&readings, &{spans}, {options})")
        }
        "dispersed" => {
            let sampling = args.get("sampling").and_then(Value::as_str).unwrap_or("first");
            format!("aggregate::dispersed(&readings, ({start}, {end}), {}, {sampling:?}, {options})", args["points"])
        }
        "min_max" => format!("aggregate::min_max(&readings, {start}, {end})"),
        _ => {
            let field = match name {
                "time_weighted_mean" => "mean",
                "integrate" => "integral",
                _ => "increase",
            };
            format!("aggregate::range(&readings, {start}, {end}, {options}).map(|found| found.{field})")
        }
    };
    Ok(format!("aggregate::Readings::{readings}.and_then(|readings| {call})"))
}

/// The board has no database of zones.
fn zone(tz: &str) -> Result<String, Box<dyn Error>> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../tests/format/zones.json");
    println!("cargo:rerun-if-changed={}", path.display());
    let tables: Value = serde_json::from_str(&fs::read_to_string(path)?)?;
    let table = tables.get(tz).ok_or_else(|| format!("no table of `{tz}`"))?;
    let changes = list(table.get("changes"), |change| Ok(format!("({}, {})", change[0], change[1])))?;
    Ok(format!(
        "aggregate::ZoneTable {{ before_s: {}, changes: {}.to_vec() }}",
        table["before_s"],
        constant("(i64, i32)", &changes)
    ))
}

/// A struct: fields that are always there, and others with what stands for them when they are not.
fn literal(
    name: &str,
    fields: &Map<String, Value>,
    required: &[&str],
    optional: &[(&str, &str)],
) -> Result<String, Box<dyn Error>> {
    let mut source = format!("{name} {{ ");
    for field in required {
        write!(source, "{field}: {}, ", expression(fields.get(*field).ok_or(format!("no `{field}`"))?)?)?;
    }
    for (field, absent) in optional {
        let value = match fields.get(*field) {
            None => (*absent).to_owned(),
            Some(value) if *absent == NONE => some(value)?,
            Some(value) => expression(value)?,
        };
        write!(source, "{field}: {value}, ")?;
    }
    let is_known =
        |field: &&String| required.contains(&field.as_str()) || optional.iter().any(|(name, _)| name == field);
    match fields.keys().find(|field| !is_known(field)) {
        Some(stranger) => Err(format!("`{name}` has no field `{stranger}`").into()),
        None => Ok(source + "}"),
    }
}

fn parts_literal(parts: &Map<String, Value>) -> Result<String, Box<dyn Error>> {
    with_default("reference::ReferenceParts", "kind", parts)
}

fn frame_literal(frame: &Map<String, Value>) -> Result<String, Box<dyn Error>> {
    let mut frame = frame.clone();
    let value = match frame.remove("value") {
        Some(Value::Bool(bit)) => format!("value: Some(modbus::BitOrWord::Bit({bit})),"),
        Some(word) => format!("value: Some(modbus::BitOrWord::Word({word})),"),
        None => String::new(),
    };
    let mut lists = String::new();
    if let Some(Value::Array(records)) = frame.remove("records") {
        let each = records.iter().filter_map(Value::as_object);
        let records: Result<Vec<String>, _> = each.map(|record| with_default("modbus::Record", "", record)).collect();
        write!(lists, "records: Some(vec![{}]),", records?.join(", "))?;
    }
    if let Some(Value::Array(objects)) = frame.remove("objects") {
        let mut items = String::new();
        for object in &objects {
            let value = bytes(object["value"].as_str().ok_or("no bytes")?)?;
            write!(items, "modbus::IdObject {{ id: {}, value: {value} }}, ", object["id"])?;
        }
        write!(lists, "objects: Some(vec![{items}]),")?;
    }
    let rest = with_default("modbus::Frame", "function_code", &with_bytes(&frame)?)?;
    Ok(rest.replacen('{', &format!("{{ {value} {lists}"), 1))
}

/// A struct whose fields are optional but for one.
fn with_default(name: &str, required: &str, fields: &Map<String, Value>) -> Result<String, Box<dyn Error>> {
    let mut source = format!("{name} {{ ");
    for (field, value) in fields {
        let value = if field == required { expression(value)? } else { some(value)? };
        write!(source, "{field}: {value}, ")?;
    }
    Ok(source + "..Default::default() }")
}

fn some(value: &Value) -> Result<String, Box<dyn Error>> {
    Ok(if value.is_null() { NONE.to_owned() } else { format!("Some({})", expression(value)?) })
}

fn expression(value: &Value) -> Result<String, Box<dyn Error>> {
    Ok(match value {
        Value::String(text) => format!("{text:?}.into()"),
        Value::Array(items) => {
            let items: Result<Vec<String>, _> = items.iter().map(expression).collect();
            format!("vec![{}]", items?.join(", "))
        }
        Value::Object(fields) => {
            let rows: Result<Vec<String>, Box<dyn Error>> =
                fields.iter().map(|(key, value)| Ok(format!("({key:?}.into(), {})", expression(value)?))).collect();
            format!("[{}].into()", rows?.join(", "))
        }
        Value::Number(_) | Value::Bool(_) => value.to_string(),
        Value::Null => return Err("null where a value must be".into()),
    })
}

/// Bytes stand in the files as hexadecimal text.
fn with_bytes(fields: &Map<String, Value>) -> Result<Map<String, Value>, Box<dyn Error>> {
    let mut fields = fields.clone();
    for name in ["data", "events"] {
        if let Some(data) = fields.get_mut(name) {
            let text = data.as_str().ok_or("no bytes")?.to_owned();
            *data = digits(&text)?.into();
        }
    }
    Ok(fields)
}

fn bytes(text: &str) -> Result<String, Box<dyn Error>> {
    Ok(format!("vec!{:?}", digits(text)?))
}

fn digits(text: &str) -> Result<Vec<u8>, Box<dyn Error>> {
    let digits: Vec<char> = text.chars().filter(|digit| !digit.is_whitespace()).collect();
    digits.chunks(2).map(|pair| Ok(u8::from_str_radix(&pair.iter().collect::<String>(), 16)?)).collect()
}
