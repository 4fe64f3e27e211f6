//! Changes of the configuration inside one transaction.

use parabus_core::aggregate::Rate;
use parabus_core::value::Lang;
use rusqlite::{Connection, params};
use uuid::Uuid;

use super::audit::{self, AuditEntry};
use super::changes::{Change, changes};
use super::{StoreError, configuration};
use crate::alarm::model::{Alert, AlertId, Contact};
use crate::energy::{EnergyTree, Sensor, Tariff};
use crate::model::{
    ApiKey, ConnectCode, Connection as Link, Device, DeviceId, Directory, Disabled, Framing, Net, NetId, Notification,
    Org, OrgId, Param, ParamId, Role, SmsSettings, Template, TemplateId, UserId, Vis, VisId,
};
use crate::report::Report;

/// An open transaction and the configuration as it was when it began.
pub struct Edit<'c> {
    connection: &'c Connection,
    before: Directory,
    /// What the trail is told against, where `before` was taken anew.
    first: Option<Directory>,
    changed: bool,
    actor: String,
    /// Changes of what is no part of the snapshot: API keys, sources of visualizations.
    notes: Vec<Change>,
}

fn disabled_columns(disabled: &Option<Disabled>) -> (Option<i64>, Option<&'static str>, Option<&str>) {
    disabled.as_ref().map_or((None, None, None), |disabled| {
        (Some(disabled.on.as_millis()), Some(disabled.by.code()), disabled.note.as_deref())
    })
}

fn to_json(value: &impl serde::Serialize) -> String {
    serde_json::to_string(value).unwrap_or_default()
}

impl<'c> Edit<'c> {
    pub(super) fn new(connection: &'c Connection, before: Directory, actor: String) -> Self {
        Edit { connection, before, first: None, changed: false, actor, notes: Vec::new() }
    }

    fn note(&mut self, verb: &str, object: String) {
        let action = format!("{verb} API key");
        self.notes.push(Change { org: None, action, object, old: None, new: None });
    }

    /// Takes the configuration anew, so that what comes next is a change of what there is by now.
    pub fn settle(&mut self) -> Result<(), StoreError> {
        let now = configuration::load(self.connection)?;
        let before = std::mem::replace(&mut self.before, now);
        self.first.get_or_insert(before);
        Ok(())
    }

    /// The configuration before the change, or when it was last settled.
    pub fn before(&self) -> &Directory {
        &self.before
    }

    fn execute(&mut self, sql: &str, params: impl rusqlite::Params) -> Result<(), StoreError> {
        self.connection.prepare_cached(sql)?.execute(params)?;
        self.changed = true;
        Ok(())
    }

    /// Creates (id 0) or changes an organization.
    pub fn put_org(&mut self, org: &Org) -> Result<OrgId, StoreError> {
        let id = Some(org.id).filter(|id| *id != 0);
        self.execute(
            "INSERT INTO org (id, name, slug, lang) VALUES (?1, ?2, ?3, ?4)
             ON CONFLICT (id) DO UPDATE SET name = ?2, slug = ?3, lang = ?4",
            params![id, org.name, org.slug, org.lang.code()],
        )?;
        Ok(id.unwrap_or_else(|| self.connection.last_insert_rowid()))
    }

    /// Creates a user.
    pub fn create_user(&mut self, name: &str) -> Result<UserId, StoreError> {
        self.execute("INSERT INTO app_user (name) VALUES (?)", [name])?;
        Ok(self.connection.last_insert_rowid())
    }

    /// Gives a user a role in an organization.
    pub fn put_role(&mut self, user: UserId, org: OrgId, role: Role) -> Result<(), StoreError> {
        self.execute(
            "INSERT INTO membership (user_id, org_id, role) VALUES (?1, ?2, ?3)
             ON CONFLICT DO UPDATE SET role = ?3",
            params![user, org, role.code()],
        )
    }

    /// Hash of an API key's password, and its user.
    pub fn find_key(&self, key: Uuid) -> Result<Option<(UserId, String)>, StoreError> {
        let mut rows = self.connection.prepare_cached("SELECT user_id, password_hash FROM api_key WHERE id = ?")?;
        let mut rows = rows.query([key.to_string()])?;
        Ok(rows.next()?.map(|row| Ok::<_, rusqlite::Error>((row.get(0)?, row.get(1)?))).transpose()?)
    }

    /// Creates an API key or changes its password; sessions opened with the old one end.
    pub fn put_key(&mut self, key: Uuid, user: UserId, password_hash: &str) -> Result<(), StoreError> {
        let verb = if self.find_key(key)?.is_some() { "change" } else { "create" };
        self.note(verb, key.to_string());
        self.execute("DELETE FROM session WHERE key_id = ?", [key.to_string()])?;
        self.execute(
            "INSERT INTO api_key (id, user_id, password_hash) VALUES (?1, ?2, ?3)
             ON CONFLICT DO UPDATE SET user_id = ?2, password_hash = ?3",
            params![key.to_string(), user, password_hash],
        )
    }

    /// Every API key.
    pub fn keys(&self) -> Result<Vec<ApiKey>, StoreError> {
        let mut rows = self.connection.prepare_cached("SELECT id, user_id, password_hash FROM api_key ORDER BY id")?;
        let keys = rows.query_map([], |row| Ok((row.get::<_, String>(0)?, row.get(1)?, row.get(2)?)))?;
        keys.map(|key| {
            let (id, user, password_hash) = key?;
            let uuid = Uuid::try_parse(&id).map_err(|_| StoreError::Content { field: "an API key", text: id })?;
            Ok(ApiKey { id: uuid, user, password_hash })
        })
        .collect()
    }

    /// Takes an API key away; its sessions end. Whether there was one.
    pub fn delete_key(&mut self, key: Uuid) -> Result<bool, StoreError> {
        if self.find_key(key)?.is_none() {
            return Ok(false);
        }
        self.note("delete", key.to_string());
        self.execute("DELETE FROM api_key WHERE id = ?", [key.to_string()])?;
        Ok(true)
    }

    /// Takes a user away with all keys, sessions and roles.
    pub fn delete_user(&mut self, user: UserId) -> Result<(), StoreError> {
        self.execute("DELETE FROM app_user WHERE id = ?", [user])
    }

    /// Takes a user's role in an organization away.
    pub fn delete_role(&mut self, user: UserId, org: OrgId) -> Result<(), StoreError> {
        self.execute("DELETE FROM membership WHERE user_id = ? AND org_id = ?", [user, org])
    }

    /// Sets the language that a user is spoken to in.
    pub fn put_user_lang(&mut self, user: UserId, lang: Option<Lang>) -> Result<(), StoreError> {
        self.execute("UPDATE app_user SET lang = ? WHERE id = ?", params![lang.map(Lang::code), user])
    }

    /// Deletes a template; devices that were made from it stay.
    pub fn delete_template(&mut self, id: TemplateId) -> Result<(), StoreError> {
        self.execute("DELETE FROM template WHERE id = ?", [id])
    }

    pub fn delete_sku_template(&mut self, sku: &str) -> Result<(), StoreError> {
        self.execute("DELETE FROM sku_template WHERE sku = ?", [sku])
    }

    pub fn delete_connect_code(&mut self, code: &str) -> Result<(), StoreError> {
        self.execute("DELETE FROM connect_code WHERE code = ?", [code])
    }

    pub fn delete_notification(&mut self, id: Uuid) -> Result<(), StoreError> {
        self.execute("DELETE FROM notification WHERE id = ?", [id.to_string()])
    }

    /// Deletes a network with its devices, their parameters and all readings.
    pub fn delete_net(&mut self, id: NetId) -> Result<(), StoreError> {
        self.execute("DELETE FROM net WHERE id = ?", [id])
    }

    /// Deletes a device with its parameters and all readings.
    pub fn delete_device(&mut self, id: DeviceId) -> Result<(), StoreError> {
        self.execute("DELETE FROM device WHERE id = ?", [id])
    }

    /// Creates a report or puts it in the place of what it was, as the last one that was kept.
    pub fn put_report(&mut self, report: &Report) -> Result<(), StoreError> {
        self.execute(
            "INSERT INTO report (id, org_id, name, branches, turn)
                 VALUES (?1, ?2, ?3, ?4, (SELECT ifnull(max(turn), 0) + 1 FROM report))
             ON CONFLICT (id) DO UPDATE SET name = ?3, branches = ?4, turn = excluded.turn",
            params![report.id.to_string(), report.org_id, report.name, to_json(&report.branches)],
        )
    }

    /// Creates a tree of sensors or changes it.
    pub fn put_tree(&mut self, tree: &EnergyTree) -> Result<(), StoreError> {
        self.execute(
            "INSERT INTO energy_tree (id, org_id, name, description, branches) VALUES (?1, ?2, ?3, ?4, ?5)
             ON CONFLICT (id) DO UPDATE SET name = ?3, description = ?4, branches = ?5",
            params![tree.id.to_string(), tree.org_id, tree.name, tree.description, to_json(&tree.branches)],
        )
    }

    pub fn delete_tree(&mut self, id: Uuid) -> Result<(), StoreError> {
        self.execute("DELETE FROM energy_tree WHERE id = ?", [id.to_string()])
    }

    /// Creates a sensor or changes it.
    pub fn put_sensor(&mut self, sensor: &Sensor) -> Result<(), StoreError> {
        self.execute(
            "INSERT INTO sensor (id, device_id, idx, name, description, is_three_phase, serial_number)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)
             ON CONFLICT (id) DO UPDATE SET name = ?4, description = ?5, is_three_phase = ?6, serial_number = ?7",
            params![
                sensor.id.to_string(),
                sensor.device_id,
                sensor.index,
                sensor.name,
                sensor.description,
                sensor.is_three_phase,
                sensor.serial_number
            ],
        )
    }

    /// Deletes a sensor with all references to it.
    pub fn delete_sensor(&mut self, id: Uuid) -> Result<(), StoreError> {
        self.execute("DELETE FROM sensor WHERE id = ?", [id.to_string()])
    }

    pub fn delete_vis(&mut self, id: VisId) -> Result<(), StoreError> {
        self.execute("DELETE FROM vis WHERE id = ?", [id])
    }

    /// Creates (id 0) or changes a template.
    pub fn put_template(&mut self, template: &Template) -> Result<TemplateId, StoreError> {
        let id = Some(template.id).filter(|id| *id != 0);
        self.execute(
            "INSERT INTO template (id, org_id, name, manufacturer, version, category, description, read_group_size,
                 write_function, param_list)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)
             ON CONFLICT (id) DO UPDATE SET name = ?3, manufacturer = ?4, version = ?5, category = ?6,
                 description = ?7, read_group_size = ?8, write_function = ?9, param_list = ?10",
            params![
                id,
                template.org_id,
                template.name,
                template.manufacturer,
                template.version,
                template.category,
                template.description,
                template.read_group_size,
                template.write_function.code(),
                to_json(&template.params)
            ],
        )?;
        Ok(id.unwrap_or_else(|| self.connection.last_insert_rowid()))
    }

    /// Sets which template a controller's SKU stands for.
    pub fn put_sku_template(&mut self, sku: &str, template: TemplateId) -> Result<(), StoreError> {
        self.execute(
            "INSERT INTO sku_template (sku, template_id) VALUES (?1, ?2)
             ON CONFLICT (sku) DO UPDATE SET template_id = ?2",
            params![sku, template],
        )
    }

    /// Creates or changes what a connect code stands for.
    pub fn put_connect_code(&mut self, code: &ConnectCode) -> Result<(), StoreError> {
        self.execute(
            "INSERT INTO connect_code (code, mac, device_passwords, sku, vpn_ip, port, modbus_id)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)
             ON CONFLICT (code) DO UPDATE SET mac = ?2, device_passwords = ?3, sku = ?4, vpn_ip = ?5, port = ?6,
                 modbus_id = ?7",
            params![
                code.code,
                code.mac.to_string(),
                to_json(&code.device_passwords),
                code.sku,
                code.vpn_ip.map(|ip| ip.to_string()),
                code.port,
                code.modbus_id.map(|unit| unit.0)
            ],
        )
    }

    /// Creates (id 0) or changes a network.
    pub fn put_net(&mut self, net: &Net) -> Result<NetId, StoreError> {
        let id = Some(net.id).filter(|id| *id != 0);
        let (host, port, framing, serial) = match &net.connection {
            Link::Direct { host, port, framing: Framing::Tcp } => (host.clone(), *port, "tcp", None),
            Link::Direct { host, port, framing: Framing::Rtu } => (host.clone(), *port, "rtu", None),
            Link::Serial(serial) => (serial.path.clone(), 0, "serial", Some(serial)),
            Link::Backward(mac) => (mac.to_string(), 0, "backward", None),
        };
        let (disabled_on, disabled_by, note) = disabled_columns(&net.disabled);
        self.execute(
            "INSERT INTO net (id, org_id, name, slug, description, created_on, disabled_on, disabled_by,
                 disable_note, host, port, sku, solution, controller_unit_id, device_passwords,
                 max_inflight_requests, framing, baud, parity, stop_bits, is_vpn, request_gap_ms)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?18, ?19, ?20,
                 ?21, ?22)
             ON CONFLICT (id) DO UPDATE SET name = ?3, slug = ?4, description = ?5, disabled_on = ?7,
                 disabled_by = ?8, disable_note = ?9, host = ?10, port = ?11, sku = ?12, solution = ?13,
                 controller_unit_id = ?14, device_passwords = ?15, max_inflight_requests = ?16,
                 framing = ?17, baud = ?18, parity = ?19, stop_bits = ?20, is_vpn = ?21, request_gap_ms = ?22",
            params![
                id,
                net.org_id,
                net.name,
                net.slug,
                net.description,
                net.created_on.as_millis(),
                disabled_on,
                disabled_by,
                note,
                host,
                port,
                net.sku,
                net.solution,
                net.controller_unit_id.0,
                to_json(&net.device_passwords),
                net.max_inflight_requests,
                framing,
                serial.map(|serial| serial.baud),
                serial.map(|serial| serial.parity.code()),
                serial.map(|serial| serial.stop_bits),
                net.is_vpn,
                net.request_gap_ms
            ],
        )?;
        Ok(id.unwrap_or_else(|| self.connection.last_insert_rowid()))
    }

    /// Creates (id 0) or changes a device.
    pub fn put_device(&mut self, device: &Device) -> Result<DeviceId, StoreError> {
        let id = Some(device.id).filter(|id| *id != 0);
        let (disabled_on, disabled_by, note) = disabled_columns(&device.disabled);
        self.execute(
            "INSERT INTO device (id, net_id, name, slug, description, unit_id, disabled_on, disabled_by,
                 disable_note, update_period_sec, read_group_size, write_function, timeout_retries, timeout_ms,
                 template_id, read_gap)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16)
             ON CONFLICT (id) DO UPDATE SET name = ?3, slug = ?4, description = ?5, unit_id = ?6,
                 disabled_on = ?7, disabled_by = ?8, disable_note = ?9, update_period_sec = ?10,
                 read_group_size = ?11, write_function = ?12, timeout_retries = ?13, timeout_ms = ?14,
                 template_id = ?15, read_gap = ?16",
            params![
                id,
                device.net_id,
                device.name,
                device.slug,
                device.description,
                device.unit_id.0,
                disabled_on,
                disabled_by,
                note,
                device.update_period_sec,
                device.read_group_size,
                device.write_function.code(),
                device.timeout_retries,
                device.timeout_ms,
                device.template_id,
                device.read_gap
            ],
        )?;
        Ok(id.unwrap_or_else(|| self.connection.last_insert_rowid()))
    }

    /// Creates (id 0) or changes a parameter.
    pub fn put_param(&mut self, param: &Param) -> Result<ParamId, StoreError> {
        let id = Some(param.id).filter(|id| *id != 0);
        self.execute(
            "INSERT INTO param (id, device_id, name, slug, description, category, label, unit, kind, address,
                 value_type, bit_position, bits_amount, multiplier, shift, precision, min, max, is_tracked,
                 is_programmable, texts, on_dashboard, translations, reads_alone, length, not_available)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?18, ?19, ?20,
                 ?21, ?22, ?23, ?24, ?25, ?26)
             ON CONFLICT (id) DO UPDATE SET name = ?3, slug = ?4, description = ?5, category = ?6, label = ?7,
                 unit = ?8, kind = ?9, address = ?10, value_type = ?11, bit_position = ?12, bits_amount = ?13,
                 multiplier = ?14, shift = ?15, precision = ?16, min = ?17, max = ?18, is_tracked = ?19,
                 is_programmable = ?20, texts = ?21, on_dashboard = ?22, translations = ?23, reads_alone = ?24,
                 length = ?25, not_available = ?26, dashboard_place = CASE WHEN ?22 THEN dashboard_place END",
            params![
                id,
                param.device_id,
                param.name,
                param.slug,
                param.description,
                param.category,
                param.label,
                param.unit,
                param.kind.code(),
                param.address,
                param.value_type,
                param.bit_position,
                param.bits_amount,
                param.multiplier.to_string(),
                param.shift.to_string(),
                param.precision,
                param.min.map(|min| min.to_string()),
                param.max.map(|max| max.to_string()),
                param.is_tracked,
                param.is_programmable,
                to_json(&param.texts),
                param.on_dashboard,
                to_json(&param.translations),
                param.reads_alone,
                param.length,
                to_json(&param.not_available)
            ],
        )?;
        Ok(id.unwrap_or_else(|| self.connection.last_insert_rowid()))
    }

    /// Deletes a parameter. Cycles that hold it keep their form: the readings of its device's other
    /// parameters stand beside its own.
    pub fn delete_param(&mut self, id: ParamId) -> Result<(), StoreError> {
        self.execute("DELETE FROM last_good WHERE param_id = ?", [id])?;
        self.execute("DELETE FROM param WHERE id = ?", [id])
    }

    /// Sets the widgets of an organization's dashboard, in this order.
    pub fn put_dashboard(&mut self, org: OrgId, widgets: &[ParamId]) -> Result<(), StoreError> {
        self.execute(
            "UPDATE param SET on_dashboard = 0, dashboard_place = NULL WHERE on_dashboard AND device_id IN
                 (SELECT device.id FROM device JOIN net ON net.id = net_id WHERE org_id = ?)",
            [org],
        )?;
        for (param, place) in widgets.iter().zip(0i64..) {
            self.execute("UPDATE param SET on_dashboard = 1, dashboard_place = ? WHERE id = ?", [place, *param])?;
        }
        Ok(())
    }

    /// Creates or changes a notification.
    pub fn put_notification(&mut self, notification: &Notification) -> Result<(), StoreError> {
        self.execute(
            "INSERT INTO notification (id, texts, is_enabled) VALUES (?1, ?2, ?3)
             ON CONFLICT (id) DO UPDATE SET texts = ?2, is_enabled = ?3",
            params![notification.id.to_string(), to_json(&notification.texts), notification.is_enabled],
        )
    }

    /// Sets what an organization wants of short messages.
    pub fn put_sms_settings(&mut self, org: OrgId, settings: &SmsSettings) -> Result<(), StoreError> {
        self.execute(
            "INSERT INTO sms_settings (org_id, is_disabled, monthly_limit) VALUES (?1, ?2, ?3)
             ON CONFLICT (org_id) DO UPDATE SET is_disabled = ?2, monthly_limit = ?3",
            params![org, settings.is_disabled, settings.monthly_limit.map(|limit| limit.to_string())],
        )
    }

    /// Creates (id 0) or changes an alert. Conditions, actions and follow-ups with an id of this alert keep it,
    /// others get one.
    pub fn put_alert(&mut self, alert: &Alert) -> Result<AlertId, StoreError> {
        let id = Some(alert.id).filter(|id| *id != 0);
        self.execute(
            "INSERT INTO alert (id, org_id, name, slug, description, logic, level) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)
             ON CONFLICT (id) DO UPDATE SET name = ?3, slug = ?4, description = ?5, logic = ?6, level = ?7",
            params![
                id,
                alert.org_id,
                alert.name,
                alert.slug,
                alert.description,
                alert.logic.code(),
                alert.level.code()
            ],
        )?;
        let id = id.unwrap_or_else(|| self.connection.last_insert_rowid());
        let before = self.before.alerts.get(&id);
        let had = |ids: Option<Vec<i64>>, own: i64| Some(own).filter(|own| ids.is_some_and(|ids| ids.contains(own)));
        let conditions = before.map(|alert| alert.conditions.iter().map(|each| each.id).collect::<Vec<_>>());
        let actions = before.map(|alert| alert.actions.iter().map(|each| each.id).collect::<Vec<_>>());
        let follow_ups = before.map(|alert| alert.follow_ups.iter().map(|each| each.id).collect::<Vec<_>>());
        for table in ["alert_condition", "alert_action", "alert_follow_up"] {
            self.execute(&format!("DELETE FROM {table} WHERE alert_id = ?"), [id])?;
        }
        for (each, place) in alert.conditions.iter().zip(0i64..) {
            self.execute(
                "INSERT INTO alert_condition (id, alert_id, place, param_id, kind, threshold) VALUES (?, ?, ?, ?, ?, ?)",
                params![
                    had(conditions.clone(), each.id),
                    id,
                    place,
                    each.param,
                    each.kind.code(),
                    each.kind.threshold().map(|threshold| threshold.to_string())
                ],
            )?;
        }
        for (each, place) in alert.actions.iter().zip(0i64..) {
            self.execute(
                "INSERT INTO alert_action (id, alert_id, place, minutes, channel, recipient) VALUES (?, ?, ?, ?, ?, ?)",
                params![
                    had(actions.clone(), each.id),
                    id,
                    place,
                    each.timeout_minutes,
                    each.recipient.as_ref().map(|recipient| recipient.channel.code()),
                    each.recipient.as_ref().map(|recipient| recipient.address.as_str())
                ],
            )?;
        }
        for (each, place) in alert.follow_ups.iter().zip(0i64..) {
            self.execute(
                "INSERT INTO alert_follow_up (id, alert_id, place, stage, minutes, channel, recipient)
                 VALUES (?, ?, ?, ?, ?, ?, ?)",
                params![
                    had(follow_ups.clone(), each.id),
                    id,
                    place,
                    each.stage.code(),
                    each.timeout_minutes,
                    each.recipient.channel.code(),
                    each.recipient.address
                ],
            )?;
        }
        Ok(id)
    }

    /// Deletes an alert; its records stay in the organization's log.
    pub fn delete_alert(&mut self, id: AlertId) -> Result<(), StoreError> {
        self.execute("DELETE FROM alert WHERE id = ?", [id])
    }

    /// Sets where an organization is reached when an alert does not say.
    pub fn put_contact(&mut self, org: OrgId, contact: &Contact) -> Result<(), StoreError> {
        self.execute(
            "INSERT INTO org_contact (org_id, email, phone) VALUES (?1, ?2, ?3)
             ON CONFLICT (org_id) DO UPDATE SET email = ?2, phone = ?3",
            params![org, contact.email, contact.phone],
        )
    }

    /// Sets what energy costs an organization; one without rates is none.
    pub fn put_tariff(&mut self, org: OrgId, tariff: &Tariff) -> Result<(), StoreError> {
        if tariff.rates.is_empty() {
            return self.execute("DELETE FROM tariff WHERE org_id = ?", [org]);
        }
        let rate = |rate: &Rate| (rate.days, rate.from_minute, rate.until_minute, rate.micro_eur_per_kwh);
        let rates = to_json(&tariff.rates.iter().map(rate).collect::<Vec<_>>());
        self.execute(
            "INSERT INTO tariff (org_id, time_zone, rates) VALUES (?1, ?2, ?3)
             ON CONFLICT (org_id) DO UPDATE SET time_zone = ?2, rates = ?3",
            params![org, tariff.time_zone, rates],
        )
    }

    /// What a visualization is drawn from.
    pub fn vis_source(&self, vis: VisId) -> Result<String, StoreError> {
        let mut rows = self.connection.prepare_cached("SELECT source FROM vis WHERE id = ?")?;
        Ok(rows.query_row([vis], |row| row.get(0))?)
    }

    /// Creates (id 0) or changes a visualization.
    pub fn put_vis(&mut self, vis: &Vis, source: &str) -> Result<VisId, StoreError> {
        let id = Some(vis.id).filter(|id| *id != 0);
        let is_there = self.before.visualizations.contains_key(&vis.id);
        let before = is_there.then(|| self.vis_source(vis.id)).transpose()?;
        if let Some(before) = before.filter(|before| before != source) {
            let org = self.before.orgs.get(&vis.org_id).map_or("?", |org| org.name.as_str());
            self.notes.push(Change {
                org: Some(vis.org_id),
                action: "change visualization source".to_owned(),
                object: format!("{org} / {}", vis.name),
                old: Some(format!("{} bytes", before.len())),
                new: Some(format!("{} bytes", source.len())),
            });
        }
        self.execute(
            "INSERT INTO vis (id, org_id, name, slug, description, created_on, on_dashboard, source)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)
             ON CONFLICT (id) DO UPDATE SET name = ?3, slug = ?4, description = ?5, on_dashboard = ?7, source = ?8",
            params![
                id,
                vis.org_id,
                vis.name,
                vis.slug,
                vis.description,
                vis.created_on.as_millis(),
                vis.on_dashboard,
                source
            ],
        )?;
        Ok(id.unwrap_or_else(|| self.connection.last_insert_rowid()))
    }

    /// Opens read-groups for devices whose tracked parameters have changed and counts the revision
    /// up. Whether anything changed.
    pub(super) fn finish(mut self) -> Result<bool, StoreError> {
        if !self.changed {
            return Ok(false);
        }
        let after = configuration::load(self.connection)?;
        let at = crate::clock::now();
        let first = self.first.as_ref().unwrap_or(&self.before);
        for change in changes(first, &after).into_iter().chain(self.notes.drain(..)) {
            let Change { org, action, object, old, new } = change;
            let (actor, result) = (self.actor.clone(), "ok".to_owned());
            audit::insert(self.connection, &AuditEntry { at, actor, org, action, object, old, new, result })?;
        }
        for device in after.devices.values() {
            let tracked: Vec<&Param> =
                after.params_of(device.id).filter(|param| param.is_tracked && param.codec().is_some()).collect();
            self.refresh_group(device, &tracked)?;
        }
        self.connection.execute("UPDATE meta SET value = value + 1 WHERE key = 'config_revision'", [])?;
        Ok(true)
    }

    fn refresh_group(&self, device: &Device, tracked: &[&Param]) -> Result<(), StoreError> {
        let present = device.group.as_ref().map_or(0, |group| group.id);
        let mut columns = self.connection.prepare_cached(
            "SELECT param_id, value_type, bit, multiplier, shift, bits, length, not_available FROM group_column
             WHERE group_id = ? ORDER BY position",
        )?;
        type Column = (ParamId, String, Option<u8>, String, String, Option<u8>, Option<u8>, String);
        let kept: Vec<Column> = columns
            .query_map([present], |row| {
                let scale = (row.get(3)?, row.get(4)?);
                Ok((row.get(0)?, row.get(1)?, row.get(2)?, scale.0, scale.1, row.get(5)?, row.get(6)?, row.get(7)?))
            })?
            .collect::<Result<_, _>>()?;
        let wanted: Vec<Column> = tracked
            .iter()
            .map(|param| {
                let scale = (param.multiplier.to_string(), param.shift.to_string());
                let codes = to_json(&param.not_available);
                // The one bit of a `bit` goes without saying.
                let bits = param.bits_amount.filter(|_| param.value_type != "bit");
                let value_type = param.value_type.clone();
                (param.id, value_type, param.bit_position, scale.0, scale.1, bits, param.length, codes)
            })
            .collect();
        if kept == wanted {
            return Ok(());
        }
        self.connection.execute("INSERT INTO read_group (device_id) VALUES (?)", [device.id])?;
        let group = self.connection.last_insert_rowid();
        let mut insert = self.connection.prepare_cached(
            "INSERT INTO group_column (group_id, position, param_id, value_type, bit, multiplier, shift, bits, length,
                 not_available) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        )?;
        for (position, (param, value_type, bit, multiplier, shift, bits, length, codes)) in
            wanted.into_iter().zip(0i64..).map(|(column, position)| (position, column))
        {
            insert.execute(params![group, position, param, value_type, bit, multiplier, shift, bits, length, codes])?;
        }
        Ok(())
    }
}
