//! GET /gsense/aggregation/branch/:branchId/segmentation/:cadence/history/

use std::sync::Arc;

use parabus_core::aggregate::Grid;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

use super::segment::{Segment, newest};
use crate::api::endpoint::{Context, Endpoint, Method, NoBody, Request, Scope};
use crate::api::error::ApiError;
use crate::api::permission::Permission;
use crate::api::types::{Cadence, DateIn};

use crate::energy::Quantities;

/// Rows of one reply at most.
const MOST_ROWS: u64 = 50_000;

/// Figures that are reckoned at once, about 1 kB each.
const AT_ONCE: usize = 32_768;

pub struct BranchHistory;

#[derive(Deserialize, IntoParams)]
#[serde(rename_all = "camelCase")]
pub struct BranchSegmentPath {
    pub branch_id: Uuid,
    #[param(inline)]
    pub cadence: Cadence,
}

#[derive(Deserialize, IntoParams)]
#[serde(rename_all = "camelCase")]
pub struct HistoryQuery {
    /// The first segment begins then or later.
    start_time_utc: DateIn,
    /// The last segment begins before.
    end_time_utc: DateIn,
}

/// Segments, oldest first.
#[derive(Serialize, ToSchema)]
pub struct HistoryReply {
    rows: Vec<Segment>,
}

impl Endpoint for BranchHistory {
    const METHOD: Method = Method::Get;
    const PATH: &'static str = "/gsense/aggregation/branch/:branchId/segmentation/:cadence/history/";
    const PERMISSION: Permission = Permission::Viewer;
    const TITLE: &'static str = "Get G-SENSE Branch Aggregation History";
    type Path = BranchSegmentPath;
    type Query = HistoryQuery;
    type Body = NoBody;
    type Reply = HistoryReply;

    fn scope(request: &Request<Self>) -> Scope {
        Scope::EnergyBranch(request.path.branch_id)
    }

    /// Completed segments, those of which nothing is known among them.
    async fn handle(context: Context, request: Request<Self>) -> Result<HistoryReply, ApiError> {
        let BranchSegmentPath { branch_id, cadence: Cadence(cadence) } = request.path;
        let (from, till) = (request.query.start_time_utc.0.as_millis(), request.query.end_time_utc.0.as_millis());
        if from > till {
            let text = "query: startTimeUtc: later than `endTimeUtc`, expected an earlier date";
            return Err(ApiError::incorrect_request(text));
        }
        let directory = context.directory.clone();
        let absent = || ApiError::not_found("branch", branch_id);
        let (tree, _) = directory.energy_branch(branch_id).ok_or_else(absent)?;
        let closed = newest(&context, tree, cadence).map_err(ApiError::internal)?.end_ms;
        let too_many = || {
            let text = format!("query: endTimeUtc: more than {MOST_ROWS} segments, expected a shorter range");
            ApiError::incorrect_request(text)
        };
        let till = till.min(closed);
        if from >= till {
            return Ok(HistoryReply { rows: Vec::new() });
        }
        let grid = Grid::new(from, till, cadence.ms()).map_err(|_| too_many())?;
        if grid.count_of_spans() > MOST_ROWS {
            return Err(too_many());
        }
        let spans: Vec<(i64, i64)> = grid.filter(|(start, end)| *start >= from && *end <= closed).collect();
        let below = Arc::new(tree.below(branch_id));
        let mut rows = Vec::with_capacity(spans.len());
        for spans in spans.chunks((AT_ONCE / below.rows().max(1)).max(1)) {
            let own = context.figures_below(&below, Quantities::All, spans.to_vec()).await?;
            let own = spans.iter().zip(&own);
            rows.extend(own.map(|(span, figures)| Segment::new(tree.id, Some(branch_id), *span, figures)));
        }
        Ok(HistoryReply { rows })
    }
}
