//! Ranking goes to bedrock-agent-runtime: our bytes, the SDK's signature, and an endpoint of its own.
#![expect(clippy::unwrap_used, reason = "tests")]

mod common;

use aws_smithy_http_client::test_util::capture_request;
use bedrock_transform::{ErrorKind, Operation, Outgoing, Target};
use bedrock_transport::sdk::config::http::HttpRequest;
use bedrock_transport::{Auth, Config, Transport, agent_sdk, sdk};
use common::{config, replay, response, transport};

const ARN: &str = "arn:aws:bedrock:us-west-2::foundation-model/amazon.rerank-v1:0";
/// Nothing that the SDK's own types could have written.
const BODY: &str = r#"{"unknown":0.7,"queries":[],"a":1}"#;
const ANSWER: &str = r#"{"results":[{"index":0,"relevanceScore":0.6847912669181824,"new":{}}]}"#;

fn call() -> Outgoing {
    let mut call = Outgoing::new(Operation::Rerank, Target::new(ARN), BODY);
    call.region = Some("us-west-2".to_owned());
    call
}

async fn on_the_wire(config: Config, call: &Outgoing) -> HttpRequest {
    let (client, request) = capture_request(Some(response(200, &[], ANSWER).map(Into::into)));
    let transport = Transport::connect(config.with_http_client(client)).await.unwrap();
    transport.send(call).await.unwrap();
    request.expect_request()
}

#[tokio::test]
async fn the_body_is_the_calls_own_and_so_is_the_region() {
    let request = on_the_wire(config(), &call()).await;
    assert_eq!(request.uri(), "https://bedrock-agent-runtime.us-west-2.amazonaws.com/rerank");
    assert_eq!(request.method(), "POST");
    assert_eq!(request.body().bytes(), Some(BODY.as_bytes()));
    assert_eq!(request.headers().get("content-type"), Some("application/json"));
    assert_eq!(request.headers().get("content-length"), Some(BODY.len().to_string().as_str()));
    let authorization = request.headers().get("authorization").unwrap();
    assert!(authorization.contains("/us-west-2/bedrock/aws4_request"), "{authorization}");
}

#[tokio::test]
async fn the_answer_is_awss_to_the_byte_after_a_retry_too() {
    let throttled = response(429, &[("x-amzn-errortype", "ThrottlingException")], r#"{"message":"slow down"}"#);
    let client = replay([throttled, response(200, &[], ANSWER)]);
    let answer = transport(client.clone()).await.send(&call()).await.unwrap();
    assert_eq!(answer.body, ANSWER);
    assert_eq!(answer.meta.request_id.as_deref(), Some("req-1"));
    let bodies: Vec<_> = client.actual_requests().map(|request| request.body().bytes().unwrap()).collect();
    assert_eq!(bodies, [BODY.as_bytes(), BODY.as_bytes()]);
}

#[tokio::test]
async fn errors_keep_awss_words() {
    let table = [
        (400, "ValidationException", ErrorKind::InvalidRequest),
        (403, "AccessDeniedException", ErrorKind::AccessDenied),
        (404, "ResourceNotFoundException", ErrorKind::NotFound),
    ];
    for (status, name, kind) in table {
        let refusal = response(status, &[("x-amzn-errortype", name)], r#"{"message":"The ARN is invalid"}"#);
        let error = transport(replay([refusal])).await.send(&call()).await.unwrap_err();
        assert_eq!(error.kind(), kind);
        assert_eq!(error.to_string(), format!("{name}: The ARN is invalid (request id req-1)"));
    }
}

#[tokio::test]
async fn endpoints_come_in_their_order() {
    const OTHER: &str = "https://vpce-1.bedrock-runtime.us-west-2.vpce.amazonaws.com";
    let own = "https://bedrock-agent-runtime.us-west-2.amazonaws.com/rerank";
    let table = [
        (
            config().with_agent_endpoint("http://localhost:1/a").with_endpoint("http://localhost:2"),
            "http://localhost:1/a/rerank",
        ),
        (config().with_endpoint("http://localhost:2/b"), "http://localhost:2/b/rerank"),
        (config().with_endpoint(OTHER), own),
        (config(), own),
    ];
    for (config, url) in table {
        assert_eq!(on_the_wire(config, &call()).await.uri(), url);
    }
    let error = Transport::connect(config().with_agent_endpoint("localhost")).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::InvalidRequest);
}

#[tokio::test]
async fn an_api_key_is_refused_with_what_to_do() {
    let transport = Transport::connect(config().with_auth(Auth::bearer("api-key"))).await.unwrap();
    let error = transport.send(&call()).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Credentials);
    let message = error.to_string();
    assert!(message.contains("takes AWS keys and no Bedrock API key; with `invoke/`"), "{message}");
    assert!(!message.contains("api-key"), "{message}");
}

#[tokio::test]
async fn the_callers_authorization_takes_the_signatures_place() {
    let mut call = call();
    call.headers.push(("Authorization".to_owned(), "Bearer mine".to_owned()));
    let request = on_the_wire(config(), &call).await;
    assert_eq!(request.headers().get("authorization"), Some("Bearer mine"));
}

#[tokio::test]
async fn it_can_be_signed_without_being_sent() {
    let signed = transport(replay([])).await.sign(&call()).await.unwrap();
    assert_eq!(signed.url, "https://bedrock-agent-runtime.us-west-2.amazonaws.com/rerank");
    assert_eq!(signed.body, BODY);
    assert!(signed.header("authorization").unwrap().contains("Credential=AKIDEXAMPLE/"));
    let nobody = Transport::connect(config().with_auth(Auth::bearer("api-key"))).await.unwrap();
    assert!(!nobody.sign(&call()).await.unwrap().signed);
}

#[tokio::test]
async fn a_client_of_the_callers_own_needs_its_second_half() {
    let runtime = sdk::Config::builder()
        .behavior_version(agent_sdk::config::BehaviorVersion::latest())
        .region(agent_sdk::config::Region::from_static("us-west-2"))
        .build();
    let transport = Transport::from_client(sdk::Client::from_conf(runtime));
    let error = transport.send(&call()).await.unwrap_err();
    assert!(error.to_string().contains("with_agent_client"), "{error}");
    let agent = agent_sdk::Config::builder()
        .behavior_version(agent_sdk::config::BehaviorVersion::latest())
        .region(agent_sdk::config::Region::from_static("us-west-2"))
        .credentials_provider(agent_sdk::config::Credentials::new("AKIDEXAMPLE", "secret", None, None, "test"))
        .http_client(replay([response(200, &[], ANSWER)]))
        .build();
    let transport = transport.with_agent_client(agent_sdk::Client::from_conf(agent));
    assert_eq!(transport.send(&call()).await.unwrap().body, ANSWER);
}
