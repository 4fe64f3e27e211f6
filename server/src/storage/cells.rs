//! The cells of one cycle as bytes: a bitmap of those that are not raw bits, then each column's raw bits,
//! or its error or registers behind a byte that says which.

use parabus_core::chunk::{self, Registers};
use parabus_core::modbus::ExceptionCode;
use parabus_core::value::Raw;

use crate::model::{Cell, CellError};

// What the byte says that stands for a cell without raw bits; exceptions are their codes from 0x80 on.
const TIMEOUT: u8 = 1;
const UNREACHABLE: u8 = 2;
const NO_VALUE: u8 = 3;
/// The number of registers and they themselves follow.
const REGISTERS: u8 = 4;

/// Packs the cells: raw bits in groups of seven (small numbers take one byte), registers as they are,
/// errors in one byte.
pub fn pack(cells: &[Result<Cell, CellError>]) -> Vec<u8> {
    let mut bytes = vec![0; cells.len().div_ceil(8)];
    for (index, cell) in cells.iter().enumerate() {
        if let Ok(Cell::Raw(Raw(raw))) = cell {
            push_number(&mut bytes, *raw);
            continue;
        }
        bytes[index / 8] |= 1 << (index % 8);
        match cell {
            Ok(Cell::Raw(_)) => {}
            Ok(Cell::Registers(registers)) => {
                bytes.push(REGISTERS);
                push_number(&mut bytes, registers.len() as u64);
                bytes.extend(register_bytes(registers));
            }
            Err(error) => bytes.push(code_of(*error)),
        }
    }
    bytes
}

const fn code_of(error: CellError) -> u8 {
    match error {
        CellError::Timeout => TIMEOUT,
        CellError::Unreachable => UNREACHABLE,
        CellError::NoValue => NO_VALUE,
        CellError::Exception(code) => 0x80 | code.0,
    }
}

/// The error that a code stands for; `None` if it stands for none.
const fn error_of(code: u8) -> Option<CellError> {
    match code {
        TIMEOUT => Some(CellError::Timeout),
        UNREACHABLE => Some(CellError::Unreachable),
        NO_VALUE => Some(CellError::NoValue),
        code @ 0x80.. => Some(CellError::Exception(ExceptionCode(code & 0x7F))),
        _ => None,
    }
}

/// A cell as it goes into a chunk: errors have the same codes there.
pub fn for_chunk(cell: &Result<Cell, CellError>) -> chunk::Cell<'_> {
    match cell {
        Ok(Cell::Raw(Raw(raw))) => chunk::Cell::Raw(*raw),
        Ok(Cell::Registers(registers)) => chunk::Cell::Registers(Registers::new(registers)),
        Err(error) => chunk::Cell::Error(code_of(*error)),
    }
}

/// The same back. A code that stands for no error is one of a later version: there is no value.
pub fn of_chunk(cell: chunk::Cell<'_>) -> Result<Cell, CellError> {
    match cell {
        chunk::Cell::Raw(raw) => Ok(Cell::Raw(Raw(raw))),
        chunk::Cell::Registers(registers) => Ok(Cell::Registers(registers.iter().collect())),
        chunk::Cell::Error(code) => Err(error_of(code).unwrap_or(CellError::NoValue)),
    }
}

/// Registers as bytes, the high one first.
pub fn register_bytes(registers: &[u16]) -> impl Iterator<Item = u8> {
    registers.iter().flat_map(|register| register.to_be_bytes())
}

/// The same back.
pub fn registers_of(bytes: &[u8]) -> Box<[u16]> {
    bytes.chunks_exact(2).filter_map(|pair| Some(u16::from_be_bytes(pair.try_into().ok()?))).collect()
}

fn push_number(bytes: &mut Vec<u8>, mut rest: u64) {
    while rest >= 0x80 {
        bytes.push(rest.to_le_bytes()[0] | 0x80);
        rest >>= 7;
    }
    bytes.push(rest.to_le_bytes()[0]);
}

fn take_number(rest: &mut std::slice::Iter<'_, u8>) -> Option<u64> {
    let (mut number, mut shift) = (0u64, 0u32);
    loop {
        let byte = *rest.next()?;
        number |= u64::from(byte & 0x7F).checked_shl(shift)?;
        shift += 7;
        if byte < 0x80 {
            return Some(number);
        }
    }
}

/// One column of packed cells of `columns`; `None` for bytes that are no cells.
pub fn unpack(bytes: &[u8], columns: usize, column: usize) -> Option<Result<Cell, CellError>> {
    Unpacked::new(bytes, columns)?.nth(column)
}

/// All columns of packed cells. What bytes do not tell has no value.
pub fn unpack_all(bytes: &[u8], columns: usize) -> Vec<Result<Cell, CellError>> {
    let mut cells: Vec<_> = Unpacked::new(bytes, columns).into_iter().flatten().take(columns).collect();
    cells.resize(columns, Err(CellError::NoValue));
    cells
}

struct Unpacked<'a> {
    bytes: &'a [u8],
    rest: std::slice::Iter<'a, u8>,
    index: usize,
}

impl<'a> Unpacked<'a> {
    fn new(bytes: &'a [u8], columns: usize) -> Option<Unpacked<'a>> {
        Some(Unpacked { bytes, rest: bytes.get(columns.div_ceil(8)..)?.iter(), index: 0 })
    }
}

impl Iterator for Unpacked<'_> {
    type Item = Result<Cell, CellError>;

    fn next(&mut self) -> Option<Result<Cell, CellError>> {
        let is_raw = self.bytes.get(self.index / 8).is_some_and(|byte| byte >> (self.index % 8) & 1 == 0);
        self.index += 1;
        if is_raw {
            return Some(Ok(Cell::Raw(Raw(take_number(&mut self.rest)?))));
        }
        let code = *self.rest.next()?;
        if code != REGISTERS {
            return error_of(code).map(Err);
        }
        let length = usize::try_from(take_number(&mut self.rest)?).ok()?.checked_mul(2)?;
        let (registers, behind) = self.rest.as_slice().split_at_checked(length)?;
        self.rest = behind.iter();
        Some(Ok(Cell::Registers(registers_of(registers))))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cells_come_back() {
        let cells = [
            Ok(Raw(0).into()),
            Ok(Raw(u64::MAX).into()),
            Err(CellError::Timeout),
            Ok(Raw(300).into()),
            Err(CellError::Exception(ExceptionCode(11))),
            Err(CellError::Unreachable),
            Err(CellError::NoValue),
            Ok(Cell::Registers([0x4142, 0, u16::MAX].into())),
            Ok(Raw(127).into()),
            Ok(Cell::Registers(vec![7; 125].into())),
            Ok(Raw(128).into()),
        ];
        let bytes = pack(&cells);
        for (index, cell) in cells.iter().enumerate() {
            assert_eq!(unpack(&bytes, cells.len(), index), Some(cell.clone()));
        }
        assert_eq!(unpack_all(&bytes, cells.len()), cells);
        for cut in 0..bytes.len() {
            assert_eq!(unpack_all(&bytes[..cut], cells.len()).pop(), Some(Err(CellError::NoValue)));
            assert_eq!(unpack(&bytes[..cut], cells.len(), cells.len() - 1), None, "{cut}");
        }
    }
}
