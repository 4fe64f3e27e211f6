//! Templates from every kind of source.
