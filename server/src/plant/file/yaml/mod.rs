//! YAML, and JSON, which is a part of it, as a tree that knows where everything stands: after a fault the
//! rest is still read, so that all faults are told at once, each with line, column and path.

mod reader;

use std::collections::{BTreeSet, HashMap};

use granit_parser::{Event, Parser, ScalarStyle};
use serde::de::DeserializeOwned;

use self::reader::Reader;
pub(in crate::plant) use self::reader::hint;

use super::read::Fault;
use super::values::{Place, SPANNED};

/// Most values that aliases stand for: a file of a few lines could stand for more than any memory holds.
const MOST_COPIES: usize = 200_000;

/// Most faults that are told at once.
const MOST_FAULTS: usize = 100;

type Id = usize;

enum Content {
    Scalar { text: String, is_plain: bool },
    List(Vec<Id>),
    Map(Vec<(Id, Id)>),
}

/// Where in its parent a node stands.
#[derive(Clone)]
enum Step {
    Root,
    Key(Id, String),
    Index(Id, usize),
}

struct Node {
    place: Place,
    step: Step,
    content: Content,
}

/// A read file.
pub struct Tree {
    nodes: Vec<Node>,
    /// What a fault was found in: left out when the rest is read.
    removed: BTreeSet<Id>,
}

fn place(marker: &granit_parser::Marker) -> Place {
    Place { line: marker.line() as u64, column: marker.col() as u64 + 1 }
}

impl Tree {
    pub fn parse(text: &str) -> Result<Tree, Fault> {
        let mut builder =
            Builder { nodes: Vec::new(), anchors: HashMap::new(), open: Vec::new(), documents: 0, copies: 0 };
        for next in Parser::new_from_str(text) {
            let (event, span) = next.map_err(|error| (Some(place(error.marker())), error.info()))?;
            builder.take(event, place(&span.start))?;
        }
        if builder.nodes.is_empty() {
            // Nothing but comments: every section is left out.
            builder.add(Place { line: 1, column: 1 }, Content::Map(Vec::new()));
        }
        let mut tree = Tree { nodes: builder.nodes, removed: BTreeSet::new() };
        tree.finish(0, Step::Root)?;
        Ok(tree)
    }

    /// Names the steps, takes in merged mappings and refuses keys that stand twice.
    fn finish(&mut self, id: Id, step: Step) -> Result<(), Fault> {
        let Some(node) = self.nodes.get_mut(id) else { return Ok(()) };
        node.step = step;
        match std::mem::replace(&mut node.content, Content::List(Vec::new())) {
            Content::List(children) => {
                for (index, child) in children.iter().enumerate() {
                    self.finish(*child, Step::Index(id, index))?;
                }
                self.put_back(id, Content::List(children));
            }
            Content::Map(entries) => {
                let entries = self.merged(entries);
                let mut seen = BTreeSet::new();
                for (key, value) in &entries {
                    let name = self.text(*key).to_owned();
                    self.finish(*key, Step::Key(id, name.clone()))?;
                    self.finish(*value, Step::Key(id, name.clone()))?;
                    if !seen.insert(name.clone()) {
                        return Err((self.place(*key), format!("{}: stands twice", self.path(*key))));
                    }
                }
                self.put_back(id, Content::Map(entries));
            }
            scalar @ Content::Scalar { .. } => self.put_back(id, scalar),
        }
        Ok(())
    }

    fn put_back(&mut self, id: Id, content: Content) {
        if let Some(node) = self.nodes.get_mut(id) {
            node.content = content;
        }
    }

    /// Entries with those of `<<` that they do not have themselves.
    fn merged(&self, entries: Vec<(Id, Id)>) -> Vec<(Id, Id)> {
        let is_merge = |key: Id| matches!(self.content(key), Content::Scalar { text, is_plain: true } if text == "<<");
        let (merges, mut own): (Vec<_>, Vec<_>) = entries.into_iter().partition(|(key, _)| is_merge(*key));
        for (_, value) in merges {
            let maps = match self.content(value) {
                Content::List(maps) => maps.clone(),
                _ => vec![value],
            };
            for map in maps {
                let Content::Map(others) = self.content(map) else { continue };
                for (key, value) in others {
                    if own.iter().all(|(each, _)| self.text(*each) != self.text(*key)) {
                        own.push((*key, *value));
                    }
                }
            }
        }
        own
    }

    fn content(&self, id: Id) -> &Content {
        const NONE: &Content = &Content::List(Vec::new());
        self.nodes.get(id).map_or(NONE, |node| &node.content)
    }

    fn text(&self, id: Id) -> &str {
        match self.content(id) {
            Content::Scalar { text, .. } => text,
            Content::List(_) | Content::Map(_) => "",
        }
    }

    fn place(&self, id: Id) -> Option<Place> {
        self.nodes.get(id).map(|node| node.place)
    }

    fn step(&self, id: Id) -> Step {
        self.nodes.get(id).map_or(Step::Root, |node| node.step.clone())
    }

    fn parent(&self, id: Id) -> Option<Id> {
        match self.step(id) {
            Step::Root => None,
            Step::Key(parent, _) | Step::Index(parent, _) => Some(parent),
        }
    }

    /// `organizations[0].networks[1].name`; empty at the root.
    fn path(&self, id: Id) -> String {
        match self.step(id) {
            Step::Root => String::new(),
            Step::Key(parent, key) => join(&self.path(parent), &key),
            Step::Index(parent, index) => format!("{}[{index}]", self.path(parent)),
        }
    }

    fn entry(&self, map: Id, name: &str) -> Option<Id> {
        let Content::Map(entries) = self.content(map) else { return None };
        entries.iter().find(|(key, _)| self.text(*key) == name).map(|(_, value)| *value)
    }

    /// Reads the whole; every fault of a field's own, or the value.
    pub fn read<T: DeserializeOwned>(&mut self) -> Result<T, Vec<Fault>> {
        let mut faults: Vec<Fault> = Vec::new();
        loop {
            let trouble = match T::deserialize(Reader { tree: self, id: 0 }) {
                Ok(value) if faults.is_empty() => return Ok(value),
                Ok(_) => return Err(faults),
                Err(trouble) => trouble,
            };
            let id = trouble.id.unwrap_or(0);
            let is_consequence = trouble
                .missing
                .as_ref()
                .is_some_and(|field| self.entry(id, field).is_some_and(|entry| self.removed.contains(&entry)));
            if !is_consequence {
                let path = self.path(id);
                let separator = if path.is_empty() { "" } else { ": " };
                faults.push((self.place(id), format!("{path}{separator}{}", trouble.text)));
            }
            if id == 0 || faults.len() >= MOST_FAULTS || !self.remove(id) {
                return Err(faults);
            }
        }
    }

    /// A key is removed with its value. Whether it was there.
    fn remove(&mut self, id: Id) -> bool {
        let value = match self.step(id) {
            Step::Key(parent, key) => self.entry(parent, &key).unwrap_or(id),
            Step::Root | Step::Index(..) => id,
        };
        self.removed.insert(value)
    }

    /// A fault of fields that have to fit together, told at a neighbour's place as `field: what is wrong`:
    /// with the place and the path of the field itself.
    pub fn locate(&self, (found, text): Fault) -> Fault {
        let at = |node: &Node| Some(node.place) == found;
        // A mapping and its first key begin at one place: the inner one is the later one.
        let Some(mut id) = self.nodes.iter().rposition(at) else { return (found, text) };
        let mut rest = text.as_str();
        let mut subject = "";
        if let Some(end) = rest.strip_prefix('`').and_then(|after| after.find("`: ")) {
            let (before, after) = rest.split_at(end + 4);
            (subject, rest) = (before, after);
        }
        let mut map = match self.content(id) {
            Content::Map(_) => Some(id),
            _ => self.parent(id),
        };
        while let Some(inner) = map.filter(|inner| !matches!(self.content(*inner), Content::Map(_))) {
            map = self.parent(inner);
        }
        let mut missing = None;
        let mut place = found;
        while let Some((word, after)) = rest.split_once(": ").filter(|(word, _)| is_field(word)) {
            for name in word.split('.') {
                let entry = map.and_then(|map| self.entry(map, name));
                if let Some(entry) = entry {
                    (id, place) = (entry, self.place(entry));
                    if matches!(self.content(entry), Content::Map(_)) {
                        map = Some(entry);
                    }
                } else if !self.is_under(id, name) {
                    missing = map.map(|map| join(&self.path(map), name));
                }
            }
            rest = after;
        }
        let path = missing.unwrap_or_else(|| self.path(id));
        let separator = if path.is_empty() { "" } else { ": " };
        (place, format!("{path}{separator}{subject}{rest}"))
    }

    fn is_under(&self, id: Id, name: &str) -> bool {
        let mut next = Some(id);
        while let Some(id) = next {
            if matches!(self.step(id), Step::Key(_, key) if key == name) {
                return true;
            }
            next = self.parent(id);
        }
        false
    }
}

fn is_field(word: &str) -> bool {
    word.starts_with(|first: char| first.is_ascii_lowercase())
        && word.chars().all(|each| each.is_ascii_alphanumeric() || each == '.')
}

fn join(path: &str, key: &str) -> String {
    if path.is_empty() { key.to_owned() } else { format!("{path}.{key}") }
}

struct Builder {
    nodes: Vec<Node>,
    anchors: HashMap<usize, Id>,
    /// Lists and mappings that have not ended.
    open: Vec<Id>,
    documents: usize,
    copies: usize,
}

impl Builder {
    fn take(&mut self, event: Event<'_>, place: Place) -> Result<(), Fault> {
        match event {
            Event::Scalar(text, style, anchor, tag) => {
                let is_plain = style == ScalarStyle::Plain && tag.is_none();
                let id = self.child(place, Content::Scalar { text: text.into_owned(), is_plain });
                self.anchors.insert(anchor, id);
            }
            Event::SequenceStart(_, anchor, _) => self.start(anchor, place, Content::List(Vec::new())),
            Event::MappingStart(_, anchor, _) => self.start(anchor, place, Content::Map(Vec::new())),
            Event::SequenceEnd | Event::MappingEnd => {
                self.open.pop();
            }
            Event::Alias(anchor) => {
                let target = self.anchors.get(&anchor).copied().filter(|target| !self.open.contains(target));
                let target = target.ok_or_else(|| (Some(place), "an alias that stands for itself".to_owned()))?;
                let copy = self.copy(target, place)?;
                self.hang(copy);
            }
            Event::DocumentStart(..) => {
                self.documents += 1;
                if self.documents > 1 {
                    return Err((Some(place), "a second document, expected one".to_owned()));
                }
            }
            Event::StreamStart
            | Event::StreamEnd
            | Event::DocumentEnd
            | Event::Anchor(..)
            | Event::UnresolvedAlias(_)
            | Event::Comment(..) => {}
            other => return Err((Some(place), format!("cannot be read: {other:?}"))),
        }
        Ok(())
    }

    fn start(&mut self, anchor: usize, place: Place, content: Content) {
        let id = self.child(place, content);
        self.anchors.insert(anchor, id);
        self.open.push(id);
    }

    fn add(&mut self, place: Place, content: Content) -> Id {
        self.nodes.push(Node { place, step: Step::Root, content });
        self.nodes.len() - 1
    }

    fn child(&mut self, place: Place, content: Content) -> Id {
        let id = self.add(place, content);
        self.hang(id);
        id
    }

    /// Puts a node under the innermost open one; of a mapping keys and values come in turns.
    fn hang(&mut self, id: Id) {
        let Some(parent) = self.open.last().and_then(|parent| self.nodes.get_mut(*parent)) else { return };
        match &mut parent.content {
            Content::List(children) => children.push(id),
            Content::Map(entries) => match entries.last_mut() {
                Some((key, value)) if key == value => *value = id,
                _ => entries.push((id, id)),
            },
            Content::Scalar { .. } => {}
        }
    }

    /// What an alias stands for, at the alias's place.
    fn copy(&mut self, target: Id, place: Place) -> Result<Id, Fault> {
        self.copies += 1;
        if self.copies > MOST_COPIES {
            return Err((Some(place), format!("aliases stand for more than {MOST_COPIES} values")));
        }
        let content = match self.nodes.get(target).map(|node| &node.content) {
            Some(Content::Scalar { text, is_plain }) => Content::Scalar { text: text.clone(), is_plain: *is_plain },
            Some(Content::List(children)) => {
                let children = children.clone();
                Content::List(children.into_iter().map(|child| self.copy(child, place)).collect::<Result<_, _>>()?)
            }
            Some(Content::Map(entries)) => {
                let entries = entries.clone();
                let copies =
                    entries.into_iter().map(|(key, value)| Ok((self.copy(key, place)?, self.copy(value, place)?)));
                Content::Map(copies.collect::<Result<_, Fault>>()?)
            }
            None => Content::List(Vec::new()),
        };
        Ok(self.add(place, content))
    }
}

#[cfg(test)]
mod tests;
