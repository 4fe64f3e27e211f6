//! When which device is due: periods, stagger, back-off. The clock is the caller's: any monotonic
//! count of milliseconds.
//!
//! A device is read on its own grid of slots, so that periods never drift, and slots that pass
//! while a reading runs are skipped and counted. A device that fails is asked less and less often,
//! so that it costs its neighbours at most one time-out per back-off.
//!
//! ```
//! use parabus_core::schedule::{BackOff, DeviceSchedule, Next, next};
//!
//! let mut devices = [DeviceSchedule::staggered(1000, 0, 2, 0), DeviceSchedule::staggered(1000, 1, 2, 0)];
//! assert_eq!(next(&devices, 0), Next::Due(0));
//! devices[0].succeed(20);
//! assert_eq!(next(&devices, 20), Next::WaitUntil(500));
//! devices[1].fail(700, 0, &BackOff::default());
//! assert_eq!(devices[1].due_at(), 1700);
//! ```

/// How long a failing device is left alone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BackOff {
    /// Milliseconds of the shortest pause; a device's own period, if longer, takes its place.
    pub least_ms: u64,
    /// Milliseconds of the longest pause.
    pub most_ms: u64,
}

impl Default for BackOff {
    fn default() -> Self {
        BackOff { least_ms: 1000, most_ms: 60_000 }
    }
}

/// Milliseconds over which first readings are spread.
const START_MS: u64 = 10_000;

/// One device's place in time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DeviceSchedule {
    period_ms: u64,
    /// The slot that is next, or past and not yet served.
    slot_ms: u64,
    /// When it is really asked: the slot, or later while it fails.
    due_ms: u64,
    failures: u32,
    skipped: u64,
}

impl DeviceSchedule {
    /// The `index`-th of `count` devices that share a connection: its slots spread over the period from
    /// `now_ms` on. The first reading does not wait for a slot longer than the start takes, 10 s: nobody
    /// wants to look at an empty page for an hour. A period of 0 counts as 1 ms.
    pub fn staggered(period_ms: u64, index: usize, count: usize, now_ms: u64) -> Self {
        let period_ms = period_ms.max(1);
        let (index, count) = (index as u64, count as u64);
        // Dividing so that even a compiler that does not see the count's range needs no check.
        let index = u128::from(index.checked_rem(count).unwrap_or(0));
        let place = |within_ms: u64| {
            let offset = (u128::from(within_ms) * index).checked_div(u128::from(count)).unwrap_or(0);
            now_ms.saturating_add(u64::try_from(offset).unwrap_or(0))
        };
        let (slot_ms, due_ms) = (place(period_ms), place(period_ms.min(START_MS)));
        DeviceSchedule { period_ms, slot_ms, due_ms, failures: 0, skipped: 0 }
    }

    /// When it is to be asked next.
    pub const fn due_at(&self) -> u64 {
        self.due_ms
    }

    /// Milliseconds by which it is late at `now_ms`.
    pub const fn overdue_ms(&self, now_ms: u64) -> u64 {
        now_ms.saturating_sub(self.due_ms)
    }

    /// Readings that failed in a row.
    pub const fn failures(&self) -> u32 {
        self.failures
    }

    /// Slots that passed unserved since the start.
    pub const fn skipped(&self) -> u64 {
        self.skipped
    }

    /// A reading ended well: the next slot of the grid that still lies ahead.
    pub fn succeed(&mut self, now_ms: u64) {
        self.failures = 0;
        self.advance(now_ms);
        self.due_ms = self.slot_ms;
    }

    /// A reading failed. The first failure waits for the next slot like a success; further ones
    /// double the pause up to the limit, shortened by up to a quarter by `jitter` (any number), so
    /// that devices which failed together do not come back together.
    pub fn fail(&mut self, now_ms: u64, jitter: u32, back_off: &BackOff) {
        self.failures = self.failures.saturating_add(1);
        self.advance(now_ms);
        let base = back_off.least_ms.max(self.period_ms);
        let doubled = base.saturating_mul(1 << self.failures.saturating_sub(1).min(20));
        // A period longer than the limit stays the pause.
        let pause = doubled.min(back_off.most_ms.max(self.period_ms));
        let off = u128::from(jitter) * u128::from(pause / 4) / u128::from(u32::MAX);
        let shortened = pause.saturating_sub(u64::try_from(off).unwrap_or(0));
        self.due_ms = now_ms.saturating_add(shortened.max(base.min(pause) / 2));
    }

    /// Moves the slot behind `now_ms` on its grid.
    fn advance(&mut self, now_ms: u64) {
        if now_ms < self.slot_ms {
            return;
        }
        let passed = now_ms.saturating_sub(self.slot_ms).checked_div(self.period_ms).unwrap_or(0);
        self.skipped = self.skipped.saturating_add(passed);
        let step = passed.saturating_add(1).saturating_mul(self.period_ms);
        self.slot_ms = self.slot_ms.saturating_add(step);
    }
}

/// What a connection does next.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Next {
    /// Ask this device now: its index in the slice.
    Due(usize),
    /// Nothing before this instant.
    WaitUntil(u64),
    /// There are no devices.
    Idle,
}

/// The device that waits longest, or when the first one is due.
pub fn next(devices: &[DeviceSchedule], now_ms: u64) -> Next {
    match devices.iter().enumerate().min_by_key(|(_, device)| device.due_ms) {
        None => Next::Idle,
        Some((index, device)) if device.due_ms <= now_ms => Next::Due(index),
        Some((_, device)) => Next::WaitUntil(device.due_ms),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::vec::Vec;

    #[test]
    fn a_day_of_seconds_does_not_drift() {
        let mut device = DeviceSchedule::staggered(1000, 1, 4, 7);
        let mut now = 0;
        for slot in 0..86_400u64 {
            assert_eq!(device.due_at(), 257 + slot * 1000);
            now = now.max(device.due_at()) + 1 + slot % 900;
            device.succeed(now);
        }
        assert_eq!(device.skipped(), 0);
    }

    #[test]
    fn an_overrun_skips_slots_and_returns_to_the_grid() {
        let mut device = DeviceSchedule::staggered(1000, 0, 1, 0);
        device.succeed(3500);
        assert_eq!((device.due_at(), device.skipped()), (4000, 3));
    }

    #[test]
    fn failures_back_off_to_the_limit_and_a_success_ends_it() {
        let mut device = DeviceSchedule::staggered(1000, 0, 1, 0);
        let (mut now, mut pauses) = (0, Vec::new());
        for _ in 0..9 {
            device.fail(now, 0, &BackOff::default());
            pauses.push(device.due_at() - now);
            now = device.due_at();
        }
        assert_eq!(pauses, [1000, 2000, 4000, 8000, 16_000, 32_000, 60_000, 60_000, 60_000]);
        device.fail(now, u32::MAX, &BackOff::default());
        assert_eq!(device.due_at() - now, 45_000);
        device.succeed(now + 300);
        assert_eq!((device.failures(), device.due_at() % 1000), (0, 0));
        let mut slow = DeviceSchedule::staggered(300_000, 0, 1, 0);
        slow.fail(0, u32::MAX, &BackOff::default());
        assert!(slow.due_at() >= 150_000, "a slow device is never asked faster than its period allows");
    }

    /// Ten devices on one bus, half of them dead with a time-out of 300 ms: over an hour the live
    /// ones miss fewer than one reading in a hundred.
    #[test]
    fn dead_devices_do_not_starve_live_ones() {
        let mut devices: Vec<_> = (0..10).map(|i| DeviceSchedule::staggered(2000, i, 10, 0)).collect();
        let (mut now, mut late, mut read, mut jitter) = (0u64, 0, 0, 1u32);
        while now < 3_600_000 {
            match next(&devices, now) {
                Next::Due(index) if index % 2 == 0 => {
                    jitter = jitter.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
                    now += 300;
                    devices[index].fail(now, jitter, &BackOff::default());
                }
                Next::Due(index) => {
                    late += u32::from(now - devices[index].due_at() > 1000);
                    read += 1;
                    now += 10;
                    devices[index].succeed(now);
                }
                Next::WaitUntil(until) => now = until,
                Next::Idle => break,
            }
        }
        assert!(read >= 5 * 1790, "{read} readings");
        assert!(late * 100 < read, "{late} late of {read}");
    }

    #[test]
    fn the_first_reading_comes_soon_and_the_others_on_the_grid() {
        let mut device = DeviceSchedule::staggered(3_600_000, 3, 4, 0);
        assert_eq!(device.due_at(), 7500);
        device.succeed(7600);
        assert_eq!((device.due_at(), device.skipped()), (2_700_000, 0));
        device.succeed(2_700_100);
        assert_eq!((device.due_at(), device.skipped()), (6_300_000, 0));
    }

    #[test]
    fn extremes_do_not_overflow() {
        let mut device = DeviceSchedule::staggered(u64::MAX, usize::MAX, usize::MAX, u64::MAX);
        device.succeed(u64::MAX);
        for _ in 0..100 {
            device.fail(u64::MAX, u32::MAX, &BackOff { least_ms: u64::MAX, most_ms: u64::MAX });
        }
        assert_eq!(DeviceSchedule::staggered(0, 0, 0, 5).due_at(), 5);
    }
}
