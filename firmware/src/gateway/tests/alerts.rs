//! Alerts of the gateway: relay, button, memory, own registers, and the engine beside the host's.

use parabus_core::alert::{
    Action, Comparison, Condition, ConditionState, Effect, Event, FollowUp, Kind, Logic, Rule, Stage, State, step,
};
use parabus_core::gateway::{Alert, Point, Relay, Watch, emit_watching};
use parabus_core::value::{DataType, Decimal, Number, WordOrder};

use super::*;

const OWN: u8 = 247;

fn number(unit_id: u8, kind: RegisterKind, address: u16) -> Point {
    Point {
        unit_id: UnitId(unit_id),
        kind,
        address,
        data_type: DataType::Number { number: Number::Signed, bits: 16, order: WordOrder::Be },
        bit: 0,
        bits: 0,
        multiplier: Decimal::parse("0.1").unwrap(),
        shift: Decimal::ZERO,
        not_available: [Some(0x8000), None],
    }
}

fn greater(point: u64, threshold: &str) -> Condition {
    Condition::compare(point, Comparison::Greater, Decimal::parse(threshold).unwrap(), Decimal::ZERO).unwrap()
}

/// Of the plant's units: what is watched of input register 100 of unit 1 (100.0 at first).
fn image(alerts: &[Alert<'_>]) -> Vec<u8> {
    let points = [number(1, RegisterKind::Input, 100), number(2, RegisterKind::Holding, 7)];
    let watch = Watch { own_unit: UnitId(OWN), points: &points, alerts };
    let mut image = std::vec![0; 4000];
    emit_watching(19_200, 300, &[(unit(1, 1), &ONE), (unit(2, 0), &TWO)], &watch, &mut image).unwrap();
    image
}

fn above_150(relay: Relay) -> Vec<u8> {
    let conditions = [greater(0, "150.0")];
    let rule = Rule::new(Logic::All, &conditions, &[], &[], 1000).unwrap();
    image(&[Alert { number: 542, relay, rule }])
}

fn plant(image: &[u8]) -> Plant {
    let mut plant = Plant::with(image, Plant::devices(), Flash::default());
    plant.run(1500);
    plant
}

impl Plant {
    fn play(&mut self, value: u16) {
        self.devices.write(UnitId(1), RegisterKind::Input, 100, std::vec![value]);
        self.run(1200);
    }

    fn is_closed(&self) -> bool {
        self.relay.edges.borrow().last().is_some_and(|edge| edge.1)
    }

    fn press(&mut self, ms: u64) {
        *self.button.0.borrow_mut() = true;
        self.run(ms);
        *self.button.0.borrow_mut() = false;
        self.run(20);
    }

    fn kinds(&self) -> Vec<(u32, Kind)> {
        let told = self.runner.gateway.transitions().map(|(_, told)| (told.effect.record, told.effect.kind));
        told.collect()
    }

    /// Power goes and comes again: what the pins, the clock and the bus were is forgotten.
    fn restart(self, image: &[u8]) -> Plant {
        Plant::with(image, self.devices, self.flash)
    }
}

#[test]
fn the_relay_follows_the_record_and_stays_while_nothing_is_known() {
    let mut plant = plant(&above_150(Relay::Follows));
    assert!(!plant.is_closed());
    plant.play(1500);
    assert!(!plant.is_closed(), "150.0 is not above 150.0");
    plant.play(1501);
    assert!(plant.is_closed());
    plant.devices.0.get_mut(&1).unwrap().is_off = true;
    plant.play(1000);
    plant.run(30_000);
    assert!(plant.is_closed(), "a unit that is silent resolves nothing");
    plant.devices.0.get_mut(&1).unwrap().is_off = false;
    plant.run(70_000);
    assert!(!plant.is_closed());
    assert_eq!(plant.kinds(), [(1, Kind::Open), (1, Kind::Resolve)]);
    assert_eq!(plant.relay.edges.borrow().len(), 3, "open at first, closed, open");
}

#[test]
fn a_reply_without_a_number_is_a_failed_reading() {
    let conditions = [Condition::reading_error(0, 2).unwrap()];
    let rule = Rule::new(Logic::Any, &conditions, &[], &[], 1000).unwrap();
    let mut plant = plant(&image(&[Alert { number: 7, relay: Relay::Follows, rule }]));
    plant.play(0x8000);
    assert!(!plant.is_closed(), "once");
    plant.play(0x8000);
    assert!(plant.is_closed(), "twice");
    plant.play(1000);
    plant.run(1500);
    assert!(!plant.is_closed());
}

#[test]
fn a_latched_relay_waits_for_the_button_which_must_be_pressed_for_a_while() {
    let mut plant = plant(&above_150(Relay::Latches));
    plant.play(1600);
    plant.play(1000);
    plant.run(2500);
    assert_eq!(plant.kinds(), [(1, Kind::Open), (1, Kind::Resolve)]);
    assert!(plant.is_closed(), "nobody has seen it");
    plant.press(15);
    assert!(plant.is_closed(), "contacts bounce");
    plant.press(500);
    assert!(!plant.is_closed());
    plant.play(1600);
    plant.press(100);
    assert!(plant.is_closed(), "seen, and still there");
    plant.play(1000);
    plant.run(2500);
    assert!(!plant.is_closed(), "over, and seen before");
    let second = [(2, Kind::Open), (2, Kind::Confirm), (2, Kind::Resolve)];
    assert_eq!(plant.kinds()[2..], [&[(1, Kind::Confirm)], &second[..]].concat());
}

#[test]
fn alerts_go_on_after_a_loss_of_power() {
    let image = above_150(Relay::Follows);
    let mut plant = plant(&image);
    plant.play(1600);
    let written = *plant.flash.written.borrow();
    assert_eq!(written, 1, "no more often than something happens");
    plant.run(5000);
    assert_eq!(*plant.flash.written.borrow(), written);
    plant.devices.0.get_mut(&1).unwrap().is_off = true;
    let mut plant = plant.restart(&image);
    assert_eq!(*plant.relay.edges.borrow(), [(0, true)], "closed from the first moment");
    plant.run(5000);
    assert_eq!(plant.kinds(), [], "the record that was open is the one that is open");
    plant.devices.0.get_mut(&1).unwrap().is_off = false;
    plant.run(60_000);
    plant.play(1000);
    plant.run(2500);
    assert_eq!(plant.kinds(), [(1, Kind::Resolve)]);
    // Another rule under the same number: its record is the next one.
    let mut plant = plant.restart(&above_150(Relay::Latches));
    plant.play(1600);
    assert_eq!(plant.kinds(), [(2, Kind::Open)]);
}

/// The write that power cuts short is that of the second record.
#[test]
fn a_torn_write_leaves_what_was_before() {
    let image = above_150(Relay::Follows);
    for cut in (0..RECORD).step_by(23) {
        let mut plant = plant(&image);
        plant.play(1600);
        plant.play(1000);
        plant.run(2500);
        assert_eq!(*plant.flash.written.borrow(), 2);
        *plant.flash.cut.borrow_mut() = Some(cut);
        plant.play(1600);
        assert_eq!(*plant.flash.written.borrow(), 3);
        assert_eq!(plant.panel.errors(), 1);
        let mut plant = plant.restart(&image);
        assert!(!plant.is_closed(), "{cut}: of the second record nothing is known");
        plant.run(1500);
        assert_eq!(plant.kinds(), [(2, Kind::Open)], "{cut}: the same record, by the same name");
        assert!(plant.is_closed());
    }
}

#[test]
fn a_memory_that_fails_is_written_again() {
    let image = above_150(Relay::Follows);
    let mut plant = plant(&image);
    *plant.flash.cut.borrow_mut() = Some(100);
    plant.play(1600);
    plant.run(1500);
    assert_eq!((plant.panel.errors(), *plant.flash.written.borrow()), (1, 2));
    assert!(plant.restart(&image).is_closed());
}

#[test]
fn whoever_asks_the_gateway_itself_learns_what_happened() {
    let mut plant = plant(&above_150(Relay::Latches));
    assert_eq!(plant.read(OWN, RegisterKind::Input, 0, 8), Some(Ok(std::vec![1, 1, 0, 0, 0, 32, 0, 0])));
    plant.play(1600);
    plant.play(1000);
    plant.run(2500);
    assert_eq!(plant.read(OWN, RegisterKind::Input, 0, 8), Some(Ok(std::vec![1, 1, 1, 0, 1, 32, 0, 2])));
    assert_eq!(plant.read(OWN, RegisterKind::Input, 100, 8), Some(Ok(std::vec![0, 542, 0, 1, 2, 0, 0, 0])));
    let told: Vec<_> = plant.runner.gateway.transitions().map(|(_, told)| told.effect).collect();
    let registers = plant.read(OWN, RegisterKind::Input, 1000, 33).unwrap().unwrap();
    let time = |words: &[u16]| words.iter().fold(0, |time, word| time << 16 | i64::from(*word));
    assert_eq!(registers[..8], [0, 1, 0, 542, 0, 1, 0, 0], "number, alert, record, opens");
    assert_eq!(registers[16..24], [0, 2, 0, 542, 0, 1, 1, 0], "and closes");
    assert_eq!((time(&registers[24..28]), time(&registers[28..32])), (told[1].due_ms, told[1].at_ms));
    assert_eq!(registers[32], 0, "there is no third");
    assert_eq!(plant.read(OWN, RegisterKind::Coil, 0, 1), Some(Ok(std::vec![1])));
    assert_eq!(plant.ask(OWN, &Request::WriteSingleCoil { address: 0, value: true }), Some(Err(3)));
    assert_eq!(plant.ask(OWN, &Request::WriteSingleCoil { address: 0, value: false }), Some(Ok(Vec::new())));
    plant.run(1);
    assert!(!plant.is_closed());
    assert_eq!(plant.read(OWN, RegisterKind::Coil, 0, 1), Some(Ok(std::vec![0])));
    for (kind, address, quantity) in
        [(RegisterKind::Input, 12, 1), (RegisterKind::Input, 108, 1), (RegisterKind::Input, 1511, 2)]
    {
        assert_eq!(plant.read(OWN, kind, address, quantity), Some(Err(2)), "{address}");
    }
    assert_eq!(plant.read(OWN, RegisterKind::Holding, 0, 1), Some(Err(2)));
    assert_eq!(plant.read(OWN, RegisterKind::Coil, 0, 2), Some(Err(2)));
}

/// What the plant played goes to core's engine as the host steps it: a cycle at each instant at which the gateway
/// had its reply or gave up, a tick at each step.
#[test]
fn the_same_timeline_has_the_effects_that_the_host_tells() {
    let conditions = [
        Condition::compare(0, Comparison::Greater, Decimal::parse("7.5").unwrap(), Decimal::ONE).unwrap(),
        Condition::reading_error(0, 2).unwrap().hold_ms(9000).unwrap(),
    ];
    let actions = [Action { timeout_ms: 0, has_channel: true }, Action { timeout_ms: 4321, has_channel: true }];
    let follow_ups = Stage::ALL.map(|stage| FollowUp { stage, timeout_ms: 1777 });
    let mut total = 0;
    for (seed, logic) in [(1, Logic::Any), (2, Logic::All), (3, Logic::Any)] {
        let rule = Rule::new(logic, &conditions, &actions, &follow_ups, 1000).unwrap().resolve_delay_ms(1500);
        let points = [number(2, RegisterKind::Holding, 7)];
        let alerts = [Alert { number: 9, relay: Relay::Follows, rule }];
        let watch = Watch { own_unit: UnitId(0), points: &points, alerts: &alerts };
        let mut bytes = [0; 600];
        emit_watching(19_200, 300, &[(unit(2, 0), &TWO)], &watch, &mut bytes).unwrap();
        let mut plant = Plant::with(&bytes, Plant::devices(), Flash::default());
        let (mut state, mut states) = (State::new(0, 0), [ConditionState::new(0); 2]);
        let (mut want, mut got): (Vec<Effect>, Vec<Effect>) = (Vec::new(), Vec::new());
        let (mut seen, mut random) = (plant.runner.gateway.health(), 0x9E37_79B9_u32.wrapping_mul(seed));
        while plant.now() < 120_000_000 {
            if plant.now().is_multiple_of(500_000) {
                random = random.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
                let played = [60, 70, 80, 90][random as usize >> 30];
                plant.devices.write(UnitId(2), RegisterKind::Holding, 7, std::vec![played]);
                plant.devices.0.get_mut(&2).unwrap().is_off = random >> 20 & 7 == 0;
            }
            // Unit, function, count, register 7.
            let reply: Vec<u8> = plant.bus.received.borrow().iter().copied().collect();
            plant.tick();
            let (health, at_ms) = (plant.runner.gateway.health(), (plant.now() / 1000) as i64);
            let mut tell = |effect| want.push(effect);
            step(&rule, &mut state, &mut states, &Event::Tick { at_ms }, &mut tell).unwrap();
            let value = if health.read > seen.read {
                let raw = Decimal::from(u64::from(u16::from_be_bytes([reply[3], reply[4]])));
                Some(Some(Decimal::parse("0.1").unwrap().checked_mul(raw).unwrap()))
            } else {
                (health.timeouts > seen.timeouts).then_some(None)
            };
            if let Some(value) = value {
                let readings = [(0, value)];
                step(&rule, &mut state, &mut states, &Event::Cycle { at_ms, readings: &readings }, &mut tell).unwrap();
            }
            seen = health;
            let news: Vec<Effect> = plant
                .runner
                .gateway
                .transitions()
                .skip_while(|(number, _)| *number as usize <= got.len())
                .map(|(_, told)| told.effect)
                .collect();
            got.extend(news);
        }
        assert_eq!(got, want);
        total += got.len();
    }
    assert!(total > 40, "{total} effects");
}

#[test]
fn alerts_that_do_not_fit_are_not_left_out() {
    let conditions = [greater(0, "1"); 17];
    let with = |count: usize, actions: usize| {
        let actions = std::vec![Action { timeout_ms: 0, has_channel: false }; actions];
        let rule = Rule::new(Logic::All, &conditions[..count], &actions, &[], 1000).unwrap();
        image(&[Alert { number: 1, relay: Relay::None, rule }, Alert { number: 2, relay: Relay::None, rule }])
    };
    let error = |bytes: &[u8]| {
        let image = Image::parse(bytes).unwrap();
        (
            Gateway::<4, 8, 300>::new(&image, LINE, LINE, 0).err(),
            Gateway::<4, 8, 300, 1, 64>::new(&image, LINE, LINE, 0).err(),
            Gateway::<4, 8, 300, 4, 2>::new(&image, LINE, LINE, 0).err(),
        )
    };
    use CapacityError::{ActionsOfOne, Alerts, Conditions, ConditionsOfOne};
    assert_eq!(error(&with(1, 0)), (Some(Conditions(0)), Some(Alerts(1)), None));
    assert_eq!(error(&with(2, 0)).2, Some(Conditions(2)));
    assert_eq!(error(&with(17, 0)).1, Some(ConditionsOfOne(16)));
    assert_eq!(error(&with(1, 5)).1, Some(ActionsOfOne(4)));
}
