//! What a server answers.

use super::MAX_PDU;
use super::expectation::Expectation;
use super::items::{Bits, Registers};
use super::records::{FileRecords, FileReplies, Objects};
use super::request::{DEVICE_IDENTIFICATION, Request};
use super::wire::{Reader, Writer, check_data, check_function, check_length, check_span, coil_word};
use crate::error::ErrorKind;
use crate::modbus::{ExceptionCode, FrameError, FunctionCode};

/// Most events of function 12 (6.10), and registers of function 24 (6.18).
const MAX_EVENTS: usize = 64;
const MAX_FIFO: usize = 31;

/// What a server answers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Response<'a> {
    /// 1 and 2: all bits of the bytes received; the request says how many count.
    Bits {
        /// 1 or 2.
        function: FunctionCode,
        /// Padded to whole bytes.
        bits: Bits<'a>,
    },
    /// 3, 4 and 23.
    Registers {
        /// 3, 4 or 23.
        function: FunctionCode,
        /// 1..=125 registers.
        registers: Registers<'a>,
    },
    /// 5: the request again.
    WriteSingleCoil {
        /// The coil.
        address: u16,
        /// On or off.
        value: bool,
    },
    /// 6: the request again.
    WriteSingleRegister {
        /// The register.
        address: u16,
        /// Its value.
        value: u16,
    },
    /// 7: eight bits whose meaning the device defines.
    ExceptionStatus {
        /// The lowest bit is the first output.
        status: u8,
    },
    /// 8: the request again, or a counter.
    Diagnostics {
        /// As asked.
        sub_function: u16,
        /// An even number of bytes, at least two.
        data: Registers<'a>,
    },
    /// 11.
    EventCounter {
        /// 0xFFFF while a command is processed, else 0.
        status: u16,
        /// Messages done well.
        event_count: u16,
    },
    /// 12.
    EventLog {
        /// 0xFFFF while a command is processed, else 0.
        status: u16,
        /// Messages done well.
        event_count: u16,
        /// Messages seen.
        message_count: u16,
        /// Up to 64 events, the newest first.
        events: &'a [u8],
    },
    /// 15 and 16: what was written.
    WriteMultiple {
        /// 15 or 16.
        function: FunctionCode,
        /// First item.
        address: u16,
        /// Items.
        quantity: u16,
    },
    /// 17: what the device says of itself.
    ServerId {
        /// Identification, run indicator, and what the maker adds.
        data: &'a [u8],
    },
    /// 20.
    ReadFileRecord {
        /// The registers of each span.
        replies: FileReplies<'a>,
    },
    /// 21: the request again.
    WriteFileRecord {
        /// What was written.
        records: FileRecords<'a>,
    },
    /// 22: the request again.
    MaskWriteRegister {
        /// The register.
        address: u16,
        /// Bits that stayed.
        and_mask: u16,
        /// Bits that were set among the others.
        or_mask: u16,
    },
    /// 24: the queue, which stays as it is.
    FifoQueue {
        /// Up to 31 registers, the oldest first.
        registers: Registers<'a>,
    },
    /// 43/14.
    DeviceIdentification {
        /// As asked.
        read_code: u8,
        /// 1 to 3, with 0x80 if single objects can be asked for.
        conformity: u8,
        /// Whether more objects are to be asked for.
        more_follows: bool,
        /// The object to ask for next, 0 if none.
        next_object_id: u8,
        /// The objects.
        objects: Objects<'a>,
    },
    /// A refusal.
    Exception {
        /// The function that was refused, without the exception bit.
        function: FunctionCode,
        /// Why.
        code: ExceptionCode,
    },
    /// Any other function, passed through.
    Other {
        /// 1..=127.
        function: FunctionCode,
        /// The bytes behind the function code.
        data: &'a [u8],
    },
}

impl<'a> Response<'a> {
    /// Reads a response's PDU.
    #[inline]
    pub fn parse(bytes: &'a [u8]) -> Result<Self, FrameError> {
        // Most responses are registers, whose header says all, where flash is not short.
        #[cfg(feature = "alloc")]
        if let [function @ (3 | 4), count @ 2..=250, data @ ..] = bytes
            && data.len() == usize::from(*count)
            && let Some(registers) = Registers::new(data)
        {
            return Ok(Response::Registers { function: FunctionCode(*function), registers });
        }
        Self::parse_fields(bytes)
    }

    /// Field by field, to say where it breaks the standard.
    fn parse_fields(bytes: &'a [u8]) -> Result<Self, FrameError> {
        check_length(bytes)?;
        let mut reader = Reader::new(bytes);
        let code = reader.byte("a function code")?;
        let function = check_function(code & 0x7F)?;
        let response = match function.0 {
            _ if code >= 0x80 => {
                Response::Exception { function, code: ExceptionCode(reader.byte("an exception code")?) }
            }
            1 | 2 => {
                let bytes = reader.counted()?;
                let bits = Bits::new(bytes, bytes.len() * 8).filter(|bits| (1..=2000).contains(&bits.len()));
                let bits = bits.ok_or(FrameError::new(ErrorKind::ByteCount, 1, "1 to 250 bytes"))?;
                Response::Bits { function, bits }
            }
            3 | 4 | 23 => {
                let registers = Registers::new(reader.counted()?).filter(|all| (1..=125).contains(&all.len()));
                let registers = registers.ok_or(FrameError::new(ErrorKind::ByteCount, 1, "an even count 2 to 250"))?;
                Response::Registers { function, registers }
            }
            5 => Response::WriteSingleCoil { address: reader.word("an address")?, value: reader.coil()? },
            6 => Response::WriteSingleRegister { address: reader.word("an address")?, value: reader.word("a value")? },
            7 => Response::ExceptionStatus { status: reader.byte("a status")? },
            8 => Response::Diagnostics { sub_function: reader.word("a sub-function")?, data: reader.registers()? },
            11 => {
                Response::EventCounter { status: reader.word("a status")?, event_count: reader.word("an event count")? }
            }
            12 => {
                let mut inner = Reader::within(reader.counted()?, 2);
                Response::EventLog {
                    status: inner.word("a status")?,
                    event_count: inner.word("an event count")?,
                    message_count: inner.word("a message count")?,
                    events: inner.rest(),
                }
            }
            15 | 16 => {
                let (address, quantity) = (reader.word("an address")?, reader.word("a quantity")?);
                check_span(3, address, quantity.into(), if function.0 == 15 { 1968 } else { 123 })?;
                Response::WriteMultiple { function, address, quantity }
            }
            17 => Response::ServerId { data: reader.counted()? },
            20 => Response::ReadFileRecord { replies: FileReplies::parse(&mut reader)? },
            21 => Response::WriteFileRecord { records: FileRecords::parse(&mut reader)? },
            22 => Response::MaskWriteRegister {
                address: reader.word("an address")?,
                and_mask: reader.word("an AND mask")?,
                or_mask: reader.word("an OR mask")?,
            },
            24 => {
                let (bytes, count) = (reader.word("a byte count")?, reader.word("a FIFO count")?);
                let registers = reader.registers()?;
                if usize::from(bytes) != 2 + 2 * registers.len() || usize::from(count) != registers.len() {
                    return Err(FrameError::new(
                        ErrorKind::ByteCount,
                        1,
                        "the numbers of bytes and registers that follow",
                    ));
                }
                Response::FifoQueue { registers }
            }
            43 if bytes.get(1) == Some(&DEVICE_IDENTIFICATION) => identification(&mut reader)?,
            _ => Response::Other { function, data: reader.rest() },
        };
        reader.end()?;
        response.check()?;
        Ok(response)
    }

    /// Its function code, without the exception bit.
    pub const fn function(&self) -> FunctionCode {
        match self {
            Response::Bits { function, .. }
            | Response::Registers { function, .. }
            | Response::WriteMultiple { function, .. }
            | Response::Exception { function, .. }
            | Response::Other { function, .. } => *function,
            Response::WriteSingleCoil { .. } => FunctionCode::WRITE_SINGLE_COIL,
            Response::WriteSingleRegister { .. } => FunctionCode::WRITE_SINGLE_REGISTER,
            Response::ExceptionStatus { .. } => FunctionCode::READ_EXCEPTION_STATUS,
            Response::Diagnostics { .. } => FunctionCode::DIAGNOSTICS,
            Response::EventCounter { .. } => FunctionCode::GET_COMM_EVENT_COUNTER,
            Response::EventLog { .. } => FunctionCode::GET_COMM_EVENT_LOG,
            Response::ServerId { .. } => FunctionCode::REPORT_SERVER_ID,
            Response::ReadFileRecord { .. } => FunctionCode::READ_FILE_RECORD,
            Response::WriteFileRecord { .. } => FunctionCode::WRITE_FILE_RECORD,
            Response::MaskWriteRegister { .. } => FunctionCode::MASK_WRITE_REGISTER,
            Response::FifoQueue { .. } => FunctionCode::READ_FIFO_QUEUE,
            Response::DeviceIdentification { .. } => FunctionCode::ENCAPSULATED_INTERFACE_TRANSPORT,
        }
    }

    /// Bytes of its PDU.
    pub fn buffer_len(&self) -> usize {
        match self {
            Response::Bits { bits, .. } => 2 + bits.len().div_ceil(8),
            Response::Registers { registers, .. } => 2 + 2 * registers.len(),
            Response::WriteSingleCoil { .. }
            | Response::WriteSingleRegister { .. }
            | Response::EventCounter { .. }
            | Response::WriteMultiple { .. } => 5,
            Response::ExceptionStatus { .. } | Response::Exception { .. } => 2,
            Response::Diagnostics { data, .. } => 3 + 2 * data.len(),
            Response::EventLog { events, .. } => 8 + events.len(),
            Response::ServerId { data } => 2 + data.len(),
            Response::ReadFileRecord { replies } => 2 + replies.wire_len(),
            Response::WriteFileRecord { records } => 2 + records.wire_len(),
            Response::MaskWriteRegister { .. } => 7,
            Response::FifoQueue { registers } => 5 + 2 * registers.len(),
            Response::DeviceIdentification { objects, .. } => 6 + objects.wire_len(),
            Response::Other { data, .. } => 1 + data.len(),
        }
    }

    /// Ranges of the standard: they hold for every response that is parsed or emitted.
    fn check(&self) -> Result<(), FrameError> {
        check_function(self.function().0)?;
        match *self {
            Response::Bits { function, bits }
                if !(1..=2000).contains(&bits.len()) || !(1..=2).contains(&function.0) =>
            {
                Err(FrameError::new(ErrorKind::Quantity, 1, "1 to 2000 bits of function 1 or 2"))
            }
            Response::Registers { function, registers }
                if !(1..=125).contains(&registers.len()) || !matches!(function.0, 3 | 4 | 23) =>
            {
                Err(FrameError::new(ErrorKind::Quantity, 1, "1 to 125 registers of function 3, 4 or 23"))
            }
            Response::Diagnostics { data, .. } if data.is_empty() => {
                Err(FrameError::new(ErrorKind::FrameTooShort, 3, "data, an even number of bytes"))
            }
            Response::EventLog { events, .. } if events.len() > MAX_EVENTS => {
                Err(FrameError::new(ErrorKind::ByteCount, 1, "at most 64 events"))
            }
            Response::WriteMultiple { function, address, quantity } => {
                check_span(3, address, quantity.into(), if function.0 == 15 { 1968 } else { 123 })
            }
            Response::ReadFileRecord { replies } => replies.check(),
            Response::WriteFileRecord { records } => records.check(),
            Response::FifoQueue { registers } if registers.len() > MAX_FIFO => {
                Err(FrameError::new(ErrorKind::Quantity, 3, "at most 31 registers"))
            }
            Response::DeviceIdentification { read_code, objects, .. } => {
                if !(1..=4).contains(&read_code) {
                    return Err(FrameError::new(ErrorKind::ReadCode, 2, "a read code 1 to 4"));
                }
                objects.check()
            }
            Response::Other { data, .. } => check_data(data),
            _ => Ok(()),
        }
    }

    /// Writes its PDU and gives the number of bytes.
    #[inline]
    pub fn emit(&self, buffer: &mut [u8]) -> Result<usize, FrameError> {
        #[cfg(feature = "alloc")]
        if let Response::Registers { function: function @ FunctionCode(3 | 4), registers } = self
            && let Ok(count @ 2..=250) = u8::try_from(registers.bytes.len())
            && let Some([first, second, room @ ..]) = buffer.get_mut(..2 + registers.bytes.len())
        {
            (*first, *second) = (function.0, count);
            room.iter_mut().zip(registers.bytes).for_each(|(place, byte)| *place = *byte);
            return Ok(2 + registers.bytes.len());
        }
        self.emit_fields(buffer)
    }

    fn emit_fields(&self, buffer: &mut [u8]) -> Result<usize, FrameError> {
        self.check()?;
        let needed = self.buffer_len();
        if needed > MAX_PDU {
            return Err(FrameError::new(ErrorKind::FrameTooLong, MAX_PDU, "at most 253 bytes"));
        }
        let mut writer = Writer::new(buffer, needed)?;
        if let Response::Exception { function, code } = *self {
            writer.bytes(&[function.0 | 0x80, code.0]);
            return Ok(writer.length());
        }
        writer.byte(self.function().0);
        match *self {
            Response::Exception { .. } => {}
            Response::Bits { bits, .. } => {
                writer.count(bits.len().div_ceil(8));
                writer.bits(&bits);
            }
            Response::Registers { registers, .. } => {
                writer.count(2 * registers.len());
                writer.bytes(registers.bytes);
            }
            Response::WriteSingleCoil { address, value } => writer.words([address, coil_word(value)]),
            Response::WriteSingleRegister { address, value } => writer.words([address, value]),
            Response::ExceptionStatus { status } => writer.byte(status),
            Response::Diagnostics { sub_function, data } => {
                writer.words([sub_function]);
                writer.bytes(data.bytes);
            }
            Response::EventCounter { status, event_count } => writer.words([status, event_count]),
            Response::EventLog { status, event_count, message_count, events } => {
                writer.count(6 + events.len());
                writer.words([status, event_count, message_count]);
                writer.bytes(events);
            }
            Response::WriteMultiple { address, quantity, .. } => writer.words([address, quantity]),
            Response::ServerId { data } => {
                writer.count(data.len());
                writer.bytes(data);
            }
            Response::ReadFileRecord { replies } => replies.emit(&mut writer),
            Response::WriteFileRecord { records } => records.emit(&mut writer),
            Response::MaskWriteRegister { address, and_mask, or_mask } => writer.words([address, and_mask, or_mask]),
            Response::FifoQueue { registers } => {
                let count = u16::try_from(registers.len()).unwrap_or(u16::MAX);
                writer.words([2 + 2 * count, count]);
                writer.bytes(registers.bytes);
            }
            Response::DeviceIdentification { read_code, conformity, more_follows, next_object_id, objects } => {
                let more = if more_follows { 0xFF } else { 0 };
                writer.bytes(&[DEVICE_IDENTIFICATION, read_code, conformity, more, next_object_id]);
                objects.emit(&mut writer);
            }
            Response::Other { data, .. } => writer.bytes(data),
        }
        Ok(writer.length())
    }

    /// Whether it answers this request: see [`Expectation::is_met_by`].
    pub fn answers(&self, request: &Request<'_>) -> bool {
        Expectation::of(request).is_met_by(self)
    }
}

fn identification<'a>(reader: &mut Reader<'a>) -> Result<Response<'a>, FrameError> {
    reader.byte("an MEI type")?;
    let (read_code, conformity) = (reader.byte("a read code")?, reader.byte("a conformity level")?);
    let place = reader.at();
    let more_follows = match reader.byte("whether more follows")? {
        0 => false,
        0xFF => true,
        _ => return Err(FrameError::new(ErrorKind::MoreFollows, place, "0x00 or 0xFF")),
    };
    let next_object_id = reader.byte("the next object")?;
    let objects = Objects::parse(reader)?;
    Ok(Response::DeviceIdentification { read_code, conformity, more_follows, next_object_id, objects })
}

/// Bytes of the response whose PDU begins like this: `Ok` when they are known, `Err` of how many bytes
/// tell it, `Ok(None)` where the frame ends with its bytes (function 8, and those passed through). Never
/// more than a PDU may have, whatever is announced.
pub(in crate::modbus) fn response_length(begun: &[u8]) -> Result<Option<usize>, usize> {
    let byte = |place: usize| begun.get(place).copied().map(usize::from).ok_or(place + 1);
    let length = match begun.first() {
        None => return Err(1),
        Some(0x80..) => 2,
        Some(1..=4 | 12 | 17 | 20 | 21 | 23) => 2 + byte(1)?,
        Some(5 | 6 | 11 | 15 | 16) => 5,
        Some(7) => 2,
        Some(22) => 7,
        Some(24) => 3 + (byte(1)? << 8) + byte(2)?,
        Some(43) if byte(1)? == usize::from(DEVICE_IDENTIFICATION) => {
            let mut end = 7;
            for _ in 0..byte(6)? {
                end += 2 + byte(end + 1)?;
                if end > MAX_PDU {
                    break;
                }
            }
            end
        }
        Some(_) => return Ok(None),
    };
    Ok(Some(length.min(MAX_PDU + 1)))
}

#[cfg(all(test, feature = "alloc"))]
mod tests {
    use super::*;

    /// The way of registers leads to the same place as that of every other response.
    #[test]
    fn the_short_way_is_the_long_one() {
        for (function, count) in (0..=5_u8).flat_map(|function| (0..=255_u8).map(move |count| (function, count))) {
            for length in [0, usize::from(count).saturating_sub(1), count.into(), usize::from(count) + 1] {
                let mut bytes = std::vec![function, count];
                bytes.extend((0..length).map(|index| index as u8));
                let (short, long) = (Response::parse(&bytes), Response::parse_fields(&bytes));
                assert_eq!(short, long, "{bytes:?}");
                if let Ok(response) = short {
                    let (mut emitted, mut fields) = ([0; 253], [0; 253]);
                    assert_eq!(response.emit(&mut emitted), response.emit_fields(&mut fields), "{bytes:?}");
                    assert_eq!(emitted, fields, "{bytes:?}");
                }
            }
        }
    }
}
