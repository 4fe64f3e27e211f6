//! Two laws of values, over many registers: what was decoded is encoded to the same registers, and
//! nothing panics.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::arithmetic_side_effects)]

use parabus_core::value::{Codec, DataType, Decimal, Raw};

/// Registers from a linear congruential generator, every fourth time of few bits, so that
/// small numbers, zeros and ones, infinities and denormals turn up as well.
fn registers(seed: &mut u64) -> [u16; 4] {
    let mut next = || {
        *seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (*seed >> 48) as u16
    };
    let edges = [0, 1, 0x7fff, 0x8000, 0xffff, 0x7f80, 0x7ff0, 0x0080];
    let edgy = next() % 4 == 0;
    core::array::from_fn(|_| if edgy { edges[usize::from(next()) % edges.len()] } else { next() })
}

#[test]
fn what_was_decoded_is_encoded_to_the_same_registers() {
    let mut seed = 2026;
    let mut compared = 0;
    for data_type in DataType::all() {
        for (multiplier, shift) in [("1", "0"), ("0.1", "0"), ("-0.003", "0"), ("7", "-273.15"), ("1e-9", "1")] {
            let codec = Codec::new(data_type);
            let codec = if data_type == DataType::Bit {
                codec.bit(11).unwrap()
            } else {
                codec.multiplier(Decimal::parse(multiplier).unwrap()).shift(Decimal::parse(shift).unwrap())
            };
            for _ in 0..200 {
                let all = registers(&mut seed);
                let before = &all[..codec.register_count()];
                let Ok(value) = codec.decode(before) else {
                    continue;
                };
                let mut after = all;
                codec.encode(&value.to_string(), &mut after).unwrap();
                if data_type.is_float() && value == codec.value(Raw(0)).unwrap() {
                    continue; // a negative zero comes back as zero
                }
                assert_eq!(after[..before.len()], *before, "{data_type} {value}");
                compared += 1;
            }
        }
    }
    assert!(compared > 40_000, "{compared}");
}

#[test]
fn no_registers_and_no_text_make_it_panic() {
    let texts =
        ["", "-", "1e1000", "-1e-1000", "99999999999999999999999999999999999999", "0.5", "18446744073709551616"];
    let mut seed = 7;
    for data_type in DataType::all() {
        for scale in texts.iter().filter_map(|text| Decimal::parse(text).ok()) {
            let codec = Codec::new(data_type).multiplier(scale).shift(scale);
            for count in 0..=4 {
                let mut registers = registers(&mut seed);
                if let Ok(value) = codec.decode(&registers[..count]) {
                    assert!(!value.to_string().contains('e'));
                }
                for text in texts {
                    let written = codec.encode(text, &mut registers[..count]);
                    assert!(written.is_err() || written == Ok(codec.register_count()));
                }
            }
        }
    }
}
