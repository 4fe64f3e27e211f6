//! What a client asks.

use super::items::{Bits, Registers, Values};
use super::records::{FileRecords, FileSpans};
use super::wire::{Reader, Writer, check_data, check_function, check_length, check_span, coil_word, low_word};
use crate::error::ErrorKind;
use crate::modbus::{FrameError, FunctionCode, RegisterKind};

/// Type of function 43 that identifies the device (6.21).
pub const DEVICE_IDENTIFICATION: u8 = 14;

/// Most registers that function 23 writes (6.17).
const MAX_WRITE_WITH_READ: u16 = 121;

/// What a client asks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Request<'a> {
    /// 1 to 4: items of one kind. The function tells which.
    Read {
        /// 1, 2, 3 or 4.
        function: FunctionCode,
        /// First item.
        address: u16,
        /// Items: 1..=2000 bits or 1..=125 registers.
        quantity: u16,
    },
    /// 5: one coil.
    WriteSingleCoil {
        /// The coil.
        address: u16,
        /// On or off.
        value: bool,
    },
    /// 6: one register.
    WriteSingleRegister {
        /// The register.
        address: u16,
        /// Its value.
        value: u16,
    },
    /// 7, 11, 12 and 17: questions without fields (exception status, event counter, event log,
    /// identification of the server).
    Plain {
        /// 7, 11, 12 or 17.
        function: FunctionCode,
    },
    /// 8: a test of the line or of the unit's counters.
    Diagnostics {
        /// 0 returns the data (6.8.1).
        sub_function: u16,
        /// An even number of bytes, at least two.
        data: Registers<'a>,
    },
    /// 15: 1..=1968 coils.
    WriteMultipleCoils {
        /// First coil.
        address: u16,
        /// Their values.
        bits: Bits<'a>,
    },
    /// 16: 1..=123 registers.
    WriteMultipleRegisters {
        /// First register.
        address: u16,
        /// Their values.
        values: Values<'a>,
    },
    /// 20: registers of files.
    ReadFileRecord {
        /// 1..=35 spans whose reply fits one frame.
        spans: FileSpans<'a>,
    },
    /// 21: registers of files.
    WriteFileRecord {
        /// Records that fit one frame.
        records: FileRecords<'a>,
    },
    /// 22: `(register AND and_mask) OR (or_mask AND NOT and_mask)`.
    MaskWriteRegister {
        /// The register.
        address: u16,
        /// Bits that stay.
        and_mask: u16,
        /// Bits that are set among the others.
        or_mask: u16,
    },
    /// 23: first writes, then reads.
    ReadWriteMultipleRegisters {
        /// First register to read.
        read_address: u16,
        /// 1..=125 registers.
        read_quantity: u16,
        /// First register to write.
        write_address: u16,
        /// 1..=121 values.
        values: Values<'a>,
    },
    /// 24: a queue of up to 31 registers.
    ReadFifoQueue {
        /// Where the queue is.
        address: u16,
    },
    /// 43/14: texts that name device and maker.
    ReadDeviceIdentification {
        /// 1 basic, 2 regular, 3 extended, 4 one object.
        read_code: u8,
        /// The object to begin with.
        object_id: u8,
    },
    /// Any other function, passed through.
    Other {
        /// 1..=127.
        function: FunctionCode,
        /// The bytes behind the function code.
        data: &'a [u8],
    },
}

/// Most items of a function that reads.
const fn max_read(function: FunctionCode) -> u16 {
    if function.0 <= 2 { 2000 } else { 125 }
}

/// Most requests have five bytes and are read and written at once where flash is not short: the fields in
/// turn take three times as long.
#[cfg(feature = "alloc")]
impl<'a> Request<'a> {
    /// `None` for what has another length or function, or breaks the standard.
    #[inline]
    fn parse_short(bytes: &'a [u8]) -> Option<Self> {
        let [code, a, b, c, d] = *bytes else { return None };
        let (address, word) = (u16::from_be_bytes([a, b]), u16::from_be_bytes([c, d]));
        match code {
            1..=4 => {
                let request = Request::Read { function: FunctionCode(code), address, quantity: word };
                request.short().map(|_| request)
            }
            5 if word == 0 || word == 0xFF00 => Some(Request::WriteSingleCoil { address, value: word != 0 }),
            6 => Some(Request::WriteSingleRegister { address, value: word }),
            _ => None,
        }
    }

    /// Function, address, and the word behind it, of such a request.
    #[inline]
    pub(in crate::modbus) fn short(&self) -> Option<(u8, u16, u16)> {
        match *self {
            Request::Read { function, address, quantity } => {
                let most = max_read(function);
                let is_legal = (1..=4).contains(&function.0)
                    && (1..=most).contains(&quantity)
                    && u32::from(address) + u32::from(quantity) <= 0x1_0000;
                is_legal.then_some((function.0, address, quantity))
            }
            Request::WriteSingleCoil { address, value } => Some((5, address, coil_word(value))),
            Request::WriteSingleRegister { address, value } => Some((6, address, value)),
            _ => None,
        }
    }
}

impl<'a> Request<'a> {
    /// Reads a request's PDU.
    #[inline]
    pub fn parse(bytes: &'a [u8]) -> Result<Self, FrameError> {
        #[cfg(feature = "alloc")]
        if let Some(request) = Self::parse_short(bytes) {
            return Ok(request);
        }
        Self::parse_fields(bytes)
    }

    /// Field by field, to say where it breaks the standard.
    fn parse_fields(bytes: &'a [u8]) -> Result<Self, FrameError> {
        check_length(bytes)?;
        let mut reader = Reader::new(bytes);
        let function = check_function(reader.byte("a function code")?)?;
        let request = match function.0 {
            1..=4 => {
                Request::Read { function, address: reader.word("an address")?, quantity: reader.word("a quantity")? }
            }
            5 => Request::WriteSingleCoil { address: reader.word("an address")?, value: reader.coil()? },
            6 => Request::WriteSingleRegister { address: reader.word("an address")?, value: reader.word("a value")? },
            7 | 11 | 12 | 17 => Request::Plain { function },
            8 => Request::Diagnostics { sub_function: reader.word("a sub-function")?, data: reader.registers()? },
            15 => {
                let (address, quantity) = (reader.word("an address")?, reader.word("a quantity")?);
                check_span(3, address, quantity.into(), 1968)?;
                let bytes = reader.counted()?;
                let bits =
                    Bits::new(bytes, quantity.into()).filter(|_| bytes.len() == usize::from(quantity).div_ceil(8));
                let bits = bits.ok_or(FrameError::new(ErrorKind::ByteCount, 5, "a byte for every 8 coils"))?;
                Request::WriteMultipleCoils { address, bits }
            }
            16 => {
                let (address, quantity) = (reader.word("an address")?, reader.word("a quantity")?);
                check_span(3, address, quantity.into(), 123)?;
                Request::WriteMultipleRegisters { address, values: counted_values(&mut reader, quantity)? }
            }
            20 => Request::ReadFileRecord { spans: FileSpans::parse(&mut reader)? },
            21 => Request::WriteFileRecord { records: FileRecords::parse(&mut reader)? },
            22 => Request::MaskWriteRegister {
                address: reader.word("an address")?,
                and_mask: reader.word("an AND mask")?,
                or_mask: reader.word("an OR mask")?,
            },
            23 => {
                let (read_address, read_quantity) = (reader.word("an address")?, reader.word("a quantity")?);
                let (write_address, quantity) = (reader.word("an address")?, reader.word("a quantity")?);
                check_span(7, write_address, quantity.into(), MAX_WRITE_WITH_READ)?;
                let values = counted_values(&mut reader, quantity)?;
                Request::ReadWriteMultipleRegisters { read_address, read_quantity, write_address, values }
            }
            24 => Request::ReadFifoQueue { address: reader.word("an address")? },
            43 if bytes.get(1) == Some(&DEVICE_IDENTIFICATION) => {
                reader.byte("an MEI type")?;
                Request::ReadDeviceIdentification {
                    read_code: reader.byte("a read code")?,
                    object_id: reader.byte("an object")?,
                }
            }
            _ => Request::Other { function, data: reader.rest() },
        };
        reader.end()?;
        request.check()?;
        Ok(request)
    }

    /// Its function code.
    pub const fn function(&self) -> FunctionCode {
        match self {
            Request::Read { function, .. } | Request::Plain { function } | Request::Other { function, .. } => *function,
            Request::WriteSingleCoil { .. } => FunctionCode::WRITE_SINGLE_COIL,
            Request::WriteSingleRegister { .. } => FunctionCode::WRITE_SINGLE_REGISTER,
            Request::Diagnostics { .. } => FunctionCode::DIAGNOSTICS,
            Request::WriteMultipleCoils { .. } => FunctionCode::WRITE_MULTIPLE_COILS,
            Request::WriteMultipleRegisters { .. } => FunctionCode::WRITE_MULTIPLE_REGISTERS,
            Request::ReadFileRecord { .. } => FunctionCode::READ_FILE_RECORD,
            Request::WriteFileRecord { .. } => FunctionCode::WRITE_FILE_RECORD,
            Request::MaskWriteRegister { .. } => FunctionCode::MASK_WRITE_REGISTER,
            Request::ReadWriteMultipleRegisters { .. } => FunctionCode::READ_WRITE_MULTIPLE_REGISTERS,
            Request::ReadFifoQueue { .. } => FunctionCode::READ_FIFO_QUEUE,
            Request::ReadDeviceIdentification { .. } => FunctionCode::ENCAPSULATED_INTERFACE_TRANSPORT,
        }
    }

    /// Whether it only asks: a broadcast of it makes no sense.
    pub const fn is_read(&self) -> bool {
        match self {
            Request::Read { .. }
            | Request::Plain { .. }
            | Request::ReadFileRecord { .. }
            | Request::ReadWriteMultipleRegisters { .. }
            | Request::ReadFifoQueue { .. }
            | Request::ReadDeviceIdentification { .. } => true,
            Request::WriteSingleCoil { .. }
            | Request::WriteSingleRegister { .. }
            | Request::Diagnostics { .. }
            | Request::WriteMultipleCoils { .. }
            | Request::WriteMultipleRegisters { .. }
            | Request::WriteFileRecord { .. }
            | Request::MaskWriteRegister { .. }
            | Request::Other { .. } => false,
        }
    }

    /// The coils or registers that it writes: kind, first, and how many.
    pub fn writes(&self) -> Option<(RegisterKind, u16, u16)> {
        match *self {
            Request::WriteSingleCoil { address, .. } => Some((RegisterKind::Coil, address, 1)),
            Request::WriteMultipleCoils { address, bits } => Some((RegisterKind::Coil, address, low_word(bits.len()))),
            Request::WriteSingleRegister { address, .. } | Request::MaskWriteRegister { address, .. } => {
                Some((RegisterKind::Holding, address, 1))
            }
            Request::WriteMultipleRegisters { address, values }
            | Request::ReadWriteMultipleRegisters { write_address: address, values, .. } => {
                Some((RegisterKind::Holding, address, low_word(values.len())))
            }
            Request::Read { .. }
            | Request::Plain { .. }
            | Request::Diagnostics { .. }
            | Request::ReadFileRecord { .. }
            | Request::WriteFileRecord { .. }
            | Request::ReadFifoQueue { .. }
            | Request::ReadDeviceIdentification { .. }
            | Request::Other { .. } => None,
        }
    }

    /// Bytes of its PDU.
    pub fn buffer_len(&self) -> usize {
        match self {
            Request::Read { .. } | Request::WriteSingleCoil { .. } | Request::WriteSingleRegister { .. } => 5,
            Request::Plain { .. } => 1,
            Request::Diagnostics { data, .. } => 3 + 2 * data.len(),
            Request::WriteMultipleCoils { bits, .. } => 6 + bits.len().div_ceil(8),
            Request::WriteMultipleRegisters { values, .. } => 6 + 2 * values.len(),
            Request::ReadFileRecord { spans } => 2 + spans.wire_len(),
            Request::WriteFileRecord { records } => 2 + records.wire_len(),
            Request::MaskWriteRegister { .. } => 7,
            Request::ReadWriteMultipleRegisters { values, .. } => 10 + 2 * values.len(),
            Request::ReadFifoQueue { .. } => 3,
            Request::ReadDeviceIdentification { .. } => 4,
            Request::Other { data, .. } => 1 + data.len(),
        }
    }

    /// Ranges of the standard: they hold for every request that is parsed or emitted.
    fn check(&self) -> Result<(), FrameError> {
        match *self {
            Request::Read { function, address, quantity } if (1..=4).contains(&function.0) => {
                check_span(3, address, quantity.into(), max_read(function))
            }
            Request::Read { .. } => Err(FrameError::new(ErrorKind::FunctionCode, 0, "a function that reads: 1 to 4")),
            Request::Plain { function } if matches!(function.0, 7 | 11 | 12 | 17) => Ok(()),
            Request::Plain { .. } => {
                Err(FrameError::new(ErrorKind::FunctionCode, 0, "a function without fields: 7, 11, 12 or 17"))
            }
            Request::Diagnostics { data, .. } if data.is_empty() => {
                Err(FrameError::new(ErrorKind::FrameTooShort, 3, "data, an even number of bytes"))
            }
            Request::WriteMultipleCoils { address, bits } => check_span(3, address, bits.len(), 1968),
            Request::WriteMultipleRegisters { address, values } => check_span(3, address, values.len(), 123),
            Request::ReadFileRecord { spans } => spans.check(),
            Request::WriteFileRecord { records } => records.check(),
            Request::ReadWriteMultipleRegisters { read_address, read_quantity, write_address, values } => {
                check_span(3, read_address, read_quantity.into(), 125)?;
                check_span(7, write_address, values.len(), MAX_WRITE_WITH_READ)
            }
            Request::ReadDeviceIdentification { read_code, .. } if !(1..=4).contains(&read_code) => {
                Err(FrameError::new(ErrorKind::ReadCode, 2, "a read code 1 to 4"))
            }
            Request::Other { function, data } => {
                check_function(function.0)?;
                check_data(data)
            }
            Request::WriteSingleCoil { .. }
            | Request::WriteSingleRegister { .. }
            | Request::Diagnostics { .. }
            | Request::MaskWriteRegister { .. }
            | Request::ReadFifoQueue { .. }
            | Request::ReadDeviceIdentification { .. } => Ok(()),
        }
    }

    /// Writes its PDU and gives the number of bytes.
    #[inline]
    pub fn emit(&self, buffer: &mut [u8]) -> Result<usize, FrameError> {
        #[cfg(feature = "alloc")]
        if let Some(((code, address, word), place)) = self.short().zip(buffer.first_chunk_mut::<5>()) {
            let ([a, b], [c, d]) = (address.to_be_bytes(), word.to_be_bytes());
            *place = [code, a, b, c, d];
            return Ok(5);
        }
        self.emit_fields(buffer)
    }

    fn emit_fields(&self, buffer: &mut [u8]) -> Result<usize, FrameError> {
        self.check()?;
        let needed = self.buffer_len();
        if needed > super::MAX_PDU {
            return Err(FrameError::new(ErrorKind::FrameTooLong, super::MAX_PDU, "at most 253 bytes"));
        }
        let mut writer = Writer::new(buffer, needed)?;
        writer.byte(self.function().0);
        match *self {
            Request::Read { address, quantity, .. } => writer.words([address, quantity]),
            Request::WriteSingleCoil { address, value } => writer.words([address, coil_word(value)]),
            Request::WriteSingleRegister { address, value } => writer.words([address, value]),
            Request::Plain { .. } => {}
            Request::Diagnostics { sub_function, data } => {
                writer.words([sub_function]);
                writer.words(data.iter());
            }
            Request::WriteMultipleCoils { address, bits } => {
                writer.words([address, low_word(bits.len())]);
                writer.count(bits.len().div_ceil(8));
                writer.bits(&bits);
            }
            Request::WriteMultipleRegisters { address, values } => {
                writer.words([address, low_word(values.len())]);
                writer.count(2 * values.len());
                writer.words(values.iter());
            }
            Request::ReadFileRecord { spans } => spans.emit(&mut writer),
            Request::WriteFileRecord { records } => records.emit(&mut writer),
            Request::MaskWriteRegister { address, and_mask, or_mask } => writer.words([address, and_mask, or_mask]),
            Request::ReadWriteMultipleRegisters { read_address, read_quantity, write_address, values } => {
                writer.words([read_address, read_quantity, write_address, low_word(values.len())]);
                writer.count(2 * values.len());
                writer.words(values.iter());
            }
            Request::ReadFifoQueue { address } => writer.words([address]),
            Request::ReadDeviceIdentification { read_code, object_id } => {
                writer.bytes(&[DEVICE_IDENTIFICATION, read_code, object_id]);
            }
            Request::Other { data, .. } => writer.bytes(data),
        }
        Ok(writer.length())
    }
}

/// As many registers as a quantity says, behind their byte count.
fn counted_values<'a>(reader: &mut Reader<'a>, quantity: u16) -> Result<Values<'a>, FrameError> {
    let place = reader.at();
    let registers = Registers::new(reader.counted()?).filter(|all| all.len() == usize::from(quantity));
    let expected = FrameError::new(ErrorKind::ByteCount, place, "two bytes for every register");
    registers.map(Values::Wire).ok_or(expected)
}

/// Bytes of the request whose PDU begins like this: `Ok` when they are known, `Err` of how many bytes
/// tell it. A function that is passed through has `Ok(None)`, and so has function 8, whose data end with
/// the frame.
pub(in crate::modbus) fn request_length(begun: &[u8]) -> Result<Option<usize>, usize> {
    let counted = |place: usize| begun.get(place).map(|count| Some(place + 1 + usize::from(*count))).ok_or(place + 1);
    match begun.first() {
        None => Err(1),
        Some(1..=6) => Ok(Some(5)),
        Some(7 | 11 | 12 | 17) => Ok(Some(1)),
        Some(15 | 16) => counted(5),
        Some(20 | 21) => counted(1),
        Some(22) => Ok(Some(7)),
        Some(23) => counted(9),
        Some(24) => Ok(Some(3)),
        Some(43) => match begun.get(1) {
            None => Err(2),
            Some(&DEVICE_IDENTIFICATION) => Ok(Some(4)),
            Some(_) => Ok(None),
        },
        Some(_) => Ok(None),
    }
}

#[cfg(all(test, feature = "alloc"))]
mod tests {
    use super::*;

    /// The way of the usual request leads to the same place as that of every other.
    #[test]
    fn the_short_way_is_the_long_one() {
        let mut random = 1_u64;
        for _ in 0..200_000 {
            random = random.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            let [code, a, b, c, d, ..] = (random >> 16).to_le_bytes();
            // Most quantities in range, some not.
            let bytes = [code % 8, a | b & 0xF0, b, if d > 200 { c } else { 0 }, d];
            let long = Request::parse_fields(&bytes);
            match Request::parse_short(&bytes) {
                Some(short) => assert_eq!(Ok(short), long, "{bytes:?}"),
                None => assert!(long.is_err() || bytes[0] > 6, "{bytes:?}"),
            }
            let Ok(request) = long else { continue };
            let (mut short, mut fields) = ([0; 5], [0; 253]);
            if request.emit(&mut short) == Ok(5) {
                assert_eq!((request.emit_fields(&mut fields), &fields[..5]), (Ok(5), &short[..]), "{bytes:?}");
            }
        }
    }
}
