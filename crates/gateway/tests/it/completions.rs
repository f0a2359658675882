//! Text completions: a prompt is one user message.

use crate::common::{Answer, Gateway, finish};
use serde_json::{Value, json};

async fn complete(gateway: &Gateway, body: Value) -> Answer {
    finish(gateway.post("/v1/completions").json(&body)).await
}

#[tokio::test]
async fn a_prompt_is_a_user_message_and_the_answer_is_text() {
    let gateway = Gateway::start("").await;
    for path in ["/v1/completions", "/completions", "/engines/nova/completions", "/openai/deployments/nova/completions"]
    {
        let body = json!({"model": "nova", "prompt": "Say hello", "max_tokens": 70, "temperature": 0.5});
        let answer = finish(gateway.post(path).json(&body)).await;
        let json = answer.json();
        assert_eq!((answer.status, json["object"].as_str()), (200, Some("text_completion")), "{json}");
        assert!(json["id"].as_str().unwrap().starts_with("cmpl-"));
        assert_eq!(json["choices"][0]["finish_reason"], "stop");
        assert!(json["choices"][0]["text"].as_str().unwrap().contains("Say hello"), "{json}");
        assert!(json["usage"]["total_tokens"].as_u64().unwrap() > 0);
        assert!(!answer.header("x-amzn-requestid").is_empty());
    }
    let sent: Value = serde_json::from_slice(&gateway.emulator.requests()[0].body).unwrap();
    assert_eq!(
        sent,
        json!({
            "messages": [{"role": "user", "content": [{"text": "Say hello"}]}],
            "inferenceConfig": {"maxTokens": 70, "temperature": 0.5},
        })
    );
}

#[tokio::test]
async fn a_list_of_prompts_gives_a_choice_for_each_in_order() {
    let gateway = Gateway::start("").await;
    let prompts = ["one", "two", "three"];
    let json = complete(&gateway, json!({"model": "nova", "prompt": prompts})).await.json();
    let choices = json["choices"].as_array().unwrap();
    assert_eq!(choices.len(), 3);
    for (index, (choice, prompt)) in choices.iter().zip(prompts).enumerate() {
        assert_eq!(choice["index"], index);
        assert!(choice["text"].as_str().unwrap().contains(prompt), "{choice}");
    }
    let usage = &json["usage"];
    let sum = usage["prompt_tokens"].as_u64().unwrap() + usage["completion_tokens"].as_u64().unwrap();
    assert_eq!(usage["total_tokens"], sum);
    assert_eq!(gateway.emulator.requests().len(), 3);
}

#[tokio::test]
async fn a_stream_is_text_and_can_repeat_the_prompt() {
    let gateway = Gateway::start("").await;
    let whole = complete(&gateway, json!({"model": "nova", "prompt": "Hello.", "echo": true})).await.json();
    let options = json!({"include_usage": true});
    let streamed =
        json!({"model": "nova", "prompt": "Hello.", "echo": true, "stream": true, "stream_options": options});
    let answer = complete(&gateway, streamed).await;
    assert_eq!(answer.header("content-type"), "text/event-stream; charset=utf-8");
    assert_eq!(answer.events().last().unwrap(), "[DONE]");
    let chunks = answer.chunks();
    assert!(chunks.iter().all(|chunk| chunk["object"] == "text_completion"));
    let text: String = chunks.iter().filter_map(|chunk| chunk["choices"][0]["text"].as_str()).collect();
    assert!(text.starts_with("Hello."), "{text}");
    assert_eq!(text, whole["choices"][0]["text"].as_str().unwrap());
    let reasons: Vec<_> = chunks.iter().filter_map(|chunk| chunk["choices"][0]["finish_reason"].as_str()).collect();
    assert_eq!(reasons, ["stop"]);
    assert_eq!(chunks.last().unwrap()["usage"], whole["usage"]);
}

#[tokio::test]
async fn what_no_chat_can_do_is_a_400_that_names_it() {
    let gateway = Gateway::start("").await;
    let bodies = [
        json!({"model": "nova"}),
        json!({"model": "nova", "prompt": null}),
        json!({"model": "nova", "prompt": []}),
        json!({"model": "nova", "prompt": 5}),
        json!({"model": "nova", "prompt": [1, 2]}),
        json!({"model": "nova", "prompt": [[1, 2]]}),
        json!({"model": "nova", "prompt": ["a", "b"], "stream": true}),
        json!({"model": "nova", "prompt": "a", "suffix": "b"}),
        json!({"model": "nova", "prompt": "a", "logprobs": 3}),
        json!({"model": "nova", "prompt": "a", "best_of": 2}),
        json!({"model": "nova", "prompt": "a", "echo": "yes"}),
        json!({"model": "nova", "prompt": "a", "temperature": "hot"}),
        json!({"model": "nova", "prompt": "a", "aws_secret_access_key": "x"}),
        json!({"prompt": "a"}),
    ];
    let mut lines = Vec::new();
    for body in bodies {
        lines.push(complete(&gateway, body).await.error());
    }
    assert_eq!(gateway.emulator.requests().len(), 0);
    insta::assert_snapshot!(lines.join("\n"), @r#"
    400 invalid_request_error - prompt: prompt: is missing
    400 invalid_request_error - prompt: prompt: is missing
    400 invalid_request_error - prompt: prompt: is empty
    400 invalid_request_error - prompt: prompt: expected a text or a list of texts; token ids are OpenAI's own
    400 invalid_request_error - prompt: prompt: expected a text or a list of texts; token ids are OpenAI's own
    400 invalid_request_error - prompt: prompt: expected a text or a list of texts; token ids are OpenAI's own
    400 invalid_request_error - prompt: prompt: a stream takes one prompt; send each in a request of its own
    400 invalid_request_error unsupported_parameter suffix: suffix: a chat goes on where the prompt ends; it cannot fill a gap
    400 invalid_request_error unsupported_parameter logprobs: logprobs: Bedrock tells no log probabilities
    400 invalid_request_error unsupported_parameter best_of: best_of: Bedrock gives one answer, and nothing to choose from
    400 invalid_request_error - echo: echo: expected true or false
    400 invalid_request_error - temperature: temperature: invalid type: string "hot", expected f64
    400 invalid_request_error - aws_secret_access_key: aws_secret_access_key: a request may not carry credentials, identities or endpoints; set them where the client is configured
    400 invalid_request_error - model: missing field `model`
    "#);
    let neutral = json!({"model": "nova", "prompt": "a", "suffix": null, "logprobs": 0, "best_of": 1, "n": 1});
    assert_eq!(complete(&gateway, neutral).await.status, 200);
}

#[tokio::test]
async fn what_aws_refuses_is_refused_in_openais_shape() {
    let gateway = Gateway::start("").await;
    gateway.emulator.script(bedrock_emulator::Fault::Throttle { times: 9 });
    let answer = complete(&gateway, json!({"model": "nova", "prompt": "a"})).await;
    assert_eq!(
        (answer.status, answer.json()["error"]["type"].as_str()),
        (429, Some("rate_limit_error")),
        "{}",
        answer.text
    );
}
