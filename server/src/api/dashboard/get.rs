//! GET /org/:orgId/dashboard/

use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::events::{DashboardEvent, events};
use super::view::View;
use crate::api::endpoint::{Context, Endpoint, Method, NoBody, Request, Scope};
use crate::api::error::ApiError;
use crate::api::net::list::OrgPath;
use crate::api::permission::Permission;
use crate::api::types::{Date, Flag, Language};
use crate::api::widget::Widget;
use crate::model::{Connection, Device, DeviceId, Net, NetId};

pub struct GetDashboard;

#[derive(Deserialize, IntoParams)]
#[serde(rename_all = "camelCase")]
pub struct DashboardQuery {
    lang: Language,
    /// Whether the tracked parameters of each device are listed, too.
    include_params: Option<Flag>,
}

/// Networks and devices with the parameters that the organization shows of them.
#[derive(Serialize, ToSchema)]
pub struct DashboardReply {
    networks: Vec<DashboardNet>,
    /// Alerts of the organization: those that last, and those that nobody has confirmed.
    events: Vec<DashboardEvent>,
}

#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct DashboardNet {
    id: NetId,
    name: String,
    slug: String,
    is_connected: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    last_connection_on: Option<Date>,
    /// Of its page.
    url: String,
    /// `direct`, `backward` or `vpn`.
    connection_type: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    disabled_on: Option<Date>,
    devices: Vec<DashboardDevice>,
}

#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct DashboardDevice {
    id: DeviceId,
    name: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    last_read_on: Option<Date>,
    #[serde(skip_serializing_if = "Option::is_none")]
    next_read_on: Option<Date>,
    #[serde(skip_serializing_if = "Option::is_none")]
    next_read_msg: Option<&'static str>,
    next_read_msg_code: &'static str,
    /// Of its page.
    url: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    disabled_on: Option<Date>,
    /// In the order of the dashboard.
    param_widgets: Vec<Widget>,
    #[serde(skip_serializing_if = "Option::is_none")]
    params: Option<Vec<Widget>>,
}

/// A serial port has no word of its own in the API: it is reached without anyone in between.
fn connection_type(net: &Net) -> &'static str {
    match &net.connection {
        Connection::Direct { .. } if net.is_vpn => "vpn",
        Connection::Direct { .. } | Connection::Serial(_) => "direct",
        Connection::Backward(_) => "backward",
    }
}

fn network(view: &View<'_>, net: &Net, devices: Vec<DashboardDevice>) -> DashboardNet {
    let (is_connected, last_connection_on) = view.connection(net);
    DashboardNet {
        id: net.id,
        name: net.name.clone(),
        slug: net.slug.clone(),
        is_connected,
        last_connection_on,
        url: format!("/manage/networks/{}/", net.id),
        connection_type: connection_type(net),
        disabled_on: net.disabled.as_ref().map(|disabled| Date(disabled.on)),
        devices,
    }
}

fn device(view: &View<'_>, device: &Device, includes_params: bool) -> DashboardDevice {
    let reading = view.reading(device.id);
    let widget = |param| Widget::new(param, view.last(param), view.lang);
    DashboardDevice {
        id: device.id,
        name: device.name.clone(),
        last_read_on: reading.last_read_on,
        next_read_on: reading.next_read_on,
        next_read_msg: reading.msg,
        next_read_msg_code: reading.code,
        url: format!("/manage/devices/{}/", device.id),
        disabled_on: device.disabled.as_ref().map(|disabled| Date(disabled.on)),
        param_widgets: view.widgets(device.id).map(widget).collect(),
        params: includes_params.then(|| view.tracked(device.id).map(widget).collect()),
    }
}

impl Endpoint for GetDashboard {
    const METHOD: Method = Method::Get;
    const PATH: &'static str = "/org/:orgId/dashboard/";
    const PERMISSION: Permission = Permission::Demo;
    const TITLE: &'static str = "Get Data for the Dashboard";
    type Path = OrgPath;
    type Query = DashboardQuery;
    type Body = NoBody;
    type Reply = DashboardReply;

    fn scope(request: &Request<Self>) -> Scope {
        Scope::Org(request.path.org_id.0)
    }

    async fn handle(context: Context, request: Request<Self>) -> Result<DashboardReply, ApiError> {
        let DashboardQuery { lang, include_params } = request.query;
        let includes_params = include_params.is_some_and(|flag| flag.0);
        let events = events(&context, request.path.org_id.0, false).await?;
        let view = View::new(&context, request.path.org_id.0, lang.0);
        let networks = view.nets().map(|net| {
            let devices = view.devices(net.id).map(|each| device(&view, each, includes_params));
            network(&view, net, devices.collect())
        });
        Ok(DashboardReply { networks: networks.collect(), events })
    }
}
