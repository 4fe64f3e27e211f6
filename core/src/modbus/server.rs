//! What a server does with a request: ask its bank of registers, or refuse.
//!
//! Request and reply share one buffer, as on a unit with little memory.
//!
//! ```
//! use parabus_core::modbus::server::{Bank, BitsMut, RegistersMut, answer};
//! use parabus_core::modbus::{Bits, ExceptionCode, MAX_PDU, RegisterKind, Registers, UnitId};
//!
//! struct Meter;
//!
//! impl Bank for Meter {
//!     fn read_registers(&mut self, _: UnitId, _: RegisterKind, address: u16, registers: &mut RegistersMut<'_>)
//!     -> Result<(), ExceptionCode> {
//!         registers.fill_with(|index| Some(1000 + address + index as u16)).ok_or(ExceptionCode::ILLEGAL_DATA_ADDRESS)
//!     }
//! }
//!
//! let mut buffer = [0; MAX_PDU];
//! buffer[..5].copy_from_slice(&[3, 0, 7, 0, 1]);
//! let length = answer(&mut Meter, UnitId(1), &mut buffer, 5);
//! assert_eq!(buffer[..length], [3, 2, 0x03, 0xEF]);
//! ```

use super::{Bits, ExceptionCode, FrameError, FunctionCode, MAX_PDU, RegisterKind, Registers, Request, UnitId, Values};
use crate::error::ErrorKind;

/// Registers and bits that a server shows. What is not overridden is refused as an unknown function.
///
/// Spans lie within 0..=65535 and within the standard's limits. A refusal leaves everything as it was.
pub trait Bank {
    /// Reads coils or discrete inputs.
    fn read_bits(
        &mut self,
        _unit_id: UnitId,
        _kind: RegisterKind,
        _address: u16,
        _bits: &mut BitsMut<'_>,
    ) -> Result<(), ExceptionCode> {
        Err(ExceptionCode::ILLEGAL_FUNCTION)
    }

    /// Reads holding or input registers.
    fn read_registers(
        &mut self,
        _unit_id: UnitId,
        _kind: RegisterKind,
        _address: u16,
        _registers: &mut RegistersMut<'_>,
    ) -> Result<(), ExceptionCode> {
        Err(ExceptionCode::ILLEGAL_FUNCTION)
    }

    /// Writes coils.
    fn write_bits(&mut self, _unit_id: UnitId, _address: u16, _bits: Bits<'_>) -> Result<(), ExceptionCode> {
        Err(ExceptionCode::ILLEGAL_FUNCTION)
    }

    /// Writes holding registers.
    fn write_registers(
        &mut self,
        _unit_id: UnitId,
        _address: u16,
        _registers: Registers<'_>,
    ) -> Result<(), ExceptionCode> {
        Err(ExceptionCode::ILLEGAL_FUNCTION)
    }

    /// Does any other function: the PDU of the request is the first `length` bytes of the buffer, that
    /// of the reply takes their place. Gives its length.
    fn call_function(
        &mut self,
        _unit_id: UnitId,
        _pdu: &mut [u8; MAX_PDU],
        _length: usize,
    ) -> Result<usize, ExceptionCode> {
        Err(ExceptionCode::ILLEGAL_FUNCTION)
    }
}

/// A request that waits for its reply.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ServerRequest<'a> {
    /// Tells it from the next one, should the client have given up waiting.
    pub id: u16,
    /// The unit that is asked; 0 on a serial line is every one of them, and nobody answers.
    pub unit_id: UnitId,
    /// Function code and data.
    pub pdu: &'a [u8],
}

/// What time brings.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ServerPoll<'a> {
    /// Send these bytes now. They are given once.
    Send(&'a [u8]),
    /// A reply is ready, and the line has to be silent until then.
    WaitUntil(u64),
    /// Nothing to send.
    Idle,
}

/// What a program needs of the server machine of any transport. Time is in microseconds of any clock
/// that does not go back.
pub trait Machine {
    /// Takes bytes up to the end of a request: how many. Call again with the rest when the request is
    /// answered, passed on or ignored.
    ///
    /// # Errors
    /// The stream is out of step: close the connection.
    fn receive(&mut self, bytes: &[u8], now_us: u64) -> Result<usize, FrameError>;

    /// The request that waits for its reply.
    fn request(&self) -> Option<ServerRequest<'_>>;

    /// Answers it from a bank.
    fn answer(&mut self, bank: &mut dyn Bank);

    /// Takes the PDU of the reply to the request of this identity; false if that is no longer wanted
    /// or the reply is longer than a PDU may be.
    fn reply(&mut self, id: u16, pdu: &[u8]) -> bool;

    /// Leaves it unanswered.
    fn ignore(&mut self);

    /// What is to be sent now; ask again until it says to wait.
    fn poll(&mut self, now_us: u64) -> ServerPoll<'_>;
}

/// Room for bits in a reply, all 0 at first.
#[derive(Debug)]
pub struct BitsMut<'a> {
    bytes: &'a mut [u8],
    count: usize,
}

impl BitsMut<'_> {
    /// Number of bits.
    pub const fn len(&self) -> usize {
        self.count
    }

    /// Whether there are none.
    pub const fn is_empty(&self) -> bool {
        self.count == 0
    }

    /// Fills each from its index; `None` as soon as there is none for one.
    pub fn fill_with(&mut self, mut bit: impl FnMut(usize) -> Option<bool>) -> Option<()> {
        for index in 0..self.count {
            let byte = self.bytes.get_mut(index / 8)?;
            *byte |= u8::from(bit(index)?) << (index % 8);
        }
        Some(())
    }
}

/// Room for registers in a reply. Those that are not filled are 0.
#[derive(Debug)]
pub struct RegistersMut<'a> {
    bytes: &'a mut [u8],
    is_filled: bool,
}

impl RegistersMut<'_> {
    /// Number of registers.
    pub const fn len(&self) -> usize {
        self.bytes.len() / 2
    }

    /// Whether there are none.
    pub const fn is_empty(&self) -> bool {
        self.bytes.is_empty()
    }

    /// Fills each from its index; `None` as soon as there is none for one.
    pub fn fill_with(&mut self, mut register: impl FnMut(usize) -> Option<u16>) -> Option<()> {
        for (index, place) in self.bytes.chunks_exact_mut(2).enumerate() {
            place.copy_from_slice(&register(index)?.to_be_bytes());
        }
        self.is_filled = true;
        Some(())
    }

    /// Fills them from as many values; `None` if there are fewer.
    #[inline]
    pub fn copy_from(&mut self, values: &[u16]) -> Option<()> {
        let values = values.get(..self.len())?;
        for (place, value) in self.bytes.chunks_exact_mut(2).zip(values) {
            place.copy_from_slice(&value.to_be_bytes());
        }
        self.is_filled = true;
        Some(())
    }
}

/// Answers the request whose PDU is the first `length` bytes of the buffer, in the same buffer; gives
/// the length of the reply's PDU.
///
/// A request that breaks the standard is refused with exception 1, 2 or 3 (Modbus Application
/// Protocol V1.1b3, 7), a `length` of 0 as a function that nobody knows.
pub fn answer(bank: &mut (impl Bank + ?Sized), unit_id: UnitId, buffer: &mut [u8; MAX_PDU], length: usize) -> usize {
    let function = FunctionCode(buffer.first().map_or(0, |code| code & 0x7F));
    let request = buffer.get(..length).map(Request::parse);
    let result = match request {
        Some(Ok(Request::Read { function, address, quantity })) => {
            return match read(bank, unit_id, function, address, quantity.into(), buffer) {
                Ok(length) => length,
                Err(code) => refuse(buffer, function, code),
            };
        }
        Some(Ok(Request::WriteSingleCoil { address, value })) => {
            let byte = [u8::from(value)];
            Bits::new(&byte, 1).map_or(Ok(()), |bits| bank.write_bits(unit_id, address, bits))
        }
        Some(Ok(Request::WriteSingleRegister { address, value })) => {
            let bytes = value.to_be_bytes();
            Registers::new(&bytes).map_or(Ok(()), |registers| bank.write_registers(unit_id, address, registers))
        }
        // Whatever was sent comes back.
        Some(Ok(Request::Diagnostics { sub_function: 0, .. })) => return length,
        Some(Ok(Request::WriteMultipleCoils { address, bits })) => bank.write_bits(unit_id, address, bits),
        Some(Ok(Request::WriteMultipleRegisters { address, values: Values::Wire(registers) })) => {
            bank.write_registers(unit_id, address, registers)
        }
        Some(Ok(Request::MaskWriteRegister { address, and_mask, or_mask })) => {
            match mask_write(bank, unit_id, address, and_mask, or_mask) {
                Ok(()) => return length,
                Err(code) => Err(code),
            }
        }
        Some(Ok(Request::ReadWriteMultipleRegisters { read_address, read_quantity, write_address, values })) => {
            // The standard (6.17): the write comes first.
            let Values::Wire(registers) = values else {
                return refuse(buffer, function, ExceptionCode::ILLEGAL_FUNCTION);
            };
            match bank.write_registers(unit_id, write_address, registers) {
                Ok(()) => {
                    let holding = RegisterKind::Holding;
                    return match read_kind(bank, unit_id, holding, read_address, read_quantity.into(), buffer) {
                        Ok(length) => length,
                        Err(code) => refuse(buffer, function, code),
                    };
                }
                Err(code) => Err(code),
            }
        }
        Some(Err(error)) => Err(refusal_of(error)),
        Some(Ok(_)) => {
            return match bank.call_function(unit_id, buffer, length) {
                Ok(length) => length.clamp(1, MAX_PDU),
                Err(code) => refuse(buffer, function, code),
            };
        }
        None => Err(ExceptionCode::ILLEGAL_FUNCTION),
    };
    match result {
        // The first five bytes of every request that writes are its reply: function, address, and
        // value or quantity.
        Ok(()) => 5,
        Err(code) => refuse(buffer, function, code),
    }
}

/// The exception that a request gets which breaks the standard.
pub(super) const fn refusal_of(error: FrameError) -> ExceptionCode {
    match error.kind() {
        ErrorKind::AddressRange => ExceptionCode::ILLEGAL_DATA_ADDRESS,
        ErrorKind::FunctionCode => ExceptionCode::ILLEGAL_FUNCTION,
        _ => ExceptionCode::ILLEGAL_DATA_VALUE,
    }
}

/// Writes an exception over the request.
fn refuse(buffer: &mut [u8; MAX_PDU], function: FunctionCode, code: ExceptionCode) -> usize {
    let [first, second, ..] = buffer;
    (*first, *second) = (function.0 | 0x80, code.0);
    2
}

fn mask_write(
    bank: &mut (impl Bank + ?Sized),
    unit_id: UnitId,
    address: u16,
    and_mask: u16,
    or_mask: u16,
) -> Result<(), ExceptionCode> {
    let mut bytes = [0; 2];
    bank.read_registers(
        unit_id,
        RegisterKind::Holding,
        address,
        &mut RegistersMut { bytes: &mut bytes, is_filled: false },
    )?;
    let register = u16::from_be_bytes(bytes) & and_mask | or_mask & !and_mask;
    let bytes = register.to_be_bytes();
    Registers::new(&bytes).map_or(Ok(()), |registers| bank.write_registers(unit_id, address, registers))
}

fn read(
    bank: &mut (impl Bank + ?Sized),
    unit_id: UnitId,
    function: FunctionCode,
    address: u16,
    quantity: usize,
    buffer: &mut [u8; MAX_PDU],
) -> Result<usize, ExceptionCode> {
    let kind = RegisterKind::of_read_function(function);
    read_kind(bank, unit_id, kind.ok_or(ExceptionCode::ILLEGAL_FUNCTION)?, address, quantity, buffer)
}

fn read_kind(
    bank: &mut (impl Bank + ?Sized),
    unit_id: UnitId,
    kind: RegisterKind,
    address: u16,
    quantity: usize,
    buffer: &mut [u8; MAX_PDU],
) -> Result<usize, ExceptionCode> {
    let count = if kind.is_bit() { quantity.div_ceil(8) } else { quantity * 2 };
    let [_, byte_count, body @ ..] = buffer;
    let bytes = body.get_mut(..count).ok_or(ExceptionCode::ILLEGAL_DATA_VALUE)?;
    *byte_count = u8::try_from(count).map_err(|_| ExceptionCode::ILLEGAL_DATA_VALUE)?;
    if kind.is_bit() {
        bytes.fill(0);
        bank.read_bits(unit_id, kind, address, &mut BitsMut { bytes, count: quantity })?;
    } else {
        let mut registers = RegistersMut { bytes, is_filled: false };
        bank.read_registers(unit_id, kind, address, &mut registers)?;
        // What was there before is nobody's business.
        if !registers.is_filled {
            registers.bytes.fill(0);
        }
    }
    Ok(2 + count)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::vec::Vec;

    /// Ten coils and ten holding registers from address 100.
    #[derive(Default)]
    struct Ten {
        coils: [bool; 10],
        registers: [u16; 10],
    }

    fn place(address: u16, index: usize) -> Option<usize> {
        usize::from(address).checked_sub(100).map(|place| place + index).filter(|place| *place < 10)
    }

    impl Bank for Ten {
        fn read_bits(
            &mut self,
            _: UnitId,
            kind: RegisterKind,
            at: u16,
            bits: &mut BitsMut<'_>,
        ) -> Result<(), ExceptionCode> {
            if kind != RegisterKind::Coil {
                return Err(ExceptionCode::ILLEGAL_FUNCTION);
            }
            bits.fill_with(|index| Some(self.coils[place(at, index)?])).ok_or(ExceptionCode::ILLEGAL_DATA_ADDRESS)
        }

        fn read_registers(
            &mut self,
            _: UnitId,
            _: RegisterKind,
            at: u16,
            registers: &mut RegistersMut<'_>,
        ) -> Result<(), ExceptionCode> {
            registers
                .fill_with(|index| Some(self.registers[place(at, index)?]))
                .ok_or(ExceptionCode::ILLEGAL_DATA_ADDRESS)
        }

        fn write_bits(&mut self, _: UnitId, at: u16, bits: Bits<'_>) -> Result<(), ExceptionCode> {
            for (index, bit) in bits.iter().enumerate() {
                self.coils[place(at, index).ok_or(ExceptionCode::ILLEGAL_DATA_ADDRESS)?] = bit;
            }
            Ok(())
        }

        fn write_registers(&mut self, _: UnitId, at: u16, values: Registers<'_>) -> Result<(), ExceptionCode> {
            for (index, value) in values.iter().enumerate() {
                self.registers[place(at, index).ok_or(ExceptionCode::ILLEGAL_DATA_ADDRESS)?] = value;
            }
            Ok(())
        }
    }

    fn ask(bank: &mut Ten, request: &[u8]) -> Vec<u8> {
        // Old bytes must not shine through.
        let mut buffer = [0xEE; MAX_PDU];
        buffer[..request.len()].copy_from_slice(request);
        let length = answer(bank, UnitId(1), &mut buffer, request.len());
        buffer[..length].to_vec()
    }

    #[test]
    fn reads_and_writes() {
        let mut bank = Ten::default();
        assert_eq!(ask(&mut bank, &[16, 0, 100, 0, 2, 4, 1, 2, 3, 4]), [16, 0, 100, 0, 2]);
        assert_eq!(ask(&mut bank, &[6, 0, 102, 5, 6]), [6, 0, 102, 5, 6]);
        assert_eq!(ask(&mut bank, &[3, 0, 100, 0, 4]), [3, 8, 1, 2, 3, 4, 5, 6, 0, 0]);
        assert_eq!(ask(&mut bank, &[15, 0, 100, 0, 9, 2, 0xFF, 1]), [15, 0, 100, 0, 9]);
        assert_eq!(ask(&mut bank, &[5, 0, 101, 0, 0]), [5, 0, 101, 0, 0]);
        assert_eq!(ask(&mut bank, &[1, 0, 100, 0, 10]), [1, 2, 0xFD, 1]);
        // The standard's example (6.16): 0x12 with the masks 0xF2 and 0x25 becomes 0x17.
        assert_eq!(ask(&mut bank, &[6, 0, 104, 0, 0x12]), [6, 0, 104, 0, 0x12]);
        assert_eq!(ask(&mut bank, &[22, 0, 104, 0, 0xF2, 0, 0x25]), [22, 0, 104, 0, 0xF2, 0, 0x25]);
        assert_eq!(ask(&mut bank, &[3, 0, 104, 0, 1]), [3, 2, 0, 0x17]);
        // Written before it is read (6.17).
        assert_eq!(ask(&mut bank, &[23, 0, 104, 0, 2, 0, 105, 0, 1, 2, 7, 8]), [23, 4, 0, 0x17, 7, 8]);
        assert_eq!(ask(&mut bank, &[8, 0, 0, 0xA5, 0x37]), [8, 0, 0, 0xA5, 0x37]);
    }

    #[test]
    fn refusals_have_the_standards_codes() {
        let mut bank = Ten::default();
        for (request, want) in [
            (&[3, 0, 105, 0, 9][..], [0x83, 2]),
            (&[3, 0xFF, 0xFF, 0, 2], [0x83, 2]),
            (&[3, 0, 100, 0, 126], [0x83, 3]),
            (&[3, 0, 100, 0, 0], [0x83, 3]),
            (&[3, 0, 100], [0x83, 3]),
            (&[5, 0, 100, 1, 0], [0x85, 3]),
            (&[16, 0, 100, 0, 2, 3, 1, 2, 3], [0x90, 3]),
            (&[2, 0, 100, 0, 1], [0x82, 1]),
            (&[99, 1, 2], [0xE3, 1]),
            (&[22, 0, 99, 0, 0, 0, 0], [0x96, 2]),
            (&[23, 0, 104, 0, 9, 0, 105, 0, 1, 2, 7, 8], [0x97, 2]),
            (&[8, 0, 1, 0, 0], [0x88, 1]),
            (&[17], [0x91, 1]),
            (&[0x83, 0, 0, 0, 1], [0x83, 1]),
        ] {
            assert_eq!(ask(&mut bank, request), want, "{request:?}");
        }
    }
}
