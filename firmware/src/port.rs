//! A serial port: bytes by `embedded-io`, the driver-enable pin of an RS-485 transceiver by
//! `embedded-hal`.

use core::convert::Infallible;

use embedded_hal::digital::{ErrorType as PinErrorType, InputPin, OutputPin};
use embedded_io::{Read, ReadReady, Write};
use parabus_core::modbus::Line;

/// The pin of what has none: a port of full duplex or whose transceiver turns round by itself, a gateway without
/// relay or button.
#[derive(Clone, Copy, Debug, Default)]
pub struct NoPin;

impl PinErrorType for NoPin {
    type Error = Infallible;
}

impl OutputPin for NoPin {
    fn set_low(&mut self) -> Result<(), Infallible> {
        Ok(())
    }

    fn set_high(&mut self) -> Result<(), Infallible> {
        Ok(())
    }
}

impl InputPin for NoPin {
    fn is_high(&mut self) -> Result<bool, Infallible> {
        Ok(false)
    }

    fn is_low(&mut self) -> Result<bool, Infallible> {
        Ok(true)
    }
}

/// A UART with its pin.
///
/// `write` may put bytes into a queue; `flush` returns when the last stop bit has left the
/// transmitter, because only then may the pin fall.
#[derive(Debug)]
pub struct Port<U, P> {
    uart: U,
    driver_enable: P,
    line: Line,
    /// When the transmission that holds the pin will be over.
    release_us: Option<u64>,
    errors: u32,
}

impl<U: Read + ReadReady + Write, P: OutputPin> Port<U, P> {
    /// A port on this line; its pin begins low: it listens.
    pub fn new(uart: U, mut driver_enable: P, line: Line) -> Self {
        let errors = u32::from(driver_enable.set_low().is_err());
        Port { uart, driver_enable, line, release_us: None, errors }
    }

    /// Faults of UART and pin since the start: overruns, framing, parity.
    pub const fn errors(&self) -> u32 {
        self.errors
    }

    /// Takes bytes that have come, at most as many as there is room for.
    pub fn receive(&mut self, room: &mut [u8]) -> usize {
        match self.uart.read_ready() {
            Ok(false) => 0,
            // A damaged byte is missing then, and the CRC tells.
            Ok(true) => self.uart.read(room).unwrap_or_else(|_| self.fault()),
            Err(_) => self.fault(),
        }
    }

    fn fault(&mut self) -> usize {
        self.errors = self.errors.wrapping_add(1);
        0
    }

    /// Starts to send. The pin rises now and falls by [`tend`](Self::tend).
    pub fn send(&mut self, bytes: &[u8], now_us: u64) {
        if self.driver_enable.set_high().is_err() || self.uart.write_all(bytes).is_err() {
            self.fault();
        }
        self.release_us = Some(now_us.saturating_add(self.line.duration_us(bytes.len())));
    }

    /// Lets the pin fall when everything is out; until when to come back otherwise.
    pub fn tend(&mut self, now_us: u64) -> Option<u64> {
        let at = self.release_us?;
        if now_us < at {
            return Some(at);
        }
        // By now this is a matter of a bit or two.
        if self.uart.flush().is_err() || self.driver_enable.set_low().is_err() {
            self.fault();
        }
        self.release_us = None;
        None
    }
}
