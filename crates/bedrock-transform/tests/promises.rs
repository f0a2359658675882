//! What a user of LiteLLM's Bedrock provider sees go wrong, and does not see go wrong here. Every test is one that LiteLLM 1.106
//! fails; `docs/differences-from-litellm.md` has the list. It is long because they stand in one place.

#![expect(clippy::unwrap_used, reason = "tests")]

#[path = "common/call.rs"]
mod call;

use bedrock_transform::{
    ChatCall, ErrorKind, ResponseMeta, Route, StreamEvent, TransformError, UpstreamError, Warning,
};
use serde_json::{Value, json};

use call::call as map;

const CLAUDE: &str = "anthropic.claude-sonnet-4-5-20250929-v1:0";
const NOVA: &str = "us.amazon.nova-pro-v1:0";
const UNKNOWN: &str = "zai.glm-4.6";

/// Maps a request of these members.
fn call(model: &str, members: &Value) -> Result<ChatCall, TransformError> {
    let mut request = json!({"messages": [{"role": "user", "content": "Hello"}]});
    request.as_object_mut().unwrap().extend(members.as_object().unwrap().clone());
    map(model, &request.to_string())
}

fn body(model: &str, members: &Value) -> Value {
    serde_json::from_slice(&call(model, members).unwrap().outgoing.body).unwrap()
}

fn refusal(model: &str, members: &Value) -> String {
    call(model, members).map(|call| call.outgoing.body).unwrap_err().to_string()
}

/// The first block of a user's message of this part.
fn block(model: &str, part: &Value) -> Value {
    body(model, &json!({"messages": [{"role": "user", "content": [part, {"type": "text", "text": "?"}]}]}))["messages"]
        [0]["content"][0]
        .clone()
}

fn meta() -> ResponseMeta {
    ResponseMeta::new("chatcmpl-1", 1)
}

fn tool(name: &str) -> Value {
    json!({"type": "function", "function": {"name": name}})
}

fn warned(call: &ChatCall, header: &str) -> bool {
    call.warnings.iter().any(|warning| warning.to_string() == header)
}

// W2

#[test]
fn every_caller_gets_its_own_tool_names_back_however_many_there_are() {
    let mut names: Vec<String> = (0..60).map(|number| format!("tool.{number}")).collect();
    names.extend(["a.b", "a:b", "a_b", "7days", &"x".repeat(80), "café"].map(str::to_owned));
    let tools: Vec<Value> = names.iter().map(|name| tool(name)).collect();
    let mine = call(CLAUDE, &json!({"tools": tools})).unwrap();
    let theirs = call(CLAUDE, &json!({"tools": [tool("a_b"), tool("tool_0")]})).unwrap();
    let sent: Value = serde_json::from_slice(&mine.outgoing.body).unwrap();
    let mut aliases = Vec::new();
    for (place, name) in names.iter().enumerate() {
        let alias = sent["toolConfig"]["tools"][place]["toolSpec"]["name"].as_str().unwrap().to_owned();
        let is_legal = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'-');
        assert!(alias.len() <= 64 && alias.bytes().all(is_legal), "{alias}");
        assert!(!aliases.contains(&alias), "{alias} twice");
        assert_eq!(called(&mine, &alias), *name);
        aliases.push(alias);
    }
    assert_eq!(sent["toolConfig"]["tools"][63]["toolSpec"]["name"], "7days");
    assert_eq!((called(&theirs, "a_b").as_str(), called(&theirs, "tool_0").as_str()), ("a_b", "tool_0"));
}

/// The name that the caller sees where the model called `alias`.
fn called(call: &ChatCall, alias: &str) -> String {
    let answer = json!({
        "output": {"message": {"content": [{"toolUse": {"toolUseId": "t", "name": alias, "input": {}}}]}},
        "stopReason": "tool_use",
    });
    let answer = call.reply.read(answer.to_string().as_bytes(), &meta()).unwrap();
    answer.choices[0].message.tool_calls[0].function.name.clone()
}

// W5

#[test]
fn sound_video_and_files_in_s3_arrive() {
    let sound = json!({"type": "input_audio", "input_audio": {"data": "AAAA", "format": "wav"}});
    assert_eq!(block(UNKNOWN, &sound), json!({"audio": {"format": "wav", "source": {"bytes": "AAAA"}}}));
    let video = json!({"type": "video_url", "video_url": {"url": "data:video/mp4;base64,AAAA"}});
    assert_eq!(block(NOVA, &video), json!({"video": {"format": "mp4", "source": {"bytes": "AAAA"}}}));
    let stored = json!({"type": "image_url", "image_url": {"url": "s3://bucket/a.png"}});
    let source = json!({"s3Location": {"uri": "s3://bucket/a.png"}});
    assert_eq!(block(NOVA, &stored), json!({"image": {"format": "png", "source": source}}));
}

#[test]
fn labels_that_clients_write_are_understood() {
    for (label, kind, format) in [
        ("image/jpg", "image", "jpeg"),
        ("video/quicktime", "video", "mov"),
        ("video/x-matroska", "video", "mkv"),
        ("video/3gpp", "video", "three_gp"),
    ] {
        let url = format!("data:{label};base64,AAAA");
        let block = block(NOVA, &json!({"type": "image_url", "image_url": {"url": url}}));
        assert_eq!(block[kind]["format"], format, "{label}: {block}");
    }
}

#[test]
fn what_a_document_is_called_and_what_is_said_of_it_arrives() {
    let document = json!({
        "type": "document", "title": "Q3 report.pdf", "context": "Draft.", "citations": {"enabled": true},
        "source": {"type": "base64", "media_type": "application/pdf", "data": "JVBERi0xLjQK"},
    });
    let document = &block(CLAUDE, &document)["document"];
    assert_eq!((&document["name"], &document["context"]), (&json!("Q3 report"), &json!("Draft.")));
    assert_eq!(document["citations"], json!({"enabled": true}));
    let file = json!({"type": "file", "file": {"file_data": "data:text/csv;base64,YSxi", "filename": "sales.csv"}});
    assert_eq!(block(CLAUDE, &file)["document"]["name"], "sales");
}

#[test]
fn redacted_thinking_goes_back_and_comes_first() {
    let messages = json!([
        {"role": "user", "content": "1+1?"},
        {"role": "assistant", "content": "2", "thinking_blocks": [{"type": "redacted_thinking", "data": "eA=="}]},
        {"role": "user", "content": "Sure?"},
    ]);
    let content = &body(CLAUDE, &json!({"messages": messages}))["messages"][1]["content"];
    assert_eq!(content, &json!([{"reasoningContent": {"redactedContent": "eA=="}}, {"text": "2"}]));
}

#[test]
fn a_tool_that_failed_is_said_to_have_failed() {
    let messages = json!([
        {"role": "user", "content": "Go"},
        {"role": "assistant", "tool_calls": [{"id": "c1", "type": "function", "function": {"name": "f", "arguments": "{}"}}]},
        {"role": "tool", "tool_call_id": "c1", "content": "No such file", "status": "error"},
    ]);
    let result = &body(CLAUDE, &json!({"messages": messages, "tools": [tool("f")]}))["messages"][2]["content"][0];
    assert_eq!(result["toolResult"]["status"], "error");
}

#[test]
fn citations_of_a_stream_are_seen() {
    let place = json!({"documentPage": {"documentIndex": 0, "start": 1, "end": 2}});
    let events = [
        ("contentBlockDelta", json!({"contentBlockIndex": 0, "delta": {"text": "Up."}})),
        (
            "contentBlockDelta",
            json!({"contentBlockIndex": 0, "delta": {"citation": {"title": "Q3", "location": place}}}),
        ),
        ("messageStop", json!({"stopReason": "end_turn"})),
    ];
    let chunks = stream(&call(CLAUDE, &json!({"stream": true})).unwrap(), &events).unwrap();
    let cited = &chunks[1]["choices"][0]["delta"]["provider_specific_fields"]["contentBlockDelta"]["delta"]["citation"];
    assert_eq!(cited["location"], place);
}

#[test]
fn a_part_or_a_tool_that_cannot_be_sent_is_refused_where_it_stands() {
    let part = json!({"messages": [{"role": "user", "content": [{"type": "hologram", "hologram": {}}]}]});
    assert!(refusal(CLAUDE, &part).starts_with("messages[0].content[0]: "));
    assert!(refusal(NOVA, &json!({"tools": [{"type": "web_search"}]})).starts_with("tools[0]: "));
}

// W7

/// The chunks of a stream of these events, as JSON.
fn stream(call: &ChatCall, events: &[(&'static str, Value)]) -> Result<Vec<Value>, TransformError> {
    let mut decoder = call.reply.decoder(&meta());
    let mut chunks = Vec::new();
    for (name, payload) in events {
        chunks.extend(decoder.push(&StreamEvent::event(*name, payload.to_string()))?);
    }
    chunks.extend(decoder.finish()?);
    Ok(chunks.iter().map(|chunk| serde_json::to_value(chunk).unwrap()).collect())
}

const fn tool_start() -> &'static str {
    r#"{"contentBlockIndex":1,"start":{"toolUse":{"toolUseId":"t1","name":"f"}}}"#
}

#[test]
fn a_stream_that_is_cut_within_a_tool_call_does_not_end_well() {
    let call = call(NOVA, &json!({"stream": true, "tools": [tool("f")]})).unwrap();
    let started = ("contentBlockStart", serde_json::from_str(tool_start()).unwrap());
    let half = ("contentBlockDelta", json!({"contentBlockIndex": 1, "delta": {"toolUse": {"input": "{\"path\":\"/"}}}));
    assert!(matches!(stream(&call, &[started, half]), Err(TransformError::StreamProtocol(_))));
}

#[test]
fn a_tool_call_without_arguments_streams_an_empty_object() {
    let call = call(NOVA, &json!({"stream": true, "tools": [tool("f")]})).unwrap();
    let events = [
        ("contentBlockStart", serde_json::from_str(tool_start()).unwrap()),
        ("contentBlockStop", json!({"contentBlockIndex": 1})),
        ("messageStop", json!({"stopReason": "tool_use"})),
    ];
    let chunks = stream(&call, &events).unwrap();
    let pieces = chunks.iter().filter_map(|chunk| {
        chunk["choices"][0]["delta"]["tool_calls"][0]["function"]["arguments"].as_str().map(str::to_owned)
    });
    assert_eq!(pieces.collect::<String>(), "{}");
}

#[test]
fn where_a_model_does_not_stream_tools_every_call_of_its_answer_is_streamed() {
    let members = json!({"stream": true, "tools": [tool("f"), tool("g")], "stream_options": {"include_usage": true}});
    let call = call("us.meta.llama3-3-70b-instruct-v1:0", &members).unwrap();
    let answer = json!({
        "output": {"message": {"role": "assistant", "content": [
            {"toolUse": {"toolUseId": "t1", "name": "f", "input": {"a": 1}}},
            {"toolUse": {"toolUseId": "t2", "name": "g", "input": {}}},
        ]}},
        "stopReason": "tool_use", "usage": {"inputTokens": 1, "outputTokens": 2, "totalTokens": 3},
    });
    let mut chunks = Vec::new();
    call.reply.replay(answer.to_string().as_bytes(), &meta(), &mut |step| chunks.push(step.to_chunk())).unwrap();
    let calls = chunks.iter().flat_map(|chunk| &chunk.choices).flat_map(|choice| &choice.delta.tool_calls);
    let names: Vec<&str> = calls.filter_map(|call| call.function.name.as_deref()).collect();
    assert_eq!(names, ["f", "g"]);
    assert_eq!(chunks.last().unwrap().usage.flatten().unwrap().total_tokens, 3);
}

#[test]
fn json_that_a_tool_stands_for_streams_as_text_and_ends_with_stop() {
    let schema = json!({"type": "object", "properties": {"properties": {"type": "object"}}});
    let format = json!({"type": "json_schema", "json_schema": {"name": "x", "schema": schema}});
    let call = call(NOVA, &json!({"stream": true, "response_format": format})).unwrap();
    let sent: Value = serde_json::from_slice(&call.outgoing.body).unwrap();
    let name = &sent["toolConfig"]["tools"][0]["toolSpec"]["name"];
    let events = [
        ("contentBlockStart", json!({"contentBlockIndex": 0, "start": {"toolUse": {"toolUseId": "t", "name": name}}})),
        ("contentBlockDelta", json!({"contentBlockIndex": 0, "delta": {"toolUse": {"input": "{\"properties\":{}}"}}})),
        ("messageStop", json!({"stopReason": "tool_use"})),
    ];
    let chunks = stream(&call, &events).unwrap();
    assert_eq!(chunks[0]["choices"][0]["delta"]["content"], "{\"properties\":{}}");
    assert_eq!(chunks[1]["choices"][0]["finish_reason"], "stop");
    assert!(chunks.iter().all(|chunk| chunk["choices"][0]["delta"].get("tool_calls").is_none()));
}

// W8

#[test]
fn fields_for_the_model_stand_side_by_side() {
    let members = json!({"additionalModelRequestFields": {"a": 1}, "extra_body": {"b": 2}, "c": 3});
    assert_eq!(body(UNKNOWN, &members)["additionalModelRequestFields"], json!({"a": 1, "b": 2, "c": 3}));
}

#[test]
fn what_bedrock_has_a_place_for_is_put_there_on_both_routes() {
    let members = json!({
        "requestMetadata": {"team": "blue"}, "performanceConfig": {"latency": "optimized"}, "service_tier": "priority",
        "promptVariables": {"name": {"text": "Ada"}},
    });
    let sent = body(NOVA, &members);
    assert_eq!(sent["requestMetadata"], members["requestMetadata"]);
    assert_eq!(sent["performanceConfig"], members["performanceConfig"]);
    assert_eq!(sent["promptVariables"], members["promptVariables"]);
    assert_eq!(sent["serviceTier"], json!({"type": "priority"}));
    assert!(sent.get("additionalModelRequestFields").is_none(), "{sent}");
    let mut members = members;
    members.as_object_mut().unwrap().remove("promptVariables");
    let native = call("invoke/anthropic.claude-3-5-sonnet-20241022-v2:0", &members).unwrap();
    let headers: Vec<&str> = native.outgoing.headers.iter().map(|(_, value)| value.as_str()).collect();
    assert!(["optimized", r#"{"team":"blue"}"#, "priority"].iter().all(|value| headers.contains(value)), "{headers:?}");
}

#[test]
fn the_schema_of_a_tool_arrives_whole() {
    let combined =
        json!({"type": "object", "anyOf": [{"required": ["a"]}, {"required": ["b"]}], "description": "Either."});
    let referred = json!({"type": "object", "properties": {"n": {"$ref": "#/$defs/n"}}, "$defs": {"n": {"properties": {"next": {"$ref": "#/$defs/n"}}}}});
    for (model, schema) in [(UNKNOWN, &combined), (UNKNOWN, &referred), (CLAUDE, &referred)] {
        let tools = json!([{"type": "function", "function": {"name": "f", "parameters": schema}}]);
        let sent = body(model, &json!({"tools": tools}));
        assert_eq!(&sent["toolConfig"]["tools"][0]["toolSpec"]["inputSchema"]["json"], schema);
    }
}

#[test]
fn what_a_model_refuses_at_a_schemas_root_is_said_in_words_it_takes() {
    let schema = json!({
        "type": "object", "title": "Find", "properties": {"at": {"$ref": "#/$defs/at"}}, "$defs": {"at": {"type": "string"}},
        "anyOf": [{"required": ["at"]}, {"properties": {"id": {"type": "integer"}}, "required": ["id"]}],
    });
    let function = json!({"name": "f", "description": "Finds.", "parameters": schema});
    for model in [NOVA, CLAUDE, "invoke/us.amazon.nova-pro-v1:0", "invoke/anthropic.claude-sonnet-4-5-20250929-v1:0"] {
        let call = call(model, &json!({"tools": [{"type": "function", "function": function}]})).unwrap();
        let sent: Value = serde_json::from_slice(&call.outgoing.body).unwrap();
        let (tool, claude) = (&sent["toolConfig"]["tools"][0]["toolSpec"], &sent["tools"][0]);
        let json = if claude.is_null() { &tool["inputSchema"]["json"] } else { &claude["input_schema"] };
        assert_eq!(json["properties"]["id"], json!({"type": "integer"}), "{model}: {sent}");
        assert!(json.get("anyOf").is_none(), "{model}: {sent}");
        assert_eq!((json.get("$defs").is_none(), &json["title"]), (model.contains("nova"), &json!("Find")), "{model}");
        assert!(sent.to_string().contains("Finds.\\nThe arguments must match this JSON Schema: "), "{model}: {sent}");
        assert!(warned(&call, "rewritten=tools[0].function.parameters"), "{model}: {:?}", call.warnings);
    }
}

#[test]
fn an_effort_never_becomes_claudes_thinking_for_another_vendors_model() {
    for model in ["qwen.qwen3-32b-v1:0", "moonshot.kimi-k2-thinking", "openai.gpt-oss-120b-1:0", "deepseek.v3-v1:0"] {
        let sent = call(model, &json!({"reasoning_effort": "high", "drop_params": true})).unwrap();
        assert!(!String::from_utf8_lossy(&sent.outgoing.body).contains("thinking\""), "{model}");
    }
}

#[test]
fn thinking_is_fitted_to_its_limits() {
    let thinking = json!({"type": "enabled", "budget_tokens": 4096});
    let members = json!({"thinking": thinking, "max_tokens": 100, "temperature": 0.2, "tools": [tool("f")], "tool_choice": "required"});
    let call = call(CLAUDE, &members).unwrap();
    let sent: Value = serde_json::from_slice(&call.outgoing.body).unwrap();
    assert!(sent["inferenceConfig"]["maxTokens"].as_u64().unwrap() > 4096, "{sent}");
    assert!(sent["inferenceConfig"].get("temperature").is_none(), "{sent}");
    assert_eq!(sent["toolConfig"]["toolChoice"], json!({"auto": {}}));
    assert!(["adjusted=max_tokens", "dropped=temperature", "adjusted=tool_choice"].iter().all(|w| warned(&call, w)));
}

// W9

#[test]
fn aws_says_what_kind_of_error_it_is_and_english_does_not() {
    let read = |status, kind, message: &str| {
        let body = json!({"message": message}).to_string();
        UpstreamError::from_http(status, Some(kind), body.as_bytes())
    };
    let throttled = read(429, "ThrottlingException", "The security token included in the request: too many requests");
    assert_eq!((throttled.kind, throttled.http_status()), (ErrorKind::Throttled, 429));
    let failed = read(424, "ModelErrorException", "Malformed input request, please reformat your input");
    assert_eq!((failed.kind, failed.kind.is_retryable()), (ErrorKind::ModelFailed, true));
    let internal = read(500, "InternalServerException", "x");
    assert_eq!(internal.http_status(), 500);
}

#[test]
fn what_is_left_out_of_a_request_is_said() {
    let members = json!({
        "drop_params": true, "top_k": 5, "seed": 1, "response_format": {"type": "json_object"},
        "tools": [tool("f")], "tool_choice": "required",
    });
    let call = call("ai21.jamba-1-5-large-v1:0", &members).unwrap();
    for name in ["top_k", "seed", "response_format", "tool_choice"] {
        assert!(warned(&call, &format!("dropped={name}")), "{name}: {:?}", call.warnings);
    }
}

#[test]
fn an_empty_message_is_refused_here_and_not_sent_as_no_message() {
    let blank = json!({"messages": [{"role": "user", "content": ""}]});
    assert_eq!(refusal(NOVA, &blank), "messages[0].content: the message is blank; AWS takes no blank text");
}

#[test]
fn no_tool_may_be_called_where_the_caller_says_so() {
    let sent = body(CLAUDE, &json!({"tools": [tool("f")], "tool_choice": "none"}));
    assert!(sent.get("toolConfig").is_none(), "{sent}");
}

#[test]
fn a_repaired_conversation_keeps_the_start_of_the_answer() {
    let messages = json!([{"role": "user", "content": "JSON."}, {"role": "assistant", "content": "{"}]);
    let sent = body(NOVA, &json!({"messages": messages, "modify_params": true}));
    assert_eq!(sent["messages"][1], json!({"role": "assistant", "content": [{"text": "{"}]}));
    assert_eq!(sent["messages"].as_array().unwrap().len(), 2);
}

// W10

#[test]
fn a_model_that_no_list_knows_goes_to_converse_with_all_that_it_may_have() {
    let members = json!({"tools": [tool("f")], "tool_choice": "required", "temperature": 0.5});
    for model in [
        "acme.wonder-v1:0",
        "us.acme.supernova-1",
        "arn:aws:bedrock:us-east-1:123456789012:application-inference-profile/abc123",
    ] {
        let call = call(model, &members).unwrap();
        let sent: Value = serde_json::from_slice(&call.outgoing.body).unwrap();
        assert_eq!((call.route, &sent["toolConfig"]["toolChoice"]), (Route::Converse, &json!({"any": {}})), "{model}");
        assert_eq!(call.warnings, [] as [Warning; 0], "{model}");
    }
}

#[test]
fn an_old_model_keeps_what_it_can() {
    let named = json!({"type": "function", "function": {"name": "f"}});
    let sent = body("anthropic.claude-3-haiku-20240307-v1:0", &json!({"tools": [tool("f")], "tool_choice": named}));
    assert_eq!(sent["toolConfig"]["toolChoice"], json!({"tool": {"name": "f"}}));
    let json = body("anthropic.claude-3-haiku-20240307-v1:0", &json!({"response_format": {"type": "json_object"}}));
    assert!(json["toolConfig"]["toolChoice"]["tool"].is_object(), "{json}");
}

// W14

#[test]
fn an_image_in_an_earlier_answer_is_sent_again() {
    let image = json!({"type": "image_url", "image_url": {"url": "data:image/png;base64,iVBORw0KGgo="}});
    let messages = json!([
        {"role": "user", "content": "Draw."},
        {"role": "assistant", "content": [{"type": "text", "text": "Here."}, image]},
        {"role": "user", "content": "More."},
    ]);
    let sent = body(CLAUDE, &json!({"messages": messages}));
    assert_eq!(sent["messages"][1]["content"][1]["image"]["format"], "png");
}

// W16

#[test]
fn a_guardrail_looks_at_the_whole_conversation_unless_the_caller_marks_a_text() {
    let guardrail = json!({"guardrailIdentifier": "gr-1", "guardrailVersion": "1"});
    let sent = body(NOVA, &json!({"guardrailConfig": guardrail}));
    assert_eq!(sent["messages"][0]["content"], json!([{"text": "Hello"}]));
    let marked = json!([{"role": "user", "content": [
        {"type": "text", "text": "Facts."},
        {"type": "guarded_text", "text": "Why?", "qualifiers": ["query"]},
    ]}]);
    let sent = body(NOVA, &json!({"guardrailConfig": guardrail, "messages": marked}));
    let guarded = json!({"guardContent": {"text": {"text": "Why?", "qualifiers": ["query"]}}});
    assert_eq!(sent["messages"][0]["content"], json!([{"text": "Facts."}, guarded]));
}

#[test]
fn a_guardrail_goes_out_on_every_route_and_its_trace_comes_back() {
    let guardrail = json!({"guardrailIdentifier": "gr-1", "guardrailVersion": "1"});
    for stream in [false, true] {
        let members = json!({"guardrailConfig": guardrail, "stream": stream});
        assert_eq!(body(NOVA, &members)["guardrailConfig"], guardrail);
        let native = call(&format!("invoke/{CLAUDE}"), &members).unwrap().outgoing;
        assert_eq!(native.guardrail(), Some(("gr-1".to_owned(), "1".to_owned())));
    }
}

#[test]
fn a_masked_answer_is_an_answer() {
    let trace = |action: &str| json!({"guardrail": {"outputAssessments": {"gr-1": [{"sensitiveInformationPolicy": {"piiEntities": [{"action": action}]}}]}}});
    let usage = json!({"inputTokens": 1, "outputTokens": 4, "totalTokens": 5});
    for (action, reason) in [("ANONYMIZED", "stop"), ("BLOCKED", "content_filter")] {
        let text = json!({"text": "Call {PHONE}."});
        let answer = json!({
            "output": {"message": {"content": [text]}}, "stopReason": "guardrail_intervened", "trace": trace(action), "usage": usage,
        });
        let whole = call(NOVA, &json!({})).unwrap().reply.read(answer.to_string().as_bytes(), &meta()).unwrap();
        assert_eq!((whole.text(), whole.choices[0].finish_reason.as_str()), (Some("Call {PHONE}."), reason));
        assert!(whole.trace.unwrap().as_str().contains(action));
        let events = [
            ("contentBlockDelta", json!({"contentBlockIndex": 0, "delta": text})),
            ("messageStop", json!({"stopReason": "guardrail_intervened"})),
            ("metadata", json!({"trace": trace(action), "usage": usage})),
        ];
        let chunks = stream(&call(NOVA, &json!({"stream": true})).unwrap(), &events).unwrap();
        let last = chunks.last().unwrap();
        assert_eq!((&last["choices"][0]["finish_reason"], &last["trace"]), (&json!(reason), &trace(action)));
        let native = json!({
            "content": [{"type": "text", "text": "Call {PHONE}."}], "stop_reason": "end_turn",
            "amazon-bedrock-guardrailAction": "INTERVENED", "amazon-bedrock-trace": trace(action),
        });
        let model = call(&format!("invoke/{CLAUDE}"), &json!({})).unwrap();
        let native = model.reply.read(native.to_string().as_bytes(), &meta()).unwrap();
        assert_eq!(native.choices[0].finish_reason.as_str(), reason);
    }
    // A trace that was not asked for says nothing of what was done.
    let untold = json!({"output": {"message": {"content": [{"text": "?"}]}}, "stopReason": "guardrail_intervened"});
    let untold = call(NOVA, &json!({})).unwrap().reply.read(untold.to_string().as_bytes(), &meta()).unwrap();
    assert_eq!(untold.choices[0].finish_reason.as_str(), "content_filter");
}

#[test]
fn an_answer_without_a_word_or_a_token_is_worth_a_second_try() {
    let nothing = json!({
        "output": {"message": {"role": "assistant", "content": []}}, "stopReason": "end_turn",
        "usage": {"inputTokens": 9, "outputTokens": 0, "totalTokens": 9},
    });
    let kind = |error: TransformError| match error {
        TransformError::Upstream(error) => (error.kind, error.kind.is_retryable()),
        error => panic!("{error}"),
    };
    let call = call(NOVA, &json!({"stream": true})).unwrap();
    let whole = call.reply.read(nothing.to_string().as_bytes(), &meta()).unwrap_err();
    assert_eq!(kind(whole), (ErrorKind::ModelFailed, true));
    let events = [
        ("messageStop", json!({"stopReason": "end_turn"})),
        ("metadata", json!({"usage": {"inputTokens": 9, "outputTokens": 0, "totalTokens": 9}})),
    ];
    assert_eq!(kind(stream(&call, &events).unwrap_err()), (ErrorKind::ModelFailed, true));
    let counted = nothing.to_string().replace(r#""outputTokens":0"#, r#""outputTokens":3"#);
    assert_eq!(call.reply.read(counted.as_bytes(), &meta()).unwrap().text(), None);
}
