//! Files with one template each.

use std::path::{Path, PathBuf};

use super::super::file::{Fault, Name, read_yaml, suffix};
use super::{Template, workbook};

/// A template from a file, and what of the file has no effect.
#[derive(Debug)]
pub struct Loaded {
    pub template: Template,
    pub ignored: Vec<String>,
}

/// What a folder of templates may hold.
const ENDINGS: [&str; 4] = ["yaml", "yml", "json", "xlsx"];

fn ending(path: &Path) -> String {
    path.extension().map(|ending| ending.to_string_lossy().to_lowercase()).unwrap_or_default()
}

/// Every file of a list of files and folders.
pub fn files(paths: &[PathBuf]) -> Result<Vec<PathBuf>, String> {
    let found = paths.iter().map(|path| if path.is_dir() { files_in(path) } else { Ok(vec![path.clone()]) });
    Ok(found.collect::<Result<Vec<_>, _>>()?.concat())
}

/// The files of templates in a folder, by name.
pub fn files_in(folder: &Path) -> Result<Vec<PathBuf>, String> {
    let fail = |error: std::io::Error| format!("{}: cannot be read: {error}", folder.display());
    let entries = std::fs::read_dir(folder).map_err(fail)?.collect::<Result<Vec<_>, _>>().map_err(fail)?;
    let mut paths: Vec<PathBuf> =
        entries.into_iter().map(|entry| entry.path()).filter(|path| ENDINGS.contains(&ending(path).as_str())).collect();
    paths.sort();
    Ok(paths)
}

/// Reads a template. Every fault that was found, each with file and place.
pub fn load(path: &Path) -> Result<Loaded, Vec<String>> {
    let fail = |text: String| vec![format!("{}: {text}", path.display())];
    let id = path.file_stem().unwrap_or_default().to_string_lossy();
    match ending(path).as_str() {
        "xlsx" => workbook::read(path, &id),
        "yaml" | "yml" | "json" => {
            let text = std::fs::read_to_string(path).map_err(|error| fail(format!("cannot be read: {error}")))?;
            let template = parse(&text, &id).map_err(|faults| {
                faults
                    .into_iter()
                    .map(|(place, text)| format!("{}{}: {text}", path.display(), suffix(place)))
                    .collect::<Vec<_>>()
            })?;
            Ok(Loaded { template, ignored: Vec::new() })
        }
        _ => Err(fail(format!("not a template, expected a file that ends in {}", ENDINGS.join(", ")))),
    }
}

/// A template from YAML or JSON; `id` is its name where it has none of its own.
pub fn parse(text: &str, id: &str) -> Result<Template, Vec<Fault>> {
    read_yaml(text, |template: &mut Template| {
        if template.id.is_empty() {
            template.id = Name::from(id);
        }
        let mut faults = template.check();
        if let Some(file) = template.file.take() {
            faults.push((Some(file.place), "file: only in a plant file".to_owned()));
        }
        faults
    })
}

/// The template as YAML.
pub fn print(template: &Template) -> Result<String, String> {
    serde_saphyr::to_string(template).map_err(|error| error.to_string())
}
