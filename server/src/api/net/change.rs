//! POST /net/:netId/change/

use std::net::Ipv4Addr;

use parabus_core::modbus::UnitId;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::get::NetPath;
use super::wish::{Refused, check_free, check_in_flight, check_name, direct, no_password, of_connect_code, taken};
use crate::api::endpoint::{Context, Endpoint, Method, Nothing, Request, Scope};
use crate::api::error::ApiError;
use crate::api::permission::Permission;
use crate::controller::is_password;
use crate::model::{Connection, Framing, Mac, Net};
use crate::plant::net_slug;
use crate::plant::solution::SolutionKind;

pub struct ChangeNet;

/// What is absent stays as it is.
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct NetChange {
    /// 1 to 200 characters.
    name: Option<String>,
    /// An empty one is none.
    description: Option<String>,
    device_passwords: Option<Vec<String>>,
    controller_modbus_unit_id: Option<u8>,
    /// An empty one is none.
    sku: Option<String>,
    /// `standalone`, `rpm416`, `opcb221` or `em130`.
    solution: Option<String>,
    connection_type: Option<ConnectionType>,
    /// Of a controller that dials in.
    mac: Option<String>,
    /// Of an address that the server dials.
    #[schema(value_type = Option<String>)]
    ip: Option<Ipv4Addr>,
    port: Option<u16>,
    /// The PIN on a controller's sticker, in place of `mac` or `ip`.
    connect_code: Option<String>,
    /// 1 to 16.
    max_inflight_requests_num: Option<u8>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub enum ConnectionType {
    Direct,
    Backward,
    Vpn,
}

/// The network's slug, which follows its name.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ChangedNet {
    status: &'static str,
    net_slug: String,
}

impl Endpoint for ChangeNet {
    const METHOD: Method = Method::Post;
    const PATH: &'static str = "/net/:netId/change/";
    const PERMISSION: Permission = Permission::Manager;
    const TITLE: &'static str = "Change Network Details";
    const WRITES: bool = true;
    type Path = NetPath;
    type Query = Nothing;
    type Body = NetChange;
    type Reply = ChangedNet;

    fn scope(request: &Request<Self>) -> Scope {
        Scope::Net(request.path.net_id.0)
    }

    async fn handle(context: Context, request: Request<Self>) -> Result<ChangedNet, ApiError> {
        let (id, change) = (request.path.net_id.0, request.body);
        let missing = || ApiError::not_found("network", id);
        let before = context.directory.nets.get(&id).ok_or_else(missing)?;
        change.check()?;
        let connection = match change.connection(&context, before).await {
            Ok(connection) => connection,
            // This endpoint has no way to say no inside 200.
            Err(Refused::Said(message)) => return Err(ApiError::incorrect_request(format!("payload: {message}"))),
            Err(Refused::Http(error)) => return Err(error),
        };
        let changed = context.configure(move |edit| {
            let Some(before) = edit.before().nets.get(&id).cloned() else { return Ok(None) };
            let mut net = change.applied_to(before.clone());
            if let Some((connection, is_vpn)) = connection {
                (net.connection, net.is_vpn) = (connection, is_vpn);
            }
            net.slug = net_slug(edit.before(), net.org_id, Some(id), &net.name);
            if let Some(refused) = taken(edit.before(), net.org_id, Some(id), &net.name, &net.connection) {
                return Ok(Some(Err(refused)));
            }
            if net != before {
                edit.put_net(&net)?;
            }
            Ok(Some(Ok(net.slug)))
        });
        let net_slug = changed.await?.ok_or_else(missing)?;
        let net_slug = net_slug.map_err(|refused| ApiError::incorrect_request(format!("payload: {refused}")))?;
        tracing::info!(net = id, user = context.caller.user, "network changed");
        Ok(ChangedNet { status: "ok", net_slug })
    }
}

impl NetChange {
    fn check(&self) -> Result<(), ApiError> {
        self.name.iter().try_for_each(|name| check_name("name", name))?;
        let mut passwords = self.device_passwords.iter().flatten();
        if let Some(place) = passwords.position(|text| !is_password(text)) {
            return Err(no_password(place));
        }
        self.max_inflight_requests_num.iter().try_for_each(|count| check_in_flight(*count))?;
        match self.solution.as_deref().map(|code| (code, SolutionKind::from_code(code))) {
            Some((code, None)) => {
                let kinds = SolutionKind::ALL.map(SolutionKind::code).join(", ");
                Err(ApiError::incorrect_request(format!(
                    "payload: solution: unknown `{code}`, expected one of {kinds}"
                )))
            }
            _ => Ok(()),
        }
    }

    /// The new connection, and whether it lies in a tunnel; `None` if nothing of it is named.
    async fn connection(&self, context: &Context, before: &Net) -> Result<Option<(Connection, bool)>, Refused> {
        let names_address = self.ip.is_some() || self.port.is_some();
        if self.connection_type.is_none() && self.mac.is_none() && !names_address && self.connect_code.is_none() {
            return Ok(None);
        }
        let (connection, is_vpn) = match &self.connect_code {
            Some(code) => {
                let found = of_connect_code(context, code)?;
                (found.connection, found.is_vpn)
            }
            None => self.named(context, before)?,
        };
        let wanted = self.connection_type;
        let is_as_named = match connection {
            Connection::Backward(_) => wanted.is_none_or(|wanted| wanted == ConnectionType::Backward),
            Connection::Direct { .. } | Connection::Serial(_) => {
                let is = if is_vpn { ConnectionType::Vpn } else { ConnectionType::Direct };
                wanted.is_none_or(|wanted| wanted == is)
            }
        };
        if !is_as_named {
            return Err("connectionType: not that of the connect code".to_owned().into());
        }
        check_free(context, &connection, before.org_id, Some(before.id)).await?;
        Ok(Some((connection, is_vpn)))
    }

    /// What type and addresses name, the rest as before.
    fn named(&self, context: &Context, before: &Net) -> Result<(Connection, bool), Refused> {
        let present = match &before.connection {
            Connection::Backward(_) => ConnectionType::Backward,
            Connection::Direct { .. } | Connection::Serial(_) if before.is_vpn => ConnectionType::Vpn,
            Connection::Direct { .. } | Connection::Serial(_) => ConnectionType::Direct,
        };
        let wanted = self.connection_type.unwrap_or(match (self.ip, &self.mac) {
            (Some(_), _) if present == ConnectionType::Backward => ConnectionType::Direct,
            (None, Some(_)) => ConnectionType::Backward,
            _ => present,
        });
        if wanted == ConnectionType::Backward {
            let mac = match &self.mac {
                Some(text) => Mac::parse(text)
                    .ok_or_else(|| format!("mac: unknown `{text}`, expected six bytes, such as d8:80:39:4e:8d:e9"))?,
                None => {
                    before.connection.mac().ok_or_else(|| "mac: missing, expected one or a connectCode".to_owned())?
                }
            };
            return Ok((Connection::Backward(mac), false));
        }
        let (host, port, framing) = match &before.connection {
            Connection::Direct { host, port, framing } => (Some(host.clone()), Some(*port), *framing),
            Connection::Backward(_) | Connection::Serial(_) => (None, None, Framing::Tcp),
        };
        let port = self.port.or(port).unwrap_or(502);
        let is_vpn = wanted == ConnectionType::Vpn;
        match (self.ip, host) {
            (Some(ip), _) => Ok((direct(context, ip, port, framing)?, is_vpn)),
            (None, Some(host)) => match host.parse() {
                Ok(ip) if self.port.is_some() => Ok((direct(context, ip, port, framing)?, is_vpn)),
                // A name is looked at when it leads somewhere.
                _ if port == 0 => Err("port: `0` is out of range, expected 1 to 65535".to_owned().into()),
                _ => Ok((Connection::Direct { host, port, framing }, is_vpn)),
            },
            (None, None) => Err("ip: missing, expected an IPv4 address or a connectCode".to_owned().into()),
        }
    }

    fn applied_to(self, before: Net) -> Net {
        let cleared = |text: Option<String>, before: Option<String>| match text {
            Some(text) => Some(text).filter(|text| !text.is_empty()),
            None => before,
        };
        Net {
            name: self.name.map_or(before.name, |name| name.trim().to_owned()),
            description: cleared(self.description, before.description),
            sku: cleared(self.sku, before.sku),
            device_passwords: self.device_passwords.unwrap_or(before.device_passwords),
            controller_unit_id: self.controller_modbus_unit_id.map_or(before.controller_unit_id, UnitId),
            solution: self.solution.unwrap_or(before.solution),
            max_inflight_requests: self.max_inflight_requests_num.unwrap_or(before.max_inflight_requests),
            ..before
        }
    }
}
