//! A scanner shows frames and nothing else, and what it shows does not depend on the chunks.

use parabus_core::modbus::{Direction, Line, Request, Response, ascii, rtu, tcp};

use super::input::Input;

/// A frame that was found: transaction, unit, PDU.
type Found = (u16, u8, Vec<u8>);

fn direction(byte: u8) -> Direction {
    if byte & 1 == 0 { Direction::Request } else { Direction::Response }
}

/// Checks the frame that is shown.
fn shown(found: &mut Vec<Found>, direction: Direction, transaction: u16, unit: u8, pdu: &[u8]) {
    match direction {
        Direction::Request => drop(Request::parse(pdu).expect("a request")),
        Direction::Response => drop(Response::parse(pdu).expect("a response")),
    }
    found.push((transaction, unit, pdu.to_vec()));
}

/// Chunks of sizes that follow from a byte.
fn chunks(stream: &[u8], seed: u8) -> Vec<&[u8]> {
    let (mut rest, mut chunks, mut size) = (stream, Vec::new(), usize::from(seed));
    while !rest.is_empty() {
        size = (size * 7 + 3) % 61;
        let (chunk, behind) = rest.split_at(rest.len().min(size + 1));
        chunks.push(chunk);
        rest = behind;
    }
    chunks
}

pub fn rtu(data: &[u8]) {
    let mut input = Input(data);
    let (direction, kind, seed, step) = (direction(input.byte()), input.byte(), input.byte(), input.byte());
    let line = [Line::stream(), Line::serial(9600), Line::serial(115_200)][usize::from(kind) % 3];
    let line = if kind & 0x80 == 0 { line } else { line.strict() };
    let (mut scanner, mut found, mut now_us) = (rtu::Scanner::new(direction, line), Vec::new(), 0_u64);
    for chunk in chunks(input.0, seed) {
        now_us = now_us.saturating_add(u64::from(step).pow(u32::from(step % 9)));
        scanner.push(chunk, now_us, |frame| shown(&mut found, direction, 0, frame.unit_id.0, frame.pdu));
    }
    // No byte is in two frames.
    assert!(found.iter().map(|(_, _, pdu)| pdu.len() + 3).sum::<usize>() <= input.0.len());
}

pub fn tcp(data: &[u8]) {
    let mut input = Input(data);
    let (direction, _, seed, _) = (direction(input.byte()), input.byte(), input.byte(), input.byte());
    let run = |chunks: &[&[u8]]| {
        let (mut scanner, mut found) = (tcp::Scanner::new(direction), Vec::new());
        for chunk in chunks {
            scanner.push(chunk, |frame| {
                shown(&mut found, direction, frame.transaction_id, frame.unit_id.0, frame.pdu);
            });
        }
        found
    };
    let whole = run(&[input.0]);
    assert_eq!(whole, run(&input.0.chunks(1).collect::<Vec<_>>()), "byte by byte");
    assert_eq!(whole, run(&chunks(input.0, seed)), "in chunks");
    assert!(whole.iter().map(|(_, _, pdu)| pdu.len() + 7).sum::<usize>() <= input.0.len());
}

pub fn ascii(data: &[u8]) {
    let mut input = Input(data);
    let (direction, _, seed, step) = (direction(input.byte()), input.byte(), input.byte(), input.byte());
    let run = |chunks: &[&[u8]], step_us: u64| {
        let (mut scanner, mut found) = (ascii::Scanner::new(direction), Vec::new());
        for (index, chunk) in chunks.iter().enumerate() {
            scanner.push(chunk, (index as u64).saturating_mul(step_us), |frame| {
                shown(&mut found, direction, 0, frame.unit_id.0, frame.pdu);
            });
        }
        found
    };
    let whole = run(&[input.0], 0);
    assert_eq!(whole, run(&input.0.chunks(1).collect::<Vec<_>>(), 1_000_000), "byte by byte");
    assert_eq!(whole, run(&chunks(input.0, seed), 0), "in chunks");
    run(&chunks(input.0, seed), u64::from(step).pow(8));
}
