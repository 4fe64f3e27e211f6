//! References to their parts.

use std::hint::black_box;

use parabus_core::reference::Reference;

use crate::race::{Side, base, contestant, race};

pub fn run() {
    race(
        "reference to its parts",
        vec![
            base("splitting at `>` alone", 0, |count| {
                *count = black_box("boiler>holding>100").split('>').count();
                &*count
            }),
            contestant(Side::Ours, "parabus", &true, false, |is_right| {
                *is_right = black_box(Reference::parse(black_box("boiler>holding>100"))).is_ok();
                &*is_right
            }),
        ],
    );
}
