//! Chunks that nobody means well: what can be read of them is written again to the same cells.

use parabus_core::chunk::{Cell, Chunk, ChunkError, Header, Kind, Layout, Registers, emit, most_bytes};
use parabus_core::value::Decimal;

use crate::random::Random;

/// Bytes before the directory, and where its length, that of the body, and the checksums stand.
const HEAD: usize = 53;
const LENGTHS: usize = 37;
const CHECKSUMS: usize = 45;

pub fn read(data: &[u8]) {
    there_and_back(data).ok();
    // A checksum keeps damage away, and no ill will.
    there_and_back(&sealed(data)).ok();
}

fn there_and_back(data: &[u8]) -> Result<(), ChunkError> {
    let chunk = Chunk::parse(data)?;
    let body = chunk.body()?;
    let times: Vec<i64> = chunk.times(0..usize::MAX).collect();
    assert_eq!(times.len(), chunk.row_count());
    let mut layouts = Vec::new();
    let mut cells: Vec<Vec<Cell<'_>>> = Vec::new();
    for column in chunk.columns() {
        layouts.push(*column.layout());
        column.summary().ok();
        let its: Result<Vec<_>, ChunkError> = body.cells(&column, 0..usize::MAX)?.collect();
        let its = its?;
        let rows = chunk.rows(times[times.len() / 3], times[times.len() * 2 / 3]);
        let window: Result<Vec<_>, ChunkError> = body.cells(&column, rows.clone())?.collect();
        assert_eq!(window.as_deref(), Ok(&its[rows]), "a window shows what the whole does");
        cells.push(its);
    }
    let bytes = written(chunk.header(), &layouts, &times, &cells).expect("what was read can be written");
    let again = Chunk::parse(&bytes).expect("what was written is a chunk");
    let body = again.body().expect("its bytes are right");
    assert_eq!((again.header(), again.len()), (chunk.header(), bytes.len()));
    assert!(again.times(0..usize::MAX).eq(times));
    for (column, cells) in again.columns().zip(cells) {
        assert!(column.summary().is_ok(), "what is known was written by this core");
        assert!(body.cells(&column, 0..usize::MAX).expect("its cells").eq(cells.into_iter().map(Ok)));
    }
    Ok(())
}

fn written(header: &Header, layouts: &[Layout], times: &[i64], cells: &[Vec<Cell<'_>>]) -> Result<Vec<u8>, ChunkError> {
    let text = |cell: &Cell<'_>| if let Cell::Registers(registers) = cell { 3 + 2 * registers.len() } else { 0 };
    let texts: usize = cells.iter().flatten().map(text).sum();
    let mut buffer = vec![0; most_bytes(layouts.len(), times.len()) + texts];
    let length = emit(header, layouts, times, |column, row| cells[column][row], &mut buffer)?;
    buffer.truncate(length);
    Ok(buffer)
}

/// The bytes with the checksums that they should have.
fn sealed(data: &[u8]) -> Vec<u8> {
    let mut bytes = data.to_vec();
    let length = |at: usize| Some(u32::from_le_bytes(*data.get(at..)?.first_chunk()?) as usize);
    let (Some(directory), Some(body)) = (length(LENGTHS), length(LENGTHS + 4)) else { return bytes };
    let Some(area) = data.get(HEAD + directory..).and_then(|rest| rest.get(..body)) else { return bytes };
    bytes[CHECKSUMS..][..4].copy_from_slice(&crc32c(area).to_le_bytes());
    let head = [&bytes[..CHECKSUMS + 4], &bytes[HEAD..HEAD + directory]].concat();
    bytes[CHECKSUMS + 4..][..4].copy_from_slice(&crc32c(&head).to_le_bytes());
    bytes
}

/// Bit by bit, as RFC 3720 has it.
fn crc32c(bytes: &[u8]) -> u32 {
    let step = |crc: u32, _| if crc & 1 == 1 { crc >> 1 ^ 0x82F6_3B78 } else { crc >> 1 };
    !bytes.iter().fold(!0, |crc, byte| (0..8).fold(crc ^ u32::from(*byte), step))
}

/// A chunk of any columns, some bytes of it changed.
pub fn generate(random: &mut Random) -> Vec<u8> {
    let kinds = [
        Kind::Bit,
        Kind::Unsigned { bits: 16 },
        Kind::Unsigned { bits: 64 },
        Kind::Signed { bits: 32 },
        Kind::Float32,
        Kind::Float64,
        Kind::Bcd { bits: 16 },
        Kind::Mac,
        Kind::Text(parabus_core::value::Packing::Pairs),
    ];
    let rows = 1 + random.below(150);
    let mut at = i64::from(random.word()) * 1_000_000;
    let times: Vec<i64> = (0..rows)
        .map(|_| {
            at += 1000 + i64::from(random.below(3) as u8);
            at
        })
        .collect();
    let registers: Vec<[u16; 2]> = (0..4).map(|n| [n, n * 7]).collect();
    let (mut layouts, mut cells) = (Vec::new(), Vec::new());
    for _ in 0..1 + random.below(4) {
        let kind = random.pick(&kinds);
        let mut layout = Layout::new(kind);
        if random.is(300) {
            let multiplier = Decimal::new(i128::from(random.word()), -2).expect("a short number");
            layout = layout.scale(multiplier, Decimal::ONE).counter(Some(16)).expect("a width");
        }
        layouts.push(layout);
        let (mut level, rate) = (u64::from(random.word()), random.below(60) as u32);
        let column = (0..rows).map(|_| {
            level = level.wrapping_add(random.below(5) as u64);
            let cell = match kind {
                Kind::Text(_) => Cell::Registers(Registers::new(&registers[level as usize % 4])),
                Kind::Bit => Cell::Raw(level / 8 % 2),
                Kind::Bcd { .. } => Cell::Raw(((level % 10) << 4) | (level / 10 % 10)),
                _ => Cell::Raw(level % 0x1_0000),
            };
            if random.is(rate) { Cell::Error(random.below(3) as u8) } else { cell }
        });
        cells.push(column.collect());
    }
    let header = Header { hold_ms: random.is(500).then_some(60_000), ..Header::new(7) };
    let mut chunk = written(&header, &layouts, &times, &cells).expect("cells of their kinds");
    if random.is(800) {
        for _ in 0..1 + random.below(3) {
            let place = random.below(chunk.len());
            chunk[place] = random.byte();
        }
    }
    chunk
}
