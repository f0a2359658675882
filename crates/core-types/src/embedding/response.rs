//! The answer: data, reading, writing.

use std::fmt;

use serde::Deserialize;
use serde::de::{Deserializer, Error, SeqAccess, Visitor};
use serde::ser::{Serialize, SerializeMap, Serializer};

use crate::RawJson;
use crate::write::optional;

/// The answer to an embedding request.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[doc(alias = "CreateEmbeddingResponse")]
#[non_exhaustive]
pub struct EmbeddingResponse {
    /// The model as the caller named it.
    pub model: String,
    /// The embeddings, in the order of the input.
    pub data: Vec<Embedding>,
    /// Token counts, as far as AWS reported them.
    pub usage: Option<EmbeddingUsage>,
}

/// One embedding.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[non_exhaustive]
pub struct Embedding {
    /// The place of what it embeds in the input, from 0.
    #[serde(default)]
    pub index: u32,
    /// The numbers.
    pub embedding: Vector,
    /// What the numbers are, where they are not plain floats: `int8`, `ubinary`, …
    #[serde(rename = "type")]
    pub kind: Option<String>,
    /// What Bedrock said of it that OpenAI's shape has no place for.
    pub provider_specific_fields: Option<RawJson>,
}

/// The numbers of an embedding.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub enum Vector {
    /// 32-bit floats, little-endian, in base64.
    Base64(String),
    /// Floats.
    Floats(Vec<f64>),
    /// Whole numbers: bytes or bits.
    Integers(Vec<i64>),
}

/// Token counts of an embedding request.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, serde::Serialize, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct EmbeddingUsage {
    /// Tokens of the input.
    pub prompt_tokens: u64,
    /// The same: there is no answer of tokens.
    pub total_tokens: u64,
}

impl EmbeddingResponse {
    /// An answer.
    #[must_use]
    pub fn new(model: impl Into<String>, data: Vec<Embedding>, usage: Option<EmbeddingUsage>) -> Self {
        Self { model: model.into(), data, usage }
    }
}

impl Embedding {
    /// The embedding of what stands at place `index` of the input, from 0.
    #[must_use]
    pub const fn new(index: u32, embedding: Vector) -> Self {
        Self { index, embedding, kind: None, provider_specific_fields: None }
    }

    /// Says what the numbers are.
    #[must_use]
    pub fn kind(mut self, kind: impl Into<String>) -> Self {
        self.kind = Some(kind.into());
        self
    }
}

impl Vector {
    /// The floats, if it is a list of floats.
    #[must_use]
    pub fn floats(&self) -> Option<&[f64]> {
        match self {
            Self::Floats(floats) => Some(floats),
            Self::Base64(_) | Self::Integers(_) => None,
        }
    }
}

impl EmbeddingUsage {
    /// The count of the input's tokens.
    #[must_use]
    pub const fn new(prompt_tokens: u64) -> Self {
        Self { prompt_tokens, total_tokens: prompt_tokens }
    }
}

impl Serialize for EmbeddingResponse {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let Self { model, data, usage } = self;
        let mut map = serializer.serialize_map(None)?;
        map.serialize_entry("object", "list")?;
        map.serialize_entry("data", data)?;
        map.serialize_entry("model", model)?;
        optional(&mut map, "usage", usage.as_ref())?;
        map.end()
    }
}

impl Serialize for Embedding {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let Self { index, embedding, kind, provider_specific_fields } = self;
        let mut map = serializer.serialize_map(None)?;
        map.serialize_entry("object", "embedding")?;
        map.serialize_entry("index", index)?;
        map.serialize_entry("embedding", embedding)?;
        optional(&mut map, "type", kind.as_ref())?;
        optional(&mut map, "provider_specific_fields", provider_specific_fields.as_ref())?;
        map.end()
    }
}

impl Serialize for Vector {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Base64(text) => serializer.serialize_str(text),
            Self::Floats(floats) => floats.serialize(serializer),
            Self::Integers(integers) => integers.serialize(serializer),
        }
    }
}

/// A list is one of floats: only whoever asked for something else knows better.
impl<'de> Deserialize<'de> for Vector {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(VectorVisitor)
    }
}

struct VectorVisitor;

impl<'de> Visitor<'de> for VectorVisitor {
    type Value = Vector;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a list of numbers, or base64")
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<Vector, E> {
        Ok(Vector::Base64(text.to_owned()))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Vector, A::Error> {
        let mut floats = Vec::with_capacity(list.size_hint().unwrap_or_default().min(4096));
        while let Some(float) = list.next_element()? {
            floats.push(float);
        }
        Ok(Vector::Floats(floats))
    }
}
