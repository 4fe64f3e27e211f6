//! A short run of every fuzz target; `cargo xtask tough fuzz` makes long ones.

use parabus_tests::fuzz::{Shape, TARGETS, generate};
use parabus_tests::random::Random;

/// Inputs of a target: more of those that cost little, more than 200,000 in all.
const fn inputs(shape: Shape) -> u64 {
    match shape {
        Shape::Pdu | Shape::Rtu | Shape::Ascii | Shape::Tcp | Shape::AnyFrame | Shape::NumberText | Shape::Formula => {
            24_000
        }
        Shape::Stream | Shape::Numbers | Shape::References => 6_000,
        Shape::Steps | Shape::Chunk => 3_000,
    }
}

#[test]
fn no_law_is_broken() {
    let mut broken = Vec::new();
    for target in TARGETS {
        for seed in 0..inputs(target.shape) {
            let input = generate(target.shape, &mut Random::new(seed));
            if std::panic::catch_unwind(|| (target.run)(&input)).is_err() {
                broken.push(format!("cargo xtask tough fuzz {} --seed {seed} --inputs 1", target.name));
                break;
            }
        }
    }
    assert!(broken.is_empty(), "to run them again:\n{}", broken.join("\n"));
}
