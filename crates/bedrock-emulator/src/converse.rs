//! `POST /model/{modelId}/converse`: the whole answer as one JSON document.

use axum::body::Body;
use axum::http::Response;
use serde_json::{Map, Value, json};

use crate::answer::{Answer, Block};
use crate::call::Call;
use crate::error::Refusal;
use crate::server::State;
use crate::{answer, check, json as strict_json, rules, shapes, stream_body};

/// Answers a Converse call.
pub(crate) fn answer(state: &State, call: Call, body: &[u8]) -> Result<Response<Body>, Refusal> {
    let request = read(&shapes::CONVERSE, &call.model_id, body)?;
    let answer = answer::answer(&call.model_id, &request, &state.cache);
    stream_body::document(&document(&answer), call)
}

/// Holds the body of a Converse request against AWS's model of the operation and Bedrock's rules, without a server.
///
/// ```
/// let body = br#"{"messages":[{"role":"user","content":[{"text":" "}]}]}"#;
/// let refused = bedrock_emulator::check_converse("amazon.nova-lite-v1:0", body).unwrap_err();
/// assert!(refused.starts_with("ValidationException: The text field in the ContentBlock object"), "{refused}");
/// ```
///
/// # Errors
/// What AWS would answer: the exception's name and its message.
pub fn check_converse(model_id: &str, body: &[u8]) -> Result<(), String> {
    match read(&shapes::CONVERSE, model_id, body) {
        Ok(_) => Ok(()),
        Err(Refusal { exception, message, .. }) => Err(format!("{exception}: {message}")),
    }
}

/// Reads a request of Converse or ConverseStream, and holds it against the operation's model and Bedrock's rules.
pub(crate) fn read(shape: &shapes::Shape, model_id: &str, body: &[u8]) -> Result<Value, Refusal> {
    // AWS takes an empty body for an empty object.
    let body = if body.is_empty() { b"{}" } else { body };
    let request = strict_json::request(body)?;
    check::check(shape, &request)?;
    rules::check(model_id, &request)?;
    Ok(request)
}

fn document(answer: &Answer) -> Value {
    let content: Vec<Value> = answer.blocks.iter().map(block).collect();
    let mut document = Map::new();
    document.insert("output".into(), json!({ "message": { "role": "assistant", "content": content } }));
    document.insert("stopReason".into(), answer.stop_reason.into());
    document.insert("usage".into(), answer.usage.to_json());
    document.insert("metrics".into(), json!({ "latencyMs": answer.latency_ms() }));
    let extras = [
        ("additionalModelResponseFields", &answer.additional_fields),
        ("performanceConfig", &answer.performance_config),
        ("serviceTier", &answer.service_tier),
        ("trace", &answer.trace),
    ];
    for (name, value) in extras {
        if let Some(value) = value {
            document.insert(name.into(), value.clone());
        }
    }
    Value::Object(document)
}

fn block(block: &Block) -> Value {
    match block {
        Block::Reasoning { text, signature } => {
            json!({ "reasoningContent": { "reasoningText": { "text": text, "signature": signature } } })
        }
        Block::Text(text) => json!({ "text": text }),
        Block::ToolUse { id, name, input } => json!({ "toolUse": { "toolUseId": id, "name": name, "input": input } }),
    }
}
