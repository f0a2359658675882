//! Bodies in the shape of OpenAI's chat completions, which many vendors took over, each with differences of its own.
//!
//! <https://platform.openai.com/docs/api-reference/chat/create>

use std::collections::BTreeSet;

use serde_json::{Value, json};

use super::chat::{self, Conversation};
use super::form::{Field, Form, SOME_TEXT, TEXT, Words, list, one_of, optional, required};
use super::{Invocation, Native};
use crate::answer::Answer;
use crate::error::Refusal;
use crate::pieces::pieces;
use crate::rules::list as items;

/// How a vendor's body differs.
pub(super) struct Dialect {
    pub(super) request: &'static [Field],
    /// Whether the models see images.
    pub(super) images: bool,
    pub(super) reasoning: Reasoning,
    /// Name of the reason to stop.
    pub(super) reason: &'static str,
    /// Name of what a chunk adds.
    pub(super) delta: &'static str,
    /// Whether the stream's counts come in a chunk of their own after the last.
    pub(super) counts_apart: bool,
}

/// How a model shows that it thinks.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Reasoning {
    /// In a member beside the content.
    Member,
    None,
    /// In tags at the beginning of the content.
    Tags,
}

impl Dialect {
    /// OpenAI's own words.
    pub(super) const fn new(request: &'static [Field]) -> Self {
        Self {
            request,
            images: false,
            reasoning: Reasoning::None,
            reason: "finish_reason",
            delta: "delta",
            counts_apart: false,
        }
    }
}

pub(super) static MESSAGES: Form = Form::List { of: &MESSAGE, min: 1, max: 100_000 };
pub(super) static STOP: Form = Form::Either(&[SOME_TEXT, list(&SOME_TEXT)]);
pub(super) static TOOLS: Form = list(&Form::Tagged(
    "type",
    &[(
        "function",
        &[required(
            "function",
            &Form::Object(&[
                required("name", &SOME_TEXT),
                optional("description", &TEXT),
                optional("parameters", &Form::Open),
                optional("strict", &Form::Either(&[Form::Boolean, Form::Null])),
            ]),
        )],
    )],
));
pub(super) static TOOL_CHOICE: Form = Form::Either(&[
    one_of(&["auto", "none", "required"]),
    Form::Object(&[
        required("type", &one_of(&["function"])),
        required("function", &Form::Object(&[required("name", &SOME_TEXT)])),
    ]),
]);
pub(super) static RESPONSE_FORMAT: Form = Form::Tagged(
    "type",
    &[
        ("text", &[]),
        ("json_object", &[]),
        (
            "json_schema",
            &[required(
                "json_schema",
                &Form::Object(&[
                    required("name", &SOME_TEXT),
                    optional("description", &TEXT),
                    optional("schema", &Form::Open),
                    optional("strict", &Form::Either(&[Form::Boolean, Form::Null])),
                ]),
            )],
        ),
    ],
);

static TEXT_OR_PARTS: Form = Form::Either(&[TEXT, list(&PART)]);
const CONTENT: Field = required("content", &TEXT_OR_PARTS);
const NAME: Field = optional("name", &TEXT);
static MESSAGE: Form = Form::Tagged(
    "role",
    &[
        ("developer", &[CONTENT, NAME]),
        ("system", &[CONTENT, NAME]),
        ("user", &[CONTENT, NAME]),
        (
            "assistant",
            &[
                optional("content", &Form::Either(&[TEXT, list(&PART), Form::Null])),
                optional("tool_calls", &list(&CALL)),
                NAME,
            ],
        ),
        ("tool", &[CONTENT, required("tool_call_id", &SOME_TEXT), NAME]),
    ],
);
static PART: Form = Form::Tagged(
    "type",
    &[
        ("text", &[required("text", &TEXT)]),
        (
            "image_url",
            &[required(
                "image_url",
                &Form::Object(&[required("url", &SOME_TEXT), optional("detail", &one_of(&["auto", "low", "high"]))]),
            )],
        ),
    ],
);
static CALL: Form = Form::Object(&[
    required("id", &SOME_TEXT),
    optional("type", &one_of(&["function"])),
    required("function", &Form::Object(&[required("name", &SOME_TEXT), required("arguments", &TEXT)])),
]);

/// Checks a request and answers it.
pub(super) fn answer(invocation: &Invocation<'_>, dialect: &Dialect) -> Result<Native, Refusal> {
    let request = invocation.request;
    Words::Schema.check(dialect.request, request)?;
    let mut conversation = Conversation::default();
    let mut asked = BTreeSet::new();
    for (at, message) in items(&request["messages"]).iter().enumerate() {
        hear(&mut conversation, &mut asked, message, dialect, at)?;
    }
    let most = if request["max_tokens"].is_null() { "max_completion_tokens" } else { "max_tokens" };
    conversation.limit(&request[most], &request["stop"]);
    offer(&mut conversation, request)?;
    match &request["response_format"]["type"] {
        kind if kind == "json_schema" => conversation.format(&request["response_format"]["json_schema"]["schema"]),
        kind if kind == "json_object" => {
            conversation.format(&json!({ "type": "object", "properties": { "answer": { "type": "string" } } }));
        }
        _ => {}
    }
    if dialect.reasoning != Reasoning::None && request["reasoning_effort"] != "none" {
        conversation.think();
    }
    let answer = conversation.answer(invocation);
    let body = completion(&answer, invocation, dialect);
    let chunks = chunks(&answer, invocation, dialect);
    Ok(chat::native(answer, body, Some(chunks)))
}

/// Adds a message; `asked` are the calls that have no result yet.
fn hear(
    conversation: &mut Conversation,
    asked: &mut BTreeSet<String>,
    message: &Value,
    dialect: &Dialect,
    at: usize,
) -> Result<(), Refusal> {
    let content = blocks(&message["content"], dialect, at)?;
    match message["role"].as_str().unwrap_or_default() {
        "assistant" => {
            let mut said = content;
            asked.clear();
            for call in items(&message["tool_calls"]) {
                let function = &call["function"];
                let input: Value =
                    serde_json::from_str(function["arguments"].as_str().unwrap_or_default()).map_err(|_| {
                        Refusal::validation(format!("messages[{at}]: the arguments of a tool call are not JSON"))
                    })?;
                asked.extend(call["id"].as_str().map(str::to_owned));
                said.push(chat::tool_use(&call["id"], &function["name"], &input));
            }
            conversation.say("assistant", said);
        }
        "tool" => {
            if !asked.remove(message["tool_call_id"].as_str().unwrap_or_default()) {
                return Err(Refusal::validation(format!(
                    "messages[{at}]: a message with role 'tool' must be a response to a preceding message with 'tool_calls'"
                )));
            }
            conversation.say("user", vec![chat::tool_result(&message["tool_call_id"], &content)]);
        }
        "user" => conversation.say("user", content),
        _ => conversation.instruct(&chat::flat(&message["content"])),
    }
    Ok(())
}

/// Content that is a text or a list of parts, in Converse's words.
fn blocks(content: &Value, dialect: &Dialect, at: usize) -> Result<Vec<Value>, Refusal> {
    if let Some(text) = content.as_str() {
        return Ok(if text.is_empty() { Vec::new() } else { vec![json!({ "text": text })] });
    }
    items(content)
        .iter()
        .map(|part| match part["image_url"]["url"].as_str() {
            None => Ok(json!({ "text": part["text"] })),
            Some(_) if !dialect.images => {
                Err(Refusal::validation(format!("messages[{at}]: this model does not support images")))
            }
            Some(url) => image(url)
                .ok_or_else(|| Refusal::validation(format!("messages[{at}]: images are data: URLs of a known format"))),
        })
        .collect()
}

fn image(url: &str) -> Option<Value> {
    let (format, data) = url.strip_prefix("data:image/")?.split_once(";base64,")?;
    Some(json!({ "image": { "format": format, "source": { "bytes": data } } }))
}

fn offer(conversation: &mut Conversation, request: &Value) -> Result<(), Refusal> {
    let tools = items(&request["tools"]);
    let choice = &request["tool_choice"];
    if tools.is_empty() {
        return match choice {
            Value::Null => Ok(()),
            _ => Err(Refusal::validation("When using `tool_choice`, `tools` must be set.")),
        };
    }
    let named = &choice["function"]["name"];
    if named.is_string() && !tools.iter().any(|tool| tool["function"]["name"] == *named) {
        return Err(Refusal::validation(
            "The tool specified in `tool_choice` does not match any of the specified `tools`",
        ));
    }
    if choice == "none" {
        return Ok(());
    }
    let choice = match choice.as_str() {
        Some("any" | "required") => json!({ "any": {} }),
        _ if named.is_string() => json!({ "tool": { "name": named } }),
        _ => json!({ "auto": {} }),
    };
    let tool = |tool: &Value| {
        let function = &tool["function"];
        chat::tool(&function["name"], &function["description"], &function["parameters"])
    };
    conversation.offer(tools.iter().map(tool).collect(), &choice);
    Ok(())
}

fn completion(answer: &Answer, invocation: &Invocation<'_>, dialect: &Dialect) -> Value {
    let mut message = json!({ "role": "assistant", "content": content(answer, dialect) });
    if dialect.reasoning == Reasoning::Member {
        message["reasoning_content"] = chat::reasoning(answer).into();
    }
    if !chat::calls(answer).is_empty() {
        message["tool_calls"] = calls(answer).into();
    }
    let mut choice = json!({ "index": 0, "message": message });
    choice[dialect.reason] = reason(answer).into();
    document(answer, invocation, "chat.completion", &[choice])
}

fn document(answer: &Answer, invocation: &Invocation<'_>, object: &str, choices: &[Value]) -> Value {
    let (input, output) = (answer.usage.input, answer.usage.output);
    json!({
        "id": chat::id(answer, "chatcmpl-", 24),
        "object": object,
        "created": 1_767_225_600,
        "model": invocation.base_id,
        "choices": choices,
        "usage": { "prompt_tokens": input, "completion_tokens": output, "total_tokens": input + output },
    })
}

fn content(answer: &Answer, dialect: &Dialect) -> Value {
    let text = chat::text(answer);
    let reasoning = chat::reasoning(answer);
    match dialect.reasoning {
        Reasoning::Tags if !reasoning.is_empty() => format!("<reasoning>{reasoning}</reasoning>{text}").into(),
        _ if text.is_empty() && answer.stop_reason == "tool_use" => Value::Null,
        _ => text.into(),
    }
}

fn calls(answer: &Answer) -> Vec<Value> {
    let call = |(at, (id, name, input)): (usize, (&str, &str, &Value))| {
        let function = json!({ "name": name, "arguments": input.to_string() });
        json!({ "index": at, "id": own(id), "type": "function", "function": function })
    };
    chat::calls(answer).into_iter().enumerate().map(call).collect()
}

fn own(id: &str) -> String {
    format!("call_{}", id.trim_start_matches("tooluse_"))
}

fn reason(answer: &Answer) -> &'static str {
    if answer.stop_reason == "guardrail_intervened" {
        return "content_filter";
    }
    chat::reason(answer, "stop", "length", "tool_calls")
}

fn chunks(answer: &Answer, invocation: &Invocation<'_>, dialect: &Dialect) -> Vec<Value> {
    let chunk = |delta: Value, reason: Option<&str>| {
        let mut choice = json!({ "index": 0 });
        choice[dialect.delta] = delta;
        choice[dialect.reason] = json!(reason);
        let mut chunk = document(answer, invocation, "chat.completion.chunk", &[choice]);
        if reason.is_none() {
            chunk.as_object_mut().map(|chunk| chunk.remove("usage"));
        }
        chunk
    };
    let mut chunks = vec![chunk(json!({ "role": "assistant", "content": "" }), None)];
    if dialect.reasoning == Reasoning::Member {
        let thoughts = chat::reasoning(answer);
        chunks.extend(pieces(&thoughts).into_iter().map(|text| chunk(json!({ "reasoning_content": text }), None)));
    }
    let content = content(answer, dialect);
    for text in content.as_str().map(pieces).unwrap_or_default() {
        chunks.push(chunk(json!({ "content": text }), None));
    }
    for (at, (id, name, input)) in chat::calls(answer).into_iter().enumerate() {
        let start =
            json!({ "index": at, "id": own(id), "type": "function", "function": { "name": name, "arguments": "" } });
        chunks.push(chunk(json!({ "tool_calls": [start] }), None));
        for part in pieces(&input.to_string()) {
            let part = json!({ "index": at, "function": { "arguments": part } });
            chunks.push(chunk(json!({ "tool_calls": [part] }), None));
        }
    }
    chunks.push(chunk(json!({}), Some(reason(answer))));
    if dialect.counts_apart {
        chunks.push(json!({}));
    }
    chunks
}
