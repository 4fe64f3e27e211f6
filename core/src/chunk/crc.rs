//! CRC-32C: polynomial 0x1EDC6F41, both directions reflected, started with and inverted by 0xFFFFFFFF
//! (RFC 3720, 12.1).

/// Bytes that are taken at once.
const BLOCK: usize = if cfg!(feature = "alloc") { 8 } else { 1 };

/// What a byte adds so many places before the end of a block. Where flash is short there is one table.
static TABLES: [[u32; 256]; BLOCK] = tables();

/// The CRC of these bytes behind those of which `crc` is one; 0 of none.
pub(super) fn crc32c_on(crc: u32, bytes: &[u8]) -> u32 {
    let (blocks, rest) = bytes.as_chunks::<BLOCK>();
    let crc = blocks.iter().fold(!crc, |crc, block| {
        let before = crc.to_le_bytes().into_iter().chain(core::iter::repeat(0));
        let parts = block.iter().zip(before).zip(&TABLES);
        let sum = parts.fold(0, |sum, ((byte, crc), table)| sum ^ look_up(table, byte ^ crc));
        // A block shorter than the register leaves the rest of it.
        if BLOCK < 4 { sum ^ crc >> 8 } else { sum }
    });
    let [.., last] = &TABLES;
    !rest.iter().fold(crc, |crc, byte| {
        let [low, ..] = crc.to_le_bytes();
        look_up(last, low ^ byte) ^ crc >> 8
    })
}

fn look_up(table: &[u32; 256], byte: u8) -> u32 {
    table.get(usize::from(byte)).copied().unwrap_or_default()
}

#[expect(clippy::indexing_slicing, clippy::cast_possible_truncation, reason = "constant, evaluated by the compiler")]
const fn tables() -> [[u32; 256]; BLOCK] {
    let mut tables = [[0u32; 256]; BLOCK];
    let mut byte = 0;
    while byte < 256 {
        let mut crc = byte as u32;
        let mut bit = 0;
        while bit < 8 {
            crc = if crc & 1 == 1 { crc >> 1 ^ 0x82F6_3B78 } else { crc >> 1 };
            bit += 1;
        }
        tables[BLOCK - 1][byte] = crc;
        byte += 1;
    }
    let mut place = BLOCK - 1;
    while place > 0 {
        let mut byte = 0;
        while byte < 256 {
            let crc = tables[place][byte];
            tables[place - 1][byte] = crc >> 8 ^ tables[BLOCK - 1][crc as usize & 0xFF];
            byte += 1;
        }
        place -= 1;
    }
    tables
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_published_checks_hold() {
        assert_eq!(crc32c_on(0, b"123456789"), 0xE306_9283);
        // RFC 3720, B.4.
        assert_eq!(crc32c_on(0, &[0; 32]), 0x8A91_36AA);
        assert_eq!(crc32c_on(0, &[0xFF; 32]), 0x62A8_AB43);
        assert_eq!(crc32c_on(crc32c_on(0, b"1234"), b"56789"), 0xE306_9283);
        assert_eq!(crc32c_on(0, b""), 0);
    }
}
