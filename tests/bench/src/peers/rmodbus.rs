//! rmodbus. It builds a response only as the answer to a request, and writes into vectors.

use rmodbus::ModbusProto;
use rmodbus::client::ModbusRequest;
use rmodbus::server::ModbusFrame;
use rmodbus::server::context::ModbusContext as _;
use rmodbus::server::storage::ModbusStorage;

use super::{ASKED, Asked, Frame, Peer, TRANSACTION, Values, values, write_out};

/// Both transports.
struct Both {
    proto: ModbusProto,
    client: ModbusRequest,
    built: Vec<u8>,
    request: Vec<u8>,
    words: Vec<u16>,
    context: ModbusStorage<1, 1, 1, 300>,
}

impl Both {
    fn new(proto: ModbusProto) -> Self {
        let mut request = Vec::new();
        let mut client = Self::client(proto, ASKED.unit);
        client.generate_get_holdings(ASKED.address, ASKED.quantity, &mut request).expect("room");
        let mut context = ModbusStorage::new();
        context.set_holdings_bulk(ASKED.address, &values()).expect("room");
        Both { proto, client, built: Vec::new(), request, words: Vec::new(), context }
    }

    fn client(proto: ModbusProto, unit: u8) -> ModbusRequest {
        match proto {
            ModbusProto::TcpUdp => ModbusRequest::new_tcp_udp(unit, TRANSACTION),
            _ => ModbusRequest::new(unit, proto),
        }
    }

    fn ask(&mut self, asked: &Asked) -> &[u8] {
        self.built.clear();
        self.client = Self::client(self.proto, asked.unit);
        self.client.generate_get_holdings(asked.address, asked.quantity, &mut self.built).expect("room");
        &self.built
    }

    fn asked(&mut self, frame: &[u8]) -> Asked {
        let mut served = ModbusFrame::new(ASKED.unit, frame, self.proto, &mut self.built);
        served.parse().expect("a frame");
        Asked { unit: served.unit_id, address: served.reg, quantity: served.count }
    }

    fn give(&mut self) -> &[u8] {
        self.built.clear();
        let mut served = ModbusFrame::new(ASKED.unit, &self.request, self.proto, &mut self.built);
        served.parse().expect("a frame");
        served.process_read(&self.context).expect("registers");
        served.finalize_response().expect("room");
        &self.built
    }

    fn given(&mut self, frame: &[u8], values: &mut Values) {
        self.words.clear();
        self.client.parse_u16(frame, &mut self.words).expect("a frame");
        write_out(self.words.iter().copied(), values);
    }
}

pub struct Rtu(Both);

impl Default for Rtu {
    fn default() -> Self {
        Rtu(Both::new(ModbusProto::Rtu))
    }
}

impl Peer for Rtu {
    const NAME: &'static str = "rmodbus 0.13";
    const GIVES: &'static str = "rmodbus 0.13: request answered";

    fn ask<'f>(&'f mut self, asked: &Asked, _: &'f mut Frame) -> &'f [u8] {
        self.0.ask(asked)
    }

    fn asked(&mut self, frame: &[u8]) -> Asked {
        self.0.asked(frame)
    }

    fn give<'f>(&'f mut self, _: &Values, _: &'f mut Frame) -> &'f [u8] {
        self.0.give()
    }

    fn given(&mut self, frame: &[u8], values: &mut Values) {
        self.0.given(frame, values);
    }
}

pub struct Tcp(Both);

impl Default for Tcp {
    fn default() -> Self {
        Tcp(Both::new(ModbusProto::TcpUdp))
    }
}

impl Peer for Tcp {
    const NAME: &'static str = "rmodbus 0.13";
    const GIVES: &'static str = "rmodbus 0.13: request answered";

    fn ask<'f>(&'f mut self, asked: &Asked, _: &'f mut Frame) -> &'f [u8] {
        self.0.ask(asked)
    }

    fn asked(&mut self, frame: &[u8]) -> Asked {
        self.0.asked(frame)
    }

    fn give<'f>(&'f mut self, _: &Values, _: &'f mut Frame) -> &'f [u8] {
        self.0.give()
    }

    fn given(&mut self, frame: &[u8], values: &mut Values) {
        self.0.given(frame, values);
    }
}
