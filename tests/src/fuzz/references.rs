//! Lists of references against a small plant: every item is told, and what is found does not depend on
//! the spelling.

use std::net::Ipv4Addr;

use parabus_core::modbus::RegisterKind;
use parabus_core::reference::{Address, Directory, Found, ParamPlace, Reference, tokens};

/// Slugs of networks, devices and parameters alike; few, so that references meet.
const SLUGS: [&str; 4] = ["a", "b1", "a-b", "12-34-56-78-90-ab"];

/// Two networks of three devices of eight parameters; ids follow from the places.
struct Plant;

impl Directory for Plant {
    fn has_net(&self, id: u64) -> bool {
        id < 2
    }

    fn has_device(&self, id: u64) -> bool {
        id < 6
    }

    fn has_param(&self, id: u64) -> bool {
        id < 48
    }

    fn nets_by_slug(&self, slug: &str) -> impl Iterator<Item = u64> {
        (0..2).filter(move |net| SLUGS[*net as usize * 3] == slug)
    }

    fn nets_by_ip(&self, ip: Ipv4Addr) -> impl Iterator<Item = u64> {
        (0..2).filter(move |net| ip.octets()[3] <= *net as u8)
    }

    fn nets_by_mac(&self, mac: [u8; 6]) -> impl Iterator<Item = u64> {
        (0..2).filter(move |net| mac[5] & 1 == *net as u8)
    }

    fn devices_by_slug(&self, slug: &str) -> impl Iterator<Item = u64> {
        (0..6).filter(move |device| SLUGS[(*device % 4) as usize] == slug)
    }

    fn devices_by_unit(&self, net: u64, unit_id: u8) -> impl Iterator<Item = u64> {
        (net * 3..net * 3 + 3).filter(move |device| u64::from(unit_id) == *device % 2 + 1)
    }

    fn params_by_slug(&self, slug: &str) -> impl Iterator<Item = u64> {
        (0..48).filter(move |param| SLUGS[(*param % 4) as usize] == slug && *param < 6)
    }

    fn params_of(&self, device: u64) -> impl Iterator<Item = ParamPlace<'_>> {
        (device * 8..device * 8 + 8).map(|id| {
            let (bit, bits) = match id % 3 {
                0 => (None, 0),
                1 => (Some((id % 16) as u8), 1),
                _ => (Some(1), 3),
            };
            let address = Address { register: (id % 4) as u16, bit, bits };
            ParamPlace { id, slug: SLUGS[(id % 4) as usize], kind: RegisterKind::ALL[(id % 2) as usize], address }
        })
    }
}

pub fn list(data: &[u8]) {
    let text = String::from_utf8_lossy(data);
    let mut items = 0;
    for token in tokens(&text) {
        items += 1;
        assert_eq!(text.get(token.offset..token.offset + token.text.len()), Some(token.text));
        let reference = match token.reference {
            Ok(reference) => reference,
            Err(error) => {
                assert!(error.offset() <= token.text.len());
                continue;
            }
        };
        let found = reference.resolve(&Plant);
        let printed = reference.to_string();
        assert_eq!(Reference::parse(&printed), Ok(reference), "{printed}");
        match found {
            Ok(Found::Param { realtime, param }) => {
                let by_id = format!("{}#{param}", if realtime { "*" } else { "" });
                assert_eq!(Reference::parse(&by_id).map(|by_id| by_id.resolve(&Plant)), Ok(found), "{by_id}");
            }
            Ok(Found::Connection { net }) => assert!(Plant.has_net(net)),
            Ok(Found::Constant(number)) => assert_eq!(printed, format!("!{number}")),
            Err(error) => assert!(!error.to_string().is_empty()),
        }
    }
    assert_eq!(items, text.split_ascii_whitespace().count());
}
