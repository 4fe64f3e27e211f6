//! modbus-core.

use modbus_core::{Data, Request, RequestPdu, Response, ResponsePdu, rtu, tcp};

use super::{ASKED, Asked, COUNT, Frame, Peer, TRANSACTION, Values, write_out};

fn request(asked: &Asked) -> RequestPdu<'static> {
    RequestPdu(Request::ReadHoldingRegisters(asked.address, asked.quantity))
}

fn asked_of(unit: u8, request: &RequestPdu<'_>) -> Asked {
    match request.0 {
        Request::ReadHoldingRegisters(address, quantity) => Asked { unit, address, quantity },
        _ => Asked::default(),
    }
}

fn response<'a>(values: &Values, data: &'a mut [u8]) -> ResponsePdu<'a> {
    ResponsePdu(Ok(Response::ReadHoldingRegisters(Data::from_words(values, data).expect("room"))))
}

fn give_out(response: &ResponsePdu<'_>, values: &mut Values) {
    if let Ok(Response::ReadHoldingRegisters(data)) = &response.0 {
        write_out((0..data.len()).filter_map(|index| data.get(index)), values);
    }
}

#[derive(Default)]
pub struct Rtu;

impl Peer for Rtu {
    const NAME: &'static str = "modbus-core 0.2";

    fn ask<'f>(&'f mut self, asked: &Asked, frame: &'f mut Frame) -> &'f [u8] {
        let adu = rtu::RequestAdu { hdr: rtu::Header { slave: asked.unit }, pdu: request(asked) };
        let length = rtu::client::encode_request(adu, frame).expect("room");
        &frame[..length]
    }

    fn asked(&mut self, frame: &[u8]) -> Asked {
        let adu = rtu::server::decode_request(frame).expect("a frame").expect("whole");
        asked_of(adu.hdr.slave, &adu.pdu)
    }

    fn give<'f>(&'f mut self, values: &Values, frame: &'f mut Frame) -> &'f [u8] {
        let mut data = [0; 2 * COUNT as usize];
        let adu = rtu::ResponseAdu { hdr: rtu::Header { slave: ASKED.unit }, pdu: response(values, &mut data) };
        let length = rtu::server::encode_response(adu, frame).expect("room");
        &frame[..length]
    }

    fn given(&mut self, frame: &[u8], values: &mut Values) {
        let adu = rtu::client::decode_response(frame).expect("a frame").expect("whole");
        give_out(&adu.pdu, values);
    }
}

#[derive(Default)]
pub struct Tcp;

impl Peer for Tcp {
    const NAME: &'static str = "modbus-core 0.2";

    fn ask<'f>(&'f mut self, asked: &Asked, frame: &'f mut Frame) -> &'f [u8] {
        let hdr = tcp::Header { transaction_id: TRANSACTION, unit_id: asked.unit };
        let length = tcp::client::encode_request(tcp::RequestAdu { hdr, pdu: request(asked) }, frame).expect("room");
        &frame[..length]
    }

    fn asked(&mut self, frame: &[u8]) -> Asked {
        let adu = tcp::server::decode_request(frame).expect("a frame").expect("whole");
        asked_of(adu.hdr.unit_id, &adu.pdu)
    }

    fn give<'f>(&'f mut self, values: &Values, frame: &'f mut Frame) -> &'f [u8] {
        let mut data = [0; 2 * COUNT as usize];
        let hdr = tcp::Header { transaction_id: TRANSACTION, unit_id: ASKED.unit };
        let adu = tcp::ResponseAdu { hdr, pdu: response(values, &mut data) };
        let length = tcp::server::encode_response(adu, frame).expect("room");
        &frame[..length]
    }

    fn given(&mut self, frame: &[u8], values: &mut Values) {
        let adu = tcp::client::decode_response(frame).expect("a frame").expect("whole");
        give_out(&adu.pdu, values);
    }
}
