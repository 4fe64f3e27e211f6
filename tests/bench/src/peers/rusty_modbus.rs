//! rusty-modbus. Its framing for tokio takes an owned PDU; its codec, header and checksum put together
//! here are quicker.

use rusty_modbus_codec::request::ReadHoldingRegistersRequest;
use rusty_modbus_codec::response::ReadHoldingRegistersResponse;
use rusty_modbus_codec::{Encode as _, RequestPdu, ResponsePdu, decode_request, decode_response};
use rusty_modbus_frame::crc::{crc16, verify_crc};
use rusty_modbus_types::{Address, MbapHeader, Quantity};
use zerocopy::{FromBytes as _, IntoBytes as _};

use super::{ASKED, Asked, Frame, Peer, TRANSACTION, Values, wire, write_out};

fn request(asked: &Asked, body: &mut [u8]) -> usize {
    let request = ReadHoldingRegistersRequest { address: Address(asked.address), quantity: Quantity(asked.quantity) };
    request.encode_into(body).expect("room")
}

fn asked_of(unit: u8, pdu: &[u8]) -> Asked {
    match decode_request(pdu) {
        Ok(RequestPdu::ReadHoldingRegisters(read)) => {
            Asked { unit, address: read.address.0, quantity: read.quantity.0 }
        }
        _ => Asked::default(),
    }
}

fn response(values: &Values, body: &mut [u8]) -> usize {
    let data = wire(values);
    let response = ReadHoldingRegistersResponse { byte_count: data.len() as u8, register_data: &data };
    response.encode_into(body).expect("room")
}

fn give_out(pdu: &[u8], values: &mut Values) {
    if let Ok(ResponsePdu::ReadHoldingRegisters(read)) = decode_response(pdu) {
        write_out(read.registers(), values);
    }
}

#[derive(Default)]
pub struct Rtu;

impl Rtu {
    fn close(frame: &mut Frame, unit: u8, length: usize) -> &[u8] {
        frame[0] = unit;
        let crc = crc16(&frame[..=length]);
        frame[length + 1..length + 3].copy_from_slice(&crc.to_le_bytes());
        &frame[..length + 3]
    }

    fn open(frame: &[u8]) -> (u8, &[u8]) {
        assert!(frame.len() >= 4 && verify_crc(frame));
        (frame[0], &frame[1..frame.len() - 2])
    }
}

impl Peer for Rtu {
    const NAME: &'static str = "rusty-modbus 0.1, codec and crc16";

    fn ask<'f>(&'f mut self, asked: &Asked, frame: &'f mut Frame) -> &'f [u8] {
        let length = request(asked, &mut frame[1..]);
        Self::close(frame, asked.unit, length)
    }

    fn asked(&mut self, frame: &[u8]) -> Asked {
        let (unit, pdu) = Self::open(frame);
        asked_of(unit, pdu)
    }

    fn give<'f>(&'f mut self, values: &Values, frame: &'f mut Frame) -> &'f [u8] {
        let length = response(values, &mut frame[1..]);
        Self::close(frame, ASKED.unit, length)
    }

    fn given(&mut self, frame: &[u8], values: &mut Values) {
        give_out(Self::open(frame).1, values);
    }
}

#[derive(Default)]
pub struct Tcp;

impl Tcp {
    fn close(frame: &mut Frame, unit: u8, length: usize) -> &[u8] {
        frame[..7].copy_from_slice(MbapHeader::new(TRANSACTION, unit, length as u16).as_bytes());
        &frame[..7 + length]
    }

    fn open(frame: &[u8]) -> (u8, &[u8]) {
        let header = MbapHeader::ref_from_bytes(&frame[..7]).expect("a header");
        assert!(header.protocol_id.get() == 0 && usize::from(header.length.get()) + 6 == frame.len());
        (header.unit_id, &frame[7..])
    }
}

impl Peer for Tcp {
    const NAME: &'static str = "rusty-modbus 0.1, codec and header";

    fn ask<'f>(&'f mut self, asked: &Asked, frame: &'f mut Frame) -> &'f [u8] {
        let length = request(asked, &mut frame[7..]);
        Self::close(frame, asked.unit, length)
    }

    fn asked(&mut self, frame: &[u8]) -> Asked {
        let (unit, pdu) = Self::open(frame);
        asked_of(unit, pdu)
    }

    fn give<'f>(&'f mut self, values: &Values, frame: &'f mut Frame) -> &'f [u8] {
        let length = response(values, &mut frame[7..]);
        Self::close(frame, ASKED.unit, length)
    }

    fn given(&mut self, frame: &[u8], values: &mut Values) {
        give_out(Self::open(frame).1, values);
    }
}
