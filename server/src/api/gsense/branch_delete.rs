//! POST /gsense/hierarchy/tree/:treeId/branch/:branchId/delete/

use super::BranchPath;
use crate::api::endpoint::{Context, Endpoint, Method, NoBody, Nothing, Request, Scope};
use crate::api::error::ApiError;
use crate::api::permission::Permission;
use crate::api::types::Empty;

pub struct DeleteBranch;

impl Endpoint for DeleteBranch {
    const METHOD: Method = Method::Post;
    const PATH: &'static str = "/gsense/hierarchy/tree/:treeId/branch/:branchId/delete/";
    const PERMISSION: Permission = Permission::Manager;
    const TITLE: &'static str = "Delete G-SENSE Hierarchy Branch";
    const WRITES: bool = true;
    type Path = BranchPath;
    type Query = Nothing;
    type Body = NoBody;
    type Reply = Empty;

    fn scope(request: &Request<Self>) -> Scope {
        Scope::Tree(request.path.tree_id)
    }

    /// With all below it and their references; the sensors stay.
    async fn handle(context: Context, request: Request<Self>) -> Result<Empty, ApiError> {
        let BranchPath { tree_id, branch_id } = request.path;
        let deleted = context.change_tree(tree_id, move |tree| {
            if tree.delete_branch(branch_id) { Ok(()) } else { Err(ApiError::not_found("branch", branch_id)) }
        });
        deleted.await?;
        Ok(Empty {})
    }
}
