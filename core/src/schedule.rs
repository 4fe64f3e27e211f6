//! When which device is due.
