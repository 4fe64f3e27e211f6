//! POST /vis/:visId/data/save/

use serde::Deserialize;
use utoipa::ToSchema;

use super::get::VisPath;
use crate::api::endpoint::{Context, Endpoint, Method, Nothing, Request, Scope};
use crate::api::error::ApiError;
use crate::api::permission::Permission;
use crate::api::trail::Deed;
use crate::api::types::Empty;

/// Longest code, characters.
const LONGEST_CODE: usize = 200;

/// Longest value, bytes.
const LONGEST_VALUE: usize = 65_536;

/// Most codes of one visualization: whoever may save could fill the disk otherwise.
const MOST_CODES: u32 = 1000;

pub struct SaveVisData;

/// One text of a visualization. It holds at most 1000 of them.
#[derive(Deserialize, ToSchema)]
pub struct VisValue {
    /// 1 to 200 characters.
    #[schema(min_length = 1, max_length = 200)]
    code: String,
    /// At most 65,536 bytes.
    value: String,
}

fn check(code: &str, value: &str) -> Result<(), ApiError> {
    ApiError::check_length("code", code, 1..=LONGEST_CODE)?;
    if value.len() > LONGEST_VALUE {
        let text = format!("payload: value: {} bytes, expected at most {LONGEST_VALUE}", value.len());
        return Err(ApiError::incorrect_request(text));
    }
    Ok(())
}

impl Endpoint for SaveVisData {
    const METHOD: Method = Method::Post;
    const PATH: &'static str = "/vis/:visId/data/save/";
    const PERMISSION: Permission = Permission::Manager;
    const TITLE: &'static str = "Save Visualization Data";
    const WRITES: bool = true;
    type Path = VisPath;
    type Query = Nothing;
    type Body = VisValue;
    type Reply = Empty;

    fn scope(request: &Request<Self>) -> Scope {
        Scope::Vis(request.path.vis_id.0)
    }

    async fn handle(context: Context, request: Request<Self>) -> Result<Empty, ApiError> {
        let (id, VisValue { code, value }) = (request.path.vis_id.0, request.body);
        check(&code, &value)?;
        let vis = context.directory.visualizations.get(&id).ok_or_else(|| ApiError::not_found("visualization", id))?;
        let deed = Deed {
            org: Some(vis.org_id),
            action: "save visualization data",
            object: context.place(vis.org_id, &vis.name),
            old: None,
            new: Some(format!("{code}={value}")),
            result: Ok(()),
        };
        let saved = context.keep(deed, move |store, entry| store.save_vis_data(id, &code, &value, MOST_CODES, entry));
        if saved.await? {
            return Ok(Empty {});
        }
        Err(ApiError::incorrect_request(format!("payload: code: the visualization holds {MOST_CODES} codes already")))
    }
}
