use std::vec;
use std::vec::Vec;

use crate::alert::{
    AlertError, Comparison, Condition, ConditionState, Event, Logic, Rule, State, emit_state, parse_state, step,
    stored_length,
};
use crate::modbus::rtu::crc16;
use crate::value::Decimal;

fn state() -> (State, [ConditionState; 2]) {
    let conditions = [
        Condition::compare(1, Comparison::Greater, Decimal::ZERO, Decimal::ZERO).unwrap(),
        Condition::reading_error(2, 3).unwrap(),
    ];
    let rule = Rule::new(Logic::Any, &conditions, &[], &[], 1).unwrap();
    let (mut state, mut states) = (State::new(5, 6), [ConditionState::new(5); 2]);
    let readings = [(1, Some(Decimal::ONE)), (2, None)];
    step(&rule, &mut state, &mut states, &Event::Cycle { at_ms: 258, readings: &readings }, &mut |_| {}).unwrap();
    step(&rule, &mut state, &mut states, &Event::Confirm { at_ms: 513 }, &mut |_| {}).unwrap();
    (state, states)
}

fn emitted() -> Vec<u8> {
    let (state, states) = state();
    let mut bytes = vec![0; stored_length(2)];
    assert_eq!(emit_state(&state, &states, &mut bytes), Ok(bytes.len()));
    bytes
}

#[test]
fn bytes_are_those_of_the_table() {
    let instant = |ms: i64| ms.to_le_bytes().to_vec();
    let mut want = b"PBA\x01\x02\x00".to_vec();
    want.extend([513, 258, 258, 258, 513].into_iter().flat_map(instant));
    want.extend([0xFF; 12]);
    want.extend([7, 0, 0, 0, 0, 0, 0, 0, 1, 2, 1]);
    want.extend(instant(258).into_iter().chain([0, 0, 0, 0, 0, 0, 1 | 2 | 4]));
    want.extend(instant(258).into_iter().chain([253, 0, 0, 0, 1, 0, 1]));
    let crc = crc16(&want).to_le_bytes();
    want.extend(crc);
    assert_eq!(emitted(), want);
    assert_eq!(want.len(), 6 + 63 + 2 * 15 + 2);
}

#[test]
fn what_is_no_state_is_refused_and_writes_nothing() {
    let bytes = emitted();
    let untouched = [ConditionState::new(-1); 2];
    let parse = |bytes: &[u8]| {
        let mut states = untouched;
        let parsed = parse_state(bytes, &mut states);
        assert!(parsed.is_ok() || states == untouched);
        parsed
    };
    assert_eq!(parse(&bytes), Ok(state().0));
    let mut longer = bytes.clone();
    longer.extend([0xFF; 9]);
    assert_eq!(parse(&longer), Ok(state().0));
    for length in 0..bytes.len() {
        assert!(parse(&bytes[..length]).is_err(), "{length}");
        for flip in 0..8 {
            let mut damaged = bytes.clone();
            damaged[length] ^= 1 << flip;
            assert!(parse(&damaged).is_err(), "{length}.{flip}");
        }
    }
    let mended = |offset: usize, byte: u8| {
        let mut changed = bytes.clone();
        changed[offset] = byte;
        let end = changed.len() - 2;
        let crc = crc16(&changed[..end]).to_le_bytes();
        changed[end..].copy_from_slice(&crc);
        parse(&changed).map_err(|error| (error.offset(), error))
    };
    let stored = |offset, expected| Err((Some(offset), AlertError::Stored { offset, expected }));
    assert_eq!(mended(66, 4), stored(66, "0 to 3"));
    assert_eq!(mended(67, 3), stored(67, "0 to 2"));
    assert_eq!(mended(68, 8), stored(68, "0 to 7"));
    assert_eq!(mended(98, 16), stored(98, "0 to 15"));
    assert_eq!(mended(3, 2), Err((None, AlertError::Version { found: 2 })));
    assert_eq!(mended(4, 1), Err((None, AlertError::Conditions { found: 1, expected: 2 })));
    assert!(mended(98, 15).is_ok());
}

#[test]
fn too_little_room_is_told() {
    let (state, states) = state();
    for length in 0..stored_length(2) {
        assert_eq!(emit_state(&state, &states, &mut vec![0; length]), Err(AlertError::Room { found: length }));
    }
}
