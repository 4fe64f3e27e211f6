//! POST /activation-code/:code/get-info/

use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::api::endpoint::{Context, Endpoint, Method, NoBody, Nothing, Request};
use crate::api::error::{ApiError, ErrorCode};
use crate::api::permission::Permission;
use crate::controller::ControllerMap;

pub struct ActivationCodeInfo;

#[derive(Deserialize, IntoParams)]
pub struct ActivationCodePath {
    /// The number that the controller shows.
    code: u32,
}

/// The controller that shows the code.
#[derive(Serialize, ToSchema)]
pub struct ActivationCodeReply {
    code: u32,
    mac: String,
    /// From where it dialled in.
    ip: String,
    port: u16,
    sku: &'static str,
}

impl Endpoint for ActivationCodeInfo {
    const METHOD: Method = Method::Post;
    const PATH: &'static str = "/activation-code/:code/get-info/";
    const PERMISSION: Permission = Permission::Demo;
    const TITLE: &'static str = "Get Activation Code Info";
    type Path = ActivationCodePath;
    type Query = Nothing;
    type Body = NoBody;
    type Reply = ActivationCodeReply;

    async fn handle(context: Context, request: Request<Self>) -> Result<ActivationCodeReply, ApiError> {
        let code = request.path.code;
        let controller = context.app.links.controllers().find_code(code).ok_or_else(|| {
            let text = format!("no controller that is connected shows the activation code `{code}`");
            ApiError::new(ErrorCode::InvalidActivationCode, text)
        })?;
        Ok(ActivationCodeReply {
            code,
            mac: controller.mac.to_string(),
            ip: controller.peer.ip().to_canonical().to_string(),
            port: controller.peer.port(),
            sku: ControllerMap::sku_of_type(controller.identity.device_type),
        })
    }
}
