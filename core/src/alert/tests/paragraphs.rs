//! AGGREGATION.md 4.11, one paragraph after the other. Times are seconds; readings come every 10 s and hold for 30.

use std::format;
use std::string::String;
use std::vec::Vec;

use crate::alert::{
    Action, AlertError, Comparison, Condition, ConditionState, Event, FollowUp, Kind, Logic, Phase, Rule, Stage, State,
    Truth, effect_id, next_deadline, step,
};
use crate::value::Decimal;

/// An alert with what it did, as text.
struct Play {
    logic: Logic,
    conditions: Vec<Condition>,
    actions: Vec<Action>,
    follow_ups: Vec<FollowUp>,
    delay_s: u64,
    state: State,
    states: Vec<ConditionState>,
    told: Vec<String>,
}

fn decimal(text: &str) -> Decimal {
    Decimal::parse(text).unwrap()
}

fn condition(param: u64, code: &str, threshold: &str, deadband: &str) -> Condition {
    let made = match Comparison::from_code(code) {
        Ok(comparison) => Condition::compare(param, comparison, decimal(threshold), decimal(deadband)),
        Err(_) => Condition::reading_error(param, Condition::FAILURES),
    };
    made.unwrap().hold_ms(30_000).unwrap()
}

impl Play {
    fn new(logic: Logic, conditions: &[Condition]) -> Play {
        Play {
            logic,
            conditions: conditions.to_vec(),
            actions: Vec::new(),
            follow_ups: Vec::new(),
            delay_s: 10,
            state: State::new(0, 0),
            states: conditions.iter().map(|_| ConditionState::new(0)).collect(),
            told: Vec::new(),
        }
    }

    /// On parameter 1 above 25.
    fn above() -> Play {
        Play::new(Logic::All, &[condition(1, "g", "25", "0")])
    }

    fn action(mut self, timeout_s: u64) -> Play {
        self.actions.push(Action { timeout_ms: timeout_s * 1000, has_channel: true });
        self
    }

    fn logged(mut self, timeout_s: u64) -> Play {
        self.actions.push(Action { timeout_ms: timeout_s * 1000, has_channel: false });
        self
    }

    fn follow_up(mut self, stage: Stage, timeout_s: u64) -> Play {
        self.follow_ups.push(FollowUp { stage, timeout_ms: timeout_s * 1000 });
        self
    }

    fn delay(mut self, delay_s: u64) -> Play {
        self.delay_s = delay_s;
        self
    }

    fn step(&mut self, event: &Event<'_>) -> &mut Play {
        let rule = Rule::new(self.logic, &self.conditions, &self.actions, &self.follow_ups, 10_000).unwrap();
        let rule = rule.resolve_delay_ms(self.delay_s * 1000);
        let told = &mut self.told;
        let mut tell = |effect: crate::alert::Effect| {
            let place = effect.kind.index().map_or_else(String::new, |index| format!(" {index}"));
            let due =
                if effect.due_ms == effect.at_ms { String::new() } else { format!(" ({})", effect.due_ms / 1000) };
            told.push(format!("{} {}{place}{due} #{}", effect.at_ms / 1000, effect.kind.code(), effect.record));
        };
        step(&rule, &mut self.state, &mut self.states, event, &mut tell).unwrap();
        self
    }

    fn cycle(&mut self, at_s: i64, readings: &[(u64, &str)]) -> &mut Play {
        let value = |text: &&str| if **text == *"?" { None } else { Some(decimal(text)) };
        let readings: Vec<_> = readings.iter().map(|(param, text)| (*param, value(text))).collect();
        self.step(&Event::Cycle { at_ms: at_s * 1000, readings: &readings })
    }

    /// Parameter 1; `?` is a reading that failed.
    fn read(&mut self, at_s: i64, text: &str) -> &mut Play {
        self.cycle(at_s, &[(1, text)])
    }

    /// The same value every 10 s, both ends included.
    fn hold(&mut self, from_s: i64, until_s: i64, text: &str) -> &mut Play {
        for at_s in (from_s..=until_s).step_by(10) {
            self.read(at_s, text);
        }
        self
    }

    fn tick(&mut self, at_s: i64) -> &mut Play {
        self.step(&Event::Tick { at_ms: at_s * 1000 })
    }

    fn confirm(&mut self, at_s: i64) -> &mut Play {
        self.step(&Event::Confirm { at_ms: at_s * 1000 })
    }

    fn restart(&mut self, at_s: i64) -> &mut Play {
        self.step(&Event::Restart { at_ms: at_s * 1000 })
    }

    fn poll(&mut self, at_s: i64, params: &[u64], is_on: bool) -> &mut Play {
        self.step(&Event::Polling { at_ms: at_s * 1000, params, is_on })
    }

    fn truths(&self) -> Vec<Truth> {
        self.states.iter().zip(&self.conditions).map(|(state, condition)| state.truth(condition)).collect()
    }

    fn truth(&self) -> Truth {
        self.truths()[0]
    }

    #[track_caller]
    fn says(&mut self, want: &[&str]) -> &mut Play {
        assert_eq!(self.told, want);
        self.told.clear();
        self
    }

    fn next_s(&self) -> Option<i64> {
        let rule = Rule::new(self.logic, &self.conditions, &self.actions, &self.follow_ups, 10_000).unwrap();
        let rule = rule.resolve_delay_ms(self.delay_s * 1000);
        next_deadline(&rule, &self.state, &self.states).map(|at_ms| at_ms / 1000)
    }
}

#[test]
fn values_are_compared_exactly() {
    for (code, below, at, above) in [
        ("g", false, false, true),
        ("ge", false, true, true),
        ("l", true, false, false),
        ("le", true, true, false),
        ("eq", false, true, false),
        ("neq", true, false, true),
    ] {
        for (text, want) in [("0.29999999999999999", below), ("0.3", at), ("0.30", at), ("3e-1", at)] {
            let mut play = Play::new(Logic::All, &[condition(1, code, "0.3", "0")]);
            play.read(1, text);
            assert_eq!(play.truth(), if want { Truth::True } else { Truth::False }, "{code} {text}");
        }
        let mut play = Play::new(Logic::All, &[condition(1, code, "9223372036854775807", "0")]);
        play.read(1, "9223372036854775808");
        assert_eq!(play.truth(), if above { Truth::True } else { Truth::False }, "{code}");
    }
}

#[test]
fn a_deadband_acts_on_the_way_back_alone() {
    use Truth::{False, True};
    for (code, steps) in [
        ("g", [("25", False), ("25.1", True), ("24.1", True), ("24", False), ("24.5", False), ("25.1", True)]),
        ("ge", [("24.9", False), ("25", True), ("24", True), ("23.9", False), ("24.5", False), ("25", True)]),
        ("l", [("25", False), ("24.9", True), ("25.9", True), ("26", False), ("25.5", False), ("24.9", True)]),
        ("le", [("25.1", False), ("25", True), ("26", True), ("26.1", False), ("25.5", False), ("25", True)]),
        ("eq", [("24.5", False), ("25", True), ("26", True), ("24", True), ("26.1", False), ("25.5", False)]),
        ("neq", [("25", False), ("25.1", True), ("25", False), ("24.9", True), ("25", False), ("26", True)]),
    ] {
        let mut play = Play::new(Logic::All, &[condition(1, code, "25", "1")]);
        for (at_s, (text, want)) in (1..).zip(steps) {
            play.read(at_s, text);
            assert_eq!(play.truth(), want, "{code} {text}");
        }
    }
    // What is remembered outlasts a failed reading.
    let mut play = Play::new(Logic::All, &[condition(1, "g", "25", "1")]);
    play.read(1, "26").read(2, "?");
    assert_eq!(play.truth(), Truth::Unknown);
    play.read(3, "24.5");
    assert_eq!(play.truth(), True);
}

#[test]
fn a_value_is_unknown_when_its_reading_failed_or_is_too_old() {
    let mut play = Play::above();
    assert_eq!((play.truth(), play.next_s()), (Truth::Unknown, None));
    play.read(10, "26");
    assert_eq!((play.truth(), play.next_s()), (Truth::True, Some(40)));
    play.tick(39);
    assert_eq!(play.truth(), Truth::True);
    play.tick(40);
    assert_eq!(play.truth(), Truth::Unknown);
    play.read(41, "26").read(42, "?");
    assert_eq!(play.truth(), Truth::Unknown);
    play.says(&["10 open #1"]);
}

#[test]
fn a_reading_that_is_not_newer_changes_nothing() {
    let mut play = Play::above();
    play.read(10, "20").read(10, "26").read(5, "26");
    assert_eq!(play.truth(), Truth::False);
    play.says(&[]);
    // Newer than its condition's last, yet behind the clock: it counts, and counts from now.
    play.tick(20).read(15, "26").says(&["20 open #1"]);
    // Too old to hold still.
    play.tick(100).read(60, "20");
    assert_eq!((play.truth(), play.state.is_active()), (Truth::Unknown, true));
}

#[test]
fn a_reading_error_is_failures_in_a_row_or_silence() {
    let mut play = Play::new(Logic::Any, &[condition(1, "reading-error", "", "0")]);
    assert_eq!((play.truth(), play.next_s()), (Truth::False, Some(30)));
    play.read(10, "?").read(11, "?").read(12, "1").read(13, "?").read(14, "?").says(&[]);
    play.read(15, "?").says(&["15 open #1"]);
    assert_eq!(play.truth(), Truth::True);
    play.read(16, "1").tick(26).says(&["26 resolve (16) #1"]);
    // Failed readings do not make the hold limit begin anew.
    play.read(40, "?").tick(45).says(&[]);
    play.tick(50).says(&["46 open #2"]);
}

#[test]
fn the_hold_limit_counts_from_polling_and_a_disabled_device_has_no_reading_error() {
    let mut play = Play::new(Logic::Any, &[condition(1, "reading-error", "", "0")]);
    play.tick(30).says(&["30 open #1"]);
    play.poll(31, &[1], false).tick(60).says(&["41 resolve (31) #1"]);
    assert_eq!((play.truth(), play.next_s()), (Truth::False, None));
    play.read(61, "?").read(62, "?").read(63, "?").read(64, "?").says(&[]);
    // Twice on is once on.
    play.poll(70, &[1], true).poll(90, &[1], true).tick(99).says(&[]);
    play.tick(100).says(&["100 open #2"]);
}

#[test]
fn logic_is_kleenes() {
    use Truth::{False, True, Unknown};
    for (left, right, all, any) in [
        (False, False, False, False),
        (False, Unknown, False, Unknown),
        (False, True, False, True),
        (Unknown, Unknown, Unknown, Unknown),
        (Unknown, True, Unknown, True),
        (True, True, True, True),
    ] {
        for (logic, want) in [(Logic::All, all), (Logic::Any, any)] {
            let rule = Rule::new(logic, &[], &[], &[], 1).unwrap();
            assert_eq!(rule.truth([left, right].into_iter()), want);
            assert_eq!(rule.truth([right, left].into_iter()), want);
            assert_eq!(rule.truth([].into_iter()), False);
        }
    }
    let mut play = Play::new(Logic::All, &[]);
    play.read(1, "1").tick(1000).says(&[]);
}

#[test]
fn a_cycle_is_taken_whole_before_it_is_looked_at() {
    let both = [condition(1, "g", "25", "0"), condition(2, "l", "10", "0")];
    let mut play = Play::new(Logic::All, &both).delay(0);
    play.cycle(1, &[(1, "26"), (2, "20")]).cycle(2, &[(1, "20"), (2, "5")]).says(&[]);
    // `any` handed over from one condition to the other keeps the record.
    let mut play = Play::new(Logic::Any, &both).delay(0).action(60);
    play.cycle(1, &[(1, "26"), (2, "20")]).cycle(2, &[(1, "20"), (2, "5")]);
    assert_eq!(play.state.since_ms(), Some(1000));
    play.says(&["1 open #1"]);
}

#[test]
fn a_record_opens_at_once_and_closes_with_the_first_false_of_the_delay() {
    let mut play = Play::above();
    play.hold(10, 30, "26").read(40, "20").tick(49).says(&["10 open #1"]);
    assert_eq!((play.state.is_active(), play.next_s()), (true, Some(50)));
    play.tick(50).says(&["50 resolve (40) #1"]);
    assert_eq!((play.state.phase(), play.state.closed_ms()), (Phase::Resolved, Some(40_000)));
    let mut play = Play::above();
    play.read(10, "26").read(20, "20").read(25, "26").read(30, "20").tick(39).says(&["10 open #1"]);
    play.tick(40).says(&["40 resolve (30) #1"]);
    let mut play = Play::above().delay(0);
    play.read(10, "26").read(20, "20").says(&["10 open #1", "20 resolve #1"]);
}

#[test]
fn the_unknown_breaks_a_stretch_of_false_and_closes_nothing() {
    let mut play = Play::above();
    play.read(10, "26").read(20, "20").read(25, "?").read(29, "20").tick(38).says(&["10 open #1"]);
    play.tick(39).says(&["39 resolve (29) #1"]);
    play.read(40, "26").tick(100_000).says(&["40 open #2"]);
    assert!(play.state.is_active());
}

#[test]
fn actions_are_due_after_their_time_while_the_logic_is_true() {
    let mut play = Play::above().action(0).action(60).action(120);
    play.hold(10, 60, "26").says(&["10 open #1", "10 action 0 #1"]);
    play.hold(70, 90, "26").says(&["70 action 1 #1"]);
    play.read(100, "20").hold(110, 200, "20").says(&["110 resolve (100) #1"]);
    // A new record has actions of its own.
    play.read(900, "26").says(&["900 open #2", "900 action 0 #2"]);
}

#[test]
fn what_is_due_while_the_logic_is_not_true_waits() {
    let mut play = Play::above().delay(30).action(30);
    play.hold(10, 30, "26").read(35, "20").tick(50).says(&["10 open #1"]);
    play.read(50, "26").says(&["50 action 0 (40) #1"]);
    let mut play = Play::above().action(60);
    play.read(10, "26").tick(100).says(&["10 open #1"]);
    play.read(100, "26").says(&["100 action 0 (70) #1"]);
}

#[test]
fn a_device_that_falls_silent_holds_actions_back_unless_that_is_a_condition() {
    let mut play = Play::above().action(60);
    play.read(10, "26").tick(5000).says(&["10 open #1"]);
    let silent = [condition(1, "g", "25", "0"), condition(1, "reading-error", "", "0")];
    let mut play = Play::new(Logic::Any, &silent).action(60);
    play.read(10, "26").tick(5000).says(&["10 open #1", "70 action 0 #1"]);
}

#[test]
fn after_long_ignorance_actions_count_anew() {
    // Unknown from 40 on; as long as ten minutes changes nothing.
    let mut play = Play::above().action(700);
    play.read(10, "26").read(640, "26").hold(650, 710, "26").says(&["10 open #1", "710 action 0 #1"]);
    let mut play = Play::above().action(700);
    play.read(10, "26").read(641, "26");
    assert_eq!((play.state.started_ms(), play.state.since_ms()), (Some(10_000), Some(641_000)));
    play.hold(650, 1350, "26").says(&["10 open #1", "1341 action 0 #1"]);
    // Also when it was false in between.
    let mut play = Play::above().action(700).delay(60);
    play.read(10, "26").read(641, "20").read(650, "26");
    assert_eq!(play.state.since_ms(), Some(650_000));
}

#[test]
fn whoever_does_not_confirm_is_asked_again() {
    let mut play = Play::above().action(0).follow_up(Stage::NotConfirmed, 60);
    play.hold(10, 80, "26").says(&["10 open #1", "10 action 0 #1", "70 follow-up 0 #1"]);
    let mut play = Play::above().action(0).follow_up(Stage::NotConfirmed, 60);
    play.hold(10, 60, "26").confirm(65).hold(70, 200, "26").says(&["10 open #1", "10 action 0 #1", "65 confirm #1"]);
    let mut play = Play::above().action(0).follow_up(Stage::NotConfirmed, 60);
    play.hold(10, 60, "26").read(65, "20").tick(200);
    play.says(&["10 open #1", "10 action 0 #1", "75 resolve (65) #1"]);
    // Held back while it is about to close, and sent while nothing is known.
    let mut play = Play::above().action(0).delay(60).follow_up(Stage::NotConfirmed, 60);
    play.hold(10, 60, "26").read(65, "20").read(80, "26");
    play.says(&["10 open #1", "10 action 0 #1", "80 follow-up 0 (70) #1"]);
    let mut play = Play::above().action(0).follow_up(Stage::NotConfirmed, 60);
    play.read(10, "26").tick(200).says(&["10 open #1", "10 action 0 #1", "70 follow-up 0 #1"]);
}

#[test]
fn the_first_confirmation_counts_also_after_the_end() {
    let mut play = Play::above().follow_up(Stage::Confirmed, 30).follow_up(Stage::Confirmed, 0);
    play.confirm(5).says(&[]);
    play.read(10, "26").confirm(15).confirm(18).tick(100);
    play.says(&["10 open #1", "15 confirm #1", "15 follow-up 1 #1", "45 follow-up 0 #1"]);
    assert_eq!(play.state.confirmed_ms(), Some(15_000));
    let mut play = Play::above().follow_up(Stage::Confirmed, 30);
    play.read(10, "26").read(20, "20").tick(40).confirm(50).tick(100);
    play.says(&["10 open #1", "30 resolve (20) #1", "50 confirm #1", "80 follow-up 0 #1"]);
}

#[test]
fn the_end_is_told_after_its_time_unless_it_begins_again() {
    let mut play = Play::above().action(0).follow_up(Stage::Resolved, 60).follow_up(Stage::Resolved, 5);
    play.read(10, "26").read(20, "20").tick(100);
    // Due before the record was known to be closed.
    play.says(&["10 open #1", "10 action 0 #1", "30 resolve (20) #1", "30 follow-up 1 (25) #1", "80 follow-up 0 #1"]);
    let mut play = Play::above().action(0).follow_up(Stage::Resolved, 60);
    play.read(10, "26").read(20, "20").tick(40).read(70, "26").tick(100);
    play.says(&["10 open #1", "10 action 0 #1", "30 resolve (20) #1", "70 open #2", "70 action 0 #2"]);
}

#[test]
fn nobody_hears_the_end_of_what_was_never_told() {
    let ended = ["10 open #1", "30 resolve (20) #1"];
    let mut play = Play::above().action(60).follow_up(Stage::Resolved, 0);
    play.read(10, "26").read(20, "20").tick(500).says(&ended);
    // An action without a channel tells nobody, and alone it is no condition.
    let mut play = Play::above().logged(0).action(60).follow_up(Stage::Resolved, 0);
    play.read(10, "26").read(20, "20").tick(500).says(&["10 open #1", "10 action 0 #1", "30 resolve (20) #1"]);
    let mut play = Play::above().logged(60).follow_up(Stage::Resolved, 0);
    play.read(10, "26").read(20, "20").tick(500);
    play.says(&["10 open #1", "30 resolve (20) #1", "30 follow-up 0 (20) #1"]);
    // A follow-up waits for the first action.
    let mut play = Play::above().action(60).follow_up(Stage::NotConfirmed, 0);
    play.hold(10, 70, "26").says(&["10 open #1", "70 action 0 #1", "70 follow-up 0 (10) #1"]);
}

/// Opens at 10 and again every 100 s, closed for 50 of them.
fn flapping() -> Play {
    let mut play = Play::above();
    for round in 0..4 {
        let from_s = 10 + round * 100;
        play.hold(from_s, from_s + 40, "26").hold(from_s + 50, from_s + 90, "20");
    }
    play.says(&[
        "10 open #1",
        "70 resolve (60) #1",
        "110 open #2",
        "170 resolve (160) #2",
        "210 open #3",
        "270 resolve (260) #3",
        "310 open #4",
        "370 resolve (360) #4",
    ]);
    play
}

#[test]
fn the_fourth_time_it_opens_again_it_stays_open() {
    let mut play = flapping();
    play.hold(410, 450, "26").hold(460, 500, "20").says(&["410 open #5", "410 flapping #5"]);
    assert!(play.state.is_flapping());
    play.hold(510, 550, "26").hold(560, 1150, "20").says(&[]);
    assert_eq!(play.next_s(), Some(1160));
    play.tick(1160).says(&["1160 resolve (560) #5"]);
    assert!(!play.state.is_flapping());
    // It begins from nothing.
    play.read(1161, "26").says(&["1161 open #6"]);
    assert!(!play.state.is_flapping());
}

#[test]
fn a_mark_of_flapping_ends_while_it_stays_true() {
    let mut play = flapping();
    play.hold(410, 1009, "26");
    assert!(play.state.is_flapping());
    play.hold(1010, 1100, "26").says(&["410 open #5", "410 flapping #5"]);
    assert!(!play.state.is_flapping());
    play.read(1110, "20").tick(1120).says(&["1120 resolve (1110) #5"]);
}

#[test]
fn openings_far_apart_are_no_flapping() {
    let mut play = Play::above();
    for round in 0..6 {
        let from_s = 10 + round * 201;
        play.hold(from_s, from_s + 40, "26").hold(from_s + 50, from_s + 90, "20");
        // The fourth re-opening is 603 s after the first.
        assert!(!play.state.is_flapping());
    }
    assert_eq!(play.state.record(), 6);
    let mut play = Play::above();
    for round in 0..6 {
        let from_s = 10 + round * 200;
        play.hold(from_s, from_s + 40, "26").hold(from_s + 50, from_s + 90, "20");
    }
    // And here 600 s.
    assert_eq!((play.state.record(), play.state.is_flapping()), (5, true));
}

#[test]
fn an_outage_is_unknown() {
    let mut play = Play::above().action(60);
    play.read(10, "26").restart(50).says(&["10 open #1"]);
    assert_eq!((play.truth(), play.state.is_active()), (Truth::Unknown, true));
    play.restart(500).tick(510).says(&[]);
    // 10 to 520 is less than ten minutes: what passed is done, late.
    play.read(520, "26").says(&["520 action 0 (70) #1"]);
    let mut play = Play::above().action(60);
    play.read(10, "26").restart(700).read(701, "26").hold(711, 761, "26").says(&["10 open #1", "761 action 0 #1"]);
    let mut play = Play::above();
    play.read(10, "26").restart(100).read(110, "20").tick(200).says(&["10 open #1", "120 resolve (110) #1"]);
    // False before and after is not false throughout.
    let mut play = Play::above().delay(100);
    play.read(10, "26").read(20, "20").restart(130).hold(140, 230, "20").tick(239).says(&["10 open #1"]);
    play.tick(240).says(&["240 resolve (140) #1"]);
}

#[test]
fn after_a_restart_silence_counts_from_there_and_what_was_told_stays() {
    let error = [condition(1, "reading-error", "", "0")];
    let mut play = Play::new(Logic::Any, &error);
    play.read(10, "1").read(20, "?").read(30, "?").restart(500).read(501, "?").tick(529).says(&[]);
    play.tick(530).says(&["530 open #1"]);
    play.restart(5000).tick(6000).says(&[]);
    assert_eq!((play.truth(), play.state.is_active()), (Truth::True, true));
}

#[test]
fn what_fell_due_in_an_outage_is_done_once() {
    let mut play = Play::above().action(0).follow_up(Stage::NotConfirmed, 60).follow_up(Stage::Resolved, 100);
    play.read(10, "26").says(&["10 open #1", "10 action 0 #1"]);
    play.restart(500).says(&["500 follow-up 0 (70) #1"]);
    play.read(501, "20").tick(520).says(&["511 resolve (501) #1"]);
    play.restart(900).says(&["900 follow-up 1 (601) #1"]);
    play.restart(901).tick(5000).says(&[]);
}

#[test]
fn a_deleted_alert_closes_and_says_no_more() {
    let mut play = Play::above().action(60).follow_up(Stage::Resolved, 0).follow_up(Stage::NotConfirmed, 60);
    play.read(10, "26").step(&Event::Close { at_ms: 20_000 }).says(&["10 open #1", "20 resolve #1"]);
    play.read(30, "26").confirm(40).tick(500).restart(600).says(&[]);
    assert_eq!((play.state.phase(), play.next_s()), (Phase::Ended, None));
}

#[test]
fn time_does_not_run_backwards() {
    let mut play = Play::above().action(60);
    play.read(10, "26").hold(20, 60, "26").tick(65).tick(5).confirm(50).says(&["10 open #1", "65 confirm #1"]);
    assert_eq!(play.state.now_ms(), 65_000);
}

#[test]
fn effects_are_known_by_their_hash() {
    // Reckoned with Python from the definition.
    assert_eq!(effect_id(1, 1, Kind::Open), 0x6918_3638_0F3D_F9BD);
    let mut ids: Vec<u64> = Vec::new();
    for alert in 0..20 {
        for record in 0..20 {
            let kinds = [Kind::Open, Kind::Resolve, Kind::Confirm, Kind::Flapping];
            let indexed = (0..16).flat_map(|index| [Kind::Action(index), Kind::FollowUp(index)]);
            ids.extend(kinds.into_iter().chain(indexed).map(|kind| effect_id(alert, record, kind)));
        }
    }
    let count = ids.len();
    ids.sort_unstable();
    ids.dedup();
    assert_eq!(ids.len(), count);
}

#[test]
fn what_is_no_rule_is_refused() {
    let actions = [Action { timeout_ms: 0, has_channel: true }; 17];
    let follow_ups = [FollowUp { stage: Stage::Resolved, timeout_ms: 0 }; 17];
    assert_eq!(Rule::new(Logic::All, &[], &actions, &[], 1), Err(AlertError::Actions { found: 17 }));
    assert_eq!(Rule::new(Logic::All, &[], &[], &follow_ups, 1), Err(AlertError::FollowUps { found: 17 }));
    assert!(Rule::new(Logic::All, &[], &actions[..16], &follow_ups[..16], 1).is_ok());
    let made = |threshold, deadband| Condition::compare(1, Comparison::Equal, decimal(threshold), decimal(deadband));
    assert_eq!(made("1", "-0.1"), Err(AlertError::Deadband));
    assert_eq!(made("1e1000", "1"), Err(AlertError::Deadband));
    assert_eq!(Condition::reading_error(1, 0), Err(AlertError::Failures));
    assert_eq!(made("1", "0").unwrap().hold_ms(0), Err(AlertError::Hold));
    let rule = Rule::new(Logic::All, &[], &[], &[], 1).unwrap();
    let mut states = [ConditionState::new(0)];
    let refused = step(&rule, &mut State::new(0, 0), &mut states, &Event::Tick { at_ms: 1 }, &mut |_| {});
    assert_eq!(refused, Err(AlertError::Conditions { found: 1, expected: 0 }));
    for logic in Logic::ALL {
        assert_eq!(Logic::from_code(logic.code()), Ok(logic));
    }
    for stage in Stage::ALL {
        assert_eq!(Stage::from_code(stage.code()), Ok(stage));
    }
    for comparison in Comparison::ALL {
        assert_eq!(Comparison::from_code(comparison.code()), Ok(comparison));
    }
    assert!(Logic::from_code("none").is_err() && Stage::from_code("").is_err() && Comparison::from_code("gt").is_err());
}
