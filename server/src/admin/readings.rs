//! Readings as CSV (RFC 4180): exact values, one reading a line.

use std::io::Write;
use std::ops::ControlFlow;

use parabus_core::time::Instant;

use super::{find_org, trail};
use crate::model::{Directory, Param};
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

/// Writes the readings of one parameter after the other, with the error where there is no value; gives how many.
pub fn write_readings(store: &Store, wanted: Wanted<'_>, mut out: impl Write) -> Result<u64, StoreError> {
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
    let failed = |error: std::io::Error| StoreError::Refused(format!("the readings could not be written: {error}"));
    let mut count = 0;
    writeln!(out, "at,organization,network,device,parameter,unit,value,error").map_err(failed)?;
    for param in directory.params.values() {
        let Some(place) = place(&directory, param, org) else { continue };
        let mut result = Ok(());
        store.each_reading(param.id, range, &mut |at, value| {
            let (value, error) = match value {
                Ok(value) => (quoted(&value.to_string()), String::new()),
                Err(error) => (String::new(), quoted(&error.to_string())),
            };
            result = writeln!(out, "{},{place},{value},{error}", at.display_millis());
            count += 1;
            if result.is_ok() { ControlFlow::Continue(()) } else { ControlFlow::Break(()) }
        })?;
        result.map_err(failed)?;
    }
    out.flush().map_err(failed)?;
    Ok(count)
}

/// Organization, network, device, name and unit of a parameter; `None` if it is another organization's.
fn place(directory: &Directory, param: &Param, org: Option<i64>) -> Option<String> {
    let device = directory.devices.get(&param.device_id)?;
    let net = directory.nets.get(&device.net_id)?;
    let owner = directory.orgs.get(&net.org_id).filter(|owner| org.is_none_or(|org| owner.id == org))?;
    let unit = param.unit.as_deref().unwrap_or_default();
    Some([owner.name.as_str(), &net.name, &device.name, &param.name, unit].map(quoted).join(","))
}

/// In quotation marks where a comma, a mark or the end of a line is in it.
fn quoted(text: &str) -> String {
    if text.contains([',', '"', '\n', '\r']) { format!("\"{}\"", text.replace('"', "\"\"")) } else { text.to_owned() }
}
