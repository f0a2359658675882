//! The body on the wire is the call's body, byte for byte, and what goes with it is the SDK's.
#![expect(clippy::unwrap_used, reason = "tests")]

mod common;

use aws_smithy_http_client::test_util::capture_request;
use bedrock_transform::{Operation, Outgoing, Target};
use bedrock_transport::sdk::config::http::HttpRequest;
use bedrock_transport::{Auth, Transport};
use common::{BODY, EVENT_STREAM, call, config, replay, response, transport};

const OPERATIONS: [(Operation, &str); 4] = [
    (Operation::Converse, "converse"),
    (Operation::ConverseStream, "converse-stream"),
    (Operation::InvokeModel, "invoke"),
    (Operation::InvokeModelWithResponseStream, "invoke-with-response-stream"),
];

/// The request that `call` becomes on the wire.
async fn on_the_wire(call: &Outgoing, auth: Auth) -> HttpRequest {
    let (client, request) = capture_request(Some(response(200, &[EVENT_STREAM], "").map(Into::into)));
    let transport = Transport::connect(config().with_auth(auth).with_http_client(client)).await.unwrap();
    let sent = match call.operation {
        Operation::ConverseStream | Operation::InvokeModelWithResponseStream => transport.stream(call).await.map(drop),
        _ => transport.send(call).await.map(drop),
    };
    sent.unwrap();
    request.expect_request()
}

fn keys() -> Auth {
    Auth::keys("AKIDEXAMPLE", "wJalrXUtnFEMI")
}

#[tokio::test]
async fn the_body_is_the_calls_own_on_every_operation() {
    for (operation, path) in OPERATIONS {
        let request = on_the_wire(&call(operation), keys()).await;
        assert_eq!(request.body().bytes(), Some(BODY.as_bytes()), "{path}");
        assert_eq!(
            request.uri(),
            format!("https://bedrock-runtime.us-east-1.amazonaws.com/model/amazon.nova-lite-v1%3A0/{path}")
        );
        assert_eq!(request.method(), "POST");
        assert_eq!(request.headers().get("content-type"), Some("application/json"), "{path}");
        assert_eq!(request.headers().get("content-length"), Some(BODY.len().to_string().as_str()), "{path}");
        let authorization = request.headers().get("authorization").unwrap();
        assert!(authorization.starts_with("AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/"), "{authorization}");
        assert!(authorization.contains("/us-east-1/bedrock/aws4_request"), "{authorization}");
    }
}

#[tokio::test]
async fn jobs_are_started_with_the_calls_own_body_and_asked_for_without() {
    let start = on_the_wire(&call(Operation::StartAsyncInvoke), keys()).await;
    assert_eq!((start.method(), start.body().bytes()), ("POST", Some(BODY.as_bytes())));
    assert_eq!(start.uri(), "https://bedrock-runtime.us-east-1.amazonaws.com/async-invoke");
    assert_eq!(start.headers().get("content-length"), Some(BODY.len().to_string().as_str()));
    let mut ask = call(Operation::GetAsyncInvoke);
    ask.target = Target::new("arn:aws:bedrock:us-east-1:123456789012:async-invoke/abcdefghijkl");
    ask.body = Vec::new().into();
    let ask = on_the_wire(&ask, keys()).await;
    assert_eq!((ask.method(), ask.body().bytes()), ("GET", Some(b"".as_slice())));
    assert_eq!(
        ask.uri(),
        "https://bedrock-runtime.us-east-1.amazonaws.com/async-invoke/\
         arn%3Aaws%3Abedrock%3Aus-east-1%3A123456789012%3Aasync-invoke%2Fabcdefghijkl"
    );
}

#[tokio::test]
async fn the_signature_covers_the_body() {
    let transport = Transport::connect(config()).await.unwrap();
    let mut one = call(Operation::Converse);
    let first = transport.sign(&one).await.unwrap();
    // The same second, or the signatures differ for that.
    let first = if first.header("x-amz-date") == transport.sign(&one).await.unwrap().header("x-amz-date") {
        first
    } else {
        transport.sign(&one).await.unwrap()
    };
    one.body = BODY.replace("Hello", "Howdy").into();
    let second = transport.sign(&one).await.unwrap();
    assert_ne!(first.header("authorization"), second.header("authorization"));
    assert!(first.signed && second.signed);
    assert_eq!(second.body, one.body);
}

#[tokio::test(start_paused = true)]
async fn a_throttled_call_is_sent_again_with_the_same_bytes_and_headers() {
    let throttled = || response(429, &[("x-amzn-errortype", "ThrottlingException")], r#"{"message":"slow down"}"#);
    for (operation, path) in OPERATIONS {
        let client = replay([throttled(), throttled(), response(200, &[EVENT_STREAM], "{}")]);
        let transport = transport(client.clone()).await;
        let mut call = call(operation);
        call.headers.push(("x-tenant".to_owned(), "blue".to_owned()));
        match operation {
            Operation::Converse | Operation::InvokeModel => transport.send(&call).await.map(drop).unwrap(),
            _ => transport.stream(&call).await.map(drop).unwrap(),
        }
        let sent: Vec<_> = client.actual_requests().collect();
        assert_eq!(sent.len(), 3, "{path}");
        for request in sent {
            assert_eq!(request.body().bytes(), Some(BODY.as_bytes()), "{path}");
            assert_eq!(request.headers().get("x-tenant"), Some("blue"), "{path}");
        }
    }
}

#[tokio::test]
async fn one_attempt_is_no_retry() {
    let client = replay([response(503, &[("x-amzn-errortype", "ServiceUnavailableException")], "{}")]);
    let config = config().with_http_client(client.clone()).with_max_attempts(1);
    let error = Transport::connect(config).await.unwrap().send(&call(Operation::Converse)).await.unwrap_err();
    assert!(error.is_retryable());
    assert_eq!(client.actual_requests().count(), 1);
}

#[tokio::test]
async fn an_arn_is_percent_encoded_into_the_path() {
    let arn = "arn:aws:bedrock:eu-west-1:123456789012:inference-profile/eu.amazon.nova-lite-v1:0";
    let request = on_the_wire(&Outgoing::new(Operation::Converse, Target::new(arn), BODY), keys()).await;
    assert!(
        request.uri().ends_with(
            "/model/arn%3Aaws%3Abedrock%3Aeu-west-1%3A123456789012%3Ainference-profile%2Feu.amazon.nova-lite-v1%3A0/converse"
        ),
        "{}",
        request.uri()
    );
}

#[tokio::test]
async fn the_callers_headers_come_after_the_signature() {
    let mut call = call(Operation::Converse);
    for (name, value) in [
        ("X-Tenant", "blue"),
        ("X-Amzn-Bedrock-Trace", "ENABLED"),
        ("Host", "evil.example"),
        ("X-Amz-Security-Token", "stolen"),
        ("Content-Length", "1"),
    ] {
        call.headers.push((name.to_owned(), value.to_owned()));
    }
    let request = on_the_wire(&call, keys()).await;
    assert_eq!(request.headers().get("x-tenant"), Some("blue"));
    assert_eq!(request.headers().get("x-amzn-bedrock-trace"), Some("ENABLED"));
    assert_eq!(request.headers().get("host"), None);
    assert_eq!(request.headers().get("x-amz-security-token"), None);
    assert_eq!(request.headers().get("content-length"), Some(BODY.len().to_string().as_str()));
    let authorization = request.headers().get("authorization").unwrap();
    assert!(authorization.starts_with("AWS4-HMAC-SHA256") && !authorization.contains("x-tenant"), "{authorization}");
}

#[tokio::test]
async fn an_authorization_of_the_caller_replaces_the_signature() {
    let mut call = call(Operation::ConverseStream);
    call.headers.push(("Authorization".to_owned(), "Bearer gateway".to_owned()));
    let auth = Auth::temporary_keys("ASIAEXAMPLE", "wJalrXUtnFEMI", "session");
    let request = on_the_wire(&call, auth).await;
    assert_eq!(request.headers().get_all("authorization").collect::<Vec<_>>(), ["Bearer gateway"]);
    assert_eq!(request.headers().get("x-amz-security-token"), None, "the token is not for the gateway");
}

#[tokio::test]
async fn a_header_that_cannot_be_sent_is_refused() {
    for (name, value) in [("bad name", "x"), ("x-tenant", "a\r\nx-admin: yes")] {
        let mut call = call(Operation::Converse);
        call.headers.push((name.to_owned(), value.to_owned()));
        let error = transport(replay([])).await.send(&call).await.unwrap_err();
        assert_eq!(error.kind(), bedrock_transform::ErrorKind::InvalidRequest, "{error}");
    }
}

#[tokio::test]
async fn a_region_of_the_call_changes_host_and_scope() {
    let mut call = call(Operation::Converse);
    call.region = Some("eu-west-3".to_owned());
    let request = on_the_wire(&call, keys()).await;
    assert!(request.uri().starts_with("https://bedrock-runtime.eu-west-3.amazonaws.com/model/"), "{}", request.uri());
    let authorization = request.headers().get("authorization").unwrap();
    assert!(authorization.contains("/eu-west-3/bedrock/aws4_request"), "{authorization}");

    call.region = Some("evil.example/".to_owned());
    let error = transport(replay([])).await.send(&call).await.unwrap_err();
    insta::assert_snapshot!(error, @"InvalidRequest: `evil.example/` is not the name of an AWS region");
}

#[tokio::test]
async fn a_bearer_token_is_no_sigv4() {
    let request = on_the_wire(&call(Operation::Converse), Auth::bearer("bedrock-api-key-x")).await;
    assert_eq!(request.headers().get("authorization"), Some("Bearer bedrock-api-key-x"));
    assert_eq!(request.headers().get("x-amz-date"), None);
    let mut elsewhere = call(Operation::Converse);
    elsewhere.region = Some("eu-west-3".to_owned());
    let request = on_the_wire(&elsewhere, Auth::bearer("bedrock-api-key-x")).await;
    assert_eq!(request.headers().get("authorization"), Some("Bearer bedrock-api-key-x"));
    assert_eq!(request.body().bytes(), Some(BODY.as_bytes()));
}

#[tokio::test]
async fn temporary_keys_bring_their_token() {
    let auth = Auth::temporary_keys("ASIAEXAMPLE", "wJalrXUtnFEMI", "session");
    let request = on_the_wire(&call(Operation::Converse), auth).await;
    assert_eq!(request.headers().get("x-amz-security-token"), Some("session"));
}

#[tokio::test]
async fn an_endpoint_keeps_its_path_and_the_signing_region() {
    let transport = Transport::connect(config().with_endpoint("http://localhost:4000/aws/bedrock/")).await.unwrap();
    let request = transport.sign(&call(Operation::Converse)).await.unwrap();
    assert_eq!(request.url, "http://localhost:4000/aws/bedrock/model/amazon.nova-lite-v1%3A0/converse");
    assert!(request.header("authorization").unwrap().contains("/us-east-1/bedrock/"));

    let error = Transport::connect(config().with_endpoint("localhost:4000")).await.unwrap_err();
    insta::assert_snapshot!(error, @"InvalidRequest: the endpoint `localhost:4000` is not an http:// or https:// URL");
}

#[tokio::test]
async fn what_is_signed_is_what_is_sent() {
    let transport = Transport::connect(config()).await.unwrap();
    for (operation, path) in OPERATIONS {
        let signed = transport.sign(&call(operation)).await.unwrap();
        let sent = on_the_wire(&call(operation), keys()).await;
        assert_eq!((signed.method.as_str(), signed.url.as_str()), (sent.method(), sent.uri()), "{path}");
        let names = |names: Vec<&str>| names.into_iter().map(str::to_owned).collect::<std::collections::BTreeSet<_>>();
        assert_eq!(
            names(signed.headers.iter().map(|(name, _)| name.as_str()).collect()),
            names(sent.headers().iter().map(|(name, _)| name).collect()),
            "{path}"
        );
        assert_eq!(&signed.body[..], BODY.as_bytes());
    }
}

#[tokio::test]
async fn secrets_do_not_print() {
    let config = config().with_auth(Auth::temporary_keys("ASIAEXAMPLE", "wJalrXUtnFEMI", "session"));
    let printed = format!("{config:?}");
    let transport = Transport::connect(config).await.unwrap();
    let signed = transport.sign(&call(Operation::Converse)).await.unwrap();
    let printed = format!("{printed} {transport:?} {signed:?} {:?}", Auth::bearer("bedrock-api-key"));
    for secret in ["wJalrXUtnFEMI", "\"session\"", "bedrock-api-key", "Signature="] {
        assert!(!printed.contains(secret), "{secret} in {printed}");
    }
}
