use std::vec::Vec;

use super::*;
use crate::modbus::client::{ClientError, Event, Poll, RequestId, Stray};
use crate::modbus::server::{Bank, RegistersMut, ServerPoll};
use crate::modbus::{
    Direction, ExceptionCode, FunctionCode, Line, RegisterKind, Registers, Request, Response, UnitSet,
};

#[test]
fn a_frame_is_read_and_built() {
    // Modbus over Serial Line V1.02, 6.2.2: unit 2, function 7, CRC 0x1241.
    let bytes = [2, 7, 0x41, 0x12];
    assert_eq!(Frame::parse(&bytes), Ok(Frame { unit_id: UnitId(2), pdu: &[7] }));
    let mut buffer = [0, 7, 0, 0];
    assert_eq!(emit_frame(&mut buffer, UnitId(2), 1), Ok(4));
    assert_eq!(buffer, bytes);
}

#[test]
fn what_is_no_frame_is_refused_where_it_breaks() {
    let refused = |bytes: &[u8]| Frame::parse(bytes).map_err(|error| (error.kind(), error.offset())).unwrap_err();
    assert_eq!(refused(&[2, 7, 0x41]), (ErrorKind::FrameTooShort, 3));
    assert_eq!(refused(&[2, 7, 0x41, 0x13]), (ErrorKind::CrcMismatch, 2));
    assert_eq!(refused(&[0; 257]), (ErrorKind::FrameTooLong, 256));
    let small = emit_frame(&mut [0; 7], UnitId(1), 5).unwrap_err();
    assert_eq!((small.kind(), small.offset()), (ErrorKind::BufferTooSmall, 7));
    assert_eq!(emit_frame(&mut [0; 300], UnitId(1), 254).unwrap_err().kind(), ErrorKind::FrameLength);
}

fn frame(unit: u8, pdu: &[u8]) -> Vec<u8> {
    let mut bytes = std::vec![unit];
    bytes.extend(pdu);
    bytes.extend(crc16(&bytes).to_le_bytes());
    bytes
}

fn read(address: u16, quantity: u16) -> Request<'static> {
    Request::Read { function: FunctionCode::READ_HOLDING_REGISTERS, address, quantity }
}

fn send(client: &mut Client, unit: u8, request: &Request<'_>, now_us: u64) -> Result<RequestId, ClientError> {
    client.request(UnitId(unit), request, now_us, 100_000, &mut [0; MAX_FRAME]).map(|(id, _)| id)
}

/// Feeds bytes in chunks at one instant; the replies' registers, and strays.
fn feed(client: &mut Client, bytes: &[u8], size: usize, now_us: u64) -> (Vec<(RequestId, Vec<u16>)>, Vec<Stray>) {
    let (mut replies, mut strays) = (Vec::new(), Vec::new());
    for mut chunk in bytes.chunks(size) {
        while !chunk.is_empty() {
            let (taken, event) = client.receive(chunk, now_us);
            match event {
                Some(Event::Reply { request, response: Response::Registers { registers, .. } }) => {
                    replies.push((request, registers.iter().collect()));
                }
                Some(Event::Reply { request, .. }) => replies.push((request, Vec::new())),
                Some(Event::Stray(stray)) => strays.push(stray),
                Some(Event::Identity { .. }) | None => {}
            }
            chunk = &chunk[taken..];
        }
    }
    (replies, strays)
}

/// Whatever stands before it, in whatever chunks: the right reply is delivered, and nothing else.
#[test]
fn only_the_right_reply_answers() {
    let mut before: Vec<u8> = std::vec![0xFF, 1, 3];
    before.extend(frame(2, &[3, 4, 9, 9, 9, 9]));
    before.extend(frame(1, &[4, 4, 9, 9, 9, 9]));
    before.extend(frame(1, &[3, 2, 9, 9]));
    before.extend(frame(1, &[0x84, 2]));
    before.extend(&frame(1, &[3, 4, 9, 9, 9, 9])[..8]);
    let mut damaged = frame(1, &[3, 4, 9, 9, 9, 9]);
    damaged[4] ^= 1;
    before.extend(damaged);
    before.extend([1, 1, 1, 3, 4, 1, 3]);
    let good = frame(1, &[3, 4, 0, 1, 0, 2]);
    for size in [1, 2, 7, 1000] {
        let mut client = Client::new(Line::stream());
        let id = send(&mut client, 1, &read(10, 2), 0).unwrap();
        let bytes = [&before[..], &good, &good].concat();
        assert_eq!(feed(&mut client, &bytes, size, 50).0, [(id, std::vec![1, 2])], "{size}");
        assert_eq!(client.poll(1_000_000), Poll::Idle);
    }
}

#[test]
fn echoed_fields_of_writes_are_compared_and_exceptions_taken() {
    let mut client = Client::new(Line::stream());
    let request = Request::WriteSingleRegister { address: 7, value: 300 };
    let id = send(&mut client, 1, &request, 0).unwrap();
    assert!(feed(&mut client, &frame(1, &[6, 0, 7, 1, 45]), 100, 1).0.is_empty());
    assert_eq!(feed(&mut client, &frame(1, &[6, 0, 7, 1, 44]), 100, 1).0, [(id, Vec::new())]);
    let id = send(&mut client, 1, &request, 2).unwrap();
    assert_eq!(feed(&mut client, &frame(1, &[0x86, 3]), 1, 3).0, [(id, Vec::new())]);
}

/// Noise of every kind never keeps the machine from the reply behind it, nor makes it grow.
#[test]
fn any_amount_of_noise_is_passed_over() {
    let mut random = 7u32;
    for round in 0..300 {
        let mut client = Client::new(Line::stream());
        let request =
            if round % 3 == 0 { Request::Other { function: FunctionCode(65), data: &[] } } else { read(0, 125) };
        let id = send(&mut client, 1, &request, 0).unwrap();
        let noise: Vec<u8> = (0..round * 7)
            .map(|_| {
                random = random.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
                // Bytes that look like the reply's beginning come often.
                [1, 3, 250, 65, (random >> 24) as u8][(random >> 16) as usize % 5]
            })
            .collect();
        let strange = feed(&mut client, &noise, 1 + round % 30, 1).0;
        assert!(strange.is_empty(), "{strange:?}");
        if round % 3 != 0 {
            let mut pdu = std::vec![3, 250];
            pdu.extend([7; 250]);
            assert_eq!(feed(&mut client, &frame(1, &pdu), 1 + round % 30, 1).0, [(id, std::vec![0x0707; 125])]);
        }
    }
}

/// Replies of unknown length fill the buffer without an end: the machine goes on, and so does its owner.
#[test]
fn what_has_no_end_is_given_up() {
    for (function, begun) in [(43u8, [1, 43, 13]), (65, [1, 65, 0]), (8, [1, 8, 0])] {
        let mut client = Client::new(Line::stream());
        let data = [13, 0, 0, 0];
        let registers = Registers::new(&data).unwrap();
        let request = match function {
            8 => Request::Diagnostics { sub_function: 0, data: registers },
            _ => Request::Other { function: FunctionCode(function), data: &data },
        };
        let id = send(&mut client, 1, &request, 0).unwrap();
        let noise = [&begun[..], &[0x55; 2000]].concat();
        assert!(feed(&mut client, &noise, 300, 1).0.is_empty());
        assert_eq!(client.poll(10_000_000), Poll::TimedOut(id));
        assert!(feed(&mut client, &noise, 300, 10_000_001).0.is_empty());
    }
}

/// A late echo says where was written, not what.
#[test]
fn the_late_reply_to_another_value_answers_nothing() {
    let mut client = Client::new(Line::stream());
    let write = |values| Request::WriteMultipleRegisters { address: 5, values: crate::modbus::Values::Host(values) };
    let first = send(&mut client, 1, &write(&[1]), 0).unwrap();
    assert_eq!(client.poll(100_000), Poll::TimedOut(first));
    assert_eq!(send(&mut client, 1, &write(&[2]), 100_000), Err(ClientError::NotBefore(200_000)));
    assert!(send(&mut client, 1, &write(&[1]), 100_000).is_ok(), "the same again is answered by either");
}

/// The oldest complaint about every library: after one time-out the client is one reply behind.
#[test]
fn a_late_reply_answers_nothing() {
    let mut client = Client::new(Line::stream());
    let first = send(&mut client, 1, &read(10, 1), 0).unwrap();
    assert_eq!(client.poll(99_999), Poll::WaitUntil(100_000));
    assert_eq!(client.poll(100_000), Poll::TimedOut(first));
    // Another unit, and the same question, may be asked at once; one that the late reply would seem
    // to answer has to wait for it.
    assert_eq!(send(&mut client, 1, &read(20, 1), 100_000), Err(ClientError::NotBefore(200_000)));
    let other = send(&mut client, 2, &read(20, 1), 100_000).unwrap();
    assert_eq!(feed(&mut client, &frame(1, &[3, 2, 0, 10]), 1, 110_000), (Vec::new(), Vec::new()));
    assert_eq!(feed(&mut client, &frame(2, &[3, 2, 0, 20]), 1, 120_000).0, [(other, std::vec![20])]);
    let first = send(&mut client, 1, &read(10, 1), 120_000).unwrap();
    assert_eq!(client.poll(300_000), Poll::TimedOut(first));
    assert_eq!(feed(&mut client, &frame(1, &[3, 2, 0, 10]), 1, 310_000).1, [Stray::Transaction]);
    assert!(send(&mut client, 1, &read(20, 1), 310_000).is_ok(), "the late reply came");
}

/// What others are asked and answer in between does not make a late reply the right one.
#[test]
fn a_late_reply_is_remembered_until_its_time_is_over() {
    let mut client = Client::new(Line::stream());
    let registers = |value: u8| frame(1, &[3, 2, 0, value]);
    send(&mut client, 1, &read(10, 1), 0).unwrap();
    client.poll(100_000);
    // Another unit answers at once, and a third is given up after a shorter time.
    let other = send(&mut client, 2, &read(20, 1), 100_000).unwrap();
    assert_eq!(feed(&mut client, &frame(2, &[3, 2, 0, 20]), 1, 110_000).0, [(other, std::vec![20])]);
    client.request(UnitId(3), &read(20, 1), 110_000, 20_000, &mut [0; MAX_FRAME]).unwrap();
    assert!(matches!(client.poll(130_000), Poll::TimedOut(_)));
    assert_eq!(send(&mut client, 1, &read(20, 1), 130_000), Err(ClientError::NotBefore(200_000)));
    assert_eq!(send(&mut client, 3, &read(21, 1), 130_000), Err(ClientError::NotBefore(150_000)));
    // The same question again is answered by the first reply; the second comes later.
    let again = send(&mut client, 1, &read(10, 1), 140_000).unwrap();
    assert_eq!(feed(&mut client, &registers(10), 1, 150_000).0, [(again, std::vec![10])]);
    assert_eq!(send(&mut client, 1, &read(20, 1), 150_000), Err(ClientError::NotBefore(340_000)));
    assert_eq!(feed(&mut client, &registers(10), 1, 160_000).1, [Stray::Transaction]);
    let next = send(&mut client, 1, &read(20, 1), 160_000).unwrap();
    assert_eq!(feed(&mut client, &registers(20), 1, 170_000).0, [(next, std::vec![20])]);
}

#[test]
fn a_new_connection_may_lead_to_the_same_line() {
    let mut client = Client::new(Line::stream());
    send(&mut client, 1, &read(10, 1), 0).unwrap();
    client.reset(50_000);
    assert!(!client.is_busy());
    assert_eq!(send(&mut client, 1, &read(20, 1), 50_000), Err(ClientError::NotBefore(200_000)));
    assert_eq!(feed(&mut client, &frame(1, &[3, 2, 0, 10]), 1, 60_000).1, [Stray::Transaction]);
    assert!(send(&mut client, 1, &read(20, 1), 60_000).is_ok());
}

/// More given up than are remembered: the next request waits rather than one of them be forgotten.
#[test]
fn no_late_reply_is_forgotten() {
    let mut client = Client::new(Line::stream());
    let mut now = 0;
    for (unit, timeout_us) in (1..).zip([160_000, 80_000, 40_000, 20_000]) {
        client.request(UnitId(unit), &read(10, 1), now, timeout_us, &mut [0; MAX_FRAME]).unwrap();
        now += timeout_us;
        assert!(matches!(client.poll(now), Poll::TimedOut(_)));
    }
    // Each is reckoned with until 320,000.
    assert_eq!(send(&mut client, 9, &read(10, 1), now), Err(ClientError::NotBefore(320_000)));
    assert!(send(&mut client, 9, &read(10, 1), 320_000).is_ok());
}

#[test]
fn silences_are_kept() {
    let mut client = Client::new(Line::serial(9600));
    assert_eq!(send(&mut client, 1, &read(0, 1), 4010), Err(ClientError::NotBefore(4011)));
    let id = send(&mut client, 1, &read(0, 1), 5000).unwrap();
    assert_eq!(client.request(UnitId(1), &read(0, 1), 5000, 1, &mut [0; 8]), Err(ClientError::TooManyInFlight));
    // 8 bytes there and 7 back take 17,190 us.
    assert_eq!(client.poll(5000), Poll::WaitUntil(5000 + 100_000 + 15 * 1146));
    assert_eq!(feed(&mut client, &frame(1, &[3, 2, 0, 1]), 100, 30_000).0, [(id, std::vec![1])]);
    assert_eq!(client.poll(30_001), Poll::WaitUntil(34_011));
    assert_eq!(client.poll(34_011), Poll::Idle);
}

#[test]
fn a_strict_line_discards_a_frame_with_a_hole_and_a_lenient_one_does_not() {
    let reply = frame(1, &[3, 2, 0, 1]);
    let answered = |line: Line, hole_us: u64| {
        let mut client = Client::new(line);
        send(&mut client, 1, &read(0, 1), 10_000).unwrap();
        let mut now_us = 30_000;
        for (index, byte) in reply.iter().enumerate() {
            now_us += line.duration_us(1) + if index == 4 { hole_us } else { 0 };
            if client.receive(&[*byte], now_us).1.is_some() {
                return true;
            }
        }
        false
    };
    let line = Line::serial(19_200);
    assert!(answered(line.strict(), 0) && answered(line.strict(), 860));
    assert!(!answered(line.strict(), 861), "t1.5 is 860 us");
    assert!(answered(line, 50_000));
}

#[test]
fn an_echo_is_taken_away_and_a_damaged_one_reported() {
    let line = Line::stream().with_echo();
    let request = Request::WriteSingleRegister { address: 7, value: 300 };
    let sent = frame(1, &[6, 0, 7, 1, 44]);
    for size in [1, 3, 100] {
        let mut client = Client::new(line);
        let id = send(&mut client, 1, &request, 0).unwrap();
        // The echo of this function is a valid reply: only its place tells.
        assert_eq!(feed(&mut client, &sent, size, 1), (Vec::new(), Vec::new()));
        assert_eq!(feed(&mut client, &sent, size, 2).0, [(id, Vec::new())]);
    }
    let mut client = Client::new(line);
    send(&mut client, 1, &request, 0).unwrap();
    let mut damaged = sent.clone();
    damaged[2] ^= 8;
    assert_eq!(feed(&mut client, &damaged, 1, 1).1, [Stray::Collision]);
}

#[test]
fn a_broadcast_is_sent_and_not_waited_for() {
    let mut client = Client::new(Line::stream());
    let request = Request::WriteSingleRegister { address: 7, value: 300 };
    let id = send(&mut client, 0, &request, 0).unwrap();
    assert_eq!(client.poll(99_999), Poll::WaitUntil(100_000));
    assert_eq!(client.poll(100_000), Poll::Sent(id));
    let refused = send(&mut client, 0, &read(0, 1), 100_000).unwrap_err();
    assert_eq!(refused.kind(), ErrorKind::UnitId);
}

/// Shows its addresses as values, and counts what is written.
#[derive(Default)]
struct Addresses {
    written: usize,
}

impl Bank for Addresses {
    fn read_registers(
        &mut self,
        unit_id: UnitId,
        _: RegisterKind,
        address: u16,
        registers: &mut RegistersMut<'_>,
    ) -> Result<(), ExceptionCode> {
        let value = |index| Some(u16::from(unit_id.0) * 1000 + address + index as u16);
        registers.fill_with(value).ok_or(ExceptionCode::ILLEGAL_DATA_ADDRESS)
    }

    fn write_registers(&mut self, _: UnitId, _: u16, registers: Registers<'_>) -> Result<(), ExceptionCode> {
        self.written += registers.len();
        Ok(())
    }
}

fn units() -> UnitSet {
    [UnitId(1), UnitId(64), UnitId(255)].into_iter().collect()
}

/// Feeds bytes in chunks and collects what the server sends.
fn served(server: &mut Server, bank: &mut Addresses, bytes: &[u8], size: usize) -> Vec<Vec<u8>> {
    let mut sent = Vec::new();
    for mut chunk in bytes.chunks(size) {
        while !chunk.is_empty() {
            let taken = server.receive(chunk, 1);
            chunk = &chunk[taken..];
            server.answer(bank);
            if let ServerPoll::Send(reply) = server.poll(1) {
                sent.push(reply.to_vec());
            }
        }
    }
    sent
}

#[test]
fn the_server_answers_its_units_in_any_chunks_and_through_noise() {
    let mut bytes: Vec<u8> = std::vec![0xFF, 1];
    bytes.extend(frame(1, &[3, 0, 5, 0, 1]));
    bytes.extend(frame(2, &[3, 0, 5, 0, 1]));
    bytes.extend([1, 16, 0, 0]);
    bytes.extend(frame(64, &[4, 0, 6, 0, 2]));
    bytes.extend(frame(0, &[3, 0, 6, 0, 2]));
    bytes.extend(frame(0, &[6, 0, 6, 0, 2]));
    bytes.extend(frame(255, &[16, 0, 1, 0, 2, 4, 0, 10, 1, 2]));
    bytes.extend(frame(1, &[3, 0, 5, 0, 0]));
    let want = [
        frame(1, &[3, 2, 0x03, 0xED]),
        frame(64, &[4, 4, 0xFA, 0x06, 0xFA, 0x07]),
        frame(255, &[16, 0, 1, 0, 2]),
        frame(1, &[0x83, 3]),
    ];
    for size in [1, 3, 1000] {
        let (mut server, mut bank) = (Server::new(units(), Line::stream()), Addresses::default());
        assert_eq!(served(&mut server, &mut bank, &bytes, size), want, "{size}");
        assert_eq!(bank.written, 3, "one register to all, two to one");
    }
}

/// The reply to a write of one register is a valid request: its echo must not be obeyed.
#[test]
fn a_server_does_not_answer_its_own_echo() {
    let (mut server, mut bank) = (Server::new(units(), Line::stream().with_echo()), Addresses::default());
    let write = frame(1, &[6, 0, 1, 0, 3]);
    for size in [1, 3, 100] {
        bank.written = 0;
        assert_eq!(served(&mut server, &mut bank, &write, size), std::slice::from_ref(&write));
        assert!(served(&mut server, &mut bank, &write, size).is_empty());
        assert_eq!(bank.written, 1);
    }
}

#[test]
fn unknown_functions_and_custom_ones_end_with_their_bytes() {
    let (mut server, mut bank) = (Server::new(units(), Line::stream()), Addresses::default());
    let sent = served(&mut server, &mut bank, &frame(1, &[65, 1, 2, 3, 4, 5]), 1000);
    assert_eq!(sent, [frame(1, &[0xC1, 1])]);
    let mut whole = frame(1, &[65, 1, 2, 3]);
    let tail = whole.split_off(4);
    assert!(served(&mut server, &mut bank, &whole, 1000).is_empty());
    assert_eq!(served(&mut server, &mut bank, &tail, 1000), [frame(1, &[0xC1, 1])]);
}

#[test]
fn a_reply_from_elsewhere_belongs_to_one_request() {
    let mut server = Server::new(units(), Line::stream());
    server.receive(&frame(1, &[3, 0, 5, 0, 1]), 1);
    let first = server.request().unwrap().id;
    // The client lost patience and asks again.
    server.receive(&frame(1, &[3, 0, 9, 0, 1]), 2);
    let second = server.request().unwrap().id;
    assert!(!server.reply(first, &[3, 2, 0, 5]));
    assert_eq!(server.poll(3), ServerPoll::Idle);
    assert!(!server.reply(second, &[0; 254]), "longer than a PDU");
    assert!(server.reply(second, &[3, 2, 0, 9]));
    assert_eq!(server.poll(3), ServerPoll::Send(&frame(1, &[3, 2, 0, 9])));
    assert_eq!(server.poll(3), ServerPoll::Idle);
}

/// Client and server over a line that loses, damages and delays bytes: every reply that is delivered
/// is the right one, and after a quiet time everything works again.
#[test]
fn a_noisy_line_delivers_no_wrong_value() {
    let mut random = 99u32;
    let mut next = move |below: u32| {
        random = random.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        (random >> 8) % below
    };
    let line = Line::serial(19_200);
    let (mut client, mut server, mut bank) = (Client::new(line), Server::new(units(), line), Addresses::default());
    let (mut now, mut delivered, mut timed_out) = (10_000u64, 0, 0);
    for _ in 0..20_000 {
        let (unit, address, quantity) = ([1u8, 64][next(2) as usize], next(200) as u16, 1 + next(4) as u16);
        let mut bytes = [0; MAX_FRAME];
        let length = match client.request(UnitId(unit), &read(address, quantity), now, 50_000, &mut bytes) {
            Ok((_, length)) => length,
            Err(ClientError::NotBefore(at)) => {
                now = at;
                continue;
            }
            Err(error) => panic!("{error}"),
        };
        let mut disturb = |bytes: &[u8]| -> Vec<u8> {
            let mut out = Vec::new();
            for byte in bytes {
                match next(200) {
                    0 => {}
                    1 => out.push(byte ^ 1 << next(8)),
                    2 => out.extend([next(256) as u8, *byte]),
                    _ => out.push(*byte),
                }
            }
            out
        };
        now += 10_000;
        let mut heard = &disturb(&bytes[..length])[..];
        while !heard.is_empty() {
            let taken = server.receive(heard, now);
            heard = &heard[taken..];
            server.answer(&mut bank);
        }
        let reply = loop {
            match server.poll(now) {
                ServerPoll::Send(bytes) => break disturb(bytes),
                ServerPoll::WaitUntil(at) => now = at,
                ServerPoll::Idle => break Vec::new(),
            }
        };
        now += 10_000;
        let (_, event) = client.receive(&reply, now);
        match event {
            Some(Event::Reply { response: Response::Registers { registers, .. }, .. }) => {
                let want: Vec<u16> = (0..quantity).map(|index| u16::from(unit) * 1000 + address + index).collect();
                assert_eq!(registers.iter().collect::<Vec<_>>(), want);
                delivered += 1;
            }
            Some(event) => panic!("{event:?}"),
            None => {
                while let Poll::WaitUntil(at) = client.poll(now) {
                    now = at;
                }
                timed_out += 1;
            }
        }
    }
    assert!(delivered > 5_000 && timed_out > 1_000, "{delivered} delivered, {timed_out} timed out");
}

/// Registers and noise that no run repeats, but every run has.
struct Random(u64);

impl Random {
    fn below(&mut self, limit: u64) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % limit
    }

    fn bytes(&mut self, count: u64) -> Vec<u8> {
        (0..count).map(|_| self.below(256) as u8).collect()
    }
}

/// The four streams of PEERS.md 4: every intact frame is found, in chunks of any size.
#[test]
fn intact_frames_are_found_between_noise_and_damaged_ones() {
    for (noise, damages) in [(0, false), (20, false), (0, true), (60, true)] {
        let mut random = Random(7 + noise);
        let (mut stream, mut want) = (Vec::new(), Vec::new());
        for round in 0..2000_u64 {
            if noise > 0 {
                let count = 1 + random.below(noise);
                stream.extend(random.bytes(count));
            }
            let quantity = 1 + random.below(20);
            let mut pdu = std::vec![3, (quantity * 2) as u8];
            pdu.extend(random.bytes(quantity * 2));
            let mut bytes = frame(1 + (round % 9) as u8, &pdu);
            if damages && round % 5 == 4 {
                let place = random.below(bytes.len() as u64) as usize;
                bytes[place] ^= 1 << random.below(8);
            } else {
                want.push(bytes.clone());
            }
            stream.extend(bytes);
        }
        for size in [1, 32, 100_000] {
            let (mut scanner, mut found) = (Scanner::new(Direction::Response, Line::stream()), Vec::new());
            for chunk in stream.chunks(size) {
                scanner.push(chunk, 0, |each| found.push(frame(each.unit_id.0, each.pdu)));
            }
            let missed = want.iter().filter(|each| !found.contains(each)).count();
            assert_eq!((missed, found.len()), (0, want.len()), "noise {noise}, damage {damages}, chunks of {size}");
        }
    }
}

#[test]
fn frames_of_every_function_are_found() {
    let requests: [&[u8]; 9] = [
        &[3, 0, 0, 0, 1],
        &[15, 0, 0, 0, 9, 2, 1, 1],
        &[8, 0, 0, 1, 2],
        &[17],
        &[20, 7, 6, 0, 4, 0, 1, 0, 2],
        &[43, 14, 1, 0],
        &[24, 0, 1],
        &[8, 0, 0, 1, 2, 3, 4],
        &[100, 1, 2, 3],
    ];
    let stream: Vec<u8> = requests.iter().flat_map(|pdu| frame(1, pdu)).collect();
    for size in [1, 3, 1000] {
        let (mut scanner, mut found) = (Scanner::new(Direction::Request, Line::serial(9600)), Vec::new());
        for chunk in stream.chunks(size) {
            scanner.push(chunk, 0, |frame| found.push(frame.pdu.to_vec()));
        }
        assert_eq!(found, requests, "chunks of {size}");
    }
}

#[test]
fn a_function_without_a_length_is_found_where_a_frame_must_begin() {
    let (known, other) = (frame(1, &[6, 0, 1, 0, 2]), frame(1, &[100, 1, 2, 3]));
    let count = |chunks: &[(&[u8], u64)]| {
        let (mut scanner, mut found) = (Scanner::new(Direction::Request, Line::serial(9600)), 0);
        chunks.iter().for_each(|(chunk, now)| scanner.push(chunk, *now, |_| found += 1));
        found
    };
    assert_eq!(count(&[(&other, 0)]), 1);
    assert_eq!(count(&[(&[&known[..], &other].concat(), 0)]), 2);
    assert_eq!(count(&[(&[&[7][..], &other].concat(), 0)]), 0, "behind noise");
    assert_eq!(count(&[(&[7], 0), (&other, 100_000)]), 1, "behind noise and a silence");
    assert_eq!(count(&[(&known[..4], 0), (&known[4..], 1_500_000)]), 0, "a second of silence");
    assert_eq!(count(&[(&known[..4], 0), (&known[4..], 500_000)]), 1, "a slow converter");
}

#[test]
fn a_request_is_sent_again_and_the_replies_to_both_are_told_apart() {
    let mut client = Client::new(Line::stream()).with_retries(2);
    let id = send(&mut client, 1, &read(0, 1), 0).unwrap();
    assert_eq!(client.poll(99_999), Poll::WaitUntil(100_000));
    assert_eq!(client.poll(100_000), Poll::SendAgain(id));
    assert_eq!(client.poll(200_000), Poll::SendAgain(id));
    // Three were sent: two replies may still come when one came.
    let reply = frame(1, &[3, 2, 0, 7]);
    assert_eq!(feed(&mut client, &reply, 3, 210_000).0, [(id, std::vec![7])]);
    let other = |client: &mut Client, now| send(client, 1, &read(5, 1), now);
    assert!(matches!(other(&mut client, 210_000), Err(ClientError::NotBefore(_))));
    assert_eq!(feed(&mut client, &reply, 100, 220_000).1, [Stray::Transaction]);
    assert!(matches!(other(&mut client, 220_000), Err(ClientError::NotBefore(_))), "one is missing");
    assert_eq!(feed(&mut client, &reply, 100, 230_000).1, [Stray::Transaction]);
    assert!(other(&mut client, 230_000).is_ok());
    // A broadcast is not repeated.
    let mut client = Client::new(Line::stream()).with_retries(2);
    let id = send(&mut client, 0, &Request::WriteSingleRegister { address: 0, value: 1 }, 0).unwrap();
    assert_eq!(client.poll(100_000), Poll::Sent(id));
    assert_eq!(client.poll(100_000), Poll::Idle);
}

#[test]
fn a_reply_to_be_sent_gives_way_to_a_new_request() {
    let units = UnitSet::EMPTY.with(UnitId(1));
    for quantity in [1, 125] {
        let mut server = Server::new(units, Line::serial(9600));
        let ask = |server: &mut Server, pdu: &[u8], now| server.receive(&frame(1, pdu), now);
        ask(&mut server, &[3, 0, 0, 0, quantity], 0);
        let id = server.request().unwrap().id;
        let mut pdu = std::vec![3, 2 * quantity];
        pdu.extend(std::vec![9; 2 * usize::from(quantity)]);
        assert!(server.reply(id, &pdu));
        // Noise of a transceiver does not take it back.
        server.receive(&[0, 0xFF], 1000);
        assert!(matches!(server.poll(1000), ServerPoll::WaitUntil(_)));
        ask(&mut server, &[6, 0, 1, 0, 2], 2000);
        if quantity == 125 {
            // There was no room for the new request, but the old reply would be taken for its own.
            assert_eq!(server.poll(90_000), ServerPoll::Idle);
            ask(&mut server, &[6, 0, 1, 0, 2], 100_000);
        }
        assert_eq!(server.request().unwrap().pdu, [6, 0, 1, 0, 2]);
    }
}

/// A unit that always takes half as long again as the time-out, asked with a retry: the reply to the second
/// attempt is still on its way when that to the first has answered.
#[test]
fn a_slow_unit_is_not_one_reply_behind() {
    let mut client = Client::new(Line::stream()).with_retries(1);
    let first = send(&mut client, 1, &read(10, 1), 0).unwrap();
    assert_eq!(client.poll(100_000), Poll::SendAgain(first));
    assert_eq!(feed(&mut client, &frame(1, &[3, 2, 0, 10]), 1, 150_000).0, [(first, std::vec![10])]);
    assert_eq!(send(&mut client, 1, &read(20, 1), 200_000), Err(ClientError::NotBefore(300_000)));
    assert_eq!(feed(&mut client, &frame(1, &[3, 2, 0, 10]), 1, 250_000).1, [Stray::Transaction]);
    assert!(send(&mut client, 1, &read(20, 1), 250_000).is_ok(), "it came");
}

/// Another unit's late reply comes in place of the echo, the echo in place of the reply.
#[test]
fn an_echo_behind_somebody_elses_frame_is_no_reply() {
    let mut client = Client::new(Line::stream().with_echo());
    let request = Request::WriteSingleRegister { address: 7, value: 300 };
    let id = send(&mut client, 1, &request, 0).unwrap();
    let strange = frame(2, &[6, 0, 7, 1, 44]);
    assert_eq!(feed(&mut client, &strange, 3, 1).1, [Stray::Collision]);
    let own = frame(1, &[6, 0, 7, 1, 44]);
    assert_eq!(feed(&mut client, &own, 3, 2), (Vec::new(), std::vec![Stray::Collision]));
    assert_eq!(feed(&mut client, &own, 3, 2).0, [(id, Vec::new())]);
}

/// What is left of a damaged reply does not stand before the next one.
#[test]
fn a_reply_without_a_length_is_found_when_it_was_asked_for_again() {
    let mut client = Client::new(Line::stream()).with_retries(1);
    let request = Request::Other { function: FunctionCode(65), data: &[7] };
    let id = send(&mut client, 1, &request, 0).unwrap();
    assert!(feed(&mut client, &frame(1, &[65, 7, 8])[..4], 9, 1).0.is_empty());
    assert_eq!(client.poll(100_000), Poll::SendAgain(id));
    assert_eq!(feed(&mut client, &frame(1, &[65, 7, 8]), 9, 100_001).0, [(id, Vec::new())]);
}

/// A beginning that never ends fills the buffer, and what begins behind it is found all the same.
#[test]
fn a_frame_is_found_where_a_beginning_without_an_end_is_given_up() {
    for noise in 230..260 {
        let mut stream = std::vec![1, 65];
        stream.extend(std::iter::repeat_n(0x55, noise));
        stream.extend(frame(1, &[3, 0, 10, 0, 1]));
        let sent = served(&mut Server::new(units(), Line::stream()), &mut Addresses::default(), &stream, 1);
        assert_eq!(sent, [frame(1, &[3, 2, 0x03, 0xF2])], "behind {noise} bytes");

        let mut client = Client::new(Line::stream());
        let request = Request::ReadDeviceIdentification { read_code: 1, object_id: 0 };
        let id = send(&mut client, 1, &request, 0).unwrap();
        let mut stream = std::vec![1, 43, 13];
        stream.extend(std::iter::repeat_n(0x55, noise));
        stream.extend(frame(1, &[43, 14, 1, 1, 0, 0, 1, 0, 1, b'x']));
        assert_eq!(feed(&mut client, &stream, 1, 1).0, [(id, Vec::new())], "behind {noise} bytes");
    }
}

/// Registers of another unit look like a broadcast of a function that says no length, and a CRC fits by
/// chance: amid 125 registers that come byte by byte this was so every few replies.
#[test]
fn no_request_without_a_length_begins_amid_a_frame() {
    let inner = frame(0, &[25, 1, 2]);
    let mut reply = std::vec![3, inner.len() as u8];
    reply.extend(&inner);
    let mut server = Server::new(units(), Line::serial(9600));
    for (index, byte) in frame(2, &reply).into_iter().enumerate() {
        server.receive(&[byte], 10_000 + 1146 * index as u64);
        assert_eq!(server.request(), None);
    }
    // Behind a silence it is one.
    server.receive(&inner, 100_000);
    assert_eq!(server.request().map(|asked| asked.unit_id), Some(UnitId(0)));
}

/// A CRC that ends with 0 fits one byte early: bytes that come one by one are not taken for less.
#[test]
fn a_diagnostic_request_ends_where_its_data_end() {
    let requests = (0..=u16::MAX).map(|word| frame(1, &[8, 0, 0, (word >> 8) as u8, word as u8]));
    for request in requests.filter(|frame| frame[7] == 0).take(20) {
        let mut server = Server::new(units(), Line::stream());
        for byte in &request {
            server.receive(&[*byte], 1);
        }
        assert_eq!(server.request().map(|asked| asked.pdu.to_vec()), Some(request[1..6].to_vec()));
    }
}
