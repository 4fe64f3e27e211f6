//! GET /param/:paramId/dashboard-widget-data/

use serde::Serialize;
use utoipa::ToSchema;

use super::write::ParamPath;
use crate::api::endpoint::{Context, Endpoint, Method, NoBody, Nothing, Request, Scope};
use crate::api::error::ApiError;
use crate::api::permission::Permission;
use crate::api::types::{Date, Number};
use crate::model::{DeviceId, ParamId};

pub struct DashboardWidgetData;

/// A parameter as a widget shows it.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct WidgetData {
    id: ParamId,
    name: String,
    /// With the device's name.
    full_name: String,
    /// The last good value, unless it is a text.
    #[serde(skip_serializing_if = "Option::is_none")]
    last_value: Option<Number>,
    #[serde(skip_serializing_if = "Option::is_none")]
    last_read_on: Option<Date>,
    device_id: DeviceId,
    /// Of the page with its history.
    reading_report_url: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    device_disabled_on: Option<Date>,
    is_programmable: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    unit_name: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    label: Option<String>,
}

impl Endpoint for DashboardWidgetData {
    const METHOD: Method = Method::Get;
    const PATH: &'static str = "/param/:paramId/dashboard-widget-data/";
    const PERMISSION: Permission = Permission::Viewer;
    const TITLE: &'static str = "Get Param Widget Data";
    type Path = ParamPath;
    type Query = Nothing;
    type Body = NoBody;
    type Reply = WidgetData;

    fn scope(request: &Request<Self>) -> Scope {
        Scope::Param(request.path.param_id.0)
    }

    async fn handle(context: Context, request: Request<Self>) -> Result<WidgetData, ApiError> {
        let id = request.path.param_id.0;
        let directory = &context.directory;
        let param = directory.params.get(&id).ok_or_else(|| ApiError::not_found("parameter", id))?;
        let device = directory.devices.get(&param.device_id).ok_or_else(|| ApiError::not_found("parameter", id))?;
        let lang = context.lang(directory.org_of_param(id));
        let (last_value, last_read_on) = match context.app.live.last(id) {
            Some((at, value)) => (Number::of(&value.value()), Some(Date(at))),
            None => (None, None),
        };
        let name = param.name_in(lang);
        Ok(WidgetData {
            id,
            name: name.to_owned(),
            full_name: format!("{} - {name}", device.name),
            last_value,
            last_read_on,
            device_id: device.id,
            reading_report_url: format!("/manage/reports/readings/?paramIds={id}"),
            device_disabled_on: device.disabled.as_ref().map(|disabled| Date(disabled.on)),
            is_programmable: param.is_programmable,
            unit_name: param.unit_in(lang).map(str::to_owned),
            label: param.label.clone(),
        })
    }
}
