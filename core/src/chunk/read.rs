use core::marker::PhantomData;
use core::ops::Range;

use super::block::{self, BLOCK};
use super::bytes::In;
use super::crc::crc32c_on;
use super::kind::Sort;
use super::summary::Span;
use super::{
    Cell, ChunkError, FLAT, HAS_VALUES, HEAD, Header, Kind, Layout, MAGIC, MAX_COLUMNS, MAX_ROWS, Registers, Summary,
    VERSION,
};
use crate::aggregate::Rule;

/// A chunk over the caller's bytes. Its head was checked when it was made, by [`Chunk::parse`] instants and columns as
/// well.
#[derive(Clone, Copy, Debug)]
pub struct Chunk<'a> {
    header: Header,
    first_ms: i64,
    last_ms: i64,
    columns: usize,
    rows: usize,
    times: In<'a>,
    entries: In<'a>,
    body: In<'a>,
    body_crc: u32,
    length: usize,
}

impl<'a> Chunk<'a> {
    /// Reads the chunk at the start of the bytes; what stands behind it is not looked at.
    ///
    /// # Errors
    /// [`ChunkError::Version`], [`ChunkError::Checksum`] of the head, and [`ChunkError::Format`] for what is
    /// otherwise not as it is written.
    pub fn parse(bytes: &'a [u8]) -> Result<Chunk<'a>, ChunkError> {
        let chunk = Chunk::open(bytes)?;
        chunk.check()?;
        Ok(chunk)
    }

    /// The same for whoever wants to know what is known of columns, and no instant or cell: the head's checksum is
    /// looked at, but not whether instants and columns are as they are written.
    ///
    /// # Errors
    /// Those of [`Chunk::parse`].
    pub fn open(bytes: &'a [u8]) -> Result<Chunk<'a>, ChunkError> {
        let mut input = In::new(bytes, 0);
        if input.take(MAGIC.len()) != Ok(&MAGIC) {
            return Err(ChunkError::Format { offset: 0, expected: "`PBC`" });
        }
        let found = input.byte()?;
        if found != VERSION {
            return Err(ChunkError::Version { found });
        }
        let group = u64::from_le_bytes(fixed(&mut input)?);
        let (first_ms, last_ms) = (i64::from_le_bytes(fixed(&mut input)?), i64::from_le_bytes(fixed(&mut input)?));
        let revision = u32::from_le_bytes(fixed(&mut input)?);
        let first_column = u16::from_le_bytes(fixed(&mut input)?);
        let columns = usize::from(input.byte()?);
        let rows = usize::from(u16::from_le_bytes(fixed(&mut input)?));
        let directory = length(&mut input)?;
        let body = length(&mut input)?;
        let body_crc = u32::from_le_bytes(fixed(&mut input)?);
        let crc = u32::from_le_bytes(fixed(&mut input)?);
        let mut directory = input.part(directory)?;
        let head = bytes.get(..HEAD.saturating_sub(4)).unwrap_or_default();
        if crc32c_on(crc32c_on(0, head), directory.rest()) != crc {
            return Err(ChunkError::Checksum { offset: 0 });
        }
        let body = input.part(body)?;
        if columns == 0 || columns > MAX_COLUMNS || rows == 0 || rows > MAX_ROWS {
            return Err(ChunkError::Shape { columns, rows });
        }
        let hold_ms = directory.number()?.checked_sub(1);
        let times = directory.count(bytes.len(), "the length of the instants")?;
        let times = directory.part(times)?;
        let header = Header { group, revision, hold_ms, first_column };
        let length = input.offset();
        Ok(Chunk { header, first_ms, last_ms, columns, rows, times, entries: directory, body, body_crc, length })
    }

    fn check(&self) -> Result<(), ChunkError> {
        let error = self.times.error("instants that ascend from the first to the last");
        let mut input = self.times;
        let mut before = None;
        for index in 0..self.rows.div_ceil(BLOCK) {
            let mut numbers = [0; BLOCK];
            let count = self.rows.saturating_sub(index.saturating_mul(BLOCK)).min(BLOCK);
            block::read(&mut input, count, self.span().expected(index), &mut numbers)?;
            for number in numbers.iter().take(count) {
                if before.map_or(*number != 0, |before| before >= *number) {
                    return Err(error);
                }
                before = Some(*number);
            }
        }
        let last = self.last_ms.wrapping_sub(self.first_ms).cast_unsigned();
        if self.last_ms < self.first_ms || before != Some(last) || !input.rest().is_empty() {
            return Err(error);
        }
        let mut columns = self.columns();
        for _ in 0..self.columns {
            columns.read()?;
        }
        if !columns.input.rest().is_empty() {
            return Err(columns.input.error("no more columns"));
        }
        if !columns.body.rest().is_empty() {
            return Err(columns.body.error("the end of the columns"));
        }
        Ok(())
    }

    /// What its owner wrote.
    pub const fn header(&self) -> &Header {
        &self.header
    }

    /// Bytes that it takes.
    pub const fn len(&self) -> usize {
        self.length
    }

    /// Whether it has no rows: never.
    pub const fn is_empty(&self) -> bool {
        self.rows == 0
    }

    /// Instant of the first row.
    pub const fn first_ms(&self) -> i64 {
        self.first_ms
    }

    /// Instant of the last row.
    pub const fn last_ms(&self) -> i64 {
        self.last_ms
    }

    /// Rows, 1 to 4096.
    pub const fn row_count(&self) -> usize {
        self.rows
    }

    /// Columns, 1 to 64.
    pub const fn column_count(&self) -> usize {
        self.columns
    }

    /// The columns, with what is known of each.
    pub const fn columns(&self) -> Columns<'a> {
        Columns {
            input: self.entries,
            body: self.body,
            shared: None,
            span: self.span(),
            hold_ms: self.header.hold_ms,
            left: self.columns,
        }
    }

    /// One of the columns.
    pub fn column(&self, index: usize) -> Option<Column<'a>> {
        self.columns().nth(index)
    }

    /// The rows with `from ≤ t ≤ till`.
    pub fn rows(&self, from_ms: i64, till_ms: i64) -> Range<usize> {
        let from = self.rows_before(from_ms);
        let until = till_ms.checked_add(1).map_or(self.rows, |until_ms| self.rows_before(until_ms));
        from..until.max(from)
    }

    /// Instants of these rows, as far as there are any.
    pub fn times(&self, rows: Range<usize>) -> Times<'a> {
        let times = Blocks::new(self.times, self.rows, Expectation::Even(self.span()));
        Times { blocks: times.at(rows.start), first_ms: self.first_ms, until: rows.end.min(self.rows) }
    }

    /// Checks the body's bytes, for the cells in it.
    ///
    /// # Errors
    /// [`ChunkError::Checksum`].
    pub fn body(&self) -> Result<Body<'a>, ChunkError> {
        if crc32c_on(0, self.body.rest()) != self.body_crc {
            return Err(ChunkError::Checksum { offset: self.body.offset() });
        }
        Ok(Body { rows: self.rows, bytes: PhantomData })
    }

    const fn span(&self) -> Span {
        Span { first_ms: self.first_ms, last_ms: self.last_ms, rows: self.rows }
    }

    /// How many rows are earlier. Blocks before the one that it lies in are not unpacked.
    fn rows_before(&self, at_ms: i64) -> usize {
        if at_ms <= self.first_ms {
            return 0;
        }
        let sought = at_ms.wrapping_sub(self.first_ms).cast_unsigned();
        let (mut input, mut found) = (self.times, (self.times, 0usize));
        for index in 0..self.rows.div_ceil(BLOCK) {
            let start = input;
            let count = self.rows.saturating_sub(index.saturating_mul(BLOCK)).min(BLOCK);
            match block::skip(&mut input, count, self.span().expected(index)) {
                Ok(base) if base < sought => found = (start, index),
                _ => break,
            }
        }
        let (mut input, index) = found;
        let mut numbers = [0; BLOCK];
        let start = index.saturating_mul(BLOCK);
        let count = self.rows.saturating_sub(start).min(BLOCK);
        if block::read(&mut input, count, self.span().expected(index), &mut numbers).is_err() {
            return start;
        }
        start.saturating_add(numbers.get(..count).unwrap_or_default().partition_point(|number| *number < sought))
    }
}

fn fixed<const N: usize>(input: &mut In<'_>) -> Result<[u8; N], ChunkError> {
    let error = input.error("the head of a chunk");
    input.take(N)?.first_chunk().copied().ok_or(error)
}

fn length(input: &mut In<'_>) -> Result<usize, ChunkError> {
    let error = input.error("a length");
    usize::try_from(u32::from_le_bytes(fixed(input)?)).map_err(|_| error)
}

/// What is known of a column; its cells stand in the [`Body`].
#[derive(Clone, Copy, Debug)]
pub struct Column<'a> {
    layout: Layout,
    errors: ErrorCells<'a>,
    is_flat: bool,
    first_key: Option<u64>,
    run: In<'a>,
    area: In<'a>,
    span: Span,
    hold_ms: Option<u64>,
}

/// Where a column's errors stand.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum ErrorCells<'a> {
    None,
    /// At the start of its own area.
    Own,
    /// At the start of another one's.
    Of(In<'a>),
    All(u8),
}

impl<'a> Column<'a> {
    /// Type and scale.
    pub const fn layout(&self) -> &Layout {
        &self.layout
    }

    /// How its readings are understood.
    pub fn rule(&self) -> Rule {
        self.layout.rule(self.hold_ms)
    }

    /// What is known of its numbers, without reading one of them.
    ///
    /// # Errors
    /// [`ChunkError::Format`] of a chunk that was not written by this core.
    pub fn summary(&self) -> Result<Summary, ChunkError> {
        Summary::read(self.layout.kind, self.first_key, self.span, self.run)
    }
}

/// The columns of a chunk.
#[derive(Clone, Debug)]
pub struct Columns<'a> {
    input: In<'a>,
    body: In<'a>,
    /// The area that begins with the last errors.
    shared: Option<In<'a>>,
    span: Span,
    hold_ms: Option<u64>,
    left: usize,
}

impl<'a> Columns<'a> {
    fn read(&mut self) -> Result<Column<'a>, ChunkError> {
        let layout = Layout::read(&mut self.input)?;
        let error = self.input.error("how a column is kept");
        let flags = self.input.byte()?;
        let all = if flags & 3 == 3 { Some(self.input.byte()?) } else { None };
        let area = self.input.count(self.body.rest().len(), "the length of a column")?;
        let area = self.body.part(area)?;
        let errors = match (flags & 3, self.shared, all) {
            (0, ..) => ErrorCells::None,
            (1, ..) => {
                self.shared = Some(area);
                ErrorCells::Own
            }
            (2, Some(shared), _) => ErrorCells::Of(shared),
            (_, _, Some(code)) => ErrorCells::All(code),
            _ => return Err(error),
        };
        let has_values = flags & HAS_VALUES != 0;
        if flags & !(3 | FLAT | HAS_VALUES) != 0 || has_values && all.is_some() {
            return Err(error);
        }
        let first_key = if has_values { Some(layout.kind.long(self.input.number()?)) } else { None };
        let run = if has_values && layout.kind.sort() != Sort::None {
            self.input.count(super::summary::MOST, "the length of what is known of a column")?
        } else {
            0
        };
        let run = self.input.part(run)?;
        let is_flat = flags & FLAT != 0;
        Ok(Column { layout, errors, is_flat, first_key, run, area, span: self.span, hold_ms: self.hold_ms })
    }
}

impl<'a> Iterator for Columns<'a> {
    type Item = Column<'a>;

    fn next(&mut self) -> Option<Column<'a>> {
        self.left = self.left.checked_sub(1)?;
        self.read().ok()
    }
}

/// The cells of a chunk, whose checksum was right.
#[derive(Clone, Copy, Debug)]
pub struct Body<'a> {
    rows: usize,
    bytes: PhantomData<&'a [u8]>,
}

impl<'a> Body<'a> {
    /// A column's cells in these rows, as far as there are any; blocks before them are not unpacked.
    ///
    /// # Errors
    /// [`ChunkError::Format`] of a chunk that was not written by this core. Each cell can be one, too.
    pub fn cells(&self, column: &Column<'a>, rows: Range<usize>) -> Result<Cells<'a>, ChunkError> {
        let mut area = column.area;
        let errors = match column.errors {
            ErrorCells::None => Errors::None,
            ErrorCells::All(code) => Errors::All(code),
            ErrorCells::Own => Errors::read(&mut area, self.rows)?,
            ErrorCells::Of(mut other) => Errors::read(&mut other, self.rows)?,
        };
        let kind = column.layout.kind;
        let mut texts = Texts::new(area);
        if let (Kind::Text(_), Some(_)) = (kind, column.first_key) {
            area = texts.clone().end()?;
        } else {
            texts = Texts::new(In::new(&[], 0));
        }
        let until = rows.end.min(self.rows);
        let row = rows.start.min(until);
        let blocks = match column.first_key {
            Some(key) if !column.is_flat => {
                Source::Packed(Blocks::new(area, self.rows, Expectation::Base(key)).at(row))
            }
            Some(key) => Source::Flat(key),
            None => Source::Nothing,
        };
        Ok(Cells { kind, errors: errors.at(row), texts, blocks, row, until, offset: column.area.offset() })
    }
}

/// Which rows of a column have errors.
#[derive(Clone, Copy, Debug)]
enum Errors<'a> {
    None,
    All(u8),
    Some {
        rows: &'a [u8],
        /// The code of all, or those of the rows that are left.
        codes: Result<u8, &'a [u8]>,
    },
}

impl<'a> Errors<'a> {
    fn read(input: &mut In<'a>, rows: usize) -> Result<Errors<'a>, ChunkError> {
        let rows = input.take(rows.div_ceil(8))?;
        let count: usize = rows.iter().map(|byte| byte.count_ones() as usize).sum();
        let error = input.error("whether errors have one code");
        let codes = match input.byte()? {
            0 => Err(input.take(count)?),
            1 => Ok(input.byte()?),
            _ => return Err(error),
        };
        Ok(Errors::Some { rows, codes })
    }

    fn is_error(rows: &[u8], row: usize) -> bool {
        rows.get(row / 8).is_some_and(|byte| byte >> (row % 8) & 1 == 1)
    }

    /// From this row on.
    fn at(self, row: usize) -> Errors<'a> {
        let Errors::Some { rows, codes: Err(codes) } = self else { return self };
        let before = (0..row).filter(|row| Errors::is_error(rows, *row)).count();
        Errors::Some { rows, codes: Err(codes.get(before..).unwrap_or_default()) }
    }

    /// The error of a row, after all rows before it were asked for.
    fn next(&mut self, row: usize) -> Option<u8> {
        match self {
            Errors::None => None,
            Errors::All(code) => Some(*code),
            Errors::Some { rows, .. } if !Errors::is_error(rows, row) => None,
            Errors::Some { codes: Ok(code), .. } => Some(*code),
            Errors::Some { codes: Err(codes), .. } => {
                let (code, rest) = codes.split_first()?;
                *codes = rest;
                Some(*code)
            }
        }
    }
}

/// The texts of a column, each once.
#[derive(Clone, Debug)]
pub(super) struct Texts<'a>(In<'a>);

impl<'a> Texts<'a> {
    pub(super) const fn new(input: In<'a>) -> Texts<'a> {
        Texts(input)
    }

    fn read(&mut self) -> Result<Option<Registers<'a>>, ChunkError> {
        let count = self.0.count(0x1_0000, "the length of a text")?;
        let Some(count) = count.checked_sub(1) else { return Ok(None) };
        self.0.take(count.saturating_mul(2)).map(|bytes| Some(Registers::in_chunk(bytes)))
    }

    /// What stands behind them.
    fn end(mut self) -> Result<In<'a>, ChunkError> {
        while self.read()?.is_some() {}
        Ok(self.0)
    }
}

impl<'a> Iterator for Texts<'a> {
    type Item = Registers<'a>;

    fn next(&mut self) -> Option<Registers<'a>> {
        self.read().ok().flatten()
    }
}

/// About what a block begins with.
#[derive(Clone, Copy, Debug)]
enum Expectation {
    /// Instants spread evenly.
    Even(Span),
    /// The base of the block before it.
    Base(u64),
}

/// Numbers in blocks, one block unpacked at a time.
#[derive(Clone, Debug)]
struct Blocks<'a> {
    input: In<'a>,
    rows: usize,
    expectation: Expectation,
    /// Rows of the blocks gone past, the unpacked one among them.
    behind: usize,
    numbers: [u64; BLOCK],
    /// The next one of the unpacked.
    next: usize,
    unpacked: usize,
}

impl<'a> Blocks<'a> {
    const fn new(input: In<'a>, rows: usize, expectation: Expectation) -> Blocks<'a> {
        Blocks { input, rows, expectation, behind: 0, numbers: [0; BLOCK], next: 0, unpacked: 0 }
    }

    fn expected(&self) -> u64 {
        match self.expectation {
            Expectation::Even(span) => span.expected(self.behind / BLOCK),
            Expectation::Base(base) => base,
        }
    }

    fn count(&self) -> usize {
        self.rows.saturating_sub(self.behind).min(BLOCK)
    }

    fn go_past(&mut self, base: u64, count: usize) {
        if let Expectation::Base(expected) = &mut self.expectation {
            *expected = base;
        }
        self.behind = self.behind.saturating_add(count);
    }

    /// From this row on. A fault shows when it is read.
    fn at(mut self, row: usize) -> Blocks<'a> {
        while row.saturating_sub(self.behind) >= BLOCK && self.count() == BLOCK {
            let mut input = self.input;
            let Ok(base) = block::skip(&mut input, BLOCK, self.expected()) else { break };
            self.input = input;
            self.go_past(base, BLOCK);
        }
        self.next = row.saturating_sub(self.behind);
        self
    }

    fn next(&mut self) -> Result<u64, ChunkError> {
        while self.next >= self.unpacked {
            let count = self.count();
            let rest = self.next.saturating_sub(self.unpacked);
            if count == 0 {
                return Err(self.input.error("as many numbers as rows"));
            }
            let expected = self.expected();
            let base = block::read(&mut self.input, count, expected, &mut self.numbers)?;
            self.go_past(base, count);
            (self.next, self.unpacked) = (rest, count);
        }
        let number = self.numbers.get(self.next).copied().unwrap_or(0);
        self.next = self.next.saturating_add(1);
        Ok(number)
    }
}

/// Instants of rows.
#[derive(Clone, Debug)]
pub struct Times<'a> {
    blocks: Blocks<'a>,
    first_ms: i64,
    until: usize,
}

impl Iterator for Times<'_> {
    type Item = i64;

    fn next(&mut self) -> Option<i64> {
        let row = self.blocks.behind.saturating_sub(self.blocks.unpacked).saturating_add(self.blocks.next);
        if row >= self.until {
            return None;
        }
        let after = self.blocks.next().ok()?;
        Some(self.first_ms.wrapping_add_unsigned(after))
    }
}

#[expect(clippy::large_enum_variant, reason = "nothing is boxed without an allocator")]
#[derive(Clone, Debug)]
enum Source<'a> {
    Nothing,
    Flat(u64),
    Packed(Blocks<'a>),
}

/// Cells of a column.
#[derive(Clone, Debug)]
pub struct Cells<'a> {
    kind: Kind,
    errors: Errors<'a>,
    texts: Texts<'a>,
    blocks: Source<'a>,
    row: usize,
    until: usize,
    offset: usize,
}

impl<'a> Cells<'a> {
    fn read(&mut self) -> Result<Cell<'a>, ChunkError> {
        let key = match &mut self.blocks {
            Source::Nothing => None,
            Source::Flat(key) => Some(*key),
            Source::Packed(blocks) => Some(blocks.next()?),
        };
        if let Some(code) = self.errors.next(self.row) {
            return Ok(Cell::Error(code));
        }
        let error = ChunkError::Format { offset: self.offset, expected: "cells of the column's kind" };
        let key = key.ok_or(error)?;
        if let Kind::Text(_) = self.kind {
            let text = usize::try_from(key).ok().and_then(|ordinal| self.texts.clone().nth(ordinal));
            return text.map(Cell::Registers).ok_or(error);
        }
        self.kind.raw(key).map(Cell::Raw).ok_or(error)
    }
}

impl<'a> Iterator for Cells<'a> {
    type Item = Result<Cell<'a>, ChunkError>;

    fn next(&mut self) -> Option<Result<Cell<'a>, ChunkError>> {
        if self.row >= self.until {
            return None;
        }
        let cell = self.read();
        // Nothing can be read behind a fault.
        self.row = if cell.is_ok() { self.row.saturating_add(1) } else { self.until };
        Some(cell)
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        (0, Some(self.until.saturating_sub(self.row)))
    }
}
