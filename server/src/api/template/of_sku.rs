//! POST /controller/get-template-id/

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::find;
use crate::api::endpoint::{Context, Endpoint, Method, Nothing, Request};
use crate::api::error::ApiError;
use crate::api::permission::Permission;
use crate::model::TemplateId;

pub struct TemplateOfSku;

#[derive(Deserialize, ToSchema)]
pub struct TemplateOfSkuRequest {
    /// SKU of the controller.
    sku: String,
}

#[derive(Serialize, ToSchema)]
pub struct TemplateOfSkuReply {
    id: TemplateId,
}

impl Endpoint for TemplateOfSku {
    const METHOD: Method = Method::Post;
    const PATH: &'static str = "/controller/get-template-id/";
    const PERMISSION: Permission = Permission::Session;
    const TITLE: &'static str = "Get Controller Template ID";
    type Path = Nothing;
    type Query = Nothing;
    type Body = TemplateOfSkuRequest;
    type Reply = TemplateOfSkuReply;

    /// By the map of the plant file.
    async fn handle(context: Context, request: Request<Self>) -> Result<TemplateOfSkuReply, ApiError> {
        let sku = request.body.sku;
        let id = context.directory.sku_templates.get(&sku);
        let id = id.ok_or_else(|| ApiError::not_found("template of the SKU", &sku))?;
        Ok(TemplateOfSkuReply { id: find(&context, *id)?.id })
    }
}
