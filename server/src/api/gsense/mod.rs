//! G-SENSE: hierarchies of power sensors, and what they used.

pub mod branch_create;
pub mod branch_delete;
pub mod branch_history;
pub mod branch_last_segment;
pub mod branch_rename;
pub mod branches_energy;
pub mod root_energy;
mod segment;
pub mod sensor_create;
pub mod sensor_delete;
pub mod sensor_rename;
pub mod tree_create;
pub mod tree_delete;
pub mod tree_duplicate;
pub mod tree_get;
pub mod tree_last_segment;
pub mod tree_rename;
mod windows;

use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

use super::endpoint::Context;
use super::error::ApiError;
use crate::energy::{EnergyTree, LONGEST_NAME};

/// Longest description, characters.
const LONGEST_DESCRIPTION: usize = 10_000;

#[derive(Deserialize, IntoParams)]
#[serde(rename_all = "camelCase")]
pub struct TreePath {
    pub tree_id: Uuid,
}

#[derive(Deserialize, IntoParams)]
#[serde(rename_all = "camelCase")]
pub struct BranchPath {
    pub tree_id: Uuid,
    pub branch_id: Uuid,
}

/// A name, and a description unless that stays as it is.
#[derive(Deserialize, ToSchema)]
pub struct Named {
    /// 1 to 255 characters.
    #[schema(min_length = 1, max_length = 255)]
    pub name: String,
    pub description: Option<String>,
}

impl Named {
    pub fn check(&self) -> Result<(), ApiError> {
        ApiError::check_name("name", &self.name, LONGEST_NAME)?;
        let description = self.description.as_deref().unwrap_or_default();
        ApiError::check_length("description", description, 0..=LONGEST_DESCRIPTION)
    }
}

#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct TreeReply {
    pub tree_id: Uuid,
}

impl Context {
    /// Changes a tree as it is by then, in one transaction.
    pub(super) async fn change_tree<T: Send + 'static>(
        &self,
        id: Uuid,
        change: impl FnOnce(&mut EnergyTree) -> Result<T, ApiError> + Send + 'static,
    ) -> Result<T, ApiError> {
        let changed = self.configure(move |edit| {
            let Some(mut tree) = edit.before().trees.get(&id).cloned() else {
                return Ok(Err(ApiError::not_found("tree", id)));
            };
            match change(&mut tree) {
                Ok(value) => edit.put_tree(&tree).map(|()| Ok(value)),
                Err(refused) => Ok(Err(refused)),
            }
        });
        changed.await?
    }
}
