//! Chat completions that go well.

use crate::common::{Gateway, finish, question};
use serde_json::{Value, json};

#[tokio::test]
async fn an_answer_in_one_piece_has_openais_shape() {
    let gateway = Gateway::start("").await;
    let answer = gateway.chat(&question(json!({"temperature": 0.7}))).await;
    assert_eq!(answer.status, 200, "{}", answer.text);
    assert_eq!(answer.header("content-type"), "application/json");
    assert_eq!(answer.header("x-amzn-requestid"), "00000000-0000-4000-8000-000000000001");
    assert_eq!(answer.header("x-bedrock-route"), "converse");
    assert_eq!(answer.header("x-bedrock-warnings"), "");
    let json = answer.json();
    assert_eq!((&json["object"], &json["model"]), (&json!("chat.completion"), &json!("nova")));
    assert!(json["choices"][0]["message"]["content"].as_str().unwrap().contains("Say hello"));
    assert_eq!(json["choices"][0]["finish_reason"], "stop");
    assert!(json["usage"]["total_tokens"].as_u64().unwrap() > 0);
    let requests = gateway.emulator.requests();
    assert_eq!(requests[0].path, "/model/us.amazon.nova-lite-v1%3A0/converse");
    let body =
        r#"{"messages":[{"role":"user","content":[{"text":"Say hello"}]}],"inferenceConfig":{"temperature":0.7}}"#;
    assert_eq!(requests[0].body, body);
}

#[tokio::test]
async fn a_stream_is_server_sent_events_and_ends_with_done() {
    let gateway = Gateway::start("").await;
    let answer = gateway.chat(&question(json!({"stream": true, "stream_options": {"include_usage": true}}))).await;
    assert_eq!(answer.status, 200, "{}", answer.text);
    assert_eq!(answer.header("content-type"), "text/event-stream; charset=utf-8");
    assert_eq!(answer.header("cache-control"), "no-cache");
    assert_eq!(answer.header("x-accel-buffering"), "no");
    assert_eq!(answer.header("x-amzn-requestid"), "00000000-0000-4000-8000-000000000001");
    assert_eq!(answer.header("x-bedrock-route"), "converse");
    assert_eq!(answer.events().last().unwrap(), "[DONE]");
    let chunks = answer.chunks();
    assert!(chunks.iter().all(|chunk| chunk["object"] == "chat.completion.chunk" && chunk["model"] == "nova"));
    assert_eq!(chunks[0]["choices"][0]["delta"]["role"], "assistant");
    let text: String = chunks.iter().filter_map(|chunk| chunk["choices"][0]["delta"]["content"].as_str()).collect();
    assert!(text.contains("Say hello"), "{text}");
    let (usage, before) = chunks.split_last().unwrap();
    assert_eq!(usage["choices"], json!([]));
    assert!(usage["usage"]["completion_tokens"].as_u64().unwrap() > 0);
    assert!(before.iter().all(|chunk| chunk.get("usage") == Some(&Value::Null)));
    assert_eq!(before.last().unwrap()["choices"][0]["finish_reason"], "stop");
}

#[tokio::test]
async fn a_stream_without_include_usage_has_no_usage() {
    let gateway = Gateway::start("").await;
    let answer = gateway.chat(&question(json!({"stream": true}))).await;
    assert!(answer.chunks().iter().all(|chunk| chunk.get("usage").is_none()), "{}", answer.text);
}

#[tokio::test]
async fn a_tool_call_is_streamed() {
    let gateway = Gateway::start("").await;
    let tool = json!({"type": "function", "function": {"name": "get_weather", "parameters":
        {"type": "object", "properties": {"city": {"type": "string"}}, "required": ["city"]}}});
    let answer = gateway.chat(&question(json!({"stream": true, "tools": [tool], "tool_choice": "required"}))).await;
    let calls: Vec<Value> =
        answer.chunks().iter().filter_map(|chunk| chunk["choices"][0]["delta"].get("tool_calls").cloned()).collect();
    assert_eq!(calls[0][0]["function"]["name"], "get_weather");
    let arguments: String = calls.iter().filter_map(|call| call[0]["function"]["arguments"].as_str()).collect();
    assert!(serde_json::from_str::<Value>(&arguments).unwrap()["city"].is_string(), "{arguments}");
}

#[tokio::test]
async fn what_is_left_out_is_said_in_a_header() {
    let gateway = Gateway::start("litellm_settings: {drop_params: true}").await;
    for stream in [false, true] {
        let answer = gateway.chat(&question(json!({"seed": 1, "logit_bias": {"5": 1}, "stream": stream}))).await;
        assert_eq!(answer.status, 200, "{}", answer.text);
        assert_eq!(answer.header("x-bedrock-warnings"), "dropped=logit_bias, dropped=seed");
    }
}

#[tokio::test]
async fn the_paths_name_of_the_model_wins() {
    let gateway = Gateway::start("").await;
    for path in ["/openai/deployments/nova/chat/completions", "/engines/nova/chat/completions"] {
        let answer = finish(gateway.post(path).json(&question(json!({"model": "other"})))).await;
        assert_eq!((answer.status, &answer.json()["model"]), (200, &json!("nova")), "{}", answer.text);
    }
    let answer = finish(gateway.post("/chat/completions").json(&question(json!({})))).await;
    assert_eq!(answer.status, 200);
}

#[tokio::test]
async fn a_wildcard_serves_every_model_of_its_pattern() {
    let gateway = Gateway::start("").await;
    for name in ["bedrock/converse/meta.llama3-1-8b-instruct-v1:0", "meta.llama3-1-8b-instruct-v1:0"] {
        let answer = gateway.chat(&question(json!({"model": name}))).await;
        assert_eq!((answer.status, &answer.json()["model"]), (200, &json!(name)), "{}", answer.text);
    }
    let paths: Vec<_> = gateway.emulator.requests().iter().map(|request| request.path.clone()).collect();
    assert_eq!(paths, ["/model/meta.llama3-1-8b-instruct-v1%3A0/converse"; 2]);
}

#[tokio::test]
async fn a_deployments_parameters_fill_what_a_request_leaves_open() {
    let params = r#", temperature: 0.5, max_tokens: 100, top_k: 7, extra_headers: {x-team: blue}"#;
    let gateway = Gateway::with_params(params, "").await;
    gateway.chat(&question(json!({"max_completion_tokens": 9}))).await;
    assert_eq!(
        gateway.sent(),
        json!({
            "messages": [{"role": "user", "content": [{"text": "Say hello"}]}],
            "inferenceConfig": {"maxTokens": 9, "temperature": 0.5},
            "additionalModelRequestFields": {"inferenceConfig": {"topK": 7}},
        })
    );
    assert_eq!(gateway.emulator.requests()[0].header("x-team"), Some("blue"));
}

#[tokio::test]
async fn a_configured_guardrail_is_not_the_callers_to_choose() {
    let params = r#", guardrailConfig: {guardrailIdentifier: ours, guardrailVersion: "1"}"#;
    let gateway = Gateway::with_params(params, "").await;
    let theirs = json!({"guardrailIdentifier": "theirs", "guardrailVersion": "1"});
    let answer = gateway.chat(&question(json!({"guardrailConfig": theirs}))).await;
    assert_eq!(answer.header("x-bedrock-warnings"), "adjusted=guardrailConfig");
    assert_eq!(gateway.sent()["guardrailConfig"]["guardrailIdentifier"], "ours");
}

#[tokio::test]
async fn the_requests_region_wins_over_the_deployments() {
    let gateway = Gateway::start("").await;
    let arn = "bedrock/arn:aws:bedrock:us-west-2::foundation-model/amazon.nova-lite-v1:0";
    for body in [json!({}), json!({"model": arn}), json!({"model": arn, "aws_region_name": "eu-west-3"})] {
        let answer = gateway.chat(&question(body)).await;
        assert_eq!(answer.status, 200, "{}", answer.text);
    }
    let scopes: Vec<String> = gateway
        .emulator
        .requests()
        .iter()
        .map(|request| request.header("authorization").unwrap().split('/').nth(2).unwrap().to_owned())
        .collect();
    assert_eq!(scopes, ["us-east-1", "us-east-1", "eu-west-3"]);
}

#[tokio::test]
async fn images_behind_urls_are_fetched_from_allowed_hosts_only() {
    const PNG: &[u8] = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\0\x01\0\0\0\x01\x08\x06\0\0\0";
    let images = axum::Router::new().route("/a.png", axum::routing::get(|| async { PNG }));
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/a.png", listener.local_addr().unwrap());
    tokio::spawn(async move { axum::serve(listener, images).await });
    let part = json!({"type": "image_url", "image_url": {"url": url}});
    let body = question(json!({"messages": [{"role": "user", "content": [part]}]}));

    for settings in ["", "general_settings: {fetch_urls: false}"] {
        let gateway = Gateway::start(settings).await;
        let answer = gateway.chat(&body).await;
        assert_eq!(answer.status, 400, "{}", answer.text);
        let param = answer.json()["error"]["param"].as_str().unwrap().to_owned();
        assert!(param.starts_with("messages[0].content[0]"), "{param}");
        assert_eq!(gateway.emulator.requests().len(), 0);
    }
    for settings in ["user_url_validation: false", "user_url_allowed_hosts: [127.0.0.1]"] {
        let gateway = Gateway::start(&format!("litellm_settings: {{{settings}}}")).await;
        let answer = gateway.chat(&body).await;
        assert_eq!(answer.status, 200, "{}", answer.text);
        assert_eq!(gateway.sent()["messages"][0]["content"][0]["image"]["format"], "png");
    }
}
