//! Endpoints of the group `auth`.

pub mod authenticate;
pub mod logout;
