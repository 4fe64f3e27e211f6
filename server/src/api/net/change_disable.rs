//! POST /net/:netId/change-disable/

use super::get::NetPath;
use crate::api::endpoint::{Context, Endpoint, Method, Nothing, Request, Scope};
use crate::api::error::ApiError;
use crate::api::permission::Permission;
use crate::api::types::{Empty, Enabled};
use crate::model::Disabled;

pub struct ChangeNetDisable;

impl Endpoint for ChangeNetDisable {
    const METHOD: Method = Method::Post;
    const PATH: &'static str = "/net/:netId/change-disable/";
    const PERMISSION: Permission = Permission::Manager;
    const TITLE: &'static str = "Change Network Disabled State";
    const WRITES: bool = true;
    type Path = NetPath;
    type Query = Nothing;
    type Body = Enabled;
    type Reply = Empty;

    fn scope(request: &Request<Self>) -> Scope {
        Scope::Net(request.path.net_id.0)
    }

    async fn handle(context: Context, request: Request<Self>) -> Result<Empty, ApiError> {
        let (id, enabled) = (request.path.net_id.0, request.body.enabled);
        let change = context.configure(move |edit| {
            let Some(mut net) = edit.before().nets.get(&id).cloned() else { return Ok(None) };
            let before = net.disabled.take();
            net.disabled = (!enabled).then(|| before.clone().unwrap_or_else(Disabled::by_user));
            if net.disabled != before {
                edit.put_net(&net)?;
            }
            Ok(Some(()))
        });
        change.await?.ok_or_else(|| ApiError::not_found("network", id))?;
        tracing::info!(net = id, enabled, user = context.caller.user, "network switched");
        Ok(Empty {})
    }
}
