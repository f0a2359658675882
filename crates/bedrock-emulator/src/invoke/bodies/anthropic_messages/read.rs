//! From Claude's words to Converse's.

use serde_json::{Value, json};

use crate::invoke::chat::{self, Conversation};
use crate::rules::list;

/// The conversation of a checked request.
pub(super) fn conversation(request: &Value) -> Conversation {
    let mut conversation = Conversation::default();
    let system = &request["system"];
    match system.as_str() {
        Some(text) => conversation.instruct(text),
        None => conversation.set("system", marked(list(system), block).into()),
    }
    for message in list(&request["messages"]) {
        conversation.say(message["role"].as_str().unwrap_or_default(), blocks(&message["content"]));
    }
    conversation.limit(&request["max_tokens"], &request["stop_sequences"]);
    if request["tools"].is_array() && request["tool_choice"]["type"] != "none" {
        conversation.offer(marked(list(&request["tools"]), tool), &choice(&request["tool_choice"]));
    }
    if request["thinking"]["type"] == "enabled" || request["thinking"]["type"] == "adaptive" {
        conversation.think();
    }
    if request["output_config"]["format"]["schema"].is_object() {
        conversation.format(&request["output_config"]["format"]["schema"]);
    }
    conversation
}

/// Content that is a text or a list of blocks.
fn blocks(content: &Value) -> Vec<Value> {
    match content.as_str() {
        Some(text) => vec![json!({ "text": text })],
        None => marked(list(content), block),
    }
}

/// Converse has a block of its own for what Claude marks on the block before.
fn marked(blocks: &[Value], read: fn(&Value) -> Value) -> Vec<Value> {
    let mut marked = Vec::new();
    for block in blocks {
        marked.push(read(block));
        let control = &block["cache_control"];
        if control.is_object() {
            marked.push(json!({ "cachePoint": { "type": "default", "ttl": control["ttl"] } }));
        }
    }
    marked
}

fn block(block: &Value) -> Value {
    let source = &block["source"];
    let format =
        |media_type: &Value| media_type.as_str().and_then(|text| text.split_once('/')).map(|(_, kind)| kind.to_owned());
    match block["type"].as_str().unwrap_or_default() {
        "text" => json!({ "text": block["text"] }),
        "image" => {
            json!({ "image": { "format": format(&source["media_type"]), "source": { "bytes": source["data"] } } })
        }
        "document" => document(block),
        "tool_use" => chat::tool_use(&block["id"], &block["name"], &block["input"]),
        "tool_result" => {
            let mut result = chat::tool_result(&block["tool_use_id"], &blocks(&block["content"]));
            if block["is_error"] == true {
                result["toolResult"]["status"] = "error".into();
            }
            result
        }
        "search_result" => json!({ "searchResult": { "title": block["title"] } }),
        _ => json!({ "reasoningContent": { "reasoningText": { "text": block["thinking"] } } }),
    }
}

fn document(block: &Value) -> Value {
    let source = &block["source"];
    let content = match source["type"].as_str() {
        Some("base64") => json!({ "bytes": source["data"] }),
        Some("text") => json!({ "text": source["data"] }),
        _ => json!({ "text": chat::flat(&source["content"]) }),
    };
    let format = if source["type"] == "base64" { "pdf" } else { "txt" };
    json!({ "document": { "format": format, "name": block["title"], "source": content } })
}

fn tool(tool: &Value) -> Value {
    chat::tool(&tool["name"], &tool["description"], &tool["input_schema"])
}

fn choice(choice: &Value) -> Value {
    match choice["type"].as_str() {
        Some("any") => json!({ "any": {} }),
        Some("tool") => json!({ "tool": { "name": choice["name"] } }),
        _ => json!({ "auto": {} }),
    }
}
