//! Streams that go wrong, and the streams of native bodies.

#![expect(clippy::unwrap_used, reason = "tests")]

#[path = "common/call.rs"]
mod call;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bedrock_transform::{ChatDecoder, ErrorKind, EventKind, ResponseMeta, StreamEvent, TransformError, UpstreamError};
use core_types::Usage;
use insta::assert_snapshot;

fn decoder(model: &str) -> ChatDecoder {
    let json =
        r#"{"messages":[{"role":"user","content":"Hello"}],"stream":true,"stream_options":{"include_usage":true}}"#;
    call::call(model, json).unwrap().reply.decoder(&ResponseMeta::new("chatcmpl-1", 0))
}

fn converse() -> ChatDecoder {
    decoder("us.amazon.nova-pro-v1:0")
}

fn event(name: &'static str, payload: &'static str) -> StreamEvent {
    StreamEvent::event(name, payload)
}

/// What AWS said, of a frame that ends a stream.
fn upstream(frame: &StreamEvent) -> UpstreamError {
    let mut decoder = converse();
    decoder.push(&event("contentBlockDelta", r#"{"contentBlockIndex":0,"delta":{"text":"Hel"}}"#)).unwrap();
    match decoder.push(frame) {
        Err(TransformError::Upstream(error)) => error,
        other => panic!("{other:?}"),
    }
}

#[test]
fn an_exception_frame_is_the_exception_that_it_names() {
    // <https://docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_ConverseStreamOutput.html>
    let frames = [
        ("internalServerException", "InternalServerException", ErrorKind::Internal, 500, true),
        ("modelStreamErrorException", "ModelStreamErrorException", ErrorKind::ModelFailed, 502, true),
        ("modelTimeoutException", "ModelTimeoutException", ErrorKind::Timeout, 408, true),
        ("serviceUnavailableException", "ServiceUnavailableException", ErrorKind::Overloaded, 503, true),
        ("throttlingException", "ThrottlingException", ErrorKind::Throttled, 429, true),
        ("validationException", "ValidationException", ErrorKind::InvalidRequest, 400, false),
        ("brandNewException", "BrandNewException", ErrorKind::Unexpected, 502, false),
    ];
    for (name, code, kind, status, retryable) in frames {
        let error = upstream(&StreamEvent::exception(name, r#"{"message":"so it is"}"#));
        assert_eq!(
            (
                error.code.as_str(),
                error.message.as_str(),
                error.kind,
                error.kind.http_status(),
                error.kind.is_retryable()
            ),
            (code, "so it is", kind, status, retryable),
        );
    }
}

#[test]
fn an_exception_frame_without_a_readable_message_is_still_that_exception() {
    for payload in ["", "{}", "oops", r#"{"Message":null}"#] {
        let error = upstream(&StreamEvent::exception("throttlingException", payload));
        assert_eq!(error.to_string(), "ThrottlingException: AWS sent no message");
    }
}

#[test]
fn an_error_frame_is_read_by_its_code() {
    let error = upstream(&StreamEvent::new(EventKind::Error, "InternalFailure", "something broke"));
    assert_eq!((error.to_string().as_str(), error.kind), ("InternalFailure: something broke", ErrorKind::Internal));
}

#[test]
fn a_stream_that_the_model_broke_off_is_an_error() {
    for reason in ["malformed_model_output", "malformed_tool_use"] {
        let mut decoder = converse();
        let stop = StreamEvent::event("messageStop", format!(r#"{{"stopReason":"{reason}"}}"#));
        let Err(TransformError::Upstream(error)) = decoder.push(&stop) else { panic!("{reason} passes") };
        assert_eq!((error.kind, error.code.as_str()), (ErrorKind::ModelFailed, reason));
        decoder.finish().unwrap_err();
    }
}

#[test]
fn events_out_of_order_or_unreadable_are_errors() {
    let after = |events: &[(&'static str, &'static str)]| {
        let mut decoder = converse();
        let mut result = Ok(Vec::new());
        for (name, payload) in events {
            result = result.and_then(|_| decoder.push(&event(name, payload)));
        }
        result.unwrap_err().to_string()
    };
    let stop = ("messageStop", r#"{"stopReason":"end_turn"}"#);
    let text = ("contentBlockDelta", r#"{"contentBlockIndex":0,"delta":{"text":"a"}}"#);
    assert_snapshot!(after(&[stop, text]), @"stream: content after the model said that it stopped");
    assert_snapshot!(after(&[stop, stop]), @"stream: content after the model said that it stopped");
    assert_snapshot!(after(&[("contentBlockDelta", r#"{"contentBlockIndex":3,"delta":{"toolUse":{"input":"{"}}}"#)]), @"stream: arguments of a tool call that did not begin");
    assert_snapshot!(after(&[("contentBlockDelta", "{")]), @"converse answered an unreadable body: EOF while parsing an object at line 1 column 1");
    assert_snapshot!(after(&[("contentBlockStart", "")]), @"converse answered an unreadable body: EOF while parsing a value at line 1 column 0");
    assert_snapshot!(after(&[("messageStop", "[]")]), @"converse answered an unreadable body: invalid type: sequence, expected an object at line 1 column 0");
    assert_snapshot!(after(&[("metadata", "7")]), @"converse answered an unreadable body: invalid type: integer `7`, expected an object at line 1 column 1");
    assert_snapshot!(converse().finish().unwrap_err(), @"stream: the connection was cut before the model said why it stopped");
}

#[test]
fn a_stop_without_a_reason_or_an_event_that_nobody_knows_is_no_error() {
    let mut decoder = converse();
    for (name, payload) in [
        ("brandNewEvent", "not json"),
        ("brandNewEvent", "{}"),
        ("messageStop", "{}"),
        ("metadata", r#"{"usage":{"inputTokens":1}}"#),
    ] {
        decoder.push(&event(name, payload)).unwrap();
    }
    assert_eq!(decoder.finish().unwrap().last().unwrap().usage, Some(Some(Usage::new(1, 0, 1))));
}

fn chunk(json: &str) -> StreamEvent {
    StreamEvent::event("chunk", format!(r#"{{"bytes":"{}","p":"abc"}}"#, STANDARD.encode(json)))
}

#[test]
fn llamas_own_chunks_read_as_text_a_finish_and_bedrocks_counts() {
    // <https://docs.aws.amazon.com/bedrock/latest/userguide/model-parameters-meta.html>
    let mut decoder = decoder("invoke/meta.llama3-8b-instruct-v1:0");
    let mut chunks = Vec::new();
    for json in [
        r#"{"generation":"","prompt_token_count":9,"generation_token_count":1,"stop_reason":null}"#,
        r#"{"generation":"Hel","prompt_token_count":null,"generation_token_count":2,"stop_reason":null}"#,
        r#"{"generation":"lo","prompt_token_count":null,"generation_token_count":3,"stop_reason":null}"#,
        r#"{"generation":"","prompt_token_count":null,"generation_token_count":4,"stop_reason":"length","amazon-bedrock-invocationMetrics":{"inputTokenCount":9,"outputTokenCount":4,"invocationLatency":310,"firstByteLatency":120}}"#,
    ] {
        chunks.extend(decoder.push(&chunk(json)).unwrap());
    }
    chunks.extend(decoder.finish().unwrap());
    let lines: Vec<String> = chunks.iter().map(|chunk| serde_json::to_string(chunk).unwrap()).collect();
    assert_snapshot!(lines.join("\n"), @r#"
{"id":"chatcmpl-1","object":"chat.completion.chunk","created":0,"model":"invoke/meta.llama3-8b-instruct-v1:0","choices":[{"index":0,"delta":{"role":"assistant","content":"Hel"},"logprobs":null,"finish_reason":null}],"usage":null}
{"id":"chatcmpl-1","object":"chat.completion.chunk","created":0,"model":"invoke/meta.llama3-8b-instruct-v1:0","choices":[{"index":0,"delta":{"content":"lo"},"logprobs":null,"finish_reason":null}],"usage":null}
{"id":"chatcmpl-1","object":"chat.completion.chunk","created":0,"model":"invoke/meta.llama3-8b-instruct-v1:0","choices":[{"index":0,"delta":{},"logprobs":null,"finish_reason":"length"}],"usage":null}
{"id":"chatcmpl-1","object":"chat.completion.chunk","created":0,"model":"invoke/meta.llama3-8b-instruct-v1:0","choices":[],"usage":{"prompt_tokens":9,"completion_tokens":4,"total_tokens":13},"provider_specific_fields":{"stop_reason":"length","amazon-bedrock-invocationMetrics":{"inputTokenCount":9,"outputTokenCount":4,"invocationLatency":310,"firstByteLatency":120}}}
"#);
}

#[test]
fn native_chunks_that_cannot_be_read_are_errors() {
    let error =
        |frame: StreamEvent| decoder("invoke/meta.llama3-8b-instruct-v1:0").push(&frame).unwrap_err().to_string();
    assert_snapshot!(error(event("chunk", "{")), @"meta_llama answered an unreadable body: EOF while parsing an object at line 1 column 1");
    assert_snapshot!(error(event("chunk", r#"{"bytes":"%"}"#)), @"stream: a chunk is not base64");
    assert_snapshot!(error(chunk("<html>")), @"meta_llama answered an unreadable body: expected value at line 1 column 1");
    assert_snapshot!(error(StreamEvent::exception("modelTimeoutException", r#"{"message":"slow"}"#)), @"ModelTimeoutException: slow");
    let mut cut = decoder("invoke/meta.llama3-8b-instruct-v1:0");
    cut.push(&chunk(r#"{"generation":"Hel","stop_reason":null}"#)).unwrap();
    assert_snapshot!(cut.finish().unwrap_err(), @"stream: the connection was cut before the model said why it stopped");
}
