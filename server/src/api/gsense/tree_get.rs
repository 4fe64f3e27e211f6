//! GET /gsense/hierarchy/tree/:treeId/

use std::collections::BTreeMap;

use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use super::TreePath;
use crate::api::endpoint::{Context, Endpoint, Method, NoBody, Nothing, Request, Scope};
use crate::api::error::ApiError;
use crate::api::permission::Permission;
use crate::energy::EnergyTree;
use crate::model::DeviceId;

pub struct GetTree;

/// A tree, its branches as they hang together, and all branches and sensors by their identifiers.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Hierarchy {
    tree: Tree,
    branches_by_id: BTreeMap<Uuid, BranchOfTree>,
    sensors_by_id: BTreeMap<Uuid, SensorOfTree>,
}

#[derive(Serialize, ToSchema)]
pub struct Tree {
    id: Uuid,
    name: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    description: Option<String>,
    branches: Vec<Node>,
}

/// A branch with those below it.
#[derive(Serialize, ToSchema)]
pub struct Node {
    id: Uuid,
    name: String,
    #[schema(no_recursion)]
    children: Vec<Node>,
}

#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct BranchOfTree {
    id: Uuid,
    name: String,
    parent_branch_id: Option<Uuid>,
    sensor_ids: Vec<Uuid>,
}

#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct SensorOfTree {
    id: Uuid,
    /// The first of its branches in this tree.
    branch_id: Uuid,
    device_id: DeviceId,
    sensor_idx: u8,
    name: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    description: Option<String>,
    is_three_phase: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    serial_number: Option<String>,
}

fn nodes(tree: &EnergyTree, parent: Option<Uuid>) -> Vec<Node> {
    let node = |id: Uuid, name: &String| Node { id, name: name.clone(), children: nodes(tree, Some(id)) };
    tree.children(parent).map(|branch| node(branch.id, &branch.name)).collect()
}

impl Endpoint for GetTree {
    const METHOD: Method = Method::Get;
    const PATH: &'static str = "/gsense/hierarchy/tree/:treeId/";
    const PERMISSION: Permission = Permission::Viewer;
    const TITLE: &'static str = "Get G-SENSE Hierarchy Tree";
    type Path = TreePath;
    type Query = Nothing;
    type Body = NoBody;
    type Reply = Hierarchy;

    fn scope(request: &Request<Self>) -> Scope {
        Scope::Tree(request.path.tree_id)
    }

    async fn handle(context: Context, request: Request<Self>) -> Result<Hierarchy, ApiError> {
        let id = request.path.tree_id;
        let directory = &context.directory;
        let tree = directory.trees.get(&id).ok_or_else(|| ApiError::not_found("tree", id))?;
        let mut sensors_by_id = BTreeMap::new();
        for branch in &tree.branches {
            for sensor in branch.sensors.iter().filter_map(|id| directory.sensors.get(id)) {
                sensors_by_id.entry(sensor.id).or_insert_with(|| SensorOfTree {
                    id: sensor.id,
                    branch_id: branch.id,
                    device_id: sensor.device_id,
                    sensor_idx: sensor.index,
                    name: sensor.name.clone(),
                    description: sensor.description.clone(),
                    is_three_phase: sensor.is_three_phase,
                    serial_number: sensor.serial_number.clone(),
                });
            }
        }
        let branches = tree.branches.iter().map(|branch| {
            let sensor_ids = branch.sensors.clone();
            let (id, name) = (branch.id, branch.name.clone());
            (id, BranchOfTree { id, name, parent_branch_id: branch.parent, sensor_ids })
        });
        let (name, description) = (tree.name.clone(), tree.description.clone());
        let tree = Tree { id, name, description, branches: nodes(tree, None) };
        Ok(Hierarchy { branches_by_id: branches.collect(), sensors_by_id, tree })
    }
}
