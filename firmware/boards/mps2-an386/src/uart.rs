//! UARTs: bytes are taken by interrupt into a queue, so that none is lost while the program works.

use core::cell::RefCell;
use core::convert::Infallible;

use critical_section::Mutex;
use embedded_io::{ErrorType, Read, ReadReady, Write};
use heapless::Deque;

use crate::CLOCK_HZ;
use crate::interrupts::{Interrupt, enable};
use crate::register::Register;

/// Room for two of the longest frames.
const QUEUE: usize = 512;

const TRANSMIT_FULL: u32 = 1;
const RECEIVE_FULL: u32 = 1 << 1;
const TRANSMIT_ENABLE: u32 = 1;
const RECEIVE_ENABLE: u32 = 1 << 1;
const RECEIVE_INTERRUPT: u32 = 1 << 3;

/// The registers of a UART and its queue.
pub struct Device {
    data: Register,
    state: Register,
    control: Register,
    interrupt: Register,
    divisor: Register,
    number: Interrupt,
    received: Mutex<RefCell<Deque<u8, QUEUE>>>,
}

// SAFETY: AN386, table 3-4.
pub(crate) static UART0: Device = unsafe { Device::at(0x4000_4000, Interrupt::Uart0Received) };
// SAFETY: AN386, table 3-4.
pub(crate) static UART1: Device = unsafe { Device::at(0x4000_5000, Interrupt::Uart1Received) };

impl Device {
    /// # Safety
    /// A UART with this interrupt must be at this address.
    const unsafe fn at(base: usize, number: Interrupt) -> Self {
        // SAFETY: registers of the UART (DDI 0479, table 4-9).
        unsafe {
            Device {
                data: Register::at(base),
                state: Register::at(base + 4),
                control: Register::at(base + 8),
                interrupt: Register::at(base + 12),
                divisor: Register::at(base + 16),
                number,
                received: Mutex::new(RefCell::new(Deque::new())),
            }
        }
    }

    fn has_received(&self) -> bool {
        critical_section::with(|cs| !self.received.borrow_ref(cs).is_empty())
    }

    /// What the interrupt does. A byte that finds the queue full is lost, and the CRC tells.
    pub(crate) fn take_bytes(&self) {
        critical_section::with(|cs| {
            self.interrupt.write(RECEIVE_FULL);
            let mut received = self.received.borrow_ref_mut(cs);
            while self.state.read() & RECEIVE_FULL != 0 {
                received.push_back(self.data.read() as u8).ok();
            }
        });
    }
}

/// A port to read from and write to.
pub struct Uart(&'static Device);

impl Uart {
    /// Towards the devices: the first serial port.
    pub fn bus(baud: u32) -> Self {
        Uart::open(&UART0, baud)
    }

    /// Towards the server: the second serial port.
    pub fn uplink(baud: u32) -> Self {
        Uart::open(&UART1, baud)
    }

    fn open(device: &'static Device, baud: u32) -> Self {
        // The smallest divisor that works is 16.
        device.divisor.write((CLOCK_HZ / baud.max(1)).max(16));
        device.control.write(TRANSMIT_ENABLE | RECEIVE_ENABLE | RECEIVE_INTERRUPT);
        enable(device.number);
        Uart(device)
    }
}

/// Whether bytes wait on either port.
pub fn has_received() -> bool {
    UART0.has_received() || UART1.has_received()
}

impl ErrorType for Uart {
    type Error = Infallible;
}

impl Read for Uart {
    fn read(&mut self, room: &mut [u8]) -> Result<usize, Infallible> {
        Ok(critical_section::with(|cs| {
            let mut received = self.0.received.borrow_ref_mut(cs);
            let mut count = 0;
            for (place, byte) in room.iter_mut().zip(core::iter::from_fn(|| received.pop_front())) {
                *place = byte;
                count += 1;
            }
            count
        }))
    }
}

impl ReadReady for Uart {
    fn read_ready(&mut self) -> Result<bool, Infallible> {
        Ok(self.0.has_received())
    }
}

impl Write for Uart {
    fn write(&mut self, bytes: &[u8]) -> Result<usize, Infallible> {
        for byte in bytes {
            while self.0.state.read() & TRANSMIT_FULL != 0 {}
            self.0.data.write((*byte).into());
        }
        Ok(bytes.len())
    }

    fn flush(&mut self) -> Result<(), Infallible> {
        while self.0.state.read() & TRANSMIT_FULL != 0 {}
        Ok(())
    }
}
