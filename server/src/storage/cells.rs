//! The cells of one cycle as bytes: a bitmap of those that are not raw bits, then each column's raw bits,
//! or its error or registers behind a byte that says which.

use parabus_core::modbus::ExceptionCode;
use parabus_core::value::Raw;

use crate::model::{Cell, CellError};

/// The byte before registers: their number and they themselves follow.
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
                bytes.extend(registers.iter().flat_map(|register| register.to_be_bytes()));
            }
            Err(CellError::Timeout) => bytes.push(1),
            Err(CellError::Unreachable) => bytes.push(2),
            Err(CellError::NoValue) => bytes.push(3),
            Err(CellError::Exception(code)) => bytes.push(0x80 | code.0),
        }
    }
    bytes
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
    let is_raw = |index: usize| bytes.get(index / 8).is_some_and(|byte| byte >> (index % 8) & 1 == 0);
    let mut rest = bytes.get(columns.div_ceil(8)..)?.iter();
    for index in 0..=column {
        let cell = if is_raw(index) {
            Ok(Cell::Raw(Raw(take_number(&mut rest)?)))
        } else {
            match *rest.next()? {
                1 => Err(CellError::Timeout),
                2 => Err(CellError::Unreachable),
                REGISTERS => {
                    let length = usize::try_from(take_number(&mut rest)?).ok()?.checked_mul(2)?;
                    let (registers, behind) = rest.as_slice().split_at_checked(length)?;
                    rest = behind.iter();
                    let pairs = registers.chunks_exact(2);
                    let registers = pairs.filter_map(|pair| Some(u16::from_be_bytes(pair.try_into().ok()?)));
                    Ok(Cell::Registers(registers.collect()))
                }
                code @ 0x80.. => Err(CellError::Exception(ExceptionCode(code & 0x7F))),
                _ => Err(CellError::NoValue),
            }
        };
        if index == column {
            return Some(cell);
        }
    }
    None
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
        for cut in 0..bytes.len() {
            assert_eq!(unpack(&bytes[..cut], cells.len(), cells.len() - 1), None, "{cut}");
        }
    }
}
