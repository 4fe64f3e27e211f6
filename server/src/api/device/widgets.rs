//! GET /device/:deviceId/widgets/

use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::get::DevicePath;
use crate::api::endpoint::{Context, Endpoint, Method, NoBody, Request, Scope};
use crate::api::error::ApiError;
use crate::api::permission::Permission;
use crate::api::types::{Flag, Language};
use crate::api::widget::{Last, Widget};
use crate::model::ParamId;

pub struct DeviceWidgets;

#[derive(Deserialize, IntoParams)]
#[serde(rename_all = "camelCase")]
pub struct WidgetsQuery {
    lang: Language,
    /// Give identifiers and values alone.
    only_params_values: Option<Flag>,
}

/// A widget, or its value alone.
#[derive(Serialize, ToSchema)]
#[serde(untagged)]
pub enum DeviceWidget {
    Whole(Box<Widget>),
    Value(WidgetValue),
}

/// What of a widget changes often, and nothing else: that tells it from a whole one.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct WidgetValue {
    id: ParamId,
    param_id: ParamId,
    #[serde(skip_serializing_if = "Option::is_none")]
    last_value: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    formated_last_value: Option<String>,
}

impl Endpoint for DeviceWidgets {
    const METHOD: Method = Method::Get;
    const PATH: &'static str = "/device/:deviceId/widgets/";
    const PERMISSION: Permission = Permission::Viewer;
    const TITLE: &'static str = "List Device Widgets";
    type Path = DevicePath;
    type Query = WidgetsQuery;
    type Body = NoBody;
    type Reply = Vec<DeviceWidget>;

    fn scope(request: &Request<Self>) -> Scope {
        Scope::Device(request.path.device_id.0)
    }

    /// All parameters of the device, as the seed says, on a dashboard or not.
    async fn handle(context: Context, request: Request<Self>) -> Result<Vec<DeviceWidget>, ApiError> {
        let lang = request.query.lang.0;
        let only_values = request.query.only_params_values.is_some_and(|flag| flag.0);
        let widgets = context.directory.params_of(request.path.device_id.0).map(|param| {
            let last = Last::of(&context, param, lang);
            if only_values {
                let Last { value, formatted, .. } = last;
                let (id, param_id) = (param.id, param.id);
                DeviceWidget::Value(WidgetValue { id, param_id, last_value: value, formated_last_value: formatted })
            } else {
                DeviceWidget::Whole(Box::new(Widget::new(param, last, lang)))
            }
        });
        Ok(widgets.collect())
    }
}
