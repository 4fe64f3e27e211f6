//! What both dashboards look up of an organization: networks, devices, widgets with their values.

use std::collections::HashMap;

use parabus_core::value::Lang;

use crate::api::endpoint::Context;
use crate::api::types::Date;
use crate::api::widget::Last;
use crate::model::{Device, DeviceId, Net, NetId, OrgId, Param};
use crate::poll::PollCode;

/// One request's look at a dashboard.
pub struct View<'a> {
    context: &'a Context,
    org: OrgId,
    pub lang: Lang,
    shows_values: bool,
    devices: HashMap<NetId, Vec<&'a Device>>,
    params: HashMap<DeviceId, Vec<&'a Param>>,
    widgets: HashMap<DeviceId, Vec<&'a Param>>,
}

/// State of a device's background reading.
pub struct Reading {
    pub last_read_on: Option<Date>,
    pub next_read_on: Option<Date>,
    /// What the next reading waits for, unless it is simply scheduled.
    pub msg: Option<&'static str>,
    pub code: &'static str,
}

impl<'a> View<'a> {
    pub fn new(context: &'a Context, org: OrgId, lang: Lang) -> Self {
        let (devices, params) = context.directory.children();
        let mut widgets = HashMap::<_, Vec<_>>::new();
        for param in context.directory.dashboard(org).iter().filter_map(|id| context.directory.params.get(id)) {
            widgets.entry(param.device_id).or_default().push(param);
        }
        let shows_values = context.role(org).is_some_and(|role| role.sees_values());
        View { context, org, lang, shows_values, devices, params, widgets }
    }

    pub fn nets(&self) -> impl Iterator<Item = &'a Net> {
        self.context.directory.nets_of(self.org)
    }

    pub fn devices(&self, net: NetId) -> impl Iterator<Item = &'a Device> {
        self.devices.get(&net).into_iter().flatten().copied()
    }

    /// A device's parameters on the dashboard, in their order there.
    pub fn widgets(&self, device: DeviceId) -> impl Iterator<Item = &'a Param> {
        self.widgets.get(&device).into_iter().flatten().copied()
    }

    pub fn tracked(&self, device: DeviceId) -> impl Iterator<Item = &'a Param> {
        self.params.get(&device).into_iter().flatten().copied().filter(|param| param.is_tracked)
    }

    /// Whether the network is connected, and when it was last.
    pub fn connection(&self, net: &Net) -> (bool, Option<Date>) {
        let status = self.context.app.links.status(&net.connection);
        (status.is_connected(), status.last_seen_on.map(Date))
    }

    pub fn reading(&self, device: DeviceId) -> Reading {
        let status = self.context.app.poll.status(device);
        let params = self.params.get(&device).into_iter().flatten();
        let stored = params.filter_map(|param| self.context.app.live.last(param.id)).map(|(at, _)| at);
        Reading {
            last_read_on: stored.chain(status.last_read_on).max().map(Date),
            next_read_on: status.next_read_on.map(Date),
            msg: (status.code != PollCode::Scheduled).then(|| status.message(self.lang)),
            code: status.code.code(),
        }
    }

    pub fn last(&self, param: &Param) -> Last {
        if self.shows_values { Last::of(self.context, param, self.lang) } else { Last::default() }
    }
}
