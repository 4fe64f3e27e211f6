//! POST /net/:netId/drop-connections/

use super::get::NetPath;
use crate::api::endpoint::{Context, Endpoint, Method, NoBody, Nothing, Request, Scope};
use crate::api::error::ApiError;
use crate::api::permission::Permission;
use crate::api::trail::Deed;
use crate::api::types::Empty;

pub struct DropConnections;

impl Endpoint for DropConnections {
    const METHOD: Method = Method::Post;
    const PATH: &'static str = "/net/:netId/drop-connections/";
    const PERMISSION: Permission = Permission::Operator;
    const TITLE: &'static str = "Drop Network Connections";
    const WRITES: bool = true;
    type Path = NetPath;
    type Query = Nothing;
    type Body = NoBody;
    type Reply = Empty;

    fn scope(request: &Request<Self>) -> Scope {
        Scope::Net(request.path.net_id.0)
    }

    /// What needs the connection makes it anew, background reading at its next turn.
    async fn handle(context: Context, request: Request<Self>) -> Result<Empty, ApiError> {
        let id = request.path.net_id.0;
        let net = context.directory.nets.get(&id).ok_or_else(|| ApiError::not_found("network", id))?;
        tracing::info!(net = id, user = context.caller.user, "connections dropped on request");
        context.app.links.drop_connection(&net.connection);
        let (org, object) = (Some(net.org_id), context.place(net.org_id, &net.name));
        context.record(Deed { org, action: "drop connections", object, old: None, new: None, result: Ok(()) }).await;
        Ok(Empty {})
    }
}
