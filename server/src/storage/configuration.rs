//! The configuration from its tables into a snapshot.

use std::collections::BTreeMap;
use std::sync::OnceLock;

use parabus_core::aggregate::Rate;
use parabus_core::alert::{Logic, Stage};
use parabus_core::modbus::{RegisterKind, UnitId, WriteFunction};
use parabus_core::time::Instant;
use parabus_core::value::{Decimal, Lang};
use rusqlite::{Connection, Row};
use uuid::Uuid;

use super::StoreError;
use crate::alarm::message::Channel;
use crate::alarm::model::{
    Alert, AlertAction, AlertCondition, AlertFollowUp, ConditionKind, Contact, Level, Recipient,
};
use crate::energy::{EnergyTree, Sensor, Tariff};
use crate::model::{
    ConnectCode, Connection as Link, Device, Directory, Disabled, DisabledBy, Framing, Mac, Net, Notification, Org,
    Param, Parity, ReadGroup, Role, SerialPort, SmsSettings, Template, User, Vis,
};
use crate::report::Report;

/// Reads a code that the store wrote; an unknown one comes from another version.
fn read<T>(field: &'static str, text: String, parse: impl FnOnce(&str) -> Option<T>) -> Result<T, StoreError> {
    parse(&text).ok_or(StoreError::Content { field, text })
}

fn lang(text: String) -> Result<Lang, StoreError> {
    read("a language", text, |text| Lang::from_code(text).ok())
}

fn decimal(text: String) -> Result<Decimal, StoreError> {
    read("a decimal number", text, |text| Decimal::parse(text).ok())
}

fn json<T: serde::de::DeserializeOwned>(field: &'static str, text: String) -> Result<T, StoreError> {
    read(field, text, |text| serde_json::from_str(text).ok())
}

/// Every row of a query through a function that may refuse it.
fn rows<T>(
    connection: &Connection,
    sql: &str,
    mut each: impl FnMut(&Row<'_>) -> Result<T, StoreError>,
) -> Result<Vec<T>, StoreError> {
    let mut statement = connection.prepare_cached(sql)?;
    let mut rows = statement.query([])?;
    let mut all = Vec::new();
    while let Some(row) = rows.next()? {
        all.push(each(row)?);
    }
    Ok(all)
}

/// The columns `disabled_on`, `disabled_by`, `disable_note`.
fn disabled(row: &Row<'_>) -> Result<Option<Disabled>, StoreError> {
    let Some(on) = row.get::<_, Option<i64>>("disabled_on")? else { return Ok(None) };
    let by = row.get::<_, Option<String>>("disabled_by")?.unwrap_or_default();
    let by = read("who disabled", by, DisabledBy::from_code)?;
    Ok(Some(Disabled { on: Instant::from_millis(on), by, note: row.get("disable_note")? }))
}

pub fn load(connection: &Connection) -> Result<Directory, StoreError> {
    let revision =
        connection.query_row("SELECT value FROM meta WHERE key = 'config_revision'", [], |row| row.get(0))?;
    let by_id = |orgs: Vec<Org>| orgs.into_iter().map(|org| (org.id, org)).collect();
    let orgs = rows(connection, "SELECT * FROM org", |row| {
        Ok(Org { id: row.get("id")?, name: row.get("name")?, slug: row.get("slug")?, lang: lang(row.get("lang")?)? })
    })?;
    let nets = rows(connection, "SELECT * FROM net", net)?.into_iter().map(|net| (net.id, net)).collect();
    let mut devices: BTreeMap<_, _> =
        rows(connection, "SELECT * FROM device", device)?.into_iter().map(|device| (device.id, device)).collect();
    for (device, group) in groups(connection)? {
        devices.entry(device).and_modify(|device: &mut Device| device.group = Some(group));
    }
    let params = rows(connection, "SELECT * FROM param", param)?;
    let dashboards = dashboards(connection)?;
    let visualizations = rows(
        connection,
        "SELECT id, org_id, name, slug, description, created_on, on_dashboard FROM vis",
        visualization,
    )?;
    let templates = rows(connection, "SELECT * FROM template", template)?;
    let sku_templates =
        rows(connection, "SELECT sku, template_id FROM sku_template", |row| Ok((row.get(0)?, row.get(1)?)))?;
    let connect_codes = rows(connection, "SELECT * FROM connect_code", connect_code)?;
    let notifications = rows(connection, "SELECT * FROM notification", notification)?;
    let sms = rows(connection, "SELECT * FROM sms_settings", |row| {
        let monthly_limit = row.get::<_, Option<String>>("monthly_limit")?.map(decimal).transpose()?;
        Ok((row.get("org_id")?, SmsSettings { is_disabled: row.get("is_disabled")?, monthly_limit }))
    })?;
    let contacts = rows(connection, "SELECT * FROM org_contact", |row| {
        Ok((row.get("org_id")?, Contact { email: row.get("email")?, phone: row.get("phone")? }))
    })?;
    let reports = rows(connection, "SELECT * FROM report", report)?;
    let sensors: BTreeMap<_, _> =
        rows(connection, "SELECT * FROM sensor", sensor)?.into_iter().map(|sensor| (sensor.id, sensor)).collect();
    let mut trees: BTreeMap<_, _> =
        rows(connection, "SELECT * FROM energy_tree", tree)?.into_iter().map(|tree| (tree.id, tree)).collect();
    for tree in trees.values_mut() {
        tree.branches.iter_mut().for_each(|branch| branch.sensors.retain(|id| sensors.contains_key(id)));
    }
    let tariffs = rows(connection, "SELECT * FROM tariff", |row| Ok((row.get("org_id")?, tariff(row)?)))?;
    Ok(Directory {
        revision,
        orgs: by_id(orgs),
        users: users(connection)?,
        nets,
        devices,
        params: params.into_iter().map(|param| (param.id, param)).collect(),
        dashboards,
        visualizations: visualizations.into_iter().map(|vis| (vis.id, vis)).collect(),
        templates: templates.into_iter().map(|template| (template.id, template)).collect(),
        sku_templates: sku_templates.into_iter().collect(),
        connect_codes: connect_codes.into_iter().map(|code| (code.code.clone(), code)).collect(),
        notifications: notifications.into_iter().map(|each| (each.id, each)).collect(),
        trees,
        sensors,
        tariffs: tariffs.into_iter().collect(),
        reports: reports.into_iter().map(|report| (report.id, report)).collect(),
        sms: sms.into_iter().collect(),
        alerts: alerts(connection)?,
        contacts: contacts.into_iter().collect(),
        index: OnceLock::new(),
    })
}

/// The widgets of each organization in their order.
fn dashboards(connection: &Connection) -> Result<BTreeMap<i64, Vec<i64>>, StoreError> {
    let widgets = rows(
        connection,
        "SELECT net.org_id, param.id FROM param JOIN device ON device.id = device_id JOIN net ON net.id = net_id
         WHERE on_dashboard ORDER BY dashboard_place IS NULL, dashboard_place, param.id",
        |row| Ok((row.get(0)?, row.get(1)?)),
    )?;
    let mut dashboards = BTreeMap::<_, Vec<_>>::new();
    for (org, param) in widgets {
        dashboards.entry(org).or_default().push(param);
    }
    Ok(dashboards)
}

fn alerts(connection: &Connection) -> Result<BTreeMap<i64, Alert>, StoreError> {
    let all = rows(connection, "SELECT * FROM alert", |row| {
        Ok(Alert {
            id: row.get("id")?,
            org_id: row.get("org_id")?,
            name: row.get("name")?,
            slug: row.get("slug")?,
            description: row.get("description")?,
            logic: read("a logic", row.get("logic")?, |text| Logic::from_code(text).ok())?,
            level: read("a level", row.get("level")?, Level::from_code)?,
            conditions: Vec::new(),
            actions: Vec::new(),
            follow_ups: Vec::new(),
        })
    })?;
    let mut all: BTreeMap<i64, Alert> = all.into_iter().map(|alert| (alert.id, alert)).collect();
    let conditions = rows(connection, "SELECT * FROM alert_condition ORDER BY alert_id, place", |row| {
        let threshold = row.get::<_, Option<String>>("threshold")?.map(decimal).transpose()?;
        let kind = read("a condition", row.get("kind")?, |code| ConditionKind::of(code, threshold))?;
        Ok((row.get("alert_id")?, AlertCondition { id: row.get("id")?, param: row.get("param_id")?, kind }))
    })?;
    let actions = rows(connection, "SELECT * FROM alert_action ORDER BY alert_id, place", |row| {
        let channel = row.get::<_, Option<String>>("channel")?.map(channel).transpose()?;
        let address: Option<String> = row.get("recipient")?;
        let recipient = channel.zip(address).map(|(channel, address)| Recipient { channel, address });
        let action = AlertAction { id: row.get("id")?, timeout_minutes: row.get("minutes")?, recipient };
        Ok((row.get("alert_id")?, action))
    })?;
    let follow_ups = rows(connection, "SELECT * FROM alert_follow_up ORDER BY alert_id, place", |row| {
        let recipient = Recipient { channel: channel(row.get("channel")?)?, address: row.get("recipient")? };
        let follow_up = AlertFollowUp {
            id: row.get("id")?,
            stage: read("a stage", row.get("stage")?, |text| Stage::from_code(text).ok())?,
            timeout_minutes: row.get("minutes")?,
            recipient,
        };
        Ok((row.get("alert_id")?, follow_up))
    })?;
    let mut add = |id: i64, put: &mut dyn FnMut(&mut Alert)| {
        if let Some(alert) = all.get_mut(&id) {
            put(alert);
        }
    };
    conditions.into_iter().for_each(|(id, each)| add(id, &mut |alert| alert.conditions.push(each.clone())));
    actions.into_iter().for_each(|(id, each)| add(id, &mut |alert| alert.actions.push(each.clone())));
    follow_ups.into_iter().for_each(|(id, each)| add(id, &mut |alert| alert.follow_ups.push(each.clone())));
    Ok(all)
}

fn tariff(row: &Row<'_>) -> Result<Tariff, StoreError> {
    let rates: Vec<(u8, u16, u16, i64)> = json("rates of a tariff", row.get("rates")?)?;
    let rates = rates.into_iter().map(|(days, from_minute, until_minute, micro_eur_per_kwh)| Rate {
        days,
        from_minute,
        until_minute,
        micro_eur_per_kwh,
    });
    Ok(Tariff { time_zone: row.get("time_zone")?, rates: rates.collect() })
}

fn channel(text: String) -> Result<Channel, StoreError> {
    read("a channel", text, Channel::from_code)
}

fn notification(row: &Row<'_>) -> Result<Notification, StoreError> {
    Ok(Notification {
        id: read("a notification's id", row.get("id")?, |text| Uuid::parse_str(text).ok())?,
        texts: json("texts of a notification", row.get("texts")?)?,
        is_enabled: row.get("is_enabled")?,
    })
}

fn report(row: &Row<'_>) -> Result<Report, StoreError> {
    Ok(Report {
        id: read("a report's id", row.get("id")?, |text| Uuid::parse_str(text).ok())?,
        org_id: row.get("org_id")?,
        name: row.get("name")?,
        branches: json("branches of a report", row.get("branches")?)?,
        turn: row.get("turn")?,
    })
}

fn tree(row: &Row<'_>) -> Result<EnergyTree, StoreError> {
    Ok(EnergyTree {
        id: read("a tree's id", row.get("id")?, |text| Uuid::parse_str(text).ok())?,
        org_id: row.get("org_id")?,
        name: row.get("name")?,
        description: row.get("description")?,
        branches: json("branches of a tree", row.get("branches")?)?,
    })
}

fn sensor(row: &Row<'_>) -> Result<Sensor, StoreError> {
    Ok(Sensor {
        id: read("a sensor's id", row.get("id")?, |text| Uuid::parse_str(text).ok())?,
        device_id: row.get("device_id")?,
        index: row.get("idx")?,
        name: row.get("name")?,
        description: row.get("description")?,
        is_three_phase: row.get("is_three_phase")?,
        serial_number: row.get("serial_number")?,
    })
}

fn visualization(row: &Row<'_>) -> Result<Vis, StoreError> {
    Ok(Vis {
        id: row.get("id")?,
        org_id: row.get("org_id")?,
        name: row.get("name")?,
        slug: row.get("slug")?,
        description: row.get("description")?,
        created_on: Instant::from_millis(row.get("created_on")?),
        on_dashboard: row.get("on_dashboard")?,
    })
}

fn template(row: &Row<'_>) -> Result<Template, StoreError> {
    Ok(Template {
        id: row.get("id")?,
        name: row.get("name")?,
        org_id: row.get("org_id")?,
        manufacturer: row.get("manufacturer")?,
        version: row.get("version")?,
        category: row.get("category")?,
        description: row.get("description")?,
        read_group_size: row.get("read_group_size")?,
        write_function: read("a write function", row.get("write_function")?, WriteFunction::from_code)?,
        params: json("parameters of a template", row.get("param_list")?)?,
    })
}

fn connect_code(row: &Row<'_>) -> Result<ConnectCode, StoreError> {
    let ip = |text: Option<String>| text.map(|text| read("an address", text, |text| text.parse().ok())).transpose();
    Ok(ConnectCode {
        code: row.get("code")?,
        mac: read("a hardware address", row.get("mac")?, Mac::parse)?,
        device_passwords: json("device passwords", row.get("device_passwords")?)?,
        sku: row.get("sku")?,
        vpn_ip: ip(row.get("vpn_ip")?)?,
        port: row.get("port")?,
        modbus_id: row.get::<_, Option<u8>>("modbus_id")?.map(UnitId),
    })
}

fn users(connection: &Connection) -> Result<BTreeMap<i64, User>, StoreError> {
    let users = rows(connection, "SELECT * FROM app_user", |row| {
        let lang = row.get::<_, Option<String>>("lang")?.map(lang).transpose()?;
        Ok(User { id: row.get("id")?, name: row.get("name")?, lang, roles: BTreeMap::new() })
    })?;
    let mut users: BTreeMap<_, _> = users.into_iter().map(|user| (user.id, user)).collect();
    let memberships = rows(connection, "SELECT * FROM membership", |row| {
        let role = read("a role", row.get("role")?, Role::from_code)?;
        Ok((row.get::<_, i64>("user_id")?, row.get::<_, i64>("org_id")?, role))
    })?;
    for (user, org, role) in memberships {
        if let Some(user) = users.get_mut(&user) {
            user.roles.insert(org, role);
        }
    }
    Ok(users)
}

fn net(row: &Row<'_>) -> Result<Net, StoreError> {
    Ok(Net {
        id: row.get("id")?,
        org_id: row.get("org_id")?,
        name: row.get("name")?,
        slug: row.get("slug")?,
        description: row.get("description")?,
        created_on: Instant::from_millis(row.get("created_on")?),
        disabled: disabled(row)?,
        connection: link(row)?,
        is_vpn: row.get("is_vpn")?,
        sku: row.get("sku")?,
        solution: row.get("solution")?,
        controller_unit_id: UnitId(row.get("controller_unit_id")?),
        device_passwords: json("device passwords", row.get("device_passwords")?)?,
        max_inflight_requests: row.get("max_inflight_requests")?,
        request_gap_ms: row.get("request_gap_ms")?,
    })
}

fn link(row: &Row<'_>) -> Result<Link, StoreError> {
    let host = row.get("host")?;
    let framing: String = row.get("framing")?;
    if framing == "serial" {
        return Ok(Link::Serial(SerialPort {
            path: host,
            baud: row.get("baud")?,
            parity: read("a parity", row.get("parity")?, Parity::from_code)?,
            stop_bits: row.get("stop_bits")?,
        }));
    }
    if framing == "backward" {
        return Ok(Link::Backward(read("a hardware address", host, Mac::parse)?));
    }
    Ok(Link::Direct { host, port: row.get("port")?, framing: read("a framing", framing, Framing::from_code)? })
}

fn device(row: &Row<'_>) -> Result<Device, StoreError> {
    Ok(Device {
        id: row.get("id")?,
        net_id: row.get("net_id")?,
        name: row.get("name")?,
        slug: row.get("slug")?,
        description: row.get("description")?,
        unit_id: UnitId(row.get("unit_id")?),
        disabled: disabled(row)?,
        update_period_sec: row.get("update_period_sec")?,
        read_group_size: row.get("read_group_size")?,
        read_gap: row.get("read_gap")?,
        write_function: read("a write function", row.get("write_function")?, WriteFunction::from_code)?,
        timeout_retries: row.get("timeout_retries")?,
        timeout_ms: row.get("timeout_ms")?,
        template_id: row.get("template_id")?,
        group: None,
    })
}

fn param(row: &Row<'_>) -> Result<Param, StoreError> {
    let limit = |text: Option<String>| text.map(decimal).transpose();
    Ok(Param {
        id: row.get("id")?,
        device_id: row.get("device_id")?,
        name: row.get("name")?,
        slug: row.get("slug")?,
        description: row.get("description")?,
        category: row.get("category")?,
        label: row.get("label")?,
        unit: row.get("unit")?,
        kind: read("a register kind", row.get("kind")?, RegisterKind::from_code)?,
        address: row.get("address")?,
        value_type: row.get("value_type")?,
        multiplier: decimal(row.get("multiplier")?)?,
        shift: decimal(row.get("shift")?)?,
        precision: row.get("precision")?,
        bit_position: row.get("bit_position")?,
        bits_amount: row.get("bits_amount")?,
        length: row.get("length")?,
        not_available: raw_codes(row.get("not_available")?)?,
        min: limit(row.get("min")?)?,
        max: limit(row.get("max")?)?,
        is_tracked: row.get("is_tracked")?,
        is_programmable: row.get("is_programmable")?,
        texts: json("texts of values", row.get("texts")?)?,
        on_dashboard: row.get("on_dashboard")?,
        translations: json("translations of a parameter", row.get("translations")?)?,
        reads_alone: row.get("reads_alone")?,
    })
}

/// Raw bits that stand for "no value".
pub(super) fn raw_codes(text: String) -> Result<Vec<u64>, StoreError> {
    json("raw bits for no value", text)
}

/// The newest read-group of each device.
fn groups(connection: &Connection) -> Result<Vec<(i64, ReadGroup)>, StoreError> {
    let columns = rows(
        connection,
        "SELECT g.device_id, g.id, c.param_id
         FROM (SELECT device_id, max(id) AS id FROM read_group GROUP BY device_id) g
         LEFT JOIN group_column c ON c.group_id = g.id ORDER BY g.id, c.position",
        |row| Ok((row.get::<_, i64>(0)?, row.get::<_, i64>(1)?, row.get::<_, Option<i64>>(2)?)),
    )?;
    let mut groups: Vec<(i64, ReadGroup)> = Vec::new();
    for (device, id, param) in columns {
        match groups.last_mut() {
            Some((_, group)) if group.id == id => group.params.extend(param),
            _ => groups.push((device, ReadGroup { id, params: param.into_iter().collect() })),
        }
    }
    // A device without tracked parameters has an empty newest group.
    groups.retain(|(_, group)| !group.params.is_empty());
    Ok(groups)
}
