//! What `nets/create` and `change-solution` ask for: the connection, the solution, and everything else of a
//! network; checked before anything changes.

use std::net::Ipv4Addr;

use parabus_core::modbus::UnitId;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::api::endpoint::Context;
use crate::api::error::ApiError;
use crate::api::raw::connection::leads_to;
use crate::api::template;
use crate::api::types::{Id, Language};
use crate::controller::{MOST_PASSWORD, is_password};
use crate::model::{ConnectCode, Connection, Directory, Framing, Net, NetId, OrgId};
use crate::plant::solution::{self, NewDevice, SolutionKind};

/// Characters of a network's or device's name.
const MOST_NAME: usize = 200;

/// Requests in flight at once on a connection.
pub const IN_FLIGHT: std::ops::RangeInclusive<u8> = 1..=16;

/// A network as the caller wants it.
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct NetWish {
    /// 1 to 200 characters.
    pub name: String,
    pub description: Option<String>,
    /// Language of the network's texts; every text is kept in all four, so that a reader's own decides.
    #[allow(dead_code, reason = "part of the published request")]
    language: Language,
    pub controller_modbus_unit_id: u8,
    pub sku: Option<String>,
    pub device_passwords: Vec<String>,
    /// 1 to 16.
    pub max_inflight_requests_num: u8,
    pub disabled: bool,
    pub connection: NetConnection,
    pub solution: NetSolution,
}

/// How the caller names the connection of a network.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(tag = "kind", rename_all = "kebab-case")]
pub enum NetConnection {
    Direct {
        #[schema(value_type = String)]
        ip: Ipv4Addr,
        port: u16,
    },
    /// The PIN on a controller's sticker.
    ConnectCode { code: String },
    /// The number that a controller shows.
    ActivationCode { code: Id },
    /// For `change-solution`: the connection stays as it is.
    #[serde(rename_all = "camelCase")]
    NetId { network_id: Option<Id> },
}

#[derive(Clone, Debug, Deserialize, ToSchema)]
pub struct NetSolution {
    /// `standalone`, `rpm416`, `opcb221` or `em130`.
    kind: String,
    /// Of `standalone`.
    #[serde(default)]
    devices: Vec<WishedDevice>,
}

#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct WishedDevice {
    modbus_id: u8,
    name: Option<String>,
    template_id: Option<Id>,
}

/// `{"status":"ok","netSlug":…}`, or why not.
#[derive(Serialize, ToSchema)]
#[serde(tag = "status", rename_all = "kebab-case")]
pub enum NetReply {
    #[serde(rename_all = "camelCase")]
    Ok { net_slug: String },
    #[serde(rename_all = "camelCase")]
    Error { error_message: String },
}

/// Why a wish is not granted: a refusal by HTTP, or an error inside 200 (seed: create).
pub enum Refused {
    Http(ApiError),
    Said(String),
}

impl From<ApiError> for Refused {
    fn from(error: ApiError) -> Self {
        Refused::Http(error)
    }
}

impl From<String> for Refused {
    fn from(message: String) -> Self {
        Refused::Said(message)
    }
}

impl NetReply {
    /// The reply of a handler that may refuse either way.
    pub fn of(result: Result<String, Refused>) -> Result<NetReply, ApiError> {
        match result {
            Ok(net_slug) => Ok(NetReply::Ok { net_slug }),
            Err(Refused::Said(error_message)) => Ok(NetReply::Error { error_message }),
            Err(Refused::Http(error)) => Err(error),
        }
    }
}

/// A connection that was found, and what its code says besides.
pub struct Found {
    pub connection: Connection,
    pub is_vpn: bool,
    pub code: Option<ConnectCode>,
}

impl NetWish {
    /// Checks what the types do not say.
    pub fn check(&self) -> Result<(), ApiError> {
        check_name("name", &self.name)?;
        if let Some(place) = self.device_passwords.iter().position(|text| !is_password(text)) {
            return Err(no_password(place));
        }
        for device in &self.solution.devices {
            device.name.iter().try_for_each(|name| check_name("solution.devices.name", name))?;
        }
        check_in_flight(self.max_inflight_requests_num)
    }

    /// The devices of the solution: by the SKU as given, else by that of the connect code if a template is
    /// known for it, else by the kind.
    pub fn devices(&self, found: &Found, context: &Context) -> Result<Vec<NewDevice>, Refused> {
        let of_code = found.code.as_ref().and_then(|code| code.sku.as_deref());
        let of_code = of_code.filter(|sku| context.directory.sku_templates.contains_key(*sku));
        self.solution.devices(self.controller_modbus_unit_id, self.sku.as_deref().or(of_code), context)
    }

    /// Passwords as given, else those of the connect code.
    pub fn passwords(&self, found: &Found) -> Vec<String> {
        match &found.code {
            Some(code) if self.device_passwords.is_empty() => code.device_passwords.clone(),
            _ => self.device_passwords.clone(),
        }
    }
}

impl NetSolution {
    pub fn kind(&self) -> Result<SolutionKind, ApiError> {
        SolutionKind::from_code(&self.kind).ok_or_else(|| {
            let kinds = SolutionKind::ALL.map(SolutionKind::code).join(", ");
            ApiError::incorrect_request(format!(
                "payload: solution.kind: unknown `{}`, expected one of {kinds}",
                self.kind
            ))
        })
    }

    /// The devices that the solution has.
    fn devices(&self, controller: u8, sku: Option<&str>, context: &Context) -> Result<Vec<NewDevice>, Refused> {
        let kind = self.kind()?;
        if kind != SolutionKind::Standalone {
            let unit = UnitId(controller);
            return Ok(vec![solution::controller(kind, sku, unit, &context.directory)?]);
        }
        let mut devices: Vec<NewDevice> = Vec::new();
        for WishedDevice { modbus_id, name, template_id } in &self.devices {
            let unit = UnitId(*modbus_id);
            if devices.iter().any(|device| device.unit == unit) {
                return Err(format!("solution.devices: the unit {modbus_id} stands twice").into());
            }
            let template = match template_id {
                Some(id) => {
                    let found = template::find(context, id.0);
                    Some(found.map_err(|_| format!("solution.devices: the template `{}` is not known", id.0))?.id)
                }
                None => None,
            };
            devices.push(NewDevice { unit, name: name.clone(), template });
        }
        Ok(devices)
    }
}

/// The text itself stays out of messages.
pub fn no_password(place: usize) -> ApiError {
    ApiError::incorrect_request(format!(
        "payload: devicePasswords[{place}]: expected at most {MOST_PASSWORD} characters, all of printable ASCII"
    ))
}

pub fn check_name(field: &str, name: &str) -> Result<(), ApiError> {
    ApiError::check_name(field, name.trim(), MOST_NAME)
}

pub fn check_in_flight(count: u8) -> Result<(), ApiError> {
    if IN_FLIGHT.contains(&count) {
        return Ok(());
    }
    let (least, most) = (IN_FLIGHT.start(), IN_FLIGHT.end());
    Err(ApiError::incorrect_request(format!(
        "payload: maxInflightRequestsNum: `{count}` is out of range, expected {least} to {most}"
    )))
}

impl NetConnection {
    /// The connection that is meant; `present` is the network that it is for, if there is one.
    pub async fn find(&self, context: &Context, org: OrgId, present: Option<&Net>) -> Result<Found, Refused> {
        let found = match self {
            NetConnection::Direct { ip, port } => {
                let framing = match present.map(|net| &net.connection) {
                    // What is spoken there has no field here; it stays as it is set up.
                    Some(Connection::Direct { framing, .. }) => *framing,
                    _ => Framing::Tcp,
                };
                let is_vpn = present.is_some_and(|net| net.is_vpn);
                Found { connection: direct(context, *ip, *port, framing)?, is_vpn, code: None }
            }
            NetConnection::ConnectCode { code } => of_connect_code(context, code)?,
            NetConnection::ActivationCode { code } => {
                let controller =
                    u32::try_from(code.0).ok().and_then(|code| context.app.links.controllers().find_code(code));
                let controller = controller.ok_or_else(|| {
                    let code = code.0;
                    format!("no controller that is connected shows the activation code `{code}`")
                })?;
                Found { connection: Connection::Backward(controller.mac), is_vpn: false, code: None }
            }
            NetConnection::NetId { network_id } => {
                let net = present.ok_or_else(|| {
                    ApiError::incorrect_request(
                        "payload: connection.kind: `net-id` is for networks that exist, expected connect-code, activation-code or direct",
                    )
                })?;
                if network_id.is_some_and(|id| id.0 != net.id) {
                    return Err("connection.networkId: another network's connection cannot be taken over"
                        .to_owned()
                        .into());
                }
                return Ok(Found { connection: net.connection.clone(), is_vpn: net.is_vpn, code: None });
            }
        };
        check_free(context, &found.connection, org, present.map(|net| net.id)).await?;
        Ok(found)
    }
}

/// An address that this server may reach.
pub fn direct(context: &Context, ip: Ipv4Addr, port: u16, framing: Framing) -> Result<Connection, ApiError> {
    if !context.app.config.access.allows(ip.into()) {
        return Err(ApiError::not_authorized(format!(
            "`{ip}` lies in a range that this server's configuration refuses to reach"
        )));
    }
    if port == 0 {
        return Err(ApiError::incorrect_request("payload: port: `0` is out of range, expected 1 to 65535"));
    }
    Ok(Connection::Direct { host: ip.to_string(), port, framing })
}

/// The controller of a connect code: in its tunnel, or one that dials in.
pub fn of_connect_code(context: &Context, code: &str) -> Result<Found, Refused> {
    let known = context.directory.connect_codes.get(&ConnectCode::normalize(code)).cloned();
    let known = known.ok_or_else(|| format!("the connect code `{code}` is not known"))?;
    Ok(match known.address() {
        Some((ip, port)) => {
            Found { connection: direct(context, ip, port, Framing::Tcp)?, is_vpn: true, code: Some(known) }
        }
        None => Found { connection: Connection::Backward(known.mac), is_vpn: false, code: Some(known) },
    })
}

/// A connection belongs to one network: through a second one, its organization would reach the first
/// one's devices.
pub async fn check_free(
    context: &Context,
    connection: &Connection,
    org: OrgId,
    own: Option<NetId>,
) -> Result<(), Refused> {
    for net in context.directory.nets.values().filter(|net| Some(net.id) != own) {
        let is_same = match connection {
            Connection::Direct { host, port, .. } => match host.parse() {
                Ok(ip) => leads_to(&net.connection, ip, *port).await,
                Err(_) => net.connection.address() == connection.address(),
            },
            Connection::Backward(_) | Connection::Serial(_) => net.connection == *connection,
        };
        if is_same && net.org_id == org {
            return Err(format!("`{}` already belongs to the network `{}`", connection.address(), net.name).into());
        }
        if is_same {
            return Err(
                format!("`{}` already belongs to a network of another organization", connection.address()).into()
            );
        }
    }
    Ok(())
}

/// What another network of the organization, or another request just now, has taken: asked inside the
/// transaction. Plant files tell networks apart by their names.
pub fn taken(
    directory: &Directory,
    org: OrgId,
    own: Option<NetId>,
    name: &str,
    connection: &Connection,
) -> Option<String> {
    let mut others = directory.nets.values().filter(|net| Some(net.id) != own);
    if directory.nets_of(org).any(|net| Some(net.id) != own && net.name == name) {
        return Some(format!("name: a network `{name}` is there already"));
    }
    let is_used = others.any(|net| net.connection == *connection);
    is_used.then(|| format!("`{}` already belongs to another network", connection.address()))
}
