//! Two laws of values, over many registers: what was decoded is encoded to the same registers, and
//! nothing panics.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::arithmetic_side_effects)]

use parabus_core::value::{Codec, DataType, Decimal, Packing, Raw};

/// Registers from a linear congruential generator, every fourth time of few bits, so that
/// small numbers, zeros and ones, infinities and denormals turn up as well.
fn registers(seed: &mut u64) -> [u16; 6] {
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
            } else if data_type.is_part() {
                codec.bit(3).unwrap().bits(7).unwrap().multiplier(Decimal::parse(multiplier).unwrap())
            } else if let DataType::Text(_) = data_type {
                codec.bits(6).unwrap()
            } else {
                codec.multiplier(Decimal::parse(multiplier).unwrap()).shift(Decimal::parse(shift).unwrap())
            };
            for _ in 0..200 {
                let mut all = registers(&mut seed);
                if !matches!(data_type, DataType::Number { .. } | DataType::Bit) {
                    // Digits, letters and bytes, so that most are values.
                    all = all.map(|register| match data_type {
                        DataType::Bcd { .. } => register & 0x7777,
                        DataType::Text(Packing::Single) | DataType::Ipv4 | DataType::Mac => register & 0x7F | 1,
                        DataType::Text(_) => register & 0x7F7F | 0x0101,
                        _ => register,
                    });
                    // A blank at the end does not come back.
                    all[5] |= 0x4141;
                    if matches!(data_type, DataType::Text(Packing::Single) | DataType::Ipv4 | DataType::Mac) {
                        all[5] &= 0xFF;
                    }
                }
                let before = &all[..codec.register_count()];
                let Ok(value) = codec.decode(before) else {
                    continue;
                };
                let mut after = all;
                codec.encode(&value.to_string(), &mut after).unwrap();
                if data_type.is_float() && Ok(value) == codec.value(Raw(0)) {
                    continue; // a negative zero comes back as zero
                }
                assert_eq!(after[..before.len()], *before, "{data_type} {value}");
                compared += 1;
            }
        }
    }
    assert!(compared > 40_000, "{compared}");
}

/// Whole number and decimals of plain text.
fn fraction(text: &str) -> (i128, u32) {
    let (whole, decimals) = text.split_once('.').unwrap_or((text, ""));
    (format!("{whole}{decimals}").parse().unwrap(), decimals.len() as u32)
}

#[test]
fn no_digit_is_lost_against_integer_arithmetic() {
    let mut seed = 64;
    for _ in 0..20_000 {
        let [a, b, c, d, e, f] = registers(&mut seed);
        let raw = [a, b, c, d];
        let unsigned = raw.iter().fold(0u64, |bits, register| bits << 16 | u64::from(*register));
        let (factor, factor_decimals) = (i128::from(e) - 32_768, u32::from(f) % 10);
        let (offset, offset_decimals) = (i128::from(f) - 1_000, u32::from(e) % 7);
        let decimal = |digits, decimals: u32| Decimal::new(digits, -(decimals as i16)).unwrap();
        for (code, whole) in [("u64-be", i128::from(unsigned)), ("i64-be", i128::from(unsigned.cast_signed()))] {
            let codec = Codec::new(DataType::from_code(code).unwrap())
                .multiplier(decimal(factor, factor_decimals))
                .shift(decimal(offset, offset_decimals));
            let (got, decimals) = fraction(&codec.decode(&raw).unwrap().to_string());
            // Both sides as integers over 10^10.
            let want = whole * factor * 10i128.pow(10 - factor_decimals) + offset * 10i128.pow(10 - offset_decimals);
            assert_eq!(got * 10i128.pow(10 - decimals), want, "{whole} x {factor}e-{factor_decimals} + {offset}");
        }
    }
}

#[test]
fn no_registers_and_no_text_make_it_panic() {
    let texts =
        ["", "-", "1e1000", "-1e-1000", "99999999999999999999999999999999999999", "0.5", "18446744073709551616"];
    let mut seed = 7;
    for data_type in DataType::all() {
        for scale in texts.iter().filter_map(|text| Decimal::parse(text).ok()) {
            let codec = Codec::new(data_type).multiplier(scale).shift(scale);
            for count in 0..=6 {
                let mut registers = registers(&mut seed);
                if let Ok(value) = codec.decode(&registers[..count]) {
                    assert!(value.decimal().is_none() || !value.to_string().contains('e'));
                }
                for text in texts {
                    let written = codec.encode(text, &mut registers[..count]);
                    assert!(written.is_err() || written == Ok(codec.written_count(text)));
                }
            }
        }
    }
}
