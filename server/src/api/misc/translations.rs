//! POST /translations/

use serde::Deserialize;
use utoipa::ToSchema;

use crate::api::endpoint::{Context, Endpoint, Method, Nothing, Request};
use crate::api::error::ApiError;
use crate::api::permission::Permission;
use crate::api::types::Language;
use crate::words::translate;

/// Most texts of one request.
const MOST_TEXTS: usize = 1000;

pub struct Translations;

/// English texts, and the language that they are wanted in.
#[derive(Deserialize, ToSchema)]
pub struct TextsAndLang {
    #[schema(max_items = 1000)]
    texts: Vec<String>,
    lang: Language,
}

impl Endpoint for Translations {
    const METHOD: Method = Method::Post;
    const PATH: &'static str = "/translations/";
    const PERMISSION: Permission = Permission::Session;
    const TITLE: &'static str = "Get Translations";
    type Path = Nothing;
    type Query = Nothing;
    type Body = TextsAndLang;
    type Reply = Vec<String>;

    /// In the same order; a text that is not known stays as it is (D-39).
    async fn handle(_context: Context, request: Request<Self>) -> Result<Vec<String>, ApiError> {
        let TextsAndLang { texts, lang } = request.body;
        if texts.len() > MOST_TEXTS {
            let text = format!("payload: texts: {} texts, expected at most {MOST_TEXTS}", texts.len());
            return Err(ApiError::incorrect_request(text));
        }
        Ok(texts.iter().map(|text| translate(text, lang.0).to_owned()).collect())
    }
}
