//! GET /org/:orgId/nets/

use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::api::endpoint::{Context, Endpoint, Method, NoBody, Nothing, Request, Scope};
use crate::api::error::ApiError;
use crate::api::permission::Permission;
use crate::api::types::{Date, Id};
use crate::model::{Connection, Net, NetId};

pub struct ListNets;

#[derive(Deserialize, IntoParams)]
#[serde(rename_all = "camelCase")]
pub struct OrgPath {
    pub org_id: Id,
}

/// A network of the organization.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct NetSummary {
    id: NetId,
    name: String,
    slug: String,
    lid: Lid,
    #[serde(skip_serializing_if = "Option::is_none")]
    disabled_on: Option<Date>,
    #[serde(skip_serializing_if = "Option::is_none")]
    disabled_by: Option<&'static str>,
}

/// How the network is reached: the address that the server dials or its serial port, or the hardware
/// address of the controller that dials in.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub enum Lid {
    Backward(String),
    Direct(String),
}

impl Lid {
    pub fn of(net: &Net) -> Lid {
        let address = net.connection.address();
        match net.connection {
            Connection::Backward(_) => Lid::Backward(address),
            Connection::Direct { .. } | Connection::Serial(_) => Lid::Direct(address),
        }
    }
}

impl Endpoint for ListNets {
    const METHOD: Method = Method::Get;
    const PATH: &'static str = "/org/:orgId/nets/";
    const PERMISSION: Permission = Permission::Viewer;
    const TITLE: &'static str = "Get Organization Networks List";
    type Path = OrgPath;
    type Query = Nothing;
    type Body = NoBody;
    type Reply = Vec<NetSummary>;

    fn scope(request: &Request<Self>) -> Scope {
        Scope::Org(request.path.org_id.0)
    }

    async fn handle(context: Context, request: Request<Self>) -> Result<Vec<NetSummary>, ApiError> {
        let nets = context.directory.nets_of(request.path.org_id.0).map(|net| NetSummary {
            id: net.id,
            name: net.name.clone(),
            slug: net.slug.clone(),
            lid: Lid::of(net),
            disabled_on: net.disabled.as_ref().map(|disabled| Date(disabled.on)),
            disabled_by: net.disabled.as_ref().map(|disabled| disabled.by.code()),
        });
        Ok(nets.collect())
    }
}
