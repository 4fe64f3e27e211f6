//! POST /gsense/hierarchy/tree/:treeId/rename/

use super::{Named, TreePath};
use crate::api::endpoint::{Context, Endpoint, Method, Nothing, Request, Scope};
use crate::api::error::ApiError;
use crate::api::permission::Permission;
use crate::api::types::Empty;

pub struct RenameTree;

impl Endpoint for RenameTree {
    const METHOD: Method = Method::Post;
    const PATH: &'static str = "/gsense/hierarchy/tree/:treeId/rename/";
    const PERMISSION: Permission = Permission::Manager;
    const TITLE: &'static str = "Rename G-SENSE Hierarchy Tree";
    const WRITES: bool = true;
    type Path = TreePath;
    type Query = Nothing;
    type Body = Named;
    type Reply = Empty;

    fn scope(request: &Request<Self>) -> Scope {
        Scope::Tree(request.path.tree_id)
    }

    async fn handle(context: Context, request: Request<Self>) -> Result<Empty, ApiError> {
        request.body.check()?;
        let Named { name, description } = request.body;
        let renamed = context.change_tree(request.path.tree_id, move |tree| {
            tree.name = name;
            tree.description = description.or(tree.description.take());
            Ok(())
        });
        renamed.await?;
        Ok(Empty {})
    }
}
