//! POST /gsense/hierarchy/tree/:treeId/branch/create/

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use super::TreePath;
use crate::api::endpoint::{Context, Endpoint, Method, Nothing, Request, Scope};
use crate::api::error::ApiError;
use crate::api::permission::Permission;
use crate::energy::{EnergyBranch, LONGEST_NAME, MOST_BRANCHES};

pub struct CreateBranch;

/// A new branch, below another one or at the top.
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct NewBranch {
    /// 1 to 255 characters.
    #[schema(min_length = 1, max_length = 255)]
    name: String,
    parent_branch_id: Option<Uuid>,
}

#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct BranchReply {
    branch_id: Uuid,
}

impl Endpoint for CreateBranch {
    const METHOD: Method = Method::Post;
    const PATH: &'static str = "/gsense/hierarchy/tree/:treeId/branch/create/";
    const PERMISSION: Permission = Permission::Manager;
    const TITLE: &'static str = "Create G-SENSE Hierarchy Branch";
    const WRITES: bool = true;
    type Path = TreePath;
    type Query = Nothing;
    type Body = NewBranch;
    type Reply = BranchReply;

    fn scope(request: &Request<Self>) -> Scope {
        Scope::Tree(request.path.tree_id)
    }

    async fn handle(context: Context, request: Request<Self>) -> Result<BranchReply, ApiError> {
        let NewBranch { name, parent_branch_id: parent } = request.body;
        ApiError::check_name("name", &name, LONGEST_NAME)?;
        let created = context.change_tree(request.path.tree_id, move |tree| {
            if let Some(parent) = parent.filter(|parent| tree.branch(*parent).is_none()) {
                return Err(ApiError::not_found("branch", parent));
            }
            if tree.branches.len() >= MOST_BRANCHES {
                let text = format!("payload: the tree has {MOST_BRANCHES} branches, which is the most");
                return Err(ApiError::incorrect_request(text));
            }
            let id = Uuid::new_v4();
            tree.branches.push(EnergyBranch { id, parent, name, sensors: Vec::new() });
            Ok(id)
        });
        Ok(BranchReply { branch_id: created.await? })
    }
}
