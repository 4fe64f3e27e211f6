//! Which reply fits a request.

use super::request::Request;
use super::response::Response;
use super::wire::{coil_word, low_byte, low_word};
use super::{MAX_PDU, is_public};
use crate::modbus::FunctionCode;
use crate::modbus::rtu::crc16_of_words;

/// What must stand in the reply to a request; small enough to keep while the request is under way.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Expectation {
    function: FunctionCode,
    /// First item, which functions that write echo; function 8: the sub-function.
    address: u16,
    /// Items read or written; functions 5 and 6: the value; function 20: bytes of the replies; what is
    /// longer and echoed: its CRC.
    word: u16,
    /// Bytes of the data of function 8, which its reply has as many of (6.8).
    data: u8,
}

impl Expectation {
    /// Of a request.
    pub fn of(request: &Request<'_>) -> Self {
        let (address, word) = match *request {
            Request::Read { address, quantity, .. } => (address, quantity),
            Request::WriteSingleCoil { address, value } => (address, coil_word(value)),
            Request::WriteSingleRegister { address, value } => (address, value),
            Request::Diagnostics { sub_function, data } => (sub_function, crc16_of_words(data.iter())),
            Request::WriteMultipleCoils { address, bits } => (address, low_word(bits.len())),
            Request::WriteMultipleRegisters { address, values } => (address, low_word(values.len())),
            Request::ReadFileRecord { spans } => (0, low_word(spans.reply_len())),
            Request::WriteFileRecord { records } => (low_word(records.wire_len()), records.fingerprint()),
            Request::MaskWriteRegister { address, and_mask, or_mask } => (address, crc16_of_words([and_mask, or_mask])),
            Request::ReadWriteMultipleRegisters { read_address, read_quantity, .. } => (read_address, read_quantity),
            Request::ReadFifoQueue { address } => (address, 0),
            Request::ReadDeviceIdentification { read_code, object_id } => (object_id.into(), read_code.into()),
            Request::Plain { .. } | Request::Other { .. } => (0, 0),
        };
        let data = match request {
            Request::Diagnostics { data, .. } => low_byte(2 * data.len()),
            _ => 0,
        };
        Expectation { function: request.function(), address, word, data }
    }

    /// The function that was asked.
    pub const fn function(&self) -> FunctionCode {
        self.function
    }

    /// The byte count of the reply, where it is known beforehand.
    pub(in crate::modbus) fn byte_count(&self) -> Option<u8> {
        match self.function.0 {
            1 | 2 => Some(low_byte(usize::from(self.word).div_ceil(8))),
            3 | 4 | 23 => Some(low_byte(usize::from(self.word) * 2)),
            20 => Some(low_byte(self.word.into())),
            21 => Some(low_byte(self.address.into())),
            _ => None,
        }
    }

    /// Most bytes of the PDU that answers.
    pub(in crate::modbus) fn most_bytes(&self) -> usize {
        match (self.byte_count(), self.function.0) {
            (Some(count), _) => 2 + usize::from(count),
            (None, 5..=7 | 11 | 15 | 16) => 5,
            (None, 22) => 7,
            (None, 8) => 3 + usize::from(self.data),
            (None, _) => MAX_PDU,
        }
    }

    /// Whether the length of the reply is known, or stands in it. Otherwise it ends where its bytes end.
    pub(in crate::modbus) const fn tells_length(&self) -> bool {
        is_public(self.function.0)
    }

    /// Bytes of the reply's PDU, where it does not say them but the request did.
    pub(in crate::modbus) fn length(&self) -> Option<usize> {
        (self.function.0 == 8).then(|| self.most_bytes())
    }

    /// The response without the bits that only fill its last byte.
    pub(in crate::modbus) fn trimmed<'a>(&self, response: Response<'a>) -> Response<'a> {
        match response {
            Response::Bits { function, bits } => Response::Bits { function, bits: bits.truncated(self.word.into()) },
            other => other,
        }
    }

    /// Whether the response is the one expected: function, number of items, and every field that the
    /// standard echoes. An exception answers any request of its function.
    pub fn is_met_by(&self, response: &Response<'_>) -> bool {
        let items = usize::from(self.word);
        let echoes = |address: u16, word: u16| address == self.address && word == self.word;
        response.function() == self.function
            && match *response {
                Response::Exception { .. }
                | Response::ExceptionStatus { .. }
                | Response::EventCounter { .. }
                | Response::EventLog { .. }
                | Response::ServerId { .. }
                | Response::FifoQueue { .. }
                | Response::Other { .. } => true,
                Response::Bits { bits, .. } => bits.len().div_ceil(8) == items.div_ceil(8),
                Response::Registers { registers, .. } => registers.len() == items,
                Response::WriteSingleCoil { address, value } => echoes(address, coil_word(value)),
                Response::WriteSingleRegister { address, value } => echoes(address, value),
                // Only sub-function 0 gives back what it got; others give a counter (6.8.1).
                Response::Diagnostics { sub_function: 0, data } => echoes(0, crc16_of_words(data.iter())),
                Response::Diagnostics { sub_function, .. } => sub_function == self.address,
                Response::WriteMultiple { address, quantity, .. } => echoes(address, quantity),
                Response::ReadFileRecord { replies } => replies.wire_len() == items,
                Response::WriteFileRecord { records } => echoes(low_word(records.wire_len()), records.fingerprint()),
                Response::MaskWriteRegister { address, and_mask, or_mask } => {
                    echoes(address, crc16_of_words([and_mask, or_mask]))
                }
                Response::DeviceIdentification { read_code, .. } => u16::from(read_code) == self.word,
            }
    }
}
