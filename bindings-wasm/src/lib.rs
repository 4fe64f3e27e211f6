//! Parabus core for browsers.
