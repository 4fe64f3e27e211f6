//! Templates that come with the program.

use rust_embed::RustEmbed;

use super::Template;
use super::source;

#[derive(RustEmbed)]
#[folder = "templates"]
struct Files;

/// The template of an id; each lies in a file of that name.
pub fn shipped(id: &str) -> Option<Template> {
    let file = Files::get(&format!("{id}.yaml"))?;
    source::parse(std::str::from_utf8(&file.data).ok()?, id).ok()
}

/// Every one.
pub fn all() -> impl Iterator<Item = Template> {
    names().into_iter().filter_map(|id| shipped(&id))
}

/// Their ids, for people.
pub fn ids() -> String {
    names().join(", ")
}

fn names() -> Vec<String> {
    let mut names: Vec<String> =
        Files::iter().filter_map(|file| file.strip_suffix(".yaml").map(str::to_owned)).collect();
    names.sort();
    names
}
