//! GET /connect-code/:code/

use std::net::Ipv4Addr;

use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::api::endpoint::{Context, Endpoint, Method, NoBody, Nothing, Request};
use crate::api::error::{ApiError, ErrorCode};
use crate::api::permission::Permission;
use crate::model::{ConnectCode, Connection, Directory, Net, NetId, OrgId};

pub struct ConnectCodeInfo;

#[derive(Deserialize, IntoParams)]
pub struct ConnectCodePath {
    /// The PIN of the controller's sticker; blanks, dashes and small letters are read, too (D-30).
    code: String,
}

/// The controller that the code is printed on.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ConnectCodeReply {
    code: String,
    mac_address: String,
    /// Filled while the controller is bound to no network, and for those who may edit the one that it is
    /// bound to.
    device_passwords: Vec<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    sku: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    vpn_ip_address: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    port: Option<u16>,
    #[serde(skip_serializing_if = "Option::is_none")]
    modbus_id: Option<u8>,
    /// The seed's spelling.
    #[serde(skip_serializing_if = "Option::is_none")]
    binded_to_net: Option<BoundNet>,
}

/// A network that leads to the controller.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct BoundNet {
    id: NetId,
    org_id: OrgId,
    name: String,
    slug: String,
}

impl ConnectCode {
    /// Where it is dialled, if it does not dial in.
    pub fn address(&self) -> Option<(Ipv4Addr, u16)> {
        /// The port of Modbus TCP.
        const MODBUS: u16 = 502;
        Some((self.vpn_ip?, self.port.unwrap_or(MODBUS)))
    }

    /// The network that it is bound to.
    fn net<'d>(&self, directory: &'d Directory) -> Option<&'d Net> {
        let address = self.address().map(|(ip, port)| Connection::tcp(ip.to_string(), port));
        let connection = address.unwrap_or(Connection::Backward(self.mac));
        directory.nets.values().find(|net| net.connection == connection)
    }
}

impl Endpoint for ConnectCodeInfo {
    const METHOD: Method = Method::Get;
    const PATH: &'static str = "/connect-code/:code/";
    const PERMISSION: Permission = Permission::Demo;
    const TITLE: &'static str = "Get Connect Code Info";
    type Path = ConnectCodePath;
    type Query = Nothing;
    type Body = NoBody;
    type Reply = ConnectCodeReply;

    async fn handle(context: Context, request: Request<Self>) -> Result<ConnectCodeReply, ApiError> {
        let text = request.path.code;
        let found = context.directory.connect_codes.get(&ConnectCode::normalize(&text));
        let found = found.ok_or_else(|| {
            ApiError::new(ErrorCode::InvalidCode, format!("no controller has the connect code `{text}`"))
        })?;
        let net = found.net(&context.directory);
        let may_see_passwords = match net {
            None => true,
            Some(net) => {
                let role = context.role(net.org_id);
                let role =
                    role.ok_or_else(|| ApiError::not_authorized("the controller belongs to another organization"))?;
                role.may(Permission::Manager)
            }
        };
        Ok(ConnectCodeReply {
            code: found.code.clone(),
            mac_address: found.mac.to_string(),
            device_passwords: if may_see_passwords { found.device_passwords.clone() } else { Vec::new() },
            sku: found.sku.clone(),
            vpn_ip_address: found.vpn_ip.map(|ip| ip.to_string()),
            port: found.port,
            modbus_id: found.modbus_id.map(|unit| unit.0),
            binded_to_net: net.map(|net| BoundNet {
                id: net.id,
                org_id: net.org_id,
                name: net.name.clone(),
                slug: net.slug.clone(),
            }),
        })
    }
}
