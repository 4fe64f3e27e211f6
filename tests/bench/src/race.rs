//! Contestants take turns; medians, and ratios to the first.

use std::any::Any;
use std::fmt::Debug;
use std::hint::black_box;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

/// Samples of each contestant, taken in turn, so that a busy moment hits all alike.
const SAMPLES: usize = 31;

/// How long a sample takes at least. The clock's own steps vanish in it.
const SAMPLE: Duration = Duration::from_millis(1);

/// How long all samples of a contestant take, unless a single one takes longer.
const BUDGET: Duration = Duration::from_secs(1);

/// Whether a contestant made something wrong in any race.
static IS_ANYONE_WRONG: AtomicBool = AtomicBool::new(false);

/// Ours, the work that nobody can do without, or somebody else's.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Side {
    Base,
    Ours,
    Peer,
}

enum Task {
    /// Does it once and compares what it made.
    Check,
    /// Does it so many times.
    Repeat(u32),
}

/// One way to do what a race is about.
pub struct Contestant<'a> {
    name: String,
    side: Side,
    /// Stands behind the ratio.
    note: String,
    /// Whether it does all of the work.
    is_ranked: bool,
    run: Box<dyn FnMut(Task) -> Result<(), String> + 'a>,
}

impl Contestant<'_> {
    /// Says more than the time does.
    pub fn noted(self, note: String) -> Self {
        Contestant { note, ..self }
    }

    /// Does less than the others, so that its time says nothing.
    pub fn unranked(self) -> Self {
        Contestant { is_ranked: false, ..self }
    }
}

/// A contestant that has to make what is wanted.
pub fn contestant<'a, S: 'a, O: PartialEq + Debug + ?Sized + 'a>(
    side: Side,
    name: &str,
    want: &'a O,
    state: S,
    step: impl for<'s> Fn(&'s mut S) -> &'s O + 'a,
) -> Contestant<'a> {
    entry(side, name, Some(want), state, step)
}

/// A copy of the same bytes, which nobody can do without.
pub fn memcpy(bytes: &[u8]) -> Contestant<'_> {
    contestant(Side::Base, "memcpy of its bytes", bytes, vec![0; bytes.len()], move |copy| {
        // The length is no constant, or the copy of a short frame would be a single move.
        let bytes = black_box(bytes);
        copy[..bytes.len()].copy_from_slice(bytes);
        copy.as_slice()
    })
}

/// What a race compares with where copying makes no sense.
pub fn base<'a, S: 'a, O: PartialEq + Debug + ?Sized + 'a>(
    name: &str,
    state: S,
    step: impl for<'s> Fn(&'s mut S) -> &'s O + 'a,
) -> Contestant<'a> {
    entry(Side::Base, name, None, state, step)
}

fn entry<'a, S: 'a, O: PartialEq + Debug + ?Sized + 'a>(
    side: Side,
    name: &str,
    want: Option<&'a O>,
    mut state: S,
    step: impl for<'s> Fn(&'s mut S) -> &'s O + 'a,
) -> Contestant<'a> {
    let run = move |task: Task| {
        match task {
            Task::Check => {
                let made = step(&mut state);
                if let Some(want) = want.filter(|want| *want != made) {
                    return Err(format!("{made:?}, expected {want:?}"));
                }
            }
            // The loop is here, not around a call: short rows would measure the call.
            Task::Repeat(count) => {
                for _ in 0..count {
                    black_box(step(black_box(&mut state)));
                }
            }
        }
        Ok(())
    };
    Contestant { name: name.to_owned(), side, note: String::new(), is_ranked: true, run: Box::new(run) }
}

/// What a panic said.
fn panic_message(panic: &(dyn Any + Send)) -> String {
    let text = panic.downcast_ref::<String>().map(String::as_str);
    text.or(panic.downcast_ref::<&str>().copied()).unwrap_or("no message").to_owned()
}

/// Whether any contestant of any race was wrong.
pub fn is_anyone_wrong() -> bool {
    IS_ANYONE_WRONG.load(Ordering::Relaxed)
}

/// Prints nanoseconds of each and the ratio to the first. Whoever makes something wrong is told, not
/// timed, and fails the whole run. A peer may panic: it is told in its row.
pub fn race(title: &str, contestants: Vec<Contestant<'_>>) {
    println!("\n  {title}");
    let mut fit = Vec::new();
    for mut each in contestants {
        let checked = catch_unwind(AssertUnwindSafe(|| (each.run)(Task::Check)));
        let failure = match checked {
            Ok(Ok(())) => {
                fit.push(each);
                continue;
            }
            Ok(Err(difference)) => format!("wrong: {difference}"),
            Err(panic) => format!("panics: {}", panic_message(&*panic)),
        };
        println!("  {:<42}{failure}  {}", each.name, each.note);
        if each.side != Side::Peer || failure.starts_with("wrong") {
            IS_ANYONE_WRONG.store(true, Ordering::Relaxed);
        }
    }
    let medians = medians(&mut fit);
    let Some(first) = medians.first() else { return };
    for (each, median) in fit.iter().zip(&medians) {
        let row = format!("  {:<42}{median:>12.1} ns {:>10.2}x  {}", each.name, median / first, each.note);
        println!("{}", row.trim_end());
    }
    let best = |side: Side| {
        let its = fit.iter().zip(&medians).filter(move |(each, _)| each.side == side && each.is_ranked);
        its.min_by(|(_, one), (_, other)| one.total_cmp(other))
    };
    match (best(Side::Ours), best(Side::Peer)) {
        (Some((_, ours)), Some((best, theirs))) => {
            let (word, ratio) = if ours <= theirs { ("ahead of", theirs / ours) } else { ("BEHIND", ours / theirs) };
            println!("  {word} the best peer, {}, by {ratio:.2}x", best.name);
        }
        (Some(_), None) if fit.iter().any(|each| each.side == Side::Peer) => println!("  no peer does all of it"),
        _ => {}
    }
}

/// Nanoseconds of each contestant.
fn medians(contestants: &mut [Contestant<'_>]) -> Vec<f64> {
    let time = |each: &mut Contestant<'_>, count: u32| {
        let started = Instant::now();
        let whole = catch_unwind(AssertUnwindSafe(|| (each.run)(Task::Repeat(count))));
        if let Err(panic) = whole {
            each.note = format!("panics when repeated: {}", panic_message(&*panic));
            each.is_ranked = false;
        }
        started.elapsed()
    };
    let counts: Vec<u32> = contestants
        .iter_mut()
        .map(|each| {
            let mut count = 1;
            while time(each, count) < SAMPLE && count < 1 << 24 {
                count *= 2;
            }
            count
        })
        .collect();
    let mut times: Vec<Vec<Duration>> = vec![Vec::with_capacity(SAMPLES); contestants.len()];
    for _ in 0..SAMPLES {
        for ((each, count), times) in contestants.iter_mut().zip(&counts).zip(&mut times) {
            // Some peers need seconds for what others do in milliseconds.
            if times.iter().sum::<Duration>() < BUDGET {
                times.push(time(each, *count));
            }
        }
    }
    let median = |(times, count): (&mut Vec<Duration>, &u32)| {
        times.sort();
        times[times.len() / 2].as_nanos() as f64 / f64::from(*count)
    };
    times.iter_mut().zip(&counts).map(median).collect()
}
