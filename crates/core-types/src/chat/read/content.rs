//! Reads a message's content, and the small values inside.

use std::fmt;

use serde::Deserialize;
use serde::de::value::MapAccessDeserializer;
use serde::de::{Deserializer, Error, MapAccess, SeqAccess, Visitor};

use crate::read::{missing, object};
use crate::{CacheControl, Content, Part, ThinkingBlock};

impl<'de> Deserialize<'de> for Content {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(ContentVisitor)
    }
}

struct ContentVisitor;

impl<'de> Visitor<'de> for ContentVisitor {
    type Value = Content;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a string or a list of parts")
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<Content, E> {
        Ok(Content::Text(text.to_owned()))
    }

    fn visit_string<E: Error>(self, text: String) -> Result<Content, E> {
        Ok(Content::Text(text))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Content, A::Error> {
        let mut parts = Vec::new();
        while let Some(part) = list.next_element()? {
            parts.push(part);
        }
        Ok(Content::Parts(parts))
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Content, A::Error> {
        Part::deserialize(MapAccessDeserializer::new(map)).map(|part| Content::Parts(vec![part]))
    }
}

#[derive(Deserialize)]
struct CacheControlFields {
    r#type: Option<String>,
    ttl: Option<String>,
}

impl<'de> Deserialize<'de> for CacheControl {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let CacheControlFields { r#type, ttl } = object(deserializer, "an object like {\"type\": \"ephemeral\"}")?;
        match r#type.as_deref() {
            None | Some("ephemeral") => Ok(Self { ttl }),
            Some(other) => Err(D::Error::custom(format!("unknown cache type `{other}`, expected `ephemeral`"))),
        }
    }
}

#[derive(Deserialize)]
struct ThinkingBlockFields {
    r#type: Option<String>,
    thinking: Option<String>,
    signature: Option<String>,
    data: Option<String>,
}

impl ThinkingBlockFields {
    fn block(self) -> Result<ThinkingBlock, String> {
        match self.r#type.as_deref() {
            Some("thinking") => Ok(ThinkingBlock::Thinking {
                thinking: self.thinking.ok_or_else(|| missing("thinking"))?,
                signature: self.signature,
            }),
            Some("redacted_thinking") => {
                Ok(ThinkingBlock::Redacted { data: self.data.ok_or_else(|| missing("data"))? })
            }
            Some(other) => Err(format!("unknown thinking block `{other}`, expected `thinking` or `redacted_thinking`")),
            None => Err(missing("type")),
        }
    }
}

impl<'de> Deserialize<'de> for ThinkingBlock {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let fields: ThinkingBlockFields = object(deserializer, "a thinking block")?;
        fields.block().map_err(D::Error::custom)
    }
}
