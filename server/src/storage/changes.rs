//! What differs between two configurations, as lines of the audit trail.
//!
//! Every object is taken apart in full: a new field does not compile until it has been decided
//! whether it is shown or secret.

use std::collections::BTreeMap;
use std::fmt::Display;

use crate::alarm::model::{Alert, Contact};
use crate::energy::{EnergyBranch, EnergyTree, Sensor, Tariff};
use crate::model::{
    ConnectCode, Device, Directory, Disabled, Net, Notification, Org, OrgId, Param, ParamId, Role, SmsSettings,
    Template, TemplateParam, User, UserId, Vis,
};
use crate::report::{Branch, BranchValue, Report};

/// A change without its instant and author.
pub struct Change {
    pub org: Option<OrgId>,
    pub action: String,
    pub object: String,
    pub old: Option<String>,
    pub new: Option<String>,
}

/// Names and values; an empty value is one that is not set.
type Fields = Vec<(&'static str, String)>;

fn text(value: &Option<impl Display>) -> String {
    value.as_ref().map(ToString::to_string).unwrap_or_default()
}

fn disabled_text(disabled: &Option<Disabled>) -> String {
    let told = |disabled: &Disabled| match &disabled.note {
        Some(note) => format!("by {}: {note}", disabled.by.code()),
        None => format!("by {}", disabled.by.code()),
    };
    disabled.as_ref().map(told).unwrap_or_default()
}

/// Passwords of devices.
const SECRETS: &str = "devicePasswords";

/// Secrets show their number, and nothing else.
fn hidden(secrets: &[String]) -> String {
    if secrets.is_empty() { String::new() } else { format!("{} hidden", secrets.len()) }
}

/// Every change from one configuration to the next, parents before their children.
pub fn changes(before: &Directory, after: &Directory) -> Vec<Change> {
    let mut all = Vec::new();
    let place = |directory: &Directory, org: OrgId, rest: &str| {
        let org = directory.orgs.get(&org).map_or("?", |org| org.name.as_str());
        format!("{org} / {rest}")
    };
    let device_place = |directory: &Directory, device: &Device, rest: &str| {
        let net = directory.nets.get(&device.net_id);
        let net_name = net.map_or("?", |net| net.name.as_str());
        let path = format!("{net_name} / {}{rest}", device.name);
        (net.map(|net| net.org_id), net.map_or_else(|| path.clone(), |net| place(directory, net.org_id, &path)))
    };
    let mut compare = Compare { before, after, all: &mut all };
    compare.objects("organization", &before.orgs, &after.orgs, |_, org| (Some(org.id), org.name.clone()), org);
    compare.objects("user", &before.users, &after.users, |_, user| (None, user.name.clone()), user);
    compare.objects(
        "role",
        &roles(before),
        &roles(after),
        |directory, (user, org, _)| {
            let name = directory.users.get(user).map_or("?", |user| user.name.as_str());
            (Some(*org), place(directory, *org, name))
        },
        |(_, _, role)| vec![("role", role.code().to_owned())],
    );
    compare.objects(
        "template",
        &before.templates,
        &after.templates,
        |_, each| (each.org_id, format!("{} {} {}", each.manufacturer, each.name, each.version)),
        template,
    );
    compare.objects(
        "template of SKU",
        &skus(before),
        &skus(after),
        |_, (sku, _)| (None, sku.clone()),
        |(_, template)| vec![("template", template.clone())],
    );
    // The code itself opens a controller: it is a secret.
    compare.secretive(
        "connect code",
        &before.connect_codes,
        &after.connect_codes,
        |_, code| (None, format!("of {}", code.mac)),
        connect_code,
        |code| &code.device_passwords,
    );
    compare.secretive(
        "network",
        &before.nets,
        &after.nets,
        |directory, net| (Some(net.org_id), place(directory, net.org_id, &net.name)),
        net,
        |net| &net.device_passwords,
    );
    compare.objects(
        "device",
        &before.devices,
        &after.devices,
        |directory, device| device_place(directory, device, ""),
        device,
    );
    compare.objects(
        "parameter",
        &before.params,
        &after.params,
        |directory, param| match directory.devices.get(&param.device_id) {
            Some(device) => device_place(directory, device, &format!(" / {}", param.name)),
            None => (None, param.name.clone()),
        },
        param,
    );
    compare.objects(
        "dashboard",
        &dashboards(before),
        &dashboards(after),
        |directory, (org, _)| (Some(*org), place(directory, *org, "dashboard")),
        |(_, widgets)| vec![("parameters", widgets.iter().map(ToString::to_string).collect::<Vec<_>>().join(" "))],
    );
    compare.objects(
        "visualization",
        &before.visualizations,
        &after.visualizations,
        |directory, vis| (Some(vis.org_id), place(directory, vis.org_id, &vis.name)),
        vis,
    );
    compare.objects(
        "report",
        &before.reports,
        &after.reports,
        |directory, report| (Some(report.org_id), place(directory, report.org_id, &report.name)),
        report,
    );
    compare.objects(
        "tree",
        &before.trees,
        &after.trees,
        |directory, tree| (Some(tree.org_id), place(directory, tree.org_id, &tree.name)),
        tree,
    );
    compare.objects(
        "sensor",
        &before.sensors,
        &after.sensors,
        |directory, sensor| match directory.devices.get(&sensor.device_id) {
            Some(device) => device_place(directory, device, &format!(" / {}", sensor.name)),
            None => (None, sensor.name.clone()),
        },
        sensor,
    );
    compare.objects(
        "notification",
        &before.notifications,
        &after.notifications,
        |_, each| (None, each.id.to_string()),
        notification,
    );
    compare.objects(
        "short messages",
        &sms_of_orgs(before),
        &sms_of_orgs(after),
        |directory, (org, _)| (Some(*org), place(directory, *org, "short messages")),
        |(_, settings)| sms(settings),
    );
    compare.objects(
        "alert",
        &before.alerts,
        &after.alerts,
        |directory, alert| (Some(alert.org_id), place(directory, alert.org_id, &alert.name)),
        alert,
    );
    compare.objects(
        "contact",
        &contacts_of_orgs(before),
        &contacts_of_orgs(after),
        |directory, (org, _)| (Some(*org), place(directory, *org, "contact")),
        |(_, contact)| contact_fields(contact),
    );
    compare.objects(
        "tariff",
        &tariffs_of_orgs(before),
        &tariffs_of_orgs(after),
        |directory, (org, _)| (Some(*org), place(directory, *org, "tariff")),
        |(_, tariff)| tariff_fields(tariff),
    );
    all
}

struct Compare<'d> {
    before: &'d Directory,
    after: &'d Directory,
    all: &'d mut Vec<Change>,
}

impl Compare<'_> {
    fn objects<K: Ord, T: PartialEq>(
        &mut self,
        kind: &str,
        before: &BTreeMap<K, T>,
        after: &BTreeMap<K, T>,
        place: impl Fn(&Directory, &T) -> (Option<OrgId>, String),
        fields: impl Fn(&T) -> Fields,
    ) {
        self.secretive(kind, before, after, place, fields, |_| &[]);
    }

    /// Objects with passwords of devices: that these are others is told, whatever they are.
    fn secretive<K: Ord, T: PartialEq>(
        &mut self,
        kind: &str,
        before: &BTreeMap<K, T>,
        after: &BTreeMap<K, T>,
        place: impl Fn(&Directory, &T) -> (Option<OrgId>, String),
        fields: impl Fn(&T) -> Fields,
        secrets: impl Fn(&T) -> &[String],
    ) {
        let mut tell =
            |verb: &str, (org, object): (Option<OrgId>, String), old: Option<String>, new: Option<String>| {
                self.all.push(Change { org, action: format!("{verb} {kind}"), object, old, new });
            };
        for (key, now) in after {
            match before.get(key) {
                None => tell("create", place(self.after, now), None, Some(shown(&fields(now)))),
                Some(was) if was != now => {
                    let without = |fields: Fields| fields.into_iter().filter(|(name, _)| *name != SECRETS).collect();
                    let (mut fields_was, mut fields_now): (Fields, Fields) =
                        (without(fields(was)), without(fields(now)));
                    if secrets(was) != secrets(now) {
                        let others = format!("{} others hidden", secrets(now).len());
                        fields_was.push((SECRETS, hidden(secrets(was))));
                        fields_now.push((SECRETS, others));
                    }
                    let (was, new) = differing(fields_was, fields_now);
                    if was != new {
                        tell("change", place(self.after, now), Some(was), Some(new));
                    }
                }
                Some(_) => {}
            }
        }
        for (_, was) in before.iter().filter(|(key, _)| !after.contains_key(key)) {
            tell("delete", place(self.before, was), Some(shown(&fields(was))), None);
        }
    }
}

/// The fields that are set.
fn shown(fields: &Fields) -> String {
    let set = fields.iter().filter(|(_, value)| !value.is_empty());
    set.map(|(name, value)| format!("{name}={value}")).collect::<Vec<_>>().join(", ")
}

fn differing(was: Fields, now: Fields) -> (String, String) {
    let pairs = was.into_iter().zip(now).filter(|(was, now)| was != now);
    let (was, now): (Fields, Fields) = pairs.unzip();
    let all =
        |fields: Fields| fields.iter().map(|(name, value)| format!("{name}={value}")).collect::<Vec<_>>().join(", ");
    (all(was), all(now))
}

fn roles(directory: &Directory) -> BTreeMap<(UserId, OrgId), (UserId, OrgId, Role)> {
    let users = directory.users.values();
    users.flat_map(|user| user.roles.iter().map(|(org, role)| ((user.id, *org), (user.id, *org, *role)))).collect()
}

fn org(org: &Org) -> Fields {
    let Org { id: _, name, slug, lang } = org;
    vec![("name", name.clone()), ("slug", slug.clone()), ("language", lang.code().to_owned())]
}

fn user(user: &User) -> Fields {
    let User { id: _, name, lang, roles: _ } = user;
    vec![("name", name.clone()), ("language", lang.map(|lang| lang.code().to_owned()).unwrap_or_default())]
}

fn skus(directory: &Directory) -> BTreeMap<&str, (String, String)> {
    let named = directory.sku_templates.iter().map(|(sku, id)| {
        let template = directory.templates.get(id);
        let name = template.map_or_else(|| id.to_string(), |each| format!("{} {}", each.name, each.version));
        (sku.as_str(), (sku.clone(), name))
    });
    named.collect()
}

fn dashboards(directory: &Directory) -> BTreeMap<OrgId, (OrgId, Vec<ParamId>)> {
    let shown = directory.dashboards.iter().filter(|(_, widgets)| !widgets.is_empty());
    shown.map(|(org, widgets)| (*org, (*org, widgets.clone()))).collect()
}

fn sms_of_orgs(directory: &Directory) -> BTreeMap<OrgId, (OrgId, SmsSettings)> {
    directory.sms.iter().map(|(org, settings)| (*org, (*org, settings.clone()))).collect()
}

fn contacts_of_orgs(directory: &Directory) -> BTreeMap<OrgId, (OrgId, Contact)> {
    directory.contacts.iter().map(|(org, contact)| (*org, (*org, contact.clone()))).collect()
}

fn tariffs_of_orgs(directory: &Directory) -> BTreeMap<OrgId, (OrgId, Tariff)> {
    directory.tariffs.iter().map(|(org, tariff)| (*org, (*org, tariff.clone()))).collect()
}

fn tariff_fields(tariff: &Tariff) -> Fields {
    let Tariff { time_zone, rates } = tariff;
    vec![("timeZone", time_zone.clone()), ("rates", crate::energy::rates_text(rates))]
}

fn contact_fields(contact: &Contact) -> Fields {
    let Contact { email, phone } = contact;
    vec![("email", text(email)), ("phone", text(phone))]
}

fn alert(alert: &Alert) -> Fields {
    let Alert { id: _, org_id: _, name, slug, description, logic, level, conditions, actions, follow_ups } = alert;
    let of_param = |param: Option<ParamId>| param.map_or("#-".to_owned(), |param| format!("#{param}"));
    let conditions = conditions.iter().map(|each| format!("{} {}", of_param(each.param), each.kind));
    let actions = actions.iter().map(|each| {
        let to = each.recipient.as_ref().map_or_else(|| "log".to_owned(), ToString::to_string);
        format!("{} min {to}", each.timeout_minutes)
    });
    let follow_ups =
        follow_ups.iter().map(|each| format!("{} {} min {}", each.stage.code(), each.timeout_minutes, each.recipient));
    vec![
        ("name", name.clone()),
        ("slug", slug.clone()),
        ("description", text(description)),
        ("conditionLogic", logic.code().to_owned()),
        ("logAs", level.code().to_owned()),
        ("conditions", conditions.collect::<Vec<_>>().join("; ")),
        ("actions", actions.collect::<Vec<_>>().join("; ")),
        ("followUps", follow_ups.collect::<Vec<_>>().join("; ")),
    ]
}

fn template(template: &Template) -> Fields {
    let Template {
        id: _,
        org_id: _,
        name,
        manufacturer,
        version,
        category,
        description,
        read_group_size,
        write_function,
        params,
    } = template;
    let one_line = |param: &TemplateParam| serde_json::to_string(param).unwrap_or_default();
    vec![
        ("name", name.clone()),
        ("manufacturer", manufacturer.clone()),
        ("version", version.clone()),
        ("category", text(category)),
        ("description", text(description)),
        ("readGroupSize", read_group_size.to_string()),
        ("writeFunction", write_function.code().to_owned()),
        ("parameters", params.iter().map(one_line).collect::<Vec<_>>().join(" ")),
    ]
}

fn report(report: &Report) -> Fields {
    let Report { id: _, org_id: _, name, branches, turn: _ } = report;
    let told = |branch: &Branch| {
        let Branch { id, parent, name, borders, category, value } = branch;
        let value = match value {
            Some(BranchValue::Param(id)) => format!("#{id}"),
            Some(BranchValue::Formula(formula)) => formula.clone(),
            Some(BranchValue::Link(link)) => format!("linked to {link}"),
            None => "sum".to_owned(),
        };
        format!("{id} {name} below={} borders={} category={}: {value}", text(parent), text(borders), text(category))
    };
    vec![("name", name.clone()), ("branches", branches.iter().map(told).collect::<Vec<_>>().join("; "))]
}

fn tree(tree: &EnergyTree) -> Fields {
    let EnergyTree { id: _, org_id: _, name, description, branches } = tree;
    let told = |branch: &EnergyBranch| {
        let EnergyBranch { id, parent, name, sensors } = branch;
        let sensors = sensors.iter().map(ToString::to_string).collect::<Vec<_>>().join(" ");
        format!("{id} {name} below={}: {sensors}", text(parent))
    };
    vec![
        ("name", name.clone()),
        ("description", text(description)),
        ("branches", branches.iter().map(told).collect::<Vec<_>>().join("; ")),
    ]
}

fn sensor(sensor: &Sensor) -> Fields {
    let Sensor { id: _, device_id: _, index, name, description, is_three_phase, serial_number } = sensor;
    vec![
        ("sensorIdx", index.to_string()),
        ("name", name.clone()),
        ("description", text(description)),
        ("isThreePhase", is_three_phase.to_string()),
        ("serialNumber", text(serial_number)),
    ]
}

fn vis(vis: &Vis) -> Fields {
    let Vis { id: _, org_id: _, name, slug, description, created_on: _, on_dashboard } = vis;
    vec![
        ("name", name.clone()),
        ("slug", slug.clone()),
        ("description", text(description)),
        ("isDisplayedOnDashboard", on_dashboard.to_string()),
    ]
}

fn notification(notification: &Notification) -> Fields {
    let Notification { id: _, texts, is_enabled } = notification;
    vec![("texts", format!("{texts:?}")), ("enabled", is_enabled.to_string())]
}

fn sms(settings: &SmsSettings) -> Fields {
    let SmsSettings { is_disabled, monthly_limit } = settings;
    vec![("disabled", is_disabled.to_string()), ("monthlyLimit", text(monthly_limit))]
}

fn connect_code(code: &ConnectCode) -> Fields {
    let ConnectCode { code: _, mac, device_passwords, sku, vpn_ip, port, modbus_id } = code;
    vec![
        ("mac", mac.to_string()),
        (SECRETS, hidden(device_passwords)),
        ("sku", text(sku)),
        ("vpnIp", text(vpn_ip)),
        ("port", text(port)),
        ("modbusId", text(&modbus_id.map(|unit| unit.0))),
    ]
}

fn net(net: &Net) -> Fields {
    let Net {
        id: _,
        org_id: _,
        name,
        slug,
        description,
        created_on: _,
        disabled,
        connection,
        is_vpn,
        sku,
        solution,
        controller_unit_id,
        device_passwords,
        max_inflight_requests,
        request_gap_ms,
    } = net;
    vec![
        ("name", name.clone()),
        ("slug", slug.clone()),
        ("description", text(description)),
        ("disabled", disabled_text(disabled)),
        ("connection", connection.to_string()),
        ("vpn", if *is_vpn { "yes".to_owned() } else { String::new() }),
        ("sku", text(sku)),
        ("solution", solution.clone()),
        ("controllerModbusUnitId", controller_unit_id.0.to_string()),
        (SECRETS, hidden(device_passwords)),
        ("maxInflightRequests", max_inflight_requests.to_string()),
        ("requestGapMs", request_gap_ms.to_string()),
    ]
}

fn device(device: &Device) -> Fields {
    let Device {
        id: _,
        net_id: _,
        name,
        slug,
        description,
        unit_id,
        disabled,
        update_period_sec,
        read_group_size,
        read_gap,
        write_function,
        timeout_retries,
        timeout_ms,
        template_id,
        // Follows from the parameters.
        group: _,
    } = device;
    vec![
        ("name", name.clone()),
        ("slug", slug.clone()),
        ("description", text(description)),
        ("modbusUnitId", unit_id.0.to_string()),
        ("disabled", disabled_text(disabled)),
        ("updatePeriodSec", update_period_sec.to_string()),
        ("readGroupSize", read_group_size.to_string()),
        ("readGap", read_gap.to_string()),
        ("writeFunction", write_function.code().to_owned()),
        ("timeoutRetries", timeout_retries.to_string()),
        ("timeoutMs", timeout_ms.to_string()),
        ("template", text(template_id)),
    ]
}

fn param(param: &Param) -> Fields {
    let Param {
        id: _,
        device_id: _,
        name,
        slug,
        description,
        category,
        label,
        unit,
        kind,
        address,
        value_type,
        multiplier,
        shift,
        precision,
        bit_position,
        bits_amount,
        length,
        not_available,
        min,
        max,
        is_tracked,
        is_programmable,
        texts,
        // Told of the dashboard.
        on_dashboard: _,
        translations,
        reads_alone,
    } = param;
    let codes = not_available.iter().map(ToString::to_string).collect::<Vec<_>>().join(" ");
    vec![
        ("name", name.clone()),
        ("slug", slug.clone()),
        ("description", text(description)),
        ("category", text(category)),
        ("label", text(label)),
        ("unit", text(unit)),
        ("registerKind", kind.code().to_owned()),
        ("address", address.to_string()),
        ("type", value_type.clone()),
        ("multiplier", multiplier.to_string()),
        ("shift", shift.to_string()),
        ("precision", text(precision)),
        ("bitPosition", text(bit_position)),
        ("bitsAmount", text(bits_amount)),
        ("length", text(length)),
        ("notAvailable", codes),
        ("min", text(min)),
        ("max", text(max)),
        ("isTracked", is_tracked.to_string()),
        ("isProgrammable", is_programmable.to_string()),
        ("translations", if translations.is_empty() { String::new() } else { format!("{translations:?}") }),
        ("readAsGroup", (!reads_alone).to_string()),
        ("texts", if texts.is_empty() { String::new() } else { format!("{texts:?}") }),
    ]
}
