//! Endpoints of the group `user`.

pub mod orgs;
