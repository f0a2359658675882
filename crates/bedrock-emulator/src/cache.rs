//! Token counts, and which prefixes were seen.

use std::collections::BTreeSet;
use std::sync::{Mutex, PoisonError};

use serde_json::{Map, Value, json};

use crate::call::hash;
use crate::media;
use crate::rules::list;

/// Prefixes remembered; then all are forgotten.
const CAPACITY: usize = 100_000;

/// Prefixes that ended in a cache point. Unlike Bedrock's it has no least size and no time limit.
#[derive(Debug, Default)]
pub(crate) struct PrefixCache(Mutex<BTreeSet<u64>>);

/// Token counts as AWS tells them: the total holds all four.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub(crate) struct Usage {
    pub(crate) input: usize,
    pub(crate) output: usize,
    /// `None` in a request without cache points.
    pub(crate) cache: Option<CacheUsage>,
}

#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub(crate) struct CacheUsage {
    pub(crate) read: usize,
    /// Written for five minutes, and for an hour.
    pub(crate) written: [usize; 2],
}

impl Usage {
    pub(crate) fn to_json(&self) -> Value {
        let Self { input, output, cache } = self;
        let mut usage = Map::new();
        let mut total = input + output;
        if let Some(CacheUsage { read, written: [short, long] }) = cache {
            let written = short + long;
            total += read + written;
            usage.insert("cacheReadInputTokens".into(), json!(read));
            usage.insert("cacheWriteInputTokens".into(), json!(written));
            let details: Vec<Value> = [("1h", long), ("5m", short)]
                .iter()
                .filter(|(_, tokens)| **tokens > 0)
                .map(|(ttl, tokens)| json!({ "ttl": ttl, "inputTokens": tokens }))
                .collect();
            if !details.is_empty() {
                usage.insert("cacheDetails".into(), details.into());
            }
        }
        usage.insert("inputTokens".into(), json!(input));
        usage.insert("outputTokens".into(), json!(output));
        usage.insert("totalTokens".into(), json!(total));
        // AWS's model lacks it and the real wire has it.
        usage.insert("serverToolUsage".into(), json!({}));
        Value::Object(usage)
    }
}

impl PrefixCache {
    /// Counts a request's input, and remembers its prefixes.
    pub(crate) fn count(&self, model_id: &str, request: &Value) -> Usage {
        let tools = list(&request["toolConfig"]["tools"]).iter();
        let system = list(&request["system"]).iter();
        let messages = list(&request["messages"]).iter().flat_map(|message| list(&message["content"]));
        let mut seen = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if seen.len() > CAPACITY {
            seen.clear();
        }
        let mut prefix = hash(model_id);
        // Tokens up to here, up to the last cache point, and up to the last one seen before.
        let (mut tokens, mut cached) = (0, 0);
        let mut usage = CacheUsage::default();
        let mut has_points = false;
        for block in tools.chain(system).chain(messages) {
            let point = &block["cachePoint"];
            if !point.is_object() {
                tokens += block_tokens(block);
                prefix = hash(&format!("{prefix:x}{block}"));
                continue;
            }
            has_points = true;
            let fresh = tokens - cached;
            cached = tokens;
            if !seen.insert(prefix) {
                usage.read = tokens;
                usage.written = [0, 0];
            } else if let Some(written) = usage.written.get_mut(usize::from(point["ttl"] == "1h")) {
                *written += fresh;
            }
        }
        let input = (tokens - cached).max(usize::from(cached == 0));
        Usage { input, output: 0, cache: has_points.then_some(usage) }
    }
}

/// Tokens of a text: about four characters each, and at least one.
pub(crate) fn text_tokens(text: &str) -> usize {
    text.chars().count().div_ceil(4).max(1)
}

fn block_tokens(block: &Value) -> usize {
    match block {
        Value::String(text) => text_tokens(text),
        Value::Array(items) => items.iter().map(block_tokens).sum(),
        Value::Object(map) => map
            .iter()
            .map(|(key, value)| match key.as_str() {
                "image" => media::image_tokens(value),
                "document" | "video" | "audio" => media::file_tokens(value),
                _ => block_tokens(value),
            })
            .sum(),
        Value::Null | Value::Bool(_) | Value::Number(_) => 1,
    }
}
