//! AWS's code, message and request id survive, and what happens on the way to AWS has a kind.
#![expect(clippy::unwrap_used, reason = "tests")]

mod common;

use std::error::Error;

use bedrock_transform::{ErrorKind, Operation};
use bedrock_transport::{Transport, TransportError, sdk};
use common::{call, config, replay, response, transport};

const EXCEPTIONS: &[(u16, &str, &str)] = &[
    (400, "ValidationException", r#"{"message":"The provided model identifier is invalid."}"#),
    (400, "ValidationException", r#"{"message":"Input is too long for requested model."}"#),
    (400, "ServiceQuotaExceededException", r#"{"message":"quota"}"#),
    (403, "AccessDeniedException", r#"{"Message":"You don't have access"}"#),
    (403, "ExpiredTokenException:http://internal.amazon.com/coral/", r#"{"message":"expired"}"#),
    (403, "UnrecognizedClientException", r#"{"message":"The security token is invalid"}"#),
    (404, "ResourceNotFoundException", r#"{"message":"no such model"}"#),
    (408, "ModelTimeoutException", r#"{"message":"too slow"}"#),
    (424, "ModelErrorException", r#"{"message":"the model failed","originalStatusCode":500}"#),
    (429, "ModelNotReadyException", r#"{"message":"warming up"}"#),
    (429, "ThrottlingException", r#"{"message":"Too many tokens"}"#),
    (500, "InternalServerException", r#"{"message":"oops"}"#),
    (503, "ServiceUnavailableException", r#"{"message":"later"}"#),
    (503, "", "<html><h1>503</h1></html>"),
    (502, "", ""),
    (418, "BrandNewException", r#"{"message":"new"}"#),
];

async fn fail(operation: Operation, client: impl sdk::config::HttpClient + 'static) -> TransportError {
    let transport = Transport::connect(config().with_max_attempts(1).with_http_client(client)).await.unwrap();
    match operation {
        Operation::Converse | Operation::InvokeModel => transport.send(&call(operation)).await.unwrap_err(),
        _ => transport.stream(&call(operation)).await.unwrap_err(),
    }
}

#[tokio::test]
async fn every_exception_keeps_its_code_message_and_request_id_on_every_operation() {
    let mut tables = Vec::new();
    for operation in [
        Operation::Converse,
        Operation::ConverseStream,
        Operation::InvokeModel,
        Operation::InvokeModelWithResponseStream,
    ] {
        let mut table = String::new();
        for &(status, error_type, body) in EXCEPTIONS {
            let headers = [("x-amzn-errortype", error_type)];
            let headers = if error_type.is_empty() { &[][..] } else { &headers[..] };
            let error = fail(operation, replay([response(status, headers, body)])).await;
            assert_eq!(error.upstream().status, Some(status));
            assert!(error.source().is_some());
            table.push_str(&format!("{status} {:?}: {error}\n", error.kind()));
        }
        tables.push(table);
    }
    insta::assert_snapshot!(tables[0], @r"
    400 InvalidRequest: ValidationException: The provided model identifier is invalid. (request id req-1)
    400 ContextWindow: ValidationException: Input is too long for requested model. (request id req-1)
    400 QuotaExceeded: ServiceQuotaExceededException: quota (request id req-1)
    403 AccessDenied: AccessDeniedException: You don't have access (request id req-1)
    403 Credentials: ExpiredTokenException: expired (request id req-1)
    403 Credentials: UnrecognizedClientException: The security token is invalid (request id req-1)
    404 NotFound: ResourceNotFoundException: no such model (request id req-1)
    408 Timeout: ModelTimeoutException: too slow (request id req-1)
    424 ModelFailed: ModelErrorException: the model failed (request id req-1)
    429 ModelNotReady: ModelNotReadyException: warming up (request id req-1)
    429 Throttled: ThrottlingException: Too many tokens (request id req-1)
    500 Internal: InternalServerException: oops (request id req-1)
    503 Overloaded: ServiceUnavailableException: later (request id req-1)
    503 Overloaded: HTTP 503: <html><h1>503</h1></html> (request id req-1)
    502 Internal: HTTP 502: AWS sent no message (request id req-1)
    418 InvalidRequest: BrandNewException: new (request id req-1)
    ");
    assert!(tables.iter().all(|table| *table == tables[0]));
}

#[tokio::test]
async fn a_closed_port_is_a_connection_error() {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let endpoint = format!("http://{}", listener.local_addr().unwrap());
    drop(listener);
    let transport = Transport::connect(config().with_endpoint(endpoint).with_max_attempts(1)).await.unwrap();
    let error = transport.send(&call(Operation::Converse)).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Connection, "{error}");
    assert!(error.is_retryable());
    assert!(error.to_string().to_lowercase().contains("connection refused"), "{error}");
}

#[tokio::test]
async fn a_client_without_identity_has_no_credentials() {
    let bare = sdk::Config::builder()
        .behavior_version(sdk::config::BehaviorVersion::latest())
        .region(sdk::config::Region::new("us-east-1"))
        .http_client(replay([]))
        .build();
    let transport = Transport::from_client(sdk::Client::from_conf(bare));
    let error = transport.send(&call(Operation::Converse)).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Credentials);
    insta::assert_snapshot!(error, @"CredentialsError: no AWS credentials: set AWS_BEARER_TOKEN_BEDROCK, or AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or AWS_PROFILE, or run where a role is attached");
    let unsigned = transport.sign(&call(Operation::Converse)).await.unwrap();
    assert!(!unsigned.signed && unsigned.header("authorization").is_none());
    assert_eq!(unsigned.url, "https://bedrock-runtime.us-east-1.amazonaws.com/model/amazon.nova-lite-v1%3A0/converse");
}

#[tokio::test]
async fn a_call_without_region_says_what_to_set_before_anything_is_sent() {
    let bare =
        sdk::Config::builder().behavior_version(sdk::config::BehaviorVersion::latest()).http_client(replay([])).build();
    let transport = Transport::from_client(sdk::Client::from_conf(bare));
    let error = transport.send(&call(Operation::Converse)).await.unwrap_err();
    insta::assert_snapshot!(
        error,
        @"MissingRegion: no AWS region: set AWS_REGION, or `region` in the profile or the configuration"
    );
}

#[tokio::test]
async fn an_empty_model_id_is_refused() {
    let mut call = call(Operation::Converse);
    call.target = bedrock_transform::Target::new("");
    let error = transport(replay([])).await.send(&call).await.unwrap_err();
    insta::assert_snapshot!(error, @"InvalidRequest: failed to construct request: model_id was missing: cannot be empty or unset");
}
