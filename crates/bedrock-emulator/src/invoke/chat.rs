//! What the chat bodies share: a conversation in Converse's words, and the one way in which it is answered.

use serde_json::{Map, Value, json};

use super::{Invocation, Native};
use crate::answer::{self, Answer, Block};
use crate::call::token;
use crate::rules::list;

/// A request on the way from its own words to Converse's.
#[derive(Debug, Default)]
pub(super) struct Conversation {
    system: Vec<Value>,
    messages: Vec<(String, Vec<Value>)>,
    /// Everything else of a Converse request.
    rest: Map<String, Value>,
}

impl Conversation {
    /// A conversation of one user turn.
    pub(super) fn of(text: &str) -> Self {
        let mut conversation = Self::default();
        conversation.say("user", vec![json!({ "text": text })]);
        conversation
    }

    /// The conversation that a prompt's template writes down.
    pub(super) fn of_turns(turns: Vec<(&'static str, String)>) -> Self {
        let mut conversation = Self::default();
        for (role, text) in turns {
            match role {
                "system" => conversation.instruct(&text),
                _ => conversation.say(role, vec![json!({ "text": text })]),
            }
        }
        conversation
    }

    /// Adds a system prompt.
    pub(super) fn instruct(&mut self, text: &str) {
        self.system.push(json!({ "text": text }));
    }

    /// Adds blocks; turns of one role that follow each other are one.
    pub(super) fn say(&mut self, role: &str, blocks: Vec<Value>) {
        match self.messages.last_mut() {
            Some((last, content)) if last == role => content.extend(blocks),
            _ => self.messages.push((role.to_owned(), blocks)),
        }
    }

    /// Sets the limits of the answer; what is null is not set.
    pub(super) fn limit(&mut self, max_tokens: &Value, stops: &Value) {
        let stops = if stops.is_string() { json!([stops]) } else { stops.clone() };
        let mut limits = Map::new();
        limits.extend(max_tokens.is_u64().then(|| ("maxTokens".to_owned(), max_tokens.clone())));
        limits.extend(stops.is_array().then_some(("stopSequences".to_owned(), stops)));
        self.set("inferenceConfig", Value::Object(limits));
    }

    /// Asks the model to think first.
    pub(super) fn think(&mut self) {
        self.set("additionalModelRequestFields", json!({ "thinking": { "type": "enabled" } }));
    }

    /// Asks for JSON of this schema.
    pub(super) fn format(&mut self, schema: &Value) {
        let schema = json!({ "schema": schema.to_string() });
        self.set("outputConfig", json!({ "textFormat": { "structure": { "jsonSchema": schema } } }));
    }

    /// Sets the tools, and which of them to call: `auto`, `any`, or a tool's name.
    pub(super) fn offer(&mut self, tools: Vec<Value>, choice: &Value) {
        let mut config = Map::from_iter([("tools".to_owned(), Value::Array(tools))]);
        config.insert("toolChoice".into(), choice.clone());
        self.set("toolConfig", Value::Object(config));
    }

    /// Sets a member of the Converse request.
    pub(super) fn set(&mut self, name: &str, value: Value) {
        self.rest.insert(name.to_owned(), value);
    }

    /// The answer, with the tokens of the whole request counted.
    pub(super) fn answer(self, invocation: &Invocation<'_>) -> Answer {
        let messages: Vec<Value> =
            self.messages.into_iter().map(|(role, content)| json!({ "role": role, "content": content })).collect();
        let mut request = self.rest;
        request.insert("system".into(), self.system.into());
        request.insert("messages".into(), messages.into());
        if invocation.guardrail.is_object() {
            request.insert("guardrailConfig".into(), invocation.guardrail.clone());
        }
        answer::answer(invocation.model_id, &Value::Object(request), invocation.cache)
    }
}

/// A tool in Converse's words.
pub(super) fn tool(name: &Value, description: &Value, schema: &Value) -> Value {
    json!({ "toolSpec": { "name": name, "description": description, "inputSchema": { "json": schema } } })
}

/// A call in Converse's words.
pub(super) fn tool_use(id: &Value, name: &Value, input: &Value) -> Value {
    json!({ "toolUse": { "toolUseId": id, "name": name, "input": input } })
}

/// A result in Converse's words.
pub(super) fn tool_result(id: &Value, content: &[Value]) -> Value {
    json!({ "toolResult": { "toolUseId": id, "content": content } })
}

/// The native answer: its document, and its chunks if the model streams.
pub(super) fn native(answer: Answer, body: Value, chunks: Option<Vec<Value>>) -> Native {
    Native {
        body,
        chunks,
        latency: answer.latency_ms(),
        intervened: answer.stop_reason == "guardrail_intervened",
        usage: answer.usage,
        trace: answer.trace,
    }
}

/// The text of an answer.
pub(super) fn text(answer: &Answer) -> String {
    let texts = answer.blocks.iter().filter_map(|block| match block {
        Block::Text(text) => Some(text.as_str()),
        Block::Reasoning { .. } | Block::ToolUse { .. } => None,
    });
    texts.collect()
}

/// The thoughts before an answer; empty without.
pub(super) fn reasoning(answer: &Answer) -> String {
    let texts = answer.blocks.iter().filter_map(|block| match block {
        Block::Reasoning { text, .. } => Some(text.as_str()),
        Block::Text(_) | Block::ToolUse { .. } => None,
    });
    texts.collect()
}

/// Whether a prompt ends with the opening tag of thoughts, as DeepSeek's template has it.
pub(super) fn is_to_think(prompt: &str) -> bool {
    prompt.trim_end().ends_with("<think>")
}

/// The text of an answer with its thoughts before it, as a model writes them whose template has the opening tag.
pub(super) fn aloud(answer: &Answer) -> String {
    let (thoughts, text) = (reasoning(answer), text(answer));
    if thoughts.is_empty() { text } else { format!("{thoughts}\n</think>\n\n{text}") }
}

/// The calls of an answer: id, name, input.
pub(super) fn calls(answer: &Answer) -> Vec<(&str, &str, &Value)> {
    let calls = answer.blocks.iter().filter_map(|block| match block {
        Block::ToolUse { id, name, input } => Some((id.as_str(), name.as_str(), input)),
        Block::Reasoning { .. } | Block::Text(_) => None,
    });
    calls.collect()
}

/// A model's word for why it stopped; `end` also for what it has no word for.
pub(super) fn reason(answer: &Answer, end: &'static str, length: &'static str, tools: &'static str) -> &'static str {
    match answer.stop_reason {
        "max_tokens" => length,
        "tool_use" => tools,
        _ => end,
    }
}

/// An id made from the answer, equal for equal answers.
pub(super) fn id(answer: &Answer, prefix: &str, length: usize) -> String {
    format!("{prefix}{}", token(&format!("{:?}{:?}", answer.blocks, answer.usage), length))
}

/// A UUID made from the answer.
pub(super) fn uuid(answer: &Answer, place: usize) -> String {
    let number = crate::call::hash(&format!("{place}{:?}", answer.blocks));
    format!("{:08x}-0000-4000-8000-{:012x}", number >> 32, number & 0xffff_ffff)
}

/// The text of content that is a string or a list of parts with `text`.
pub(super) fn flat(content: &Value) -> String {
    match content.as_str() {
        Some(text) => text.to_owned(),
        None => list(content).iter().filter_map(|part| part["text"].as_str()).collect::<Vec<_>>().join("\n"),
    }
}
