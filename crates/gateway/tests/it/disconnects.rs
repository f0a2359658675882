//! A caller who goes away ends the call to AWS.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use crate::common::{Gateway, question};
use bedrock_emulator::Fault;
use serde_json::json;

#[tokio::test]
async fn streams_of_fifty_callers_who_went_away_are_cancelled() {
    const CALLERS: usize = 50;
    // As many as may be open at once: the last request finds none of them left.
    let gateway = Gateway::with_params(", max_parallel_requests: 50", "").await;
    for _ in 0..CALLERS {
        gateway.emulator.script(Fault::Stall { after: 3 });
    }
    let body = question(json!({"stream": true}));
    let sockets = futures::future::join_all((0..CALLERS).map(|_| gateway.connection(&body, "data: {"))).await;
    assert_eq!(gateway.emulator.open_calls(), CALLERS);
    assert_eq!(gateway.chat(&question(json!({}))).await.status, 429);
    drop(sockets);
    gateway.open_calls(0).await;
    assert_eq!(gateway.chat(&question(json!({}))).await.status, 200);
}

#[tokio::test]
async fn a_call_whose_caller_went_away_before_the_answer_is_cancelled() {
    let gateway = Gateway::start("").await;
    for stream in [false, true] {
        gateway.emulator.script(Fault::Stall { after: 0 });
        let socket = gateway.connection(&question(json!({"stream": stream})), "").await;
        gateway.open_calls(1).await;
        drop(socket);
        gateway.open_calls(0).await;
    }
}

#[tokio::test]
async fn a_caller_who_goes_away_before_a_retry_is_not_asked_for_again() {
    let gateway = Gateway::with_params(", num_retries: 3", "router_settings: {retry_after: 1}").await;
    gateway.emulator.script(Fault::Throttle { times: 9 });
    let socket = gateway.connection(&question(json!({})), "").await;
    gateway.asked(1).await;
    drop(socket);
    tokio::time::sleep(Duration::from_millis(1_600)).await;
    assert_eq!(gateway.emulator.requests().len(), 1);
}

#[tokio::test]
async fn a_caller_who_did_not_read_and_then_went_away_ends_the_call() {
    let gateway = Gateway::start("").await;
    // More than sockets hold: the emulator repeats what a tool answered, in deltas of twelve characters.
    let long = "slowly read ".repeat(30_000);
    let call = json!({"id": "a", "type": "function", "function": {"name": "f", "arguments": "{}"}});
    let body = question(json!({"stream": true, "messages": [
        {"role": "user", "content": "Ask the tool"},
        {"role": "assistant", "tool_calls": [call]},
        {"role": "tool", "tool_call_id": "a", "content": long},
    ]}));
    let socket = gateway.connection(&body, "data: {").await;
    tokio::time::sleep(Duration::from_millis(500)).await;
    gateway.open_calls(1).await;
    drop(socket);
    gateway.open_calls(0).await;
}

/// Says of every stream that the model has none, and never answers in one piece.
async fn aws_without_streams(waiting: Arc<AtomicUsize>) -> String {
    let answer = move |uri: http::Uri| {
        let waiting = Arc::clone(&waiting);
        async move {
            if uri.path().ends_with("/converse") {
                let _open = Open::new(waiting);
                std::future::pending::<()>().await;
            }
            let message = r#"{"message":"This model doesn't support tool use in streaming mode."}"#;
            (http::StatusCode::BAD_REQUEST, [("x-amzn-errortype", "ValidationException")], message)
        }
    };
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    tokio::spawn(async move { axum::serve(listener, axum::Router::new().fallback(answer)).await });
    url
}

/// A call that is counted as long as it is open.
struct Open(Arc<AtomicUsize>);

impl Open {
    fn new(count: Arc<AtomicUsize>) -> Self {
        count.fetch_add(1, Ordering::SeqCst);
        Self(count)
    }
}

impl Drop for Open {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::SeqCst);
    }
}

#[tokio::test]
async fn a_whole_answer_that_was_to_be_told_as_a_stream_is_cancelled() {
    let open = Arc::new(AtomicUsize::new(0));
    let url = aws_without_streams(Arc::clone(&open)).await;
    let gateway = Gateway::routed("", |_| {
        format!(
            "- model_name: nova\n  litellm_params: {{model: bedrock/amazon.nova-lite-v1:0, aws_access_key_id: AKID, \
             aws_secret_access_key: secret, aws_region_name: us-east-1, api_base: \"{url}\"}}\n"
        )
    })
    .await;
    let socket = gateway.connection(&question(json!({"stream": true})), "").await;
    let becomes = async |expected: usize| {
        for _ in 0..2_000 {
            if open.load(Ordering::SeqCst) == expected {
                return;
            }
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        panic!("{} calls are open, not {expected}", open.load(Ordering::SeqCst));
    };
    becomes(1).await;
    drop(socket);
    becomes(0).await;
}
