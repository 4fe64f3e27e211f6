//! An alert as `create` and `change` take it, and what is wrong with it.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::marker::PhantomData;

use parabus_core::alert::{Logic, Rule, Stage};
use parabus_core::value::Decimal;
use serde::de::{Deserializer, MapAccess, SeqAccess, Visitor};
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;
use utoipa::ToSchema;
use utoipa::openapi::RefOr;
use utoipa::openapi::schema::{ArrayBuilder, ObjectBuilder, OneOfBuilder, Schema, SchemaType, Type};

use crate::alarm::message::Channel;
use crate::alarm::model::{
    Alert, AlertAction, AlertCondition, AlertFollowUp, ConditionKind, Level, MOST_CONDITIONS, MOST_DESCRIPTION,
    MOST_MINUTES, MOST_NAME, Recipient,
};
use crate::api::types::Id;
use crate::model::{Directory, OrgId, ParamId};

/// Alerts of an organization, at most.
const MOST_ALERTS: usize = 1000;

/// An alert.
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct AlertWish {
    /// 1 to 200 characters.
    name: String,
    description: Option<String>,
    /// `all` or `any`.
    condition_logic: String,
    /// `none`, `info`, `warning`, `failure` or `critical`.
    log_as: String,
    #[schema(schema_with = listed_conditions)]
    conditions: Listed<ConditionWish>,
    #[schema(schema_with = listed_actions)]
    actions: Listed<ActionWish>,
    #[schema(schema_with = listed_follow_ups)]
    follow_ups: Option<Listed<FollowUpWish>>,
}

/// A condition on a parameter.
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ConditionWish {
    param_id: Option<Id>,
    /// `g`, `ge`, `l`, `le`, `eq`, `neq` or `reading-error`.
    kind: String,
    /// None of a reading error.
    #[schema(schema_with = threshold)]
    value: Option<Threshold>,
}

/// What is done while it lasts.
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ActionWish {
    timeout_minutes: i64,
    /// `sms`, `email`, `voice-call`, or nothing: then it stands in the log alone.
    #[serde(rename = "type")]
    kind: Option<String>,
    /// An address of this type; `-`, or nothing, is the organization's own.
    recepient: Option<String>,
}

/// What is done at a stage.
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct FollowUpWish {
    /// `confirmed`, `not-confirmed` or `resolved`.
    stage: String,
    timeout_minutes: i64,
    /// `sms`, `email` or `voice-call`.
    #[serde(rename = "type")]
    kind: String,
    /// An address of this type; `-` is the organization's own.
    recepient: String,
}

/// A number by its digits, bare or as a text (D-24).
pub struct Threshold(Result<Decimal, String>);

impl<'de> Deserialize<'de> for Threshold {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let raw = Box::<RawValue>::deserialize(deserializer)?;
        let text = serde_json::from_str::<String>(raw.get()).unwrap_or_else(|_| raw.get().to_owned());
        Ok(Threshold(Decimal::parse(text.trim()).map_err(|_| text)))
    }
}

/// A list, or a dictionary whose keys are ids (D-24).
pub struct Listed<T>(Vec<(Option<i64>, T)>);

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Listed<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Items<T>(PhantomData<T>);
        impl<'de, T: Deserialize<'de>> Visitor<'de> for Items<T> {
            type Value = Listed<T>;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a list, or an object keyed by identifiers")
            }
            fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Listed<T>, A::Error> {
                let mut all = Vec::new();
                while let Some(item) = items.next_element()? {
                    all.push((None, item));
                }
                Ok(Listed(all))
            }
            fn visit_map<A: MapAccess<'de>>(self, mut items: A) -> Result<Listed<T>, A::Error> {
                let mut all = Vec::new();
                while let Some((key, item)) = items.next_entry::<String, T>()? {
                    // A key that is no identifier is one that the caller made up for a new item.
                    all.push((key.parse().ok(), item));
                }
                Ok(Listed(all))
            }
        }
        deserializer.deserialize_any(Items(PhantomData))
    }
}

fn listed<T: ToSchema>() -> RefOr<Schema> {
    let list = ArrayBuilder::new().items(T::schema());
    let dictionary = ObjectBuilder::new().additional_properties(Some(T::schema()));
    let about = "A list, or a dictionary keyed by identifiers";
    OneOfBuilder::new().item(list).item(dictionary).description(Some(about)).into()
}

fn threshold() -> RefOr<Schema> {
    let kinds = SchemaType::from_iter([Type::Number, Type::String, Type::Null]);
    ObjectBuilder::new().schema_type(kinds).description(Some("The threshold: a number, or its text")).into()
}

fn listed_conditions() -> RefOr<Schema> {
    listed::<ConditionWish>()
}

fn listed_actions() -> RefOr<Schema> {
    listed::<ActionWish>()
}

fn listed_follow_ups() -> RefOr<Schema> {
    listed::<FollowUpWish>()
}

/// Whether it was done, or what was wrong with which field.
#[derive(Serialize, ToSchema)]
pub struct AlertResult {
    /// `success` or `error`.
    result: &'static str,
    /// English texts by the names of fields.
    #[schema(value_type = BTreeMap<String, String>)]
    errors: Faults,
}

/// English texts by the names of fields.
pub type Faults = BTreeMap<&'static str, String>;

impl AlertResult {
    pub fn of(faults: Faults) -> AlertResult {
        AlertResult { result: if faults.is_empty() { "success" } else { "error" }, errors: faults }
    }
}

fn minutes(minutes: i64) -> Result<u32, String> {
    let in_range = u32::try_from(minutes).ok().filter(|minutes| *minutes <= MOST_MINUTES);
    in_range.ok_or_else(|| format!("timeoutMinutes is {minutes}, expected 0 to {MOST_MINUTES}"))
}

fn recipient(kind: &str, address: &str) -> Result<Recipient, String> {
    let channel =
        Channel::from_code(kind).ok_or_else(|| format!("unknown type `{kind}`, expected sms, email or voice-call"))?;
    Recipient::new(channel, address).map_err(|expected| format!("`{address}` is no recepient of {kind}, {expected}"))
}

/// Items with the ids of those that they change; a new one has 0.
fn each<T, U>(
    listed: &Listed<T>,
    own: impl Fn(i64) -> bool,
    make: impl Fn(i64, &T) -> Result<U, String>,
) -> Result<Vec<U>, String> {
    let mut seen = BTreeSet::new();
    let items = listed.0.iter().zip(1..).map(|((key, item), place)| {
        let id = key.filter(|id| own(*id) && seen.insert(*id)).unwrap_or(0);
        make(id, item).map_err(|fault| format!("{place}: {fault}"))
    });
    items.collect()
}

impl AlertWish {
    /// The alert, in place of `before` if there is one; or everything that is wrong.
    pub fn check(&self, directory: &Directory, org: OrgId, before: Option<&Alert>) -> Result<Alert, Faults> {
        let mut faults = Faults::new();
        let name = self.name.trim().to_owned();
        if name.is_empty() {
            faults.insert("name", "Name is too short".to_owned());
        } else if name.chars().count() > MOST_NAME {
            faults.insert("name", format!("Name is too long, expected at most {MOST_NAME} characters"));
        } else if name.chars().any(char::is_control) {
            faults.insert("name", "Name has control characters".to_owned());
        } else if before.is_none() && directory.alerts_of(org).count() >= MOST_ALERTS {
            faults.insert("name", format!("The organization has {MOST_ALERTS} alerts already"));
        }
        let description = self.description.clone().filter(|text| !text.trim().is_empty());
        if description.as_ref().is_some_and(|text| text.chars().count() > MOST_DESCRIPTION) {
            faults.insert("description", format!("Description is too long, expected at most {MOST_DESCRIPTION}"));
        }
        let logic = Logic::from_code(&self.condition_logic);
        if let Err(error) = &logic {
            faults.insert("conditionLogic", error.to_string());
        }
        let level = Level::from_code(&self.log_as);
        if level.is_none() {
            let fault = format!("unknown level `{}`, expected none, info, warning, failure or critical", self.log_as);
            faults.insert("logAs", fault);
        }
        let conditions = self.conditions(directory, org, before).map_err(|fault| faults.insert("conditions", fault));
        let actions = self.actions(before).map_err(|fault| faults.insert("actions", fault));
        let follow_ups = self.follow_ups(before).map_err(|fault| faults.insert("followUps", fault));
        let (Ok(logic), Some(level), Ok(conditions), Ok(actions), Ok(follow_ups), true) =
            (logic, level, conditions, actions, follow_ups, faults.is_empty())
        else {
            return Err(faults);
        };
        let (id, slug) = before.map_or((0, String::new()), |before| (before.id, before.slug.clone()));
        Ok(Alert { id, org_id: org, name, slug, description, logic, level, conditions, actions, follow_ups })
    }

    fn conditions(
        &self,
        directory: &Directory,
        org: OrgId,
        before: Option<&Alert>,
    ) -> Result<Vec<AlertCondition>, String> {
        let count = self.conditions.0.len();
        if !(1..=MOST_CONDITIONS).contains(&count) {
            return Err(format!("{count} conditions, expected 1 to {MOST_CONDITIONS}"));
        }
        let own = |id| before.is_some_and(|alert| alert.conditions.iter().any(|condition| condition.id == id));
        each(&self.conditions, own, |id, wish| {
            let param = wish.param_id.ok_or("no paramId")?.0;
            check_param(directory, org, param)?;
            let threshold = match &wish.value {
                None => None,
                Some(Threshold(Ok(threshold))) => Some(*threshold),
                // Of a reading error no value counts.
                Some(Threshold(Err(_))) if wish.kind == ConditionKind::READING_ERROR => None,
                Some(Threshold(Err(text))) => return Err(format!("value: `{text}` is no number")),
            };
            let kind = ConditionKind::of(&wish.kind, threshold);
            let kind = kind.ok_or_else(|| match ConditionKind::of(&wish.kind, Some(Decimal::ZERO)) {
                Some(_) => "no value to compare with".to_owned(),
                None => format!("unknown kind `{}`, expected g, ge, l, le, eq, neq or reading-error", wish.kind),
            })?;
            Ok(AlertCondition { id, param: Some(param), kind })
        })
    }

    fn actions(&self, before: Option<&Alert>) -> Result<Vec<AlertAction>, String> {
        check_count(self.actions.0.len(), "actions")?;
        let own = |id| before.is_some_and(|alert| alert.actions.iter().any(|action| action.id == id));
        each(&self.actions, own, |id, wish| {
            let kind = wish.kind.as_deref().filter(|kind| !kind.is_empty());
            let address = wish.recepient.as_deref().filter(|address| !address.trim().is_empty());
            let recipient = kind.map(|kind| recipient(kind, address.unwrap_or(Recipient::DEFAULT))).transpose()?;
            Ok(AlertAction { id, timeout_minutes: minutes(wish.timeout_minutes)?, recipient })
        })
    }

    fn follow_ups(&self, before: Option<&Alert>) -> Result<Vec<AlertFollowUp>, String> {
        let Some(follow_ups) = &self.follow_ups else { return Ok(Vec::new()) };
        check_count(follow_ups.0.len(), "follow-ups")?;
        let own = |id| before.is_some_and(|alert| alert.follow_ups.iter().any(|follow_up| follow_up.id == id));
        each(follow_ups, own, |id, wish| {
            let stage = Stage::from_code(&wish.stage).map_err(|error| error.to_string())?;
            let recipient = recipient(&wish.kind, &wish.recepient)?;
            Ok(AlertFollowUp { id, stage, timeout_minutes: minutes(wish.timeout_minutes)?, recipient })
        })
    }
}

fn check_count(count: usize, what: &str) -> Result<(), String> {
    if count > Rule::MOST { Err(format!("{count} {what}, expected at most {}", Rule::MOST)) } else { Ok(()) }
}

/// A parameter of this organization, of which readings come and are numbers.
fn check_param(directory: &Directory, org: OrgId, id: ParamId) -> Result<(), String> {
    let Some(param) = directory.params.get(&id).filter(|_| directory.org_of_param(id) == Some(org)) else {
        return Err(format!("parameter `{id}` not found"));
    };
    if !param.is_tracked {
        return Err(format!("parameter `{id}` is not tracked"));
    }
    match param.codec() {
        Some(codec) if codec.data_type().is_numeric() => Ok(()),
        _ => Err(format!("parameter `{id}` is no number")),
    }
}
