//! Chunks of readings beside compressors of numbers: bytes of a reading, and time to write and read it.
//!
//! Peers get what they are made for: pco the numbers of one column in one call, tsz (Gorilla) each number with
//! its instant. Ours are whole chunks: instants, scale, checksums and what is known of each column among them.

use std::hint::black_box;

use parabus_core::chunk::{Cell, Chunk, Header, Kind, Layout, emit, most_bytes};
use parabus_core::value::Decimal;
use tsz::stream::{BufferedReader, BufferedWriter};
use tsz::{Decode, Encode, StdDecoder, StdEncoder};

use crate::race::{Side, base, contestant, race};

/// Rows of a chunk of the server's, and of a longer one.
const ROWS: [usize; 2] = [256, 1024];
/// Readings of each signal.
const COUNT: usize = 1 << 15;

/// A signal: raw bits and what they stand for.
struct Signal {
    name: &'static str,
    layout: Layout,
    raws: Vec<u64>,
}

impl Signal {
    /// As f64, which is what others keep.
    fn floats(&self) -> Vec<f64> {
        let codec = self.layout.codec().expect("a codec");
        let number = |raw: &u64| match self.layout.kind() {
            Kind::Float32 => f32::from_bits(*raw as u32).into(),
            _ => codec
                .value(parabus_core::value::Raw(*raw))
                .ok()
                .and_then(|value| value.decimal())
                .map_or(0.0, |number| number.to_f64()),
        };
        self.raws.iter().map(number).collect()
    }
}

/// A linear congruential generator, and what is made of it.
struct Noise(u64);

impl Noise {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        self.0 >> 32
    }

    /// Between -1 and 1, around 0.
    fn bell(&mut self) -> f64 {
        (0..4).map(|_| self.next() as f64 / f64::from(u32::MAX) - 0.5).sum::<f64>() / 2.0
    }
}

/// The eight kinds of signals that a plant has, a reading a second.
fn signals() -> Vec<Signal> {
    let mut noise = Noise(7);
    let day = |n: usize| (n as f64 / 86_400.0 * std::f64::consts::TAU).sin();
    let scaled = |bits: u8, is_signed: bool, decimals: i16| {
        let kind = if is_signed { Kind::Signed { bits } } else { Kind::Unsigned { bits } };
        Layout::new(kind).scale(Decimal::new(1, -decimals).expect("a multiplier"), Decimal::ZERO)
    };
    let mut signals = Vec::new();
    let mut signal = |name, layout: Layout, of: &mut dyn FnMut(usize, &mut Noise) -> u64| {
        let raws = (0..COUNT).map(|n| of(n, &mut noise)).collect();
        signals.push(Signal { name, layout, raws });
    };
    signal("voltage, tenths, u16", scaled(16, false, 1), &mut |n, noise| {
        (2300.0 + 15.0 * day(n) + 4.0 * noise.bell()) as u64
    });
    let mut room = 215.0;
    signal("temperature, tenths, i16", scaled(16, true, 1), &mut |n, noise| {
        room += 0.02 * (215.0 + 40.0 * day(n) - room) + 0.3 * noise.bell();
        (room as i16 as u16).into()
    });
    let mut load = 4000.0;
    signal("power, f32", Layout::new(Kind::Float32), &mut |_, noise| {
        load = (load + 60.0 * noise.bell()).clamp(200.0, 9000.0);
        (load as f32).to_bits().into()
    });
    let mut counter = 1_234_567.0;
    signal("energy counter, u32", scaled(32, false, 2), &mut |n, noise| {
        counter += 1.1 + 0.5 * day(n) + 0.4 * noise.bell();
        counter as u64
    });
    let mut is_on = 0;
    signal("coil", Layout::new(Kind::Bit), &mut |_, noise| {
        is_on ^= u64::from(noise.next() % 300 == 0);
        is_on
    });
    signal("frequency, hundredths, u16", scaled(16, false, 2), &mut |_, noise| {
        (5000.0 + 2.5 * noise.bell()).round() as u64
    });
    signal("current, thousandths, i32", scaled(32, true, 3), &mut |n, noise| {
        ((5200.0 + 900.0 * day(n) + 80.0 * noise.bell()) as i32 as u32).into()
    });
    signal("random bits, u16", Layout::new(Kind::Unsigned { bits: 16 }), &mut |_, noise| noise.next() & 0xFFFF);
    signals
}

fn times(from: usize, rows: usize) -> Vec<i64> {
    (from..from + rows).map(|n| 1_795_000_000_000 + 1000 * n as i64 + (n * 7 % 3) as i64).collect()
}

/// Bytes of all chunks of these columns.
fn chunks(signals: &[Signal], rows: usize) -> Vec<Vec<u8>> {
    let layouts: Vec<Layout> = signals.iter().map(|signal| signal.layout).collect();
    let header = Header { hold_ms: Some(60_000), ..Header::new(1) };
    let starts = (0..COUNT).step_by(rows);
    starts
        .map(|from| {
            let mut buffer = vec![0; most_bytes(layouts.len(), rows)];
            let cell = |column: usize, row: usize| Cell::Raw(signals[column].raws[from + row]);
            let length = emit(&header, &layouts, &times(from, rows), cell, &mut buffer).expect("a chunk");
            buffer.truncate(length);
            buffer
        })
        .collect()
}

fn pco_bytes<N: pco::data_types::Number>(numbers: &[N], rows: usize) -> usize {
    let config = pco::ChunkConfig::default();
    numbers.chunks(rows).map(|part| pco::standalone::simple_compress(part, &config).expect("numbers").len()).sum()
}

fn gorilla(times: &[i64], numbers: &[f64]) -> Vec<u8> {
    let mut encoder = StdEncoder::new(times[0] as u64, BufferedWriter::new());
    times.iter().zip(numbers).for_each(|(at, number)| encoder.encode(tsz::DataPoint::new(*at as u64, *number)));
    encoder.close().into_vec()
}

fn gorilla_sum(bytes: &[u8]) -> f64 {
    let mut decoder = StdDecoder::new(BufferedReader::new(bytes.to_vec().into_boxed_slice()));
    let mut sum = 0.0;
    while let Ok(point) = decoder.next() {
        sum += point.get_value();
    }
    sum
}

fn sum_of(chunk: &[u8]) -> u64 {
    let chunk = Chunk::parse(chunk).expect("a chunk");
    let body = chunk.body().expect("its bytes");
    let cells = chunk.columns().flat_map(|column| body.cells(&column, 0..usize::MAX).expect("cells"));
    cells.fold(0, |sum, cell| if let Ok(Cell::Raw(raw)) = cell { sum.wrapping_add(raw) } else { sum })
}

pub fn run() {
    let signals = signals();
    sizes(&signals);
    let rows = ROWS[0];
    let layouts: Vec<Layout> = signals.iter().map(|signal| signal.layout).collect();
    let header = Header { hold_ms: Some(60_000), ..Header::new(1) };
    let times = times(0, rows);
    let columns: Vec<&[u64]> = signals.iter().map(|signal| &signal.raws[..rows]).collect();
    let floats: Vec<Vec<f64>> = signals.iter().map(|signal| signal.floats()[..rows].to_vec()).collect();
    let chunk = chunks(&signals, rows).swap_remove(0);
    let config = pco::ChunkConfig::default();
    let readings = rows * signals.len();
    race(
        &format!("{readings} readings written: {} columns, {rows} rows", signals.len()),
        vec![
            base("memcpy of 8 bytes each", vec![0u64; readings], |copy| {
                copy.chunks_mut(rows).zip(black_box(&columns)).for_each(|(own, column)| own.copy_from_slice(column));
                copy
            }),
            contestant(Side::Ours, "parabus, whole chunk", &chunk[..], vec![0; most_bytes(8, rows)], |buffer| {
                let columns = black_box(&columns);
                let cell =
                    |column: usize, row: usize| columns[column].get(row).map_or(Cell::Error(0), |raw| Cell::Raw(*raw));
                let length = emit(&header, &layouts, black_box(&times), cell, buffer).expect("a chunk");
                &buffer[..length]
            }),
            contestant(Side::Peer, "pco, f64, numbers alone", &true, false, |is_done| {
                let compress =
                    |column: &Vec<f64>| pco::standalone::simple_compress(column, &config).expect("numbers").len();
                *is_done = black_box(&floats).iter().map(compress).sum::<usize>() > 0;
                is_done
            }),
            contestant(Side::Peer, "pco, u64, numbers alone", &true, false, |is_done| {
                let compress =
                    |column: &&[u64]| pco::standalone::simple_compress(column, &config).expect("numbers").len();
                *is_done = black_box(&columns).iter().map(compress).sum::<usize>() > 0;
                is_done
            }),
            contestant(Side::Peer, "tsz, f64 with instants", &true, false, |is_done| {
                *is_done = black_box(&floats).iter().map(|column| gorilla(&times, column).len()).sum::<usize>() > 0;
                is_done
            }),
        ],
    );
    let raw_sum = columns.iter().flat_map(|column| column.iter()).fold(0u64, |sum, raw| sum.wrapping_add(*raw));
    let float_bytes: Vec<Vec<u8>> =
        floats.iter().map(|column| pco::standalone::simple_compress(column, &config).expect("numbers")).collect();
    let raw_bytes: Vec<Vec<u8>> =
        columns.iter().map(|column| pco::standalone::simple_compress(column, &config).expect("numbers")).collect();
    let gorillas: Vec<Vec<u8>> = floats.iter().map(|column| gorilla(&times, column)).collect();
    let float_sum: f64 = floats.iter().map(|column| column.iter().sum::<f64>()).sum();
    race(
        &format!("{readings} readings read and added up"),
        vec![
            base("adding up 8 bytes each", 0u64, |sum| {
                *sum = black_box(&columns)
                    .iter()
                    .flat_map(|column| column.iter())
                    .fold(0, |sum, raw| sum.wrapping_add(*raw));
                sum
            }),
            contestant(Side::Ours, "parabus, checksums and cells", &raw_sum, 0, |sum| {
                *sum = sum_of(black_box(&chunk));
                sum
            }),
            contestant(Side::Peer, "pco, u64", &raw_sum, 0, |sum| {
                let column = |bytes: &Vec<u8>| pco::standalone::simple_decompress::<u64>(bytes).expect("numbers");
                *sum = black_box(&raw_bytes).iter().flat_map(column).fold(0, u64::wrapping_add);
                sum
            }),
            contestant(Side::Peer, "pco, f64", &float_sum, 0.0, |sum| {
                let column = |bytes: &Vec<u8>| pco::standalone::simple_decompress::<f64>(bytes).expect("numbers");
                *sum = black_box(&float_bytes).iter().map(|bytes| column(bytes).iter().sum::<f64>()).sum();
                sum
            }),
            contestant(Side::Peer, "tsz, f64 with instants", &float_sum, 0.0, |sum| {
                *sum = black_box(&gorillas).iter().map(|bytes| gorilla_sum(bytes)).sum();
                sum
            }),
        ],
    );
    let known = |chunk: &[u8]| -> usize {
        let chunk = Chunk::parse(chunk).expect("a chunk");
        chunk.columns().filter(|column| column.summary().is_ok()).count()
    };
    let (window_from, window_till) = (times[200], times[209]);
    race(
        "what is known of each column, and a window of ten rows of one",
        vec![
            base("checksum of the head alone", 0, |first| {
                *first = Chunk::parse(black_box(&chunk)).expect("a chunk").first_ms();
                first
            }),
            contestant(Side::Ours, "parabus, all summaries", &signals.len(), 0, |count| {
                *count = known(black_box(&chunk));
                count
            }),
            contestant(Side::Ours, "parabus, a window", &10, 0, |count| {
                let chunk = Chunk::parse(black_box(&chunk)).expect("a chunk");
                let column = chunk.column(3).expect("a column");
                let rows = chunk.rows(window_from, window_till);
                *count = chunk.body().expect("its bytes").cells(&column, rows).expect("cells").flatten().count();
                count
            }),
        ],
    );
}

/// Bytes of a reading.
fn sizes(signals: &[Signal]) {
    println!(
        "\n  bytes a reading{:>31}{:>10}{:>10}{:>10}{:>10}",
        "ours/256", "ours/1024", "pco f64", "pco raw", "tsz f64"
    );
    let each = |bytes: usize| bytes as f64 / COUNT as f64;
    let mut sums = [0.0; 5];
    for signal in signals {
        let alone = std::slice::from_ref(signal);
        // What a further column adds: without what the columns of a chunk share.
        let own = |rows: usize| {
            let two =
                [Signal { raws: signal.raws.clone(), ..*signal }, Signal { raws: signal.raws.clone(), ..*signal }];
            let bytes = |chunks: Vec<Vec<u8>>| chunks.iter().map(Vec::len).sum::<usize>();
            each(bytes(chunks(&two, rows)) - bytes(chunks(alone, rows)))
        };
        let floats = signal.floats();
        let instants = times(0, COUNT);
        let tsz =
            floats.chunks(1024).zip(instants.chunks(1024)).map(|(numbers, times)| gorilla(times, numbers).len()).sum();
        let row = [own(256), own(1024), each(pco_bytes(&floats, 1024)), each(pco_bytes(&signal.raws, 1024)), each(tsz)];
        print!("  {:<36}", signal.name);
        for (sum, number) in sums.iter_mut().zip(row) {
            *sum += number / signals.len() as f64;
            print!("{number:>10.3}");
        }
        println!();
    }
    print!("  {:<36}", "mean");
    sums.iter().for_each(|sum| print!("{sum:>10.3}"));
    println!();
    for rows in ROWS {
        let bytes: usize = chunks(signals, rows).iter().map(Vec::len).sum();
        println!(
            "  whole chunks of 8 columns and {rows} rows: {:.3} bytes a reading",
            each(bytes) / signals.len() as f64
        );
    }
}
