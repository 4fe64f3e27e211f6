//! Frames: 125 holding registers asked for and given, on a serial line and on TCP.

use std::hint::black_box;

use bytes::BytesMut;
use parabus_core::modbus::client::Event;
use parabus_core::modbus::server::{Bank, RegistersMut, answer};
use parabus_core::modbus::{
    ExceptionCode, FunctionCode, Line, MAX_PDU, RegisterKind, Registers, Request, Response, UnitId, rtu, tcp,
};
use rustmod_core::encoding::{Reader, Writer};
use rusty_modbus_codec::Encode as _;
use rusty_modbus_types::MbapHeader;
use tokio_util::codec::{Decoder as _, Encoder as _};
use zerocopy::{FromBytes as _, IntoBytes as _};

use crate::race::{contestant, race};

const COUNT: u16 = 125;
const ADDRESS: u16 = 107;
const UNIT: u8 = 17;

type Frame = [u8; 260];
type Values = [u16; COUNT as usize];
/// Unit, address, quantity.
type Asked = (u8, u16, u16);

fn values() -> Values {
    std::array::from_fn(|index| (index as u16).wrapping_mul(771).wrapping_add(9))
}

fn padded(bytes: &[u8]) -> Frame {
    let mut frame = [0; 260];
    frame[..bytes.len()].copy_from_slice(bytes);
    frame
}

fn serial(pdu: &[u8]) -> Vec<u8> {
    let mut frame = vec![UNIT];
    frame.extend(pdu);
    frame.extend(crc16::State::<crc16::MODBUS>::calculate(&frame).to_le_bytes());
    frame
}

fn mbap(pdu: &[u8]) -> Vec<u8> {
    let mut frame = vec![0, 1, 0, 0, 0, pdu.len() as u8 + 1, UNIT];
    frame.extend(pdu);
    frame
}

/// Unit and request, of which the compiler knows nothing.
fn request() -> (UnitId, Request<'static>) {
    let function = FunctionCode::READ_HOLDING_REGISTERS;
    let request = Request::Read { function, address: black_box(ADDRESS), quantity: black_box(COUNT) };
    (UnitId(black_box(UNIT)), request)
}

/// Registers of a server.
struct Memory(Values);

impl Bank for Memory {
    fn read_registers(
        &mut self,
        _: UnitId,
        _: RegisterKind,
        _: u16,
        registers: &mut RegistersMut<'_>,
    ) -> Result<(), ExceptionCode> {
        registers.copy_from(black_box(&self.0)).ok_or(ExceptionCode::ILLEGAL_DATA_ADDRESS)
    }
}

fn write_out(registers: impl Iterator<Item = u16>, values: &mut Values) {
    values.iter_mut().zip(registers).for_each(|(to, from)| *to = from);
}

pub fn run() {
    let asking = [3, 0, ADDRESS as u8, 0, COUNT as u8];
    let mut response = vec![3, 250];
    response.extend(values().iter().flat_map(|value| value.to_be_bytes()));
    checksums();
    on_serial(&serial(&asking), &serial(&response));
    on_tcp(&mbap(&asking), &mbap(&response));
}

fn checksums() {
    let table = crc::Crc::<u16>::new(&crc::CRC_16_MODBUS);
    for length in [6, 253, 4096] {
        let bytes: Vec<u8> = (0..length).map(|index: u32| (index * 7) as u8).collect();
        let (bytes, mut copy) = (bytes.as_slice(), vec![0; length as usize]);
        race(
            &format!("CRC-16 of {length} bytes"),
            &0_u16,
            Some(&table.checksum(bytes)),
            vec![
                contestant("memcpy of them", move |_: &mut u16| black_box(&mut copy).copy_from_slice(black_box(bytes))),
                contestant("parabus", |crc: &mut u16| *crc = rtu::crc16(black_box(bytes))),
                contestant("crc 3.4, its default table", |crc: &mut u16| *crc = table.checksum(black_box(bytes))),
                contestant("crc16 0.4", |crc: &mut u16| {
                    *crc = crc16::State::<crc16::MODBUS>::calculate(black_box(bytes))
                }),
                contestant("modbus-core 0.2", |crc: &mut u16| {
                    *crc = modbus_core::rtu::crc16(black_box(bytes)).swap_bytes()
                }),
                contestant("rustmod-core 0.2", |crc: &mut u16| {
                    *crc = rustmod_core::frame::rtu::crc16(black_box(bytes))
                }),
            ],
        );
    }
}

fn on_serial(asking: &[u8], response: &[u8]) {
    let words = &values();
    let blank = [0; 260];
    let unit = rustmod_core::UnitId::new(UNIT);
    race(
        "RTU request of 125 registers, built (8 bytes)",
        &blank,
        Some(&padded(asking)),
        vec![
            contestant("memcpy of its bytes", |frame: &mut Frame| frame[..8].copy_from_slice(black_box(asking))),
            contestant("parabus", |frame: &mut Frame| {
                let (unit, request) = request();
                rtu::emit_request(frame, unit, &request).expect("room");
            }),
            contestant("rustmod-core 0.2", |frame: &mut Frame| {
                let mut pdu = [0; 5];
                let asked = rustmod_core::pdu::request::ReadHoldingRegistersRequest {
                    start_address: black_box(ADDRESS),
                    quantity: black_box(COUNT),
                };
                asked.encode(&mut Writer::new(&mut pdu)).expect("room");
                rustmod_core::frame::rtu::encode_frame(&mut Writer::new(frame), black_box(unit), &pdu).expect("room");
            }),
            contestant("modbus-core 0.2", |frame: &mut Frame| {
                let pdu = modbus_core::Request::ReadHoldingRegisters(black_box(ADDRESS), black_box(COUNT));
                let hdr = modbus_core::rtu::Header { slave: black_box(UNIT) };
                let adu = modbus_core::rtu::RequestAdu { hdr, pdu: modbus_core::RequestPdu(pdu) };
                modbus_core::rtu::client::encode_request(adu, frame).expect("room");
            }),
            contestant("tokio-modbus 0.17 codec", {
                let (mut codec, mut buffer) = (tokio_modbus::codec::rtu::ClientCodec::default(), BytesMut::new());
                move |frame: &mut Frame| {
                    buffer.clear();
                    let hdr = tokio_modbus::frame::rtu::Header { slave_id: black_box(UNIT) };
                    let pdu = tokio_modbus::Request::ReadHoldingRegisters(black_box(ADDRESS), black_box(COUNT)).into();
                    codec.encode(tokio_modbus::frame::rtu::RequestAdu { hdr, pdu }, &mut buffer).expect("room");
                    frame[..8].copy_from_slice(&buffer);
                }
            }),
            contestant("rmodbus 0.13", {
                let mut built = Vec::new();
                move |frame: &mut Frame| {
                    let mut asked = rmodbus::client::ModbusRequest::new(black_box(UNIT), rmodbus::ModbusProto::Rtu);
                    built.clear();
                    asked.generate_get_holdings(black_box(ADDRESS), black_box(COUNT), &mut built).expect("room");
                    frame[..8].copy_from_slice(&built);
                }
            }),
        ],
    );
    race(
        "RTU request, checked and taken apart",
        &(0, 0, 0),
        Some(&(UNIT, ADDRESS, COUNT)),
        vec![
            contestant("memcpy of its bytes", {
                let mut copy = [0; 8];
                move |_: &mut Asked| black_box(&mut copy).copy_from_slice(black_box(asking))
            }),
            contestant("parabus", |asked: &mut Asked| {
                let frame = rtu::Frame::parse(black_box(asking)).expect("a frame");
                if let Ok(Request::Read { address, quantity, .. }) = Request::parse(frame.pdu) {
                    *asked = (frame.unit_id.0, address, quantity);
                }
            }),
            contestant("rustmod-core 0.2", |asked: &mut Asked| {
                let (unit, pdu) = rustmod_core::frame::rtu::decode_frame(black_box(asking)).expect("a frame");
                let request = rustmod_core::pdu::request::DecodedRequest::decode(&mut Reader::new(pdu));
                if let Ok(rustmod_core::pdu::request::DecodedRequest::ReadHoldingRegisters(read)) = request {
                    *asked = (unit.as_u8(), read.start_address, read.quantity);
                }
            }),
            contestant("modbus-core 0.2", |asked: &mut Asked| {
                let adu = modbus_core::rtu::server::decode_request(black_box(asking)).expect("a frame").expect("whole");
                if let modbus_core::Request::ReadHoldingRegisters(address, quantity) = adu.pdu.0 {
                    *asked = (adu.hdr.slave, address, quantity);
                }
            }),
            contestant("tokio-modbus 0.17 codec", {
                let (mut codec, mut buffer) = (tokio_modbus::codec::rtu::ServerCodec::default(), BytesMut::new());
                move |asked: &mut Asked| {
                    buffer.extend_from_slice(black_box(asking));
                    let adu = codec.decode(&mut buffer).expect("a frame").expect("whole");
                    if let tokio_modbus::Request::ReadHoldingRegisters(address, quantity) = adu.pdu.0 {
                        *asked = (adu.hdr.slave_id, address, quantity);
                    }
                }
            }),
            contestant("rmodbus 0.13", {
                let mut reply = Vec::new();
                move |asked: &mut Asked| {
                    let proto = rmodbus::ModbusProto::Rtu;
                    let mut frame = rmodbus::server::ModbusFrame::new(UNIT, black_box(asking), proto, &mut reply);
                    frame.parse().expect("a frame");
                    *asked = (frame.unit_id, frame.reg, frame.count);
                }
            }),
        ],
    );
    let mut memory = Memory(values());
    race(
        "RTU response of 125 registers, built (255 bytes)",
        &blank,
        Some(&padded(response)),
        vec![
            contestant("memcpy of its bytes", |frame: &mut Frame| frame[..255].copy_from_slice(black_box(response))),
            contestant("parabus", |frame: &mut Frame| {
                let mut data = [0; 250];
                let pairs = data.chunks_exact_mut(2).zip(black_box(words));
                pairs.for_each(|(to, from)| to.copy_from_slice(&from.to_be_bytes()));
                let registers = Registers::new(&data).expect("pairs");
                let reply = Response::Registers { function: FunctionCode::READ_HOLDING_REGISTERS, registers };
                let length = reply.emit(&mut frame[rtu::HEADER..]).expect("room");
                rtu::emit_frame(frame, UnitId(UNIT), length).expect("room");
            }),
            contestant("parabus, request answered in place", |frame: &mut Frame| {
                frame[1..6].copy_from_slice(black_box(&asking[1..6]));
                let pdu = frame[rtu::HEADER..].first_chunk_mut::<MAX_PDU>().expect("room");
                let length = answer(&mut memory, UnitId(UNIT), pdu, 5);
                rtu::emit_frame(frame, UnitId(UNIT), length).expect("room");
                // The place behind the frame is whatever was there.
                frame[255..].fill(0);
            }),
            contestant("rustmod-core 0.2", |frame: &mut Frame| {
                let mut data = [0; 250];
                let pairs = data.chunks_exact_mut(2).zip(black_box(words));
                pairs.for_each(|(to, from)| to.copy_from_slice(&from.to_be_bytes()));
                let mut pdu = [0; 252];
                let reply = rustmod_core::pdu::response::ReadHoldingRegistersResponse { data: &data };
                reply.encode(&mut Writer::new(&mut pdu)).expect("room");
                rustmod_core::frame::rtu::encode_frame(&mut Writer::new(frame), unit, &pdu).expect("room");
            }),
            contestant("modbus-core 0.2", |frame: &mut Frame| {
                let mut data = [0; 250];
                let data = modbus_core::Data::from_words(black_box(words), &mut data).expect("room");
                let pdu = modbus_core::ResponsePdu(Ok(modbus_core::Response::ReadHoldingRegisters(data)));
                let hdr = modbus_core::rtu::Header { slave: UNIT };
                modbus_core::rtu::server::encode_response(modbus_core::rtu::ResponseAdu { hdr, pdu }, frame)
                    .expect("room");
            }),
            contestant("tokio-modbus 0.17 codec", {
                let (mut codec, mut buffer) = (tokio_modbus::codec::rtu::ServerCodec::default(), BytesMut::new());
                move |frame: &mut Frame| {
                    buffer.clear();
                    let hdr = tokio_modbus::frame::rtu::Header { slave_id: UNIT };
                    let pdu = tokio_modbus::Response::ReadHoldingRegisters(black_box(words).to_vec()).into();
                    codec.encode(tokio_modbus::frame::rtu::ResponseAdu { hdr, pdu }, &mut buffer).expect("room");
                    frame[..255].copy_from_slice(&buffer);
                }
            }),
            contestant("rmodbus 0.13, request answered", {
                let mut context = rmodbus::server::storage::ModbusStorage::<1, 1, 1, 300>::new();
                use rmodbus::server::context::ModbusContext as _;
                context.set_holdings_bulk(ADDRESS, &values()).expect("room");
                let mut reply = Vec::new();
                move |frame: &mut Frame| {
                    let proto = rmodbus::ModbusProto::Rtu;
                    let mut served = rmodbus::server::ModbusFrame::new(UNIT, black_box(asking), proto, &mut reply);
                    served.parse().expect("a frame");
                    served.process_read(&context).expect("registers");
                    served.finalize_response().expect("room");
                    frame[..255].copy_from_slice(&reply);
                }
            }),
        ],
    );
    race(
        "RTU response, checked and written out",
        &[0; COUNT as usize],
        Some(&values()),
        vec![
            contestant("memcpy of its bytes", {
                let mut copy = [0; 255];
                move |_: &mut Values| black_box(&mut copy).copy_from_slice(black_box(response))
            }),
            contestant("parabus", |values: &mut Values| {
                let frame = rtu::Frame::parse(black_box(response)).expect("a frame");
                if let Ok(Response::Registers { registers, .. }) = Response::parse(frame.pdu) {
                    write_out(registers.iter(), values);
                }
            }),
            contestant("parabus, machine: asked and heard", |values: &mut Values| {
                let (mut client, mut out) = (rtu::Client::new(Line::stream()), [0; 256]);
                client.request(UnitId(UNIT), &request().1, 0, 1000, &mut out).expect("room");
                let (_, event) = client.receive(black_box(response), 1);
                if let Some(Event::Reply { response: Response::Registers { registers, .. }, .. }) = event {
                    write_out(registers.iter(), values);
                }
            }),
            contestant("rustmod-core 0.2", |values: &mut Values| {
                let (_, pdu) = rustmod_core::frame::rtu::decode_frame(black_box(response)).expect("a frame");
                let reply = rustmod_core::pdu::response::Response::decode(&mut Reader::new(pdu));
                if let Ok(rustmod_core::pdu::response::Response::ReadHoldingRegisters(read)) = reply {
                    write_out((0..read.register_count()).filter_map(|index| read.register(index)), values);
                }
            }),
            contestant("modbus-core 0.2", |values: &mut Values| {
                let adu =
                    modbus_core::rtu::client::decode_response(black_box(response)).expect("a frame").expect("whole");
                if let Ok(modbus_core::Response::ReadHoldingRegisters(data)) = adu.pdu.0 {
                    write_out((0..data.len()).filter_map(|index| data.get(index)), values);
                }
            }),
            contestant("tokio-modbus 0.17 codec", {
                let (mut codec, mut buffer) = (tokio_modbus::codec::rtu::ClientCodec::default(), BytesMut::new());
                move |values: &mut Values| {
                    buffer.extend_from_slice(black_box(response));
                    let adu = codec.decode(&mut buffer).expect("a frame").expect("whole");
                    if let Ok(tokio_modbus::Response::ReadHoldingRegisters(words)) = adu.pdu.0 {
                        write_out(words.into_iter(), values);
                    }
                }
            }),
            contestant("rmodbus 0.13", {
                let (mut built, mut words) = (Vec::new(), Vec::new());
                let mut asked = rmodbus::client::ModbusRequest::new(UNIT, rmodbus::ModbusProto::Rtu);
                asked.generate_get_holdings(ADDRESS, COUNT, &mut built).expect("room");
                move |values: &mut Values| {
                    words.clear();
                    asked.parse_u16(black_box(response), &mut words).expect("a frame");
                    write_out(words.iter().copied(), values);
                }
            }),
        ],
    );
}

fn on_tcp(asking: &[u8], response: &[u8]) {
    let words = &values();
    let blank = [0; 260];
    let unit = rustmod_core::UnitId::new(UNIT);
    race(
        "TCP request of 125 registers, built (12 bytes)",
        &blank,
        Some(&padded(asking)),
        vec![
            contestant("memcpy of its bytes", |frame: &mut Frame| frame[..12].copy_from_slice(black_box(asking))),
            contestant("parabus", |frame: &mut Frame| {
                let (unit, request) = request();
                tcp::emit_request(frame, 1, unit, &request).expect("room");
            }),
            contestant("rusty-modbus-codec 0.1", |frame: &mut Frame| {
                let asked = rusty_modbus_codec::request::ReadHoldingRegistersRequest {
                    address: rusty_modbus_types::Address(black_box(ADDRESS)),
                    quantity: rusty_modbus_types::Quantity(black_box(COUNT)),
                };
                let length = asked.encode_into(&mut frame[7..]).expect("room");
                frame[..7].copy_from_slice(MbapHeader::new(1, black_box(UNIT), length as u16).as_bytes());
            }),
            contestant("rustmod-core 0.2", |frame: &mut Frame| {
                let mut pdu = [0; 5];
                let asked = rustmod_core::pdu::request::ReadHoldingRegistersRequest {
                    start_address: black_box(ADDRESS),
                    quantity: black_box(COUNT),
                };
                asked.encode(&mut Writer::new(&mut pdu)).expect("room");
                rustmod_core::frame::tcp::encode_frame(&mut Writer::new(frame), 1, black_box(unit), &pdu)
                    .expect("room");
            }),
            contestant("modbus-core 0.2", |frame: &mut Frame| {
                let pdu = modbus_core::Request::ReadHoldingRegisters(black_box(ADDRESS), black_box(COUNT));
                let hdr = modbus_core::tcp::Header { transaction_id: 1, unit_id: black_box(UNIT) };
                let adu = modbus_core::tcp::RequestAdu { hdr, pdu: modbus_core::RequestPdu(pdu) };
                modbus_core::tcp::client::encode_request(adu, frame).expect("room");
            }),
            contestant("tokio-modbus 0.17 codec", {
                let (mut codec, mut buffer) = (tokio_modbus::codec::tcp::ClientCodec::new(), BytesMut::new());
                move |frame: &mut Frame| {
                    buffer.clear();
                    let hdr = tokio_modbus::frame::tcp::Header { transaction_id: 1, unit_id: black_box(UNIT) };
                    let pdu = tokio_modbus::Request::ReadHoldingRegisters(black_box(ADDRESS), black_box(COUNT)).into();
                    codec.encode(tokio_modbus::frame::tcp::RequestAdu { hdr, pdu }, &mut buffer).expect("room");
                    frame[..12].copy_from_slice(&buffer);
                }
            }),
            contestant("rmodbus 0.13", {
                let mut built = Vec::new();
                move |frame: &mut Frame| {
                    let mut asked = rmodbus::client::ModbusRequest::new_tcp_udp(black_box(UNIT), 1);
                    built.clear();
                    asked.generate_get_holdings(black_box(ADDRESS), black_box(COUNT), &mut built).expect("room");
                    frame[..12].copy_from_slice(&built);
                }
            }),
        ],
    );
    race(
        "TCP request, checked and taken apart",
        &(0, 0, 0),
        Some(&(UNIT, ADDRESS, COUNT)),
        vec![
            contestant("memcpy of its bytes", {
                let mut copy = [0; 12];
                move |_: &mut Asked| black_box(&mut copy).copy_from_slice(black_box(asking))
            }),
            contestant("parabus", |asked: &mut Asked| {
                let frame = tcp::Frame::parse(black_box(asking)).expect("a frame");
                if let Ok(Request::Read { address, quantity, .. }) = Request::parse(frame.pdu) {
                    *asked = (frame.unit_id.0, address, quantity);
                }
            }),
            contestant("rusty-modbus-codec 0.1", |asked: &mut Asked| {
                let bytes = black_box(asking);
                let header = MbapHeader::ref_from_bytes(&bytes[..7]).expect("a header");
                let is_whole = header.protocol_id.get() == 0 && usize::from(header.length.get()) + 6 == bytes.len();
                let pdu = rusty_modbus_codec::decode_request(&bytes[7..]);
                if let Ok(rusty_modbus_codec::RequestPdu::ReadHoldingRegisters(read)) = pdu
                    && is_whole
                {
                    *asked = (header.unit_id, read.address.0, read.quantity.0);
                }
            }),
            contestant("rustmod-core 0.2", |asked: &mut Asked| {
                let (header, pdu) =
                    rustmod_core::frame::tcp::decode_frame(&mut Reader::new(black_box(asking))).expect("a frame");
                let request = rustmod_core::pdu::request::DecodedRequest::decode(&mut Reader::new(pdu));
                if let Ok(rustmod_core::pdu::request::DecodedRequest::ReadHoldingRegisters(read)) = request {
                    *asked = (header.unit_id.as_u8(), read.start_address, read.quantity);
                }
            }),
            contestant("modbus-core 0.2", |asked: &mut Asked| {
                let adu = modbus_core::tcp::server::decode_request(black_box(asking)).expect("a frame").expect("whole");
                if let modbus_core::Request::ReadHoldingRegisters(address, quantity) = adu.pdu.0 {
                    *asked = (adu.hdr.unit_id, address, quantity);
                }
            }),
            contestant("tokio-modbus 0.17 codec", {
                let (mut codec, mut buffer) = (tokio_modbus::codec::tcp::ServerCodec::default(), BytesMut::new());
                move |asked: &mut Asked| {
                    buffer.extend_from_slice(black_box(asking));
                    let adu = codec.decode(&mut buffer).expect("a frame").expect("whole");
                    if let tokio_modbus::Request::ReadHoldingRegisters(address, quantity) = adu.pdu.0 {
                        *asked = (adu.hdr.unit_id, address, quantity);
                    }
                }
            }),
            contestant("rmodbus 0.13", {
                let mut reply = Vec::new();
                move |asked: &mut Asked| {
                    let proto = rmodbus::ModbusProto::TcpUdp;
                    let mut frame = rmodbus::server::ModbusFrame::new(UNIT, black_box(asking), proto, &mut reply);
                    frame.parse().expect("a frame");
                    *asked = (frame.unit_id, frame.reg, frame.count);
                }
            }),
        ],
    );
    let mut memory = Memory(values());
    race(
        "TCP response of 125 registers, built (259 bytes)",
        &blank,
        Some(&padded(response)),
        vec![
            contestant("memcpy of its bytes", |frame: &mut Frame| frame[..259].copy_from_slice(black_box(response))),
            contestant("parabus", |frame: &mut Frame| {
                let mut data = [0; 250];
                let pairs = data.chunks_exact_mut(2).zip(black_box(words));
                pairs.for_each(|(to, from)| to.copy_from_slice(&from.to_be_bytes()));
                let registers = Registers::new(&data).expect("pairs");
                let reply = Response::Registers { function: FunctionCode::READ_HOLDING_REGISTERS, registers };
                let length = reply.emit(&mut frame[tcp::HEADER..]).expect("room");
                tcp::emit_header(frame, 1, UnitId(UNIT), length).expect("room");
            }),
            contestant("parabus, request answered in place", |frame: &mut Frame| {
                frame[7..12].copy_from_slice(black_box(&asking[7..12]));
                let pdu = frame[tcp::HEADER..].first_chunk_mut::<MAX_PDU>().expect("room");
                let length = answer(&mut memory, UnitId(UNIT), pdu, 5);
                tcp::emit_header(frame, 1, UnitId(UNIT), length).expect("room");
            }),
            contestant("rusty-modbus-codec 0.1", |frame: &mut Frame| {
                let mut data = [0; 250];
                let pairs = data.chunks_exact_mut(2).zip(black_box(words));
                pairs.for_each(|(to, from)| to.copy_from_slice(&from.to_be_bytes()));
                let reply = rusty_modbus_codec::response::ReadHoldingRegistersResponse {
                    byte_count: 250,
                    register_data: &data,
                };
                let length = reply.encode_into(&mut frame[7..]).expect("room");
                frame[..7].copy_from_slice(MbapHeader::new(1, UNIT, length as u16).as_bytes());
            }),
            contestant("rustmod-core 0.2", |frame: &mut Frame| {
                let mut data = [0; 250];
                let pairs = data.chunks_exact_mut(2).zip(black_box(words));
                pairs.for_each(|(to, from)| to.copy_from_slice(&from.to_be_bytes()));
                let mut pdu = [0; 252];
                let reply = rustmod_core::pdu::response::ReadHoldingRegistersResponse { data: &data };
                reply.encode(&mut Writer::new(&mut pdu)).expect("room");
                rustmod_core::frame::tcp::encode_frame(&mut Writer::new(frame), 1, unit, &pdu).expect("room");
            }),
            contestant("modbus-core 0.2", |frame: &mut Frame| {
                let mut data = [0; 250];
                let data = modbus_core::Data::from_words(black_box(words), &mut data).expect("room");
                let pdu = modbus_core::ResponsePdu(Ok(modbus_core::Response::ReadHoldingRegisters(data)));
                let hdr = modbus_core::tcp::Header { transaction_id: 1, unit_id: UNIT };
                modbus_core::tcp::server::encode_response(modbus_core::tcp::ResponseAdu { hdr, pdu }, frame)
                    .expect("room");
            }),
            contestant("tokio-modbus 0.17 codec", {
                let (mut codec, mut buffer) = (tokio_modbus::codec::tcp::ServerCodec::default(), BytesMut::new());
                move |frame: &mut Frame| {
                    buffer.clear();
                    let hdr = tokio_modbus::frame::tcp::Header { transaction_id: 1, unit_id: UNIT };
                    let pdu = tokio_modbus::Response::ReadHoldingRegisters(black_box(words).to_vec()).into();
                    codec.encode(tokio_modbus::frame::tcp::ResponseAdu { hdr, pdu }, &mut buffer).expect("room");
                    frame[..259].copy_from_slice(&buffer);
                }
            }),
            contestant("rmodbus 0.13, request answered", {
                let mut context = rmodbus::server::storage::ModbusStorage::<1, 1, 1, 300>::new();
                use rmodbus::server::context::ModbusContext as _;
                context.set_holdings_bulk(ADDRESS, &values()).expect("room");
                let mut reply = Vec::new();
                move |frame: &mut Frame| {
                    let proto = rmodbus::ModbusProto::TcpUdp;
                    let mut served = rmodbus::server::ModbusFrame::new(UNIT, black_box(asking), proto, &mut reply);
                    served.parse().expect("a frame");
                    served.process_read(&context).expect("registers");
                    served.finalize_response().expect("room");
                    frame[..259].copy_from_slice(&reply);
                }
            }),
        ],
    );
    race(
        "TCP response, checked and written out",
        &[0; COUNT as usize],
        Some(&values()),
        vec![
            contestant("memcpy of its bytes", {
                let mut copy = [0; 259];
                move |_: &mut Values| black_box(&mut copy).copy_from_slice(black_box(response))
            }),
            contestant("parabus", |values: &mut Values| {
                let frame = tcp::Frame::parse(black_box(response)).expect("a frame");
                if let Ok(Response::Registers { registers, .. }) = Response::parse(frame.pdu) {
                    write_out(registers.iter(), values);
                }
            }),
            contestant("parabus, machine: asked and heard", |values: &mut Values| {
                let (mut client, mut out) = (tcp::Client::<1>::new(1), [0; 260]);
                client.request(UnitId(UNIT), &request().1, 0, 1000, &mut out).expect("room");
                let event = client.receive(black_box(response)).expect("a frame").1;
                if let Some(Event::Reply { response: Response::Registers { registers, .. }, .. }) = event {
                    write_out(registers.iter(), values);
                }
            }),
            contestant("rusty-modbus-codec 0.1", |values: &mut Values| {
                let bytes = black_box(response);
                let header = MbapHeader::ref_from_bytes(&bytes[..7]).expect("a header");
                let is_whole = header.protocol_id.get() == 0 && usize::from(header.length.get()) + 6 == bytes.len();
                let pdu = rusty_modbus_codec::decode_response(&bytes[7..]);
                if let Ok(rusty_modbus_codec::ResponsePdu::ReadHoldingRegisters(read)) = pdu
                    && is_whole
                {
                    write_out(read.registers(), values);
                }
            }),
            contestant("rustmod-core 0.2", |values: &mut Values| {
                let (_, pdu) =
                    rustmod_core::frame::tcp::decode_frame(&mut Reader::new(black_box(response))).expect("a frame");
                let reply = rustmod_core::pdu::response::Response::decode(&mut Reader::new(pdu));
                if let Ok(rustmod_core::pdu::response::Response::ReadHoldingRegisters(read)) = reply {
                    write_out((0..read.register_count()).filter_map(|index| read.register(index)), values);
                }
            }),
            contestant("modbus-core 0.2", |values: &mut Values| {
                let adu =
                    modbus_core::tcp::client::decode_response(black_box(response)).expect("a frame").expect("whole");
                if let Ok(modbus_core::Response::ReadHoldingRegisters(data)) = adu.pdu.0 {
                    write_out((0..data.len()).filter_map(|index| data.get(index)), values);
                }
            }),
            contestant("tokio-modbus 0.17 codec", {
                let (mut codec, mut buffer) = (tokio_modbus::codec::tcp::ClientCodec::new(), BytesMut::new());
                move |values: &mut Values| {
                    buffer.extend_from_slice(black_box(response));
                    let adu = codec.decode(&mut buffer).expect("a frame").expect("whole");
                    if let Ok(tokio_modbus::Response::ReadHoldingRegisters(words)) = adu.pdu.0 {
                        write_out(words.into_iter(), values);
                    }
                }
            }),
            contestant("rmodbus 0.13", {
                let (mut built, mut words) = (Vec::new(), Vec::new());
                let mut asked = rmodbus::client::ModbusRequest::new_tcp_udp(UNIT, 1);
                asked.generate_get_holdings(ADDRESS, COUNT, &mut built).expect("room");
                move |values: &mut Values| {
                    words.clear();
                    asked.parse_u16(black_box(response), &mut words).expect("a frame");
                    write_out(words.iter().copied(), values);
                }
            }),
        ],
    );
}
