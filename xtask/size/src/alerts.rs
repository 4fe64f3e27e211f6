//! Alerts.

use core::hint::black_box;

use parabus_core::alert::{
    Action, Comparison, Condition, ConditionState, Effect, Event, FollowUp, Logic, Rule, Stage, State, effect_id,
    emit_state, next_deadline, parse_state, step,
};
use parabus_core::value::Decimal;

/// A rule of two conditions with everything that can happen to it, stored and loaded.
///
/// # Safety
/// `data` points to `length` bytes, which nobody else reads.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn size_alert(data: *mut u8, length: usize, at_ms: i64, number: i64, choice: u8) -> u32 {
    // SAFETY: promised by the caller.
    let bytes = unsafe { core::slice::from_raw_parts_mut(data, length) };
    let threshold = Decimal::from(number);
    let comparison = Comparison::ALL.get(usize::from(choice)).copied().unwrap_or(Comparison::Less);
    let hold_ms = u32::from(choice);
    let made = Condition::compare(1, comparison, threshold, Decimal::ONE)
        .and_then(|condition| condition.hold_ms(hold_ms))
        .and_then(|value| Ok([value, Condition::reading_error(2, choice.into())?.hold_ms(hold_ms)?]));
    let Ok(conditions) = made else { return 0 };
    let timeout_ms = number.unsigned_abs();
    let actions = [Action { timeout_ms, has_channel: choice > 1 }; 2];
    let follow_ups = Stage::ALL.map(|stage| FollowUp { stage, timeout_ms });
    let logic = if choice > 7 { Logic::All } else { Logic::Any };
    let Ok(rule) = Rule::new(logic, &conditions, &actions, &follow_ups, timeout_ms) else { return 0 };
    let mut states = [ConditionState::new(at_ms); 2];
    let mut state = parse_state(bytes, &mut states).unwrap_or(State::new(at_ms, 0));
    let readings = [(black_box(1), Some(threshold)), (black_box(2), None)];
    let params = [black_box(2)];
    let mut told = 0u64;
    let mut tell = |effect: Effect| told ^= effect_id(1, effect.record, effect.kind);
    let event = match choice {
        0 => Event::Tick { at_ms },
        1 => Event::Confirm { at_ms },
        2 => Event::Polling { at_ms, params: &params, is_on: number > 0 },
        3 => Event::Restart { at_ms },
        4 => Event::Close { at_ms },
        _ => Event::Cycle { at_ms, readings: &readings },
    };
    step(&rule, &mut state, &mut states, &event, &mut tell).ok();
    let written = emit_state(&state, &states, bytes).unwrap_or(0);
    written as u32 ^ told as u32 ^ next_deadline(&rule, &state, &states).unwrap_or(0) as u32
}
