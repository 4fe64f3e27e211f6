//! The interrupt vectors that this program uses, in the order of AN386, table 3-5.

use crate::{clock, uart};

/// Interrupts by number; what is not used here would be a fault of the hardware.
#[derive(Clone, Copy, PartialEq, Eq)]
#[repr(u16)]
pub enum Interrupt {
    Uart0Received = 0,
    Uart1Received = 2,
    Timer0 = 8,
    Timer1 = 9,
}

// SAFETY: the numbers are those of the vector table below.
unsafe impl cortex_m::interrupt::InterruptNumber for Interrupt {
    fn number(self) -> u16 {
        self as u16
    }
}

/// Lets an interrupt through.
pub fn enable(interrupt: Interrupt) {
    // SAFETY: its handler takes what it shares with the main program in a critical section.
    unsafe { cortex_m::peripheral::NVIC::unmask(interrupt) }
}

type Handler = unsafe extern "C" fn();

extern "C" fn uart0() {
    uart::UART0.take_bytes();
}

extern "C" fn uart1() {
    uart::UART1.take_bytes();
}

extern "C" fn timer0() {
    clock::wrapped();
}

extern "C" fn timer1() {
    clock::woken();
}

extern "C" fn unused() {
    panic!("an interrupt that nobody enabled");
}

// SAFETY: cortex-m-rt places this section behind the core's own vectors and expects this name.
#[unsafe(link_section = ".vector_table.interrupts")]
#[unsafe(no_mangle)]
static __INTERRUPTS: [Handler; 32] = {
    let mut table: [Handler; 32] = [unused; 32];
    table[Interrupt::Uart0Received as usize] = uart0;
    table[Interrupt::Uart1Received as usize] = uart1;
    table[Interrupt::Timer0 as usize] = timer0;
    table[Interrupt::Timer1 as usize] = timer1;
    table
};
