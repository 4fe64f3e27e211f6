//! What has to fit together: rules that concern more than one field.

use std::collections::{BTreeMap, BTreeSet};

use parabus_core::value::{DataType, Decimal};

use super::super::signal::Signal;
use super::super::template;
use super::super::zoo;
use super::model::{
    Connection, ConnectionKind, Device, File, GlobalNotification, Key, Organization, Parameter, SimulatedDevice, Widget,
};
use super::read::Fault;
use super::tariff::check_tariff;
use super::values::{Name, Secret, Spanned};
use crate::model::{ConnectCode, DisabledBy};
use crate::session::is_password_hash;

impl Connection {
    /// Fields that its kind needs and does not have, or has and does not know.
    fn faults(&self) -> Vec<&'static str> {
        let kind = self.kind.value;
        let dialled = matches!(kind, ConnectionKind::Direct | ConnectionKind::Vpn);
        let serial = kind == ConnectionKind::Serial;
        let backward = kind == ConnectionKind::Backward;
        let faults = [
            (dialled && self.ip.is_none(), "ip: missing, expected an address or a host name"),
            (!serial && self.path.is_some(), "path: only for the kind `serial`"),
            (!serial && self.baud.is_some(), "baud: only for the kind `serial`"),
            (!serial && self.parity.is_some(), "parity: only for the kind `serial`"),
            (!serial && self.stop_bits.is_some(), "stopBits: only for the kind `serial`"),
            (serial && self.path.is_none(), "path: missing, expected one such as /dev/ttyUSB0"),
            (!dialled && self.ip.is_some(), "ip: only for the kinds `direct` and `vpn`"),
            (!dialled && self.port.is_some(), "port: only for the kinds `direct` and `vpn`"),
            (!dialled && self.framing.is_some(), "framing: only for the kinds `direct` and `vpn`"),
            (backward && self.mac.is_none(), "mac: missing, expected the controller's, such as d8:80:39:4e:8d:e9"),
            (!backward && self.mac.is_some(), "mac: only for the kind `backward`"),
        ];
        faults.into_iter().filter(|(is_fault, _)| *is_fault).map(|(_, text)| text).collect()
    }
}

impl Parameter {
    /// Why a simulated text cannot stand in its registers.
    fn text_fault(&self, text: &str) -> Option<String> {
        if !self.is_text() {
            return Some("the parameter is no text, expected a signal of numbers such as `hold`".to_owned());
        }
        let codec = self.codec();
        let mut registers = vec![0; codec.register_count()];
        codec.encode(text, &mut registers).err().map(|error| error.to_string())
    }

    /// Rules that concern more than one field: the field, and what is wrong with it.
    pub fn faults(&self) -> Vec<(&'static str, String)> {
        let mut faults = Vec::new();
        let mut fault = |field, text: &str| faults.push((field, text.to_owned()));
        if self.is_programmable && !self.register_kind.is_writable() {
            fault("isProgrammable", "registers of this kind are read-only, expected holding or coil");
        }
        if self.register_kind.is_bit() && self.value_type.0 != DataType::Bit {
            fault("type", "a coil or discrete-input holds one bit, expected `bit`");
        }
        self.check_parts(&mut fault);
        if usize::from(self.address) + self.codec().register_count() > 0x1_0000 {
            fault("address", "the value goes beyond address 65535");
        }
        if self.multiplier.0.is_zero() {
            fault("multiplier", "`0` makes every value the same, expected another number");
        }
        if let (Some(min), Some(max)) = (self.min, self.max)
            && min.0 > max.0
        {
            fault("min", "larger than max");
        }
        let mut categories = self.translations.values().map(|words| &words.category).chain([&self.category]);
        if categories.any(|category| template::is_longer(category.as_deref(), 200)) {
            fault("category", "too long, expected at most 200 characters");
        }
        let mut names = self.translations.values().filter_map(|words| words.name.as_deref());
        if names.any(|name| name.trim().is_empty() || template::is_longer(Some(name), 200)) {
            fault("name", "in another language: expected 1 to 200 characters");
        }
        if let Some(key) = self.texts.values().flat_map(BTreeMap::keys).find(|key| Decimal::parse(key).is_err()) {
            fault("texts", &format!("`{key}` is no value, expected a number such as 0 or 1"));
        }
        let mut languages = self.texts.iter();
        if let Some((first, texts)) = languages.next() {
            for (other, others) in languages.filter(|(_, others)| !others.keys().eq(texts.keys())) {
                let values = |texts: &BTreeMap<String, String>| texts.keys().cloned().collect::<Vec<_>>().join(" ");
                let (first, other) = ((&first.0, values(texts)), (&other.0, values(others)));
                fault("texts", &format!("`{}` lists {}, `{}` lists {}", first.0, first.1, other.0, other.1));
            }
        }
        faults
    }

    fn check_parts(&self, fault: &mut impl FnMut(&'static str, &str)) {
        let data_type = self.value_type.0;
        if self.bit_position.is_some() && !data_type.is_part() {
            fault("bitPosition", "only for the types `bit`, `bits` and `enum`");
        }
        if self.register_kind.is_bit() && self.bit_position.is_some_and(|bit| bit > 0) {
            fault("bitPosition", "a coil or discrete-input has no bit but 0");
        }
        let is_one = data_type == DataType::Bit && self.bits_amount == Some(1);
        let most = 16 - self.bit_position.unwrap_or(0).min(15);
        match self.bits_amount {
            Some(_) if self.is_text() => {}
            Some(_) if !self.takes_bits() && !is_one => fault("bitsAmount", "only for the types `bits` and `enum`"),
            Some(bits) if !(1..=most).contains(&bits) => fault("bitsAmount", "beyond bit 15, or none"),
            None if data_type == DataType::Bits => fault("bitsAmount", "missing, expected the number of bits"),
            _ => {}
        }
        match (data_type, self.length()) {
            (DataType::Text(_), Some(1..=125)) => {}
            (DataType::Text(_), _) => fault("length", "missing or out of range, expected 1 to 125 registers"),
            (_, Some(_)) => fault("length", "only for texts"),
            _ => {}
        }
        if self.not_available.len() > 2 {
            fault("notAvailable", "expected at most 2 codes");
        }
        if matches!(data_type, DataType::Text(_)) && !self.not_available.is_empty() {
            fault("notAvailable", "a text has no raw bits");
        } else if let Some(code) = self.not_available.iter().find(|code| **code & !self.codec().raw_bits() != 0) {
            fault("notAvailable", &format!("`{code}` never comes, expected 0 to {}", self.codec().raw_bits()));
        }
    }
}

impl File {
    /// Rules that concern more than one field.
    pub(super) fn check(&self) -> Vec<Fault> {
        let mut faults = Vec::new();
        distinct(&mut faults, "templates", self.all_templates().map(|template| &template.id));
        template::check_identities(&self.templates, &mut faults);
        distinct(&mut faults, "organizations", self.organizations.iter().map(|org| &org.name));
        distinct_slugs(&mut faults, self.organizations.iter().map(|org| (&org.name, org.slug.as_ref())));
        self.check_keys(&mut faults);
        self.check_connections(&mut faults);
        for org in &self.organizations {
            distinct(&mut faults, "networks of one organization", org.networks.iter().map(|net| &net.name));
            let visualizations = org.visualizations.iter().map(|vis| &vis.name);
            distinct(&mut faults, "visualizations of one organization", visualizations);
            distinct(&mut faults, "users of one organization", org.users.iter().map(|user| &user.name));
            Self::check_slugs(org, &mut faults);
            self.check_dashboard(org, &mut faults);
            self.check_alerts(org, &mut faults);
            check_tariff(org, &mut faults);
            for key in org.users.iter().flat_map(|user| user.keys.iter()) {
                if uuid::Uuid::try_parse(key.api_key.value.reveal()).is_err() {
                    faults.push((
                        Some(key.api_key.place),
                        "apiKey: not a UUID, expected one such as 513cf747-eb5c-4d5f-931f-d22c9872c73c".to_owned(),
                    ));
                }
                check_password(key, &mut faults);
            }
            for net in &org.networks {
                let line = Some(net.connection.kind.place);
                faults.extend(net.connection.faults().into_iter().map(|fault| (line, format!("connection.{fault}"))));
                distinct(&mut faults, "devices of one network", net.devices.iter().map(|device| &device.name));
                for device in net.devices.iter().filter(|device| device.unit_id == 0 && net.connection.is_bus()) {
                    let text =
                        format!("`{}`: modbusUnitId: on a bus `0` is everyone, expected 1 to 255", device.name.text);
                    faults.push((Some(device.name.place), text));
                }
                check_disabled(&net.name, net.disabled, net.disabled_by, net.disable_note.as_deref(), &mut faults);
                net.devices.iter().for_each(|device| self.check_device(org, device, &mut faults));
            }
            template::check_identities(&org.templates, &mut faults);
        }
        self.check_users(&mut faults);
        for id in self.sku_templates.values() {
            if self.template(&id.value).is_none() {
                faults.push((Some(id.place), format!("skuTemplates: {}", template::unknown(&id.value))));
            }
        }
        distinct(&mut faults, "connectCodes", self.connect_codes.iter().map(|code| &code.code));
        for code in &self.connect_codes {
            let mut fault = |text: &str| faults.push((Some(code.code.place), format!("`{}`: {text}", code.code.text)));
            if ConnectCode::normalize(&code.code.text).is_empty() {
                fault("code: empty, expected the PIN of the controller's sticker, such as A1B2C3D4");
            }
            if code.mac.is_none() {
                fault("mac: missing, expected the controller's, such as d8:80:39:4e:8d:e9");
            }
            if code.vpn_ip_address.is_none() && code.port.is_some() {
                fault("port: only with vpnIpAddress");
            }
        }
        let mut seen = BTreeSet::new();
        for GlobalNotification { id, texts, .. } in &self.global_notifications {
            let mut fault = |text: &str| faults.push((Some(id.place), format!("globalNotifications: {text}")));
            if !seen.insert(id.value) {
                fault("id: stands twice");
            }
            if texts.is_empty() || texts.values().any(|text| text.trim().is_empty()) {
                fault("texts: empty, expected one in each language, such as { en: Maintenance tonight }");
            }
        }
        for controller in self.simulate_controllers.iter().filter(|controller| controller.mac.is_none()) {
            let text = "mac: missing, expected the controller's, such as d8:80:39:4e:8d:e9";
            faults.push((Some(controller.sku.place), format!("simulateControllers: {text}")));
        }
        for simulated in &self.simulate {
            self.check_simulated(simulated, &mut faults);
        }
        faults
    }

    /// A key belongs to one user, who may stand in several organizations.
    fn check_keys(&self, faults: &mut Vec<Fault>) {
        let mut first: BTreeMap<uuid::Uuid, (&str, [Option<&str>; 2])> = BTreeMap::new();
        for user in self.organizations.iter().flat_map(|org| org.users.iter()) {
            for key in &user.keys {
                let Ok(id) = uuid::Uuid::try_parse(key.api_key.value.reveal()) else { continue };
                let line = Some(key.api_key.place);
                let secrets = [&key.password, &key.password_hash];
                let secrets = secrets.map(|secret| secret.as_ref().map(|secret| secret.value.reveal()));
                let name = user.name.text.as_str();
                let (owner, known) = *first.entry(id).or_insert((name, secrets));
                if owner != name {
                    let text = format!("apiKey: stands under `{owner}` and under `{name}`, expected one user");
                    faults.push((line, text));
                } else if known != secrets {
                    let text = format!("password: differs from the one that `{name}` has elsewhere for this key");
                    faults.push((line, text));
                }
            }
        }
    }

    /// A connection belongs to one network: two would each set its limits for both, and through the second
    /// one its organization would reach the devices of the first.
    fn check_connections(&self, faults: &mut Vec<Fault>) {
        let mut first: BTreeMap<String, &str> = BTreeMap::new();
        for net in self.organizations.iter().flat_map(|org| &org.networks) {
            let (address, name) = (net.connection.model().address(), net.name.text.as_str());
            match first.get(&address) {
                // What is missing is a fault of its own.
                _ if !net.connection.faults().is_empty() => {}
                Some(other) => {
                    let place = Some(net.name.place);
                    faults.push((place, format!("connection: `{address}` already belongs to the network `{other}`")));
                }
                None => {
                    first.insert(address, name);
                }
            }
        }
    }

    fn check_device(&self, org: &Organization, device: &Device, faults: &mut Vec<Fault>) {
        if let Some(id) = &device.template {
            let mut usable = self.templates.iter().chain(org.templates.iter());
            if !usable.any(|template| template.id.text == id.value) {
                let line = Some(id.place);
                faults.push((line, format!("template: {}", template::unknown(&id.value))));
            }
        }
        check_disabled(&device.name, device.disabled, device.disabled_by, device.disable_note.as_deref(), faults);
        distinct(faults, "parameters of one device", device.parameters.iter().map(|param| &param.name));
        distinct_slugs(faults, device.parameters.iter().map(|param| (&param.name, param.slug.as_ref())));
        for name in &device.without {
            let mut fault = |text: &str| {
                let text = format!("`{}`: without: {text}", device.name.text);
                faults.push((Some(name.place), text));
            };
            if self.of_template(device).all(|param| param.name.text != name.value) {
                fault(&format!("the template has no parameter `{}`", name.value));
            }
            if device.parameters.iter().any(|own| own.name.text == name.value) {
                fault(&format!("the device has a parameter `{}` of its own", name.value));
            }
        }
        check_parameters(&device.parameters, faults);
    }

    fn check_slugs(org: &Organization, faults: &mut Vec<Fault>) {
        distinct_slugs(faults, org.networks.iter().map(|net| (&net.name, net.slug.as_ref())));
        distinct_slugs(faults, org.visualizations.iter().map(|vis| (&vis.name, vis.slug.as_ref())));
        for net in &org.networks {
            distinct_slugs(faults, net.devices.iter().map(|device| (&device.name, device.slug.as_ref())));
        }
    }

    fn check_dashboard(&self, org: &Organization, faults: &mut Vec<Fault>) {
        let mut seen = BTreeSet::new();
        for Widget { network, device, parameter } in org.dashboard.iter().flatten() {
            let mut fault = |text: String| {
                faults.push((Some(parameter.place), format!("dashboard: {text}")));
            };
            let name = format!("`{}` of `{device}` of `{network}`", parameter.value);
            if self.find_param(org, [network, device, &parameter.value]).is_none() {
                fault(format!("no parameter {name} in this organization"));
            }
            if !seen.insert((network, device, &parameter.value)) {
                fault(format!("{name} stands twice"));
            }
        }
    }

    /// A user of several organizations speaks one language.
    fn check_users(&self, faults: &mut Vec<Fault>) {
        let mut languages = BTreeMap::new();
        for user in self.organizations.iter().flat_map(|org| org.users.iter()) {
            let Some(own) = user.language else { continue };
            let first = *languages.entry(&user.name.text).or_insert(own);
            if first != own {
                let text =
                    format!("`{}`: language: `{}` here, `{}` elsewhere", user.name.text, own.code(), first.code());
                faults.push((Some(user.name.place), text));
            }
        }
    }

    fn check_simulated(&self, simulated: &SimulatedDevice, faults: &mut Vec<Fault>) {
        let Some((network, device)) = self.find(&simulated.network.value, &simulated.device.value) else {
            let line = Some(simulated.device.place);
            let name = format!("`{}` of `{}`", simulated.device.value, simulated.network.value);
            faults.push((line, format!("simulate: no device {name} in `organizations`")));
            return;
        };
        if let Some(misbehaviour) = &simulated.misbehaviour {
            let mut fault = |text: &str| {
                faults.push((Some(misbehaviour.place), format!("misbehaviour: {text}")));
            };
            if let Err(text) = misbehaviour.value.check() {
                fault(text);
            }
            let has_sockets = !matches!(network.connection.kind.value, ConnectionKind::Serial);
            if !has_sockets && matches!(misbehaviour.value.kind, zoo::Kind::Close | zoo::Kind::Reset) {
                fault("kind: a serial line is neither closed nor reset");
            }
        }
        let names: BTreeSet<&str> = self.parameters(device).map(|param| param.name.text.as_str()).collect();
        for (name, signal) in &simulated.signals {
            let named = std::iter::once(name.as_str()).chain(signal.value.inputs());
            for unknown in named.filter(|name| !names.contains(name)) {
                let line = Some(signal.place);
                faults.push((line, format!("signals: the device has no parameter `{unknown}`")));
            }
            if let Err(fault) = signal.value.check() {
                faults.push((Some(signal.place), format!("signals: {fault}")));
            }
            let param = self.parameters(device).find(|param| param.name.text == *name);
            if let (Signal::Text(text), Some(param)) = (&signal.value, param)
                && let Some(fault) = param.text_fault(text)
            {
                faults.push((Some(signal.place), format!("signals: text: {fault}")));
            }
        }
    }
}

fn check_password(key: &Key, faults: &mut Vec<Fault>) {
    let mut fault = |place: &Spanned<Secret>, text: &str| faults.push((Some(place.place), text.to_owned()));
    match (&key.password, &key.password_hash) {
        (Some(password), None) if password.value.reveal().len() < 8 => {
            fault(password, "password: too short, expected at least 8 characters");
        }
        (None, Some(hash)) if !is_password_hash(hash.value.reveal()) => {
            fault(hash, "passwordHash: not a PHC string of Argon2id, expected one as `parabus export` writes it");
        }
        (Some(_), None) | (None, Some(_)) => {}
        (Some(_), Some(hash)) => fault(hash, "passwordHash: stands beside a password, expected one of both"),
        (None, None) => fault(&key.api_key, "password: missing, expected one of at least 8 characters"),
    }
}

fn check_disabled(
    name: &Name,
    is_disabled: Option<bool>,
    by: Option<DisabledBy>,
    note: Option<&str>,
    faults: &mut Vec<Fault>,
) {
    if is_disabled == Some(true) {
        return;
    }
    for field in [by.map(|_| "disabledBy"), note.map(|_| "disableNote")].into_iter().flatten() {
        faults.push((Some(name.place), format!("`{}`: {field}: only beside `disabled: true`", name.text)));
    }
}

pub(super) fn distinct_slugs<'a>(faults: &mut Vec<Fault>, named: impl Iterator<Item = (&'a Name, Option<&'a String>)>) {
    let mut seen = BTreeSet::new();
    for (name, slug) in named {
        if let Some(slug) = slug.filter(|slug| !seen.insert(*slug)) {
            faults.push((Some(name.place), format!("`{}`: slug: `{slug}` stands twice", name.text)));
        }
    }
}

pub(in crate::plant) fn check_parameters(parameters: &[Parameter], faults: &mut Vec<Fault>) {
    for param in parameters {
        for (field, text) in param.faults() {
            faults.push((Some(param.name.place), format!("`{}`: {field}: {text}", param.name.text)));
        }
    }
}

pub(in crate::plant) fn distinct<'a>(faults: &mut Vec<Fault>, what: &str, names: impl Iterator<Item = &'a Name>) {
    let mut seen = BTreeSet::new();
    for name in names {
        if !seen.insert(&name.text) {
            faults.push((Some(name.place), format!("name: `{}` stands twice among the {what}", name.text)));
        }
    }
}
