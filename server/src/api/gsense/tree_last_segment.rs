//! GET /gsense/aggregation/tree/:treeId/segmentation/:cadence/last-segment/

use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

use super::segment::{Segment, newest};
use crate::api::endpoint::{Context, Endpoint, Method, NoBody, Nothing, Request, Scope};
use crate::api::error::ApiError;
use crate::api::permission::Permission;
use crate::api::types::Cadence;
use crate::energy::Quantities;

pub struct TreeLastSegment;

#[derive(Deserialize, IntoParams)]
#[serde(rename_all = "camelCase")]
pub struct TreeSegmentPath {
    tree_id: Uuid,
    #[param(inline)]
    cadence: Cadence,
}

/// The tree itself, then its branches.
#[derive(Serialize, ToSchema)]
pub struct SegmentsReply {
    segments: Vec<Segment>,
}

impl Endpoint for TreeLastSegment {
    const METHOD: Method = Method::Get;
    const PATH: &'static str = "/gsense/aggregation/tree/:treeId/segmentation/:cadence/last-segment/";
    const PERMISSION: Permission = Permission::Viewer;
    const TITLE: &'static str = "Get G-SENSE Tree Last Aggregation Segment";
    type Path = TreeSegmentPath;
    type Query = Nothing;
    type Body = NoBody;
    type Reply = SegmentsReply;

    fn scope(request: &Request<Self>) -> Scope {
        Scope::Tree(request.path.tree_id)
    }

    /// The newest completed segment; none before anything was read of the tree (D-28).
    async fn handle(context: Context, request: Request<Self>) -> Result<SegmentsReply, ApiError> {
        let TreeSegmentPath { tree_id, cadence: Cadence(cadence) } = request.path;
        let directory = context.directory.clone();
        let tree = directory.trees.get(&tree_id).ok_or_else(|| ApiError::not_found("tree", tree_id))?;
        let window = newest(&context, tree, cadence).map_err(ApiError::internal)?;
        let span = (window.start_ms, window.end_ms);
        if !context.has_begun(tree, window.end_ms).await? {
            return Ok(SegmentsReply { segments: Vec::new() });
        }
        let all = context.figures(tree_id, Quantities::All, vec![span]).await?;
        let whole = all.whole.first().ok_or_else(|| ApiError::not_found("tree", tree_id))?;
        let branches = tree.branches.iter().zip(&all.branches);
        let branches =
            branches.filter_map(|(branch, row)| Some(Segment::new(tree_id, Some(branch.id), span, row.first()?)));
        let segments = std::iter::once(Segment::new(tree_id, None, span, whole)).chain(branches).collect();
        Ok(SegmentsReply { segments })
    }
}
