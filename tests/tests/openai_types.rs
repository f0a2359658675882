//! Third-party eyes: the types of async-openai, which are not ours, read our answers, chunks and errors.
#![expect(clippy::unwrap_used, reason = "tests")]

use std::path::Path;

use async_openai::error::WrappedError;
use async_openai::types::chat::{
    ChatCompletionMessageToolCalls, CreateChatCompletionResponse, CreateChatCompletionStreamResponse, FinishReason,
};
use bedrock_emulator::Emulator;
use facade::transform::{Catalog, ChatReply, ModelSpec, Options, ResponseMeta, chat};
use facade::{Auth, ChatRequest, Client, Config, StreamEvent};
use futures::TryStreamExt as _;
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

const CLAUDE: &str = "us.anthropic.claude-sonnet-4-5-20250929-v1:0";

/// What we say, through their eyes.
fn read<T: DeserializeOwned>(said: &impl Serialize) -> T {
    let text = serde_json::to_string(said).unwrap();
    serde_json::from_str(&text).unwrap_or_else(|error| panic!("{error}: {text}"))
}

/// A client of an emulator of its own.
async fn client() -> (Client, Emulator) {
    let emulator = Emulator::start().await.unwrap();
    let auth = Auth::keys("AKIDEXAMPLE", "secret");
    let config = Config::new().with_region("us-east-1").with_auth(auth).with_endpoint(emulator.url());
    (Client::connect(config.with_max_attempts(1)).await.unwrap(), emulator)
}

/// A question to Claude with more members.
fn request(question: &str, more: Value) -> ChatRequest {
    let mut request = json!({ "model": CLAUDE, "messages": [{ "role": "user", "content": question }] });
    let Value::Object(more) = more else { panic!("{more} is no object") };
    request.as_object_mut().unwrap().extend(more);
    serde_json::from_value(request).unwrap()
}

async fn ask(client: &Client, request: &ChatRequest) -> CreateChatCompletionResponse {
    read(&client.chat(request).await.unwrap().value)
}

async fn stream(client: &Client, request: &ChatRequest) -> Vec<CreateChatCompletionStreamResponse> {
    let chunks: Vec<_> = client.chat_stream(request).await.unwrap().try_collect().await.unwrap();
    chunks.iter().map(read).collect()
}

fn content(answer: &CreateChatCompletionResponse) -> &str {
    answer.choices[0].message.content.as_deref().unwrap()
}

fn joined(chunks: &[CreateChatCompletionStreamResponse]) -> String {
    let choices = chunks.iter().flat_map(|chunk| &chunk.choices);
    choices.filter_map(|choice| choice.delta.content.as_deref()).collect()
}

fn weather() -> Value {
    let parameters = json!({ "type": "object", "properties": { "city": { "type": "string" } }, "required": ["city"] });
    json!({ "tools": [{ "type": "function", "function": { "name": "get_weather", "parameters": parameters } }] })
}

#[tokio::test]
async fn text_reads_whole_and_streamed() {
    let (client, _emulator) = client().await;
    let asked = request("Name a river.", json!({ "stream_options": { "include_usage": true }, "stream": true }));
    let answer = ask(&client, &asked).await;
    assert!(content(&answer).starts_with("You said: \"Name a river.\"."), "{answer:?}");
    assert_eq!(answer.choices[0].finish_reason, Some(FinishReason::Stop));
    assert_eq!(answer.object, "chat.completion");
    let usage = answer.usage.clone().unwrap();
    assert_eq!(usage.total_tokens, usage.prompt_tokens + usage.completion_tokens);

    let chunks = stream(&client, &asked).await;
    assert_eq!(joined(&chunks), content(&answer));
    let (last, others) = chunks.split_last().unwrap();
    assert!(last.choices.is_empty() && others.iter().all(|chunk| chunk.usage.is_none()), "{chunks:?}");
    assert_eq!(last.usage, answer.usage);
    assert!(chunks.iter().all(|chunk| chunk.object == "chat.completion.chunk" && chunk.id == chunks[0].id));
}

#[tokio::test]
async fn tool_calls_read_whole_and_streamed() {
    let (client, _emulator) = client().await;
    let asked = request("Weather in Oslo and Lima?", weather());
    let answer = ask(&client, &asked).await;
    assert_eq!(answer.choices[0].finish_reason, Some(FinishReason::ToolCalls));
    let calls = answer.choices[0].message.tool_calls.clone().unwrap();
    let told = |call: &ChatCompletionMessageToolCalls| match call {
        ChatCompletionMessageToolCalls::Function(call) => {
            (call.id.clone(), call.function.name.clone(), call.function.arguments.clone())
        }
        ChatCompletionMessageToolCalls::Custom(call) => panic!("{call:?}"),
    };
    let told: Vec<_> = calls.iter().map(told).collect();
    assert_eq!(told.len(), 2);
    assert_eq!((&*told[0].1, &*told[0].2), ("get_weather", r#"{"city":"Oslo"}"#));

    let mut streamed = vec![(String::new(), String::new(), String::new()); 2];
    for choice in stream(&client, &asked).await.iter().flat_map(|chunk| &chunk.choices) {
        for piece in choice.delta.tool_calls.iter().flatten() {
            let call = &mut streamed[usize::try_from(piece.index).unwrap()];
            let function = piece.function.as_ref();
            call.0.push_str(piece.id.as_deref().unwrap_or_default());
            call.1.push_str(function.and_then(|function| function.name.as_deref()).unwrap_or_default());
            call.2.push_str(function.and_then(|function| function.arguments.as_deref()).unwrap_or_default());
        }
    }
    assert_eq!(streamed, told);
}

#[tokio::test]
async fn json_reads_whole_and_streamed() {
    let (client, _emulator) = client().await;
    let properties = json!({ "age": { "type": "integer" } });
    let schema =
        json!({ "type": "object", "properties": properties, "required": ["age"], "additionalProperties": false });
    let format = json!({ "type": "json_schema", "json_schema": { "name": "person", "schema": schema } });
    let asked = request("A person aged 41", json!({ "response_format": format }));
    let answer = ask(&client, &asked).await;
    assert_eq!(serde_json::from_str::<Value>(content(&answer)).unwrap(), json!({ "age": 41 }));
    assert_eq!(answer.choices[0].finish_reason, Some(FinishReason::Stop));
    assert_eq!(joined(&stream(&client, &asked).await), content(&answer));
}

#[tokio::test]
async fn errors_read_with_type_param_and_code() {
    let (client, _emulator) = client().await;
    let rows = [
        (request("Hi", json!({ "logit_bias": { "1": 1 } })), (400, "logit_bias", "unsupported_parameter")),
        (request("Hi", json!({ "model": "emulator.missing" })), (404, "-", "model_not_found")),
        (request("Hi", json!({ "model": "emulator.fault.status:429" })), (429, "-", "rate_limit_exceeded")),
    ];
    for (asked, expected) in rows {
        let (status, body) = client.chat(&asked).await.unwrap_err().openai();
        let WrappedError { error } = read(&body);
        let or = |word: &Option<String>| word.clone().unwrap_or_else(|| "-".to_owned());
        assert_eq!((status, &*or(&error.param), &*or(&error.code)), expected, "{error}");
        assert!(error.r#type.is_some() && !error.message.is_empty(), "{error}");
    }
}

/// How the fixture `case` is answered to: with the tools and the format that it was made for.
fn reply(case: &str) -> ChatReply {
    let tools = |names: &[&str]| {
        let tool = |name: &&str| json!({ "type": "function", "function": { "name": name } });
        json!({ "tools": names.iter().map(tool).collect::<Vec<_>>() })
    };
    let schema = json!({ "name": "person", "schema": { "type": "object" } });
    let more = match case {
        "json_tool" => json!({ "response_format": { "type": "json_schema", "json_schema": schema } }),
        "tool_names" => tools(&["a.b", "a:b", "a_b"]),
        _ => tools(&["get_weather", "get_time"]),
    };
    let mut request = request("Hello", more);
    "us.amazon.nova-pro-v1:0".clone_into(&mut request.model);
    request.stream = Some(true);
    let request = request.include_usage();
    let spec = ModelSpec::resolve(&request.model, &Catalog::builtin()).unwrap();
    chat(&request, &spec, &Options::default()).unwrap().reply
}

/// The texts of the fixtures that end in `.extension`, by name.
fn fixtures(extension: &str) -> Vec<(String, String)> {
    let folder =
        Path::new(env!("CARGO_MANIFEST_DIR")).join("../crates/bedrock-transform/tests/fixtures/responses/converse");
    let paths = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let paths = paths.filter(|path| path.extension().is_some_and(|found| found == extension));
    let name = |path: &Path| path.file_stem().unwrap().to_string_lossy().into_owned();
    let found: Vec<_> = paths.map(|path| (name(&path), std::fs::read_to_string(&path).unwrap())).collect();
    assert!(found.len() >= 10, "{found:?}");
    found
}

#[test]
fn the_answer_to_every_fixture_reads() {
    let meta = ResponseMeta::new("chatcmpl-1", 1_700_000_000);
    for (case, body) in fixtures("json") {
        let ours = reply(&case).read(body.as_bytes(), &meta).unwrap();
        let theirs: CreateChatCompletionResponse = read(&ours);
        assert_eq!(theirs.choices[0].message.content.as_deref(), ours.text(), "{case}");
    }
}

#[test]
fn every_chunk_of_every_fixture_reads() {
    let meta = ResponseMeta::new("chatcmpl-1", 1_700_000_000);
    for (case, lines) in fixtures("jsonl") {
        let mut decoder = reply(&case).decoder(&meta);
        let mut chunks = Vec::new();
        for line in lines.lines() {
            let line: Value = serde_json::from_str(line).unwrap();
            let name = line["event"].as_str().unwrap().to_owned();
            chunks.extend(decoder.push(&StreamEvent::event(name, line["payload"].to_string())).unwrap());
        }
        chunks.extend(decoder.finish().unwrap());
        let theirs: Vec<CreateChatCompletionStreamResponse> = chunks.iter().map(read).collect();
        let finishes = theirs.iter().flat_map(|chunk| &chunk.choices).filter_map(|choice| choice.finish_reason);
        assert_eq!(finishes.count(), 1, "{case}");
        assert!(theirs.last().unwrap().usage.is_some(), "{case}");
    }
}

/// AWS has a tier that OpenAI does not name; strict clients fail on it.
#[test]
fn a_service_tier_of_aws_alone_does_not_break_strict_clients() {
    let body = json!({
        "output": { "message": { "role": "assistant", "content": [{ "text": "Yes." }] } },
        "stopReason": "end_turn",
        "serviceTier": { "type": "reserved" },
    });
    let ours = reply("text").read(body.to_string().as_bytes(), &ResponseMeta::new("chatcmpl-1", 1)).unwrap();
    let _: CreateChatCompletionResponse = read(&ours);
}
