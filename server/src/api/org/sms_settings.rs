//! POST /org/:orgId/sms-settings/

use parabus_core::value::Decimal;
use serde::Deserialize;
use serde::de::{Deserializer, Error};
use serde_json::value::RawValue;
use utoipa::ToSchema;

use crate::api::endpoint::{Context, Endpoint, Method, Nothing, Request, Scope};
use crate::api::error::ApiError;
use crate::api::net::list::OrgPath;
use crate::api::permission::Permission;
use crate::api::types::Empty;
use crate::model::SmsSettings;

pub struct ChangeSmsSettings;

/// What the organization wants of short messages.
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct SmsSettingsBody {
    disable_sms: bool,
    /// Most money for them in a month, 0 to 1000; `null`: no limit. Without the field the limit stays.
    #[serde(default, deserialize_with = "limit")]
    #[schema(value_type = Option<f64>, minimum = 0, maximum = 1000)]
    limit: Option<Option<Decimal>>,
}

/// A number by its digits: money is exact.
fn limit<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Option<Decimal>>, D::Error> {
    let raw = Box::<RawValue>::deserialize(deserializer)?;
    if raw.get() == "null" {
        return Ok(Some(None));
    }
    const MOST_MONEY: i64 = SmsSettings::MOST_MONEY;
    let range = Decimal::ZERO..=Decimal::from(MOST_MONEY);
    let number = Decimal::parse(raw.get()).ok().filter(|number| range.contains(number));
    let refuse = || D::Error::custom(format!("`{}` is no limit, expected a number from 0 to {MOST_MONEY}", raw.get()));
    number.map(|number| Some(Some(number))).ok_or_else(refuse)
}

impl Endpoint for ChangeSmsSettings {
    const METHOD: Method = Method::Post;
    const PATH: &'static str = "/org/:orgId/sms-settings/";
    const PERMISSION: Permission = Permission::ManageAccess;
    const TITLE: &'static str = "Change Organization SMS Settings";
    const WRITES: bool = true;
    type Path = OrgPath;
    type Query = Nothing;
    type Body = SmsSettingsBody;
    type Reply = Empty;

    fn scope(request: &Request<Self>) -> Scope {
        Scope::Org(request.path.org_id.0)
    }

    async fn handle(context: Context, request: Request<Self>) -> Result<Empty, ApiError> {
        if !context.app.config.sms.enabled {
            return Err(ApiError::not_authorized("short messages are switched off in the server's configuration"));
        }
        let (org, SmsSettingsBody { disable_sms, limit }) = (request.path.org_id.0, request.body);
        let change = context.configure(move |edit| {
            let before = edit.before().sms_settings(org);
            let mut after = before.clone();
            after.is_disabled = disable_sms;
            if let Some(limit) = limit {
                after.monthly_limit = limit;
            }
            if after != before {
                edit.put_sms_settings(org, &after)?;
            }
            Ok(())
        });
        change.await?;
        tracing::info!(org, disable_sms, user = context.caller.user, "settings of short messages changed");
        Ok(Empty {})
    }
}
