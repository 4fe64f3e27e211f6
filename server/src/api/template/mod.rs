//! Device templates and the controllers that they are for.

pub mod get;
pub mod of_sku;

use super::endpoint::Context;
use super::error::ApiError;
use super::permission::Permission;
use crate::model::{Template, TemplateId};

/// A template that the caller may see: those of an organization are for its viewers.
pub fn find(context: &Context, id: TemplateId) -> Result<&Template, ApiError> {
    let missing = || ApiError::not_found("template", id);
    let template = context.directory.templates.get(&id).ok_or_else(missing)?;
    let is_seen = template.org_id.is_none() || context.may(template.org_id, Permission::Viewer)?;
    if is_seen { Ok(template) } else { Err(missing()) }
}
