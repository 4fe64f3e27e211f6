//! Vectors and their loader.
