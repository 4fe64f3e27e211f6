//! Alerts: when records open and close, and what is due when (AGGREGATION.md 4.11; DOMAIN.md A-14, A-15).
//!
//! A [`Rule`] says what is watched and who is told after how long, a [`State`] of 64 bytes and a
//! [`ConditionState`] of 16 for each condition say how things stand. [`step`] takes both one event
//! further and hands out [`Effect`]s. Time runs inside: before an event everything that was due until then
//! is worked off, each at its own instant, so that one late [`Event::Tick`] has the effects of a hundred.
//! Time never runs backwards: what comes with an earlier instant than was seen happens at that instant.
//!
//! A condition is true, false or unknown ([`Truth`]). A record opens at the instant that makes the logic
//! true, and closes when it was false for the whole of the resolve delay; while it is unknown the record
//! stays as it is. At one instant hold limits pass first, then a record closes, then come actions and
//! follow-ups by their place in the rule, then the end of a mark of flapping; then the event itself, and
//! what it made due at once.
//!
//! ```
//! use parabus_core::alert::{
//!     Action, Comparison, Condition, ConditionState, Event, Kind, Logic, Rule, State, next_deadline, step,
//! };
//! use parabus_core::value::Decimal;
//!
//! // Above 25 °C for five minutes: somebody is told.
//! let threshold = Decimal::from(25_i64);
//! let conditions = [Condition::compare(542, Comparison::Greater, threshold, Decimal::ZERO).unwrap()];
//! let actions = [Action { timeout_ms: 300_000, has_channel: true }];
//! let rule = Rule::new(Logic::All, &conditions, &actions, &[], 60_000).unwrap();
//! let (mut state, mut states) = (State::new(0, 0), [ConditionState::new(0)]);
//! let mut effects = Vec::new();
//!
//! let readings = [(542, Some(Decimal::parse("25.1").unwrap()))];
//! let cycle = Event::Cycle { at_ms: 1000, readings: &readings };
//! step(&rule, &mut state, &mut states, &cycle, &mut |effect| effects.push(effect)).unwrap();
//! assert_eq!((effects[0].kind, effects[0].record, state.started_ms()), (Kind::Open, 1, Some(1000)));
//!
//! assert_eq!(next_deadline(&rule, &state, &states), Some(301_000));
//! step(&rule, &mut state, &mut states, &Event::Tick { at_ms: 400_000 }, &mut |effect| effects.push(effect)).unwrap();
//! assert_eq!((effects[1].kind, effects[1].at_ms), (Kind::Action(0), 301_000));
//! ```

mod condition;
mod effect;
mod error;
mod machine;
mod rule;
mod state;
mod stored;
#[cfg(test)]
mod tests;

pub use condition::{Comparison, Condition, ConditionState, Test, Truth};
pub use effect::{Effect, Kind, effect_id};
pub use error::AlertError;
pub use machine::{Event, next_deadline, step};
pub use rule::{Action, FollowUp, Logic, Rule, Stage};
pub use state::{Phase, State};
pub use stored::{emit_state, parse_state, stored_length};
