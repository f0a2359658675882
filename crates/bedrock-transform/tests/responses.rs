//! Whole answers of Converse, as OpenAI's clients see them.

#![expect(clippy::unwrap_used, reason = "tests")]

#[path = "common/call.rs"]
mod call;
#[path = "common/fixtures.rs"]
mod fixtures;
#[path = "common/replies.rs"]
mod replies;
#[path = "common/snapshots.rs"]
mod snapshots;

use bedrock_transform::{ErrorKind, StreamEvent, TransformError};
use core_types::{ChatResponse, Usage as Counts};
use insta::assert_snapshot;
use serde_json::{Value, json};

use replies::{Usage, meta, reply};

fn read(case: &str, body: &str) -> Result<ChatResponse, TransformError> {
    reply(case, Usage::Absent).read(body.as_bytes(), &meta())
}

/// A body that says `Yes.` and has these members besides.
fn yes(members: Value) -> String {
    let mut body =
        json!({"output": {"message": {"role": "assistant", "content": [{"text": "Yes."}]}}, "stopReason": "end_turn"});
    let Value::Object(members) = members else { panic!("{members}") };
    body.as_object_mut().unwrap().extend(members);
    body.to_string()
}

#[test]
fn every_answer_reads_as_in_its_snapshot() {
    for (case, body) in fixtures::fixtures("responses/converse", ".json") {
        let json = serde_json::to_value(read(&case, &body).unwrap()).unwrap();
        let path = format!("tests/fixtures/responses/converse/{case}.json");
        snapshots::settings("converse", &path).bind(|| insta::assert_json_snapshot!(format!("response.{case}"), json));
    }
}

#[test]
fn every_snapshot_of_an_answer_belongs_to_a_fixture() {
    let cases = fixtures::fixtures("responses/converse", ".json");
    let wanted: Vec<String> = cases.iter().map(|(case, _)| format!("response.{case}")).collect();
    assert_eq!(snapshots::snapshots("converse", "response."), wanted);
}

#[test]
fn every_stop_reason_has_its_finish_reason() {
    // <https://docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_Converse.html#API_runtime_Converse_ResponseSyntax>
    let reasons = [
        ("content_filtered", "content_filter"),
        ("end_turn", "stop"),
        ("guardrail_intervened", "content_filter"),
        ("max_tokens", "length"),
        ("model_context_window_exceeded", "length"),
        ("stop_sequence", "stop"),
        ("tool_use", "tool_calls"),
        ("a_word_of_tomorrow", "stop"),
    ];
    for (word, expected) in reasons {
        let response = read("text", &yes(json!({"stopReason": word}))).unwrap();
        assert_eq!(response.choices[0].finish_reason.as_str(), expected, "{word}");
        let kept: Value = response.provider_specific_fields.unwrap().read().unwrap();
        assert_eq!(kept["stopReason"], word);
    }
}

#[test]
fn an_answer_that_the_model_broke_off_is_an_error_worth_a_second_try() {
    for word in ["malformed_model_output", "malformed_tool_use"] {
        let error = read("text", &yes(json!({"stopReason": word}))).unwrap_err();
        let TransformError::Upstream(error) = error else { panic!("{error}") };
        assert_eq!((error.kind, error.code.as_str()), (ErrorKind::ModelFailed, word));
        assert!(error.kind.is_retryable() && error.kind.http_status() == 502);
    }
}

#[test]
fn a_body_without_a_message_is_malformed_and_nothing_panics() {
    let text = |body: &str| read("text", body).unwrap_err().to_string();
    assert_snapshot!(text(""), @"converse answered an unreadable body: EOF while parsing a value at line 1 column 0");
    assert_snapshot!(text("<html>busy</html>"), @"converse answered an unreadable body: expected value at line 1 column 1");
    assert_snapshot!(text("{}"), @"converse answered an unreadable body: there is no output.message");
    assert_snapshot!(text("[]"), @"converse answered an unreadable body: invalid type: sequence, expected an object at line 1 column 0");
    assert_snapshot!(text("null"), @"converse answered an unreadable body: invalid type: null, expected an object at line 1 column 4");
    assert_snapshot!(text(r#"{"output":{}}"#), @"converse answered an unreadable body: there is no output.message");
    assert_snapshot!(text(r#"{"output":{"message":null}}"#), @"converse answered an unreadable body: there is no output.message");
    assert_snapshot!(text(r#"{"output":{"message":{"content":7}}}"#), @"converse answered an unreadable body: there is no output.message");
    assert_snapshot!(text(r#"{"message":"Too many requests"}"#), @"converse answered an unreadable body: there is no output.message");
}

#[test]
fn an_answer_may_say_nothing() {
    for content in [json!([]), json!([{"text": ""}]), json!([{}])] {
        let body = json!({"output": {"message": {"content": content}}, "stopReason": "end_turn"}).to_string();
        let response = read("text", &body).unwrap();
        assert_eq!((response.text(), response.usage), (None, None), "{body}");
    }
}

#[test]
fn counts_are_read_whatever_they_are_written_as() {
    let usage = |usage: Value| read("text", &yes(json!({"usage": usage}))).unwrap().usage;
    let three_and_two = Some(Counts::new(3, 2, 5));
    assert_eq!(usage(json!({"inputTokens": 3, "outputTokens": 2, "totalTokens": 5})), three_and_two);
    assert_eq!(usage(json!({"inputTokens": "3", "outputTokens": 2.0, "totalTokens": null})), three_and_two);
    assert_eq!(usage(json!({"inputTokens": 3, "outputTokens": 2, "cacheReadInputTokens": null})), three_and_two);
    assert_eq!(usage(json!({"inputTokens": -1, "outputTokens": 1e300})), Some(Counts::new(0, 0, 0)));
    assert_eq!(usage(json!({"inputTokens": 3_000_000_000_u64})), Some(Counts::new(3_000_000_000, 0, 3_000_000_000)));
    assert_eq!(usage(json!("many")), None);
    let zero = usage(json!({"inputTokens": 3, "cacheReadInputTokens": 0})).unwrap().prompt_tokens_details.unwrap();
    assert_eq!((zero.cached_tokens, zero.cache_creation_tokens), (Some(0), None), "0 stays 0, absent stays absent");
}

#[test]
fn cached_tokens_are_part_of_the_prompt_once() {
    let usage = json!({"inputTokens": 10, "outputTokens": 5, "totalTokens": 999, "cacheReadInputTokens": 100, "cacheWriteInputTokens": 1000});
    let usage = read("text", &yes(json!({"usage": usage}))).unwrap().usage.unwrap();
    assert_eq!((usage.prompt_tokens, usage.completion_tokens, usage.total_tokens), (1110, 5, 1115));
}

#[test]
fn a_stream_of_gpt_counts_what_its_whole_answer_counts() {
    let count = |model: &str, input: u64, read: u64, written: u64| {
        let usage = json!({
            "inputTokens": input, "outputTokens": 7, "totalTokens": input + read + written + 7,
            "cacheReadInputTokens": read, "cacheWriteInputTokens": written,
        });
        let reply = call::call(model, r#"{"messages":[{"role":"user","content":"Hi"}]}"#).unwrap().reply;
        let whole = reply.read(yes(json!({"usage": usage})).as_bytes(), &meta()).unwrap().usage.unwrap();
        let mut decoder = reply.decoder(&meta());
        for (name, payload) in [
            ("contentBlockDelta", json!({"contentBlockIndex": 0, "delta": {"text": "Yes."}})),
            ("messageStop", json!({"stopReason": "end_turn"})),
            ("metadata", json!({"usage": usage})),
        ] {
            decoder.push(&StreamEvent::event(name, payload.to_string())).unwrap();
        }
        decoder.finish().unwrap();
        [whole, *decoder.usage().unwrap()].map(|usage| (usage.prompt_tokens, usage.total_tokens))
    };
    let gpt = "openai.gpt-5.6-v1:0";
    // The same prompt: 2 tokens beside 4993 that were written, and 8367 that were read.
    assert_eq!((count(gpt, 2, 0, 4993)[0], count(gpt, 4995, 0, 4993)[1]), ((4995, 5002), (4995, 5002)));
    assert_eq!(count(gpt, 12_401, 8367, 4032)[1], (12_401, 12_408));
    for (model, input) in [(gpt, 2), (gpt, 30), ("anthropic.claude-sonnet-4-5-20250929-v1:0", 9000)] {
        let [whole, stream] = count(model, input, 4993, 0);
        assert_eq!(whole, stream, "{model}");
    }
}

#[test]
fn counts_of_the_headers_stand_in_for_a_body_without_counts() {
    let meta = meta().with_usage(Counts::new(7, 8, 15));
    let reply = reply("text", Usage::Absent);
    assert_eq!(reply.read(yes(json!({})).as_bytes(), &meta).unwrap().usage, Some(Counts::new(7, 8, 15)));
    let counted = yes(json!({"usage": {"inputTokens": 1, "outputTokens": 1}}));
    assert_eq!(reply.read(counted.as_bytes(), &meta).unwrap().usage, Some(Counts::new(1, 1, 2)));
}
