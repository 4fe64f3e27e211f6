//! References to their parts.

use std::hint::black_box;

use parabus_core::reference::Reference;

use crate::race::{contestant, race};

pub fn run() {
    race(
        "reference to its parts",
        &0,
        None,
        vec![
            contestant("splitting at `>` alone", |count: &mut usize| {
                *count = black_box("boiler>holding>100").split('>').count();
            }),
            contestant("parabus", |count| {
                *count = usize::from(Reference::parse(black_box("boiler>holding>100")).is_ok());
            }),
        ],
    );
}
