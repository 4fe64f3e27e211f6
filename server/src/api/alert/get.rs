//! GET /alert/:alertId/

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::alarm::model::{Alert, AlertId};
use crate::api::endpoint::{Context, Endpoint, Method, NoBody, Nothing, Request, Scope};
use crate::api::error::ApiError;
use crate::api::permission::Permission;
use crate::api::types::{Id, Number};
use crate::model::{Directory, ParamId};

pub struct GetAlert;

#[derive(Deserialize, IntoParams)]
#[serde(rename_all = "camelCase")]
pub struct AlertPath {
    pub alert_id: Id,
}

/// An alert as it is configured.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct AlertReply {
    id: AlertId,
    name: String,
    slug: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    description: Option<String>,
    /// `all` or `any`.
    condition_logic: &'static str,
    /// `none`, `info`, `warning`, `failure` or `critical`.
    log_as: &'static str,
    conditions: BTreeMap<i64, ConditionReply>,
    actions: BTreeMap<i64, ActionReply>,
    follow_ups: BTreeMap<i64, FollowUpReply>,
}

/// A condition. One whose parameter was deleted has none: nothing is known of it any more.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ConditionReply {
    #[serde(skip_serializing_if = "Option::is_none")]
    param_id: Option<ParamId>,
    /// `g`, `ge`, `l`, `le`, `eq`, `neq` or `reading-error`.
    kind: &'static str,
    /// Reference to the parameter.
    #[serde(skip_serializing_if = "Option::is_none")]
    param: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    value: Option<Number>,
}

/// An action; without type and recipient it stands in the log alone.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ActionReply {
    timeout_minutes: u32,
    /// `email`, `sms` or `voice-call`.
    #[serde(rename = "type", skip_serializing_if = "Option::is_none")]
    kind: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    recepient: Option<String>,
}

/// What is done at a stage.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct FollowUpReply {
    /// `confirmed`, `not-confirmed` or `resolved`.
    stage: &'static str,
    timeout_minutes: u32,
    /// `email`, `sms` or `voice-call`.
    #[serde(rename = "type")]
    kind: &'static str,
    recepient: String,
}

/// `542#coil@device-slug@net-slug` (D-11).
fn reference(directory: &Directory, param: ParamId) -> Option<String> {
    let (param, device, net) = directory.param_place(param)?;
    Some(format!("{}#{}@{}@{}", param.id, param.slug, device.slug, net.slug))
}

impl AlertReply {
    fn of(directory: &Directory, alert: &Alert) -> AlertReply {
        let conditions = alert.conditions.iter().map(|each| {
            let reply = ConditionReply {
                param_id: each.param,
                kind: each.kind.code(),
                param: each.param.and_then(|param| reference(directory, param)),
                value: each.kind.threshold().and_then(Number::of_decimal),
            };
            (each.id, reply)
        });
        let actions = alert.actions.iter().map(|each| {
            let recipient = each.recipient.as_ref();
            let reply = ActionReply {
                timeout_minutes: each.timeout_minutes,
                kind: recipient.map(|recipient| recipient.channel.code()),
                recepient: recipient.map(|recipient| recipient.address.clone()),
            };
            (each.id, reply)
        });
        let follow_ups = alert.follow_ups.iter().map(|each| {
            let reply = FollowUpReply {
                stage: each.stage.code(),
                timeout_minutes: each.timeout_minutes,
                kind: each.recipient.channel.code(),
                recepient: each.recipient.address.clone(),
            };
            (each.id, reply)
        });
        AlertReply {
            id: alert.id,
            name: alert.name.clone(),
            slug: alert.slug.clone(),
            description: alert.description.clone(),
            condition_logic: alert.logic.code(),
            log_as: alert.level.code(),
            conditions: conditions.collect(),
            actions: actions.collect(),
            follow_ups: follow_ups.collect(),
        }
    }
}

impl Endpoint for GetAlert {
    const METHOD: Method = Method::Get;
    const PATH: &'static str = "/alert/:alertId/";
    const PERMISSION: Permission = Permission::Demo;
    const TITLE: &'static str = "Get Alert Data";
    type Path = AlertPath;
    type Query = Nothing;
    type Body = NoBody;
    type Reply = AlertReply;

    fn scope(request: &Request<Self>) -> Scope {
        Scope::Alert(request.path.alert_id.0)
    }

    async fn handle(context: Context, request: Request<Self>) -> Result<AlertReply, ApiError> {
        let id = request.path.alert_id.0;
        let alert = context.directory.alerts.get(&id).ok_or_else(|| ApiError::not_found("alert", id))?;
        Ok(AlertReply::of(&context.directory, alert))
    }
}
