//! POST /gsense/sensor/:sensorId/rename/

use serde::Deserialize;
use utoipa::IntoParams;
use uuid::Uuid;

use super::Named;
use crate::api::endpoint::{Context, Endpoint, Method, Nothing, Request, Scope};
use crate::api::error::ApiError;
use crate::api::permission::Permission;
use crate::api::types::Empty;

pub struct RenameSensor;

#[derive(Deserialize, IntoParams)]
#[serde(rename_all = "camelCase")]
pub struct SensorPath {
    sensor_id: Uuid,
}

impl Endpoint for RenameSensor {
    const METHOD: Method = Method::Post;
    const PATH: &'static str = "/gsense/sensor/:sensorId/rename/";
    const PERMISSION: Permission = Permission::Manager;
    const TITLE: &'static str = "Rename G-SENSE Sensor";
    const WRITES: bool = true;
    type Path = SensorPath;
    type Query = Nothing;
    type Body = Named;
    type Reply = Empty;

    fn scope(request: &Request<Self>) -> Scope {
        Scope::Sensor(request.path.sensor_id)
    }

    async fn handle(context: Context, request: Request<Self>) -> Result<Empty, ApiError> {
        request.body.check()?;
        let (id, Named { name, description }) = (request.path.sensor_id, request.body);
        let renamed = context.configure(move |edit| {
            let Some(mut sensor) = edit.before().sensors.get(&id).cloned() else {
                return Ok(Err(ApiError::not_found("sensor", id)));
            };
            sensor.name = name;
            sensor.description = description.or(sensor.description.take());
            edit.put_sensor(&sensor).map(Ok)
        });
        renamed.await??;
        Ok(Empty {})
    }
}
