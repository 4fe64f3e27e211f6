//! What the branches of a report counted in each segment.

use std::collections::HashMap;
use std::rc::Rc;

use parabus_core::aggregate::{Zone, first_at_local};
use parabus_core::formula::Formula;
use parabus_core::time::Instant;
use parabus_core::value::Decimal;
use uuid::Uuid;

use super::{Branch, BranchValue, Report};
use crate::model::{Directory, ParamId};
use crate::storage::{Counts, Store, StoreError};

/// A value for each segment, `None` where there is none.
type Row = Rc<Vec<Option<Decimal>>>;

/// The values of a branch in each of a row of segments `[start, end)`, side by side.
///
/// A parameter's is what it counted times its multiplier; a formula's is `None` where an operand is; a branch
/// without a value is the sum of those of its sub-branches that have one.
///
/// # Errors
/// Those of the store.
pub fn values(
    directory: &Directory,
    store: &Store,
    (report, branch): (&Report, &Branch),
    segments: &[(i64, i64)],
) -> Result<Vec<Option<Decimal>>, StoreError> {
    let mut values = Values { directory, store, segments, branches: HashMap::new(), params: HashMap::new() };
    values.branch(report, branch).map(Rc::unwrap_or_clone)
}

struct Values<'v> {
    directory: &'v Directory,
    store: &'v Store,
    segments: &'v [(i64, i64)],
    /// What has been reckoned, by report and branch; nothing of one that is being reckoned, so that no link comes back.
    branches: HashMap<(Uuid, Uuid), Row>,
    params: HashMap<ParamId, Row>,
}

impl Values<'_> {
    fn none(&self) -> Row {
        Rc::new(vec![None; self.segments.len()])
    }

    fn branch(&mut self, report: &Report, branch: &Branch) -> Result<Row, StoreError> {
        let key = (report.id, branch.id);
        if let Some(known) = self.branches.get(&key) {
            return Ok(known.clone());
        }
        self.branches.insert(key, self.none());
        let row = match &branch.value {
            Some(BranchValue::Param(id)) => self.param(*id)?,
            Some(BranchValue::Formula(text)) => self.formula(text)?,
            Some(BranchValue::Link(target)) => match self.directory.report_branch(*target) {
                Some((report, top)) => self.branch(report, top)?,
                None => self.none(),
            },
            None => {
                let mut sum = vec![None; self.segments.len()];
                for child in report.children(Some(branch.id)) {
                    let own = self.branch(report, child)?;
                    for (sum, own) in sum.iter_mut().zip(own.iter()) {
                        *sum = match (*sum, *own) {
                            (Some(sum), Some(own)) => added(sum, own),
                            (sum, own) => sum.or(own),
                        };
                    }
                }
                Rc::new(sum)
            }
        };
        self.branches.insert(key, row.clone());
        Ok(row)
    }

    fn formula(&mut self, text: &str) -> Result<Row, StoreError> {
        // It was read before it was kept.
        let Ok(formula) = Formula::parse(text) else { return Ok(self.none()) };
        let mut operands = HashMap::new();
        for id in formula.operands() {
            if let (Ok(param), false) = (ParamId::try_from(id), operands.contains_key(&id)) {
                operands.insert(id, self.param(param)?);
            }
        }
        let value = |segment: usize| {
            let operand = |id| Some(operands.get(&id)?.get(segment)?.as_ref()?.to_f64());
            Decimal::from_f64(formula.evaluate(operand)?)
        };
        Ok(Rc::new((0..self.segments.len()).map(value).collect()))
    }

    fn param(&mut self, id: ParamId) -> Result<Row, StoreError> {
        if let Some(known) = self.params.get(&id) {
            return Ok(known.clone());
        }
        let counted: Vec<Option<Decimal>> = match self.store.counts(id, self.segments)? {
            Counts::Whole(counted, scale) => counted.iter().map(|counted| scale.counted(counted)).collect(),
            Counts::Fraction(counted) => {
                counted.iter().map(|counted| Decimal::from_f64(counted.increase()?.to_f64()?)).collect()
            }
        };
        let row = Rc::new(counted);
        self.params.insert(id, row.clone());
        Ok(row)
    }
}

/// An instant, of a text without a zone by the clocks of a zone; why it is none, otherwise.
pub fn instant(text: &str, zone: &impl Zone) -> Result<i64, String> {
    let error = match Instant::parse(text) {
        Ok(instant) => return Ok(instant.as_millis()),
        Err(error) => error,
    };
    let local = Instant::parse(&format!("{text}Z")).or_else(|_| Instant::parse(&format!("{text}T00:00:00Z")));
    let local = local.map_err(|_| format!("`{text}` is no date: {error}"))?;
    first_at_local(zone, local.as_millis()).map_err(|error| format!("`{text}` is no date: {error}"))
}

/// The exact sum, or the nearest in binary64 of one with too many digits.
pub(super) fn added(one: Decimal, other: Decimal) -> Option<Decimal> {
    one.checked_add(other).or_else(|| Decimal::from_f64(one.to_f64() + other.to_f64()))
}
