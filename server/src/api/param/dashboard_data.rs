//! GET /param/:paramId/dashboard-data/

use parabus_core::aggregate::{Rule, quarter_hours};
use parabus_core::value::Decimal;
use serde::Serialize;
use utoipa::openapi::RefOr;
use utoipa::openapi::schema::{ArrayBuilder, ObjectBuilder, Schema, SchemaType, Type};
use utoipa::{PartialSchema, ToSchema};

use super::write::ParamPath;
use crate::api::endpoint::{Context, Endpoint, Method, NoBody, Nothing, Request, Scope};
use crate::api::error::ApiError;
use crate::api::permission::Permission;
use crate::api::types::Number;
use crate::clock;

pub struct DashboardData;

/// One mean for each quarter hour, `null` where nothing held.
#[derive(Serialize)]
#[serde(transparent)]
pub struct QuarterHours(Vec<Option<Number>>);

impl PartialSchema for QuarterHours {
    fn schema() -> RefOr<Schema> {
        let mean = ObjectBuilder::new().schema_type(SchemaType::from_iter([Type::Number, Type::Null]));
        ArrayBuilder::new().items(mean).min_items(Some(96)).max_items(Some(96)).into()
    }
}
impl ToSchema for QuarterHours {}

impl Endpoint for DashboardData {
    const METHOD: Method = Method::Get;
    const PATH: &'static str = "/param/:paramId/dashboard-data/";
    const PERMISSION: Permission = Permission::Viewer;
    const TITLE: &'static str = "Get Parameter Dashboard Data";
    type Path = ParamPath;
    type Query = Nothing;
    type Body = NoBody;
    type Reply = QuarterHours;

    fn scope(request: &Request<Self>) -> Scope {
        Scope::Param(request.path.param_id.0)
    }

    /// Time-weighted means of the 96 quarter hours up to the running one, oldest first (D-22).
    async fn handle(context: Context, request: Request<Self>) -> Result<Self::Reply, ApiError> {
        let id = request.path.param_id.0;
        let directory = &context.directory;
        let device = directory.params.get(&id).and_then(|param| directory.devices.get(&param.device_id));
        let device = device.ok_or_else(|| ApiError::not_found("parameter", id))?;
        let rule = Rule::of_period(device.update_period_sec);
        let now = clock::now().as_millis();
        let spans: Vec<(i64, i64)> = quarter_hours(now).map_err(ApiError::internal)?.collect();
        let means = context.stored(move |store| store.means(id, rule.hold_ms(), &spans)).await?;
        let number = |mean: Option<f64>| Number::of_decimal(Decimal::from_f64(mean?)?);
        Ok(QuarterHours(means.into_iter().map(number).collect()))
    }
}
