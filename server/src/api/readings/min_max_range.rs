//! POST /readings/min-max-range/

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::range::range;
use crate::api::endpoint::{Context, Endpoint, Method, Nothing, Request};
use crate::api::error::ApiError;
use crate::api::permission::Permission;
use crate::api::types::{Date, DateIn, Ids, Number};
use crate::model::ParamId;

pub struct MinMaxRange;

/// Parameters and a range, both ends included.
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct MinMaxBody {
    param_ids: Ids,
    from: DateIn,
    till: DateIn,
}

/// The extremes of a parameter, each with the earliest instant at which it was read (D-23).
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct MinMaxReply {
    min_value_on: Date,
    min_value: Number,
    max_value_on: Date,
    max_value: Number,
}

impl Endpoint for MinMaxRange {
    const METHOD: Method = Method::Post;
    const PATH: &'static str = "/readings/min-max-range/";
    const PERMISSION: Permission = Permission::Viewer;
    const TITLE: &'static str = "Range of Readings Values for a Given Period";
    type Path = Nothing;
    type Query = Nothing;
    type Body = MinMaxBody;
    type Reply = BTreeMap<ParamId, MinMaxReply>;

    async fn handle(context: Context, request: Request<Self>) -> Result<Self::Reply, ApiError> {
        let MinMaxBody { param_ids, from, till } = request.body;
        let (from, till) = range(from, till, false)?;
        let ids = context.seen_params(param_ids.0, Self::PERMISSION)?;
        let found = context.stored(move |store| {
            let each = ids.into_iter().map(|id| Ok((id, store.min_max(id, from, till)?)));
            each.collect::<Result<Vec<_>, _>>()
        });
        let replies = found.await?.into_iter().filter_map(|(id, found)| {
            let ((min_on, min), (max_on, max)) = found?;
            let (min_value, max_value) = (Number::of_decimal(min)?, Number::of_decimal(max)?);
            Some((id, MinMaxReply { min_value_on: Date(min_on), min_value, max_value_on: Date(max_on), max_value }))
        });
        Ok(replies.collect())
    }
}
