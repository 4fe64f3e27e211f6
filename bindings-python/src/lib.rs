//! Core for Python: each function takes Python's values, hands them to core's contract and gives
//! the answer back. What users read of it is `python/parabus/__init__.pyi` and the
//! documentation of each item here.

mod alerts;
mod convert;
mod errors;
mod machines;
mod sums;

use parabus_core::contract::{format, modbus, reference, value};
use pyo3::exceptions::PyTypeError;
use pyo3::prelude::*;
use pyo3::types::{PyBytes, PyDict, PyList, PyString};

use convert::{Bulk, Bytes, Codes, NumbersOut, Out, Registers, Small, Spans};

/// Telemetry of Modbus equipment as plain computation: references, values, frames and machines.
///
/// Nothing here reads a clock, a socket or a file; `parabus.session` does. What core refuses raises a subclass of
/// `ParabusError`; an argument of the wrong type or range raises `TypeError` or `ValueError`.
#[pymodule]
mod _core {
    use super::*;

    #[pymodule_export]
    use super::{
        DecodedValue, crc16, decode_array, decode_frame, decode_value, encode_frame, encode_value, format_number,
        format_value, lrc, parse_reference, plan_reads, plan_writes, plural_category, print_reference,
    };

    #[pymodule_export]
    use super::sums::{
        Formula, Series, dispersed, exact_sum, increase, integrate, min_max, segments, time_weighted_mean,
    };

    #[pymodule_export]
    use super::alerts::{Alert, simulate};

    #[pymodule_export]
    use super::machines::{ClientStep, FrameScanner, ModbusClient, ModbusServer};

    #[pymodule_export]
    use super::errors::{
        AggregateError, AlertError, ChunkError, FormulaSyntaxError, FrameError, GatewayImageError, InstantSyntaxError,
        ParabusError, ReferenceSyntaxError, ValueDecodeError,
    };

    #[pymodule_init]
    fn init(module: &Bound<'_, PyModule>) -> PyResult<()> {
        module.add("__version__", env!("CARGO_PKG_VERSION"))?;
        module.add("ERROR_KINDS", errors::kinds(module.py())?)
    }
}

/// What `decode_value` gives.
///
/// Attributes:
///     text (str): the exact value as plain decimal text; a bit is `1` or `0`. Of types of texts and
///         addresses, the text.
///     number (float | None): the nearest double; None beyond its range, and of texts and addresses.
///     int (int | None): the integer if the value is one, exact from -2**63 to 2**64 - 1.
#[pyclass(module = "parabus", frozen, get_all, eq, skip_from_py_object)]
#[derive(PartialEq)]
struct DecodedValue {
    text: String,
    number: Option<f64>,
    int: Option<i128>,
}

#[pymethods]
impl DecodedValue {
    fn __repr__(&self, py: Python<'_>) -> PyResult<String> {
        let number = self.number.into_pyobject(py)?.repr()?;
        let int = self.int.into_pyobject(py)?.repr()?;
        let text = PyString::new(py, &self.text).repr()?;
        Ok(format!("DecodedValue(text={text}, number={number}, int={int})"))
    }
}

/// Takes a reference to a parameter, a connection or a constant apart.
///
/// Args:
///     text: such as `boiler>holding>100`, `*room1.humidity`, `conn?main-net`, `!-2.5`.
///
/// Returns:
///     A dict with `kind` (`constant`, `connection` or `param`) and those of the other fields that
///     the text has: `realtime` (bool), `value`, `net`, `device`, `param`, `register_kind` (str),
///     `unit_id` (0 to 255), `address` (0 to 65535), `bit` (0 to 15), `bits` (count).
///
/// Raises:
///     ReferenceSyntaxError: with the offset, in UTF-8 bytes, at which it stops being a reference.
#[pyfunction]
fn parse_reference(py: Python<'_>, text: String) -> PyResult<Bound<'_, PyAny>> {
    let parts = reference::parse_reference(&reference::ParseReference { text });
    Ok(pythonize::pythonize(py, &parts.map_err(|error| errors::raise(py, error))?)?)
}

/// Prints a reference in its one canonical spelling: the inverse of `parse_reference`.
///
/// Args:
///     ref: a dict of the fields that `parse_reference` gives.
///
/// Raises:
///     ReferenceSyntaxError: for fields that make no reference.
#[pyfunction]
fn print_reference(py: Python<'_>, r#ref: &Bound<'_, PyAny>) -> PyResult<String> {
    let call = reference::PrintReference { reference: convert::fields("ref", r#ref)? };
    reference::print_reference(&call).map_err(|error| errors::raise(py, error))
}

/// Decodes registers to an exact value: `raw * multiplier + shift` in decimal, never in binary.
///
/// Args:
///     registers: sequence of ints 0 to 65535 or uint16 array, in the order the device sends them;
///         as many as the type takes. A coil or discrete input is one register, 0 or 1.
///     data_type: one of `u8 u16 u32 u48 u64 i8 i16 i32 i48 i64 f32 f64 bcd16 bcd32` with a byte
///         order, `-be` (ABCD) if none: `-le` (DCBA), `-mbe` (BADC), `-mle` (CDAB); `bit`; `bits`
///         (several of one register); `enum`; the texts `str` (a character in each register), `str2`
///         and `str2-le` (two bytes of UTF-8 in each, the second with its bytes swapped); the
///         addresses `ipv4` and `mac` (a byte in each register).
///     multiplier: decimal text.
///     shift: decimal text, in the unit of the value.
///     precision: digits after the point where the value is shown, 0 to 255; decoding never rounds.
///     bit: position of the bit in the register, 0 to 15, for types `bit`, `bits` and `enum`: of several
///         bits the lowest.
///     bits: number of bits, for types `bits` and `enum`; of a text, its length in registers.
///     not_available: at most 2 codes for "no value", raw bits without a sign, such as `[0x8000]`: ints
///         or decimal texts.
///
/// Raises:
///     ValueDecodeError: an unknown type, a wrong number of registers, a code for no value, NaN or an
///         infinity, a BCD digit above 9, registers that are no text (the offset is the index of a
///         register), a multiplier that is no number.
#[pyfunction]
#[pyo3(signature = (registers, data_type, *, multiplier = String::from("1"), shift = String::from("0"), precision = None, bit = None, bits = None, not_available = None),
       text_signature = "(registers, data_type, *, multiplier='1', shift='0', precision=None, bit=None, bits=None, not_available=None)")]
#[expect(clippy::too_many_arguments, reason = "the contract's names are the arguments' names")]
fn decode_value(
    py: Python<'_>,
    registers: Registers,
    data_type: String,
    multiplier: String,
    shift: String,
    precision: Option<Small>,
    bit: Option<Small>,
    bits: Option<Small>,
    not_available: Option<Codes>,
) -> PyResult<DecodedValue> {
    let [precision, bit, bits] = [precision, bit, bits].map(Small::number);
    let (registers, not_available) = (registers.0, not_available.map(|codes| codes.0));
    let call = value::DecodeValue { registers, data_type, multiplier, shift, precision, bit, bits, not_available };
    let value::DecodedValue { text, number, int } =
        value::decode_value(&call).map_err(|error| errors::raise(py, error))?;
    Ok(DecodedValue { text, number, int })
}

/// Decodes many values of one type at once: each as `decode_value` does, and nearly as fast as memory.
///
/// Args:
///     buffer: bytes-like, in the order of frames (the high byte of each register first), or a uint16
///         array of registers: NumPy's or `array.array('H')`. Without gaps between the values.
///     data_type: as in `decode_value`, of a type whose values are numbers; so are the others.
///     out: writable one-dimensional float64 or int64 array that is filled.
///
/// Returns:
///     `out`, or the filled part of it. Without it a new array, NumPy's if that is installed, else an
///     `array.array`: int64 for integer types with multiplier 1 and shift 0, else float64. Doubles are
///     those nearest to the exact decimals; what is no value (NaN, an infinity, a code, a BCD digit
///     above 9) is NaN.
///
/// Raises:
///     ValueDecodeError: a type without numbers, a value that is cut off; among integers a code for no
///         value or 2**63 and above (the offset is the index of the value).
///     FrameError: kind `buffer-too-small` if `out` is too short.
#[pyfunction]
#[pyo3(signature = (buffer, data_type, *, multiplier = String::from("1"), shift = String::from("0"), bit = None, bits = None, not_available = None, out = None),
       text_signature = "(buffer, data_type, *, multiplier='1', shift='0', bit=None, bits=None, not_available=None, out=None)")]
#[expect(clippy::too_many_arguments, reason = "the contract's names are the arguments' names")]
fn decode_array<'py>(
    py: Python<'py>,
    buffer: Bulk<'py>,
    data_type: String,
    multiplier: String,
    shift: String,
    bit: Option<Small>,
    bits: Option<Small>,
    not_available: Option<Codes>,
    out: Option<NumbersOut<'py>>,
) -> PyResult<Bound<'py, PyAny>> {
    let ([bit, bits], not_available) = ([bit, bits].map(Small::number), not_available.map(|codes| codes.0));
    let call = value::DecodeArray { data_type, multiplier, shift, bit, bits, not_available };
    let decoder = value::ArrayDecoder::new(&call).map_err(|error| errors::raise(py, error))?;
    let mut room = Vec::new();
    let source = buffer.source(&mut room);
    let length = decoder.length(source.byte_count()).map_err(|error| errors::raise(py, error))?;
    let is_integer = out.as_ref().map_or(decoder.is_integer(), |out| !out.is_float());
    let numbers = if is_integer {
        convert::numbers(py, length, |out| decoder.integers(source, out).map(|_| ()))?
    } else {
        convert::numbers(py, length, |out| decoder.floats(source, out).map(|_| ()))?
    };
    match out {
        Some(out) => out.fill(&numbers),
        None => convert::new_array(&numbers, is_integer),
    }
}

/// Encodes text to registers: the inverse of `decode_value`, truncated toward zero.
///
/// Args:
///     text: decimal text; for a bit `0`, `1`, `false` or `true`; a text or an address.
///     data_type: as in `decode_value`, and so are the others. A text without `bits` takes as many
///         registers as it needs.
///
/// Returns:
///     The registers, ints 0 to 65535, in the order in which they are written to the device.
///
/// Raises:
///     ValueDecodeError: text that is no number, a value that does not fit, a multiplier of zero.
#[pyfunction]
#[pyo3(signature = (text, data_type, *, multiplier = String::from("1"), shift = String::from("0"), precision = None, bit = None, bits = None),
       text_signature = "(text, data_type, *, multiplier='1', shift='0', precision=None, bit=None, bits=None)")]
#[expect(clippy::too_many_arguments, reason = "the contract's names are the arguments' names")]
fn encode_value(
    py: Python<'_>,
    text: String,
    data_type: String,
    multiplier: String,
    shift: String,
    precision: Option<Small>,
    bit: Option<Small>,
    bits: Option<Small>,
) -> PyResult<Vec<u16>> {
    let [precision, bit, bits] = [precision, bit, bits].map(Small::number);
    let call = value::EncodeValue { text, data_type, multiplier, shift, precision, bit, bits };
    value::encode_value(&call).map_err(|error| errors::raise(py, error))
}

/// Prints a value as a person reads it.
///
/// Args:
///     value: decimal text, such as `.text` of a decoded value; True or False for a bit.
///     lang: `en`, `pl`, `ru` or `ua`.
///     unit: name of the unit, printed behind one space.
///     precision: digits after the point, 0 to 255, rounded half away from zero; without it those
///         that the number has, at most 6.
///     texts: dict of texts shown in place of certain numbers: number as text, text.
///     numbers: `plain`: a point, no groups; `cldr`: as the language writes them.
///
/// Raises:
///     ValueDecodeError: a value that is no number, an unknown language or style.
#[pyfunction]
#[pyo3(signature = (value, *, lang, unit = None, precision = None, texts = None, numbers = String::from("plain")),
       text_signature = "(value, *, lang, unit=None, precision=None, texts=None, numbers='plain')")]
fn format_value(
    value: &Bound<'_, PyAny>,
    lang: String,
    unit: Option<String>,
    precision: Option<Small>,
    texts: Option<std::collections::BTreeMap<String, String>>,
    numbers: String,
) -> PyResult<String> {
    let py = value.py();
    let value = if let Ok(bit) = value.extract() {
        value::BitOrNumber::Bit(bit)
    } else if value.is_instance_of::<PyString>() {
        value::BitOrNumber::Number(value.extract()?)
    } else {
        let found = value.get_type().name()?;
        return Err(PyTypeError::new_err(format!("`value` is of type {found}, expected decimal text or a bool")));
    };
    let call = value::FormatValue { value, lang, unit, precision: Small::number(precision), texts, numbers };
    value::format_value(&call).map_err(|error| errors::raise(py, error))
}

/// Prints a number as a language writes it: the text of `Intl.NumberFormat`, except that zero has no
/// minus.
///
/// Args:
///     text: decimal text of at most 100 digits.
///     lang: `en`, `pl`, `ru` or `ua`.
///     min_fraction: digits behind the point at least, 0 to 100, filled up with zeros.
///     max_fraction: digits behind the point at most, 0 to 100: the number is rounded half away from
///         zero, and has no trailing zeros beyond `min_fraction`. Without it all that the text has.
///     grouping: `auto` as the language has it, `always` from 4 digits, `min2` from 5, `never`.
///
/// Raises:
///     ValueDecodeError: a text that is no number or too long, an unknown language or grouping;
///         `min_fraction` above `max_fraction`.
#[pyfunction]
#[pyo3(signature = (text, *, lang, min_fraction = Small::ZERO, max_fraction = None, grouping = String::from("auto")),
       text_signature = "(text, *, lang, min_fraction=0, max_fraction=None, grouping='auto')")]
fn format_number(
    py: Python<'_>,
    text: String,
    lang: String,
    min_fraction: Small,
    max_fraction: Option<Small>,
    grouping: String,
) -> PyResult<String> {
    let [min_fraction, max_fraction] = [Some(min_fraction), max_fraction].map(Small::number);
    let min_fraction = min_fraction.unwrap_or_default();
    let call = format::FormatNumber { text, lang, min_fraction, max_fraction, grouping };
    format::format_number(&call).map_err(|error| errors::raise(py, error))
}

/// The form that a word takes behind a number, by the rules of CLDR.
///
/// Args:
///     text: the number as it is shown: `1` and `1.0` take different forms.
///     lang: `en`, `pl`, `ru` or `ua`.
///
/// Returns:
///     `one`, `few`, `many` or `other`.
///
/// Raises:
///     ValueDecodeError: a text that is no number or too long, an unknown language.
#[pyfunction]
fn plural_category(py: Python<'_>, text: String, lang: String) -> PyResult<&'static str> {
    format::plural_category(&format::PluralCategory { text, lang }).map_err(|error| errors::raise(py, error))
}

/// Takes a frame apart.
///
/// Args:
///     data: the whole frame, bytes-like: bytes, bytearray, memoryview or uint8 array.
///     transport: `rtu` (with its CRC), `tcp`, `ascii` or `pdu` (neither unit nor checksum).
///     direction: `request` or `response`.
///     out: writable one-dimensional uint16 NumPy array that takes the register values, if the
///         frame has any: `values` is then a view of its filled part.
///
/// Returns:
///     A dict: `function_code` (1 to 127), `transaction_id` (tcp), `unit_id` (not of a bare PDU),
///     and of the others those that the function has. Ints 0 to 65535: `address`, `quantity`,
///     `value` (function 5: a bool), `status`, `sub_function`, `event_count`, `message_count`,
///     `and_mask`, `or_mask`, `read_address`, `read_quantity`, `write_address`. Ints 0 to 255:
///     `exception_code`, `mei_type`, `read_code`, `object_id`, `conformity`, `next_object_id`.
///     `values` (ints), `bits` (bools; of a response all bits of the bytes received), `records`
///     (dicts of `file_number`, `record_number`, `record_length`, `values`), `objects` (dicts of
///     `id`, `value` as bytes), `more_follows` (bool), `events` and `data` (bytes).
///
/// Raises:
///     FrameError: with the offset of the byte that breaks the standard; kind `buffer-too-small` if
///         `out` is shorter than the values.
#[pyfunction]
#[pyo3(signature = (data, *, transport, direction, out = None))]
fn decode_frame<'py>(
    py: Python<'py>,
    data: Bytes,
    transport: String,
    direction: String,
    out: Option<Out<'py>>,
) -> PyResult<Bound<'py, PyDict>> {
    let call = modbus::DecodeFrame { data: data.0, transport, direction };
    frame_dict(py, modbus::decode_frame(&call).map_err(|error| errors::raise(py, error))?, out)
}

/// Fields of a frame as a dict; bytes and arrays are not what serde makes of them.
fn frame_dict<'py>(py: Python<'py>, mut frame: modbus::Frame, out: Option<Out<'py>>) -> PyResult<Bound<'py, PyDict>> {
    let bytes = [("data", frame.data.take()), ("events", frame.events.take())];
    let objects = frame.objects.take();
    let values = out.and_then(|out| Some((out, frame.values.take()?)));
    let dict = pythonize::pythonize(py, &frame)?.cast_into::<PyDict>()?;
    for (name, bytes) in bytes {
        if let Some(bytes) = bytes {
            dict.set_item(name, PyBytes::new(py, &bytes))?;
        }
    }
    if let Some(objects) = objects {
        let list = PyList::empty(py);
        for object in objects {
            let fields = PyDict::new(py);
            fields.set_item("id", object.id)?;
            fields.set_item("value", PyBytes::new(py, &object.value))?;
            list.append(fields)?;
        }
        dict.set_item("objects", list)?;
    }
    if let Some((out, values)) = values {
        dict.set_item("values", out.fill(&values)?)?;
    }
    Ok(dict)
}

/// Puts a frame together: the inverse of `decode_frame`.
///
/// Args:
///     frame: a dict of the fields that `decode_frame` gives; `quantity` may be left out where the
///         number of items says it. `values` and `bits` may be NumPy arrays.
///     transport: `rtu` (with its CRC), `tcp`, `ascii` or `pdu` (neither unit nor checksum).
///     direction: `request` or `response`.
///
/// Raises:
///     FrameError: a field that is absent or out of the standard's range.
#[pyfunction]
#[pyo3(signature = (frame, *, transport, direction))]
fn encode_frame<'py>(frame: &Bound<'py, PyAny>, transport: String, direction: String) -> PyResult<Bound<'py, PyBytes>> {
    let py = frame.py();
    let call = modbus::EncodeFrame { frame: convert::frame(frame)?, transport, direction };
    let bytes = modbus::encode_frame(&call).map_err(|error| errors::raise(py, error))?;
    Ok(PyBytes::new(py, &bytes))
}

/// The checksum of RTU.
///
/// Args:
///     data: bytes-like, any length.
///
/// Returns:
///     0 to 65535; its low byte is sent first.
#[pyfunction]
fn crc16(py: Python<'_>, data: Bytes) -> PyResult<u16> {
    modbus::crc16(&modbus::Crc16 { data: data.0 }).map_err(|error| errors::raise(py, error))
}

/// The checksum of ASCII.
///
/// Args:
///     data: bytes-like, any length.
///
/// Returns:
///     0 to 255: what makes the sum of all bytes 0.
#[pyfunction]
fn lrc(py: Python<'_>, data: Bytes) -> PyResult<u8> {
    modbus::lrc(&modbus::Lrc { data: data.0 }).map_err(|error| errors::raise(py, error))
}

/// Groups registers into as few requests as limit and gap allow.
///
/// Args:
///     points: the registers of each value, as tuples `(kind, address, count)`; no point is split.
///     max_registers: most registers of one request; the standard's limits hold besides.
///     max_gap: registers of no value that may be read over.
///     refused: groups that the device refused before, as tuples: they are parted, until what is refused
///         is a point of its own.
///
/// Returns:
///     A list of dicts: `kind`, `function_code`, `address`, `quantity`, and `points`, which of the points
///     the request reads, by place in the list.
///
/// Raises:
///     FrameError: a kind that does not exist, no registers or too many, addresses beyond 65535.
#[pyfunction]
#[pyo3(signature = (points, *, max_registers = 125, max_gap = 0, refused = Spans(Vec::new())),
       text_signature = "(points, *, max_registers=125, max_gap=0, refused=())")]
fn plan_reads(
    py: Python<'_>,
    points: Spans,
    max_registers: u16,
    max_gap: u16,
    refused: Spans,
) -> PyResult<Bound<'_, PyAny>> {
    let (points, refused) = (points.0, refused.0);
    let call = modbus::PlanReads { points, max_registers, max_gap, refused };
    Ok(pythonize::pythonize(py, &modbus::plan_reads(&call).map_err(|error| errors::raise(py, error))?)?)
}

/// Splits values into requests that write them.
///
/// Args:
///     kind: `coil` or `holding`.
///     address: first address, 0 to 65535.
///     values: bools for coils, ints 0 to 65535 for registers.
///     write_function: `normal` (one value by function 5 or 6, several by 15 or 16), `always-6` (each by
///         5 or 6) or `always-16` (by 15 or 16 even if it is one).
///
/// Returns:
///     A list of frames as `encode_frame` takes them, without a unit.
///
/// Raises:
///     FrameError: a kind that cannot be written, no values, addresses beyond 65535.
#[pyfunction]
#[pyo3(signature = (kind, address, values, *, write_function = String::from("normal")),
       text_signature = "(kind, address, values, *, write_function='normal')")]
fn plan_writes<'py>(
    py: Python<'py>,
    kind: String,
    address: u16,
    values: &Bound<'py, PyAny>,
    write_function: String,
) -> PyResult<Vec<Bound<'py, PyDict>>> {
    let call = modbus::PlanWrites { kind, address, values: convert::bits_or_words(values)?, write_function };
    let frames = modbus::plan_writes(&call).map_err(|error| errors::raise(py, error))?;
    frames.into_iter().map(|frame| frame_dict(py, frame, None)).collect()
}
