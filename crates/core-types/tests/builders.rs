//! Requests and answers built from outside of the crate.

use core_types::{
    AssistantMessage, CacheControl, ChatRequest, ErrorBody, Function, Part, RawJson, TextPart, ToolCall, ToolChoice,
    UserMessage,
};

#[test]
fn a_built_request_is_written_in_openai_s_shape() {
    let request = ChatRequest::new("bedrock/us.amazon.nova-lite-v1:0")
        .system("Be brief.")
        .message(UserMessage::new([
            TextPart::new("What is this?").cache_control(CacheControl::ephemeral()).into(),
            Part::image_url("https://example.com/a.png"),
        ]))
        .message(AssistantMessage::default().tool_call(ToolCall::new("call_1", "look", "{}")))
        .tool_result("call_1", "A cat.")
        .message(AssistantMessage::new("It is").prefix())
        .tool(Function::new("look").parameters(RawJson::parse(r#"{"type":"object"}"#).unwrap()))
        .tool_choice(ToolChoice::Auto)
        .temperature(0.7)
        .max_tokens(100)
        .stop(["END"])
        .stream(true)
        .include_usage()
        .reasoning_effort("low")
        .param("top_k", &5)
        .unwrap();
    insta::assert_snapshot!(serde_json::to_string_pretty(&request).unwrap());
    let read: ChatRequest = serde_json::from_str(&serde_json::to_string(&request).unwrap()).unwrap();
    assert_eq!(read, request);
}

#[test]
fn an_error_has_openai_s_envelope() {
    let body = ErrorBody::new("invalid_request_error", "`temperature` must be at most 2").param("temperature");
    let written = serde_json::to_string(&body).unwrap();
    insta::assert_snapshot!(written, @r#"{"error":{"message":"`temperature` must be at most 2","type":"invalid_request_error","param":"temperature","code":null}}"#);
    assert_eq!(serde_json::from_str::<ErrorBody>(&written).unwrap(), body);
    let read: ErrorBody = serde_json::from_str(r#"{"error":{"message":"m","request_id":"r"}}"#).unwrap();
    assert_eq!(read, ErrorBody::new("", "m"));
}
