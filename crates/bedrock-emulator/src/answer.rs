//! What to say: a function of the request, and of which prefixes were seen before.

mod fields;
mod guardrail;
mod words;

use serde_json::Value;

use crate::cache::{PrefixCache, Usage, text_tokens};
use crate::call::{hash, token};
use crate::prompt::Prompt;
use crate::rules::list;
use crate::{schema, tools};

/// An answer, before it is written as a document or as events.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) blocks: Vec<Block>,
    pub(crate) stop_reason: &'static str,
    /// The stop sequence that ended the answer.
    pub(crate) stop_sequence: Option<String>,
    pub(crate) usage: Usage,
    pub(crate) additional_fields: Option<Value>,
    pub(crate) performance_config: Option<Value>,
    pub(crate) service_tier: Option<Value>,
    pub(crate) trace: Option<Value>,
}

/// A block of the answer.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Block {
    Reasoning { text: String, signature: String },
    Text(String),
    ToolUse { id: String, name: String, input: Value },
}

impl Answer {
    /// Plausible, and equal for equal answers.
    pub(crate) fn latency_ms(&self) -> usize {
        150 + 8 * self.usage.output
    }
}

/// Answers a checked request.
pub(crate) fn answer(model_id: &str, request: &Value, cache: &PrefixCache) -> Answer {
    let mut usage = cache.count(model_id, request);
    let seed = format!("{:016x}", hash(&format!("{model_id}{request}")));
    let (mut blocks, mut trace, mut stop_sequence) = (Vec::new(), None, None);
    let stop_reason;
    if guardrail::blocks(request) {
        blocks.push(Block::Text(guardrail::MESSAGE.into()));
        stop_reason = "guardrail_intervened";
        trace = guardrail::trace(request);
    } else {
        let prompt = Prompt::new(words::last_user_text(request));
        let results = words::tool_results(request);
        if thinks(request) {
            let text = "Let me think about this. The request decides what the emulator answers.";
            blocks.push(Block::Reasoning { text: text.into(), signature: format!("{}==", token(&seed, 86)) });
        }
        let calls = tools::calls(request, &prompt, !results.is_empty());
        if calls.is_empty() {
            let text = match json_schema(request) {
                Some(schema) => schema::value(&schema, &prompt, 0).to_string(),
                None => words::text(request, &prompt, &results),
            };
            let cut = words::cut(&text, &request["inferenceConfig"]);
            blocks.push(Block::Text(cut.text));
            stop_reason = cut.stop_reason;
            stop_sequence = cut.stop_sequence;
        } else {
            stop_reason = "tool_use";
            blocks.extend(calls.into_iter().enumerate().map(|(at, call)| Block::ToolUse {
                id: format!("tooluse_{}", token(&format!("{seed}{at}"), 22)),
                name: call.name,
                input: call.input,
            }));
        }
        if request["guardrailConfig"].is_object() {
            trace = guardrail::trace(request);
        }
    }
    usage.output = blocks.iter().map(block_tokens).sum();
    Answer {
        blocks,
        stop_reason,
        usage,
        additional_fields: fields::additional(request, stop_reason, stop_sequence.as_deref()),
        stop_sequence,
        performance_config: given(&request["performanceConfig"]),
        service_tier: given(&request["serviceTier"]),
        trace,
    }
}

/// What a request sets, its answer repeats.
fn given(setting: &Value) -> Option<Value> {
    setting.is_object().then(|| setting.clone())
}

fn thinks(request: &Value) -> bool {
    let kind = &request["additionalModelRequestFields"]["thinking"]["type"];
    kind == "enabled" || kind == "adaptive"
}

fn json_schema(request: &Value) -> Option<Value> {
    let schema = request["outputConfig"]["textFormat"]["structure"]["jsonSchema"]["schema"].as_str()?;
    serde_json::from_str(schema).ok()
}

fn block_tokens(block: &Block) -> usize {
    match block {
        Block::Reasoning { text, .. } => text_tokens(text),
        Block::Text(text) if text.is_empty() => 0,
        Block::Text(text) => text_tokens(text),
        Block::ToolUse { name, input, .. } => text_tokens(name) + text_tokens(&input.to_string()),
    }
}

/// The content of the last message of a role, and nothing if the conversation ends in another's.
fn last_content<'a>(request: &'a Value, role: &str) -> &'a [Value] {
    let last = list(&request["messages"]).iter().rfind(|message| message["role"] == role);
    last.map_or(&[], |message| list(&message["content"]))
}
