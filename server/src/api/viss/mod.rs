//! The visualizations of an organization.

pub mod data;
pub mod info;
pub mod list;

use std::collections::BTreeSet;

use serde::Deserialize;
use utoipa::ToSchema;

use crate::api::endpoint::Context;
use crate::api::types::Ids;
use crate::model::{OrgId, Vis};

/// Visualizations to tell of.
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct VisIds {
    vis_ids: Ids,
}

/// Those of the organization, each once, in the order of the request; others are left out.
fn chosen<'a>(context: &'a Context, org: OrgId, asked: &VisIds) -> Vec<&'a Vis> {
    let mut seen = BTreeSet::new();
    let each = asked.vis_ids.0.iter().filter(|id| seen.insert(**id));
    let known = each.filter_map(|id| context.directory.visualizations.get(id));
    known.filter(|vis| vis.org_id == org).collect()
}
