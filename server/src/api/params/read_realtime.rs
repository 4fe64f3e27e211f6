//! GET /params/read-realtime/

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::api::endpoint::{Context, Endpoint, Method, NoBody, Nothing, Request};
use crate::api::error::ApiError;
use crate::api::permission::Permission;
use crate::api::types::{Flag, IdList, Language};
use crate::api::values::Failure;
use crate::control;
use crate::model::ParamId;

pub struct ReadRealtime;

#[derive(Deserialize, IntoParams)]
#[serde(rename_all = "camelCase")]
pub struct RealtimeQuery {
    param_ids: IdList,
    lang: Language,
    /// Answer with the last stored value where the device cannot be read.
    failback_to_db: Option<Flag>,
}

/// The value just read, or why it could not be.
#[derive(Serialize, ToSchema)]
#[serde(untagged)]
pub enum RealtimeReading {
    Reading(RealtimeValue),
    Failure(Failure),
}

#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct RealtimeValue {
    value: String,
    formatted_value: String,
}

impl Endpoint for ReadRealtime {
    const METHOD: Method = Method::Get;
    const PATH: &'static str = "/params/read-realtime/";
    const PERMISSION: Permission = Permission::Viewer;
    const TITLE: &'static str = "Read Real-time Value of Parameter";
    type Path = Nothing;
    type Query = RealtimeQuery;
    type Body = NoBody;
    type Reply = BTreeMap<ParamId, RealtimeReading>;

    async fn handle(context: Context, request: Request<Self>) -> Result<Self::Reply, ApiError> {
        let RealtimeQuery { param_ids, lang, failback_to_db } = request.query;
        let mut visible = Vec::new();
        for id in param_ids.0 {
            if context.sees_param(id, Self::PERMISSION)? && !visible.contains(&id) {
                visible.push(id);
            }
        }
        let fall_back = failback_to_db.is_some_and(|flag| flag.0);
        let results = control::read_params(&context.app, &context.directory, &visible).await;
        let replies = results.into_iter().filter_map(|(id, result)| {
            let param = context.directory.params.get(&id)?;
            let stored = || context.app.live.last(id).map(|(_, value)| value).filter(|_| fall_back);
            let reading = match result.or_else(|error| stored().ok_or(error)) {
                Ok(value) => RealtimeReading::Reading(RealtimeValue {
                    value: value.value().to_string(),
                    formatted_value: param.formatted(&value.value(), lang.0),
                }),
                Err(error) => RealtimeReading::Failure(Failure::new(error)),
            };
            Some((id, reading))
        });
        Ok(replies.collect())
    }
}
