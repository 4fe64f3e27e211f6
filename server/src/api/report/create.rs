//! POST /org/:orgId/resource-report/create/

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use crate::api::endpoint::{Context, Endpoint, Method, Nothing, Request, Scope};
use crate::api::error::ApiError;
use crate::api::net::list::OrgPath;
use crate::api::permission::Permission;
use crate::api::types::Id;
use crate::report::{Branch, BranchValue, Report, check};

pub struct CreateReport;

/// A report: a new one, or with `id` the one that takes the place of what it was.
#[derive(Deserialize, ToSchema)]
pub struct ReportBody {
    id: Option<Uuid>,
    /// 1 to 255 characters.
    #[schema(min_length = 1, max_length = 255)]
    name: String,
    /// At most 1000, of at most five levels.
    #[schema(max_items = 1000)]
    branches: Vec<BranchBody>,
}

/// A branch, in the order in which it is shown.
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct BranchBody {
    id: Uuid,
    /// 1 to 255 characters.
    #[schema(min_length = 1, max_length = 255)]
    name: String,
    parent_branch_id: Option<Uuid>,
    /// Levels that its chart is marked with, as whoever shows the chart wants them.
    borders: Option<String>,
    category: Option<String>,
    /// Without it the branch is the sum of its sub-branches.
    value: Option<ValueBody>,
}

/// One of the three.
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ValueBody {
    /// What a parameter counted.
    param_id: Option<Id>,
    /// Reckoned of what parameters counted: `(#561 + 10) / 2`.
    formula: Option<String>,
    /// The values of a top branch of any report.
    link_id: Option<Uuid>,
}

#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ReportReply {
    report_id: Uuid,
}

impl BranchBody {
    fn read(self, index: usize) -> Result<Branch, ApiError> {
        let value = self.value.map(|ValueBody { param_id, formula, link_id }| match (param_id, formula, link_id) {
            (Some(id), None, None) => Ok(BranchValue::Param(id.0)),
            (None, Some(formula), None) => Ok(BranchValue::Formula(formula)),
            (None, None, Some(link)) => Ok(BranchValue::Link(link)),
            _ => Err(ApiError::incorrect_request(format!(
                "payload: branches[{index}].value: expected one of `paramId`, `formula`, `linkId`"
            ))),
        });
        Ok(Branch {
            id: self.id,
            parent: self.parent_branch_id,
            name: self.name,
            borders: self.borders,
            category: self.category,
            value: value.transpose()?,
        })
    }
}

impl Endpoint for CreateReport {
    const METHOD: Method = Method::Post;
    const PATH: &'static str = "/org/:orgId/resource-report/create/";
    const PERMISSION: Permission = Permission::Manager;
    const TITLE: &'static str = "Create or Update Resource Report";
    const WRITES: bool = true;
    type Path = OrgPath;
    type Query = Nothing;
    type Body = ReportBody;
    type Reply = ReportReply;

    fn scope(request: &Request<Self>) -> Scope {
        Scope::Org(request.path.org_id.0)
    }

    /// Checked against the configuration in the transaction that keeps it: of two that come at once neither is linked
    /// to what the other takes away.
    async fn handle(context: Context, request: Request<Self>) -> Result<ReportReply, ApiError> {
        let (org_id, ReportBody { id, name, branches }) = (request.path.org_id.0, request.body);
        let branches = branches.into_iter().enumerate().map(|(index, branch)| branch.read(index));
        let branches = branches.collect::<Result<_, _>>()?;
        let report = Report { id: id.unwrap_or_else(Uuid::new_v4), org_id, name, branches, turn: 0 };
        let report_id = report.id;
        let kept = context.configure(move |edit| {
            let known = edit.before().reports.get(&report.id).map(|known| known.org_id);
            if id.is_some() && known != Some(org_id) {
                return Ok(Err(ApiError::not_found("report", report.id)));
            }
            if let Err(fault) = check(edit.before(), &report) {
                return Ok(Err(ApiError::incorrect_request(format!("payload: {}: {}", fault.at, fault.text))));
            }
            edit.put_report(&report).map(Ok)
        });
        kept.await??;
        Ok(ReportReply { report_id })
    }
}
