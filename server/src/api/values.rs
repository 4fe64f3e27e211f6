//! What an endpoint says in place of a value.

use serde::Serialize;
use utoipa::ToSchema;

/// One parameter could not be read or written: `{"err": …}` inside a reply of status 200.
#[derive(Serialize, ToSchema)]
pub struct Failure {
    pub err: String,
}

impl Failure {
    pub fn new(err: impl std::fmt::Display) -> Self {
        Failure { err: err.to_string() }
    }
}
