//! POST /org/:orgId/viss/info/

use super::{VisIds, chosen};
use crate::api::endpoint::{Context, Endpoint, Method, Nothing, Request, Scope};
use crate::api::error::ApiError;
use crate::api::net::list::OrgPath;
use crate::api::permission::Permission;
use crate::api::vis::get::VisReply;

pub struct VissInfo;

impl Endpoint for VissInfo {
    const METHOD: Method = Method::Post;
    const PATH: &'static str = "/org/:orgId/viss/info/";
    const PERMISSION: Permission = Permission::Demo;
    const TITLE: &'static str = "Get Multiple Visualizations Info";
    type Path = OrgPath;
    type Query = Nothing;
    type Body = VisIds;
    type Reply = Vec<VisReply>;

    fn scope(request: &Request<Self>) -> Scope {
        Scope::Org(request.path.org_id.0)
    }

    async fn handle(context: Context, request: Request<Self>) -> Result<Vec<VisReply>, ApiError> {
        let mut replies = Vec::new();
        for vis in chosen(&context, request.path.org_id.0, &request.body) {
            replies.extend(VisReply::read(&context, vis).await?);
        }
        Ok(replies)
    }
}
