//! GET /net/:netId/

use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::api::endpoint::{Context, Endpoint, Method, NoBody, Nothing, Request, Scope};
use crate::api::error::ApiError;
use crate::api::permission::Permission;
use crate::api::types::{Date, Id};
use crate::model::{NetId, OrgId};

pub struct GetNet;

#[derive(Deserialize, IntoParams)]
#[serde(rename_all = "camelCase")]
pub struct NetPath {
    pub net_id: Id,
}

/// A network.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct NetReply {
    id: NetId,
    org_id: OrgId,
    name: String,
    slug: String,
    created_on: Date,
    #[serde(skip_serializing_if = "Option::is_none")]
    description: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    disabled_on: Option<Date>,
    #[serde(skip_serializing_if = "Option::is_none")]
    disabled_by: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    disable_note: Option<String>,
    ip: String,
    port: u16,
    #[serde(skip_serializing_if = "Option::is_none")]
    mac: Option<String>,
    /// `modbustcp` always.
    protocol: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    sku: Option<String>,
    controller_modbus_unit_id: u8,
    /// Filled for callers who may edit, empty for others (D-36).
    device_passwords: Vec<String>,
}

impl Endpoint for GetNet {
    const METHOD: Method = Method::Get;
    const PATH: &'static str = "/net/:netId/";
    const PERMISSION: Permission = Permission::Viewer;
    const TITLE: &'static str = "Get Network Info";
    type Path = NetPath;
    type Query = Nothing;
    type Body = NoBody;
    type Reply = NetReply;

    fn scope(request: &Request<Self>) -> Scope {
        Scope::Net(request.path.net_id.0)
    }

    async fn handle(context: Context, request: Request<Self>) -> Result<NetReply, ApiError> {
        let id = request.path.net_id.0;
        let net = context.directory.nets.get(&id).ok_or_else(|| ApiError::not_found("network", id))?;
        let (ip, port) = context.app.links.ip_and_port(&net.connection);
        let may_edit = context.role(net.org_id).is_some_and(|role| role.may(Permission::Manager));
        let disabled = net.disabled.as_ref();
        Ok(NetReply {
            id,
            org_id: net.org_id,
            name: net.name.clone(),
            slug: net.slug.clone(),
            created_on: Date(net.created_on),
            description: net.description.clone(),
            disabled_on: disabled.map(|disabled| Date(disabled.on)),
            disabled_by: disabled.map(|disabled| disabled.by.code()),
            disable_note: disabled.and_then(|disabled| disabled.note.clone()),
            ip,
            port,
            mac: net.connection.mac().map(|mac| mac.to_string()),
            protocol: "modbustcp",
            sku: net.sku.clone(),
            controller_modbus_unit_id: net.controller_unit_id.0,
            device_passwords: if may_edit { net.device_passwords.clone() } else { Vec::new() },
        })
    }
}
