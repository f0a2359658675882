//! Routes, headers, authorization, and what the emulator remembers.

use std::time::Duration;

use bedrock_emulator::Emulator;
use serde_json::json;

use crate::client::{self, MODEL, SIGV4, hello};

#[tokio::test]
async fn a_converse_call_is_answered_as_json() {
    let emulator = Emulator::start().await.unwrap();
    let reply = client::converse(&emulator, &hello()).await;
    assert_eq!(reply.status, 200);
    assert_eq!(reply.header("content-type"), "application/json");
    assert_eq!(reply.header("x-amzn-requestid"), "00000000-0000-4000-8000-000000000001");
    let answer = reply.json();
    assert_eq!(answer["output"]["message"]["role"], "assistant");
    assert_eq!(answer["stopReason"], "end_turn");
    assert!(answer["metrics"]["latencyMs"].is_u64());
    let second = client::converse(&emulator, &hello()).await;
    assert_eq!(second.header("x-amzn-requestid"), "00000000-0000-4000-8000-000000000002");
}

#[tokio::test]
async fn an_error_names_its_exception_in_a_header_and_its_message_in_the_body() {
    let emulator = Emulator::start().await.unwrap();
    let reply = client::converse(&emulator, &json!({})).await;
    assert_eq!(reply.status, 400);
    assert_eq!(reply.header("content-type"), "application/json");
    assert_eq!(
        reply.header("x-amzn-errortype"),
        "ValidationException:http://internal.amazon.com/coral/com.amazon.bedrock/"
    );
    assert_eq!(reply.json().as_object().unwrap().keys().collect::<Vec<_>>(), ["message"]);
}

#[tokio::test]
async fn paths_are_split_before_they_are_decoded() {
    let emulator = Emulator::start().await.unwrap();
    let arn = "arn%3Aaws%3Abedrock%3Aus-east-1%3A123456789012%3Ainference-profile%2Fus.anthropic.claude-v1%3A0";
    let unknown = "404 UnknownOperationException: The requested operation is not recognized by the service.";
    let table = [
        (format!("POST /model/{MODEL}/converse"), ""),
        (format!("POST /model/{arn}/converse"), ""),
        ("POST /model/a.plain-id:0/converse".into(), ""),
        (format!("POST /model/{}/converse", arn.replace("%2F", "/")), unknown),
        (format!("GET /model/{MODEL}/converse"), unknown),
        (format!("POST /model/{MODEL}/convers"), unknown),
        ("GET /".into(), unknown),
        ("POST /model//converse".into(), "400 ValidationException: The provided model identifier is invalid."),
        ("POST /model/a%20b/converse".into(), "400 ValidationException: The provided model identifier is invalid."),
        (
            "POST /model/emulator.missing/converse".into(),
            "404 ResourceNotFoundException: Could not resolve the foundation model from the provided model identifier.",
        ),
        (
            "POST /model/emulator.denied/converse".into(),
            "403 AccessDeniedException: You don't have access to the model with the specified model ID.",
        ),
    ];
    for (line, expected) in table {
        let head = format!("{line} HTTP/1.1\r\nauthorization: {SIGV4}");
        let reply = client::raw(&emulator, &head, hello().to_string().as_bytes()).await.unwrap();
        let got = if reply.status == 200 { String::new() } else { reply.refusal() };
        assert_eq!(got, expected, "{line}");
    }
}

#[tokio::test]
async fn an_authorization_has_to_be_there_and_look_right() {
    let emulator = Emulator::start().await.unwrap();
    let incomplete = "403 IncompleteSignatureException: Authorization header requires 'Signature' parameter. \
                      Authorization header requires 'SignedHeaders' parameter.";
    let table = [
        ("", "403 MissingAuthenticationTokenException: Missing Authentication Token"),
        ("\r\nauthorization: Bearer key", ""),
        ("\r\nauthorization: bearer key", ""),
        (
            "\r\nauthorization: Bearer ",
            "403 AccessDeniedException: Authentication failed: Please make sure your API Key is valid.",
        ),
        (
            "\r\nauthorization: Basic abc",
            "403 IncompleteSignatureException: Authorization header requires 'Credential' parameter. Authorization=Basic",
        ),
        ("\r\nauthorization: AWS4-HMAC-SHA256 Credential=A/20260101/us-east-1/bedrock/aws4_request", incomplete),
        (
            "\r\nauthorization: AWS4-HMAC-SHA256 Credential=A/20260101/us-east-1/s3/aws4_request,SignedHeaders=host,Signature=0",
            "403 InvalidSignatureException: Credential should be scoped to correct service: 'bedrock'.",
        ),
        (
            "\r\nauthorization: AWS4-HMAC-SHA256 Credential=A,SignedHeaders=host,Signature=0",
            "403 IncompleteSignatureException: Credential must have exactly 5 slash-delimited elements, e.g. \
             keyid/date/region/service/term.",
        ),
    ];
    for (header, expected) in table {
        let head = format!("POST /model/{MODEL}/converse HTTP/1.1{header}");
        let reply = client::raw(&emulator, &head, hello().to_string().as_bytes()).await.unwrap();
        let got = if reply.status == 200 { String::new() } else { reply.refusal() };
        assert_eq!(got, expected, "{header}");
    }
}

#[tokio::test]
async fn every_request_is_remembered_as_it_came() {
    let emulator = Emulator::start().await.unwrap();
    client::converse(&emulator, &hello()).await;
    client::raw(&emulator, "GET /nowhere?x=%2F HTTP/1.1\r\nX-Mine: yes", b"").await.unwrap();
    let requests = emulator.requests();
    assert_eq!(requests.len(), 2);
    assert_eq!(requests[0].method, "POST");
    assert_eq!(requests[0].path, format!("/model/{MODEL}/converse"));
    assert_eq!(requests[0].body, hello().to_string());
    assert_eq!(requests[0].header("Authorization"), Some(SIGV4));
    assert!(!format!("{:?}", requests[0]).contains("AKIDEXAMPLE"));
    assert_eq!((requests[1].path.as_str(), requests[1].header("x-mine")), ("/nowhere?x=%2F", Some("yes")));
    emulator.clear_requests();
    assert_eq!(emulator.requests().len(), 0);
}

#[tokio::test]
async fn a_call_is_open_until_it_is_answered_or_its_client_goes_away() {
    let emulator = Emulator::start().await.unwrap();
    for operation in ["converse", "converse-stream"] {
        let head = client::head(operation, MODEL, Some("stall"));
        let stream = client::open(&emulator, &head, hello().to_string().as_bytes()).await.unwrap();
        until(|| emulator.open_calls() == 1).await;
        drop(stream);
        until(|| emulator.open_calls() == 0).await;
    }
    client::converse(&emulator, &hello()).await;
    until(|| emulator.open_calls() == 0).await;
}

#[tokio::test]
async fn dropping_the_emulator_ends_what_it_serves() {
    let emulator = Emulator::start().await.unwrap();
    let addr = emulator.addr();
    let head = client::head("converse-stream", MODEL, Some("stall"));
    let mut stream = client::open(&emulator, &head, hello().to_string().as_bytes()).await.unwrap();
    until(|| emulator.open_calls() == 1).await;
    drop(emulator);
    let mut bytes = Vec::new();
    let ended = tokio::io::AsyncReadExt::read_to_end(&mut stream, &mut bytes);
    tokio::time::timeout(Duration::from_secs(5), ended).await.unwrap().unwrap();
    assert!(!bytes.ends_with(b"0\r\n\r\n"), "a stalled body must not look whole");
    let mut refused = false;
    for _ in 0..500 {
        refused = tokio::net::TcpStream::connect(addr).await.is_err();
        if refused {
            break;
        }
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    assert!(refused);
}

/// Waits for a state that another task brings about.
async fn until(condition: impl Fn() -> bool) {
    for _ in 0..1_000 {
        if condition() {
            return;
        }
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    panic!("it never came to that");
}
