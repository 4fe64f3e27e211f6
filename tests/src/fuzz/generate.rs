//! Inputs that get further than random bytes: legal frames, changed a little, cut, joined, with the
//! checksum made right again.

use parabus_core::modbus::server::answer;
use parabus_core::modbus::{MAX_PDU, UnitId};

use super::Shape;
use crate::line::{Plant, Transport, frame, question};
use crate::random::Random;

/// An input of a shape.
pub fn generate(shape: Shape, random: &mut Random) -> Vec<u8> {
    match shape {
        Shape::Pdu => pdu(random),
        Shape::Rtu => one(Transport::Rtu, random),
        Shape::Ascii => one(Transport::Ascii, random),
        Shape::Tcp => one(Transport::Tcp, random),
        Shape::AnyFrame => {
            // The order in which the target chooses.
            let which = random.below(4);
            let bytes = match which {
                0 => one(Transport::Rtu, random),
                1 => one(Transport::Tcp, random),
                2 => one(Transport::Ascii, random),
                _ => pdu(random),
            };
            [&[which as u8, random.byte()], &bytes[..]].concat()
        }
        Shape::Stream => {
            let transport = random.pick(&Transport::ALL);
            let which = Transport::ALL.iter().position(|each| *each == transport).unwrap_or_default();
            // Contract and core choose the transport in different ways; a stream of another one is noise.
            let mut bytes = vec![random.byte(), random.byte(), which as u8, random.byte()];
            for _ in 0..1 + random.below(6) {
                if random.is(300) {
                    let count = random.below(20);
                    bytes.extend(random.bytes(count));
                }
                bytes.extend(one(transport, random));
            }
            bytes
        }
        Shape::Steps => {
            let mut bytes = random.bytes(7);
            for _ in 0..1 + random.below(24) {
                let its = match random.below(8) {
                    0 => random.bytes(3),
                    1 => {
                        let transport = random.pick(&Transport::ALL);
                        one(transport, random)
                    }
                    _ => [vec![random.byte()], pdu(random)].concat(),
                };
                let count = its.len().min(255);
                bytes.extend([random.byte(), count as u8]);
                bytes.extend(&its[..count]);
            }
            bytes
        }
        Shape::Numbers => {
            let count = random.pick(&[20, 22, 24, 100]) + random.below(4);
            // Mostly small ones.
            (0..count).map(|_| if random.is(500) { random.below(4) as u8 } else { random.byte() }).collect()
        }
        Shape::Formula => formula(random),
        Shape::References => {
            let mut bytes = Vec::new();
            for _ in 0..1 + random.below(6) {
                bytes.extend(reference(random).into_bytes());
                bytes.push(random.pick(b"   \t\n"));
            }
            if random.is(300) {
                change(&mut bytes, random);
            }
            bytes
        }
        Shape::Chunk => super::chunks::generate(random),
        Shape::NumberText => {
            let mut bytes = vec![random.byte(), random.byte(), random.below(8) as u8, random.below(12) as u8];
            bytes.extend(random.is(300).then_some(b'-'));
            let count = random.pick(&[3, 8, 20, 45, 105]);
            let point = random.below(count + 1);
            for place in 0..random.below(count + 1) {
                bytes.extend((place == point).then_some(b'.'));
                bytes.push(*random.pick(&[b"0123456789", b"0000550999"]).get(random.below(10)).unwrap_or(&b'0'));
            }
            if random.is(100) {
                bytes.extend(format!("e{}", random.below(600) as i32 - 300).bytes());
            }
            if random.is(50) {
                change(&mut bytes, random);
            }
            bytes
        }
    }
}

/// A formula, mostly one that can be read.
fn formula(random: &mut Random) -> Vec<u8> {
    let mut bytes = Vec::new();
    let mut depth = 0;
    for _ in 0..random.pick(&[1, 3, 8, 40, 150]) {
        while depth < 34 && random.is(150) {
            bytes.extend(random.pick(&[&b"("[..], b"-", b" ( ", b"-("]));
            depth += usize::from(bytes.ends_with(b"(") || bytes.ends_with(b"( "));
        }
        match random.below(4) {
            0 => bytes.extend(format!("#{}", random.below(40)).bytes()),
            1 => bytes.extend(format!("{}.{}", random.below(30), random.below(1000)).bytes()),
            _ => bytes.extend(format!("{}", random.below(12)).bytes()),
        }
        while depth > 0 && random.is(300) {
            bytes.push(b')');
            depth -= 1;
        }
        bytes.extend(random.pick(&[&b"+"[..], b" - ", b"*", b"/", b" Mod ", b"^"]));
    }
    bytes.push(b'2');
    bytes.extend(std::iter::repeat_n(b')', depth));
    if random.is(250) {
        change(&mut bytes, random);
    }
    bytes
}

/// A reference in one of the forms of the grammar, mostly to what a small plant has.
fn reference(random: &mut Random) -> String {
    let slug = |random: &mut Random| random.pick(&["a", "b1", "a-b", "no", "17"]).to_owned();
    let id = |random: &mut Random| random.below(50).to_string();
    let net = |random: &mut Random| match random.below(5) {
        0 => format!("#{}", random.below(3)),
        1 => format!("[{}]", random.pick(&["a", "12-34-56-78-90-ab"])),
        2 => format!("10.0.0.{}", random.below(3)),
        3 => random.pick(&["12-34-56-78-90-AB", "12:34:56:78:90:aa"]).to_owned(),
        _ => slug(random),
    };
    let param = match random.below(8) {
        0 => return format!("!{}", random.pick(&["10", "-2.50", "1e3", "ten", ""])),
        1 => return format!("conn?{}", net(random)),
        2 => format!("#{}", id(random)),
        3 => format!("{}#{}@{}@{}", id(random), slug(random), slug(random), slug(random)),
        4 => random.pick(&["[a]", "[b1]", "~a", "[", "[a"]).to_owned(),
        5 => format!("{}.{}", slug(random), slug(random)),
        _ => {
            let device = match random.below(3) {
                0 => format!("#{}", random.below(7)),
                1 => slug(random),
                _ => format!("{}>{}", net(random), random.below(4)),
            };
            let kind = random.pick(&["", "", "holding>", "input>", "coil>", "discrete-input>", "x>"]);
            let bits = random.pick(&["", "", ".1", ".4", ".1-3", ".3-1", ".16"]);
            format!("{device}>{kind}{}{bits}{}", random.below(5), random.pick(&["", "", "i", "h", "c", "d"]))
        }
    };
    format!("{}{param}", random.pick(&["", "*"]))
}

/// A request or a reply, not always as it should be.
fn pdu(random: &mut Random) -> Vec<u8> {
    let mut pdu = match random.below(16) {
        0 => {
            let count = random.below(260);
            random.bytes(count)
        }
        1..=7 => question(random),
        _ => {
            let asked = question(random);
            let mut buffer = [0; MAX_PDU];
            buffer[..asked.len()].copy_from_slice(&asked);
            let length = answer(&mut Plant::default(), UnitId(random.byte()), &mut buffer, asked.len());
            buffer[..length].to_vec()
        }
    };
    if random.is(400) {
        change(&mut pdu, random);
    }
    pdu
}

/// A frame, or what is left of one.
fn one(transport: Transport, random: &mut Random) -> Vec<u8> {
    let mut pdu = pdu(random);
    pdu.truncate(MAX_PDU);
    if pdu.is_empty() {
        pdu.push(random.byte());
    }
    let unit = random.pick(&[1, 1, 17, 0, 255, 9]);
    let mut bytes = frame(transport, random.word() % 8, unit, &pdu);
    if random.is(250) {
        change(&mut bytes, random);
    }
    bytes
}

/// Changes, takes away, adds or doubles a few bytes.
fn change(bytes: &mut Vec<u8>, random: &mut Random) {
    for _ in 0..1 + random.below(3) {
        let place = random.below(bytes.len().max(1));
        match random.below(7) {
            _ if bytes.is_empty() => bytes.push(random.byte()),
            0 => bytes[place] = random.byte(),
            1 => bytes[place] ^= 1 << random.below(8),
            2 => bytes[place] = random.pick(&[0, 1, 2, 0x7F, 0x80, 0xFE, 0xFF]),
            3 => bytes.truncate(place),
            4 => bytes.insert(place, random.byte()),
            5 => drop(bytes.remove(place)),
            _ => {
                let end = place + random.below(bytes.len() - place + 1);
                let piece = bytes[place..end].to_vec();
                bytes.splice(place..place, piece);
            }
        }
    }
}
