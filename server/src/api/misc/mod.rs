//! What belongs to no object.

pub mod translations;
