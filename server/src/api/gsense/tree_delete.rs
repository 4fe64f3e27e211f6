//! POST /gsense/hierarchy/tree/:treeId/delete/

use super::TreePath;
use crate::api::endpoint::{Context, Endpoint, Method, NoBody, Nothing, Request, Scope};
use crate::api::error::ApiError;
use crate::api::permission::Permission;
use crate::api::types::Empty;

pub struct DeleteTree;

impl Endpoint for DeleteTree {
    const METHOD: Method = Method::Post;
    const PATH: &'static str = "/gsense/hierarchy/tree/:treeId/delete/";
    const PERMISSION: Permission = Permission::Manager;
    const TITLE: &'static str = "Delete G-SENSE Hierarchy Tree";
    const WRITES: bool = true;
    type Path = TreePath;
    type Query = Nothing;
    type Body = NoBody;
    type Reply = Empty;

    fn scope(request: &Request<Self>) -> Scope {
        Scope::Tree(request.path.tree_id)
    }

    /// Its sensors stay, for other trees (D-29).
    async fn handle(context: Context, request: Request<Self>) -> Result<Empty, ApiError> {
        let id = request.path.tree_id;
        context.configure(move |edit| edit.delete_tree(id)).await?;
        Ok(Empty {})
    }
}
