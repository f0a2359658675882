//! JSON as a tree that keeps the order of keys. For small values that must be changed, such as schemas.

use std::fmt;

use serde::de::{Deserialize, Deserializer, Error, MapAccess, SeqAccess, Visitor};
use serde::ser::{Serialize, SerializeMap, Serializer};
use serde_json::value::RawValue;

/// Keywords of JSON Schema that hold values, not schemas.
pub(crate) const VALUES: &[&str] = &["const", "default", "enum", "examples"];

/// Keywords of JSON Schema that hold schemas by names of the caller's.
pub(crate) const NAMED: &[&str] = &["$defs", "definitions", "dependentSchemas", "patternProperties", "properties"];

/// A JSON value.
#[derive(Debug, Clone)]
pub(crate) enum Json {
    Array(Vec<Self>),
    Object(Vec<(String, Self)>),
    /// Anything without parts, as it is written.
    Scalar(Box<RawValue>),
}

/// One step of a path into a tree.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Step<'p> {
    Item(usize),
    /// Every item of a list.
    Items,
    Member(&'p str),
}

impl Json {
    pub(crate) fn member(&self, key: &str) -> Option<&Self> {
        match self {
            Self::Object(members) => members.iter().find(|(name, _)| name == key).map(|(_, value)| value),
            _ => None,
        }
    }

    /// The members of an object, in their order.
    pub(crate) fn members(&self) -> &[(String, Self)] {
        match self {
            Self::Object(members) => members,
            _ => &[],
        }
    }

    /// The member of an object, put there if there is none.
    pub(crate) fn member_or(&mut self, key: &str, default: Self) -> Option<&mut Self> {
        let Self::Object(members) = self else { return None };
        let place = match members.iter().position(|(name, _)| name == key) {
            Some(place) => place,
            None => {
                members.push((key.to_owned(), default));
                members.len() - 1
            }
        };
        members.get_mut(place).map(|(_, value)| value)
    }

    /// What a local reference, `#/$defs/name`, leads to.
    /// <https://datatracker.ietf.org/doc/html/rfc6901>
    pub(crate) fn at(&self, reference: &str) -> Option<&Self> {
        let pointer = reference.strip_prefix('#')?;
        if pointer.is_empty() {
            return Some(self);
        }
        pointer.strip_prefix('/')?.split('/').try_fold(self, |value, step| {
            let step = step.replace("~1", "/").replace("~0", "~");
            match value {
                Self::Array(items) => items.get(step.parse::<usize>().ok()?),
                value => value.member(&step),
            }
        })
    }

    /// The local reference that a schema is.
    pub(crate) fn reference(&self) -> Option<String> {
        self.member("$ref").and_then(Self::as_text).filter(|pointer| pointer.starts_with('#'))
    }

    /// The texts of a list.
    pub(crate) fn texts(&self) -> Vec<String> {
        match self {
            Self::Array(items) => items.iter().filter_map(Self::as_text).collect(),
            _ => Vec::new(),
        }
    }

    pub(crate) fn text(text: &str) -> Option<Self> {
        serde_json::value::to_raw_value(text).ok().map(Self::Scalar)
    }

    /// The text that a value is.
    pub(crate) fn as_text(&self) -> Option<String> {
        match self {
            Self::Scalar(raw) => serde_json::from_str(raw.get()).ok(),
            _ => None,
        }
    }

    /// Whether two values are written alike, whatever the order of their keys.
    pub(crate) fn is_like(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Scalar(a), Self::Scalar(b)) => a.get() == b.get(),
            (Self::Array(a), Self::Array(b)) => a.len() == b.len() && a.iter().zip(b).all(|(a, b)| a.is_like(b)),
            (Self::Object(a), Self::Object(b)) => {
                a.len() == b.len() && a.iter().all(|(key, a)| other.member(key).is_some_and(|b| a.is_like(b)))
            }
            _ => false,
        }
    }

    /// Takes the value's size from `room`, in values and 64 bytes of text, and says whether it was there. Takes no longer than the room is.
    pub(crate) fn spend(&self, room: &mut usize) -> bool {
        const TEXT: usize = 64;
        let own = match self {
            Self::Scalar(raw) => 1 + raw.get().len() / TEXT,
            Self::Array(_) | Self::Object(_) => 1,
        };
        let Some(left) = room.checked_sub(own) else {
            *room = 0;
            return false;
        };
        *room = left;
        match self {
            Self::Array(items) => items.iter().all(|item| item.spend(room)),
            Self::Object(members) => members.iter().all(|(_, member)| member.spend(room)),
            Self::Scalar(_) => true,
        }
    }

    /// Takes out what `path` leads to and says whether there was anything.
    pub(crate) fn remove(&mut self, path: &[Step<'_>]) -> bool {
        let Some((step, rest)) = path.split_first() else { return false };
        match (step, self) {
            (Step::Member(key), Self::Object(members)) => {
                let Some(place) = members.iter().position(|(name, _)| name == key) else { return false };
                if rest.is_empty() {
                    members.remove(place);
                    return true;
                }
                members[place].1.remove(rest)
            }
            (Step::Item(place), Self::Array(items)) => match items.get_mut(*place) {
                Some(_) if rest.is_empty() => {
                    items.remove(*place);
                    true
                }
                Some(item) => item.remove(rest),
                None => false,
            },
            (Step::Items, Self::Array(items)) if rest.is_empty() => !std::mem::take(items).is_empty(),
            (Step::Items, Self::Array(items)) => items.iter_mut().fold(false, |found, item| item.remove(rest) | found),
            _ => false,
        }
    }

    fn is(&self, text: &str) -> bool {
        matches!(self, Self::Scalar(raw) if raw.get() == text)
    }

    /// Gives every object schema `additionalProperties: false` and says whether one of them said something else.
    pub(crate) fn close(&mut self) -> bool {
        match self {
            Self::Array(items) => items.iter_mut().fold(false, |open, item| item.close() | open),
            Self::Object(members) => {
                let schemas = members.iter_mut().filter(|(key, _)| !VALUES.contains(&key.as_str()));
                let open = schemas.fold(false, |open, (key, value)| match value {
                    Self::Object(named) if NAMED.contains(&key.as_str()) => {
                        named.iter_mut().fold(open, |open, (_, schema)| schema.close() | open)
                    }
                    schema => schema.close() | open,
                });
                let is_object = match self.member("type") {
                    Some(Self::Array(kinds)) => kinds.iter().any(|kind| kind.is("\"object\"")),
                    kind => kind.is_some_and(|kind| kind.is("\"object\"")),
                };
                if is_object { self.close_object() | open } else { open }
            }
            Self::Scalar(_) => false,
        }
    }

    fn close_object(&mut self) -> bool {
        const KEY: &str = "additionalProperties";
        let (Self::Object(members), Ok(no)) = (self, RawValue::from_string("false".to_owned())) else { return false };
        match members.iter_mut().find(|(key, _)| key == KEY) {
            Some((_, value)) if value.is("false") => false,
            Some((_, value)) => {
                *value = Self::Scalar(no);
                true
            }
            None => {
                members.push((KEY.to_owned(), Self::Scalar(no)));
                false
            }
        }
    }
}

impl<'de> Deserialize<'de> for Json {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(JsonVisitor)
    }
}

struct JsonVisitor;

impl<'de> Visitor<'de> for JsonVisitor {
    type Value = Json;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("JSON")
    }

    fn visit_bool<E: Error>(self, value: bool) -> Result<Json, E> {
        scalar(&value)
    }

    fn visit_i64<E: Error>(self, value: i64) -> Result<Json, E> {
        scalar(&value)
    }

    fn visit_u64<E: Error>(self, value: u64) -> Result<Json, E> {
        scalar(&value)
    }

    fn visit_f64<E: Error>(self, value: f64) -> Result<Json, E> {
        scalar(&value)
    }

    fn visit_str<E: Error>(self, value: &str) -> Result<Json, E> {
        scalar(value)
    }

    fn visit_unit<E: Error>(self) -> Result<Json, E> {
        scalar(&())
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Json, A::Error> {
        let mut members = Vec::new();
        while let Some(member) = map.next_entry()? {
            members.push(member);
        }
        Ok(Json::Object(members))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Json, A::Error> {
        let mut items = Vec::new();
        while let Some(item) = list.next_element()? {
            items.push(item);
        }
        Ok(Json::Array(items))
    }
}

fn scalar<T: Serialize + ?Sized, E: Error>(value: &T) -> Result<Json, E> {
    serde_json::value::to_raw_value(value).map(Json::Scalar).map_err(E::custom)
}

impl Serialize for Json {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Array(items) => serializer.collect_seq(items),
            Self::Object(members) => {
                let mut map = serializer.serialize_map(Some(members.len()))?;
                for (key, value) in members {
                    map.serialize_entry(key, value)?;
                }
                map.end()
            }
            Self::Scalar(raw) => raw.serialize(serializer),
        }
    }
}
