//! GET /device/:deviceId/tracked-params/

use serde::Serialize;
use utoipa::ToSchema;

use super::get::DevicePath;
use crate::api::endpoint::{Context, Endpoint, Method, NoBody, Nothing, Request, Scope};
use crate::api::error::ApiError;
use crate::api::permission::Permission;
use crate::model::ParamId;

pub struct TrackedParams;

/// A parameter that is read in the background.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct TrackedParam {
    id: ParamId,
    name: String,
    full_name: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    category: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    label: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    unit_name: Option<String>,
}

impl Endpoint for TrackedParams {
    const METHOD: Method = Method::Get;
    const PATH: &'static str = "/device/:deviceId/tracked-params/";
    const PERMISSION: Permission = Permission::Viewer;
    const TITLE: &'static str = "List Device Tracked Parameters";
    type Path = DevicePath;
    type Query = Nothing;
    type Body = NoBody;
    type Reply = Vec<TrackedParam>;

    fn scope(request: &Request<Self>) -> Scope {
        Scope::Device(request.path.device_id.0)
    }

    async fn handle(context: Context, request: Request<Self>) -> Result<Vec<TrackedParam>, ApiError> {
        let device = request.path.device_id.0;
        let lang = context.lang(context.directory.org_of_device(device));
        let params = context.directory.params_of(device).filter(|param| param.is_tracked);
        let tracked = params.map(|param| TrackedParam {
            id: param.id,
            name: param.name_in(lang).to_owned(),
            full_name: param.full_name_in(lang),
            category: param.category_in(lang).map(str::to_owned),
            label: param.label.clone(),
            unit_name: param.unit_in(lang).map(str::to_owned),
        });
        Ok(tracked.collect())
    }
}
