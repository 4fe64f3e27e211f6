//! Quotas by GCRA: per API key, and per address for the endpoints without a token (D-07).

use std::net::IpAddr;
use std::num::NonZeroU32;

use governor::{DefaultKeyedRateLimiter, Quota as Rate, RateLimiter};
use uuid::Uuid;

use super::error::{ApiError, ErrorCode};
use crate::config::Api;

/// Addresses remembered before idle ones are dropped.
const SWEEP_AT: usize = 10_000;

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
    pub fn spend_key(&self, key: Uuid) -> Result<(), ApiError> {
        self.keys.check_key(&key).map_err(|_| spent("API key"))
    }

    /// One request of an address that has shown no token.
    pub fn spend_address(&self, address: IpAddr) -> Result<(), ApiError> {
        if self.addresses.len() > SWEEP_AT {
            self.addresses.retain_recent();
        }
        self.addresses.check_key(&address).map_err(|_| spent("address"))
    }
}

fn spent(whose: &str) -> ApiError {
    ApiError::new(ErrorCode::TooManyRequests, format!("the quota of this {whose} is spent, repeat the request later"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_burst_passes_and_the_next_request_is_refused() {
        let quota = Quota::new(&Api { quota_burst: 3, quota_per_second: 1, ..Api::default() });
        let (one, other) = (Uuid::from_u128(1), Uuid::from_u128(2));
        assert!((0..3).all(|_| quota.spend_key(one).is_ok()));
        assert_eq!(quota.spend_key(one).unwrap_err().code, ErrorCode::TooManyRequests);
        assert!(quota.spend_key(other).is_ok(), "each key has its own quota");
    }
}
