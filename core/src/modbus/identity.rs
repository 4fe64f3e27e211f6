//! How a controller that dials in says who it is (DOMAIN.md 2.10): right after connecting it sends,
//! unasked, the reply to a function 03 request for its registers 1000 to 1010.
//!
//! ```
//! use parabus_core::modbus::{Activation, Identity, Response, UnitId, tcp};
//!
//! let bytes = [
//!     0, 0, 0, 0, 0, 0x19, 0x6F, 3, 22, 0, 0x2A, 0, 5, // An OPCB-221, firmware 5, as unit 111.
//!     0, 0xD8, 0, 0x80, 0, 0x39, 0, 0x4E, 0, 0x8D, 0, 0xE9, 0, 1, 0x05, 0xF5, 0xE1, 0,
//! ];
//! let frame = tcp::Frame::parse(&bytes).unwrap();
//! let identity = Identity::of_response(&Response::parse(frame.pdu).unwrap()).unwrap();
//! assert_eq!((frame.unit_id, identity.device_type, identity.firmware), (UnitId(111), 42, 5));
//! assert_eq!(identity.mac, [0xD8, 0x80, 0x39, 0x4E, 0x8D, 0xE9]);
//! assert!(identity.is_mac_unique && !identity.is_activated);
//! assert_eq!(identity.activation, Some(Activation::Unassigned));
//! ```

use super::{FunctionCode, Registers, Response};

/// The code of a controller that has none.
const UNASSIGNED: u32 = 100_000_000;

/// What registers 1009 and 1010 hold. The server writes them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Activation {
    /// Bound to an account.
    Activated,
    /// A person types this code in to bind it: 10,000,000 to 99,999,999.
    Code(u32),
    /// No code was assigned yet.
    Unassigned,
}

impl Activation {
    /// Of the 32 bits, high register first; `None` for a number that means nothing.
    pub const fn of_number(number: u32) -> Option<Self> {
        match number {
            0 => Some(Activation::Activated),
            10_000_000..=99_999_999 => Some(Activation::Code(number)),
            UNASSIGNED => Some(Activation::Unassigned),
            _ => None,
        }
    }

    /// The 32 bits that say it.
    pub const fn number(self) -> u32 {
        match self {
            Activation::Activated => 0,
            Activation::Code(code) => code,
            Activation::Unassigned => UNASSIGNED,
        }
    }
}

/// Who a controller is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Identity {
    /// Register 1000: 12 is an ET-485, 23 an EM-481, 42 an OPCB-221.
    pub device_type: u16,
    /// Register 1001.
    pub firmware: u16,
    /// Registers 1002 to 1007, a byte each.
    pub mac: [u8; 6],
    /// Register 1008, bit 0: no other controller has this MAC.
    pub is_mac_unique: bool,
    /// Bit 1: an activation code is set.
    pub has_code: bool,
    /// Bit 2: it was unbound and asks for a new code.
    pub wants_code: bool,
    /// Bit 3: it is bound to an account.
    pub is_activated: bool,
    /// Registers 1009 and 1010; `None` for a number that means nothing, and for controllers whose frame
    /// ends before them.
    pub activation: Option<Activation>,
}

impl Identity {
    /// Of the registers from 1000 on: eleven, or ten from controllers that leave the code out. `None`
    /// for any other number of them, or for a MAC whose bytes are none.
    pub fn of_registers(registers: Registers<'_>) -> Option<Self> {
        if !matches!(registers.len(), 10 | 11) {
            return None;
        }
        let mut all = registers.iter();
        let (device_type, firmware) = (all.next()?, all.next()?);
        let mut mac = [0; 6];
        for byte in &mut mac {
            *byte = u8::try_from(all.next()?).ok()?;
        }
        let state = all.next()?;
        let activation = match (all.next(), all.next()) {
            (Some(high), Some(low)) => Activation::of_number(u32::from(high) << 16 | u32::from(low)),
            _ => None,
        };
        let bit = |position: u16| state >> position & 1 == 1;
        Some(Identity {
            device_type,
            firmware,
            mac,
            is_mac_unique: bit(0),
            has_code: bit(1),
            wants_code: bit(2),
            is_activated: bit(3),
            activation,
        })
    }

    /// Of the unasked reply.
    pub fn of_response(response: &Response<'_>) -> Option<Self> {
        match *response {
            Response::Registers { function: FunctionCode::READ_HOLDING_REGISTERS, registers } => {
                Self::of_registers(registers)
            }
            _ => None,
        }
    }

    /// Registers 1000 to 1010. An activation that is not known is said to be unassigned.
    pub fn registers(&self) -> [u16; 11] {
        let [a, b, c, d, e, f] = self.mac.map(u16::from);
        let bit = |is_set: bool, position: u16| u16::from(is_set) << position;
        let state =
            bit(self.is_mac_unique, 0) | bit(self.has_code, 1) | bit(self.wants_code, 2) | bit(self.is_activated, 3);
        let code = self.activation.unwrap_or(Activation::Unassigned).number();
        let [high, higher, low, lower] = code.to_be_bytes();
        let (high, low) = (u16::from_be_bytes([high, higher]), u16::from_be_bytes([low, lower]));
        [self.device_type, self.firmware, a, b, c, d, e, f, state, high, low]
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::vec::Vec;

    fn of(registers: &[u16]) -> Option<Identity> {
        let bytes: Vec<u8> = registers.iter().flat_map(|register| register.to_be_bytes()).collect();
        Identity::of_registers(Registers::new(&bytes).unwrap())
    }

    #[test]
    fn registers_and_identity_are_inverse() {
        for (state, high, low, activation) in [
            (0b1001, 0, 0, Some(Activation::Activated)),
            (0b0011, 0x0098, 0x9680, Some(Activation::Code(10_000_000))),
            (0b0111, 0x05F5, 0xE0FF, Some(Activation::Code(99_999_999))),
            (0b0000, 0x05F5, 0xE100, Some(Activation::Unassigned)),
        ] {
            let registers = [12, 7, 1, 2, 3, 4, 5, 255, state, high, low];
            let identity = of(&registers).unwrap();
            assert_eq!(identity.activation, activation);
            assert_eq!(identity.registers(), registers);
        }
    }

    #[test]
    fn what_is_no_identity() {
        assert_eq!(of(&[42, 5, 1, 2, 3, 4, 5, 6, 1]), None, "nine registers");
        assert_eq!(of(&[42, 5, 1, 2, 3, 4, 5, 6, 1, 0, 0, 0]), None, "twelve registers");
        assert_eq!(of(&[42, 5, 1, 2, 3, 4, 5, 256, 1, 0, 0]), None, "no byte of a MAC");
        assert_eq!(of(&[42, 5, 1, 2, 3, 4, 5, 6, 1, 0, 9]).unwrap().activation, None, "a code that means nothing");
        assert_eq!(of(&[42, 5, 1, 2, 3, 4, 5, 6, 1, 0]).unwrap().activation, None, "no code");
    }
}
