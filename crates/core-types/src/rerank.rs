//! Ranking documents by how well they answer a query, in Cohere's shape: OpenAI has none.
//!
//! <https://docs.cohere.com/reference/rerank> (version 2) and <https://docs.cohere.com/v1/reference/rerank>

use std::fmt;

use serde::de::{Deserializer, Error, MapAccess, Visitor};
use serde::ser::{SerializeMap, Serializer};
use serde::{Deserialize, Serialize};

use crate::read::Integer;
use crate::write::{list, optional};
use crate::{Extra, RawJson};

/// `POST /v2/rerank`, and what version 1 has besides.
#[derive(Debug, Clone, Default, PartialEq)]
#[doc(alias = "CreateRerankRequest")]
#[non_exhaustive]
pub struct RerankRequest {
    /// The model: an id or an ARN.
    pub model: String,
    /// What the documents are held against.
    pub query: String,
    /// The documents; results name them by their place, from 0.
    pub documents: Vec<RerankDocument>,
    /// How many results there are to be at most; all without it.
    pub top_n: Option<u32>,
    /// Whether the results repeat their documents.
    pub return_documents: Option<bool>,
    /// The fields of object documents that count, most important first; all without it.
    pub rank_fields: Vec<String>,
    /// Parameters outside this schema, sent to the model as they are, e.g. `max_tokens_per_doc`.
    pub extra: Extra,
}

/// A document to be ranked.
#[derive(Debug, Clone, PartialEq)]
pub enum RerankDocument {
    /// An object, verbatim.
    Object(RawJson),
    /// Plain text.
    Text(String),
}

/// The answer to a rerank request.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct RerankResponse {
    /// Identifier of the answer.
    #[serde(default)]
    pub id: String,
    /// The documents by relevance, best first.
    pub results: Vec<RerankResult>,
    /// Counts, as far as AWS reported them.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub meta: Option<RerankMeta>,
}

/// How relevant one document is.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct RerankResult {
    /// Place of the document in the request, from 0.
    pub index: u32,
    /// 0 to 1; comparable within one answer.
    pub relevance_score: f64,
    /// The document if it was asked for: an object as it came, a text as `{"text": …}`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub document: Option<RawJson>,
}

/// Counts of a rerank request.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct RerankMeta {
    /// What is paid for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub billed_units: Option<BilledUnits>,
    /// Tokens that the model read and wrote.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tokens: Option<RerankTokens>,
}

/// What is paid for.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct BilledUnits {
    /// Queries with up to 100 chunks of documents each.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub search_units: Option<u64>,
}

/// Tokens that the model read and wrote.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct RerankTokens {
    /// Tokens of query and documents.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub input_tokens: Option<u64>,
    /// Tokens of the answer.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub output_tokens: Option<u64>,
}

impl RerankRequest {
    /// `query` for `model`, without documents yet.
    #[must_use]
    pub fn new(model: impl Into<String>, query: impl Into<String>) -> Self {
        Self { model: model.into(), query: query.into(), ..Self::default() }
    }

    /// Adds a document.
    #[must_use]
    pub fn document(mut self, document: impl Into<RerankDocument>) -> Self {
        self.documents.push(document.into());
        self
    }

    /// Adds documents.
    #[must_use]
    pub fn documents<D: Into<RerankDocument>>(mut self, documents: impl IntoIterator<Item = D>) -> Self {
        self.documents.extend(documents.into_iter().map(Into::into));
        self
    }

    /// Sets how many results there are to be at most.
    #[must_use]
    pub const fn top_n(mut self, top_n: u32) -> Self {
        self.top_n = Some(top_n);
        self
    }

    /// Sets whether the results repeat their documents.
    #[must_use]
    pub const fn return_documents(mut self, return_documents: bool) -> Self {
        self.return_documents = Some(return_documents);
        self
    }

    /// Adds a field of object documents that counts.
    #[must_use]
    pub fn rank_field(mut self, field: impl Into<String>) -> Self {
        self.rank_fields.push(field.into());
        self
    }

    /// Sets a parameter outside this schema.
    #[must_use]
    pub fn extra(mut self, name: impl Into<String>, value: RawJson) -> Self {
        self.extra.insert(name, value);
        self
    }
}

impl RerankResponse {
    /// An answer without counts.
    #[must_use]
    pub fn new(id: impl Into<String>, results: Vec<RerankResult>) -> Self {
        Self { id: id.into(), results, meta: None }
    }
}

impl RerankResult {
    /// The relevance of the document at place `index`, from 0.
    #[must_use]
    pub const fn new(index: u32, relevance_score: f64) -> Self {
        Self { index, relevance_score, document: None }
    }
}

impl RerankMeta {
    /// Sets what is paid for.
    #[must_use]
    pub const fn billed_units(mut self, search_units: u64) -> Self {
        self.billed_units = Some(BilledUnits { search_units: Some(search_units) });
        self
    }

    /// Sets the tokens that the model read and wrote.
    #[must_use]
    pub const fn tokens(mut self, input_tokens: Option<u64>, output_tokens: Option<u64>) -> Self {
        self.tokens = Some(RerankTokens { input_tokens, output_tokens });
        self
    }
}

impl From<&str> for RerankDocument {
    fn from(text: &str) -> Self {
        Self::Text(text.to_owned())
    }
}

impl From<String> for RerankDocument {
    fn from(text: String) -> Self {
        Self::Text(text)
    }
}

impl Serialize for RerankDocument {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Object(object) => object.serialize(serializer),
            Self::Text(text) => text.serialize(serializer),
        }
    }
}

impl<'de> Deserialize<'de> for RerankDocument {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let raw = RawJson::deserialize(deserializer)?;
        if raw.is_object() {
            return Ok(Self::Object(raw));
        }
        raw.read().map(Self::Text).map_err(|_| D::Error::custom("expected a string or an object"))
    }
}

impl Serialize for RerankRequest {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        // Without `..`: a new field does not compile until it is written.
        let Self { model, query, documents, top_n, return_documents, rank_fields, extra } = self;
        let mut map = serializer.serialize_map(None)?;
        map.serialize_entry("model", model)?;
        map.serialize_entry("query", query)?;
        map.serialize_entry("documents", documents)?;
        optional(&mut map, "top_n", top_n.as_ref())?;
        optional(&mut map, "return_documents", return_documents.as_ref())?;
        list(&mut map, "rank_fields", rank_fields)?;
        for (key, value) in extra.iter() {
            map.serialize_entry(key, value)?;
        }
        map.end()
    }
}

impl<'de> Deserialize<'de> for RerankRequest {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(RerankRequestVisitor)
    }
}

struct RerankRequestVisitor;

impl<'de> Visitor<'de> for RerankRequestVisitor {
    type Value = RerankRequest;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a rerank request, an object with `model`, `query` and `documents`")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<RerankRequest, A::Error> {
        let mut request = RerankRequest::default();
        let (mut model, mut query, mut documents) = (None, None, None);
        let mut unknown = Vec::new();
        let mut known: Vec<String> = Vec::new();
        while let Some(key) = map.next_key::<String>()? {
            if known.contains(&key) {
                return Err(A::Error::custom(format!("duplicate field `{key}`")));
            }
            match key.as_str() {
                "model" => model = map.next_value()?,
                "query" => query = map.next_value()?,
                "documents" => documents = map.next_value()?,
                "top_n" => request.top_n = map.next_value::<Option<Integer<u32>>>()?.map(|Integer(number)| number),
                "return_documents" => request.return_documents = map.next_value()?,
                "rank_fields" => request.rank_fields = map.next_value::<Option<_>>()?.unwrap_or_default(),
                _ => {
                    unknown.push((key, map.next_value()?));
                    continue;
                }
            }
            known.push(key);
        }
        request.model = model.ok_or_else(|| A::Error::missing_field("model"))?;
        request.query = query.ok_or_else(|| A::Error::missing_field("query"))?;
        request.documents = documents.ok_or_else(|| A::Error::missing_field("documents"))?;
        request.extra = Extra::from_fields(unknown).map_err(A::Error::custom)?;
        Ok(request)
    }
}
