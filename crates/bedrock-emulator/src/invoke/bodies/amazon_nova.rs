//! Amazon Nova: Converse's shapes with a few members of its own.
//!
//! <https://docs.aws.amazon.com/nova/latest/userguide/complete-request-schema.html>

use serde_json::{Value, json};

use super::Body;
use crate::answer::{Answer, Block};
use crate::cache::CacheUsage;
use crate::error::Refusal;
use crate::invoke::chat::{self, Conversation};
use crate::invoke::form::{
    COUNT, Field, Form, SHARE, SOME_TEXT, TEXT, TEXTS, Words, list, one_of, optional, required, whole,
};
use crate::invoke::{Invocation, Native};
use crate::pieces::pieces;
use crate::rules::{self, list as items};

pub(crate) const BODY: Body = Body {
    models: &["amazon.nova"],
    fits: |request| {
        // Nova's blocks have no `type`.
        let blocks = items(&request["messages"]).iter().flat_map(|message| items(&message["content"]));
        request["schemaVersion"].is_string()
            || request["inferenceConfig"].is_object()
            || blocks.into_iter().any(|block| block.is_object() && block["type"].is_null())
    },
    answer,
};

static REQUEST: &[Field] = &[
    optional("schemaVersion", &one_of(&["messages-v1"])),
    required("messages", &Form::List { of: &MESSAGE, min: 1, max: 100_000 }),
    optional("system", &list(&SYSTEM_BLOCK)),
    optional("inferenceConfig", &INFERENCE),
    optional("toolConfig", &TOOL_CONFIG),
];

// Nova takes the names of other vendors, too.
static INFERENCE: Form = Form::Object(&[
    optional("maxTokens", &COUNT),
    optional("max_new_tokens", &COUNT),
    optional("temperature", &SHARE),
    optional("topP", &SHARE),
    optional("top_p", &SHARE),
    optional("topK", &whole(0, 128)),
    optional("top_k", &whole(0, 128)),
    optional("stopSequences", &TEXTS),
    optional("reasoningConfig", &REASONING),
]);
static REASONING: Form = Form::Object(&[
    required("type", &one_of(&["enabled", "disabled"])),
    optional("maxReasoningEffort", &one_of(&["low", "medium", "high"])),
]);

static MESSAGE: Form =
    Form::Object(&[required("role", &one_of(&["user", "assistant"])), required("content", &list(&BLOCK))]);
const CACHE_POINT: Field = optional("cachePoint", &Form::Object(&[required("type", &one_of(&["default"]))]));
static SYSTEM_BLOCK: Form = Form::Object(&[required("text", &SOME_TEXT), CACHE_POINT]);
static SOURCE: Form = Form::Object(&[
    optional("bytes", &SOME_TEXT),
    optional("s3Location", &Form::Object(&[required("uri", &SOME_TEXT), optional("bucketOwner", &TEXT)])),
]);
static BLOCK: Form = Form::Object(&[
    optional("text", &TEXT),
    optional("image", &IMAGE),
    optional("document", &DOCUMENT),
    optional("video", &VIDEO),
    optional("toolUse", &TOOL_USE),
    optional("toolResult", &TOOL_RESULT),
    optional("reasoningContent", &Form::Open),
    CACHE_POINT,
]);
static IMAGE: Form =
    Form::Object(&[required("format", &one_of(&["jpeg", "png", "gif", "webp"])), required("source", &SOURCE)]);
static DOCUMENT: Form = Form::Object(&[
    required("format", &one_of(&["pdf", "csv", "doc", "docx", "xls", "xlsx", "html", "txt", "md"])),
    required("name", &SOME_TEXT),
    required("source", &SOURCE),
]);
static VIDEO: Form = Form::Object(&[
    required("format", &one_of(&["mkv", "mov", "mp4", "webm", "three_gp", "flv", "mpeg", "mpg", "wmv"])),
    required("source", &SOURCE),
]);
static TOOL_USE: Form =
    Form::Object(&[required("toolUseId", &SOME_TEXT), required("name", &SOME_TEXT), required("input", &Form::Open)]);
static TOOL_RESULT: Form = Form::Object(&[
    required("toolUseId", &SOME_TEXT),
    required("content", &list(&RESULT_BLOCK)),
    optional("status", &one_of(&["success", "error"])),
]);
static RESULT_BLOCK: Form = Form::Object(&[
    optional("text", &TEXT),
    optional("json", &Form::Open),
    optional("image", &IMAGE),
    optional("document", &DOCUMENT),
    optional("video", &VIDEO),
]);

static TOOL_CONFIG: Form = Form::Object(&[
    required("tools", &Form::List { of: &TOOL, min: 1, max: 1_000 }),
    optional("toolChoice", &TOOL_CHOICE),
]);
static TOOL: Form = Form::Object(&[
    optional("toolSpec", &TOOL_SPEC),
    optional("systemTool", &Form::Object(&[required("name", &SOME_TEXT)])),
]);
static TOOL_SPEC: Form = Form::Object(&[
    required("name", &SOME_TEXT),
    optional("description", &TEXT),
    required("inputSchema", &Form::Object(&[required("json", &SCHEMA)])),
]);
// Nova refuses other keywords at the top of a schema: its answers name `$defs` and `definitions`.
static SCHEMA: Form = Form::Object(&[
    required("type", &one_of(&["object"])),
    optional("properties", &Form::Open),
    optional("required", &TEXTS),
    optional("description", &TEXT),
    optional("title", &TEXT),
    optional("additionalProperties", &Form::Any),
    optional("$schema", &TEXT),
]);
static TOOL_CHOICE: Form = Form::Object(&[
    optional("auto", &Form::Open),
    optional("any", &Form::Open),
    optional("tool", &Form::Object(&[required("name", &SOME_TEXT)])),
]);

fn answer(invocation: &Invocation<'_>) -> Result<Native, Refusal> {
    let request = invocation.request;
    Words::Schema.check(REQUEST, request)?;
    rules::check(invocation.model_id, request)?;
    let inference = &request["inferenceConfig"];
    let mut conversation = Conversation::default();
    conversation.set("system", marked(&request["system"]).into());
    for message in items(&request["messages"]) {
        conversation.say(message["role"].as_str().unwrap_or_default(), marked(&message["content"]));
    }
    let most = if inference["maxTokens"].is_null() { "max_new_tokens" } else { "maxTokens" };
    conversation.limit(&inference[most], &inference["stopSequences"]);
    conversation.set("toolConfig", request["toolConfig"].clone());
    if inference["reasoningConfig"]["type"] == "enabled" {
        conversation.think();
    }
    let answer = conversation.answer(invocation);
    let body = document(&answer);
    let chunks = events(&answer);
    Ok(chat::native(answer, body, Some(chunks)))
}

/// Converse has a block of its own for what Nova marks on the block before.
fn marked(content: &Value) -> Vec<Value> {
    let mut blocks = Vec::new();
    for block in items(content) {
        let mut block = block.clone();
        let point = block.as_object_mut().and_then(|block| block.remove("cachePoint"));
        blocks.push(block);
        blocks.extend(point.map(|point| json!({ "cachePoint": point })));
    }
    blocks
}

fn document(answer: &Answer) -> Value {
    let content: Vec<Value> = answer.blocks.iter().map(block).collect();
    let mut usage = usage(answer);
    usage["totalTokens"] = json!(answer.usage.input + answer.usage.output);
    json!({
        "output": { "message": { "content": content, "role": "assistant" } },
        "stopReason": stop_reason(answer),
        "usage": usage,
    })
}

fn usage(answer: &Answer) -> Value {
    let CacheUsage { read, written } = answer.usage.cache.clone().unwrap_or_default();
    json!({
        "inputTokens": answer.usage.input,
        "outputTokens": answer.usage.output,
        "cacheReadInputTokenCount": read,
        "cacheWriteInputTokenCount": written.iter().sum::<usize>(),
    })
}

fn stop_reason(answer: &Answer) -> &'static str {
    if answer.stop_reason == "guardrail_intervened" { "end_turn" } else { answer.stop_reason }
}

fn block(block: &Block) -> Value {
    match block {
        Block::Reasoning { text, .. } => json!({ "reasoningContent": { "reasoningText": { "text": text } } }),
        Block::Text(text) => json!({ "text": text }),
        Block::ToolUse { id, name, input } => json!({ "toolUse": { "name": name, "toolUseId": id, "input": input } }),
    }
}

fn events(answer: &Answer) -> Vec<Value> {
    let mut events = vec![json!({ "messageStart": { "role": "assistant" } })];
    for (index, block) in answer.blocks.iter().enumerate() {
        let mut delta = |delta: Value| {
            events.push(json!({ "contentBlockDelta": { "delta": delta, "contentBlockIndex": index } }));
        };
        match block {
            Block::Reasoning { text, .. } => {
                pieces(text).iter().for_each(|text| delta(json!({ "reasoningContent": { "text": text } })));
            }
            Block::Text(text) => pieces(text).iter().for_each(|text| delta(json!({ "text": text }))),
            Block::ToolUse { id, name, input } => {
                let start = json!({ "toolUse": { "toolUseId": id, "name": name } });
                events.push(json!({ "contentBlockStart": { "start": start, "contentBlockIndex": index } }));
                // Nova says the whole input at once.
                let delta = json!({ "toolUse": { "input": input.to_string() } });
                events.push(json!({ "contentBlockDelta": { "delta": delta, "contentBlockIndex": index } }));
            }
        }
        events.push(json!({ "contentBlockStop": { "contentBlockIndex": index } }));
    }
    events.push(json!({ "messageStop": { "stopReason": stop_reason(answer) } }));
    events.push(json!({ "metadata": { "usage": usage(answer), "metrics": {}, "trace": {} } }));
    events
}
