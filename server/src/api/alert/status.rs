//! GET /alert/:alertId/status/

use std::collections::BTreeMap;

use serde::Serialize;
use utoipa::ToSchema;

use super::get::AlertPath;
use crate::alarm::model::AlertId;
use crate::api::endpoint::{Context, Endpoint, Method, NoBody, Nothing, Request, Scope};
use crate::api::error::ApiError;
use crate::api::permission::Permission;
use crate::api::types::{Date, Number};

pub struct AlertStatus;

/// How an alert stands, by its last record.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct AlertStatusReply {
    id: AlertId,
    #[serde(skip_serializing_if = "Option::is_none")]
    last_record_id: Option<i64>,
    is_active: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    started_on: Option<Date>,
    #[serde(skip_serializing_if = "Option::is_none")]
    closed_on: Option<Date>,
    #[serde(skip_serializing_if = "Option::is_none")]
    confirmed: Option<ConfirmedReply>,
    conditions: BTreeMap<i64, ConditionStatus>,
}

/// When and by whom a record was confirmed.
#[derive(Serialize, ToSchema)]
pub struct ConfirmedReply {
    on: Date,
    /// An e-mail address or a telephone number; of the command line its user.
    from: String,
}

/// A condition, and the last value of its parameter.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ConditionStatus {
    #[serde(skip_serializing_if = "Option::is_none")]
    last_value: Option<Number>,
    is_triggered: bool,
}

impl Endpoint for AlertStatus {
    const METHOD: Method = Method::Get;
    const PATH: &'static str = "/alert/:alertId/status/";
    const PERMISSION: Permission = Permission::Demo;
    const TITLE: &'static str = "Get Alert Status Information";
    type Path = AlertPath;
    type Query = Nothing;
    type Body = NoBody;
    type Reply = AlertStatusReply;

    fn scope(request: &Request<Self>) -> Scope {
        Scope::Alert(request.path.alert_id.0)
    }

    async fn handle(context: Context, request: Request<Self>) -> Result<AlertStatusReply, ApiError> {
        let id = request.path.alert_id.0;
        let alarm = context.app.alarm.clone();
        let (record, holding) = context.stored(move |store| Ok((store.last_record(id)?, alarm.holding(id)))).await?;
        let alert = context.directory.alerts.get(&id).ok_or_else(|| ApiError::not_found("alert", id))?;
        let shows_values = context.role(alert.org_id).is_some_and(|role| role.sees_values());
        let conditions = alert.conditions.iter().map(|condition| {
            let last = condition.param.filter(|_| shows_values).and_then(|param| context.app.live.last(param));
            let last_value = last.and_then(|(_, value)| Number::of(&value.value()));
            (condition.id, ConditionStatus { last_value, is_triggered: holding.contains(&condition.id) })
        });
        let record = record.as_ref();
        let confirmed = record.and_then(|record| {
            Some(ConfirmedReply { on: Date(record.confirmed?), from: record.confirmed_by.clone()? })
        });
        Ok(AlertStatusReply {
            id,
            last_record_id: record.map(|record| record.id),
            is_active: record.is_some_and(|record| record.resolved.is_none()),
            started_on: record.map(|record| Date(record.started)),
            closed_on: record.and_then(|record| record.resolved).map(Date),
            confirmed,
            conditions: conditions.collect(),
        })
    }
}
