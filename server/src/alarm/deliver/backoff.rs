//! When a message is tried again.

use std::time::Duration;

use parabus_core::time::Instant;

/// Pauses after the first tries; the last one stays.
const PAUSES_MS: [i64; 6] = [1_000, 5_000, 30_000, 120_000, 600_000, 3_600_000];

/// Longest pause that a provider may ask for.
const MOST_ASKED_MS: i64 = 86_400_000;

/// The next try after `attempts` earlier ones and the one at `now`. `random` makes the pause up to a
/// quarter longer, so that what failed together does not come back together.
pub fn next(now: Instant, attempts: u32, asked: Option<Duration>, random: u32) -> Instant {
    let last = PAUSES_MS.len() - 1;
    let pause = PAUSES_MS.get(last.min(attempts as usize)).copied().unwrap_or(3_600_000);
    let asked = asked.map_or(0, |asked| i64::try_from(asked.as_millis()).unwrap_or(i64::MAX).min(MOST_ASKED_MS));
    let pause = pause.max(asked);
    let more = (pause / 4).saturating_mul(i64::from(random)) / i64::from(u32::MAX);
    Instant::from_millis(now.as_millis().saturating_add(pause).saturating_add(more))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pauses_grow_and_stay_at_an_hour() {
        let pause = |attempts, asked, random| next(Instant::from_millis(7), attempts, asked, random).as_millis() - 7;
        let plain: Vec<i64> = (0..8).map(|attempts| pause(attempts, None, 0)).collect();
        assert_eq!(plain, [1_000, 5_000, 30_000, 120_000, 600_000, 3_600_000, 3_600_000, 3_600_000]);
        assert_eq!(pause(u32::MAX, None, u32::MAX), 4_500_000);
        assert_eq!(pause(0, None, u32::MAX), 1_250);
    }

    #[test]
    fn a_provider_may_ask_for_longer_but_not_for_ever() {
        let pause = |asked| next(Instant::from_millis(0), 1, Some(asked), 0).as_millis();
        assert_eq!(pause(Duration::from_secs(90)), 90_000);
        assert_eq!(pause(Duration::from_secs(1)), 5_000);
        assert_eq!(pause(Duration::MAX), MOST_ASKED_MS);
    }
}
