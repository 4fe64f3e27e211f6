//! A controller's own registers as the simulator plays them: the same map by which the server reads them.

use std::collections::BTreeMap;
use std::time::Duration;

use parabus_core::modbus::{Activation, Identity};

use super::file::Network;
use crate::controller::{ControllerMap, FormatRegisters, IdentityRegisters, MOST_PASSWORD, em130};
use crate::link::backward::PASSWORD;

/// What a controller is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Product {
    /// One with a published map, by its SKU.
    Mapped(&'static str, &'static ControllerMap),
    /// One with the invented map of events (D-32).
    Em130,
}

impl Product {
    pub fn of_sku(sku: &str) -> Option<Product> {
        if sku == "em130" {
            return Some(Product::Em130);
        }
        let map = ControllerMap::of_sku(sku).ok()?;
        map.skus.iter().find(|each| **each == sku).map(|sku| Product::Mapped(sku, map))
    }

    /// The controller of a network: by its SKU; one that dials in has to be some.
    pub fn of(network: &Network) -> Option<Product> {
        let named = network.sku.as_deref().and_then(Product::of_sku);
        named.or_else(|| Product::of_sku("em481").filter(|_| network.connection.mac().is_some()))
    }

    const fn device_type(self) -> u16 {
        match self {
            Product::Mapped(_, map) => map.device_type,
            Product::Em130 => em130::DEVICE_TYPE,
        }
    }

    const fn identity_registers(self) -> IdentityRegisters {
        match self {
            Product::Mapped(_, map) => map.identity,
            Product::Em130 => IdentityRegisters::From1000,
        }
    }

    /// Pause before it dials again, and the silence after which it hangs up (DOMAIN.md 2.10).
    pub const fn redial_and_idle(self) -> (Duration, Duration) {
        let (redial, idle) = match self.identity_registers() {
            IdentityRegisters::From1000 => (20, 90),
            IdentityRegisters::From102 => (5, 60),
        };
        (Duration::from_secs(redial), Duration::from_secs(idle))
    }
}

/// Firmware of all that are played.
const FIRMWARE: u16 = 5;

/// Commands of DOMAIN.md 2.11 that concern who it is: an OPCB-221 that is unbound asks for a new code.
const OPCB_COMMAND: u16 = 50;
const OPCB_UNBIND: u16 = 3034;

/// Distance of the active and the saved copy of the settings from 300 to 799 (EM-481 manual page 11).
const SETTINGS: std::ops::Range<u16> = 300..800;
const ACTIVE: u16 = 2000;
const SAVED: u16 = 3000;

/// The registers of one controller, and what writing to them does.
#[derive(Clone, Copy, Debug)]
pub struct Own {
    product: Product,
    unit: u8,
    mac: [u8; 6],
}

impl Own {
    pub fn new(product: Product, unit: u8, mac: [u8; 6]) -> Self {
        Own { product, unit, mac }
    }

    /// All its registers at first.
    pub fn registers(&self) -> BTreeMap<u16, u16> {
        let identity = Identity {
            device_type: self.product.device_type(),
            firmware: FIRMWARE,
            mac: self.mac,
            is_mac_unique: true,
            has_code: false,
            wants_code: false,
            is_activated: false,
            activation: Some(Activation::Unassigned),
        };
        let identity = identity.registers();
        let mut registers = BTreeMap::from([(0, self.product.device_type()), (1, FIRMWARE)]);
        match self.product.identity_registers() {
            IdentityRegisters::From1000 => registers.extend((1000..).zip(identity)),
            IdentityRegisters::From102 => registers.extend((102..).zip(identity.into_iter().skip(2))),
        }
        match self.product {
            Product::Em130 => {
                // Sunrise at six, sunset at half past eight; on at sunset, off at eleven; the second at weekends.
                registers.extend((em130::SUNRISE..).zip([0, 21_600, 1, 8_264]));
                registers.insert(em130::EVENT_COUNT, 2);
                registers.extend((em130::EVENTS..).zip([1, 1, 0, 1, 1, 17_264, 0, 0]));
                registers.extend((em130::EVENTS + em130::EVENT_REGISTERS..).zip([1, 6, 0, 1, 0, 0, 0xFFFF, 0xFFC4]));
            }
            Product::Mapped(_, map) => {
                if map.takes_passwords {
                    registers.extend((PASSWORD..).zip([0; MOST_PASSWORD]));
                }
                registers.insert(map.keep.0, 0);
                registers.extend(map.unit.map(|address| (address, self.unit.into())));
                registers.extend(map.rate.into_iter().flat_map(|address| [(address, 0), (address + 1, 9600)]));
                match map.format {
                    // Even parity.
                    Some(FormatRegisters::Explicit { address }) => registers.extend([(address, 1), (address + 1, 0)]),
                    Some(FormatRegisters::Numbers { address, .. }) => drop(registers.insert(address, 3)),
                    None => {}
                }
                let settings: Vec<(u16, u16)> = registers.range(SETTINGS).map(|(at, value)| (*at, *value)).collect();
                if self.has_copies() {
                    let copies = settings.iter().flat_map(|(at, value)| [(at + ACTIVE, *value), (at + SAVED, *value)]);
                    registers.extend(copies);
                }
            }
        }
        registers
    }

    fn has_copies(&self) -> bool {
        matches!(self.product, Product::Mapped(_, map) if matches!(map.format, Some(FormatRegisters::Explicit { .. })))
    }

    /// Where state and activation stand.
    const fn state(&self) -> u16 {
        match self.product.identity_registers() {
            IdentityRegisters::From1000 => 1008,
            IdentityRegisters::From102 => 108,
        }
    }

    /// What it says of itself.
    pub fn identity(&self, present: impl Fn(u16) -> Option<u16>) -> Option<[u16; 11]> {
        let first = self.state() - 6;
        let of_place = |place: u16| if place < 2 { present(place) } else { present(first + place - 2) };
        let registers: Option<Vec<u16>> = (0..11).map(of_place).collect();
        registers?.try_into().ok()
    }

    /// Whether it takes these values. A newer gateway refuses a code that is none.
    pub fn takes(&self, address: u16, values: &[u16]) -> bool {
        let activation = self.state() + 1;
        let is_newer = self.product.identity_registers() == IdentityRegisters::From102;
        match values {
            [high, low] if is_newer && address == activation => {
                Activation::of_number(u32::from(*high) << 16 | u32::from(*low)).is_some()
            }
            _ => true,
        }
    }

    /// Registers that change because of what was written.
    pub fn done(&self, address: u16, values: &[u16], present: impl Fn(u16) -> Option<u16>) -> Vec<(u16, u16)> {
        let written = |at: u16| at.checked_sub(address).and_then(|place| values.get(usize::from(place))).copied();
        let state = self.state();
        let mut changes = Vec::new();
        if written(state + 1).is_some() || written(state + 2).is_some() {
            let [high, low] = [1, 2].map(|place| present(state + place).map_or(0, u32::from));
            // Its address is unique; it has a code, or is activated.
            let flags = match Activation::of_number(high << 16 | low) {
                Some(Activation::Activated) => 0b1001,
                Some(Activation::Code(_)) => 0b0011,
                _ => 0b0001,
            };
            changes.push((state, flags));
        }
        let Product::Mapped(_, map) = self.product else { return changes };
        let (command, _) = map.keep;
        if command == OPCB_COMMAND && written(command) == Some(OPCB_UNBIND) {
            let none = Activation::Unassigned.number();
            changes.extend([(state, 0b0101), (state + 1, (none >> 16) as u16), (state + 2, none as u16)]);
        }
        if self.has_copies() {
            // 2 saves, 3 applies, 4 does both, 9 takes the settings back.
            let settings = || SETTINGS.filter_map(|at| Some((at, present(at)?)));
            match written(command) {
                Some(2) => changes.extend(settings().map(|(at, value)| (at + SAVED, value))),
                Some(3) => changes.extend(settings().map(|(at, value)| (at + ACTIVE, value))),
                Some(4) => {
                    changes.extend(settings().flat_map(|(at, value)| [(at + SAVED, value), (at + ACTIVE, value)]));
                }
                Some(9) => changes.extend(SETTINGS.filter_map(|at| Some((at, present(at + SAVED)?)))),
                _ => {}
            }
        }
        if written(command).is_some() {
            // It is done at once.
            changes.push((command, 0));
        }
        changes
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn write(own: &Own, registers: &mut BTreeMap<u16, u16>, address: u16, values: &[u16]) {
        assert!(own.takes(address, values));
        registers.extend((address..).zip(values.iter().copied()));
        let changes = own.done(address, values, |at| registers.get(&at).copied());
        registers.extend(changes);
    }

    #[test]
    fn a_code_and_an_activation_show_in_the_state() {
        for (sku, first) in [("em481", 1000), ("et485", 1000), ("opcb221", 100)] {
            let own = Own::new(Product::of_sku(sku).unwrap(), 111, [1, 2, 3, 4, 5, 6]);
            let mut registers = own.registers();
            let identity = |registers: &BTreeMap<u16, u16>| own.identity(|at| registers.get(&at).copied()).unwrap();
            assert_eq!(identity(&registers)[1..], [5, 1, 2, 3, 4, 5, 6, 1, 0x05F5, 0xE100], "{sku}");
            write(&own, &mut registers, first + 9, &[0x0098, 0x9680]);
            assert_eq!(identity(&registers)[8..], [0b0011, 0x0098, 0x9680], "{sku}");
            write(&own, &mut registers, first + 9, &[0, 0]);
            assert_eq!(identity(&registers)[8..], [0b1001, 0, 0], "{sku}");
        }
        let opcb = Own::new(Product::of_sku("opcb221").unwrap(), 111, [0; 6]);
        assert!(!opcb.takes(109, &[0, 7]), "no code");
        let mut registers = opcb.registers();
        write(&opcb, &mut registers, 50, &[OPCB_UNBIND]);
        assert_eq!(opcb.identity(|at| registers.get(&at).copied()).unwrap()[8..], [0b0101, 0x05F5, 0xE100]);
    }

    #[test]
    fn settings_are_saved_used_and_taken_back() {
        let own = Own::new(Product::of_sku("em486").unwrap(), 111, [0; 6]);
        let mut registers = own.registers();
        let rate = |registers: &BTreeMap<u16, u16>| [459, 2459, 3459].map(|at| registers[&at]);
        write(&own, &mut registers, 459, &[19_200]);
        assert_eq!(rate(&registers), [19_200, 9600, 9600]);
        write(&own, &mut registers, 120, &[9]);
        assert_eq!(rate(&registers), [9600, 9600, 9600]);
        write(&own, &mut registers, 459, &[4800]);
        write(&own, &mut registers, 120, &[4]);
        assert_eq!((rate(&registers), registers[&120]), ([4800, 4800, 4800], 0));
    }
}
