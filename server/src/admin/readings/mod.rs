//! Readings for other programs: exact values, with the error where there is none.

mod csv;
mod parquet;

use std::io::Write;
use std::ops::ControlFlow;

use parabus_core::time::Instant;

use super::{find_org, trail};
use crate::model::{CellError, Directory, Held, Param};
use crate::storage::{Store, StoreError};

/// Which readings.
#[derive(Clone, Copy, Debug, Default)]
pub struct Wanted<'a> {
    /// Of one organization alone, by its name.
    pub org: Option<&'a str>,
    /// From this day or instant on.
    pub from: Option<&'a str>,
    /// Until this instant, or the beginning of this day.
    pub till: Option<&'a str>,
}

/// How readings are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    Csv,
    Parquet,
}

/// Where a parameter stands, and its unit.
struct Place<'d> {
    org: &'d str,
    net: &'d str,
    device: &'d str,
    param: &'d str,
    unit: &'d str,
}

impl<'d> Place<'d> {
    /// `None` if it is another organization's.
    fn of(directory: &'d Directory, param: &'d Param, org: Option<i64>) -> Option<Place<'d>> {
        let device = directory.devices.get(&param.device_id)?;
        let net = directory.nets.get(&device.net_id)?;
        let owner = directory.orgs.get(&net.org_id).filter(|owner| org.is_none_or(|org| owner.id == org))?;
        let unit = param.unit.as_deref().unwrap_or_default();
        Some(Place { org: &owner.name, net: &net.name, device: &device.name, param: &param.name, unit })
    }

    /// In the order of the columns.
    const fn names(&self) -> [&'d str; 5] {
        [self.org, self.net, self.device, self.param, self.unit]
    }
}

/// Takes readings one after the other.
trait Sink {
    /// Those that follow are of this parameter.
    fn begin(&mut self, place: &Place<'_>) -> Result<(), StoreError>;
    fn put(&mut self, at: Instant, value: &Result<Held, CellError>) -> Result<(), StoreError>;
    fn finish(self: Box<Self>) -> Result<(), StoreError>;
}

fn failed(error: impl std::fmt::Display) -> StoreError {
    StoreError::Refused(format!("the readings could not be written: {error}"))
}

/// Writes the readings of one parameter after the other; gives how many.
pub fn write_readings(
    store: &Store,
    wanted: Wanted<'_>,
    format: Format,
    out: impl Write + Send,
) -> Result<u64, StoreError> {
    let directory = store.directory();
    let org = wanted.org.map(|name| find_org(&directory, name)).transpose()?.map(|org| org.id);
    let instant = |field: &str, text: Option<&str>, other: i64| match text {
        Some(text) => trail::instant(field, text),
        None => Ok(Instant::from_millis(other)),
    };
    let range = (instant("from", wanted.from, i64::MIN)?, instant("till", wanted.till, i64::MAX)?);
    if range.0 >= range.1 {
        let (from, till) = (range.0.display_millis(), range.1.display_millis());
        return Err(StoreError::Refused(format!("till: {till} is not later than from, {from}")));
    }
    let mut sink: Box<dyn Sink + '_> = match format {
        Format::Csv => Box::new(csv::Csv::new(out)?),
        Format::Parquet => Box::new(parquet::Parquet::new(out)?),
    };
    let mut count = 0;
    for param in directory.params.values() {
        let Some(place) = Place::of(&directory, param, org) else { continue };
        sink.begin(&place)?;
        let mut result = Ok(());
        store.each_reading(param.id, range, &mut |at, value| {
            result = sink.put(at, &value);
            count += 1;
            if result.is_ok() { ControlFlow::Continue(()) } else { ControlFlow::Break(()) }
        })?;
        result?;
    }
    sink.finish()?;
    Ok(count)
}
