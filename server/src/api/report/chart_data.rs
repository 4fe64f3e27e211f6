//! POST /resource-report/branch/:branchId/chart-data/

use parabus_core::aggregate::{Calendar, zone_by_name};
use parabus_core::time::Instant;
use serde::{Deserialize, Serialize};
use utoipa::openapi::RefOr;
use utoipa::openapi::schema::Schema;
use utoipa::{IntoParams, PartialSchema, ToSchema};
use uuid::Uuid;

use crate::api::endpoint::{Context, Endpoint, Method, Nothing, Request, Scope};
use crate::api::error::ApiError;
use crate::api::permission::Permission;
use crate::api::types::{Date, LocalSegment, Number, Point};
use crate::report::{instant, values};

/// Rows of one reply at most (A-13 for histories): five years of half hours come in two.
const MOST_ROWS: usize = 50_000;

/// Rows times branches of a report at most, so that a request has an end.
const MOST_CELLS: usize = 2_000_000;

pub struct ChartData;

#[derive(Deserialize, IntoParams)]
#[serde(rename_all = "camelCase")]
pub struct ReportBranchPath {
    pub branch_id: Uuid,
}

/// A range of local time, and how it is cut.
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ChartBody {
    /// IANA name: `Europe/Warsaw`.
    tz: String,
    /// ISO 8601; without a zone it is local time in `tz`, without a time local midnight.
    from_date_str: String,
    /// The instant after the last, likewise.
    till_date_str: String,
    segment: LocalSegment,
}

/// What a branch counted in each segment, oldest first.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ChartReply {
    branch_id: Uuid,
    name: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    borders: Option<String>,
    values: Vec<ChartPoint>,
}

/// When a segment begins, and what was counted in it; `null` where nothing is known.
#[derive(Serialize)]
pub struct ChartPoint(Date, Option<Number>);

impl Endpoint for ChartData {
    const METHOD: Method = Method::Post;
    const PATH: &'static str = "/resource-report/branch/:branchId/chart-data/";
    const PERMISSION: Permission = Permission::Viewer;
    const TITLE: &'static str = "Get Resource Report Branch Chart Data";
    type Path = ReportBranchPath;
    type Query = Nothing;
    type Body = ChartBody;
    type Reply = ChartReply;

    fn scope(request: &Request<Self>) -> Scope {
        Scope::ReportBranch(request.path.branch_id)
    }

    /// Whole segments, from the one that holds the first instant.
    async fn handle(context: Context, request: Request<Self>) -> Result<ChartReply, ApiError> {
        let (branch_id, body) = (request.path.branch_id, request.body);
        let refused = |text: String| ApiError::incorrect_request(format!("payload: {text}"));
        let zone = zone_by_name(&body.tz)
            .map_err(|_| refused(format!("tz: no zone `{}`, expected one such as `Europe/Warsaw`", body.tz)))?;
        let date =
            |field: &str, text: &str| instant(text, &zone).map_err(|reason| refused(format!("{field}: {reason}")));
        let from = date("fromDateStr", &body.from_date_str)?;
        let till = date("tillDateStr", &body.till_date_str)?;
        if from >= till {
            return Err(refused("tillDateStr: not later than `fromDateStr`, expected a later date".into()));
        }
        let directory = context.directory.clone();
        let absent = || ApiError::not_found("branch", branch_id);
        let (report, branch) = directory.report_branch(branch_id).ok_or_else(absent)?;
        let (name, borders) = (branch.name.clone(), branch.borders.clone());
        let most = MOST_ROWS.min(MOST_CELLS / report.branches.len().max(1));
        let segments = Calendar::new(&zone, body.segment.0, from, till).map_err(|error| refused(error.to_string()))?;
        let segments: Vec<(i64, i64)> = segments.take(most + 1).collect();
        if segments.len() > most {
            return Err(refused(format!("tillDateStr: more than {most} segments, expected a shorter range")));
        }
        let starts: Vec<i64> = segments.iter().map(|(start, _)| *start).collect();
        let held = context.directory.clone();
        let counted = context.stored(move |store| match held.report_branch(branch_id) {
            Some(branch) => values(&held, store, branch, &segments),
            None => Ok(Vec::new()),
        });
        let number = |value: Option<_>| value.and_then(Number::of_decimal);
        let values = starts.into_iter().zip(counted.await?);
        let values = values.map(|(start, value)| ChartPoint(Date(Instant::from_millis(start)), number(value)));
        Ok(ChartReply { branch_id, name, borders, values: values.collect() })
    }
}

impl PartialSchema for ChartPoint {
    fn schema() -> RefOr<Schema> {
        Point::schema()
    }
}
impl ToSchema for ChartPoint {}
