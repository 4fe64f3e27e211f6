//! One call and one answer type for each function that bindings offer.
//!
//! A binding converts, calls, converts back; nothing is decided there. Field names are those of
//! the Python spelling; JavaScript uses the same names in camelCase.

pub mod aggregate;
pub mod alert;
pub mod format;
#[cfg(feature = "formula")]
pub mod formula;
pub mod modbus;
pub mod reference;
pub mod value;

use alloc::string::String;

use crate::error::ErrorKind;

/// What a binding raises: a stable kind, a message, and where in the input it happened.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Error {
    /// Stable kind.
    pub kind: ErrorKind,
    /// Lower-case sentence without a full stop, the user's text in backticks.
    pub message: String,
    /// Offset into the input (bytes of text or frame, index of a register), where there is one.
    pub offset: Option<usize>,
}
