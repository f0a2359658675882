//! What AWS's model of the operations refuses, and in which words.

use bedrock_emulator::Emulator;
use serde_json::{Value, json};

use crate::client::{self, MODEL, hello, weather_tool, with};

/// Sends every request to both operations; the refusal is a `ValidationException` unless it says otherwise.
pub(crate) async fn refusals(table: &[(Value, &str)]) {
    let emulator = Emulator::start().await.unwrap();
    for (request, expected) in table {
        for operation in ["converse", "converse-stream"] {
            let head = client::head(operation, MODEL, None);
            let reply = client::raw(&emulator, &head, request.to_string().as_bytes()).await.unwrap();
            let got = if reply.status == 200 { "accepted".to_owned() } else { reply.refusal() };
            let got = got.strip_prefix("400 ValidationException: ").unwrap_or(&got);
            assert_eq!(got, *expected, "{operation} {request}");
        }
    }
}

pub(crate) fn content(blocks: Value) -> Value {
    let mut request = hello();
    request["messages"][0]["content"] = blocks;
    request
}

fn block(block: Value) -> Value {
    content(Value::Array(vec![json!({ "text": "Hello" }), block]))
}

fn detected(what: &str, constraint: &str) -> String {
    format!("1 validation error detected: Value {what} failed to satisfy constraint: {constraint}")
}

async fn constraint(request: Value, what: &str, constraint: &str) {
    refusals(&[(request, &detected(what, constraint))]).await;
}

#[tokio::test]
async fn unknown_members_are_refused_where_they_are() {
    refusals(&[
        (
            with(hello(), json!({ "foo": 1 })),
            "Malformed input request: #: extraneous key [foo] is not permitted, please reformat your input and try again.",
        ),
        (
            block(json!({ "text": "a", "cache_control": {} })),
            "Malformed input request: #/messages/0/content/1: extraneous key [cache_control] is not permitted, please \
             reformat your input and try again.",
        ),
        (
            with(hello(), json!({ "a": 1, "inferenceConfig": { "topK": 1 } })),
            "Malformed input request: #: extraneous key [a] is not permitted, #/inferenceConfig: extraneous key [topK] is \
             not permitted, please reformat your input and try again.",
        ),
    ])
    .await;
}

#[tokio::test]
async fn a_key_may_not_occur_twice() {
    let emulator = Emulator::start().await.unwrap();
    let body = br#"{"messages":[{"role":"user","role":"user","content":[{"text":"a"}]}]}"#;
    let reply = client::raw(&emulator, &client::head("converse", MODEL, None), body).await.unwrap();
    assert_eq!(
        reply.refusal(),
        "400 ValidationException: Malformed input request: #: duplicate key [role] is not permitted, please reformat your \
         input and try again."
    );
}

#[tokio::test]
async fn what_is_not_json_is_a_serialization_exception() {
    let emulator = Emulator::start().await.unwrap();
    for body in ["{", "nonsense", "{} {}", "\u{0}"] {
        let reply = client::raw(&emulator, &client::head("converse", MODEL, None), body.as_bytes()).await.unwrap();
        let refusal = reply.refusal();
        assert!(refusal.starts_with("400 SerializationException: The request body is not valid JSON: "), "{refusal}");
    }
    let deep = format!("{}{}", "[".repeat(100_000), "]".repeat(100_000));
    let reply = client::raw(&emulator, &client::head("converse", MODEL, None), deep.as_bytes()).await.unwrap();
    assert_eq!(reply.status, 400);
}

#[tokio::test]
async fn values_of_the_wrong_type_are_a_serialization_exception() {
    let table = [
        (json!([]), "Start of list found where not expected (at '')"),
        (json!("text"), "Expected null (at '')"),
        (json!({ "messages": "hi" }), "Expected list or null (at 'messages')"),
        (json!({ "messages": {} }), "Start of structure or map found where not expected. (at 'messages')"),
        (content(json!("hi")), "Expected list or null (at 'messages.1.member.content')"),
        (content(json!(["hi"])), "Expected null (at 'messages.1.member.content.1.member')"),
        (
            content(json!([{ "text": 5 }])),
            "NUMBER_VALUE can not be converted to String (at 'messages.1.member.content.1.member.text')",
        ),
        (
            with(hello(), json!({ "inferenceConfig": { "temperature": "0.5" } })),
            "STRING_VALUE can not be converted to Float (at 'inferenceConfig.temperature')",
        ),
        (
            with(hello(), json!({ "inferenceConfig": { "maxTokens": 1.5 } })),
            "NUMBER_VALUE can not be converted to Integer (at 'inferenceConfig.maxTokens')",
        ),
        (
            with(hello(), json!({ "inferenceConfig": { "maxTokens": 3_000_000_000_u64 } })),
            "NUMBER_VALUE can not be converted to Integer (at 'inferenceConfig.maxTokens')",
        ),
        (
            block(json!({ "image": { "format": "png", "source": { "bytes": "not base64!" } } })),
            "Unable to decode Base64 value at 'messages.1.member.content.2.member.image.source.bytes'",
        ),
    ];
    let table: Vec<(Value, String)> = table
        .into_iter()
        .map(|(request, message)| (request, format!("400 SerializationException: {message}")))
        .collect();
    refusals(&table.iter().map(|(request, message)| (request.clone(), message.as_str())).collect::<Vec<_>>()).await;
}

#[tokio::test]
async fn required_members_must_not_be_null() {
    let null = "Member must not be null";
    constraint(json!({ "messages": [{ "role": "user" }] }), "null at 'messages.1.member.content'", null).await;
    constraint(
        json!({ "messages": [{ "role": "user", "content": null }] }),
        "null at 'messages.1.member.content'",
        null,
    )
    .await;
    constraint(json!({ "messages": [{ "content": [{ "text": "a" }] }] }), "null at 'messages.1.member.role'", null)
        .await;
    constraint(content(json!([null])), "null at 'messages.1.member.content.1.member'", null).await;
    constraint(
        block(json!({ "toolUse": { "toolUseId": "a", "name": "b" } })),
        "null at 'messages.1.member.content.2.member.toolUse.input'",
        null,
    )
    .await;
    constraint(with(hello(), json!({ "toolConfig": {} })), "null at 'toolConfig.tools'", null).await;
    constraint(with(hello(), json!({ "serviceTier": {} })), "null at 'serviceTier.type'", null).await;
}

#[tokio::test]
async fn an_optional_null_is_as_good_as_absent() {
    refusals(&[(with(hello(), json!({ "system": null, "inferenceConfig": { "topP": null } })), "accepted")]).await;
}

#[tokio::test]
async fn a_union_has_exactly_one_member() {
    let keys = "text, image, document, video, audio, toolUse, toolResult, guardContent, cachePoint, reasoningContent, \
                citationsContent, searchResult, toolAddition, toolRemoval";
    let none = format!("ContentBlock object at messages.0.content.1 must set one of the following keys: {keys}.");
    let two =
        format!("ContentBlock object at messages.0.content.1 must set exactly one of the following keys: {keys}.");
    refusals(&[
        (block(json!({})), &none),
        (block(json!({ "text": null })), &none),
        (block(json!({ "text": "a", "cachePoint": { "type": "default" } })), &two),
        (
            with(hello(), json!({ "toolConfig": { "tools": [weather_tool()], "toolChoice": { "any": {}, "auto": {} } } })),
            "ToolChoice object at toolConfig.toolChoice must set exactly one of the following keys: auto, any, tool.",
        ),
        (
            block(json!({ "image": { "format": "png", "source": {} } })),
            "ImageSource object at messages.0.content.1.image.source must set one of the following keys: bytes, s3Location.",
        ),
    ])
    .await;
}

#[tokio::test]
async fn enumerations_are_closed() {
    let bytes = json!({ "bytes": "aGk=" });
    let table = [
        (
            json!({ "messages": [{ "role": "tool", "content": [{ "text": "a" }] }] }),
            "'tool' at 'messages.1.member.role'",
            "user, assistant, system",
        ),
        (
            block(json!({ "image": { "format": "jpg", "source": bytes } })),
            "'jpg' at 'messages.1.member.content.2.member.image.format'",
            "png, jpeg, gif, webp",
        ),
        (
            block(json!({ "document": { "format": "rtf", "name": "a", "source": bytes } })),
            "'rtf' at 'messages.1.member.content.2.member.document.format'",
            "pdf, csv, doc, docx, xls, xlsx, html, txt, md",
        ),
        (
            block(json!({ "video": { "format": "3gp", "source": bytes } })),
            "'3gp' at 'messages.1.member.content.2.member.video.format'",
            "mkv, mov, mp4, webm, flv, mpeg, mpg, wmv, three_gp",
        ),
        (
            block(json!({ "cachePoint": { "type": "ephemeral" } })),
            "'ephemeral' at 'messages.1.member.content.2.member.cachePoint.type'",
            "default",
        ),
        (
            block(json!({ "cachePoint": { "type": "default", "ttl": "2h" } })),
            "'2h' at 'messages.1.member.content.2.member.cachePoint.ttl'",
            "5m, 1h",
        ),
        (
            block(json!({ "toolResult": { "toolUseId": "a", "content": [], "status": "failed" } })),
            "'failed' at 'messages.1.member.content.2.member.toolResult.status'",
            "success, error",
        ),
        (
            with(hello(), json!({ "guardrailConfig": { "trace": "full" } })),
            "'full' at 'guardrailConfig.trace'",
            "enabled, disabled, enabled_full",
        ),
        (
            with(hello(), json!({ "performanceConfig": { "latency": "fast" } })),
            "'fast' at 'performanceConfig.latency'",
            "standard, optimized",
        ),
        (
            with(hello(), json!({ "serviceTier": { "type": "auto" } })),
            "'auto' at 'serviceTier.type'",
            "priority, default, flex, reserved",
        ),
        (
            with(
                hello(),
                json!({ "outputConfig": { "textFormat": { "type": "json", "structure": { "jsonSchema": { "schema": "{}" } } } } }),
            ),
            "'json' at 'outputConfig.textFormat.type'",
            "json_schema",
        ),
    ];
    for (request, what, values) in table {
        constraint(request, what, &format!("Member must satisfy enum value set: [{values}]")).await;
    }
}

#[tokio::test]
async fn numbers_lengths_and_patterns_are_held_to() {
    let long = "n".repeat(65);
    let tool = |name: &str| {
        json!({ "toolConfig": { "tools": [{ "toolSpec": {
            "name": name, "inputSchema": { "json": { "type": "object" } },
        } }] } })
    };
    let inference = |setting: Value| with(hello(), json!({ "inferenceConfig": setting }));
    let metadata = |metadata: Value| with(hello(), json!({ "requestMetadata": metadata }));
    let table = [
        (
            inference(json!({ "temperature": 1.5 })),
            "'1.5' at 'inferenceConfig.temperature'",
            "Member must have value less than or equal to 1",
        ),
        (
            inference(json!({ "topP": -0.5 })),
            "'-0.5' at 'inferenceConfig.topP'",
            "Member must have value greater than or equal to 0",
        ),
        (
            inference(json!({ "maxTokens": 0 })),
            "'0' at 'inferenceConfig.maxTokens'",
            "Member must have value greater than or equal to 1",
        ),
        (
            inference(json!({ "stopSequences": [""] })),
            "'' at 'inferenceConfig.stopSequences.1.member'",
            "Member must have length greater than or equal to 1",
        ),
        (
            with(hello(), tool("a.b")),
            "'a.b' at 'toolConfig.tools.1.member.toolSpec.name'",
            "Member must satisfy regular expression pattern: [a-zA-Z0-9_-]+",
        ),
        (
            with(hello(), tool(&long)),
            &format!("'{long}' at 'toolConfig.tools.1.member.toolSpec.name'"),
            "Member must have length less than or equal to 64",
        ),
        (
            with(hello(), json!({ "toolConfig": { "tools": [] } })),
            "'[]' at 'toolConfig.tools'",
            "Member must have length greater than or equal to 1",
        ),
        (
            block(json!({ "toolUse": { "toolUseId": "call!", "name": "a", "input": {} } })),
            "'call!' at 'messages.1.member.content.2.member.toolUse.toolUseId'",
            "Member must satisfy regular expression pattern: [a-zA-Z0-9_.:-]+",
        ),
        (
            block(json!({ "document": { "name": "", "source": { "text": "a" } } })),
            "'' at 'messages.1.member.content.2.member.document.name'",
            "Member must have length greater than or equal to 1",
        ),
        (
            block(json!({ "image": { "format": "png", "source": { "bytes": "" } } })),
            "at 'messages.1.member.content.2.member.image.source.bytes'",
            "Member must have length greater than or equal to 1",
        ),
        (
            with(hello(), json!({ "system": [{ "text": "" }] })),
            "'' at 'system.1.member.text'",
            "Member must have length greater than or equal to 1",
        ),
        (
            with(hello(), json!({ "guardrailConfig": { "guardrailVersion": "0" } })),
            "'0' at 'guardrailConfig.guardrailVersion'",
            "Member must satisfy regular expression pattern: (|([1-9][0-9]{0,7})|(DRAFT))",
        ),
        (metadata(json!({})), "'{}' at 'requestMetadata'", "Member must have length greater than or equal to 1"),
        (
            metadata(json!({ "a!": "b" })),
            r#"'{"a!":"b"}' at 'requestMetadata'"#,
            r"Map keys must satisfy constraint: [Member must satisfy regular expression pattern: [a-zA-Z0-9\s:_@$#=/+,-.]{1,256}]",
        ),
        (
            metadata(json!({ "a": "ü" })),
            r#"'{"a":"ü"}' at 'requestMetadata'"#,
            r"Map value must satisfy constraint: [Member must satisfy regular expression pattern: [a-zA-Z0-9\s:_@$#=/+,-.]{0,256}]",
        ),
        (
            with(hello(), json!({ "additionalModelResponseFieldPaths": [""] })),
            "'' at 'additionalModelResponseFieldPaths.1.member'",
            "Member must have length greater than or equal to 1",
        ),
    ];
    for (request, what, message) in table {
        constraint(request, what, message).await;
    }
}

#[tokio::test]
async fn violations_are_told_together() {
    refusals(&[(
        with(hello(), json!({ "inferenceConfig": { "temperature": 2, "topP": 3 } })),
        "2 validation errors detected: Value '2' at 'inferenceConfig.temperature' failed to satisfy constraint: Member must \
         have value less than or equal to 1; Value '3' at 'inferenceConfig.topP' failed to satisfy constraint: Member must \
         have value less than or equal to 1",
    )])
    .await;
}

#[tokio::test]
async fn only_a_stream_has_a_guardrail_processing_mode() {
    let emulator = Emulator::start().await.unwrap();
    let request = with(hello(), json!({ "guardrailConfig": { "streamProcessingMode": "async" } }));
    assert_eq!(client::converse_stream(&emulator, &request).await.status, 200);
    assert_eq!(
        client::converse(&emulator, &request).await.refusal(),
        "400 ValidationException: Malformed input request: #/guardrailConfig: extraneous key [streamProcessingMode] is not \
         permitted, please reformat your input and try again."
    );
}
