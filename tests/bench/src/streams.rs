//! Streams of serial frames between noise and damaged ones (PEERS.md 4): how many of the intact frames
//! each finds, and how long it takes. Chunks of 1 to 32 bytes, no timing.
//!
//! The other peers do not cut a stream into frames: theirs is done by silences, or by the caller.

use std::hint::black_box;
use std::panic::{AssertUnwindSafe, catch_unwind};

use bytes::BytesMut;
use parabus_core::modbus::rtu::{self, crc16};
use parabus_core::modbus::{Direction, Line};
use tokio_util::codec::Decoder;

use crate::race::{Contestant, Side, contestant, memcpy, race};

const FRAMES: u64 = 2000;

/// Numbers that are the same in every run.
struct Random(u64);

impl Random {
    fn below(&mut self, limit: u64) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % limit
    }
}

fn framed(unit: u8, pdu: &[u8]) -> Vec<u8> {
    let mut frame = vec![unit];
    frame.extend(pdu);
    frame.extend(crc16(&frame).to_le_bytes());
    frame
}

/// The bytes, and the frames among them that are intact.
fn stream(random: &mut Random, noise: u64, damages: bool) -> (Vec<u8>, Vec<Vec<u8>>) {
    let (mut bytes, mut intact) = (Vec::new(), Vec::new());
    for round in 0..FRAMES {
        if noise > 0 {
            let count = 1 + random.below(noise);
            bytes.extend((0..count).map(|_| random.below(256) as u8));
        }
        let quantity = 1 + random.below(20);
        let mut pdu = vec![3, 2 * quantity as u8];
        pdu.extend((0..2 * quantity).map(|_| random.below(256) as u8));
        let mut frame = framed(1 + (round % 9) as u8, &pdu);
        if damages && round % 5 == 4 {
            let place = random.below(frame.len() as u64) as usize;
            frame[place] ^= 1 << random.below(8);
        } else {
            intact.push(frame.clone());
        }
        bytes.extend(frame);
    }
    (bytes, intact)
}

fn chunks<'b>(random: &mut Random, bytes: &'b [u8]) -> Vec<&'b [u8]> {
    let (mut chunks, mut rest) = (Vec::new(), bytes);
    while !rest.is_empty() {
        let (chunk, behind) = rest.split_at((1 + random.below(32) as usize).min(rest.len()));
        chunks.push(chunk);
        rest = behind;
    }
    chunks
}

/// Hands each frame to the caller; how many errors there were.
type Finder = fn(&[&[u8]], &mut dyn FnMut(u8, &[u8])) -> usize;

fn ours(chunks: &[&[u8]], found: &mut dyn FnMut(u8, &[u8])) -> usize {
    let mut scanner = rtu::Scanner::new(Direction::Response, Line::stream());
    for chunk in chunks {
        scanner.push(chunk, 0, |frame| found(frame.unit_id.0, frame.pdu));
    }
    0
}

fn modbus_core(chunks: &[&[u8]], found: &mut dyn FnMut(u8, &[u8])) -> usize {
    use modbus_core::DecoderType;
    use modbus_core::rtu::decode;
    let (mut buffer, mut errors) = (Vec::new(), 0);
    for chunk in chunks {
        buffer.extend_from_slice(chunk);
        loop {
            match decode(DecoderType::Response, &buffer) {
                Ok(Some((frame, place))) => {
                    found(frame.slave, frame.pdu);
                    buffer.drain(..place.start + place.size);
                }
                Ok(None) => break,
                // It gives up after 256 bytes that begin nothing.
                Err(modbus_core::Error::BufferSize) if buffer.is_empty() => break,
                Err(_) => {
                    errors += 1;
                    buffer.drain(..buffer.len().min(modbus_core::rtu::MAX_FRAME_LEN));
                }
            }
        }
    }
    errors
}

fn tokio_modbus(chunks: &[&[u8]], found: &mut dyn FnMut(u8, &[u8])) -> usize {
    let mut decoder = tokio_modbus::codec::rtu::ResponseDecoder::default();
    let (mut buffer, mut errors) = (BytesMut::new(), 0);
    for chunk in chunks {
        buffer.extend_from_slice(chunk);
        loop {
            let before = buffer.len();
            match decoder.decode(&mut buffer) {
                Ok(Some((unit, pdu))) => found(unit, &pdu),
                Ok(None) => break,
                // Its own stream ends here; this one goes on.
                Err(_) => {
                    errors += 1;
                    if buffer.len() == before {
                        break;
                    }
                }
            }
        }
    }
    errors
}

/// How many of the intact frames were found, each once and in order.
fn recovered(intact: &[Vec<u8>], found: &[Vec<u8>]) -> usize {
    let mut rest = found;
    let is_next = |frame: &&Vec<u8>| {
        let place = rest.iter().position(|each| each == *frame);
        rest = place.and_then(|place| rest.get(place + 1..)).unwrap_or(rest);
        place.is_some()
    };
    intact.iter().filter(is_next).count()
}

pub fn run() {
    for (title, noise, damages) in [
        ("clean, back to back", 0, false),
        ("1 to 20 bytes of noise before each", 20, false),
        ("every fifth damaged by a bit", 0, true),
        ("noise of 1 to 60 bytes, every fifth damaged", 60, true),
    ] {
        let mut random = Random(7 + noise);
        let (bytes, intact) = stream(&mut random, noise, damages);
        let chunks = chunks(&mut random, &bytes);
        let title = format!("2,000 serial frames, {title}: {} intact in {} bytes", intact.len(), bytes.len());
        race(
            &title,
            vec![
                memcpy(&bytes),
                finder(Side::Ours, "parabus: rtu::Scanner", ours, &chunks, &intact),
                finder(Side::Peer, "modbus-core 0.2", modbus_core, &chunks, &intact),
                finder(Side::Peer, "tokio-modbus 0.17, codec", tokio_modbus, &chunks, &intact),
            ],
        );
    }
}

fn finder<'a>(side: Side, name: &str, find: Finder, chunks: &'a [&'a [u8]], intact: &[Vec<u8>]) -> Contestant<'a> {
    let (mut found, mut errors) = (Vec::new(), 0);
    // Who panics here does so in the race, which tells it.
    let _ = catch_unwind(AssertUnwindSafe(|| {
        errors = find(chunks, &mut |unit, pdu| found.push(framed(unit, pdu)));
    }));
    let right = recovered(intact, &found);
    let is_whole = right == intact.len();
    let note = format!("{right:>5} found, {} false, {errors} errors", found.len() - right);
    // A peer that misses frames is told so; ours may not.
    let want = if is_whole || side == Side::Ours { &true } else { &false };
    let raced = contestant(side, name, want, (0_usize, is_whole), move |(count, is_whole)| {
        *count = 0;
        find(black_box(chunks), &mut |_, pdu| *count += black_box(pdu).len());
        &*is_whole
    });
    if is_whole { raced.noted(note) } else { raced.noted(note).unranked() }
}
