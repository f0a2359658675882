//! Native bodies: their answers, their counts, and what is refused.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bedrock_emulator::{Emulator, check_invoke};
use serde_json::{Value, json};

use crate::client::{Reply, SIGV4, head, raw};

const IMPORTED: &str = "arn%3Aaws%3Abedrock%3Aus-east-1%3A123456789012%3Aimported-model%2Fabcdef123456";

async fn invoke(emulator: &Emulator, operation: &str, model: &str, body: &Value) -> Reply {
    raw(emulator, &head(operation, model, None), body.to_string().as_bytes()).await.unwrap()
}

/// The chunks of a stream, decoded.
fn chunks(reply: &Reply) -> Vec<Value> {
    let (frames, rest) = reply.frames();
    assert_eq!(rest, 0);
    frames
        .iter()
        .map(|frame| {
            assert_eq!(frame.name, "chunk");
            serde_json::from_slice(&STANDARD.decode(frame.payload["bytes"].as_str().unwrap()).unwrap()).unwrap()
        })
        .collect()
}

fn prompt(text: &str) -> Value {
    json!({ "inputText": text, "textGenerationConfig": { "maxTokenCount": 100 } })
}

#[tokio::test]
async fn an_answer_has_its_counts_in_headers() {
    let emulator = Emulator::start().await.unwrap();
    let reply = invoke(&emulator, "invoke", "amazon.titan-text-express-v1", &prompt("User: Hello\nBot:")).await;
    let body = reply.json();
    assert_eq!(reply.header("content-type"), "application/json");
    assert!(body["results"][0]["outputText"].as_str().unwrap().contains("\"Hello\""), "{body}");
    assert_eq!(reply.header("x-amzn-bedrock-input-token-count"), body["inputTextTokenCount"].to_string());
    assert_eq!(reply.header("x-amzn-bedrock-output-token-count"), body["results"][0]["tokenCount"].to_string());
    assert!(reply.header("x-amzn-bedrock-invocation-latency").parse::<u32>().unwrap() > 0);
    assert!(reply.header("x-amzn-requestid").starts_with("00000000-"));
}

#[tokio::test]
async fn a_stream_is_chunks_whose_last_has_the_metrics() {
    let emulator = Emulator::start().await.unwrap();
    let body = json!({ "prompt": "[INST] Hello [/INST]", "max_tokens": 50 });
    let whole = invoke(&emulator, "invoke", "mistral.mistral-7b-instruct-v0%3A2", &body).await;
    let reply = invoke(&emulator, "invoke-with-response-stream", "mistral.mistral-7b-instruct-v0%3A2", &body).await;
    assert_eq!(reply.header("content-type"), "application/vnd.amazon.eventstream");
    assert_eq!(reply.header("x-amzn-bedrock-content-type"), "application/json");
    let chunks = chunks(&reply);
    let text: String = chunks.iter().map(|chunk| chunk["outputs"][0]["text"].as_str().unwrap()).collect();
    assert_eq!(text, whole.json()["outputs"][0]["text"]);
    let (last, earlier) = chunks.split_last().unwrap();
    let metrics = &last["amazon-bedrock-invocationMetrics"];
    assert_eq!(metrics["outputTokenCount"].to_string(), whole.header("x-amzn-bedrock-output-token-count"));
    assert_eq!(last["outputs"][0]["stop_reason"], "stop");
    assert!(
        earlier
            .iter()
            .all(|chunk| chunk["outputs"][0]["stop_reason"].is_null() && chunk.as_object().unwrap().len() == 1)
    );
}

#[tokio::test]
async fn an_opaque_arn_is_answered_in_the_shape_of_its_request() {
    let emulator = Emulator::start().await.unwrap();
    let messages = json!([{ "role": "user", "content": "Hello" }]);
    let table = [
        (json!({ "prompt": "Hello", "max_gen_len": 50 }), "/generation"),
        (json!({ "prompt": "Hello", "max_tokens": 50 }), "/choices/0/text"),
        (json!({ "messages": messages }), "/choices/0/message/content"),
        (
            json!({ "anthropic_version": "bedrock-2023-05-31", "max_tokens": 50, "messages": messages }),
            "/content/0/text",
        ),
        (
            json!({ "messages": [{ "role": "user", "content": [{ "text": "Hello" }] }] }),
            "/output/message/content/0/text",
        ),
        (json!({ "message": "Hello" }), "/text"),
        (prompt("Hello"), "/results/0/outputText"),
    ];
    for (body, pointer) in table {
        let answer = invoke(&emulator, "invoke", IMPORTED, &body).await.json();
        let text = answer.pointer(pointer).and_then(Value::as_str).unwrap_or_default();
        assert!(text.contains("\"Hello\""), "{body}: {answer}");
    }
    let refused = invoke(&emulator, "invoke", IMPORTED, &json!({ "question": "Hello" })).await.refusal();
    assert!(refused.starts_with("400 ValidationException: Malformed input request"), "{refused}");
}

#[tokio::test]
async fn a_guardrail_of_the_headers_marks_the_answer() {
    let emulator = Emulator::start().await.unwrap();
    let guarded = |headers: &str| {
        format!("POST /model/amazon.titan-text-lite-v1/invoke HTTP/1.1\r\nauthorization: {SIGV4}\r\n{headers}")
    };
    let both = guarded(
        "x-amzn-bedrock-guardrailidentifier: abc\r\nx-amzn-bedrock-guardrailversion: 1\r\nx-amzn-bedrock-trace: ENABLED",
    );
    for (text, action, reason) in [("Hello", "NONE", "FINISH"), ("forbidden", "INTERVENED", "CONTENT_FILTERED")] {
        let answer = raw(&emulator, &both, prompt(text).to_string().as_bytes()).await.unwrap().json();
        assert_eq!(answer["amazon-bedrock-guardrailAction"], action);
        assert_eq!(answer["results"][0]["completionReason"], reason);
        assert!(answer["amazon-bedrock-trace"]["guardrail"].is_object());
    }
    let refused = [
        ("x-amzn-bedrock-guardrailidentifier: abc", "must be provided together"),
        ("x-amzn-bedrock-trace: enabled", "'trace' failed to satisfy constraint"),
        ("x-amzn-bedrock-service-tier: gold", "'serviceTier' failed to satisfy constraint"),
        ("x-amzn-bedrock-performanceconfig-latency: fast", "'performanceConfigLatency' failed to satisfy"),
        ("x-amzn-bedrock-request-metadata: blue", "not a JSON object"),
    ];
    for (header, words) in refused {
        let reply = raw(&emulator, &guarded(header), prompt("Hello").to_string().as_bytes()).await.unwrap();
        assert!(reply.refusal().contains(words), "{header}: {}", reply.refusal());
    }
}

#[tokio::test]
async fn claude_calls_tools_thinks_and_says_so_in_events() {
    let emulator = Emulator::start().await.unwrap();
    let body = json!({
        "anthropic_version": "bedrock-2023-05-31",
        "max_tokens": 2_000,
        "thinking": { "type": "enabled", "budget_tokens": 1_024 },
        "messages": [{ "role": "user", "content": "Weather in Oslo?" }],
        "tools": [{ "name": "get_weather", "input_schema": { "type": "object", "properties": { "city": { "type": "string" } }, "required": ["city"] } }],
    });
    let model = "us.anthropic.claude-3-7-sonnet-20250219-v1%3A0";
    let whole = invoke(&emulator, "invoke", model, &body).await.json();
    assert_eq!(whole["content"][0]["type"], "thinking");
    assert_eq!(whole["content"][1]["input"], json!({ "city": "Oslo" }));
    assert_eq!(whole["stop_reason"], "tool_use");
    let events = chunks(&invoke(&emulator, "invoke-with-response-stream", model, &body).await);
    let json: String = events.iter().filter_map(|event| event["delta"]["partial_json"].as_str()).collect();
    assert_eq!(json, r#"{"city":"Oslo"}"#);
    let last = events.last().unwrap();
    assert_eq!((&last["type"], last["amazon-bedrock-invocationMetrics"].is_object()), (&json!("message_stop"), true));
}

#[tokio::test]
async fn models_that_do_not_stream_say_so() {
    let emulator = Emulator::start().await.unwrap();
    let body = json!({ "prompt": "Hello" });
    let reply = invoke(&emulator, "invoke-with-response-stream", "ai21.j2-mid-v1", &body).await;
    assert_eq!(reply.refusal(), "400 ValidationException: The model is unsupported for streaming.");
}

#[test]
fn native_bodies_are_held_to_their_documentation() {
    let claude = |members: Value| {
        let mut body = json!({ "anthropic_version": "bedrock-2023-05-31", "max_tokens": 9, "messages": [{ "role": "user", "content": "Hi" }] });
        body.as_object_mut().unwrap().extend(members.as_object().unwrap().clone());
        body
    };
    let said = |content: Value| json!({ "messages": [{ "role": "user", "content": content }] });
    let table = [
        ("amazon.titan-text-lite-v1", json!({ "inputText": 1 }), "#/inputText: expected type: String, found: Integer"),
        ("amazon.titan-text-lite-v1", json!({}), "#: required key [inputText] not found"),
        ("meta.llama3-8b-instruct-v1:0", json!({ "prompt": "x", "top_p": 2 }), "#/top_p: 2 is not less or equal to 1"),
        (
            "meta.llama3-8b-instruct-v1:0",
            json!({ "prompt": "x", "stop": ["a"] }),
            "#: extraneous key [stop] is not permitted",
        ),
        ("mistral.mistral-7b-instruct-v0:2", json!({ "prompt": "" }), "#/prompt: expected minLength: 1, actual: 0"),
        (
            "mistral.mistral-large-2407-v1:0",
            json!({ "messages": said("x".into())["messages"], "tool_choice": "required" }),
            "#/tool_choice: required is not a valid enum value",
        ),
        (
            "mistral.mistral-large-2407-v1:0",
            said(json!([{ "type": "text" }])),
            "#/messages/0/content/0: required key [text] not found",
        ),
        (
            "cohere.command-r-v1:0",
            json!({ "message": "x", "chat_history": [{ "role": "user", "message": "x" }] }),
            "#/chat_history/0/role: user is not a valid enum value",
        ),
        (
            "amazon.nova-lite-v1:0",
            said(json!([{ "type": "text", "text": "x" }])),
            "#/messages/0/content/0: extraneous key [type] is not permitted",
        ),
        (
            "anthropic.claude-v2",
            json!({ "prompt": "Hi", "max_tokens_to_sample": 9 }),
            "Invalid prompt: prompt must start with",
        ),
        ("anthropic.claude-3-haiku-20240307-v1:0", json!({ "messages": [] }), "anthropic_version: Field required"),
        (
            "anthropic.claude-3-haiku-20240307-v1:0",
            claude(json!({ "stream": true })),
            "stream: Extra inputs are not permitted",
        ),
        (
            "anthropic.claude-3-haiku-20240307-v1:0",
            claude(json!({ "temperature": "1" })),
            "temperature: Input should be a valid number",
        ),
        (
            "anthropic.claude-3-haiku-20240307-v1:0",
            claude(said(json!([{ "type": "image", "source": { "type": "url", "url": "x" } }]))),
            "messages.0.content.0.image.source: Input tag 'url' found using 'type'",
        ),
        (
            "anthropic.claude-3-haiku-20240307-v1:0",
            claude(said(json!([{ "type": "tool_result", "tool_use_id": "a" }]))),
            "messages.0.content.0: unexpected `tool_use_id` found",
        ),
        (
            "anthropic.claude-3-haiku-20240307-v1:0",
            claude(json!({ "tools": [{ "name": "f" }] })),
            "tools.0.custom.input_schema: Field required",
        ),
        (
            "openai.gpt-oss-20b-1:0",
            json!({ "messages": [{ "role": "tool", "tool_call_id": "a", "content": "x" }] }),
            "must be a response to a preceding message",
        ),
        ("us.twelvelabs.pegasus-1-2-v1:0", json!({ "inputPrompt": "x" }), "#: required key [mediaSource] not found"),
        ("ai21.j2-ultra-v1", json!([1]), "#: expected type: JSONObject, found: JSONArray"),
    ];
    for (model, body, words) in table {
        let refused = check_invoke(model, body.to_string().as_bytes()).unwrap_err();
        assert!(refused.starts_with("ValidationException: ") && refused.contains(words), "{model}: {refused}");
    }
}
