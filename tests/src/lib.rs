//! Vectors that every edge must pass: the loader, and the runner of the Rust host.
//!
//! `README.md` beside this crate fixes the format. A runner is a loader and a comparison: it hands
//! the arguments of a case to its own binding of core and compares the answer.

mod alert;
mod chunk;
pub mod fuzz;
pub mod line;
pub mod random;
mod sums;

use std::path::Path;

use parabus_core::contract::{self, Error};
use parabus_core::value::Source;
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value, json};

/// One case.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Case {
    /// Unique in its file.
    pub name: String,
    /// Where the expectation comes from.
    pub source: String,
    /// Name of the function, in Python's spelling.
    pub call: String,
    /// Its arguments by name.
    pub args: Map<String, Value>,
    /// The answer, compared whole; `null` is one, too.
    #[serde(default, deserialize_with = "present")]
    pub want: Option<Value>,
    /// Or the refusal.
    pub error: Option<Refusal>,
}

fn present<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<Option<Value>, D::Error> {
    Value::deserialize(deserializer).map(Some)
}

/// The refusal that is expected.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Refusal {
    /// Stable code.
    pub kind: String,
    /// Where in the input, if anywhere.
    pub offset: Option<usize>,
}

/// A file of cases.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct File {
    /// What the file is about.
    pub about: String,
    /// Its cases.
    pub cases: Vec<Case>,
}

/// Areas that no binding offers yet: their vectors are run on the Rust host alone.
pub const HOST_ALONE: [&str; 1] = ["chunk"];

/// Every file below `vectors/`, by area and name.
///
/// # Panics
/// If a file cannot be read or is not of the format: a broken vector is a failed test.
pub fn load() -> Vec<(String, File)> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("vectors");
    let mut files = Vec::new();
    for area in sorted(&root) {
        for path in sorted(&area) {
            let text = std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
            let file = serde_json::from_str(&text).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
            let name = path.strip_prefix(&root).unwrap_or(&path).display().to_string();
            files.push((name, file));
        }
    }
    files
}

fn sorted(folder: &Path) -> Vec<std::path::PathBuf> {
    let entries = std::fs::read_dir(folder).unwrap_or_else(|error| panic!("{}: {error}", folder.display()));
    let mut paths: Vec<_> = entries.flatten().map(|entry| entry.path()).collect();
    paths.sort();
    paths
}

/// Runs a case on the contract of core; the difference, if there is one.
pub fn run(case: &Case) -> Result<(), String> {
    let got = answer_to(&case.call, &case.args);
    let want = match (&case.want, &case.error) {
        (Some(want), None) => json!({ "want": want }),
        (None, Some(Refusal { kind, offset: Some(offset) })) => json!({ "error": { "kind": kind, "offset": offset } }),
        (None, Some(Refusal { kind, offset: None })) => json!({ "error": { "kind": kind } }),
        _ => return Err("a case has either `want` or `error`".to_owned()),
    };
    if same(&want, &got) { Ok(()) } else { Err(format!("expected {want}\n     got {got}")) }
}

/// What core answers, as `want` or `error`.
pub fn answer_to(name: &str, args: &Map<String, Value>) -> Value {
    match call(name, args) {
        Ok(value) => json!({ "want": value }),
        Err(error) => match error.offset {
            Some(offset) => json!({ "error": { "kind": error.kind.code(), "offset": offset } }),
            None => json!({ "error": { "kind": error.kind.code() } }),
        },
    }
}

/// Equality in which `25` is `25.0`.
fn same(a: &Value, b: &Value) -> bool {
    match (a, b) {
        (Value::Number(a), Value::Number(b)) => a == b || a.as_f64() == b.as_f64(),
        (Value::Array(a), Value::Array(b)) => a.len() == b.len() && a.iter().zip(b).all(|(a, b)| same(a, b)),
        (Value::Object(a), Value::Object(b)) => {
            a.len() == b.len() && a.iter().all(|(key, a)| b.get(key).is_some_and(|b| same(a, b)))
        }
        _ => a == b,
    }
}

fn call(name: &str, args: &Map<String, Value>) -> Result<Value, Error> {
    match name {
        "parse_reference" => contract::reference::parse_reference(&read(args)).map(answer),
        "print_reference" => contract::reference::print_reference(&read(args)).map(answer),
        "decode_value" => contract::value::decode_value(&read(args)).map(answer),
        "encode_value" => contract::value::encode_value(&read(args)).map(answer),
        "decode_array" => decode_array(args),
        "format_value" => contract::value::format_value(&read(args)).map(answer),
        "format_number" => contract::format::format_number(&read(args)).map(answer),
        "plural_category" => contract::format::plural_category(&read(args)).map(answer),
        "decode_frame" => contract::modbus::decode_frame(&read(&with_bytes(args))).map(frame_answer),
        "encode_frame" => contract::modbus::encode_frame(&read(&with_bytes(args))).map(|bytes| hex(&json!(bytes))),
        "lrc" => contract::modbus::lrc(&read(&with_bytes(args))).map(answer),
        "crc16" => contract::modbus::crc16(&read(&with_bytes(args))).map(answer),
        "plan_reads" => contract::modbus::plan_reads(&read(args)).map(answer),
        "plan_writes" => contract::modbus::plan_writes(&read(args)).map(answer),
        "frame_scanner" => frame_scanner(args),
        "modbus_client" => modbus_client(args),
        "modbus_server" => modbus_server(args),
        "encode_chunk" => chunk::encode(args),
        "decode_chunk" => chunk::decode(args),
        "summarize_chunk" => chunk::summarize(args),
        "alert" => alert::alert(args),
        "simulate" => contract::alert::simulate(&read(args)).map(alert::timeline),
        other => sums::call(other, args).unwrap_or_else(|| panic!("no function `{other}`")),
    }
}

/// Bytes are `data`, registers `registers`.
fn decode_array(args: &Map<String, Value>) -> Result<Value, Error> {
    let mut args = args.clone();
    let bytes = args.remove("data").map(|data| bytes(data.as_str().expect("bytes")));
    let registers: Option<Vec<u16>> = args.remove("registers").map(|registers| read_value(&registers));
    let source = match (&bytes, &registers) {
        (Some(bytes), None) => Source::Bytes(bytes),
        (None, Some(registers)) => Source::Registers(registers),
        _ => panic!("either `data` or `registers`"),
    };
    let decoder = contract::value::ArrayDecoder::new(&read(&args))?;
    let length = decoder.length(source.byte_count())?;
    if decoder.is_integer() {
        let mut out = vec![0; length];
        decoder.integers(source, &mut out)?;
        return Ok(json!({ "int64": answer(out) }));
    }
    let mut out = vec![0.0; length];
    decoder.floats(source, &mut out)?;
    let text = |number: f64| match () {
        () if number.is_nan() => json!("nan"),
        () if number.is_infinite() => json!(if number > 0.0 { "inf" } else { "-inf" }),
        () => json!(number),
    };
    Ok(json!({ "float64": out.into_iter().map(text).collect::<Value>() }))
}

/// The arguments but for the steps that a machine is led through, and those.
fn led(args: &Map<String, Value>, steps: &str) -> (Map<String, Value>, Vec<Map<String, Value>>) {
    let mut args = args.clone();
    let steps: Value = args.remove(steps).unwrap_or_else(|| panic!("no `{steps}`"));
    let steps = steps.as_array().expect("steps").iter().map(|step| with_bytes(step.as_object().expect("a step")));
    (args, steps.collect())
}

fn frame_answer(frame: impl serde::Serialize) -> Value {
    let mut frame = answer(frame);
    each_bytes(&mut frame, hex);
    frame
}

fn frame_scanner(args: &Map<String, Value>) -> Result<Value, Error> {
    let (args, pushes) = led(args, "pushes");
    let mut scanner = contract::modbus::FrameScanner::new(&read(&args))?;
    let frames = |frames: Vec<contract::modbus::Frame>| frames.into_iter().map(frame_answer).collect::<Value>();
    pushes.iter().map(|push| scanner.push(&read(push)).map(frames)).collect::<Result<Value, _>>()
}

/// Each step is a frame to `request`, bytes to `receive`, or a time to `poll` or `reset`.
fn modbus_client(args: &Map<String, Value>) -> Result<Value, Error> {
    let (args, steps) = led(args, "steps");
    let mut client = contract::modbus::ModbusClient::new(&read(&args))?;
    let mut answers = Vec::new();
    for step in steps {
        let now_ms = &step["now_ms"];
        let with = |name: &str, value: &Value| read_value(&json!({ name: value, "now_ms": now_ms }));
        let mut done = if let Some(frame) = step.get("request") {
            let call = with_bytes(json!({ "frame": frame, "now_ms": now_ms }).as_object().expect("a call"));
            answer(client.request(&read(&call))?)
        } else if let Some(data) = step.get("receive") {
            answer(client.receive(&with("data", &json!(bytes(data.as_str().expect("bytes")))))?)
        } else {
            let call = read_value(&json!({ "now_ms": now_ms }));
            answer(if step.contains_key("poll") { client.poll(&call)? } else { client.reset(&call)? })
        };
        done["send"] = hex(&done["send"]);
        for event in done["events"].as_array_mut().expect("events") {
            if let Some(frame) = event.get_mut("frame") {
                each_bytes(frame, hex);
            }
        }
        answers.push(done);
    }
    Ok(Value::Array(answers))
}

/// The replies, and the bank as it is left.
fn modbus_server(args: &Map<String, Value>) -> Result<Value, Error> {
    let (mut args, receives) = led(args, "receives");
    let mut bank: contract::modbus::Tables = read_value(&args.remove("bank").expect("a bank"));
    let mut server = contract::modbus::ModbusServer::new(&read(&args))?;
    let mut replies = Vec::new();
    for call in receives {
        let reply = server.receive(&read(&call), &mut bank)?;
        replies.push(if reply.is_empty() { Value::Null } else { hex(&json!(reply)) });
    }
    Ok(json!({ "replies": replies, "bank": bank }))
}

fn read_value<T: DeserializeOwned>(value: &Value) -> T {
    serde_json::from_value(value.clone()).unwrap_or_else(|error| panic!("{value}: {error}"))
}

fn read<T: DeserializeOwned>(args: &Map<String, Value>) -> T {
    serde_json::from_value(Value::Object(args.clone())).unwrap_or_else(|error| panic!("{args:?}: {error}"))
}

/// As JSON; integers beyond ±(2^53 − 1) become text.
fn answer(value: impl serde::Serialize) -> Value {
    fn texts(value: Value) -> Value {
        match value {
            Value::Number(number) if number.as_i128().is_some_and(|n| n.unsigned_abs() >= 1 << 53) => {
                Value::String(number.to_string())
            }
            Value::Array(items) => items.into_iter().map(texts).collect(),
            Value::Object(fields) => fields.into_iter().map(|(key, value)| (key, texts(value))).collect(),
            other => other,
        }
    }
    texts(serde_json::to_value(value).unwrap_or_else(|error| panic!("{error}")))
}

/// Bytes stand in the files as hexadecimal text.
fn with_bytes(args: &Map<String, Value>) -> Map<String, Value> {
    let mut args = args.clone();
    if let Some(Value::String(text)) = args.get("data") {
        args.insert("data".to_owned(), json!(bytes(text)));
    }
    if let Some(frame) = args.get_mut("frame") {
        let from_text = |value: &Value| value.as_str().map(|text| json!(bytes(text)));
        each_bytes(frame, |value| from_text(value).unwrap_or_else(|| value.clone()));
    }
    args
}

/// Changes the fields of a frame that are bytes.
fn each_bytes(frame: &mut Value, change: impl Fn(&Value) -> Value) {
    for name in ["data", "events"] {
        if let Some(field) = frame.get_mut(name) {
            *field = change(field);
        }
    }
    for object in frame.get_mut("objects").and_then(Value::as_array_mut).into_iter().flatten() {
        if let Some(field) = object.get_mut("value") {
            *field = change(field);
        }
    }
}

fn bytes(text: &str) -> Vec<u8> {
    let digits: Vec<u32> = text.chars().filter(|c| !c.is_whitespace()).map(|c| c.to_digit(16).expect("hex")).collect();
    digits.chunks(2).map(|pair| u8::try_from(pair[0] << 4 | pair[1]).expect("two digits")).collect()
}

fn hex(bytes: &Value) -> Value {
    let bytes = bytes.as_array().expect("bytes");
    Value::String(bytes.iter().map(|byte| format!("{:02x}", byte.as_u64().expect("a byte"))).collect())
}
