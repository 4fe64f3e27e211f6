//! The only place of the server that reads a clock; core is handed the time.

use std::sync::OnceLock;

use parabus_core::time::Instant;

/// The present, UTC.
pub fn now() -> Instant {
    Instant::from_millis(chrono::Utc::now().timestamp_millis())
}

/// Milliseconds on a clock that never steps, from the first call on: for deadlines and periods.
pub fn monotonic_ms() -> u64 {
    monotonic_us() / 1000
}

/// Microseconds on the same clock: for the silences of serial lines. It is the runtime's clock, which
/// tests may stop and move.
pub fn monotonic_us() -> u64 {
    static START: OnceLock<std::time::Instant> = OnceLock::new();
    let start = *START.get_or_init(std::time::Instant::now);
    let elapsed = tokio::time::Instant::now().into_std().saturating_duration_since(start);
    u64::try_from(elapsed.as_micros()).unwrap_or(u64::MAX)
}
