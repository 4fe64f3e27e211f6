//! What a section of the file no longer lists is removed, if that is asked for. A section that is left out
//! is left alone, and so are organizations that the file does not name.

use std::collections::BTreeSet;

use super::apply::Plan;
use super::file::{self, Section};
use crate::model::{Device, Directory, NetId, Org, OrgId, TemplateId};
use crate::storage::StoreError;

/// The texts that a section lists; without the section nothing is known.
fn listed<'f, T>(section: &'f Section<Vec<T>>, name: impl Fn(&'f T) -> String) -> Option<BTreeSet<String>> {
    section.is_there().then(|| section.iter().map(name).collect())
}

fn is_gone(listed: &Option<BTreeSet<String>>, name: &str) -> bool {
    listed.as_ref().is_some_and(|listed| !listed.contains(name))
}

/// How much of the configuration goes with a network; its readings go, too.
fn contents(directory: &Directory, net: NetId) -> String {
    let devices = directory.devices_of(net).count();
    let params: usize = directory.devices_of(net).map(|device| directory.params_of(device.id).count()).sum();
    format!("with {devices} devices, {params} parameters and their readings")
}

impl Plan<'_, '_> {
    /// Everything but users: what takes an object's place may have its slug or connection.
    pub(super) fn prune(&mut self) -> Result<(), StoreError> {
        let file = self.file;
        let before = self.edit.before().clone();
        for org in before.orgs.values() {
            if let Some(of_file) = file.organizations.iter().find(|each| each.name.text == org.name) {
                self.prune_org(&before, org, of_file)?;
            }
        }
        self.prune_templates(&before, None, &file.templates)?;
        if file.sku_templates.is_there() {
            for sku in before.sku_templates.keys().filter(|sku| !file.sku_templates.contains_key(*sku)) {
                self.edit.delete_sku_template(sku)?;
                self.report.note_removed(format!("template of the SKU `{sku}`"));
            }
        }
        let codes = listed(&file.connect_codes, |code| crate::model::ConnectCode::normalize(&code.code.text));
        for code in before.connect_codes.values().filter(|code| is_gone(&codes, &code.code)) {
            self.edit.delete_connect_code(&code.code)?;
            self.report.note_removed(format!("connect code of {}", code.mac));
        }
        let notifications = listed(&file.global_notifications, |each| each.id.value.to_string());
        for id in before.notifications.keys().filter(|id| is_gone(&notifications, &id.to_string())) {
            self.edit.delete_notification(*id)?;
            self.report.note_removed(format!("notification {id}"));
        }
        Ok(())
    }

    fn prune_org(&mut self, before: &Directory, org: &Org, of_file: &file::Organization) -> Result<(), StoreError> {
        let nets = listed(&of_file.networks, |net| net.name.text.clone());
        for net in before.nets_of(org.id) {
            if is_gone(&nets, &net.name) {
                self.edit.delete_net(net.id)?;
                self.report.note_removed(format!("network `{}` {}", net.name, contents(before, net.id)));
            } else if let Some(of_file) = of_file.networks.iter().find(|each| each.name.text == net.name) {
                self.prune_net(before, net.id, of_file)?;
            }
        }
        let viss = listed(&of_file.visualizations, |vis| vis.name.text.clone());
        for vis in before.viss_of(org.id).filter(|vis| is_gone(&viss, &vis.name)) {
            self.edit.delete_vis(vis.id)?;
            self.report.note_removed(format!("visualization `{}`", vis.name));
        }
        let alerts = listed(&of_file.alerts, |alert| alert.name.text.clone());
        for alert in before.alerts_of(org.id).filter(|alert| is_gone(&alerts, &alert.name)) {
            self.edit.delete_alert(alert.id)?;
            self.report.note_removed(format!("alert `{}`", alert.name));
        }
        self.prune_templates(before, Some(org.id), &of_file.templates)
    }

    fn prune_net(&mut self, before: &Directory, net: NetId, of_file: &file::Network) -> Result<(), StoreError> {
        let devices = listed(&of_file.devices, |device| device.name.text.clone());
        for device in before.devices_of(net) {
            let place = format!("{} / {}", of_file.name.text, device.name);
            if is_gone(&devices, &device.name) {
                self.edit.delete_device(device.id)?;
                let params = before.params_of(device.id).count();
                self.report.note_removed(format!("device `{place}` with {params} parameters and their readings"));
                continue;
            }
            let Some(of_file) = of_file.devices.iter().find(|each| each.name.text == device.name) else { continue };
            let params: BTreeSet<&str> = self.file.parameters(of_file).map(|param| param.name.text.as_str()).collect();
            let is_refused = |name: &str| of_file.without.iter().any(|each| each.value == name);
            // Without the section, nothing is known of parameters beside those of the template.
            let is_gone = |name: &str| !params.contains(name) && (of_file.parameters.is_there() || is_refused(name));
            for param in before.params_of(device.id).filter(|param| is_gone(&param.name)) {
                self.edit.delete_param(param.id)?;
                self.report.note_removed(format!("parameter `{place} / {}` and its readings", param.name));
            }
        }
        Ok(())
    }

    fn prune_templates(
        &mut self,
        before: &Directory,
        org: Option<OrgId>,
        of_file: &Section<Vec<super::template::Template>>,
    ) -> Result<(), StoreError> {
        if !of_file.is_there() {
            return Ok(());
        }
        let kept: BTreeSet<_> = of_file.iter().map(|template| template.identity()).collect();
        let gone: Vec<(TemplateId, String)> = before
            .templates
            .values()
            .filter(|each| each.org_id == org)
            .filter(|each| !kept.contains(&(each.name.as_str(), each.manufacturer.as_str(), each.version.as_str())))
            .filter(|each| !self.is_used_elsewhere(before, each.id))
            .map(|each| (each.id, each.name.clone()))
            .collect();
        for (id, name) in gone {
            self.edit.delete_template(id)?;
            self.report.note_removed(format!("template `{name}`"));
        }
        Ok(())
    }

    /// Whether something that the file is silent of was made by a template: that stays as it is.
    fn is_used_elsewhere(&self, before: &Directory, template: TemplateId) -> bool {
        let is_of_sku = !self.file.sku_templates.is_there() && before.sku_templates.values().any(|id| *id == template);
        let mut devices = before.devices.values().filter(|device| device.template_id == Some(template));
        is_of_sku || devices.any(|device| !self.is_decided(before, device))
    }

    /// Whether the file says of a device what becomes of it.
    fn is_decided(&self, before: &Directory, device: &Device) -> bool {
        let Some(net) = before.nets.get(&device.net_id) else { return true };
        let org = before.orgs.get(&net.org_id).map(|org| &org.name);
        let Some(of_org) = self.file.organizations.iter().find(|each| Some(&each.name.text) == org) else {
            return false;
        };
        match of_org.networks.iter().find(|each| each.name.text == net.name) {
            Some(of_net) => {
                of_net.devices.is_there() || of_net.devices.iter().any(|each| each.name.text == device.name)
            }
            None => of_org.networks.is_there(),
        }
    }

    /// Last, because a key may have gone from one user to another. A user who has no role left is removed.
    pub(super) fn prune_users(&mut self) -> Result<(), StoreError> {
        let before = self.edit.before().clone();
        let mut named: BTreeSet<&str> = BTreeSet::new();
        let mut taken: Vec<(i64, OrgId)> = Vec::new();
        for of_file in &self.file.organizations {
            named.extend(of_file.users.iter().map(|user| user.name.text.as_str()));
            let Some(org) = before.orgs.values().find(|org| org.name == of_file.name.text) else { continue };
            let users = listed(&of_file.users, |user| user.name.text.clone());
            let members = before.users.values().filter(|user| user.roles.contains_key(&org.id));
            taken.extend(members.filter(|user| is_gone(&users, &user.name)).map(|user| (user.id, org.id)));
        }
        for user in before.users.values() {
            let lost: Vec<OrgId> = taken.iter().filter(|(id, _)| *id == user.id).map(|(_, org)| *org).collect();
            if lost.is_empty() {
                continue;
            }
            if lost.len() == user.roles.len() && !named.contains(user.name.as_str()) {
                self.edit.delete_user(user.id)?;
                self.report.note_removed(format!("user `{}` with every key", user.name));
                continue;
            }
            for org in lost {
                self.edit.delete_role(user.id, org)?;
                let name = before.orgs.get(&org).map_or("", |org| org.name.as_str());
                self.report.note_removed(format!("user `{}` of `{name}`", user.name));
            }
        }
        self.prune_keys()
    }

    fn prune_keys(&mut self) -> Result<(), StoreError> {
        let users = || self.file.organizations.iter().flat_map(|org| org.users.iter());
        let listed: BTreeSet<_> =
            users().flat_map(|user| user.keys.iter()).filter_map(|key| super::apply::uuid_of(key).ok()).collect();
        let owners: BTreeSet<i64> = users()
            .filter(|user| user.keys.is_there())
            .filter_map(|user| self.users.get(&user.name.text).copied())
            .collect();
        for key in self.edit.keys()? {
            if owners.contains(&key.user) && !listed.contains(&key.id) {
                self.edit.delete_key(key.id)?;
                self.report.note_removed(format!("API key {}", key.id));
            }
        }
        Ok(())
    }
}
