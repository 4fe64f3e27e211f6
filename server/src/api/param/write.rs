//! POST /param/:paramId/write/

use parabus_core::value::Lang;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::api::endpoint::{Context, Endpoint, Method, Nothing, Request, Scope};
use crate::api::error::ApiError;
use crate::api::permission::Permission;
use crate::api::types::{Id, Language};
use crate::api::values::Failure;
use crate::control::Change;

pub struct WriteParam;

#[derive(Deserialize, IntoParams)]
#[serde(rename_all = "camelCase")]
pub struct ParamPath {
    pub param_id: Id,
}

/// The value to write, as text; the language of the reply's formatted value.
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct NewValue {
    new_value: String,
    lang: Option<Language>,
}

/// The write as the device took it, or why it did not.
#[derive(Serialize, ToSchema)]
#[serde(untagged)]
pub enum WriteReply {
    Written { ok: Written },
    Failure(Failure),
}

#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Written {
    old_value: String,
    new_value: String,
    formatted_value: String,
}

impl Endpoint for WriteParam {
    const METHOD: Method = Method::Post;
    const PATH: &'static str = "/param/:paramId/write/";
    const PERMISSION: Permission = Permission::Operator;
    const TITLE: &'static str = "Write Parameter Value";
    const WRITES: bool = true;
    type Path = ParamPath;
    type Query = Nothing;
    type Body = NewValue;
    type Reply = WriteReply;

    fn scope(request: &Request<Self>) -> Scope {
        Scope::Param(request.path.param_id.0)
    }

    async fn handle(context: Context, request: Request<Self>) -> Result<WriteReply, ApiError> {
        let id = request.path.param_id.0;
        let place = context.directory.param_place(id);
        let (param, device, net) = place.ok_or_else(|| ApiError::not_found("parameter", id))?;
        let own_lang = context.directory.orgs.get(&net.org_id).map(|org| org.lang);
        let lang = request.body.lang.map(|lang| lang.0).or(own_lang).unwrap_or(Lang::En);
        let change = Change::To(&request.body.new_value);
        Ok(match context.write_param(param, device, net, change).await {
            Ok(written) => WriteReply::Written {
                ok: Written {
                    old_value: written.old.map(|old| old.value().to_string()).unwrap_or_default(),
                    new_value: written.new.value().to_string(),
                    formatted_value: param.formatted(&written.new.value(), lang),
                },
            },
            Err(error) => WriteReply::Failure(Failure::new(error)),
        })
    }
}
