//! The tables, as an ordered list of steps; `PRAGMA user_version` counts those taken.

use rusqlite::Connection;

use super::{StoreError, readings};

const STEPS: &[&str] = &[
    "CREATE TABLE meta (key TEXT PRIMARY KEY, value INTEGER NOT NULL) WITHOUT ROWID;
     INSERT INTO meta VALUES ('config_revision', 0);
     CREATE TABLE org (
         id INTEGER PRIMARY KEY AUTOINCREMENT, name TEXT NOT NULL UNIQUE, slug TEXT NOT NULL UNIQUE,
         lang TEXT NOT NULL);
     CREATE TABLE app_user (id INTEGER PRIMARY KEY AUTOINCREMENT, name TEXT NOT NULL UNIQUE, lang TEXT);
     CREATE TABLE membership (
         user_id INTEGER NOT NULL REFERENCES app_user ON DELETE CASCADE,
         org_id INTEGER NOT NULL REFERENCES org ON DELETE CASCADE,
         role TEXT NOT NULL, PRIMARY KEY (user_id, org_id)) WITHOUT ROWID;
     CREATE TABLE api_key (
         id TEXT PRIMARY KEY, user_id INTEGER NOT NULL REFERENCES app_user ON DELETE CASCADE,
         password_hash TEXT NOT NULL) WITHOUT ROWID;
     CREATE TABLE session (
         hash BLOB PRIMARY KEY, kind TEXT NOT NULL,
         user_id INTEGER NOT NULL REFERENCES app_user ON DELETE CASCADE,
         key_id TEXT NOT NULL REFERENCES api_key ON DELETE CASCADE, expires INTEGER NOT NULL) WITHOUT ROWID;
     CREATE TABLE net (
         id INTEGER PRIMARY KEY AUTOINCREMENT, org_id INTEGER NOT NULL REFERENCES org ON DELETE CASCADE,
         name TEXT NOT NULL, slug TEXT NOT NULL, description TEXT, created_on INTEGER NOT NULL,
         disabled_on INTEGER, disabled_by TEXT, disable_note TEXT,
         host TEXT NOT NULL, port INTEGER NOT NULL, sku TEXT, solution TEXT NOT NULL,
         controller_unit_id INTEGER NOT NULL, device_passwords TEXT NOT NULL,
         max_inflight_requests INTEGER NOT NULL, UNIQUE (org_id, name), UNIQUE (org_id, slug));
     CREATE TABLE template (
         id INTEGER PRIMARY KEY AUTOINCREMENT, name TEXT NOT NULL, manufacturer TEXT NOT NULL,
         version TEXT NOT NULL, UNIQUE (name, manufacturer, version));
     CREATE TABLE device (
         id INTEGER PRIMARY KEY AUTOINCREMENT, net_id INTEGER NOT NULL REFERENCES net ON DELETE CASCADE,
         name TEXT NOT NULL, slug TEXT NOT NULL, description TEXT, unit_id INTEGER NOT NULL,
         disabled_on INTEGER, disabled_by TEXT, disable_note TEXT,
         update_period_sec INTEGER NOT NULL, read_group_size INTEGER NOT NULL, write_function TEXT NOT NULL,
         timeout_retries INTEGER NOT NULL, timeout_ms INTEGER NOT NULL,
         template_id INTEGER REFERENCES template ON DELETE SET NULL,
         UNIQUE (net_id, name), UNIQUE (net_id, slug));
     CREATE TABLE param (
         id INTEGER PRIMARY KEY AUTOINCREMENT, device_id INTEGER NOT NULL REFERENCES device ON DELETE CASCADE,
         name TEXT NOT NULL, slug TEXT NOT NULL, description TEXT, category TEXT, label TEXT, unit TEXT,
         kind TEXT NOT NULL, address INTEGER NOT NULL, value_type TEXT NOT NULL,
         bit_position INTEGER, bits_amount INTEGER, multiplier TEXT NOT NULL, shift TEXT NOT NULL,
         precision INTEGER, min TEXT, max TEXT, is_tracked INTEGER NOT NULL, is_programmable INTEGER NOT NULL,
         texts TEXT NOT NULL, on_dashboard INTEGER NOT NULL,
         UNIQUE (device_id, name), UNIQUE (device_id, slug));
     CREATE TABLE read_group (
         id INTEGER PRIMARY KEY AUTOINCREMENT, device_id INTEGER NOT NULL REFERENCES device ON DELETE CASCADE);
     CREATE INDEX read_group_device ON read_group (device_id);
     CREATE TABLE group_column (
         group_id INTEGER NOT NULL REFERENCES read_group ON DELETE CASCADE, position INTEGER NOT NULL,
         param_id INTEGER NOT NULL, value_type TEXT NOT NULL, bit INTEGER,
         multiplier TEXT NOT NULL, shift TEXT NOT NULL, PRIMARY KEY (group_id, position)) WITHOUT ROWID;
     CREATE INDEX group_column_param ON group_column (param_id);
     CREATE TABLE cycle (
         group_id INTEGER NOT NULL REFERENCES read_group ON DELETE CASCADE, at INTEGER NOT NULL,
         cells BLOB NOT NULL, PRIMARY KEY (group_id, at)) WITHOUT ROWID;",
    "CREATE TABLE last_good (
         param_id INTEGER PRIMARY KEY, group_id INTEGER NOT NULL REFERENCES read_group ON DELETE CASCADE,
         at INTEGER NOT NULL, raw INTEGER NOT NULL);
     CREATE INDEX last_good_group ON last_good (group_id);",
    // `framing` is `tcp`, `rtu` or `serial`; of a serial port `host` is the path.
    "ALTER TABLE net ADD COLUMN framing TEXT NOT NULL DEFAULT 'tcp';
     ALTER TABLE net ADD COLUMN baud INTEGER;
     ALTER TABLE net ADD COLUMN parity TEXT;
     ALTER TABLE net ADD COLUMN stop_bits INTEGER;",
    // A further `framing` is `backward`: then `host` is the controller's hardware address.
    "ALTER TABLE net ADD COLUMN is_vpn INTEGER NOT NULL DEFAULT 0;
     ALTER TABLE net ADD COLUMN request_gap_ms INTEGER NOT NULL DEFAULT 0;
     ALTER TABLE device ADD COLUMN read_gap INTEGER NOT NULL DEFAULT 0;",
    "ALTER TABLE template ADD COLUMN read_group_size INTEGER NOT NULL DEFAULT 1;
     ALTER TABLE template ADD COLUMN value_list TEXT NOT NULL DEFAULT '[]';
     CREATE TABLE connect_code (
         code TEXT PRIMARY KEY, mac TEXT NOT NULL, device_passwords TEXT NOT NULL, sku TEXT, vpn_ip TEXT,
         port INTEGER, modbus_id INTEGER) WITHOUT ROWID;",
    // Templates are told apart within their scope. Dropping the table empties `device.template_id`.
    "CREATE TABLE template_of_scope (
         id INTEGER PRIMARY KEY AUTOINCREMENT, org_id INTEGER REFERENCES org ON DELETE CASCADE, name TEXT NOT NULL,
         manufacturer TEXT NOT NULL, version TEXT NOT NULL, category TEXT, description TEXT,
         read_group_size INTEGER NOT NULL, write_function TEXT NOT NULL DEFAULT 'normal', param_list TEXT NOT NULL);
     INSERT INTO template_of_scope (id, name, manufacturer, version, read_group_size, param_list)
         SELECT id, name, manufacturer, version, read_group_size, value_list FROM template;
     CREATE TEMP TABLE kept AS SELECT id, template_id FROM device WHERE template_id IS NOT NULL;
     DROP TABLE template;
     ALTER TABLE template_of_scope RENAME TO template;
     UPDATE device SET template_id = (SELECT template_id FROM kept WHERE kept.id = device.id);
     DROP TABLE kept;
     CREATE UNIQUE INDEX template_identity ON template (ifnull(org_id, 0), name, manufacturer, version);
     CREATE TABLE sku_template (
         sku TEXT PRIMARY KEY, template_id INTEGER NOT NULL REFERENCES template ON DELETE CASCADE) WITHOUT ROWID;
     ALTER TABLE param ADD COLUMN translations TEXT NOT NULL DEFAULT '{}';
     ALTER TABLE param ADD COLUMN reads_alone INTEGER NOT NULL DEFAULT 0;",
    // `not_available` is a JSON list of raw bits.
    "ALTER TABLE param ADD COLUMN length INTEGER;
     ALTER TABLE param ADD COLUMN not_available TEXT NOT NULL DEFAULT '[]';
     ALTER TABLE group_column ADD COLUMN bits INTEGER;
     ALTER TABLE group_column ADD COLUMN not_available TEXT NOT NULL DEFAULT '[]';",
    // Widgets without a place come last.
    "ALTER TABLE param ADD COLUMN dashboard_place INTEGER;
     CREATE TABLE vis (
         id INTEGER PRIMARY KEY AUTOINCREMENT, org_id INTEGER NOT NULL REFERENCES org ON DELETE CASCADE,
         name TEXT NOT NULL, slug TEXT NOT NULL, description TEXT, created_on INTEGER NOT NULL,
         on_dashboard INTEGER NOT NULL, source TEXT NOT NULL, UNIQUE (org_id, name), UNIQUE (org_id, slug));
     CREATE TABLE vis_data (
         vis_id INTEGER NOT NULL REFERENCES vis ON DELETE CASCADE, code TEXT NOT NULL, value TEXT NOT NULL,
         PRIMARY KEY (vis_id, code)) WITHOUT ROWID;
     CREATE TABLE notification (id TEXT PRIMARY KEY, texts TEXT NOT NULL, is_enabled INTEGER NOT NULL) WITHOUT ROWID;
     CREATE TABLE dismissal (
         user_id INTEGER NOT NULL REFERENCES app_user ON DELETE CASCADE,
         notification_id TEXT NOT NULL REFERENCES notification ON DELETE CASCADE,
         PRIMARY KEY (user_id, notification_id)) WITHOUT ROWID;
     CREATE TABLE sms_settings (
         org_id INTEGER PRIMARY KEY REFERENCES org ON DELETE CASCADE, is_disabled INTEGER NOT NULL,
         monthly_limit TEXT);",
    // Of a text, `last_good.raw` is a blob of its registers.
    "ALTER TABLE group_column ADD COLUMN length INTEGER;",
    // The trail outlives the objects that it speaks of: no reference to them.
    "CREATE TABLE audit (
         id INTEGER PRIMARY KEY AUTOINCREMENT, at INTEGER NOT NULL, actor TEXT NOT NULL, org_id INTEGER,
         action TEXT NOT NULL, object TEXT NOT NULL, old TEXT, new TEXT, result TEXT NOT NULL);
     CREATE INDEX audit_at ON audit (at);",
    // The cycles move from their table into this one when all steps are taken.
    "CREATE TABLE chunk (
         group_id INTEGER NOT NULL REFERENCES read_group ON DELETE CASCADE, part INTEGER NOT NULL,
         first_at INTEGER NOT NULL, last_at INTEGER NOT NULL, row_count INTEGER NOT NULL, revision INTEGER NOT NULL,
         data BLOB NOT NULL, PRIMARY KEY (group_id, part, first_at));
     CREATE INDEX chunk_last ON chunk (last_at);",
    // An effect's number is the 64 bits of an unsigned one; `cost` is in millionths.
    "CREATE TABLE outbox (
         id INTEGER PRIMARY KEY AUTOINCREMENT, effect_id INTEGER NOT NULL, recipient TEXT NOT NULL,
         alert_id INTEGER NOT NULL, org_id INTEGER NOT NULL REFERENCES org ON DELETE CASCADE, channel TEXT NOT NULL,
         lang TEXT NOT NULL, subject TEXT NOT NULL, body TEXT NOT NULL, due_at INTEGER NOT NULL, state TEXT NOT NULL,
         attempts INTEGER NOT NULL DEFAULT 0, next_at INTEGER NOT NULL, is_held INTEGER NOT NULL DEFAULT 0,
         answer TEXT, ended_at INTEGER, cost INTEGER, charged_at INTEGER, UNIQUE (effect_id, recipient));
     CREATE INDEX outbox_waiting ON outbox (channel, next_at) WHERE state = 'waiting';
     CREATE INDEX outbox_org ON outbox (org_id, charged_at);
     CREATE INDEX outbox_ended ON outbox (ended_at);",
    // States and records outlive their alert: the journal stays, and an open record closes in it. `lines` are
    // keys and exact values, `rule` the one that the state runs by.
    "CREATE TABLE alert (
         id INTEGER PRIMARY KEY AUTOINCREMENT, org_id INTEGER NOT NULL REFERENCES org ON DELETE CASCADE,
         name TEXT NOT NULL, slug TEXT NOT NULL, description TEXT, logic TEXT NOT NULL, level TEXT NOT NULL,
         UNIQUE (org_id, slug));
     CREATE TABLE alert_condition (
         id INTEGER PRIMARY KEY AUTOINCREMENT, alert_id INTEGER NOT NULL REFERENCES alert ON DELETE CASCADE,
         place INTEGER NOT NULL, param_id INTEGER REFERENCES param ON DELETE SET NULL, kind TEXT NOT NULL,
         threshold TEXT);
     CREATE INDEX alert_condition_alert ON alert_condition (alert_id);
     CREATE INDEX alert_condition_param ON alert_condition (param_id);
     CREATE TABLE alert_action (
         id INTEGER PRIMARY KEY AUTOINCREMENT, alert_id INTEGER NOT NULL REFERENCES alert ON DELETE CASCADE,
         place INTEGER NOT NULL, minutes INTEGER NOT NULL, channel TEXT, recipient TEXT);
     CREATE INDEX alert_action_alert ON alert_action (alert_id);
     CREATE TABLE alert_follow_up (
         id INTEGER PRIMARY KEY AUTOINCREMENT, alert_id INTEGER NOT NULL REFERENCES alert ON DELETE CASCADE,
         place INTEGER NOT NULL, stage TEXT NOT NULL, minutes INTEGER NOT NULL, channel TEXT NOT NULL,
         recipient TEXT NOT NULL);
     CREATE INDEX alert_follow_up_alert ON alert_follow_up (alert_id);
     CREATE TABLE org_contact (org_id INTEGER PRIMARY KEY REFERENCES org ON DELETE CASCADE, email TEXT, phone TEXT);
     CREATE TABLE alert_state (
         alert_id INTEGER NOT NULL, tail INTEGER NOT NULL, org_id INTEGER NOT NULL REFERENCES org ON DELETE CASCADE,
         rule TEXT NOT NULL, state BLOB NOT NULL, PRIMARY KEY (alert_id, tail)) WITHOUT ROWID;
     CREATE TABLE alert_record (
         id INTEGER PRIMARY KEY AUTOINCREMENT, alert_id INTEGER NOT NULL, number INTEGER NOT NULL,
         org_id INTEGER NOT NULL REFERENCES org ON DELETE CASCADE, name TEXT NOT NULL, level TEXT NOT NULL,
         started INTEGER NOT NULL, resolved INTEGER, confirmed INTEGER, confirmed_by TEXT, params TEXT NOT NULL,
         UNIQUE (alert_id, number));
     CREATE INDEX alert_record_org ON alert_record (org_id, started);
     CREATE INDEX alert_record_present ON alert_record (org_id) WHERE resolved IS NULL OR confirmed IS NULL;
     CREATE TABLE alert_log (
         id INTEGER PRIMARY KEY AUTOINCREMENT, record_id INTEGER NOT NULL REFERENCES alert_record ON DELETE CASCADE,
         effect INTEGER UNIQUE, at INTEGER NOT NULL, lines TEXT NOT NULL);
     CREATE INDEX alert_log_record ON alert_log (record_id);
     CREATE TABLE alert_wish (
         id INTEGER PRIMARY KEY AUTOINCREMENT, alert_id INTEGER NOT NULL, at INTEGER NOT NULL, actor TEXT NOT NULL);
     CREATE TABLE alert_shelf (
         alert_id INTEGER PRIMARY KEY REFERENCES alert ON DELETE CASCADE, until INTEGER NOT NULL, reason TEXT NOT NULL,
         actor TEXT NOT NULL);
     CREATE TABLE secret (name TEXT PRIMARY KEY, bytes BLOB NOT NULL) WITHOUT ROWID;",
    // `branches` is JSON: a report is read and written as a whole.
    "CREATE TABLE report (
         id TEXT PRIMARY KEY, org_id INTEGER NOT NULL REFERENCES org ON DELETE CASCADE, name TEXT NOT NULL,
         branches TEXT NOT NULL) WITHOUT ROWID;",
    // `branches` is JSON; references to sensors that are gone are left out when it is read.
    "CREATE TABLE energy_tree (
         id TEXT PRIMARY KEY, org_id INTEGER NOT NULL REFERENCES org ON DELETE CASCADE, name TEXT NOT NULL,
         description TEXT, branches TEXT NOT NULL) WITHOUT ROWID;
     CREATE TABLE sensor (
         id TEXT PRIMARY KEY, device_id INTEGER NOT NULL REFERENCES device ON DELETE CASCADE, idx INTEGER NOT NULL,
         name TEXT NOT NULL, description TEXT, is_three_phase INTEGER NOT NULL, serial_number TEXT,
         UNIQUE (device_id, idx)) WITHOUT ROWID;",
    // Which of two reports was kept later.
    "ALTER TABLE report ADD COLUMN turn INTEGER NOT NULL DEFAULT 0;",
    // `rates` is JSON: a tariff is read and written as a whole.
    "CREATE TABLE tariff (
         org_id INTEGER PRIMARY KEY REFERENCES org ON DELETE CASCADE, time_zone TEXT NOT NULL, rates TEXT NOT NULL);",
    // The networks of a record are those that its parameters belonged to when it began.
    "ALTER TABLE outbox ADD COLUMN record INTEGER NOT NULL DEFAULT 0;
     ALTER TABLE outbox ADD COLUMN purpose TEXT NOT NULL DEFAULT 'tell';
     UPDATE outbox SET record = ifnull((SELECT number FROM alert_log JOIN alert_record ON alert_record.id = record_id
         WHERE effect = outbox.effect_id), 0);
     CREATE INDEX outbox_record ON outbox (alert_id, record);
     CREATE TABLE alert_record_net (
         net_id INTEGER NOT NULL, record_id INTEGER NOT NULL REFERENCES alert_record ON DELETE CASCADE,
         PRIMARY KEY (net_id, record_id)) WITHOUT ROWID;
     CREATE INDEX alert_record_net_record ON alert_record_net (record_id);
     INSERT INTO alert_record_net SELECT DISTINCT device.net_id, alert_record.id FROM alert_record,
         json_each(alert_record.params) AS of JOIN param ON param.id = of.value JOIN device ON device.id = param.device_id;",
];

/// The schema of this version.
pub const NEWEST: usize = STEPS.len();

/// The schema of a database, if this version knows it.
pub fn version(connection: &Connection) -> Result<usize, StoreError> {
    let found = connection.query_row("PRAGMA user_version", [], |row| row.get::<_, u32>(0))? as usize;
    if found > STEPS.len() {
        return Err(StoreError::Newer { found, known: STEPS.len() });
    }
    Ok(found)
}

/// The tables that came with later versions of the schema.
#[cfg(test)]
pub fn tables_since(version: usize) -> impl Iterator<Item = &'static str> {
    let made = STEPS.iter().skip(version).flat_map(|step| step.split("CREATE TABLE ").skip(1));
    made.filter_map(|rest| rest.split_whitespace().next())
}

/// Brings a database to the newest schema; one from a newer version is refused untouched.
pub fn migrate(connection: &mut Connection) -> Result<(), StoreError> {
    let transaction = connection.transaction_with_behavior(rusqlite::TransactionBehavior::Immediate)?;
    let found = version(&transaction)?;
    for step in STEPS.iter().skip(found) {
        transaction.execute_batch(step)?;
    }
    // When all tables are as this version knows them.
    if transaction.table_exists(None, "cycle")? {
        readings::move_cycles(&transaction)?;
        transaction.execute_batch("DROP TABLE cycle")?;
    }
    transaction.pragma_update(None, "user_version", STEPS.len() as u32)?;
    Ok(transaction.commit()?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn templates_of_an_earlier_version_keep_their_devices() {
        let mut database = Connection::open_in_memory().unwrap();
        database.pragma_update(None, "foreign_keys", true).unwrap();
        for step in &STEPS[..5] {
            database.execute_batch(step).unwrap();
        }
        database
            .execute_batch(
                r#"INSERT INTO org (id, name, slug, lang) VALUES (1, 'A', 'a', 'en');
                 INSERT INTO net (id, org_id, name, slug, created_on, host, port, solution, controller_unit_id,
                     device_passwords, max_inflight_requests) VALUES (1, 1, 'N', 'n', 0, 'h', 502, 'standalone', 1, '[]', 1);
                 INSERT INTO template (id, name, manufacturer, version, read_group_size, value_list) VALUES (7, 'T', 'M',
                     '1', 60, '[{"name":"a","kind":"holding","address":3,"value_type":"bit","bit_position":2}]');
                 INSERT INTO device (id, net_id, name, slug, unit_id, update_period_sec, read_group_size, write_function,
                     timeout_retries, timeout_ms, template_id) VALUES (1, 1, 'D', 'd', 1, 60, 1, 'normal', 0, 1000, 7),
                     (2, 1, 'E', 'e', 2, 60, 1, 'normal', 0, 1000, NULL);
                 PRAGMA user_version = 5;"#,
            )
            .unwrap();
        migrate(&mut database).unwrap();
        let directory = super::super::configuration::load(&database).unwrap();
        assert_eq!((directory.devices[&1].template_id, directory.devices[&2].template_id), (Some(7), None));
        let template = &directory.templates[&7];
        let param = &template.params[0];
        assert_eq!((template.org_id, template.read_group_size, template.write_function.code()), (None, 60, "normal"));
        assert_eq!((param.bit_position, param.multiplier.as_str(), param.is_tracked), (Some(2), "1", true));
        database.execute("DELETE FROM template", []).unwrap();
        let directory = super::super::configuration::load(&database).unwrap();
        assert_eq!(directory.devices[&1].template_id, None, "the reference still holds");
    }
}
