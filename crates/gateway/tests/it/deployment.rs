//! What a deployment adds to its requests and answers.

use std::time::Duration;

use crate::common::{Gateway, finish, question};
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

const CLAUDE: &str = "bedrock/converse/anthropic.claude-3-haiku-20240307-v1:0";

#[tokio::test]
async fn flags_of_claude_in_headers_reach_the_model_if_bedrock_knows_them() {
    let gateway = Gateway::of("nova", CLAUDE, ", extra_headers: {Anthropic-Beta: output-128k-2025-02-19}", "").await;
    let body = question(json!({"extra_headers": {"anthropic-beta": "effort-2025-11-24"}, "allowed_betas": ["own"]}));
    let prompt = json!({"model": "nova", "prompt": "Say hello", "allowed_betas": ["own"]});
    let all = ["effort-2025-11-24", "context-1m-2025-08-07", "own", "output-128k-2025-02-19"];
    for (path, body, flags) in [("chat/completions", body, &all[..]), ("completions", prompt, &all[1..])] {
        let request = gateway.post(&format!("/v1/{path}")).json(&body);
        let request = request.header("anthropic-beta", "context-1m-2025-08-07, new").header("anthropic-beta", "own");
        let answer = finish(request).await;
        let told = (answer.status, answer.header("x-bedrock-warnings"));
        assert_eq!(told, (200, "dropped=anthropic-beta:new"), "{}", answer.text);
        let sent = gateway.emulator.requests().pop().unwrap();
        let body: serde_json::Value = serde_json::from_slice(&sent.body).unwrap();
        assert_eq!(body["additionalModelRequestFields"], json!({"anthropic_beta": flags}));
        assert_eq!(sent.header("anthropic-beta"), None);
    }
}

#[tokio::test]
async fn flags_of_claude_in_headers_are_told_where_the_model_has_no_use_for_them() {
    let gateway = Gateway::start("").await;
    let request = gateway.post("/v1/chat/completions").json(&question(json!({})));
    let answer = finish(request.header("anthropic-beta", "context-1m-2025-08-07")).await;
    assert_eq!((answer.status, answer.header("x-bedrock-warnings")), (200, "dropped=anthropic_beta"));
    assert_eq!(gateway.sent().get("additionalModelRequestFields"), None);
}

#[tokio::test]
async fn a_deployment_limits_the_time_of_a_whole_call_and_of_silence_in_it() {
    let table = [
        (true, "total_timeout: 0.3", "slow=100", "the time for the whole call is over"),
        (false, "total_timeout: 0.3", "stall;after=0", "the call was not complete after 300ms"),
        (true, "idle_timeout: 0.2, timeout: 20", "stall;after=2", "AWS sent nothing for 200ms within an answer"),
    ];
    for (stream, limit, fault, reason) in table {
        let gateway = Gateway::with_params(&format!(", num_retries: 0, {limit}"), "").await;
        gateway.emulator.script(fault.parse().unwrap());
        let begun = std::time::Instant::now();
        let answer = gateway.chat(&question(json!({"stream": stream}))).await;
        assert!(begun.elapsed() < Duration::from_secs(2), "{:?}", begun.elapsed());
        let last = answer.text.trim_end().rsplit("\n\n").next().unwrap();
        let status = if stream { 200 } else { 408 };
        let is_told = last.contains(reason) && last.contains("timeout_error");
        assert!(answer.status == status && is_told, "{} {}", answer.status, answer.text);
        gateway.open_calls(0).await;
        assert_eq!(gateway.sent().get("additionalModelRequestFields"), None);
    }
}
