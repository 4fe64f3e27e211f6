//! The watchdog: a program that hangs is started again.

use crate::CLOCK_HZ;
use crate::register::Register;

/// Seconds without food; the second time-out in a row resets the board.
const SECONDS: u32 = 2;

const INTERRUPT: u32 = 1;
const RESET: u32 = 1 << 1;
const UNLOCK: u32 = 0x1ACC_E551;

// SAFETY: the watchdog's registers (DDI 0479, table 4-12; AN386, table 3-4).
static LOAD: Register = unsafe { Register::at(0x4000_8000) };
// SAFETY: as above.
static CONTROL: Register = unsafe { Register::at(0x4000_8008) };
// SAFETY: as above.
static CLEAR: Register = unsafe { Register::at(0x4000_800C) };
// SAFETY: as above.
static LOCK: Register = unsafe { Register::at(0x4000_8C00) };

/// Starts it.
pub fn start() {
    LOCK.write(UNLOCK);
    LOAD.write(SECONDS * CLOCK_HZ);
    CONTROL.write(INTERRUPT | RESET);
}

/// Says that the program still works.
pub fn feed() {
    CLEAR.write(1);
}
