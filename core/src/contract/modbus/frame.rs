//! Frames: `decode_frame`, `encode_frame`.

use alloc::borrow::ToOwned;
use alloc::string::String;
use alloc::vec;
use alloc::vec::Vec;

use serde::{Deserialize, Serialize};

use super::{Transport, direction};
use crate::contract::Error;
use crate::error::ErrorKind;
use crate::modbus::{
    Bits, DEVICE_IDENTIFICATION, Direction, ExceptionCode, FileRecord, FileRecords, FileReplies, FileSpan, FileSpans,
    FrameError, FunctionCode, MAX_PDU, Object, Objects, Registers, Request, Response, UnitId, Values, ascii, rtu, tcp,
};

/// Call of [`decode_frame`].
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DecodeFrame {
    /// The whole frame.
    pub data: Vec<u8>,
    /// `rtu`, `tcp`, `ascii` or `pdu`.
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
    /// `rtu`, `tcp`, `ascii` or `pdu`.
    pub transport: String,
    /// `request` or `response`.
    pub direction: String,
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
    /// Functions 7, 11 and 12.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub status: Option<u16>,
    /// Function 8.
    #[serde(alias = "subFunction", skip_serializing_if = "Option::is_none")]
    pub sub_function: Option<u16>,
    /// Functions 11 and 12: messages done well.
    #[serde(alias = "eventCount", skip_serializing_if = "Option::is_none")]
    pub event_count: Option<u16>,
    /// Function 12: messages seen.
    #[serde(alias = "messageCount", skip_serializing_if = "Option::is_none")]
    pub message_count: Option<u16>,
    /// Function 12: the newest event first.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub events: Option<Vec<u8>>,
    /// Functions 20 and 21.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub records: Option<Vec<Record>>,
    /// Function 22: bits that stay.
    #[serde(alias = "andMask", skip_serializing_if = "Option::is_none")]
    pub and_mask: Option<u16>,
    /// Function 22: bits that are set among the others.
    #[serde(alias = "orMask", skip_serializing_if = "Option::is_none")]
    pub or_mask: Option<u16>,
    /// Function 23.
    #[serde(alias = "readAddress", skip_serializing_if = "Option::is_none")]
    pub read_address: Option<u16>,
    /// Function 23: registers to read.
    #[serde(alias = "readQuantity", skip_serializing_if = "Option::is_none")]
    pub read_quantity: Option<u16>,
    /// Function 23.
    #[serde(alias = "writeAddress", skip_serializing_if = "Option::is_none")]
    pub write_address: Option<u16>,
    /// Function 43: 14, an identification.
    #[serde(alias = "meiType", skip_serializing_if = "Option::is_none")]
    pub mei_type: Option<u8>,
    /// Function 43/14: 1 to 4.
    #[serde(alias = "readCode", skip_serializing_if = "Option::is_none")]
    pub read_code: Option<u8>,
    /// Function 43/14: the object to begin with.
    #[serde(alias = "objectId", skip_serializing_if = "Option::is_none")]
    pub object_id: Option<u8>,
    /// Function 43/14: what the device can be asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub conformity: Option<u8>,
    /// Function 43/14: whether more objects are to be asked for.
    #[serde(alias = "moreFollows", skip_serializing_if = "Option::is_none")]
    pub more_follows: Option<bool>,
    /// Function 43/14: the object to ask for next.
    #[serde(alias = "nextObjectId", skip_serializing_if = "Option::is_none")]
    pub next_object_id: Option<u8>,
    /// Function 43/14.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub objects: Option<Vec<IdObject>>,
    /// Of a refusal.
    #[serde(alias = "exceptionCode", skip_serializing_if = "Option::is_none")]
    pub exception_code: Option<u8>,
    /// Functions 8 and 17, and the bytes behind the function code of one that is passed through.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub data: Option<Vec<u8>>,
}

/// Registers of a file: of a request to read `file_number`, `record_number` and `record_length`, of its
/// response `values`, of function 21 all but the length.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Record {
    /// 1..=65535.
    #[serde(alias = "fileNumber", skip_serializing_if = "Option::is_none")]
    pub file_number: Option<u16>,
    /// First record, 0..=9999.
    #[serde(alias = "recordNumber", skip_serializing_if = "Option::is_none")]
    pub record_number: Option<u16>,
    /// Records, from 1.
    #[serde(alias = "recordLength", skip_serializing_if = "Option::is_none")]
    pub record_length: Option<u16>,
    /// Registers.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub values: Option<Vec<u16>>,
}

/// An object of an identification.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct IdObject {
    /// 0 vendor, 1 product, 2 revision.
    pub id: u8,
    /// Usually ASCII text.
    pub value: Vec<u8>,
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

/// Bytes to fields.
///
/// # Errors
/// What breaks the standard, with its byte in the frame; a transport or direction of another name.
pub fn decode_frame(call: &DecodeFrame) -> Result<Frame, Error> {
    let (transport, direction) = (Transport::of(&call.transport)?, direction(&call.direction)?);
    let mut binary = [0; ascii::MAX_BINARY];
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
        Transport::Ascii => {
            let frame = ascii::Frame::parse(&call.data, &mut binary)?;
            (Frame { unit_id: Some(frame.unit_id.0), ..Frame::default() }, frame.pdu)
        }
        Transport::Pdu => (Frame::default(), call.data.as_slice()),
    };
    let in_frame = |error: FrameError| {
        let offset = transport.place(error.offset());
        Error { offset: Some(offset), ..FrameError::new(error.kind(), offset, error.expected()).into() }
    };
    match direction {
        Direction::Request => Request::parse(pdu).map(|request| of_request(frame, &request)).map_err(in_frame),
        Direction::Response => Response::parse(pdu).map(|response| of_response(frame, &response)).map_err(in_frame),
    }
}

pub(super) fn of_request(frame: Frame, request: &Request<'_>) -> Frame {
    let frame = Frame { function_code: request.function().0, ..frame };
    match *request {
        Request::Read { address, quantity, .. } => Frame { address: Some(address), quantity: Some(quantity), ..frame },
        Request::WriteSingleCoil { address, value } => {
            Frame { address: Some(address), value: Some(BitOrWord::Bit(value)), ..frame }
        }
        Request::WriteSingleRegister { address, value } => {
            Frame { address: Some(address), value: Some(BitOrWord::Word(value)), ..frame }
        }
        Request::Plain { .. } => frame,
        Request::Diagnostics { sub_function, data } => {
            Frame { sub_function: Some(sub_function), data: Some(bytes_of(data.iter())), ..frame }
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
        Request::ReadFileRecord { spans } => {
            let record = |span: FileSpan| Record {
                file_number: Some(span.file_number),
                record_number: Some(span.record_number),
                record_length: Some(span.record_length),
                values: None,
            };
            Frame { records: Some(spans.iter().map(record).collect()), ..frame }
        }
        Request::WriteFileRecord { records } => Frame { records: Some(written(&records)), ..frame },
        Request::MaskWriteRegister { address, and_mask, or_mask } => {
            Frame { address: Some(address), and_mask: Some(and_mask), or_mask: Some(or_mask), ..frame }
        }
        Request::ReadWriteMultipleRegisters { read_address, read_quantity, write_address, values } => Frame {
            read_address: Some(read_address),
            read_quantity: Some(read_quantity),
            write_address: Some(write_address),
            values: Some(values.iter().collect()),
            ..frame
        },
        Request::ReadFifoQueue { address } => Frame { address: Some(address), ..frame },
        Request::ReadDeviceIdentification { read_code, object_id } => Frame {
            mei_type: Some(DEVICE_IDENTIFICATION),
            read_code: Some(read_code),
            object_id: Some(object_id),
            ..frame
        },
        Request::Other { data, .. } => Frame { data: Some(data.to_owned()), ..frame },
    }
}

pub(super) fn of_response(frame: Frame, response: &Response<'_>) -> Frame {
    let frame = Frame { function_code: response.function().0, ..frame };
    match *response {
        Response::Bits { bits, .. } => Frame { bits: Some(bits.iter().collect()), ..frame },
        Response::Registers { registers, .. } | Response::FifoQueue { registers } => {
            Frame { values: Some(registers.iter().collect()), ..frame }
        }
        Response::WriteSingleCoil { address, value } => {
            Frame { address: Some(address), value: Some(BitOrWord::Bit(value)), ..frame }
        }
        Response::WriteSingleRegister { address, value } => {
            Frame { address: Some(address), value: Some(BitOrWord::Word(value)), ..frame }
        }
        Response::ExceptionStatus { status } => Frame { status: Some(status.into()), ..frame },
        Response::Diagnostics { sub_function, data } => {
            Frame { sub_function: Some(sub_function), data: Some(bytes_of(data.iter())), ..frame }
        }
        Response::EventCounter { status, event_count } => {
            Frame { status: Some(status), event_count: Some(event_count), ..frame }
        }
        Response::EventLog { status, event_count, message_count, events } => Frame {
            status: Some(status),
            event_count: Some(event_count),
            message_count: Some(message_count),
            events: Some(events.to_owned()),
            ..frame
        },
        Response::WriteMultiple { address, quantity, .. } => {
            Frame { address: Some(address), quantity: Some(quantity), ..frame }
        }
        Response::ServerId { data } | Response::Other { data, .. } => Frame { data: Some(data.to_owned()), ..frame },
        Response::ReadFileRecord { replies } => {
            let record = |values: Values<'_>| Record { values: Some(values.iter().collect()), ..Record::default() };
            Frame { records: Some(replies.iter().map(record).collect()), ..frame }
        }
        Response::WriteFileRecord { records } => Frame { records: Some(written(&records)), ..frame },
        Response::MaskWriteRegister { address, and_mask, or_mask } => {
            Frame { address: Some(address), and_mask: Some(and_mask), or_mask: Some(or_mask), ..frame }
        }
        Response::DeviceIdentification { read_code, conformity, more_follows, next_object_id, objects } => Frame {
            mei_type: Some(DEVICE_IDENTIFICATION),
            read_code: Some(read_code),
            conformity: Some(conformity),
            more_follows: Some(more_follows),
            next_object_id: Some(next_object_id),
            objects: Some(objects.iter().map(|each| IdObject { id: each.id, value: each.value.to_owned() }).collect()),
            ..frame
        },
        Response::Exception { code, .. } => Frame { exception_code: Some(code.0), ..frame },
    }
}

fn bytes_of(words: impl Iterator<Item = u16>) -> Vec<u8> {
    words.flat_map(u16::to_be_bytes).collect()
}

fn written(records: &FileRecords<'_>) -> Vec<Record> {
    let record = |record: FileRecord<'_>| Record {
        file_number: Some(record.file_number),
        record_number: Some(record.record_number),
        record_length: None,
        values: Some(record.values.iter().collect()),
    };
    records.iter().map(record).collect()
}

/// A field that the function needs.
pub(super) fn need<T>(field: Option<T>, name: &str) -> Result<T, Error> {
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
        Transport::Ascii => {
            let mut text = vec![0; ascii::MAX_FRAME];
            let length = ascii::emit_frame(&mut text, unit_id()?, buffer.get(..pdu_length).unwrap_or_default())?;
            buffer = text;
            length
        }
        Transport::Pdu => pdu_length,
    };
    buffer.truncate(length);
    Ok(buffer)
}

pub(super) fn emit_request(frame: &Frame, buffer: &mut [u8]) -> Result<usize, Error> {
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
        7 | 11 | 12 | 17 => Request::Plain { function },
        8 => Request::Diagnostics {
            sub_function: need(frame.sub_function, "sub_function")?,
            data: even(need(frame.data.as_deref(), "data")?)?,
        },
        20 => {
            let spans = need(frame.records.as_deref(), "records")?.iter().map(span).collect::<Result<Vec<_>, _>>()?;
            return Ok(Request::ReadFileRecord { spans: FileSpans::new(&spans) }.emit(buffer)?);
        }
        21 => {
            let records = records(frame)?;
            return Ok(Request::WriteFileRecord { records: FileRecords::new(&records) }.emit(buffer)?);
        }
        22 => Request::MaskWriteRegister {
            address: need(frame.address, "address")?,
            and_mask: need(frame.and_mask, "and_mask")?,
            or_mask: need(frame.or_mask, "or_mask")?,
        },
        23 => Request::ReadWriteMultipleRegisters {
            read_address: need(frame.read_address, "read_address")?,
            read_quantity: need(frame.read_quantity, "read_quantity")?,
            write_address: need(frame.write_address, "write_address")?,
            values: Values::Host(need(frame.values.as_deref(), "values")?),
        },
        24 => Request::ReadFifoQueue { address: need(frame.address, "address")? },
        43 if frame.mei_type == Some(DEVICE_IDENTIFICATION) => Request::ReadDeviceIdentification {
            read_code: need(frame.read_code, "read_code")?,
            object_id: need(frame.object_id, "object_id")?,
        },
        _ => Request::Other { function, data: need(frame.data.as_deref(), "data")? },
    };
    Ok(request.emit(buffer)?)
}

/// Bytes of which two make a register.
fn even(data: &[u8]) -> Result<Registers<'_>, Error> {
    Registers::new(data).ok_or_else(|| Error {
        kind: ErrorKind::FrameField,
        message: alloc::format!("`data` has {} bytes, expected an even number", data.len()),
        offset: None,
    })
}

fn span(record: &Record) -> Result<FileSpan, Error> {
    Ok(FileSpan {
        file_number: need(record.file_number, "file_number")?,
        record_number: need(record.record_number, "record_number")?,
        record_length: need(record.record_length, "record_length")?,
    })
}

/// The records that function 21 writes, and gives back.
fn records(frame: &Frame) -> Result<Vec<FileRecord<'_>>, Error> {
    let mut records = Vec::new();
    for record in need(frame.records.as_deref(), "records")? {
        records.push(FileRecord {
            file_number: need(record.file_number, "file_number")?,
            record_number: need(record.record_number, "record_number")?,
            values: Values::Host(need(record.values.as_deref(), "values")?),
        });
    }
    Ok(records)
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
        3 | 4 | 23 => {
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
        7 => {
            let status = need(frame.status, "status")?;
            let status = u8::try_from(status).map_err(|_| Error {
                kind: ErrorKind::FrameField,
                message: alloc::format!("`status` is {status}, expected 0 to 255 for this function code"),
                offset: None,
            })?;
            Response::ExceptionStatus { status }
        }
        8 => Response::Diagnostics {
            sub_function: need(frame.sub_function, "sub_function")?,
            data: even(need(frame.data.as_deref(), "data")?)?,
        },
        11 => Response::EventCounter {
            status: need(frame.status, "status")?,
            event_count: need(frame.event_count, "event_count")?,
        },
        12 => Response::EventLog {
            status: need(frame.status, "status")?,
            event_count: need(frame.event_count, "event_count")?,
            message_count: need(frame.message_count, "message_count")?,
            events: need(frame.events.as_deref(), "events")?,
        },
        17 => Response::ServerId { data: need(frame.data.as_deref(), "data")? },
        20 => {
            let mut replies = Vec::new();
            for record in need(frame.records.as_deref(), "records")? {
                replies.push(Values::Host(need(record.values.as_deref(), "values")?));
            }
            return Ok(Response::ReadFileRecord { replies: FileReplies::new(&replies) }.emit(buffer)?);
        }
        21 => {
            let records = records(frame)?;
            return Ok(Response::WriteFileRecord { records: FileRecords::new(&records) }.emit(buffer)?);
        }
        22 => Response::MaskWriteRegister {
            address: need(frame.address, "address")?,
            and_mask: need(frame.and_mask, "and_mask")?,
            or_mask: need(frame.or_mask, "or_mask")?,
        },
        24 => {
            need(frame.values.as_ref(), "values")?;
            Response::FifoQueue { registers: need(Registers::new(&bytes), "values")? }
        }
        43 if frame.mei_type == Some(DEVICE_IDENTIFICATION) => {
            let objects = need(frame.objects.as_deref(), "objects")?.iter();
            let objects: Vec<_> = objects.map(|each| Object { id: each.id, value: &each.value }).collect();
            let response = Response::DeviceIdentification {
                read_code: need(frame.read_code, "read_code")?,
                conformity: need(frame.conformity, "conformity")?,
                more_follows: need(frame.more_follows, "more_follows")?,
                next_object_id: need(frame.next_object_id, "next_object_id")?,
                objects: Objects::new(&objects),
            };
            return Ok(response.emit(buffer)?);
        }
        _ => Response::Other { function, data: need(frame.data.as_deref(), "data")? },
    };
    Ok(response.emit(buffer)?)
}

/// Registers of a response, the most that JavaScript and Python decode, without a structure in between:
/// transaction, unit and function go into the first three places of `out`, the registers behind them. Gives
/// their number; `None` for every other frame, and for one that is none: [`decode_frame`] says why.
pub fn decode_registers(data: &[u8], is_tcp: bool, out: &mut [u16; 128]) -> Option<usize> {
    let (transaction_id, unit_id, pdu) = if is_tcp {
        let frame = tcp::Frame::parse(data).ok()?;
        (frame.transaction_id, frame.unit_id, frame.pdu)
    } else {
        let frame = rtu::Frame::parse(data).ok()?;
        (0, frame.unit_id, frame.pdu)
    };
    let Ok(Response::Registers { function, registers }) = Response::parse(pdu) else { return None };
    let head = [transaction_id, unit_id.0.into(), function.0.into()];
    let places = out.iter_mut();
    places.zip(head.into_iter().chain(registers.iter())).for_each(|(place, word)| *place = word);
    Some(registers.len())
}

/// Transaction, unit, function, address, and the word behind it of a request of functions 1 to 6, without a
/// structure in between; `None` for every other frame, and for one that is none: [`decode_frame`] says why.
pub fn decode_short(data: &[u8], is_tcp: bool, out: &mut [u16; 128]) -> Option<()> {
    let (transaction_id, unit_id, pdu) = if is_tcp {
        let frame = tcp::Frame::parse(data).ok()?;
        (frame.transaction_id, frame.unit_id, frame.pdu)
    } else {
        let frame = rtu::Frame::parse(data).ok()?;
        (0, frame.unit_id, frame.pdu)
    };
    let (function, address, word) = match Request::parse(pdu).ok()? {
        Request::Read { function, address, quantity } => (function, address, quantity),
        Request::WriteSingleCoil { address, value } => (FunctionCode::WRITE_SINGLE_COIL, address, value.into()),
        Request::WriteSingleRegister { address, value } => (FunctionCode::WRITE_SINGLE_REGISTER, address, value),
        _ => return None,
    };
    let fields = [transaction_id, unit_id.0.into(), function.0.into(), address, word];
    out.iter_mut().zip(fields).for_each(|(place, field)| *place = field);
    Some(())
}

/// The frame of a response of registers, without a structure in between: transaction, unit and function
/// are the first three words, the registers stand behind them. Gives its length; `None` for one that is not
/// legal: [`encode_frame`] says why.
pub fn encode_registers(words: &[u16], is_tcp: bool, out: &mut [u8; 260]) -> Option<usize> {
    let [transaction_id, unit_id, function, values @ ..] = words else { return None };
    let (unit_id, function) = (UnitId(u8::try_from(*unit_id).ok()?), FunctionCode(u8::try_from(*function).ok()?));
    let mut bytes = [0; 250];
    let bytes = bytes.get_mut(..2 * values.len())?;
    bytes.chunks_exact_mut(2).zip(values).for_each(|(pair, value)| pair.copy_from_slice(&value.to_be_bytes()));
    let response = Response::Registers { function, registers: Registers::new(bytes)? };
    let header = if is_tcp { tcp::HEADER } else { rtu::HEADER };
    let length = response.emit(out.get_mut(header..)?).ok()?;
    let length = if is_tcp {
        tcp::emit_header(out, *transaction_id, unit_id, length)
    } else {
        rtu::emit_frame(out, unit_id, length)
    };
    length.ok()
}

/// The frame of a request of five bytes, functions 1 to 6, without a structure in between. Gives its
/// length; `None` for one that is not legal: [`encode_frame`] says why.
pub fn encode_short(head: ShortFrame, is_tcp: bool, out: &mut [u8; 12]) -> Option<usize> {
    let ShortFrame { transaction_id, unit_id, function_code, address, word } = head;
    let request = match function_code {
        1..=4 => Request::Read { function: FunctionCode(function_code), address, quantity: word },
        5 => Request::WriteSingleCoil { address, value: word != 0 },
        6 => Request::WriteSingleRegister { address, value: word },
        _ => return None,
    };
    let length = if is_tcp {
        tcp::emit_request(out, transaction_id, UnitId(unit_id), &request)
    } else {
        rtu::emit_request(out, UnitId(unit_id), &request)
    };
    length.ok()
}

/// What [`encode_short`] writes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ShortFrame {
    /// On TCP.
    pub transaction_id: u16,
    /// The unit that is asked.
    pub unit_id: u8,
    /// 1..=6.
    pub function_code: u8,
    /// First item.
    pub address: u16,
    /// Quantity, or the value: 0 and 1 for a coil.
    pub word: u16,
}
