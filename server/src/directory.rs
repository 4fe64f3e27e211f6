//! Look-ups in the configuration snapshot.

use parabus_core::value::{Format, Lang, Value};

use crate::model::{
    Device, DeviceId, Directory, DisabledBy, Net, NetId, OrgId, Param, ParamId, Role, SmsSettings, UserId, Vis, VisId,
    Words,
};

impl Directory {
    /// The role of a user in an organization.
    pub fn role(&self, user: UserId, org: OrgId) -> Option<Role> {
        self.users.get(&user)?.roles.get(&org).copied()
    }

    pub fn org_of_net(&self, net: NetId) -> Option<OrgId> {
        self.nets.get(&net).map(|net| net.org_id)
    }

    pub fn org_of_device(&self, device: DeviceId) -> Option<OrgId> {
        self.org_of_net(self.devices.get(&device)?.net_id)
    }

    pub fn org_of_param(&self, param: ParamId) -> Option<OrgId> {
        self.org_of_device(self.params.get(&param)?.device_id)
    }

    /// The language in which a user reads of an organization: his own, else the organization's.
    pub fn lang(&self, user: Option<UserId>, org: Option<OrgId>) -> Lang {
        let of_user = user.and_then(|user| self.users.get(&user)?.lang);
        let of_org = org.and_then(|org| Some(self.orgs.get(&org)?.lang));
        of_user.or(of_org).unwrap_or(Lang::En)
    }

    pub fn org_of_vis(&self, vis: VisId) -> Option<OrgId> {
        self.visualizations.get(&vis).map(|vis| vis.org_id)
    }

    /// A parameter with its device and network.
    pub fn param_place(&self, param: ParamId) -> Option<(&Param, &Device, &Net)> {
        let param = self.params.get(&param)?;
        let device = self.devices.get(&param.device_id)?;
        Some((param, device, self.nets.get(&device.net_id)?))
    }

    pub fn nets_of(&self, org: OrgId) -> impl Iterator<Item = &Net> {
        self.nets.values().filter(move |net| net.org_id == org)
    }

    pub fn devices_of(&self, net: NetId) -> impl Iterator<Item = &Device> {
        let ids = self.index().devices_by_net.get(&net).into_iter().flatten();
        ids.filter_map(|id| self.devices.get(id))
    }

    pub fn params_of(&self, device: DeviceId) -> impl Iterator<Item = &Param> {
        let ids = self.index().params_by_device.get(&device).into_iter().flatten();
        ids.filter_map(|id| self.params.get(id))
    }

    pub fn viss_of(&self, org: OrgId) -> impl Iterator<Item = &Vis> {
        self.visualizations.values().filter(move |vis| vis.org_id == org)
    }

    /// The widgets of an organization's dashboard, in the order in which they are shown.
    pub fn dashboard(&self, org: OrgId) -> &[ParamId] {
        self.dashboards.get(&org).map_or(&[], Vec::as_slice)
    }

    pub fn sms_settings(&self, org: OrgId) -> SmsSettings {
        self.sms.get(&org).cloned().unwrap_or_default()
    }
}

impl Param {
    /// A text in a language, else in English.
    fn word<'p>(
        &'p self,
        lang: Lang,
        english: Option<&'p String>,
        pick: impl FnOnce(&'p Words) -> Option<&'p String>,
    ) -> Option<&'p str> {
        self.translations.get(lang.code()).and_then(pick).or(english).map(String::as_str)
    }

    pub fn name_in(&self, lang: Lang) -> &str {
        self.word(lang, Some(&self.name), |words| words.name.as_ref()).unwrap_or_default()
    }

    pub fn category_in(&self, lang: Lang) -> Option<&str> {
        self.word(lang, self.category.as_ref(), |words| words.category.as_ref())
    }

    pub fn description_in(&self, lang: Lang) -> Option<&str> {
        self.word(lang, self.description.as_ref(), |words| words.description.as_ref())
    }

    pub fn unit_in(&self, lang: Lang) -> Option<&str> {
        self.word(lang, self.unit.as_ref(), |words| words.unit.as_ref())
    }

    /// A value with its unit, or its text, in a language (A-8, D-15).
    pub fn formatted(&self, value: &Value<'_>, lang: Lang) -> String {
        let texts = self.texts.get(lang.code()).or_else(|| self.texts.get(Lang::En.code()));
        let texts: Vec<(&str, &str)> =
            texts.into_iter().flatten().map(|(value, text)| (value.as_str(), text.as_str())).collect();
        let decimals = self.codec().and_then(|codec| codec.decimals());
        value.format(&Format { unit: self.unit_in(lang), decimals, texts: &texts, ..Format::new(lang) }).to_string()
    }

    /// "Name, unit (label)", as lists of a device show it (D-15).
    pub fn full_name_in(&self, lang: Lang) -> String {
        let mut full = self.name_in(lang).to_owned();
        if let Some(unit) = self.unit_in(lang) {
            full.push_str(", ");
            full.push_str(unit);
        }
        if let Some(label) = &self.label {
            full.push_str(" (");
            full.push_str(label);
            full.push(')');
        }
        full
    }
}

/// Codes that stand for an enum in the API, the plant file and the store.
macro_rules! codes {
    ($type:ty, $($variant:ident => $code:literal),+) => {
        impl $type {
            pub const ALL: &'static [$type] = &[$(<$type>::$variant),+];

            pub const fn code(self) -> &'static str {
                match self { $(<$type>::$variant => $code),+ }
            }

            pub fn from_code(code: &str) -> Option<Self> {
                Self::ALL.iter().copied().find(|each| each.code() == code)
            }
        }
    };
}

codes!(Role,
    Owner => "owner",
    Manager => "manager",
    TechnicalManager => "technical-manager",
    Operator => "operator",
    Viewer => "viewer",
    MonitorOperator => "monitor-operator",
    MonitorViewer => "monitor-viewer",
    MonitorNoParams => "monitor-no-params");

codes!(DisabledBy, Admin => "admin", Billing => "billing", User => "user");
