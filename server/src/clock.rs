//! The only place of the server that reads a clock; core is handed the time.

use std::sync::OnceLock;
use std::time::Duration;

use parabus_core::time::Instant;

/// The present, UTC.
#[cfg(not(test))]
pub fn now() -> Instant {
    Instant::from_millis(chrono::Utc::now().timestamp_millis())
}

/// The present on the clock that tests may stop and move, from the real one at the first call on.
#[cfg(test)]
pub fn now() -> Instant {
    static START: OnceLock<i64> = OnceLock::new();
    let elapsed = i64::try_from(monotonic_ms()).unwrap_or(0);
    let start = START.get_or_init(|| chrono::Utc::now().timestamp_millis() - elapsed);
    Instant::from_millis(start + elapsed)
}

/// Milliseconds on a clock that never steps, from the first call on: for deadlines and periods.
pub fn monotonic_ms() -> u64 {
    monotonic_us() / 1000
}

/// Microseconds on the same clock: for the silences of serial lines. It is the runtime's clock, which
/// tests may stop and move.
pub fn monotonic_us() -> u64 {
    /// The clock of a test's runtime may have been stopped before that of the test that came first.
    const BEFORE: Duration = Duration::from_secs(if cfg!(test) { 60 } else { 0 });
    static START: OnceLock<std::time::Instant> = OnceLock::new();
    let now = tokio::time::Instant::now().into_std();
    let start = *START.get_or_init(|| now.checked_sub(BEFORE).unwrap_or(now));
    u64::try_from(now.saturating_duration_since(start).as_micros()).unwrap_or(u64::MAX)
}
