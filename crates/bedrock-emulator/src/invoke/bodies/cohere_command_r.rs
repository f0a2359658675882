//! Cohere Command R and R+.
//!
//! <https://docs.aws.amazon.com/bedrock/latest/userguide/model-parameters-cohere-command-r-plus.html>

use serde_json::{Map, Value, json};

use super::Body;
use crate::answer::Answer;
use crate::error::Refusal;
use crate::invoke::chat::{self, Conversation};
use crate::invoke::form::{
    COUNT, Field, Form, SHARE, TEXT, TEXTS, Words, list, one_of, optional, required, whole, within,
};
use crate::invoke::{Invocation, Native};
use crate::pieces::pieces;
use crate::rules::list as items;

pub(crate) const BODY: Body =
    Body { models: &["cohere.command-r"], fits: |request| request["message"].is_string(), answer };

static REQUEST: &[Field] = &[
    required("message", &TEXT),
    optional("chat_history", &list(&TURN)),
    optional("documents", &list(&Form::Open)),
    optional("search_queries_only", &Form::Boolean),
    optional("preamble", &TEXT),
    optional("max_tokens", &COUNT),
    optional("temperature", &SHARE),
    optional("p", &within(0.01, 1.0)),
    optional("k", &within(0.0, 500.0)),
    optional("prompt_truncation", &one_of(&["OFF", "AUTO_PRESERVE_ORDER"])),
    optional("frequency_penalty", &SHARE),
    optional("presence_penalty", &SHARE),
    optional("seed", &whole(0, i64::MAX)),
    optional("return_prompt", &Form::Boolean),
    optional("stop_sequences", &TEXTS),
    optional("raw_prompting", &Form::Boolean),
    optional("tools", &list(&TOOL)),
    optional("tool_results", &list(&TOOL_RESULT)),
];

// Calls and results in the history are Cohere's own; AWS's page has the first two roles only.
// <https://docs.cohere.com/v1/reference/chat>
static TURN: Form = Form::Tagged(
    "role",
    &[
        ("USER", &[required("message", &TEXT)]),
        ("CHATBOT", &[required("message", &TEXT), optional("tool_calls", &list(&CALL))]),
        ("SYSTEM", &[required("message", &TEXT)]),
        ("TOOL", &[required("tool_results", &list(&TOOL_RESULT))]),
    ],
);
static CALL: Form = Form::Object(&[required("name", &TEXT), required("parameters", &Form::Open)]);
static TOOL_RESULT: Form = Form::Object(&[required("call", &CALL), required("outputs", &list(&Form::Open))]);
static TOOL: Form = Form::Object(&[
    required("name", &TEXT),
    required("description", &TEXT),
    optional("parameter_definitions", &Form::Open),
]);
static PARAMETER: Form =
    Form::Object(&[required("type", &TEXT), optional("description", &TEXT), optional("required", &Form::Boolean)]);

fn answer(invocation: &Invocation<'_>) -> Result<Native, Refusal> {
    let request = invocation.request;
    Words::Schema.check(REQUEST, request)?;
    check(request)?;
    let answer = conversation(request).answer(invocation);
    let body = body(request, &answer);
    let chunks = chunks(&answer, &body);
    Ok(chat::native(answer, body, Some(chunks)))
}

fn check(request: &Value) -> Result<(), Refusal> {
    for (at, tool) in items(&request["tools"]).iter().enumerate() {
        for (name, parameter) in tool["parameter_definitions"].as_object().into_iter().flatten() {
            Words::Schema.check_at(&PARAMETER, parameter, &format!("/tools/{at}/parameter_definitions/{name}"))?;
        }
    }
    let has_results = !items(&request["tool_results"]).is_empty();
    if request["message"] == "" && !has_results {
        return Err(Refusal::validation(
            "invalid request: message must be at least 1 token long or tool results must be specified.",
        ));
    }
    if has_results && items(&request["tools"]).is_empty() {
        return Err(Refusal::validation("invalid request: cannot specify tool_results without tools."));
    }
    Ok(())
}

fn conversation(request: &Value) -> Conversation {
    let mut conversation = Conversation::default();
    if let Some(preamble) = request["preamble"].as_str() {
        conversation.instruct(preamble);
    }
    for turn in items(&request["chat_history"]) {
        match turn["role"].as_str() {
            Some("SYSTEM") => conversation.instruct(turn["message"].as_str().unwrap_or_default()),
            Some("TOOL") => conversation.say("user", results(&turn["tool_results"])),
            Some("CHATBOT") => {
                let calls = items(&turn["tool_calls"]).iter().map(call);
                conversation.say("assistant", text(turn).into_iter().chain(calls).collect());
            }
            _ => conversation.say("user", text(turn)),
        }
    }
    let calls: Vec<Value> = items(&request["tool_results"]).iter().map(|result| call(&result["call"])).collect();
    conversation.say("user", text(request));
    if !calls.is_empty() {
        conversation.say("assistant", calls);
        conversation.say("user", results(&request["tool_results"]));
    }
    conversation.limit(&request["max_tokens"], &request["stop_sequences"]);
    if !items(&request["tools"]).is_empty() {
        conversation.offer(items(&request["tools"]).iter().map(tool).collect(), &Value::Null);
    }
    conversation
}

fn text(turn: &Value) -> Vec<Value> {
    if turn["message"] == "" { Vec::new() } else { vec![json!({ "text": turn["message"] })] }
}

fn call(call: &Value) -> Value {
    // Cohere's calls have no ids.
    chat::tool_use(&call["name"], &call["name"], &call["parameters"])
}

fn results(results: &Value) -> Vec<Value> {
    let result = |result: &Value| {
        let outputs = items(&result["outputs"]).iter().map(|output| json!({ "json": output }));
        chat::tool_result(&result["call"]["name"], &outputs.collect::<Vec<_>>())
    };
    items(results).iter().map(result).collect()
}

/// Cohere's definitions as a JSON Schema.
fn tool(tool: &Value) -> Value {
    let (mut properties, mut required) = (Map::new(), Vec::new());
    for (name, parameter) in tool["parameter_definitions"].as_object().into_iter().flatten() {
        let kind = match parameter["type"].as_str().unwrap_or_default().to_lowercase().as_str() {
            "int" => "integer",
            "float" => "number",
            "bool" => "boolean",
            kind if kind.starts_with("list") => "array",
            kind if kind.starts_with("dict") => "object",
            _ => "string",
        };
        properties.insert(name.clone(), json!({ "type": kind, "description": parameter["description"] }));
        if parameter["required"] == true {
            required.push(name.as_str());
        }
    }
    let schema = json!({ "type": "object", "properties": properties, "required": required });
    chat::tool(&tool["name"], &tool["description"], &schema)
}

fn body(request: &Value, answer: &Answer) -> Value {
    let text = chat::text(answer);
    let mut history = items(&request["chat_history"]).to_vec();
    history.push(json!({ "role": "USER", "message": request["message"] }));
    history.push(json!({ "role": "CHATBOT", "message": text }));
    let reason = match answer.stop_sequence {
        Some(_) => "STOP_SEQUENCE",
        None => chat::reason(answer, "COMPLETE", "MAX_TOKENS", "COMPLETE"),
    };
    let mut body = json!({
        "response_id": chat::uuid(answer, 0),
        "generation_id": chat::uuid(answer, 1),
        "text": text,
        "chat_history": history,
        "finish_reason": reason,
    });
    let calls = chat::calls(answer);
    if !calls.is_empty() {
        let calls = calls.iter().map(|(_, name, input)| json!({ "name": name, "parameters": input }));
        body["tool_calls"] = calls.collect();
    }
    body
}

fn chunks(answer: &Answer, body: &Value) -> Vec<Value> {
    let text = chat::text(answer);
    let mut chunks: Vec<Value> = pieces(&text)
        .into_iter()
        .filter(|text| !text.is_empty())
        .map(|text| json!({ "is_finished": false, "event_type": "text-generation", "text": text }))
        .collect();
    if body["tool_calls"].is_array() {
        chunks.push(
            json!({ "is_finished": false, "event_type": "tool-calls-generation", "tool_calls": body["tool_calls"] }),
        );
    }
    chunks.push(json!({
        "is_finished": true,
        "event_type": "stream-end",
        "response": body,
        "finish_reason": body["finish_reason"],
    }));
    chunks
}
