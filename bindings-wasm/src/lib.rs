//! Core for browsers and Node: each function takes the fields of a call as one object, hands them
//! to core's contract and gives the answer back. `contract.js` puts JavaScript's spelling on
//! top, here as for Node.

use parabus_core::contract::aggregate::{self, Columns};
use parabus_core::contract::value::ArrayDecoder;
use parabus_core::contract::{self, Error};
use parabus_core::modbus::server::{Bank, BitsMut, RegistersMut};
use parabus_core::modbus::{Bits, ExceptionCode, RegisterKind, Registers, UnitId};
use parabus_core::value::Source;
use serde::Serialize;
use serde::de::DeserializeOwned;
use wasm_bindgen::prelude::*;

/// One exported function for each function of the contract.
macro_rules! functions {
    ($($(#[$doc:meta])* $name:ident = $area:ident),+ $(,)?) => {$(
        $(#[$doc])*
        #[wasm_bindgen]
        pub fn $name(call: JsValue) -> Result<JsValue, JsValue> {
            answer(contract::$area::$name(&read(call)?))
        }
    )+};
}

/// One exported class for each machine of the contract.
macro_rules! machines {
    ($($(#[$doc:meta])* $name:ident { $($(#[$method_doc:meta])* $method:ident),* $(,)? }),+ $(,)?) => {$(
        $(#[$doc])*
        #[wasm_bindgen]
        pub struct $name(contract::modbus::$name);

        #[wasm_bindgen]
        impl $name {
            /// A machine on a new stream.
            #[wasm_bindgen(constructor)]
            pub fn new(call: JsValue) -> Result<$name, JsValue> {
                contract::modbus::$name::new(&read(call)?).map($name).map_err(thrown)
            }

            $(
                $(#[$method_doc])*
                pub fn $method(&mut self, call: JsValue) -> Result<JsValue, JsValue> {
                    answer(self.0.$method(&read(call)?))
                }
            )*
        }
    )+};
}

functions! {
    /// Text to the parts of a reference.
    parse_reference = reference,
    /// Parts of a reference to text.
    print_reference = reference,
    /// Registers to a value.
    decode_value = value,
    /// Text to registers.
    encode_value = value,
    /// A value to text for people.
    format_value = value,
    /// A number as a language writes it.
    format_number = format,
    /// The form of a word behind a number.
    plural_category = format,
    /// Bytes to the fields of a frame.
    decode_frame = modbus,
    /// Fields of a frame to bytes.
    encode_frame = modbus,
    /// The checksum of RTU.
    crc16 = modbus,
    /// The checksum of ASCII.
    lrc = modbus,
    /// Points to requests that read them.
    plan_reads = modbus,
    /// Values to requests that write them.
    plan_writes = modbus,
    /// What an alert would have done with readings.
    simulate = alert,
}

machines! {
    /// Frames in a stream.
    FrameScanner {
        /// Takes bytes, gives frames.
        push,
    },
    /// The client of a connection.
    ModbusClient {
        /// Sends or queues a request.
        request,
        /// Takes bytes that came.
        receive,
        /// What time brings.
        poll,
        /// A new connection.
        reset,
    },
    /// The server of a connection.
    ModbusServer {},
}

#[wasm_bindgen]
impl ModbusServer {
    /// Takes bytes that came, gives replies. `bank(unit_id, kind, address, count, values)` reads, or writes
    /// values if there are some: it gives the items, or the number of an exception.
    pub fn receive(&mut self, call: JsValue, bank: &js_sys::Function) -> Result<JsValue, JsValue> {
        answer(self.0.receive(&read(call)?, &mut HostBank(bank)))
    }
}

/// A bank that JavaScript keeps. Bits are 0 and 1.
struct HostBank<'a>(&'a js_sys::Function);

impl HostBank<'_> {
    fn ask(
        &self,
        unit_id: UnitId,
        kind: RegisterKind,
        address: u16,
        count: usize,
        values: JsValue,
    ) -> Result<js_sys::Array, ExceptionCode> {
        let [unit_id, address] = [unit_id.0.into(), address.into()];
        let parts = js_sys::Array::of5(&unit_id, &kind.code().into(), &address, &(count as u32).into(), &values);
        let answer = self.0.apply(&JsValue::NULL, &parts).map_err(|_| ExceptionCode::SERVER_DEVICE_FAILURE)?;
        match answer.as_f64() {
            Some(code) => Err(ExceptionCode(code as u8)),
            None => answer.dyn_into().map_err(|_| ExceptionCode::SERVER_DEVICE_FAILURE),
        }
    }
}

impl Bank for HostBank<'_> {
    fn read_bits(
        &mut self,
        unit_id: UnitId,
        kind: RegisterKind,
        address: u16,
        bits: &mut BitsMut<'_>,
    ) -> Result<(), ExceptionCode> {
        let items = self.ask(unit_id, kind, address, bits.len(), JsValue::NULL)?;
        let filled = bits.fill_with(|index| items.get(index as u32).as_f64().map(|item| item != 0.0));
        filled.ok_or(ExceptionCode::SERVER_DEVICE_FAILURE)
    }

    fn read_registers(
        &mut self,
        unit_id: UnitId,
        kind: RegisterKind,
        address: u16,
        registers: &mut RegistersMut<'_>,
    ) -> Result<(), ExceptionCode> {
        let items = self.ask(unit_id, kind, address, registers.len(), JsValue::NULL)?;
        let filled = registers.fill_with(|index| items.get(index as u32).as_f64().map(|value| value as u16));
        filled.ok_or(ExceptionCode::SERVER_DEVICE_FAILURE)
    }

    fn write_bits(&mut self, unit_id: UnitId, address: u16, bits: Bits<'_>) -> Result<(), ExceptionCode> {
        let values: js_sys::Array = bits.iter().map(|bit| JsValue::from(u32::from(bit))).collect();
        self.ask(unit_id, RegisterKind::Coil, address, bits.len(), values.into()).map(|_| ())
    }

    fn write_registers(
        &mut self,
        unit_id: UnitId,
        address: u16,
        registers: Registers<'_>,
    ) -> Result<(), ExceptionCode> {
        let values: js_sys::Array = registers.iter().map(JsValue::from).collect();
        self.ask(unit_id, RegisterKind::Holding, address, registers.len(), values.into()).map(|_| ())
    }
}

/// What `decode_array` makes of so many bytes: whether integers, and how many values.
#[wasm_bindgen]
pub fn array_shape(call: JsValue, byte_count: u32) -> Result<JsValue, JsValue> {
    let decoder = ArrayDecoder::new(&read(call)?).map_err(thrown)?;
    answer(decoder.length(byte_count as usize).map(|length| (decoder.is_integer(), length as f64)))
}

/// Bytes of frames, or registers, to binary64 numbers: one of the two is empty.
#[wasm_bindgen]
pub fn decode_array_floats(call: JsValue, bytes: &[u8], registers: &[u16], out: &mut [f64]) -> Result<(), JsValue> {
    let decoder = ArrayDecoder::new(&read(call)?).map_err(thrown)?;
    decoder.floats(source(bytes, registers), out).map(|_| ()).map_err(thrown)
}

/// The same to integers.
#[wasm_bindgen]
pub fn decode_array_integers(call: JsValue, bytes: &[u8], registers: &[u16], out: &mut [i64]) -> Result<(), JsValue> {
    let decoder = ArrayDecoder::new(&read(call)?).map_err(thrown)?;
    decoder.integers(source(bytes, registers), out).map(|_| ()).map_err(thrown)
}

/// One exported function for each verb of sums: a call, whole numbers or fractions, and their times.
macro_rules! sums {
    ($($(#[$doc:meta])* $name:ident = $call:ident),+ $(,)?) => {$(
        $(#[$doc])*
        #[wasm_bindgen]
        pub fn $name(
            call: JsValue,
            decimals: Option<u16>,
            times: &[f64],
            wholes: &[i64],
            failed: &[u8],
            fractions: &[f64],
            is_whole: bool,
        ) -> Result<JsValue, JsValue> {
            let call: aggregate::$call = read(call)?;
            let columns = Columns { times, wholes, failed, fractions, is_whole };
            answer(call.answer(&columns, decimals))
        }
    )+};
}

sums! {
    /// Every segment of a range.
    sum_segments = SegmentsCall,
    /// A value for each part of a range.
    sum_dispersed = DispersedCall,
    /// The extremes of a range.
    sum_min_max = MinMaxCall,
    /// What is known of a range.
    sum_range = RangeCall,
}

/// The sum of numbers.
#[wasm_bindgen]
pub fn sum_exactly(wholes: &[i64], fractions: &[f64], is_whole: bool) -> Result<JsValue, JsValue> {
    answer(Columns { times: &[], wholes, failed: &[], fractions, is_whole }.sum())
}

/// Readings that come in any order.
#[wasm_bindgen]
pub struct Series(aggregate::Series);

#[wasm_bindgen]
impl Series {
    /// An empty one.
    #[wasm_bindgen(constructor)]
    pub fn new(call: JsValue) -> Result<Series, JsValue> {
        read::<aggregate::SeriesCall>(call)?.series().map(Series).map_err(thrown)
    }

    /// Adds readings.
    pub fn push(
        &mut self,
        times: &[f64],
        wholes: &[i64],
        failed: &[u8],
        fractions: &[f64],
        is_whole: bool,
    ) -> Result<(), JsValue> {
        Columns { times, wholes, failed, fractions, is_whole }.push_to(&mut self.0).map_err(thrown)
    }

    /// Adds those of another.
    pub fn merge(&mut self, other: &Series) -> Result<(), JsValue> {
        self.0.merge(&other.0).map_err(thrown)
    }

    /// As `sum_segments`.
    pub fn query(&self, call: JsValue) -> Result<JsValue, JsValue> {
        let call: aggregate::SegmentsCall = read(call)?;
        answer(self.0.query(&call.spans()))
    }

    /// How many readings there are.
    pub fn count(&self) -> f64 {
        self.0.count() as f64
    }
}

/// A formula of a report.
#[wasm_bindgen]
pub struct Formula(contract::formula::Formula);

#[wasm_bindgen]
impl Formula {
    /// Reads it.
    #[wasm_bindgen(constructor)]
    pub fn new(text: &str) -> Result<Formula, JsValue> {
        contract::formula::Formula::new(text).map(Formula).map_err(thrown)
    }

    /// Identifiers as text.
    pub fn operands(&self) -> Vec<String> {
        self.0.operands().iter().map(u64::to_string).collect()
    }

    /// The result for values by identifier.
    pub fn evaluate(&self, ids: Vec<String>, values: &[f64]) -> Option<f64> {
        let known = ids.iter().zip(values).filter_map(|(id, value)| Some((id.parse().ok()?, *value)));
        self.0.evaluate(&known.collect())
    }
}

/// An alert.
#[wasm_bindgen]
pub struct Alert(contract::alert::Alert);

#[wasm_bindgen]
impl Alert {
    /// One that is enabled, or goes on from a state.
    #[wasm_bindgen(constructor)]
    pub fn new(call: JsValue) -> Result<Alert, JsValue> {
        contract::alert::Alert::new(&read(call)?).map(Alert).map_err(thrown)
    }

    /// Takes it one event further.
    pub fn step(&mut self, event: JsValue) -> Result<JsValue, JsValue> {
        answer(self.0.step(&read(event)?))
    }

    /// How it stands.
    pub fn state(&self) -> Result<JsValue, JsValue> {
        answer(Ok(self.0.state()))
    }
}

const fn source<'a>(bytes: &'a [u8], registers: &'a [u16]) -> Source<'a> {
    if registers.is_empty() { Source::Bytes(bytes) } else { Source::Registers(registers) }
}

/// Registers of a response, without objects in between: transaction, unit and function go into the first
/// three places of `out`, which has 128, the registers behind them. Gives their number, 0 for every other
/// frame.
#[wasm_bindgen]
pub fn decode_registers(data: &[u8], is_tcp: bool, out: &mut [u16]) -> u32 {
    let count = out.first_chunk_mut().and_then(|out| contract::modbus::decode_registers(data, is_tcp, out));
    count.unwrap_or_default() as u32
}

/// A request of function 1 to 6, without objects in between: transaction, unit, function, address and the
/// word behind it go into the first five places of `out`. Gives whether it is one.
#[wasm_bindgen]
pub fn decode_short(data: &[u8], is_tcp: bool, out: &mut [u16]) -> bool {
    out.first_chunk_mut().and_then(|out| contract::modbus::decode_short(data, is_tcp, out)).is_some()
}

/// Registers of a response, without objects in between: `count` words, as [`decode_registers`] gives them.
/// Gives the length of the frame in `out`, which has 260 places; 0 if it is not legal.
#[wasm_bindgen]
pub fn encode_registers(words: &[u16], count: u32, is_tcp: bool, out: &mut [u8]) -> u32 {
    let words = words.get(..count as usize).unwrap_or_default();
    let length = out.first_chunk_mut().and_then(|out| contract::modbus::encode_registers(words, is_tcp, out));
    length.unwrap_or_default() as u32
}

/// A request of function 1 to 6, without objects in between. Gives the length of its frame, 0 if it is not
/// legal. Numbers are in range.
#[wasm_bindgen]
pub fn encode_short(
    transaction_id: u32,
    unit_id: u32,
    function_code: u32,
    address: u32,
    word: u32,
    is_tcp: bool,
    out: &mut [u8],
) -> u32 {
    let head = contract::modbus::ShortFrame {
        transaction_id: transaction_id as u16,
        unit_id: unit_id as u8,
        function_code: function_code as u8,
        address: address as u16,
        word: word as u16,
    };
    let length = out.first_chunk_mut().and_then(|out| contract::modbus::encode_short(head, is_tcp, out));
    length.unwrap_or_default() as u32
}

fn read<T: DeserializeOwned>(call: JsValue) -> Result<T, JsValue> {
    serde_wasm_bindgen::from_value(call).map_err(|error| refusal("arguments", &error.to_string(), None))
}

fn answer(result: Result<impl Serialize, Error>) -> Result<JsValue, JsValue> {
    let answer = result.map_err(thrown)?;
    let serializer = serde_wasm_bindgen::Serializer::new()
        .serialize_missing_as_null(true)
        .serialize_large_number_types_as_bigints(true);
    answer.serialize(&serializer).map_err(JsValue::from)
}

fn thrown(error: Error) -> JsValue {
    refusal(error.kind.code(), &error.message, error.offset)
}

/// What `contract.js` makes a `ParabusError` of.
fn refusal(kind: &str, message: &str, offset: Option<usize>) -> JsValue {
    let parts = js_sys::Array::of3(&kind.into(), &message.into(), &offset.map_or(JsValue::NULL, Into::into));
    parts.into()
}
