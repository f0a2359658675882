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
