//! Microseconds since the start by a timer that never stops, and a second one that wakes.

use core::cell::Cell;

use critical_section::Mutex;

use crate::CLOCK_HZ;
use crate::interrupts::{Interrupt, enable};
use crate::register::Register;

const TICKS_PER_US: u32 = CLOCK_HZ / 1_000_000;

const ENABLE: u32 = 1;
const INTERRUPT: u32 = 1 << 3;

/// A timer of the design kit: it counts down and starts over from its reload value.
struct Timer {
    control: Register,
    value: Register,
    reload: Register,
    interrupt: Register,
}

impl Timer {
    /// # Safety
    /// A timer must be at this address.
    const unsafe fn at(base: usize) -> Self {
        // SAFETY: registers of the timer (DDI 0479, table 4-7).
        unsafe {
            Timer {
                control: Register::at(base),
                value: Register::at(base + 4),
                reload: Register::at(base + 8),
                interrupt: Register::at(base + 12),
            }
        }
    }
}

// SAFETY: AN386, table 3-4.
static FREE: Timer = unsafe { Timer::at(0x4000_0000) };
// SAFETY: AN386, table 3-4.
static WAKE: Timer = unsafe { Timer::at(0x4000_1000) };

/// How often the free timer started over: every 172 s.
static WRAPS: Mutex<Cell<u32>> = Mutex::new(Cell::new(0));

/// Starts the clock at 0.
pub fn start() {
    FREE.reload.write(u32::MAX);
    FREE.value.write(u32::MAX);
    FREE.control.write(ENABLE | INTERRUPT);
    enable(Interrupt::Timer0);
    enable(Interrupt::Timer1);
}

/// Microseconds since [`start`].
pub fn now_us() -> u64 {
    critical_section::with(|cs| {
        let mut ticks = u32::MAX - FREE.value.read();
        let mut wraps = WRAPS.borrow(cs).get();
        // It started over and its interrupt has not been served: read again, behind the edge.
        if FREE.interrupt.read() & 1 == 1 {
            ticks = u32::MAX - FREE.value.read();
            wraps = wraps.wrapping_add(1);
        }
        (u64::from(wraps) << 32 | u64::from(ticks)) / u64::from(TICKS_PER_US)
    })
}

/// Sleeps until this time, or until an interrupt. `is_ready` is asked with interrupts held back, so
/// that none slips in between the question and the sleep.
pub fn sleep_until(at_us: u64, is_ready: impl Fn() -> bool) {
    let wait_us = at_us.saturating_sub(now_us());
    if wait_us == 0 {
        return;
    }
    let ticks = wait_us.saturating_mul(TICKS_PER_US.into());
    let ticks = u32::try_from(ticks).unwrap_or(u32::MAX);
    WAKE.control.write(0);
    WAKE.value.write(ticks);
    WAKE.reload.write(ticks);
    WAKE.control.write(ENABLE | INTERRUPT);
    cortex_m::interrupt::free(|_| {
        if !is_ready() {
            // Wakes for an interrupt that is held back, too.
            cortex_m::asm::wfi();
        }
    });
    WAKE.control.write(0);
    WAKE.interrupt.write(1);
}

pub(crate) fn wrapped() {
    critical_section::with(|cs| {
        FREE.interrupt.write(1);
        let wraps = WRAPS.borrow(cs);
        wraps.set(wraps.get().wrapping_add(1));
    });
}

pub(crate) fn woken() {
    WAKE.interrupt.write(1);
}
