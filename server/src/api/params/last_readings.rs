//! GET /params/last-readings/

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::api::endpoint::{Context, Endpoint, Method, NoBody, Nothing, Request};
use crate::api::error::ApiError;
use crate::api::permission::Permission;
use crate::api::types::{IdList, Language, ReadingDate};
use crate::api::values::Failure;
use crate::model::ParamId;

pub struct LastReadings;

#[derive(Deserialize, IntoParams)]
#[serde(rename_all = "camelCase")]
pub struct ParamIdsAndLang {
    pub param_ids: IdList,
    pub lang: Language,
}

/// The last good reading, or why there is none.
#[derive(Serialize, ToSchema)]
#[serde(untagged)]
pub enum LastReading {
    Reading(Reading),
    Failure(Failure),
}

#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Reading {
    value: String,
    read_on: ReadingDate,
    formatted_value: String,
}

impl Endpoint for LastReadings {
    const METHOD: Method = Method::Get;
    const PATH: &'static str = "/params/last-readings/";
    const PERMISSION: Permission = Permission::Viewer;
    const TITLE: &'static str = "Get Last Readings of Parameters";
    type Path = Nothing;
    type Query = ParamIdsAndLang;
    type Body = NoBody;
    type Reply = BTreeMap<ParamId, LastReading>;

    async fn handle(context: Context, request: Request<Self>) -> Result<Self::Reply, ApiError> {
        let mut readings = BTreeMap::new();
        for id in request.query.param_ids.0 {
            let Some(param) = context.directory.params.get(&id) else { continue };
            if !context.sees_param(id, Self::PERMISSION)? {
                continue;
            }
            let reading = match context.app.live.last(id) {
                Some((at, value)) => LastReading::Reading(Reading {
                    value: value.to_string(),
                    read_on: ReadingDate(at),
                    formatted_value: param.formatted(&value.value(), request.query.lang.0),
                }),
                None => LastReading::Failure(Failure::new("no-value")),
            };
            readings.insert(id, reading);
        }
        Ok(readings)
    }
}
