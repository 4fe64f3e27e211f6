//! Frames: 125 holding registers asked for and given, on a serial line and on TCP; checksums.

use std::hint::black_box;

use parabus_core::modbus::rtu;

use crate::peers::{
    ASKED, Asked, COUNT, Peer, TRANSACTION, Values, modbus_core, ours, rmodbus, rustmod, rusty_modbus, tokio_modbus,
    values,
};
use crate::race::{Contestant, Side, contestant, memcpy, race};

pub fn run() {
    let request = [3, 0, ASKED.address as u8, 0, COUNT as u8];
    let mut response = vec![3, 2 * COUNT as u8];
    response.extend(values().iter().flat_map(|value| value.to_be_bytes()));
    for length in [6, 253, 4096] {
        checksums(length);
    }
    let values = values();
    on_serial(&serial(&request), &serial(&response), &values);
    on_tcp(&mbap(&request), &mbap(&response), &values);
}

fn serial(pdu: &[u8]) -> Vec<u8> {
    let mut frame = vec![ASKED.unit];
    frame.extend(pdu);
    frame.extend(crc16::State::<crc16::MODBUS>::calculate(&frame).to_le_bytes());
    frame
}

fn mbap(pdu: &[u8]) -> Vec<u8> {
    let mut frame = TRANSACTION.to_be_bytes().to_vec();
    frame.extend([0, 0, 0, pdu.len() as u8 + 1, ASKED.unit]);
    frame.extend(pdu);
    frame
}

fn checksums(length: u32) {
    let table = crc::Crc::<u16>::new(&crc::CRC_16_MODBUS);
    let bytes: Vec<u8> = (0..length).map(|index| (index * 7) as u8).collect();
    let want = table.checksum(&bytes);
    let contestants = vec![
        memcpy(&bytes),
        checksum(Side::Ours, "parabus", &want, &bytes, rtu::crc16),
        checksum(Side::Peer, "crc 3.4, its default table", &want, &bytes, |bytes| table.checksum(bytes)),
        checksum(Side::Peer, "crc16 0.4", &want, &bytes, crc16::State::<crc16::MODBUS>::calculate),
        checksum(Side::Peer, "modbus-core 0.2", &want, &bytes, |bytes| ::modbus_core::rtu::crc16(bytes).swap_bytes()),
        checksum(Side::Peer, "rustmod-core 0.2", &want, &bytes, rustmod_core::frame::rtu::crc16),
        checksum(Side::Peer, "rusty-modbus 0.1", &want, &bytes, rusty_modbus_frame::crc16),
    ];
    race(&format!("CRC-16 of {length} bytes"), contestants);
}

fn checksum<'a>(
    side: Side,
    name: &str,
    want: &'a u16,
    bytes: &'a [u8],
    crc: impl Fn(&[u8]) -> u16 + 'a,
) -> Contestant<'a> {
    contestant(side, name, want, 0, move |sum| {
        *sum = crc(black_box(bytes));
        &*sum
    })
}

fn on_serial(request: &[u8], response: &[u8], values: &Values) {
    race(
        "RTU request of 125 registers, built (8 bytes)",
        vec![
            memcpy(request),
            ask::<ours::Rtu>(request),
            ask::<rusty_modbus::Rtu>(request),
            ask::<rustmod::Rtu>(request),
            ask::<modbus_core::Rtu>(request),
            ask::<tokio_modbus::Rtu>(request),
            ask::<rmodbus::Rtu>(request),
        ],
    );
    race(
        "RTU request, checked and taken apart",
        vec![
            memcpy(request),
            asked::<ours::Rtu>(request),
            asked::<rusty_modbus::Rtu>(request),
            asked::<rustmod::Rtu>(request),
            asked::<modbus_core::Rtu>(request),
            asked::<tokio_modbus::Rtu>(request),
            asked::<rmodbus::Rtu>(request),
        ],
    );
    race(
        "RTU response of 125 registers, built (255 bytes)",
        vec![
            memcpy(response),
            give::<ours::Rtu>(values, response),
            contestant(Side::Ours, "parabus: emitted", response, [0; 260], |frame| {
                ours::Rtu.emit(black_box(values), frame)
            }),
            give::<rusty_modbus::Rtu>(values, response),
            give::<rustmod::Rtu>(values, response),
            give::<modbus_core::Rtu>(values, response),
            give::<tokio_modbus::Rtu>(values, response),
            give::<rmodbus::Rtu>(values, response),
        ],
    );
    race(
        "RTU response, checked and written out",
        vec![
            memcpy(response),
            given::<ours::Rtu>(response, values),
            given::<rusty_modbus::Rtu>(response, values),
            given::<rustmod::Rtu>(response, values),
            given::<modbus_core::Rtu>(response, values),
            given::<tokio_modbus::Rtu>(response, values),
            given::<rmodbus::Rtu>(response, values),
        ],
    );
    race(
        "RTU client, a whole round: request built, response written out (peers: codec alone)",
        vec![
            memcpy(response),
            contestant(
                Side::Ours,
                "parabus: machine",
                values,
                (ours::RtuMachine::default(), [0; 260], [0; COUNT as usize]),
                |(machine, frame, values)| {
                    machine.round(black_box(&ASKED), black_box(response), frame, values);
                    &*values
                },
            ),
            round::<ours::Rtu>(response, values),
            round::<rusty_modbus::Rtu>(response, values),
            round::<rustmod::Rtu>(response, values),
            round::<modbus_core::Rtu>(response, values),
            round::<tokio_modbus::Rtu>(response, values),
            round::<rmodbus::Rtu>(response, values),
        ],
    );
}

fn on_tcp(request: &[u8], response: &[u8], values: &Values) {
    race(
        "TCP request of 125 registers, built (12 bytes)",
        vec![
            memcpy(request),
            ask::<ours::Tcp>(request),
            ask::<rusty_modbus::Tcp>(request),
            ask::<rustmod::Tcp>(request),
            ask::<modbus_core::Tcp>(request),
            ask::<tokio_modbus::Tcp>(request),
            ask::<rmodbus::Tcp>(request),
        ],
    );
    race(
        "TCP request, checked and taken apart",
        vec![
            memcpy(request),
            asked::<ours::Tcp>(request),
            asked::<rusty_modbus::Tcp>(request),
            asked::<rustmod::Tcp>(request),
            asked::<modbus_core::Tcp>(request),
            asked::<tokio_modbus::Tcp>(request),
            asked::<rmodbus::Tcp>(request),
        ],
    );
    race(
        "TCP response of 125 registers, built (259 bytes)",
        vec![
            memcpy(response),
            give::<ours::Tcp>(values, response),
            contestant(Side::Ours, "parabus: emitted", response, [0; 260], |frame| {
                ours::Tcp.emit(black_box(values), frame)
            }),
            give::<rusty_modbus::Tcp>(values, response),
            give::<rustmod::Tcp>(values, response),
            give::<modbus_core::Tcp>(values, response),
            give::<tokio_modbus::Tcp>(values, response),
            give::<rmodbus::Tcp>(values, response),
        ],
    );
    race(
        "TCP response, checked and written out",
        vec![
            memcpy(response),
            given::<ours::Tcp>(response, values),
            given::<rusty_modbus::Tcp>(response, values),
            given::<rustmod::Tcp>(response, values),
            given::<modbus_core::Tcp>(response, values),
            given::<tokio_modbus::Tcp>(response, values),
            given::<rmodbus::Tcp>(response, values),
        ],
    );
    race(
        "TCP client, a whole round: request built, response written out (peers: codec alone)",
        vec![
            memcpy(response),
            contestant(
                Side::Ours,
                "parabus: machine",
                values,
                (ours::TcpMachine::new(response), [0; 260], [0; COUNT as usize]),
                |(machine, frame, values)| {
                    machine.round(black_box(&ASKED), frame, values);
                    &*values
                },
            ),
            round::<ours::Tcp>(response, values),
            round::<rusty_modbus::Tcp>(response, values),
            round::<rustmod::Tcp>(response, values),
            round::<modbus_core::Tcp>(response, values),
            round::<tokio_modbus::Tcp>(response, values),
            round::<rmodbus::Tcp>(response, values),
        ],
    );
}

fn ask<'a, P: Peer + 'a>(want: &'a [u8]) -> Contestant<'a> {
    contestant(P::SIDE, P::NAME, want, (P::default(), [0; 260]), |(peer, frame)| peer.ask(black_box(&ASKED), frame))
}

fn asked<'a, P: Peer + 'a>(request: &'a [u8]) -> Contestant<'a> {
    contestant(P::SIDE, P::NAME, &ASKED, (P::default(), Asked::default()), |(peer, asked)| {
        *asked = peer.asked(black_box(request));
        &*asked
    })
}

fn give<'a, P: Peer + 'a>(values: &'a Values, want: &'a [u8]) -> Contestant<'a> {
    contestant(P::SIDE, P::GIVES, want, (P::default(), [0; 260]), |(peer, frame)| peer.give(black_box(values), frame))
}

fn given<'a, P: Peer + 'a>(response: &'a [u8], want: &'a Values) -> Contestant<'a> {
    contestant(P::SIDE, P::NAME, want, (P::default(), [0; COUNT as usize]), |(peer, values)| {
        peer.given(black_box(response), values);
        &*values
    })
}

/// The codec alone: unlike our machine it does not compare the reply with the request, nor watch the time.
fn round<'a, P: Peer + 'a>(response: &'a [u8], want: &'a Values) -> Contestant<'a> {
    let name = if P::SIDE == Side::Ours { "parabus: codec alone" } else { P::NAME };
    let state = (P::default(), [0; 260], [0; COUNT as usize]);
    contestant(P::SIDE, name, want, state, |(peer, frame, values)| {
        black_box(peer.ask(black_box(&ASKED), frame));
        peer.given(black_box(response), values);
        &*values
    })
}
