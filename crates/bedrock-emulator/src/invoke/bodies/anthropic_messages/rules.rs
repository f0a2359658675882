//! Claude's rules of a conversation, in its words.

use std::collections::BTreeSet;

use serde_json::Value;

use crate::error::Refusal;
use crate::rules::{COMBINED, combines, has_open_object, list};

/// Models that take `temperature` or `top_p`.
const ONE_OF_TWO: &[&str] = &[
    "anthropic.claude-haiku-4-5",
    "anthropic.claude-opus-4-1",
    "anthropic.claude-opus-4-5",
    "anthropic.claude-opus-4-6",
    "anthropic.claude-sonnet-4-5",
    "anthropic.claude-sonnet-4-6",
];

pub(super) fn check(base_id: &str, request: &Value) -> Result<(), Refusal> {
    let messages = list(&request["messages"]);
    if messages.first().is_some_and(|message| message["role"] != "user") {
        return refuse("messages: first message must use the \"user\" role");
    }
    blocks(messages)?;
    prefill(messages)?;
    for (at, message) in messages.iter().enumerate() {
        results(messages, at, message)?;
    }
    sampling(base_id, request)?;
    thinking(request)?;
    tools(request)?;
    if has_open_object(&request["output_config"]["format"]["schema"]) {
        return refuse(
            "output_config.format.schema: For 'object' type, 'additionalProperties' must be explicitly set to false",
        );
    }
    Ok(())
}

fn refuse(message: impl Into<String>) -> Result<(), Refusal> {
    Err(Refusal::validation(message))
}

fn blocks(messages: &[Value]) -> Result<(), Refusal> {
    for (at, message) in messages.iter().enumerate() {
        let content = &message["content"];
        let last = at + 1 == messages.len();
        let is_empty = content.as_str() == Some("") || content.as_array().is_some_and(Vec::is_empty);
        if is_empty && !(last && message["role"] == "assistant") {
            return refuse(format!(
                "messages.{at}: all messages must have non-empty content except for the optional final assistant message"
            ));
        }
        for text in list(content).iter().filter_map(|block| block["text"].as_str()) {
            if text.is_empty() {
                return refuse("messages: text content blocks must be non-empty");
            }
            if text.trim().is_empty() {
                return refuse("messages: text content blocks must contain non-whitespace text");
            }
        }
    }
    Ok(())
}

fn prefill(messages: &[Value]) -> Result<(), Refusal> {
    let last = messages.last().filter(|message| message["role"] == "assistant").map(|message| &message["content"]);
    let text = last.and_then(|content| content.as_str().or_else(|| list(content).last()?["text"].as_str()));
    match text {
        Some(text) if text.ends_with(char::is_whitespace) => {
            refuse("messages: final assistant content cannot end with trailing whitespace")
        }
        _ => Ok(()),
    }
}

/// Every use has its result in the next message, and every result its use in the one before.
fn results(messages: &[Value], at: usize, message: &Value) -> Result<(), Refusal> {
    let used = ids(message, "tool_use", "id");
    let next = messages.get(at + 1).map(|next| ids(next, "tool_result", "tool_use_id")).unwrap_or_default();
    let open: Vec<&str> = used.difference(&next).copied().collect();
    if !open.is_empty() {
        return refuse(format!(
            "messages.{at}: `tool_use` ids were found without `tool_result` blocks immediately after: {}. Each `tool_use` \
             block must have a corresponding `tool_result` block in the next message.",
            open.join(", ")
        ));
    }
    let before = at.checked_sub(1).and_then(|before| messages.get(before));
    let asked = before.map(|before| ids(before, "tool_use", "id")).unwrap_or_default();
    for (index, block) in list(&message["content"]).iter().enumerate() {
        let id = block["tool_use_id"].as_str().filter(|id| block["type"] == "tool_result" && !asked.contains(id));
        if let Some(id) = id {
            return refuse(format!(
                "messages.{at}.content.{index}: unexpected `tool_use_id` found in `tool_result` blocks: {id}. Each \
                 `tool_result` block must have a corresponding `tool_use` block in the previous message."
            ));
        }
    }
    Ok(())
}

fn ids<'a>(message: &'a Value, kind: &str, member: &str) -> BTreeSet<&'a str> {
    let blocks = list(&message["content"]).iter().filter(|block| block["type"] == kind);
    blocks.filter_map(|block| block[member].as_str()).collect()
}

fn sampling(base_id: &str, request: &Value) -> Result<(), Refusal> {
    let both = request["temperature"].is_number() && request["top_p"].is_number();
    if both && ONE_OF_TWO.iter().any(|model| base_id.starts_with(model)) {
        return refuse("`temperature` and `top_p` cannot both be specified for this model. Please use only one.");
    }
    Ok(())
}

fn thinking(request: &Value) -> Result<(), Refusal> {
    let thinking = &request["thinking"];
    if thinking["type"] != "enabled" {
        return Ok(());
    }
    if thinking["budget_tokens"].as_u64() >= request["max_tokens"].as_u64() {
        return refuse("`max_tokens` must be greater than `thinking.budget_tokens`.");
    }
    if request["temperature"].as_f64().is_some_and(|temperature| temperature < 1.0) {
        return refuse("`temperature` may only be set to 1 when thinking is enabled.");
    }
    if request["top_k"].is_number() {
        return refuse("`top_k` must be unset when thinking is enabled.");
    }
    let choice = &request["tool_choice"]["type"];
    if choice == "any" || choice == "tool" {
        return refuse("Thinking may not be enabled when tool_choice forces tool use.");
    }
    Ok(())
}

fn tools(request: &Value) -> Result<(), Refusal> {
    let names: Vec<&str> = list(&request["tools"]).iter().filter_map(|tool| tool["name"].as_str()).collect();
    if names.len() != names.iter().collect::<BTreeSet<_>>().len() {
        return refuse("tools: Tool names must be unique.");
    }
    for (at, name) in names.iter().enumerate() {
        let fits = name.len() <= 128 && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"_-".contains(&byte));
        if !fits {
            return refuse(format!("tools.{at}.custom.name: String should match pattern '^[a-zA-Z0-9_-]{{1,128}}$'"));
        }
    }
    let schemas = list(&request["tools"]).iter().map(|tool| tool["input_schema"].as_object());
    if let Some((at, _)) = schemas.enumerate().find(|(_, schema)| schema.is_some_and(combines)) {
        return refuse(format!("tools.{at}.custom.{COMBINED}"));
    }
    let choice = &request["tool_choice"];
    if choice.is_object() && names.is_empty() {
        return refuse("tool_choice: `tool_choice` may only be specified while providing `tools`.");
    }
    match choice["name"].as_str() {
        Some(name) if !names.contains(&name) => refuse(format!("Tool '{name}' not found in provided tools")),
        _ => Ok(()),
    }
}
