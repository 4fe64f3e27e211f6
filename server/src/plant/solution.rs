//! Networks by their solution: which devices there are, made from templates (DOMAIN.md A-17).

use std::collections::BTreeSet;

use parabus_core::modbus::{RegisterKind, UnitId, WriteFunction};
use parabus_core::value::Decimal;

use super::apply::slug_of;
use super::file::{PERIOD_SEC, RETRIES, TIMEOUT_MS};
use crate::model::{Device, Directory, NetId, Param, Template, TemplateId, TemplateParam};
use crate::storage::{Edit, StoreError};

/// What kind of plant a network is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SolutionKind {
    /// Devices of any kind at units of their own.
    Standalone,
    /// One controller of this SKU.
    Rpm416,
    Opcb221,
    Em130,
}

impl SolutionKind {
    pub const ALL: [SolutionKind; 4] =
        [SolutionKind::Standalone, SolutionKind::Rpm416, SolutionKind::Opcb221, SolutionKind::Em130];

    pub const fn code(self) -> &'static str {
        match self {
            SolutionKind::Standalone => "standalone",
            SolutionKind::Rpm416 => "rpm416",
            SolutionKind::Opcb221 => "opcb221",
            SolutionKind::Em130 => "em130",
        }
    }

    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.code() == code)
    }
}

/// A device that a network is to have.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewDevice {
    pub unit: UnitId,
    pub name: Option<String>,
    /// One that the caller has found in the configuration.
    pub template: Option<TemplateId>,
}

/// The one device of a controller's solution.
///
/// # Errors
/// That no template is known for the SKU.
pub fn controller(
    kind: SolutionKind,
    sku: Option<&str>,
    unit: UnitId,
    directory: &Directory,
) -> Result<NewDevice, String> {
    let sku = sku.unwrap_or(kind.code());
    let template = directory.sku_templates.get(sku).copied().ok_or_else(|| {
        format!("no template is known for the SKU `{sku}`: name one under `skuTemplates` in the plant file")
    })?;
    Ok(NewDevice { unit, name: None, template: Some(template) })
}

/// The first two devices that would have one name, among those of a network and those that it is to get.
pub fn name_twice(directory: &Directory, net: Option<NetId>, devices: &[NewDevice]) -> Option<String> {
    let present: Vec<_> = net.into_iter().flat_map(|net| directory.devices_of(net)).collect();
    let mut names: BTreeSet<String> = present.iter().map(|device| device.name.clone()).collect();
    let mut new = devices.iter().filter(|new| present.iter().all(|device| device.unit_id != new.unit));
    new.find_map(|new| {
        let template = new.template.and_then(|id| directory.templates.get(&id));
        let name = name_of(new, template);
        (!names.insert(name.clone())).then_some(name)
    })
}

fn name_of(new: &NewDevice, template: Option<&Template>) -> String {
    let kind = template.map_or("Device", |template| template.name.as_str());
    let given = new.name.as_ref().map(|name| name.trim().to_owned());
    given.unwrap_or_else(|| format!("{kind} {}", new.unit.0))
}

/// Adds those devices to a network whose units it does not have yet; how many.
pub fn add_devices(edit: &mut Edit<'_>, net: NetId, devices: &[NewDevice]) -> Result<usize, StoreError> {
    let present: Vec<(UnitId, String)> =
        edit.before().devices_of(net).map(|device| (device.unit_id, device.slug.clone())).collect();
    let mut slugs: BTreeSet<String> = present.iter().map(|(_, slug)| slug.clone()).collect();
    let mut added = 0;
    for new in devices.iter().filter(|new| present.iter().all(|(unit, _)| *unit != new.unit)) {
        let template = new.template.and_then(|id| edit.before().templates.get(&id).cloned());
        add_device(edit, net, new, template.as_ref(), &mut slugs)?;
        added += 1;
    }
    Ok(added)
}

fn add_device(
    edit: &mut Edit<'_>,
    net: NetId,
    new: &NewDevice,
    template: Option<&Template>,
    slugs: &mut BTreeSet<String>,
) -> Result<(), StoreError> {
    let name = name_of(new, template);
    let device = Device {
        id: 0,
        net_id: net,
        slug: slug_of(&name, slugs),
        name,
        description: None,
        unit_id: new.unit,
        disabled: None,
        update_period_sec: PERIOD_SEC,
        read_group_size: template.map_or(1, |template| template.read_group_size),
        read_gap: 0,
        write_function: template.map_or(WriteFunction::Normal, |template| template.write_function),
        timeout_retries: RETRIES,
        timeout_ms: TIMEOUT_MS,
        template_id: new.template,
        group: None,
    };
    let device = edit.put_device(&device)?;
    let mut slugs = BTreeSet::new();
    for of_template in template.into_iter().flat_map(|template| &template.params) {
        let slug = slug_of(&of_template.name, &mut slugs);
        edit.put_param(&param(of_template, device, slug)?)?;
    }
    Ok(())
}

fn param(of_template: &TemplateParam, device_id: i64, slug: String) -> Result<Param, StoreError> {
    let decimal = |text: &String| {
        Decimal::parse(text).map_err(|_| StoreError::Content { field: "a decimal number", text: text.clone() })
    };
    let limit = |text: &Option<String>| text.as_ref().map(decimal).transpose();
    let unknown = || StoreError::Content { field: "a register kind", text: of_template.kind.clone() };
    Ok(Param {
        id: 0,
        device_id,
        name: of_template.name.clone(),
        slug,
        description: of_template.description.clone(),
        category: of_template.category.clone(),
        label: of_template.label.clone(),
        unit: of_template.unit.clone(),
        kind: RegisterKind::from_code(&of_template.kind).ok_or_else(unknown)?,
        address: of_template.address,
        value_type: of_template.value_type.clone(),
        multiplier: decimal(&of_template.multiplier)?,
        shift: decimal(&of_template.shift)?,
        precision: of_template.precision,
        bit_position: of_template.bit_position,
        bits_amount: of_template.bits_amount,
        length: of_template.length,
        not_available: of_template.not_available.clone(),
        min: limit(&of_template.min)?,
        max: limit(&of_template.max)?,
        is_tracked: of_template.is_tracked,
        is_programmable: of_template.is_programmable,
        texts: of_template.texts.clone(),
        on_dashboard: of_template.on_dashboard,
        translations: of_template.translations.clone(),
        reads_alone: of_template.reads_alone,
    })
}
