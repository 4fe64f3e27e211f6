//! Windows that slide along: the last 24 hours, 7 and 30 days, and the equal ones before.

use parabus_core::aggregate::{AggregateError, Cadence, Window};

use super::segment::newest;
use crate::api::endpoint::Context;
use crate::energy::{EnergyTree, Figures};

/// Six windows that end at one instant, cut where any of them begins or ends.
pub struct Windows {
    pub end_ms: i64,
    /// Side by side, oldest first.
    pub spans: Vec<(i64, i64)>,
    windows: [Window; 6],
}

impl Windows {
    /// Up to the end of the last completed minute (AGGREGATION.md 4.9).
    pub fn of(context: &Context, tree: &EnergyTree) -> Result<Windows, AggregateError> {
        let end_ms = newest(context, tree, Cadence::Minute)?.end_ms;
        let last = |length_ms| Window::last(end_ms, length_ms);
        let (day, week, month) = (last(Window::DAY_MS)?, last(Window::WEEK_MS)?, last(Window::MONTH_MS)?);
        let windows = [day, day.previous()?, week, week.previous()?, month, month.previous()?];
        let mut cuts: Vec<i64> = windows.iter().flat_map(|window| [window.start_ms, window.end_ms]).collect();
        cuts.sort_unstable();
        cuts.dedup();
        let spans = cuts.iter().copied().zip(cuts.iter().skip(1).copied()).collect();
        Ok(Windows { end_ms, spans, windows })
    }

    /// Kilowatt hours of the last 24 hours, those before, the last 7 days, those before, the last 30 days, those
    /// before; 0 where nothing is known (D-28).
    pub fn energies(&self, row: &[Figures]) -> [f64; 6] {
        self.sums(row).map(|sum| sum.energy_kwh().unwrap_or(0.0))
    }

    /// Euros of the same windows; 0 where no price is known.
    pub fn costs(&self, row: &[Figures]) -> [f64; 6] {
        self.sums(row).map(|sum| sum.cost_eur().unwrap_or(0.0))
    }

    fn sums(&self, row: &[Figures]) -> [Figures; 6] {
        self.windows.map(|window| {
            let mut sum = Figures::default();
            for ((start, end), figures) in self.spans.iter().zip(row) {
                if window.start_ms <= *start && *end <= window.end_ms {
                    sum.merge(figures);
                }
            }
            sum
        })
    }
}
