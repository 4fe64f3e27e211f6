//! What a reference names in a plant: every rule of matching, decided once (DOMAIN.md D-11).
//!
//! - An id decides: slugs beside it are ignored.
//! - A slug that several objects have names none.
//! - An address without a kind is one of holding registers.
//! - An address without bits prefers the value of whole registers, then the lowest id; one with bits
//!   needs the same bits.
//! - An alias is known to a page alone.

use core::fmt;
use core::net::Ipv4Addr;

use super::{Address, DeviceRef, NetRef, ParamRef, Reference};
use crate::error::ErrorKind;
use crate::modbus::RegisterKind;
use crate::value::Decimal;

/// The networks, devices and parameters of one organization, asked for by what a reference says.
pub trait Directory {
    /// Whether the organization has this network.
    fn has_net(&self, id: u64) -> bool;
    /// Whether the organization has this device.
    fn has_device(&self, id: u64) -> bool;
    /// Whether the organization has this parameter.
    fn has_param(&self, id: u64) -> bool;
    /// Networks with this slug.
    fn nets_by_slug(&self, slug: &str) -> impl Iterator<Item = u64>;
    /// Networks reached at this address.
    fn nets_by_ip(&self, ip: Ipv4Addr) -> impl Iterator<Item = u64>;
    /// Networks of this controller.
    fn nets_by_mac(&self, mac: [u8; 6]) -> impl Iterator<Item = u64>;
    /// Devices with this slug, in any network.
    fn devices_by_slug(&self, slug: &str) -> impl Iterator<Item = u64>;
    /// Devices of a network that are this unit.
    fn devices_by_unit(&self, net: u64, unit_id: u8) -> impl Iterator<Item = u64>;
    /// Parameters with this slug, in any device.
    fn params_by_slug(&self, slug: &str) -> impl Iterator<Item = u64>;
    /// The parameters of a device.
    fn params_of(&self, device: u64) -> impl Iterator<Item = ParamPlace<'_>>;
}

/// A parameter as references see it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ParamPlace<'a> {
    /// Its id.
    pub id: u64,
    /// Its slug, unique in its device.
    pub slug: &'a str,
    /// Kind of its registers.
    pub kind: RegisterKind,
    /// Its first register, and its bits if it is a part of one.
    pub address: Address,
}

/// What a reference stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Found {
    /// The number itself.
    Constant(Decimal),
    /// Whether this network is connected.
    Connection {
        /// The network's id.
        net: u64,
    },
    /// A parameter.
    Param {
        /// Whether its device is to be read now.
        realtime: bool,
        /// The parameter's id.
        param: u64,
    },
}

/// A reference names nothing, or too much.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NotFound {
    kind: ErrorKind,
    what: &'static str,
}

impl NotFound {
    /// Stable kind.
    pub const fn kind(&self) -> ErrorKind {
        self.kind
    }

    const fn unknown(what: &'static str) -> Self {
        NotFound { kind: ErrorKind::ReferenceUnknown, what }
    }

    const fn ambiguous(what: &'static str) -> Self {
        NotFound { kind: ErrorKind::ReferenceAmbiguous, what }
    }
}

impl fmt::Display for NotFound {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.kind {
            ErrorKind::ReferenceAmbiguous => write!(f, "names more than one {}", self.what),
            _ => write!(f, "names no {}", self.what),
        }
    }
}

impl core::error::Error for NotFound {}

impl Reference<'_> {
    /// What the reference names among the objects of a directory.
    ///
    /// # Errors
    /// There is no such object, or there are several.
    pub fn resolve(&self, directory: &impl Directory) -> Result<Found, NotFound> {
        match self {
            Reference::Constant(number) => Ok(Found::Constant(*number)),
            Reference::Connection(net) => net.resolve(directory).map(|net| Found::Connection { net }),
            Reference::Param { realtime, param } => {
                param.resolve(directory).map(|param| Found::Param { realtime: *realtime, param })
            }
        }
    }
}

impl NetRef<'_> {
    /// The id of the network.
    ///
    /// # Errors
    /// There is no such network, or there are several.
    pub fn resolve(&self, directory: &impl Directory) -> Result<u64, NotFound> {
        match *self {
            NetRef::Id(id) => known(id, directory.has_net(id), "network"),
            NetRef::Slug(slug) => only(directory.nets_by_slug(slug), "network"),
            NetRef::Ip(ip) => only(directory.nets_by_ip(ip), "network"),
            NetRef::Mac(mac) => only(directory.nets_by_mac(mac), "network"),
        }
    }
}

impl ParamRef<'_> {
    /// The id of the parameter.
    ///
    /// # Errors
    /// There is no such parameter, or there are several.
    pub fn resolve(&self, directory: &impl Directory) -> Result<u64, NotFound> {
        match *self {
            ParamRef::Id(id) | ParamRef::Labelled { id, .. } => known(id, directory.has_param(id), "parameter"),
            ParamRef::Slug(slug) => only(directory.params_by_slug(slug), "parameter"),
            ParamRef::Path { device, param } => {
                let device = only(directory.devices_by_slug(device), "device")?;
                let params = directory.params_of(device).filter(|place| place.slug == param);
                only(params.map(|place| place.id), "parameter")
            }
            ParamRef::Address { device, kind, address } => {
                let kind = kind.unwrap_or(RegisterKind::Holding);
                at(directory, device, |place| place.kind == kind && covers(address, place.address))
            }
            ParamRef::Alias(_) => Err(NotFound::unknown("parameter")),
        }
    }
}

/// The best parameter at an address of a device. Several devices of the plant may be one unit of one
/// network; an address names its registers, whichever of them has it.
fn at(
    directory: &impl Directory,
    device: DeviceRef<'_>,
    is_there: impl Fn(&ParamPlace<'_>) -> bool,
) -> Result<u64, NotFound> {
    let best_of = |device| {
        let places = directory.params_of(device).filter(|place| is_there(place));
        places.map(|place| (place.address.bit.is_some(), place.id)).min()
    };
    let best = match device {
        DeviceRef::Id(id) => best_of(known(id, directory.has_device(id), "device")?),
        DeviceRef::Slug(slug) => best_of(only(directory.devices_by_slug(slug), "device")?),
        DeviceRef::Unit { net, unit_id } => {
            let net = net.resolve(directory)?;
            directory.devices_by_unit(net, unit_id).filter_map(best_of).min()
        }
    };
    best.map(|(_, id)| id).ok_or(NotFound::unknown("parameter"))
}

/// Whether an address as written is that of a parameter.
fn covers(written: Address, place: Address) -> bool {
    match written.bit {
        None => written.register == place.register,
        Some(_) => written == place,
    }
}

const fn known(id: u64, is_known: bool, what: &'static str) -> Result<u64, NotFound> {
    if is_known { Ok(id) } else { Err(NotFound::unknown(what)) }
}

/// The one object; an object told twice is one.
fn only(mut ids: impl Iterator<Item = u64>, what: &'static str) -> Result<u64, NotFound> {
    let first = ids.next().ok_or(NotFound::unknown(what))?;
    if ids.any(|id| id != first) { Err(NotFound::ambiguous(what)) } else { Ok(first) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use ErrorKind::{ReferenceAmbiguous as Ambiguous, ReferenceUnknown as Unknown};

    const MAC: [u8; 6] = [0x12, 0x34, 0x56, 0x78, 0x90, 0xAB];

    /// Networks: id, slug, address, controller.
    #[expect(clippy::type_complexity, reason = "a table of a test")]
    const NETS: [(u64, &str, Option<[u8; 4]>, Option<[u8; 6]>); 4] = [
        (1, "main", Some([10, 0, 0, 5]), None),
        (2, "hall", Some([10, 0, 0, 6]), None),
        (3, "yard", Some([10, 0, 0, 6]), None),
        // A slug in the shape of a MAC is one only in brackets.
        (4, "12-34-56-78-90-ac", None, Some(MAC)),
    ];

    /// Devices: id, network, slug, unit.
    const DEVICES: [(u64, u64, &str, u8); 6] = [
        (10, 1, "boiler", 17),
        (11, 1, "17", 18),
        (12, 2, "meter", 1),
        (13, 3, "meter", 1),
        (14, 4, "pump", 111),
        // The same unit again, read at another pace.
        (15, 1, "boiler-slow", 17),
    ];

    /// Parameters: id, device, slug, kind, register, bit and number of bits.
    #[expect(clippy::type_complexity, reason = "a table of a test")]
    const PARAMS: [(u64, u64, &str, RegisterKind, u16, Option<(u8, u8)>); 13] = [
        (100, 10, "flag", RegisterKind::Holding, 5, Some((3, 1))),
        (101, 10, "temp", RegisterKind::Holding, 5, None),
        (102, 10, "temp-again", RegisterKind::Holding, 5, None),
        (103, 10, "mode", RegisterKind::Holding, 5, Some((4, 6))),
        (104, 10, "inlet", RegisterKind::Input, 5, None),
        (105, 10, "burner", RegisterKind::Coil, 5, None),
        (106, 11, "temp", RegisterKind::Holding, 5, None),
        (107, 12, "power", RegisterKind::Holding, 0, None),
        (108, 13, "energy", RegisterKind::Holding, 0, None),
        (109, 14, "alarm", RegisterKind::DiscreteInput, 7, None),
        (110, 14, "bits-only", RegisterKind::Holding, 9, Some((1, 1))),
        (111, 14, "bits-too", RegisterKind::Holding, 9, Some((0, 2))),
        (112, 15, "slow", RegisterKind::Holding, 77, None),
    ];

    struct Plant;

    impl Directory for Plant {
        fn has_net(&self, id: u64) -> bool {
            NETS.iter().any(|net| net.0 == id)
        }
        fn has_device(&self, id: u64) -> bool {
            DEVICES.iter().any(|device| device.0 == id)
        }
        fn has_param(&self, id: u64) -> bool {
            PARAMS.iter().any(|param| param.0 == id)
        }
        fn nets_by_slug(&self, slug: &str) -> impl Iterator<Item = u64> {
            NETS.iter().filter(move |net| net.1 == slug).map(|net| net.0)
        }
        fn nets_by_ip(&self, ip: Ipv4Addr) -> impl Iterator<Item = u64> {
            NETS.iter().filter(move |net| net.2 == Some(ip.octets())).map(|net| net.0)
        }
        fn nets_by_mac(&self, mac: [u8; 6]) -> impl Iterator<Item = u64> {
            NETS.iter().filter(move |net| net.3 == Some(mac)).map(|net| net.0)
        }
        fn devices_by_slug(&self, slug: &str) -> impl Iterator<Item = u64> {
            DEVICES.iter().filter(move |device| device.2 == slug).map(|device| device.0)
        }
        fn devices_by_unit(&self, net: u64, unit_id: u8) -> impl Iterator<Item = u64> {
            DEVICES.iter().filter(move |device| (device.1, device.3) == (net, unit_id)).map(|device| device.0)
        }
        fn params_by_slug(&self, slug: &str) -> impl Iterator<Item = u64> {
            PARAMS.iter().filter(move |param| param.2 == slug).map(|param| param.0)
        }
        fn params_of(&self, device: u64) -> impl Iterator<Item = ParamPlace<'_>> {
            PARAMS.iter().filter(move |param| param.1 == device).map(|(id, _, slug, kind, register, bits)| {
                let (bit, bits) = bits.map_or((None, 0), |(bit, bits)| (Some(bit), bits));
                ParamPlace { id: *id, slug, kind: *kind, address: Address { register: *register, bit, bits } }
            })
        }
    }

    fn resolve(text: &str) -> Result<Found, ErrorKind> {
        Reference::parse(text).unwrap().resolve(&Plant).map_err(|error| error.kind())
    }

    #[test]
    fn parameters_are_found_by_every_form() {
        for (text, want) in [
            ("#101", Ok(101)),
            ("#9", Err(Unknown)),
            // The id decides, whatever the slugs say.
            ("104#temp@meter@hall", Ok(104)),
            ("9#temp@boiler@main", Err(Unknown)),
            ("[mode]", Ok(103)),
            ("[temp]", Err(Ambiguous)),
            ("[no]", Err(Unknown)),
            ("boiler.temp", Ok(101)),
            ("17.temp", Ok(106)),
            ("boiler.no", Err(Unknown)),
            ("no.temp", Err(Unknown)),
            // Two devices share the slug, so it names neither, though only one of them has such a parameter.
            ("meter.power", Err(Ambiguous)),
            ("~temp", Err(Unknown)),
        ] {
            assert_eq!(resolve(text), want.map(|param| Found::Param { realtime: false, param }), "{text}");
        }
    }

    #[test]
    fn addresses_prefer_whole_registers_and_compare_bits() {
        for (text, want) in [
            ("boiler>5", Ok(101)),
            ("[boiler]>holding>5h", Ok(101)),
            ("#10>5", Ok(101)),
            ("#9>5", Err(Unknown)),
            ("boiler>5i", Ok(104)),
            ("boiler>input>5", Ok(104)),
            ("boiler>coil>5", Ok(105)),
            ("boiler>5d", Err(Unknown)),
            ("boiler>6", Err(Unknown)),
            ("boiler>5.3", Ok(100)),
            ("boiler>5.9-4", Ok(103)),
            // Another number of bits is another parameter.
            ("boiler>5.4", Err(Unknown)),
            ("boiler>5.4-8", Err(Unknown)),
            // A number is a unit, a word a kind: the device `17` is reached by its slug alone.
            ("main>17>5", Ok(101)),
            ("17>holding>5", Ok(106)),
            ("main>18>5", Ok(106)),
            ("main>19>5", Err(Unknown)),
            ("main>17>77", Ok(112)),
            ("10.0.0.5>17>5", Ok(101)),
            ("10.0.0.7>17>5", Err(Unknown)),
            // Two networks behind one address.
            ("10.0.0.6>1>0", Err(Ambiguous)),
            ("12-34-56-78-90-AB>111>7d", Ok(109)),
            ("12:34:56:78:90:ab>111>discrete-input>7", Ok(109)),
            ("12-34-56-78-90-ac>111>7d", Err(Unknown)),
            ("[12-34-56-78-90-ac]>111>7d", Ok(109)),
            // No whole register there: the lowest id.
            ("pump>9", Ok(110)),
            ("pump>9.0-1", Ok(111)),
            ("meter>0", Err(Ambiguous)),
        ] {
            assert_eq!(resolve(text), want.map(|param| Found::Param { realtime: false, param }), "{text}");
        }
    }

    #[test]
    fn constants_and_connections_and_realtime() {
        assert_eq!(resolve("!2.50"), Ok(Found::Constant(Decimal::parse("2.5").unwrap())));
        assert_eq!(resolve("*boiler.temp"), Ok(Found::Param { realtime: true, param: 101 }));
        for (text, want) in [
            ("conn?main", Ok(1)),
            ("conn?#4", Ok(4)),
            ("conn?#5", Err(Unknown)),
            ("conn?[12-34-56-78-90-ac]", Ok(4)),
            ("conn?12-34-56-78-90-ab", Ok(4)),
            ("conn?10.0.0.5", Ok(1)),
            ("conn?10.0.0.6", Err(Ambiguous)),
            ("conn?no", Err(Unknown)),
        ] {
            assert_eq!(resolve(text), want.map(|net| Found::Connection { net }), "{text}");
        }
    }

    #[test]
    fn refusals_say_what_was_looked_for() {
        let told = |text| Reference::parse(text).unwrap().resolve(&Plant).unwrap_err();
        use std::string::ToString;
        assert_eq!(told("no.temp").to_string(), "names no device");
        assert_eq!(told("conn?no").to_string(), "names no network");
        assert_eq!(told("[temp]").to_string(), "names more than one parameter");
    }
}
