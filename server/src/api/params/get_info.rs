//! GET /params/get-info/

use parabus_core::value::Lang;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::api::endpoint::{Context, Endpoint, Method, NoBody, Nothing, Request};
use crate::api::error::ApiError;
use crate::api::permission::Permission;
use crate::api::types::IdList;
use crate::model::{Device, DeviceId, Net, NetId, Param, ParamId};

pub struct GetInfo;

#[derive(Deserialize, IntoParams)]
#[serde(rename_all = "camelCase")]
pub struct ParamIds {
    pub param_ids: IdList,
}

/// A parameter with its device and network.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ParamInfo {
    id: ParamId,
    name: String,
    full_name: String,
    slug: String,
    device_id: DeviceId,
    device_name: String,
    device_slug: String,
    network_id: NetId,
    network_name: String,
    network_slug: String,
    address: u16,
    value_type: String,
    register_kind: &'static str,
    is_programmable: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    bit_position: Option<u8>,
    #[serde(skip_serializing_if = "Option::is_none")]
    bits_amount: Option<u8>,
    #[serde(skip_serializing_if = "Option::is_none")]
    label: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    unit_name: Option<String>,
}

impl ParamInfo {
    fn new(param: &Param, device: &Device, net: &Net, lang: Lang) -> Self {
        ParamInfo {
            id: param.id,
            name: param.name_in(lang).to_owned(),
            full_name: param.full_name_in(lang),
            slug: param.slug.clone(),
            device_id: device.id,
            device_name: device.name.clone(),
            device_slug: device.slug.clone(),
            network_id: net.id,
            network_name: net.name.clone(),
            network_slug: net.slug.clone(),
            address: param.address,
            value_type: param.value_type.clone(),
            register_kind: param.kind.code(),
            is_programmable: param.is_programmable,
            bit_position: param.bit_position,
            bits_amount: param.bits_amount,
            label: param.label.clone(),
            unit_name: param.unit_in(lang).map(str::to_owned),
        }
    }
}

impl Endpoint for GetInfo {
    const METHOD: Method = Method::Get;
    const PATH: &'static str = "/params/get-info/";
    const PERMISSION: Permission = Permission::Viewer;
    const TITLE: &'static str = "Get Parameters Information";
    type Path = Nothing;
    type Query = ParamIds;
    type Body = NoBody;
    type Reply = Vec<ParamInfo>;

    async fn handle(context: Context, request: Request<Self>) -> Result<Vec<ParamInfo>, ApiError> {
        let mut infos = Vec::new();
        for id in request.query.param_ids.0 {
            if let Some((param, device, net)) = context.directory.param_place(id)
                && context.sees_param(id, Self::PERMISSION)?
            {
                let lang = context.lang(Some(net.org_id));
                infos.push(ParamInfo::new(param, device, net, lang));
            }
        }
        Ok(infos)
    }
}
