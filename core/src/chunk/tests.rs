//! Chunks of any readings come back whole, in windows, and from no damaged byte.

use std::vec;
use std::vec::Vec;

use super::*;
use crate::aggregate::{Carry, Fold, Random, Reading, Run, partial};
use crate::error::ErrorKind;
use crate::value::{Decimal, Packing};

/// A cell that owns its registers.
#[derive(Clone, Debug, PartialEq)]
enum Owned {
    Raw(u64),
    Error(u8),
    Text(Vec<u16>),
}

impl Owned {
    fn cell(&self) -> Cell<'_> {
        match self {
            Owned::Raw(raw) => Cell::Raw(*raw),
            Owned::Error(code) => Cell::Error(*code),
            Owned::Text(registers) => Cell::Registers(Registers::new(registers)),
        }
    }
}

impl From<Cell<'_>> for Owned {
    fn from(cell: Cell<'_>) -> Self {
        match cell {
            Cell::Raw(raw) => Owned::Raw(raw),
            Cell::Error(code) => Owned::Error(code),
            Cell::Registers(registers) => Owned::Text(registers.iter().collect()),
        }
    }
}

#[derive(Clone, Debug)]
struct Table {
    header: Header,
    layouts: Vec<Layout>,
    times: Vec<i64>,
    /// By column.
    cells: Vec<Vec<Owned>>,
}

impl Table {
    fn bytes(&self) -> Result<Vec<u8>, ChunkError> {
        let texts: usize = self
            .cells
            .iter()
            .flatten()
            .map(|cell| if let Owned::Text(text) = cell { 3 + 2 * text.len() } else { 0 })
            .sum();
        let mut buffer = vec![0; most_bytes(self.layouts.len(), self.times.len()) + texts];
        let cell = |column: usize, row: usize| self.cells[column][row].cell();
        let length = emit(&self.header, &self.layouts, &self.times, cell, &mut buffer)?;
        buffer.truncate(length);
        Ok(buffer)
    }
}

const KINDS: [Kind; 14] = [
    Kind::Bit,
    Kind::Unsigned { bits: 5 },
    Kind::Unsigned { bits: 16 },
    Kind::Unsigned { bits: 32 },
    Kind::Unsigned { bits: 64 },
    Kind::Signed { bits: 16 },
    Kind::Signed { bits: 48 },
    Kind::Signed { bits: 64 },
    Kind::Float32,
    Kind::Float64,
    Kind::Bcd { bits: 32 },
    Kind::Ipv4,
    Kind::Mac,
    Kind::Text(Packing::Pairs),
];

/// Signals as plants have them, and any bits at all.
fn column(random: &mut Random, kind: Kind, rows: usize) -> Vec<Owned> {
    let (manner, rate) = (random.below(8), [0, 1, 3, 40][random.below(4) as usize]);
    let mut level = random.next() >> random.below(64);
    let mut cells: Vec<Owned> = Vec::new();
    for row in 0..rows {
        if random.below(100) < rate {
            cells.push(Owned::Error([1, 1, 3, 0x82][random.below(4) as usize]));
            continue;
        }
        level = match manner {
            0 => level,
            1 => level.wrapping_add(random.below(5)).wrapping_sub(2),
            2 => level.wrapping_add(random.below(9)),
            3 => {
                if random.below(50) == 0 {
                    0
                } else {
                    level.wrapping_add(3)
                }
            }
            4 => u64::from((row / 37).is_multiple_of(2)),
            5 => random.next(),
            6 => [0, u64::MAX, 1 << 63, i64::MAX as u64, f64::NAN.to_bits(), f64::INFINITY.to_bits()]
                [random.below(6) as usize],
            _ => (1000.0 * (row as f64 / 40.0).sin()) as i64 as u64,
        };
        let bits = match kind {
            Kind::Bit => 1,
            Kind::Unsigned { bits } | Kind::Signed { bits } => bits,
            Kind::Float32 | Kind::Ipv4 => 32,
            Kind::Mac => 48,
            _ => 64,
        };
        let raw = level & u64::MAX >> (64 - bits);
        cells.push(match kind {
            Kind::Text(_) => Owned::Text((0..level % 4).map(|n| (level >> n) as u16 & 3).collect()),
            Kind::Bcd { .. } => Owned::Raw(crate::value::bcd_digits(level % 100_000_000)),
            Kind::Float32 if manner < 4 || manner == 7 => Owned::Raw((raw as i32 as f32 / 10.0).to_bits().into()),
            Kind::Float64 if manner < 4 || manner == 7 => Owned::Raw((raw as i64 as f64 / 10.0).to_bits()),
            _ => Owned::Raw(raw),
        });
    }
    cells
}

fn table(random: &mut Random, most_rows: u64) -> Table {
    let rows = 1 + random.below(most_rows) as usize;
    let mut at = [0, -5_000_000, 1_795_000_000_000, i64::MIN][random.below(4) as usize];
    let (period, jitter) =
        ([1, 1000, 60_000, 1 << 40][random.below(4) as usize], [1, 1, 7, 900][random.below(4) as usize]);
    let times = (0..rows)
        .map(|_| {
            at += period + random.below(jitter) as i64 + if random.below(90) == 0 { 500_000 } else { 0 };
            at
        })
        .collect();
    let mut layouts = Vec::new();
    let mut cells: Vec<Vec<Owned>> = Vec::new();
    for _ in 0..1 + random.below(9) {
        let kind = KINDS[random.below(KINDS.len() as u64) as usize];
        let decimal =
            |random: &mut Random| Decimal::new(random.below(2000) as i128 - 1000, -(random.below(4) as i16)).unwrap();
        let mut layout = Layout::new(kind);
        if random.below(2) == 0 {
            layout = layout.scale(decimal(random), decimal(random));
        }
        if let Kind::Unsigned { bits: bits @ (16 | 32) } = kind {
            layout = layout.counter(Some(bits)).unwrap();
        }
        layouts.push(layout);
        let mut own = column(random, kind, rows);
        if let Some(last) = cells.last().filter(|_| random.below(2) == 0) {
            // A cycle that failed, failed for all.
            own.iter_mut().zip(last).for_each(|(own, last)| {
                if let Owned::Error(code) = last {
                    *own = Owned::Error(*code)
                }
            });
        }
        cells.push(own);
    }
    let header = Header {
        group: random.next(),
        revision: random.next() as u32,
        hold_ms: [None, Some(0), Some(90_000), Some(u64::MAX - 1)][random.below(4) as usize],
        first_column: random.next() as u16,
    };
    Table { header, layouts, times, cells }
}

fn owned(cells: Cells<'_>) -> Vec<Owned> {
    cells.map(|cell| cell.unwrap().into()).collect()
}

#[test]
fn any_readings_come_back_whole_and_in_windows() {
    let mut random = Random(201);
    for round in 0..400 {
        let table = table(&mut random, if round % 40 == 0 { 1500 } else { 300 });
        let mut bytes = table.bytes().unwrap();
        let length = bytes.len();
        bytes.extend([0xFF; 3]);
        let chunk = Chunk::parse(&bytes).unwrap();
        assert_eq!((chunk.len(), *chunk.header()), (length, table.header));
        assert_eq!((chunk.row_count(), chunk.column_count()), (table.times.len(), table.layouts.len()));
        assert_eq!(chunk.times(0..usize::MAX).collect::<Vec<_>>(), table.times);
        let body = chunk.body().unwrap();
        let columns: Vec<Column<'_>> = chunk.columns().collect();
        for ((column, layout), cells) in columns.iter().zip(&table.layouts).zip(&table.cells) {
            assert_eq!(column.layout(), layout);
            assert_eq!(&owned(body.cells(column, 0..usize::MAX).unwrap()), cells);
        }
        for _ in 0..8 {
            let pick = |random: &mut Random| {
                let row = random.below(table.times.len() as u64) as usize;
                table.times[row].saturating_add(random.below(3) as i64 - 1)
            };
            let (from, till) = (pick(&mut random), pick(&mut random));
            let rows = chunk.rows(from, till);
            let want: Vec<usize> =
                (0..table.times.len()).filter(|row| (from..=till).contains(&table.times[*row])).collect();
            assert_eq!(rows.clone().collect::<Vec<_>>(), want, "{from} to {till}");
            assert_eq!(chunk.times(rows.clone()).collect::<Vec<_>>(), table.times[rows.clone()]);
            for (column, cells) in columns.iter().zip(&table.cells) {
                assert_eq!(owned(body.cells(column, rows.clone()).unwrap()), cells[rows.clone()]);
            }
        }
        assert_eq!(chunk.rows(i64::MIN, i64::MAX), 0..table.times.len());
    }
}

/// The readings of a column as sums take them.
fn readings<N: summary::Summed>(table: &Table, column: usize) -> Vec<Reading<N>> {
    let kind = table.layouts[column].kind();
    let number = |cell: &Owned| match cell {
        Owned::Raw(raw) => kind.key(*raw).and_then(|key| N::of_key(kind, key)),
        _ => None,
    };
    let reading =
        |(at, cell): (&i64, &Owned)| number(cell).map_or(Reading::error(*at), |value| Reading::new(*at, value));
    table.times.iter().zip(&table.cells[column]).map(reading).collect()
}

#[test]
fn what_is_known_of_a_column_is_what_its_readings_tell() {
    let mut random = Random(203);
    let mut compared = 0;
    for _ in 0..500 {
        let table = table(&mut random, 200);
        let bytes = table.bytes().unwrap();
        let chunk = Chunk::parse(&bytes).unwrap();
        for (index, column) in chunk.columns().enumerate() {
            let rule = column.rule();
            assert_eq!(rule.hold_ms(), table.header.hold_ms);
            match column.summary().unwrap() {
                Summary::Whole(run) => {
                    assert_eq!(run, Run::of(&readings::<i64>(&table, index), Carry::default(), &rule));
                    compared += 1;
                }
                Summary::Fraction(run) => {
                    assert_eq!(run, Run::of(&readings::<f64>(&table, index), Carry::default(), &rule));
                    compared += 1;
                }
                Summary::None => assert!(matches!(column.layout().kind(), Kind::Ipv4 | Kind::Mac | Kind::Text(_))),
            }
        }
    }
    assert!(compared > 1300);
}

#[test]
fn a_row_of_chunks_adds_up_to_the_bits_of_its_readings() {
    let mut random = Random(207);
    let layout = Layout::new(Kind::Signed { bits: 64 }).counter(Some(16)).unwrap();
    let mut joined = 0;
    for _ in 0..60 {
        let readings = random.readings(600, -900_000);
        let header = Header { hold_ms: Some(1 + random.below(300_000)), ..Header::new(1) };
        let rule = layout.rule(header.hold_ms);
        let (start_ms, end_ms) = (readings[0].at_ms() - 5, readings[599].at_ms() + 100_000);
        let mut fold = Fold::new(start_ms, Carry::default(), rule);
        let mut rest = &readings[..];
        while !rest.is_empty() {
            let (part, behind) = rest.split_at((1 + random.below(150) as usize).min(rest.len()));
            rest = behind;
            let cells =
                part.iter().map(|reading| reading.value().map_or(Owned::Error(1), |value| Owned::Raw(value as u64)));
            let table = Table {
                header,
                layouts: vec![layout],
                times: part.iter().map(Reading::at_ms).collect(),
                cells: vec![cells.collect()],
            };
            let bytes = table.bytes().unwrap();
            let Summary::Whole(run) = Chunk::parse(&bytes).unwrap().column(0).unwrap().summary().unwrap() else {
                panic!()
            };
            if fold.run(&run) {
                joined += 1;
            } else {
                part.iter().for_each(|reading| fold.reading(*reading));
            }
        }
        assert_eq!(fold.finish(end_ms), partial(&readings, start_ms, end_ms, &rule).unwrap());
    }
    assert!(joined > 200, "{joined}");
}

/// Everything that a reader can ask for; the first fault.
fn read_all(bytes: &[u8]) -> Result<usize, ChunkError> {
    let chunk = Chunk::parse(bytes)?;
    let mut seen = chunk.times(0..usize::MAX).count();
    for column in chunk.columns() {
        column.summary()?;
        let codec = column.layout().codec();
        for cell in chunk.body()?.cells(&column, 0..usize::MAX)? {
            if let (Cell::Raw(raw), Ok(codec)) = (cell?, &codec) {
                seen += usize::from(codec.value(crate::value::Raw(raw)).is_ok());
            }
        }
    }
    Ok(seen)
}

#[test]
fn every_cut_and_every_flipped_bit_is_told() {
    let mut random = Random(211);
    for _ in 0..8 {
        let bytes = table(&mut random, 70).bytes().unwrap();
        read_all(&bytes).unwrap();
        for cut in 0..bytes.len() {
            assert_eq!(read_all(&bytes[..cut]).unwrap_err().kind(), ErrorKind::ChunkFormat, "cut at {cut}");
        }
        for place in 0..bytes.len() * 8 {
            let mut damaged = bytes.clone();
            damaged[place / 8] ^= 1 << (place % 8);
            let kind = read_all(&damaged).unwrap_err().kind();
            let told = [ErrorKind::ChunkChecksum, ErrorKind::ChunkFormat, ErrorKind::ChunkVersion];
            assert!(told.contains(&kind), "bit {place}: {kind:?}");
        }
    }
}

/// Puts right the checksums of a chunk that was changed.
fn sealed(bytes: &mut [u8]) {
    let length = |bytes: &[u8], at: usize| u32::from_le_bytes(bytes[at..at + 4].try_into().unwrap()) as usize;
    let (directory, body) = (length(bytes, 37), length(bytes, 41));
    let Some(end) = (HEAD + directory).checked_add(body).filter(|end| *end <= bytes.len()) else { return };
    let crc = crc::crc32c_on(0, &bytes[HEAD + directory..end]);
    bytes[45..49].copy_from_slice(&crc.to_le_bytes());
    let crc = crc::crc32c_on(crc::crc32c_on(0, &bytes[..49]), &bytes[HEAD..HEAD + directory]);
    bytes[49..53].copy_from_slice(&crc.to_le_bytes());
}

#[test]
fn bytes_that_nobody_wrote_are_refused_or_read_without_a_panic() {
    let mut random = Random(223);
    let (mut refused, mut read) = (0, 0);
    for _ in 0..30 {
        let bytes = table(&mut random, 90).bytes().unwrap();
        for _ in 0..700 {
            let mut damaged = bytes.clone();
            for _ in 0..1 + random.below(3) {
                let place = random.below(damaged.len() as u64) as usize;
                damaged[place] = random.next() as u8;
            }
            sealed(&mut damaged);
            match read_all(&damaged) {
                Ok(_) => read += 1,
                Err(_) => refused += 1,
            }
        }
    }
    assert!(refused > 1000 && read > 1000, "{refused} {read}");
}

#[test]
fn what_is_no_chunk_is_not_written() {
    let layouts = [Layout::new(Kind::Unsigned { bits: 16 })];
    let mut buffer = [0; 4000];
    let mut emit_cell =
        |times: &[i64], cell: Cell<'static>| emit(&Header::new(1), &layouts, times, |_, _| cell, &mut buffer);
    assert_eq!(emit_cell(&[], Cell::Raw(1)), Err(ChunkError::Shape { columns: 1, rows: 0 }));
    assert_eq!(emit_cell(&[3, 4, 4], Cell::Raw(1)), Err(ChunkError::Order { row: 2 }));
    assert_eq!(emit_cell(&[3, 4, 1], Cell::Raw(1)), Err(ChunkError::Order { row: 2 }));
    assert_eq!(emit_cell(&[3], Cell::Raw(65_536)), Err(ChunkError::Cell { column: 0, row: 0 }));
    assert_eq!(emit_cell(&[3], Cell::Registers(Registers::new(&[1]))), Err(ChunkError::Cell { column: 0, row: 0 }));
    assert!(emit_cell(&[3], Cell::Raw(65_535)).is_ok());
    let cell = |_: usize, _: usize| Cell::Raw(1);
    let many = [layouts[0]; 65];
    assert_eq!(emit(&Header::new(1), &[], &[1], cell, &mut buffer).unwrap_err().kind(), ErrorKind::ChunkShape);
    assert_eq!(emit(&Header::new(1), &many, &[1], cell, &mut buffer).unwrap_err().kind(), ErrorKind::ChunkShape);
    let unsound = [Layout::new(Kind::Signed { bits: 0 })];
    assert_eq!(emit(&Header::new(1), &unsound, &[1], cell, &mut buffer), Err(ChunkError::Cell { column: 0, row: 0 }));
    let table = table(&mut Random(227), 60);
    let bytes = table.bytes().unwrap();
    let cell = |column: usize, row: usize| table.cells[column][row].cell();
    for room in 0..bytes.len() {
        let error = emit(&table.header, &table.layouts, &table.times, cell, &mut vec![0; room]).unwrap_err();
        assert_eq!(error, ChunkError::Room { found: room });
    }
    assert_eq!(emit(&table.header, &table.layouts, &table.times, cell, &mut vec![0; bytes.len()]), Ok(bytes.len()));
}

#[test]
fn the_widest_columns_fit_what_is_said_to_be_enough() {
    let mut random = Random(229);
    for rows in [1, 63, 64, 65, 256, 4096] {
        for kind in [Kind::Float64, Kind::Unsigned { bits: 64 }, Kind::Signed { bits: 64 }] {
            let cells: Vec<Owned> =
                (0..rows)
                    .map(|_| {
                        if random.below(9) == 0 { Owned::Error(random.next() as u8) } else { Owned::Raw(random.next()) }
                    })
                    .collect();
            let multiplier = Decimal::new(-(10i128.pow(37) - 1), -999).unwrap();
            let layouts = vec![Layout::new(kind).scale(multiplier, multiplier).counter(Some(64)).unwrap()];
            let mut times: Vec<i64> = (0..rows).map(|_| random.next() as i64).collect();
            times.sort_unstable();
            times.dedup();
            let header = Header { hold_ms: Some(u64::MAX - 1), ..Header::new(u64::MAX) };
            let table = Table { header, layouts, times, cells: vec![cells] };
            assert!(read_all(&table.bytes().unwrap()).is_ok());
        }
    }
}

#[test]
fn a_scale_goes_with_the_bits() {
    let multiplier = Decimal::parse("0.1").unwrap();
    let layout = Layout::new(Kind::Signed { bits: 16 }).scale(multiplier, Decimal::parse("-40").unwrap());
    let table =
        Table { header: Header::new(3), layouts: vec![layout], times: vec![5], cells: vec![vec![Owned::Raw(0xFFFF)]] };
    let bytes = table.bytes().unwrap();
    let column = Chunk::parse(&bytes).unwrap().column(0).unwrap();
    let value = column.layout().codec().unwrap().value(crate::value::Raw(0xFFFF)).unwrap();
    assert_eq!(std::string::ToString::to_string(&value), "-40.1");
    let Summary::Whole(run) = column.summary().unwrap() else { panic!() };
    assert_eq!(run.partial().first(), Some((5, -1)));
}
