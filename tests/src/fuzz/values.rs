//! Registers that nobody means well: what decodes is encoded to the same value, and an array is its
//! values one after the other.

use parabus_core::value::{ArrayDecoded, Codec, DataType, Decimal, Source, Value, ValueError};

use super::input::Input;

pub fn values(data: &[u8]) {
    let mut input = Input(data);
    let Some(codec) = codec(&mut input) else { return };
    let text = core::str::from_utf8(input.take(12)).unwrap_or("-0.5e3");
    let mut registers = Vec::new();
    while !input.is_done() && registers.len() < 125 {
        registers.push(input.word());
    }
    let count = codec.register_count();
    let mut room = [0xA5A5; 125];
    if let Ok(written) = codec.encode(text, &mut room) {
        // Many digits times a multiplier of many are too long to be told: an error, not another number.
        let is_told = matches!(codec.decode(&room[..written]), Ok(_) | Err(ValueError::NumberTooLong));
        assert!(is_told, "{codec:?} wrote `{text}` as {:x?}", &room[..written]);
    }
    let whole = if matches!(codec.data_type(), DataType::Text(_)) { registers.len().max(1) } else { count };
    for registers in registers.chunks_exact(whole) {
        there_and_back(codec, registers);
    }
    array(codec, &registers[..registers.len() / count * count]);
}

fn codec(input: &mut Input<'_>) -> Option<Codec> {
    let types: Vec<DataType> = DataType::all().collect();
    let data_type = types[usize::from(input.byte()) % types.len()];
    let mut decimal = || {
        let (digits, size, exponent) = (i128::from(input.word().cast_signed()), input.byte(), input.byte());
        let digits = if size < 200 { digits } else { digits << (size % 100) };
        Decimal::new(digits, i16::from(exponent.cast_signed()) / 6).ok()
    };
    let (multiplier, shift) = (decimal()?, decimal()?);
    let (bit, bits) = (input.byte() % 17, input.byte() % 18);
    let codes = [input.word(), input.word()].map(|code| Some(u64::from(code)).filter(|code| code % 2 == 0));
    let codec = Codec::new(data_type).multiplier(multiplier).shift(shift).not_available(codes);
    if !data_type.is_part() {
        return Some(codec);
    }
    let codec = codec.bit(bit).ok()?;
    if bits == 0 { Some(codec) } else { codec.bits(bits).ok() }
}

fn there_and_back(codec: Codec, registers: &[u16]) {
    let Ok(value) = codec.decode(registers) else { return };
    let text = value.to_string();
    if let Some(decimal) = value.decimal() {
        assert_eq!(text.parse::<Decimal>().ok(), Some(decimal), "{text}");
    }
    let mut back = registers.to_vec();
    match codec.encode(&text, &mut back) {
        Ok(count) => {
            let Ok(again) = codec.decode(&back[..count]) else {
                assert!(codec.data_type().is_float(), "{codec:?} {registers:x?}: {text}");
                return;
            };
            // Of a float's sum digits beyond the room for them are gone; what is left is the same number.
            let number = |value: Value<'_>| value.decimal().map(|number| number.to_f64().to_bits());
            let is_same =
                if codec.data_type().is_float() { number(again) == number(value) } else { again.to_string() == text };
            assert!(is_same, "{codec:?} {registers:x?}: {text}, then {again}");
        }
        // A multiplier of 0, or digits that the shift brought beyond what is held.
        Err(error) => assert!(matches!(value, Value::Number(_)), "{codec:?} {registers:x?}: {error}"),
    }
}

fn array(codec: Codec, registers: &[u16]) {
    let values = registers.len() / codec.register_count();
    let mut floats = vec![0.0; values];
    let Ok(decoded) = codec.decode_array(Source::Registers(registers), &mut floats) else {
        assert!(!codec.data_type().is_numeric());
        return;
    };
    let bytes: Vec<u8> = registers.iter().flat_map(|register| register.to_be_bytes()).collect();
    let mut again = vec![0.0; values];
    assert_eq!(codec.decode_array(Source::Bytes(&bytes), &mut again), Ok(decoded));
    let mut missing = 0;
    for ((registers, float), again) in registers.chunks(codec.register_count()).zip(&floats).zip(&again) {
        let value = codec.decode(registers).ok().and_then(|value| value.decimal());
        let want = value.map_or(f64::NAN, |value| value.to_string().parse().expect("a number"));
        assert!(float.to_bits() == again.to_bits() || float.is_nan() && again.is_nan());
        assert!(
            float.to_bits() == want.to_bits() || float.is_nan() && want.is_nan(),
            "{codec:?} {registers:x?}: {float:?}, not {want:?}"
        );
        missing += usize::from(want.is_nan());
    }
    assert_eq!(decoded, ArrayDecoded { values, missing });
    let mut integers = vec![0; values];
    if codec.decode_array_integers(Source::Bytes(&bytes), &mut integers).is_ok() {
        for (registers, integer) in registers.chunks(codec.register_count()).zip(integers) {
            let value = codec.decode(registers).ok().and_then(|value| value.decimal());
            assert_eq!(value, Some(Decimal::from(integer)), "{codec:?} {registers:x?}");
        }
    }
}
