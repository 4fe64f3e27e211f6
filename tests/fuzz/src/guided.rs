//! The same targets, led by what of the code an input reaches: libFuzzer. `PARABUS_TARGET` names one;
//! without it the first byte of an input chooses.
#![no_main]

use std::sync::OnceLock;

use libfuzzer_sys::fuzz_target;
use parabus_tests::fuzz::{TARGETS, Target};

static CHOSEN: OnceLock<Option<Target>> = OnceLock::new();

fn chosen() -> Option<Target> {
    let name = std::env::var("PARABUS_TARGET").ok()?;
    Some(*TARGETS.iter().find(|target| target.name == name).expect("a target of this name"))
}

fuzz_target!(|data: &[u8]| {
    match (CHOSEN.get_or_init(chosen), data) {
        (Some(target), _) => (target.run)(data),
        (None, [first, rest @ ..]) => (TARGETS[usize::from(*first) % TARGETS.len()].run)(rest),
        (None, []) => {}
    }
});
