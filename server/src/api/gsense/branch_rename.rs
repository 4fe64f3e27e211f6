//! POST /gsense/hierarchy/tree/:treeId/branch/:branchId/rename/

use serde::Deserialize;
use utoipa::ToSchema;

use super::BranchPath;
use crate::api::endpoint::{Context, Endpoint, Method, Nothing, Request, Scope};
use crate::api::error::ApiError;
use crate::api::permission::Permission;
use crate::api::types::Empty;
use crate::energy::LONGEST_NAME;

pub struct RenameBranch;

/// A name.
#[derive(Deserialize, ToSchema)]
pub struct NameBody {
    /// 1 to 255 characters.
    #[schema(min_length = 1, max_length = 255)]
    name: String,
}

impl Endpoint for RenameBranch {
    const METHOD: Method = Method::Post;
    const PATH: &'static str = "/gsense/hierarchy/tree/:treeId/branch/:branchId/rename/";
    const PERMISSION: Permission = Permission::Manager;
    const TITLE: &'static str = "Rename G-SENSE Hierarchy Branch";
    const WRITES: bool = true;
    type Path = BranchPath;
    type Query = Nothing;
    type Body = NameBody;
    type Reply = Empty;

    fn scope(request: &Request<Self>) -> Scope {
        Scope::Tree(request.path.tree_id)
    }

    async fn handle(context: Context, request: Request<Self>) -> Result<Empty, ApiError> {
        let (BranchPath { tree_id, branch_id }, NameBody { name }) = (request.path, request.body);
        ApiError::check_name("name", &name, LONGEST_NAME)?;
        let renamed = context.change_tree(tree_id, move |tree| {
            let branch = tree.branches.iter_mut().find(|branch| branch.id == branch_id);
            branch.ok_or_else(|| ApiError::not_found("branch", branch_id))?.name = name;
            Ok(())
        });
        renamed.await?;
        Ok(Empty {})
    }
}
