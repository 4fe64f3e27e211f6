//! `GET /live/values/?orgId=…`: live values as server-sent events, read by `fetch` with the
//! Authorization header.
//!
//! First `params` (how registers in this stream decode), `trees` (of sensors), `reports` and `notifications` (those
//! that the user has not dismissed), again when the configuration changes, then `devices` (state of each device's
//! reading) and `readings` (one device's cycle) whenever they change. The stream ends with the
//! session or the caller's right to see the organization; the page then opens it again.

use std::collections::{BTreeMap, HashMap};
use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;

use axum::extract::{Query, State};
use axum::http::{HeaderMap, header};
use axum::response::sse::{Event, KeepAlive, Sse};
use futures_util::Stream;
use parabus_core::aggregate::Rule;
use parabus_core::value::Lang;
use serde::{Deserialize, Serialize};
use tokio::sync::broadcast::error::RecvError;
use tokio::sync::mpsc;
use uuid::Uuid;

use crate::api::{ApiError, Date, ErrorCode, Permission, parse_token};
use crate::app::App;
use crate::live::LiveCycle;
use crate::model::{Cell, DeviceId, Directory, OrgId, Param, ParamId, UserId};
use crate::report::{Branch, BranchValue};
use crate::session::Token;

/// How often device states are compared and the session is looked at again.
const CHECK_EVERY: Duration = Duration::from_secs(1);

/// Events that may wait for a slow listener.
const BACKLOG: usize = 256;

/// How long a listener may take nothing at all before it is dropped.
const PATIENCE: Duration = Duration::from_secs(10);

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct LiveQuery {
    org_id: OrgId,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct LiveParam<'a> {
    param_id: ParamId,
    device_id: DeviceId,
    /// Type in this stream: a part of a register comes alone, a bit as 0 or 1, several bits as an `enum`.
    value_type: &'a str,
    multiplier: String,
    shift: String,
    /// Decimals to show; absent for a float shown by its shortest digits.
    #[serde(skip_serializing_if = "Option::is_none")]
    precision: Option<u8>,
    #[serde(skip_serializing_if = "Option::is_none")]
    unit: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    category: Option<&'a str>,
    register_kind: &'static str,
    is_programmable: bool,
    /// How long a value holds where nothing newer was read.
    #[serde(skip_serializing_if = "Option::is_none")]
    hold_ms: Option<u64>,
    /// Among the dashboard's widgets, from 0; absent for a parameter that is not shown there.
    #[serde(skip_serializing_if = "Option::is_none")]
    dashboard_place: Option<usize>,
    texts: &'a BTreeMap<String, BTreeMap<String, String>>,
}

#[derive(Serialize)]
struct LiveNotification<'a> {
    id: Uuid,
    /// By language code.
    texts: &'a BTreeMap<String, String>,
}

/// A tree of sensors: the API has no list of them.
#[derive(Serialize)]
struct LiveTree<'a> {
    id: Uuid,
    name: &'a str,
}

/// A report: the API tells no more of one than its name.
#[derive(Serialize)]
struct LiveReport<'a> {
    id: Uuid,
    name: &'a str,
    /// In the order in which they are shown.
    branches: Vec<LiveBranch<'a>>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct LiveBranch<'a> {
    id: Uuid,
    #[serde(skip_serializing_if = "Option::is_none")]
    parent: Option<Uuid>,
    name: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    category: Option<&'a str>,
    /// Of a branch that counts a parameter.
    #[serde(skip_serializing_if = "Option::is_none")]
    unit: Option<&'a str>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct LiveReadings {
    device_id: DeviceId,
    read_on: Date,
    values: Vec<LiveValue>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct LiveValue {
    param_id: ParamId,
    #[serde(skip_serializing_if = "Option::is_none")]
    registers: Option<Vec<u16>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    err: Option<String>,
}

#[derive(Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
struct LiveDevice {
    device_id: DeviceId,
    code: &'static str,
    message: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    last_read_on: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    next_read_on: Option<String>,
}

impl<'a> LiveBranch<'a> {
    fn of(branch: &'a Branch, directory: &'a Directory) -> Self {
        let param = match branch.value {
            Some(BranchValue::Param(id)) => directory.params.get(&id),
            _ => None,
        };
        LiveBranch {
            id: branch.id,
            parent: branch.parent,
            name: &branch.name,
            category: branch.category.as_deref(),
            unit: param.and_then(|param| param.unit.as_deref()),
        }
    }
}

/// One listener: what it may see and where its events go.
struct Listener {
    app: Arc<App>,
    org: OrgId,
    user: UserId,
    token: Token,
    events: mpsc::Sender<Result<Event, Infallible>>,
    directory: Arc<Directory>,
}

pub async fn values(
    State(app): State<Arc<App>>,
    headers: HeaderMap,
    query: Result<Query<LiveQuery>, axum::extract::rejection::QueryRejection>,
) -> Result<Sse<impl Stream<Item = Result<Event, Infallible>>>, ApiError> {
    let header = headers.get(header::AUTHORIZATION).ok_or_else(|| {
        ApiError::new(ErrorCode::NoAuthTokenProvided, "no `Authorization` header, expected `token <uuid>`")
    })?;
    let token = parse_token(header.to_str().unwrap_or(""))?;
    let Query(LiveQuery { org_id }) = query.map_err(|error| ApiError::incorrect_request(error.body_text()))?;
    let (events, receiver) = mpsc::channel(BACKLOG);
    let directory = app.store.directory();
    let user = check(&app, token, org_id).await?;
    let listener = Listener { app, org: org_id, user, token, events, directory };
    tokio::spawn(listener.run());
    let keep_alive = KeepAlive::new().interval(Duration::from_secs(15));
    Ok(Sse::new(tokio_stream::wrappers::ReceiverStream::new(receiver)).keep_alive(keep_alive))
}

/// The session's user, if the session is alive and its user may see the organization's values.
async fn check(app: &App, token: Token, org: OrgId) -> Result<UserId, ApiError> {
    let session = app.sessions.find(token).await?;
    match app.store.directory().role(session.user, org) {
        None => Err(ApiError::not_found("organization", org)),
        Some(role) if !role.may(Permission::Viewer) => {
            Err(ApiError::not_authorized("the role does not allow this: `viewer` is needed"))
        }
        Some(_) => Ok(session.user),
    }
}

impl Listener {
    async fn run(mut self) {
        let mut feed = self.app.live.listen();
        let mut check = tokio::time::interval(CHECK_EVERY);
        check.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
        let mut states = Vec::new();
        let mut is_open = self.send_configuration().await && self.send_present().await;
        while is_open {
            is_open = tokio::select! {
                cycle = feed.recv() => match cycle {
                    Ok(cycle) => self.take(&cycle).await,
                    // Too slow for the feed: what it missed is history, the present is sent again.
                    Err(RecvError::Lagged(_)) => self.send_present().await,
                    Err(RecvError::Closed) => false,
                },
                _ = check.tick() => self.tick(&mut states).await,
                () = self.events.closed() => false,
                () = self.app.stopping.cancelled() => false,
            };
        }
    }

    async fn tick(&mut self, states: &mut Vec<LiveDevice>) -> bool {
        if check(&self.app, self.token, self.org).await.is_err() {
            return false;
        }
        if !self.follow().await {
            return false;
        }
        let now = self.devices();
        if now == *states {
            return true;
        }
        let sent = self.send("devices", &now).await;
        *states = now;
        sent
    }

    async fn take(&mut self, cycle: &LiveCycle) -> bool {
        // The listener has to know the types before the readings that were taken in them.
        if !self.is_current(cycle) && !self.follow().await {
            return false;
        }
        !self.is_current(cycle) || !self.sees(cycle.device) || self.send("readings", &self.readings(cycle)).await
    }

    /// Takes up a changed configuration.
    async fn follow(&mut self) -> bool {
        let directory = self.app.store.directory();
        if directory.revision == self.directory.revision {
            return true;
        }
        self.directory = directory;
        self.send_configuration().await
    }

    /// Whether the cycle was read in the types that the listener knows: others would make of its
    /// registers what they never meant.
    fn is_current(&self, cycle: &LiveCycle) -> bool {
        let group = self.directory.devices.get(&cycle.device).and_then(|device| device.group.as_ref());
        group.is_some_and(|group| group.id == cycle.group)
    }

    /// Queues an event; `false` if the listener has gone or takes nothing.
    async fn send(&self, name: &str, data: &impl Serialize) -> bool {
        match Event::default().event(name).json_data(data) {
            Ok(event) => self.events.send_timeout(Ok(event), PATIENCE).await.is_ok(),
            Err(_) => false,
        }
    }

    fn sees(&self, device: DeviceId) -> bool {
        self.directory.org_of_device(device) == Some(self.org)
    }

    fn device_ids(&self) -> impl Iterator<Item = DeviceId> {
        self.directory.devices.keys().copied().filter(|id| self.sees(*id))
    }

    /// The last cycle of every device.
    async fn send_present(&self) -> bool {
        let cycles = self.device_ids().filter_map(|id| self.app.live.last_cycle(id));
        let cycles: Vec<_> = cycles.filter(|cycle| self.is_current(cycle)).collect();
        for cycle in cycles {
            if !self.send("readings", &self.readings(&cycle)).await {
                return false;
            }
        }
        true
    }

    async fn send_configuration(&self) -> bool {
        self.send("params", &self.params()).await
            && self.send("trees", &self.trees()).await
            && self.send("reports", &self.reports()).await
            && self.send("notifications", &self.notifications()).await
    }

    /// By name.
    fn trees(&self) -> Vec<LiveTree<'_>> {
        let own = self.directory.trees.values().filter(|tree| tree.org_id == self.org);
        let mut trees: Vec<_> = own.map(|tree| LiveTree { id: tree.id, name: &tree.name }).collect();
        trees.sort_by_key(|tree| tree.name);
        trees
    }

    fn reports(&self) -> Vec<LiveReport<'_>> {
        let branch = |branch| LiveBranch::of(branch, &self.directory);
        let reports = self.directory.reports_of(self.org).into_iter();
        let live = reports.map(|report| LiveReport {
            id: report.id,
            name: &report.name,
            branches: report.branches.iter().map(branch).collect(),
        });
        live.collect()
    }

    fn notifications(&self) -> Vec<LiveNotification<'_>> {
        let enabled = self.directory.notifications.values().filter(|each| each.is_enabled);
        let is_new = |id: Uuid| match self.app.store.is_dismissed(self.user, id) {
            Ok(is_dismissed) => !is_dismissed,
            Err(error) => {
                tracing::error!(%error, "whether a notification was dismissed is not known: it is shown");
                true
            }
        };
        let new = enabled.filter(|each| is_new(each.id));
        new.map(|each| LiveNotification { id: each.id, texts: &each.texts }).collect()
    }

    fn params(&self) -> Vec<LiveParam<'_>> {
        let lang = self.directory.lang(None, Some(self.org));
        let widgets = self.directory.dashboard(self.org).iter().enumerate();
        let places: HashMap<ParamId, usize> = widgets.map(|(place, id)| (*id, place)).collect();
        let seen = self.directory.params.values().filter(|param| self.sees(param.device_id));
        seen.map(|param| LiveParam {
            param_id: param.id,
            device_id: param.device_id,
            value_type: if param.value_type == "bits" { "enum" } else { &param.value_type },
            multiplier: param.multiplier.to_string(),
            shift: param.shift.to_string(),
            precision: param.codec().and_then(|codec| codec.decimals()),
            unit: param.unit_in(lang),
            category: param.category_in(lang),
            register_kind: param.kind.code(),
            is_programmable: param.is_programmable,
            hold_ms: self
                .directory
                .devices
                .get(&param.device_id)
                .and_then(|device| Rule::of_period(device.update_period_sec).hold_ms()),
            dashboard_place: places.get(&param.id).copied(),
            texts: &param.texts,
        })
        .collect()
    }

    fn readings(&self, cycle: &LiveCycle) -> LiveReadings {
        let values = cycle.readings.iter().filter_map(|reading| {
            let param = self.directory.params.get(&reading.param)?;
            let (registers, err) = match &reading.result {
                Ok(cell) => (Some(registers_of(param, cell)?), None),
                Err(error) => (None, Some(error.to_string())),
            };
            Some(LiveValue { param_id: reading.param, registers, err })
        });
        LiveReadings { device_id: cycle.device, read_on: Date(cycle.at), values: values.collect() }
    }

    fn devices(&self) -> Vec<LiveDevice> {
        let mut devices: Vec<LiveDevice> = Vec::new();
        for device_id in self.device_ids() {
            let status = self.app.poll.status(device_id);
            // Reading is a matter of milliseconds: it would only make the page flicker.
            let code = if status.code == crate::poll::PollCode::Reading {
                crate::poll::PollCode::Scheduled
            } else {
                status.code
            };
            devices.push(LiveDevice {
                device_id,
                code: code.code(),
                message: code.message(Lang::En),
                last_read_on: status.last_read_on.map(|at| at.display_millis().to_string()),
                next_read_on: status.next_read_on.map(|at| at.display_millis().to_string()),
            });
        }
        devices
    }
}

/// A cell as the registers that it came from; a part of a register alone.
fn registers_of(param: &Param, cell: &Cell) -> Option<Vec<u16>> {
    let raw = match cell {
        Cell::Raw(raw) => *raw,
        Cell::Registers(registers) => return Some(registers.to_vec()),
    };
    let codec = param.codec()?;
    if codec.data_type().is_part() {
        return Some(vec![u16::try_from(raw.0).ok()?]);
    }
    let mut registers = vec![0; codec.register_count()];
    codec.emit(raw, &mut registers).ok()?;
    Some(registers)
}
