//! Reads rankings: Bedrock's and Cohere's own answers differ in the spelling of a name.

use core_types::{RawJson, RerankMeta, RerankResult};
use serde::Deserialize;
use serde::de::Error as _;

use super::Ranked;
use crate::TransformError;

#[derive(Deserialize)]
struct Page {
    #[serde(default)]
    results: Option<Vec<Scored>>,
    #[serde(default)]
    meta: Option<RawJson>,
    #[serde(default, rename = "nextToken")]
    next_token: Option<String>,
}

#[derive(Deserialize)]
struct Scored {
    #[serde(default)]
    index: Option<u32>,
    #[serde(default, alias = "relevanceScore")]
    relevance_score: Option<f64>,
}

/// Reads an answer of `family`'s, or a page of one.
pub(crate) fn page(body: &[u8], family: &'static str) -> Result<Ranked, TransformError> {
    let malformed = |error| TransformError::malformed(family, error);
    let missing = |field| malformed(serde_json::Error::missing_field(field));
    let Page { results, meta, next_token } = serde_json::from_slice(body).map_err(malformed)?;
    let scored = |Scored { index, relevance_score }| {
        let index = index.ok_or_else(|| missing("index"))?;
        Ok(RerankResult::new(index, relevance_score.ok_or_else(|| missing("relevance_score"))?))
    };
    let results = results.ok_or_else(|| missing("results"))?.into_iter().map(scored);
    Ok(Ranked {
        results: results.collect::<Result<_, TransformError>>()?,
        // Counts that cannot be read are none; the ranking is there.
        meta: meta.and_then(|meta| meta.read().ok()).filter(|meta| *meta != RerankMeta::default()),
        next_token: next_token.filter(|token| !token.is_empty()),
    })
}
