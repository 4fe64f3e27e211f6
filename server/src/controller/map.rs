//! Where each kind of controller keeps what (DOMAIN.md 2.11, with the manuals that it names).

use super::ControllerError;

/// A byte format by the API's number: 0 even, 1 odd, 2 space, 3 mark, 4 none, 5 auto-stop, -1 the
/// controller's default.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ByteFormat(i8);

impl ByteFormat {
    pub const DEFAULT: ByteFormat = ByteFormat(-1);

    /// `None` for a number that the API does not know.
    pub fn new(code: i8) -> Option<ByteFormat> {
        (-1..=5).contains(&code).then_some(ByteFormat(code))
    }

    pub const fn code(self) -> i8 {
        self.0
    }
}

/// How a controller keeps its byte format.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FormatRegisters {
    /// A register that is 1 where the next one counts, whose numbers are the API's.
    Explicit { address: u16 },
    /// One register with numbers of its own: the API's beside the register's.
    Numbers { address: u16, numbers: &'static [(ByteFormat, u16)] },
}

impl FormatRegisters {
    /// First register and how many.
    pub const fn span(self) -> (u16, u16) {
        match self {
            FormatRegisters::Explicit { address } => (address, 2),
            FormatRegisters::Numbers { address, .. } => (address, 1),
        }
    }
}

/// Registers of one kind of controller.
#[derive(Debug, PartialEq, Eq)]
pub struct ControllerMap {
    pub skus: &'static [&'static str],
    /// What such a controller says in its first register and in its identity.
    pub device_type: u16,
    /// Its own unit id.
    pub unit: Option<u16>,
    /// Bits a second, high register first.
    pub rate: Option<u16>,
    pub format: Option<FormatRegisters>,
    /// Register and command by which it keeps and uses its settings.
    pub keep: (u16, u16),
    /// Whether passwords are entered through its registers.
    pub takes_passwords: bool,
    /// Where identity and activation stand besides the frame that it sends unasked.
    pub identity: IdentityRegisters,
}

/// Where a controller shows who it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum IdentityRegisters {
    /// 1000: type, firmware, address, state, activation.
    From1000,
    /// 102: address, state, activation; type and firmware at 0.
    From102,
}

/// EM-480, EM-481, EM-482, EM-486 (EM-48x registers; EM-481 manual pages 11 and 12).
const EM48X: ControllerMap = ControllerMap {
    skus: &["em480", "em481", "em482", "em486"],
    device_type: 23,
    unit: Some(457),
    rate: Some(458),
    format: Some(FormatRegisters::Explicit { address: 460 }),
    keep: (120, 4),
    takes_passwords: true,
    identity: IdentityRegisters::From1000,
};

/// ET-485 (its manual, pages 9 to 14): rate and format of its bus are in no published register.
const ET485: ControllerMap = ControllerMap {
    skus: &["et485"],
    device_type: 12,
    unit: None,
    rate: None,
    format: None,
    keep: (120, 2),
    takes_passwords: true,
    identity: IdentityRegisters::From1000,
};

/// OPCB-221 (its Modbus registers): passwords belong to users in its configuration.
const OPCB221: ControllerMap = ControllerMap {
    skus: &["opcb221"],
    device_type: 42,
    unit: Some(351),
    rate: Some(500),
    format: Some(FormatRegisters::Numbers {
        address: 502,
        // 2 is one stop bit more without parity, the same bits as mark.
        numbers: &[(ByteFormat(4), 1), (ByteFormat(3), 2), (ByteFormat(0), 3), (ByteFormat(1), 4)],
    }),
    keep: (50, 52271),
    takes_passwords: false,
    identity: IdentityRegisters::From102,
};

const MAPS: [&ControllerMap; 3] = [&EM48X, &ET485, &OPCB221];

impl ControllerMap {
    /// The map of a SKU.
    pub fn of_sku(sku: &str) -> Result<&'static ControllerMap, ControllerError> {
        let found = MAPS.into_iter().find(|map| map.skus.contains(&sku));
        found.ok_or_else(|| ControllerError::UnknownSku(sku.to_owned()))
    }

    /// The map of what a controller calls itself.
    pub fn of_type(device_type: u16) -> Option<&'static ControllerMap> {
        MAPS.into_iter().find(|map| map.device_type == device_type)
    }

    /// The SKU of a type; several products share one.
    pub fn sku_of_type(device_type: u16) -> &'static str {
        match device_type {
            23 => "em481",
            other => ControllerMap::of_type(other).map_or("other", ControllerMap::sku),
        }
    }

    /// The first of its SKUs, for messages.
    fn sku(&self) -> &'static str {
        self.skus.first().copied().unwrap_or_default()
    }

    /// All SKUs, for messages.
    pub fn skus() -> String {
        MAPS.iter().flat_map(|map| map.skus).copied().collect::<Vec<_>>().join(", ")
    }

    /// Registers of its bus's settings.
    pub(super) fn bus(&self) -> Result<(u16, FormatRegisters), ControllerError> {
        let missing = ControllerError::Unpublished { sku: self.sku(), what: "the settings of its bus" };
        Ok((self.rate.ok_or(missing.clone())?, self.format.ok_or(missing)?))
    }

    /// Whether passwords can be entered.
    pub fn check_passwords(&self) -> Result<(), ControllerError> {
        let missing = ControllerError::Unpublished { sku: self.sku(), what: "passwords" };
        if self.takes_passwords { Ok(()) } else { Err(missing) }
    }

    /// The byte format that registers hold.
    pub(super) fn format_of(&self, format: FormatRegisters, registers: &[u16]) -> Result<ByteFormat, ControllerError> {
        let none = |address, value| ControllerError::NoFormat { sku: self.sku(), address, value };
        match (format, registers) {
            (FormatRegisters::Explicit { .. }, [0, ..]) => Ok(ByteFormat::DEFAULT),
            (FormatRegisters::Explicit { address }, [_, value, ..]) => {
                let code = i8::try_from(*value).ok().and_then(ByteFormat::new);
                code.ok_or(none(address + 1, *value))
            }
            (FormatRegisters::Numbers { address, numbers }, [value, ..]) => {
                let found = numbers.iter().find(|(_, number)| number == value);
                found.map(|(format, _)| *format).ok_or(none(address, *value))
            }
            (_, []) => Err(none(format.span().0, 0)),
            (FormatRegisters::Explicit { address }, [value]) => Err(none(address, *value)),
        }
    }

    /// First register and values for a byte format.
    pub(super) fn registers_of(
        &self,
        format: FormatRegisters,
        wanted: ByteFormat,
    ) -> Result<(u16, Vec<u16>), ControllerError> {
        match format {
            FormatRegisters::Explicit { address } => Ok(match u16::try_from(wanted.0) {
                Ok(code) => (address, vec![1, code]),
                Err(_) => (address, vec![0]),
            }),
            FormatRegisters::Numbers { address, numbers } => {
                let found = numbers.iter().find(|(format, _)| *format == wanted);
                let known = || numbers.iter().map(|(format, _)| format.0.to_string()).collect::<Vec<_>>().join(", ");
                let unknown = || ControllerError::UnknownFormat { sku: self.sku(), code: wanted.0, known: known() };
                found.map(|(_, number)| (address, vec![*number])).ok_or_else(unknown)
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn byte_formats_are_the_same_both_ways() {
        for map in [&EM48X, &OPCB221] {
            let (_, format) = map.bus().unwrap();
            let mut known = 0;
            for code in -1..=5 {
                let wanted = ByteFormat::new(code).unwrap();
                let Ok((address, mut registers)) = map.registers_of(format, wanted) else { continue };
                assert_eq!(address, format.span().0);
                registers.resize(2, 0);
                assert_eq!(map.format_of(format, &registers), Ok(wanted), "{} {code}", map.sku());
                known += 1;
            }
            assert_eq!(known, if map.sku() == "opcb221" { 4 } else { 7 });
        }
        assert_eq!(ByteFormat::new(6), None);
        assert_eq!(ByteFormat::new(-2), None);
    }

    #[test]
    fn what_a_controller_does_not_have_is_said() {
        let text = |error: ControllerError| error.to_string();
        let unknown = text(ControllerMap::of_sku("em999").unwrap_err());
        assert_eq!(unknown, "unknown SKU `em999`, expected one of em480, em481, em482, em486, et485, opcb221");
        assert_eq!(text(ET485.bus().unwrap_err()), "`et485` has no registers for the settings of its bus");
        assert_eq!(text(OPCB221.check_passwords().unwrap_err()), "`opcb221` has no registers for passwords");
        let (_, format) = OPCB221.bus().unwrap();
        let refused = text(OPCB221.registers_of(format, ByteFormat(5)).unwrap_err());
        assert_eq!(refused, "`opcb221` has no byte format 5, expected one of 4, 3, 0, 1");
        let (_, format) = EM48X.bus().unwrap();
        let strange = text(EM48X.format_of(format, &[1, 9]).unwrap_err());
        assert_eq!(strange, "register 461 holds 9, which is no byte format of `em480`");
        assert_eq!([12, 23, 42, 7].map(ControllerMap::sku_of_type), ["et485", "em481", "opcb221", "other"]);
    }
}
