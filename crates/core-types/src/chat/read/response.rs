//! Reads answers and their chunks, for clients: what is unknown is ignored, what is missing is empty.

use serde::Deserialize;
use serde::de::Deserializer;

use crate::read::{Object, or_default};
use crate::{Annotation, FinishReason};

impl<'de> Deserialize<'de> for FinishReason {
    /// A word that OpenAI does not have reads as `stop`.
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let word = String::deserialize(deserializer)?;
        Ok(Self::from_name(&word).unwrap_or(Self::Stop))
    }
}

#[derive(Deserialize)]
struct AnnotationFields {
    url_citation: Object<UrlCitation>,
}

#[derive(Deserialize)]
struct UrlCitation {
    #[serde(default, deserialize_with = "or_default")]
    url: String,
    #[serde(default, deserialize_with = "or_default")]
    title: String,
    #[serde(default, deserialize_with = "or_default")]
    start_index: u32,
    #[serde(default, deserialize_with = "or_default")]
    end_index: u32,
}

impl<'de> Deserialize<'de> for Annotation {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let Object(AnnotationFields { url_citation: Object(citation) }) = Object::deserialize(deserializer)?;
        let UrlCitation { url, title, start_index, end_index } = citation;
        Ok(Self { url, title, start_index, end_index })
    }
}

/// Reads a delta's `role`, which can only be the assistant's.
pub(crate) fn role<'de, D: Deserializer<'de>>(deserializer: D) -> Result<bool, D::Error> {
    Option::<String>::deserialize(deserializer).map(|role| role.is_some())
}
