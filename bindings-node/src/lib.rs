//! Core for Node: each function takes the fields of a call as one object, hands them to core's
//! contract and gives the answer back. `contract.js` puts JavaScript's spelling on top, here as for
//! wasm.

use napi::bindgen_prelude::{
    BigInt64ArraySlice, Either, Env, Float64ArraySlice, FnArgs, Function, Result, Uint8ArraySlice, Uint16ArraySlice,
    Unknown,
};
use napi::{Error as Failure, Status};
use napi_derive::napi;
use parabus_core::contract::aggregate::{self, Columns};
use parabus_core::contract::value::ArrayDecoder;
use parabus_core::contract::{self, Error};
use parabus_core::modbus::server::{Bank, BitsMut, RegistersMut};
use parabus_core::modbus::{Bits, ExceptionCode, RegisterKind, Registers, UnitId};
use parabus_core::value::Source;
use serde::Serialize;
use serde::de::DeserializeOwned;

/// One exported function for each function of the contract; napi-rs gives its name in camelCase.
macro_rules! functions {
    ($($(#[$doc:meta])* $name:ident = $area:ident),+ $(,)?) => {$(
        $(#[$doc])*
        #[napi]
        pub fn $name<'env>(env: &'env Env, call: Unknown<'env>) -> Result<Unknown<'env>> {
            let call = read(env, call)?;
            answer(env, contract::$area::$name(&call))
        }
    )+};
}

/// One exported class for each machine of the contract.
macro_rules! machines {
    ($($(#[$doc:meta])* $name:ident { $($(#[$method_doc:meta])* $method:ident),* $(,)? }),+ $(,)?) => {$(
        $(#[$doc])*
        #[napi]
        pub struct $name(contract::modbus::$name);

        #[napi]
        impl $name {
            /// A machine on a new stream.
            #[napi(constructor)]
            pub fn new(env: Env, call: Unknown<'_>) -> Result<Self> {
                let machine = contract::modbus::$name::new(&read(&env, call)?);
                machine.map($name).map_err(|error| refuse(&env, error.kind.code(), &error.message, error.offset))
            }

            $(
                $(#[$method_doc])*
                #[napi]
                pub fn $method<'env>(&mut self, env: &'env Env, call: Unknown<'env>) -> Result<Unknown<'env>> {
                    let call = read(env, call)?;
                    answer(env, self.0.$method(&call))
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

/// `bank(unit_id, kind, address, count, values)` reads, or writes values if there are some: it gives the
/// items, or the number of an exception.
type BankCall = FnArgs<(u32, &'static str, u32, u32, Option<Vec<u32>>)>;

#[napi]
impl ModbusServer {
    /// Takes bytes that came, gives replies.
    #[napi]
    pub fn receive<'env>(
        &mut self,
        env: &'env Env,
        call: Unknown<'env>,
        bank: Function<'env, BankCall, Either<u32, Vec<u32>>>,
    ) -> Result<Unknown<'env>> {
        let call = read(env, call)?;
        answer(env, self.0.receive(&call, &mut HostBank(bank)))
    }
}

/// A bank that JavaScript keeps. Bits are 0 and 1.
struct HostBank<'env>(Function<'env, BankCall, Either<u32, Vec<u32>>>);

impl HostBank<'_> {
    fn ask(
        &self,
        unit_id: UnitId,
        kind: RegisterKind,
        address: u16,
        count: usize,
        values: Option<Vec<u32>>,
    ) -> std::result::Result<Vec<u32>, ExceptionCode> {
        let parts = (unit_id.0.into(), kind.code(), address.into(), count as u32, values);
        match self.0.call(parts.into()) {
            Ok(Either::A(code)) => Err(ExceptionCode(code as u8)),
            Ok(Either::B(items)) => Ok(items),
            Err(_) => Err(ExceptionCode::SERVER_DEVICE_FAILURE),
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
    ) -> std::result::Result<(), ExceptionCode> {
        let items = self.ask(unit_id, kind, address, bits.len(), None)?;
        let filled = bits.fill_with(|index| items.get(index).map(|item| *item != 0));
        filled.ok_or(ExceptionCode::SERVER_DEVICE_FAILURE)
    }

    fn read_registers(
        &mut self,
        unit_id: UnitId,
        kind: RegisterKind,
        address: u16,
        registers: &mut RegistersMut<'_>,
    ) -> std::result::Result<(), ExceptionCode> {
        let items = self.ask(unit_id, kind, address, registers.len(), None)?;
        let filled = registers.fill_with(|index| items.get(index).map(|item| *item as u16));
        filled.ok_or(ExceptionCode::SERVER_DEVICE_FAILURE)
    }

    fn write_bits(&mut self, unit_id: UnitId, address: u16, bits: Bits<'_>) -> std::result::Result<(), ExceptionCode> {
        let values = bits.iter().map(u32::from).collect();
        self.ask(unit_id, RegisterKind::Coil, address, bits.len(), Some(values)).map(|_| ())
    }

    fn write_registers(
        &mut self,
        unit_id: UnitId,
        address: u16,
        registers: Registers<'_>,
    ) -> std::result::Result<(), ExceptionCode> {
        let values = registers.iter().map(u32::from).collect();
        self.ask(unit_id, RegisterKind::Holding, address, registers.len(), Some(values)).map(|_| ())
    }
}

/// What `decode_array` makes of so many bytes: whether integers, and how many values.
#[napi]
pub fn array_shape<'env>(env: &'env Env, call: Unknown<'env>, byte_count: f64) -> Result<Unknown<'env>> {
    let decoder = decoder(env, call)?;
    answer(env, decoder.length(byte_count as usize).map(|length| (decoder.is_integer(), length as f64)))
}

/// Bytes of frames, or registers, to binary64 numbers: one of the two is empty.
#[napi]
pub fn decode_array_floats<'env>(
    env: &'env Env,
    call: Unknown<'env>,
    bytes: &[u8],
    registers: &[u16],
    mut out: Float64ArraySlice<'env>,
) -> Result<()> {
    // SAFETY: `contract.js` sees to it that the other arrays lie elsewhere, and nothing else runs meanwhile.
    let out = unsafe { out.as_mut() };
    let decoded = decoder(env, call)?.floats(source(bytes, registers), out);
    decoded.map(|_| ()).map_err(|error| refuse(env, error.kind.code(), &error.message, error.offset))
}

/// The same to integers.
#[napi]
pub fn decode_array_integers<'env>(
    env: &'env Env,
    call: Unknown<'env>,
    bytes: &[u8],
    registers: &[u16],
    mut out: BigInt64ArraySlice<'env>,
) -> Result<()> {
    // SAFETY: as above.
    let out = unsafe { out.as_mut() };
    let decoded = decoder(env, call)?.integers(source(bytes, registers), out);
    decoded.map(|_| ()).map_err(|error| refuse(env, error.kind.code(), &error.message, error.offset))
}

/// Whether the zones of the IANA database are in the addon.
#[napi]
pub const fn has_zones() -> bool {
    true
}

/// One exported function for each verb of sums: a call, whole numbers or fractions, and their times.
macro_rules! sums {
    ($($(#[$doc:meta])* $name:ident = $call:ident),+ $(,)?) => {$(
        $(#[$doc])*
        #[napi]
        #[allow(clippy::too_many_arguments, reason = "arrays of one kind each")]
        pub fn $name<'env>(
            env: &'env Env,
            call: Unknown<'env>,
            decimals: Option<u16>,
            times: &[f64],
            wholes: &[i64],
            failed: &[u8],
            fractions: &[f64],
            is_whole: bool,
        ) -> Result<Unknown<'env>> {
            let call: aggregate::$call = read(env, call)?;
            let columns = Columns { times, wholes, failed, fractions, is_whole };
            answer(env, call.answer(&columns, decimals))
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
#[napi]
pub fn sum_exactly<'env>(env: &'env Env, wholes: &[i64], fractions: &[f64], is_whole: bool) -> Result<Unknown<'env>> {
    answer(env, Columns { times: &[], wholes, failed: &[], fractions, is_whole }.sum())
}

/// Readings that come in any order.
#[napi]
pub struct Series(aggregate::Series);

#[napi]
impl Series {
    /// An empty one.
    #[napi(constructor)]
    pub fn new(env: Env, call: Unknown<'_>) -> Result<Self> {
        let series = read::<aggregate::SeriesCall>(&env, call)?.series();
        series.map(Series).map_err(|error| refuse(&env, error.kind.code(), &error.message, error.offset))
    }

    /// Adds readings.
    #[napi]
    pub fn push(
        &mut self,
        env: &Env,
        times: &[f64],
        wholes: &[i64],
        failed: &[u8],
        fractions: &[f64],
        is_whole: bool,
    ) -> Result<()> {
        let pushed = Columns { times, wholes, failed, fractions, is_whole }.push_to(&mut self.0);
        pushed.map_err(|error| refuse(env, error.kind.code(), &error.message, error.offset))
    }

    /// Adds those of another.
    #[napi]
    pub fn merge(&mut self, env: &Env, other: &Series) -> Result<()> {
        self.0.merge(&other.0).map_err(|error| refuse(env, error.kind.code(), &error.message, error.offset))
    }

    /// As `sum_segments`.
    #[napi]
    pub fn query<'env>(&self, env: &'env Env, call: Unknown<'env>) -> Result<Unknown<'env>> {
        let call: aggregate::SegmentsCall = read(env, call)?;
        answer(env, self.0.query(&call.spans()))
    }

    /// How many readings there are.
    #[napi]
    pub fn count(&self) -> f64 {
        self.0.count() as f64
    }
}

/// A formula of a report.
#[napi]
pub struct Formula(contract::formula::Formula);

#[napi]
impl Formula {
    /// Reads it.
    #[napi(constructor)]
    pub fn new(env: Env, text: String) -> Result<Self> {
        let formula = contract::formula::Formula::new(&text);
        formula.map(Formula).map_err(|error| refuse(&env, error.kind.code(), &error.message, error.offset))
    }

    /// Identifiers as text.
    #[napi]
    pub fn operands(&self) -> Vec<String> {
        self.0.operands().iter().map(u64::to_string).collect()
    }

    /// The result for values by identifier.
    #[napi]
    pub fn evaluate(&self, ids: Vec<String>, values: &[f64]) -> Option<f64> {
        let known = ids.iter().zip(values).filter_map(|(id, value)| Some((id.parse().ok()?, *value)));
        self.0.evaluate(&known.collect())
    }
}

/// An alert.
#[napi]
pub struct Alert(contract::alert::Alert);

#[napi]
impl Alert {
    /// One that is enabled, or goes on from a state.
    #[napi(constructor)]
    pub fn new(env: Env, call: Unknown<'_>) -> Result<Self> {
        let alert = contract::alert::Alert::new(&read(&env, call)?);
        alert.map(Alert).map_err(|error| refuse(&env, error.kind.code(), &error.message, error.offset))
    }

    /// Takes it one event further.
    #[napi]
    pub fn step<'env>(&mut self, env: &'env Env, event: Unknown<'env>) -> Result<Unknown<'env>> {
        let event = read(env, event)?;
        answer(env, self.0.step(&event))
    }

    /// How it stands.
    #[napi]
    pub fn state<'env>(&self, env: &'env Env) -> Result<Unknown<'env>> {
        answer(env, Ok(self.0.state()))
    }
}

fn decoder(env: &Env, call: Unknown<'_>) -> Result<ArrayDecoder> {
    let decoder = ArrayDecoder::new(&read(env, call)?);
    decoder.map_err(|error| refuse(env, error.kind.code(), &error.message, error.offset))
}

const fn source<'a>(bytes: &'a [u8], registers: &'a [u16]) -> Source<'a> {
    if registers.is_empty() { Source::Bytes(bytes) } else { Source::Registers(registers) }
}

/// Registers of a response, without objects in between: transaction, unit and function go into the first
/// three places of `out`, which has 128, the registers behind them. Gives their number, 0 for every other
/// frame.
#[napi]
pub fn decode_registers(data: &[u8], is_tcp: bool, mut out: Uint16ArraySlice<'_>) -> u32 {
    // SAFETY: the array is the package's own, and nothing else runs meanwhile.
    let out = unsafe { out.as_mut() };
    let count = out.first_chunk_mut().and_then(|out| contract::modbus::decode_registers(data, is_tcp, out));
    count.unwrap_or_default() as u32
}

/// A request of function 1 to 6, without objects in between: transaction, unit, function, address and the
/// word behind it go into the first five places of `out`. Gives whether it is one.
#[napi]
pub fn decode_short(data: &[u8], is_tcp: bool, mut out: Uint16ArraySlice<'_>) -> bool {
    // SAFETY: the array is the package's own, and nothing else runs meanwhile.
    let out = unsafe { out.as_mut() };
    out.first_chunk_mut().and_then(|out| contract::modbus::decode_short(data, is_tcp, out)).is_some()
}

/// Registers of a response, without objects in between: `count` words, as [`decode_registers`] gives them.
/// Gives the length of the frame in `out`, which has 260 places; 0 if it is not legal.
#[napi]
pub fn encode_registers(words: &[u16], count: u32, is_tcp: bool, mut out: Uint8ArraySlice<'_>) -> u32 {
    // SAFETY: the array is the package's own, and nothing else runs meanwhile.
    let out = unsafe { out.as_mut() };
    let words = words.get(..count as usize).unwrap_or_default();
    let length = out.first_chunk_mut().and_then(|out| contract::modbus::encode_registers(words, is_tcp, out));
    length.unwrap_or_default() as u32
}

/// A request of function 1 to 6, without objects in between. Gives the length of its frame, 0 if it is not
/// legal. Numbers are in range.
#[napi]
pub fn encode_short(
    transaction_id: u32,
    unit_id: u32,
    function_code: u32,
    address: u32,
    word: u32,
    is_tcp: bool,
    mut out: Uint8ArraySlice<'_>,
) -> u32 {
    // SAFETY: the array is the package's own, and nothing else runs meanwhile.
    let out = unsafe { out.as_mut() };
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

fn read<T: DeserializeOwned>(env: &Env, call: Unknown) -> Result<T> {
    env.from_js_value(call).map_err(|error: Failure| refuse(env, "arguments", &error.reason, None))
}

fn answer<'env>(env: &'env Env, result: std::result::Result<impl Serialize, Error>) -> Result<Unknown<'env>> {
    let answer = result.map_err(|error| refuse(env, error.kind.code(), &error.message, error.offset))?;
    env.to_js_value(&answer)
}

/// Throws what `contract.js` makes a `ParabusError` of.
fn refuse(env: &Env, kind: &str, message: &str, offset: Option<usize>) -> Failure {
    let thrown = env.to_js_value(&(kind, message, offset)).and_then(|parts| env.throw(parts));
    // Node throws what is pending, not this.
    thrown.err().unwrap_or_else(|| Failure::from_status(Status::PendingException))
}
