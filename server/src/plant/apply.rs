//! Brings the store's configuration in line with a file. What the file does not mention is left
//! alone; applying it again changes nothing.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::fmt;

use parabus_core::modbus::{UnitId, WriteFunction};
use parabus_core::value::Lang;
use uuid::Uuid;

use super::file::{self, File};
use super::plan::{Outcome, Report, Shown};
use super::solution::SolutionKind;
use super::template;
use crate::clock;
use crate::energy::Tariff;
use crate::model::{
    ApiKey, ConnectCode, Device, DeviceId, Directory, Disabled, DisabledBy, Net, NetId, Notification, Org, OrgId,
    Param, ParamId, Role, SmsSettings, Template, TemplateId, TemplateParam, UserId, Vis,
};
use crate::session::{hash_password, verify_password};
use crate::storage::{Edit, Store, StoreError};

/// Whether what a section of the file no longer lists is left alone or removed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Rest {
    Keep,
    Remove,
}

/// Applies the file in one transaction; what its sections do not list stays.
pub fn apply(store: &Store, file: &File, is_dry: bool) -> Result<Report, StoreError> {
    run(store, file, Rest::Keep, !is_dry, None)
}

/// What applying the file would do.
pub fn plan(store: &Store, file: &File, rest: Rest) -> Result<Report, StoreError> {
    run(store, file, rest, false, None)
}

/// Does what a plan said, in one transaction.
///
/// # Errors
/// Those of the store, and that the configuration has been changed since the plan was made.
pub fn apply_plan(store: &Store, file: &File, rest: Rest, plan: &Report) -> Result<Report, StoreError> {
    run(store, file, rest, true, Some(plan))
}

fn run(store: &Store, file: &File, rest: Rest, keep: bool, said: Option<&Report>) -> Result<Report, StoreError> {
    let keys = check_keys(store, file)?;
    store.configure(keep, |edit| {
        let report = Report::new(!keep);
        let users = edit.before().users.values().map(|user| (user.name.clone(), user.id)).collect();
        let said_slugs = file.organizations.iter().map(|org| org.slug.as_ref());
        let org_slugs = Slugs::of(edit.before().orgs.values().map(|org| (&org.name, &org.slug)), said_slugs);
        let mut plan = Plan {
            file,
            edit,
            report,
            keys,
            users,
            org_slugs,
            templates: HashMap::new(),
            params: HashMap::new(),
            speakers: BTreeSet::new(),
            rest,
        };
        if rest == Rest::Remove {
            plan.prune()?;
            // What is gone has neither slug nor address any more.
            plan.edit.settle()?;
        }
        for template in &file.templates {
            plan.template(None, template)?;
        }
        for code in &file.connect_codes {
            plan.connect_code(code)?;
        }
        for notification in &file.global_notifications {
            plan.notification(notification)?;
        }
        for org in &file.organizations {
            plan.org(org)?;
        }
        for (sku, id) in &file.sku_templates {
            plan.sku_template(sku, &id.value)?;
        }
        if rest == Rest::Remove {
            plan.prune_users()?;
        }
        if said.is_some_and(|said| !plan.report.is_same(said)) {
            let text = "the configuration has been changed since the plan was made, apply the file again";
            return Err(StoreError::Refused(text.to_owned()));
        }
        Ok(plan.report)
    })
}

/// What the work on a key's password came to. It takes tens of milliseconds a key, which no transaction
/// should last: others wait for it.
struct CheckedKey {
    /// The key as it was when its password was checked.
    seen: Option<ApiKey>,
    /// The hash that it is to have.
    hash: String,
}

fn check_keys(store: &Store, file: &File) -> Result<HashMap<Uuid, CheckedKey>, StoreError> {
    let mut checked = HashMap::new();
    let users = file.organizations.iter().flat_map(|org| org.users.iter());
    for key in users.flat_map(|user| user.keys.iter()) {
        let id = uuid_of(key)?;
        if checked.contains_key(&id) {
            continue;
        }
        let seen = store.find_key(id)?;
        let hash = match (&key.password, &key.password_hash) {
            (_, Some(hash)) => hash.value.reveal().to_owned(),
            (Some(password), None) => {
                let password = password.value.reveal();
                match &seen {
                    Some(seen) if verify_password(password, &seen.password_hash) => seen.password_hash.clone(),
                    Some(_) | None => hash_password(password).map_err(|error| refused_key(&error))?,
                }
            }
            (None, None) => return Err(refused_key(&format!("{id} has no password"))),
        };
        checked.insert(id, CheckedKey { seen, hash });
    }
    Ok(checked)
}

pub(super) fn uuid_of(key: &file::Key) -> Result<Uuid, StoreError> {
    Uuid::try_parse(key.api_key.value.reveal()).map_err(|error| refused_key(&error))
}

fn refused_key(error: &dyn fmt::Display) -> StoreError {
    StoreError::Refused(format!("API key: {error}"))
}

pub(super) struct Plan<'p, 'c> {
    pub(super) file: &'p File,
    pub(super) edit: &'p mut Edit<'c>,
    pub(super) report: Report,
    keys: HashMap<Uuid, CheckedKey>,
    /// Users of the store and those that the file has added.
    pub(super) users: HashMap<String, UserId>,
    org_slugs: Slugs,
    /// The store's ids of the file's templates.
    templates: HashMap<&'p str, TemplateId>,
    /// The store's ids of the parameters of one organization, by network, device and own name.
    pub(super) params: HashMap<[&'p str; 3], ParamId>,
    /// Users whose language was looked at.
    speakers: BTreeSet<UserId>,
    rest: Rest,
}

/// A slug for a name that no sibling has: collisions get `-2`, `-3`.
pub fn slug_of(name: &str, taken: &mut BTreeSet<String>) -> String {
    let base = Some(slug::slugify(name)).filter(|slug| !slug.is_empty()).unwrap_or_else(|| "x".to_owned());
    let mut slug = base.clone();
    for number in 2.. {
        if taken.insert(slug.clone()) {
            break;
        }
        slug = format!("{base}-{number}");
    }
    slug
}

/// Slugs of siblings by their names. One that is there keeps its slug, which follows its name alone:
/// neither another order of the file's lines nor a new sibling moves it.
pub(super) struct Slugs {
    present: BTreeMap<String, String>,
    taken: BTreeSet<String>,
}

impl Slugs {
    /// Of the siblings in the store, beside those slugs that the file says.
    pub(super) fn of<'a>(
        siblings: impl Iterator<Item = (&'a String, &'a String)>,
        said: impl Iterator<Item = Option<&'a String>>,
    ) -> Self {
        let present: BTreeMap<_, _> = siblings.map(|(name, slug)| (name.clone(), slug.clone())).collect();
        let mut taken: BTreeSet<String> = present.values().cloned().collect();
        taken.extend(said.flatten().cloned());
        Slugs { present, taken }
    }

    pub(super) fn slug(&mut self, name: &str, said: Option<&String>) -> Result<String, StoreError> {
        let Some(said) = said else {
            return Ok(self.present.get(name).cloned().unwrap_or_else(|| slug_of(name, &mut self.taken)));
        };
        match self.present.iter().find(|(other, slug)| *slug == said && *other != name) {
            None => Ok(said.clone()),
            Some((other, _)) => Err(StoreError::Refused(format!("`{name}`: slug: `{said}` is that of `{other}`"))),
        }
    }
}

/// The slug of a network that is or gets this name.
pub fn net_slug(directory: &Directory, org: OrgId, own: Option<NetId>, name: &str) -> String {
    if let Some(net) = own.and_then(|id| directory.nets.get(&id)).filter(|net| net.name == name) {
        return net.slug.clone();
    }
    let others = directory.nets_of(org).filter(|net| Some(net.id) != own);
    slug_of(name, &mut others.map(|net| net.slug.clone()).collect())
}

/// A word of who and why replaces both; without it they stay as they are.
fn disabled(
    said: Option<bool>,
    by: Option<DisabledBy>,
    note: Option<&String>,
    before: Option<&Disabled>,
) -> Option<Disabled> {
    let on = before.map_or_else(clock::now, |before| before.on);
    match (said, by, note) {
        (None, _, _) => before.cloned(),
        (Some(false), _, _) => None,
        (Some(true), None, None) => Some(before.cloned().unwrap_or(Disabled {
            on,
            by: DisabledBy::Admin,
            note: Some("disabled in the plant file".to_owned()),
        })),
        (Some(true), by, note) => Some(Disabled { on, by: by.unwrap_or(DisabledBy::Admin), note: note.cloned() }),
    }
}

fn by_code<T: Clone>(of_languages: &BTreeMap<file::Language, T>) -> BTreeMap<String, T> {
    of_languages.iter().map(|(lang, of_lang)| (lang.0.clone(), of_lang.clone())).collect()
}

pub(super) fn template_param(param: &file::Parameter) -> TemplateParam {
    TemplateParam {
        name: param.name.text.clone(),
        kind: param.register_kind.code().to_owned(),
        address: param.address,
        value_type: param.value_type.0.to_string(),
        bit_position: param.bit_position,
        bits_amount: param.bits_amount(),
        length: param.length(),
        not_available: param.not_available.clone(),
        label: param.label.clone(),
        category: param.category.clone(),
        description: param.description.clone(),
        unit: param.unit.clone(),
        multiplier: param.multiplier.0.to_string(),
        shift: param.shift.0.to_string(),
        precision: param.precision,
        min: param.min.map(|min| min.0.to_string()),
        max: param.max.map(|max| max.0.to_string()),
        is_tracked: param.is_tracked,
        is_programmable: param.is_programmable,
        on_dashboard: param.is_displayed_on_dashboard.unwrap_or(false),
        reads_alone: !param.read_as_group,
        texts: by_code(&param.texts),
        text_descriptions: by_code(&param.text_descriptions),
        translations: by_code(&param.translations),
    }
}

impl<'p> Plan<'p, '_> {
    /// A template of the same name, manufacturer and version in its scope is replaced.
    fn template(&mut self, org: Option<OrgId>, template: &'p template::Template) -> Result<(), StoreError> {
        let template::Template { id, name, manufacturer, version, .. } = template;
        let is_it = |each: &&Template| {
            each.org_id == org
                && each.name == name.text
                && each.manufacturer == *manufacturer
                && each.version == *version
        };
        let before = self.edit.before().templates.values().find(is_it).cloned();
        let after = Template {
            id: before.as_ref().map_or(0, |before| before.id),
            org_id: org,
            name: name.text.clone(),
            manufacturer: manufacturer.clone(),
            version: version.clone(),
            category: template.category.clone(),
            description: template.description.clone(),
            read_group_size: template.read_group_size.unwrap_or(1),
            write_function: template.write_function.unwrap_or(WriteFunction::Normal),
            params: template.parameters.iter().map(template_param).collect(),
        };
        let title = format!("template `{}`", id.text);
        let put = |edit: &mut Edit<'_>, template: &Template| edit.put_template(template);
        let kept = self.put(&title, before.as_ref(), &after, put, after.id)?;
        self.templates.insert(&id.text, kept);
        Ok(())
    }

    fn sku_template(&mut self, sku: &str, id: &str) -> Result<(), StoreError> {
        let Some(after) = self.templates.get(id).copied() else { return Ok(()) };
        let before = self.edit.before().sku_templates.get(sku).copied();
        let outcome = if before == Some(after) {
            Outcome::Kept
        } else {
            let name = |id: TemplateId| self.edit.before().templates.get(&id).map(|template| template.name.clone());
            Outcome::of(before.and_then(name).as_ref(), &id.to_owned())
        };
        if !outcome.is_kept() {
            self.edit.put_sku_template(sku, after)?;
        }
        self.report.note(outcome, &format!("template of the SKU `{sku}`"));
        Ok(())
    }

    fn connect_code(&mut self, code: &file::ConnectCode) -> Result<(), StoreError> {
        let Some(mac) = code.mac else { return Ok(()) };
        let known = ConnectCode::normalize(&code.code.text);
        let before = self.edit.before().connect_codes.get(&known).cloned();
        let passwords = before.as_ref().map(|before| before.device_passwords.clone());
        let after = ConnectCode {
            code: known,
            mac,
            device_passwords: code.device_passwords.clone().or(passwords).unwrap_or_default(),
            sku: code.sku.clone(),
            vpn_ip: code.vpn_ip_address,
            port: code.port,
            modbus_id: code.modbus_id.map(UnitId),
        };
        let title = format!("connect code of {mac}");
        self.put(&title, before.as_ref(), &after, |edit, code| edit.put_connect_code(code).map(|()| 0), 0)?;
        Ok(())
    }

    fn notification(&mut self, notification: &file::GlobalNotification) -> Result<(), StoreError> {
        let texts = notification.texts.iter().map(|(lang, text)| (lang.0.clone(), text.clone()));
        let id = notification.id.value;
        let after = Notification { id, texts: texts.collect(), is_enabled: notification.enabled };
        let before = self.edit.before().notifications.get(&id).cloned();
        let put = |edit: &mut Edit<'_>, each: &Notification| edit.put_notification(each).map(|()| 0);
        self.put(&format!("notification {id}"), before.as_ref(), &after, put, 0)?;
        Ok(())
    }

    fn org(&mut self, org: &'p file::Organization) -> Result<(), StoreError> {
        let orgs = &self.edit.before().orgs;
        let before = orgs.values().find(|each| each.name == org.name.text).cloned();
        let after = Org {
            id: before.as_ref().map_or(0, |before| before.id),
            name: org.name.text.clone(),
            slug: self.org_slugs.slug(&org.name.text, org.slug.as_ref())?,
            lang: org.language,
        };
        let id = self.put(
            &format!("organization `{}`", after.name),
            before.as_ref(),
            &after,
            |edit, org| edit.put_org(org),
            after.id,
        )?;
        if let Some(sms) = &org.sms {
            self.sms(id, &org.name.text, sms)?;
        }
        if let Some(contact) = &org.contact {
            self.contact(id, &org.name.text, contact)?;
        }
        if let Some(tariff) = &org.tariff {
            self.tariff(id, &org.name.text, tariff)?;
        }
        for user in &org.users {
            self.user(id, user)?;
        }
        for template in &org.templates {
            self.template(Some(id), template)?;
        }
        self.params.clear();
        let present = self.edit.before().nets_of(id).map(|net| (&net.name, &net.slug));
        let mut slugs = Slugs::of(present, org.networks.iter().map(|net| net.slug.as_ref()));
        for net in &org.networks {
            let slug = slugs.slug(&net.name.text, net.slug.as_ref())?;
            self.net(org, id, net, slug)?;
        }
        let present = self.edit.before().viss_of(id).map(|vis| (&vis.name, &vis.slug));
        let mut slugs = Slugs::of(present, org.visualizations.iter().map(|vis| vis.slug.as_ref()));
        for vis in &org.visualizations {
            let slug = slugs.slug(&vis.name.text, vis.slug.as_ref())?;
            self.vis(id, vis, slug)?;
        }
        self.alerts(id, &org.alerts)?;
        org.dashboard.as_ref().map_or(Ok(()), |widgets| self.dashboard(id, &org.name.text, widgets))
    }

    fn sms(&mut self, org: OrgId, name: &str, sms: &file::Sms) -> Result<(), StoreError> {
        let after = SmsSettings { is_disabled: sms.disabled, monthly_limit: sms.monthly_limit.map(|limit| limit.0) };
        let before = self.edit.before().sms.get(&org).cloned();
        let put = |edit: &mut Edit<'_>, sms: &SmsSettings| edit.put_sms_settings(org, sms).map(|()| 0);
        self.put(&format!("short messages of `{name}`"), before.as_ref(), &after, put, 0)?;
        Ok(())
    }

    fn tariff(&mut self, org: OrgId, name: &str, tariff: &file::Tariff) -> Result<(), StoreError> {
        let after = tariff.model();
        let before = self.edit.before().tariffs.get(&org).cloned();
        if before.is_none() && after.rates.is_empty() {
            return Ok(());
        }
        let put = |edit: &mut Edit<'_>, tariff: &Tariff| edit.put_tariff(org, tariff).map(|()| 0);
        self.put(&format!("tariff of `{name}`"), before.as_ref(), &after, put, 0)?;
        Ok(())
    }

    fn dashboard(&mut self, org: OrgId, name: &str, widgets: &'p [file::Widget]) -> Result<(), StoreError> {
        let place = |widget: &'p file::Widget| [&*widget.network, &*widget.device, &*widget.parameter.value];
        let after: Vec<ParamId> =
            widgets.iter().filter_map(|widget| self.params.get(&place(widget)).copied()).collect();
        let before = self.edit.before().dashboard(org);
        let outcome = if before == after {
            Outcome::Kept
        } else {
            let names = |ids: &[ParamId]| ids.iter().map(ParamId::to_string).collect::<Vec<_>>();
            Outcome::of(Some(&names(before)), &names(&after))
        };
        if !outcome.is_kept() {
            self.edit.put_dashboard(org, &after)?;
        }
        self.report.note(outcome, &format!("dashboard of `{name}`"));
        Ok(())
    }

    fn vis(&mut self, org: OrgId, vis: &file::Visualization, slug: String) -> Result<(), StoreError> {
        let name = &vis.name.text;
        let before = self.edit.before().viss_of(org).find(|each| each.name == *name).cloned();
        let source = before.as_ref().map(|before| self.edit.vis_source(before.id)).transpose()?;
        let after = Vis {
            id: before.as_ref().map_or(0, |before| before.id),
            org_id: org,
            name: name.clone(),
            slug,
            description: vis.description.clone(),
            created_on: before.as_ref().map_or_else(clock::now, |before| before.created_on),
            on_dashboard: vis.is_displayed_on_dashboard,
        };
        let id = after.id;
        let (before, after) = (before.zip(source), (after, vis.source.value.clone()));
        let title = format!("visualization `{name}`");
        self.put(&title, before.as_ref(), &after, |edit, (vis, source)| edit.put_vis(vis, source), id)?;
        Ok(())
    }

    /// Writes an object if it is new or differs; gives its id.
    pub(super) fn put<T: PartialEq + Shown>(
        &mut self,
        name: &str,
        before: Option<&T>,
        after: &T,
        write: impl FnOnce(&mut Edit<'_>, &T) -> Result<i64, StoreError>,
        id: i64,
    ) -> Result<i64, StoreError> {
        let outcome = Outcome::of(before, after);
        let is_kept = outcome.is_kept();
        self.report.note(outcome, name);
        if is_kept { Ok(id) } else { write(self.edit, after) }
    }

    fn user(&mut self, org: OrgId, user: &file::User) -> Result<(), StoreError> {
        let name = &user.name.text;
        let id = match self.users.get(name) {
            Some(id) => *id,
            None => {
                let id = self.edit.create_user(name)?;
                self.users.insert(name.clone(), id);
                id
            }
        };
        let lang = self.edit.before().users.get(&id).and_then(|before| before.lang);
        // Of a user of two organizations the first time settles it.
        let new_lang = user.language.filter(|_| self.speakers.insert(id)).or(lang);
        let role = self.edit.before().role(id, org);
        let shown = |role: Role, lang: Option<Lang>| (role.code(), lang.map(Lang::code));
        let before = role.map(|role| shown(role, lang));
        let outcome = Outcome::of(before.as_ref(), &shown(user.role, new_lang));
        if role != Some(user.role) {
            self.edit.put_role(id, org, user.role)?;
        }
        if new_lang != lang {
            self.edit.put_user_lang(id, new_lang)?;
        }
        self.report.note(outcome, &format!("user `{name}` as {}", user.role.code()));
        user.keys.iter().try_for_each(|key| self.key(id, name, key))
    }

    fn key(&mut self, user: UserId, name: &str, key: &file::Key) -> Result<(), StoreError> {
        let id = uuid_of(key)?;
        // A user of two organizations may show the same key in both; the first time settles it.
        let Some(checked) = self.keys.remove(&id) else { return Ok(()) };
        let present = self.edit.find_key(id)?;
        let seen = checked.seen.map(|seen| (seen.user, seen.password_hash));
        if present != seen {
            return Err(refused_key(&format!("{id} has been changed in the meantime, apply the file again")));
        }
        let users = &self.edit.before().users;
        let before = present.map(|(owner, hash)| (users.get(&owner).map_or("", |owner| owner.name.as_str()), hash));
        let outcome = Outcome::of(before.as_ref(), &(name, checked.hash.clone()));
        if !outcome.is_kept() {
            self.edit.put_key(id, user, &checked.hash)?;
        }
        self.report.note(outcome, &format!("API key {id}"));
        Ok(())
    }

    /// A connection belongs to one network. Those of the file do not share one; here is the rest of the store.
    fn check_free(&self, net: &Net) -> Result<(), StoreError> {
        let directory = self.edit.before();
        let in_file = |other: &Net| {
            let org = directory.orgs.get(&other.org_id).map(|org| org.name.as_str());
            let mut orgs = self.file.organizations.iter().filter(|each| Some(each.name.text.as_str()) == org);
            // One that the file's networks no longer list has just been removed.
            let is_removed = |org: &file::Organization| self.rest == Rest::Remove && org.networks.is_there();
            orgs.any(|org| is_removed(org) || org.networks.iter().any(|each| each.name.text == other.name))
        };
        let address = net.connection.address();
        match directory.nets.values().find(|other| other.connection.address() == address && !in_file(other)) {
            None => Ok(()),
            Some(other) => Err(StoreError::Refused(format!(
                "network `{}`: `{address}` already belongs to the network `{}`, which this file does not name",
                net.name, other.name
            ))),
        }
    }

    fn net(
        &mut self,
        org: &'p file::Organization,
        org_id: OrgId,
        net: &'p file::Network,
        slug: String,
    ) -> Result<(), StoreError> {
        let name = &net.name.text;
        let before = self.edit.before().nets_of(org_id).find(|each| each.name == *name).cloned();
        let present = before.as_ref().and_then(|before| SolutionKind::from_code(&before.solution));
        let solution = net.solution.or(present).unwrap_or(SolutionKind::Standalone);
        let after = Net {
            id: before.as_ref().map_or(0, |before| before.id),
            org_id,
            name: name.clone(),
            slug,
            description: net.description.clone(),
            created_on: before.as_ref().map_or_else(clock::now, |before| before.created_on),
            disabled: disabled(
                net.disabled,
                net.disabled_by,
                net.disable_note.as_ref(),
                before.as_ref().and_then(|before| before.disabled.as_ref()),
            ),
            connection: net.connection.model(),
            is_vpn: net.connection.is_vpn(),
            sku: net.sku.clone(),
            solution: solution.code().to_owned(),
            controller_unit_id: UnitId(net.controller_modbus_unit_id),
            device_passwords: net
                .device_passwords
                .clone()
                .or_else(|| before.as_ref().map(|before| before.device_passwords.clone()))
                .unwrap_or_default(),
            max_inflight_requests: net.max_inflight_requests_num,
            request_gap_ms: net.request_gap_ms,
        };
        if before.as_ref().is_none_or(|before| before.connection.address() != after.connection.address()) {
            self.check_free(&after)?;
        }
        let id = self.put(
            &format!("network `{name}` at {}", after.connection),
            before.as_ref(),
            &after,
            |edit, net| edit.put_net(net),
            after.id,
        )?;
        let present = self.edit.before().devices_of(id).map(|device| (&device.name, &device.slug));
        let mut slugs = Slugs::of(present, net.devices.iter().map(|device| device.slug.as_ref()));
        for device in &net.devices {
            let slug = slugs.slug(&device.name.text, device.slug.as_ref())?;
            self.device(org, id, name, device, slug)?;
        }
        Ok(())
    }

    fn device(
        &mut self,
        org: &'p file::Organization,
        net: NetId,
        place: &'p str,
        device: &'p file::Device,
        slug: String,
    ) -> Result<(), StoreError> {
        let template = device.template.as_ref().and_then(|id| self.file.template(&id.value));
        let template_id = template.and_then(|template| self.templates.get(template.id.text.as_str()).copied());
        let name = &device.name.text;
        let before = self.edit.before().devices_of(net).find(|each| each.name == *name).cloned();
        let write_function = device.write_function.or(template.and_then(|template| template.write_function));
        let after = Device {
            id: before.as_ref().map_or(0, |before| before.id),
            net_id: net,
            name: name.clone(),
            slug,
            description: device.description.clone(),
            unit_id: UnitId(device.unit_id),
            disabled: disabled(
                device.disabled,
                device.disabled_by,
                device.disable_note.as_ref(),
                before.as_ref().and_then(|before| before.disabled.as_ref()),
            ),
            update_period_sec: device.update_period_sec,
            read_group_size: self.file.read_group_size(device),
            read_gap: device.read_gap,
            write_function: write_function.unwrap_or(WriteFunction::Normal),
            timeout_retries: device.modbus_timeout_retries_num,
            timeout_ms: device.timeout_ms,
            template_id,
            group: before.as_ref().and_then(|before| before.group.clone()),
        };
        let path = format!("{place} / {name}");
        let id = self.put(
            &format!("device `{path}`"),
            before.as_ref(),
            &after,
            |edit, device| edit.put_device(device),
            after.id,
        )?;
        let file = self.file;
        let present = self.edit.before().params_of(id).map(|param| (&param.name, &param.slug));
        let mut slugs = Slugs::of(present, file.parameters(device).map(|param| param.slug.as_ref()));
        for param in file.parameters(device) {
            let slug = slugs.slug(&param.name.text, param.slug.as_ref())?;
            let id = self.param(id, &path, param, slug, org.dashboard.is_some())?;
            self.params.insert([place, name, &param.name.text], id);
        }
        Ok(())
    }

    fn param(
        &mut self,
        device: DeviceId,
        place: &str,
        param: &file::Parameter,
        slug: String,
        has_dashboard: bool,
    ) -> Result<ParamId, StoreError> {
        let name = &param.name.text;
        let before = self.edit.before().params_of(device).find(|each| each.name == *name).cloned();
        let said_on_dashboard = param.is_displayed_on_dashboard.filter(|_| !has_dashboard);
        let was_on_dashboard = before.as_ref().is_some_and(|before| before.on_dashboard);
        let after = Param {
            id: before.as_ref().map_or(0, |before| before.id),
            device_id: device,
            name: name.clone(),
            slug,
            description: param.description.clone(),
            category: param.category.clone(),
            label: param.label.clone(),
            unit: param.unit.clone(),
            kind: param.register_kind,
            address: param.address,
            value_type: param.value_type.0.to_string(),
            multiplier: param.multiplier.0,
            shift: param.shift.0,
            precision: param.precision,
            bit_position: param.bit_position,
            bits_amount: param.bits_amount(),
            length: param.length(),
            not_available: param.not_available.clone(),
            min: param.min.map(|min| min.0),
            max: param.max.map(|max| max.0),
            is_tracked: param.is_tracked,
            is_programmable: param.is_programmable,
            texts: by_code(&param.texts),
            on_dashboard: said_on_dashboard.unwrap_or(was_on_dashboard),
            translations: by_code(&param.translations),
            reads_alone: !param.read_as_group,
        };
        let path = format!("parameter `{place} / {name}`");
        self.put(&path, before.as_ref(), &after, |edit, param| edit.put_param(param), after.id)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn slugs_are_transliterated_and_distinct() {
        let mut taken = BTreeSet::new();
        assert_eq!(slug_of("Main Switchboard", &mut taken), "main-switchboard");
        assert_eq!(slug_of("main switchboard!", &mut taken), "main-switchboard-2");
        assert_eq!(slug_of("Zażółć gęślą", &mut taken), "zazolc-gesla");
        assert_eq!(slug_of("Насос", &mut taken), "nasos");
        assert_eq!(slug_of("°", &mut taken), "deg");
    }

    /// A network with a connection of its own.
    fn net_named(name: &str) -> String {
        let port: u32 = name.bytes().map(u32::from).sum();
        format!("{{ name: {name}, connection: {{ kind: direct, ip: 10.0.0.7, port: {port} }} }}")
    }

    #[test]
    fn slugs_stay_with_their_names_whatever_the_order_of_lines() {
        let folder = tempfile::tempdir().unwrap();
        let store = Store::open_configuration(folder.path()).unwrap();
        let slugs = |names: &[&str]| {
            let nets: Vec<String> = names.iter().copied().map(net_named).collect();
            let text = format!("organizations: [ {{ name: Works, networks: [ {} ] }} ]", nets.join(", "));
            let file = File::parse(&text).unwrap_or_else(|faults| panic!("{faults:?}"));
            apply(&store, &file, false).unwrap();
            let directory = store.directory();
            let slug_of = |name: &&str| directory.nets.values().find(|net| net.name == *name).unwrap().slug.clone();
            names.iter().map(slug_of).collect::<Vec<_>>()
        };
        assert_eq!(slugs(&["Hall", "HALL"]), ["hall", "hall-2"]);
        assert_eq!(slugs(&["HALL", "Hall"]), ["hall-2", "hall"]);
        assert_eq!(slugs(&["hall", "HALL", "Hall"]), ["hall-3", "hall-2", "hall"]);
        // Another name is another network to a file.
        assert_eq!(slugs(&["Old Hall"]), ["old-hall"]);
        for slug in ["hall-3", "old-hall"] {
            let reference = format!("conn?{slug}");
            assert!(parabus_core::reference::Reference::parse(&reference).is_ok(), "{reference}");
        }
    }

    #[test]
    fn applying_twice_changes_nothing_and_a_change_is_told() {
        let text = "organizations:\n  - name: Works\n    users:\n      - { name: Ann, role: owner, keys: [ { apiKey: 513cf747-eb5c-4d5f-931f-d22c9872c73c, password: secret-word } ] }\n    networks:\n      - name: Hall\n        connection: { kind: direct, ip: 127.0.0.1, port: 5020 }\n        devices:\n          - name: Meter\n            modbusUnitId: 1\n            parameters:\n              - { name: Voltage, registerKind: input, address: 0, type: f32-be }\n";
        let folder = tempfile::tempdir().unwrap();
        let store = Store::open_configuration(folder.path()).unwrap();
        let run = |text: &str, dry| {
            let file = File::parse(text).unwrap_or_else(|faults| panic!("{faults:?}"));
            apply(&store, &file, dry).unwrap().to_string()
        };
        assert!(run(text, true).ends_with("6 would be created, 0 would be changed, 0 as they were\n"));
        assert!(store.directory().orgs.is_empty());
        assert!(run(text, false).ends_with("6 created, 0 changed, 0 as they were\n"));
        let revision = store.directory().revision;
        assert_eq!(run(text, false), "0 created, 0 changed, 6 as they were\n");
        assert_eq!(store.directory().revision, revision);
        let report = run(&text.replace("f32-be", "u16-be"), false);
        assert_eq!(
            report,
            "~ parameter `Hall / Meter / Voltage`\n    type: f32-be → u16-be\n0 created, 1 changed, 5 as they were\n"
        );
    }

    fn applied(store: &Store, text: &str) -> Result<String, StoreError> {
        let file = File::parse(text).unwrap_or_else(|faults| panic!("{faults:?}"));
        apply(store, &file, false).map(|report| report.to_string())
    }

    const KEY: &str = "{ apiKey: 513cf747-eb5c-4d5f-931f-d22c9872c73c, password: secret-word }";

    #[test]
    fn one_user_of_two_new_organizations_is_created_once() {
        let folder = tempfile::tempdir().unwrap();
        let store = Store::open_configuration(folder.path()).unwrap();
        let org = |name| format!("  - {{ name: {name}, users: [ {{ name: ann, role: owner, keys: [ {KEY} ] }} ] }}\n");
        let text = format!("organizations:\n{}{}", org("One"), org("Two"));
        assert!(applied(&store, &text).unwrap().ends_with("5 created, 0 changed, 0 as they were\n"));
        let directory = store.directory();
        assert_eq!(directory.users.len(), 1);
        assert_eq!(directory.users.values().next().unwrap().roles.len(), 2);
        assert!(applied(&store, &text).unwrap().ends_with("0 created, 0 changed, 5 as they were\n"));
    }

    #[test]
    fn names_with_one_slug_get_two_and_keep_them_whatever_their_order() {
        let folder = tempfile::tempdir().unwrap();
        let store = Store::open_configuration(folder.path()).unwrap();
        let text = |names: [&str; 2]| {
            let [a, b] = names.map(net_named);
            format!("organizations:\n  - {{ name: A b, networks: [ {a}, {b} ] }}\n  - {{ name: A-b }}\n")
        };
        applied(&store, &text(["Hall 1", "Hall-1"])).unwrap();
        let directory = store.directory();
        assert_eq!(directory.orgs.values().map(|org| org.slug.as_str()).collect::<Vec<_>>(), ["a-b", "a-b-2"]);
        assert_eq!(directory.nets.values().map(|net| net.slug.as_str()).collect::<Vec<_>>(), ["hall-1", "hall-1-2"]);
        let report = applied(&store, &text(["Hall-1", "Hall 1"])).unwrap();
        assert_eq!(report, "0 created, 0 changed, 4 as they were\n");
    }

    #[test]
    fn a_connection_belongs_to_one_network() {
        let folder = tempfile::tempdir().unwrap();
        let store = Store::open_configuration(folder.path()).unwrap();
        let net = |name: &str, ip: &str| format!("{{ name: {name}, connection: {{ kind: direct, ip: {ip} }} }}");
        let of = |org: &str, nets: &[String]| format!("  - {{ name: {org}, networks: [ {} ] }}\n", nets.join(", "));
        let file = |orgs: &[String]| format!("organizations:\n{}", orgs.concat());
        let lines = |text: String| {
            let faults = File::parse(&text).err().unwrap().into_iter();
            let lines = faults.map(|(place, text)| format!("{}: {text}", place.unwrap_or_default().line));
            lines.collect::<Vec<_>>()
        };
        let twice = file(&[of("A", &[net("One", "10.0.0.1"), net("Two", "10.0.0.1")])]);
        let want = |place: &str| format!("{place}.connection: `10.0.0.1:502` already belongs to the network `One`");
        assert_eq!(lines(twice), [want("2: organizations[0].networks[1]")]);
        let foreign = file(&[of("A", &[net("One", "10.0.0.1")]), of("B", &[net("Two", "10.0.0.1")])]);
        assert_eq!(lines(foreign), [want("3: organizations[1].networks[0]")]);
        // Two networks may change places; a network that is not in the file keeps its own.
        applied(&store, &file(&[of("A", &[net("One", "10.0.0.1"), net("Two", "10.0.0.2")])])).unwrap();
        let swapped = file(&[of("A", &[net("One", "10.0.0.2"), net("Two", "10.0.0.1")])]);
        assert!(applied(&store, &swapped).unwrap().ends_with("0 created, 2 changed, 1 as they were\n"));
        let refused = applied(&store, &file(&[of("B", &[net("Three", "10.0.0.1")])])).unwrap_err().to_string();
        assert!(refused.contains("`10.0.0.1:502` already belongs to the network `Two`"), "{refused}");
        assert_eq!(store.directory().nets.len(), 2);
    }

    #[test]
    fn one_key_of_two_users_is_refused() {
        let user = |name| format!("{{ name: {name}, role: owner, keys: [ {KEY} ] }}");
        let text = format!("organizations:\n  - {{ name: Works, users: [ {}, {} ] }}\n", user("ann"), user("bob"));
        let faults = File::parse(&text).err().unwrap();
        assert!(faults[0].1.contains("apiKey: stands under `ann` and under `bob`"), "{faults:?}");
        let text = text.replace("bob", "ann").replace("- { name: Works, users: [ ", "- { name: A, users: [ ");
        let text = text.replacen(" }, { name: ann", " } ] }\n  - { name: B, users: [ { name: ann", 1);
        let other = text.replacen("secret-word", "another-word", 1);
        assert!(File::parse(&text).is_ok());
        let faults = File::parse(&other).err().unwrap();
        assert!(faults[0].1.contains("password: differs"), "{faults:?}");
    }

    #[test]
    fn every_kind_of_connection_is_kept_and_shown() {
        let folder = tempfile::tempdir().unwrap();
        let store = Store::open_configuration(folder.path()).unwrap();
        let run = |connection: &str| {
            let text = format!(
                "organizations: [ {{ name: Works, networks: [ {{ name: Hall, connection: {{ {connection} }} }} ] }} ]"
            );
            let file = File::parse(&text).unwrap_or_else(|faults| panic!("{faults:?}"));
            let report = apply(&store, &file, false).unwrap().to_string();
            assert!(apply(&store, &file, false).unwrap().to_string().starts_with("0 created, 0 changed"));
            report.lines().find(|line| line.contains("network")).map(str::to_owned).unwrap_or_default()
        };
        for (connection, want) in [
            ("kind: direct, ip: 10.0.0.7", "+ network `Hall` at tcp 10.0.0.7:502"),
            ("kind: direct, ip: 10.0.0.7, port: 4001, framing: rtu", "~ network `Hall` at rtu over tcp 10.0.0.7:4001"),
            ("kind: serial, path: /dev/ttyS0", "~ network `Hall` at serial /dev/ttyS0 9600 8N1"),
            (
                "kind: serial, path: /dev/ttyUSB0, baud: 19200, parity: even, stopBits: 2",
                "~ network `Hall` at serial /dev/ttyUSB0 19200 8E2",
            ),
            ("kind: backward, mac: D8-80-39-4E-8D-E9", "~ network `Hall` at backward d8:80:39:4e:8d:e9"),
            ("kind: vpn, ip: 10.0.0.7, framing: tcp", "~ network `Hall` at tcp 10.0.0.7:502"),
            ("kind: direct, ip: 10.0.0.7", "~ network `Hall` at tcp 10.0.0.7:502"),
        ] {
            assert_eq!(run(connection), want);
        }
    }
}
