//! What endpoints put into the audit trail beside changes of the configuration, which the store notes itself.

use super::endpoint::Context;
use super::error::ApiError;
use crate::control::{self, Change, Written};
use crate::model::{Connection, Device, Net, OrgId, Param};
use crate::storage::{AuditEntry, Store, StoreError};

/// What was done, for the audit trail.
pub struct Deed<'w> {
    pub org: Option<OrgId>,
    pub action: &'w str,
    pub object: String,
    pub old: Option<String>,
    pub new: Option<String>,
    pub result: Result<(), String>,
}

impl Context {
    /// The organization whose network leads there, the caller's own first.
    pub fn org_of_connection(&self, connection: &Connection) -> Option<OrgId> {
        let owners = || self.directory.nets.values().filter(|net| net.connection == *connection);
        let own = owners().find(|net| self.role(net.org_id).is_some());
        own.or_else(|| owners().next()).map(|net| net.org_id)
    }

    /// `My Plant / Boiler House`.
    pub fn place(&self, org: OrgId, rest: &str) -> String {
        let org = self.directory.orgs.get(&org).map_or("?", |org| org.name.as_str());
        format!("{org} / {rest}")
    }

    fn entry(&self, deed: Deed<'_>) -> AuditEntry {
        let Deed { org, action, object, old, new, result } = deed;
        AuditEntry {
            at: crate::clock::now(),
            actor: self.actor(),
            org,
            action: action.to_owned(),
            object,
            old,
            new,
            result: result.err().unwrap_or_else(|| "ok".to_owned()),
        }
    }

    /// Puts a write to a device into the audit trail. The device has it already: a trail that cannot be
    /// written is told in the log, not to the caller.
    pub async fn record(&self, deed: Deed<'_>) {
        let entry = self.entry(deed);
        let store = self.app.store.clone();
        let told = entry.clone();
        let written = tokio::task::spawn_blocking(move || store.append_audit(&entry)).await;
        if let Err(error) = written.map_err(|error| error.to_string()).and_then(|r| r.map_err(|e| e.to_string())) {
            tracing::error!(%error, entry = ?told, "the audit trail could not be written");
        }
    }

    /// Writes to the store what is no configuration, with its line in the audit trail in one transaction.
    pub async fn keep<T: Send + 'static>(
        &self,
        deed: Deed<'_>,
        work: impl FnOnce(&Store, &AuditEntry) -> Result<T, StoreError> + Send + 'static,
    ) -> Result<T, ApiError> {
        let entry = self.entry(deed);
        self.stored(move |store| work(store, &entry)).await
    }

    /// Writes a parameter to its device. Why not is said to the caller and in the trail.
    pub async fn write_param(
        &self,
        param: &Param,
        device: &Device,
        net: &Net,
        change: Change<'_>,
    ) -> Result<Written, String> {
        let asked = change.to_string();
        let outcome = control::write_param(&self.app, param, device, net, change).await;
        let (old, new, result) = match &outcome {
            Ok(Written { old, new }) => (old.as_ref().map(ToString::to_string), new.to_string(), Ok(())),
            Err(error) => (None, asked, Err(error.clone())),
        };
        let object = self.place(net.org_id, &format!("{} / {} / {}", net.name, device.name, param.name));
        let (org, action, new) = (Some(net.org_id), "write parameter", Some(new));
        self.record(Deed { org, action, object, old, new, result }).await;
        outcome
    }
}
