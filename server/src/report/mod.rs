//! Resource reports: branches that count what parameters count, by segments of local time (DOMAIN.md 2.8, A-10,
//! A-11, D-27).

mod certificate;
mod check;
mod values;

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::model::{Directory, OrgId, ParamId};

pub use certificate::{Certificate, certify};
pub use check::{Fault, MOST_BRANCHES, check};
pub use values::{instant, values};

/// A report: branches, of which the top ones are its charts.
#[derive(Clone, Debug, PartialEq)]
pub struct Report {
    pub id: Uuid,
    pub org_id: OrgId,
    pub name: String,
    /// In the order in which they are shown.
    pub branches: Vec<Branch>,
    /// The higher of two was kept later.
    pub turn: i64,
}

/// One branch; without a value it is the sum of its sub-branches.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Branch {
    pub id: Uuid,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub parent: Option<Uuid>,
    pub name: String,
    /// Levels that a chart is marked with; whoever shows the chart knows what they mean.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub borders: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub category: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub value: Option<BranchValue>,
}

/// Where a branch's values come from.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum BranchValue {
    /// What a parameter counted.
    Param(ParamId),
    /// Reckoned from what parameters counted: `(#561 + 10) / 2`.
    Formula(String),
    /// The values of a top branch, of this report or another.
    Link(Uuid),
}

impl Report {
    /// The branches below another, or the top ones.
    pub fn children(&self, parent: Option<Uuid>) -> impl Iterator<Item = &Branch> {
        self.branches.iter().filter(move |branch| branch.parent == parent)
    }
}

impl Directory {
    /// A branch with its report. Of reports that have branches with one identifier, as those have that are made of the
    /// same request, the one that was kept last.
    pub fn report_branch<'d>(&'d self, id: Uuid) -> Option<(&'d Report, &'d Branch)> {
        let of = |report: &'d Report| Some((report, report.branches.iter().find(|branch| branch.id == id)?));
        self.reports.values().filter_map(of).max_by_key(|(report, _)| report.turn)
    }

    pub fn org_of_report_branch(&self, id: Uuid) -> Option<OrgId> {
        self.report_branch(id).map(|(report, _)| report.org_id)
    }

    /// The reports of an organization, by name.
    pub fn reports_of(&self, org: OrgId) -> Vec<&Report> {
        let mut reports: Vec<_> = self.reports.values().filter(|report| report.org_id == org).collect();
        reports.sort_by(|one, other| (&one.name, one.id).cmp(&(&other.name, other.id)));
        reports
    }
}
