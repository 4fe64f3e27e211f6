//! POST /gsense/hierarchy/tree/create/

use serde::Deserialize;
use utoipa::ToSchema;
use uuid::Uuid;

use super::{Named, TreeReply};
use crate::api::endpoint::{Context, Endpoint, Method, Nothing, Request, Scope};
use crate::api::error::ApiError;
use crate::api::permission::Permission;
use crate::api::types::Id;
use crate::energy::EnergyTree;

pub struct CreateTree;

/// A new tree of an organization.
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct TreeBody {
    org_id: Id,
    #[serde(flatten)]
    named: Named,
}

impl Endpoint for CreateTree {
    const METHOD: Method = Method::Post;
    const PATH: &'static str = "/gsense/hierarchy/tree/create/";
    const PERMISSION: Permission = Permission::Manager;
    const TITLE: &'static str = "Create G-SENSE Hierarchy Tree";
    const WRITES: bool = true;
    type Path = Nothing;
    type Query = Nothing;
    type Body = TreeBody;
    type Reply = TreeReply;

    fn scope(request: &Request<Self>) -> Scope {
        Scope::Org(request.body.org_id.0)
    }

    async fn handle(context: Context, request: Request<Self>) -> Result<TreeReply, ApiError> {
        let TreeBody { org_id, named } = request.body;
        named.check()?;
        let Named { name, description } = named;
        let tree = EnergyTree { id: Uuid::new_v4(), org_id: org_id.0, name, description, branches: Vec::new() };
        let tree_id = tree.id;
        context.configure(move |edit| edit.put_tree(&tree)).await?;
        Ok(TreeReply { tree_id })
    }
}
