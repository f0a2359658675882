//! What is sent again, when, and what is not.
#![expect(clippy::unwrap_used, reason = "tests")]

mod common;

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use bedrock_transform::{ErrorKind, Operation};
use bedrock_transport::{Config, Timeouts, Transport};
use common::{call, config};
use futures::StreamExt as _;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpListener;
use tokio::time::{Instant, timeout};

const OK: &str = "HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n{}";

/// A server that gives every connection's first request `answer`, from the `then`th connection on a good one. Counts.
async fn server(answer: String, then: u32) -> (String, Arc<AtomicU32>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let endpoint = format!("http://{}", listener.local_addr().unwrap());
    let count = Arc::new(AtomicU32::new(0));
    let counted = Arc::clone(&count);
    tokio::spawn(async move {
        loop {
            let (mut socket, _) = listener.accept().await.unwrap();
            let number = counted.fetch_add(1, Ordering::SeqCst);
            let answer = if number < then { answer.clone() } else { OK.to_owned() };
            tokio::spawn(async move {
                let mut buffer = [0; 8192];
                let _ = socket.read(&mut buffer).await;
                match answer.as_str() {
                    RESET => {}
                    SILENCE => drop(socket.read(&mut buffer).await),
                    answer => drop(socket.write_all(answer.as_bytes()).await),
                }
            });
        }
    });
    (endpoint, count)
}

/// Nothing at all, and the connection stays open.
const SILENCE: &str = "silence";
/// Closed before a byte of an answer.
const RESET: &str = "reset";

fn refusal(status: u16, code: &str, more: &str) -> String {
    let body = r#"{"message":"m"}"#;
    format!(
        "HTTP/1.1 {status} X\r\nconnection: close\r\nx-amzn-errortype: {code}\r\n{more}content-length: {}\r\n\r\n{body}",
        body.len()
    )
}

async fn transport(config: Config, endpoint: String) -> Transport {
    Transport::connect(config.with_endpoint(endpoint)).await.unwrap()
}

#[tokio::test]
async fn only_what_may_go_well_is_sent_again() {
    let table = [
        (400, "ValidationException", 1),
        (400, "ServiceQuotaExceededException", 1),
        (403, "AccessDeniedException", 1),
        (403, "UnrecognizedClientException", 1),
        (404, "ResourceNotFoundException", 1),
        (418, "BrandNewException", 1),
        (408, "ModelTimeoutException", 2),
        (424, "ModelErrorException", 2),
        (429, "ModelNotReadyException", 2),
        (429, "ThrottlingException", 2),
        (500, "InternalServerException", 2),
        (502, "", 2),
        (503, "ServiceUnavailableException", 2),
    ];
    for (status, code, attempts) in table {
        let (endpoint, count) = server(refusal(status, code, "retry-after: 0\r\n"), 1).await;
        let answer = transport(config().with_max_attempts(3), endpoint).await.send(&call(Operation::Converse)).await;
        assert_eq!((count.load(Ordering::SeqCst), answer.is_ok()), (attempts, attempts == 2), "{status} {code}");
    }
}

#[tokio::test]
async fn a_connection_that_breaks_before_the_answer_is_tried_again() {
    let (endpoint, count) = server(RESET.to_owned(), 1).await;
    transport(config(), endpoint).await.send(&call(Operation::Converse)).await.unwrap();
    assert_eq!(count.load(Ordering::SeqCst), 2);
}

#[tokio::test]
async fn a_model_that_is_still_thinking_is_not_asked_twice() {
    let (endpoint, count) = server(SILENCE.to_owned(), 9).await;
    let limits = Timeouts::default().with_first_byte(Duration::from_millis(200));
    let error = transport(config().with_timeouts(limits), endpoint).await;
    let error = error.send(&call(Operation::Converse)).await.unwrap_err();
    assert_eq!((error.kind(), count.load(Ordering::SeqCst)), (ErrorKind::Timeout, 1), "{error}");
}

#[tokio::test]
async fn aws_says_how_long_to_wait() {
    // In seconds, in milliseconds, as a date that is over.
    for (header, least, most) in [
        ("retry-after: 1\r\n", 1000, 10_000),
        ("x-amz-retry-after: 300\r\n", 300, 10_000),
        ("retry-after: Wed, 21 Oct 2015 07:28:00 GMT\r\n", 0, 5_000),
    ] {
        let (endpoint, count) = server(refusal(429, "ThrottlingException", header), 1).await;
        let transport = transport(config(), endpoint).await;
        let start = Instant::now();
        transport.send(&call(Operation::Converse)).await.unwrap();
        let waited = start.elapsed().as_millis();
        assert!((least..most).contains(&waited) && count.load(Ordering::SeqCst) == 2, "{header} {waited}");
    }
    // What is too long for us is the caller's to wait.
    let (endpoint, count) = server(refusal(429, "ThrottlingException", "retry-after: 90\r\n"), 1).await;
    let error = transport(config(), endpoint).await.send(&call(Operation::Converse)).await.unwrap_err();
    assert_eq!((error.upstream().retry_after, count.load(Ordering::SeqCst)), (Some(Duration::from_secs(90)), 1));
}

#[tokio::test]
async fn a_call_has_a_patience_and_attempts_of_its_own() {
    let (endpoint, count) = server(refusal(500, "InternalServerException", "retry-after: 0\r\n"), 9).await;
    let mut call = call(Operation::Converse);
    call.max_attempts = Some(1);
    transport(config(), endpoint.clone()).await.send(&call).await.unwrap_err();
    assert_eq!(count.swap(0, Ordering::SeqCst), 1);
    call.max_attempts = Some(5);
    transport(config().with_max_attempts(1), endpoint).await.send(&call).await.unwrap_err();
    assert_eq!(count.load(Ordering::SeqCst), 5);

    let (endpoint, _) = server(SILENCE.to_owned(), 9).await;
    call.timeout = Some(Duration::from_millis(100));
    let error = transport(config(), endpoint).await.send(&call).await.unwrap_err();
    insta::assert_snapshot!(error, @"Timeout: the answer did not begin within 100ms");
}

#[tokio::test]
async fn a_model_that_is_down_uses_up_its_retries() {
    let (endpoint, count) = server(refusal(503, "ServiceUnavailableException", "retry-after: 0\r\n"), u32::MAX).await;
    let transport = transport(config(), endpoint).await;
    for _ in 0..20 {
        let call = call(Operation::Converse);
        let calls = (0..10).map(|_| transport.send(&call));
        assert!(futures::future::join_all(calls).await.iter().all(Result::is_err));
    }
    // 200 calls of three attempts each would be 600.
    let sent = count.load(Ordering::SeqCst);
    assert!((200..=320).contains(&sent), "{sent}");
}

#[tokio::test]
async fn after_the_first_byte_nothing_is_sent_again() {
    let head = "HTTP/1.1 200 OK\r\ncontent-type: application/vnd.amazon.eventstream\r\ntransfer-encoding: chunked\r\n\r\n1\r\nx\r\n";
    let (endpoint, count) = server(head.to_owned(), 9).await;
    let mut stream = transport(config(), endpoint).await.stream(&call(Operation::ConverseStream)).await.unwrap();
    let error = stream.next().await.unwrap().unwrap_err();
    assert_eq!((error.kind(), count.load(Ordering::SeqCst)), (ErrorKind::StreamInterrupted, 1), "{error}");
}

/// A server that takes one request for each connection, and closes it some time after its answer.
#[tokio::test]
async fn a_connection_that_was_closed_while_idle_fails_no_call() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let endpoint = format!("http://{}", listener.local_addr().unwrap());
    tokio::spawn(async move {
        loop {
            let (mut socket, _) = listener.accept().await.unwrap();
            tokio::spawn(async move {
                let mut buffer = [0; 8192];
                let _ = socket.read(&mut buffer).await;
                let _ = socket.write_all(OK.as_bytes()).await;
                tokio::time::sleep(Duration::from_millis(5)).await;
            });
        }
    });
    let transport = transport(config().with_max_attempts(2), endpoint).await;
    for round in 0..40 {
        tokio::time::sleep(Duration::from_millis(round % 8)).await;
        let answer = timeout(Duration::from_secs(10), transport.send(&call(Operation::Converse))).await.unwrap();
        answer.unwrap();
    }
}
