//! Memory-mapped registers.

/// A register of 32 bits at a fixed address.
#[derive(Clone, Copy)]
pub struct Register(*mut u32);

// SAFETY: an address, not a value. Every access is one volatile load or store of an aligned word, which
// the bus does whole; all of them run on the one core of this board.
unsafe impl Sync for Register {}

impl Register {
    /// The register at this address.
    ///
    /// # Safety
    /// A register of the device that may be read and written at any time must be there.
    pub const unsafe fn at(address: usize) -> Self {
        Register(address as *mut u32)
    }

    pub fn read(self) -> u32 {
        // SAFETY: `at` was given the address of a register.
        unsafe { self.0.read_volatile() }
    }

    pub fn write(self, value: u32) {
        // SAFETY: `at` was given the address of a register.
        unsafe { self.0.write_volatile(value) }
    }
}
