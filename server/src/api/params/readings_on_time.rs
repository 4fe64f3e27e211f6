//! POST /params/readings-on-time/

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::api::endpoint::{Context, Endpoint, Method, Nothing, Request, Scope};
use crate::api::error::ApiError;
use crate::api::permission::Permission;
use crate::api::types::{Date, DateIn, Id, Ids};
use crate::model::ParamId;

pub struct ReadingsOnTime;

/// Parameters of an organization, and an instant.
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct OnTimeBody {
    org_id: Id,
    till_date: DateIn,
    param_ids: Ids,
}

/// The last good reading up to the instant, however old (D-23).
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct OnTimeReading {
    read_on: Date,
    value: String,
}

impl Endpoint for ReadingsOnTime {
    const METHOD: Method = Method::Post;
    const PATH: &'static str = "/params/readings-on-time/";
    const PERMISSION: Permission = Permission::Viewer;
    const TITLE: &'static str = "Get Parameters Readings on Specific Time";
    type Path = Nothing;
    type Query = Nothing;
    type Body = OnTimeBody;
    type Reply = BTreeMap<ParamId, Option<OnTimeReading>>;

    fn scope(request: &Request<Self>) -> Scope {
        Scope::Org(request.body.org_id.0)
    }

    /// What is none of the organization's is left out (D-17).
    async fn handle(context: Context, request: Request<Self>) -> Result<Self::Reply, ApiError> {
        let OnTimeBody { org_id, till_date, param_ids } = request.body;
        let is_own = |id: &i64| context.directory.org_of_param(*id) == Some(org_id.0);
        let ids: Vec<ParamId> = param_ids.0.into_iter().filter(is_own).collect();
        context
            .stored(move |store| {
                let each = ids.into_iter().map(|id| {
                    let found = store.last_good_at(id, till_date.0)?;
                    Ok((id, found.map(|(at, value)| OnTimeReading { read_on: Date(at), value: value.to_string() })))
                });
                each.collect()
            })
            .await
    }
}
