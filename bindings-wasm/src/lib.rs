//! Core for browsers and Node: each function takes the fields of a call as one object, hands them
//! to core's contract and gives the answer back. `contract.js` puts JavaScript's spelling on
//! top, here as for Node.

use parabus_core::contract::{self, Error};
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

fn read<T: DeserializeOwned>(call: JsValue) -> Result<T, JsValue> {
    serde_wasm_bindgen::from_value(call).map_err(|error| refusal("arguments", &error.to_string(), None))
}

fn answer(result: Result<impl Serialize, Error>) -> Result<JsValue, JsValue> {
    let answer = result.map_err(|error| refusal(error.kind.code(), &error.message, error.offset))?;
    let serializer = serde_wasm_bindgen::Serializer::new()
        .serialize_missing_as_null(true)
        .serialize_large_number_types_as_bigints(true);
    answer.serialize(&serializer).map_err(JsValue::from)
}

/// What `contract.js` makes a `ParabusError` of.
fn refusal(kind: &str, message: &str, offset: Option<usize>) -> JsValue {
    let parts = js_sys::Array::of3(&kind.into(), &message.into(), &offset.map_or(JsValue::NULL, Into::into));
    parts.into()
}
