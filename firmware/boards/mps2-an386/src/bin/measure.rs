//! What a condition costs: rules of two conditions, each read in each cycle, on the microcontroller in
//! instructions and on a host in time.
#![cfg_attr(target_os = "none", no_std, no_main)]

use core::hint::black_box;

use parabus_core::alert::{Action, AlertError, Comparison, Condition, ConditionState, Event, Logic, Rule, State, step};
use parabus_core::value::Decimal;

/// Conditions of a rule.
const CONDITIONS: u32 = 2;

/// Steps a rule through so many minutes: above 25 and below 75, told after five minutes. The value climbs from 0 to 99
/// and falls back, as that of the peer's series does. Gives the number of effects.
fn run(minutes: u32) -> Result<u32, AlertError> {
    let (low, high) = (Decimal::from(25_i64), Decimal::from(75_i64));
    let conditions = [
        Condition::compare(1, Comparison::Greater, low, Decimal::ZERO)?,
        Condition::compare(2, Comparison::Less, high, Decimal::ZERO)?,
    ];
    let actions = [Action { timeout_ms: 300_000, has_channel: true }];
    let rule = Rule::new(Logic::All, &conditions, &actions, &[], 60_000)?.resolve_delay_ms(0);
    let (mut state, mut states) = (State::new(0, 0), [ConditionState::new(0); CONDITIONS as usize]);
    let mut told = 0_u32;
    for minute in 0..minutes {
        let value = Some(Decimal::from(i64::from(minute % 100)));
        let readings = black_box([(1, value), (2, value)]);
        let cycle = Event::Cycle { at_ms: i64::from(minute) * 60_000, readings: &readings };
        step(&rule, &mut state, &mut states, &cycle, &mut |_| told += 1)?;
    }
    Ok(told)
}

#[cfg(target_os = "none")]
mod target {
    use cortex_m_semihosting::{debug, hprintln};
    use parabus_board_mps2_an386::{CLOCK_HZ, clock};

    use super::{CONDITIONS, run};

    const MINUTES: u32 = 10_000;

    /// With QEMU's `-icount shift=0` an instruction takes a nanosecond of the board's time, whatever it does.
    const PER_US: u64 = 1000;

    #[cortex_m_rt::entry]
    fn main() -> ! {
        clock::start();
        let from_us = clock::now_us();
        let told = run(MINUTES);
        let took_us = clock::now_us() - from_us;
        let conditions = u64::from(MINUTES * CONDITIONS);
        let is_good = matches!(told, Ok(told) if told > 0);
        hprintln!(
            "instructions per condition: {} (clock {} MHz, {} conditions)",
            took_us * PER_US / conditions,
            CLOCK_HZ / 1_000_000,
            conditions
        );
        debug::exit(if is_good { debug::EXIT_SUCCESS } else { debug::EXIT_FAILURE });
        loop {
            cortex_m::asm::wfi();
        }
    }
}

/// Prints nanoseconds per condition, of the fastest of several runs.
#[cfg(not(target_os = "none"))]
fn main() -> Result<(), AlertError> {
    const MINUTES: u32 = 1_000_000;
    let mut fastest = f64::INFINITY;
    let mut effects = 0;
    for _ in 0..7 {
        let started = std::time::Instant::now();
        effects = run(black_box(MINUTES))?;
        fastest = fastest.min(started.elapsed().as_secs_f64());
    }
    println!("{:.2} {effects}", fastest * 1e9 / f64::from(MINUTES * CONDITIONS));
    Ok(())
}
