//! A client that is not ours, async-openai, against the gateway in front of the emulator, both on real sockets.
#![expect(clippy::unwrap_used, reason = "tests")]

use std::net::SocketAddr;

use async_openai::Client;
use async_openai::config::OpenAIConfig;
use async_openai::error::{ApiErrorResponse, OpenAIError};
use async_openai::types::chat::{
    ChatCompletionMessageToolCalls, CreateChatCompletionRequest, CreateChatCompletionResponse,
    CreateChatCompletionStreamResponse, FinishReason,
};
use async_openai::types::images::Image;
use bedrock_emulator::Emulator;
use futures::{StreamExt as _, TryStreamExt as _};
use gateway::{App, Config, Deployments, Environment};
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

const CLAUDE: &str = "bedrock/us.anthropic.claude-sonnet-4-5-20250929-v1:0";
const KEY: &str = "sk-witness";

/// A gateway that wants a key, and a client of it.
struct Served {
    client: Client<OpenAIConfig>,
    addr: SocketAddr,
    _emulator: Emulator,
}

impl Served {
    async fn start() -> Self {
        let emulator = Emulator::start().await.unwrap();
        let yaml = format!(
            "model_list:\n\
             - model_name: bedrock/*\n  litellm_params: {{model: bedrock/*, max_retries: 0, aws_region_name: us-east-1, \
             aws_access_key_id: AKID, aws_secret_access_key: secret, aws_bedrock_runtime_endpoint: \"{}\"}}\n\
             general_settings: {{master_key: {KEY}}}\n",
            emulator.url()
        );
        let config = Config::parse("config.yaml".as_ref(), &yaml, Environment::default()).unwrap();
        let router = App::new(&config, Deployments::connect(&config).await.unwrap()).router();
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let addr = listener.local_addr().unwrap();
        tokio::spawn(async { axum::serve(listener, router).await.unwrap() });
        Self { client: client(addr, KEY), addr, _emulator: emulator }
    }

    async fn ask(&self, request: Value) -> CreateChatCompletionResponse {
        self.client.chat().create(read(request)).await.unwrap()
    }

    async fn stream(&self, request: Value) -> Vec<CreateChatCompletionStreamResponse> {
        self.client.chat().create_stream(read(request)).await.unwrap().try_collect().await.unwrap()
    }

    async fn refused(&self, request: Value) -> ApiErrorResponse {
        refusal(self.client.chat().create(read(request)).await.unwrap_err())
    }
}

fn client(addr: SocketAddr, key: &str) -> Client<OpenAIConfig> {
    Client::with_config(OpenAIConfig::new().with_api_base(format!("http://{addr}/v1")).with_api_key(key))
}

fn read<T: DeserializeOwned>(request: Value) -> T {
    serde_json::from_value(request).unwrap()
}

fn refusal(error: OpenAIError) -> ApiErrorResponse {
    match error {
        OpenAIError::ApiError(refusal) => refusal,
        other => panic!("{other:?}"),
    }
}

fn user(content: &str) -> Value {
    json!({ "role": "user", "content": content })
}

fn weather() -> Value {
    let parameters = json!({ "type": "object", "properties": { "city": { "type": "string" } }, "required": ["city"] });
    json!([{ "type": "function", "function": { "name": "get_weather", "parameters": parameters } }])
}

fn content(answer: &CreateChatCompletionResponse) -> &str {
    answer.choices[0].message.content.as_deref().unwrap()
}

fn joined(chunks: &[CreateChatCompletionStreamResponse]) -> String {
    let choices = chunks.iter().flat_map(|chunk| &chunk.choices);
    choices.filter_map(|choice| choice.delta.content.as_deref()).collect()
}

#[tokio::test]
async fn a_chat_is_answered_whole_and_streamed() {
    let served = Served::start().await;
    let request = json!({ "model": CLAUDE, "messages": [user("Name a river.")] });
    let answer = served.ask(request.clone()).await;
    assert!(content(&answer).starts_with("You said: \"Name a river.\"."), "{answer:?}");
    assert_eq!(answer.choices[0].finish_reason, Some(FinishReason::Stop));
    let chunks = served.stream(request).await;
    assert!(chunks.len() > 4, "{chunks:?}");
    assert_eq!(joined(&chunks), content(&answer));
}

#[tokio::test]
async fn a_tool_loop_ends_with_the_results() {
    let served = Served::start().await;
    let mut messages = vec![user("Weather in Oslo and Lima?")];
    let first = served.ask(json!({ "model": CLAUDE, "messages": messages, "tools": weather() })).await;
    assert_eq!(first.choices[0].finish_reason, Some(FinishReason::ToolCalls));
    let calls = first.choices[0].message.tool_calls.clone().unwrap();
    messages.push(json!({ "role": "assistant", "tool_calls": calls }));
    for call in &calls {
        let ChatCompletionMessageToolCalls::Function(call) = call else { panic!("{call:?}") };
        let arguments: Value = serde_json::from_str(&call.function.arguments).unwrap();
        let result = format!("{}: 11 degrees", arguments["city"].as_str().unwrap());
        messages.push(json!({ "role": "tool", "tool_call_id": call.id, "content": result }));
    }
    let last = served.ask(json!({ "model": CLAUDE, "messages": messages, "tools": weather() })).await;
    assert_eq!(last.choices[0].finish_reason, Some(FinishReason::Stop));
    for result in ["Oslo: 11 degrees", "Lima: 11 degrees"] {
        assert!(content(&last).contains(result), "{last:?}");
    }
}

#[tokio::test]
async fn structured_output_is_the_schema_s() {
    let served = Served::start().await;
    let properties = json!({ "age": { "type": "integer" } });
    let schema =
        json!({ "type": "object", "properties": properties, "required": ["age"], "additionalProperties": false });
    let format = json!({ "type": "json_schema", "json_schema": { "name": "person", "schema": schema } });
    let request = json!({ "model": CLAUDE, "messages": [user("A person aged 41")], "response_format": format });
    let answer = served.ask(request.clone()).await;
    assert_eq!(read::<Value>(serde_json::from_str(content(&answer)).unwrap()), json!({ "age": 41 }));
    assert_eq!(joined(&served.stream(request).await), content(&answer));
}

#[tokio::test]
async fn texts_become_vectors() {
    let served = Served::start().await;
    let request = json!({
        "model": "bedrock/amazon.titan-embed-text-v2:0",
        "input": ["a cat sleeps", "a dog barks"],
        "dimensions": 256,
    });
    let floats = served.client.embeddings().create(read(request.clone())).await.unwrap();
    assert_eq!(floats.data.iter().map(|one| one.embedding.len()).collect::<Vec<_>>(), [256, 256]);
    assert_ne!(floats.data[0].embedding, floats.data[1].embedding);
    let mut request = request;
    request["encoding_format"] = json!("base64");
    let packed = served.client.embeddings().create_base64(read(request)).await.unwrap();
    let unpacked: Vec<f32> = packed.data[1].embedding.clone().into();
    let furthest = unpacked.iter().zip(&floats.data[1].embedding).map(|(one, other)| (one - other).abs());
    assert!(furthest.fold(0.0, f32::max) < 1e-6, "{unpacked:?}");
}

#[tokio::test]
async fn images_are_drawn() {
    let served = Served::start().await;
    let request = json!({
        "model": "bedrock/amazon.nova-canvas-v1:0", "prompt": "An otter", "n": 2, "size": "1024x1024",
    });
    let drawn = served.client.images().generate(read(request)).await.unwrap();
    assert_eq!(drawn.data.len(), 2);
    for image in &drawn.data {
        let Image::B64Json { b64_json, .. } = &**image else { panic!("{image:?}") };
        assert!(b64_json.starts_with("iVBORw0KGgo"), "no PNG");
    }
}

#[tokio::test]
async fn models_are_listed() {
    let listed = Served::start().await.client.models().list().await.unwrap();
    assert_eq!(listed.data.iter().map(|model| &*model.id).collect::<Vec<_>>(), ["bedrock/*"]);
}

#[tokio::test]
async fn errors_have_their_status_param_and_code() {
    let served = Served::start().await;
    let hi = || json!([user("Hi")]);
    let rows = [
        (
            json!({ "model": CLAUDE, "messages": hi(), "logit_bias": { "1": 1 } }),
            400,
            "logit_bias",
            "unsupported_parameter",
        ),
        (json!({ "model": "openai/gpt-none", "messages": hi() }), 404, "model", "model_not_found"),
        (json!({ "model": "bedrock/emulator.fault.status:403", "messages": hi() }), 403, "-", "AccessDeniedException"),
        (json!({ "model": "bedrock/emulator.fault.status:429", "messages": hi() }), 429, "-", "rate_limit_exceeded"),
    ];
    for (request, status, param, code) in rows {
        let refusal = served.refused(request).await;
        let or = |word: &Option<String>| word.clone().unwrap_or_else(|| "-".to_owned());
        let error = &refusal.api_error;
        assert_eq!(
            (refusal.status_code.as_u16(), &*or(&error.param), &*or(&error.code)),
            (status, param, code),
            "{error}"
        );
    }
    let request: CreateChatCompletionRequest = read(json!({ "model": CLAUDE, "messages": hi() }));
    let unknown = client(served.addr, "sk-wrong").chat().create(request).await.unwrap_err();
    assert_eq!(refusal(unknown).status_code.as_u16(), 401);
}

#[tokio::test]
async fn an_error_amid_a_stream_comes_after_the_text() {
    let served = Served::start().await;
    let request = json!({
        "model": "bedrock/emulator.fault.exception:throttlingException.after:3", "messages": [user("Hi")],
    });
    let stream = served.client.chat().create_stream(read(request)).await.unwrap();
    let (seen, failed): (Vec<_>, Vec<_>) = stream.collect::<Vec<_>>().await.into_iter().partition(Result::is_ok);
    let seen: Vec<_> = seen.into_iter().map(Result::unwrap).collect();
    assert!(joined(&seen).starts_with("You said"), "{seen:?}");
    assert!(seen.iter().flat_map(|chunk| &chunk.choices).all(|choice| choice.finish_reason.is_none()));
    assert_eq!(failed.len(), 1);
    assert!(format!("{:?}", failed[0]).contains("Too many requests"), "{failed:?}");
}
