//! Machines led by steps: they never hang, take no more than there is, say nothing that is no frame,
//! and deliver nothing that does not answer.

use std::collections::HashMap;

use parabus_core::modbus::client::{self, Event, Poll, RequestId};
use parabus_core::modbus::relay::{Action, Relay};
use parabus_core::modbus::server::{self, ServerPoll, answer};
use parabus_core::modbus::{Line, MAX_PDU, Request, UnitId, UnitSet, ascii, rtu, tcp};

use super::input::{Input, duration_us};
use crate::line::{Plant, Transport, frame, parse_frame};

/// Most answers that time may bring at once.
const MOST: usize = 200;

fn line(transport: Transport, byte: u8) -> Line {
    let line = match (transport, byte % 3) {
        (Transport::Tcp, _) | (_, 0) => Line::stream(),
        (Transport::Ascii, _) => Line::ascii(9600),
        (_, 1) => Line::serial(9600),
        _ => Line::serial(115_200),
    };
    let line = if byte & 0x10 == 0 { line } else { line.strict() };
    if byte & 0x20 == 0 { line } else { line.with_echo() }
}

fn units(byte: u8) -> UnitSet {
    [UnitId(1), UnitId(17), UnitId(byte)].into_iter().collect()
}

/// A unit that is often one that is there.
fn unit_of(byte: u8) -> u8 {
    [1, 1, 17, 0, 255, 2, 9, byte][usize::from(byte) % 8]
}

/// A frame with a right checksum: the first byte says whose.
fn framed(transport: Transport, transaction: u16, bytes: &[u8]) -> Vec<u8> {
    let (first, pdu) = bytes.split_first().unwrap_or((&0, &[]));
    if (1..=MAX_PDU).contains(&pdu.len()) { frame(transport, transaction, unit_of(*first), pdu) } else { Vec::new() }
}

/// What a unit would answer.
fn answered(transport: Transport, plant: &mut Plant, sent: &[u8]) -> Vec<u8> {
    let Some((transaction, unit, pdu)) = parse_frame(transport, sent) else { return Vec::new() };
    let mut buffer = [0; MAX_PDU];
    buffer[..pdu.len()].copy_from_slice(&pdu);
    let length = answer(plant, UnitId(unit), &mut buffer, pdu.len());
    frame(transport, transaction, unit, &buffer[..length])
}

pub fn client(data: &[u8]) {
    let mut input = Input(data);
    let (transport, first, retries, most) = (input.transport(), input.byte(), input.byte() % 4, input.byte());
    let line = line(transport, first);
    let mut client: Box<dyn client::Machine> = match transport {
        Transport::Rtu => Box::new(rtu::Client::new(line).with_retries(retries)),
        Transport::Ascii => Box::new(ascii::Client::new(line).with_retries(retries)),
        Transport::Tcp => Box::new(tcp::Client::<4>::new(usize::from(most) % 6).with_retries(retries)),
    };
    let (mut asked, mut sent, mut plant) = (HashMap::<RequestId, Vec<u8>>::new(), Vec::new(), Plant::default());
    let mut now_us = duration_us(input.take(3));
    while !input.is_done() {
        let (step, bytes) = input.step();
        match step % 10 {
            0 | 1 => {
                let (unit, pdu) = bytes.split_first().unwrap_or((&0, &[]));
                let (Ok(request), timeout_us) = (Request::parse(pdu), duration_us(pdu)) else { continue };
                let mut buffer = [0; ascii::MAX_FRAME];
                let room = if step & 0x80 == 0 { buffer.len() } else { usize::from(step) };
                let unit = UnitId(unit_of(*unit));
                if let Ok((id, length)) = client.request(unit, &request, now_us, timeout_us, &mut buffer[..room]) {
                    let Some((_, its, _)) = parse_frame(transport, &buffer[..length]) else { panic!("no frame") };
                    assert_eq!(its, unit.0);
                    sent = buffer[..length].to_vec();
                    assert!(asked.insert(id, pdu.to_vec()).is_none(), "one identity for two");
                }
            }
            2 => now_us = now_us.saturating_add(duration_us(bytes)),
            3 if step & 0x80 != 0 => {
                client.reset(now_us);
                asked.clear();
            }
            3 | 4 => time(client.as_mut(), &mut asked, now_us),
            5..=9 => {
                let stream = match step % 10 {
                    5 => bytes.to_vec(),
                    6 => framed(transport, u16::from(step), bytes),
                    7 => sent.clone(),
                    _ => answered(transport, &mut plant, &sent),
                };
                let size = if step & 0x80 == 0 { stream.len().max(1) } else { usize::from(step & 0x7F) + 1 };
                for chunk in stream.chunks(size) {
                    now_us = now_us.saturating_add(u64::from(step / 10));
                    hear(client.as_mut(), &mut asked, chunk, now_us);
                }
            }
            _ => {}
        }
        assert_eq!(client.in_flight(), asked.len());
    }
}

fn time(client: &mut dyn client::Machine, asked: &mut HashMap<RequestId, Vec<u8>>, now_us: u64) {
    for _ in 0..MOST {
        match client.poll(now_us) {
            Poll::TimedOut(id) | Poll::Sent(id) => assert!(asked.remove(&id).is_some(), "was under way"),
            Poll::SendAgain(id) => assert!(asked.contains_key(&id), "is under way"),
            Poll::WaitUntil(time_us) => return assert!(time_us > now_us),
            Poll::Idle => return assert!(asked.is_empty()),
        }
    }
    panic!("time does not end");
}

fn hear(client: &mut dyn client::Machine, asked: &mut HashMap<RequestId, Vec<u8>>, chunk: &[u8], now_us: u64) {
    let mut rest = chunk;
    while !rest.is_empty() {
        let Ok((taken, event)) = client.receive(rest, now_us) else {
            client.reset(now_us);
            return asked.clear();
        };
        if let Some(Event::Reply { request, response }) = event {
            let pdu = asked.remove(&request).expect("under way");
            let asked = Request::parse(&pdu).expect("a request");
            assert!(response.answers(&asked), "{response:?} to {asked:?}");
            assert!(response.emit(&mut [0; MAX_PDU]).is_ok());
        }
        assert!((1..=rest.len()).contains(&taken));
        rest = &rest[taken..];
    }
}

pub fn server(data: &[u8]) {
    let mut input = Input(data);
    let (transport, first, unit, _) = (input.transport(), input.byte(), input.byte(), input.byte());
    let (line, units) = (line(transport, first), units(unit));
    let new = || -> Box<dyn server::Machine> {
        match transport {
            Transport::Rtu => Box::new(rtu::Server::new(units, line)),
            Transport::Ascii => Box::new(ascii::Server::new(units, line)),
            Transport::Tcp => Box::new(tcp::Server::new(units)),
        }
    };
    let (mut server, mut plant, mut now_us) = (new(), Plant::default(), duration_us(input.take(3)));
    let mut sent = Vec::new();
    while !input.is_done() {
        let (step, bytes) = input.step();
        let id = server.request().map(|asked| {
            assert!((1..=MAX_PDU).contains(&asked.pdu.len()));
            let is_its = units.contains(asked.unit_id) || matches!(asked.unit_id.0, 0 | 255);
            assert!(is_its, "somebody else's request");
            asked.id
        });
        match step % 10 {
            0..=3 => {
                let stream = match step % 10 {
                    0 => bytes.to_vec(),
                    1 if step & 0x40 != 0 => sent.clone(),
                    _ => framed(transport, u16::from(step), bytes),
                };
                let size = if step & 0x80 == 0 { stream.len().max(1) } else { usize::from(step & 0x7F) + 1 };
                for mut chunk in stream.chunks(size) {
                    now_us = now_us.saturating_add(u64::from(step / 10));
                    while !chunk.is_empty() {
                        let Ok(taken) = server.receive(chunk, now_us) else {
                            server = new();
                            break;
                        };
                        assert!(taken <= chunk.len());
                        chunk = &chunk[taken..];
                        if taken == 0 {
                            // Only what was asked keeps a server from hearing more.
                            assert!(server.request().is_some() || server.poll(u64::MAX) != ServerPoll::Idle);
                            break;
                        }
                    }
                }
            }
            4 => now_us = now_us.saturating_add(duration_us(bytes)),
            5 => {
                let is_taken = server.reply(id.unwrap_or_default(), bytes);
                assert!(!is_taken || id.is_some() && (1..=MAX_PDU).contains(&bytes.len()));
            }
            6 => assert!(!server.reply(id.unwrap_or_default().wrapping_add(1), bytes), "another's reply"),
            7 if step & 0x40 != 0 => server.ignore(),
            7 | 8 => server.answer(&mut plant),
            _ => match server.poll(now_us) {
                ServerPoll::Send(bytes) => {
                    assert!(parse_frame(transport, bytes).is_some(), "no frame: {bytes:02x?}");
                    sent = bytes.to_vec();
                    assert!(!matches!(server.poll(now_us), ServerPoll::Send(_)), "said twice");
                }
                ServerPoll::WaitUntil(time_us) => assert!(time_us > now_us),
                ServerPoll::Idle => {}
            },
        }
    }
}

pub fn relay(data: &[u8]) {
    let mut input = Input(data);
    let (kind, unit, retries) = (input.byte(), input.byte(), input.byte() % 3);
    let timeout_us = duration_us(input.take(3)).max(1);
    let units = units(unit);
    let (serial, text) = (line(Transport::Rtu, kind / 4), line(Transport::Ascii, kind / 4));
    match kind % 4 {
        0 => {
            let port = rtu::Client::new(serial).with_retries(retries);
            let new = Relay::<_, _, 256>::new(tcp::Server::new(units), port, timeout_us);
            pass(new, Transport::Tcp, Transport::Rtu, &mut input);
        }
        1 => {
            let (server, port) = (rtu::Server::new(units, serial), ascii::Client::new(text).with_retries(retries));
            pass(Relay::<_, _, 513>::new(server, port, timeout_us), Transport::Rtu, Transport::Ascii, &mut input);
        }
        2 => {
            let (server, port) = (ascii::Server::new(units, text), tcp::Client::<4>::new(2).with_retries(retries));
            pass(Relay::<_, _, 260>::new(server, port, timeout_us), Transport::Ascii, Transport::Tcp, &mut input);
        }
        // Too little room for most frames.
        _ => {
            let port = rtu::Client::new(serial).with_retries(retries);
            let new = Relay::<_, _, 12>::new(tcp::Server::new(units), port, timeout_us);
            pass(new, Transport::Tcp, Transport::Rtu, &mut input);
        }
    }
}

fn pass<S: server::Machine + Clone, C: client::Machine + Clone, const N: usize>(
    new: Relay<S, C, N>,
    from: Transport,
    to: Transport,
    input: &mut Input<'_>,
) {
    let (mut relay, mut now_us, mut plant) = (new.clone(), 0_u64, Plant::default());
    let mut sent = Vec::new();
    while !input.is_done() {
        let (step, bytes) = input.step();
        let is_in_step = match step % 8 {
            0 => relay.receive(bytes, now_us).is_ok(),
            1 | 2 => relay.receive(&framed(from, u16::from(step), bytes), now_us).is_ok(),
            3 => relay.receive_port(bytes, now_us).is_ok(),
            4 => relay.receive_port(&framed(to, u16::from(step), bytes), now_us).is_ok(),
            5 => relay.receive_port(&answered(to, &mut plant, &sent), now_us).is_ok(),
            _ => {
                now_us = now_us.saturating_add(duration_us(bytes));
                true
            }
        };
        if !is_in_step {
            relay = new.clone();
        }
        let mut left = MOST;
        loop {
            match relay.poll(now_us) {
                Action::Send(bytes) => assert!(parse_frame(from, bytes).is_some(), "no frame: {bytes:02x?}"),
                Action::SendPort(bytes) => {
                    assert!(parse_frame(to, bytes).is_some(), "no frame: {bytes:02x?}");
                    sent = bytes.to_vec();
                }
                // What is over at this instant is followed by what comes next.
                Action::WaitUntil(time_us) if time_us > now_us || now_us == u64::MAX => break,
                Action::WaitUntil(_) => {}
            }
            left = left.checked_sub(1).expect("the relay hangs");
        }
    }
}
