//! What a plant file can say.

use std::collections::BTreeMap;
use std::net::Ipv4Addr;
use std::path::{Path, PathBuf};

use parabus_core::modbus::{RegisterKind, WriteFunction};
use parabus_core::value::{Codec, DataType, Lang};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::super::own::Product;
use super::super::signal::Signal;
use super::super::solution::SolutionKind;
use super::super::template::Template;
use super::super::zoo::Misbehaviour;
use super::alert::{Alert, Contact};
use super::schema;
use super::tariff::Tariff;
use super::values::*;
use crate::model::{self, DisabledBy, Framing, Mac, Parity, Role, SerialPort};

/// The whole file.
#[derive(Debug, Default, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct File {
    #[serde(default)]
    pub organizations: Vec<Organization>,
    /// Of every organization.
    #[serde(default, skip_serializing_if = "Section::is_left_out")]
    pub templates: Section<Vec<Template>>,
    /// Which template a controller's SKU stands for.
    #[serde(default, skip_serializing_if = "Section::is_left_out")]
    pub sku_templates: Section<BTreeMap<String, Spanned<String>>>,
    #[serde(default, skip_serializing_if = "Section::is_left_out")]
    pub connect_codes: Section<Vec<ConnectCode>>,
    #[serde(default, skip_serializing_if = "Section::is_left_out")]
    pub global_notifications: Section<Vec<GlobalNotification>>,
    /// For the simulator; ignored by `apply`.
    #[serde(default, skip_serializing)]
    pub simulate: Vec<SimulatedDevice>,
    /// For the simulator: controllers of no network, which dial in and show an activation code.
    #[serde(default, skip_serializing)]
    pub simulate_controllers: Vec<SimulatedController>,
}

#[derive(Debug, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Organization {
    pub name: Name,
    /// What references call it, where that is not made from the name.
    #[serde(default, deserialize_with = "slug", skip_serializing_if = "Option::is_none")]
    #[schemars(schema_with = "schema::slug")]
    pub slug: Option<String>,
    #[serde(default = "english", deserialize_with = "lang", serialize_with = "codes::always")]
    #[schemars(schema_with = "schema::language")]
    pub language: Lang,
    /// Unless it is said here, short messages stay as people have set them.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sms: Option<Sms>,
    #[serde(default, skip_serializing_if = "Section::is_left_out")]
    pub users: Section<Vec<User>>,
    /// Of this organization alone.
    #[serde(default, skip_serializing_if = "Section::is_left_out")]
    pub templates: Section<Vec<Template>>,
    #[serde(default, skip_serializing_if = "Section::is_left_out")]
    pub networks: Section<Vec<Network>>,
    #[serde(default, skip_serializing_if = "Section::is_left_out")]
    pub visualizations: Section<Vec<Visualization>>,
    /// The widgets in their order. It has the last word over `isDisplayedOnDashboard`; without it, that
    /// and people decide.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub dashboard: Option<Vec<Widget>>,
    /// Unless it is said here, it stays as people have set it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub contact: Option<Contact>,
    #[serde(default, skip_serializing_if = "Section::is_left_out")]
    pub alerts: Section<Vec<Alert>>,
    /// What energy costs. Unless it is said here, it stays as it is.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tariff: Option<Tariff>,
}

/// What an organization wants of short messages.
#[derive(Debug, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Sms {
    #[serde(default, skip_serializing_if = "is_no")]
    pub disabled: bool,
    /// Most money for them in a month, 0 to 1000; without it there is no limit.
    #[serde(default, deserialize_with = "monthly_limit", skip_serializing_if = "Option::is_none")]
    #[schemars(schema_with = "schema::monthly_limit")]
    pub monthly_limit: Option<Exact>,
}

/// A parameter by the names of its network, its device and its own.
#[derive(Debug, PartialEq, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Widget {
    pub network: String,
    pub device: String,
    pub parameter: Spanned<String>,
}

#[derive(Debug, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct User {
    pub name: Name,
    #[serde(deserialize_with = "role", serialize_with = "codes::always")]
    #[schemars(schema_with = "schema::role")]
    pub role: Role,
    /// Unless it is said here, it stays as it is; without one the organization's is spoken.
    #[serde(
        default,
        deserialize_with = "some_lang",
        serialize_with = "codes::optional",
        skip_serializing_if = "Option::is_none"
    )]
    #[schemars(schema_with = "schema::language")]
    pub language: Option<Lang>,
    #[serde(default, skip_serializing_if = "Section::is_left_out")]
    pub keys: Section<Vec<Key>>,
}

#[derive(Debug, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Key {
    /// A UUID, or `env:NAME`.
    pub api_key: Spanned<Secret>,
    /// A password, or `env:NAME`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub password: Option<Spanned<Secret>>,
    /// Instead of the password its hash: a PHC string of Argon2id, as `parabus export` writes it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub password_hash: Option<Spanned<Secret>>,
}

#[derive(Debug, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Network {
    pub name: Name,
    /// What references call it, where that is not made from the name.
    #[serde(default, deserialize_with = "slug", skip_serializing_if = "Option::is_none")]
    #[schemars(schema_with = "schema::slug")]
    pub slug: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    pub connection: Connection,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sku: Option<String>,
    /// What kind of plant it is; unless it is said here, it stays as it is, `standalone` at first.
    #[serde(
        default,
        deserialize_with = "solution",
        serialize_with = "codes::optional",
        skip_serializing_if = "Option::is_none"
    )]
    #[schemars(schema_with = "schema::solution")]
    pub solution: Option<SolutionKind>,
    #[serde(default = "controller_unit")]
    pub controller_modbus_unit_id: u8,
    /// Unless they are said here, they stay as they are.
    #[serde(default, deserialize_with = "passwords", skip_serializing_if = "Option::is_none")]
    #[schemars(schema_with = "schema::passwords")]
    pub device_passwords: Option<Vec<String>>,
    #[serde(default = "one", deserialize_with = "inflight", skip_serializing_if = "is_single")]
    #[schemars(schema_with = "schema::inflight")]
    pub max_inflight_requests_num: u8,
    /// Milliseconds of rest between two requests.
    #[serde(default, deserialize_with = "request_gap", skip_serializing_if = "is_default")]
    #[schemars(schema_with = "schema::request_gap")]
    pub request_gap_ms: u16,
    /// Unless it is said here, it stays as people have switched it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub disabled: Option<bool>,
    #[serde(
        default,
        deserialize_with = "disabled_by",
        serialize_with = "codes::optional",
        skip_serializing_if = "Option::is_none"
    )]
    #[schemars(schema_with = "schema::disabled_by")]
    pub disabled_by: Option<DisabledBy>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub disable_note: Option<String>,
    #[serde(default, skip_serializing_if = "Section::is_left_out")]
    pub devices: Section<Vec<Device>>,
}

#[derive(Debug, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Connection {
    pub(super) kind: Spanned<ConnectionKind>,
    /// IPv4 address or host name, of a direct connection or one through a tunnel.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) ip: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) port: Option<u16>,
    #[serde(
        default,
        deserialize_with = "framing",
        serialize_with = "codes::optional",
        skip_serializing_if = "Option::is_none"
    )]
    #[schemars(schema_with = "schema::framing")]
    pub(super) framing: Option<Framing>,
    /// Of a serial port; a relative one is beside this file.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) path: Option<PathBuf>,
    #[serde(default, deserialize_with = "baud", skip_serializing_if = "Option::is_none")]
    #[schemars(schema_with = "schema::baud")]
    pub(super) baud: Option<u32>,
    #[serde(
        default,
        deserialize_with = "parity",
        serialize_with = "codes::optional",
        skip_serializing_if = "Option::is_none"
    )]
    #[schemars(schema_with = "schema::parity")]
    pub(super) parity: Option<Parity>,
    #[serde(default, deserialize_with = "stop_bits", skip_serializing_if = "Option::is_none")]
    #[schemars(schema_with = "schema::stop_bits")]
    pub(super) stop_bits: Option<u8>,
    /// Of a controller that dials in.
    #[serde(
        default,
        deserialize_with = "mac",
        serialize_with = "codes::optional_text",
        skip_serializing_if = "Option::is_none"
    )]
    #[schemars(schema_with = "schema::mac")]
    pub(super) mac: Option<Mac>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub(super) enum ConnectionKind {
    Direct,
    /// Dialled like a direct one: the operating system keeps the tunnel.
    Vpn,
    Serial,
    Backward,
}

impl Connection {
    /// One of the store.
    pub fn of(connection: &model::Connection, is_vpn: bool) -> Self {
        let kind = match connection {
            model::Connection::Direct { .. } if is_vpn => ConnectionKind::Vpn,
            model::Connection::Direct { .. } => ConnectionKind::Direct,
            model::Connection::Serial(_) => ConnectionKind::Serial,
            model::Connection::Backward(_) => ConnectionKind::Backward,
        };
        let (dialled, serial) = match connection {
            model::Connection::Direct { host, port, framing } => (Some((host, *port, *framing)), None),
            model::Connection::Serial(serial) => (None, Some(serial)),
            model::Connection::Backward(_) => (None, None),
        };
        Connection {
            kind: kind.into(),
            ip: dialled.map(|(host, _, _)| host.clone()),
            port: dialled.map(|(_, port, _)| port),
            framing: dialled.map(|(_, _, framing)| framing).filter(|framing| *framing != Framing::Tcp),
            path: serial.map(|serial| serial.path.clone().into()),
            baud: serial.map(|serial| serial.baud),
            parity: serial.map(|serial| serial.parity),
            stop_bits: serial.map(|serial| serial.stop_bits),
            mac: connection.mac(),
        }
    }

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
    pub(super) fn is_bus(&self) -> bool {
        matches!(self.kind.value, ConnectionKind::Serial) || self.framing == Some(Framing::Rtu)
    }
}

#[derive(Debug, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Device {
    pub name: Name,
    /// What references call it, where that is not made from the name.
    #[serde(default, deserialize_with = "slug", skip_serializing_if = "Option::is_none")]
    #[schemars(schema_with = "schema::slug")]
    pub slug: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    #[serde(rename = "modbusUnitId")]
    pub unit_id: u8,
    #[serde(default = "period_sec", deserialize_with = "period")]
    #[schemars(schema_with = "schema::period")]
    pub update_period_sec: u32,
    #[serde(default, deserialize_with = "group_size", skip_serializing_if = "Option::is_none")]
    #[schemars(schema_with = "schema::group_size")]
    pub read_group_size: Option<u8>,
    /// Registers of no parameter that may be read to save a request.
    #[serde(default, deserialize_with = "gap", skip_serializing_if = "is_default")]
    #[schemars(schema_with = "schema::gap")]
    pub read_gap: u8,
    #[serde(
        default,
        deserialize_with = "write_function",
        serialize_with = "codes::optional",
        skip_serializing_if = "Option::is_none"
    )]
    #[schemars(schema_with = "schema::write_function")]
    pub write_function: Option<WriteFunction>,
    #[serde(default = "retries")]
    pub modbus_timeout_retries_num: u8,
    #[serde(default = "timeout_ms", deserialize_with = "timeout")]
    #[schemars(schema_with = "schema::timeout")]
    pub timeout_ms: u32,
    /// Unless it is said here, it stays as people have switched it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub disabled: Option<bool>,
    #[serde(
        default,
        deserialize_with = "disabled_by",
        serialize_with = "codes::optional",
        skip_serializing_if = "Option::is_none"
    )]
    #[schemars(schema_with = "schema::disabled_by")]
    pub disabled_by: Option<DisabledBy>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub disable_note: Option<String>,
    /// Id of a template of this file or of one that is shipped, whose parameters the device gets.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub template: Option<Spanned<String>>,
    /// Names of the template's parameters that the device does not get.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub without: Vec<Spanned<String>>,
    /// One of the name of a template's takes its place.
    #[serde(default, skip_serializing_if = "Section::is_left_out")]
    pub parameters: Section<Vec<Parameter>>,
}

#[derive(Debug, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Visualization {
    pub name: Name,
    /// What references call it, where that is not made from the name.
    #[serde(default, deserialize_with = "slug", skip_serializing_if = "Option::is_none")]
    #[schemars(schema_with = "schema::slug")]
    pub slug: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// What it is drawn from, or `file:` and a path; a relative one starts at this file.
    pub source: Spanned<String>,
    #[serde(default, skip_serializing_if = "is_no")]
    pub is_displayed_on_dashboard: bool,
}

/// Shown to every user who has not dismissed it.
#[derive(Debug, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct GlobalNotification {
    pub id: Spanned<uuid::Uuid>,
    pub texts: BTreeMap<Language, String>,
    #[serde(default = "yes", skip_serializing_if = "is_yes")]
    pub enabled: bool,
}

/// What the PIN on a controller's sticker stands for.
#[derive(Debug, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ConnectCode {
    pub code: Name,
    #[serde(
        default,
        deserialize_with = "mac",
        serialize_with = "codes::optional_text",
        skip_serializing_if = "Option::is_none"
    )]
    #[schemars(schema_with = "schema::mac")]
    pub mac: Option<Mac>,
    /// Unless they are said here, they stay as they are.
    #[serde(default, deserialize_with = "passwords", skip_serializing_if = "Option::is_none")]
    #[schemars(schema_with = "schema::passwords")]
    pub device_passwords: Option<Vec<String>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sku: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub vpn_ip_address: Option<Ipv4Addr>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub port: Option<u16>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub modbus_id: Option<u8>,
}

#[derive(Clone, Debug, PartialEq, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Parameter {
    pub name: Name,
    /// What references call it, where that is not made from the name; of a device's own parameter.
    #[serde(default, deserialize_with = "slug", skip_serializing_if = "Option::is_none")]
    #[schemars(schema_with = "schema::slug")]
    pub slug: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub label: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub category: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    #[serde(deserialize_with = "register_kind", serialize_with = "codes::always")]
    #[schemars(schema_with = "schema::register_kind")]
    pub register_kind: RegisterKind,
    pub address: u16,
    /// Type code, such as `u16-be`.
    #[serde(rename = "type")]
    pub value_type: TypeCode,
    #[serde(default, deserialize_with = "bit", skip_serializing_if = "Option::is_none")]
    #[schemars(schema_with = "schema::bit")]
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
    #[schemars(schema_with = "schema::precision")]
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

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct SimulatedController {
    pub sku: Spanned<Product>,
    #[serde(default, deserialize_with = "mac")]
    #[schemars(schema_with = "schema::mac")]
    pub mac: Option<Mac>,
    /// The unit that the controller itself is.
    #[serde(default = "controller_unit")]
    pub modbus_unit_id: u8,
}

#[derive(Debug, Deserialize, JsonSchema)]
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

    pub(super) const fn is_text(&self) -> bool {
        matches!(self.value_type.0, DataType::Text(_))
    }

    pub const fn takes_bits(&self) -> bool {
        matches!(self.value_type.0, DataType::Bits | DataType::Enum)
    }
}

impl File {
    /// The template of an id.
    pub fn template(&self, id: &str) -> Option<&Template> {
        self.all_templates().find(|template| template.id.text == id)
    }

    pub(super) fn all_templates(&self) -> impl Iterator<Item = &Template> {
        self.templates.iter().chain(self.organizations.iter().flat_map(|org| org.templates.iter()))
    }

    /// A device's parameters: those of its template, of which its own replace some, then its own.
    pub fn parameters<'a>(&'a self, device: &'a Device) -> impl Iterator<Item = &'a Parameter> {
        let own = |name: &Name| device.parameters.iter().find(|own| own.name == *name);
        let of_template =
            self.of_template(device).filter(|param| device.without.iter().all(|name| name.value != param.name.text));
        let rest = device.parameters.iter().filter(|own| self.of_template(device).all(|param| param.name != own.name));
        of_template.map(move |param| own(&param.name).unwrap_or(param)).chain(rest)
    }

    /// A parameter of an organization by the names of its network, its device and its own.
    pub(super) fn find_param<'a>(&'a self, org: &'a Organization, names: [&str; 3]) -> Option<&'a Parameter> {
        let [network, device, parameter] = names;
        let net = org.networks.iter().find(|net| net.name.text == network)?;
        let device = net.devices.iter().find(|each| each.name.text == device)?;
        self.parameters(device).find(|param| param.name.text == parameter)
    }

    /// The parameters of a device's template.
    pub fn of_template<'a>(&'a self, device: &Device) -> impl Iterator<Item = &'a Parameter> {
        let template = device.template.as_ref().and_then(|id| self.template(&id.value));
        template.into_iter().flat_map(|template| &template.parameters)
    }

    /// Most registers in one request to a device: its own word, its template's, or one by one.
    pub fn read_group_size(&self, device: &Device) -> u8 {
        let template = device.template.as_ref().and_then(|id| self.template(&id.value));
        device.read_group_size.or(template.and_then(|template| template.read_group_size)).unwrap_or(1)
    }

    /// The networks of all organizations.
    pub fn networks(&self) -> impl Iterator<Item = &Network> {
        self.organizations.iter().flat_map(|org| org.networks.iter())
    }

    /// A device by the names of its network and its own.
    pub fn find(&self, network: &str, device: &str) -> Option<(&Network, &Device)> {
        self.networks()
            .filter(|net| net.name.text == network)
            .find_map(|net| Some((net, net.devices.iter().find(|each| each.name.text == device)?)))
    }
}
