//! A range of time in a request.

use parabus_core::time::Instant;

use crate::api::error::ApiError;
use crate::api::types::DateIn;

/// `from` and `till`, which come in this order; `is_open` where the range must not be empty.
pub fn range(from: DateIn, till: DateIn, is_open: bool) -> Result<(Instant, Instant), ApiError> {
    let (from, till) = (from.0, till.0);
    if from > till || (is_open && from == till) {
        let than = if is_open { "not before" } else { "later than" };
        return Err(ApiError::incorrect_request(format!("payload: from: {than} `till`, expected an earlier date")));
    }
    Ok((from, till))
}
