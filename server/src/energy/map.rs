//! Where devices keep what their power sensors measure.
//!
//! Nobody has published registers of G-SENSE devices: the map for an SKU that is not named here is invented, and the
//! simulator's devices keep to it. Sensor `i` has 20 input registers from `1000 + 20·i` on.

use parabus_core::modbus::RegisterKind;

/// Registers of the sensors of one kind of device.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SensorMap {
    /// Of which SKUs; none: of all others.
    pub skus: &'static [&'static str],
    pub kind: RegisterKind,
    /// First register of sensor 0.
    pub base: u16,
    /// Registers from one sensor to the next.
    pub stride: u16,
    /// Places among a sensor's registers: power in W and current in A of each phase, energy in kWh, serial number.
    pub power: [u16; 3],
    pub current: [u16; 3],
    pub energy: u16,
    pub serial: u16,
    /// Registers of the serial number, two characters in each.
    pub serial_length: u16,
}

const MAPS: [SensorMap; 1] = [SensorMap {
    skus: &[],
    kind: RegisterKind::Input,
    base: 1000,
    stride: 20,
    power: [0, 2, 4],
    current: [6, 7, 8],
    energy: 9,
    serial: 12,
    serial_length: 8,
}];

/// The map for a device behind a controller of this SKU.
pub fn map_of(sku: Option<&str>) -> &'static SensorMap {
    let named = MAPS.iter().find(|map| sku.is_some_and(|sku| map.skus.contains(&sku)));
    let [.., other] = &MAPS;
    named.unwrap_or(other)
}

impl SensorMap {
    /// A register of a sensor, by its place.
    pub fn address(&self, sensor: u8, place: u16) -> u16 {
        self.base.saturating_add(self.stride.saturating_mul(sensor.into())).saturating_add(place)
    }

    /// The serial number in its registers: printable characters, without zeros and blanks at the end; `None` if there
    /// is none.
    pub fn serial_number(&self, registers: &[u16]) -> Option<String> {
        let bytes = registers.iter().flat_map(|register| register.to_be_bytes());
        let text: String = bytes.take_while(|byte| *byte != 0).map(char::from).collect();
        let text = text.trim_end();
        (!text.is_empty() && text.chars().all(|c| c.is_ascii_graphic() || c == ' ')).then(|| text.to_owned())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sensors_stand_side_by_side_and_serial_numbers_are_text() {
        let map = map_of(Some("unheard-of"));
        assert_eq!((map.address(0, map.energy), map.address(31, map.serial)), (1009, 1632));
        assert_eq!(map.serial_number(&[0x4753, 0x2D31, 0x3700, 0x4141]).as_deref(), Some("GS-17"));
        for registers in [&[0, 0][..], &[0x2020], &[0xFFFF], &[]] {
            assert_eq!(map.serial_number(registers), None);
        }
    }
}
