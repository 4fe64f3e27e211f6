//! Endpoints that take parameters by reference.

pub mod get_id_by_reference;
pub mod get_param_values;
pub mod increment;
pub mod save_param_value;
pub mod toggle;

use parabus_core::reference::{ParamRef, Reference};
use serde::Serialize;
use utoipa::ToSchema;

use super::endpoint::Context;
use super::error::ApiError;
use super::values::Failure;
use crate::control::Change;
use crate::model::{OrgId, ParamId};

/// The parameter that a text names in an organization; otherwise 404, and why (D-13, A-24). A `*` in front
/// changes nothing here.
fn find(context: &Context, org: OrgId, text: &str) -> Result<ParamId, ApiError> {
    let refused = |why: &dyn std::fmt::Display| {
        let ApiError { code, message } = ApiError::not_found("parameter", text);
        ApiError::new(code, format!("{message}: {why}"))
    };
    let param: ParamRef<'_> = match Reference::parse(text).map_err(|error| refused(&error))? {
        Reference::Param { param, .. } => param,
        Reference::Constant(_) => return Err(refused(&"it is a number")),
        Reference::Connection(_) => return Err(refused(&"it is a connection")),
    };
    let id = param.resolve(&context.directory.references(org)).map_err(|error| refused(&error))?;
    Ok(id.cast_signed())
}

/// What the device took, or why it did not.
#[derive(Serialize, ToSchema)]
#[serde(untagged)]
pub enum ChangeReply {
    Changed { ok: Changed },
    Failure(Failure),
}

/// The value before, unless the registers held none, and after.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Changed {
    #[serde(skip_serializing_if = "Option::is_none")]
    old_value: Option<String>,
    new_value: String,
}

impl ChangeReply {
    fn failure(err: impl std::fmt::Display) -> Self {
        ChangeReply::Failure(Failure::new(err))
    }
}

/// Changes the parameter that a text names.
async fn change(context: &Context, org: OrgId, text: &str, change: Change<'_>) -> Result<ChangeReply, ApiError> {
    let id = find(context, org, text)?;
    let place = context.directory.param_place(id);
    let (param, device, net) = place.ok_or_else(|| ApiError::not_found("parameter", text))?;
    Ok(match context.write_param(param, device, net, change).await {
        Ok(written) => ChangeReply::Changed {
            ok: Changed { old_value: written.old.map(|old| old.to_string()), new_value: written.new.to_string() },
        },
        Err(error) => ChangeReply::failure(error),
    })
}
