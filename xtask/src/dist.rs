//! x
use crate::steps::Result;
pub fn run() -> Result { crate::wasm::build().map(drop) }
