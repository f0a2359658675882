//! The bytes of a 2xx are the answer, whatever the SDK's typed reader would have said of them.
mod common;

use bedrock_transform::{ErrorKind, Operation};
use common::{call, replay, response, transport};

const ANSWERS: &[(&str, &str, &str)] = &[
    (
        "a content block with two members",
        "application/json",
        r#"{"output":{"message":{"role":"assistant","content":[{"text":"a","cachePoint":{"type":"default"}}]}}}"#,
    ),
    ("a count written as a string", "application/json", r#"{"usage":{"inputTokens":"12"},"stopReason":"end_turn"}"#),
    ("a count above i32", "application/json", r#"{"usage":{"inputTokens":4294967296},"stopReason":"end_turn"}"#),
    ("an empty body", "application/json", ""),
    ("an HTML body", "text/html", "<html>It works!</html>"),
];

#[tokio::test]
async fn whatever_came_with_a_2xx_is_the_answer() {
    for operation in [Operation::Converse, Operation::InvokeModel] {
        for &(case, content_type, body) in ANSWERS {
            let client = replay([response(200, &[("content-type", content_type)], body)]);
            let answer = transport(client.clone()).await.send(&call(operation)).await.unwrap();
            assert_eq!(&answer.body[..], body.as_bytes(), "{case}");
            assert_eq!(answer.meta.request_id.as_deref(), Some("req-1"), "{case}");
            assert_eq!(&*answer.meta.id, "chatcmpl-req-1", "{case}");
            assert!(answer.meta.created > 1_700_000_000, "{case}");
            assert_eq!(client.actual_requests().count(), 1, "{case}");
        }
    }
}

#[tokio::test]
async fn counts_of_the_headers_make_the_usage() {
    let headers = [
        ("x-amzn-bedrock-input-token-count", "10"),
        ("x-amzn-bedrock-output-token-count", "5"),
        ("x-amzn-bedrock-cache-read-input-token-count", "3"),
    ];
    let client = replay([response(200, &headers, "{}"), response(200, &[], "{}")]);
    let transport = transport(client).await;
    let usage = transport.send(&call(Operation::InvokeModel)).await.unwrap().meta.usage.unwrap();
    assert_eq!((usage.prompt_tokens, usage.completion_tokens, usage.total_tokens), (13, 5, 18));
    assert_eq!(usage.prompt_tokens_details.unwrap().cached_tokens, Some(3));
    assert!(transport.send(&call(Operation::InvokeModel)).await.unwrap().meta.usage.is_none());
}

#[tokio::test]
async fn an_answer_without_request_id_gets_an_id_of_its_own() {
    let bare = || http::Response::new(aws_smithy_types::body::SdkBody::from("{}"));
    let transport = transport(replay([bare(), bare()])).await;
    let first = transport.send(&call(Operation::Converse)).await.unwrap().meta;
    let second = transport.send(&call(Operation::Converse)).await.unwrap().meta;
    assert!(first.request_id.is_none() && first.id.starts_with("chatcmpl-"));
    assert_ne!(first.id, second.id);
}

#[tokio::test]
async fn a_2xx_that_is_no_event_stream_is_an_error_on_a_streaming_operation() {
    for (content_type, body) in [("application/json", r#"{"message":"no streams here"}"#), ("text/html", "<html>")] {
        let client = replay([response(200, &[("content-type", content_type)], body)]);
        let error = transport(client).await.stream(&call(Operation::ConverseStream)).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Unexpected);
        assert_eq!(error.request_id(), Some("req-1"));
        assert!(
            error.to_string().contains(if body.starts_with('<') { "<html>" } else { "no streams here" }),
            "{error}"
        );
    }
}

#[tokio::test]
async fn an_operation_goes_to_its_own_method() {
    let transport = transport(replay([])).await;
    assert_eq!(transport.send(&call(Operation::ConverseStream)).await.unwrap_err().kind(), ErrorKind::InvalidRequest);
    assert_eq!(transport.stream(&call(Operation::Converse)).await.unwrap_err().kind(), ErrorKind::InvalidRequest);
}
