/// What has happened, or is to be done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Effect {
    /// What.
    pub kind: Kind,
    /// Number of the record.
    pub record: u32,
    /// When it was due. Of [`Kind::Resolve`] the instant at which the record closed, its first false one.
    pub due_ms: i64,
    /// When it happens, which is later if something held it back.
    pub at_ms: i64,
}

/// Kind of an effect.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    /// A record opens.
    Open,
    /// A record closes.
    Resolve,
    /// A record is confirmed.
    Confirm,
    /// A record that would open and close too often stays open.
    Flapping,
    /// An action, by its place in the rule.
    Action(u8),
    /// A follow-up, by its place in the rule.
    FollowUp(u8),
}

impl Kind {
    /// Its code.
    pub const fn code(self) -> &'static str {
        match self {
            Kind::Open => "open",
            Kind::Resolve => "resolve",
            Kind::Confirm => "confirm",
            Kind::Flapping => "flapping",
            Kind::Action(_) => "action",
            Kind::FollowUp(_) => "follow-up",
        }
    }

    /// Place of an action or follow-up in the rule.
    pub const fn index(self) -> Option<u8> {
        match self {
            Kind::Action(index) | Kind::FollowUp(index) => Some(index),
            Kind::Open | Kind::Resolve | Kind::Confirm | Kind::Flapping => None,
        }
    }

    /// Number that stands for it in [`effect_id`] and in the registers of a gateway.
    pub const fn number(self) -> u8 {
        match self {
            Kind::Open => 0,
            Kind::Resolve => 1,
            Kind::Confirm => 2,
            Kind::Flapping => 3,
            Kind::Action(_) => 4,
            Kind::FollowUp(_) => 5,
        }
    }
}

/// By which an effect is known, however often it is delivered: the 64-bit FNV-1a hash (Fowler, Noll and Vo) of 14 bytes, the
/// alert's number (8, little-endian), the record's (4, little-endian), the kind (`open` 0, `resolve` 1,
/// `confirm` 2, `flapping` 3, `action` 4, `follow-up` 5) and the place of an action or follow-up in the rule,
/// else 0.
pub fn effect_id(alert: u64, record: u32, kind: Kind) -> u64 {
    let tail = [kind.number(), kind.index().unwrap_or(0)];
    let bytes = alert.to_le_bytes().into_iter().chain(record.to_le_bytes()).chain(tail);
    bytes.fold(0xCBF2_9CE4_8422_2325, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01B3))
}
