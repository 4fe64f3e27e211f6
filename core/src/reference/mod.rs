//! References to parameters and connections: text and back, lists of them, and what they name in a
//! plant (DOMAIN.md D-11, A-9). Matching takes no allocation: a [`Directory`] answers small questions.
//!
//! ```
//! use parabus_core::reference::{Address, DeviceRef, NetRef, ParamRef, Reference};
//!
//! let text = "*12-34-56-78-90-AB>111>123.4-5i";
//! let reference = Reference::parse(text).unwrap();
//! let Reference::Param { realtime: true, param: ParamRef::Address { device, address, .. } } = reference else { panic!() };
//! assert_eq!(device, DeviceRef::Unit { net: NetRef::Mac([0x12, 0x34, 0x56, 0x78, 0x90, 0xAB]), unit_id: 111 });
//! assert_eq!(address, Address { register: 123, bit: Some(4), bits: 2 });
//! assert_eq!(reference.to_string(), "*12:34:56:78:90:ab>111>input>123.4-5");
//! ```

mod resolve;
mod tokens;

use core::fmt;
use core::net::Ipv4Addr;

pub use resolve::{Directory, Found, NotFound, ParamPlace};
pub use tokens::{Token, Tokens, tokens};

use crate::error::ErrorKind;
use crate::modbus::RegisterKind;
use crate::text::{rsplit_once, split_once};
use crate::value::Decimal;

/// One token of a list of references.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reference<'a> {
    /// `!10`: the number itself.
    Constant(Decimal),
    /// `conn?net`: whether a network is connected.
    Connection(NetRef<'a>),
    /// A parameter; with `*` in front its device is read now.
    Param {
        /// Whether `*` was written.
        realtime: bool,
        /// The parameter.
        param: ParamRef<'a>,
    },
}

/// How a parameter is named.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ParamRef<'a> {
    /// `#561`.
    Id(u64),
    /// `542#coil@device-slug@net-slug`: the id decides, the slugs are for people.
    Labelled {
        /// The parameter's id.
        id: u64,
        /// Slug of the parameter.
        param: &'a str,
        /// Slug of its device.
        device: &'a str,
        /// Slug of its network.
        net: &'a str,
    },
    /// `[slug]`.
    Slug(&'a str),
    /// `device.parameter`.
    Path {
        /// Slug of the device.
        device: &'a str,
        /// Slug of the parameter.
        param: &'a str,
    },
    /// `device>kind>address`.
    Address {
        /// The device.
        device: DeviceRef<'a>,
        /// Kind of the register, if written as a word or a letter; holding registers otherwise.
        kind: Option<RegisterKind>,
        /// The register.
        address: Address,
    },
    /// `~alias`: known to a page alone, it names no parameter here.
    Alias(&'a str),
}

/// How a device is named.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DeviceRef<'a> {
    /// `#7`.
    Id(u64),
    /// `slug` or `[slug]`.
    Slug(&'a str),
    /// `net>unit`.
    Unit {
        /// The network.
        net: NetRef<'a>,
        /// Unit on the network, 0..=255.
        unit_id: u8,
    },
}

/// How a network is named.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NetRef<'a> {
    /// `#3`.
    Id(u64),
    /// `slug` or `[slug]`.
    Slug(&'a str),
    /// The address of a direct connection.
    Ip(Ipv4Addr),
    /// The controller of a backward connection.
    Mac([u8; 6]),
}

/// A register, or bits of one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Address {
    /// 0..=65535.
    pub register: u16,
    /// Lowest bit, 0..=15.
    pub bit: Option<u8>,
    /// Number of bits: 0 without a bit, else 1..=16.
    pub bits: u8,
}

/// Text is not a reference: where, and what was expected there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ReferenceError {
    kind: ErrorKind,
    offset: usize,
    expected: &'static str,
}

impl ReferenceError {
    /// Stable kind.
    pub const fn kind(&self) -> ErrorKind {
        self.kind
    }

    /// Byte of the text.
    pub const fn offset(&self) -> usize {
        self.offset
    }
}

impl fmt::Display for ReferenceError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "expected {} at offset {}", self.expected, self.offset)
    }
}

impl core::error::Error for ReferenceError {}

impl<'a> Reference<'a> {
    /// Reads a whole text as one reference.
    pub fn parse(text: &'a str) -> Result<Self, ReferenceError> {
        let parser = Parser { text };
        if let Some(number) = text.strip_prefix('!') {
            let number = Decimal::parse(number)
                .map_err(|error| parser.syntax(number, error.offset().unwrap_or(0), "a number behind `!`"))?;
            return Ok(Reference::Constant(number));
        }
        if let Some(net) = text.strip_prefix("conn?") {
            return Ok(Reference::Connection(parser.net(net)?));
        }
        let (realtime, param) = match text.strip_prefix('*') {
            Some(param) => (true, param),
            None => (false, text),
        };
        Ok(Reference::Param { realtime, param: parser.param(param)? })
    }
}

struct Parser<'a> {
    text: &'a str,
}

impl<'a> Parser<'a> {
    /// Where a part of the text starts in it.
    fn offset_of(&self, part: &str) -> usize {
        (part.as_ptr() as usize).saturating_sub(self.text.as_ptr() as usize)
    }

    fn syntax(&self, part: &str, offset: usize, expected: &'static str) -> ReferenceError {
        ReferenceError { kind: ErrorKind::ReferenceSyntax, offset: self.offset_of(part) + offset, expected }
    }

    fn range(&self, part: &str, expected: &'static str) -> ReferenceError {
        ReferenceError { kind: ErrorKind::ReferenceRange, offset: self.offset_of(part), expected }
    }

    fn param(&self, text: &'a str) -> Result<ParamRef<'a>, ReferenceError> {
        if let Some((device, address)) = rsplit_once(text, b'>') {
            return self.address_form(device, address);
        }
        if let Some(alias) = text.strip_prefix('~') {
            return Ok(ParamRef::Alias(self.slug(alias)?));
        }
        if let Some(id) = text.strip_prefix('#') {
            return Ok(ParamRef::Id(self.id(id)?));
        }
        if text.starts_with('[') {
            return Ok(ParamRef::Slug(self.bracketed(text)?));
        }
        if let Some((id, slugs)) = split_once(text, b'#') {
            let expected = "`@` between the slugs of parameter, device and network";
            let (param, rest) = split_once(slugs, b'@').ok_or(self.syntax(slugs, slugs.len(), expected))?;
            let (device, net) = split_once(rest, b'@').ok_or(self.syntax(rest, rest.len(), expected))?;
            return Ok(ParamRef::Labelled {
                id: self.id(id)?,
                param: self.slug(param)?,
                device: self.slug(device)?,
                net: self.slug(net)?,
            });
        }
        match split_once(text, b'.') {
            Some((device, param)) => Ok(ParamRef::Path { device: self.slug(device)?, param: self.slug(param)? }),
            None => Err(self.syntax(text, text.len(), "`device.parameter`, `device>address`, `#id` or `[slug]`")),
        }
    }

    /// `device>address`, `device>kind>address`, `net>unit>address`, `net>unit>kind>address`.
    fn address_form(&self, before: &'a str, address: &'a str) -> Result<ParamRef<'a>, ReferenceError> {
        let (before, word) = match rsplit_once(before, b'>') {
            Some((device, word)) if RegisterKind::from_code(word).is_some() => (device, RegisterKind::from_code(word)),
            _ => (before, None),
        };
        let device = match rsplit_once(before, b'>') {
            None => self.device(before)?,
            Some((net, unit)) => {
                let number = self.number(unit, u64::from(u8::MAX), "a unit id 0 to 255, or a kind of register")?;
                DeviceRef::Unit { net: self.net(net)?, unit_id: u8::try_from(number).unwrap_or(u8::MAX) }
            }
        };
        let (address, letter) = self.address(address)?;
        match (word, letter) {
            (Some(word), Some((letter, place))) if word != letter => {
                Err(self.syntax(place, place.len(), "the letter of the kind of register that stands before"))
            }
            _ => Ok(ParamRef::Address { device, kind: word.or(letter.map(|(letter, _)| letter)), address }),
        }
    }

    /// `register[.bit[-bit]][letter]`; the letter with the text before it.
    #[expect(clippy::type_complexity, reason = "an address, and its letter with where it stands")]
    fn address(&self, text: &'a str) -> Result<(Address, Option<(RegisterKind, &'a str)>), ReferenceError> {
        let letter = RegisterKind::ALL.into_iter().find_map(|kind| Some((kind, text.strip_suffix(kind.letter())?)));
        let digits = letter.map_or(text, |(_, digits)| digits);
        let (register, bits) = match split_once(digits, b'.') {
            Some((register, bits)) => (register, Some(bits)),
            None => (digits, None),
        };
        let register = self.number(register, 65_535, "a register 0 to 65535")?;
        let register = u16::try_from(register).unwrap_or(u16::MAX);
        let bit_of =
            |text: &str| self.number(text, 15, "a bit 0 to 15").map(|number| u8::try_from(number).unwrap_or(u8::MAX));
        let address = match bits.map(|bits| split_once(bits, b'-').ok_or(bits)) {
            None => Address { register, bit: None, bits: 0 },
            Some(Err(bit)) => Address { register, bit: Some(bit_of(bit)?), bits: 1 },
            Some(Ok((one, other))) => {
                let (one, other) = (bit_of(one)?, bit_of(other)?);
                Address { register, bit: Some(one.min(other)), bits: one.abs_diff(other) + 1 }
            }
        };
        Ok((address, letter))
    }

    fn device(&self, text: &'a str) -> Result<DeviceRef<'a>, ReferenceError> {
        if let Some(id) = text.strip_prefix('#') {
            return Ok(DeviceRef::Id(self.id(id)?));
        }
        let slug = if text.starts_with('[') { self.bracketed(text)? } else { self.slug(text)? };
        Ok(DeviceRef::Slug(slug))
    }

    /// The shapes of MAC and IPv4 win over slugs (A-9).
    fn net(&self, text: &'a str) -> Result<NetRef<'a>, ReferenceError> {
        if let Some(id) = text.strip_prefix('#') {
            return Ok(NetRef::Id(self.id(id)?));
        }
        if text.starts_with('[') {
            return Ok(NetRef::Slug(self.bracketed(text)?));
        }
        if let Some(mac) = parse_mac(text) {
            return Ok(NetRef::Mac(mac));
        }
        if text.bytes().any(|byte| byte == b'.') {
            let address = text.parse().map_err(|_| self.syntax(text, 0, "an IPv4 address, or a slug without dots"))?;
            return Ok(NetRef::Ip(address));
        }
        Ok(NetRef::Slug(self.slug(text)?))
    }

    fn bracketed(&self, text: &'a str) -> Result<&'a str, ReferenceError> {
        let inner = text.strip_prefix('[').and_then(|rest| rest.strip_suffix(']'));
        self.slug(inner.ok_or(self.syntax(text, text.len(), "`]`"))?)
    }

    /// `[a-z0-9]+(-[a-z0-9]+)*` (A-9).
    fn slug(&self, text: &'a str) -> Result<&'a str, ReferenceError> {
        let expected = "a slug of a-z, 0-9 and single `-`";
        let mut previous = b'-';
        for (offset, byte) in text.bytes().enumerate() {
            let allowed = matches!(byte, b'a'..=b'z' | b'0'..=b'9') || byte == b'-' && previous != b'-';
            if !allowed {
                return Err(self.syntax(text, offset, expected));
            }
            previous = byte;
        }
        if previous == b'-' { Err(self.syntax(text, text.len(), expected)) } else { Ok(text) }
    }

    fn id(&self, text: &str) -> Result<u64, ReferenceError> {
        self.number(text, i64::MAX.cast_unsigned(), "an identifier of digits")
    }

    fn number(&self, text: &str, most: u64, expected: &'static str) -> Result<u64, ReferenceError> {
        if let Some(offset) = text.bytes().position(|byte| !byte.is_ascii_digit()) {
            return Err(self.syntax(text, offset, expected));
        }
        if text.is_empty() {
            return Err(self.syntax(text, 0, expected));
        }
        text.parse().ok().filter(|number| *number <= most).ok_or(self.range(text, expected))
    }
}

/// A hardware address: six pairs of hexadecimal digits between `-` or `:`, any case.
pub fn parse_mac(text: &str) -> Option<[u8; 6]> {
    let separator = *text.as_bytes().get(2).filter(|byte| matches!(byte, b'-' | b':'))?;
    let mut mac = [0; 6];
    let mut rest = text.as_bytes();
    for (index, byte) in mac.iter_mut().enumerate() {
        let (pair, behind) = rest.split_at_checked(2)?;
        let [high, low] = pair else { return None };
        let digit = |byte: u8| char::from(byte).to_digit(16).and_then(|digit| u8::try_from(digit).ok());
        *byte = digit(*high)? << 4 | digit(*low)?;
        rest = match behind {
            [next, more @ ..] if index < 5 && *next == separator => more,
            [] if index == 5 => behind,
            _ => return None,
        };
    }
    Some(mac)
}

/// The canonical text: it parses to the same reference.
impl fmt::Display for Reference<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Reference::Constant(number) => write!(f, "!{number}"),
            Reference::Connection(net) => write!(f, "conn?{net}"),
            Reference::Param { realtime, param } => {
                if *realtime {
                    f.write_str("*")?;
                }
                param.fmt(f)
            }
        }
    }
}

impl fmt::Display for ParamRef<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            ParamRef::Id(id) => write!(f, "#{id}"),
            ParamRef::Labelled { id, param, device, net } => write!(f, "{id}#{param}@{device}@{net}"),
            ParamRef::Slug(slug) => write!(f, "[{slug}]"),
            ParamRef::Path { device, param } => write!(f, "{device}.{param}"),
            ParamRef::Alias(alias) => write!(f, "~{alias}"),
            ParamRef::Address { device, kind, address } => {
                write!(f, "{device}>")?;
                if let Some(kind) = kind {
                    write!(f, "{}>", kind.code())?;
                }
                address.fmt(f)
            }
        }
    }
}

impl fmt::Display for DeviceRef<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            DeviceRef::Id(id) => write!(f, "#{id}"),
            DeviceRef::Slug(slug) => f.write_str(slug),
            DeviceRef::Unit { net, unit_id } => write!(f, "{net}>{unit_id}"),
        }
    }
}

impl fmt::Display for NetRef<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            NetRef::Id(id) => write!(f, "#{id}"),
            // A slug in the shape of a MAC is one only in brackets.
            NetRef::Slug(slug) if parse_mac(slug).is_some() => write!(f, "[{slug}]"),
            NetRef::Slug(slug) => f.write_str(slug),
            // The address's own `Display` can panic.
            NetRef::Ip(address) => {
                let [a, b, c, d] = address.octets();
                write!(f, "{a}.{b}.{c}.{d}")
            }
            NetRef::Mac([a, b, c, d, e, g]) => write!(f, "{a:02x}:{b:02x}:{c:02x}:{d:02x}:{e:02x}:{g:02x}"),
        }
    }
}

impl fmt::Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.register)?;
        match self.bit {
            None => Ok(()),
            Some(bit) if self.bits <= 1 => write!(f, ".{bit}"),
            Some(bit) => write!(f, ".{bit}-{}", bit.saturating_add(self.bits.saturating_sub(1))),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::string::ToString;

    #[test]
    fn forms_of_the_seed_and_the_vendor_print_canonically() {
        for (text, canonical) in [
            ("542#coil@device-slug@net-slug", "542#coil@device-slug@net-slug"),
            ("room1.temp", "room1.temp"),
            ("*room1.humidity", "*room1.humidity"),
            ("!100", "!100"),
            ("!-2.50", "!-2.50"),
            ("conn?main-net", "conn?main-net"),
            ("conn?10.0.0.7", "conn?10.0.0.7"),
            ("#561", "#561"),
            ("[slug]", "[slug]"),
            ("boiler>holding>100", "boiler>holding>100"),
            ("boiler>100", "boiler>100"),
            ("[boiler]>100h", "boiler>holding>100"),
            ("#7>100.3c", "#7>coil>100.3"),
            ("main>17>100", "main>17>100"),
            ("main>17>input>100i", "main>17>input>100"),
            ("11-22-33-44-55-66>1>5000", "11:22:33:44:55:66>1>5000"),
            ("conn?[12-34-56-78-90-ab]", "conn?[12-34-56-78-90-ab]"),
            ("a>5.9-4", "a>5.4-9"),
            ("~em", "~em"),
        ] {
            let reference = Reference::parse(text).unwrap();
            assert_eq!(reference.to_string(), canonical, "{text}");
            assert_eq!(Reference::parse(canonical), Ok(reference), "{text}");
        }
    }

    #[test]
    fn refusals_say_where() {
        use ErrorKind::{ReferenceRange as Range, ReferenceSyntax as Syntax};
        for (text, kind, offset) in [
            ("", Syntax, 0),
            ("temp", Syntax, 4),
            ("Room.temp", Syntax, 0),
            ("room..temp", Syntax, 5),
            ("room-.temp", Syntax, 5),
            ("!ten", Syntax, 1),
            ("a>65536", Range, 2),
            ("a>5.16", Range, 4),
            ("a>256>5", Range, 2),
            ("a>hold>5", Syntax, 2),
            ("a>coil>5h", Syntax, 8),
            ("a>5x", Syntax, 3),
            ("5#coil@device", Syntax, 13),
            ("[slug", Syntax, 5),
            ("#99999999999999999999", Range, 1),
            ("conn?1.2.3", Syntax, 5),
            ("ключ.temp", Syntax, 0),
            ("*", Syntax, 1),
        ] {
            let error = Reference::parse(text).unwrap_err();
            assert_eq!((error.kind(), error.offset()), (kind, offset), "{text}");
        }
    }

    #[test]
    fn random_text_never_panics_and_what_parses_prints_to_itself() {
        let alphabet: std::vec::Vec<char> = "a1-#@>[].*!~?:hcé coilconn".chars().collect();
        let mut state = 7u32;
        for _ in 0..200_000 {
            let mut text = std::string::String::new();
            for _ in 0..state >> 28 {
                state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
                text.push(alphabet[(state >> 16) as usize % alphabet.len()]);
            }
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            if let Ok(reference) = Reference::parse(&text) {
                assert_eq!(Reference::parse(&reference.to_string()), Ok(reference), "{text}");
            }
        }
    }
}
