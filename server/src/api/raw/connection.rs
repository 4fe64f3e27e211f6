//! The `connection` of raw requests, and who may use it.

use std::net::{IpAddr, Ipv4Addr};
use std::time::Duration;

use futures_util::future::join_all;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::api::endpoint::Context;
use crate::api::error::ApiError;
use crate::api::permission::Permission;
use crate::api::types::Id;
use crate::link::{Limits, Link};
use crate::model::{ConnectCode, Connection, Mac, Net};

/// Time to look a name up.
const LOOK_UP: Duration = Duration::from_secs(1);

/// How the caller names a connection.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Deserialize, Serialize, ToSchema)]
#[serde(tag = "kind", rename_all = "kebab-case")]
pub enum RawConnection {
    Direct {
        #[schema(value_type = String)]
        ip: Ipv4Addr,
        port: u16,
    },
    #[serde(rename_all = "camelCase")]
    NetId {
        network_id: Id,
    },
    ConnectCode {
        code: String,
    },
    ActivationCode {
        code: u32,
    },
    Backward {
        mac: String,
    },
}

impl RawConnection {
    /// The link, if the caller has the right: through a network of an organization where the
    /// caller has a role, or, for an address of no network, as a manager of some organization.
    pub async fn open(&self, context: &Context, permission: Permission) -> Result<Link, ApiError> {
        let directory = &context.directory;
        let absent = |what: &str, id: &dyn std::fmt::Display| ApiError::not_found(what, id);
        match self {
            RawConnection::NetId { network_id } => {
                let net = directory.nets.get(&network_id.0);
                let net = net.ok_or_else(|| absent("network", &network_id.0))?;
                if !context.may(Some(net.org_id), permission)? {
                    return Err(absent("network", &network_id.0));
                }
                check_range(&net.connection, context).await?;
                Ok(context.app.links.handle(&net.connection, Limits::of(net)))
            }
            RawConnection::Direct { ip, port } => open_address(*ip, *port, context, permission).await,
            RawConnection::Backward { mac } => {
                let known = Mac::parse(mac).ok_or_else(|| {
                    let text = format!(
                        "payload: connection.mac: unknown `{mac}`, expected six bytes, such as d8:80:39:4e:8d:e9"
                    );
                    ApiError::incorrect_request(text)
                })?;
                open_controller(known, context, permission)?.ok_or_else(|| absent("connection", mac))
            }
            RawConnection::ActivationCode { code } => {
                let controller = context.app.links.controllers().find_code(*code);
                let link = controller.map(|controller| open_controller(controller.mac, context, permission));
                link.transpose()?.flatten().ok_or_else(|| absent("activation code", code))
            }
            RawConnection::ConnectCode { code } => {
                let found = directory.connect_codes.get(&ConnectCode::normalize(code));
                let found = found.ok_or_else(|| absent("connect code", code))?;
                let link = match found.address() {
                    Some((ip, port)) => Some(open_address(ip, port, context, permission).await?),
                    None => open_controller(found.mac, context, permission)?,
                };
                link.ok_or_else(|| absent("connect code", code))
            }
        }
    }
}

/// An address that is dialled.
async fn open_address(ip: Ipv4Addr, port: u16, context: &Context, permission: Permission) -> Result<Link, ApiError> {
    if port == 0 {
        return Err(ApiError::incorrect_request("payload: connection.port: `0` is out of range, expected 1 to 65535"));
    }
    let owners = join_all(
        context
            .directory
            .nets
            .values()
            .map(async |net| leads_to(&net.connection, ip.into(), port).await.then_some(net)),
    );
    let owners: Vec<&Net> = owners.await.into_iter().flatten().collect();
    // The network knows what is spoken there.
    let (connection, limits) = match permitted(&owners, context, permission)? {
        Some(net) => (net.connection.clone(), Limits::of(net)),
        None if owners.is_empty() && manages_any(context) => (Connection::tcp(ip.to_string(), port), Limits::default()),
        None => return Err(ApiError::not_found("connection", format!("{ip}:{port}"))),
    };
    if !context.app.config.access.allows(ip.into()) {
        return Err(refused(ip));
    }
    Ok(context.app.links.handle(&connection, limits))
}

fn refused(address: impl std::fmt::Display) -> ApiError {
    ApiError::not_authorized(format!("`{address}` lies in a range that this server's configuration refuses to reach"))
}

/// Refused ranges bind raw access through networks as well.
async fn check_range(connection: &Connection, context: &Context) -> Result<(), ApiError> {
    let Connection::Direct { host, port, .. } = connection else { return Ok(()) };
    let allows = |address: IpAddr| context.app.config.access.allows(address);
    let all = addresses(host, *port).await;
    if all.into_iter().all(allows) { Ok(()) } else { Err(refused(host)) }
}

/// The addresses of a host; none for a name that nobody knows now.
async fn addresses(host: &str, port: u16) -> Vec<IpAddr> {
    if let Ok(address) = host.parse() {
        return vec![address];
    }
    match tokio::time::timeout(LOOK_UP, tokio::net::lookup_host((host, port))).await {
        Ok(Ok(found)) => found.map(|address| address.ip()).collect(),
        Ok(Err(_)) | Err(_) => Vec::new(),
    }
}

/// A controller that dials in: of a network, or one that is connected and belongs to none. `None` where it
/// is absent or hidden.
fn open_controller(mac: Mac, context: &Context, permission: Permission) -> Result<Option<Link>, ApiError> {
    let links = &context.app.links;
    let connection = Connection::Backward(mac);
    let owners: Vec<&Net> = context.directory.nets.values().filter(|net| net.connection == connection).collect();
    if let Some(net) = permitted(&owners, context, permission)? {
        return Ok(Some(links.handle(&connection, Limits::of(net))));
    }
    let is_free = owners.is_empty() && manages_any(context) && links.controllers().find(mac).is_some();
    Ok(is_free.then(|| links.handle(&connection, Limits::default())))
}

/// The last of the networks that the caller has the right in.
fn permitted<'n>(owners: &[&'n Net], context: &Context, permission: Permission) -> Result<Option<&'n Net>, ApiError> {
    let mut permitted = None;
    for net in owners {
        if context.may(Some(net.org_id), permission)? {
            permitted = Some(*net);
        }
    }
    Ok(permitted)
}

/// Whether a network's connection goes to this address, whichever way its host is written.
pub async fn leads_to(connection: &Connection, ip: IpAddr, port: u16) -> bool {
    let Connection::Direct { host, port: own, .. } = connection else { return false };
    if *own != port {
        return false;
    }
    let is_it = |other: IpAddr| other.to_canonical() == ip || other.is_loopback() && ip.is_loopback();
    addresses(host, port).await.into_iter().any(is_it)
}

fn manages_any(context: &Context) -> bool {
    context.directory.orgs.keys().any(|org| context.role(*org).is_some_and(|role| role.may(Permission::Manager)))
}
