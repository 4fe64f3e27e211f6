//! GET /gsense/aggregation/tree/:treeId/root-energy/

use parabus_core::time::Instant;
use serde::Serialize;
use utoipa::ToSchema;

use super::TreePath;
use super::segment::number;
use super::windows::Windows;
use crate::api::endpoint::{Context, Endpoint, Method, NoBody, Nothing, Request, Scope};
use crate::api::error::ApiError;
use crate::api::permission::Permission;
use crate::api::types::{Number, ReadingDate};
use crate::energy::Quantities;

pub struct RootEnergy;

/// Energy of a tree, and what it cost; 0 where nothing is known.
#[derive(Serialize, ToSchema)]
pub struct RootEnergyReply {
    #[serde(rename = "energyKwhLast30d")]
    last_30d: Option<Number>,
    #[serde(rename = "energyKwhPrev30d")]
    prev_30d: Option<Number>,
    #[serde(rename = "energyKwhLast7d")]
    last_7d: Option<Number>,
    #[serde(rename = "energyKwhPrev7d")]
    prev_7d: Option<Number>,
    #[serde(rename = "energyKwhLast24h")]
    last_24h: Option<Number>,
    #[serde(rename = "energyKwhPrev24h")]
    prev_24h: Option<Number>,
    #[serde(rename = "costEurLast30d")]
    cost_30d: Option<Number>,
    #[serde(rename = "costEurLast7d")]
    cost_7d: Option<Number>,
    #[serde(rename = "costEurLast24h")]
    cost_24h: Option<Number>,
    /// Up to when readings count.
    #[serde(rename = "dataOnUtc")]
    data_on: ReadingDate,
}

impl Endpoint for RootEnergy {
    const METHOD: Method = Method::Get;
    const PATH: &'static str = "/gsense/aggregation/tree/:treeId/root-energy/";
    const PERMISSION: Permission = Permission::Viewer;
    const TITLE: &'static str = "Get G-SENSE Tree Root Energy";
    type Path = TreePath;
    type Query = Nothing;
    type Body = NoBody;
    type Reply = RootEnergyReply;

    fn scope(request: &Request<Self>) -> Scope {
        Scope::Tree(request.path.tree_id)
    }

    async fn handle(context: Context, request: Request<Self>) -> Result<RootEnergyReply, ApiError> {
        let id = request.path.tree_id;
        let directory = context.directory.clone();
        let tree = directory.trees.get(&id).ok_or_else(|| ApiError::not_found("tree", id))?;
        let windows = Windows::of(&context, tree).map_err(ApiError::internal)?;
        let all = context.figures(id, Quantities::Energy, windows.spans.clone()).await?;
        let energies = windows.energies(&all.whole).map(|energy| number(Some(energy)));
        let [last_24h, prev_24h, last_7d, prev_7d, last_30d, prev_30d] = energies;
        let costs = windows.costs(&all.whole).map(|cost| number(Some(cost)));
        let [cost_24h, _, cost_7d, _, cost_30d, _] = costs;
        let data_on = ReadingDate(Instant::from_millis(windows.end_ms));
        Ok(RootEnergyReply {
            last_30d,
            prev_30d,
            last_7d,
            prev_7d,
            last_24h,
            prev_24h,
            cost_30d,
            cost_7d,
            cost_24h,
            data_on,
        })
    }
}
