//! POST /org/:orgId/params/get-param-values/

use std::collections::btree_map::Entry;
use std::collections::{BTreeMap, BTreeSet};

use parabus_core::reference::{Found, Token, tokens};
use parabus_core::value::{Lang, Value};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::api::endpoint::{Context, Endpoint, Method, Nothing, Request, Scope};
use crate::api::error::ApiError;
use crate::api::net::list::OrgPath;
use crate::api::permission::Permission;
use crate::api::types::{MOST_IDS, Number};
use crate::control;
use crate::model::{OrgId, ParamId, Role};
use crate::reference::References;

pub struct GetParamValues;

/// References with blanks between them, at most 1000.
#[derive(Deserialize, ToSchema)]
pub struct ReferenceList {
    params: String,
}

/// An exact number; or a value as people read it; or why there is none: `NOP` no such parameter, `NOLR`
/// no last reading, `NORV` the device could not be read, `NON` no such network.
#[derive(Serialize, ToSchema)]
#[serde(untagged)]
pub enum TokenValue {
    Number(Number),
    Text(String),
}

/// The seed's codes for what has no value.
enum Missing {
    Param,
    LastReading,
    RealtimeReading,
    Net,
}

impl From<Missing> for TokenValue {
    fn from(missing: Missing) -> Self {
        let code = match missing {
            Missing::Param => "NOP",
            Missing::LastReading => "NOLR",
            Missing::RealtimeReading => "NORV",
            Missing::Net => "NON",
        };
        TokenValue::Text(code.to_owned())
    }
}

/// What a token stands for before any device is read.
enum Answer {
    Now(TokenValue),
    Read(ParamId),
}

/// One request, with what every token is looked up in.
struct View<'a> {
    context: &'a Context,
    references: References<'a>,
    lang: Lang,
    /// Values are removed for the role that may see no parameters (D-37).
    shows_values: bool,
}

impl<'a> View<'a> {
    fn new(context: &'a Context, org: OrgId) -> Self {
        View {
            context,
            references: context.directory.references(org),
            lang: context.directory.orgs.get(&org).map_or(Lang::En, |org| org.lang),
            shows_values: context.role(org) != Some(Role::MonitorNoParams),
        }
    }

    /// A token that is no reference names nothing, as one that names nothing does.
    fn answer(&self, token: &Token<'_>) -> Answer {
        let found = token.reference.ok().and_then(|reference| reference.resolve(&self.references).ok());
        let value = match found {
            Some(Found::Constant(number)) => exact(&Value::Number(number)),
            Some(Found::Connection { net }) => self.connection(net.cast_signed()),
            Some(Found::Param { realtime: true, param }) if self.shows_values => {
                return Answer::Read(param.cast_signed());
            }
            Some(Found::Param { realtime: true, .. }) => Missing::RealtimeReading.into(),
            Some(Found::Param { realtime: false, param }) => self.stored(param.cast_signed()),
            None if token.text.starts_with("conn?") => Missing::Net.into(),
            None => Missing::Param.into(),
        };
        Answer::Now(value)
    }

    fn connection(&self, net: i64) -> TokenValue {
        match self.context.directory.nets.get(&net) {
            Some(net) => exact(&Value::Bit(self.context.app.links.status(&net.connection).is_connected())),
            None => Missing::Net.into(),
        }
    }

    /// The last reading in the language of the organization (D-12).
    fn stored(&self, id: ParamId) -> TokenValue {
        let last = self.context.app.live.last(id).filter(|_| self.shows_values);
        match (self.context.directory.params.get(&id), last) {
            (Some(param), Some((_, value))) => TokenValue::Text(param.formatted(&value.value(), self.lang)),
            _ => Missing::LastReading.into(),
        }
    }
}

/// A number for what is one, text for what is none (D-12).
fn exact(value: &Value) -> TokenValue {
    Number::of(value).map_or_else(|| TokenValue::Text(value.to_string()), TokenValue::Number)
}

impl Endpoint for GetParamValues {
    const METHOD: Method = Method::Post;
    const PATH: &'static str = "/org/:orgId/params/get-param-values/";
    const PERMISSION: Permission = Permission::Demo;
    const TITLE: &'static str = "Get Param Values";
    type Path = OrgPath;
    type Query = Nothing;
    type Body = ReferenceList;
    type Reply = BTreeMap<String, TokenValue>;

    fn scope(request: &Request<Self>) -> Scope {
        Scope::Org(request.path.org_id.0)
    }

    async fn handle(context: Context, request: Request<Self>) -> Result<Self::Reply, ApiError> {
        let list = &request.body.params;
        if tokens(list).nth(MOST_IDS).is_some() {
            return Err(ApiError::incorrect_request(format!(
                "payload: params: expected at most {MOST_IDS} references"
            )));
        }
        let view = View::new(&context, request.path.org_id.0);
        let (mut values, mut reads) = (BTreeMap::new(), Vec::new());
        for token in tokens(list) {
            if let Entry::Vacant(place) = values.entry(token.text.to_owned()) {
                match view.answer(&token) {
                    Answer::Now(value) => {
                        place.insert(value);
                    }
                    Answer::Read(param) => {
                        place.insert(Missing::RealtimeReading.into());
                        reads.push((token.text.to_owned(), param));
                    }
                }
            }
        }
        // Spellings of one parameter are one reading.
        let ids: BTreeSet<ParamId> = reads.iter().map(|(_, param)| *param).collect();
        let ids: Vec<ParamId> = ids.into_iter().collect();
        let results = control::read_params(&context.app, &context.directory, &ids).await;
        for (text, param) in reads {
            if let Some(Ok(value)) = results.get(&param) {
                values.insert(text, exact(&value.value()));
            }
        }
        Ok(values)
    }
}
