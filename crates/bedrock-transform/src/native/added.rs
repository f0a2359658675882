//! What Bedrock adds to a native answer, whatever the family: counts, and a guardrail's word.
//!
//! <https://docs.aws.amazon.com/bedrock/latest/userguide/guardrails-use-invoke-model.html>

use core_types::{RawJson, Usage};
use serde::Deserialize;
use serde_json::value::RawValue;

use crate::converse::response::{Count, count, keep};
use crate::guardrail;
use crate::text::Text;

/// Counts and latencies of the call, in its last chunk.
pub(crate) const METRICS: &str = "amazon-bedrock-invocationMetrics";

/// The members of a native answer, or of a chunk of one, that are not the family's.
#[derive(Deserialize, Default)]
pub(crate) struct Added<'a> {
    #[serde(borrow, default, rename = "amazon-bedrock-guardrailAction")]
    action: Option<Text<'a>>,
    #[serde(borrow, default, rename = "amazon-bedrock-trace")]
    trace: Option<&'a RawValue>,
    #[serde(borrow, default, rename = "amazon-bedrock-invocationMetrics")]
    metrics: Option<&'a RawValue>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", default)]
#[derive(Default)]
struct Metrics {
    input_token_count: Count,
    output_token_count: Count,
    cache_read_input_token_count: Count,
    cache_write_input_token_count: Count,
}

impl<'a> Added<'a> {
    /// Whether a member's name is not the family's.
    pub(crate) fn owns(name: &str) -> bool {
        name.starts_with("amazon-bedrock-")
    }

    /// Reads them; an answer that says nothing of the kind is not read twice.
    pub(crate) fn read(json: &'a [u8]) -> Self {
        const PREFIX: &[u8] = b"\"amazon-bedrock-";
        if json.windows(PREFIX.len()).any(|window| window == PREFIX) {
            serde_json::from_slice(json).unwrap_or_default()
        } else {
            Self::default()
        }
    }

    /// Whether a guardrail blocked or changed something.
    pub(crate) fn intervened(&self) -> bool {
        self.action.as_ref().is_some_and(|action| action.0 == "INTERVENED")
    }

    /// Whether all that it did was to mask, as far as it says what it did.
    pub(crate) fn only_masked(&self) -> bool {
        self.trace.is_some_and(|trace| guardrail::only_masked(trace.get()))
    }

    /// What the guardrail found.
    pub(crate) fn trace(&self) -> Option<RawJson> {
        self.trace.and_then(keep)
    }

    /// How long it took, among others.
    pub(crate) fn metrics(&self) -> Option<RawJson> {
        self.metrics.and_then(keep)
    }

    /// The counts of the last chunk.
    pub(crate) fn usage(&self) -> Option<Usage> {
        let metrics: Metrics = serde_json::from_str(self.metrics?.get()).ok()?;
        // Models without a cache say nothing, or zero.
        let cached = |count: &Count| count.0.filter(|tokens| *tokens > 0);
        let read = cached(&metrics.cache_read_input_token_count);
        let written = cached(&metrics.cache_write_input_token_count);
        Some(count(metrics.input_token_count.0, metrics.output_token_count.0, read, written, None))
    }
}
