//! Links that confirm a record: whoever got the message holds one, and nobody can make another.
//!
//! A token names the effect that sent the message and when it ends; 128 bits of HMAC-SHA-256 over both, with
//! a secret of the store's, stand behind.

use parabus_core::time::Instant;
use ring::hmac;

/// How long a link is good for.
const LIFE_MS: i64 = 7 * 24 * 3_600_000;
/// Bytes of the checksum that are kept: short messages are short.
const TAG: usize = 16;
/// Hexadecimal digits: effect, seconds, checksum.
const LENGTH: usize = 16 + 8 + 2 * TAG;

/// Makes and reads links.
pub struct Links {
    key: hmac::Key,
    /// Where people reach the server; without it messages have no links.
    base: Option<String>,
}

impl Links {
    pub fn new(secret: &[u8], public_url: Option<&str>) -> Links {
        let base = public_url.map(|url| format!("{}/confirm/", url.trim_end_matches('/')));
        Links { key: hmac::Key::new(hmac::HMAC_SHA256, secret), base }
    }

    /// The link of a message that is sent at this instant.
    pub fn link(&self, effect_id: u64, at_ms: i64) -> Option<String> {
        let base = self.base.as_ref()?;
        Some(format!("{base}{}/", self.token(effect_id, at_ms.saturating_add(LIFE_MS))))
    }

    fn token(&self, effect_id: u64, until_ms: i64) -> String {
        let until_sec = u32::try_from(until_ms / 1000).unwrap_or(0);
        let body = format!("{effect_id:016x}{until_sec:08x}");
        let tag: String = self.tag(&body).iter().map(|byte| format!("{byte:02x}")).collect();
        body + &tag
    }

    fn tag(&self, body: &str) -> [u8; TAG] {
        let whole = hmac::sign(&self.key, body.as_bytes());
        whole.as_ref().first_chunk().copied().unwrap_or_default()
    }

    /// The effect that a token stands for; none if nobody here made it, or it has ended.
    pub fn effect(&self, token: &str, now: Instant) -> Option<u64> {
        if token.len() != LENGTH || !token.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f')) {
            return None;
        }
        let (body, tag) = token.split_at_checked(24)?;
        let (effect, until) = body.split_at_checked(16)?;
        let mut differing = 0;
        for (own, place) in self.tag(body).iter().zip(0..) {
            let given = u8::from_str_radix(tag.get(2 * place..2 * place + 2)?, 16).ok()?;
            // All of them, that the time it takes tells nothing.
            differing |= own ^ given;
        }
        let until_ms = i64::from(u32::from_str_radix(until, 16).ok()?) * 1000;
        let effect_id = u64::from_str_radix(effect, 16).ok()?;
        (differing == 0 && now.as_millis() < until_ms).then_some(effect_id)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: i64 = 1_800_000_000_000;

    #[test]
    fn a_token_is_good_for_its_effect_for_a_week_and_with_its_own_secret() {
        let links = Links::new(b"secret", Some("https://plant.example/"));
        let link = links.link(u64::MAX - 1, NOW).unwrap();
        let token = link.strip_prefix("https://plant.example/confirm/").unwrap().strip_suffix('/').unwrap();
        let at = |ms| Instant::from_millis(ms);
        assert_eq!(links.effect(token, at(NOW)), Some(u64::MAX - 1));
        assert_eq!(links.effect(token, at(NOW + LIFE_MS - 1)), Some(u64::MAX - 1));
        assert_eq!(links.effect(token, at(NOW + LIFE_MS)), None);
        assert_eq!(Links::new(b"other", None).effect(token, at(NOW)), None);
        assert_eq!(Links::new(b"secret", None).link(1, NOW), None);
    }

    #[test]
    fn no_other_token_is_taken() {
        let links = Links::new(b"secret", None);
        let token = links.token(7, NOW + LIFE_MS);
        for place in 0..LENGTH {
            let mut other = token.clone().into_bytes();
            other[place] = if other[place] == b'0' { b'1' } else { b'0' };
            assert_eq!(links.effect(std::str::from_utf8(&other).unwrap(), Instant::from_millis(NOW)), None, "{place}");
        }
        for bad in ["", "é", &token[1..], &format!("{token}0"), &token.to_uppercase(), &"é".repeat(LENGTH / 2)] {
            assert_eq!(links.effect(bad, Instant::from_millis(NOW)), None, "{bad}");
        }
    }
}
