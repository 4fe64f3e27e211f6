//! GET /vis/:visId/data/

use std::collections::BTreeMap;

use super::get::VisPath;
use crate::api::endpoint::{Context, Endpoint, Method, NoBody, Nothing, Request, Scope};
use crate::api::error::ApiError;
use crate::api::permission::Permission;

pub struct GetVisData;

impl Endpoint for GetVisData {
    const METHOD: Method = Method::Get;
    const PATH: &'static str = "/vis/:visId/data/";
    const PERMISSION: Permission = Permission::Demo;
    const TITLE: &'static str = "Get Visualization Data";
    type Path = VisPath;
    type Query = Nothing;
    type Body = NoBody;
    type Reply = BTreeMap<String, String>;

    fn scope(request: &Request<Self>) -> Scope {
        Scope::Vis(request.path.vis_id.0)
    }

    async fn handle(context: Context, request: Request<Self>) -> Result<Self::Reply, ApiError> {
        let id = request.path.vis_id.0;
        context.stored(move |store| store.vis_data(id)).await
    }
}
