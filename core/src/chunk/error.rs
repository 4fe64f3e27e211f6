use core::fmt;

use crate::error::ErrorKind;

/// Why bytes are no chunk, or readings do not make one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ChunkError {
    /// Bytes that are not as this version writes them.
    Format {
        /// Byte of the chunk.
        offset: usize,
        /// What would stand there.
        expected: &'static str,
    },
    /// A chunk of a version that this one does not know.
    Version {
        /// The version.
        found: u8,
    },
    /// A checksum that is not that of the bytes: they were changed or cut.
    Checksum {
        /// First byte of the part.
        offset: usize,
    },
    /// No columns or rows, more than a chunk has, or settings that are not as many.
    Shape {
        /// Columns.
        columns: usize,
        /// Rows.
        rows: usize,
    },
    /// A row that is not later than the one before it.
    Order {
        /// Which one.
        row: usize,
    },
    /// A cell that is none of its column's kind.
    Cell {
        /// Which column.
        column: usize,
        /// Which row.
        row: usize,
    },
    /// The buffer is too small.
    Room {
        /// Bytes that it has.
        found: usize,
    },
}

impl ChunkError {
    /// Stable kind.
    pub const fn kind(&self) -> ErrorKind {
        match self {
            ChunkError::Format { .. } => ErrorKind::ChunkFormat,
            ChunkError::Version { .. } => ErrorKind::ChunkVersion,
            ChunkError::Checksum { .. } => ErrorKind::ChunkChecksum,
            ChunkError::Shape { .. } => ErrorKind::ChunkShape,
            ChunkError::Order { .. } => ErrorKind::ReadingOrder,
            ChunkError::Cell { .. } => ErrorKind::ValueRange,
            ChunkError::Room { .. } => ErrorKind::BufferTooSmall,
        }
    }

    /// Byte of the chunk, or the row, that is wrong.
    pub const fn offset(&self) -> Option<usize> {
        match self {
            ChunkError::Format { offset, .. } | ChunkError::Checksum { offset } => Some(*offset),
            ChunkError::Order { row } | ChunkError::Cell { row, .. } => Some(*row),
            ChunkError::Version { .. } | ChunkError::Shape { .. } | ChunkError::Room { .. } => None,
        }
    }
}

impl fmt::Display for ChunkError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            ChunkError::Format { offset, expected } => {
                write!(f, "no chunk of readings at byte {offset}, expected {expected}")
            }
            ChunkError::Version { found } => write!(f, "a chunk of version {found}, expected 1"),
            ChunkError::Checksum { offset } => {
                write!(f, "the bytes from {offset} on are damaged, expected those of the checksum")
            }
            ChunkError::Shape { columns, rows } => {
                write!(f, "{columns} columns and {rows} rows, expected 1 to 64 and 1 to 4096")
            }
            ChunkError::Order { row } => write!(f, "row {row} is not later than the one before it"),
            ChunkError::Cell { column, row } => {
                write!(f, "row {row} of column {column} is no value of the column's kind")
            }
            ChunkError::Room { found } => write!(f, "a chunk does not fit {found} bytes"),
        }
    }
}

impl core::error::Error for ChunkError {}
