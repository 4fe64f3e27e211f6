//! CRC-16 of serial frames: polynomial 0x8005, both directions reflected, started with 0xFFFF
//! (Modbus over Serial Line V1.02, 6.2.2).

/// The CRC-16 of these bytes. On the wire its low byte comes first; a frame with its own CRC behind
/// it has the CRC 0.
///
/// ```
/// use parabus_core::modbus::rtu::crc16;
///
/// assert_eq!(crc16(b"123456789"), 0x4B37);
/// assert_eq!(crc16(&[2, 7, 0x41, 0x12]), 0);
/// ```
#[inline]
pub fn crc16(bytes: &[u8]) -> u16 {
    // Of most requests, without and with their own.
    #[cfg(feature = "alloc")]
    if let Some(six) = bytes.first_chunk::<6>().filter(|_| bytes.len() == 6) {
        return with_block(START, six);
    } else if let Some(eight) = bytes.first_chunk::<8>().filter(|_| bytes.len() == 8) {
        return with_block(START, eight);
    }
    crc16_on(START, bytes)
}

/// The CRC-16 of words, high bytes first.
pub(in crate::modbus) fn crc16_of_words(words: impl IntoIterator<Item = u16>) -> u16 {
    words.into_iter().flat_map(u16::to_be_bytes).fold(START, update)
}

/// The CRC of no bytes.
pub(in crate::modbus) const START: u16 = 0xFFFF;

/// The CRC of more bytes behind those of which `crc` is one.
///
/// Sixteen bytes at once: each has a table of what it adds so many places before the end of the block,
/// and no look-up waits for another (PEERS.md 3: four times as fast as one table). What is left is taken
/// by four and by two.
#[cfg(feature = "alloc")]
#[inline]
pub(in crate::modbus) fn crc16_on(crc: u16, bytes: &[u8]) -> u16 {
    let (blocks, rest) = bytes.as_chunks::<BLOCK>();
    let crc = blocks.iter().fold(crc, with_block);
    let (fours, rest) = rest.as_chunks::<4>();
    let crc = fours.iter().fold(crc, with_block);
    let (twos, rest) = rest.as_chunks::<2>();
    let crc = twos.iter().fold(crc, with_block);
    rest.iter().fold(crc, |crc, byte| update(crc, *byte))
}

/// The CRC with one more block of at least two bytes.
#[cfg(feature = "alloc")]
#[inline]
fn with_block<const N: usize>(crc: u16, block: &[u8; N]) -> u16 {
    let [low, high] = crc.to_le_bytes();
    let tables = TABLES.iter().skip(BLOCK.saturating_sub(N));
    let before = [low, high].into_iter().chain(core::iter::repeat(0));
    block.iter().zip(before).zip(tables).fold(0, |sum, ((byte, crc), table)| sum ^ look_up(table, byte ^ crc))
}

/// The CRC of more bytes behind those of which `crc` is one.
#[cfg(not(feature = "alloc"))]
pub(in crate::modbus) fn crc16_on(crc: u16, bytes: &[u8]) -> u16 {
    bytes.iter().fold(crc, |crc, byte| update(crc, *byte))
}

/// The CRC with one more byte.
#[cfg(feature = "alloc")]
pub(in crate::modbus) fn update(crc: u16, byte: u8) -> u16 {
    let [low, high] = crc.to_le_bytes();
    let [.., table] = &TABLES;
    u16::from(high) ^ look_up(table, low ^ byte)
}

/// Half a byte at a time: 32 bytes of table instead of 8 KiB where flash is short.
#[cfg(not(feature = "alloc"))]
pub(in crate::modbus) fn update(crc: u16, byte: u8) -> u16 {
    let half = |crc: u16| crc >> 4 ^ NIBBLES.get(usize::from(crc & 15)).copied().unwrap_or_default();
    half(half(crc ^ u16::from(byte)))
}

/// Every byte has its place in a table of 256.
#[cfg(feature = "alloc")]
fn look_up(table: &[u16; 256], byte: u8) -> u16 {
    table.get(usize::from(byte)).copied().unwrap_or_default()
}

/// Bytes that are taken at once.
#[cfg(feature = "alloc")]
const BLOCK: usize = 16;

/// For each place in a block, what a byte there adds to the CRC behind the block.
#[cfg(feature = "alloc")]
static TABLES: [[u16; 256]; BLOCK] = tables();

#[cfg(feature = "alloc")]
#[allow(clippy::indexing_slicing, reason = "evaluated by the compiler, which refuses an index outside the table")]
const fn tables() -> [[u16; 256]; BLOCK] {
    let last: [u16; 256] = table(8);
    let mut tables = [last; BLOCK];
    let mut place = BLOCK - 1;
    while place > 0 {
        place -= 1;
        let mut byte = 0;
        while byte < 256 {
            // One more byte of zeros behind it.
            let crc = tables[place + 1][byte];
            tables[place][byte] = crc >> 8 ^ last[(crc & 0xFF) as usize];
            byte += 1;
        }
    }
    tables
}

#[cfg(not(feature = "alloc"))]
static NIBBLES: [u16; 16] = table(4);

/// What remains of each number of so many bits after division.
#[allow(clippy::indexing_slicing, reason = "evaluated by the compiler, which refuses an index outside the table")]
const fn table<const N: usize>(bits: u32) -> [u16; N] {
    let mut table = [0; N];
    let mut index = 0;
    while index < N {
        let mut rest = index as u16;
        let mut bit = 0;
        while bit < bits {
            rest = if rest & 1 == 1 { rest >> 1 ^ 0xA001 } else { rest >> 1 };
            bit += 1;
        }
        table[index] = rest;
        index += 1;
    }
    table
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::vec::Vec;

    /// The standard's own way (6.2.2), bit by bit.
    fn by_bits(bytes: &[u8]) -> u16 {
        bytes.iter().fold(0xFFFF, |crc, byte| {
            (0..8).fold(crc ^ u16::from(*byte), |crc, _| if crc & 1 == 1 { crc >> 1 ^ 0xA001 } else { crc >> 1 })
        })
    }

    #[test]
    fn tables_agree_with_the_standard() {
        let mut random = 1u32;
        for length in 0..300 {
            let bytes: Vec<u8> = (0..length)
                .map(|_| {
                    random = random.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
                    (random >> 24) as u8
                })
                .collect();
            assert_eq!(crc16(&bytes), by_bits(&bytes), "{bytes:?}");
        }
    }
}
