//! Registers to values and text.

use std::hint::black_box;

use parabus_core::value::{Codec, DataType, Decimal};

use crate::race::{contestant, race};

pub fn run() {
    let codec = |code: &str| Codec::new(DataType::from_code(code).expect("a code"));
    let tenths = codec("u16-be").multiplier(Decimal::parse("0.1").expect("a number"));
    let float = codec("f32-be");
    race(
        "registers to a value and its text",
        &String::new(),
        None,
        vec![
            contestant("f64 arithmetic, core::fmt (inexact)", |text: &mut String| {
                *text = (f64::from(black_box(255_u16)) * 0.1).to_string();
            }),
            contestant("parabus: u16 × 0.1, exact", |text| {
                *text = tenths.decode(black_box(&[255])).expect("a value").to_string();
            }),
            contestant("parabus: f32, shortest", |text| {
                *text = float.decode(black_box(&[0x4366, 0x3333])).expect("a value").to_string();
            }),
        ],
    );
}
