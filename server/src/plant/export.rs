//! Writes the configuration back as a plant file: applied to an empty store, it gives the same one, but for
//! the numbers of objects and the moments at which they were made.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use parabus_core::modbus::{RegisterKind, WriteFunction};
use parabus_core::value::{DataType, Decimal, Lang};
use uuid::Uuid;

use super::alert;
use super::apply::slug_of;
use super::file::{
    ConnectCode, Connection, Device, Exact, File, GlobalNotification, Key, Language, Name, Network, Organization,
    Parameter, Secret, Section, Sms, Spanned, Tariff, TypeCode, User, Visualization, Widget,
};
use super::solution::SolutionKind;
use super::template::Template;
use crate::model::{self, ApiKey, Directory, OrgId, Param, TemplateId, TemplateParam};
use crate::storage::{Edit, Store, StoreError};

/// What of the configuration is written.
#[derive(Clone, Copy, Debug)]
pub struct Selection<'s> {
    /// One organization by its name, with the templates that its devices are made from.
    pub org: Option<&'s str>,
    /// Hashes of keys' passwords, and the passwords of devices.
    pub has_secrets: bool,
}

/// The plant file as YAML, and what the store holds that no plant file says.
pub fn export(store: &Store, selection: Selection<'_>) -> Result<(String, Vec<String>), StoreError> {
    store.configure(false, |edit| {
        let mut export = Export::new(edit, selection)?;
        let file = export.file()?;
        let text = serde_saphyr::to_string(&file).map_err(|error| refused(&error.to_string()))?;
        Ok((format!("{}{text}", heading(selection)), export.left_out))
    })
}

fn heading(selection: Selection<'_>) -> &'static str {
    match (selection.org, selection.has_secrets) {
        (None, true) => "# Holds secrets: keep it as such.\n",
        (None, false) => "",
        // The templates that others use are not in it.
        (Some(_), true) => "# A part of the configuration, not for `--prune`. Holds secrets: keep it as such.\n",
        (Some(_), false) => "# A part of the configuration, not for `--prune`.\n",
    }
}

fn refused(text: &str) -> StoreError {
    StoreError::Refused(format!("export: {text}"))
}

/// Which of some names have to say their slug, because another would be made from them in this order.
pub(super) fn said_slugs<'n>(siblings: &[(&'n str, &'n str)]) -> BTreeSet<&'n str> {
    let mut said: BTreeSet<&str> = BTreeSet::new();
    loop {
        let is_said = |name: &str| said.contains(name);
        let mut taken: BTreeSet<String> =
            siblings.iter().filter(|(name, _)| is_said(name)).map(|(_, slug)| (*slug).to_owned()).collect();
        let others = siblings.iter().filter(|(name, _)| !is_said(name));
        let wrong: Vec<&str> =
            others.filter(|(name, slug)| slug_of(name, &mut taken) != *slug).map(|(name, _)| *name).collect();
        if wrong.is_empty() {
            return said;
        }
        said.extend(wrong);
    }
}

fn section<T>(entries: Vec<T>) -> Section<Vec<T>> {
    if entries.is_empty() { Section::default() } else { Section::of(entries) }
}

fn by_language<T: Clone>(of_languages: &BTreeMap<String, T>) -> Result<BTreeMap<Language, T>, StoreError> {
    let entries = of_languages.iter().map(|(code, of_language)| {
        let lang =
            Lang::from_code(code).map_err(|_| StoreError::Content { field: "a language", text: code.clone() })?;
        Ok((Language(lang.code().to_owned()), of_language.clone()))
    });
    entries.collect()
}

fn decimal(text: &str) -> Result<Exact, StoreError> {
    let number = Decimal::parse(text);
    number.map(Exact).map_err(|_| StoreError::Content { field: "a decimal number", text: text.to_owned() })
}

fn type_code(text: &str) -> Result<TypeCode, StoreError> {
    let data_type = DataType::from_code(text);
    data_type.map(TypeCode).map_err(|_| StoreError::Content { field: "a data type", text: text.to_owned() })
}

fn of_template(param: &TemplateParam) -> Result<Parameter, StoreError> {
    let unknown = || StoreError::Content { field: "a register kind", text: param.kind.clone() };
    Ok(Parameter {
        name: Name::from(param.name.as_str()),
        slug: None,
        label: param.label.clone(),
        category: param.category.clone(),
        description: param.description.clone(),
        register_kind: RegisterKind::from_code(&param.kind).ok_or_else(unknown)?,
        address: param.address,
        value_type: type_code(&param.value_type)?,
        bit_position: param.bit_position,
        bits_amount: param.bits_amount,
        length: param.length,
        not_available: param.not_available.clone(),
        multiplier: decimal(&param.multiplier)?,
        shift: decimal(&param.shift)?,
        precision: param.precision,
        min: param.min.as_deref().map(decimal).transpose()?,
        max: param.max.as_deref().map(decimal).transpose()?,
        unit: param.unit.clone(),
        is_tracked: param.is_tracked,
        is_programmable: param.is_programmable,
        is_displayed_on_dashboard: param.on_dashboard.then_some(true),
        read_as_group: !param.reads_alone,
        texts: by_language(&param.texts)?,
        text_descriptions: by_language(&param.text_descriptions)?,
        translations: by_language(&param.translations)?,
    })
}

/// A device's own; the dashboard says whether it is shown there.
fn of_device(param: &Param) -> Result<Parameter, StoreError> {
    Ok(Parameter {
        name: Name::from(param.name.as_str()),
        slug: None,
        label: param.label.clone(),
        category: param.category.clone(),
        description: param.description.clone(),
        register_kind: param.kind,
        address: param.address,
        value_type: type_code(&param.value_type)?,
        bit_position: param.bit_position,
        bits_amount: param.bits_amount,
        length: param.length,
        not_available: param.not_available.clone(),
        multiplier: Exact(param.multiplier),
        shift: Exact(param.shift),
        precision: param.precision,
        min: param.min.map(Exact),
        max: param.max.map(Exact),
        unit: param.unit.clone(),
        is_tracked: param.is_tracked,
        is_programmable: param.is_programmable,
        is_displayed_on_dashboard: None,
        read_as_group: !param.reads_alone,
        texts: by_language(&param.texts)?,
        text_descriptions: BTreeMap::new(),
        translations: by_language(&param.translations)?,
    })
}

/// Whether a device's parameter is what its template makes of it.
fn is_as_in(template: &Parameter, own: &Parameter) -> bool {
    let of_device =
        Parameter { is_displayed_on_dashboard: None, text_descriptions: BTreeMap::new(), ..template.clone() };
    of_device == *own
}

struct Export<'e, 'c> {
    edit: &'e Edit<'c>,
    directory: &'e Directory,
    selection: Selection<'e>,
    orgs: BTreeSet<OrgId>,
    /// Ids of templates in the file; the store has none.
    templates: HashMap<TemplateId, String>,
    keys: Vec<ApiKey>,
    left_out: Vec<String>,
}

impl<'e, 'c> Export<'e, 'c> {
    fn new(edit: &'e Edit<'c>, selection: Selection<'e>) -> Result<Self, StoreError> {
        let directory = edit.before();
        let wanted = |org: &&model::Org| selection.org.is_none_or(|name| name == org.name);
        let orgs: BTreeSet<OrgId> = directory.orgs.values().filter(wanted).map(|org| org.id).collect();
        if let (Some(name), true) = (selection.org, orgs.is_empty()) {
            return Err(refused(&format!("no organization `{name}`")));
        }
        let used: BTreeSet<TemplateId> = directory
            .devices
            .values()
            .filter(|device| directory.nets.get(&device.net_id).is_some_and(|net| orgs.contains(&net.org_id)))
            .filter_map(|device| device.template_id)
            .collect();
        let mut ids = BTreeSet::new();
        let of_scope = |template: &&model::Template| match template.org_id {
            Some(org) => orgs.contains(&org),
            None => selection.org.is_none() || used.contains(&template.id),
        };
        // In the order in which they are written, so that each keeps its id in the next file.
        let mut written: Vec<&model::Template> = directory.templates.values().filter(of_scope).collect();
        written.sort_by_key(|template| (template.org_id, template.id));
        let templates = written.iter().map(|template| (template.id, slug_of(&template.name, &mut ids))).collect();
        let keys = if selection.has_secrets { edit.keys()? } else { Vec::new() };
        Ok(Export { edit, directory, selection, orgs, templates, keys, left_out: Vec::new() })
    }

    fn file(&mut self) -> Result<File, StoreError> {
        let directory = self.directory;
        let is_whole = self.selection.org.is_none();
        let mut file = File { templates: section(self.of_scope(None)?), ..File::default() };
        let mut shown = BTreeSet::new();
        let orgs: Vec<_> = directory.orgs.values().filter(|org| self.orgs.contains(&org.id)).collect();
        for org in orgs {
            file.organizations.push(self.org(org, &mut shown)?);
        }
        let slugs: Vec<_> = directory.orgs.values().map(|org| (org.name.as_str(), org.slug.as_str())).collect();
        let said = said_slugs(&slugs);
        for org in &mut file.organizations {
            let is_it = |(name, _): &&(&str, &str)| *name == org.name.text && said.contains(name);
            org.slug = slugs.iter().find(is_it).map(|(_, slug)| (*slug).to_owned());
        }
        if !is_whole {
            return Ok(file);
        }
        let mut skus = BTreeMap::new();
        for (sku, template) in &directory.sku_templates {
            if let Some(id) = self.templates.get(template) {
                skus.insert(sku.clone(), Spanned::from(id.clone()));
            }
        }
        if !skus.is_empty() {
            file.sku_templates = Section::of(skus);
        }
        file.connect_codes = section(directory.connect_codes.values().map(|code| self.connect_code(code)).collect());
        let notifications = directory.notifications.values().map(|each| {
            let texts = by_language(&each.texts)?;
            Ok(GlobalNotification { id: Spanned::from(each.id), texts, enabled: each.is_enabled })
        });
        file.global_notifications = section(notifications.collect::<Result<Vec<_>, StoreError>>()?);
        let roleless = directory.users.values().filter(|user| user.roles.is_empty());
        self.left_out.extend(roleless.map(|user| format!("user `{}`, who has no role anywhere", user.name)));
        Ok(file)
    }

    fn of_scope(&self, org: Option<OrgId>) -> Result<Vec<Template>, StoreError> {
        let of_scope = self.directory.templates.values().filter(|template| template.org_id == org);
        let written = of_scope.filter_map(|template| Some((template, self.templates.get(&template.id)?)));
        written.map(|(template, id)| Ok(Template::of(template, id, params(template)?))).collect()
    }

    fn secrets(&self, passwords: &[String]) -> Option<Vec<String>> {
        (self.selection.has_secrets && !passwords.is_empty()).then(|| passwords.to_vec())
    }

    fn connect_code(&self, code: &model::ConnectCode) -> ConnectCode {
        ConnectCode {
            code: Name::from(code.code.as_str()),
            mac: Some(code.mac),
            device_passwords: self.secrets(&code.device_passwords),
            sku: code.sku.clone(),
            vpn_ip_address: code.vpn_ip,
            port: code.port,
            modbus_id: code.modbus_id.map(|unit| unit.0),
        }
    }

    fn org(&mut self, org: &model::Org, shown: &mut BTreeSet<Uuid>) -> Result<Organization, StoreError> {
        let directory = self.directory;
        let nets: Vec<_> = directory.nets_of(org.id).collect();
        let slugs: Vec<_> = nets.iter().map(|net| (net.name.as_str(), net.slug.as_str())).collect();
        let said = said_slugs(&slugs);
        let networks = nets.into_iter().map(|net| self.net(net, said.contains(net.name.as_str())));
        let networks: Vec<Network> = networks.collect::<Result<_, _>>()?;
        let sms = directory
            .sms
            .get(&org.id)
            .map(|sms| Sms { disabled: sms.is_disabled, monthly_limit: sms.monthly_limit.map(Exact) });
        let (alerts, left_out) = alert::alerts(directory, org.id);
        self.left_out.extend(left_out.into_iter().map(|what| format!("{}: {what}", org.name)));
        Ok(Organization {
            name: Name::from(org.name.as_str()),
            slug: None,
            language: org.lang,
            sms,
            users: section(self.users(org.id, shown)),
            templates: section(self.of_scope(Some(org.id))?),
            dashboard: (!networks.is_empty()).then(|| self.dashboard(org.id)),
            networks: section(networks),
            visualizations: section(self.visualizations(org.id)?),
            contact: alert::contact(directory, org.id),
            alerts: section(alerts),
            tariff: directory.tariffs.get(&org.id).map(Tariff::of),
        })
    }

    /// By name: their numbers may be others in the store that this file makes.
    fn users(&self, org: OrgId, shown: &mut BTreeSet<Uuid>) -> Vec<User> {
        let mut users: Vec<&model::User> = self.directory.users.values().collect();
        users.sort_by(|one, other| one.name.cmp(&other.name));
        let members = users.into_iter().filter_map(|user| Some((user, *user.roles.get(&org)?)));
        let of_file = members.map(|(user, role)| {
            let keys = self.keys.iter().filter(|key| key.user == user.id && shown.insert(key.id));
            let keys = keys.map(|key| Key {
                api_key: Spanned::from(Secret::from(key.id.to_string())),
                password: None,
                password_hash: Some(Spanned::from(Secret::from(key.password_hash.clone()))),
            });
            User { name: Name::from(user.name.as_str()), role, language: user.lang, keys: section(keys.collect()) }
        });
        of_file.collect()
    }

    fn dashboard(&self, org: OrgId) -> Vec<Widget> {
        let directory = self.directory;
        let widgets = directory.dashboard(org).iter().filter_map(|id| {
            let [network, device, parameter] = alert::names(directory, *id)?;
            Some(Widget { network, device, parameter: Spanned::from(parameter) })
        });
        widgets.collect()
    }

    fn visualizations(&self, org: OrgId) -> Result<Vec<Visualization>, StoreError> {
        let viss: Vec<_> = self.directory.viss_of(org).collect();
        let slugs: Vec<_> = viss.iter().map(|vis| (vis.name.as_str(), vis.slug.as_str())).collect();
        let said = said_slugs(&slugs);
        let of_file = viss.into_iter().map(|vis| {
            let source = self.edit.vis_source(vis.id)?;
            if source.starts_with("file:") {
                return Err(refused(&format!("visualization `{}`: its source would be read as a path", vis.name)));
            }
            Ok(Visualization {
                name: Name::from(vis.name.as_str()),
                slug: said.contains(vis.name.as_str()).then(|| vis.slug.clone()),
                description: vis.description.clone(),
                source: Spanned::from(source),
                is_displayed_on_dashboard: vis.on_dashboard,
            })
        });
        of_file.collect()
    }

    fn net(&self, net: &model::Net, says_slug: bool) -> Result<Network, StoreError> {
        let devices: Vec<_> = self.directory.devices_of(net.id).collect();
        let slugs: Vec<_> = devices.iter().map(|device| (device.name.as_str(), device.slug.as_str())).collect();
        let said = said_slugs(&slugs);
        let devices = devices.into_iter().map(|device| self.device(device, said.contains(device.name.as_str())));
        let unknown = || StoreError::Content { field: "a solution", text: net.solution.clone() };
        let solution = SolutionKind::from_code(&net.solution).ok_or_else(unknown)?;
        Ok(Network {
            name: Name::from(net.name.as_str()),
            slug: says_slug.then(|| net.slug.clone()),
            description: net.description.clone(),
            connection: Connection::of(&net.connection, net.is_vpn),
            sku: net.sku.clone(),
            solution: Some(solution).filter(|kind| *kind != SolutionKind::Standalone),
            controller_modbus_unit_id: net.controller_unit_id.0,
            device_passwords: self.secrets(&net.device_passwords),
            max_inflight_requests_num: net.max_inflight_requests,
            request_gap_ms: net.request_gap_ms,
            disabled: net.disabled.as_ref().map(|_| true),
            disabled_by: net.disabled.as_ref().map(|disabled| disabled.by),
            disable_note: net.disabled.as_ref().and_then(|disabled| disabled.note.clone()),
            devices: section(devices.collect::<Result<_, _>>()?),
        })
    }

    fn device(&self, device: &model::Device, says_slug: bool) -> Result<Device, StoreError> {
        let named = device.template_id.and_then(|id| self.templates.get(&id).map(|name| (id, name)));
        let template = named.and_then(|(id, _)| self.directory.templates.get(&id));
        let (without, parameters) = self.parameters(device, template)?;
        let size = template.map_or(1, |template| template.read_group_size);
        let function = template.map_or(WriteFunction::Normal, |template| template.write_function);
        Ok(Device {
            name: Name::from(device.name.as_str()),
            slug: says_slug.then(|| device.slug.clone()),
            description: device.description.clone(),
            unit_id: device.unit_id.0,
            update_period_sec: device.update_period_sec,
            read_group_size: Some(device.read_group_size).filter(|own| *own != size),
            read_gap: device.read_gap,
            write_function: Some(device.write_function).filter(|own| *own != function),
            modbus_timeout_retries_num: device.timeout_retries,
            timeout_ms: device.timeout_ms,
            disabled: device.disabled.as_ref().map(|_| true),
            disabled_by: device.disabled.as_ref().map(|disabled| disabled.by),
            disable_note: device.disabled.as_ref().and_then(|disabled| disabled.note.clone()),
            template: named.map(|(_, name)| Spanned::from(name.clone())),
            without: without.into_iter().map(Spanned::from).collect(),
            parameters: section(parameters),
        })
    }

    /// What the device does not have of its template, and what it has of its own: first what stands in the
    /// place of a template's, in that order, as `apply` takes them.
    fn parameters(
        &self,
        device: &model::Device,
        template: Option<&model::Template>,
    ) -> Result<(Vec<String>, Vec<Parameter>), StoreError> {
        let of_template = template.map(params).transpose()?.unwrap_or_default();
        let own: Vec<&Param> = self.directory.params_of(device.id).collect();
        let find = |name: &Name| own.iter().find(|param| param.name == name.text);
        let mut without = Vec::new();
        let mut ordered: Vec<(&Param, Option<&Parameter>)> = Vec::new();
        for param in &of_template {
            match find(&param.name) {
                Some(own) => ordered.push((own, Some(param))),
                None => without.push(param.name.text.clone()),
            }
        }
        let rest = own.iter().filter(|own| of_template.iter().all(|param| param.name.text != own.name));
        ordered.extend(rest.map(|own| (*own, None)));
        let slugs: Vec<_> = ordered.iter().map(|(own, _)| (own.name.as_str(), own.slug.as_str())).collect();
        let said = said_slugs(&slugs);
        let mut parameters = Vec::new();
        for (own, of_template) in ordered {
            let mut param = of_device(own)?;
            param.slug = said.contains(own.name.as_str()).then(|| own.slug.clone());
            if !of_template.is_some_and(|of_template| is_as_in(of_template, &param)) {
                parameters.push(param);
            }
        }
        Ok((without, parameters))
    }
}

fn params(template: &model::Template) -> Result<Vec<Parameter>, StoreError> {
    template.params.iter().map(of_template).collect()
}
