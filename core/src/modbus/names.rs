//! The field's words: units, kinds of registers, function codes, exception codes.

/// Address of a unit on a bus or behind a gateway. 0 is broadcast on a serial line; on TCP, 0 and
/// 255 both mean the device that was dialled (TCP guide, 4.4.2.1).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct UnitId(pub u8);

impl UnitId {
    /// Everyone on a serial line. Nobody answers.
    pub const BROADCAST: UnitId = UnitId(0);
}

/// A set of units, such as those that a server plays.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct UnitSet([u64; 4]);

impl UnitSet {
    /// No unit.
    pub const EMPTY: UnitSet = UnitSet([0; 4]);

    /// The set with one more unit.
    #[must_use]
    pub const fn with(self, unit_id: UnitId) -> Self {
        let UnitSet([mut a, mut b, mut c, mut d]) = self;
        let bit = 1 << (unit_id.0 % 64);
        match unit_id.0 / 64 {
            0 => a |= bit,
            1 => b |= bit,
            2 => c |= bit,
            _ => d |= bit,
        }
        UnitSet([a, b, c, d])
    }

    /// Whether a unit is in the set.
    pub const fn contains(&self, unit_id: UnitId) -> bool {
        let UnitSet([a, b, c, d]) = *self;
        // Two choices of two need no jump, which could not be foreseen.
        let (even, odd) = if unit_id.0 & 0x80 == 0 { (a, b) } else { (c, d) };
        let part = if unit_id.0 & 0x40 == 0 { even } else { odd };
        part >> (unit_id.0 % 64) & 1 == 1
    }
}

impl FromIterator<UnitId> for UnitSet {
    fn from_iter<I: IntoIterator<Item = UnitId>>(units: I) -> Self {
        units.into_iter().fold(UnitSet::EMPTY, UnitSet::with)
    }
}

/// The four tables of a device (the standard, 4.3).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum RegisterKind {
    /// One bit, read and write.
    Coil,
    /// One bit, read only.
    DiscreteInput,
    /// 16 bits, read and write.
    Holding,
    /// 16 bits, read only.
    Input,
}

impl RegisterKind {
    /// Every kind.
    pub const ALL: [RegisterKind; 4] =
        [RegisterKind::Coil, RegisterKind::DiscreteInput, RegisterKind::Holding, RegisterKind::Input];

    /// The API's word (DOMAIN.md 1.4).
    pub const fn code(self) -> &'static str {
        match self {
            RegisterKind::Coil => "coil",
            RegisterKind::DiscreteInput => "discrete-input",
            RegisterKind::Holding => "holding",
            RegisterKind::Input => "input",
        }
    }

    /// Reads the API's word.
    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.code() == code)
    }

    /// The letter behind an address in a reference (DOMAIN.md 2.3).
    pub const fn letter(self) -> char {
        match self {
            RegisterKind::Coil => 'c',
            RegisterKind::DiscreteInput => 'd',
            RegisterKind::Holding => 'h',
            RegisterKind::Input => 'i',
        }
    }

    /// Whether an item is one bit.
    pub const fn is_bit(self) -> bool {
        matches!(self, RegisterKind::Coil | RegisterKind::DiscreteInput)
    }

    /// Whether a client may write it.
    pub const fn is_writable(self) -> bool {
        matches!(self, RegisterKind::Coil | RegisterKind::Holding)
    }

    /// Most items of one read: 2000 bits or 125 registers (the standard, 6.1 to 6.4).
    pub const fn max_read(self) -> u16 {
        if self.is_bit() { 2000 } else { 125 }
    }

    /// Most items of one write: 1968 coils or 123 registers (the standard, 6.11 and 6.12).
    pub const fn max_write(self) -> u16 {
        if self.is_bit() { 1968 } else { 123 }
    }

    /// The kind that a function reads.
    pub const fn of_read_function(function: FunctionCode) -> Option<Self> {
        match function.0 {
            1 => Some(RegisterKind::Coil),
            2 => Some(RegisterKind::DiscreteInput),
            3 => Some(RegisterKind::Holding),
            4 => Some(RegisterKind::Input),
            _ => None,
        }
    }

    /// The function that reads it.
    pub const fn read_function(self) -> FunctionCode {
        match self {
            RegisterKind::Coil => FunctionCode::READ_COILS,
            RegisterKind::DiscreteInput => FunctionCode::READ_DISCRETE_INPUTS,
            RegisterKind::Holding => FunctionCode::READ_HOLDING_REGISTERS,
            RegisterKind::Input => FunctionCode::READ_INPUT_REGISTERS,
        }
    }
}

/// Which functions write values (vendor's device templates: writeFunction).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum WriteFunction {
    /// One item by 5 or 6, several by 15 or 16.
    Normal,
    /// Each item on its own, by 5 or 6.
    Always6,
    /// Always by 15 or 16.
    Always16,
}

impl WriteFunction {
    /// Every strategy.
    pub const ALL: [WriteFunction; 3] = [WriteFunction::Normal, WriteFunction::Always6, WriteFunction::Always16];

    /// The API's word (DOMAIN.md 1.4).
    pub const fn code(self) -> &'static str {
        match self {
            WriteFunction::Normal => "normal",
            WriteFunction::Always6 => "always-6",
            WriteFunction::Always16 => "always-16",
        }
    }

    /// Reads the API's word.
    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|function| function.code() == code)
    }
}

/// Which way a frame goes: the same bytes can be a request of one meaning and a response of another.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Direction {
    /// From client to server.
    Request,
    /// From server to client.
    Response,
}

/// A function code without the exception bit, 1..=127 (the standard, 4.1).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct FunctionCode(pub u8);

impl FunctionCode {
    /// 6.1 Read Coils.
    pub const READ_COILS: FunctionCode = FunctionCode(1);
    /// 6.2 Read Discrete Inputs.
    pub const READ_DISCRETE_INPUTS: FunctionCode = FunctionCode(2);
    /// 6.3 Read Holding Registers.
    pub const READ_HOLDING_REGISTERS: FunctionCode = FunctionCode(3);
    /// 6.4 Read Input Registers.
    pub const READ_INPUT_REGISTERS: FunctionCode = FunctionCode(4);
    /// 6.5 Write Single Coil.
    pub const WRITE_SINGLE_COIL: FunctionCode = FunctionCode(5);
    /// 6.6 Write Single Register.
    pub const WRITE_SINGLE_REGISTER: FunctionCode = FunctionCode(6);
    /// 6.7 Read Exception Status.
    pub const READ_EXCEPTION_STATUS: FunctionCode = FunctionCode(7);
    /// 6.8 Diagnostics.
    pub const DIAGNOSTICS: FunctionCode = FunctionCode(8);
    /// 6.9 Get Comm Event Counter.
    pub const GET_COMM_EVENT_COUNTER: FunctionCode = FunctionCode(11);
    /// 6.10 Get Comm Event Log.
    pub const GET_COMM_EVENT_LOG: FunctionCode = FunctionCode(12);
    /// 6.13 Report Server ID.
    pub const REPORT_SERVER_ID: FunctionCode = FunctionCode(17);
    /// 6.14 Read File Record.
    pub const READ_FILE_RECORD: FunctionCode = FunctionCode(20);
    /// 6.15 Write File Record.
    pub const WRITE_FILE_RECORD: FunctionCode = FunctionCode(21);
    /// 6.16 Mask Write Register.
    pub const MASK_WRITE_REGISTER: FunctionCode = FunctionCode(22);
    /// 6.17 Read/Write Multiple Registers.
    pub const READ_WRITE_MULTIPLE_REGISTERS: FunctionCode = FunctionCode(23);
    /// 6.18 Read FIFO Queue.
    pub const READ_FIFO_QUEUE: FunctionCode = FunctionCode(24);
    /// 6.19 Encapsulated Interface Transport; its type 14 identifies the device.
    pub const ENCAPSULATED_INTERFACE_TRANSPORT: FunctionCode = FunctionCode(43);
    /// 6.11 Write Multiple Coils.
    pub const WRITE_MULTIPLE_COILS: FunctionCode = FunctionCode(15);
    /// 6.12 Write Multiple Registers.
    pub const WRITE_MULTIPLE_REGISTERS: FunctionCode = FunctionCode(16);
}

/// An exception code, raw values kept (the standard, 7).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct ExceptionCode(pub u8);

impl ExceptionCode {
    /// 1: the unit does not know the function.
    pub const ILLEGAL_FUNCTION: ExceptionCode = ExceptionCode(1);
    /// 2: the addresses do not exist.
    pub const ILLEGAL_DATA_ADDRESS: ExceptionCode = ExceptionCode(2);
    /// 3: the request contradicts itself or a value is refused.
    pub const ILLEGAL_DATA_VALUE: ExceptionCode = ExceptionCode(3);
    /// 4: the unit could not do it.
    pub const SERVER_DEVICE_FAILURE: ExceptionCode = ExceptionCode(4);
    /// 5: the unit took the request and needs long for it.
    pub const ACKNOWLEDGE: ExceptionCode = ExceptionCode(5);
    /// 6: the unit is busy, ask later.
    pub const SERVER_DEVICE_BUSY: ExceptionCode = ExceptionCode(6);
    /// 10: a gateway has no way to the target.
    pub const GATEWAY_PATH_UNAVAILABLE: ExceptionCode = ExceptionCode(10);
    /// 11: a gateway's target did not answer.
    pub const GATEWAY_TARGET_DEVICE_FAILED_TO_RESPOND: ExceptionCode = ExceptionCode(11);

    /// Whether a gateway says it of a unit that it could not reach: the unit itself did not answer.
    pub const fn is_of_gateway(self) -> bool {
        matches!(self.0, 10 | 11)
    }

    /// The standard's name as the API prints it (DOMAIN.md 2.5).
    pub const fn name(self) -> &'static str {
        match self.0 {
            1 => "IllegalFunction",
            2 => "IllegalDataAddress",
            3 => "IllegalDataValue",
            4 => "ServerDeviceFailure",
            5 => "Acknowledge",
            6 => "ServerDeviceBusy",
            8 => "MemoryParityError",
            10 => "GatewayPathUnavailable",
            11 => "GatewayTargetDeviceFailedToRespond",
            _ => "UnknownException",
        }
    }
}
