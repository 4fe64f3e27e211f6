//! GET /vis/:visId/

use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::api::endpoint::{Context, Endpoint, Method, NoBody, Nothing, Request, Scope};
use crate::api::error::ApiError;
use crate::api::permission::Permission;
use crate::api::types::{Date, Id};
use crate::model::{OrgId, Vis, VisId};

pub struct GetVis;

#[derive(Deserialize, IntoParams)]
#[serde(rename_all = "camelCase")]
pub struct VisPath {
    pub vis_id: Id,
}

/// A visualization.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct VisReply {
    id: VisId,
    org_id: OrgId,
    slug: String,
    name: String,
    created_on: Date,
    /// What it is drawn from, as it was given: at most 1 MiB, never run by the server.
    source: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    description: Option<String>,
    is_displayed_on_dashboard: bool,
}

impl VisReply {
    /// `None` if it is gone since the request came.
    pub async fn read(context: &Context, vis: &Vis) -> Result<Option<VisReply>, ApiError> {
        let id = vis.id;
        let source = context.stored(move |store| store.vis_source(id)).await?;
        Ok(source.map(|source| VisReply {
            id,
            org_id: vis.org_id,
            slug: vis.slug.clone(),
            name: vis.name.clone(),
            created_on: Date(vis.created_on),
            source,
            description: vis.description.clone(),
            is_displayed_on_dashboard: vis.on_dashboard,
        }))
    }
}

impl Endpoint for GetVis {
    const METHOD: Method = Method::Get;
    const PATH: &'static str = "/vis/:visId/";
    const PERMISSION: Permission = Permission::Demo;
    const TITLE: &'static str = "Get Visualization Data";
    type Path = VisPath;
    type Query = Nothing;
    type Body = NoBody;
    type Reply = VisReply;

    fn scope(request: &Request<Self>) -> Scope {
        Scope::Vis(request.path.vis_id.0)
    }

    async fn handle(context: Context, request: Request<Self>) -> Result<VisReply, ApiError> {
        let id = request.path.vis_id.0;
        let absent = || ApiError::not_found("visualization", id);
        let vis = context.directory.visualizations.get(&id).ok_or_else(absent)?;
        VisReply::read(&context, vis).await?.ok_or_else(absent)
    }
}
