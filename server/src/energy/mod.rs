//! G-SENSE trees: branches that stand for the power sensors of devices (DOMAIN.md D-28, D-29, A-13).

mod figures;
mod map;
mod tariff;

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::model::{DeviceId, Directory, OrgId};

pub use figures::{Figures, Quantities, TreeFigures, figures};
pub use map::{SensorMap, map_of};
pub use tariff::{DAYS, EVERY_DAY, Tariff, days_text, minute_text, price, rates_text};

/// Sensors of a device: 0 to 31.
pub const MOST_SENSOR: u8 = 31;

/// Branches of a tree at most.
pub const MOST_BRANCHES: usize = 1000;

/// Longest name of a tree, branch or sensor, characters (seed).
pub const LONGEST_NAME: usize = 255;

/// A hierarchy; it is itself the root of its branches.
#[derive(Clone, Debug, PartialEq)]
pub struct EnergyTree {
    pub id: Uuid,
    pub org_id: OrgId,
    pub name: String,
    pub description: Option<String>,
    /// In the order in which they were made: a parent before its children.
    pub branches: Vec<EnergyBranch>,
}

/// A branch: its own sensors and those of all branches below it, each counted once.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct EnergyBranch {
    pub id: Uuid,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub parent: Option<Uuid>,
    pub name: String,
    /// References: a sensor may stand in several branches and trees.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub sensors: Vec<Uuid>,
}

/// A power sensor: one input of a device.
#[derive(Clone, Debug, PartialEq)]
pub struct Sensor {
    pub id: Uuid,
    pub device_id: DeviceId,
    /// Which of the device's inputs.
    pub index: u8,
    pub name: String,
    pub description: Option<String>,
    pub is_three_phase: bool,
    pub serial_number: Option<String>,
}

impl EnergyTree {
    pub fn branch(&self, id: Uuid) -> Option<&EnergyBranch> {
        self.branches.iter().find(|branch| branch.id == id)
    }

    pub fn children(&self, parent: Option<Uuid>) -> impl Iterator<Item = &EnergyBranch> {
        self.branches.iter().filter(move |branch| branch.parent == parent)
    }

    /// A branch with all below it, as a tree of which it is the first branch; empty if there is none.
    #[must_use]
    pub fn below(&self, id: Uuid) -> EnergyTree {
        let mut known = Vec::new();
        // A parent stands before its children.
        let branches = self.branches.iter().filter(|branch| {
            let is_below = branch.id == id || branch.parent.is_some_and(|parent| known.contains(&parent));
            known.extend(is_below.then_some(branch.id));
            is_below
        });
        let (name, description) = (self.name.clone(), self.description.clone());
        let mut branches: Vec<EnergyBranch> = branches.cloned().collect();
        if let Some(first) = branches.first_mut() {
            first.parent = None;
        }
        EnergyTree { id: self.id, org_id: self.org_id, name, description, branches }
    }

    /// How many rows of figures are reckoned for it: of sensors and branches.
    pub fn rows(&self) -> usize {
        self.branches.iter().map(|branch| 1 + branch.sensors.len()).sum()
    }

    /// Takes a branch away with all below it and their references; whether there was one.
    pub fn delete_branch(&mut self, id: Uuid) -> bool {
        let before = self.branches.len();
        let mut gone = vec![id];
        // A parent stands before its children.
        self.branches.retain(|branch| {
            let is_gone = branch.id == id || branch.parent.is_some_and(|parent| gone.contains(&parent));
            if is_gone {
                gone.push(branch.id);
            }
            !is_gone
        });
        self.branches.len() < before
    }

    /// A copy with identifiers of its own, of the same sensors (D-29).
    pub fn copy(&self, name: String, description: Option<String>) -> EnergyTree {
        let fresh: std::collections::BTreeMap<Uuid, Uuid> =
            self.branches.iter().map(|branch| (branch.id, Uuid::new_v4())).collect();
        let of = |id: Uuid| fresh.get(&id).copied();
        let branches = self.branches.iter().filter_map(|branch| {
            let parent = branch.parent.and_then(of);
            Some(EnergyBranch {
                id: of(branch.id)?,
                parent,
                name: branch.name.clone(),
                sensors: branch.sensors.clone(),
            })
        });
        EnergyTree { id: Uuid::new_v4(), org_id: self.org_id, name, description, branches: branches.collect() }
    }
}

impl Directory {
    pub fn org_of_tree(&self, id: Uuid) -> Option<OrgId> {
        self.trees.get(&id).map(|tree| tree.org_id)
    }

    pub fn org_of_sensor(&self, id: Uuid) -> Option<OrgId> {
        self.org_of_device(self.sensors.get(&id)?.device_id)
    }

    /// A branch with its tree.
    pub fn energy_branch(&self, id: Uuid) -> Option<(&EnergyTree, &EnergyBranch)> {
        self.trees.values().find_map(|tree| Some((tree, tree.branch(id)?)))
    }

    pub fn org_of_energy_branch(&self, id: Uuid) -> Option<OrgId> {
        self.energy_branch(id).map(|(tree, _)| tree.org_id)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_part_of_a_tree_begins_with_its_branch() {
        let id = Uuid::from_u128;
        let branch = |number, parent: Option<u128>| EnergyBranch {
            id: id(number),
            parent: parent.map(id),
            name: number.to_string(),
            sensors: vec![id(100 + number)],
        };
        let branches =
            vec![branch(1, None), branch(2, Some(1)), branch(3, None), branch(4, Some(2)), branch(5, Some(3))];
        let tree = EnergyTree { id: id(0), org_id: 1, name: "T".into(), description: None, branches };
        let below = tree.below(id(2));
        let found: Vec<_> = below.branches.iter().map(|branch| (branch.id, branch.parent)).collect();
        assert_eq!((found, below.rows()), (vec![(id(2), None), (id(4), Some(id(2)))], 4));
        assert_eq!(tree.below(id(9)).branches, []);
    }

    fn branch(number: u128, parent: Option<u128>) -> EnergyBranch {
        let id = Uuid::from_u128;
        EnergyBranch {
            id: id(number),
            parent: parent.map(id),
            name: format!("b{number}"),
            sensors: vec![id(100 + number)],
        }
    }

    fn tree() -> EnergyTree {
        let branches =
            vec![branch(1, None), branch(2, Some(1)), branch(3, Some(2)), branch(4, None), branch(5, Some(4))];
        EnergyTree { id: Uuid::nil(), org_id: 1, name: "t".into(), description: None, branches }
    }

    #[test]
    fn a_branch_goes_with_all_below_it() {
        let mut tree = tree();
        assert!(tree.delete_branch(Uuid::from_u128(1)));
        assert_eq!(tree.branches, [branch(4, None), branch(5, Some(4))]);
        assert!(!tree.delete_branch(Uuid::from_u128(1)));
    }

    #[test]
    fn a_copy_has_branches_of_its_own_and_the_same_sensors() {
        let tree = tree();
        let copy = tree.copy("copy".into(), None);
        let names = |tree: &EnergyTree| -> Vec<_> {
            let parent = |id: Option<Uuid>| id.and_then(|id| tree.branch(id)).map(|branch| branch.name.clone());
            let each = tree.branches.iter();
            each.map(|branch| (branch.name.clone(), parent(branch.parent), branch.sensors.clone())).collect()
        };
        assert_eq!(names(&copy), names(&tree));
        assert!(copy.branches.iter().all(|branch| tree.branch(branch.id).is_none()) && copy.id != tree.id);
    }
}
