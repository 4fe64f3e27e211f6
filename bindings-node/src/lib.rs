//! Core for Node: each function takes the fields of a call as one object, hands them to core's
//! contract and gives the answer back. `contract.js` puts JavaScript's spelling on top, here as for
//! wasm.

use napi::bindgen_prelude::{
    BigInt64ArraySlice, Either, Env, Float64ArraySlice, FnArgs, Function, Result, Uint8ArraySlice, Uint16ArraySlice,
    Unknown,
};
use napi::{Error as Failure, Status};
use napi_derive::napi;
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
