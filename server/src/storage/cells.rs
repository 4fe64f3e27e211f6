//! The cells of one cycle as bytes: a bitmap of errors, then each column's raw bits or error.

use parabus_core::modbus::ExceptionCode;
use parabus_core::value::Raw;

use crate::model::CellError;

/// Packs the cells: raw bits in groups of seven (small numbers take one byte), errors in one byte.
pub fn pack(cells: &[Result<Raw, CellError>]) -> Vec<u8> {
    let mut bytes = vec![0; cells.len().div_ceil(8)];
    for (index, cell) in cells.iter().enumerate() {
        match cell {
            Ok(Raw(raw)) => {
                let mut rest = *raw;
                while rest >= 0x80 {
                    bytes.push(rest.to_le_bytes()[0] | 0x80);
                    rest >>= 7;
                }
                bytes.push(rest.to_le_bytes()[0]);
            }
            Err(error) => {
                bytes[index / 8] |= 1 << (index % 8);
                bytes.push(match error {
                    CellError::Timeout => 1,
                    CellError::Unreachable => 2,
                    CellError::NoNumber => 3,
                    CellError::Exception(code) => 0x80 | code.0,
                });
            }
        }
    }
    bytes
}

/// One column of packed cells of `columns`; `None` for bytes that are no cells.
pub fn unpack(bytes: &[u8], columns: usize, column: usize) -> Option<Result<Raw, CellError>> {
    let is_error = |index: usize| bytes.get(index / 8).is_some_and(|byte| byte >> (index % 8) & 1 == 1);
    let mut rest = bytes.get(columns.div_ceil(8)..)?.iter();
    for index in 0..=column {
        let cell = if is_error(index) {
            Err(match *rest.next()? {
                1 => CellError::Timeout,
                2 => CellError::Unreachable,
                code @ 0x80.. => CellError::Exception(ExceptionCode(code & 0x7F)),
                _ => CellError::NoNumber,
            })
        } else {
            let (mut raw, mut shift) = (0u64, 0u32);
            loop {
                let byte = *rest.next()?;
                raw |= u64::from(byte & 0x7F).checked_shl(shift)?;
                shift += 7;
                if byte < 0x80 {
                    break;
                }
            }
            Ok(Raw(raw))
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
            Ok(Raw(0)),
            Ok(Raw(u64::MAX)),
            Err(CellError::Timeout),
            Ok(Raw(300)),
            Err(CellError::Exception(ExceptionCode(11))),
            Err(CellError::Unreachable),
            Err(CellError::NoNumber),
            Ok(Raw(127)),
            Ok(Raw(128)),
        ];
        let bytes = pack(&cells);
        for (index, cell) in cells.iter().enumerate() {
            assert_eq!(unpack(&bytes, cells.len(), index), Some(*cell));
        }
        for cut in 0..bytes.len() {
            assert_eq!(unpack(&bytes[..cut], cells.len(), 8), None, "{cut}");
        }
    }
}
