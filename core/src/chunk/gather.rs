use super::{Cell, ChunkError, Header, Layout, emit};

/// Cycles that wait to become a chunk, in memory of fixed size: `COLUMNS` numbers of each of `ROWS`.
///
/// ```
/// use parabus_core::chunk::{Chunk, Gather, Header, Kind, Layout, most_bytes};
///
/// let mut gather = Gather::<2, 16>::new();
/// gather.push(1000, [Ok(2301), Ok(7)]).unwrap();
/// gather.push(2000, [Ok(2302), Err(1)]).unwrap();
/// let layouts = [Layout::new(Kind::Unsigned { bits: 16 }); 2];
/// let mut buffer = [0; most_bytes(2, 16)];
/// let length = gather.emit(&Header::new(5), &layouts, &mut buffer).unwrap();
/// assert_eq!(Chunk::parse(&buffer[..length]).unwrap().row_count(), 2);
/// ```
#[derive(Clone, Debug)]
pub struct Gather<const COLUMNS: usize, const ROWS: usize> {
    times_ms: [i64; ROWS],
    cells: [[Result<u64, u8>; COLUMNS]; ROWS],
    length: usize,
}

impl<const COLUMNS: usize, const ROWS: usize> Default for Gather<COLUMNS, ROWS> {
    fn default() -> Self {
        Gather::new()
    }
}

impl<const COLUMNS: usize, const ROWS: usize> Gather<COLUMNS, ROWS> {
    /// None yet.
    pub const fn new() -> Self {
        Gather { times_ms: [0; ROWS], cells: [[Err(0); COLUMNS]; ROWS], length: 0 }
    }

    /// Adds a cycle: raw bits, or the code of an error.
    ///
    /// # Errors
    /// [`ChunkError::Order`] if it is not later than the last; [`ChunkError::Room`] if there is no more room.
    pub fn push(&mut self, at_ms: i64, cells: [Result<u64, u8>; COLUMNS]) -> Result<(), ChunkError> {
        if self.times_ms().last().is_some_and(|last_ms| *last_ms >= at_ms) {
            return Err(ChunkError::Order { row: self.length });
        }
        let room = ChunkError::Room { found: ROWS };
        let (time, row) = self.times_ms.get_mut(self.length).zip(self.cells.get_mut(self.length)).ok_or(room)?;
        (*time, *row) = (at_ms, cells);
        self.length = self.length.saturating_add(1);
        Ok(())
    }

    /// Instants of the cycles.
    pub fn times_ms(&self) -> &[i64] {
        self.times_ms.get(..self.length).unwrap_or_default()
    }

    /// Whether there is no more room.
    pub const fn is_full(&self) -> bool {
        self.length >= ROWS
    }

    /// Forgets the cycles.
    pub const fn clear(&mut self) {
        self.length = 0;
    }

    /// Writes them as a chunk and gives its length.
    ///
    /// # Errors
    /// Those of [`emit`].
    pub fn emit(&self, header: &Header, layouts: &[Layout; COLUMNS], buffer: &mut [u8]) -> Result<usize, ChunkError> {
        let cell = |column: usize, row: usize| match self.cells.get(row).and_then(|row| row.get(column)) {
            Some(Ok(raw)) => Cell::Raw(*raw),
            Some(Err(code)) => Cell::Error(*code),
            None => Cell::Error(0),
        };
        emit(header, layouts, self.times_ms(), cell, buffer)
    }
}
