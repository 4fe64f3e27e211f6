//! The tables, as an ordered list of steps; `PRAGMA user_version` counts those taken.

use rusqlite::Connection;

use super::StoreError;

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
    // The trail outlives the objects that it speaks of: no reference to them.
    "CREATE TABLE audit (
         id INTEGER PRIMARY KEY AUTOINCREMENT, at INTEGER NOT NULL, actor TEXT NOT NULL, org_id INTEGER,
         action TEXT NOT NULL, object TEXT NOT NULL, old TEXT, new TEXT, result TEXT NOT NULL);
     CREATE INDEX audit_at ON audit (at);",
];

/// The schema of a database, if this version knows it.
pub fn version(connection: &Connection) -> Result<usize, StoreError> {
    let found = connection.query_row("PRAGMA user_version", [], |row| row.get::<_, u32>(0))? as usize;
    if found > STEPS.len() {
        return Err(StoreError::Newer { found, known: STEPS.len() });
    }
    Ok(found)
}

/// Brings a database to the newest schema; one from a newer version is refused untouched.
pub fn migrate(connection: &mut Connection) -> Result<(), StoreError> {
    let transaction = connection.transaction_with_behavior(rusqlite::TransactionBehavior::Immediate)?;
    let found = version(&transaction)?;
    for step in STEPS.iter().skip(found) {
        transaction.execute_batch(step)?;
    }
    transaction.pragma_update(None, "user_version", STEPS.len() as u32)?;
    Ok(transaction.commit()?)
}
