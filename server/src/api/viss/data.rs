//! POST /org/:orgId/viss/data/

use std::collections::BTreeMap;

use super::{VisIds, chosen};
use crate::api::endpoint::{Context, Endpoint, Method, Nothing, Request, Scope};
use crate::api::error::ApiError;
use crate::api::net::list::OrgPath;
use crate::api::permission::Permission;
use crate::model::VisId;

pub struct VissData;

impl Endpoint for VissData {
    const METHOD: Method = Method::Post;
    const PATH: &'static str = "/org/:orgId/viss/data/";
    const PERMISSION: Permission = Permission::Demo;
    const TITLE: &'static str = "Get Multiple Visualizations Data";
    type Path = OrgPath;
    type Query = Nothing;
    type Body = VisIds;
    type Reply = BTreeMap<VisId, BTreeMap<String, String>>;

    fn scope(request: &Request<Self>) -> Scope {
        Scope::Org(request.path.org_id.0)
    }

    async fn handle(context: Context, request: Request<Self>) -> Result<Self::Reply, ApiError> {
        let mut data = BTreeMap::new();
        for vis in chosen(&context, request.path.org_id.0, &request.body) {
            let id = vis.id;
            data.insert(id, context.stored(move |store| store.vis_data(id)).await?);
        }
        Ok(data)
    }
}
