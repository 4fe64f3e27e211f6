//! POST /params/change/

use serde::Deserialize;
use utoipa::ToSchema;

use super::edited;
use crate::api::endpoint::{Context, Endpoint, Method, Nothing, Request};
use crate::api::error::ApiError;
use crate::api::permission::Permission;
use crate::api::types::{Empty, Id};

/// Most characters of a category (DOMAIN.md 2.2).
const MOST_CATEGORY: usize = 200;

pub struct ChangeParams;

/// Parameters, and what is changed of each.
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ParamsChange {
    param_ids: Vec<Id>,
    modification: Modification,
}

/// Fields that are absent stay as they are.
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Modification {
    /// At most 200 characters; empty for none.
    category: Option<String>,
    /// Whether it is read in the background.
    is_tracked: Option<bool>,
    /// Whether it may be written.
    is_programmable: Option<bool>,
}

impl Endpoint for ChangeParams {
    const METHOD: Method = Method::Post;
    const PATH: &'static str = "/params/change/";
    const PERMISSION: Permission = Permission::Manager;
    const TITLE: &'static str = "Change Parameters";
    const WRITES: bool = true;
    type Path = Nothing;
    type Query = Nothing;
    type Body = ParamsChange;
    type Reply = Empty;

    async fn handle(context: Context, request: Request<Self>) -> Result<Empty, ApiError> {
        let ParamsChange { param_ids, modification } = request.body;
        let Modification { category, is_tracked, is_programmable } = modification;
        if category.as_ref().is_some_and(|category| category.chars().count() > MOST_CATEGORY) {
            return Err(ApiError::incorrect_request(format!(
                "payload: modification.category: expected at most {MOST_CATEGORY} characters"
            )));
        }
        edited(&context, &param_ids, move |edit, mut param| {
            let before = param.clone();
            if let Some(category) = &category {
                param.category = Some(category.clone()).filter(|category| !category.is_empty());
            }
            param.is_tracked = is_tracked.unwrap_or(param.is_tracked);
            param.is_programmable = is_programmable.unwrap_or(param.is_programmable);
            if param == before { Ok(()) } else { edit.put_param(&param).map(drop) }
        })
        .await?;
        tracing::info!(params = param_ids.len(), user = context.caller.user, "parameters changed");
        Ok(Empty {})
    }
}
