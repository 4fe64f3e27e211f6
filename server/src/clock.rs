//! The only place of the server that reads a clock; core is handed the time.

use std::sync::OnceLock;
use std::time::{SystemTime, UNIX_EPOCH};

use parabus_core::time::Instant;

/// The present, UTC.
pub fn now() -> Instant {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    Instant::from_millis(i64::try_from(since.as_millis()).unwrap_or(i64::MAX))
}

/// Milliseconds on a clock that never steps, from the first call on: for deadlines and periods.
pub fn monotonic_ms() -> u64 {
    static START: OnceLock<std::time::Instant> = OnceLock::new();
    let start = *START.get_or_init(std::time::Instant::now);
    u64::try_from(start.elapsed().as_millis()).unwrap_or(u64::MAX)
}
