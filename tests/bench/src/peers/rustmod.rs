//! rustmod-core.

use rustmod_core::UnitId;
use rustmod_core::encoding::{Reader, Writer};
use rustmod_core::frame::{rtu, tcp};
use rustmod_core::pdu::request::{DecodedRequest, ReadHoldingRegistersRequest};
use rustmod_core::pdu::response::{ReadHoldingRegistersResponse, Response};

use super::{ASKED, Asked, COUNT, Frame, Peer, TRANSACTION, Values, wire, write_out};

fn request(asked: &Asked) -> [u8; 5] {
    let mut pdu = [0; 5];
    let request = ReadHoldingRegistersRequest { start_address: asked.address, quantity: asked.quantity };
    request.encode(&mut Writer::new(&mut pdu)).expect("room");
    pdu
}

fn asked_of(unit: UnitId, pdu: &[u8]) -> Asked {
    match DecodedRequest::decode(&mut Reader::new(pdu)) {
        Ok(DecodedRequest::ReadHoldingRegisters(read)) => {
            Asked { unit: unit.as_u8(), address: read.start_address, quantity: read.quantity }
        }
        _ => Asked::default(),
    }
}

fn response(values: &Values) -> [u8; 2 + 2 * COUNT as usize] {
    let mut pdu = [0; 2 + 2 * COUNT as usize];
    ReadHoldingRegistersResponse { data: &wire(values) }.encode(&mut Writer::new(&mut pdu)).expect("room");
    pdu
}

fn give_out(pdu: &[u8], values: &mut Values) {
    if let Ok(Response::ReadHoldingRegisters(read)) = Response::decode(&mut Reader::new(pdu)) {
        write_out((0..read.register_count()).filter_map(|index| read.register(index)), values);
    }
}

/// What a writer wrote into the frame.
fn written(frame: &mut Frame, write: impl FnOnce(&mut Writer<'_>)) -> &[u8] {
    let mut writer = Writer::new(frame);
    write(&mut writer);
    let length = writer.as_written().len();
    &frame[..length]
}

#[derive(Default)]
pub struct Rtu;

impl Peer for Rtu {
    const NAME: &'static str = "rustmod-core 0.2";

    fn ask<'f>(&'f mut self, asked: &Asked, frame: &'f mut Frame) -> &'f [u8] {
        let pdu = request(asked);
        written(frame, |writer| rtu::encode_frame(writer, UnitId::new(asked.unit), &pdu).expect("room"))
    }

    fn asked(&mut self, frame: &[u8]) -> Asked {
        let (unit, pdu) = rtu::decode_frame(frame).expect("a frame");
        asked_of(unit, pdu)
    }

    fn give<'f>(&'f mut self, values: &Values, frame: &'f mut Frame) -> &'f [u8] {
        let pdu = response(values);
        written(frame, |writer| rtu::encode_frame(writer, UnitId::new(ASKED.unit), &pdu).expect("room"))
    }

    fn given(&mut self, frame: &[u8], values: &mut Values) {
        give_out(rtu::decode_frame(frame).expect("a frame").1, values);
    }
}

#[derive(Default)]
pub struct Tcp;

impl Peer for Tcp {
    const NAME: &'static str = "rustmod-core 0.2";

    fn ask<'f>(&'f mut self, asked: &Asked, frame: &'f mut Frame) -> &'f [u8] {
        let pdu = request(asked);
        written(frame, |writer| tcp::encode_frame(writer, TRANSACTION, UnitId::new(asked.unit), &pdu).expect("room"))
    }

    fn asked(&mut self, frame: &[u8]) -> Asked {
        let (header, pdu) = tcp::decode_frame(&mut Reader::new(frame)).expect("a frame");
        asked_of(header.unit_id, pdu)
    }

    fn give<'f>(&'f mut self, values: &Values, frame: &'f mut Frame) -> &'f [u8] {
        let pdu = response(values);
        written(frame, |writer| tcp::encode_frame(writer, TRANSACTION, UnitId::new(ASKED.unit), &pdu).expect("room"))
    }

    fn given(&mut self, frame: &[u8], values: &mut Values) {
        give_out(tcp::decode_frame(&mut Reader::new(frame)).expect("a frame").1, values);
    }
}
