//! What an electrician sees of alerts: a relay and a button. And the memory behind them.

use embedded_hal::digital::{InputPin, OutputPin};

use crate::Gateway;
use crate::memory::Memory;

/// How often the button is looked at, microseconds.
const LOOK_US: u64 = 10_000;
/// For how long it has to be pressed: contacts bounce.
const PRESSED_US: u64 = 30_000;
/// After which a memory that failed is written again.
const RETRY_US: u64 = 1_000_000;

/// A relay, closed by a high pin; a button that confirms all alerts, high while it is pressed; a memory. A board
/// calls [`step`](Self::step) after each step of its runner.
#[derive(Debug)]
pub struct Panel<R, C, M> {
    relay: R,
    confirm: C,
    memory: M,
    /// As the pin was set last.
    is_closed: Option<bool>,
    pressed_us: Option<u64>,
    is_confirmed: bool,
    look_us: u64,
    store_us: u64,
    errors: u32,
}

impl<R: OutputPin, C: InputPin, M: Memory> Panel<R, C, M> {
    /// A panel; alerts go on as they were stored, and the relay with them. `start_ms` as in
    /// [`Gateway::restore`].
    pub fn new<
        const UNITS: usize,
        const GROUPS: usize,
        const WORDS: usize,
        const ALERTS: usize,
        const CONDITIONS: usize,
    >(
        relay: R,
        confirm: C,
        memory: M,
        gateway: &mut Gateway<UNITS, GROUPS, WORDS, ALERTS, CONDITIONS>,
        start_ms: i64,
        now_us: u64,
    ) -> Self {
        let mut panel = Panel {
            relay,
            confirm,
            memory,
            is_closed: None,
            pressed_us: None,
            is_confirmed: false,
            look_us: now_us,
            store_us: now_us,
            errors: 0,
        };
        if gateway.restore(&mut panel.memory, start_ms, now_us).is_err() {
            panel.fault();
        }
        panel.follow(gateway.is_relay_closed());
        panel
    }

    /// Faults of pins and memory since the start.
    pub const fn errors(&self) -> u32 {
        self.errors
    }

    /// As the relay's pin was set last.
    pub fn is_closed(&self) -> bool {
        self.is_closed == Some(true)
    }

    /// Looks at the button, sets the relay, stores what happened; gives the time, in microseconds, at which to
    /// come back.
    pub fn step<
        const UNITS: usize,
        const GROUPS: usize,
        const WORDS: usize,
        const ALERTS: usize,
        const CONDITIONS: usize,
    >(
        &mut self,
        gateway: &mut Gateway<UNITS, GROUPS, WORDS, ALERTS, CONDITIONS>,
        now_us: u64,
    ) -> u64 {
        if now_us >= self.look_us {
            self.look_us = now_us.saturating_add(LOOK_US);
            if self.is_pressed(now_us) {
                gateway.confirm(now_us);
            }
        }
        self.follow(gateway.is_relay_closed());
        if now_us >= self.store_us && gateway.store(&mut self.memory).is_err() {
            self.fault();
            self.store_us = now_us.saturating_add(RETRY_US);
        }
        self.look_us
    }

    /// Once for each time that the button is pressed.
    fn is_pressed(&mut self, now_us: u64) -> bool {
        match self.confirm.is_high() {
            Ok(true) => {
                let since_us = *self.pressed_us.get_or_insert(now_us);
                let is_news = !self.is_confirmed && now_us.saturating_sub(since_us) >= PRESSED_US;
                self.is_confirmed |= is_news;
                is_news
            }
            Ok(false) => {
                (self.pressed_us, self.is_confirmed) = (None, false);
                false
            }
            Err(_) => {
                self.fault();
                false
            }
        }
    }

    fn follow(&mut self, is_closed: bool) {
        if self.is_closed == Some(is_closed) {
            return;
        }
        match self.relay.set_state(is_closed.into()) {
            Ok(()) => self.is_closed = Some(is_closed),
            Err(_) => self.fault(),
        }
    }

    fn fault(&mut self) {
        self.errors = self.errors.wrapping_add(1);
    }
}
