//! Streams of serial frames between noise and damaged ones (PEERS.md 4): how many of the intact frames
//! each finds, and how long it takes. Chunks of 1 to 32 bytes, no timing.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::time::Instant;

use bytes::BytesMut;
use parabus_core::modbus::rtu::{self, crc16};
use parabus_core::modbus::{Direction, Line};
use tokio_util::codec::Decoder;

const FRAMES: u64 = 2000;

struct Random(u64);

impl Random {
    fn below(&mut self, limit: u64) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % limit
    }
}

/// Chunks, and the frames that are intact.
fn stream(noise: u64, damages: bool) -> (Vec<Vec<u8>>, Vec<Vec<u8>>) {
    let mut random = Random(7 + noise);
    let (mut bytes, mut intact) = (Vec::new(), Vec::new());
    for round in 0..FRAMES {
        if noise > 0 {
            let count = 1 + random.below(noise);
            bytes.extend((0..count).map(|_| random.below(256) as u8));
        }
        let quantity = 1 + random.below(20);
        let mut frame = vec![1 + (round % 9) as u8, 3, 2 * quantity as u8];
        frame.extend((0..2 * quantity).map(|_| random.below(256) as u8));
        frame.extend(crc16(&frame).to_le_bytes());
        if damages && round % 5 == 4 {
            let place = random.below(frame.len() as u64) as usize;
            frame[place] ^= 1 << random.below(8);
        } else {
            intact.push(frame.clone());
        }
        bytes.extend(frame);
    }
    let (mut chunks, mut rest) = (Vec::new(), bytes.as_slice());
    while !rest.is_empty() {
        let (chunk, behind) = rest.split_at((1 + random.below(32) as usize).min(rest.len()));
        chunks.push(chunk.to_vec());
        rest = behind;
    }
    (chunks, intact)
}

fn framed(unit: u8, pdu: &[u8]) -> Vec<u8> {
    let mut frame = vec![unit];
    frame.extend(pdu);
    frame.extend(crc16(&frame).to_le_bytes());
    frame
}

fn ours(chunks: &[Vec<u8>]) -> Vec<Vec<u8>> {
    let (mut scanner, mut found) = (rtu::Scanner::new(Direction::Response, Line::stream()), Vec::new());
    for chunk in chunks {
        scanner.push(chunk, 0, |frame| found.push(framed(frame.unit_id.0, frame.pdu)));
    }
    found
}

fn modbus_core(chunks: &[Vec<u8>]) -> Vec<Vec<u8>> {
    use modbus_core::DecoderType;
    use modbus_core::rtu::decode;
    let (mut buffer, mut found) = (Vec::new(), Vec::new());
    for chunk in chunks {
        buffer.extend(chunk);
        while let Ok(Some((frame, place))) = decode(DecoderType::Response, &buffer) {
            found.push(framed(frame.slave, frame.pdu));
            buffer.drain(..place.start + place.size);
        }
    }
    found
}

fn tokio_modbus(chunks: &[Vec<u8>]) -> Vec<Vec<u8>> {
    let mut decoder = tokio_modbus::codec::rtu::ResponseDecoder::default();
    let (mut buffer, mut found) = (BytesMut::new(), Vec::new());
    for chunk in chunks {
        buffer.extend_from_slice(chunk);
        // An error would end its stream; here it may go on.
        while let Ok(Some((unit, pdu))) = decoder.decode(&mut buffer) {
            found.push(framed(unit, &pdu));
        }
    }
    found
}

type Finder = fn(&[Vec<u8>]) -> Vec<Vec<u8>>;

pub fn run() {
    let finders: [(&str, Finder); 3] =
        [("parabus: rtu::Scanner", ours), ("modbus-core 0.2", modbus_core), ("tokio-modbus 0.17 codec", tokio_modbus)];
    for (title, noise, damages) in [
        ("clean, back to back", 0, false),
        ("1 to 20 bytes of noise before each", 20, false),
        ("every fifth damaged by a bit", 0, true),
        ("noise of 1 to 60 bytes, every fifth damaged", 60, true),
    ] {
        let (chunks, intact) = stream(noise, damages);
        let bytes: usize = chunks.iter().map(Vec::len).sum();
        println!("\n  2,000 serial frames, {title}: {} intact in {bytes} bytes", intact.len());
        for (name, find) in finders {
            let mut times = Vec::new();
            let mut found = Vec::new();
            for _ in 0..7 {
                let started = Instant::now();
                let Ok(frames) = catch_unwind(AssertUnwindSafe(|| find(&chunks))) else { break };
                times.push(started.elapsed().as_nanos() as f64 / bytes as f64);
                found = frames;
            }
            if times.is_empty() {
                println!("  {name:<34}{:>12}", "panics");
                continue;
            }
            times.sort_by(f64::total_cmp);
            // In order: each intact frame once.
            let mut all = found.iter();
            let right =
                intact.iter().filter(|frame| all.clone().any(|each| each == *frame) && all.any(|each| each == *frame));
            let right = right.count();
            let median = times[times.len() / 2];
            println!("  {name:<34}{right:>6} found, {:>3} false {median:>8.2} ns/byte", found.len() - right);
        }
    }
}
