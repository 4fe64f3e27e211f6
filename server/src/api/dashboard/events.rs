//! The alerts on a dashboard: those that last, and on the full one those that nobody has confirmed yet.

use std::collections::BTreeSet;

use serde::Serialize;
use utoipa::ToSchema;

use crate::api::endpoint::Context;
use crate::api::error::ApiError;
use crate::api::types::Date;
use crate::model::{DeviceId, NetId, OrgId, ParamId};

/// Events of a dashboard, at most: the others are in the log.
const MOST_EVENTS: u32 = 100;

/// An event of an alert.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct DashboardEvent {
    /// Of the record.
    id: i64,
    /// Of the alert when the event started.
    name: String,
    /// `info`, `warning`, `failure` or `critical`.
    level: &'static str,
    device_ids: BTreeSet<DeviceId>,
    param_ids: BTreeSet<ParamId>,
    network_ids: BTreeSet<NetId>,
    is_active: bool,
    /// Of the alert's log.
    journal_url: String,
    started_on: Date,
}

/// The events of an organization, those that last first.
pub async fn events(context: &Context, org: OrgId, only_open: bool) -> Result<Vec<DashboardEvent>, ApiError> {
    let records = context.stored(move |store| store.present_records(org, only_open, MOST_EVENTS)).await?;
    let directory = &context.directory;
    let event = records.into_iter().map(|record| {
        let places = || record.params.iter().filter_map(|param| directory.param_place(*param));
        DashboardEvent {
            id: record.id,
            level: record.level.code(),
            device_ids: places().map(|(_, device, _)| device.id).collect(),
            param_ids: places().map(|(param, _, _)| param.id).collect(),
            network_ids: places().map(|(_, _, net)| net.id).collect(),
            is_active: record.resolved.is_none(),
            journal_url: format!("/manage/alerts/{}/log/", record.alert),
            started_on: Date(record.started),
            name: record.name,
        }
    });
    Ok(event.collect())
}
