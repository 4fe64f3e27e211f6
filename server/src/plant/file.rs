//! The model of the file. Everything is checked when it is read: an error names file, line, field
//! and what was expected.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::net::Ipv4Addr;
use std::path::{Path, PathBuf};

use parabus_core::modbus::{RegisterKind, WriteFunction};
use parabus_core::value::{Codec, DataType, Decimal, Lang};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_saphyr::Spanned;

use super::own::Product;
use super::signal::Signal;
use super::template::{self, Template};
use super::zoo::{self, Misbehaviour};
use crate::controller::{MOST_PASSWORD, is_password};
use crate::model::{self, Framing, Mac, Parity, Role, SerialPort};

/// The whole file.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct File {
    #[serde(default)]
    pub organizations: Vec<Organization>,
    /// Of every organization.
    #[serde(default)]
    pub templates: Vec<Template>,
    /// Which template a controller's SKU stands for.
    #[serde(default)]
    pub sku_templates: BTreeMap<String, Spanned<String>>,
    #[serde(default)]
    pub connect_codes: Vec<ConnectCode>,
    #[serde(default)]
    pub global_notifications: Vec<GlobalNotification>,
    /// For the simulator; ignored by `apply`.
    #[serde(default)]
    pub simulate: Vec<SimulatedDevice>,
    /// For the simulator: controllers of no network, which dial in and show an activation code.
    #[serde(default)]
    pub simulate_controllers: Vec<SimulatedController>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Organization {
    pub name: Name,
    #[serde(default = "english", deserialize_with = "lang")]
    pub language: Lang,
    #[serde(default)]
    pub users: Vec<User>,
    /// Of this organization alone.
    #[serde(default)]
    pub templates: Vec<Template>,
    #[serde(default)]
    pub networks: Vec<Network>,
    #[serde(default)]
    pub visualizations: Vec<Visualization>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct User {
    pub name: Name,
    #[serde(deserialize_with = "role")]
    pub role: Role,
    #[serde(default)]
    pub keys: Vec<Key>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Key {
    /// A UUID, or `env:NAME`.
    pub api_key: Spanned<Secret>,
    /// A password, or `env:NAME`.
    pub password: Spanned<Secret>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Network {
    pub name: Name,
    pub description: Option<String>,
    pub connection: Connection,
    pub sku: Option<String>,
    #[serde(default = "controller_unit")]
    pub controller_modbus_unit_id: u8,
    #[serde(default, deserialize_with = "passwords")]
    pub device_passwords: Vec<String>,
    #[serde(default = "one", deserialize_with = "inflight")]
    pub max_inflight_requests_num: u8,
    /// Milliseconds of rest between two requests.
    #[serde(default, deserialize_with = "request_gap")]
    pub request_gap_ms: u16,
    #[serde(default)]
    pub disabled: bool,
    #[serde(default)]
    pub devices: Vec<Device>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Connection {
    kind: Spanned<ConnectionKind>,
    /// IPv4 address or host name, of a direct connection or one through a tunnel.
    ip: Option<String>,
    port: Option<u16>,
    #[serde(default, deserialize_with = "framing")]
    framing: Option<Framing>,
    /// Of a serial port; a relative one is beside this file.
    path: Option<PathBuf>,
    #[serde(default, deserialize_with = "baud")]
    baud: Option<u32>,
    #[serde(default, deserialize_with = "parity")]
    parity: Option<Parity>,
    #[serde(default, deserialize_with = "stop_bits")]
    stop_bits: Option<u8>,
    /// Of a controller that dials in.
    #[serde(default, deserialize_with = "mac")]
    mac: Option<Mac>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
enum ConnectionKind {
    Direct,
    /// Dialled like a direct one: the operating system keeps the tunnel.
    Vpn,
    Serial,
    Backward,
}

impl Connection {
    /// Hardware address of a controller that dials in.
    pub fn mac(&self) -> Option<Mac> {
        self.mac
    }

    /// What the file says, and the rest as it usually is. Without parity the standard asks for a
    /// second stop bit (Modbus over Serial Line V1.02, 2.5.1), but devices leave the factory with one.
    pub fn model(&self) -> model::Connection {
        match self.kind.value {
            ConnectionKind::Direct | ConnectionKind::Vpn => model::Connection::Direct {
                host: self.ip.clone().unwrap_or_default(),
                port: self.port.unwrap_or(502),
                framing: self.framing.unwrap_or(Framing::Tcp),
            },
            ConnectionKind::Serial => model::Connection::Serial(SerialPort {
                path: self.path.as_deref().unwrap_or(Path::new("")).display().to_string(),
                baud: self.baud.unwrap_or(9600),
                parity: self.parity.unwrap_or(Parity::None),
                stop_bits: self.stop_bits.unwrap_or(1),
            }),
            ConnectionKind::Backward => model::Connection::Backward(self.mac.unwrap_or(Mac([0; 6]))),
        }
    }

    /// Whether the address lies in a tunnel.
    pub fn is_vpn(&self) -> bool {
        self.kind.value == ConnectionKind::Vpn
    }

    /// Whether unit 0 means every unit.
    fn is_bus(&self) -> bool {
        matches!(self.kind.value, ConnectionKind::Serial) || self.framing == Some(Framing::Rtu)
    }

    /// Fields that its kind needs and does not have, or has and does not know.
    fn check(&self) -> Vec<&'static str> {
        let kind = self.kind.value;
        let dialled = matches!(kind, ConnectionKind::Direct | ConnectionKind::Vpn);
        let serial = kind == ConnectionKind::Serial;
        let backward = kind == ConnectionKind::Backward;
        let faults = [
            (dialled && self.ip.is_none(), "ip: missing, expected an address or a host name"),
            (!serial && self.path.is_some(), "path: only for the kind `serial`"),
            (!serial && self.baud.is_some(), "baud: only for the kind `serial`"),
            (!serial && self.parity.is_some(), "parity: only for the kind `serial`"),
            (!serial && self.stop_bits.is_some(), "stopBits: only for the kind `serial`"),
            (serial && self.path.is_none(), "path: missing, expected one such as /dev/ttyUSB0"),
            (!dialled && self.ip.is_some(), "ip: only for the kinds `direct` and `vpn`"),
            (!dialled && self.port.is_some(), "port: only for the kinds `direct` and `vpn`"),
            (!dialled && self.framing.is_some(), "framing: only for the kinds `direct` and `vpn`"),
            (backward && self.mac.is_none(), "mac: missing, expected the controller's, such as d8:80:39:4e:8d:e9"),
            (!backward && self.mac.is_some(), "mac: only for the kind `backward`"),
        ];
        faults.into_iter().filter(|(is_fault, _)| *is_fault).map(|(_, text)| text).collect()
    }
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Device {
    pub name: Name,
    pub description: Option<String>,
    #[serde(rename = "modbusUnitId")]
    pub unit_id: u8,
    #[serde(default = "minute", deserialize_with = "period")]
    pub update_period_sec: u32,
    #[serde(default, deserialize_with = "group_size")]
    pub read_group_size: Option<u8>,
    /// Registers of no parameter that may be read to save a request.
    #[serde(default, deserialize_with = "gap")]
    pub read_gap: u8,
    #[serde(default, deserialize_with = "write_function")]
    pub write_function: Option<WriteFunction>,
    #[serde(default = "one")]
    pub modbus_timeout_retries_num: u8,
    #[serde(default = "second", deserialize_with = "timeout")]
    pub timeout_ms: u32,
    #[serde(default)]
    pub disabled: bool,
    /// Id of a template of this file or of one that is shipped, whose parameters the device gets.
    pub template: Option<Spanned<String>>,
    #[serde(default)]
    pub parameters: Vec<Parameter>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Visualization {
    pub name: Name,
    pub description: Option<String>,
    /// What it is drawn from, or `file:` and a path; a relative one starts at this file.
    pub source: Spanned<String>,
    #[serde(default)]
    pub is_displayed_on_dashboard: bool,
}

impl Visualization {
    /// Puts the text of the file that it names in its place.
    fn read(&mut self, folder: &Path) -> Result<(), (Option<u64>, String)> {
        let fault =
            |text: String| (Some(self.source.referenced.line()), format!("`{}`: source: {text}", self.name.text));
        if let Some(path) = self.source.value.strip_prefix("file:") {
            let path = folder.join(path.trim());
            let text =
                std::fs::read_to_string(&path).map_err(|error| fault(format!("`{}`: {error}", path.display())))?;
            self.source.value = text;
        }
        let length = self.source.value.len();
        if length > LONGEST_SOURCE {
            return Err(fault(format!("{length} bytes, expected at most {LONGEST_SOURCE}")));
        }
        Ok(())
    }
}

/// Longest source of a visualization, bytes: as much as a body of the API holds (D-34).
const LONGEST_SOURCE: usize = 1_048_576;

/// Shown to every user who has not dismissed it.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct GlobalNotification {
    pub id: Spanned<uuid::Uuid>,
    pub texts: BTreeMap<Language, String>,
    #[serde(default = "yes")]
    pub enabled: bool,
}

/// What the PIN on a controller's sticker stands for.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ConnectCode {
    pub code: Name,
    #[serde(default, deserialize_with = "mac")]
    pub mac: Option<Mac>,
    #[serde(default, deserialize_with = "passwords")]
    pub device_passwords: Vec<String>,
    pub sku: Option<String>,
    pub vpn_ip_address: Option<Ipv4Addr>,
    pub port: Option<u16>,
    pub modbus_id: Option<u8>,
}

#[derive(Clone, Debug, PartialEq, Deserialize, Serialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Parameter {
    pub name: Name,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub label: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub category: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    #[serde(deserialize_with = "register_kind", serialize_with = "kind_code")]
    pub register_kind: RegisterKind,
    pub address: u16,
    /// Type code of D-14.
    #[serde(rename = "type")]
    pub value_type: TypeCode,
    #[serde(default, deserialize_with = "bit", skip_serializing_if = "Option::is_none")]
    pub bit_position: Option<u8>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub bits_amount: Option<u8>,
    /// Registers of a text.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub length: Option<u8>,
    /// Raw bits that stand for "no value", at most 2.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub not_available: Vec<u64>,
    #[serde(default = "decimal_one", skip_serializing_if = "is_one")]
    pub multiplier: Exact,
    #[serde(default = "decimal_zero", skip_serializing_if = "is_zero")]
    pub shift: Exact,
    #[serde(default, deserialize_with = "precision", skip_serializing_if = "Option::is_none")]
    pub precision: Option<u8>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub min: Option<Exact>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub max: Option<Exact>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub unit: Option<String>,
    #[serde(default = "yes", skip_serializing_if = "is_yes")]
    pub is_tracked: bool,
    #[serde(default, skip_serializing_if = "is_no")]
    pub is_programmable: bool,
    /// Unless it is said here, the dashboard stays as people have set it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub is_displayed_on_dashboard: Option<bool>,
    /// Whether its registers may be read together with those beside them.
    #[serde(default = "yes", skip_serializing_if = "is_yes")]
    pub read_as_group: bool,
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub texts: BTreeMap<Language, BTreeMap<String, String>>,
    /// What the texts mean, where they do not say it themselves.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub text_descriptions: BTreeMap<Language, BTreeMap<String, String>>,
    /// Name, category, description and unit in other languages than English.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub translations: BTreeMap<Language, model::Words>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct SimulatedController {
    pub sku: Spanned<Product>,
    #[serde(default, deserialize_with = "mac")]
    pub mac: Option<Mac>,
    /// The unit that the controller itself is.
    #[serde(default = "controller_unit")]
    pub modbus_unit_id: u8,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct SimulatedDevice {
    pub network: Spanned<String>,
    pub device: Spanned<String>,
    pub misbehaviour: Option<Spanned<Misbehaviour>>,
    /// By the parameter's name; a parameter without a signal holds 0 or what is written to it.
    #[serde(default)]
    pub signals: BTreeMap<String, Spanned<Signal>>,
}

impl Parameter {
    /// Rules that concern more than one field: the field, and what is wrong with it.
    pub fn faults(&self) -> Vec<(&'static str, String)> {
        let mut faults = Vec::new();
        let mut fault = |field, text: &str| faults.push((field, text.to_owned()));
        if self.is_programmable && !self.register_kind.is_writable() {
            fault("isProgrammable", "registers of this kind are read-only, expected holding or coil");
        }
        if self.register_kind.is_bit() && self.value_type.0 != DataType::Bit {
            fault("type", "a coil or discrete-input holds one bit, expected `bit`");
        }
        self.check_parts(&mut fault);
        if usize::from(self.address) + self.codec().register_count() > 0x1_0000 {
            fault("address", "the value goes beyond address 65535");
        }
        if self.multiplier.0.is_zero() {
            fault("multiplier", "`0` makes every value the same, expected another number");
        }
        if let (Some(min), Some(max)) = (self.min, self.max)
            && min.0 > max.0
        {
            fault("min", "larger than max");
        }
        let mut categories = self.translations.values().map(|words| &words.category).chain([&self.category]);
        if categories.any(|category| template::is_longer(category.as_deref(), 200)) {
            fault("category", "too long, expected at most 200 characters");
        }
        let mut names = self.translations.values().filter_map(|words| words.name.as_deref());
        if names.any(|name| name.trim().is_empty() || template::is_longer(Some(name), 200)) {
            fault("name", "in another language: expected 1 to 200 characters");
        }
        let mut languages = self.texts.iter();
        if let Some((first, texts)) = languages.next() {
            for (other, others) in languages.filter(|(_, others)| !others.keys().eq(texts.keys())) {
                let values = |texts: &BTreeMap<String, String>| texts.keys().cloned().collect::<Vec<_>>().join(" ");
                let (first, other) = ((&first.0, values(texts)), (&other.0, values(others)));
                fault("texts", &format!("`{}` lists {}, `{}` lists {}", first.0, first.1, other.0, other.1));
            }
        }
        faults
    }

    pub fn codec(&self) -> Codec {
        let codec = Codec::new(self.value_type.0).multiplier(self.multiplier.0).shift(self.shift.0);
        let codec = codec.bit(self.bit_position.unwrap_or(0)).unwrap_or(codec);
        let count = if self.takes_bits() { self.bits_amount } else { self.length() };
        let codec = count.and_then(|count| codec.bits(count).ok()).unwrap_or(codec);
        codec.not_available([self.not_available.first().copied(), self.not_available.get(1).copied()])
    }

    /// Bits of its register: one of a `bit`.
    pub fn bits_amount(&self) -> Option<u8> {
        let own = self.bits_amount.filter(|_| !self.is_text());
        own.or(self.bit_position.filter(|_| self.value_type.0 == DataType::Bit).map(|_| 1))
    }

    /// Registers of a text; the workbooks' column of bits counts them.
    pub fn length(&self) -> Option<u8> {
        self.length.or(self.bits_amount.filter(|_| self.is_text()))
    }

    const fn is_text(&self) -> bool {
        matches!(self.value_type.0, DataType::Text(_))
    }

    const fn takes_bits(&self) -> bool {
        matches!(self.value_type.0, DataType::Bits | DataType::Enum)
    }

    fn check_parts(&self, fault: &mut impl FnMut(&'static str, &str)) {
        let data_type = self.value_type.0;
        if self.bit_position.is_some() && !data_type.is_part() {
            fault("bitPosition", "only for the types `bit`, `bits` and `enum`");
        }
        let is_one = data_type == DataType::Bit && self.bits_amount == Some(1);
        let most = 16 - self.bit_position.unwrap_or(0).min(15);
        match self.bits_amount {
            Some(_) if self.is_text() => {}
            Some(_) if !self.takes_bits() && !is_one => fault("bitsAmount", "only for the types `bits` and `enum`"),
            Some(bits) if !(1..=most).contains(&bits) => fault("bitsAmount", "beyond bit 15, or none"),
            None if data_type == DataType::Bits => fault("bitsAmount", "missing, expected the number of bits"),
            _ => {}
        }
        match (data_type, self.length()) {
            (DataType::Text(_), Some(1..=125)) => {}
            (DataType::Text(_), _) => fault("length", "missing or out of range, expected 1 to 125 registers"),
            (_, Some(_)) => fault("length", "only for texts"),
            _ => {}
        }
        if self.not_available.len() > 2 {
            fault("notAvailable", "expected at most 2 codes");
        }
        if matches!(data_type, DataType::Text(_)) && !self.not_available.is_empty() {
            fault("notAvailable", "a text has no raw bits");
        }
    }
}

/// A name of 1 to 200 characters, with where it stands.
#[derive(Clone, Debug, Default)]
pub struct Name {
    pub text: String,
    /// 0 where none is known.
    pub(super) line: u64,
}

/// By the text alone.
impl PartialEq for Name {
    fn eq(&self, other: &Self) -> bool {
        self.text == other.text
    }
}

impl Name {
    /// A field that was left out.
    pub fn is_empty(&self) -> bool {
        self.text.is_empty()
    }
}

impl Serialize for Name {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.text)
    }
}

impl<'de> Deserialize<'de> for Name {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let spanned = Spanned::<String>::deserialize(deserializer)?;
        let text = spanned.value.trim().to_owned();
        if text.is_empty() || text.chars().count() > 200 {
            return Err(serde::de::Error::custom("a name has 1 to 200 characters"));
        }
        Ok(Name { text, line: spanned.referenced.line() })
    }
}

/// A text that may stand in the environment instead of the file.
#[derive(Clone)]
pub struct Secret(String);

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret")
    }
}

impl<'de> Deserialize<'de> for Secret {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        match text.strip_prefix("env:") {
            None => Ok(Secret(text)),
            Some(name) => std::env::var(name)
                .map(Secret)
                .map_err(|_| serde::de::Error::custom(format!("the environment variable `{name}` is not set"))),
        }
    }
}

impl Secret {
    pub fn reveal(&self) -> &str {
        &self.0
    }
}

/// An exact decimal: the number's digits as they stand in the file.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Exact(pub Decimal);

impl<'de> Deserialize<'de> for Exact {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        Decimal::parse(&text)
            .map(Exact)
            .map_err(|error| serde::de::Error::custom(format!("`{text}` is not a decimal number: {error}")))
    }
}

/// A number where a binary fraction says exactly the same digits, else a text.
impl Serialize for Exact {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let text = self.0.to_string();
        if let Some(whole) = text.parse::<i64>().ok().filter(|whole| whole.to_string() == text) {
            return serializer.serialize_i64(whole);
        }
        match text.parse::<f64>() {
            Ok(float) if float.to_string() == text => serializer.serialize_f64(float),
            _ => serializer.serialize_str(&text),
        }
    }
}

/// A type code that core decodes.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct TypeCode(pub DataType);

impl<'de> Deserialize<'de> for TypeCode {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let code = String::deserialize(deserializer)?;
        DataType::from_code(&code).map(TypeCode).map_err(|error| serde::de::Error::custom(format!("`{code}`: {error}")))
    }
}

impl Serialize for TypeCode {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(&self.0)
    }
}

/// A language code as a key.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Language(pub String);

impl<'de> Deserialize<'de> for Language {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        lang(deserializer).map(|lang| Language(lang.code().to_owned()))
    }
}

fn by_code<'de, D: Deserializer<'de>, T>(
    deserializer: D,
    from_code: impl FnOnce(&str) -> Option<T>,
    expected: &str,
) -> Result<T, D::Error> {
    let code = String::deserialize(deserializer)?;
    from_code(&code).ok_or_else(|| serde::de::Error::custom(format!("unknown `{code}`, expected {expected}")))
}

fn lang<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Lang, D::Error> {
    by_code(deserializer, |code| Lang::from_code(code).ok(), "en, pl, ru or ua")
}

fn role<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Role, D::Error> {
    let codes: Vec<&str> = Role::ALL.iter().map(|role| role.code()).collect();
    by_code(deserializer, Role::from_code, &codes.join(", "))
}

fn register_kind<'de, D: Deserializer<'de>>(deserializer: D) -> Result<RegisterKind, D::Error> {
    by_code(deserializer, RegisterKind::from_code, "holding, input, coil or discrete-input")
}

fn kind_code<S: Serializer>(kind: &RegisterKind, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(kind.code())
}

pub(super) fn write_function<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<WriteFunction>, D::Error> {
    by_code(deserializer, WriteFunction::from_code, "normal, always-6 or always-16").map(Some)
}

fn framing<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Framing>, D::Error> {
    by_code(deserializer, Framing::from_code, "tcp or rtu").map(Some)
}

fn parity<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Parity>, D::Error> {
    by_code(deserializer, Parity::from_code, "none, even or odd").map(Some)
}

fn mac<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Mac>, D::Error> {
    by_code(deserializer, Mac::parse, "six bytes such as d8:80:39:4e:8d:e9").map(Some)
}

impl<'de> Deserialize<'de> for Product {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let expected = format!("one of em130, {}", crate::controller::ControllerMap::skus());
        by_code(deserializer, Product::of_sku, &expected)
    }
}

fn within<'de, D: Deserializer<'de>, T>(deserializer: D, low: T, high: T) -> Result<T, D::Error>
where
    T: Deserialize<'de> + PartialOrd + fmt::Display,
{
    let number = T::deserialize(deserializer)?;
    if number < low || number > high {
        return Err(serde::de::Error::custom(format!("`{number}` is out of range, expected {low} to {high}")));
    }
    Ok(number)
}

/// The texts themselves stay out of messages.
fn passwords<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<String>, D::Error> {
    let passwords = Vec::<String>::deserialize(deserializer)?;
    match passwords.iter().position(|text| !is_password(text)) {
        None => Ok(passwords),
        Some(place) => Err(serde::de::Error::custom(format!(
            "[{place}]: expected at most {MOST_PASSWORD} characters, all of printable ASCII"
        ))),
    }
}

fn inflight<'de, D: Deserializer<'de>>(deserializer: D) -> Result<u8, D::Error> {
    within(deserializer, 1, 16)
}

fn request_gap<'de, D: Deserializer<'de>>(deserializer: D) -> Result<u16, D::Error> {
    within(deserializer, 0, 10_000)
}

fn gap<'de, D: Deserializer<'de>>(deserializer: D) -> Result<u8, D::Error> {
    within(deserializer, 0, 124)
}

fn period<'de, D: Deserializer<'de>>(deserializer: D) -> Result<u32, D::Error> {
    within(deserializer, 1, 86_400)
}

fn timeout<'de, D: Deserializer<'de>>(deserializer: D) -> Result<u32, D::Error> {
    within(deserializer, 10, 60_000)
}

pub(super) fn group_size<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<u8>, D::Error> {
    within(deserializer, 1, 255).map(Some)
}

fn baud<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<u32>, D::Error> {
    within(deserializer, 300, 4_000_000).map(Some)
}

fn stop_bits<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<u8>, D::Error> {
    within(deserializer, 1, 2).map(Some)
}

fn bit<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<u8>, D::Error> {
    within(deserializer, 0, 15).map(Some)
}

fn precision<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<u8>, D::Error> {
    within(deserializer, 0, 15).map(Some)
}

const fn english() -> Lang {
    Lang::En
}

const fn controller_unit() -> u8 {
    // Factory setting of the controllers that the API was made for (DOMAIN.md 2.10).
    111
}

const fn one() -> u8 {
    1
}

const fn minute() -> u32 {
    60
}

const fn second() -> u32 {
    1000
}

const fn decimal_one() -> Exact {
    Exact(Decimal::ONE)
}

const fn decimal_zero() -> Exact {
    Exact(Decimal::ZERO)
}

const fn yes() -> bool {
    true
}

const fn is_yes(flag: &bool) -> bool {
    *flag
}

const fn is_no(flag: &bool) -> bool {
    !*flag
}

fn is_one(number: &Exact) -> bool {
    number.0 == Decimal::ONE
}

fn is_zero(number: &Exact) -> bool {
    number.0.is_zero()
}

/// What is wrong, with the line.
pub(super) type Fault = (Option<u64>, String);

/// Reads YAML, and JSON, which is a part of it.
pub(super) fn read_yaml<T: DeserializeOwned>(text: &str) -> Result<T, Fault> {
    let mut field = String::new();
    let parsed = serde_saphyr::with_deserializer_from_str(text, |deserializer| {
        serde_path_to_error::deserialize(deserializer).map_err(|error| {
            field = error.path().to_string();
            error.into_inner()
        })
    });
    parsed.map_err(|error| {
        let plain = error.without_snippet();
        let line = plain.location().map(|location| location.line());
        let place = if matches!(field.as_str(), "" | ".") { String::new() } else { format!("{field}: ") };
        let message = plain.to_string();
        (line, format!("{place}{}", message.lines().next().unwrap_or_default()))
    })
}

/// Why a file was refused.
#[derive(Debug)]
pub struct PlantError {
    path: PathBuf,
    faults: Vec<Fault>,
}

impl fmt::Display for PlantError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, (line, text)) in self.faults.iter().enumerate() {
            let separator = if index == 0 { "" } else { "\n" };
            let line = line.map(|line| format!(":{line}")).unwrap_or_default();
            write!(f, "{separator}{}{line}: {text}", self.path.display())?;
        }
        Ok(())
    }
}

impl std::error::Error for PlantError {}

impl File {
    pub fn load(path: &Path) -> Result<File, PlantError> {
        let fail = |line, text| PlantError { path: path.to_owned(), faults: vec![(line, text)] };
        let text = std::fs::read_to_string(path).map_err(|error| fail(None, format!("cannot be read: {error}")))?;
        let folder = path.parent().unwrap_or(Path::new(""));
        let read = File::read(&text, Some(folder));
        let mut file = read.map_err(|faults| PlantError { path: path.to_owned(), faults })?;
        let networks = file.organizations.iter_mut().flat_map(|org| &mut org.networks);
        for port in networks.filter_map(|net| net.connection.path.as_mut()) {
            // Whoever applies or plays the file may stand elsewhere.
            *port = std::path::absolute(folder.join(&port))
                .map_err(|error| fail(None, format!("path: `{}`: {error}", port.display())))?;
        }
        let visualizations = file.organizations.iter_mut().flat_map(|org| &mut org.visualizations);
        let faults: Vec<_> = visualizations.filter_map(|vis| vis.read(folder).err()).collect();
        if faults.is_empty() { Ok(file) } else { Err(PlantError { path: path.to_owned(), faults }) }
    }

    /// A file that includes no other. All faults that were found, each with its line.
    pub fn parse(text: &str) -> Result<File, Vec<Fault>> {
        File::read(text, None)
    }

    fn read(text: &str, folder: Option<&Path>) -> Result<File, Vec<Fault>> {
        let mut file: File = read_yaml(text).map_err(|fault| vec![fault])?;
        let mut faults = Vec::new();
        for templates in
            std::iter::once(&mut file.templates).chain(file.organizations.iter_mut().map(|org| &mut org.templates))
        {
            template::include(templates, folder, &mut faults);
        }
        file.take_shipped();
        faults.extend(file.check());
        if faults.is_empty() { Ok(file) } else { Err(faults) }
    }

    /// Adds the shipped templates that are named and that the file does not describe itself.
    fn take_shipped(&mut self) {
        let devices = self.organizations.iter().flat_map(|org| &org.networks).flat_map(|network| &network.devices);
        let of_devices = devices.filter_map(|device| device.template.as_ref());
        let named: BTreeSet<&str> = of_devices.chain(self.sku_templates.values()).map(|id| id.value.as_str()).collect();
        let missing = named.into_iter().filter(|id| self.template(id).is_none());
        let shipped: Vec<Template> = missing.filter_map(template::shipped).collect();
        self.templates.extend(shipped);
    }

    /// The template of an id.
    pub fn template(&self, id: &str) -> Option<&Template> {
        self.all_templates().find(|template| template.id.text == id)
    }

    fn all_templates(&self) -> impl Iterator<Item = &Template> {
        self.templates.iter().chain(self.organizations.iter().flat_map(|org| &org.templates))
    }

    /// A device's parameters: those of its template, then its own.
    pub fn parameters<'a>(&'a self, device: &'a Device) -> impl Iterator<Item = &'a Parameter> {
        let template = device.template.as_ref().and_then(|id| self.template(&id.value));
        template.into_iter().flat_map(|template| &template.parameters).chain(&device.parameters)
    }

    /// Most registers in one request to a device: its own word, its template's, or one by one.
    pub fn read_group_size(&self, device: &Device) -> u8 {
        let template = device.template.as_ref().and_then(|id| self.template(&id.value));
        device.read_group_size.or(template.and_then(|template| template.read_group_size)).unwrap_or(1)
    }

    /// Rules that concern more than one field.
    fn check(&self) -> Vec<Fault> {
        let mut faults = Vec::new();
        distinct(&mut faults, "templates", self.all_templates().map(|template| &template.id));
        template::check_identities(&self.templates, &mut faults);
        distinct(&mut faults, "organizations", self.organizations.iter().map(|org| &org.name));
        self.check_keys(&mut faults);
        for org in &self.organizations {
            distinct(&mut faults, "networks of one organization", org.networks.iter().map(|net| &net.name));
            let visualizations = org.visualizations.iter().map(|vis| &vis.name);
            distinct(&mut faults, "visualizations of one organization", visualizations);
            distinct(&mut faults, "users of one organization", org.users.iter().map(|user| &user.name));
            for key in org.users.iter().flat_map(|user| &user.keys) {
                if uuid::Uuid::try_parse(key.api_key.value.reveal()).is_err() {
                    faults.push((
                        Some(key.api_key.referenced.line()),
                        "apiKey: not a UUID, expected one such as 513cf747-eb5c-4d5f-931f-d22c9872c73c".to_owned(),
                    ));
                }
                if key.password.value.reveal().len() < 8 {
                    let line = key.password.referenced.line();
                    faults.push((Some(line), "password: too short, expected at least 8 characters".to_owned()));
                }
            }
            for net in &org.networks {
                let line = Some(net.connection.kind.referenced.line());
                faults.extend(net.connection.check().into_iter().map(|fault| (line, format!("connection.{fault}"))));
                distinct(&mut faults, "devices of one network", net.devices.iter().map(|device| &device.name));
                for device in net.devices.iter().filter(|device| device.unit_id == 0 && net.connection.is_bus()) {
                    let text =
                        format!("`{}`: modbusUnitId: on a bus `0` is everyone, expected 1 to 255", device.name.text);
                    faults.push((Some(device.name.line), text));
                }
                net.devices.iter().for_each(|device| self.check_device(org, device, &mut faults));
            }
            template::check_identities(&org.templates, &mut faults);
        }
        for id in self.sku_templates.values() {
            if self.template(&id.value).is_none() {
                faults.push((Some(id.referenced.line()), format!("skuTemplates: {}", template::unknown(&id.value))));
            }
        }
        distinct(&mut faults, "connectCodes", self.connect_codes.iter().map(|code| &code.code));
        for code in &self.connect_codes {
            let mut fault = |text: &str| faults.push((Some(code.code.line), format!("`{}`: {text}", code.code.text)));
            if model::ConnectCode::normalize(&code.code.text).is_empty() {
                fault("code: empty, expected the PIN of the controller's sticker, such as A1B2C3D4");
            }
            if code.mac.is_none() {
                fault("mac: missing, expected the controller's, such as d8:80:39:4e:8d:e9");
            }
            if code.vpn_ip_address.is_none() && code.port.is_some() {
                fault("port: only with vpnIpAddress");
            }
        }
        let mut seen = BTreeSet::new();
        for GlobalNotification { id, texts, .. } in &self.global_notifications {
            let mut fault =
                |text: &str| faults.push((Some(id.referenced.line()), format!("globalNotifications: {text}")));
            if !seen.insert(id.value) {
                fault("id: stands twice");
            }
            if texts.is_empty() || texts.values().any(|text| text.trim().is_empty()) {
                fault("texts: empty, expected one in each language, such as { en: Maintenance tonight }");
            }
        }
        for controller in self.simulate_controllers.iter().filter(|controller| controller.mac.is_none()) {
            let text = "mac: missing, expected the controller's, such as d8:80:39:4e:8d:e9";
            faults.push((Some(controller.sku.referenced.line()), format!("simulateControllers: {text}")));
        }
        for simulated in &self.simulate {
            self.check_simulated(simulated, &mut faults);
        }
        faults
    }

    /// A key belongs to one user, who may stand in several organizations.
    fn check_keys(&self, faults: &mut Vec<Fault>) {
        let mut first: BTreeMap<uuid::Uuid, (&str, &str)> = BTreeMap::new();
        for user in self.organizations.iter().flat_map(|org| &org.users) {
            for key in &user.keys {
                let Ok(id) = uuid::Uuid::try_parse(key.api_key.value.reveal()) else { continue };
                let line = Some(key.api_key.referenced.line());
                let (name, password) = (user.name.text.as_str(), key.password.value.reveal());
                let (owner, known) = *first.entry(id).or_insert((name, password));
                if owner != name {
                    faults
                        .push((line, format!("apiKey: stands under `{owner}` and under `{name}`, expected one user")));
                } else if known != password {
                    faults.push((
                        line,
                        format!("password: differs from the one that `{name}` has elsewhere for this key"),
                    ));
                }
            }
        }
    }

    fn check_device(&self, org: &Organization, device: &Device, faults: &mut Vec<Fault>) {
        if let Some(id) = &device.template {
            let mut usable = self.templates.iter().chain(&org.templates);
            if !usable.any(|template| template.id.text == id.value) {
                let line = Some(id.referenced.line());
                faults.push((line, format!("template: {}", template::unknown(&id.value))));
            }
        }
        distinct(faults, "parameters of one device", self.parameters(device).map(|param| &param.name));
        check_parameters(&device.parameters, faults);
    }

    fn check_simulated(&self, simulated: &SimulatedDevice, faults: &mut Vec<Fault>) {
        let Some((network, device)) = self.find(&simulated.network.value, &simulated.device.value) else {
            let line = Some(simulated.device.referenced.line());
            let name = format!("`{}` of `{}`", simulated.device.value, simulated.network.value);
            faults.push((line, format!("simulate: no device {name} in `organizations`")));
            return;
        };
        if let Some(misbehaviour) = &simulated.misbehaviour {
            let mut fault = |text: &str| {
                faults.push((Some(misbehaviour.referenced.line()), format!("misbehaviour: {text}")));
            };
            if let Err(text) = misbehaviour.value.check() {
                fault(text);
            }
            let has_sockets = !matches!(network.connection.kind.value, ConnectionKind::Serial);
            if !has_sockets && matches!(misbehaviour.value.kind, zoo::Kind::Close | zoo::Kind::Reset) {
                fault("kind: a serial line is neither closed nor reset");
            }
        }
        let names: BTreeSet<&str> = self.parameters(device).map(|param| param.name.text.as_str()).collect();
        for (name, signal) in &simulated.signals {
            let named = std::iter::once(name.as_str()).chain(signal.value.inputs());
            for unknown in named.filter(|name| !names.contains(name)) {
                let line = Some(signal.referenced.line());
                faults.push((line, format!("signals: the device has no parameter `{unknown}`")));
            }
        }
    }

    /// A device by the names of its network and its own.
    pub fn find(&self, network: &str, device: &str) -> Option<(&Network, &Device)> {
        let networks = self.organizations.iter().flat_map(|org| &org.networks);
        networks
            .filter(|net| net.name.text == network)
            .find_map(|net| Some((net, net.devices.iter().find(|each| each.name.text == device)?)))
    }
}

pub(super) fn check_parameters(parameters: &[Parameter], faults: &mut Vec<Fault>) {
    for param in parameters {
        for (field, text) in param.faults() {
            faults.push((Some(param.name.line), format!("`{}`: {field}: {text}", param.name.text)));
        }
    }
}

pub(super) fn distinct<'a>(faults: &mut Vec<Fault>, what: &str, names: impl Iterator<Item = &'a Name>) {
    let mut seen = BTreeSet::new();
    for name in names {
        if !seen.insert(&name.text) {
            faults.push((Some(name.line), format!("name: `{}` stands twice among the {what}", name.text)));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const PLANT: &str = "\
organizations:
  - name: Works
    networks:
      - name: Hall
        connection: { kind: direct, ip: 127.0.0.1, port: 5020 }
        devices:
          - name: Meter
            modbusUnitId: 1
            parameters:
              - name: Voltage
                registerKind: input
                address: 0
                type: f32-be
                multiplier: 0.10
                texts: { en: { 0: Off, 1: On } }
";

    fn faults(text: &str) -> Vec<String> {
        let faults = File::parse(text).err().unwrap_or_default();
        faults.into_iter().map(|(line, text)| format!("{}: {text}", line.unwrap_or(0))).collect()
    }

    #[test]
    fn a_plant_is_read_exactly() {
        let file = File::parse(PLANT).unwrap_or_else(|faults| panic!("{faults:?}"));
        let param = &file.organizations[0].networks[0].devices[0].parameters[0];
        assert_eq!(param.multiplier.0.to_string(), "0.10");
        assert_eq!(param.texts[&Language("en".into())]["0"], "Off");
        assert!(param.is_tracked);
    }

    #[test]
    fn parts_lengths_and_codes_reach_the_codec() {
        let codec = |text: &str| {
            let file =
                File::parse(&PLANT.replacen("type: f32-be", text, 1)).unwrap_or_else(|faults| panic!("{faults:?}"));
            file.organizations[0].networks[0].devices[0].parameters[0].codec()
        };
        let blank = "\n                ";
        let bits = codec(&format!("type: bits{blank}bitPosition: 4{blank}bitsAmount: 3"));
        assert_eq!(bits.decode(&[0x0050]).unwrap().to_string(), "0.5");
        assert_eq!(codec(&format!("type: str2{blank}length: 8")).register_count(), 8);
        let codes = codec(&format!("type: i16{blank}notAvailable: [0x8000]"));
        assert!(codes.decode(&[0x8000]).is_err());
        assert!(codes.decode(&[0x7FFF]).is_ok());
    }

    #[test]
    fn faults_name_line_field_and_expectation() {
        for (from, to, want) in [
            (
                "type: f32-be",
                "type: f33-be",
                "13: organizations[0].networks[0].devices[0].parameters[0].type: `f33-be`: unknown data type",
            ),
            (
                "registerKind: input",
                "registerKind: inputs",
                "11: organizations[0].networks[0].devices[0].parameters[0].registerKind: unknown `inputs`, expected holding",
            ),
            ("address: 0", "address: 70000", "12: organizations[0].networks[0].devices[0].parameters[0].address"),
            (
                "multiplier: 0.10",
                "multiplier: ten",
                "14: organizations[0].networks[0].devices[0].parameters[0].multiplier: `ten` is not a decimal number",
            ),
            ("modbusUnitId: 1", "modbusUnit: 1", "8: organizations[0].networks[0].devices[0].modbusUnit"),
            ("kind: direct", "kind: wireless", "5: organizations[0].networks[0].connection.kind"),
            ("kind: direct", "kind: serial", "5: connection.path: missing, expected one such as /dev/ttyUSB0"),
            ("port: 5020", "port: 5020, baud: 9600", "5: connection.baud: only for the kind `serial`"),
            ("kind: direct", "kind: backward", "5: connection.ip: only for the kinds `direct` and `vpn`"),
            ("kind: direct, ip: 127.0.0.1, port: 5020", "kind: backward", "5: connection.mac: missing"),
            (
                "kind: direct, ip: 127.0.0.1, port: 5020",
                "kind: backward, mac: d8:80",
                "5: organizations[0].networks[0].connection.mac: unknown `d8:80`, expected six bytes",
            ),
            ("port: 5020", "framing: ascii", "5: organizations[0].networks[0].connection.framing: unknown `ascii`"),
            (
                "port: 5020 }\n        devices:\n          - name: Meter\n            modbusUnitId: 1",
                "framing: rtu }\n        devices:\n          - name: Meter\n            modbusUnitId: 0",
                "7: `Meter`: modbusUnitId: on a bus `0` is everyone",
            ),
            (
                "kind: direct, ip: 127.0.0.1, port: 5020",
                "kind: serial, path: ttyUSB0, stopBits: 3",
                "5: organizations[0].networks[0].connection.stopBits: `3` is out of range, expected 1 to 2",
            ),
            ("modbusUnitId: 1", "modbusUnitId: 1\n            template: x", "9: template: unknown `x`"),
            ("multiplier: 0.10", "multiplier: 0", "10: `Voltage`: multiplier: `0`"),
            (
                "multiplier: 0.10",
                "isProgrammable: true",
                "10: `Voltage`: isProgrammable: registers of this kind are read-only",
            ),
            (
                "organizations:",
                "globalNotifications: [ { id: 7, texts: { en: Late } } ]\norganizations:",
                "1: globalNotifications[0].id",
            ),
            (
                "organizations:",
                "globalNotifications: [ { id: 513cf747-eb5c-4d5f-931f-d22c9872c73c, texts: {} } ]\norganizations:",
                "1: globalNotifications: texts: empty",
            ),
            (
                "- name: Works",
                "- name: Works\n    visualizations: [ { name: Hall } ]",
                "3: organizations[0].visualizations[0]",
            ),
            ("type: f32-be", "type: [", "13"),
            ("type: f32-be", "type: bits", "10: `Voltage`: bitsAmount: missing"),
            (
                "type: f32-be",
                "type: bits\n                bitPosition: 9\n                bitsAmount: 8",
                "10: `Voltage`: bitsAmount",
            ),
            ("type: f32-be", "type: str", "10: `Voltage`: length: missing"),
            ("type: f32-be", "type: mac\n                length: 6", "10: `Voltage`: length: only for texts"),
            ("type: f32-be", "type: u16\n                notAvailable: [1, 2, 3]", "10: `Voltage`: notAvailable"),
        ] {
            let found = faults(&PLANT.replacen(from, to, 1));
            assert!(found.first().is_some_and(|fault| fault.starts_with(want)), "{to}: {found:?}");
        }
    }
}
