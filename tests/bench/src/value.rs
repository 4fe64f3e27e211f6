//! Registers to values and text.

use std::hint::black_box;

use parabus_core::value::{Codec, DataType, Decimal};

use crate::race::{Side, base, contestant, race};

pub fn run() {
    let codec = |code: &str| Codec::new(DataType::from_code(code).expect("a code"));
    let tenths = codec("u16-be").multiplier(Decimal::parse("0.1").expect("a number"));
    let float = codec("f32-be");
    race(
        "registers to a value and its text",
        vec![
            base("f64 arithmetic, core::fmt (inexact)", String::new(), |text| {
                *text = (f64::from(black_box(255_u16)) * 0.1).to_string();
                text.as_str()
            }),
            contestant(Side::Ours, "parabus: u16 × 0.1, exact", "25.5", String::new(), |text| {
                *text = tenths.decode(black_box(&[255])).expect("a value").to_string();
                text.as_str()
            }),
            contestant(Side::Ours, "parabus: f32, shortest", "230.2", String::new(), |text| {
                *text = float.decode(black_box(&[0x4366, 0x3333])).expect("a value").to_string();
                text.as_str()
            }),
        ],
    );
}
