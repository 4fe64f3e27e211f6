//! GET /org/:orgId/dashboard/light/

use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::events::{DashboardEvent, events};
use super::view::View;
use crate::api::endpoint::{Context, Endpoint, Method, NoBody, Request, Scope};
use crate::api::error::ApiError;
use crate::api::net::list::OrgPath;
use crate::api::permission::Permission;
use crate::api::types::{Date, IdList, Language};
use crate::model::{Device, DeviceId, Net, NetId, Param, ParamId};

pub struct DashboardLight;

#[derive(Deserialize, IntoParams)]
#[serde(rename_all = "camelCase")]
pub struct LightQuery {
    lang: Language,
    /// Networks whose devices are listed.
    expanded_network_ids: Option<IdList>,
    /// Devices whose widgets are listed.
    expanded_device_ids: Option<IdList>,
}

/// What changes often: connections, reading times, values of the dashboard's parameters.
#[derive(Serialize, ToSchema)]
pub struct LightReply {
    networks: Vec<LightNet>,
    /// Active alerts of the organization.
    events: Vec<DashboardEvent>,
}

#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct LightNet {
    id: NetId,
    is_connected: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    last_connection_on: Option<Date>,
    devices: Vec<LightDevice>,
}

#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct LightDevice {
    id: DeviceId,
    #[serde(skip_serializing_if = "Option::is_none")]
    last_read_on: Option<Date>,
    #[serde(skip_serializing_if = "Option::is_none")]
    next_read_on: Option<Date>,
    #[serde(skip_serializing_if = "Option::is_none")]
    next_read_msg: Option<&'static str>,
    next_read_msg_code: &'static str,
    param_widgets: Vec<LightWidget>,
}

#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct LightWidget {
    id: ParamId,
    #[serde(skip_serializing_if = "Option::is_none")]
    last_value: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    formated_last_value: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    last_read_on: Option<Date>,
}

fn net(view: &View<'_>, net: &Net, devices: Vec<LightDevice>) -> LightNet {
    let (is_connected, last_connection_on) = view.connection(net);
    LightNet { id: net.id, is_connected, last_connection_on, devices }
}

fn device(view: &View<'_>, device: &Device, param_widgets: Vec<LightWidget>) -> LightDevice {
    let reading = view.reading(device.id);
    LightDevice {
        id: device.id,
        last_read_on: reading.last_read_on,
        next_read_on: reading.next_read_on,
        next_read_msg: reading.msg,
        next_read_msg_code: reading.code,
        param_widgets,
    }
}

fn widget(view: &View<'_>, param: &Param) -> LightWidget {
    let last = view.last(param);
    LightWidget {
        id: param.id,
        last_value: last.value,
        formated_last_value: last.formatted,
        last_read_on: last.read_on,
    }
}

impl Endpoint for DashboardLight {
    const METHOD: Method = Method::Get;
    const PATH: &'static str = "/org/:orgId/dashboard/light/";
    const PERMISSION: Permission = Permission::Demo;
    const TITLE: &'static str = "Get Dashboard Data (Lightweight)";
    type Path = OrgPath;
    type Query = LightQuery;
    type Body = NoBody;
    type Reply = LightReply;

    fn scope(request: &Request<Self>) -> Scope {
        Scope::Org(request.path.org_id.0)
    }

    async fn handle(context: Context, request: Request<Self>) -> Result<LightReply, ApiError> {
        let LightQuery { lang, expanded_network_ids, expanded_device_ids } = request.query;
        let is_open = |ids: &Option<IdList>, id: i64| ids.as_ref().is_some_and(|ids| ids.0.contains(&id));
        let events = events(&context, request.path.org_id.0, true).await?;
        let view = View::new(&context, request.path.org_id.0, lang.0);
        let networks = view.nets().map(|each| {
            let devices = view.devices(each.id).filter(|_| is_open(&expanded_network_ids, each.id));
            let devices = devices.map(|each| {
                let widgets = view.widgets(each.id).filter(|_| is_open(&expanded_device_ids, each.id));
                device(&view, each, widgets.map(|param| widget(&view, param)).collect())
            });
            net(&view, each, devices.collect())
        });
        Ok(LightReply { networks: networks.collect(), events })
    }
}
