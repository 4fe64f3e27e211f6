//! Reading and writing parameters at once, on behalf of a caller.

use std::collections::{BTreeMap, HashMap};
use std::fmt;

use futures_util::future::join_all;
use parabus_core::modbus::{RegisterKind, UnitId};
use parabus_core::value::{Codec, Decimal, Value};

use crate::app::App;
use crate::link::{Limits, Link, Priority, Read};
use crate::model::{CellError, Device, DeviceId, Directory, Held, Net, Param, ParamId, Template, TemplateParam};
use crate::poll::{Learned, Manner, Wanted, read_cells};
use crate::words;

/// Reads parameters from their devices now, each device with as few requests as possible.
pub async fn read_params(app: &App, directory: &Directory, ids: &[ParamId]) -> BTreeMap<ParamId, Result<Held, String>> {
    let mut by_device: HashMap<DeviceId, Vec<&Param>> = HashMap::new();
    for param in ids.iter().filter_map(|id| directory.params.get(id)) {
        by_device.entry(param.device_id).or_default().push(param);
    }
    let readings = by_device.into_iter().map(async |(device, params)| {
        let device = directory.devices.get(&device)?;
        let net = directory.nets.get(&device.net_id)?;
        let link = match link_of(app, net, device) {
            Ok(link) => link,
            Err(error) => return Some(params.iter().map(|param| (param.id, Err(error.clone()))).collect()),
        };
        let wanted: Vec<Wanted> = params.iter().map(|param| Wanted::from(*param)).collect();
        let manner = Manner::of(device, Priority::Urgent);
        let reading = read_cells(&link, &manner, &wanted, &mut Learned::default(), held).await;
        let results = params.iter().zip(reading.cells).map(|(param, cell)| {
            let known = param.codec().ok_or_else(|| format!("unknown type `{}`", param.value_type));
            (param.id, known.and_then(|_| cell.map_err(|error| error.to_string())?))
        });
        Some(results.collect::<Vec<_>>())
    });
    join_all(readings).await.into_iter().flatten().flatten().collect()
}

/// Reads registers of a device now: their kind, the first one, how many.
pub async fn read_registers(
    app: &App,
    device: &Device,
    net: &Net,
    (kind, address, quantity): (RegisterKind, u16, u16),
) -> Result<Vec<u16>, String> {
    let link = link_of(app, net, device)?;
    let (unit, priority, timeout_ms) = (device.unit_id, Priority::Urgent, device.timeout_ms);
    let read = Read { unit, kind, address, quantity, priority, timeout_ms, retries: 0 };
    link.read(read).await.map_err(|error| error.to_string())
}

/// The device's connection. What is switched off is left alone (seed: change-disable).
fn link_of(app: &App, net: &Net, device: &Device) -> Result<Link, String> {
    if net.disabled.is_some() {
        return Err(words::NET_DISABLED.en().to_owned());
    }
    if device.disabled.is_some() {
        return Err(words::DEVICE_DISABLED.en().to_owned());
    }
    Ok(app.links.handle(&net.connection, Limits::of(net)))
}

/// Reads everything that a template names; why one of its values is not there.
pub async fn check_template(link: &Link, unit: UnitId, template: &Template, timeout_ms: u32) -> Result<(), String> {
    let wanted: Vec<Wanted> = template.params.iter().filter_map(wanted).collect();
    if wanted.len() != template.params.len() {
        return Err(format!(
            "the template `{}` has registers of a kind that this version does not know",
            template.name
        ));
    }
    let (priority, group_size) = (Priority::Urgent, template.read_group_size);
    let manner = Manner { unit, priority, timeout_ms, retries: 0, group_size, gap: 0 };
    let reading = read_cells(link, &manner, &wanted, &mut Learned::default(), held).await;
    for ((value, wanted), cell) in template.params.iter().zip(wanted).zip(reading.cells) {
        let place = || format!("`{}` in register {}{}", value.name, wanted.address, wanted.kind.letter());
        wanted.codec.ok_or_else(|| format!("{}: unknown type `{}`", place(), value.value_type))?;
        let value = cell.map_err(|error| error.to_string()).flatten();
        value.map_err(|error| format!("{}: {error}", place()))?;
    }
    Ok(())
}

fn wanted(value: &TemplateParam) -> Option<Wanted> {
    Some(Wanted {
        kind: RegisterKind::from_code(&value.kind)?,
        address: value.address,
        codec: value.codec(),
        alone: value.reads_alone,
    })
}

/// The value in registers, or why there is none.
#[expect(clippy::unnecessary_wraps, reason = "registers that came are no failure of the reading")]
fn held(codec: &Codec, registers: &[u16]) -> Result<Result<Held, String>, CellError> {
    Ok(codec.decode(registers).map(Held::from).map_err(|error| error.to_string()))
}

/// What is to stand in a parameter.
#[derive(Clone, Copy, Debug)]
pub enum Change<'a> {
    /// This value.
    To(&'a str),
    /// So much more than there is; less, if negative.
    By(Decimal),
    /// The first one, or the second where the first one stands already.
    Toggle { default: &'a str, on: &'a str },
}

/// As it is told in the audit trail where nothing came of it.
impl fmt::Display for Change<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Change::To(value) => f.write_str(value),
            Change::By(amount) => write!(f, "by {amount}"),
            Change::Toggle { default, on } => write!(f, "{default} or {on}"),
        }
    }
}

/// A write as the device took it.
pub struct Written {
    /// The value before, unless the registers held none.
    pub old: Option<Held>,
    /// What was written, after truncation to the registers (D-15).
    pub new: Held,
}

/// Changes a value: what stands there is read first, a bit is merged into its register, and nothing
/// is sent that is out of range.
pub async fn write_param(
    app: &App,
    param: &Param,
    device: &Device,
    net: &Net,
    change: Change<'_>,
) -> Result<Written, String> {
    if !param.is_programmable {
        return Err(words::NOT_PROGRAMMABLE.en().to_owned());
    }
    if !param.kind.is_writable() {
        return Err(format!("registers of kind `{}` are read-only", param.kind.code()));
    }
    let codec = param.codec().ok_or_else(|| format!("unknown type `{}`", param.value_type))?;
    let link = link_of(app, net, device)?;
    // Until the write is done nobody else writes to the unit: two changes of one value would otherwise
    // start from the same one, and two writes to bits of one register would each undo the other.
    let turn = link.turn(device.unit_id).await;
    let count = u16::try_from(codec.register_count()).unwrap_or(u16::MAX);
    let present = link
        .read(Read {
            unit: device.unit_id,
            kind: param.kind,
            address: param.address,
            quantity: count,
            priority: Priority::Urgent,
            timeout_ms: device.timeout_ms,
            retries: device.timeout_retries,
        })
        .await
        .map_err(|error| error.to_string())?;
    let old = codec.decode(&present).ok().map(Held::from);
    let (registers, new) = match change {
        Change::To(text) => composed(&codec, &present, text)?,
        Change::By(amount) => composed(&codec, &present, &sum(old.as_ref(), amount)?)?,
        Change::Toggle { default, on } => {
            // Compared as the device holds it: `22.22` is `22.2` in tenths.
            let default = composed(&codec, &present, default)?;
            if old.as_ref() == Some(&default.1) { composed(&codec, &present, on)? } else { default }
        }
    };
    check_limits(param, &new.value())?;
    turn.write(param.kind, param.address, &registers, device.write_function, device.timeout_ms)
        .await
        .map_err(|error| error.to_string())?;
    tracing::info!(param = param.id, device = device.id, value = %new, "parameter written");
    Ok(Written { old, new })
}

/// The registers with a text in them, and the value that they then hold.
fn composed(codec: &Codec, present: &[u16], text: &str) -> Result<(Vec<u16>, Held), String> {
    let mut registers = present.to_vec();
    let refused = |error| format!("can't compose new value: `{text}`: {error}");
    codec.encode(text, &mut registers).map_err(refused)?;
    let value = Held::from(codec.decode(&registers).map_err(refused)?);
    Ok((registers, value))
}

/// Exact decimal text of a value and an amount.
fn sum(old: Option<&Held>, amount: Decimal) -> Result<String, String> {
    let old = old.and_then(|old| old.value().decimal());
    let old = old.ok_or("can't compose new value: the registers hold no number to add to")?;
    let sum =
        old.checked_add(amount).ok_or_else(|| format!("can't compose new value: {old} + {amount} is too long"))?;
    Ok(sum.to_string())
}

/// A text has no limits.
fn check_limits(param: &Param, value: &Value<'_>) -> Result<(), String> {
    let Some(value) = value.decimal() else { return Ok(()) };
    if let Some(min) = param.min.filter(|min| value < *min) {
        return Err(format!("`{value}` is below the lowest allowed value {min}"));
    }
    if let Some(max) = param.max.filter(|max| value > *max) {
        return Err(format!("`{value}` is above the highest allowed value {max}"));
    }
    Ok(())
}
