//! Chunks as JSON: raw bits are whole numbers, errors `{"error": code}`, texts lists of their registers.

use parabus_core::aggregate::{Number, Run};
use parabus_core::chunk::{Cell, Chunk, ChunkError, Header, Kind, Layout, Registers, Summary, emit, most_bytes};
use parabus_core::contract::Error;
use parabus_core::value::{Decimal, Packing};
use serde::Deserialize;
use serde_json::{Map, Value, json};

use super::{answer, bytes, hex, read};

/// What `encode_chunk` takes.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct EncodeChunk {
    group: u64,
    #[serde(default = "one")]
    revision: u32,
    hold_ms: Option<u64>,
    #[serde(default)]
    first_column: u16,
    times: Vec<i64>,
    columns: Vec<ColumnOf>,
    /// Bytes of the buffer, if not as many as are enough.
    room: Option<usize>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ColumnOf {
    kind: String,
    multiplier: Option<String>,
    shift: Option<String>,
    width_bits: Option<u8>,
    cells: Vec<Value>,
}

/// What `decode_chunk` takes.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct DecodeChunk {
    data: String,
    from_ms: Option<i64>,
    till_ms: Option<i64>,
}

fn one() -> u32 {
    1
}

/// The codes of kinds, with the bits where they have some.
fn kind_of(code: &str) -> Kind {
    let (name, bits) = code.split_at(code.find(|c: char| c.is_ascii_digit()).unwrap_or(code.len()));
    let bits = || bits.parse().unwrap_or_else(|_| panic!("no kind `{code}`"));
    match (name, code) {
        (_, "f32") => Kind::Float32,
        (_, "f64") => Kind::Float64,
        (_, "ipv4") => Kind::Ipv4,
        (_, "str2") => Kind::Text(Packing::Pairs),
        (_, "str2-le") => Kind::Text(Packing::SwappedPairs),
        ("str", _) => Kind::Text(Packing::Single),
        ("bit", _) => Kind::Bit,
        ("mac", _) => Kind::Mac,
        ("u", _) => Kind::Unsigned { bits: bits() },
        ("i", _) => Kind::Signed { bits: bits() },
        ("bcd", _) => Kind::Bcd { bits: bits() },
        _ => panic!("no kind `{code}`"),
    }
}

fn code_of(kind: Kind) -> String {
    match kind {
        Kind::Bit => "bit".to_owned(),
        Kind::Unsigned { bits } => format!("u{bits}"),
        Kind::Signed { bits } => format!("i{bits}"),
        Kind::Float32 => "f32".to_owned(),
        Kind::Float64 => "f64".to_owned(),
        Kind::Bcd { bits } => format!("bcd{bits}"),
        Kind::Ipv4 => "ipv4".to_owned(),
        Kind::Mac => "mac".to_owned(),
        Kind::Text(Packing::Single) => "str".to_owned(),
        Kind::Text(Packing::Pairs) => "str2".to_owned(),
        Kind::Text(Packing::SwappedPairs) => "str2-le".to_owned(),
    }
}

enum Owned {
    Raw(u64),
    Error(u8),
    Registers(Vec<u16>),
}

impl Owned {
    fn read(value: &Value) -> Owned {
        let byte = |value: &Value| u8::try_from(value.as_u64().expect("a code")).expect("a code of one byte");
        match value {
            Value::Number(number) => Owned::Raw(number.as_u64().expect("raw bits")),
            Value::String(text) => Owned::Raw(text.parse().expect("raw bits")),
            Value::Object(error) => Owned::Error(byte(&error["error"])),
            registers => Owned::Registers(serde_json::from_value(registers.clone()).expect("registers")),
        }
    }

    fn cell(&self) -> Cell<'_> {
        match self {
            Owned::Raw(raw) => Cell::Raw(*raw),
            Owned::Error(code) => Cell::Error(*code),
            Owned::Registers(registers) => Cell::Registers(Registers::new(registers)),
        }
    }
}

/// Times and columns to the bytes of a chunk.
pub fn encode(args: &Map<String, Value>) -> Result<Value, Error> {
    let call: EncodeChunk = read(args);
    let decimal = |text: &Option<String>, other: Decimal| match text {
        Some(text) => Decimal::parse(text).expect("a decimal number"),
        None => other,
    };
    let layout = |column: &ColumnOf| {
        let (multiplier, shift) = (decimal(&column.multiplier, Decimal::ONE), decimal(&column.shift, Decimal::ZERO));
        Layout::new(kind_of(&column.kind)).scale(multiplier, shift).counter(column.width_bits).expect("a width")
    };
    let layouts: Vec<Layout> = call.columns.iter().map(layout).collect();
    let cells: Vec<Vec<Owned>> =
        call.columns.iter().map(|column| column.cells.iter().map(Owned::read).collect()).collect();
    let cell = |column: usize, row: usize| cells[column].get(row).map_or(Cell::Error(0), Owned::cell);
    let header =
        Header { group: call.group, revision: call.revision, hold_ms: call.hold_ms, first_column: call.first_column };
    let texts = 300 * cells.iter().flatten().filter(|cell| matches!(cell, Owned::Registers(_))).count();
    let mut buffer = vec![0; call.room.unwrap_or(most_bytes(layouts.len(), call.times.len()) + texts)];
    let length = emit(&header, &layouts, &call.times, cell, &mut buffer).map_err(refusal)?;
    Ok(hex(&json!(buffer[..length])))
}

/// A chunk's header and columns, with the cells of a window.
pub fn decode(args: &Map<String, Value>) -> Result<Value, Error> {
    let call: DecodeChunk = read(args);
    let data = bytes(&call.data);
    let chunk = Chunk::parse(&data).map_err(refusal)?;
    let rows = chunk.rows(call.from_ms.unwrap_or(i64::MIN), call.till_ms.unwrap_or(i64::MAX));
    let body = chunk.body().map_err(refusal)?;
    let mut columns = Vec::new();
    for column in chunk.columns() {
        let mut cells = Vec::new();
        for cell in body.cells(&column, rows.clone()).map_err(refusal)? {
            cells.push(match cell.map_err(refusal)? {
                Cell::Raw(raw) => json!(raw),
                Cell::Error(code) => json!({ "error": code }),
                Cell::Registers(registers) => registers.iter().collect(),
            });
        }
        let layout = column.layout();
        columns.push(json!({
            "kind": code_of(layout.kind()), "multiplier": layout.multiplier().to_string(),
            "shift": layout.shift().to_string(), "width_bits": layout.width_bits(), "cells": cells,
        }));
    }
    let header = chunk.header();
    Ok(answer(json!({
        "group": header.group, "revision": header.revision, "hold_ms": header.hold_ms,
        "first_column": header.first_column, "first_ms": chunk.first_ms(), "last_ms": chunk.last_ms(),
        "rows": chunk.row_count(), "times": chunk.times(rows).collect::<Vec<_>>(), "columns": columns,
    })))
}

/// What is known of each column, `null` of texts and addresses. Sums of fractions are rounded once.
pub fn summarize(args: &Map<String, Value>) -> Result<Value, Error> {
    let call: DecodeChunk = read(args);
    let data = bytes(&call.data);
    let chunk = Chunk::parse(&data).map_err(refusal)?;
    let mut columns = Vec::new();
    for column in chunk.columns() {
        columns.push(match column.summary().map_err(refusal)? {
            Summary::Whole(run) => known(&run, |sum| json!(sum.to_string())),
            Summary::Fraction(run) => known(&run, |sum| json!(sum.divided_by(1))),
            Summary::None => Value::Null,
        });
    }
    Ok(answer(Value::Array(columns)))
}

fn known<N: Number + Into<Value>>(run: &Run<N>, sum: impl Fn(&N::Sum) -> Value) -> Value {
    let partial = run.partial();
    let at = |reading: Option<(i64, N)>| reading.map(|(at_ms, number)| json!([at_ms, number.into()]));
    json!({
        "count": partial.count(), "errors": partial.errors(), "sum": sum(partial.sum()),
        "integral": sum(partial.integral()), "cover_ms": partial.cover_ms(), "min": at(partial.min()),
        "max": at(partial.max()), "first": at(partial.first()), "last": at(partial.last()),
        "counted": sum(partial.counted()), "resets": partial.resets(), "rollovers": partial.rollovers(),
        "glitches": partial.glitches(), "gaps": partial.gaps(), "base": run.after().base().map(Into::<Value>::into),
    })
}

fn refusal(error: ChunkError) -> Error {
    Error { kind: error.kind(), offset: error.offset(), message: error.to_string() }
}
