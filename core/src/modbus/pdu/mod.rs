//! Requests and responses without their framing (Modbus Application Protocol V1.1b3, 6): every public
//! function; others pass through with their bytes.
//!
//! What is parsed or emitted keeps the standard's ranges; a refusal says at which byte it breaks them.
//!
//! ```
//! use parabus_core::modbus::{Request, Response};
//!
//! // Read two registers of file 4 from record 1 (the standard, 6.14).
//! let bytes = [20, 7, 6, 0, 4, 0, 1, 0, 2];
//! let request = Request::parse(&bytes).unwrap();
//! let Request::ReadFileRecord { spans } = request else { panic!() };
//! assert_eq!(spans.iter().map(|span| (span.file_number, span.record_length)).next(), Some((4, 2)));
//! let response = Response::parse(&[20, 6, 5, 6, 0x0D, 0xFE, 0, 0x20]).unwrap();
//! assert!(response.answers(&request));
//! ```

mod expectation;
mod items;
mod records;
mod request;
mod response;
mod wire;

pub use expectation::Expectation;
pub use items::{Bits, Registers, Values};
pub use records::{FileRecord, FileRecords, FileReplies, FileSpan, FileSpans, Object, Objects};
pub(super) use request::request_length;
pub use request::{DEVICE_IDENTIFICATION, Request};
pub use response::Response;
pub(super) use response::response_length;

/// Whether the standard describes the function.
pub(super) const fn is_public(function: u8) -> bool {
    matches!(function, 1..=8 | 11 | 12 | 15..=17 | 20..=24 | 43)
}

/// Whether the standard leaves the function to makers (4.1).
pub(super) const fn is_user_defined(function: u8) -> bool {
    matches!(function, 65..=72 | 100..=110)
}

/// Largest PDU, bytes (the standard, 4.1).
pub const MAX_PDU: usize = 253;

#[cfg(test)]
mod tests;
