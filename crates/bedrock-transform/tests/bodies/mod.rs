//! Requests, answers and events of the sizes that are measured.
#![allow(dead_code, clippy::allow_attributes, clippy::unwrap_used, reason = "benches and tests each use a part")]

use bedrock_transform::{Catalog, ChatCall, ModelSpec, Options, ResponseMeta, StreamEvent, chat};
use core_types::ChatRequest;

pub(crate) const MODEL: &str = "anthropic.claude-3-haiku-20240307-v1:0";

const SENTENCE: &str = "The quick brown fox \"jumps\" over the lazy dog.\n";

/// A question of one message.
pub(crate) fn small() -> String {
    format!(r#"{{"model":"{MODEL}","messages":[{{"role":"user","content":"Hello, how are you?"}}],"max_tokens":256}}"#)
}

/// A conversation of `turns` messages of `sentences` each, with `tools` tools.
pub(crate) fn conversation(turns: usize, sentences: usize, tools: usize) -> String {
    let text = serde_json::to_string(&SENTENCE.repeat(sentences)).unwrap();
    let turn = |index: usize| {
        let role = if index.is_multiple_of(2) { "user" } else { "assistant" };
        format!(r#"{{"role":"{role}","content":{text}}}"#)
    };
    let tool = |index: usize| {
        let property = |name: usize| format!(r#""p{name}":{{"type":"string","description":{text}}}"#);
        let properties: Vec<_> = (0..4).map(property).collect();
        let schema = format!(r#"{{"type":"object","properties":{{{}}},"required":["p0"]}}"#, properties.join(","));
        format!(
            r#"{{"type":"function","function":{{"name":"tool_{index}","description":{text},"parameters":{schema}}}}}"#
        )
    };
    let turns: Vec<_> = (0..turns).map(turn).collect();
    let tools: Vec<_> = (0..tools).map(tool).collect();
    format!(r#"{{"model":"{MODEL}","messages":[{}],"tools":[{}],"max_tokens":256}}"#, turns.join(","), tools.join(","))
}

/// A question about an image of a million characters.
pub(crate) fn image() -> String {
    let data = format!("iVBORw0KGgo{}", "A".repeat((1 << 20) - 11));
    format!(
        r#"{{"model":"{MODEL}","messages":[{{"role":"user","content":[{{"type":"text","text":"What is this?"}},{{"type":"image_url","image_url":{{"url":"data:image/png;base64,{data}"}}}}]}}]}}"#
    )
}

pub(crate) fn read(json: &str) -> ChatRequest {
    serde_json::from_str(json).unwrap()
}

pub(crate) fn spec() -> ModelSpec {
    ModelSpec::resolve(MODEL, &Catalog::builtin()).unwrap()
}

pub(crate) fn map(request: &ChatRequest, spec: &ModelSpec) -> ChatCall {
    chat(request, spec, &Options::default()).unwrap()
}

pub(crate) fn meta() -> ResponseMeta {
    ResponseMeta::new("chatcmpl-1", 0)
}

pub(crate) const ANSWER: &str = r#"{"output":{"message":{"role":"assistant","content":[{"text":"I am well, thank you. How can I help?"}]}},"stopReason":"end_turn","usage":{"inputTokens":13,"outputTokens":12,"totalTokens":25},"metrics":{"latencyMs":400}}"#;

/// One event of each kind that brings something.
pub(crate) fn events() -> Vec<(&'static str, StreamEvent)> {
    let event = |name: &'static str, payload: &'static str| StreamEvent::event(name, payload);
    vec![
        ("text", event("contentBlockDelta", r#"{"contentBlockIndex":0,"delta":{"text":"Hello"},"p":"abcdefgh"}"#)),
        (
            "reasoning",
            event("contentBlockDelta", r#"{"contentBlockIndex":0,"delta":{"reasoningContent":{"text":"Hm"}}}"#),
        ),
        (
            "tool",
            event(
                "contentBlockStart",
                r#"{"contentBlockIndex":1,"start":{"toolUse":{"toolUseId":"t1","name":"tool_0"}}}"#,
            ),
        ),
        (
            "arguments",
            event("contentBlockDelta", r#"{"contentBlockIndex":1,"delta":{"toolUse":{"input":"{\"p0\":"}}}"#),
        ),
    ]
}
