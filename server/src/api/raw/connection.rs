//! The `connection` of raw requests, and who may use it.

use std::net::{IpAddr, Ipv4Addr};

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::api::endpoint::Context;
use crate::api::error::ApiError;
use crate::api::permission::Permission;
use crate::api::types::Id;
use crate::link::{Limits, Link};
use crate::model::{Connection, Net};

/// How the caller names a connection.
#[derive(Clone, Debug, Deserialize, Serialize, ToSchema)]
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
        let links = &context.app.links;
        match self {
            RawConnection::NetId { network_id } => {
                let net = directory.nets.get(&network_id.0);
                let net = net.ok_or_else(|| ApiError::not_found("network", network_id.0))?;
                if !context.may(Some(net.org_id), permission)? {
                    return Err(ApiError::not_found("network", network_id.0));
                }
                Ok(links.handle(&net.connection, Limits::of(net)))
            }
            RawConnection::Direct { ip, port } => {
                let mut owners: Vec<&Net> = Vec::new();
                for net in directory.nets.values() {
                    if leads_to(&net.connection, (*ip).into(), *port).await {
                        owners.push(net);
                    }
                }
                let mut permitted = None;
                for net in &owners {
                    if context.may(Some(net.org_id), permission)? {
                        permitted = Some(*net);
                    }
                }
                // The network knows what is spoken there.
                let (connection, limits) = match permitted {
                    Some(net) => (net.connection.clone(), Limits::of(net)),
                    None if owners.is_empty() && manages_any(context) => {
                        (Connection::tcp(ip.to_string(), *port), Limits::default())
                    }
                    None => return Err(ApiError::not_found("connection", format!("{ip}:{port}"))),
                };
                if !context.app.config.access.allows((*ip).into()) {
                    return Err(ApiError::not_authorized(format!(
                        "`{ip}` lies in a range that this server's configuration refuses to reach"
                    )));
                }
                Ok(links.handle(&connection, limits))
            }
            RawConnection::ConnectCode { code } => Err(ApiError::not_found("connect code", code)),
            RawConnection::ActivationCode { code } => Err(ApiError::not_found("activation code", code)),
            RawConnection::Backward { mac } => Err(ApiError::not_found("connection", mac)),
        }
    }
}

/// Whether a network's connection goes to this address, whichever way its host is written.
async fn leads_to(connection: &Connection, ip: IpAddr, port: u16) -> bool {
    let Connection::Direct { host, port: own, .. } = connection else { return false };
    if *own != port {
        return false;
    }
    let is_it = |other: IpAddr| other.to_canonical() == ip || other.is_loopback() && ip.is_loopback();
    match host.parse() {
        Ok(address) => is_it(address),
        Err(_) => match tokio::net::lookup_host((host.as_str(), port)).await {
            Ok(mut addresses) => addresses.any(|address| is_it(address.ip())),
            // A name that nobody knows leads nowhere now.
            Err(_) => false,
        },
    }
}

fn manages_any(context: &Context) -> bool {
    context.directory.orgs.keys().any(|org| context.role(*org).is_some_and(|role| role.may(Permission::Manager)))
}
