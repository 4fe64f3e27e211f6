//! tokio-modbus: its codecs, which `cargo xtask bench` makes public in a copy. They read from a buffer
//! that bytes are received into, so that copy belongs to them.

use bytes::BytesMut;
use tokio_modbus::codec::{rtu as rtu_codec, tcp as tcp_codec};
use tokio_modbus::frame::{RequestPdu, ResponsePdu, rtu, tcp};
use tokio_modbus::{Request, Response};
use tokio_util::codec::{Decoder as _, Encoder as _};

use super::{ASKED, Asked, Frame, Peer, TRANSACTION, Values, write_out};

fn request(asked: &Asked) -> RequestPdu<'static> {
    Request::ReadHoldingRegisters(asked.address, asked.quantity).into()
}

fn asked_of(unit: u8, request: &RequestPdu<'_>) -> Asked {
    match request.0 {
        Request::ReadHoldingRegisters(address, quantity) => Asked { unit, address, quantity },
        _ => Asked::default(),
    }
}

fn response(values: &Values) -> ResponsePdu {
    Response::ReadHoldingRegisters(values.to_vec()).into()
}

fn give_out(response: ResponsePdu, values: &mut Values) {
    if let Ok(Response::ReadHoldingRegisters(words)) = response.0 {
        write_out(words.into_iter(), values);
    }
}

#[derive(Default)]
pub struct Rtu {
    client: rtu_codec::ClientCodec,
    server: rtu_codec::ServerCodec,
    buffer: BytesMut,
}

impl Peer for Rtu {
    const NAME: &'static str = "tokio-modbus 0.17, codec";

    fn ask<'f>(&'f mut self, asked: &Asked, _: &'f mut Frame) -> &'f [u8] {
        self.buffer.clear();
        let adu = rtu::RequestAdu { hdr: rtu::Header { slave_id: asked.unit }, pdu: request(asked) };
        self.client.encode(adu, &mut self.buffer).expect("room");
        &self.buffer
    }

    fn asked(&mut self, frame: &[u8]) -> Asked {
        self.buffer.extend_from_slice(frame);
        let adu = self.server.decode(&mut self.buffer).expect("a frame").expect("whole");
        asked_of(adu.hdr.slave_id, &adu.pdu)
    }

    fn give<'f>(&'f mut self, values: &Values, _: &'f mut Frame) -> &'f [u8] {
        self.buffer.clear();
        let adu = rtu::ResponseAdu { hdr: rtu::Header { slave_id: ASKED.unit }, pdu: response(values) };
        self.server.encode(adu, &mut self.buffer).expect("room");
        &self.buffer
    }

    fn given(&mut self, frame: &[u8], values: &mut Values) {
        self.buffer.clear();
        self.buffer.extend_from_slice(frame);
        give_out(self.client.decode(&mut self.buffer).expect("a frame").expect("whole").pdu, values);
    }
}

pub struct Tcp {
    client: tcp_codec::ClientCodec,
    server: tcp_codec::ServerCodec,
    buffer: BytesMut,
}

impl Default for Tcp {
    fn default() -> Self {
        let (client, server) = (tcp_codec::ClientCodec::new(), tcp_codec::ServerCodec::default());
        Tcp { client, server, buffer: BytesMut::new() }
    }
}

impl Peer for Tcp {
    const NAME: &'static str = "tokio-modbus 0.17, codec";

    fn ask<'f>(&'f mut self, asked: &Asked, _: &'f mut Frame) -> &'f [u8] {
        self.buffer.clear();
        let hdr = tcp::Header { transaction_id: TRANSACTION, unit_id: asked.unit };
        self.client.encode(tcp::RequestAdu { hdr, pdu: request(asked) }, &mut self.buffer).expect("room");
        &self.buffer
    }

    fn asked(&mut self, frame: &[u8]) -> Asked {
        self.buffer.extend_from_slice(frame);
        let adu = self.server.decode(&mut self.buffer).expect("a frame").expect("whole");
        asked_of(adu.hdr.unit_id, &adu.pdu)
    }

    fn give<'f>(&'f mut self, values: &Values, _: &'f mut Frame) -> &'f [u8] {
        self.buffer.clear();
        let hdr = tcp::Header { transaction_id: TRANSACTION, unit_id: ASKED.unit };
        self.server.encode(tcp::ResponseAdu { hdr, pdu: response(values) }, &mut self.buffer).expect("room");
        &self.buffer
    }

    fn given(&mut self, frame: &[u8], values: &mut Values) {
        self.buffer.clear();
        self.buffer.extend_from_slice(frame);
        give_out(self.client.decode(&mut self.buffer).expect("a frame").expect("whole").pdu, values);
    }
}
