//! `POST /model/{modelId}/converse-stream`: the answer as an event stream.

use axum::body::Body;
use axum::http::Response;
use bytes::Bytes;
use serde_json::{Map, Value, json};

use crate::answer::{Answer, Block};
use crate::call::Call;
use crate::error::Refusal;
use crate::pieces::pieces;
use crate::server::State;
use crate::{answer, converse, frames, shapes, stream_body};

/// Answers a ConverseStream call.
pub(crate) fn answer(state: &State, call: Call, body: &[u8]) -> Result<Response<Body>, Refusal> {
    let request = converse::read(&shapes::CONVERSE_STREAM, &call.model_id, body)?;
    let answer = answer::answer(&call.model_id, &request, &state.cache);
    Ok(stream_body::stream(events(&answer), call))
}

fn events(answer: &Answer) -> Vec<Bytes> {
    let mut events = vec![frames::event("messageStart", json!({ "role": "assistant" }))];
    for (index, block) in answer.blocks.iter().enumerate() {
        let mut delta = |delta: Value| {
            events.push(frames::event("contentBlockDelta", json!({ "contentBlockIndex": index, "delta": delta })));
        };
        match block {
            Block::Reasoning { text, signature } => {
                for piece in pieces(text) {
                    delta(json!({ "reasoningContent": { "text": piece } }));
                }
                delta(json!({ "reasoningContent": { "signature": signature } }));
            }
            // As on the real wire, a text block has no contentBlockStart.
            Block::Text(text) => {
                for piece in pieces(text) {
                    delta(json!({ "text": piece }));
                }
            }
            Block::ToolUse { id, name, input } => {
                let start = json!({ "toolUse": { "toolUseId": id, "name": name } });
                events.push(frames::event("contentBlockStart", json!({ "contentBlockIndex": index, "start": start })));
                let mut delta = |input: &str| {
                    let delta = json!({ "contentBlockIndex": index, "delta": { "toolUse": { "input": input } } });
                    events.push(frames::event("contentBlockDelta", delta));
                };
                // Claude opens with an empty delta, and leaves it at that when the input is an empty object.
                delta("");
                if input.as_object().is_none_or(|input| !input.is_empty()) {
                    pieces(&input.to_string()).into_iter().for_each(delta);
                }
            }
        }
        events.push(frames::event("contentBlockStop", json!({ "contentBlockIndex": index })));
    }
    let mut stop = Map::from_iter([("stopReason".to_owned(), Value::from(answer.stop_reason))]);
    if let Some(fields) = &answer.additional_fields {
        stop.insert("additionalModelResponseFields".into(), fields.clone());
    }
    events.push(frames::event("messageStop", Value::Object(stop)));
    events.push(frames::event("metadata", metadata(answer)));
    events
}

fn metadata(answer: &Answer) -> Value {
    let mut metadata = Map::new();
    metadata.insert("usage".into(), answer.usage.to_json());
    metadata.insert("metrics".into(), json!({ "latencyMs": answer.latency_ms() }));
    let extras = [
        ("performanceConfig", &answer.performance_config),
        ("serviceTier", &answer.service_tier),
        ("trace", &answer.trace),
    ];
    for (name, value) in extras {
        if let Some(value) = value {
            metadata.insert(name.into(), value.clone());
        }
    }
    Value::Object(metadata)
}
