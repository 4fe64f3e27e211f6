//! The relay is the first LED, the button that confirms the first of the board's; alerts are stored at the end of the
//! code memory, which a reset leaves as it is.

use core::convert::Infallible;

use embedded_hal::digital::{ErrorType, InputPin, OutputPin};
use parabus_gateway::{Memory, RECORD};

use crate::register::Register;

const FIRST: u32 = 1;

// SAFETY: LEDs of the FPGA's system control (AN386, table 3-8).
static LED: Register = unsafe { Register::at(0x4002_8000) };
// SAFETY: buttons of the FPGA's system control (AN386, table 3-8).
static BUTTON: Register = unsafe { Register::at(0x4002_8008) };

/// The relay.
pub struct Relay;

impl ErrorType for Relay {
    type Error = Infallible;
}

impl OutputPin for Relay {
    fn set_low(&mut self) -> Result<(), Infallible> {
        LED.write(LED.read() & !FIRST);
        Ok(())
    }

    fn set_high(&mut self) -> Result<(), Infallible> {
        LED.write(LED.read() | FIRST);
        Ok(())
    }
}

/// The button.
pub struct Button;

impl ErrorType for Button {
    type Error = Infallible;
}

impl InputPin for Button {
    fn is_high(&mut self) -> Result<bool, Infallible> {
        Ok(BUTTON.read() & FIRST != 0)
    }

    fn is_low(&mut self) -> Result<bool, Infallible> {
        self.is_high().map(|is_high| !is_high)
    }
}

/// Where the slots begin; the linker's map and the image end before.
pub const SLOTS_AT: usize = 0x003F_0000;
const SLOTS: usize = 0x0001_0000 / RECORD;

/// There is no such slot.
#[derive(Debug)]
pub struct NoSlot;

/// The slots.
pub struct Slots;

fn place(slot: usize) -> Result<*mut [u8; RECORD], NoSlot> {
    if slot < SLOTS { Ok((SLOTS_AT + slot * RECORD) as *mut [u8; RECORD]) } else { Err(NoSlot) }
}

impl Memory for Slots {
    type Error = NoSlot;

    fn read(&mut self, slot: usize, bytes: &mut [u8; RECORD]) -> Result<(), NoSlot> {
        // SAFETY: memory of the board that nothing but this reads or writes; bytes need no alignment.
        *bytes = unsafe { place(slot)?.read_volatile() };
        Ok(())
    }

    fn write(&mut self, slot: usize, bytes: &[u8; RECORD]) -> Result<(), NoSlot> {
        // SAFETY: as above.
        unsafe { place(slot)?.write_volatile(*bytes) };
        Ok(())
    }
}
