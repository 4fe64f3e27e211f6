//! The objects of the domain as the server knows them, and the snapshot that everybody reads.
//!
//! A `Directory` is immutable: storage builds a new one when the configuration changes, and
//! handlers, poller and live values read whichever snapshot is current.

use std::collections::BTreeMap;
use std::fmt;
use std::net::Ipv4Addr;
use std::sync::OnceLock;

use parabus_core::modbus::{ExceptionCode, RegisterKind, UnitId, WriteFunction};
use parabus_core::time::Instant;
use parabus_core::value::{Codec, DataType, Decimal, Lang, Raw, Text, Value};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::alarm::model::{Alert, AlertId, Contact};
use crate::energy::{EnergyTree, Sensor, Tariff};
use crate::reference::Index;
use crate::report::Report;
use crate::words;

/// Identifier of an organization; the seed's integers.
pub type OrgId = i64;
/// Identifier of a user.
pub type UserId = i64;
/// Identifier of a network.
pub type NetId = i64;
/// Identifier of a device.
pub type DeviceId = i64;
/// Identifier of a parameter.
pub type ParamId = i64;
/// Identifier of a template.
pub type TemplateId = i64;
/// Identifier of a visualization.
pub type VisId = i64;
/// Identifier of a read-group: one device's tracked parameters in one revision.
pub type GroupId = i64;

/// A customer's plant or company: the owner of networks.
#[derive(Clone, Debug, PartialEq)]
pub struct Org {
    pub id: OrgId,
    pub name: String,
    pub slug: String,
    pub lang: Lang,
}

/// Role of a user in an organization (seed: user/orgs; rights by D-37).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Role {
    Owner,
    Manager,
    TechnicalManager,
    Operator,
    Viewer,
    MonitorOperator,
    MonitorViewer,
    MonitorNoParams,
}

/// Who switched a network or device off.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DisabledBy {
    Admin,
    Billing,
    User,
}

/// When, by whom and why something was switched off.
#[derive(Clone, Debug, PartialEq)]
pub struct Disabled {
    pub on: Instant,
    pub by: DisabledBy,
    pub note: Option<String>,
}

impl Disabled {
    /// By a person, now.
    pub fn by_user() -> Self {
        Disabled { on: crate::clock::now(), by: DisabledBy::User, note: None }
    }
}

/// What stands around a PDU on a TCP stream.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Framing {
    /// The MBAP header.
    Tcp,
    /// Unit and CRC as on a serial line: a converter that only passes bytes on.
    Rtu,
}

impl Framing {
    pub const fn code(self) -> &'static str {
        match self {
            Framing::Tcp => "tcp",
            Framing::Rtu => "rtu",
        }
    }

    pub fn from_code(code: &str) -> Option<Self> {
        match code {
            "tcp" => Some(Framing::Tcp),
            "rtu" => Some(Framing::Rtu),
            _ => None,
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Parity {
    None,
    Even,
    Odd,
}

impl Parity {
    pub const ALL: [Parity; 3] = [Parity::None, Parity::Even, Parity::Odd];

    pub const fn code(self) -> &'static str {
        match self {
            Parity::None => "none",
            Parity::Even => "even",
            Parity::Odd => "odd",
        }
    }

    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|parity| parity.code() == code)
    }
}

/// A serial port of this machine; a character has 8 data bits.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct SerialPort {
    pub path: String,
    pub baud: u32,
    pub parity: Parity,
    /// 1 or 2.
    pub stop_bits: u8,
}

/// Hardware address of a controller: `d8:80:39:4e:8d:e9`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Mac(pub [u8; 6]);

impl Mac {
    pub fn parse(text: &str) -> Option<Mac> {
        parabus_core::reference::parse_mac(text).map(Mac)
    }
}

impl fmt::Display for Mac {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Mac([a, b, c, d, e, g]) = self;
        write!(f, "{a:02x}:{b:02x}:{c:02x}:{d:02x}:{e:02x}:{g:02x}")
    }
}

/// How the server reaches a network.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Connection {
    /// An address that the server dials.
    Direct { host: String, port: u16, framing: Framing },
    /// A bus on a serial port.
    Serial(SerialPort),
    /// A controller that dials in (DOMAIN.md 2.10).
    Backward(Mac),
}

impl Connection {
    /// Modbus TCP.
    pub fn tcp(host: impl Into<String>, port: u16) -> Self {
        Connection::Direct { host: host.into(), port, framing: Framing::Tcp }
    }

    /// Where it leads, without how: `host:port`, a path or a hardware address.
    pub fn address(&self) -> String {
        match self {
            Connection::Direct { host, port, .. } => format!("{host}:{port}"),
            Connection::Serial(port) => port.path.clone(),
            Connection::Backward(mac) => mac.to_string(),
        }
    }

    /// Hardware address of a controller that dials in.
    pub fn mac(&self) -> Option<Mac> {
        match self {
            Connection::Backward(mac) => Some(*mac),
            Connection::Direct { .. } | Connection::Serial(_) => None,
        }
    }
}

/// For logs and people: `tcp 192.168.1.10:502`, `serial /dev/ttyUSB0 9600 8E1`.
impl fmt::Display for Connection {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Connection::Direct { framing: Framing::Tcp, .. } => write!(f, "tcp {}", self.address()),
            Connection::Direct { framing: Framing::Rtu, .. } => write!(f, "rtu over tcp {}", self.address()),
            Connection::Serial(SerialPort { path, baud, parity, stop_bits }) => {
                let parity = parity.code().chars().next().unwrap_or_default().to_ascii_uppercase();
                write!(f, "serial {path} {baud} 8{parity}{stop_bits}")
            }
            Connection::Backward(mac) => write!(f, "backward {mac}"),
        }
    }
}

/// One gateway or bus with its devices.
#[derive(Clone, Debug, PartialEq)]
pub struct Net {
    pub id: NetId,
    pub org_id: OrgId,
    pub name: String,
    pub slug: String,
    pub description: Option<String>,
    pub created_on: Instant,
    pub disabled: Option<Disabled>,
    pub connection: Connection,
    /// The address lies in a tunnel of the operating system's.
    pub is_vpn: bool,
    pub sku: Option<String>,
    /// `standalone`, `rpm416`, `opcb221`, `em130` or `ice`.
    pub solution: String,
    pub controller_unit_id: UnitId,
    pub device_passwords: Vec<String>,
    /// Requests in flight at once on the connection, 1..=16.
    pub max_inflight_requests: u8,
    /// Milliseconds of rest between two requests, for devices that need a pause.
    pub request_gap_ms: u16,
}

/// One Modbus unit.
#[derive(Clone, Debug, PartialEq)]
pub struct Device {
    pub id: DeviceId,
    pub net_id: NetId,
    pub name: String,
    pub slug: String,
    pub description: Option<String>,
    pub unit_id: UnitId,
    pub disabled: Option<Disabled>,
    /// Seconds between background readings, from 1.
    pub update_period_sec: u32,
    /// Most registers in one request, 1..=125.
    pub read_group_size: u8,
    /// Registers that belong to no parameter and may be read to save a request.
    pub read_gap: u8,
    pub write_function: WriteFunction,
    /// Repetitions of a request that timed out.
    pub timeout_retries: u8,
    /// Milliseconds to wait for a reply.
    pub timeout_ms: u32,
    pub template_id: Option<i64>,
    /// The current read-group: its parameters are the device's tracked ones, in this order.
    pub group: Option<ReadGroup>,
}

/// A device's tracked parameters as they are stored together.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReadGroup {
    pub id: GroupId,
    pub params: Vec<ParamId>,
}

/// One value of a device.
#[derive(Clone, Debug, PartialEq)]
pub struct Param {
    pub id: ParamId,
    pub device_id: DeviceId,
    pub name: String,
    pub slug: String,
    pub description: Option<String>,
    pub category: Option<String>,
    /// Mnemonic, as on the device's label.
    pub label: Option<String>,
    pub unit: Option<String>,
    pub kind: RegisterKind,
    pub address: u16,
    /// Type code of D-14, unknown ones passed through.
    pub value_type: String,
    pub multiplier: Decimal,
    pub shift: Decimal,
    /// Decimals shown to people; `None` follows the scale (D-15).
    pub precision: Option<u8>,
    pub bit_position: Option<u8>,
    pub bits_amount: Option<u8>,
    /// Registers of a text.
    pub length: Option<u8>,
    /// Raw bits that stand for "no value".
    pub not_available: Vec<u64>,
    /// Lowest and highest value accepted on write.
    pub min: Option<Decimal>,
    pub max: Option<Decimal>,
    pub is_tracked: bool,
    pub is_programmable: bool,
    /// Words of values by language code: the key is the plain value (`0`, `1`, `17`).
    pub texts: BTreeMap<String, BTreeMap<String, String>>,
    pub on_dashboard: bool,
    /// By language code.
    pub translations: BTreeMap<String, Words>,
    /// Its registers are never read together with those beside them.
    pub reads_alone: bool,
}

/// What people read of a parameter, in another language than English; the rest is as in English.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Words {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub category: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub unit: Option<String>,
}

/// A picture of the plant: opaque to the server, drawn by whoever shows it (D-34). What it is drawn
/// from can be long and stays in the store.
#[derive(Clone, Debug, PartialEq)]
pub struct Vis {
    pub id: VisId,
    pub org_id: OrgId,
    pub name: String,
    pub slug: String,
    pub description: Option<String>,
    pub created_on: Instant,
    pub on_dashboard: bool,
}

/// A person or program that may log in.
#[derive(Clone, Debug, PartialEq)]
pub struct User {
    pub id: UserId,
    pub name: String,
    pub lang: Option<Lang>,
    pub roles: BTreeMap<OrgId, Role>,
}

/// What a session is good for: an API token opens the API, a page's session only renews tokens.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SessionKind {
    Api,
    Page,
}

/// A session as it is kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Session {
    pub hash: [u8; 32],
    pub kind: SessionKind,
    pub user: UserId,
    pub key: Uuid,
    pub expires: Instant,
}

/// An API key as it is kept.
#[derive(Clone, Debug)]
pub struct ApiKey {
    pub id: Uuid,
    pub user: UserId,
    /// PHC string of Argon2id.
    pub password_hash: String,
}

/// A kind of device: what there is to be read of it.
#[derive(Clone, Debug, PartialEq)]
pub struct Template {
    pub id: TemplateId,
    /// The organization that it belongs to; `None` is there for all.
    pub org_id: Option<OrgId>,
    pub name: String,
    pub manufacturer: String,
    pub version: String,
    pub category: Option<String>,
    pub description: Option<String>,
    /// Most registers in one request; requests stay within what the standard allows.
    pub read_group_size: u8,
    pub write_function: WriteFunction,
    pub params: Vec<TemplateParam>,
}

/// One parameter of such a device, in the form that it is kept in. What has a default was not kept by
/// earlier versions.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct TemplateParam {
    pub name: String,
    /// Code of the register kind.
    pub kind: String,
    pub address: u16,
    pub value_type: String,
    pub bit_position: Option<u8>,
    #[serde(default)]
    pub bits_amount: Option<u8>,
    #[serde(default)]
    pub length: Option<u8>,
    #[serde(default)]
    pub not_available: Vec<u64>,
    #[serde(default)]
    pub label: Option<String>,
    #[serde(default)]
    pub category: Option<String>,
    #[serde(default)]
    pub description: Option<String>,
    #[serde(default)]
    pub unit: Option<String>,
    /// Exact decimals as text.
    #[serde(default = "one")]
    pub multiplier: String,
    #[serde(default = "zero")]
    pub shift: String,
    #[serde(default)]
    pub precision: Option<u8>,
    #[serde(default)]
    pub min: Option<String>,
    #[serde(default)]
    pub max: Option<String>,
    #[serde(default = "yes")]
    pub is_tracked: bool,
    #[serde(default)]
    pub is_programmable: bool,
    #[serde(default)]
    pub on_dashboard: bool,
    #[serde(default)]
    pub reads_alone: bool,
    #[serde(default)]
    pub texts: BTreeMap<String, BTreeMap<String, String>>,
    #[serde(default)]
    pub text_descriptions: BTreeMap<String, BTreeMap<String, String>>,
    #[serde(default)]
    pub translations: BTreeMap<String, Words>,
}

impl TemplateParam {
    /// How registers become the value; `None` as for a parameter.
    pub fn codec(&self) -> Option<Codec> {
        let parts = Parts { bit: self.bit_position, bits: self.bits_amount, length: self.length };
        codec(&self.value_type, parts, &self.not_available, Decimal::ONE, Decimal::ZERO)
    }
}

fn one() -> String {
    "1".to_owned()
}

fn zero() -> String {
    "0".to_owned()
}

const fn yes() -> bool {
    true
}

/// What the PIN on a controller's sticker stands for (DOMAIN.md 2.10).
#[derive(Clone, Debug, PartialEq)]
pub struct ConnectCode {
    /// In capitals, without blanks and dashes.
    pub code: String,
    pub mac: Mac,
    pub device_passwords: Vec<String>,
    pub sku: Option<String>,
    /// Where it is reached through a tunnel.
    pub vpn_ip: Option<Ipv4Addr>,
    pub port: Option<u16>,
    pub modbus_id: Option<UnitId>,
}

impl ConnectCode {
    /// A code as people type it, in the form that it is kept in (D-30).
    pub fn normalize(code: &str) -> String {
        code.chars().filter(|c| !c.is_whitespace() && *c != '-').flat_map(char::to_uppercase).collect()
    }
}

/// A notification to everyone who uses the server.
#[derive(Clone, Debug, PartialEq)]
pub struct Notification {
    pub id: Uuid,
    /// By language code.
    pub texts: BTreeMap<String, String>,
    pub is_enabled: bool,
}

/// What an organization wants of short messages.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct SmsSettings {
    pub is_disabled: bool,
    /// Most money for them in a month, 0..=1000; `None`: no limit.
    pub monthly_limit: Option<Decimal>,
}

impl SmsSettings {
    /// Largest limit of a month (seed: sms-settings).
    pub const MOST_MONEY: i64 = 1000;
}

/// Everything configured, at one moment.
#[derive(Clone, Debug, Default)]
pub struct Directory {
    pub revision: i64,
    pub orgs: BTreeMap<OrgId, Org>,
    pub users: BTreeMap<UserId, User>,
    pub nets: BTreeMap<NetId, Net>,
    pub devices: BTreeMap<DeviceId, Device>,
    pub params: BTreeMap<ParamId, Param>,
    /// The widgets of each organization's dashboard, in the order in which they are shown.
    pub dashboards: BTreeMap<OrgId, Vec<ParamId>>,
    pub visualizations: BTreeMap<VisId, Vis>,
    pub templates: BTreeMap<TemplateId, Template>,
    /// By the SKU of the controller.
    pub sku_templates: BTreeMap<String, TemplateId>,
    pub connect_codes: BTreeMap<String, ConnectCode>,
    /// What the others are looked up in, once it was asked for.
    pub index: OnceLock<Index>,
    pub notifications: BTreeMap<Uuid, Notification>,
    pub reports: BTreeMap<Uuid, Report>,
    pub trees: BTreeMap<Uuid, EnergyTree>,
    pub sensors: BTreeMap<Uuid, Sensor>,
    /// Of organizations that have one.
    pub tariffs: BTreeMap<OrgId, Tariff>,
    /// Of organizations that have set any.
    pub sms: BTreeMap<OrgId, SmsSettings>,
    pub alerts: BTreeMap<AlertId, Alert>,
    /// Of organizations that have one.
    pub contacts: BTreeMap<OrgId, Contact>,
}

/// Why a reading holds no value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CellError {
    /// The device did not answer in time.
    Timeout,
    /// There was no connection.
    Unreachable,
    /// The device refused.
    Exception(ExceptionCode),
    /// The registers hold no value of the parameter's type.
    NoValue,
}

impl fmt::Display for CellError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            CellError::Timeout => f.write_str(words::TIMEOUT.en()),
            CellError::Unreachable => f.write_str(words::NO_CONNECTION.en()),
            CellError::Exception(code) => f.write_str(code.name()),
            CellError::NoValue => f.write_str(words::NO_VALUE.en()),
        }
    }
}

/// What was read of a parameter, in the form that it is kept in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Cell {
    Raw(Raw),
    /// Of a text, which has no raw bits.
    Registers(Box<[u16]>),
}

impl Cell {
    /// The value that registers hold; nothing of them is kept where they hold none.
    pub fn read(codec: &Codec, registers: &[u16]) -> Result<Cell, CellError> {
        let read = match codec.data_type() {
            DataType::Text(_) => codec.decode(registers).map(|_| Cell::Registers(registers.into())),
            _ => codec.raw(registers).map(Cell::Raw),
        };
        read.map_err(|_| CellError::NoValue)
    }

    /// The value; `None` if it is none of this type.
    pub fn value(&self, codec: &Codec) -> Option<Held> {
        match self {
            Cell::Raw(raw) => codec.value(*raw).ok().map(Held::from),
            Cell::Registers(registers) => codec.decode(registers).ok().map(Held::from),
        }
    }
}

impl From<Raw> for Cell {
    fn from(raw: Raw) -> Self {
        Cell::Raw(raw)
    }
}

/// One reading of a device's tracked parameters: one instant for all.
#[derive(Clone, Debug, PartialEq)]
pub struct Cycle {
    pub device: DeviceId,
    pub group: GroupId,
    pub at: Instant,
    /// In the order of the group's parameters.
    pub cells: Vec<Result<Cell, CellError>>,
}

impl Param {
    /// A tracked holding register whose number is the value, of a device that has got no identifier yet.
    pub fn plain(device_id: DeviceId, name: &str, address: u16) -> Param {
        Param {
            id: 0,
            device_id,
            name: name.to_owned(),
            slug: name.to_lowercase().replace(' ', "-"),
            description: None,
            category: None,
            label: None,
            unit: None,
            kind: RegisterKind::Holding,
            address,
            value_type: "u16-be".to_owned(),
            multiplier: Decimal::ONE,
            shift: Decimal::ZERO,
            precision: None,
            bit_position: None,
            bits_amount: None,
            length: None,
            not_available: Vec::new(),
            min: None,
            max: None,
            is_tracked: true,
            is_programmable: false,
            texts: BTreeMap::new(),
            on_dashboard: false,
            translations: BTreeMap::new(),
            reads_alone: false,
        }
    }

    /// How registers become the value; `None` for a type or bit that this version cannot decode.
    pub fn codec(&self) -> Option<Codec> {
        let parts = Parts { bit: self.bit_position, bits: self.bits_amount, length: self.length };
        let codec = codec(&self.value_type, parts, &self.not_available, self.multiplier, self.shift);
        codec.map(|codec| codec.precision(self.precision))
    }
}

/// Whether a text can name something: it is seen, and stands on one line.
pub fn is_line(text: &str) -> bool {
    !text.trim().is_empty() && !text.chars().any(char::is_control)
}

/// Which part of a register a value is, or how many registers a text has.
#[derive(Clone, Copy, Debug, Default)]
pub struct Parts {
    pub bit: Option<u8>,
    pub bits: Option<u8>,
    pub length: Option<u8>,
}

/// A codec from the fields that history keeps, too.
pub fn codec(
    value_type: &str,
    parts: Parts,
    not_available: &[u64],
    multiplier: Decimal,
    shift: Decimal,
) -> Option<Codec> {
    let data_type = DataType::from_code(value_type).ok()?;
    let codec = Codec::new(data_type).multiplier(multiplier).shift(shift).bit(parts.bit.unwrap_or(0)).ok()?;
    let count = match data_type {
        DataType::Bits | DataType::Enum => parts.bits,
        DataType::Text(_) => parts.length,
        _ => None,
    };
    let codec = count.map_or(Ok(codec), |count| codec.bits(count)).ok()?;
    Some(codec.not_available([not_available.first().copied(), not_available.get(1).copied()]))
}

/// A value that has left its registers.
#[derive(Clone, Debug, PartialEq)]
pub enum Held {
    Plain(Value<'static>),
    Text(String),
}

impl Held {
    pub fn value(&self) -> Value<'_> {
        match self {
            Held::Plain(value) => *value,
            Held::Text(text) => Value::Text(Text::plain(text)),
        }
    }
}

impl fmt::Display for Held {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.value().fmt(f)
    }
}

impl From<Value<'_>> for Held {
    fn from(value: Value<'_>) -> Self {
        match value {
            Value::Bit(bit) => Held::Plain(Value::Bit(bit)),
            Value::Number(number) => Held::Plain(Value::Number(number)),
            Value::Ipv4(bytes) => Held::Plain(Value::Ipv4(bytes)),
            Value::Mac(bytes) => Held::Plain(Value::Mac(bytes)),
            text => Held::Text(text.to_string()),
        }
    }
}
