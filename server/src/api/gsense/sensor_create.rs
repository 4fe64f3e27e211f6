//! POST /gsense/hierarchy/tree/:treeId/sensor/create/

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use super::{Named, TreePath};
use crate::api::endpoint::{Context, Endpoint, Method, Nothing, Request, Scope};
use crate::api::error::ApiError;
use crate::api::permission::Permission;
use crate::api::types::Id;
use crate::control::read_registers;
use crate::energy::{MOST_SENSOR, Sensor, map_of};

pub struct CreateSensor;

/// A sensor of a device, and the branch that it is attached to.
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct NewSensor {
    branch_id: Uuid,
    device_id: Id,
    /// 0 to 31.
    #[schema(value_type = u8, maximum = 31)]
    sensor_idx: i64,
    #[serde(flatten)]
    named: Named,
    is_three_phase: bool,
}

#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct SensorReply {
    sensor_id: Uuid,
}

impl Endpoint for CreateSensor {
    const METHOD: Method = Method::Post;
    const PATH: &'static str = "/gsense/hierarchy/tree/:treeId/sensor/create/";
    const PERMISSION: Permission = Permission::Manager;
    const TITLE: &'static str = "Create G-SENSE Hierarchy Sensor";
    const WRITES: bool = true;
    type Path = TreePath;
    type Query = Nothing;
    type Body = NewSensor;
    type Reply = SensorReply;

    fn scope(request: &Request<Self>) -> Scope {
        Scope::Tree(request.path.tree_id)
    }

    /// A sensor that is known is referred to once more, and stays as it is. Its serial number is read from the
    /// device; one that cannot be read is none (D-29).
    async fn handle(context: Context, request: Request<Self>) -> Result<SensorReply, ApiError> {
        let (tree_id, body) = (request.path.tree_id, request.body);
        let NewSensor { branch_id, device_id, sensor_idx, named, is_three_phase } = body;
        named.check()?;
        let Some(sensor_idx) = u8::try_from(sensor_idx).ok().filter(|index| *index <= MOST_SENSOR) else {
            let text = format!("payload: sensorIdx: `{sensor_idx}` is out of range, expected 0 to {MOST_SENSOR}");
            return Err(ApiError::incorrect_request(text));
        };
        let directory = &context.directory;
        let org = directory.org_of_tree(tree_id);
        let device = directory.devices.get(&device_id.0);
        let device = device.filter(|device| directory.org_of_net(device.net_id) == org);
        let device = device.ok_or_else(|| ApiError::not_found("device", device_id.0))?;
        let is_branch = directory.trees.get(&tree_id).is_some_and(|tree| tree.branch(branch_id).is_some());
        if !is_branch {
            return Err(ApiError::not_found("branch", branch_id));
        }
        let known = directory.sensors.values().any(|each| (each.device_id, each.index) == (device.id, sensor_idx));
        let serial_number = match directory.nets.get(&device.net_id) {
            Some(net) if !known => {
                let map = map_of(net.sku.as_deref());
                let place = (map.kind, map.address(sensor_idx, map.serial), map.serial_length);
                let registers = read_registers(&context.app, device, net, place).await;
                registers.ok().and_then(|registers| map.serial_number(&registers))
            }
            _ => None,
        };
        let Named { name, description } = named;
        let (device_id, index) = (device.id, sensor_idx);
        let created = context.configure(move |edit| {
            let known = edit.before().sensors.values().find(|each| (each.device_id, each.index) == (device_id, index));
            let new = Sensor { id: Uuid::new_v4(), device_id, index, name, description, is_three_phase, serial_number };
            let (id, is_known) = known.map_or((new.id, false), |known| (known.id, true));
            let Some(mut tree) = edit.before().trees.get(&tree_id).cloned() else {
                return Ok(Err(ApiError::not_found("tree", tree_id)));
            };
            let Some(branch) = tree.branches.iter_mut().find(|branch| branch.id == branch_id) else {
                return Ok(Err(ApiError::not_found("branch", branch_id)));
            };
            if !branch.sensors.contains(&id) {
                branch.sensors.push(id);
            }
            if !is_known {
                edit.put_sensor(&new)?;
            }
            edit.put_tree(&tree).map(|()| Ok(id))
        });
        Ok(SensorReply { sensor_id: created.await?? })
    }
}
