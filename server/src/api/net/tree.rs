//! GET /org/:orgId/nets/device-param-tree/

use std::collections::BTreeMap;

use parabus_core::value::Lang;
use serde::Serialize;
use utoipa::ToSchema;

use super::list::OrgPath;
use crate::api::endpoint::{Context, Endpoint, Method, NoBody, Nothing, Request, Scope};
use crate::api::error::ApiError;
use crate::api::permission::Permission;
use crate::link::Links;
use crate::model::{Device, DeviceId, Net, NetId, Param, ParamId};

pub struct DeviceParamTree;

/// A network with its devices, by identifier.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct TreeNet {
    name: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    description: Option<String>,
    slug: String,
    solution: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    mac: Option<String>,
    ip: String,
    port: u16,
    devices: BTreeMap<DeviceId, TreeDevice>,
}

/// A device with its tracked parameters, by identifier.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct TreeDevice {
    name: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    description: Option<String>,
    slug: String,
    modbus_unit_id: u8,
    parameters: BTreeMap<ParamId, TreeParam>,
}

#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct TreeParam {
    name: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    description: Option<String>,
    slug: String,
    full_name: String,
    address: u16,
    is_tracked: bool,
    is_programmable: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    label: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    unit_name: Option<String>,
}

impl TreeNet {
    fn new(net: &Net, links: &Links, devices: BTreeMap<DeviceId, TreeDevice>) -> Self {
        let (ip, port) = links.ip_and_port(&net.connection);
        TreeNet {
            name: net.name.clone(),
            description: net.description.clone(),
            slug: net.slug.clone(),
            solution: net.solution.clone(),
            mac: net.connection.mac().map(|mac| mac.to_string()),
            ip,
            port,
            devices,
        }
    }
}

impl TreeDevice {
    fn new(device: &Device, params: &[&Param], lang: Lang) -> Self {
        TreeDevice {
            name: device.name.clone(),
            description: device.description.clone(),
            slug: device.slug.clone(),
            modbus_unit_id: device.unit_id.0,
            parameters: params
                .iter()
                .filter(|param| param.is_tracked)
                .map(|param| (param.id, TreeParam::new(param, lang)))
                .collect(),
        }
    }
}

impl TreeParam {
    fn new(param: &Param, lang: Lang) -> Self {
        TreeParam {
            name: param.name_in(lang).to_owned(),
            description: param.description_in(lang).map(str::to_owned),
            slug: param.slug.clone(),
            full_name: param.full_name_in(lang),
            address: param.address,
            is_tracked: param.is_tracked,
            is_programmable: param.is_programmable,
            label: param.label.clone(),
            unit_name: param.unit_in(lang).map(str::to_owned),
        }
    }
}

impl Endpoint for DeviceParamTree {
    const METHOD: Method = Method::Get;
    const PATH: &'static str = "/org/:orgId/nets/device-param-tree/";
    const PERMISSION: Permission = Permission::Viewer;
    const TITLE: &'static str = "Get Organization Networks-Devices-Parameters Tree";
    type Path = OrgPath;
    type Query = Nothing;
    type Body = NoBody;
    type Reply = BTreeMap<NetId, TreeNet>;

    fn scope(request: &Request<Self>) -> Scope {
        Scope::Org(request.path.org_id.0)
    }

    async fn handle(context: Context, request: Request<Self>) -> Result<Self::Reply, ApiError> {
        let lang = context.lang(Some(request.path.org_id.0));
        let (devices, params) = context.directory.children();
        let params_of = |device: &Device| params.get(&device.id).map_or(&[][..], Vec::as_slice);
        let nets = context.directory.nets_of(request.path.org_id.0).map(|net| {
            let devices = devices.get(&net.id).into_iter().flatten();
            let devices = devices.map(|device| (device.id, TreeDevice::new(device, params_of(device), lang)));
            (net.id, TreeNet::new(net, &context.app.links, devices.collect()))
        });
        Ok(nets.collect())
    }
}
