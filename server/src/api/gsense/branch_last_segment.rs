//! GET /gsense/aggregation/branch/:branchId/segmentation/:cadence/last-segment/

use std::sync::Arc;

use super::branch_history::BranchSegmentPath;
use super::segment::{Segment, newest};
use crate::api::endpoint::{Context, Endpoint, Method, NoBody, Nothing, Request, Scope};
use crate::api::error::ApiError;
use crate::api::permission::Permission;
use crate::api::types::Cadence;
use crate::energy::Quantities;

pub struct BranchLastSegment;

impl Endpoint for BranchLastSegment {
    const METHOD: Method = Method::Get;
    const PATH: &'static str = "/gsense/aggregation/branch/:branchId/segmentation/:cadence/last-segment/";
    const PERMISSION: Permission = Permission::Viewer;
    const TITLE: &'static str = "Get G-SENSE Branch Last Aggregation Segment";
    type Path = BranchSegmentPath;
    type Query = Nothing;
    type Body = NoBody;
    type Reply = Segment;

    fn scope(request: &Request<Self>) -> Scope {
        Scope::EnergyBranch(request.path.branch_id)
    }

    /// The newest completed one; 404 before anything was read of the tree (D-28).
    async fn handle(context: Context, request: Request<Self>) -> Result<Segment, ApiError> {
        let BranchSegmentPath { branch_id, cadence: Cadence(cadence) } = request.path;
        let directory = context.directory.clone();
        let absent = || ApiError::not_found("branch", branch_id);
        let (tree, _) = directory.energy_branch(branch_id).ok_or_else(absent)?;
        let window = newest(&context, tree, cadence).map_err(ApiError::internal)?;
        let span = (window.start_ms, window.end_ms);
        let none = || ApiError::not_found("segment of branch", branch_id);
        if !context.has_begun(tree, window.end_ms).await? {
            return Err(none());
        }
        let below = Arc::new(tree.below(branch_id));
        let row = context.figures_below(&below, Quantities::All, vec![span]).await?;
        let own = row.first().ok_or_else(none)?;
        Ok(Segment::new(tree.id, Some(branch_id), span, own))
    }
}
