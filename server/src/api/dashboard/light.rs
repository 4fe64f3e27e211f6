//! GET /org/:orgId/dashboard/light/

use parabus_core::value::Lang;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::api::endpoint::{Context, Endpoint, Method, NoBody, Request, Scope};
use crate::api::error::ApiError;
use crate::api::net::list::OrgPath;
use crate::api::permission::Permission;
use crate::api::types::{Date, IdList, Language};
use crate::api::values::formatted;
use crate::model::{Device, DeviceId, Net, NetId, Param, ParamId, Role};
use crate::poll::PollCode;

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
    #[schema(value_type = Vec<Object>)]
    events: [(); 0],
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
    next_read_msg: Option<String>,
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

/// The request, with what every part of the reply looks up.
struct View<'a> {
    context: &'a Context,
    lang: Lang,
    nets: &'a [i64],
    devices: &'a [i64],
    /// Values are removed for the role that may see no parameters (D-37).
    shows_values: bool,
}

impl View<'_> {
    fn net(&self, net: &Net) -> LightNet {
        let status = self.context.app.links.status(&net.connection);
        let expanded = self.nets.contains(&net.id);
        let devices = self.context.directory.devices_of(net.id).filter(|_| expanded);
        LightNet {
            id: net.id,
            is_connected: status.is_connected(),
            last_connection_on: status.last_seen_on.map(Date),
            devices: devices.map(|device| self.device(device)).collect(),
        }
    }

    fn device(&self, device: &Device) -> LightDevice {
        let status = self.context.app.poll.status(device.id);
        let expanded = self.devices.contains(&device.id);
        let params = self.context.directory.params_of(device.id).filter(|param| expanded && param.on_dashboard);
        LightDevice {
            id: device.id,
            last_read_on: status.last_read_on.map(Date),
            next_read_on: status.next_read_on.map(Date),
            next_read_msg: (status.code != PollCode::Scheduled).then(|| status.message(self.lang).to_owned()),
            next_read_msg_code: status.code.code(),
            param_widgets: params.map(|param| self.widget(param)).collect(),
        }
    }

    fn widget(&self, param: &Param) -> LightWidget {
        let last = self.context.app.live.last(param.id).filter(|_| self.shows_values);
        LightWidget {
            id: param.id,
            last_value: last.as_ref().map(|(_, value)| value.to_string()),
            formated_last_value: last.as_ref().map(|(_, value)| formatted(param, value, self.lang)),
            last_read_on: last.map(|(at, _)| Date(at)),
        }
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
        let org = request.path.org_id.0;
        let LightQuery { lang, expanded_network_ids, expanded_device_ids } = request.query;
        let view = View {
            context: &context,
            lang: lang.0,
            nets: expanded_network_ids.as_ref().map_or(&[], |ids| &ids.0),
            devices: expanded_device_ids.as_ref().map_or(&[], |ids| &ids.0),
            shows_values: context.role(org) != Some(Role::MonitorNoParams),
        };
        let networks = context.directory.nets_of(org).map(|net| view.net(net)).collect();
        Ok(LightReply { networks, events: [] })
    }
}
