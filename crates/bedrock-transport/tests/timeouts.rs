//! Time limits, cut connections and cancelled calls, over real sockets.
#![expect(clippy::unwrap_used, reason = "tests")]

mod common;

use std::time::Duration;

use bedrock_transform::{ErrorKind, Operation};
use bedrock_transport::{Timeouts, Transport};
use common::{call, config, event};
use futures::StreamExt;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::oneshot;
use tokio::time::{sleep, timeout};

const SOON: Duration = Duration::from_millis(150);
const LATE: Duration = Duration::from_secs(5);
const STREAM: &str = "HTTP/1.1 200 OK\r\ncontent-type: application/vnd.amazon.eventstream\r\nx-amzn-requestid: req-1\r\n\
                      transfer-encoding: chunked\r\n\r\n";

/// A server that takes one call, sends `answer`, and says when the caller has gone.
async fn server(answer: Vec<u8>, close: bool) -> (String, oneshot::Receiver<()>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let endpoint = format!("http://{}", listener.local_addr().unwrap());
    let (gone, is_gone) = oneshot::channel();
    tokio::spawn(async move {
        let (mut socket, _) = listener.accept().await.unwrap();
        let mut buffer = [0; 4096];
        let _ = socket.read(&mut buffer).await.unwrap();
        socket.write_all(&answer).await.unwrap();
        if close {
            return;
        }
        until_gone(&mut socket).await;
        let _ = gone.send(());
    });
    (endpoint, is_gone)
}

async fn until_gone(socket: &mut TcpStream) {
    let mut buffer = [0; 4096];
    while socket.read(&mut buffer).await.is_ok_and(|count| count > 0) {}
}

fn chunk(bytes: &[u8]) -> Vec<u8> {
    [format!("{:x}\r\n", bytes.len()).as_bytes(), bytes, b"\r\n"].concat()
}

fn stream_with(event: &[u8]) -> Vec<u8> {
    [STREAM.as_bytes(), &chunk(event)].concat()
}

async fn transport(endpoint: String, timeouts: Timeouts) -> Transport {
    let config = config().with_endpoint(endpoint).with_timeouts(timeouts).with_max_attempts(1);
    Transport::connect(config).await.unwrap()
}

#[tokio::test]
async fn silence_before_the_head_of_the_answer_is_a_timeout() {
    let (endpoint, gone) = server(Vec::new(), false).await;
    let transport = transport(endpoint, Timeouts::default().with_first_byte(SOON)).await;
    let error = timeout(LATE, transport.send(&call(Operation::Converse))).await.unwrap().unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Timeout, "{error}");
    timeout(LATE, gone).await.unwrap().unwrap();
}

#[tokio::test]
async fn silence_within_a_stream_is_a_timeout_and_closes_the_connection() {
    let (endpoint, gone) = server(stream_with(&event("messageStart", "{}")), false).await;
    let transport = transport(endpoint, Timeouts::default().with_idle(SOON)).await;
    let mut stream = transport.stream(&call(Operation::ConverseStream)).await.unwrap();
    assert_eq!(stream.next().await.unwrap().unwrap().name(), "messageStart");
    let error = timeout(LATE, stream.next()).await.unwrap().unwrap().unwrap_err();
    insta::assert_snapshot!(error, @"Timeout: AWS sent nothing for 150ms within an answer (request id req-1)");
    assert_eq!(error.kind(), ErrorKind::Timeout);
    assert!(stream.next().await.is_none());
    timeout(LATE, gone).await.unwrap().unwrap();
}

#[tokio::test]
async fn a_stream_that_keeps_talking_outlives_the_limit_on_silence() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let endpoint = format!("http://{}", listener.local_addr().unwrap());
    tokio::spawn(async move {
        let (mut socket, _) = listener.accept().await.unwrap();
        let mut buffer = [0; 4096];
        let _ = socket.read(&mut buffer).await.unwrap();
        socket.write_all(STREAM.as_bytes()).await.unwrap();
        for _ in 0..6 {
            socket.write_all(&chunk(&event("contentBlockDelta", "{}"))).await.unwrap();
            sleep(SOON / 3).await;
        }
        socket.write_all(b"0\r\n\r\n").await.unwrap();
    });
    let transport = transport(endpoint, Timeouts::default().with_idle(SOON)).await;
    let stream = transport.stream(&call(Operation::ConverseStream)).await.unwrap();
    let events: Vec<_> = timeout(LATE, stream.collect()).await.unwrap();
    assert_eq!(events.into_iter().map(Result::unwrap).count(), 6);
}

#[tokio::test]
async fn the_limit_on_the_whole_call_ends_answers_and_streams() {
    let head = "HTTP/1.1 200 OK\r\ncontent-length: 10\r\n\r\n{";
    let (endpoint, _gone) = server(head.into(), false).await;
    let limits = Timeouts::default().with_total(SOON);
    let error = transport(endpoint, limits).await.send(&call(Operation::Converse)).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Timeout, "{error}");

    let (endpoint, _gone) = server(stream_with(&event("messageStart", "{}")), false).await;
    let mut stream = transport(endpoint, limits).await.stream(&call(Operation::ConverseStream)).await.unwrap();
    assert!(stream.next().await.unwrap().is_ok());
    let error = timeout(LATE, stream.next()).await.unwrap().unwrap().unwrap_err();
    insta::assert_snapshot!(error, @"Timeout: the time for the whole call is over (request id req-1)");
}

#[tokio::test]
async fn silence_within_an_answer_or_an_error_is_a_timeout() {
    for status in ["200 OK", "500 Internal Server Error"] {
        let head = format!("HTTP/1.1 {status}\r\ncontent-length: 10\r\nx-amzn-requestid: req-1\r\n\r\n{{");
        let (endpoint, _gone) = server(head.into(), false).await;
        let limits = Timeouts::default().with_idle(SOON).with_first_byte(SOON).with_connect(SOON);
        let call = call(Operation::Converse);
        let error = timeout(LATE, transport(endpoint, limits).await.send(&call)).await.unwrap().unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Timeout, "{error}");
    }
}

#[tokio::test]
async fn a_connection_that_breaks_is_no_end() {
    let (endpoint, _) = server(stream_with(&event("messageStart", "{}")), true).await;
    let mut stream =
        transport(endpoint, Timeouts::default()).await.stream(&call(Operation::ConverseStream)).await.unwrap();
    assert!(stream.next().await.unwrap().is_ok());
    let error = stream.next().await.unwrap().unwrap_err();
    assert_eq!(error.kind(), ErrorKind::StreamInterrupted, "{error}");
    assert_eq!(error.request_id(), Some("req-1"));

    let head = "HTTP/1.1 200 OK\r\ncontent-length: 10\r\nx-amzn-requestid: req-1\r\n\r\n{";
    let (endpoint, _) = server(head.into(), true).await;
    let error = transport(endpoint, Timeouts::default()).await.send(&call(Operation::Converse)).await.unwrap_err();
    assert_eq!((error.kind(), error.request_id()), (ErrorKind::Connection, Some("req-1")), "{error}");
}

#[tokio::test]
async fn what_is_dropped_is_cancelled_upstream() {
    let (endpoint, gone) = server(stream_with(&event("messageStart", "{}")), false).await;
    let mut stream =
        transport(endpoint, Timeouts::default()).await.stream(&call(Operation::ConverseStream)).await.unwrap();
    assert!(stream.next().await.unwrap().is_ok());
    drop(stream);
    timeout(LATE, gone).await.unwrap().unwrap();

    let (endpoint, gone) = server(Vec::new(), false).await;
    let transport = transport(endpoint, Timeouts::default()).await;
    assert!(timeout(SOON, transport.send(&call(Operation::Converse))).await.is_err());
    timeout(LATE, gone).await.unwrap().unwrap();
}
