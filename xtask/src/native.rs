//! Recorded InvokeModel traffic: which model's body it is, and the request read back into OpenAI's shape.
//!
//! The other direction is `bedrock_transform::chat`, as with Converse in `reverse.rs`. A prompt that a program wrote is said with a
//! prompt template that adds nothing to it.

use bedrock_transform::{Catalog, ModelSpec};
use serde_json::{Map, Value, json};

use crate::reverse;

/// The model by whose body a recorded exchange is read; `None` if it is no chat.
pub(crate) fn spec(model: &str, body: &Value) -> Option<ModelSpec> {
    let chats = ["inputText", "message", "messages", "prompt"].iter().any(|name| !body[*name].is_null());
    let catalog = Catalog::builtin();
    let name = format!("invoke/{model}");
    let spec = match body["anthropic_version"].as_str() {
        // Bedrock takes Messages for Claude 2, too.
        Some(_) if body["messages"].is_array() && !is_claude(&name) => {
            ModelSpec::resolve_as(&name, "anthropic.claude-3-haiku-20240307-v1:0", &catalog)
        }
        // An endpoint of one's own, which says text after a prompt.
        _ if model.starts_with("arn:") && body["prompt"].is_string() => {
            ModelSpec::resolve_as(&name, "llama/own", &catalog)
        }
        _ => ModelSpec::resolve(&name, &catalog),
    };
    spec.ok().filter(|spec| {
        chats && spec.family.chat.is_some() && (spec.family.name != "amazon_nova" || body["messages"].is_array())
    })
}

/// Whether an answer has a shape that no model gives: some recordings were written by hand.
pub(crate) fn is_made_up(spec: &ModelSpec, response: &Value) -> bool {
    spec.family.name == "anthropic_messages" && response["json"]["completion"].is_string()
}

fn is_claude(name: &str) -> bool {
    ModelSpec::resolve(name, &Catalog::builtin()).is_ok_and(|spec| spec.family.name == "anthropic_messages")
}

/// The request of OpenAI's that asks `spec` for the same.
pub(crate) fn request(spec: &ModelSpec, body: &Value) -> Value {
    let (mut request, renamed) = match spec.family.name {
        "anthropic_messages" => return messages_of_claude(body),
        "amazon_nova" => return nova(body),
        "cohere_command_r" => (cohere(body), COHERE),
        "ai21_jamba" => (object(json!({ "messages": body["messages"] })), &[] as &[_]),
        "ai21_jurassic" => (prompt(&body["prompt"]), JURASSIC),
        "amazon_titan_text" => {
            let mut request = prompt(&body["inputText"]);
            rename(&body["textGenerationConfig"], TITAN, &[], &mut request);
            return request.into();
        }
        "anthropic_text" => (prompt(&body["prompt"]), CLAUDE_TEXT),
        "cohere_command" => (prompt(&body["prompt"]), COHERE),
        "meta_llama" => (prompt(&body["prompt"]), LLAMA),
        _ => (prompt(&body["prompt"]), &[] as &[_]),
    };
    rename(body, renamed, &["chat_history", "message", "messages", "preamble", "prompt"], &mut request);
    request.into()
}

/// A body's own names of OpenAI's parameters.
type Names = &'static [(&'static str, &'static str)];

const CLAUDE_TEXT: Names = &[("max_tokens_to_sample", "max_tokens"), ("stop_sequences", "stop")];
const COHERE: Names = &[("k", "top_k"), ("p", "top_p"), ("stop_sequences", "stop")];
const JURASSIC: Names = &[("maxTokens", "max_tokens"), ("stopSequences", "stop"), ("topP", "top_p")];
const LLAMA: Names = &[("max_gen_len", "max_tokens")];
const TITAN: Names = &[("maxTokenCount", "max_tokens"), ("stopSequences", "stop"), ("topP", "top_p")];

/// Takes the members of a body over, by OpenAI's names where it has them.
fn rename(body: &Value, names: Names, without: &[&str], request: &mut Map<String, Value>) {
    for (name, value) in body.as_object().into_iter().flatten().filter(|(name, _)| !without.contains(&name.as_str())) {
        let known = names.iter().find(|(own, _)| own == name).map_or(name.as_str(), |(_, openai)| openai);
        request.insert(known.to_owned(), value.clone());
    }
}

fn object(value: Value) -> Map<String, Value> {
    match value {
        Value::Object(members) => members,
        _ => Map::new(),
    }
}

/// A prompt as it is.
fn prompt(text: &Value) -> Map<String, Value> {
    object(json!({ "messages": [{ "role": "user", "content": text }], "roles": {} }))
}

fn cohere(body: &Value) -> Map<String, Value> {
    let mut messages = Vec::new();
    if body["preamble"].is_string() {
        messages.push(json!({ "role": "system", "content": body["preamble"] }));
    }
    for turn in list(&body["chat_history"]) {
        let role = if turn["role"] == "CHATBOT" { "assistant" } else { "user" };
        messages.push(json!({ "role": role, "content": turn["message"] }));
    }
    messages.push(json!({ "role": "user", "content": body["message"] }));
    object(json!({ "messages": messages }))
}

fn nova(body: &Value) -> Value {
    let mut body = body.clone();
    settle_nova(&mut body);
    let mut request = reverse::request("", &body);
    if !body["inferenceConfig"]["topK"].is_null() {
        request["top_k"] = body["inferenceConfig"]["topK"].clone();
    }
    request
}

/// Nova's body has two names for the limit, and a version that may be left out.
fn settle_nova(body: &mut Value) {
    if let Some(body) = body.as_object_mut() {
        body.remove("schemaVersion");
    }
    if let Some(config) = body["inferenceConfig"].as_object_mut()
        && let Some(limit) = config.remove("max_new_tokens")
    {
        config.insert("maxTokens".to_owned(), limit);
    }
}

fn messages_of_claude(body: &Value) -> Value {
    let mut body = body.clone();
    settle_claude(&mut body);
    let mut messages = Vec::new();
    if !body["system"].is_null() {
        messages.push(json!({ "role": "system", "content": parts(&body["system"]) }));
    }
    for turn in list(&body["messages"]) {
        match turn["role"].as_str() {
            Some("assistant") => messages.push(assistant(&turn["content"])),
            Some("system") => messages.push(json!({ "role": "system", "content": parts(&turn["content"]) })),
            _ => user(&turn["content"], &mut messages),
        }
    }
    let mut request = object(json!({ "messages": messages }));
    let tools: Vec<Value> = list(&body["tools"]).iter().map(tool).collect();
    if !tools.is_empty() {
        request.insert("tools".to_owned(), tools.into());
    }
    let choice = match body["tool_choice"]["type"].as_str() {
        Some("any") => json!("required"),
        Some("tool") => json!({ "type": "function", "function": { "name": body["tool_choice"]["name"] } }),
        Some(word) => json!(word),
        None => Value::Null,
    };
    if !choice.is_null() {
        request.insert("tool_choice".to_owned(), choice);
    }
    if body["metadata"]["user_id"].is_string() {
        request.insert("user".to_owned(), body["metadata"]["user_id"].clone());
    }
    let said = ["anthropic_version", "messages", "metadata", "system", "tool_choice", "tools"];
    rename(&body, &[("stop_sequences", "stop")], &said, &mut request);
    request.into()
}

/// One text is a list of one text.
fn settle_claude(body: &mut Value) {
    fn settle(content: &mut Value) {
        if content.is_string() {
            *content = json!([{ "type": "text", "text": content }]);
        }
        for block in content.as_array_mut().into_iter().flatten() {
            if block["type"] == "tool_result" {
                settle(&mut block["content"]);
            }
        }
    }
    settle(&mut body["system"]);
    for turn in body["messages"].as_array_mut().into_iter().flatten() {
        settle(&mut turn["content"]);
    }
    for tool in body["tools"].as_array_mut().into_iter().flatten().filter_map(Value::as_object_mut) {
        if tool.get("type").is_some_and(|kind| kind == "custom") {
            tool.remove("type");
        }
    }
}

fn assistant(content: &Value) -> Value {
    let (calls, others): (Vec<_>, Vec<_>) = list(content).iter().partition(|block| block["type"] == "tool_use");
    let mut message = json!({ "role": "assistant" });
    if !others.is_empty() || calls.is_empty() {
        message["content"] = others.into_iter().map(part).collect();
    }
    if !calls.is_empty() {
        let call = |block: &&Value| {
            let function = json!({ "name": block["name"], "arguments": block["input"].to_string() });
            marked(json!({ "id": block["id"], "type": "function", "function": function }), block)
        };
        message["tool_calls"] = calls.iter().map(call).collect();
    }
    message
}

/// Results are messages of their own, before what the user says beside them.
fn user(content: &Value, messages: &mut Vec<Value>) {
    let (results, others): (Vec<_>, Vec<_>) = list(content).iter().partition(|block| block["type"] == "tool_result");
    let had_results = !results.is_empty();
    for block in results {
        let mut message =
            json!({ "role": "tool", "tool_call_id": block["tool_use_id"], "content": parts(&block["content"]) });
        if block["is_error"] == true {
            message["is_error"] = true.into();
        }
        messages.push(marked(message, block));
    }
    if !others.is_empty() || !had_results {
        messages.push(json!({ "role": "user", "content": others.into_iter().map(part).collect::<Vec<_>>() }));
    }
}

fn parts(content: &Value) -> Value {
    list(content).iter().map(part).collect()
}

/// Documents and thinking are parts of the same form.
fn part(block: &Value) -> Value {
    let source = &block["source"];
    match block["type"].as_str() {
        Some("image") => {
            let text = |name: &str| source[name].as_str().unwrap_or_default();
            let url = match text("url") {
                "" => format!("data:{};base64,{}", text("media_type"), text("data")),
                url => url.to_owned(),
            };
            marked(json!({ "type": "image_url", "image_url": { "url": url } }), block)
        }
        _ => block.clone(),
    }
}

fn marked(mut value: Value, block: &Value) -> Value {
    if block["cache_control"].is_object() {
        value["cache_control"] = block["cache_control"].clone();
    }
    value
}

fn tool(tool: &Value) -> Value {
    // A tool that Anthropic runs has a type of its own.
    if tool["type"].is_string() {
        return tool.clone();
    }
    let mut function = json!({ "name": tool["name"], "parameters": tool["input_schema"] });
    if tool["description"].is_string() {
        function["description"] = tool["description"].clone();
    }
    marked(json!({ "type": "function", "function": function }), tool)
}

/// Writes what a body may say in several ways in one of them.
pub(crate) fn settle(spec: &ModelSpec, body: &mut Value) {
    match spec.family.name {
        "amazon_nova" => settle_nova(body),
        "anthropic_messages" => settle_claude(body),
        "cohere_command_r" => {
            // No history is an empty one.
            if let Some(body) = body.as_object_mut().filter(|body| body.get("chat_history") == Some(&json!([]))) {
                body.remove("chat_history");
            }
        }
        _ => {}
    }
}

fn list(value: &Value) -> &[Value] {
    value.as_array().map_or(&[], Vec::as_slice)
}
