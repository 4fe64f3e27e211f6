//! Segments of a tree's figures, as three endpoints show them.

use std::sync::Arc;

use parabus_core::aggregate::{AggregateError, Cadence, Window, last_closed};
use parabus_core::time::Instant;
use parabus_core::value::Decimal;
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use crate::api::endpoint::Context;
use crate::api::error::ApiError;
use crate::api::types::{Number, ReadingDate};
use crate::clock;
use crate::energy::{EnergyTree, Figures, Quantities, TreeFigures, figures};

/// What a branch used in a segment, `null` where nothing is known.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Segment {
    tree_id: Uuid,
    /// Absent for the tree itself.
    #[serde(skip_serializing_if = "Option::is_none")]
    branch_id: Option<Uuid>,
    period_start: ReadingDate,
    period_end: ReadingDate,
    power_kw_mean: Option<Number>,
    energy_kwh_sum: Option<Number>,
    cost_eur_sum: Option<Number>,
    last_current_a: Option<Number>,
}

pub fn number(value: Option<f64>) -> Option<Number> {
    Number::of_decimal(Decimal::from_f64(value?)?)
}

impl Segment {
    pub fn new(tree_id: Uuid, branch_id: Option<Uuid>, (start, end): (i64, i64), figures: &Figures) -> Segment {
        Segment {
            tree_id,
            branch_id,
            period_start: ReadingDate(Instant::from_millis(start)),
            period_end: ReadingDate(Instant::from_millis(end)),
            power_kw_mean: number(figures.power_kw()),
            energy_kwh_sum: number(figures.energy_kwh()),
            cost_eur_sum: number(figures.cost_eur()),
            last_current_a: figures.current_a().and_then(Number::of_decimal),
        }
    }
}

/// The newest segment for which no reading is awaited any more (AGGREGATION.md 4.9).
pub fn newest(context: &Context, tree: &EnergyTree, cadence: Cadence) -> Result<Window, AggregateError> {
    last_closed(cadence, clock::now().as_millis(), tree.lateness_ms(&context.directory))
}

impl Context {
    /// Whether anything was read of a tree's sensors before an instant (D-28).
    pub(super) async fn has_begun(&self, tree: &EnergyTree, end_ms: i64) -> Result<bool, ApiError> {
        let params = tree.params(&self.directory);
        let range = self.stored(move |store| store.date_range(&params)).await?;
        Ok(range.is_some_and(|(first, _)| first.as_millis() < end_ms))
    }

    /// The figures of the first branch of a tree.
    pub(super) async fn figures_below(
        &self,
        tree: &Arc<EnergyTree>,
        quantities: Quantities,
        spans: Vec<(i64, i64)>,
    ) -> Result<Vec<Figures>, ApiError> {
        let (directory, tree) = (self.directory.clone(), tree.clone());
        let all = self.stored(move |store| figures(&directory, store, &tree, quantities, &spans)).await?;
        Ok(all.branches.into_iter().next().unwrap_or_default())
    }

    /// The figures of a tree.
    pub(super) async fn figures(
        &self,
        tree: Uuid,
        quantities: Quantities,
        spans: Vec<(i64, i64)>,
    ) -> Result<TreeFigures, ApiError> {
        let directory = self.directory.clone();
        let known = self.stored(move |store| match directory.trees.get(&tree) {
            Some(tree) => figures(&directory, store, tree, quantities, &spans).map(Some),
            None => Ok(None),
        });
        known.await?.ok_or_else(|| ApiError::not_found("tree", tree))
    }
}
