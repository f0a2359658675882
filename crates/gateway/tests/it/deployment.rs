//! What a deployment adds to its requests and answers.

use crate::common::{Gateway, question};
use bedrock_emulator::Fault;
use serde_json::json;

#[tokio::test]
async fn a_silent_stream_says_that_it_is_alive() {
    let gateway = Gateway::with_params(", keepalive_seconds: 0.05", "").await;
    gateway.emulator.script(Fault::Slow { millis: 200 });
    let answer = gateway.chat(&question(json!({"stream": true}))).await;
    assert_eq!(answer.status, 200);
    let comments = answer.text.split_terminator("\n\n").filter(|event| *event == ": ping").count();
    assert!(comments >= 3, "{}", answer.text);
    assert!(answer.text.ends_with("data: [DONE]\n\n"), "{}", answer.text);
}

#[tokio::test]
async fn without_a_keepalive_a_stream_has_no_comments() {
    let gateway = Gateway::start("").await;
    gateway.emulator.script(Fault::Slow { millis: 50 });
    let answer = gateway.chat(&question(json!({"stream": true}))).await;
    assert!(!answer.text.contains(": ping"), "{}", answer.text);
}

#[tokio::test]
async fn cache_markers_are_put_where_the_deployment_says() {
    let points = ", cache_control_injection_points: [{location: message, role: system}]";
    let gateway = Gateway::with_params(points, "").await;
    let messages = json!([{"role": "system", "content": "Be brief."}, {"role": "user", "content": "Hello"}]);
    let answer = gateway.chat(&json!({"model": "nova", "messages": messages})).await;
    assert_eq!(answer.status, 200, "{}", answer.text);
    let body = gateway.emulator.requests().pop().unwrap().body;
    let body: serde_json::Value = serde_json::from_slice(&body).unwrap();
    assert_eq!(body["system"], json!([{"text": "Be brief."}, {"cachePoint": {"type": "default"}}]));
}

#[tokio::test]
async fn a_request_brings_an_api_key_only_where_it_may() {
    let own = question(json!({"api_key": "callers-own"}));
    let gateway = Gateway::start("").await;
    assert_eq!(gateway.chat(&own).await.status, 400);
    let gateway = Gateway::with_params(", configurable_clientside_auth_params: [api_key]", "").await;
    for (body, sent) in [(own, "Bearer callers-own"), (question(json!({})), "AWS4-HMAC-SHA256 Credential=AKID/")] {
        let answer = gateway.chat(&body).await;
        assert_eq!(answer.status, 200, "{}", answer.text);
        let requests = gateway.emulator.requests();
        let request = requests.last().unwrap();
        let authorization = request.header("authorization").unwrap();
        assert!(authorization.starts_with(sent), "{authorization}");
        assert!(!String::from_utf8_lossy(&request.body).contains("callers-own"));
    }
    for wrong in [
        json!({"api_key": "two words"}),
        json!({"api_key": 5}),
        json!({"aws_profile_name": "p"}),
        json!({"api_base": "http://x"}),
    ] {
        assert_eq!(gateway.chat(&question(wrong)).await.status, 400);
    }
}

#[tokio::test]
async fn a_request_has_a_patience_and_retries_of_its_own() {
    let gateway = Gateway::with_params(", num_retries: 0", "").await;
    gateway.emulator.script(Fault::Throttle { times: 1 });
    let answer = gateway.chat(&question(json!({"num_retries": 1}))).await;
    assert_eq!((answer.status, gateway.emulator.requests().len()), (200, 2), "{}", answer.text);
    for wrong in [json!({"num_retries": 11}), json!({"timeout": 0}), json!({"timeout": "soon"})] {
        let name = wrong.as_object().unwrap().keys().next().unwrap().clone();
        let error = gateway.chat(&question(wrong)).await.error();
        assert!(error.starts_with(&format!("400 invalid_request_error - {name}: ")), "{error}");
    }
}
