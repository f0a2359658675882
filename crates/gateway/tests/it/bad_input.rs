//! Requests that are wrong: a clear 400, and nothing goes to AWS.

use crate::common::{Gateway, finish, question};
use serde_json::{Value, json};

fn messages(messages: Value) -> String {
    question(json!({"messages": messages})).to_string()
}

fn content(part: Value) -> String {
    messages(json!([{"role": "user", "content": [part]}]))
}

#[tokio::test]
async fn every_wrong_request_is_a_400_that_names_the_place() {
    let call = |arguments: &str| {
        json!([
            {"role": "user", "content": "x"},
            {"role": "assistant", "tool_calls": [
                {"id": "1", "type": "function", "function": {"name": "f", "arguments": arguments}}]},
            {"role": "tool", "tool_call_id": "1", "content": "y"},
        ])
    };
    let image = |url: &str| content(json!({"type": "image_url", "image_url": {"url": url}}));
    let bodies = [
        String::new(),
        "{".to_owned(),
        "[]".to_owned(),
        r#"{"model": "nova", "messages": []} x"#.to_owned(),
        r#"{"messages": [{"role": "user", "content": "x"}]}"#.to_owned(),
        r#"{"model": "", "messages": [{"role": "user", "content": "x"}]}"#.to_owned(),
        r#"{"model": "nova"}"#.to_owned(),
        messages(json!([])),
        messages(json!([{"role": "wizard", "content": "x"}])),
        messages(json!([{"role": "user", "content": 5}])),
        messages(json!([{"role": "user"}])),
        image("data:image/png"),
        image("data:image/png;base64,§"),
        image("data:image/tiff;base64,AAAA"),
        messages(json!([{"role": "user", "content": "x"}, {"role": "tool", "tool_call_id": "1", "content": "y"}])),
        messages(call("{not json")),
        question(json!({"max_tokens": -1})).to_string(),
        question(json!({"max_tokens": 0})).to_string(),
        question(json!({"temperature": "hot"})).to_string(),
        question(json!({"seed": 1})).to_string(),
        question(json!({"aws_secret_access_key": "x"})).to_string(),
        question(json!({"api_base": "http://evil"})).to_string(),
        question(json!({"aws_region_name": "evil.example/"})).to_string(),
        question(json!({"extra_headers": {"Authorization": "x"}})).to_string(),
    ];
    let gateway = Gateway::start("").await;
    let mut lines = Vec::new();
    for body in &bodies {
        for body in [body.clone(), body.replacen('{', r#"{"stream":true,"#, 1)] {
            let answer = gateway.chat_text(body.clone()).await;
            assert_eq!((answer.status, answer.header("content-type")), (400, "application/json"), "{body}");
            lines.push(answer.error());
        }
        // The same, whether a stream is asked for or not, as far as the text is JSON.
        let stream = lines.pop().unwrap();
        if body.starts_with('{') && body.len() > 1 && !body.ends_with('x') {
            assert_eq!(lines.last(), Some(&stream));
        }
    }
    assert_eq!(gateway.emulator.requests().len(), 0);
    insta::assert_snapshot!(lines.join("\n"), @r#"
    400 invalid_request_error - -: the request body is not valid JSON: EOF while parsing a value at line 1 column 0
    400 invalid_request_error - -: the request body is not valid JSON: EOF while parsing an object at line 1 column 1
    400 invalid_request_error - -: invalid type: sequence, expected a chat request, an object with `model` and `messages`
    400 invalid_request_error - -: the request body goes on after the JSON ends
    400 invalid_request_error - model: missing field `model`
    400 invalid_request_error - model: `bedrock/` is not a Bedrock model id: it is empty
    400 invalid_request_error - messages: missing field `messages`
    400 invalid_request_error - messages: messages: a conversation needs at least one message
    400 invalid_request_error - messages[0].role: messages[0].role: unknown role `wizard`, expected one of `system`, `developer`, `user`, `assistant`, `tool`, `function`
    400 invalid_request_error - messages[0].content: messages[0].content: invalid type: integer `5`, expected a string or a list of parts
    400 invalid_request_error - messages[0].content: messages[0]: missing field `content`
    400 invalid_request_error - messages[0].content[0].image_url.url: messages[0].content[0].image_url.url: a data: URL needs a comma before its data
    400 invalid_request_error - messages[0].content[0].image_url.url: messages[0].content[0].image_url.url: the data is not base64
    400 invalid_request_error - messages[0].content[0].image_url.url: messages[0].content[0].image_url.url: `image/tiff` is not a format that Bedrock takes; images may be png, jpeg, gif or webp, documents pdf, csv, doc, docx, xls, xlsx, html, txt or md
    400 invalid_request_error - messages[1].tool_call_id: messages[1].tool_call_id: no tool call before it waits for a result with the id `1`
    400 invalid_request_error - messages[1].tool_calls[0].function.arguments: messages[1].tool_calls[0].function.arguments: the arguments are not JSON: key must be a string at line 1 column 2
    400 invalid_request_error - max_tokens: max_tokens: invalid value: integer `-1`, expected a whole number from 0 to 4294967295
    400 invalid_request_error - max_tokens: max_tokens: must be at least 1
    400 invalid_request_error - temperature: temperature: invalid type: string "hot", expected f64
    400 invalid_request_error unsupported_parameter seed: amazon_nova does not support `seed`; to leave it out with a warning, set `drop_params`
    400 invalid_request_error - aws_secret_access_key: aws_secret_access_key: a request may not carry credentials, identities or endpoints; set them where the client is configured
    400 invalid_request_error - api_base: api_base: a request may not carry credentials, identities or endpoints; set them where the client is configured
    400 invalid_request_error - aws_region_name: aws_region_name: expected the name of an AWS region
    400 invalid_request_error - extra_headers.Authorization: extra_headers.Authorization: a request may not set this header
    "#);
}

#[tokio::test]
async fn a_body_above_the_limit_is_a_413() {
    let gateway = Gateway::start("general_settings: {max_request_size_mb: 1}").await;
    let large = question(json!({"user": "x".repeat(3 << 20)})).to_string();
    let announced = gateway.chat_text(large.clone()).await;
    let pieces: Vec<Result<Vec<u8>, std::io::Error>> =
        large.as_bytes().chunks(1 << 16).map(|c| Ok(c.to_vec())).collect();
    let body = reqwest::Body::wrap_stream(futures::stream::iter(pieces));
    let chunked = finish(gateway.post("/v1/chat/completions").body(body)).await;
    for answer in [announced, chunked] {
        insta::allow_duplicates! {
            insta::assert_snapshot!(answer.error(), @"413 invalid_request_error request_too_large -: the request body is larger than 1048576 bytes");
        }
    }
    assert_eq!(gateway.emulator.requests().len(), 0);
}

#[tokio::test]
async fn an_unknown_model_is_a_404() {
    let gateway = Gateway::start("").await;
    let answer = gateway.chat(&question(json!({"model": "openai/gpt-4o"}))).await;
    insta::assert_snapshot!(answer.error(), @"404 invalid_request_error model_not_found model: the model `openai/gpt-4o` does not exist");
    let answer = gateway.chat(&question(json!({"model": "bedrock/agent/X/Y"}))).await;
    insta::assert_snapshot!(answer.error(), @"400 invalid_request_error - model: `bedrock/agent/X/Y` is not a Bedrock model id: only the routes `converse/`, `invoke/` and, for embeddings, `async_invoke/` are served");
}
