//! A network of the declarative file as the image that a gateway polls.

use parabus_core::alert::AlertError;
use parabus_core::gateway::{Alert, Group, Point, Relay, Unit, Watch, emit_watching, watching_length};
use parabus_core::modbus::UnitId;

use super::file::{self, Device, File, Network, Organization, Parameter};
use super::{alert, template};
use crate::alarm::snapshot::{Compiled, Snapshot};
use crate::model::ParamId;

/// Why there is no image.
#[derive(Debug, thiserror::Error)]
pub enum PackError {
    #[error("no network `{name}` in the file, expected one of: {known}")]
    NoNetwork { name: String, known: String },
    #[error("the alert `{name}` cannot be packed: {error}")]
    Alert { name: String, error: AlertError },
    #[error(
        "the gateway would answer as unit {unit} for its alerts, which is the device `{device}`: expected another \
         `controllerModbusUnitId`"
    )]
    OwnUnit { unit: u8, device: String },
    #[error("the image cannot be packed: {0}")]
    Image(#[from] parabus_core::gateway::ImageError),
}

/// A packed image, and what it holds.
#[derive(Debug)]
pub struct Packed {
    pub image: Vec<u8>,
    pub units: usize,
    pub groups: usize,
    /// Names of the alerts in it, in the order of their numbers from 1 on.
    pub alerts: Vec<String>,
    /// Those that look at other networks, too, which a gateway cannot see.
    pub left_out: Vec<String>,
}

/// Of a network without devices.
const USUAL_TIMEOUT_MS: u32 = 1000;

/// Packs the devices of a network, all their parameters included, in as few requests as the devices
/// allow, and the alerts that look at these alone. The longest time-out of a device is that of the bus; disabled devices
/// are left out.
pub fn pack(file: &File, network: &str, baud: u32, relay: Relay) -> Result<Packed, PackError> {
    let networks = || file.organizations.iter().flat_map(|org| org.networks.iter().map(move |net| (org, net)));
    let (org, found) = networks().find(|(_, each)| each.name.text == network).ok_or_else(|| PackError::NoNetwork {
        name: network.to_owned(),
        known: networks().map(|(_, each)| format!("`{}`", each.name.text)).collect::<Vec<_>>().join(", "),
    })?;
    let units: Vec<(Unit, Vec<Group>)> = enabled(found).map(|device| (unit(device), groups(file, device))).collect();
    let timeout_ms = enabled(found).map(|device| device.timeout_ms).max().unwrap_or(USUAL_TIMEOUT_MS);
    let slices: Vec<(Unit, &[Group])> = units.iter().map(|(unit, groups)| (*unit, groups.as_slice())).collect();
    let groups = slices.iter().map(|(_, groups)| groups.len()).sum();
    let (points, rules, left_out) = watched(file, org, found)?;
    let mut alerts = Vec::with_capacity(rules.len());
    for ((name, compiled), number) in rules.iter().zip(1..) {
        let rule = compiled.rule().map_err(|error| PackError::Alert { name: name.clone(), error })?;
        alerts.push(Alert { number, relay, rule });
    }
    let watch = match alerts.as_slice() {
        [] => Watch::NONE,
        alerts => Watch { own_unit: own_unit(found)?, points: &points, alerts },
    };
    let mut image = vec![0; watching_length(slices.len(), groups, &watch)];
    emit_watching(baud, timeout_ms, &slices, &watch, &mut image)?;
    let alerts = rules.into_iter().map(|(name, _)| name).collect();
    Ok(Packed { image, units: slices.len(), groups, alerts, left_out })
}

/// The unit under which the gateway is asked about its alerts.
fn own_unit(network: &Network) -> Result<UnitId, PackError> {
    let unit = network.controller_modbus_unit_id;
    match enabled(network).find(|device| device.unit_id == unit) {
        None => Ok(UnitId(unit)),
        Some(device) => Err(PackError::OwnUnit { unit, device: device.name.text.clone() }),
    }
}

/// Numbers that alerts look at, the rules over their places, and the names of alerts that a gateway cannot have.
type Watched = (Vec<Point>, Vec<(String, Compiled)>, Vec<String>);

fn watched(file: &File, org: &Organization, network: &Network) -> Result<Watched, PackError> {
    let (mut points, mut periods, mut rules, mut left_out) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
    for of_file in &org.alerts {
        let is_here = |condition: &file::Condition| condition.network == network.name.text;
        let name = of_file.name.text.clone();
        if !of_file.conditions.iter().any(is_here) {
            continue;
        }
        let places: Option<Vec<_>> = of_file.conditions.iter().map(|each| place(file, network, each)).collect();
        let Some(places) = places else {
            left_out.push(name);
            continue;
        };
        for (device, param) in places {
            let point = point(device, param);
            if !points.contains(&point) {
                points.push(point);
                periods.push(device.update_period_sec);
            }
        }
        let index = |names: [&str; 3]| {
            let [_, device, param] = names;
            let device = enabled(network).find(|each| each.name.text == device)?;
            let point = point(device, file.parameters(device).find(|each| each.name.text == param)?);
            ParamId::try_from(points.iter().position(|each| *each == point)?).ok()
        };
        let alert = alert::model(of_file, None, index);
        let period = |index: ParamId| periods.get(usize::try_from(index).ok()?).copied();
        let compiled = Snapshot::of_periods(&alert, period).compile();
        rules.push((name.clone(), compiled.map_err(|error| PackError::Alert { name, error })?));
    }
    Ok((points, rules, left_out))
}

/// The device and the parameter of a condition, if the network has them.
fn place<'f>(file: &'f File, network: &'f Network, condition: &file::Condition) -> Option<(&'f Device, &'f Parameter)> {
    let found = enabled(network).filter(|_| condition.network == network.name.text);
    let device = found.into_iter().find(|device| device.name.text == condition.device)?;
    Some((device, file.parameters(device).find(|param| param.name.text == condition.parameter.value)?))
}

fn point(device: &Device, param: &Parameter) -> Point {
    Point {
        unit_id: UnitId(device.unit_id),
        kind: param.register_kind,
        address: param.address,
        data_type: param.value_type.0,
        bit: param.bit_position.unwrap_or(0),
        bits: if param.takes_bits() { param.bits_amount().unwrap_or(0) } else { 0 },
        multiplier: param.multiplier.0,
        shift: param.shift.0,
        not_available: [param.not_available.first().copied(), param.not_available.get(1).copied()],
    }
}

fn enabled(network: &Network) -> impl Iterator<Item = &Device> {
    network.devices.iter().filter(|device| device.disabled != Some(true))
}

fn unit(device: &Device) -> Unit {
    Unit {
        unit_id: UnitId(device.unit_id),
        retries: device.modbus_timeout_retries_num,
        period_ms: device.update_period_sec.saturating_mul(1000),
    }
}

fn groups(file: &File, device: &Device) -> Vec<Group> {
    let plan = template::requests(file.parameters(device), file.read_group_size(device)).into_iter();
    plan.map(|group| Group { kind: group.kind, address: group.address, quantity: group.quantity }).collect()
}

#[cfg(test)]
mod tests {
    use parabus_core::gateway::Image;
    use parabus_core::modbus::RegisterKind;

    use super::*;

    #[test]
    fn the_demos_plant_is_packed() {
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/demo/plant.yaml");
        let text = std::fs::read_to_string(path)
            .unwrap()
            .replace("env:PARABUS_DEMO_KEY", "513cf747-eb5c-4d5f-931f-d22c9872c73c");
        let file = File::parse(&text.replace("env:PARABUS_DEMO_PASSWORD", "long enough")).unwrap();
        let packed = pack(&file, "Cold store", 9600, Relay::Follows).unwrap();
        let image = Image::parse(&packed.image).unwrap();
        assert_eq!((image.baud(), image.units().count()), (9600, packed.units));
        let groups: Vec<_> = image.groups().collect();
        assert_eq!(groups.len(), packed.groups);
        assert!(groups.iter().all(|(_, group)| group.kind == RegisterKind::Input), "{groups:?}");
        assert_eq!(packed.alerts, ["Cold store draws too much"]);
        let alerts: Vec<_> = image.alerts().collect();
        assert_eq!(alerts.len(), 1);
        assert_eq!(alerts[0].conditions().count(), 1);
        let error = pack(&file, "Cold stone", 9600, Relay::None).unwrap_err().to_string();
        assert!(error.starts_with("no network `Cold stone`") && error.contains("`Cold store`"), "{error}");
    }
}
