//! GET /readings/date-range/

use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::api::endpoint::{Context, Endpoint, Method, NoBody, Nothing, Request};
use crate::api::error::ApiError;
use crate::api::permission::Permission;
use crate::api::types::{Date, IdList};

pub struct DateRange;

#[derive(Deserialize, IntoParams)]
#[serde(rename_all = "camelCase")]
pub struct DateRangeQuery {
    param_ids: IdList,
}

/// The first and the last reading of all parameters together; nothing where there is none.
#[derive(Serialize, ToSchema)]
pub struct DateRangeReply {
    #[serde(skip_serializing_if = "Option::is_none")]
    min: Option<Date>,
    #[serde(skip_serializing_if = "Option::is_none")]
    max: Option<Date>,
}

impl Endpoint for DateRange {
    const METHOD: Method = Method::Get;
    const PATH: &'static str = "/readings/date-range/";
    const PERMISSION: Permission = Permission::Viewer;
    const TITLE: &'static str = "Get Readings Date Range";
    type Path = Nothing;
    type Query = DateRangeQuery;
    type Body = NoBody;
    type Reply = DateRangeReply;

    /// Failed readings do not count.
    async fn handle(context: Context, request: Request<Self>) -> Result<DateRangeReply, ApiError> {
        let ids = context.seen_params(request.query.param_ids.0, Self::PERMISSION)?;
        let range = context.stored(move |store| store.date_range(&ids)).await?;
        let (min, max) = range.map(|(min, max)| (Date(min), Date(max))).unzip();
        Ok(DateRangeReply { min, max })
    }
}
