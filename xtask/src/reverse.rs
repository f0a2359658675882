//! A Converse request read back into OpenAI's shape, as far as that can carry it.
//!
//! The other direction is `bedrock_transform::chat`; this one exists to judge it by requests that AWS is known to take. What
//! OpenAI's shape has no place for is left out here, and shows up as a difference after the way back.

use serde_json::{Map, Value, json};

/// The request of OpenAI's that asks `model` for the same.
pub(crate) fn request(model: &str, converse: &Value) -> Value {
    let mut request = Map::new();
    request.insert("model".into(), model.into());
    request.insert("messages".into(), messages(converse).into());
    let config = &converse["inferenceConfig"];
    let tools = tools(&converse["toolConfig"]);
    let members = [
        ("max_tokens", config["maxTokens"].clone()),
        ("temperature", config["temperature"].clone()),
        ("top_p", config["topP"].clone()),
        ("stop", config["stopSequences"].clone()),
        ("tools", if tools.is_empty() { Value::Null } else { tools.into() }),
        ("tool_choice", tool_choice(&converse["toolConfig"]["toolChoice"])),
        ("response_format", response_format(&converse["outputConfig"])),
        ("service_tier", converse["serviceTier"]["type"].clone()),
    ];
    let own = [
        "additionalModelResponseFieldPaths",
        "guardrailConfig",
        "performanceConfig",
        "promptVariables",
        "requestMetadata",
    ];
    let own = own.map(|name| (name, converse[name].clone()));
    request.extend(
        members.into_iter().chain(own).filter(|(_, value)| !value.is_null()).map(|(name, value)| (name.into(), value)),
    );
    fields(&converse["additionalModelRequestFields"], &mut request);
    Value::Object(request)
}

/// Fields that have a name of their own among the parameters; all others stay together.
fn fields(fields: &Value, request: &mut Map<String, Value>) {
    let mut rest = Map::new();
    for (name, value) in fields.as_object().into_iter().flatten() {
        let named = matches!(name.as_str(), "output_config" | "reasoning_effort" | "thinking" | "top_k");
        let place = if named { &mut *request } else { &mut rest };
        place.insert(name.clone(), value.clone());
    }
    if !rest.is_empty() {
        request.insert("additionalModelRequestFields".into(), rest.into());
    }
}

fn messages(converse: &Value) -> Vec<Value> {
    let mut messages = Vec::new();
    let system = parts(list(&converse["system"]));
    if !system.is_empty() {
        messages.push(json!({ "role": "system", "content": system }));
    }
    for turn in list(&converse["messages"]) {
        let blocks = list(&turn["content"]);
        match turn["role"].as_str() {
            Some("assistant") => messages.push(assistant(blocks)),
            _ => user(blocks, &mut messages),
        }
    }
    messages
}

fn assistant(blocks: &[Value]) -> Value {
    // Of the tools that AWS ran, calls and results stand among what was said.
    let is_call = |block: &Value| block["toolUse"].is_object() && block["toolUse"]["type"] != "server_tool_use";
    let (calls, others): (Vec<_>, Vec<_>) = with_markers(blocks).partition(|(block, _)| is_call(block));
    let content: Vec<Value> = others.into_iter().filter_map(|(block, marker)| part(block, marker)).collect();
    let calls: Vec<Value> = calls
        .into_iter()
        .map(|(block, marker)| {
            let call = &block["toolUse"];
            let function = json!({ "name": call["name"], "arguments": call["input"].to_string() });
            marked(json!({ "id": call["toolUseId"], "type": "function", "function": function }), marker)
        })
        .collect();
    let mut message = json!({ "role": "assistant" });
    if !content.is_empty() || calls.is_empty() {
        message["content"] = content.into();
    }
    if !calls.is_empty() {
        message["tool_calls"] = calls.into();
    }
    message
}

/// Results are messages of their own, before what the user says beside them.
fn user(blocks: &[Value], messages: &mut Vec<Value>) {
    let (results, others): (Vec<_>, Vec<_>) =
        with_markers(blocks).partition(|(block, _)| block["toolResult"].is_object());
    let had_results = !results.is_empty();
    for (block, marker) in results {
        let result = &block["toolResult"];
        let content = parts(list(&result["content"]));
        let mut message = json!({ "role": "tool", "tool_call_id": result["toolUseId"], "content": content });
        if result["status"] == "error" {
            message["is_error"] = true.into();
        }
        messages.push(marked(message, marker));
    }
    let content: Vec<Value> = others.into_iter().filter_map(|(block, marker)| part(block, marker)).collect();
    if !content.is_empty() || !had_results {
        messages.push(json!({ "role": "user", "content": content }));
    }
}

fn parts(blocks: &[Value]) -> Vec<Value> {
    with_markers(blocks).filter_map(|(block, marker)| part(block, marker)).collect()
}

/// Every block with the cache point behind it.
fn with_markers(blocks: &[Value]) -> impl Iterator<Item = (&Value, Option<&Value>)> {
    let is_marker = |block: &&Value| block["cachePoint"].is_object();
    blocks
        .iter()
        .enumerate()
        .filter(move |(_, block)| !is_marker(block))
        .map(move |(index, block)| (block, blocks.get(index + 1).filter(is_marker).map(|block| &block["cachePoint"])))
}

fn marked(mut value: Value, marker: Option<&Value>) -> Value {
    if let Some(marker) = marker {
        value["cache_control"] = json!({ "type": "ephemeral" });
        if marker["ttl"].is_string() {
            value["cache_control"]["ttl"] = marker["ttl"].clone();
        }
    }
    value
}

fn part(block: &Value, marker: Option<&Value>) -> Option<Value> {
    let (kind, value) = block.as_object()?.iter().find(|(_, value)| !value.is_null())?;
    let part = match kind.as_str() {
        "audio" => {
            json!({ "type": "input_audio", "input_audio": { "data": value["source"]["bytes"], "format": value["format"] } })
        }
        "document" => document(value),
        "guardContent" if value["text"].is_object() => {
            let mut part = json!({ "type": "guarded_text", "text": value["text"]["text"] });
            if value["text"]["qualifiers"].is_array() {
                part["qualifiers"] = value["text"]["qualifiers"].clone();
            }
            part
        }
        "image" => json!({ "type": "image_url", "image_url": medium(value, "image") }),
        "reasoningContent" if value["redactedContent"].is_string() => {
            json!({ "type": "redacted_thinking", "data": value["redactedContent"] })
        }
        "reasoningContent" => {
            let reasoning = &value["reasoningText"];
            let mut part = json!({ "type": "thinking", "thinking": reasoning["text"] });
            if reasoning["signature"].is_string() {
                part["signature"] = reasoning["signature"].clone();
            }
            part
        }
        "text" => json!({ "type": "text", "text": value }),
        "video" => json!({ "type": "video_url", "video_url": medium(value, "video") }),
        // Converse's own blocks that have a part of the same name.
        "citationsContent" | "guardContent" | "json" | "searchResult" | "toolResult" | "toolUse" => {
            json!({ "type": kind, kind: value })
        }
        _ => return None,
    };
    Some(marked(part, marker))
}

fn medium(medium: &Value, kind: &str) -> Value {
    let format = &medium["format"];
    let source = &medium["source"];
    match source["s3Location"]["uri"].as_str() {
        Some(uri) => {
            let mut url = json!({ "url": uri, "format": format });
            if source["s3Location"]["bucketOwner"].is_string() {
                url["bucket_owner"] = source["s3Location"]["bucketOwner"].clone();
            }
            url
        }
        None => {
            let url = format!("data:{kind}/{};base64,{}", text(format), text(&source["bytes"]));
            json!({ "url": url, "format": format })
        }
    }
}

fn document(document: &Value) -> Value {
    let (source, format) = (&document["source"], &document["format"]);
    let source = if let Some(uri) = source["s3Location"]["uri"].as_str() {
        json!({ "type": "url", "url": uri, "bucket_owner": source["s3Location"]["bucketOwner"] })
    } else if source["text"].is_string() {
        json!({ "type": "text", "data": source["text"] })
    } else if source["content"].is_array() {
        let texts = list(&source["content"]).iter().map(|block| json!({ "type": "text", "text": block["text"] }));
        json!({ "type": "content", "content": texts.collect::<Vec<_>>() })
    } else {
        json!({ "type": "base64", "media_type": format, "data": source["bytes"] })
    };
    let mut part = json!({ "type": "document", "title": document["name"], "source": source });
    for name in ["citations", "context"] {
        if !document[name].is_null() {
            part[name] = document[name].clone();
        }
    }
    part
}

fn tools(config: &Value) -> Vec<Value> {
    with_markers(list(&config["tools"]))
        .map(|(tool, marker)| {
            let spec = &tool["toolSpec"];
            if !spec.is_object() {
                return tool.clone();
            }
            let mut function = json!({ "name": spec["name"], "parameters": spec["inputSchema"]["json"] });
            for name in ["description", "strict"] {
                if !spec[name].is_null() {
                    function[name] = spec[name].clone();
                }
            }
            marked(json!({ "type": "function", "function": function }), marker)
        })
        .collect()
}

fn tool_choice(choice: &Value) -> Value {
    if choice["any"].is_object() {
        "required".into()
    } else if choice["auto"].is_object() {
        "auto".into()
    } else if choice["tool"].is_object() {
        json!({ "type": "function", "function": { "name": choice["tool"]["name"] } })
    } else {
        Value::Null
    }
}

fn response_format(config: &Value) -> Value {
    let schema = &config["textFormat"]["structure"]["jsonSchema"];
    let Some(parsed) = schema["schema"].as_str().and_then(|text| serde_json::from_str::<Value>(text).ok()) else {
        return Value::Null;
    };
    let mut format = json!({ "name": schema["name"], "schema": parsed });
    if schema["description"].is_string() {
        format["description"] = schema["description"].clone();
    }
    json!({ "type": "json_schema", "json_schema": format })
}

fn list(value: &Value) -> &[Value] {
    value.as_array().map_or(&[], Vec::as_slice)
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap_or_default()
}
