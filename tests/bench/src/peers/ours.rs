//! Ours: the codec, and the client's machines with everything that they watch over.

use std::hint::black_box;

use parabus_core::modbus::client::Event;
use parabus_core::modbus::server::{Bank, RegistersMut, answer};
use parabus_core::modbus::{
    ExceptionCode, FunctionCode, Line, MAX_PDU, RegisterKind, Registers, Request, Response, UnitId, rtu, tcp,
};

use super::{ASKED, Asked, Frame, Peer, TRANSACTION, Values, wire, write_out};
use crate::race::Side;

fn request(asked: &Asked) -> Request<'static> {
    let (address, quantity) = (asked.address, asked.quantity);
    Request::Read { function: FunctionCode::READ_HOLDING_REGISTERS, address, quantity }
}

fn asked_of(unit_id: UnitId, pdu: &[u8]) -> Asked {
    match Request::parse(pdu) {
        Ok(Request::Read { address, quantity, .. }) => Asked { unit: unit_id.0, address, quantity },
        _ => Asked::default(),
    }
}

fn give_out(response: &Response<'_>, values: &mut Values) {
    if let Response::Registers { registers, .. } = response {
        write_out(registers.iter(), values);
    }
}

/// Registers of a server, from wherever they are asked.
struct Memory<'a>(&'a Values);

impl Bank for Memory<'_> {
    fn read_registers(
        &mut self,
        _: UnitId,
        _: RegisterKind,
        _: u16,
        registers: &mut RegistersMut<'_>,
    ) -> Result<(), ExceptionCode> {
        registers.copy_from(self.0).ok_or(ExceptionCode::ILLEGAL_DATA_ADDRESS)
    }
}

/// A response to a request, in the place of the request's PDU.
fn answered(values: &Values, unit_id: UnitId, body: &mut [u8]) -> usize {
    let pdu = body.first_chunk_mut::<MAX_PDU>().expect("room");
    // As it was received: the last answer took its place.
    let request = black_box([3, 0, ASKED.address as u8, 0, ASKED.quantity as u8]);
    pdu[..5].copy_from_slice(&request);
    answer(&mut Memory(values), unit_id, pdu, 5)
}

fn emitted(values: &Values, body: &mut [u8]) -> usize {
    let bytes = wire(values);
    let registers = Registers::new(&bytes).expect("whole registers");
    Response::Registers { function: FunctionCode::READ_HOLDING_REGISTERS, registers }.emit(body).expect("room")
}

#[derive(Default)]
pub struct Rtu;

impl Rtu {
    /// A response from its registers, without a request.
    pub fn emit<'f>(&mut self, values: &Values, frame: &'f mut Frame) -> &'f [u8] {
        let length = emitted(values, &mut frame[rtu::HEADER..]);
        let length = rtu::emit_frame(frame, UnitId(ASKED.unit), length).expect("room");
        &frame[..length]
    }
}

impl Peer for Rtu {
    const SIDE: Side = Side::Ours;
    const NAME: &'static str = "parabus";
    const GIVES: &'static str = "parabus: request answered in place";

    fn ask<'f>(&'f mut self, asked: &Asked, frame: &'f mut Frame) -> &'f [u8] {
        let length = rtu::emit_request(frame, UnitId(asked.unit), &request(asked)).expect("room");
        &frame[..length]
    }

    fn asked(&mut self, frame: &[u8]) -> Asked {
        let frame = rtu::Frame::parse(frame).expect("a frame");
        asked_of(frame.unit_id, frame.pdu)
    }

    fn give<'f>(&'f mut self, values: &Values, frame: &'f mut Frame) -> &'f [u8] {
        let unit_id = UnitId(ASKED.unit);
        let length = answered(values, unit_id, &mut frame[rtu::HEADER..]);
        let length = rtu::emit_frame(frame, unit_id, length).expect("room");
        &frame[..length]
    }

    fn given(&mut self, frame: &[u8], values: &mut Values) {
        let frame = rtu::Frame::parse(frame).expect("a frame");
        give_out(&Response::parse(frame.pdu).expect("a response"), values);
    }
}

#[derive(Default)]
pub struct Tcp;

impl Tcp {
    /// A response from its registers, without a request.
    pub fn emit<'f>(&mut self, values: &Values, frame: &'f mut Frame) -> &'f [u8] {
        let length = emitted(values, &mut frame[tcp::HEADER..]);
        let length = tcp::emit_header(frame, TRANSACTION, UnitId(ASKED.unit), length).expect("room");
        &frame[..length]
    }
}

impl Peer for Tcp {
    const SIDE: Side = Side::Ours;
    const NAME: &'static str = "parabus";
    const GIVES: &'static str = "parabus: request answered in place";

    fn ask<'f>(&'f mut self, asked: &Asked, frame: &'f mut Frame) -> &'f [u8] {
        let length = tcp::emit_request(frame, TRANSACTION, UnitId(asked.unit), &request(asked)).expect("room");
        &frame[..length]
    }

    fn asked(&mut self, frame: &[u8]) -> Asked {
        let frame = tcp::Frame::parse(frame).expect("a frame");
        asked_of(frame.unit_id, frame.pdu)
    }

    fn give<'f>(&'f mut self, values: &Values, frame: &'f mut Frame) -> &'f [u8] {
        let unit_id = UnitId(ASKED.unit);
        let length = answered(values, unit_id, &mut frame[tcp::HEADER..]);
        let length = tcp::emit_header(frame, TRANSACTION, unit_id, length).expect("room");
        &frame[..length]
    }

    fn given(&mut self, frame: &[u8], values: &mut Values) {
        let frame = tcp::Frame::parse(frame).expect("a frame");
        give_out(&Response::parse(frame.pdu).expect("a response"), values);
    }
}

/// The client of a serial line, one round after the other.
pub struct RtuMachine {
    client: rtu::Client,
    now_us: u64,
}

impl Default for RtuMachine {
    fn default() -> Self {
        RtuMachine { client: rtu::Client::new(Line::stream()), now_us: 0 }
    }
}

impl RtuMachine {
    pub fn round(&mut self, asked: &Asked, reply: &[u8], frame: &mut Frame, values: &mut Values) {
        self.now_us += 1;
        self.client.request(UnitId(asked.unit), &request(asked), self.now_us, 1000, frame).expect("a free line");
        if let (_, Some(Event::Reply { response, .. })) = self.client.receive(reply, self.now_us) {
            give_out(&response, values);
        }
    }
}

/// The client of a TCP connection, one round after the other.
pub struct TcpMachine {
    client: tcp::Client<1>,
    now_us: u64,
    /// The reply, with the transaction that was asked in.
    reply: Vec<u8>,
}

impl TcpMachine {
    pub fn new(reply: &[u8]) -> Self {
        TcpMachine { client: tcp::Client::new(1), now_us: 0, reply: reply.to_vec() }
    }

    pub fn round(&mut self, asked: &Asked, frame: &mut Frame, values: &mut Values) {
        self.now_us += 1;
        self.client.request(UnitId(asked.unit), &request(asked), self.now_us, 1000, frame).expect("room");
        self.reply[..2].copy_from_slice(&frame[..2]);
        if let Ok((_, Some(Event::Reply { response, .. }))) = self.client.receive(&self.reply) {
            give_out(&response, values);
        }
    }
}
