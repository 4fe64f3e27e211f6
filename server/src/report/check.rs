//! What a report has to be before it is kept (D-27).

use std::collections::{BTreeMap, BTreeSet};

use parabus_core::formula::Formula;
use uuid::Uuid;

use super::{Branch, BranchValue, Report};
use crate::model::{Directory, OrgId, is_line};

/// Branches of a report at most.
pub const MOST_BRANCHES: usize = 1000;
/// Branches from a top one down to the lowest, both counted.
const DEEPEST: usize = 5;
/// Links that follow each other at most.
const MOST_LINKS: usize = 32;
/// Longest name, borders, formula, in characters.
const LONGEST_NAME: usize = 255;
const LONGEST_TEXT: usize = 10_000;

/// What is wrong, and where: `branches[2].value.formula`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    pub at: String,
    pub text: String,
}

fn fault(at: impl Into<String>, text: impl Into<String>) -> Fault {
    Fault { at: at.into(), text: text.into() }
}

/// Checks a report against what is configured.
///
/// # Errors
/// The first fault: of names, identifiers, the tree, values that are nowhere, and links that come back.
pub fn check(directory: &Directory, report: &Report) -> Result<(), Fault> {
    name("name", &report.name)?;
    if report.branches.len() > MOST_BRANCHES {
        let text = format!("{} branches, expected at most {MOST_BRANCHES}", report.branches.len());
        return Err(fault("branches", text));
    }
    let mut seen = BTreeSet::new();
    for (index, branch) in report.branches.iter().enumerate() {
        let at = |field: &str| format!("branches[{index}].{field}");
        name(&at("name"), &branch.name)?;
        text(&at("borders"), branch.borders.as_deref().unwrap_or_default(), 0, LONGEST_TEXT)?;
        text(&at("category"), branch.category.as_deref().unwrap_or_default(), 0, LONGEST_NAME)?;
        if !seen.insert(branch.id) {
            return Err(fault(at("id"), format!("`{}` is the id of an earlier branch, expected another", branch.id)));
        }
        if directory.org_of_report_branch(branch.id).is_some_and(|org| org != report.org_id) {
            return Err(fault(at("id"), format!("`{}` is taken, expected another", branch.id)));
        }
        if let Some(value) = &branch.value {
            check_value(directory, report, value)
                .map_err(|(field, text)| fault(at(&format!("value.{field}")), text))?;
        }
    }
    check_tree(report)?;
    check_links(directory, report)
}

fn text(at: &str, text: &str, least: usize, most: usize) -> Result<(), Fault> {
    let length = text.chars().count();
    if (least..=most).contains(&length) {
        return Ok(());
    }
    Err(fault(at, format!("{length} characters, expected {least} to {most}")))
}

fn name(at: &str, name: &str) -> Result<(), Fault> {
    text(at, name, 1, LONGEST_NAME)?;
    if !is_line(name) {
        let text = format!("`{}` is no name, expected a text on one line", name.escape_debug());
        return Err(fault(at, text));
    }
    Ok(())
}

/// Whether a parameter is one of the organization's whose values are numbers; what is wrong with it, otherwise.
fn check_param(directory: &Directory, org: OrgId, id: i64) -> Result<(), &'static str> {
    let Some(param) = directory.params.get(&id).filter(|_| directory.org_of_param(id) == Some(org)) else {
        return Err("is no parameter of this organization, expected one of its own");
    };
    let is_number = param.codec().is_some_and(|codec| codec.data_type().is_numeric());
    if is_number { Ok(()) } else { Err("is a text, expected a parameter with numbers") }
}

fn check_value(directory: &Directory, report: &Report, value: &BranchValue) -> Result<(), (&'static str, String)> {
    match value {
        BranchValue::Param(id) => {
            check_param(directory, report.org_id, *id).map_err(|text| ("paramId", format!("`{id}` {text}")))
        }
        BranchValue::Formula(text) => {
            if text.len() > LONGEST_TEXT {
                return Err(("formula", format!("{} bytes, expected at most {LONGEST_TEXT}", text.len())));
            }
            let formula = Formula::parse(text).map_err(|error| ("formula", format!("`{text}`: {error}")))?;
            let check = |id: u64| {
                check_param(directory, report.org_id, i64::try_from(id).unwrap_or(i64::MAX))
                    .map_err(|text| ("formula", format!("`#{id}` {text}")))
            };
            let mut operands = formula.operands();
            operands.try_for_each(check)
        }
        BranchValue::Link(_) => Ok(()),
    }
}

/// Every branch hangs on a top one, at most five deep.
fn check_tree(report: &Report) -> Result<(), Fault> {
    let parents: BTreeMap<Uuid, Option<Uuid>> = report.branches.iter().map(|each| (each.id, each.parent)).collect();
    for (index, branch) in report.branches.iter().enumerate() {
        let at = format!("branches[{index}].parentBranchId");
        let (mut depth, mut above) = (1, branch.parent);
        while let Some(parent) = above {
            depth += 1;
            if depth > DEEPEST {
                return Err(fault(at, format!("deeper than {DEEPEST} branches, or a branch is its own parent")));
            }
            let Some(next) = parents.get(&parent) else {
                return Err(fault(at, format!("no branch `{parent}` in this report, expected one of its own")));
            };
            above = *next;
        }
    }
    Ok(())
}

/// The top branches that links of a top branch, and of all below it, lead to.
fn links<'r>(report: &'r Report, top: &'r Branch) -> Vec<Uuid> {
    let mut found = Vec::new();
    let mut left = vec![top];
    while let Some(branch) = left.pop() {
        if let Some(BranchValue::Link(target)) = &branch.value {
            found.push(*target);
        }
        left.extend(report.children(Some(branch.id)));
    }
    found
}

/// Links lead to top branches of the organization's reports, and never back to where they come from.
fn check_links(directory: &Directory, report: &Report) -> Result<(), Fault> {
    let others = directory.reports.values().filter(|other| other.org_id == report.org_id && other.id != report.id);
    let mut tops: BTreeMap<Uuid, Vec<Uuid>> = BTreeMap::new();
    for each in others.clone().chain([report]) {
        for top in each.children(None) {
            tops.entry(top.id).or_default().extend(links(each, top));
        }
    }
    for (index, branch) in report.branches.iter().enumerate() {
        if let Some(BranchValue::Link(target)) = &branch.value
            && !tops.contains_key(target)
        {
            let text = format!("no top branch `{target}` in a report of this organization, expected one");
            return Err(fault(format!("branches[{index}].value.linkId"), text));
        }
    }
    for other in others {
        let lost = other.branches.iter().find_map(|branch| match &branch.value {
            Some(BranchValue::Link(target)) if !tops.contains_key(target) => Some((target, &branch.name)),
            _ => None,
        });
        if let Some((target, name)) = lost {
            let text = format!(
                "branch `{name}` of report `{}` is linked to `{target}`, expected that to stay a top branch",
                other.name
            );
            return Err(fault("branches", text));
        }
    }
    for (index, branch) in report.branches.iter().enumerate().filter(|(_, branch)| branch.parent.is_none()) {
        if !ends(&tops, branch.id) {
            let text = format!("its links come back to itself, or more than {MOST_LINKS} follow each other");
            return Err(fault(format!("branches[{index}]"), text));
        }
    }
    Ok(())
}

/// Whether the links from a top branch end within so many.
fn ends(tops: &BTreeMap<Uuid, Vec<Uuid>>, top: Uuid) -> bool {
    let mut reached = BTreeSet::from([top]);
    for _ in 0..=MOST_LINKS {
        reached = reached.iter().filter_map(|id| tops.get(id)).flatten().copied().collect();
        if reached.is_empty() {
            return true;
        }
    }
    false
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::OrgId;

    const ORG: OrgId = 1;

    fn id(number: u128) -> Uuid {
        Uuid::from_u128(number)
    }

    fn branch(number: u128, parent: Option<u128>, value: Option<BranchValue>) -> Branch {
        let (borders, category) = (None, None);
        Branch { id: id(number), parent: parent.map(id), name: format!("b{number}"), borders, category, value }
    }

    fn report(number: u128, branches: Vec<Branch>) -> Report {
        Report { id: id(number), org_id: ORG, name: format!("r{number}"), branches, turn: 0 }
    }

    fn link(number: u128) -> Option<BranchValue> {
        Some(BranchValue::Link(id(number)))
    }

    fn at(directory: &Directory, report: &Report) -> Result<(), String> {
        check(directory, report).map_err(|fault| fault.at)
    }

    fn with(reports: Vec<Report>) -> Directory {
        Directory { reports: reports.into_iter().map(|each| (each.id, each)).collect(), ..Directory::default() }
    }

    #[test]
    fn five_levels_are_enough_and_every_branch_hangs_on_a_top_one() {
        let none = with(Vec::new());
        let chain = |depth: u128| {
            report(1, (1..=depth).map(|each| branch(each, (each > 1).then_some(each - 1), None)).collect())
        };
        assert_eq!(at(&none, &chain(5)), Ok(()));
        assert_eq!(at(&none, &chain(6)), Err("branches[5].parentBranchId".into()));
        let lost = report(1, vec![branch(1, Some(9), None)]);
        assert_eq!(at(&none, &lost), Err("branches[0].parentBranchId".into()));
        let circle = report(1, vec![branch(1, Some(2), None), branch(2, Some(1), None)]);
        assert_eq!(at(&none, &circle), Err("branches[0].parentBranchId".into()));
        let twice = report(1, vec![branch(1, None, None), branch(1, None, None)]);
        assert_eq!(at(&none, &twice), Err("branches[1].id".into()));
    }

    #[test]
    fn links_lead_to_top_branches_and_never_back() {
        let kept = report(1, vec![branch(1, None, None), branch(2, Some(1), link(10))]);
        let directory = with(vec![kept, report(2, vec![branch(10, None, None)])]);
        assert_eq!(at(&directory, &report(3, vec![branch(20, None, link(1))])), Ok(()));
        assert_eq!(at(&directory, &report(3, vec![branch(20, None, link(2))])), Err("branches[0].value.linkId".into()));
        assert_eq!(at(&directory, &report(3, vec![branch(20, None, link(20))])), Err("branches[0]".into()));
        let back = report(2, vec![branch(10, None, None), branch(11, Some(10), link(1))]);
        assert_eq!(at(&directory, &back), Err("branches[0]".into()), "by way of the other report");
        let gone = report(2, vec![branch(12, None, None)]);
        assert_eq!(at(&directory, &gone), Err("branches".into()), "another report is linked to what would go");
        let again = report(3, vec![branch(10, None, None)]);
        assert_eq!(at(&directory, &again), Ok(()), "the same request makes another report");
        let foreign = Report { org_id: 2, ..again };
        assert_eq!(at(&directory, &foreign), Err("branches[0].id".into()));
    }

    #[test]
    fn formulas_and_parameters_are_those_of_the_organization() {
        let none = with(Vec::new());
        let of = |value| report(1, vec![branch(1, None, Some(value))]);
        assert_eq!(at(&none, &of(BranchValue::Param(7))), Err("branches[0].value.paramId".into()));
        for text in ["#7", "2 +", "sin(1)"] {
            assert_eq!(at(&none, &of(BranchValue::Formula(text.into()))), Err("branches[0].value.formula".into()));
        }
        assert_eq!(at(&none, &of(BranchValue::Formula("2 + 2".into()))), Ok(()));
        let long = Report { name: "x".repeat(256), ..report(1, Vec::new()) };
        assert_eq!(at(&none, &long), Err("name".into()));
    }
}
