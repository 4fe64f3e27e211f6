//! Reading a plant file, and files of the same form.

use std::collections::BTreeSet;
use std::fmt;
use std::path::{Path, PathBuf};

use serde::de::DeserializeOwned;

use super::super::template::{self, Template};
use super::model::{File, Visualization};
use super::values::Place;
use super::yaml::Tree;

/// What is wrong, with its place.
pub(in crate::plant) type Fault = (Option<Place>, String);

/// Reads YAML, and JSON, which is a part of it, and checks what has to fit together.
pub(in crate::plant) fn read_yaml<T: DeserializeOwned>(
    text: &str,
    check: impl FnOnce(&mut T) -> Vec<Fault>,
) -> Result<T, Vec<Fault>> {
    let mut tree = Tree::parse(text).map_err(|fault| vec![fault])?;
    let mut faults = match tree.read() {
        Ok(mut value) => {
            let faults = check(&mut value);
            if faults.is_empty() {
                return Ok(value);
            }
            faults.into_iter().map(|fault| tree.locate(fault)).collect()
        }
        Err(faults) => faults,
    };
    faults.sort_by_key(|(place, _)| *place);
    Err(faults)
}

/// Why a file was refused.
#[derive(Debug)]
pub struct PlantError {
    path: PathBuf,
    faults: Vec<Fault>,
}

impl fmt::Display for PlantError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, (place, text)) in self.faults.iter().enumerate() {
            let separator = if index == 0 { "" } else { "\n" };
            write!(f, "{separator}{}{}: {text}", self.path.display(), suffix(*place))?;
        }
        Ok(())
    }
}

impl std::error::Error for PlantError {}

/// `:12:5` behind a file's name.
pub(in crate::plant) fn suffix(place: Option<Place>) -> String {
    let known = place.filter(|place| place.line > 0);
    known.map(|Place { line, column }| format!(":{line}:{column}")).unwrap_or_default()
}

impl Visualization {
    /// Puts the text of the file that it names in its place.
    fn read(&mut self, folder: &Path) -> Result<(), Fault> {
        let fault = |text: String| (Some(self.source.place), format!("`{}`: source: {text}", self.name.text));
        if let Some(path) = self.source.value.strip_prefix("file:") {
            let path = folder.join(path.trim());
            let text =
                std::fs::read_to_string(&path).map_err(|error| fault(format!("`{}`: {error}", path.display())))?;
            self.source.value = text;
        }
        let length = self.source.value.len();
        if length > LONGEST_SOURCE {
            return Err(fault(format!("{length} bytes, expected at most {LONGEST_SOURCE}")));
        }
        Ok(())
    }
}

/// Longest source of a visualization, bytes: as much as a body of the API holds (D-34).
const LONGEST_SOURCE: usize = 1_048_576;

impl File {
    pub fn load(path: &Path) -> Result<File, PlantError> {
        let fail = |line, text| PlantError { path: path.to_owned(), faults: vec![(line, text)] };
        let text = std::fs::read_to_string(path).map_err(|error| fail(None, format!("cannot be read: {error}")))?;
        let folder = path.parent().unwrap_or(Path::new(""));
        let read = File::read(&text, Some(folder));
        let mut file = read.map_err(|faults| PlantError { path: path.to_owned(), faults })?;
        let networks = file.organizations.iter_mut().flat_map(|org| org.networks.iter_mut());
        for port in networks.filter_map(|net| net.connection.path.as_mut()) {
            // Whoever applies or plays the file may stand elsewhere.
            *port = std::path::absolute(folder.join(&port))
                .map_err(|error| fail(None, format!("path: `{}`: {error}", port.display())))?;
        }
        let visualizations = file.organizations.iter_mut().flat_map(|org| org.visualizations.iter_mut());
        let faults: Vec<_> = visualizations.filter_map(|vis| vis.read(folder).err()).collect();
        if faults.is_empty() { Ok(file) } else { Err(PlantError { path: path.to_owned(), faults }) }
    }

    /// A file that includes no other. All faults that were found, each with its place.
    pub fn parse(text: &str) -> Result<File, Vec<Fault>> {
        File::read(text, None)
    }

    fn read(text: &str, folder: Option<&Path>) -> Result<File, Vec<Fault>> {
        read_yaml(text, |file: &mut File| {
            let mut faults = Vec::new();
            for templates in std::iter::once(&mut *file.templates)
                .chain(file.organizations.iter_mut().map(|org| &mut *org.templates))
            {
                template::include(templates, folder, &mut faults);
            }
            file.take_shipped();
            faults.extend(file.check());
            faults
        })
    }

    /// Adds the shipped templates that are named and that the file does not describe itself.
    fn take_shipped(&mut self) {
        let devices = self.networks().flat_map(|network| network.devices.iter());
        let of_devices = devices.filter_map(|device| device.template.as_ref());
        let named: BTreeSet<&str> = of_devices.chain(self.sku_templates.values()).map(|id| id.value.as_str()).collect();
        let missing = named.into_iter().filter(|id| self.template(id).is_none());
        let shipped: Vec<Template> = missing.filter_map(template::shipped).collect();
        self.templates.extend(shipped);
    }
}
