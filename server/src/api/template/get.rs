//! GET /device-template/:templateId/

use parabus_core::value::{Decimal, Lang, Value};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::find;
use crate::api::endpoint::{Context, Endpoint, Method, NoBody, Nothing, Request};
use crate::api::error::ApiError;
use crate::api::permission::Permission;
use crate::api::types::{Id, Number};
use crate::model::{Template, TemplateId, TemplateParam};

pub struct GetTemplate;

#[derive(Deserialize, IntoParams)]
#[serde(rename_all = "camelCase")]
pub struct TemplatePath {
    template_id: Id,
}

/// A kind of device.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct TemplateReply {
    id: TemplateId,
    name: String,
    manufacturer: String,
    version: String,
    read_group_size: u8,
    write_function: &'static str,
    param_templates: Vec<ParamTemplate>,
}

/// One parameter of such a device; the seed does not show its fields, so they are named as those of a
/// parameter are.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ParamTemplate {
    name: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    description: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    category: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    label: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    unit_name: Option<String>,
    register_kind: String,
    address: u16,
    value_type: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    bit_position: Option<u8>,
    #[serde(skip_serializing_if = "Option::is_none")]
    bits_amount: Option<u8>,
    multiplier: Number,
    shift: Number,
    #[serde(skip_serializing_if = "Option::is_none")]
    decimal_precision: Option<u8>,
    #[serde(skip_serializing_if = "Option::is_none")]
    min: Option<Number>,
    #[serde(skip_serializing_if = "Option::is_none")]
    max: Option<Number>,
    is_tracked: bool,
    is_programmable: bool,
    read_as_group: bool,
    is_widget: bool,
    represent_as: Vec<Representation>,
}

/// The text of a value.
#[derive(Serialize, ToSchema)]
pub struct Representation {
    value: String,
    text: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    description: Option<String>,
}

impl Endpoint for GetTemplate {
    const METHOD: Method = Method::Get;
    const PATH: &'static str = "/device-template/:templateId/";
    const PERMISSION: Permission = Permission::Session;
    const TITLE: &'static str = "Get Device Template Data";
    type Path = TemplatePath;
    type Query = Nothing;
    type Body = NoBody;
    type Reply = TemplateReply;

    async fn handle(context: Context, request: Request<Self>) -> Result<TemplateReply, ApiError> {
        let template = find(&context, request.path.template_id.0)?;
        let lang = context.lang(template.org_id);
        let params = template.params.iter().map(|param| ParamTemplate::new(template, param, lang));
        Ok(TemplateReply {
            id: template.id,
            name: template.name.clone(),
            manufacturer: template.manufacturer.clone(),
            version: template.version.clone(),
            read_group_size: template.read_group_size,
            write_function: template.write_function.code(),
            param_templates: params.collect::<Result<_, _>>()?,
        })
    }
}

impl ParamTemplate {
    /// In a language, else in English.
    fn new(template: &Template, param: &TemplateParam, lang: Lang) -> Result<Self, ApiError> {
        let words = param.translations.get(lang.code()).cloned().unwrap_or_default();
        let number = |text: &String| {
            let number = Decimal::parse(text).ok().and_then(|number| Number::of(&Value::Number(number)));
            number.ok_or_else(|| ApiError::internal(format!("template {}: `{text}` is no number", template.id)))
        };
        Ok(ParamTemplate {
            name: words.name.unwrap_or(param.name.clone()),
            description: words.description.or(param.description.clone()),
            category: words.category.or(param.category.clone()),
            label: param.label.clone(),
            unit_name: words.unit.or(param.unit.clone()),
            register_kind: param.kind.clone(),
            address: param.address,
            value_type: param.value_type.clone(),
            bit_position: param.bit_position,
            bits_amount: param.bits_amount,
            multiplier: number(&param.multiplier)?,
            shift: number(&param.shift)?,
            decimal_precision: param.precision,
            min: param.min.as_ref().map(number).transpose()?,
            max: param.max.as_ref().map(number).transpose()?,
            is_tracked: param.is_tracked,
            is_programmable: param.is_programmable,
            read_as_group: !param.reads_alone,
            is_widget: param.on_dashboard,
            represent_as: representations(param, lang),
        })
    }
}

fn representations(param: &TemplateParam, lang: Lang) -> Vec<Representation> {
    let english = Lang::En.code();
    let lang = if param.texts.contains_key(lang.code()) { lang.code() } else { english };
    let describe = |value: &String| {
        let in_lang = |lang: &str| param.text_descriptions.get(lang).and_then(|texts| texts.get(value));
        in_lang(lang).or(in_lang(english)).cloned()
    };
    let texts = param.texts.get(lang).into_iter().flatten();
    let mut shown: Vec<Representation> = texts
        .map(|(value, text)| Representation { value: value.clone(), text: text.clone(), description: describe(value) })
        .collect();
    // As numbers: `2` before `10`.
    shown.sort_by_key(|shown| shown.value.parse::<i64>().unwrap_or(i64::MAX));
    shown
}
