//! Core's kinds of error as Python's classes.

use parabus_core::contract::Error;
use parabus_core::error::ErrorKind;
use pyo3::create_exception;
use pyo3::exceptions::PyException;
use pyo3::prelude::*;
use pyo3::types::{PyDict, PyType};

create_exception!(
    parabus,
    ParabusError,
    PyException,
    "What core refuses.\n\n\
     Attributes:\n    \
     kind (str): stable code, a key of ERROR_KINDS.\n    \
     offset (int | None): where in the input: byte of text (UTF-8) or frame, index of a register."
);
create_exception!(parabus, ReferenceSyntaxError, ParabusError, "Text or fields that are no reference.");
create_exception!(parabus, ValueDecodeError, ParabusError, "Registers, texts or options that give no value.");
create_exception!(parabus, FrameError, ParabusError, "Bytes or fields that are no frame of the standard.");
create_exception!(parabus, GatewayImageError, ParabusError, "Bytes that are no image of a gateway.");
create_exception!(parabus, ChunkError, ParabusError, "Bytes that are no chunk of readings.");
create_exception!(parabus, AggregateError, ParabusError, "Readings, ranges or rules that give no sums.");
create_exception!(parabus, FormulaSyntaxError, ParabusError, "Text that is no formula of a report.");
create_exception!(parabus, AlertError, ParabusError, "Rules and states that are none of an alert.");
create_exception!(parabus, InstantSyntaxError, ParabusError, "Text that is no ISO 8601 instant with a zone.");

/// The exception for a refusal.
pub fn raise(py: Python<'_>, error: Error) -> PyErr {
    let exception = PyErr::from_type(class(py, error.kind), error.message);
    let value = exception.value(py);
    let attributes = value.setattr("kind", error.kind.code()).and_then(|()| value.setattr("offset", error.offset));
    attributes.err().unwrap_or(exception)
}

/// Every kind with its class.
pub fn kinds(py: Python<'_>) -> PyResult<Bound<'_, PyDict>> {
    let kinds = PyDict::new(py);
    for kind in ErrorKind::ALL {
        kinds.set_item(kind.code(), class(py, *kind))?;
    }
    Ok(kinds)
}

/// One class for each area of core. There is no wildcard arm: a new kind does not compile until it
/// stands here.
fn class(py: Python<'_>, kind: ErrorKind) -> Bound<'_, PyType> {
    match kind {
        ErrorKind::InstantSyntax => py.get_type::<InstantSyntaxError>(),
        ErrorKind::ReferenceSyntax
        | ErrorKind::ReferenceRange
        | ErrorKind::ReferenceUnknown
        | ErrorKind::ReferenceAmbiguous => py.get_type::<ReferenceSyntaxError>(),
        ErrorKind::UnknownDataType
        | ErrorKind::RegisterCount
        | ErrorKind::NotFinite
        | ErrorKind::NotAvailable
        | ErrorKind::BcdDigit
        | ErrorKind::RegisterByte
        | ErrorKind::TextEncoding
        | ErrorKind::AddressSyntax
        | ErrorKind::NotNumeric
        | ErrorKind::NumberSyntax
        | ErrorKind::NumberTooLong
        | ErrorKind::ValueRange
        | ErrorKind::BitSyntax
        | ErrorKind::BitPosition
        | ErrorKind::ZeroMultiplier
        | ErrorKind::UnknownLanguage
        | ErrorKind::UnknownNumberStyle
        | ErrorKind::FractionDigits => py.get_type::<ValueDecodeError>(),
        ErrorKind::FrameTooShort
        | ErrorKind::FrameTooLong
        | ErrorKind::ProtocolId
        | ErrorKind::FrameLength
        | ErrorKind::CrcMismatch
        | ErrorKind::LrcMismatch
        | ErrorKind::AsciiSyntax
        | ErrorKind::UnitId
        | ErrorKind::FunctionCode
        | ErrorKind::Quantity
        | ErrorKind::ByteCount
        | ErrorKind::AddressRange
        | ErrorKind::CoilValue
        | ErrorKind::FileRecord
        | ErrorKind::ReadCode
        | ErrorKind::MoreFollows
        | ErrorKind::BufferTooSmall
        | ErrorKind::UnknownTransport
        | ErrorKind::FrameField
        | ErrorKind::RegisterKind
        | ErrorKind::WriteFunction
        | ErrorKind::TooManyInFlight
        | ErrorKind::NotBefore => py.get_type::<FrameError>(),
        ErrorKind::GatewayImage => py.get_type::<GatewayImageError>(),
        ErrorKind::ChunkFormat | ErrorKind::ChunkVersion | ErrorKind::ChunkChecksum | ErrorKind::ChunkShape => {
            py.get_type::<ChunkError>()
        }
        ErrorKind::ReadingOrder
        | ErrorKind::TimeRange
        | ErrorKind::PointCount
        | ErrorKind::CounterWidth
        | ErrorKind::SumOverflow
        | ErrorKind::UnknownCadence
        | ErrorKind::UnknownSegment
        | ErrorKind::UnknownSampling
        | ErrorKind::UnknownZone
        | ErrorKind::ZoneTable
        | ErrorKind::BranchTree
        | ErrorKind::TariffRate => py.get_type::<AggregateError>(),
        ErrorKind::FormulaSyntax | ErrorKind::FormulaTooLong => py.get_type::<FormulaSyntaxError>(),
        ErrorKind::AlertRule | ErrorKind::AlertState => py.get_type::<AlertError>(),
    }
}
