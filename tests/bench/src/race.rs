//! Contestants take turns; medians, and ratios to the first.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::time::Instant;

/// Samples of each contestant, so that a busy moment hits all alike.
const SAMPLES: usize = 31;

/// Repetitions in one sample.
const REPEAT: u32 = 2000;

/// A name, and what it makes of the same input.
pub struct Contestant<'a, T> {
    name: &'static str,
    run: Box<dyn FnMut(&mut T) + 'a>,
}

pub fn contestant<'a, T>(name: &'static str, run: impl FnMut(&mut T) + 'a) -> Contestant<'a, T> {
    Contestant { name, run: Box::new(run) }
}

/// Nanoseconds of each, the ratio to the first, and how far ours is ahead of the best peer. Whoever
/// does not make what is wanted, or panics, is no contestant.
pub fn race<T: Clone + PartialEq + std::fmt::Debug>(
    title: &str,
    blank: &T,
    want: Option<&T>,
    contestants: Vec<Contestant<'_, T>>,
) {
    println!("\n  {title}");
    let mut fit = Vec::new();
    for (index, mut each) in contestants.into_iter().enumerate() {
        let mut made = blank.clone();
        let is_whole = catch_unwind(AssertUnwindSafe(|| (each.run)(&mut made))).is_ok();
        // The first is what no codec does: a copy.
        if !is_whole || index > 0 && want.is_some_and(|want| *want != made) {
            println!("  {:<34}{:>12}", each.name, if is_whole { "wrong" } else { "panics" });
            assert!(!each.name.starts_with("parabus"), "{title}: {made:?}, expected {want:?}");
            continue;
        }
        fit.push(each);
    }
    let mut times = vec![Vec::new(); fit.len()];
    let mut made = blank.clone();
    for _ in 0..SAMPLES {
        for (each, times) in fit.iter_mut().zip(&mut times) {
            let started = Instant::now();
            for _ in 0..REPEAT {
                (each.run)(&mut made);
            }
            times.push(started.elapsed().as_nanos() as f64 / f64::from(REPEAT));
        }
    }
    let mut median = |index: usize| {
        let times: &mut Vec<f64> = &mut times[index];
        times.sort_by(f64::total_cmp);
        times[SAMPLES / 2]
    };
    let medians: Vec<f64> = (0..fit.len()).map(&mut median).collect();
    for (each, median) in fit.iter().zip(&medians) {
        println!("  {:<34}{median:>9.1} ns  {:>6.2}x", each.name, median / medians[0]);
    }
    let of = |is_ours: bool| {
        let its = fit.iter().zip(&medians).skip(1).filter(move |(each, _)| each.name.starts_with("parabus") == is_ours);
        its.map(|(_, median)| *median).min_by(f64::total_cmp)
    };
    if let (Some(ours), Some(best)) = (of(true), of(false)) {
        println!("  ahead of the best peer by {:.2}x", best / ours);
    }
}
