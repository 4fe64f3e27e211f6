//! A network of the declarative file as the image that a gateway polls.

use parabus_core::gateway::{Group, Unit, emit, image_length};
use parabus_core::modbus::UnitId;

use super::file::{Device, File, Network};
use super::template;

/// Why there is no image.
#[derive(Debug, thiserror::Error)]
pub enum PackError {
    #[error("no network `{name}` in the file, expected one of: {known}")]
    NoNetwork { name: String, known: String },
    #[error("the image cannot be packed: {0}")]
    Image(#[from] parabus_core::gateway::ImageError),
}

/// A packed image, and what it holds.
#[derive(Debug)]
pub struct Packed {
    pub image: Vec<u8>,
    pub units: usize,
    pub groups: usize,
}

/// Of a network without devices.
const USUAL_TIMEOUT_MS: u32 = 1000;

/// Packs the devices of a network, all their parameters included, in as few requests as the devices
/// allow. The longest time-out of a device is that of the bus; disabled devices are left out.
pub fn pack(file: &File, network: &str, baud: u32) -> Result<Packed, PackError> {
    let networks = || file.organizations.iter().flat_map(|org| &org.networks);
    let found = networks().find(|each| each.name.text == network).ok_or_else(|| PackError::NoNetwork {
        name: network.to_owned(),
        known: networks().map(|each| format!("`{}`", each.name.text)).collect::<Vec<_>>().join(", "),
    })?;
    let units: Vec<(Unit, Vec<Group>)> = enabled(found).map(|device| (unit(device), groups(file, device))).collect();
    let timeout_ms = enabled(found).map(|device| device.timeout_ms).max().unwrap_or(USUAL_TIMEOUT_MS);
    let slices: Vec<(Unit, &[Group])> = units.iter().map(|(unit, groups)| (*unit, groups.as_slice())).collect();
    let groups = slices.iter().map(|(_, groups)| groups.len()).sum();
    let mut image = vec![0; image_length(slices.len(), groups)];
    emit(baud, timeout_ms, &slices, &mut image)?;
    Ok(Packed { image, units: slices.len(), groups })
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
        let packed = pack(&file, "Cold store", 9600).unwrap();
        let image = Image::parse(&packed.image).unwrap();
        assert_eq!((image.baud(), image.units().count()), (9600, packed.units));
        let groups: Vec<_> = image.groups().collect();
        assert_eq!(groups.len(), packed.groups);
        assert!(groups.iter().all(|(_, group)| group.kind == RegisterKind::Input), "{groups:?}");
        let error = pack(&file, "Cold stone", 9600).unwrap_err().to_string();
        assert!(error.starts_with("no network `Cold stone`") && error.contains("`Cold store`"), "{error}");
    }
}
