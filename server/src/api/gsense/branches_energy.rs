//! GET /gsense/aggregation/tree/:treeId/branches-energy/

use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use super::TreePath;
use super::segment::number;
use super::windows::Windows;
use crate::api::endpoint::{Context, Endpoint, Method, NoBody, Nothing, Request, Scope};
use crate::api::error::ApiError;
use crate::api::permission::Permission;
use crate::api::types::Number;
use crate::energy::Quantities;

pub struct BranchesEnergy;

/// Every branch of a tree.
#[derive(Serialize, ToSchema)]
pub struct BranchesEnergyReply {
    rows: Vec<BranchEnergy>,
}

/// Energy of a branch with all below it; 0 where nothing is known.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct BranchEnergy {
    branch_id: Uuid,
    parent_branch_id: Option<Uuid>,
    is_root: bool,
    #[serde(rename = "energyKwhLast24h")]
    last_24h: Option<Number>,
    #[serde(rename = "energyKwhPrev24h")]
    prev_24h: Option<Number>,
    #[serde(rename = "energyKwhLast7d")]
    last_7d: Option<Number>,
    #[serde(rename = "energyKwhPrev7d")]
    prev_7d: Option<Number>,
    #[serde(rename = "energyKwhLast30d")]
    last_30d: Option<Number>,
    #[serde(rename = "energyKwhPrev30d")]
    prev_30d: Option<Number>,
}

impl Endpoint for BranchesEnergy {
    const METHOD: Method = Method::Get;
    const PATH: &'static str = "/gsense/aggregation/tree/:treeId/branches-energy/";
    const PERMISSION: Permission = Permission::Viewer;
    const TITLE: &'static str = "Get G-SENSE Tree Branch Energy Summary";
    type Path = TreePath;
    type Query = Nothing;
    type Body = NoBody;
    type Reply = BranchesEnergyReply;

    fn scope(request: &Request<Self>) -> Scope {
        Scope::Tree(request.path.tree_id)
    }

    async fn handle(context: Context, request: Request<Self>) -> Result<BranchesEnergyReply, ApiError> {
        let id = request.path.tree_id;
        let directory = context.directory.clone();
        let tree = directory.trees.get(&id).ok_or_else(|| ApiError::not_found("tree", id))?;
        let windows = Windows::of(&context, tree).map_err(ApiError::internal)?;
        let all = context.figures(id, Quantities::Energy, windows.spans.clone()).await?;
        let rows = tree.branches.iter().zip(&all.branches).map(|(branch, row)| {
            let energies = windows.energies(row).map(|energy| number(Some(energy)));
            let [last_24h, prev_24h, last_7d, prev_7d, last_30d, prev_30d] = energies;
            let (branch_id, parent_branch_id, is_root) = (branch.id, branch.parent, branch.parent.is_none());
            BranchEnergy {
                branch_id,
                parent_branch_id,
                is_root,
                last_24h,
                prev_24h,
                last_7d,
                prev_7d,
                last_30d,
                prev_30d,
            }
        });
        Ok(BranchesEnergyReply { rows: rows.collect() })
    }
}
