//! The answer in Claude's words, whole and as events.

use serde_json::{Value, json};

use crate::answer::{Answer, Block};
use crate::cache::CacheUsage;
use crate::invoke::chat;
use crate::pieces::pieces;

/// The whole answer.
pub(super) fn message(answer: &Answer, base_id: &str) -> Value {
    let content: Vec<Value> = answer.blocks.iter().map(block).collect();
    let mut message = empty(answer, base_id);
    message["content"] = content.into();
    message["stop_reason"] = stop_reason(answer).into();
    message["stop_sequence"] = json!(answer.stop_sequence);
    message["usage"]["output_tokens"] = answer.usage.output.into();
    message
}

/// The same as events.
pub(super) fn events(answer: &Answer, base_id: &str) -> Vec<Value> {
    let mut events = vec![json!({ "type": "message_start", "message": empty(answer, base_id) })];
    for (index, block) in answer.blocks.iter().enumerate() {
        events.push(json!({ "type": "content_block_start", "index": index, "content_block": start(block) }));
        let deltas = deltas(block).into_iter();
        events.extend(deltas.map(|delta| json!({ "type": "content_block_delta", "index": index, "delta": delta })));
        events.push(json!({ "type": "content_block_stop", "index": index }));
    }
    events.push(json!({
        "type": "message_delta",
        "delta": { "stop_reason": stop_reason(answer), "stop_sequence": answer.stop_sequence },
        "usage": { "output_tokens": answer.usage.output },
    }));
    events.push(json!({ "type": "message_stop" }));
    events
}

/// The message before it says anything.
fn empty(answer: &Answer, base_id: &str) -> Value {
    let model = base_id.trim_start_matches("anthropic.").split("-v").next().unwrap_or(base_id);
    let mut usage = json!({ "input_tokens": answer.usage.input, "output_tokens": 1 });
    if let Some(CacheUsage { read, written: [short, long] }) = &answer.usage.cache {
        usage["cache_read_input_tokens"] = json!(read);
        usage["cache_creation_input_tokens"] = json!(short + long);
        usage["cache_creation"] = json!({ "ephemeral_5m_input_tokens": short, "ephemeral_1h_input_tokens": long });
    }
    json!({
        "id": chat::id(answer, "msg_bdrk_01", 22),
        "type": "message",
        "role": "assistant",
        "model": model,
        "content": [],
        "stop_reason": null,
        "stop_sequence": null,
        "usage": usage,
    })
}

fn stop_reason(answer: &Answer) -> &'static str {
    // A guardrail has its own member in the answer.
    if answer.stop_reason == "guardrail_intervened" { "end_turn" } else { answer.stop_reason }
}

fn block(block: &Block) -> Value {
    match block {
        Block::Reasoning { text, signature } => json!({ "type": "thinking", "thinking": text, "signature": signature }),
        Block::Text(text) => json!({ "type": "text", "text": text }),
        Block::ToolUse { id, name, input } => {
            json!({ "type": "tool_use", "id": own(id), "name": name, "input": input })
        }
    }
}

fn start(block: &Block) -> Value {
    match block {
        Block::Reasoning { .. } => json!({ "type": "thinking", "thinking": "", "signature": "" }),
        Block::Text(_) => json!({ "type": "text", "text": "" }),
        Block::ToolUse { id, name, .. } => json!({ "type": "tool_use", "id": own(id), "name": name, "input": {} }),
    }
}

fn deltas(block: &Block) -> Vec<Value> {
    match block {
        Block::Reasoning { text, signature } => {
            let thoughts = pieces(text).into_iter().map(|text| json!({ "type": "thinking_delta", "thinking": text }));
            thoughts.chain([json!({ "type": "signature_delta", "signature": signature })]).collect()
        }
        Block::Text(text) => {
            pieces(text).into_iter().map(|text| json!({ "type": "text_delta", "text": text })).collect()
        }
        Block::ToolUse { input, .. } => {
            let input = if input.as_object().is_some_and(serde_json::Map::is_empty) {
                String::new()
            } else {
                input.to_string()
            };
            // Claude opens with an empty delta.
            let parts = [""].into_iter().chain(pieces(&input).into_iter().filter(|piece| !piece.is_empty()));
            parts.map(|part| json!({ "type": "input_json_delta", "partial_json": part })).collect()
        }
    }
}

/// Claude's ids of calls on Bedrock.
fn own(id: &str) -> String {
    format!("toolu_bdrk_01{}", id.trim_start_matches("tooluse_"))
}
