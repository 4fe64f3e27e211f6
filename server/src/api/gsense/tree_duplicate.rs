//! POST /gsense/hierarchy/tree/:treeId/duplicate/

use super::{Named, TreePath, TreeReply};
use crate::api::endpoint::{Context, Endpoint, Method, Nothing, Request, Scope};
use crate::api::error::ApiError;
use crate::api::permission::Permission;

pub struct DuplicateTree;

impl Endpoint for DuplicateTree {
    const METHOD: Method = Method::Post;
    const PATH: &'static str = "/gsense/hierarchy/tree/:treeId/duplicate/";
    const PERMISSION: Permission = Permission::Manager;
    const TITLE: &'static str = "Duplicate G-SENSE Hierarchy Tree";
    const WRITES: bool = true;
    type Path = TreePath;
    type Query = Nothing;
    type Body = Named;
    type Reply = TreeReply;

    fn scope(request: &Request<Self>) -> Scope {
        Scope::Tree(request.path.tree_id)
    }

    async fn handle(context: Context, request: Request<Self>) -> Result<TreeReply, ApiError> {
        request.body.check()?;
        let (id, Named { name, description }) = (request.path.tree_id, request.body);
        let copied = context.configure(move |edit| {
            let Some(copy) = edit.before().trees.get(&id).map(|tree| tree.copy(name, description)) else {
                return Ok(Err(ApiError::not_found("tree", id)));
            };
            edit.put_tree(&copy).map(|()| Ok(copy.id))
        });
        Ok(TreeReply { tree_id: copied.await?? })
    }
}
