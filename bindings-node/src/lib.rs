//! Core for Node: each function takes the fields of a call as one object, hands them to core's
//! contract and gives the answer back. `contract.js` puts JavaScript's spelling on top, here as for
//! wasm.

use napi::bindgen_prelude::{Env, Result, Unknown};
use napi::{Error as Failure, Status};
use napi_derive::napi;
use parabus_core::contract::{self, Error};
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
    /// Bytes to the fields of a frame.
    decode_frame = modbus,
    /// Fields of a frame to bytes.
    encode_frame = modbus,
    /// The checksum of RTU.
    crc16 = modbus,
    /// The checksum of ASCII.
    lrc = modbus,
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
