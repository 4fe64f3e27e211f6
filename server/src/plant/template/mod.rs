//! Device templates: what there is to be read of a kind of device (DOMAIN.md 2.2, 2.4).
//!
//! A template is a section of the plant file, a file of its own in YAML or JSON, a workbook in the layout
//! that Overvis imports and exports, or one of those that are shipped with the program. All become the same
//! [`Template`]; an error names file and place, field and what was expected.

mod shipped;
mod source;
mod workbook;

use std::collections::BTreeMap;
use std::fmt;
use std::path::{Path, PathBuf};

use parabus_core::modbus::WriteFunction;
use parabus_core::modbus::plan::{Point, ReadGroup, plan_reads};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::file::{
    Fault, Name, Parameter, Spanned, check_parameters, codes, distinct, group_size, hint, write_function,
};
use crate::model;
pub use shipped::{all as all_shipped, shipped};
pub use source::{Loaded, files, load, print};

/// A kind of device.
#[derive(Clone, Debug, Default, PartialEq, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Template {
    /// By which the plant file names it; of a file of its own, the file's name without one.
    #[serde(default, skip_serializing_if = "Name::is_empty")]
    pub id: Name,
    /// In a plant file instead of everything else: a file with the template, or a folder of such files.
    #[serde(default, skip_serializing)]
    file: Option<Spanned<PathBuf>>,
    #[serde(default)]
    pub name: Name,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub manufacturer: String,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub version: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub category: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// The manual that the registers are from.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub source: Option<String>,
    /// Most registers in one request; requests stay within what the standard allows.
    #[serde(default, deserialize_with = "group_size", skip_serializing_if = "Option::is_none")]
    #[schemars(schema_with = "super::file::schema::group_size")]
    pub read_group_size: Option<u8>,
    #[serde(
        default,
        deserialize_with = "write_function",
        serialize_with = "codes::optional",
        skip_serializing_if = "Option::is_none"
    )]
    #[schemars(schema_with = "super::file::schema::write_function")]
    pub write_function: Option<WriteFunction>,
    #[serde(default)]
    pub parameters: Vec<Parameter>,
}

/// Whether a text has more characters than it may.
pub fn is_longer(text: Option<&str>, most: usize) -> bool {
    text.is_some_and(|text| text.chars().count() > most)
}

impl Template {
    /// One of the store, whose writing needs an id for devices to refer to.
    pub(super) fn of(template: &model::Template, id: &str, parameters: Vec<Parameter>) -> Template {
        Template {
            id: Name::from(id),
            file: None,
            name: Name::from(template.name.as_str()),
            manufacturer: template.manufacturer.clone(),
            version: template.version.clone(),
            category: template.category.clone(),
            description: template.description.clone(),
            source: None,
            read_group_size: Some(template.read_group_size),
            write_function: Some(template.write_function).filter(|function| *function != WriteFunction::Normal),
            parameters,
        }
    }

    /// Everything that is wrong with it, each with its line.
    fn check(&self) -> Vec<Fault> {
        let mut faults = Vec::new();
        let line = Some(self.name.place.max(self.id.place));
        if self.name.is_empty() {
            faults.push((line, "name: missing, expected 1 to 200 characters".to_owned()));
        }
        let limits = [
            ("manufacturer", Some(self.manufacturer.as_str()), 200),
            ("version", Some(self.version.as_str()), 50),
            ("category", self.category.as_deref(), 200),
        ];
        for (field, text, most) in limits {
            if is_longer(text, most) {
                faults.push((line, format!("{field}: too long, expected at most {most} characters")));
            }
        }
        if self.parameters.is_empty() {
            faults.push((line, "parameters: none, expected at least one".to_owned()));
        }
        distinct(&mut faults, "parameters of one template", self.parameters.iter().map(|param| &param.name));
        check_parameters(&self.parameters, &mut faults);
        faults
    }

    /// What makes two templates of one scope the same (DOMAIN.md 2.2).
    pub(super) fn identity(&self) -> (&str, &str, &str) {
        (&self.name.text, &self.manufacturer, &self.version)
    }
}

/// For people: what it is, and what reading it takes.
impl fmt::Display for Template {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let words = [self.manufacturer.as_str(), self.name.text.as_str(), self.version.as_str()];
        let named: Vec<&str> = words.into_iter().filter(|word| !word.is_empty()).collect();
        let tracked = self.parameters.iter().filter(|param| param.is_tracked);
        let requests = requests(tracked, self.read_group_size.unwrap_or(1)).len();
        write!(f, "{}, {} parameters, {requests} requests a reading", named.join(" "), self.parameters.len())
    }
}

/// The requests that read parameters, of at most so many registers.
pub fn requests<'p>(parameters: impl Iterator<Item = &'p Parameter>, most: u8) -> Vec<ReadGroup> {
    let points = parameters.filter_map(|param| {
        let count = u16::try_from(param.codec().register_count()).ok()?;
        Some((!param.read_as_group, Point { kind: param.register_kind, address: param.address, count }))
    });
    let mut points: Vec<(bool, Point)> = points.collect();
    points.sort_unstable();
    let together = points.partition_point(|(alone, _)| !alone);
    let points: Vec<Point> = points.into_iter().map(|(_, point)| point).collect();
    let (points, alone) = points.split_at(together);
    let plan = plan_reads(points, most.into(), 0, &[]);
    plan.chain(alone.chunks(1).flat_map(|point| plan_reads(point, most.into(), 0, &[]))).collect()
}

/// Templates of one scope are told apart by name, manufacturer and version.
pub fn check_identities(templates: &[Template], faults: &mut Vec<Fault>) {
    let mut seen = BTreeMap::new();
    for template in templates {
        if let Some(other) = seen.insert(template.identity(), &template.id.text) {
            let text = "has name, manufacturer and version of";
            faults.push((Some(template.id.place), format!("template `{}` {text} `{other}`", template.id.text)));
        }
    }
}

/// Why a name of a template leads nowhere.
pub fn unknown(id: &str) -> String {
    let shipped = shipped::ids();
    let hint = hint(id, shipped.split(", "));
    format!("unknown `{id}`, expected the id of one of `templates` or of one that is shipped: {shipped}{hint}")
}

/// Checks the templates of a plant file and replaces those that name a file or a folder by what is there.
pub fn include(templates: &mut Vec<Template>, folder: Option<&Path>, faults: &mut Vec<Fault>) {
    for template in std::mem::take(templates) {
        let Some(file) = &template.file else {
            if template.id.is_empty() {
                let text = "templates: id: missing, expected a name for devices to refer to";
                faults.push((Some(template.name.place), text.to_owned()));
            }
            faults.extend(template.check());
            templates.push(template);
            continue;
        };
        let line = Some(file.place);
        let is_alone =
            Template { id: template.id.clone(), file: Some(file.clone()), ..Template::default() } == template;
        if !is_alone {
            faults.push((line, "templates: file: expected nothing beside it but `id`".to_owned()));
        }
        let Some(folder) = folder else {
            faults.push((line, "templates: file: a plant that is no file includes none".to_owned()));
            continue;
        };
        match files(&[folder.join(&file.value)]) {
            Ok(paths) if paths.len() != 1 && !template.id.is_empty() => {
                faults.push((line, "templates: id: only for a single file".to_owned()));
            }
            Ok(paths) => {
                for path in paths {
                    match load(&path) {
                        Ok(loaded) => {
                            let own = Some(template.id.clone()).filter(|id| !id.is_empty());
                            templates
                                .push(Template { id: own.unwrap_or(loaded.template.id.clone()), ..loaded.template });
                        }
                        Err(found) => {
                            faults.extend(found.into_iter().map(|fault| (line, format!("templates: {fault}"))))
                        }
                    }
                }
            }
            Err(fault) => faults.push((line, format!("templates: {fault}"))),
        }
    }
}

#[cfg(test)]
mod tests;
