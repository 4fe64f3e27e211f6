//! What the bindings call: the same laws, with times that are any number.

use std::collections::{BTreeMap, BTreeSet};

use parabus_core::contract::modbus::{
    BitOrWord, ClientOptions, ClientStep, DecodeFrame, EncodeFrame, Frame, FrameScanner, ModbusClient, ModbusServer,
    NewFrameScanner, NewModbusClient, NewModbusServer, PlanReads, PlanWrites, PollClient, Receive, RequestFrame,
    Tables, decode_frame, encode_frame, plan_reads, plan_writes,
};
use parabus_core::modbus::RegisterKind;

use super::input::{Input, duration_us};
use crate::line::Transport;

const DIRECTIONS: [&str; 2] = ["request", "response"];

fn decoded(data: &[u8], transport: &str, direction: &str) -> Option<Frame> {
    let (transport, direction) = (transport.to_owned(), direction.to_owned());
    decode_frame(&DecodeFrame { data: data.to_vec(), transport, direction }).ok()
}

fn encoded(frame: &Frame, transport: &str, direction: &str) -> Option<Vec<u8>> {
    let (transport, direction) = (transport.to_owned(), direction.to_owned());
    encode_frame(&EncodeFrame { frame: frame.clone(), transport, direction }).ok()
}

/// Milliseconds, sometimes such as no clock gives.
fn millis(byte: u8, now_us: u64) -> f64 {
    match byte {
        0xFF => f64::NAN,
        0xFE => f64::INFINITY,
        0xFD => -1.0,
        _ => now_us as f64 / 1000.0,
    }
}

/// Bytes to fields and back.
pub fn frames(data: &[u8]) {
    let mut input = Input(data);
    let transport = ["rtu", "tcp", "ascii", "pdu", "udp"][usize::from(input.byte()) % 5];
    let direction = DIRECTIONS[usize::from(input.byte()) % 2];
    let Some(frame) = decoded(input.0, transport, direction) else { return };
    let bytes = encoded(&frame, transport, direction).expect("what was decoded");
    let again = decoded(&bytes, transport, direction).expect("what was encoded");
    assert_eq!(again, frame);
    // A frame of text may have lost its carriage return, coils are filled up with zeros.
    if transport != "ascii" && (frame.function_code, direction) != (15, "request") {
        assert_eq!(bytes, input.0);
    }
    for other in ["rtu", "tcp", "ascii", "pdu"] {
        let frame = Frame { transaction_id: Some(1), unit_id: Some(1), ..frame.clone() };
        let frame = if other == "pdu" { Frame { transaction_id: None, unit_id: None, ..frame } } else { frame };
        let frame = if other == "tcp" { frame } else { Frame { transaction_id: None, ..frame } };
        let bytes = encoded(&frame, other, direction).expect("any transport");
        assert_eq!(decoded(&bytes, other, direction), Some(frame), "{other}");
    }
}

pub fn frame_scanner(data: &[u8]) {
    let mut input = Input(data);
    let (direction, seed) = (DIRECTIONS[usize::from(input.byte()) % 2], input.byte());
    let (transport, step) = (input.transport(), input.byte());
    let new = || {
        let call = NewFrameScanner { transport: transport.name().to_owned(), direction: direction.to_owned() };
        FrameScanner::new(&call).expect("a scanner")
    };
    let push = |scanner: &mut FrameScanner, data: &[u8], now_ms| {
        scanner.push(&Receive { data: data.to_vec(), now_ms }).expect("no error")
    };
    let whole = push(&mut new(), input.0, 0.0);
    for frame in &whole {
        assert!(encoded(frame, transport.name(), direction).is_some(), "{frame:?}");
    }
    let (mut scanner, mut pieces) = (new(), Vec::new());
    for (index, chunk) in input.0.chunks(usize::from(seed) % 50 + 1).enumerate() {
        pieces.extend(push(&mut scanner, chunk, millis(step, index as u64)));
    }
    if transport == Transport::Tcp || transport == Transport::Ascii && step < 0xFD {
        assert_eq!(pieces, whole);
    }
}

pub fn modbus_client(data: &[u8]) {
    let mut input = Input(data);
    let (transport, first, second, third) = (input.transport(), input.byte(), input.byte(), input.byte());
    let options = ClientOptions {
        timeout_ms: u32::from(second) * 10,
        retries: third % 3,
        max_in_flight: third,
        baud: [None, Some(9600), Some(115_200), Some(0)][usize::from(first) % 4],
        strict: first & 0x10 != 0,
        echo: first & 0x20 != 0,
    };
    let call = NewModbusClient { transport: transport.name().to_owned(), options };
    let mut client = ModbusClient::new(&call).expect("a client");
    let (mut open, mut now_us, mut sent) = (BTreeSet::<u32>::new(), 0_u64, Vec::new());
    while !input.is_done() {
        let (step, bytes) = input.step();
        let now_ms = millis(step, now_us);
        let result = match step % 6 {
            0 | 1 => {
                let (unit, pdu) = bytes.split_first().unwrap_or((&0, &[]));
                let Some(frame) = decoded(pdu, "pdu", "request") else { continue };
                let frame = Frame { unit_id: Some(unit % 4), ..frame };
                let Ok(asked) = client.request(&RequestFrame { frame, now_ms }) else { continue };
                assert!(open.insert(asked.request_id), "one identity for two");
                Ok(ClientStep { send: asked.send, events: asked.events, deadline_ms: asked.deadline_ms })
            }
            2 => client.receive(&Receive { data: bytes.to_vec(), now_ms }),
            3 => {
                let data = if step & 0x40 == 0 { echoed(transport, &sent, bytes) } else { sent.clone() };
                client.receive(&Receive { data, now_ms })
            }
            4 if step & 0x40 != 0 => client.reset(&PollClient { now_ms }),
            _ => {
                now_us = now_us.saturating_add(duration_us(bytes)) & ((1 << 52) - 1);
                client.poll(&PollClient { now_ms })
            }
        };
        let Ok(step) = result else {
            open.clear();
            client = ModbusClient::new(&call).expect("a client");
            continue;
        };
        if !step.send.is_empty() {
            sent = step.send;
        }
        for event in step.events {
            if let Some(id) = event.request_id {
                assert!(open.remove(&id), "{} of what is over", event.kind);
            }
        }
    }
}

/// A reply to the frame that was sent, with another PDU.
fn echoed(transport: Transport, sent: &[u8], pdu: &[u8]) -> Vec<u8> {
    let Some(frame) = decoded(sent, transport.name(), "request") else { return Vec::new() };
    let Some(reply) = decoded(pdu, "pdu", "response") else { return Vec::new() };
    let reply = Frame { transaction_id: frame.transaction_id, unit_id: frame.unit_id, ..reply };
    encoded(&reply, transport.name(), "response").unwrap_or_default()
}

pub fn modbus_server(data: &[u8]) {
    let mut input = Input(data);
    let (transport, first, unit, size) = (input.transport(), input.byte(), input.byte(), input.byte());
    let transport = transport.name().to_owned();
    let call = NewModbusServer { unit_ids: vec![1, unit], transport: transport.clone(), echo: first & 1 != 0 };
    let mut server = ModbusServer::new(&call).expect("a server");
    let bits = |count: u8| (0..u16::from(count)).map(|place| (place, place % 3 == 0)).collect::<BTreeMap<_, _>>();
    let words = |count: u8| (0..u16::from(count)).map(|place| (place, place)).collect::<BTreeMap<_, _>>();
    let mut bank = Tables {
        coil: Some(bits(size)),
        discrete_input: None,
        holding: Some(words(size)),
        input: Some(words(size / 2)),
    };
    while !input.is_done() {
        let (step, bytes) = input.step();
        let data = match decoded(bytes, "pdu", "request").filter(|_| step & 1 == 0) {
            Some(frame) => {
                let transaction_id = Some(u16::from(step)).filter(|_| transport == "tcp");
                let frame =
                    Frame { transaction_id, unit_id: Some([1, 0, unit, 9][usize::from(step / 2) % 4]), ..frame };
                encoded(&frame, &transport, "request").expect("any transport")
            }
            None => bytes.to_vec(),
        };
        let call_it = Receive { data, now_ms: millis(step, 0) };
        match server.receive(&call_it, &mut bank) {
            Err(_) => server = ModbusServer::new(&call).expect("a server"),
            Ok(reply) if reply.is_empty() => {}
            // One chunk may bring several.
            Ok(reply) => assert!(reply.len() >= 4, "{reply:02x?}"),
        }
    }
    assert_eq!(bank.holding.map(|table| table.len()), Some(usize::from(size)), "no register is made");
}

pub fn plans(data: &[u8]) {
    let mut input = Input(data);
    let (max_registers, max_gap, refusals) = (input.word(), input.word(), input.byte() % 5);
    let span = |input: &mut Input<'_>| {
        let kind = RegisterKind::from_code(["coil", "holding", "input", "x"][usize::from(input.byte()) % 4]);
        let kind = kind.map_or("x", RegisterKind::code).to_owned();
        (kind, input.word(), u16::from(input.byte()) % 140)
    };
    let refused: Vec<_> = (0..refusals).map(|_| span(&mut input)).collect();
    let mut points = Vec::new();
    while !input.is_done() && points.len() < 100 {
        points.push(span(&mut input));
    }
    if let Ok(groups) = plan_reads(&PlanReads { points: points.clone(), max_registers, max_gap, refused }) {
        let mut read: Vec<usize> = groups.iter().flat_map(|group| group.points.iter().copied()).collect();
        read.sort_unstable();
        assert!(read.into_iter().eq(0..points.len()), "every point once");
        for group in groups {
            let frame = Frame {
                function_code: group.function_code,
                address: Some(group.address),
                quantity: Some(group.quantity),
                ..Frame::default()
            };
            assert!(encoded(&frame, "pdu", "request").is_some(), "{group:?} is a request");
        }
    }
    let values = points.iter().map(|(kind, address, _)| match kind.as_str() {
        "coil" => BitOrWord::Bit(address & 1 == 1),
        _ => BitOrWord::Word(*address),
    });
    let kind = ["coil", "holding"][usize::from(max_gap) % 2].to_owned();
    let write_function = ["normal", "always-6", "always-16"][usize::from(max_registers) % 3].to_owned();
    let call = PlanWrites { kind, address: max_gap, values: values.collect(), write_function };
    if let Ok(frames) = plan_writes(&call) {
        assert!(frames.iter().all(|frame| encoded(frame, "pdu", "request").is_some()), "requests");
    }
}
