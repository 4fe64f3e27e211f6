//! The line itself: frames, chunks and what happens to them.

use std::collections::VecDeque;

use parabus_core::modbus::{Direction, Line, UnitId, ascii, rtu, tcp};

use super::{Key, Transport};
use crate::random::Random;

/// How much later than it came a chunk is shown at most: a USB adapter, and chunks that are joined.
pub const MOST_JITTER_US: u64 = 30_000;

/// Chunks that are no further apart may be joined.
const JOINED_US: u64 = 10_000;

/// What was put on the line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    Request,
    Reply,
    Echo,
    Foreign,
    Noise,
    Damaged,
    /// A silence stands in it.
    Parted,
}

/// A frame on the line.
#[derive(Clone, Debug)]
pub struct Frame {
    pub kind: Kind,
    /// The question that it asks or answers.
    pub key: Option<Key>,
    pub pdu: Vec<u8>,
    pub transaction: u16,
    /// Of a question: until when its reply may come.
    pub limit_us: u64,
}

/// A byte, and which frame it is of.
#[derive(Clone, Copy, Debug)]
pub struct Byte {
    pub value: u8,
    pub tag: u32,
    pub is_last: bool,
}

/// How bad a line is: times in a thousand.
#[derive(Clone, Debug)]
pub struct Faults {
    pub loss: u32,
    pub damage: u32,
    pub double: u32,
    pub noise: u32,
    pub foreign: u32,
    pub ignore: u32,
    pub slow: u32,
    /// Every reply takes as long, microseconds.
    steady_us: u64,
    join: u32,
    is_strict: bool,
}

impl Faults {
    pub fn new(random: &mut Random, transport: Transport, is_strict: bool) -> Self {
        let mut level = || random.pick(&[0, 0, 10, 50, 200]);
        let (loss, damage, double, noise) = (level(), level(), level(), level());
        let (foreign, ignore, slow, join) = (level(), level(), level(), level());
        let steady_us = if random.is(200) { random.within(10_000, 190_000) } else { 0 };
        let damage = if transport == Transport::Tcp { 0 } else { damage };
        Faults { loss, damage, double, noise, foreign, ignore: ignore / 4, slow, steady_us, join, is_strict }
    }

    /// Whether every silence is heard as it was, and nobody speaks who was not asked.
    pub const fn is_quiet(&self) -> bool {
        self.is_strict && self.damage == 0 && self.double == 0 && self.noise == 0 && self.foreign == 0
    }

    /// How long a server thinks.
    pub fn server_delay(&self, random: &mut Random) -> u64 {
        if random.is(self.slow / 2) { random.within(1, 300_000) } else { random.pick(&[0, 0, 500, 5000]) }
    }

    /// How long a reply takes on its way besides.
    pub fn transit(&self, random: &mut Random) -> u64 {
        if random.is(self.slow) { random.within(0, 380_000) } else { self.steady_us + random.within(0, 3000) }
    }
}

/// One way of the line: chunks in order, each with its time.
#[derive(Clone, Debug, Default)]
pub struct Pipe {
    chunks: VecDeque<(u64, Vec<Byte>)>,
    free_us: u64,
    shown_us: u64,
}

impl Pipe {
    /// When the last byte on it has passed.
    pub const fn free_us(&self) -> u64 {
        self.free_us
    }

    /// Bytes that begin at a time or when those before have passed, in chunks; the times of these.
    pub fn push(
        &mut self,
        bytes: Vec<Byte>,
        start_us: u64,
        hole: Option<usize>,
        line: Line,
        faults: &Faults,
        random: &mut Random,
    ) -> Vec<u64> {
        let start_us = start_us.max(self.free_us);
        let (mut times, mut chunk) = (Vec::new(), Vec::new());
        let mut late_us = 0;
        let most = random.pick(&[1, 4, 30, 1000]);
        let mut size = 1 + random.below(most);
        let count = bytes.len();
        for (index, byte) in bytes.into_iter().enumerate() {
            if hole == Some(index) {
                late_us += u64::from(line.t1_5_us()) + 1 + random.below(5000) as u64;
            }
            chunk.push(byte);
            let passed_us = start_us + line.duration_us(index + 1) + late_us;
            self.free_us = passed_us;
            if faults.is_strict || chunk.len() >= size || index + 1 == count {
                size = 1 + random.below(most);
                // Between the line and a host lies an adapter, or a network.
                let jitter_us = if faults.is_strict { 0 } else { random.pick(&[0, 0, 0, 200, 2000]) };
                self.shown_us = self.shown_us.max(passed_us + jitter_us);
                self.chunks.push_back((self.shown_us, std::mem::take(&mut chunk)));
                times.push(self.shown_us);
            }
        }
        times
    }

    /// The same in one chunk.
    pub fn push_whole(&mut self, bytes: Vec<Byte>, start_us: u64, line: Line) -> u64 {
        self.free_us = start_us.max(self.free_us) + line.duration_us(bytes.len());
        self.shown_us = self.shown_us.max(self.free_us);
        self.chunks.push_back((self.shown_us, bytes));
        self.shown_us
    }

    /// The chunk that is due, unless it is joined to the next.
    pub fn pop(&mut self, now_us: u64, random: &mut Random, faults: &Faults) -> Option<Vec<Byte>> {
        let (time_us, chunk) = self.chunks.front()?;
        if *time_us > now_us {
            return None;
        }
        let next = self.chunks.get(1).map(|(time_us, _)| *time_us);
        let is_near = next.is_some_and(|next_us| next_us <= now_us + JOINED_US);
        if is_near && chunk.len() < 2000 && !faults.is_strict && random.is(faults.join) {
            let (_, mut chunk) = self.chunks.pop_front()?;
            let (_, next) = self.chunks.front_mut()?;
            chunk.append(next);
            *next = chunk;
            return None;
        }
        self.chunks.pop_front().map(|(_, chunk)| chunk)
    }
}

/// Bytes as text.
pub fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// A frame of the transport.
pub fn frame(transport: Transport, transaction: u16, unit: u8, pdu: &[u8]) -> Vec<u8> {
    let mut buffer = [0; ascii::MAX_FRAME];
    let length = match transport {
        Transport::Rtu => {
            buffer[rtu::HEADER..][..pdu.len()].copy_from_slice(pdu);
            rtu::emit_frame(&mut buffer, UnitId(unit), pdu.len())
        }
        Transport::Ascii => ascii::emit_frame(&mut buffer, UnitId(unit), pdu),
        Transport::Tcp => {
            buffer[tcp::HEADER..][..pdu.len()].copy_from_slice(pdu);
            tcp::emit_header(&mut buffer, transaction, UnitId(unit), pdu.len())
        }
    };
    buffer[..length.expect("a PDU of 1 to 253 bytes")].to_vec()
}

/// Transaction, unit and PDU of a frame.
pub fn parse(transport: Transport, bytes: &[u8]) -> Option<(u16, u8, Vec<u8>)> {
    let mut buffer = [0; ascii::MAX_BINARY];
    match transport {
        Transport::Rtu => rtu::Frame::parse(bytes).ok().map(|frame| (0, frame.unit_id.0, frame.pdu.to_vec())),
        Transport::Ascii => {
            let frame = ascii::Frame::parse(bytes, &mut buffer).ok()?;
            Some((0, frame.unit_id.0, frame.pdu.to_vec()))
        }
        Transport::Tcp => {
            let frame = tcp::Frame::parse(bytes).ok()?;
            Some((frame.transaction_id, frame.unit_id.0, frame.pdu.to_vec()))
        }
    }
}

/// Loses, changes or adds bytes of a frame, never so that its checksum fits again. On a strict line a
/// silence does: before the byte that is given.
pub fn damage(bytes: &mut Vec<u8>, transport: Transport, line: Line, random: &mut Random) -> Option<usize> {
    if line == line.strict() && random.is(500) && bytes.len() > 4 {
        return Some(1 + random.below(bytes.len() - 1));
    }
    let whole = bytes.clone();
    loop {
        bytes.clone_from(&whole);
        for _ in 0..1 + random.below(3) {
            let place = random.below(bytes.len());
            match random.below(5) {
                0 => drop(bytes.remove(place)),
                1 => bytes[place] ^= 1 << random.below(8),
                2 => bytes[place] = random.byte(),
                3 => bytes.insert(place, random.byte()),
                _ => bytes.truncate(place + 1),
            }
            if bytes.is_empty() {
                break;
            }
        }
        if *bytes != whole && !still_checks(bytes, transport) {
            return None;
        }
    }
}

/// Whether there is a place where a frame seems to be.
fn still_checks(bytes: &[u8], transport: Transport) -> bool {
    let mut found = false;
    match transport {
        Transport::Tcp => {}
        Transport::Ascii => {
            // With a line end behind it: noise may bring one.
            let text: Vec<u8> = bytes.iter().copied().chain(*b"\r\n").collect();
            for direction in [Direction::Request, Direction::Response] {
                ascii::Scanner::new(direction).push(&text, 0, |_| found = true);
            }
        }
        Transport::Rtu => {
            found = (0..bytes.len()).any(|from| (from + 4..=bytes.len()).any(|to| rtu::crc16(&bytes[from..to]) == 0));
        }
    }
    found
}

/// Bytes that mean nothing, some of which look like a beginning.
pub fn noise(transport: Transport, random: &mut Random) -> Vec<u8> {
    let count = 1 + random.pick(&[1, 3, 10, 30]);
    let count = random.below(count) + 1;
    let begun: &[u8] = match transport {
        Transport::Ascii => b":01\r\nF",
        _ => &[1, 2, 17, 200, 3, 16, 65, 43, 0, 255],
    };
    loop {
        let noise: Vec<u8> =
            (0..count).map(|_| if random.is(500) { random.pick(begun) } else { random.byte() }).collect();
        if !still_checks(&noise, transport) {
            return noise;
        }
    }
}

/// The PDU of a request that a unit may be asked; not always a legal one.
pub fn question(random: &mut Random) -> Vec<u8> {
    let address = random.pick(&[0_u16, 1, 2, 100, 1000, 59_999, 65_000]);
    let function =
        random.pick(&[3_u8, 3, 3, 3, 4, 4, 1, 2, 5, 6, 6, 15, 16, 16, 22, 23, 7, 8, 11, 12, 17, 20, 21, 24, 43, 65]);
    let mut pdu = vec![function];
    let word = |pdu: &mut Vec<u8>, word: u16| pdu.extend(word.to_be_bytes());
    match function {
        1 | 2 => [address, random.pick(&[1, 8, 19, 2000])].into_iter().for_each(|each| word(&mut pdu, each)),
        3 | 4 => [address, random.pick(&[1, 2, 2, 10, 125])].into_iter().for_each(|each| word(&mut pdu, each)),
        5 => [address, random.pick(&[0, 0xFF00])].into_iter().for_each(|each| word(&mut pdu, each)),
        6 => [address, random.word()].into_iter().for_each(|each| word(&mut pdu, each)),
        8 => [random.pick(&[0, 0, 10, 12]), random.word()].into_iter().for_each(|each| word(&mut pdu, each)),
        15 => {
            let count = random.pick(&[1_u16, 10, 100]);
            [address, count].into_iter().for_each(|each| word(&mut pdu, each));
            pdu.push(count.div_ceil(8) as u8);
            pdu.extend(random.bytes(count.div_ceil(8).into()));
            // What fills the last byte is emitted as zeros, so it is asked so.
            let last = pdu.len() - 1;
            pdu[last] &= 0xFF >> (8 * count.div_ceil(8) - count);
        }
        16 => {
            let count = random.pick(&[1_u16, 2, 123]);
            [address, count].into_iter().for_each(|each| word(&mut pdu, each));
            pdu.push(2 * count as u8);
            pdu.extend(random.bytes(2 * usize::from(count)));
        }
        20 => pdu.extend([14, 6, 0, 1, 0, random.byte(), 0, 2, 6, 0, 2, 0, 9, 0, 3]),
        21 => {
            pdu.extend([11, 6, 0, 1, 0, random.byte(), 0, 2]);
            pdu.extend(random.bytes(4));
        }
        22 => [address, random.word(), random.word()].into_iter().for_each(|each| word(&mut pdu, each)),
        23 => {
            [address, random.pick(&[1, 2, 10]), random.word() % 60_000, 1]
                .into_iter()
                .for_each(|each| word(&mut pdu, each));
            pdu.push(2);
            pdu.extend(random.bytes(2));
        }
        24 => word(&mut pdu, address),
        43 => pdu.extend([14, random.pick(&[1, 4]), random.pick(&[0, 1])]),
        65 => {
            let count = random.below(20);
            pdu.extend(random.bytes(count));
        }
        _ => {}
    }
    pdu
}
