//! A value of the tree for serde: what is wrong with it is told with where it stands.

use std::fmt;

use serde::de::value::StrDeserializer;
use serde::de::{
    DeserializeSeed, Deserializer, EnumAccess, Error, Expected, IntoDeserializer, MapAccess, SeqAccess, Unexpected,
    VariantAccess, Visitor,
};

use super::{Content, Id, SPANNED, Tree};

/// Why a value was not taken.
#[derive(Debug)]
pub(super) struct Trouble {
    pub id: Option<Id>,
    pub text: String,
    /// The field that is not there.
    pub missing: Option<String>,
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
pub(super) struct Reader<'t> {
    pub tree: &'t Tree,
    pub id: Id,
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
