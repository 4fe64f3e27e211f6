//! YAML, and JSON, which is a part of it, as a tree that knows where everything stands: after a fault the
//! rest is still read, so that all faults are told at once, each with line, column and path.

use std::collections::{BTreeSet, HashMap};
use std::fmt;

use granit_parser::{Event, Parser, ScalarStyle};
use serde::de::value::StrDeserializer;
use serde::de::{
    DeserializeOwned, DeserializeSeed, Deserializer, EnumAccess, Error, Expected, IntoDeserializer, MapAccess,
    SeqAccess, Unexpected, VariantAccess, Visitor,
};

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

/// Why a value was not taken.
#[derive(Debug)]
struct Trouble {
    id: Option<Id>,
    text: String,
    /// The field that is not there.
    missing: Option<String>,
}

impl Trouble {
    fn at(mut self, id: Id) -> Self {
        self.id = self.id.or(Some(id));
        self
    }
}

impl fmt::Display for Trouble {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

impl std::error::Error for Trouble {}

impl Error for Trouble {
    fn custom<T: fmt::Display>(text: T) -> Self {
        Trouble { id: None, text: text.to_string(), missing: None }
    }

    fn missing_field(field: &'static str) -> Self {
        Trouble { id: None, text: format!("missing field `{field}`"), missing: Some(field.to_owned()) }
    }

    fn unknown_field(field: &str, expected: &'static [&'static str]) -> Self {
        Error::custom(format!("unknown field `{field}`, {}", choice(field, expected)))
    }

    fn unknown_variant(variant: &str, expected: &'static [&'static str]) -> Self {
        Error::custom(format!("unknown `{variant}`, {}", choice(variant, expected)))
    }

    fn invalid_type(found: Unexpected<'_>, expected: &dyn Expected) -> Self {
        Error::custom(format!("found {found}, expected {expected}"))
    }
}

fn choice(found: &str, expected: &[&str]) -> String {
    if expected.is_empty() {
        return "expected none".to_owned();
    }
    format!("expected one of {}{}", expected.join(", "), hint(found, expected.iter().copied()))
}

/// The nearest of some names, if one is near.
pub(in crate::plant) fn hint<'n>(found: &str, names: impl Iterator<Item = &'n str>) -> String {
    let found = found.to_lowercase();
    let most = found.chars().count() / 3 + 1;
    let distances = names.map(|name| (strsim::osa_distance(&found, &name.to_lowercase()), name));
    let nearest = distances.filter(|(distance, _)| *distance <= most).min_by_key(|(distance, _)| *distance);
    nearest.map(|(_, name)| format!("; did you mean `{name}`?")).unwrap_or_default()
}

#[derive(Clone, Copy)]
struct Reader<'t> {
    tree: &'t Tree,
    id: Id,
}

fn is_nothing(text: &str) -> bool {
    matches!(text, "" | "~" | "null" | "Null" | "NULL")
}

fn boolean(text: &str) -> Option<bool> {
    match text.to_ascii_lowercase().as_str() {
        "true" | "yes" | "on" => Some(true),
        "false" | "no" | "off" => Some(false),
        _ => None,
    }
}

fn integer(text: &str) -> Option<i128> {
    let (is_negative, digits) = match text.strip_prefix('-') {
        Some(digits) => (true, digits),
        None => (false, text.strip_prefix('+').unwrap_or(text)),
    };
    if !digits.starts_with(|first: char| first.is_ascii_digit()) {
        return None;
    }
    let number = match digits.get(..2) {
        Some("0x" | "0X") => i128::from_str_radix(digits.get(2..)?, 16),
        Some("0o" | "0O") => i128::from_str_radix(digits.get(2..)?, 8),
        Some("0b" | "0B") => i128::from_str_radix(digits.get(2..)?, 2),
        _ => digits.parse(),
    };
    number.ok().map(|number| if is_negative { -number } else { number })
}

impl<'t> Reader<'t> {
    fn scalar(self, expected: &str) -> Result<(&'t str, bool), Trouble> {
        match self.tree.content(self.id) {
            Content::Scalar { text, is_plain } => Ok((text, *is_plain)),
            Content::List(_) => Err(Trouble::custom(format!("found a list, expected {expected}")).at(self.id)),
            Content::Map(_) => Err(Trouble::custom(format!("found fields, expected {expected}")).at(self.id)),
        }
    }

    fn refuse(self, text: &str, expected: &str) -> Trouble {
        let found = if is_nothing(text) { "nothing".to_owned() } else { format!("`{text}`") };
        Trouble::custom(format!("found {found}, expected {expected}")).at(self.id)
    }

    fn whole(self, low: i128, high: i128) -> Result<i128, Trouble> {
        let (text, _) = self.scalar("a whole number")?;
        let number = integer(text).ok_or_else(|| self.refuse(text, "a whole number"))?;
        if number < low || number > high {
            let text = format!("`{text}` is out of range, expected {low} to {high}");
            return Err(Trouble::custom(text).at(self.id));
        }
        Ok(number)
    }

    fn children(self) -> impl Iterator<Item = Id> + 't {
        let children: &[Id] = match self.tree.content(self.id) {
            Content::List(children) => children,
            Content::Scalar { .. } | Content::Map(_) => &[],
        };
        children.iter().copied().filter(move |child| !self.tree.removed.contains(child))
    }

    fn entries(self) -> impl Iterator<Item = (Id, Id)> + 't {
        let entries: &[(Id, Id)] = match self.tree.content(self.id) {
            Content::Map(entries) => entries,
            Content::Scalar { .. } | Content::List(_) => &[],
        };
        entries.iter().copied().filter(move |(_, value)| !self.tree.removed.contains(value))
    }
}

macro_rules! whole {
    ($($method:ident $visit:ident $type:ty),+) => {
        $(fn $method<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Trouble> {
            let number = self.whole(<$type>::MIN.into(), <$type>::MAX.into())?;
            // In range, as it was just checked.
            visitor.$visit(<$type>::try_from(number).unwrap_or_default()).map_err(|trouble: Trouble| trouble.at(self.id))
        })+
    };
}

impl<'de> Deserializer<'de> for Reader<'_> {
    type Error = Trouble;

    whole!(
        deserialize_u8 visit_u8 u8, deserialize_u16 visit_u16 u16, deserialize_u32 visit_u32 u32,
        deserialize_u64 visit_u64 u64, deserialize_i8 visit_i8 i8, deserialize_i16 visit_i16 i16,
        deserialize_i32 visit_i32 i32, deserialize_i64 visit_i64 i64
    );

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Trouble> {
        let (text, is_plain) = match self.tree.content(self.id) {
            Content::List(_) => return self.deserialize_seq(visitor),
            Content::Map(_) => return self.deserialize_map(visitor),
            Content::Scalar { text, is_plain } => (text.as_str(), *is_plain),
        };
        let result = match (is_plain, integer(text), boolean(text)) {
            (false, _, _) => visitor.visit_str(text),
            (true, _, _) if is_nothing(text) => visitor.visit_unit(),
            (true, Some(number), _) => match (i64::try_from(number), u64::try_from(number)) {
                (Ok(number), _) => visitor.visit_i64(number),
                (_, Ok(number)) => visitor.visit_u64(number),
                _ => visitor.visit_str(text),
            },
            (true, None, Some(is_true)) => visitor.visit_bool(is_true),
            (true, None, None) => match text.parse() {
                Ok(float) => visitor.visit_f64(float),
                Err(_) => visitor.visit_str(text),
            },
        };
        result.map_err(|trouble: Trouble| trouble.at(self.id))
    }

    fn deserialize_bool<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Trouble> {
        let (text, _) = self.scalar("true or false")?;
        visitor.visit_bool(boolean(text).ok_or_else(|| self.refuse(text, "true or false"))?)
    }

    fn deserialize_f32<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Trouble> {
        self.deserialize_f64(visitor)
    }

    fn deserialize_f64<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Trouble> {
        let (text, _) = self.scalar("a number")?;
        let number = text.parse::<f64>().ok().filter(|number| number.is_finite());
        visitor.visit_f64(number.ok_or_else(|| self.refuse(text, "a number"))?)
    }

    fn deserialize_char<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Trouble> {
        self.deserialize_str(visitor)
    }

    fn deserialize_str<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Trouble> {
        let (text, is_plain) = self.scalar("a text")?;
        if is_plain && is_nothing(text) {
            return Err(self.refuse(text, "a text"));
        }
        visitor.visit_str(text).map_err(|trouble: Trouble| trouble.at(self.id))
    }

    fn deserialize_string<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Trouble> {
        self.deserialize_str(visitor)
    }

    fn deserialize_identifier<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Trouble> {
        self.deserialize_str(visitor)
    }

    fn deserialize_bytes<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Trouble> {
        self.deserialize_str(visitor)
    }

    fn deserialize_byte_buf<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Trouble> {
        self.deserialize_str(visitor)
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Trouble> {
        match self.tree.content(self.id) {
            Content::Scalar { text, is_plain: true } if is_nothing(text) => visitor.visit_none(),
            _ => visitor.visit_some(self).map_err(|trouble: Trouble| trouble.at(self.id)),
        }
    }

    fn deserialize_unit<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Trouble> {
        let (text, _) = self.scalar("nothing")?;
        if is_nothing(text) { visitor.visit_unit() } else { Err(self.refuse(text, "nothing")) }
    }

    fn deserialize_unit_struct<V: Visitor<'de>>(self, _: &'static str, visitor: V) -> Result<V::Value, Trouble> {
        self.deserialize_unit(visitor)
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(self, name: &'static str, visitor: V) -> Result<V::Value, Trouble> {
        let result = if name == SPANNED {
            visitor.visit_seq(Placed { reader: self, given: 0 })
        } else {
            visitor.visit_newtype_struct(self)
        };
        result.map_err(|trouble: Trouble| trouble.at(self.id))
    }

    fn deserialize_seq<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Trouble> {
        match self.tree.content(self.id) {
            Content::List(_) => {
                let list = List { tree: self.tree, children: self.children() };
                visitor.visit_seq(list).map_err(|trouble: Trouble| trouble.at(self.id))
            }
            Content::Scalar { text, .. } => Err(self.refuse(text, "a list")),
            Content::Map(_) => Err(Trouble::custom("found fields, expected a list").at(self.id)),
        }
    }

    fn deserialize_tuple<V: Visitor<'de>>(self, _: usize, visitor: V) -> Result<V::Value, Trouble> {
        self.deserialize_seq(visitor)
    }

    fn deserialize_tuple_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        _: usize,
        visitor: V,
    ) -> Result<V::Value, Trouble> {
        self.deserialize_seq(visitor)
    }

    fn deserialize_map<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Trouble> {
        match self.tree.content(self.id) {
            Content::Map(_) => {
                let map = Map { tree: self.tree, entries: self.entries(), value: None };
                visitor.visit_map(map).map_err(|trouble: Trouble| trouble.at(self.id))
            }
            Content::Scalar { text, .. } => Err(self.refuse(text, "fields")),
            Content::List(_) => Err(Trouble::custom("found a list, expected fields").at(self.id)),
        }
    }

    fn deserialize_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        _: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Trouble> {
        self.deserialize_map(visitor)
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        _: &'static str,
        variants: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Trouble> {
        let variant = match self.tree.content(self.id) {
            Content::Scalar { .. } => Variant { tree: self.tree, name: self.id, content: None },
            Content::Map(_) | Content::List(_) => {
                let mut entries = self.entries();
                match (entries.next(), entries.next()) {
                    (Some((name, content)), None) => Variant { tree: self.tree, name, content: Some(content) },
                    _ => {
                        let text = format!("expected a single one of {}", variants.join(", "));
                        return Err(Trouble::custom(text).at(self.id));
                    }
                }
            }
        };
        visitor.visit_enum(variant).map_err(|trouble: Trouble| trouble.at(self.id))
    }

    fn deserialize_ignored_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Trouble> {
        visitor.visit_unit()
    }
}

/// Line, column and value.
struct Placed<'t> {
    reader: Reader<'t>,
    given: u8,
}

impl<'de> SeqAccess<'de> for Placed<'_> {
    type Error = Trouble;

    fn next_element_seed<T: DeserializeSeed<'de>>(&mut self, seed: T) -> Result<Option<T::Value>, Trouble> {
        self.given += 1;
        let place = self.reader.tree.place(self.reader.id).unwrap_or_default();
        match self.given {
            1 => seed.deserialize(place.line.into_deserializer()).map(Some),
            2 => seed.deserialize(place.column.into_deserializer()).map(Some),
            3 => seed.deserialize(self.reader).map(Some),
            _ => Ok(None),
        }
    }
}

struct List<'t, I> {
    tree: &'t Tree,
    children: I,
}

impl<'de, I: Iterator<Item = Id>> SeqAccess<'de> for List<'_, I> {
    type Error = Trouble;

    fn next_element_seed<T: DeserializeSeed<'de>>(&mut self, seed: T) -> Result<Option<T::Value>, Trouble> {
        let Some(id) = self.children.next() else { return Ok(None) };
        seed.deserialize(Reader { tree: self.tree, id }).map(Some).map_err(|trouble| trouble.at(id))
    }
}

struct Map<'t, I> {
    tree: &'t Tree,
    entries: I,
    value: Option<Id>,
}

impl<'de, I: Iterator<Item = (Id, Id)>> MapAccess<'de> for Map<'_, I> {
    type Error = Trouble;

    fn next_key_seed<K: DeserializeSeed<'de>>(&mut self, seed: K) -> Result<Option<K::Value>, Trouble> {
        let Some((key, value)) = self.entries.next() else { return Ok(None) };
        self.value = Some(value);
        let text: StrDeserializer<'_, Trouble> = self.tree.text(key).into_deserializer();
        seed.deserialize(text).map(Some).map_err(|trouble| trouble.at(key))
    }

    fn next_value_seed<V: DeserializeSeed<'de>>(&mut self, seed: V) -> Result<V::Value, Trouble> {
        let id = self.value.take().unwrap_or_default();
        seed.deserialize(Reader { tree: self.tree, id }).map_err(|trouble| trouble.at(id))
    }
}

struct Variant<'t> {
    tree: &'t Tree,
    name: Id,
    content: Option<Id>,
}

impl<'de> EnumAccess<'de> for Variant<'_> {
    type Error = Trouble;
    type Variant = Self;

    fn variant_seed<V: DeserializeSeed<'de>>(self, seed: V) -> Result<(V::Value, Self), Trouble> {
        let text: StrDeserializer<'_, Trouble> = self.tree.text(self.name).into_deserializer();
        let value = seed.deserialize(text).map_err(|trouble| trouble.at(self.name))?;
        Ok((value, self))
    }
}

impl<'t> Variant<'t> {
    fn reader(&self) -> Result<Reader<'t>, Trouble> {
        let id = self.content.ok_or_else(|| {
            Trouble::custom(format!("expected fields under `{}`", self.tree.text(self.name))).at(self.name)
        })?;
        Ok(Reader { tree: self.tree, id })
    }
}

impl<'de> VariantAccess<'de> for Variant<'_> {
    type Error = Trouble;

    fn unit_variant(self) -> Result<(), Trouble> {
        match self.content {
            None => Ok(()),
            Some(id) => Err(Trouble::custom("expected nothing under this").at(id)),
        }
    }

    fn newtype_variant_seed<T: DeserializeSeed<'de>>(self, seed: T) -> Result<T::Value, Trouble> {
        let reader = self.reader()?;
        seed.deserialize(reader).map_err(|trouble| trouble.at(reader.id))
    }

    fn tuple_variant<V: Visitor<'de>>(self, _: usize, visitor: V) -> Result<V::Value, Trouble> {
        self.reader()?.deserialize_seq(visitor)
    }

    fn struct_variant<V: Visitor<'de>>(self, _: &'static [&'static str], visitor: V) -> Result<V::Value, Trouble> {
        self.reader()?.deserialize_map(visitor)
    }
}

#[cfg(test)]
mod tests {
    use super::super::File;
    use super::*;

    fn read<T: DeserializeOwned>(text: &str) -> Result<T, Vec<Fault>> {
        Tree::parse(text).map_err(|fault| vec![fault])?.read()
    }

    fn told(faults: Vec<Fault>) -> Vec<String> {
        let told = faults.into_iter().map(|(place, text)| {
            let Place { line, column } = place.unwrap_or_default();
            format!("{line}:{column}: {text}")
        });
        told.collect()
    }

    fn faults(text: &str) -> Vec<String> {
        told(File::parse(text).err().unwrap_or_default())
    }

    #[test]
    fn anchors_aliases_and_merges_are_read() {
        type Maps = std::collections::BTreeMap<String, std::collections::BTreeMap<String, u16>>;
        let maps: Maps = read("a: &a { x: 1, y: 0x10 }\nb: { <<: *a, y: 2 }\nc: *a\n").unwrap();
        assert_eq!((maps["b"]["x"], maps["b"]["y"], maps["c"]["y"]), (1, 2, 16));
        let wrong = told(read::<Maps>("a: &a { x: 1 }\nb: *a\nc: { x: 70000 }\n").unwrap_err());
        assert_eq!(wrong, ["3:9: c.x: `70000` is out of range, expected 0 to 65535"]);
        for (text, want) in [
            ("a: { x: 1, x: 2 }", "1:12: a.x: stands twice"),
            ("a: &a [ *a ]", "1:9: an alias that stands for itself"),
            ("a: {}\n---\nb: {}", "2:1: a second document"),
            ("a: { x: [ }", "1:"),
            ("a: { x: }", "1:"),
        ] {
            let found = told(read::<Maps>(text).unwrap_err());
            assert!(found[0].starts_with(want), "{text}: {found:?}");
        }
        let lines: String = (1..40).map(|n| format!("- &a{n} [ *a{0}, *a{0} ]\n", n - 1)).collect();
        let laughs = told(read::<serde::de::IgnoredAny>(&format!("- &a0 [ 1 ]\n{lines}")).unwrap_err());
        assert!(laughs[0].contains("aliases stand for more than"), "{laughs:?}");
    }

    #[test]
    fn all_faults_are_told_at_once_each_with_place_path_and_hint() {
        let text = "\
organizations:
  - name: Works
    langauge: en
    users:
      - { name: ann, role: ownr }
      - { role: viewer }
    networks:
      - name: Hall
        connection: { kind: direct, ip: 10.0.0.7, port: 99999 }
        devices:
          - { name: Meter, modbusUnitId: one, updatePeriodSec: 0 }
          - name: Pump
            modbusUnitId: 3
            parameters:
              - { name: Flow, registerKind: input, address: 1, type: f23-be }
";
        let want = [
            "3:5: organizations[0].langauge: unknown field `langauge`, expected one of name, slug, language,",
            "5:28: organizations[0].users[0].role: unknown `ownr`, expected owner, manager,",
            "6:9: organizations[0].users[1]: missing field `name`",
            "9:57: organizations[0].networks[0].connection.port: `99999` is out of range, expected 0 to 65535",
            "11:42: organizations[0].networks[0].devices[0].modbusUnitId: found `one`, expected a whole number",
            "11:64: organizations[0].networks[0].devices[0].updatePeriodSec: `0` is out of range, expected 1 to 86400",
            "15:70: organizations[0].networks[0].devices[1].parameters[0].type: `f23-be`: unknown data type",
        ];
        let found = faults(text);
        assert_eq!(found.len(), want.len(), "{found:#?}");
        for (found, want) in found.iter().zip(want) {
            assert!(found.starts_with(want), "{found}\n{want}");
        }
        assert!(found[0].ends_with("did you mean `language`?"), "{}", found[0]);
        assert!(found[1].ends_with("did you mean `owner`?"), "{}", found[1]);
        assert!(found[6].ends_with("did you mean `f32-be`?"), "{}", found[6]);
    }

    #[test]
    fn rules_between_fields_are_told_at_the_field() {
        let text = "\
organizations:
  - name: Works
    networks:
      - name: Hall
        connection: { kind: serial, path: /dev/ttyS0, port: 3 }
        devices:
          - name: Meter
            modbusUnitId: 0
            template: abb-b32
          - name: Meter
            modbusUnitId: 2
            parameters:
              - name: Flow
                registerKind: input
                address: 1
                type: f32-be
                multiplier: 0
              - { name: Text, registerKind: input, address: 9, type: str }
globalNotifications:
  - { id: 4f6d0000-0000-4000-8000-000000000001, texts: {} }
";
        let place = "organizations[0].networks[0]";
        let found = faults(text);
        let want = [
            format!("5:61: {place}.connection.port: only for the kinds"),
            format!("8:27: {place}.devices[0].modbusUnitId: `Meter`: on a bus"),
            format!("9:23: {place}.devices[0].template: unknown `abb-b32`"),
            format!("10:19: {place}.devices[1].name: `Meter` stands twice"),
            format!("17:29: {place}.devices[1].parameters[0].multiplier: `Flow`: `0` makes"),
            format!("18:25: {place}.devices[1].parameters[1].length: `Text`: missing"),
            "20:56: globalNotifications[0].texts: empty".to_owned(),
        ];
        for want in &want {
            assert!(found.iter().any(|found| found.starts_with(want)), "{want}\n{found:#?}");
        }
        assert_eq!(found.len(), want.len(), "{found:#?}");
        assert!(found.iter().any(|found| found.ends_with("did you mean `abb-b23`?")), "{found:#?}");
    }

    /// The text of a node as it stands in the file, if it is in one line.
    fn token<'t>(line: &'t str, column: u64, text: &str) -> Option<&'t str> {
        let start = line.char_indices().nth(column as usize - 1)?.0;
        let rest = line.get(start..)?;
        match rest.chars().next()? {
            quote @ ('"' | '\'') => rest.get(..rest[1..].find(quote)? + 2),
            _ => rest.get(..text.len()).filter(|token| *token == text && !text.is_empty()),
        }
    }

    /// Every field of the demo's plant and of the file that has all, damaged one after the other.
    #[test]
    fn a_damaged_field_is_named_with_its_line() {
        let demo = std::fs::read_to_string(super::super::super::tests::demo()).unwrap();
        let demo = demo.replace("\"env:PARABUS_DEMO_KEY\"", "513cf747-eb5c-4d5f-931f-d22c9872c73c");
        let demo = demo.replace("\"env:PARABUS_DEMO_PASSWORD\"", "secret-word");
        let mut damaged = 0;
        for text in [demo.as_str(), super::super::super::tests::EVERYTHING] {
            assert!(faults(text).is_empty(), "{:?}", faults(text));
            let tree = Tree::parse(text).unwrap();
            let lines: Vec<&str> = text.lines().collect();
            let mut seen: HashMap<String, u32> = HashMap::new();
            for (id, node) in tree.nodes.iter().enumerate() {
                let Content::Scalar { text: content, .. } = &node.content else { continue };
                let Step::Key(parent, key) = &node.step else { continue };
                let is_key = tree.entry(*parent, key) != Some(id);
                let path: String = tree.path(id).chars().filter(|each| !each.is_ascii_digit()).collect();
                // Keys that anybody may choose: damaged, they are others.
                let is_free = ["texts.", "textDescriptions.", "skuTemplates."].iter().any(|part| path.contains(part));
                if is_key && is_free {
                    continue;
                }
                // What a fault of one of them shows, that of the next shows again.
                let times = seen.entry(format!("{path} {is_key}")).or_default();
                *times += 1;
                if *times > 2 {
                    continue;
                }
                let Place { line, column } = node.place;
                let before = lines[line as usize - 1];
                let Some(token) = token(before, column, content) else { continue };
                let start = before.char_indices().nth(column as usize - 1).unwrap().0;
                let instead = if is_key { format!("{content}Damaged") } else { "{ damaged: 1 }".to_owned() };
                let after = format!("{}{instead}{}", &before[..start], &before[start + token.len()..]);
                let mut changed = lines.clone();
                changed[line as usize - 1] = &after;
                let found = faults(&changed.join("\n"));
                let prefix = format!("{line}:");
                assert!(found.iter().any(|fault| fault.starts_with(&prefix)), "{line}: {after}\n{found:#?}");
                let name = if is_key { format!("{content}Damaged") } else { key.clone() };
                let names = |fault: &String| fault.starts_with(&prefix) && fault.contains(&name);
                assert!(found.iter().any(names), "{name}: {after}\n{found:#?}");
                damaged += 1;
            }
        }
        assert!(damaged > 250, "{damaged}");
    }
}
