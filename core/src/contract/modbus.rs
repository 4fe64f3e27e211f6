//! Frames: `decode_frame`, `encode_frame`, `crc16`.

use alloc::borrow::ToOwned;
use alloc::string::{String, ToString};
use alloc::vec;
use alloc::vec::Vec;

use serde::{Deserialize, Serialize};

use super::Error;
use crate::error::ErrorKind;
use crate::modbus::{
    Bits, ExceptionCode, FrameError, FunctionCode, MAX_PDU, Registers, Request, Response, UnitId, Values, rtu, tcp,
};

/// Call of [`decode_frame`].
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DecodeFrame {
    /// The whole frame.
    pub data: Vec<u8>,
    /// `rtu`, `tcp` or `pdu`.
    pub transport: String,
    /// `request` or `response`.
    pub direction: String,
}

/// Call of [`encode_frame`].
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct EncodeFrame {
    /// The frame's fields.
    pub frame: Frame,
    /// `rtu`, `tcp` or `pdu`.
    pub transport: String,
    /// `request` or `response`.
    pub direction: String,
}

/// Call of [`crc16`].
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Crc16 {
    /// Any bytes.
    pub data: Vec<u8>,
}

/// Fields of a frame by the standard's names; those that its function has are present.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Frame {
    /// On TCP.
    #[serde(alias = "transactionId", skip_serializing_if = "Option::is_none")]
    pub transaction_id: Option<u16>,
    /// Not in a bare PDU.
    #[serde(alias = "unitId", skip_serializing_if = "Option::is_none")]
    pub unit_id: Option<u8>,
    /// 1..=127, without the exception bit.
    #[serde(alias = "functionCode")]
    pub function_code: u8,
    /// First item, or the only one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub address: Option<u16>,
    /// Number of items.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub quantity: Option<u16>,
    /// The value of functions 5 and 6.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub value: Option<BitOrWord>,
    /// Registers.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub values: Option<Vec<u16>>,
    /// Coils or discrete inputs; of a response all bits of the bytes received.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub bits: Option<Vec<bool>>,
    /// Of a refusal.
    #[serde(alias = "exceptionCode", skip_serializing_if = "Option::is_none")]
    pub exception_code: Option<u8>,
    /// The bytes behind the function code, of a function that this version does not take apart.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub data: Option<Vec<u8>>,
}

/// The value of functions 5 (a bit) and 6 (a register).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged, expecting = "expected true, false or a number 0 to 65535")]
pub enum BitOrWord {
    /// Of function 5.
    Bit(bool),
    /// Of function 6.
    Word(u16),
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Direction {
    Request,
    Response,
}

fn unknown(what: &str, found: &str, expected: &str) -> Error {
    Error {
        kind: ErrorKind::UnknownTransport,
        message: alloc::format!("unknown {what} `{found}`, expected {expected}"),
        offset: None,
    }
}

/// What stands around the PDU.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Transport {
    Rtu,
    Tcp,
    Pdu,
}

impl Transport {
    fn of(name: &str) -> Result<Self, Error> {
        match name {
            "rtu" => Ok(Transport::Rtu),
            "tcp" => Ok(Transport::Tcp),
            "pdu" => Ok(Transport::Pdu),
            other => Err(unknown("transport", other, "rtu, tcp or pdu")),
        }
    }

    /// Bytes before the PDU.
    const fn header(self) -> usize {
        match self {
            Transport::Rtu => rtu::HEADER,
            Transport::Tcp => tcp::HEADER,
            Transport::Pdu => 0,
        }
    }
}

fn direction(direction: &str) -> Result<Direction, Error> {
    match direction {
        "request" => Ok(Direction::Request),
        "response" => Ok(Direction::Response),
        other => Err(unknown("direction", other, "request or response")),
    }
}

impl From<FrameError> for Error {
    fn from(error: FrameError) -> Self {
        Error { kind: error.kind(), message: error.to_string(), offset: Some(error.offset()) }
    }
}

/// Bytes to fields.
///
/// # Errors
/// What breaks the standard, with its byte in the frame; a transport or direction of another name.
pub fn decode_frame(call: &DecodeFrame) -> Result<Frame, Error> {
    let (transport, direction) = (Transport::of(&call.transport)?, direction(&call.direction)?);
    let (frame, pdu) = match transport {
        Transport::Rtu => {
            let frame = rtu::Frame::parse(&call.data)?;
            (Frame { unit_id: Some(frame.unit_id.0), ..Frame::default() }, frame.pdu)
        }
        Transport::Tcp => {
            let frame = tcp::Frame::parse(&call.data)?;
            let (transaction_id, unit_id) = (Some(frame.transaction_id), Some(frame.unit_id.0));
            (Frame { transaction_id, unit_id, ..Frame::default() }, frame.pdu)
        }
        Transport::Pdu => (Frame::default(), call.data.as_slice()),
    };
    let in_frame = |error: FrameError| {
        let offset = error.offset() + transport.header();
        Error { offset: Some(offset), ..FrameError::new(error.kind(), offset, error.expected()).into() }
    };
    match direction {
        Direction::Request => Request::parse(pdu).map(|request| of_request(frame, &request)).map_err(in_frame),
        Direction::Response => Response::parse(pdu).map(|response| of_response(frame, &response)).map_err(in_frame),
    }
}

fn of_request(frame: Frame, request: &Request<'_>) -> Frame {
    let frame = Frame { function_code: request.function().0, ..frame };
    match *request {
        Request::Read { address, quantity, .. } => Frame { address: Some(address), quantity: Some(quantity), ..frame },
        Request::WriteSingleCoil { address, value } => {
            Frame { address: Some(address), value: Some(BitOrWord::Bit(value)), ..frame }
        }
        Request::WriteSingleRegister { address, value } => {
            Frame { address: Some(address), value: Some(BitOrWord::Word(value)), ..frame }
        }
        Request::WriteMultipleCoils { address, bits } => Frame {
            address: Some(address),
            quantity: u16::try_from(bits.len()).ok(),
            bits: Some(bits.iter().collect()),
            ..frame
        },
        Request::WriteMultipleRegisters { address, values } => {
            let values: Vec<u16> = values.iter().collect();
            Frame { address: Some(address), quantity: u16::try_from(values.len()).ok(), values: Some(values), ..frame }
        }
        Request::Other { data, .. } => Frame { data: Some(data.to_owned()), ..frame },
    }
}

fn of_response(frame: Frame, response: &Response<'_>) -> Frame {
    let frame = Frame { function_code: response.function().0, ..frame };
    match *response {
        Response::Bits { bits, .. } => Frame { bits: Some(bits.iter().collect()), ..frame },
        Response::Registers { registers, .. } => Frame { values: Some(registers.iter().collect()), ..frame },
        Response::WriteSingleCoil { address, value } => {
            Frame { address: Some(address), value: Some(BitOrWord::Bit(value)), ..frame }
        }
        Response::WriteSingleRegister { address, value } => {
            Frame { address: Some(address), value: Some(BitOrWord::Word(value)), ..frame }
        }
        Response::WriteMultiple { address, quantity, .. } => {
            Frame { address: Some(address), quantity: Some(quantity), ..frame }
        }
        Response::Exception { code, .. } => Frame { exception_code: Some(code.0), ..frame },
        Response::Other { data, .. } => Frame { data: Some(data.to_owned()), ..frame },
    }
}

/// A field that the function needs.
fn need<T>(field: Option<T>, name: &str) -> Result<T, Error> {
    field.ok_or_else(|| Error {
        kind: ErrorKind::FrameField,
        message: alloc::format!("no `{name}`, expected one for this function code"),
        offset: None,
    })
}

fn wrong_value(expected: &str) -> Error {
    Error { kind: ErrorKind::FrameField, message: alloc::format!("`value` is not {expected}"), offset: None }
}

/// A quantity that is given must be that of the items.
fn check_quantity(quantity: Option<u16>, items: usize) -> Result<(), Error> {
    match quantity {
        Some(quantity) if usize::from(quantity) != items => Err(Error {
            kind: ErrorKind::Quantity,
            message: alloc::format!("`quantity` is {quantity}, expected {items}, the number of items"),
            offset: None,
        }),
        _ => Ok(()),
    }
}

fn pack(bits: &[bool]) -> Vec<u8> {
    let byte = |chunk: &[bool]| chunk.iter().enumerate().fold(0, |byte, (index, bit)| byte | u8::from(*bit) << index);
    bits.chunks(8).map(byte).collect()
}

/// Fields to bytes.
///
/// # Errors
/// A field that is absent or out of the standard's range; a transport or direction of another name.
pub fn encode_frame(call: &EncodeFrame) -> Result<Vec<u8>, Error> {
    let (transport, direction) = (Transport::of(&call.transport)?, direction(&call.direction)?);
    let mut buffer = vec![0; transport.header() + MAX_PDU + rtu::TRAILER];
    let body = buffer.get_mut(transport.header()..).unwrap_or_default();
    let pdu_length = match direction {
        Direction::Request => emit_request(&call.frame, body)?,
        Direction::Response => emit_response(&call.frame, body)?,
    };
    let unit_id = || need(call.frame.unit_id, "unit_id").map(UnitId);
    let length = match transport {
        Transport::Rtu => rtu::emit_frame(&mut buffer, unit_id()?, pdu_length)?,
        Transport::Tcp => {
            let transaction_id = need(call.frame.transaction_id, "transaction_id")?;
            tcp::emit_header(&mut buffer, transaction_id, unit_id()?, pdu_length)?
        }
        Transport::Pdu => pdu_length,
    };
    buffer.truncate(length);
    Ok(buffer)
}

/// The CRC-16 of serial frames.
///
/// # Errors
/// None; the type is that of every function here.
pub fn crc16(call: &Crc16) -> Result<u16, Error> {
    Ok(rtu::crc16(&call.data))
}

fn emit_request(frame: &Frame, buffer: &mut [u8]) -> Result<usize, Error> {
    let function = FunctionCode(frame.function_code);
    let packed = frame.bits.as_deref().map(pack).unwrap_or_default();
    let request = match frame.function_code {
        1..=4 => Request::Read {
            function,
            address: need(frame.address, "address")?,
            quantity: need(frame.quantity, "quantity")?,
        },
        5 => match need(frame.value, "value")? {
            BitOrWord::Bit(value) => Request::WriteSingleCoil { address: need(frame.address, "address")?, value },
            BitOrWord::Word(_) => return Err(wrong_value("true or false")),
        },
        6 => match need(frame.value, "value")? {
            BitOrWord::Word(value) => Request::WriteSingleRegister { address: need(frame.address, "address")?, value },
            BitOrWord::Bit(_) => return Err(wrong_value("a number 0 to 65535")),
        },
        15 => {
            let count = need(frame.bits.as_ref(), "bits")?.len();
            check_quantity(frame.quantity, count)?;
            let bits = need(Bits::new(&packed, count), "bits")?;
            Request::WriteMultipleCoils { address: need(frame.address, "address")?, bits }
        }
        16 => {
            let values = need(frame.values.as_deref(), "values")?;
            check_quantity(frame.quantity, values.len())?;
            let address = need(frame.address, "address")?;
            Request::WriteMultipleRegisters { address, values: Values::Host(values) }
        }
        _ => Request::Other { function, data: need(frame.data.as_deref(), "data")? },
    };
    Ok(request.emit(buffer)?)
}

fn emit_response(frame: &Frame, buffer: &mut [u8]) -> Result<usize, Error> {
    let function = FunctionCode(frame.function_code);
    let packed = frame.bits.as_deref().map(pack).unwrap_or_default();
    let bytes: Vec<u8> = frame.values.iter().flatten().flat_map(|value| value.to_be_bytes()).collect();
    let response = match frame.function_code {
        _ if frame.exception_code.is_some() => {
            Response::Exception { function, code: ExceptionCode(frame.exception_code.unwrap_or_default()) }
        }
        1 | 2 => {
            let count = need(frame.bits.as_ref(), "bits")?.len();
            Response::Bits { function, bits: need(Bits::new(&packed, count), "bits")? }
        }
        3 | 4 => {
            need(frame.values.as_ref(), "values")?;
            Response::Registers { function, registers: need(Registers::new(&bytes), "values")? }
        }
        5 => match need(frame.value, "value")? {
            BitOrWord::Bit(value) => Response::WriteSingleCoil { address: need(frame.address, "address")?, value },
            BitOrWord::Word(_) => return Err(wrong_value("true or false")),
        },
        6 => match need(frame.value, "value")? {
            BitOrWord::Word(value) => Response::WriteSingleRegister { address: need(frame.address, "address")?, value },
            BitOrWord::Bit(_) => return Err(wrong_value("a number 0 to 65535")),
        },
        15 | 16 => Response::WriteMultiple {
            function,
            address: need(frame.address, "address")?,
            quantity: need(frame.quantity, "quantity")?,
        },
        _ => Response::Other { function, data: need(frame.data.as_deref(), "data")? },
    };
    Ok(response.emit(buffer)?)
}
