//! Requests and responses without their framing (the standard, 6): functions 1 to 6, 15, 16;
//! others pass through with their bytes.

use super::{ExceptionCode, FrameError, FunctionCode};
use crate::error::ErrorKind;

/// Largest PDU, bytes (the standard, 4.1).
pub const MAX_PDU: usize = 253;

/// Coils or discrete inputs as they stand on the wire, the first in the lowest bit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Bits<'a> {
    bytes: &'a [u8],
    count: usize,
}

impl<'a> Bits<'a> {
    /// The first `count` bits of the bytes; `None` if there are fewer.
    pub const fn new(bytes: &'a [u8], count: usize) -> Option<Self> {
        if count.div_ceil(8) <= bytes.len() { Some(Bits { bytes, count }) } else { None }
    }

    /// Number of bits.
    pub const fn len(&self) -> usize {
        self.count
    }

    /// Whether there are none.
    pub const fn is_empty(&self) -> bool {
        self.count == 0
    }

    /// The first `count` of them: a reply is padded to whole bytes.
    #[must_use]
    pub fn truncated(self, count: usize) -> Self {
        Bits { count: self.count.min(count), ..self }
    }

    /// The bits in order.
    pub fn iter(&self) -> impl Iterator<Item = bool> + use<'a> {
        let bytes = self.bytes;
        (0..self.count).map(move |index| bytes.get(index / 8).is_some_and(|byte| byte >> (index % 8) & 1 == 1))
    }
}

/// Registers as they stand on the wire, each most significant byte first.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Registers<'a> {
    bytes: &'a [u8],
}

impl<'a> Registers<'a> {
    /// The registers of an even number of bytes.
    pub const fn new(bytes: &'a [u8]) -> Option<Self> {
        if bytes.len().is_multiple_of(2) { Some(Registers { bytes }) } else { None }
    }

    /// Number of registers.
    pub const fn len(&self) -> usize {
        self.bytes.len() / 2
    }

    /// Whether there are none.
    pub const fn is_empty(&self) -> bool {
        self.bytes.is_empty()
    }

    /// The registers in order.
    pub fn iter(&self) -> impl Iterator<Item = u16> + use<'a> {
        self.bytes.chunks_exact(2).map(|pair| match pair {
            [high, low] => u16::from_be_bytes([*high, *low]),
            _ => 0,
        })
    }
}

/// Values of a request to write, from the wire or from the caller's own slice.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Values<'a> {
    /// Registers from the wire.
    Wire(Registers<'a>),
    /// The caller's registers.
    Host(&'a [u16]),
}

impl Values<'_> {
    fn len(&self) -> usize {
        match self {
            Values::Wire(registers) => registers.len(),
            Values::Host(values) => values.len(),
        }
    }

    /// The registers in order.
    pub fn iter(&self) -> impl Iterator<Item = u16> {
        let (wire, host) = match self {
            Values::Wire(registers) => (Some(registers.iter()), None),
            Values::Host(values) => (None, Some(values.iter().copied())),
        };
        wire.into_iter().flatten().chain(host.into_iter().flatten())
    }
}

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
    /// Any other function, passed through.
    Other {
        /// 1..=127.
        function: FunctionCode,
        /// The bytes behind the function code.
        data: &'a [u8],
    },
}

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
    /// 3 and 4.
    Registers {
        /// 3 or 4.
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
    /// 15 and 16: what was written.
    WriteMultiple {
        /// 15 or 16.
        function: FunctionCode,
        /// First item.
        address: u16,
        /// Items.
        quantity: u16,
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

/// Reads fields in order and remembers where it stands.
struct Reader<'a> {
    bytes: &'a [u8],
    at: usize,
}

impl<'a> Reader<'a> {
    fn byte(&mut self, expected: &'static str) -> Result<u8, FrameError> {
        let byte =
            self.bytes.get(self.at).ok_or(FrameError::new(ErrorKind::FrameTooShort, self.bytes.len(), expected))?;
        self.at += 1;
        Ok(*byte)
    }

    fn word(&mut self, expected: &'static str) -> Result<u16, FrameError> {
        Ok(u16::from_be_bytes([self.byte(expected)?, self.byte(expected)?]))
    }

    fn rest(&mut self) -> &'a [u8] {
        let rest = self.bytes.get(self.at..).unwrap_or(&[]);
        self.at = self.bytes.len();
        rest
    }

    /// Exactly the bytes that a byte count announces.
    fn counted(&mut self) -> Result<&'a [u8], FrameError> {
        let place = self.at;
        let count = usize::from(self.byte("a byte count")?);
        let rest = self.rest();
        if rest.len() == count {
            Ok(rest)
        } else {
            Err(FrameError::new(ErrorKind::ByteCount, place, "the number of bytes that follow"))
        }
    }

    fn end(&self) -> Result<(), FrameError> {
        if self.at < self.bytes.len() {
            return Err(FrameError::new(ErrorKind::FrameTooLong, self.at, "the end of the frame"));
        }
        Ok(())
    }

    fn coil(&mut self) -> Result<bool, FrameError> {
        let place = self.at;
        match self.word("a coil value")? {
            0xFF00 => Ok(true),
            0 => Ok(false),
            _ => Err(FrameError::new(ErrorKind::CoilValue, place, "0x0000 or 0xFF00")),
        }
    }
}

fn check_function(code: u8) -> Result<FunctionCode, FrameError> {
    if (1..=127).contains(&code) {
        Ok(FunctionCode(code))
    } else {
        Err(FrameError::new(ErrorKind::FunctionCode, 0, "a function code 1 to 127"))
    }
}

/// Address and quantity of a span: within the function's range, and within 65,536 addresses.
fn check_span(address: u16, quantity: usize, most: u16) -> Result<(), FrameError> {
    if !(1..=usize::from(most)).contains(&quantity) {
        return Err(FrameError::new(ErrorKind::Quantity, 3, "a quantity within the function's range"));
    }
    if usize::from(address) + quantity > 0x1_0000 {
        return Err(FrameError::new(ErrorKind::AddressRange, 1, "addresses up to 65535"));
    }
    Ok(())
}

/// Most items of a function that reads.
const fn max_read(function: FunctionCode) -> u16 {
    if function.0 <= 2 { 2000 } else { 125 }
}

impl<'a> Request<'a> {
    /// Reads a request's PDU.
    pub fn parse(bytes: &'a [u8]) -> Result<Self, FrameError> {
        check_length(bytes)?;
        let mut reader = Reader { bytes, at: 0 };
        let function = check_function(reader.byte("a function code")?)?;
        let request = match function.0 {
            1..=4 => {
                Request::Read { function, address: reader.word("an address")?, quantity: reader.word("a quantity")? }
            }
            5 => Request::WriteSingleCoil { address: reader.word("an address")?, value: reader.coil()? },
            6 => Request::WriteSingleRegister { address: reader.word("an address")?, value: reader.word("a value")? },
            15 => {
                let (address, quantity) = (reader.word("an address")?, reader.word("a quantity")?);
                check_span(address, quantity.into(), 1968)?;
                let bytes = reader.counted()?;
                let bits =
                    Bits::new(bytes, quantity.into()).filter(|_| bytes.len() == usize::from(quantity).div_ceil(8));
                let bits = bits.ok_or(FrameError::new(ErrorKind::ByteCount, 5, "a byte for every 8 coils"))?;
                Request::WriteMultipleCoils { address, bits }
            }
            16 => {
                let (address, quantity) = (reader.word("an address")?, reader.word("a quantity")?);
                check_span(address, quantity.into(), 123)?;
                let registers = Registers::new(reader.counted()?).filter(|all| all.len() == usize::from(quantity));
                let registers =
                    registers.ok_or(FrameError::new(ErrorKind::ByteCount, 5, "two bytes for every register"))?;
                Request::WriteMultipleRegisters { address, values: Values::Wire(registers) }
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
            Request::Read { function, .. } | Request::Other { function, .. } => *function,
            Request::WriteSingleCoil { .. } => FunctionCode::WRITE_SINGLE_COIL,
            Request::WriteSingleRegister { .. } => FunctionCode::WRITE_SINGLE_REGISTER,
            Request::WriteMultipleCoils { .. } => FunctionCode::WRITE_MULTIPLE_COILS,
            Request::WriteMultipleRegisters { .. } => FunctionCode::WRITE_MULTIPLE_REGISTERS,
        }
    }

    /// Bytes of its PDU.
    pub fn buffer_len(&self) -> usize {
        match self {
            Request::Read { .. } | Request::WriteSingleCoil { .. } | Request::WriteSingleRegister { .. } => 5,
            Request::WriteMultipleCoils { bits, .. } => 6 + bits.len().div_ceil(8),
            Request::WriteMultipleRegisters { values, .. } => 6 + 2 * values.len(),
            Request::Other { data, .. } => 1 + data.len(),
        }
    }

    /// Ranges of the standard: they hold for every request that is parsed or emitted.
    fn check(&self) -> Result<(), FrameError> {
        match *self {
            Request::Read { function, address, quantity } if (1..=4).contains(&function.0) => {
                check_span(address, quantity.into(), max_read(function))
            }
            Request::Read { .. } => Err(FrameError::new(ErrorKind::FunctionCode, 0, "a function that reads: 1 to 4")),
            Request::WriteMultipleCoils { address, bits } => check_span(address, bits.len(), 1968),
            Request::WriteMultipleRegisters { address, values } => check_span(address, values.len(), 123),
            Request::Other { function, data } => {
                check_function(function.0)?;
                check_data(data)
            }
            Request::WriteSingleCoil { .. } | Request::WriteSingleRegister { .. } => Ok(()),
        }
    }

    /// Writes its PDU and gives the number of bytes.
    pub fn emit(&self, buffer: &mut [u8]) -> Result<usize, FrameError> {
        self.check()?;
        let mut writer = Writer::new(buffer, self.buffer_len())?;
        writer.byte(self.function().0);
        match *self {
            Request::Read { address, quantity, .. } => writer.words([address, quantity]),
            Request::WriteSingleCoil { address, value } => writer.words([address, coil_word(value)]),
            Request::WriteSingleRegister { address, value } => writer.words([address, value]),
            Request::WriteMultipleCoils { address, bits } => {
                writer.words([address, low_word(bits.len())]);
                writer.byte(low_byte(bits.len().div_ceil(8)));
                writer.bits(&bits);
            }
            Request::WriteMultipleRegisters { address, values } => {
                writer.words([address, low_word(values.len())]);
                writer.byte(low_byte(2 * values.len()));
                writer.words(values.iter());
            }
            Request::Other { data, .. } => writer.bytes(data),
        }
        Ok(writer.at)
    }
}

/// Bytes of the request whose PDU begins like this: `Ok` when they are known, `Err` of how many bytes
/// tell it. A function that is passed through has `Ok(None)`.
pub(super) fn request_length(begun: &[u8]) -> Result<Option<usize>, usize> {
    let counted = |place: usize| begun.get(place).map(|count| Some(place + 1 + usize::from(*count))).ok_or(place + 1);
    match begun.first() {
        None => Err(1),
        Some(1..=6) => Ok(Some(5)),
        Some(15 | 16) => counted(5),
        Some(_) => Ok(None),
    }
}

impl<'a> Response<'a> {
    /// Reads a response's PDU.
    pub fn parse(bytes: &'a [u8]) -> Result<Self, FrameError> {
        check_length(bytes)?;
        let mut reader = Reader { bytes, at: 0 };
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
            3 | 4 => {
                let registers = Registers::new(reader.counted()?).filter(|all| (1..=125).contains(&all.len()));
                let registers = registers.ok_or(FrameError::new(ErrorKind::ByteCount, 1, "an even count 2 to 250"))?;
                Response::Registers { function, registers }
            }
            5 => Response::WriteSingleCoil { address: reader.word("an address")?, value: reader.coil()? },
            6 => Response::WriteSingleRegister { address: reader.word("an address")?, value: reader.word("a value")? },
            15 | 16 => {
                let (address, quantity) = (reader.word("an address")?, reader.word("a quantity")?);
                check_span(address, quantity.into(), if function.0 == 15 { 1968 } else { 123 })?;
                Response::WriteMultiple { function, address, quantity }
            }
            _ => Response::Other { function, data: reader.rest() },
        };
        reader.end()?;
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
        }
    }

    /// Bytes of its PDU.
    pub fn buffer_len(&self) -> usize {
        match self {
            Response::Bits { bits, .. } => 2 + bits.len().div_ceil(8),
            Response::Registers { registers, .. } => 2 + 2 * registers.len(),
            Response::WriteSingleCoil { .. }
            | Response::WriteSingleRegister { .. }
            | Response::WriteMultiple { .. } => 5,
            Response::Exception { .. } => 2,
            Response::Other { data, .. } => 1 + data.len(),
        }
    }

    /// Writes its PDU and gives the number of bytes.
    pub fn emit(&self, buffer: &mut [u8]) -> Result<usize, FrameError> {
        check_function(self.function().0)?;
        let mut writer = Writer::new(buffer, self.buffer_len())?;
        match *self {
            Response::Exception { function, code } => writer.bytes(&[function.0 | 0x80, code.0]),
            Response::Bits { function, bits } => {
                if !(1..=2000).contains(&bits.len()) || !(1..=2).contains(&function.0) {
                    return Err(FrameError::new(ErrorKind::Quantity, 1, "1 to 2000 bits of function 1 or 2"));
                }
                writer.bytes(&[function.0, low_byte(bits.len().div_ceil(8))]);
                writer.bits(&bits);
            }
            Response::Registers { function, registers } => {
                if !(1..=125).contains(&registers.len()) || !(3..=4).contains(&function.0) {
                    return Err(FrameError::new(ErrorKind::Quantity, 1, "1 to 125 registers of function 3 or 4"));
                }
                writer.bytes(&[function.0, low_byte(2 * registers.len())]);
                writer.bytes(registers.bytes);
            }
            Response::WriteSingleCoil { address, value } => {
                writer.byte(5);
                writer.words([address, coil_word(value)]);
            }
            Response::WriteSingleRegister { address, value } => {
                writer.byte(6);
                writer.words([address, value]);
            }
            Response::WriteMultiple { function, address, quantity } => {
                check_span(address, quantity.into(), if function.0 == 15 { 1968 } else { 123 })?;
                writer.byte(function.0);
                writer.words([address, quantity]);
            }
            Response::Other { function, data } => {
                check_data(data)?;
                writer.byte(function.0);
                writer.bytes(data);
            }
        }
        Ok(writer.at)
    }

    /// Whether it answers this request: function, number of items, and every field that the
    /// standard echoes. An exception answers any request of its function.
    pub fn answers(&self, request: &Request<'_>) -> bool {
        Expectation::of(request).is_met_by(self)
    }
}

/// What must stand in the reply to a request; small enough to keep while the request is under way.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Expectation {
    function: FunctionCode,
    /// First item; functions that write echo it.
    address: u16,
    /// Items read or written; the value of functions 5 and 6.
    word: u16,
}

impl Expectation {
    /// Of a request.
    pub fn of(request: &Request<'_>) -> Self {
        let (address, word) = match *request {
            Request::Read { address, quantity, .. } => (address, quantity),
            Request::WriteSingleCoil { address, value } => (address, coil_word(value)),
            Request::WriteSingleRegister { address, value } => (address, value),
            Request::WriteMultipleCoils { address, bits } => (address, low_word(bits.len())),
            Request::WriteMultipleRegisters { address, values } => (address, low_word(values.len())),
            Request::Other { .. } => (0, 0),
        };
        Expectation { function: request.function(), address, word }
    }

    /// The function that was asked.
    pub const fn function(&self) -> FunctionCode {
        self.function
    }

    /// The byte count of a reply to a read.
    pub(super) fn byte_count(&self) -> Option<u8> {
        match self.function.0 {
            1 | 2 => Some(low_byte(usize::from(self.word).div_ceil(8))),
            3 | 4 => Some(low_byte(usize::from(self.word) * 2)),
            _ => None,
        }
    }

    /// Bytes of the PDU that answers, unless it is an exception; `None` of a function that is passed
    /// through.
    pub(super) fn reply_length(&self) -> Option<usize> {
        match self.function.0 {
            1..=4 => self.byte_count().map(|count| 2 + usize::from(count)),
            5 | 6 | 15 | 16 => Some(5),
            _ => None,
        }
    }

    /// The response without the bits that only fill its last byte.
    pub(super) fn trimmed<'a>(&self, response: Response<'a>) -> Response<'a> {
        match response {
            Response::Bits { function, bits } => Response::Bits { function, bits: bits.truncated(self.word.into()) },
            other => other,
        }
    }

    /// Whether the response is the one expected.
    pub fn is_met_by(&self, response: &Response<'_>) -> bool {
        let items = usize::from(self.word);
        let echoes = |address: u16, word: u16| address == self.address && word == self.word;
        response.function() == self.function
            && match *response {
                Response::Exception { .. } | Response::Other { .. } => true,
                Response::Bits { bits, .. } => bits.len().div_ceil(8) == items.div_ceil(8),
                Response::Registers { registers, .. } => registers.len() == items,
                Response::WriteSingleCoil { address, value } => echoes(address, coil_word(value)),
                Response::WriteSingleRegister { address, value } => echoes(address, value),
                Response::WriteMultiple { address, quantity, .. } => echoes(address, quantity),
            }
    }
}

fn check_length(bytes: &[u8]) -> Result<(), FrameError> {
    if bytes.len() > MAX_PDU {
        return Err(FrameError::new(ErrorKind::FrameTooLong, MAX_PDU, "at most 253 bytes"));
    }
    Ok(())
}

fn check_data(data: &[u8]) -> Result<(), FrameError> {
    if data.len() >= MAX_PDU {
        return Err(FrameError::new(ErrorKind::FrameTooLong, MAX_PDU, "at most 252 bytes behind the function code"));
    }
    Ok(())
}

const fn coil_word(value: bool) -> u16 {
    if value { 0xFF00 } else { 0 }
}

/// Lengths here were checked against the function's range, so nothing is cut off.
fn low_word(length: usize) -> u16 {
    u16::try_from(length).unwrap_or(u16::MAX)
}

fn low_byte(length: usize) -> u8 {
    u8::try_from(length).unwrap_or(u8::MAX)
}

/// Fills a buffer that was measured before.
struct Writer<'b> {
    buffer: &'b mut [u8],
    at: usize,
}

impl<'b> Writer<'b> {
    fn new(buffer: &'b mut [u8], needed: usize) -> Result<Self, FrameError> {
        let found = buffer.len();
        match buffer.get_mut(..needed) {
            Some(buffer) => Ok(Writer { buffer, at: 0 }),
            None => Err(FrameError::new(ErrorKind::BufferTooSmall, found, "room for the whole frame")),
        }
    }

    fn byte(&mut self, byte: u8) {
        if let Some(place) = self.buffer.get_mut(self.at) {
            *place = byte;
            self.at += 1;
        }
    }

    fn bytes(&mut self, bytes: &[u8]) {
        bytes.iter().for_each(|byte| self.byte(*byte));
    }

    fn words(&mut self, words: impl IntoIterator<Item = u16>) {
        words.into_iter().for_each(|word| self.bytes(&word.to_be_bytes()));
    }

    /// Bits in bytes, padded with zeros.
    fn bits(&mut self, bits: &Bits<'_>) {
        let mut byte = 0;
        for (index, bit) in bits.iter().enumerate() {
            byte |= u8::from(bit) << (index % 8);
            if index % 8 == 7 || index + 1 == bits.len() {
                self.byte(byte);
                byte = 0;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::vec::Vec;

    fn kind_and_offset<T>(result: Result<T, FrameError>) -> (ErrorKind, usize) {
        let error = result.err().unwrap();
        (error.kind(), error.offset())
    }

    /// The standard's own examples (6.1, 6.3, 6.5, 6.11, 6.12), taken apart and built again.
    #[test]
    fn examples_of_the_standard() {
        let requests: [&[u8]; 6] = [
            &[1, 0, 0x13, 0, 0x13],
            &[3, 0, 0x6B, 0, 3],
            &[5, 0, 0xAC, 0xFF, 0],
            &[6, 0, 1, 0, 3],
            &[15, 0, 0x13, 0, 10, 2, 0xCD, 1],
            &[16, 0, 1, 0, 2, 4, 0, 10, 1, 2],
        ];
        let responses: [&[u8]; 6] = [
            &[1, 3, 0xCD, 0x6B, 5],
            &[3, 6, 2, 0x2B, 0, 0, 0, 0x64],
            &[5, 0, 0xAC, 0xFF, 0],
            &[6, 0, 1, 0, 3],
            &[15, 0, 0x13, 0, 10],
            &[16, 0, 1, 0, 2],
        ];
        for (asked, answered) in requests.iter().zip(responses) {
            let (request, response) = (Request::parse(asked).unwrap(), Response::parse(answered).unwrap());
            let mut buffer = [0xEE; 260];
            let length = request.emit(&mut buffer).unwrap();
            assert_eq!((&buffer[..length], length), (*asked, request.buffer_len()));
            let length = response.emit(&mut buffer).unwrap();
            assert_eq!((&buffer[..length], length), (answered, response.buffer_len()));
            assert!(response.answers(&request), "{asked:?}");
        }
        let Response::Bits { bits, .. } = Response::parse(responses[0]).unwrap() else { panic!() };
        let first: Vec<u8> = bits.truncated(19).iter().map(u8::from).collect();
        assert_eq!(first, [1, 0, 1, 1, 0, 0, 1, 1, 1, 1, 0, 1, 0, 1, 1, 0, 1, 0, 1]);
    }

    #[test]
    fn refusals_say_where() {
        use ErrorKind::*;
        for (bytes, want) in [
            (&[][..], (FrameTooShort, 0)),
            (&[0, 0, 0, 0, 1], (FunctionCode, 0)),
            (&[0x83, 2], (FunctionCode, 0)),
            (&[3, 0, 0, 0], (FrameTooShort, 4)),
            (&[3, 0, 0, 0, 0], (Quantity, 3)),
            (&[3, 0, 0, 0, 126], (Quantity, 3)),
            (&[3, 0xFF, 0xFF, 0, 2], (AddressRange, 1)),
            (&[3, 0, 0, 0, 1, 0], (FrameTooLong, 5)),
            (&[5, 0, 0, 1, 0], (CoilValue, 3)),
            (&[15, 0, 0, 0, 9, 1, 0xFF], (ByteCount, 5)),
            (&[16, 0, 0, 0, 1, 3, 1, 2, 3], (ByteCount, 5)),
            (&[16, 0, 0, 0, 1, 2, 1], (ByteCount, 5)),
        ] {
            assert_eq!(kind_and_offset(Request::parse(bytes)), want, "{bytes:?}");
        }
        for (bytes, want) in [
            (&[3, 3, 0, 0, 0][..], (ByteCount, 1)),
            (&[3, 0], (ByteCount, 1)),
            (&[3, 2, 0], (ByteCount, 1)),
            (&[0x83], (FrameTooShort, 1)),
            (&[0x83, 2, 0], (FrameTooLong, 2)),
            (&[0x80, 1], (FunctionCode, 0)),
        ] {
            assert_eq!(kind_and_offset(Response::parse(bytes)), want, "{bytes:?}");
        }
    }

    #[test]
    fn a_reply_to_another_request_is_told_apart() {
        let asked = Request::parse(&[3, 0, 0, 0, 2]).unwrap();
        for other in [&[4, 4, 0, 0, 0, 0][..], &[3, 2, 0, 0], &[3, 6, 0, 0, 0, 0, 0, 0], &[0x84, 2]] {
            assert!(!Response::parse(other).unwrap().answers(&asked), "{other:?}");
        }
        let asked = Request::WriteSingleRegister { address: 1, value: 3 };
        assert!(!Response::parse(&[6, 0, 2, 0, 3]).unwrap().answers(&asked));
        assert!(!Response::parse(&[6, 0, 1, 0, 4]).unwrap().answers(&asked));
    }

    /// Any bytes are taken or refused, never more; what is taken is emitted the same but for the
    /// padding of the last byte of coils.
    #[test]
    fn random_bytes_never_panic_and_round_trip() {
        let mut state = 1u32;
        let mut random = || {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            (state >> 24) as u8
        };
        let mut buffer = [0; 300];
        for _ in 0..200_000 {
            let mut bytes: Vec<u8> = (0..random() % 24).map(|_| random()).collect();
            if let Some(first) = bytes.first_mut() {
                *first %= 24;
            }
            if let Ok(request) = Request::parse(&bytes) {
                let length = request.emit(&mut buffer).unwrap();
                assert_eq!(Request::parse(&buffer[..length]).unwrap().buffer_len(), bytes.len());
            }
            if let Ok(response) = Response::parse(&bytes) {
                let length = response.emit(&mut buffer).unwrap();
                assert_eq!(&buffer[..length], &bytes[..]);
            }
        }
    }
}
