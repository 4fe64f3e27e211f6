//! Registers to values and text.

use std::hint::black_box;

use std::fmt::Write as _;

use icu_decimal::DecimalFormatter;
use parabus_core::value::{Codec, DataType, Decimal, Digits, Lang, NumberFormat};

use crate::race::{Side, base, contestant, race};

pub fn run() {
    registers();
    numbers();
}

/// A number to text: plain, and as a language writes it.
fn numbers() {
    let value = Decimal::parse("1234567.8").expect("a number");
    let float = 1_234_567.8_f64;
    race(
        "a number of 8 digits to plain text",
        vec![
            base("core::fmt {:.1} of f64 (inexact)", String::new(), |text| {
                text.clear();
                write!(text, "{:.1}", black_box(float)).expect("text");
                text.as_str()
            }),
            contestant(Side::Ours, "parabus: Decimal", "1234567.8", String::new(), |text| {
                text.clear();
                black_box(value).write(text).expect("text");
                text.as_str()
            }),
            contestant(Side::Peer, "zmij: f64", "1234567.8", (String::new(), zmij::Buffer::new()), |(text, buffer)| {
                text.clear();
                text.push_str(buffer.format_finite(black_box(float)));
                text.as_str()
            }),
        ],
    );
    let locale = icu_locale_core::locale!("uk").into();
    let formatter = DecimalFormatter::try_new(locale, Default::default()).expect("data");
    let theirs: fixed_decimal::Decimal = "1234567.8".parse().expect("a number");
    let want = "1\u{a0}234\u{a0}567,8";
    let format = NumberFormat::new(Lang::Ua);
    race(
        "a number of 8 digits in Ukrainian",
        vec![
            base("zmij: f64 to plain text", (String::new(), zmij::Buffer::new()), |(text, buffer)| {
                text.clear();
                text.push_str(buffer.format_finite(black_box(float)));
                text.as_str()
            }),
            contestant(Side::Ours, "parabus: Decimal", want, String::new(), |text| {
                text.clear();
                format.write(black_box(value), text).expect("text");
                text.as_str()
            }),
            contestant(Side::Ours, "parabus: decimal text", want, String::new(), |text| {
                text.clear();
                let digits = Digits::parse(black_box("1234567.8")).expect("a number");
                format.write_digits(digits, text).expect("text");
                text.as_str()
            }),
            contestant(Side::Peer, "icu_decimal", want, String::new(), |text| {
                text.clear();
                write!(text, "{}", formatter.format(black_box(&theirs))).expect("text");
                text.as_str()
            }),
            contestant(Side::Peer, "icu_decimal, of text", want, String::new(), |text| {
                text.clear();
                let number: fixed_decimal::Decimal = black_box("1234567.8").parse().expect("a number");
                write!(text, "{}", formatter.format(&number)).expect("text");
                text.as_str()
            }),
        ],
    );
}

fn registers() {
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
