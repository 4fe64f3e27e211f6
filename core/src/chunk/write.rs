use super::block::{self, BLOCK};
use super::bytes::Out;
use super::crc::crc32c_on;
use super::kind::Sort;
use super::summary::{self, Span, Summed};
use super::{
    Cell, ChunkError, FLAT, HAS_VALUES, HEAD, Header, Kind, Layout, MAGIC, MAX_COLUMNS, MAX_ROWS, Registers, VERSION,
};
use crate::aggregate::Rule;

/// Bytes that are enough for a chunk of columns without texts.
pub const fn most_bytes(columns: usize, rows: usize) -> usize {
    let blocks = rows.div_ceil(BLOCK);
    // A block of the widest numbers, its first bytes, and an error of each row.
    let column = blocks.saturating_mul(BLOCK * 8 + 32).saturating_add(rows.div_ceil(8)).saturating_add(rows);
    let entry = summary::MOST.saturating_add(128);
    HEAD.saturating_add(column).saturating_add(columns.saturating_mul(column.saturating_add(entry)))
}

/// Writes a chunk and gives its length. `cell` is asked for the cell of a column and row, more than once.
///
/// # Errors
/// [`ChunkError::Shape`] without columns or rows, or with more than 64 and 4096; [`ChunkError::Order`] where
/// `times_ms` do not ascend; [`ChunkError::Cell`] for raw bits or registers that the column's kind does not
/// have; [`ChunkError::Room`] if the buffer is too small.
pub fn emit<'a>(
    header: &Header,
    layouts: &[Layout],
    times_ms: &[i64],
    cell: impl Fn(usize, usize) -> Cell<'a>,
    buffer: &mut [u8],
) -> Result<usize, ChunkError> {
    let shape = ChunkError::Shape { columns: layouts.len(), rows: times_ms.len() };
    let (Some(first_ms), Some(last_ms)) = (times_ms.first().copied(), times_ms.last().copied()) else {
        return Err(shape);
    };
    let (columns, rows) = (u8::try_from(layouts.len()), u16::try_from(times_ms.len()));
    let (Ok(columns), Ok(rows)) = (columns, rows) else { return Err(shape) };
    if layouts.is_empty() || layouts.len() > MAX_COLUMNS || times_ms.len() > MAX_ROWS {
        return Err(shape);
    }
    let pairs = times_ms.iter().zip(times_ms.iter().skip(1));
    if let Some(row) = pairs.enumerate().find(|(_, (before, own))| before >= own).map(|(row, _)| row) {
        return Err(ChunkError::Order { row: row.saturating_add(1) });
    }
    if let Some(column) = layouts.iter().position(|layout| !layout.kind.is_sound()) {
        return Err(ChunkError::Cell { column, row: 0 });
    }
    let mut out = Out::new(buffer);
    out.put(&[0; HEAD])?;
    let mut areas = [0usize; MAX_COLUMNS];
    let mut outlines = [Outline::default(); MAX_COLUMNS];
    let mut shared = None;
    let source = Source { times_ms, cell: &cell };
    for (column, ((layout, area), outline)) in layouts.iter().zip(&mut areas).zip(&mut outlines).enumerate() {
        let start = out.len();
        *outline = source.outline(column, layout.kind, &mut shared)?;
        source.emit_column(column, layout.kind, outline, &mut out)?;
        *area = out.len().saturating_sub(start);
    }
    let body_end = out.len();
    let span = Span { first_ms, last_ms, rows: times_ms.len() };
    out.number(header.hold_ms.map_or(0, |hold_ms| hold_ms.saturating_add(1)))?;
    source.emit_times(span, &mut out)?;
    for (column, ((layout, area), outline)) in layouts.iter().zip(areas).zip(outlines).enumerate() {
        layout.emit(&mut out)?;
        source.emit_entry(column, layout, &outline, area, (span, header.hold_ms), &mut out)?;
    }
    let (body, directory) = (body_end.saturating_sub(HEAD), out.len().saturating_sub(body_end));
    // The directory stands before the body, of which it tells the lengths.
    out.turn(HEAD, body);
    let body_crc = crc32c_on(0, out.since(HEAD.saturating_add(directory)));
    let length = out.len();
    let too_long = ChunkError::Room { found: length };
    let lengths = (u32::try_from(directory), u32::try_from(body));
    let (Ok(directory_length), Ok(body_length)) = lengths else { return Err(too_long) };
    let mut head = [0; HEAD];
    let mut start = Out::new(&mut head);
    start.put(&MAGIC)?;
    start.byte(VERSION)?;
    start.put(&header.group.to_le_bytes())?;
    start.put(&first_ms.to_le_bytes())?;
    start.put(&last_ms.to_le_bytes())?;
    start.put(&header.revision.to_le_bytes())?;
    start.put(&header.first_column.to_le_bytes())?;
    start.byte(columns)?;
    start.put(&rows.to_le_bytes())?;
    start.put(&directory_length.to_le_bytes())?;
    start.put(&body_length.to_le_bytes())?;
    start.put(&body_crc.to_le_bytes())?;
    let directory = out.since(HEAD).get(..directory).unwrap_or_default();
    let crc = crc32c_on(crc32c_on(0, start.since(0)), directory);
    start.put(&crc.to_le_bytes())?;
    if let Some(place) = buffer.first_chunk_mut::<HEAD>() {
        *place = head;
    }
    Ok(length)
}

/// What is found out about a column before it is written.
#[derive(Clone, Copy, Default)]
struct Outline {
    /// The key of the first cell that has one.
    first_key: Option<u64>,
    /// All keys are that one.
    is_flat: bool,
    errors: ErrorCells,
}

/// How a column's errors are kept.
#[derive(Clone, Copy, Default, PartialEq, Eq)]
enum ErrorCells {
    #[default]
    None,
    /// With their rows, and one code if it is of all.
    Own(Option<u8>),
    /// Those of the last column that has its own.
    Same,
    /// Every row, of one code.
    All(u8),
}

struct Source<'s, F> {
    times_ms: &'s [i64],
    cell: &'s F,
}

impl<'a, F: Fn(usize, usize) -> Cell<'a>> Source<'_, F> {
    fn cells(&self, column: usize) -> impl Iterator<Item = Cell<'a>> + '_ {
        (0..self.times_ms.len()).map(move |row| (self.cell)(column, row))
    }

    fn errors(&self, column: usize) -> impl Iterator<Item = Option<u8>> + '_ {
        self.cells(column).map(|cell| if let Cell::Error(code) = cell { Some(code) } else { None })
    }

    fn outline(&self, column: usize, kind: Kind, shared: &mut Option<usize>) -> Result<Outline, ChunkError> {
        let mut outline = Outline { is_flat: true, ..Outline::default() };
        let (mut failed, mut code, mut is_one_code) = (0usize, None, true);
        let mut first_text: Option<Registers<'_>> = None;
        for (row, cell) in self.cells(column).enumerate() {
            match (cell, kind) {
                (Cell::Error(own), _) => {
                    failed = failed.saturating_add(1);
                    is_one_code &= *code.get_or_insert(own) == own;
                }
                (Cell::Registers(text), Kind::Text(_)) if u16::try_from(text.len()).is_ok() => {
                    outline.is_flat &= *first_text.get_or_insert(text) == text;
                    outline.first_key = Some(0);
                }
                (Cell::Raw(raw), _) => {
                    let key = kind.key(raw).ok_or(ChunkError::Cell { column, row })?;
                    outline.is_flat &= *outline.first_key.get_or_insert(key) == key;
                }
                (Cell::Registers(_), _) => return Err(ChunkError::Cell { column, row }),
            }
        }
        outline.errors = match code {
            None => ErrorCells::None,
            Some(code) if is_one_code && failed == self.times_ms.len() => ErrorCells::All(code),
            Some(_) if shared.is_some_and(|other| self.errors(column).eq(self.errors(other))) => ErrorCells::Same,
            Some(code) => {
                *shared = Some(column);
                ErrorCells::Own(is_one_code.then_some(code))
            }
        };
        Ok(outline)
    }

    /// Errors, texts, and blocks of numbers.
    fn emit_column(&self, column: usize, kind: Kind, outline: &Outline, out: &mut Out<'_>) -> Result<(), ChunkError> {
        if let ErrorCells::Own(code) = outline.errors {
            let mut errors = self.errors(column);
            for _ in 0..self.times_ms.len().div_ceil(8) {
                let bits = errors.by_ref().take(8).enumerate();
                out.byte(bits.fold(0, |byte, (bit, error)| byte | u8::from(error.is_some()) << (bit & 7)))?;
            }
            out.byte(code.is_some().into())?;
            match code {
                Some(code) => out.byte(code)?,
                None => self.errors(column).flatten().try_for_each(|code| out.byte(code))?,
            }
        }
        let Some(first_key) = outline.first_key else { return Ok(()) };
        let texts = out.len();
        if let Kind::Text(_) = kind {
            for cell in self.cells(column) {
                if let Cell::Registers(text) = cell
                    && ordinal(out.since(texts), text).is_none()
                {
                    out.count(text.len().saturating_add(1))?;
                    text.iter().try_for_each(|register| out.put(&register.to_be_bytes()))?;
                }
            }
            out.number(0)?;
        }
        if outline.is_flat {
            return Ok(());
        }
        let (mut expected, mut last) = (first_key, first_key);
        let mut cells = self.cells(column);
        for start in (0..self.times_ms.len()).step_by(BLOCK) {
            let count = self.times_ms.len().saturating_sub(start).min(BLOCK);
            let mut keys = [0; BLOCK];
            for (own, cell) in keys.iter_mut().zip(cells.by_ref().take(count)) {
                // Where nothing was read, the number before stands in: it takes no room.
                last = match cell {
                    Cell::Raw(raw) => kind.key(raw).unwrap_or(last),
                    Cell::Registers(text) => ordinal(out.since(texts), text).unwrap_or(last),
                    Cell::Error(_) => last,
                };
                *own = last;
            }
            expected = block::emit(keys.get(..count).unwrap_or_default(), expected, out)?;
        }
        Ok(())
    }

    fn emit_times(&self, span: Span, out: &mut Out<'_>) -> Result<(), ChunkError> {
        let start = out.len();
        for (index, times) in self.times_ms.chunks(BLOCK).enumerate() {
            let mut keys = [0; BLOCK];
            let after = times.iter().map(|at_ms| at_ms.wrapping_sub(span.first_ms).cast_unsigned());
            keys.iter_mut().zip(after).for_each(|(own, after)| *own = after);
            block::emit(keys.get(..times.len()).unwrap_or_default(), span.expected(index), out)?;
        }
        // Their length stands before them.
        let length = out.len().saturating_sub(start);
        out.count(length)?;
        out.turn(start, length);
        Ok(())
    }

    fn emit_entry(
        &self,
        column: usize,
        layout: &Layout,
        outline: &Outline,
        area: usize,
        (span, hold_ms): (Span, Option<u64>),
        out: &mut Out<'_>,
    ) -> Result<(), ChunkError> {
        let flag = |is_set: bool, flag: u8| if is_set { flag } else { 0 };
        let errors = match outline.errors {
            ErrorCells::None => 0,
            ErrorCells::Own(_) => 1,
            ErrorCells::Same => 2,
            ErrorCells::All(_) => 3,
        };
        out.byte(errors | flag(outline.is_flat, FLAT) | flag(outline.first_key.is_some(), HAS_VALUES))?;
        if let ErrorCells::All(code) = outline.errors {
            out.byte(code)?;
        }
        out.count(area)?;
        let Some(first_key) = outline.first_key else { return Ok(()) };
        let kind = layout.kind;
        out.number(kind.short(first_key))?;
        let keys = self.cells(column).map(|cell| if let Cell::Raw(raw) = cell { kind.key(raw) } else { None });
        let rows = self.times_ms.iter().copied().zip(keys);
        let rule = layout.rule(hold_ms);
        match kind.sort() {
            Sort::Whole => summed::<i64>(kind, first_key, &rule, span, rows, out),
            Sort::Fraction => summed::<f64>(kind, first_key, &rule, span, rows, out),
            Sort::None => Ok(()),
        }
    }
}

/// Writes what is known of a column behind its length.
fn summed<N: Summed>(
    kind: Kind,
    first_key: u64,
    rule: &Rule,
    span: Span,
    rows: impl Iterator<Item = (i64, Option<u64>)>,
    out: &mut Out<'_>,
) -> Result<(), ChunkError> {
    let Some(run) = summary::run::<N>(kind, rule, rows) else { return Ok(()) };
    let start = out.len();
    summary::emit(&run, kind, first_key, span, out)?;
    let length = out.len().saturating_sub(start);
    out.count(length)?;
    out.turn(start, length);
    Ok(())
}

/// Which of the texts this is, of those written: each behind its length and one more.
fn ordinal(texts: &[u8], text: Registers<'_>) -> Option<u64> {
    let mut texts = super::read::Texts::new(super::bytes::In::new(texts, 0));
    (0..).zip(&mut texts).find(|(_, other)| *other == text).map(|(ordinal, _)| ordinal)
}

impl Span {
    /// About how long after the first row a block begins.
    pub(super) fn expected(&self, block: usize) -> u64 {
        let rows = self.rows.saturating_sub(1).max(1);
        let row = block.saturating_mul(BLOCK);
        let wide = u128::from(self.last_ms.abs_diff(self.first_ms)).saturating_mul(row as u128) / rows as u128;
        u64::try_from(wide).unwrap_or(u64::MAX)
    }
}
