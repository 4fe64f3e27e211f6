//! The gateway on its ports.

use embedded_hal::digital::OutputPin;
use embedded_io::{Read, ReadReady, Write};

use crate::gateway::{Action, Gateway};
use crate::port::Port;

/// Bytes taken from a port at once.
const CHUNK: usize = 64;

/// A gateway with its two ports. A board calls [`step`](Self::step) in a loop and feeds its watchdog
/// after each: a step never waits for a device.
#[derive(Debug)]
pub struct Runner<
    B,
    BP,
    U,
    UP,
    const UNITS: usize,
    const GROUPS: usize,
    const WORDS: usize,
    const ALERTS: usize = 0,
    const CONDITIONS: usize = 0,
> {
    /// The machine.
    pub gateway: Gateway<UNITS, GROUPS, WORDS, ALERTS, CONDITIONS>,
    /// Towards the devices.
    pub bus: Port<B, BP>,
    /// Towards the server.
    pub uplink: Port<U, UP>,
}

impl<
    B,
    BP,
    U,
    UP,
    const UNITS: usize,
    const GROUPS: usize,
    const WORDS: usize,
    const ALERTS: usize,
    const CONDITIONS: usize,
> Runner<B, BP, U, UP, UNITS, GROUPS, WORDS, ALERTS, CONDITIONS>
where
    B: Read + ReadReady + Write,
    U: Read + ReadReady + Write,
    BP: OutputPin,
    UP: OutputPin,
{
    /// Takes what has come, sends what is due; gives the time, in microseconds, until which nothing
    /// else is to be done unless bytes come.
    pub fn step(&mut self, now_us: u64) -> u64 {
        let mut chunk = [0; CHUNK];
        loop {
            let count = self.bus.receive(&mut chunk);
            if count == 0 {
                break;
            }
            self.gateway.receive_bus(chunk.get(..count).unwrap_or_default(), now_us);
        }
        loop {
            let count = self.uplink.receive(&mut chunk);
            if count == 0 {
                break;
            }
            self.gateway.receive_uplink(chunk.get(..count).unwrap_or_default(), now_us);
        }
        let mut until = loop {
            match self.gateway.poll(now_us) {
                Action::SendBus(bytes) => self.bus.send(bytes, now_us),
                Action::SendUplink(bytes) => self.uplink.send(bytes, now_us),
                Action::WaitUntil(at) => break at,
            }
        };
        for released in [self.bus.tend(now_us), self.uplink.tend(now_us)].into_iter().flatten() {
            until = until.min(released);
        }
        until
    }
}
