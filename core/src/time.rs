//! Instants: milliseconds UTC, ISO 8601 text.
