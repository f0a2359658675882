//! What requests may bring of the caller's own: keys, roles, endpoints, each only where the deployment says so, and an endpoint
//! never with anything of the operator's.

use bedrock_emulator::Emulator;
use serde_json::{Value, json};

use crate::common::{Answer, Gateway, finish, question};
use crate::machine::fake_aws::FakeAws;

/// A gateway for any model, whose requests may bring what `names` lists.
async fn allowing(names: &str) -> Gateway {
    Gateway::routed("", |keys| {
        let params = format!(
            "model: 'bedrock/*', {keys}, max_retries: 0, extra_headers: {{X-Operator: hush}}, \
             configurable_clientside_auth_params: [{names}]"
        );
        format!("- {{model_name: 'bedrock/*', litellm_params: {{{params}}}}}\n")
    })
    .await
}

/// A request to each endpoint, with `own` in it.
fn requests(own: &Value) -> Vec<(&'static str, Value)> {
    let nova = "bedrock/us.amazon.nova-lite-v1:0";
    let bodies = [
        ("/v1/chat/completions", question(json!({"model": nova}))),
        ("/v1/chat/completions", question(json!({"model": nova, "stream": true}))),
        ("/v1/completions", json!({"model": nova, "prompt": "Hi"})),
        ("/v1/embeddings", json!({"model": "bedrock/amazon.titan-embed-text-v2:0", "input": "Hi"})),
        ("/v1/images/generations", json!({"model": "bedrock/amazon.nova-canvas-v1:0", "prompt": "a cat"})),
        ("/v2/rerank", json!({"model": "bedrock/invoke/cohere.rerank-v3-5:0", "query": "Hi", "documents": ["Hi"]})),
    ];
    let with_own = |(path, mut body): (&'static str, Value)| {
        body.as_object_mut().unwrap().extend(own.as_object().unwrap().clone());
        (path, body)
    };
    bodies.into_iter().map(with_own).collect()
}

async fn post(gateway: &Gateway, (path, body): &(&str, Value)) -> Answer {
    finish(gateway.post(path).json(body)).await
}

#[tokio::test]
async fn a_caller_is_who_the_request_says_on_every_endpoint() {
    let gateway = allowing("api_key, aws_access_key_id, aws_secret_access_key, aws_session_token").await;
    let pair =
        json!({"aws_access_key_id": "AKIDCALLER", "aws_secret_access_key": "hush-own", "aws_session_token": "own"});
    for (own, expected) in [
        (json!({"api_key": "hush-own"}), "Bearer hush-own"),
        (pair, "AWS4-HMAC-SHA256 Credential=AKIDCALLER/"),
        (json!({}), "AWS4-HMAC-SHA256 Credential=AKID/"),
    ] {
        for request in requests(&own) {
            let answer = post(&gateway, &request).await;
            assert_eq!(answer.status, 200, "{request:?} {}", answer.text);
            let sent = gateway.emulator.requests().pop().unwrap();
            let authorization = sent.header("authorization").unwrap();
            assert!(authorization.starts_with(expected), "{request:?} {authorization}");
            assert_eq!(sent.header("x-amz-security-token"), own["aws_session_token"].as_str(), "{request:?}");
            assert!(!String::from_utf8_lossy(&sent.body).contains("hush"), "{request:?}");
        }
    }
}

#[tokio::test]
async fn what_the_deployment_does_not_name_is_refused_by_name_on_every_endpoint() {
    let gateway = allowing("api_key").await;
    for name in [
        "api_base",
        "base_url",
        "aws_access_key_id",
        "aws_secret_access_key",
        "aws_session_token",
        "aws_profile_name",
        "aws_role_name",
        "aws_web_identity_token",
        "aws_sts_endpoint",
        "aws_bedrock_runtime_endpoint",
    ] {
        for request in requests(&json!({"api_key": "own", name: "https://example.com"})) {
            let error = post(&gateway, &request).await.error();
            let expected = format!("400 invalid_request_error - {name}: ");
            assert!(error.starts_with(&expected), "{request:?} {error}");
        }
    }
    assert_eq!(gateway.emulator.requests().len(), 0);
}

#[tokio::test]
async fn an_endpoint_of_the_requests_own_sees_nothing_of_the_operators() {
    let gateway = allowing("api_key, api_base, aws_bedrock_runtime_endpoint").await;
    let theirs = Emulator::start().await.unwrap();
    for name in ["api_base", "aws_bedrock_runtime_endpoint"] {
        for request in requests(&json!({"api_key": "own", name: theirs.url()})) {
            let answer = post(&gateway, &request).await;
            assert_eq!(answer.status, 200, "{request:?} {}", answer.text);
            let sent = theirs.requests().pop().unwrap();
            assert_eq!((sent.header("authorization"), sent.header("x-operator")), (Some("Bearer own"), None));
        }
    }
    let error = post(&gateway, &requests(&json!({"api_base": theirs.url()}))[0]).await.error();
    insta::assert_snapshot!(error, @"400 invalid_request_error - api_base: api_base: an endpoint of the request's own needs credentials of its own: `api_key`, or a key pair");
    assert_eq!((theirs.requests().len(), gateway.emulator.requests().len()), (12, 0));
}

#[tokio::test]
async fn the_operator_vouches_for_endpoints_by_a_pattern_of_all_of_them() {
    let theirs = Emulator::start().await.unwrap();
    let gateway = allowing(&format!("{{api_base: '{}(/.*)?'}}", theirs.url())).await;
    let to = |url: String| requests(&json!({"api_base": url})).swap_remove(0);
    let answer = post(&gateway, &to(theirs.url())).await;
    assert_eq!(answer.status, 200, "{}", answer.text);
    let sent = theirs.requests().pop().unwrap();
    assert!(sent.header("authorization").unwrap().starts_with("AWS4-HMAC-SHA256 Credential=AKID/"));
    assert_eq!(sent.header("x-operator"), Some("hush"));
    for url in [format!("{}.evil.example", theirs.url()), format!("http://evil.example/{}", theirs.url())] {
        let error = post(&gateway, &to(url)).await.error();
        assert!(error.starts_with("400 invalid_request_error - api_base: "), "{error}");
    }
}

#[tokio::test]
async fn a_role_of_the_requests_own_is_assumed_once() {
    let aws = FakeAws::start().await;
    let names =
        "aws_access_key_id, aws_secret_access_key, aws_role_name, aws_session_name, aws_session_tags, aws_sts_endpoint";
    let gateway = allowing(names).await;
    let own = json!({
        "aws_access_key_id": "AKIDCALLER", "aws_secret_access_key": "s", "aws_session_name": "mine",
        "aws_role_name": "arn:aws:iam::111122223333:role/target", "aws_sts_endpoint": aws.url(),
        "aws_session_tags": [{"Key": "team", "Value": "blue"}],
    });
    for request in requests(&own) {
        let answer = post(&gateway, &request).await;
        assert_eq!(answer.status, 200, "{request:?} {}", answer.text);
        let sent = gateway.emulator.requests().pop().unwrap();
        assert!(sent.header("authorization").unwrap().contains("Credential=ASIAtarget1/"), "{request:?}");
    }
    assert_eq!(aws.calls(), ["AssumeRole(mine team blue) by AKIDCALLER in us-east-1"]);
}

#[tokio::test]
async fn what_does_not_go_together_is_refused_by_name() {
    let names = "api_key, aws_access_key_id, aws_secret_access_key, aws_session_token, aws_profile_name, aws_role_name, \
         aws_session_name, aws_sts_endpoint, aws_web_identity_token, api_base";
    let gateway = allowing(names).await;
    let mut lines = Vec::new();
    for own in [
        r#"{"api_key":5}"#,
        r#"{"api_key":"two words"}"#,
        r#"{"aws_access_key_id":"AKID"}"#,
        r#"{"aws_secret_access_key":"s"}"#,
        r#"{"aws_session_token":"t"}"#,
        r#"{"aws_session_name":"s"}"#,
        r#"{"aws_web_identity_token":"jwt"}"#,
        r#"{"aws_role_name":"arn:aws:iam::1:role/r","aws_web_identity_token":"oidc/env/SECRET"}"#,
        r#"{"aws_role_name":"arn:aws:iam::1:role/r","aws_web_identity_token":"/etc/passwd"}"#,
        r#"{"aws_role_name":"arn:aws:iam::1:role/r","aws_sts_endpoint":"https://example.com"}"#,
        r#"{"aws_profile_name":"p","aws_access_key_id":"AKID","aws_secret_access_key":"s","api_base":"https://example.com"}"#,
        r#"{"aws_profile_name":"none"}"#,
        r#"{"api_key":"own","api_base":"example.com"}"#,
    ] {
        let json = serde_json::from_str(own).unwrap();
        lines.push(format!("{own} {}", post(&gateway, &requests(&json)[0]).await.error()));
    }
    insta::assert_snapshot!(lines.join("\n"), @r#"
    {"api_key":5} 400 invalid_request_error - api_key: api_key: expected a text that is not empty
    {"api_key":"two words"} 400 invalid_request_error - api_key: api_key: is not a Bedrock API key
    {"aws_access_key_id":"AKID"} 400 invalid_request_error - aws_secret_access_key: aws_secret_access_key: is missing: a key pair has two halves
    {"aws_secret_access_key":"s"} 400 invalid_request_error - aws_access_key_id: aws_access_key_id: is missing: a key pair has two halves
    {"aws_session_token":"t"} 400 invalid_request_error - aws_access_key_id: aws_access_key_id: is missing: a key pair has two halves
    {"aws_session_name":"s"} 400 invalid_request_error - aws_session_name: aws_session_name: needs an `aws_role_name`
    {"aws_web_identity_token":"jwt"} 400 invalid_request_error - aws_web_identity_token: aws_web_identity_token: needs an `aws_role_name`
    {"aws_role_name":"arn:aws:iam::1:role/r","aws_web_identity_token":"oidc/env/SECRET"} 400 invalid_request_error - aws_web_identity_token: aws_web_identity_token: expected the token itself
    {"aws_role_name":"arn:aws:iam::1:role/r","aws_web_identity_token":"/etc/passwd"} 400 invalid_request_error - aws_web_identity_token: aws_web_identity_token: expected the token itself
    {"aws_role_name":"arn:aws:iam::1:role/r","aws_sts_endpoint":"https://example.com"} 400 invalid_request_error - aws_sts_endpoint: aws_sts_endpoint: an endpoint of the request's own needs credentials of its own: `api_key`, or a key pair
    {"aws_profile_name":"p","aws_access_key_id":"AKID","aws_secret_access_key":"s","api_base":"https://example.com"} 400 invalid_request_error - api_base: api_base: an endpoint of the request's own needs credentials of its own: `api_key`, or a key pair
    {"aws_profile_name":"none"} 401 authentication_error CredentialsError -: CredentialsError: there is no profile `none` in the AWS config files
    {"api_key":"own","api_base":"example.com"} 400 invalid_request_error - api_base: api_base: `example.com` is not an http:// or https:// URL
    "#);
    assert_eq!(gateway.emulator.requests().len(), 0);
}
