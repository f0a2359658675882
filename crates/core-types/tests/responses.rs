//! Answers and chunks on the wire.
#![expect(clippy::unwrap_used, reason = "a test may panic")]

use core_types::{
    Annotation, CacheWrites, ChatChunk, ChatResponse, Choice, ChunkChoice, ChunkDelta, CompletionTokensDetails,
    FinishReason, PromptTokensDetails, RawJson, ResponseMessage, ThinkingBlock, ToolCall, ToolCallDelta, Usage,
};
use serde::Serialize;
use serde::de::DeserializeOwned;

/// The JSON of `value`, which must read back as the same value.
fn written<T: Serialize + DeserializeOwned + PartialEq + std::fmt::Debug>(value: &T) -> String {
    let json = serde_json::to_string_pretty(value).unwrap();
    assert_eq!(serde_json::from_str::<T>(&json).unwrap(), *value);
    json
}

fn usage() -> Usage {
    let mut usage = Usage::new(120, 30, 150);
    let mut writes = CacheWrites::default();
    writes.ephemeral_5m_input_tokens = 10;
    let mut prompt = PromptTokensDetails::default();
    prompt.cached_tokens = Some(100);
    prompt.cache_creation_tokens = Some(10);
    prompt.cache_creation_token_details = Some(writes);
    usage.prompt_tokens_details = Some(prompt);
    let mut completion = CompletionTokensDetails::default();
    completion.reasoning_tokens = Some(20);
    usage.completion_tokens_details = Some(completion);
    usage
}

#[test]
fn a_plain_answer() {
    let choice = Choice::new(0, ResponseMessage::new("Hallo."), FinishReason::Stop);
    let response = ChatResponse::new("chatcmpl-1", 1_700_000_000, "m").choice(choice).usage(Usage::new(1, 2, 3));
    assert_eq!(response.text(), Some("Hallo."));
    insta::assert_snapshot!(written(&response));
}

#[test]
fn an_answer_with_everything() {
    let mut message = ResponseMessage::default();
    message.refusal = Some("No.".into());
    message.tool_calls = vec![ToolCall::new("call_1", "weather", r#"{"city":"Bonn"}"#)];
    message.reasoning_content = Some("Hm.".into());
    message.thinking_blocks =
        vec![ThinkingBlock::thinking("Hm.", Some("c2ln".into())), ThinkingBlock::redacted("AAAA")];
    message.annotations = vec![Annotation::new("https://example.com", "Example", 0, 5)];
    message.provider_specific_fields = Some(RawJson::parse(r#"{"stopSequence":"END"}"#).unwrap());
    let mut response = ChatResponse::new("chatcmpl-1", 1_700_000_000, "m")
        .choice(Choice::new(0, message, FinishReason::ToolCalls))
        .usage(usage());
    response.service_tier = Some("priority".into());
    response.trace = Some(RawJson::parse(r#"{"guardrail":{}}"#).unwrap());
    response.provider_specific_fields = Some(RawJson::parse(r#"{"latencyMs":1.50}"#).unwrap());
    insta::assert_snapshot!(written(&response));
}

#[test]
fn the_chunks_of_a_stream() {
    let chunk = |delta| {
        let mut chunk = ChatChunk::new("chatcmpl-1", 1_700_000_000, "m");
        chunk.choices.push(ChunkChoice::new(0, delta));
        chunk
    };
    let mut first = ChunkDelta::default();
    first.role = true;
    first.content = Some(String::new());
    let mut first = chunk(first);
    first.usage = Some(None);
    let mut call = ChunkDelta::default();
    call.tool_calls = vec![ToolCallDelta::start(0, "call_1", "weather")];
    let mut arguments = ChunkDelta::default();
    arguments.tool_calls = vec![ToolCallDelta::arguments(0, "{\"ci")];
    let mut last = chunk(ChunkDelta::default());
    last.choices[0].finish_reason = Some(FinishReason::ToolCalls);
    let mut total = ChatChunk::new("chatcmpl-1", 1_700_000_000, "m");
    total.usage = Some(Some(usage()));
    let chunks = [first, chunk(call), chunk(arguments), last, total];
    let lines: Vec<String> = chunks
        .iter()
        .map(|chunk| {
            let line = serde_json::to_string(chunk).unwrap();
            assert_eq!(serde_json::from_str::<ChatChunk>(&line).unwrap(), *chunk);
            line
        })
        .collect();
    insta::assert_snapshot!(lines.join("\n"));
}

#[test]
fn a_strange_answer_is_read_as_far_as_it_goes() {
    let response: ChatResponse = serde_json::from_str(
        r#"{"id":"1","model":"m","system_fingerprint":"x","choices":[{"message":{"role":"assistant","content":null,
            "tool_calls":null},"finish_reason":"insufficient_system_resource"}],"usage":null}"#,
    )
    .unwrap();
    let expected = Choice::new(0, ResponseMessage::default(), FinishReason::Stop);
    assert_eq!(response, ChatResponse::new("1", 0, "m").choice(expected));
}

#[test]
fn finish_reasons_keep_openai_s_words() {
    for reason in [FinishReason::ContentFilter, FinishReason::Length, FinishReason::Stop, FinishReason::ToolCalls] {
        assert_eq!(FinishReason::from_name(reason.as_str()), Some(reason));
    }
}
