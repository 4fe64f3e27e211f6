//! Readings as they are kept: the cycles of one device, column by column, in a few bits a reading
//! (STACK.md 2.3, 3).
//!
//! A chunk holds up to 4096 rows of up to 64 columns. Columns keep raw bits, with type, scale and hold limit
//! beside them (DOMAIN.md A-5), errors their codes, texts their registers. What is known of each column, as an
//! [`aggregate::Run`](crate::aggregate::Run), can be read without unpacking a number. Writing takes no memory but
//! the buffer; reading takes none at all, and never more than one block of 64 numbers is unpacked. Damaged
//! bytes are told by a checksum; nothing that bytes say makes the reader panic.
//!
//! ```
//! use parabus_core::chunk::{Cell, Chunk, Header, Kind, Layout, Summary, emit, most_bytes};
//!
//! let times = [1000, 2000, 3000, 4000];
//! let volts = [2301, 2302, 2302, 2299];
//! let layouts = [Layout::new(Kind::Unsigned { bits: 16 })];
//! let mut buffer = [0; most_bytes(1, 4)];
//! let cell = |_column: usize, row: usize| volts.get(row).map_or(Cell::Error(1), |raw| Cell::Raw(*raw));
//! let length = emit(&Header::new(7), &layouts, &times, cell, &mut buffer).unwrap();
//!
//! let chunk = Chunk::parse(&buffer[..length]).unwrap();
//! let column = chunk.column(0).unwrap();
//! let Summary::Whole(run) = column.summary().unwrap() else { panic!() };
//! assert_eq!(run.partial().max(), Some((2000, 2302)));
//! let window = chunk.rows(3000, i64::MAX);
//! let mut cells = chunk.body().unwrap().cells(&column, window).unwrap();
//! assert_eq!(cells.next(), Some(Ok(Cell::Raw(2302))));
//! ```
//!
//! Layout, little-endian; a *number* has seven bits in each byte, the lowest first, and the eighth says that
//! more follow; a *signed* one has its sign folded into the lowest bit:
//!
//! | bytes | content |
//! |---|---|
//! | 3, 1 | `PBC`, version 1 |
//! | 8 | group, its owner's |
//! | 8, 8 | instants of the first and the last row, ms |
//! | 4 | revision: the higher one replaces the other of the same group, column and first instant |
//! | 2, 1, 2 | first column of the group, columns, rows |
//! | 4, 4, 4 | length of directory and body, CRC-32C of the body |
//! | 4 | CRC-32C of everything before it and the directory |
//! | | **directory** |
//! | number | hold limit in ms and one more, 0 without |
//! | number | bytes of the instants, which follow in blocks (`block.rs`), less the first row's |
//! | | for each column: its layout, then |
//! | 1 | bits 0, 1: errors (0 none, 1 in its area, 2 those of the column before that has some, 3 every row); 2: all cells alike; 3: there are cells with values |
//! | 1 | errors of every row: their code |
//! | number | bytes of its area in the body |
//! | number | with values: the key of the first (a signed one if the kind is) |
//! | number | with sums: bytes of what is known (`summary.rs`), which follows |
//! | | **body**, the areas of the columns, each |
//! | | with errors of its own: a bit a row; 1 and one code, or 0 and the code of each error |
//! | | texts: each once, behind its registers' number and one more; 0 |
//! | | unless all cells are alike: blocks of keys, of texts of their places |
//!
//! A layout is a byte of kind (bits 0 to 3: bit, unsigned, signed, f32, f64, BCD, IPv4, MAC, three packings of
//! texts) and of what follows (bit 4 multiplier, 5 shift, 6 width); the bits of kinds 1, 2, 5; the counter's
//! width; multiplier and shift as signed mantissa and exponent of ten. Keys ascend as values do: the sign bit of
//! signed numbers is inverted, floats have their order of bits.

mod block;
mod bytes;
mod cell;
mod crc;
mod error;
mod gather;
mod kind;
mod layout;
mod read;
mod summary;
#[cfg(test)]
mod tests;
mod write;

pub use cell::{Cell, Registers};
pub use error::ChunkError;
pub use gather::Gather;
pub use kind::Kind;
pub use layout::Layout;
pub use read::{Body, Cells, Chunk, Column, Columns, Times};
pub use summary::Summary;
pub use write::{emit, most_bytes};

/// Columns of a chunk at most.
pub const MAX_COLUMNS: usize = 64;
/// Rows of a chunk at most.
pub const MAX_ROWS: usize = 4096;

const MAGIC: [u8; 3] = *b"PBC";
const VERSION: u8 = 1;
/// Bytes before the directory.
const HEAD: usize = 53;
const FLAT: u8 = 4;
const HAS_VALUES: u8 = 8;

/// What its owner says of a chunk.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Header {
    /// The read-group.
    pub group: u64,
    /// Of two chunks with the same group, column and first instant the one with the higher revision counts.
    pub revision: u32,
    /// Milliseconds for which a value holds; `None` for as long as no other comes.
    pub hold_ms: Option<u64>,
    /// Which of the group's columns is the first here: a group may have more than 64.
    pub first_column: u16,
}

impl Header {
    /// The first revision of a group's first columns, whose values hold for as long as no other comes.
    pub const fn new(group: u64) -> Header {
        Header { group, revision: 1, hold_ms: None, first_column: 0 }
    }
}
