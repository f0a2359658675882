//! What users of native bodies meet elsewhere as wrong prompts, lost words and misplaced settings, each as a test.

#![expect(clippy::unwrap_used, reason = "tests")]

#[path = "common/call.rs"]
mod call;

use bedrock_transform::{Catalog, ChatCall, ModelSpec, ResponseMeta};
use serde_json::{Value, json};

use call::call;

const ARN: &str = "arn:aws:bedrock:us-east-1:123456789012:imported-model/abcdef123456";

/// Every body that is one prompt, and the member that it is in.
const PROMPTS: &[(&str, &str)] = &[
    ("ai21.j2-ultra-v1", "prompt"),
    ("amazon.titan-text-lite-v1", "inputText"),
    ("invoke/anthropic.claude-instant-v1", "prompt"),
    ("invoke/anthropic.claude-v2:1", "prompt"),
    ("cohere.command-light-text-v14", "prompt"),
    ("invoke/deepseek.r1-v1:0", "prompt"),
    ("deepseek_r1/ARN", "prompt"),
    ("meta.llama2-70b-chat-v1", "prompt"),
    ("invoke/meta.llama3-3-70b-instruct-v1:0", "prompt"),
    ("invoke/meta.llama4-scout-17b-instruct-v1:0", "prompt"),
    ("llama/ARN", "prompt"),
    ("mistral.mixtral-8x7b-instruct-v0:1", "prompt"),
    ("invoke/mistral.mistral-large-2402-v1:0", "prompt"),
    ("mistral/ARN", "prompt"),
    ("qwen2/ARN", "prompt"),
    ("qwen3/ARN", "prompt"),
];

fn ask(model: &str, request: &Value) -> ChatCall {
    call(&model.replace("ARN", ARN), &request.to_string()).unwrap()
}

fn body(model: &str, request: &Value) -> Value {
    serde_json::from_slice(&ask(model, request).outgoing.body).unwrap()
}

#[test]
fn content_in_parts_reads_as_the_same_content_in_one_text() {
    let text = json!({"messages": [{"role": "user", "content": "Grüße, \"Welt\" ☀"}]});
    let parts = json!({"messages": [{"role": "user", "content": [
        {"type": "text", "text": "Grüße, "}, {"type": "text", "text": "\"Welt\" ☀"},
    ]}]});
    for (model, member) in PROMPTS {
        let prompt = body(model, &text)[*member].as_str().unwrap().to_owned();
        assert!(prompt.contains("Grüße, \"Welt\" ☀"), "{model}: {prompt}");
        assert_eq!(body(model, &parts)[*member], prompt, "{model}");
    }
    let message = |request| body("cohere.command-r-v1:0", request)["message"].clone();
    assert_eq!(message(&text), message(&parts));
}

#[test]
fn an_image_for_a_model_that_reads_text_is_refused_with_its_place() {
    let request = json!({"messages": [{"role": "user", "content": [
        {"type": "text", "text": "What is this?"},
        {"type": "image_url", "image_url": {"url": "data:image/png;base64,iVBORw0KGgo="}},
    ]}]});
    let others = ["cohere.command-r-v1:0", "invoke/ai21.jamba-1-5-mini-v1:0", "invoke/openai.gpt-oss-20b-1:0"];
    for model in PROMPTS.iter().map(|(model, _)| *model).chain(others) {
        let error = call(&model.replace("ARN", ARN), &request.to_string()).unwrap_err();
        assert!(error.to_string().starts_with("messages[0].content[1]: "), "{model}: {error}");
    }
}

#[test]
fn claude_2_answers_by_invoke_with_the_prompt_that_it_was_trained_on() {
    let request = json!({"messages": [{"role": "system", "content": "SYS"}, {"role": "user", "content": "Hi"}]});
    let prompt = |model| body(model, &request)["prompt"].clone();
    assert_eq!(prompt("invoke/anthropic.claude-v2:1"), "SYS\n\nHuman: Hi\n\nAssistant:");
    for model in ["invoke/anthropic.claude-v2", "invoke/anthropic.claude-instant-v1"] {
        assert_eq!(prompt(model), "\n\nHuman: <admin>SYS</admin>\n\nHuman: Hi\n\nAssistant:", "{model}");
    }
    let prefill = json!({"messages": [{"role": "user", "content": "Hi"}, {"role": "assistant", "content": "{ "}]});
    let begun = ask("invoke/anthropic.claude-v2:1", &prefill);
    assert!(begun.outgoing.body.starts_with(br#"{"prompt":"\n\nHuman: Hi\n\nAssistant: {""#));
    let warnings: Vec<String> = begun.warnings.iter().map(ToString::to_string).collect();
    assert_eq!(warnings, ["rewritten=messages[1]"]);
}

#[test]
fn a_region_in_a_name_picks_the_region_and_never_stands_in_the_url() {
    let request = json!({"messages": [{"role": "user", "content": "Hi"}]});
    for (model, target) in [
        ("bedrock/us-west-2/meta.llama2-13b-chat-v1", "meta.llama2-13b-chat-v1"),
        (
            "bedrock/invoke/us-west-2/us.anthropic.claude-3-haiku-20240307-v1:0",
            "us.anthropic.claude-3-haiku-20240307-v1:0",
        ),
        ("bedrock/us-west-2/invoke/mistral.mistral-7b-instruct-v0:2", "mistral.mistral-7b-instruct-v0:2"),
        ("bedrock/us-west-2/us.meta.llama3-2-1b-instruct-v1:0", "us.meta.llama3-2-1b-instruct-v1:0"),
    ] {
        let call = ask(model, &request);
        assert_eq!((call.outgoing.target.as_str(), call.outgoing.region.as_deref()), (target, Some("us-west-2")));
    }
}

#[test]
fn command_r_gets_its_history_and_its_tools_in_coheres_shape_and_calls_come_back() {
    let request = json!({
        "messages": [
            {"role": "user", "content": "Hi"},
            {"role": "assistant", "content": "Hello."},
            {"role": "user", "content": "Weather?"},
            {"role": "assistant", "content": null, "tool_calls": [
                {"id": "a", "type": "function", "function": {"name": "weather", "arguments": "{\"city\":\"Bern\"}"}},
                {"id": "b", "type": "function", "function": {"name": "time", "arguments": ""}},
            ]},
            {"role": "tool", "tool_call_id": "b", "content": "noon"},
            {"role": "tool", "tool_call_id": "a", "content": "{\"sky\":\"blue\"}"},
        ],
        "tools": [
            {"type": "function", "function": {"name": "weather", "description": "d", "parameters":
                {"type": "object", "properties": {"city": {"type": "string", "description": "c"}}, "required": ["city"]}}},
            {"type": "function", "function": {"name": "time"}},
        ],
    });
    let call = ask("cohere.command-r-plus-v1:0", &request);
    let body: Value = serde_json::from_slice(&call.outgoing.body).unwrap();
    // The question stands beside what its tools found, the turns before it in the history.
    assert_eq!(body["message"], "Weather?");
    let history = json!([{"role": "USER", "message": "Hi"}, {"role": "CHATBOT", "message": "Hello."}]);
    assert_eq!(body["chat_history"], history);
    assert_eq!(
        body["tools"][0]["parameter_definitions"],
        json!({"city": {"description": "c", "type": "str", "required": true}})
    );
    let results = body["tool_results"].as_array().unwrap();
    let names: Vec<&Value> = results.iter().map(|result| &result["call"]["name"]).collect();
    assert_eq!(names, ["time", "weather"]);
    let answer = br#"{"text":"","finish_reason":"COMPLETE","tool_calls":[{"name":"weather","parameters":{"city":"Rome"}},{"name":"time","parameters":{}}]}"#;
    let read = call.reply.read(answer, &ResponseMeta::new("id", 0)).unwrap();
    let calls: Vec<_> = read.choices[0].message.tool_calls.iter().map(|call| &*call.function.arguments).collect();
    assert_eq!(calls, [r#"{"city":"Rome"}"#, "{}"]);
    assert_eq!(read.choices[0].finish_reason.as_str(), "tool_calls");
}

#[test]
fn jamba_gets_messages_and_all_its_calls_come_in_a_stream_that_it_cannot_make() {
    let request = json!({
        "messages": [{"role": "user", "content": "Hi"}], "max_tokens": 9, "stream": true,
        "tools": [{"type": "function", "function": {"name": "f"}}],
    });
    let call = ask("invoke/ai21.jamba-1-5-large-v1:0", &request);
    let body: Value = serde_json::from_slice(&call.outgoing.body).unwrap();
    assert_eq!((&body["messages"][0]["content"], &body["max_tokens"]), (&json!("Hi"), &json!(9)));
    assert!(body.get("prompt").is_none() && body.get("stream").is_none(), "{body}");
    let answer = br#"{"choices":[{"message":{"content":null,"tool_calls":[{"id":"a","function":{"name":"f","arguments":"{}"}},{"id":"b","function":{"name":"f","arguments":""}}]},"finish_reason":"tool_calls"}]}"#;
    let mut chunks = Vec::new();
    let meta = ResponseMeta::new("id", 0);
    call.reply.replay(answer, &meta, &mut |step| chunks.push(serde_json::to_value(step.to_chunk()).unwrap())).unwrap();
    let calls = chunks.iter().filter_map(|chunk| chunk["choices"][0]["delta"]["tool_calls"][0]["id"].as_str());
    assert_eq!(calls.collect::<Vec<_>>(), ["a", "b"]);
    assert_eq!(chunks.last().unwrap()["choices"][0]["finish_reason"], "tool_calls");
}

#[test]
fn settings_of_the_call_are_headers_and_never_in_a_native_body() {
    for model in PROMPTS.iter().map(|(model, _)| *model).chain([
        "invoke/anthropic.claude-3-haiku-20240307-v1:0",
        "invoke/amazon.nova-lite-v1:0",
        "invoke/openai.gpt-oss-20b-1:0",
        "cohere.command-r-v1:0",
    ]) {
        let call = ask(
            model,
            &json!({
                "messages": [{"role": "user", "content": "Hi"}],
                "requestMetadata": {"team": "a"}, "performanceConfig": {"latency": "optimized"}, "service_tier": "flex",
            }),
        );
        let names: Vec<String> = call.outgoing.headers.iter().map(|(name, _)| name.to_ascii_lowercase()).collect();
        for header in ["request-metadata", "performanceconfig-latency", "service-tier"] {
            assert!(names.iter().any(|name| *name == format!("x-amzn-bedrock-{header}")), "{model}: {names:?}");
        }
        let body = String::from_utf8_lossy(&call.outgoing.body);
        assert!(!body.contains("requestMetadata") && !body.contains("tier") && !body.contains("latency"), "{body}");
    }
}

#[test]
fn fields_for_the_model_are_merged_into_a_native_body_and_never_nested() {
    let request = json!({
        "messages": [{"role": "user", "content": "Hi"}],
        "additionalModelRequestFields": {"one": 1}, "extra_body": {"two": 2}, "three": 3,
    });
    for (model, _) in PROMPTS {
        let body = body(model, &request);
        let place = if body["textGenerationConfig"].is_object() { &body["textGenerationConfig"] } else { &body };
        assert_eq!((&place["one"], &place["two"], &place["three"]), (&json!(1), &json!(2), &json!(3)), "{model}");
    }
}

#[test]
fn a_temperature_above_a_models_scale_is_fitted_and_said() {
    let request = json!({"messages": [{"role": "user", "content": "Hi"}], "temperature": 1.5});
    for row in Catalog::builtin().families().filter(|family| family.chat.is_some()).flat_map(|family| family.models) {
        let Ok(spec) = ModelSpec::resolve(&format!("invoke/{}x", row.prefix), &Catalog::builtin()) else { continue };
        let most = spec.family.chat.as_ref().unwrap().max_temperature;
        let Ok(call) = call(&format!("invoke/{}x", row.prefix), &request.to_string()) else { continue };
        let body = String::from_utf8_lossy(&call.outgoing.body).into_owned();
        let adjusted = call.warnings.iter().any(|warning| warning.to_string() == "adjusted=temperature");
        assert_eq!(adjusted, !body.contains(r#""temperature":1.5"#), "{}: {body}", row.prefix);
        assert!(most.is_none() || adjusted, "{}: {body}", row.prefix);
    }
}

#[test]
fn titan_gets_the_stop_sequences_that_it_knows_once_others_may_be_dropped() {
    let request = json!({"messages": [{"role": "user", "content": "Hi"}], "stop": ["END", "User:", "||"]});
    let stops = |request: &Value| {
        body("amazon.titan-text-express-v1", request)["textGenerationConfig"]["stopSequences"].clone()
    };
    assert_eq!(stops(&request), json!(["END", "User:", "||"]));
    let mut dropping = request;
    dropping["drop_params"] = json!(true);
    assert_eq!(stops(&dropping), json!(["User:", "||"]));
}

#[test]
fn a_begun_answer_ends_the_prompt_or_is_refused() {
    let request =
        json!({"messages": [{"role": "user", "content": "JSON"}, {"role": "assistant", "content": "{\"a\":"}]});
    for (model, member) in PROMPTS {
        match call(&model.replace("ARN", ARN), &request.to_string()) {
            Ok(call) => {
                let body: Value = serde_json::from_slice(&call.outgoing.body).unwrap();
                assert!(body[*member].as_str().unwrap().ends_with("{\"a\":"), "{model}: {body}");
            }
            Err(error) => {
                let expected = "messages[1]: deepseek does not take the start of its answer";
                assert_eq!(error.to_string(), expected, "{model}");
            }
        }
    }
}
