//! Who takes part, each behind the same four questions, and each in the quickest way that it offers.

pub mod modbus_core;
pub mod ours;
pub mod rmodbus;
pub mod rustmod;
pub mod rusty_modbus;
pub mod tokio_modbus;

use crate::race::Side;

/// Registers of a reply.
pub const COUNT: u16 = 125;

/// Transaction of TCP frames.
pub const TRANSACTION: u16 = 1;

/// Room for any frame.
pub type Frame = [u8; 260];

/// The caller's array.
pub type Values = [u16; COUNT as usize];

/// What a read of holding registers asks for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Asked {
    pub unit: u8,
    pub address: u16,
    pub quantity: u16,
}

pub const ASKED: Asked = Asked { unit: 17, address: 107, quantity: COUNT };

pub fn values() -> Values {
    std::array::from_fn(|index| (index as u16).wrapping_mul(771).wrapping_add(9))
}

/// One transport of one library. Whoever cannot write into the caller's frame gives its own buffer.
pub trait Peer: Default {
    const SIDE: Side = Side::Peer;

    const NAME: &'static str;

    /// The same for who cannot build a response without answering a request.
    const GIVES: &'static str = Self::NAME;

    /// Builds a request.
    fn ask<'f>(&'f mut self, asked: &Asked, frame: &'f mut Frame) -> &'f [u8];

    /// Checks a request and takes it apart.
    fn asked(&mut self, frame: &[u8]) -> Asked;

    /// Builds a response.
    fn give<'f>(&'f mut self, values: &Values, frame: &'f mut Frame) -> &'f [u8];

    /// Checks a response and writes out its registers.
    fn given(&mut self, frame: &[u8], values: &mut Values);
}

/// Writes registers to the caller's array.
fn write_out(registers: impl Iterator<Item = u16>, values: &mut Values) {
    values.iter_mut().zip(registers).for_each(|(to, from)| *to = from);
}

/// Registers as they stand on the wire, for who does not take them otherwise.
fn wire(values: &Values) -> [u8; 2 * COUNT as usize] {
    let mut bytes = [0; 2 * COUNT as usize];
    bytes.chunks_exact_mut(2).zip(values).for_each(|(to, from)| to.copy_from_slice(&from.to_be_bytes()));
    bytes
}
