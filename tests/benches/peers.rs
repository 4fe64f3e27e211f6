//! Core beside its peers, measured in one run and told as ratios. `cargo xtask bench [AREA]`.

use std::hint::black_box;
use std::time::Instant;

use parabus_core::modbus::client::Event;
use parabus_core::modbus::tcp::Client;
use parabus_core::modbus::{FunctionCode, Request, Response, UnitId};
use parabus_core::reference::Reference;
use parabus_core::value::{Codec, DataType, Decimal};

/// Samples of each contestant; they take turns, so that a busy moment hits all alike.
const SAMPLES: usize = 31;

/// Repetitions in one sample.
const REPEAT: u32 = 5000;

struct Contestant<'a> {
    name: &'static str,
    run: Box<dyn FnMut() + 'a>,
}

fn contestant<'a>(name: &'static str, run: impl FnMut() + 'a) -> Contestant<'a> {
    Contestant { name, run: Box::new(run) }
}

/// Median nanoseconds of each, and the ratio to the first.
fn race(title: &str, mut contestants: Vec<Contestant<'_>>) {
    let mut times = vec![Vec::new(); contestants.len()];
    for _ in 0..SAMPLES {
        for (each, times) in contestants.iter_mut().zip(&mut times) {
            let started = Instant::now();
            for _ in 0..REPEAT {
                (each.run)();
            }
            times.push(started.elapsed().as_nanos() as f64 / f64::from(REPEAT));
        }
    }
    println!("\n  {title}");
    let medians: Vec<f64> = times
        .iter_mut()
        .map(|times| {
            times.sort_by(f64::total_cmp);
            times[SAMPLES / 2]
        })
        .collect();
    for (each, median) in contestants.iter().zip(&medians) {
        println!("  {:<34}{median:>9.1} ns  {:>6.2}x", each.name, median / medians[0]);
    }
}

fn modbus() {
    let mut frame = vec![0, 1, 0, 0, 0, 253, 1, 3, 250];
    frame.extend((0..125u16).flat_map(u16::to_be_bytes));
    let request = Request::Read { function: FunctionCode::READ_HOLDING_REGISTERS, address: 0, quantity: 125 };
    let (mut copy, mut ours, mut machine, mut theirs) = ([0u8; 259], [0u16; 125], [0u16; 125], [0u16; 125]);
    race(
        "TCP reply of 125 registers, checked and written out",
        vec![
            contestant("memcpy of its bytes", || copy.copy_from_slice(black_box(&frame))),
            contestant("parabus: frame and PDU", || {
                let frame = parabus_core::modbus::tcp::Frame::parse(black_box(&frame)).expect("a frame");
                if let Ok(Response::Registers { registers, .. }) = Response::parse(frame.pdu) {
                    ours.iter_mut().zip(registers.iter()).for_each(|(to, from)| *to = from);
                }
                black_box(&ours);
            }),
            contestant("parabus: request and reply, machine", || {
                let mut client = Client::<1>::new(1);
                let mut out = [0; 260];
                client.request(UnitId(1), &request, 0, 1000, &mut out).expect("room");
                let event = client.receive(black_box(&frame)).expect("a frame").1;
                if let Some(Event::Reply { response: Response::Registers { registers, .. }, .. }) = event {
                    machine.iter_mut().zip(registers.iter()).for_each(|(to, from)| *to = from);
                }
                black_box(&machine);
            }),
            contestant("modbus-core 0.2", || {
                let decoded = modbus_core::tcp::client::decode_response(black_box(&frame)).expect("a frame");
                let pdu = decoded.expect("whole").pdu.0.expect("no exception");
                if let modbus_core::Response::ReadHoldingRegisters(data) = pdu {
                    theirs.iter_mut().enumerate().for_each(|(i, to)| *to = data.get(i).unwrap_or(0));
                }
                black_box(&theirs);
            }),
        ],
    );
}

fn value() {
    let codec = |code: &str| Codec::new(DataType::from_code(code).expect("a code"));
    let tenths = codec("u16-be").multiplier(Decimal::parse("0.1").expect("a number"));
    let float = codec("f32-be");
    race(
        "registers to a value and its text",
        vec![
            contestant("f64 arithmetic, core::fmt (inexact)", || {
                black_box((f64::from(black_box(255u16)) * 0.1).to_string());
            }),
            contestant("parabus: u16 × 0.1, exact", || {
                black_box(tenths.decode(black_box(&[255])).expect("a value").to_string());
            }),
            contestant("parabus: f32, shortest", || {
                black_box(float.decode(black_box(&[0x4366, 0x3333])).expect("a value").to_string());
            }),
        ],
    );
}

fn reference() {
    race(
        "reference to its parts",
        vec![
            contestant("splitting at `>` alone", || {
                black_box(black_box("boiler>holding>100").split('>').count());
            }),
            contestant("parabus", || {
                black_box(Reference::parse(black_box("boiler>holding>100")).expect("a reference"));
            }),
        ],
    );
}

fn main() {
    let wanted: Vec<String> = std::env::args().skip(1).filter(|word| !word.starts_with('-')).collect();
    let areas: [(&str, fn()); 3] = [("modbus", modbus), ("value", value), ("reference", reference)];
    for (name, run) in areas {
        if wanted.is_empty() || wanted.iter().any(|area| area == name) {
            run();
        }
    }
}
