//! `POST /model/{modelId}/converse-stream`: the answer as an event stream.

use axum::body::Body;
use axum::http::{HeaderValue, Response, header};
use bytes::Bytes;
use serde_json::{Map, Value, json};

use crate::answer::{Answer, Block};
use crate::call::Call;
use crate::error::Refusal;
use crate::fault::Fault;
use crate::server::State;
use crate::{answer, converse, frames, shapes, stream_body};

/// Characters of a delta, about: the piece ends with the word that reaches it.
const PIECE: usize = 12;

/// Answers a ConverseStream call.
pub(crate) fn answer(state: &State, call: Call, body: &[u8]) -> Result<Response<Body>, Refusal> {
    let request = converse::read(&shapes::CONVERSE_STREAM, &call.model_id, body)?;
    let answer = answer::answer(&call.model_id, &request, &state.cache);
    let body = if call.fault == Some(Fault::Json200) {
        Body::from(Refusal::of_status(500).body())
    } else {
        stream_body::events(events(&answer), call)
    };
    let mut response = Response::new(body);
    response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static("application/vnd.amazon.eventstream"));
    Ok(response)
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

/// Cuts a text into deltas; together they are the text. An empty text is one empty delta.
fn pieces(text: &str) -> Vec<&str> {
    let mut pieces = Vec::new();
    let mut rest = text;
    loop {
        let cut = rest
            .char_indices()
            .enumerate()
            .find(|&(count, (_, character))| count >= 2 * PIECE || (count >= PIECE && character.is_whitespace()))
            .map_or(rest.len(), |(_, (at, _))| at);
        let (piece, after) = rest.split_at(cut);
        pieces.push(piece);
        if after.is_empty() {
            return pieces;
        }
        rest = after;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pieces_together_are_the_text() {
        for text in ["", "a", "Grüße aus Köln, und noch viel mehr Text dahinter", &"x".repeat(100)] {
            assert_eq!(pieces(text).concat(), text);
            assert!(pieces(text).iter().all(|piece| piece.chars().count() <= 2 * PIECE));
        }
    }
}
