//! A parameter with its last value, as dashboards and a device's list show it.

use parabus_core::value::Lang;
use serde::Serialize;
use utoipa::ToSchema;

use super::endpoint::Context;
use super::types::Date;
use crate::model::{Param, ParamId};

/// The last good reading in a widget's spelling; nothing of it where there is none or the caller may
/// not see values (D-37).
#[derive(Default)]
pub struct Last {
    pub value: Option<String>,
    pub formatted: Option<String>,
    pub read_on: Option<Date>,
}

impl Last {
    pub fn of(context: &Context, param: &Param, lang: Lang) -> Last {
        let Some((at, value)) = context.app.live.last(param.id) else { return Last::default() };
        let formatted = Some(param.formatted(&value.value(), lang));
        Last { value: Some(value.to_string()), formatted, read_on: Some(Date(at)) }
    }
}

/// A widget; `formatedLastValue` is the API's spelling.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Widget {
    id: ParamId,
    /// The same.
    param_id: ParamId,
    name: String,
    full_name: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    last_value: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    formated_last_value: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    last_read_on: Option<Date>,
    is_programmable: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    unit_name: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    label: Option<String>,
}

impl Widget {
    pub fn new(param: &Param, last: Last, lang: Lang) -> Widget {
        Widget {
            id: param.id,
            param_id: param.id,
            name: param.name_in(lang).to_owned(),
            full_name: param.full_name_in(lang),
            last_value: last.value,
            formated_last_value: last.formatted,
            last_read_on: last.read_on,
            is_programmable: param.is_programmable,
            unit_name: param.unit_in(lang).map(str::to_owned),
            label: param.label.clone(),
        }
    }
}
