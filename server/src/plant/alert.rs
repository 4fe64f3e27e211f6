//! Alerts and contacts of a plant file: brought into the store, and written back.

use std::collections::BTreeSet;

use super::apply::{Plan, Slugs};
use super::export::said_slugs;
use super::file::{self, Exact, Name, Spanned};
use super::plan::{Field, Shown, field, instead, optional};
use crate::alarm::model::{Alert, AlertAction, AlertCondition, AlertFollowUp, Contact, Recipient};
use crate::model::{Directory, OrgId, ParamId};
use crate::storage::{Edit, StoreError};

/// The number that an item has already, where it is as it was; 0 of a new one. Each is given once.
fn kept_id<T>(before: &[T], taken: &mut BTreeSet<i64>, id: impl Fn(&T) -> i64, is_it: impl Fn(&T) -> bool) -> i64 {
    let found = before.iter().filter(|each| is_it(each)).map(id).find(|id| !taken.contains(id));
    taken.extend(found);
    found.unwrap_or(0)
}

impl<'p> Plan<'p, '_> {
    pub(super) fn contact(&mut self, org: OrgId, name: &str, contact: &file::Contact) -> Result<(), StoreError> {
        let text = |text: &Option<Spanned<String>>| text.as_ref().map(|text| text.value.trim().to_owned());
        let after = Contact { email: text(&contact.email), phone: text(&contact.phone) };
        let before = self.edit.before().contacts.get(&org).cloned();
        let put = |edit: &mut Edit<'_>, contact: &Contact| edit.put_contact(org, contact).map(|()| 0);
        self.put(&format!("contact of `{name}`"), before.as_ref(), &after, put, 0)?;
        Ok(())
    }

    /// After the organization's parameters.
    pub(super) fn alerts(&mut self, org: OrgId, alerts: &'p [file::Alert]) -> Result<(), StoreError> {
        let present = self.edit.before().alerts_of(org).map(|alert| (&alert.name, &alert.slug));
        let mut slugs = Slugs::of(present, alerts.iter().map(|alert| alert.slug.as_ref()));
        for alert in alerts {
            // The API lets several have one name: the slug tells which is meant, else it is the first.
            let named = || self.edit.before().alerts_of(org).filter(|each| each.name == alert.name.text);
            let of_slug = named().find(|each| Some(&each.slug) == alert.slug.as_ref());
            let before = of_slug.or_else(|| named().next()).cloned();
            let slug = match &before {
                Some(before) if alert.slug.is_none() => before.slug.clone(),
                _ => slugs.slug(&alert.name.text, alert.slug.as_ref())?,
            };
            let param = |names: [&str; 3]| self.params.iter().find(|(key, _)| **key == names).map(|(_, id)| *id);
            let after = Alert { org_id: org, slug, ..model(alert, before.as_ref(), param) };
            let title = format!("alert `{}`", after.name);
            self.put(&title, before.as_ref(), &after, |edit, alert| edit.put_alert(alert), after.id)?;
        }
        Ok(())
    }
}

/// The alert that a file says, in place of `before` if there is one; `param` knows a parameter by the names of its
/// network, its device and its own.
pub(super) fn model(
    alert: &file::Alert,
    before: Option<&Alert>,
    param: impl Fn([&str; 3]) -> Option<ParamId>,
) -> Alert {
    let (had_conditions, had_actions, had_follow_ups) = before.map_or((&[][..], &[][..], &[][..]), |before| {
        (&before.conditions[..], &before.actions[..], &before.follow_ups[..])
    });
    let mut taken = BTreeSet::new();
    let conditions = alert.conditions.iter().filter_map(|of_file| {
        let place = [&*of_file.network, &*of_file.device, &*of_file.parameter.value];
        let (param, kind) = (param(place), of_file.kind()?);
        let is_it = |each: &AlertCondition| (each.param, each.kind) == (param, kind);
        Some(AlertCondition { id: kept_id(had_conditions, &mut taken, |each| each.id, is_it), param, kind })
    });
    let conditions = conditions.collect();
    let mut taken = BTreeSet::new();
    let actions = alert.actions.iter().map(|of_file| {
        let (timeout_minutes, recipient) = (of_file.timeout_minutes, of_file.recipient());
        let is_it = |each: &AlertAction| (each.timeout_minutes, &each.recipient) == (timeout_minutes, &recipient);
        let id = kept_id(had_actions, &mut taken, |each| each.id, is_it);
        AlertAction { id, timeout_minutes, recipient }
    });
    let actions = actions.collect();
    let mut taken = BTreeSet::new();
    let follow_ups = alert.follow_ups.iter().filter_map(|of_file| {
        let (stage, timeout_minutes, recipient) = (of_file.stage, of_file.timeout_minutes, of_file.recipient()?);
        let is_it = |each: &AlertFollowUp| {
            (each.stage, each.timeout_minutes, &each.recipient) == (stage, timeout_minutes, &recipient)
        };
        let id = kept_id(had_follow_ups, &mut taken, |each| each.id, is_it);
        Some(AlertFollowUp { id, stage, timeout_minutes, recipient })
    });
    Alert {
        id: before.map_or(0, |before| before.id),
        org_id: before.map_or(0, |before| before.org_id),
        name: alert.name.text.clone(),
        slug: before.map_or_else(String::new, |before| before.slug.clone()),
        description: alert.description.clone(),
        logic: alert.condition_logic,
        level: alert.log_as,
        conditions,
        actions,
        follow_ups: follow_ups.collect(),
    }
}

impl Shown for Contact {
    fn shown(&self) -> Vec<Field> {
        vec![optional("email", self.email.as_ref()), optional("phone", self.phone.as_ref())]
    }
}

impl Shown for Alert {
    fn shown(&self) -> Vec<Field> {
        let condition = |each: &AlertCondition| format!("{:?} {}", each.param, each.kind);
        let action = |each: &AlertAction| format!("{} {:?}", each.timeout_minutes, each.recipient);
        let follow_up =
            |each: &AlertFollowUp| format!("{} {} {}", each.stage.code(), each.timeout_minutes, each.recipient);
        let list = |name, items: Vec<String>, what| instead(name, &items, format!("{} {what}", items.len()));
        vec![
            field("slug", &self.slug),
            optional("description", self.description.as_ref()),
            field("conditionLogic", self.logic.code()),
            field("logAs", self.level.code()),
            list("conditions", self.conditions.iter().map(condition).collect(), "conditions"),
            list("actions", self.actions.iter().map(action).collect(), "actions"),
            list("followUps", self.follow_ups.iter().map(follow_up).collect(), "follow-ups"),
        ]
    }
}

/// An organization's contact as a file says it.
pub(super) fn contact(directory: &Directory, org: OrgId) -> Option<file::Contact> {
    let Contact { email, phone } = directory.contacts.get(&org)?.clone();
    Some(file::Contact { email: email.map(Spanned::from), phone: phone.map(Spanned::from) })
}

/// An organization's alerts as a file says them, and what of them no file can say.
pub(super) fn alerts(directory: &Directory, org: OrgId) -> (Vec<file::Alert>, Vec<String>) {
    let present: Vec<&Alert> = directory.alerts_of(org).collect();
    let slugs: Vec<_> = present.iter().map(|alert| (alert.name.as_str(), alert.slug.as_str())).collect();
    let (said, mut names, mut left_out) = (said_slugs(&slugs), BTreeSet::new(), Vec::new());
    let mut written = Vec::new();
    for alert in present {
        let conditions: Option<Vec<_>> =
            alert.conditions.iter().map(|condition| of_store(directory, condition)).collect();
        match conditions {
            Some(conditions) if names.insert(&alert.name) => {
                let slug = said.contains(alert.name.as_str()).then(|| alert.slug.clone());
                written.push(file_alert(alert, slug, conditions));
            }
            Some(_) => left_out.push(format!("alert `{}` ({}), whose name another has", alert.name, alert.slug)),
            None => left_out.push(format!("alert `{}`, as a parameter of its conditions is deleted", alert.name)),
        }
    }
    (written, left_out)
}

fn of_store(directory: &Directory, condition: &AlertCondition) -> Option<file::Condition> {
    let [network, device, parameter] = names(directory, condition.param?)?;
    let kind = condition.kind.code().to_owned();
    let value = condition.kind.threshold().map(Exact);
    Some(file::Condition { network, device, parameter: Spanned::from(parameter), kind, value })
}

/// Names of a parameter's network, of its device and its own.
pub(super) fn names(directory: &Directory, param: ParamId) -> Option<[String; 3]> {
    let (param, device, net) = directory.param_place(param)?;
    Some([net.name.clone(), device.name.clone(), param.name.clone()])
}

fn file_alert(alert: &Alert, slug: Option<String>, conditions: Vec<file::Condition>) -> file::Alert {
    let address = |recipient: &Recipient| {
        let is_own = recipient.address == Recipient::DEFAULT;
        (!is_own).then(|| Spanned::from(recipient.address.clone()))
    };
    let actions = alert.actions.iter().map(|action| file::Action {
        timeout_minutes: action.timeout_minutes,
        channel: action.recipient.as_ref().map(|recipient| recipient.channel),
        recipient: action.recipient.as_ref().and_then(address),
    });
    let follow_ups = alert.follow_ups.iter().map(|follow_up| file::FollowUp {
        stage: follow_up.stage,
        timeout_minutes: follow_up.timeout_minutes,
        channel: follow_up.recipient.channel,
        recipient: address(&follow_up.recipient),
    });
    file::Alert {
        name: Name::from(alert.name.as_str()),
        slug,
        description: alert.description.clone(),
        condition_logic: alert.logic,
        log_as: alert.level,
        conditions,
        actions: actions.collect(),
        follow_ups: follow_ups.collect(),
    }
}
