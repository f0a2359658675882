//! What the emulator says.

use bedrock_emulator::Emulator;
use serde_json::{Value, json};

use crate::client::{self, hello, user, weather_tool, with};

async fn answer(request: &Value) -> Value {
    let emulator = Emulator::start().await.unwrap();
    let reply = client::converse(&emulator, request).await;
    assert_eq!(reply.status, 200, "{}", reply.text());
    reply.json()
}

async fn text(request: &Value) -> String {
    answer(request).await["output"]["message"]["content"][0]["text"].as_str().unwrap().to_owned()
}

fn weather(text: &str) -> Value {
    with(user(text), json!({ "toolConfig": { "tools": [weather_tool()] } }))
}

/// The tools called, with their input.
fn calls(answer: &Value) -> Vec<(String, Value)> {
    let blocks = answer["output"]["message"]["content"].as_array().unwrap();
    blocks
        .iter()
        .filter_map(|block| Some((block["toolUse"]["name"].as_str()?.to_owned(), block["toolUse"]["input"].clone())))
        .collect()
}

const CLOSING: &str = "This answer comes from the offline emulator, which made it from your request alone.";

#[tokio::test]
async fn equal_requests_have_equal_answers() {
    for request in [hello(), weather("Weather in Oslo?")] {
        assert_eq!(answer(&request).await, answer(&request).await);
    }
    let (oslo, rome) = (answer(&weather("Weather in Oslo?")).await, answer(&weather("Weather in Rome?")).await);
    let id =
        |answer: &Value| answer["output"]["message"]["content"][0]["toolUse"]["toolUseId"].as_str().unwrap().to_owned();
    assert_ne!(id(&oslo), id(&rome));
    assert_eq!(id(&oslo).len(), "tooluse_".len() + 22);
}

#[tokio::test]
async fn a_prompt_is_quoted() {
    assert_eq!(text(&hello()).await, format!("You said: \"Hello, you.\". {CLOSING}"));
}

#[tokio::test]
async fn an_answer_goes_on_from_a_prefill() {
    let prefilled = |prefill: &str| {
        json!({ "messages": [
            { "role": "user", "content": [{ "text": "Say hi" }] },
            { "role": "assistant", "content": [{ "text": prefill }] },
        ] })
    };
    assert_eq!(text(&prefilled("Well,")).await, " and so on, in answer to \"Say hi\".");
    let json = format!("{{{}", text(&prefilled("{")).await);
    assert_eq!(serde_json::from_str::<Value>(&json).unwrap(), json!({ "said": "Say hi" }));
}

#[tokio::test]
async fn an_answer_ends_where_the_request_says() {
    let stopped = with(
        hello(),
        json!({ "inferenceConfig": { "stopSequences": ["you"] }, "additionalModelResponseFieldPaths": ["/stop_sequence"] }),
    );
    let stopped = answer(&stopped).await;
    assert_eq!(stopped["output"]["message"]["content"][0]["text"], "You said: \"Hello, ");
    assert_eq!(stopped["stopReason"], "stop_sequence");
    assert_eq!(stopped["additionalModelResponseFields"], json!({ "stop_sequence": "you" }));

    let short = answer(&with(hello(), json!({ "inferenceConfig": { "maxTokens": 3 } }))).await;
    assert_eq!(short["output"]["message"]["content"][0]["text"], "You said: \"H");
    assert_eq!((&short["stopReason"], &short["usage"]["outputTokens"]), (&json!("max_tokens"), &json!(3)));
}

#[tokio::test]
async fn a_fitting_tool_is_called_with_the_words_of_the_prompt() {
    let answer = answer(&weather("What is the weather in Paris, in celsius?")).await;
    assert_eq!(answer["stopReason"], "tool_use");
    assert_eq!(calls(&answer), [("get_weather".to_owned(), json!({ "city": "Paris", "unit": "celsius" }))]);
}

#[tokio::test]
async fn a_tool_that_does_not_fit_is_not_called() {
    assert_eq!(answer(&weather("Tell me a joke")).await["stopReason"], "end_turn");
}

#[tokio::test]
async fn two_places_are_two_calls() {
    let answer = answer(&weather("Compare the weather of Paris and New York.")).await;
    let cities: Vec<Value> = calls(&answer).into_iter().map(|(_, input)| input["city"].clone()).collect();
    assert_eq!(cities, ["Paris", "New York"]);
}

#[tokio::test]
async fn numbers_of_the_prompt_are_arguments() {
    let tool = json!({ "toolSpec": { "name": "add", "description": "Adds numbers", "inputSchema": { "json": {
        "type": "object",
        "properties": { "a": { "type": "integer" }, "b": { "type": "integer" } },
        "required": ["a", "b"],
    } } } });
    let answer = answer(&with(user("Please add 17 and 25."), json!({ "toolConfig": { "tools": [tool] } }))).await;
    assert_eq!(calls(&answer), [("add".to_owned(), json!({ "a": 17, "b": 25 }))]);
}

#[tokio::test]
async fn a_tool_choice_is_obeyed() {
    let other = json!({ "toolSpec": { "name": "other", "inputSchema": { "json": { "type": "object" } } } });
    let tools = |choice: Value| {
        with(hello(), json!({ "toolConfig": { "tools": [weather_tool(), other], "toolChoice": choice } }))
    };
    assert_eq!(calls(&answer(&tools(json!({ "auto": {} }))).await), []);
    assert_eq!(calls(&answer(&tools(json!({ "any": {} }))).await)[0].0, "get_weather");
    assert_eq!(calls(&answer(&tools(json!({ "tool": { "name": "other" } }))).await)[0].0, "other");
}

#[tokio::test]
async fn the_best_fitting_of_several_tools_is_called() {
    let tool = |name: &str, description: &str| json!({ "toolSpec": { "name": name, "description": description, "inputSchema": { "json": { "type": "object" } } } });
    let tools = json!({ "toolConfig": { "tools": [
        tool("get_time", "The time of day"), tool("sendEmail", "Sends an email"), tool("search_web", "Looks things up"),
    ] } });
    assert_eq!(calls(&answer(&with(user("Send an email to Ada"), tools.clone())).await)[0].0, "sendEmail");
    assert_eq!(calls(&answer(&with(user("What time is it?"), tools)).await)[0].0, "get_time");
}

#[tokio::test]
async fn tool_results_are_quoted() {
    let request = |status: Value, content: Value| {
        let result = json!({ "toolResult": { "toolUseId": "a", "content": content, "status": status } });
        json!({
            "messages": [
                { "role": "user", "content": [{ "text": "Weather in Paris?" }] },
                { "role": "assistant", "content": [{ "toolUse": { "toolUseId": "a", "name": "get_weather", "input": {} } }] },
                { "role": "user", "content": [result] },
            ],
            "toolConfig": { "tools": [weather_tool()] },
        })
    };
    let said = text(&request(Value::Null, json!([{ "text": "18 degrees." }]))).await;
    assert_eq!(said, format!("The tool answered: 18 degrees. {CLOSING}"));
    let said = text(&request(json!("error"), json!([{ "json": { "code": 7 } }]))).await;
    assert_eq!(said, format!("The tool failed: {{\"code\":7}} {CLOSING}"));
    // A forced tool is called once: a client that loops comes to an end.
    let mut forced = request(Value::Null, json!([{ "text": "18" }]));
    forced["toolConfig"]["toolChoice"] = json!({ "any": {} });
    assert_eq!(answer(&forced).await["stopReason"], "end_turn");
}

#[tokio::test]
async fn images_and_documents_are_described() {
    let png = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==";
    let request = json!({ "messages": [{ "role": "user", "content": [
        { "text": "What is this?" },
        { "image": { "format": "png", "source": { "bytes": png } } },
        { "image": { "format": "jpeg", "source": { "s3Location": { "uri": "s3://bucket/cat.jpg" } } } },
        { "document": { "format": "pdf", "name": "report", "source": { "bytes": "aGVsbG8=" } } },
    ] }] });
    assert_eq!(
        text(&request).await,
        format!(
            "I was shown a png image of 1 x 1 pixels (70 bytes) and a jpeg image at s3://bucket/cat.jpg and the pdf document \
             \"report\" (5 bytes). You said: \"What is this?\". {CLOSING}"
        )
    );
}

#[tokio::test]
async fn thinking_comes_first_and_signed() {
    let fields = json!({ "thinking": { "type": "enabled", "budget_tokens": 1024 } });
    let answer = answer(&with(hello(), json!({ "additionalModelRequestFields": fields }))).await;
    let blocks = answer["output"]["message"]["content"].as_array().unwrap();
    let reasoning = &blocks[0]["reasoningContent"]["reasoningText"];
    assert!(reasoning["text"].as_str().unwrap().starts_with("Let me think"));
    assert_eq!(reasoning["signature"].as_str().unwrap().len(), 88);
    assert!(blocks[1]["text"].is_string());
}

#[tokio::test]
async fn a_guardrail_intervenes_at_a_forbidden_word() {
    let config = json!({ "guardrailIdentifier": "abc", "guardrailVersion": "1", "trace": "enabled" });
    let guarded = |text: &str| with(user(text), json!({ "guardrailConfig": config }));
    let blocked = answer(&guarded("Say the FORBIDDEN word")).await;
    assert_eq!(blocked["stopReason"], "guardrail_intervened");
    let topics = &blocked["trace"]["guardrail"]["inputAssessment"]["abc"]["topicPolicy"]["topics"];
    assert_eq!(topics[0]["action"], "BLOCKED");
    let allowed = answer(&guarded("Say a word")).await;
    assert_eq!(allowed["stopReason"], "end_turn");
    assert_eq!(allowed["trace"]["guardrail"]["actionReason"], "No action.");
    assert_eq!(answer(&user("Say the forbidden word")).await["stopReason"], "end_turn");
}

#[tokio::test]
async fn settings_of_the_request_are_repeated() {
    let request = json!({ "performanceConfig": { "latency": "optimized" }, "serviceTier": { "type": "flex" } });
    let answer = answer(&with(hello(), request)).await;
    assert_eq!(answer["performanceConfig"], json!({ "latency": "optimized" }));
    assert_eq!(answer["serviceTier"], json!({ "type": "flex" }));
}

#[tokio::test]
async fn tokens_are_counted_and_add_up() {
    let usage = answer(&user("12345678")).await["usage"].clone();
    assert_eq!((&usage["inputTokens"], &usage["cacheReadInputTokens"]), (&json!(2), &Value::Null));
    assert_eq!(sum(&usage), usage["totalTokens"]);
}

fn sum(usage: &Value) -> Value {
    let names = ["inputTokens", "outputTokens", "cacheReadInputTokens", "cacheWriteInputTokens"];
    names.iter().map(|name| usage[*name].as_u64().unwrap_or_default()).sum::<u64>().into()
}

#[tokio::test]
async fn a_prefix_is_written_once_and_read_afterwards() {
    let emulator = Emulator::start().await.unwrap();
    let request = |system: &str, text: &str| {
        let point = json!({ "cachePoint": { "type": "default" } });
        let hour = json!({ "cachePoint": { "type": "default", "ttl": "1h" } });
        with(
            json!({ "messages": [{ "role": "user", "content": [{ "text": text }, point, { "text": "tail" }] }] }),
            json!({ "system": [{ "text": system }, hour] }),
        )
    };
    let mut rows = Vec::new();
    for (system, text) in
        [("12345678", "abcd"), ("12345678", "abcd"), ("12345678", "other word"), ("different", "abcd")]
    {
        let usage = client::converse(&emulator, &request(system, text)).await.json()["usage"].clone();
        assert_eq!(sum(&usage), usage["totalTokens"]);
        let tokens = |name: &str| usage[name].as_u64().unwrap();
        rows.push((tokens("inputTokens"), tokens("cacheReadInputTokens"), tokens("cacheWriteInputTokens")));
    }
    assert_eq!(rows, [(1, 0, 3), (1, 3, 0), (1, 2, 3), (1, 0, 4)]);
    let fresh = answer(&request("12345678", "abcd")).await;
    assert_eq!(
        fresh["usage"]["cacheDetails"],
        json!([{ "ttl": "1h", "inputTokens": 2 }, { "ttl": "5m", "inputTokens": 1 }])
    );
}
