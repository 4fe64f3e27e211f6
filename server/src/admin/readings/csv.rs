//! CSV (RFC 4180), one reading a line.

use std::io::Write;

use parabus_core::time::Instant;

use super::{Place, Sink, failed};
use crate::model::{CellError, Held};
use crate::storage::StoreError;

pub struct Csv<W> {
    out: W,
    /// The columns that are the same for all readings of a parameter.
    place: String,
}

impl<W: Write> Csv<W> {
    pub fn new(mut out: W) -> Result<Csv<W>, StoreError> {
        writeln!(out, "at,organization,network,device,parameter,unit,value,error").map_err(failed)?;
        Ok(Csv { out, place: String::new() })
    }
}

impl<W: Write> Sink for Csv<W> {
    fn begin(&mut self, place: &Place<'_>) -> Result<(), StoreError> {
        self.place = place.names().map(quoted).join(",");
        Ok(())
    }

    fn put(&mut self, at: Instant, value: &Result<Held, CellError>) -> Result<(), StoreError> {
        let (value, error) = match value {
            Ok(value) => (quoted(&value.to_string()), String::new()),
            Err(error) => (String::new(), quoted(&error.to_string())),
        };
        writeln!(self.out, "{},{},{value},{error}", at.display_millis(), self.place).map_err(failed)
    }

    fn finish(mut self: Box<Self>) -> Result<(), StoreError> {
        self.out.flush().map_err(failed)
    }
}

/// In quotation marks where a comma, a mark or the end of a line is in it.
fn quoted(text: &str) -> String {
    if text.contains([',', '"', '\n', '\r']) { format!("\"{}\"", text.replace('"', "\"\"")) } else { text.to_owned() }
}
