//! Endpoints of the group `params`.

pub mod change;
pub mod delete;
pub mod get_info;
pub mod last_readings;
pub mod read_realtime;
pub mod readings_on_time;

use std::collections::BTreeSet;

use super::endpoint::{Context, Scope};
use super::error::ApiError;
use super::permission::Permission;
use super::types::{Id, MOST_IDS};
use crate::model::{Param, ParamId};
use crate::storage::{Edit, StoreError};

/// Edits parameters all at once, if the check lets each of them pass. One that is unknown or hidden, or that the caller may not edit, keeps
/// every other as it was, too.
async fn edited(
    context: &Context,
    ids: &[Id],
    check: impl Fn(&Param) -> Result<(), ApiError>,
    each: impl Fn(&mut Edit<'_>, Param) -> Result<(), StoreError> + Send + 'static,
) -> Result<(), ApiError> {
    if ids.len() > MOST_IDS {
        return Err(ApiError::incorrect_request(format!(
            "payload: paramIds: {} identifiers, expected at most {MOST_IDS}",
            ids.len()
        )));
    }
    let ids: BTreeSet<ParamId> = ids.iter().map(|id| id.0).collect();
    for id in &ids {
        context.authorize(Scope::Param(*id), Permission::Manager)?;
    }
    ids.iter().filter_map(|id| context.directory.params.get(id)).try_for_each(check)?;
    let unknown = context.configure(move |edit| {
        // Another caller may have deleted one since.
        if let Some(unknown) = ids.iter().find(|id| !edit.before().params.contains_key(id)) {
            return Ok(Some(*unknown));
        }
        for id in &ids {
            if let Some(param) = edit.before().params.get(id).cloned() {
                each(edit, param)?;
            }
        }
        Ok(None)
    });
    unknown.await?.map_or(Ok(()), |id| Err(ApiError::not_found("parameter", id)))
}
