//! POST /gsense/hierarchy/tree/:treeId/sensor/:sensorId/delete/

use serde::Deserialize;
use utoipa::IntoParams;
use uuid::Uuid;

use crate::api::endpoint::{Context, Endpoint, Method, NoBody, Nothing, Request, Scope};
use crate::api::error::ApiError;
use crate::api::permission::Permission;
use crate::api::types::Empty;

pub struct DeleteSensor;

#[derive(Deserialize, IntoParams)]
#[serde(rename_all = "camelCase")]
pub struct SensorOfTreePath {
    tree_id: Uuid,
    sensor_id: Uuid,
}

impl Endpoint for DeleteSensor {
    const METHOD: Method = Method::Post;
    const PATH: &'static str = "/gsense/hierarchy/tree/:treeId/sensor/:sensorId/delete/";
    const PERMISSION: Permission = Permission::Manager;
    const TITLE: &'static str = "Delete G-SENSE Hierarchy Sensor";
    const WRITES: bool = true;
    type Path = SensorOfTreePath;
    type Query = Nothing;
    type Body = NoBody;
    type Reply = Empty;

    fn scope(request: &Request<Self>) -> Scope {
        Scope::Tree(request.path.tree_id)
    }

    /// From the system: every tree loses its references (D-29).
    async fn handle(context: Context, request: Request<Self>) -> Result<Empty, ApiError> {
        let SensorOfTreePath { tree_id, sensor_id } = request.path;
        let deleted = context.configure(move |edit| {
            let tree = edit.before().trees.get(&tree_id);
            if !tree.is_some_and(|tree| tree.branches.iter().any(|branch| branch.sensors.contains(&sensor_id))) {
                return Ok(Err(ApiError::not_found("sensor", sensor_id)));
            }
            edit.delete_sensor(sensor_id).map(Ok)
        });
        deleted.await??;
        Ok(Empty {})
    }
}
