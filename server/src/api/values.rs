//! Values as the API prints them: exact text, and the same with unit and texts for people.

use parabus_core::value::{Format, Lang, Value};
use serde::Serialize;
use utoipa::ToSchema;

use crate::model::Param;

/// The value with its unit, or its text, in a language (A-8, D-15).
pub fn formatted(param: &Param, value: &Value<'_>, lang: Lang) -> String {
    let texts = param.texts.get(lang.code()).or_else(|| param.texts.get(Lang::En.code()));
    let texts: Vec<(&str, &str)> =
        texts.into_iter().flatten().map(|(value, text)| (value.as_str(), text.as_str())).collect();
    let decimals = param.codec().and_then(|codec| codec.decimals());
    value.format(&Format { unit: param.unit_in(lang), decimals, texts: &texts, ..Format::new(lang) }).to_string()
}

/// One parameter could not be read or written: `{"err": …}` inside a reply of status 200.
#[derive(Serialize, ToSchema)]
pub struct Failure {
    pub err: String,
}

impl Failure {
    pub fn new(err: impl std::fmt::Display) -> Self {
        Failure { err: err.to_string() }
    }
}
