//! GET /readings/get/

use serde::Deserialize;
use utoipa::IntoParams;

use crate::api::endpoint::{Context, Endpoint, Method, NoBody, Nothing, Request, Scope};
use crate::api::error::ApiError;
use crate::api::permission::Permission;
use crate::api::types::{DateIn, Id, Number, Point, Points, ReadingDate};
use crate::clock;

/// Most points in one reply, and how many where the request does not say.
const MOST_POINTS: u32 = 1000;

pub struct GetReadings;

#[derive(Deserialize, IntoParams)]
#[serde(rename_all = "camelCase")]
pub struct ReadingsQuery {
    param_id: Id,
    /// First instant, inclusive; without it the reply holds the last points up to `till`.
    from: Option<DateIn>,
    /// Last instant, inclusive; the present without it.
    till: Option<DateIn>,
    /// 1..=1000.
    points_limit: Option<u32>,
}

impl Endpoint for GetReadings {
    const METHOD: Method = Method::Get;
    const PATH: &'static str = "/readings/get/";
    const PERMISSION: Permission = Permission::Viewer;
    const TITLE: &'static str = "Get Readings";
    type Path = Nothing;
    type Query = ReadingsQuery;
    type Body = NoBody;
    type Reply = Points;

    fn scope(request: &Request<Self>) -> Scope {
        Scope::Param(request.query.param_id.0)
    }

    /// Newest first (D-20), failed readings as `null`.
    async fn handle(context: Context, request: Request<Self>) -> Result<Points, ApiError> {
        let ReadingsQuery { param_id, from, till, points_limit } = request.query;
        let till = till.map_or_else(clock::now, |date| date.0);
        let from = from.map(|date| date.0);
        if from.is_some_and(|from| from > till) {
            return Err(ApiError::incorrect_request("query: from: later than `till`, expected an earlier date"));
        }
        let limit = points_limit.unwrap_or(MOST_POINTS);
        if !(1..=MOST_POINTS).contains(&limit) {
            return Err(ApiError::incorrect_request(format!(
                "query: pointsLimit: `{limit}` is out of range, expected 1 to {MOST_POINTS}"
            )));
        }
        let readings = context.app.live.readings(param_id.0, from, till, limit as usize).await;
        let readings = readings.map_err(ApiError::internal)?;
        let points = readings
            .into_iter()
            .map(|(at, value)| Point(ReadingDate(at), value.as_ref().and_then(|value| Number::of(&value.value()))));
        Ok(Points(points.collect()))
    }
}
