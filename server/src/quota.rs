//! Quotas by GCRA: per API key, and per address for the endpoints without a token (D-07).

use std::net::IpAddr;
use std::num::NonZeroU32;

use governor::{DefaultKeyedRateLimiter, Quota as Rate, RateLimiter};
use uuid::Uuid;

use crate::config::Api;

/// Addresses remembered before idle ones are dropped.
const SWEEP_AT: usize = 10_000;

/// No request is left.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the quota of this {whose} is spent, repeat the request later")]
pub struct QuotaSpent {
    whose: &'static str,
}

/// The server's quotas.
pub struct Quota {
    keys: DefaultKeyedRateLimiter<Uuid>,
    addresses: DefaultKeyedRateLimiter<IpAddr>,
}

impl Quota {
    pub fn new(config: &Api) -> Self {
        let at_least_one = |number: u32| NonZeroU32::new(number).unwrap_or(NonZeroU32::MIN);
        let rate =
            Rate::per_second(at_least_one(config.quota_per_second)).allow_burst(at_least_one(config.quota_burst));
        Quota { keys: RateLimiter::keyed(rate), addresses: RateLimiter::keyed(rate) }
    }

    /// One request of an API key.
    pub fn spend_key(&self, key: Uuid) -> Result<(), QuotaSpent> {
        self.keys.check_key(&key).map_err(|_| QuotaSpent { whose: "API key" })
    }

    /// One request of an address that has shown no token.
    pub fn spend_address(&self, address: IpAddr) -> Result<(), QuotaSpent> {
        if self.addresses.len() > SWEEP_AT {
            self.addresses.retain_recent();
        }
        self.addresses.check_key(&address).map_err(|_| QuotaSpent { whose: "address" })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_burst_passes_and_the_next_request_is_refused() {
        let quota = Quota::new(&Api { quota_burst: 3, quota_per_second: 1, ..Api::default() });
        let (one, other) = (Uuid::from_u128(1), Uuid::from_u128(2));
        assert!((0..3).all(|_| quota.spend_key(one).is_ok()));
        assert_eq!(quota.spend_key(one), Err(QuotaSpent { whose: "API key" }));
        assert!(quota.spend_key(other).is_ok(), "each key has its own quota");
    }
}
