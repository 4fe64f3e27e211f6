//! Apache Parquet: the columns of the CSV file, and `number`, the double nearest to a value.

use std::io::Write;
use std::sync::Arc;

use parabus_core::time::Instant;
use parquet::basic::Compression;
use parquet::data_type::{ByteArray, ByteArrayType, DoubleType, Int64Type};
use parquet::file::properties::WriterProperties;
use parquet::file::writer::{SerializedFileWriter, SerializedRowGroupWriter};
use parquet::schema::parser::parse_message_type;

use super::{Place, Sink, failed};
use crate::model::{CellError, Held};
use crate::storage::StoreError;

/// What has no value has neither `value` nor `number`; a text has no number.
const SCHEMA: &str = "message readings {
    required int64 at (TIMESTAMP(MILLIS, true));
    required binary organization (UTF8);
    required binary network (UTF8);
    required binary device (UTF8);
    required binary parameter (UTF8);
    required binary unit (UTF8);
    optional binary value (UTF8);
    optional double number;
    optional binary error (UTF8);
}";

/// Readings that are written at once, about 100 bytes each in memory.
const AT_ONCE: usize = 65_536;

pub struct Parquet<W: Write + Send> {
    writer: SerializedFileWriter<W>,
    place: [ByteArray; 5],
    rows: Rows,
}

/// Readings that wait, by column.
#[derive(Default)]
struct Rows {
    at: Vec<i64>,
    places: [Vec<ByteArray>; 5],
    value: Optional<ByteArray>,
    number: Optional<f64>,
    error: Optional<ByteArray>,
}

/// Those that there are, and of each row how many: 0 or 1.
struct Optional<T> {
    values: Vec<T>,
    levels: Vec<i16>,
}

impl<T> Default for Optional<T> {
    fn default() -> Self {
        Optional { values: Vec::new(), levels: Vec::new() }
    }
}

impl<T> Optional<T> {
    fn push(&mut self, value: Option<T>) {
        self.levels.push(i16::from(value.is_some()));
        self.values.extend(value);
    }
}

fn bytes(text: &str) -> ByteArray {
    ByteArray::from(text)
}

impl<W: Write + Send> Parquet<W> {
    pub fn new(out: W) -> Result<Parquet<W>, StoreError> {
        let schema = Arc::new(parse_message_type(SCHEMA).map_err(failed)?);
        let properties = Arc::new(WriterProperties::builder().set_compression(Compression::SNAPPY).build());
        let writer = SerializedFileWriter::new(out, schema, properties).map_err(failed)?;
        Ok(Parquet { writer, place: Default::default(), rows: Rows::default() })
    }

    fn write(&mut self) -> Result<(), StoreError> {
        let rows = std::mem::take(&mut self.rows);
        if rows.at.is_empty() {
            return Ok(());
        }
        let mut group = self.writer.next_row_group().map_err(failed)?;
        write_columns(&mut group, &rows).map_err(failed)?;
        group.close().map_err(failed)?;
        Ok(())
    }
}

fn write_columns<W: Write + Send>(
    group: &mut SerializedRowGroupWriter<'_, W>,
    rows: &Rows,
) -> parquet::errors::Result<()> {
    let mut index = 0;
    while let Some(mut column) = group.next_column()? {
        match index {
            0 => column.typed::<Int64Type>().write_batch(&rows.at, None, None)?,
            6 => column.typed::<ByteArrayType>().write_batch(&rows.value.values, Some(&rows.value.levels), None)?,
            7 => column.typed::<DoubleType>().write_batch(&rows.number.values, Some(&rows.number.levels), None)?,
            8 => column.typed::<ByteArrayType>().write_batch(&rows.error.values, Some(&rows.error.levels), None)?,
            place => match rows.places.get(place - 1) {
                Some(names) => column.typed::<ByteArrayType>().write_batch(names, None, None)?,
                None => 0,
            },
        };
        column.close()?;
        index += 1;
    }
    Ok(())
}

impl<W: Write + Send> Sink for Parquet<W> {
    fn begin(&mut self, place: &Place<'_>) -> Result<(), StoreError> {
        self.place = place.names().map(bytes);
        Ok(())
    }

    fn put(&mut self, at: Instant, value: &Result<Held, CellError>) -> Result<(), StoreError> {
        self.rows.at.push(at.as_millis());
        for (names, name) in self.rows.places.iter_mut().zip(&self.place) {
            names.push(name.clone());
        }
        let known = value.as_ref().ok();
        self.rows.value.push(known.map(|value| bytes(&value.to_string())));
        self.rows.number.push(known.and_then(|value| Some(value.value().decimal()?.to_f64())));
        self.rows.error.push(value.as_ref().err().map(|error| bytes(&error.to_string())));
        if self.rows.at.len() < AT_ONCE { Ok(()) } else { self.write() }
    }

    fn finish(mut self: Box<Self>) -> Result<(), StoreError> {
        self.write()?;
        self.writer.finish().map(drop).map_err(failed)
    }
}
