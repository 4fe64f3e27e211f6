//! What the linkers of other systems need for an addon.

fn main() {
    napi_build::setup();
}
