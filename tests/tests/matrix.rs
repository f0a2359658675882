//! Every model that LiteLLM's Bedrock page names, on every route that it has: an answer, a stream, a system prompt, earlier turns,
//! parameters, and errors, through the client and against the emulator.
#![expect(clippy::unwrap_used, reason = "tests")]

use bedrock_emulator::{Emulator, Fault};
use facade::transform::Route::{self, Converse, Invoke};
use facade::types::Usage;
use facade::{Auth, ChatRequest, ChatResponse, Client, Config, Options, Transport, UnsupportedParams};
use futures::StreamExt as _;
use serde_json::{Value, json};

/// A model, with its default route first.
type Row = (&'static str, &'static [Route]);

const BY_CONVERSE: &[Route] = &[Converse, Invoke];
const BY_INVOKE: &[Route] = &[Invoke, Converse];

const MODELS: &[Row] = &[
    ("ai21.j2-mid-v1", BY_INVOKE),
    ("ai21.j2-ultra-v1", BY_INVOKE),
    ("ai21.jamba-1-5-large-v1:0", BY_CONVERSE),
    ("ai21.jamba-1-5-mini-v1:0", BY_CONVERSE),
    ("ai21.jamba-instruct-v1:0", BY_CONVERSE),
    ("amazon.nova-lite-v1:0", BY_CONVERSE),
    ("amazon.nova-micro-v1:0", BY_CONVERSE),
    ("amazon.nova-pro-v1:0", BY_CONVERSE),
    ("us.amazon.nova-2-lite-v1:0", BY_CONVERSE),
    ("us.amazon.nova-premier-v1:0", BY_CONVERSE),
    ("amazon.titan-text-express-v1", BY_INVOKE),
    ("amazon.titan-text-lite-v1", BY_INVOKE),
    ("amazon.titan-text-premier-v1:0", BY_INVOKE),
    ("anthropic.claude-3-5-sonnet-20240620-v1:0", BY_CONVERSE),
    ("anthropic.claude-3-5-sonnet-20241022-v2:0", BY_CONVERSE),
    ("us.anthropic.claude-3-7-sonnet-20250219-v1:0", BY_CONVERSE),
    ("anthropic.claude-3-haiku-20240307-v1:0", BY_CONVERSE),
    ("anthropic.claude-3-opus-20240229-v1:0", BY_CONVERSE),
    ("anthropic.claude-3-sonnet-20240229-v1:0", BY_CONVERSE),
    ("eu.anthropic.claude-haiku-4-5-20251001-v1:0", BY_CONVERSE),
    ("anthropic.claude-instant-v1", BY_CONVERSE),
    ("us.anthropic.claude-opus-4-1-20250805-v1:0", BY_CONVERSE),
    ("global.anthropic.claude-opus-4-6-v1", BY_CONVERSE),
    ("us.anthropic.claude-sonnet-4-20250514-v1:0", BY_CONVERSE),
    ("us.anthropic.claude-sonnet-4-5-20250929-v1:0", BY_CONVERSE),
    ("anthropic.claude-v2", BY_CONVERSE),
    ("anthropic.claude-v2:1", BY_CONVERSE),
    ("cohere.command-light-text-v14", BY_INVOKE),
    ("cohere.command-r-plus-v1:0", BY_INVOKE),
    ("cohere.command-r-v1:0", BY_INVOKE),
    ("cohere.command-text-v14", BY_INVOKE),
    ("us.deepseek.r1-v1:0", BY_CONVERSE),
    ("deepseek.v3-v1:0", BY_CONVERSE),
    ("google.gemma-3-27b-it", &[Converse]),
    ("meta.llama2-13b-chat-v1", BY_INVOKE),
    ("meta.llama2-70b-chat-v1", BY_INVOKE),
    ("meta.llama3-1-405b-instruct-v1:0", BY_CONVERSE),
    ("meta.llama3-1-70b-instruct-v1:0", BY_CONVERSE),
    ("meta.llama3-1-8b-instruct-v1:0", BY_CONVERSE),
    ("us.meta.llama3-2-90b-instruct-v1:0", BY_CONVERSE),
    ("us.meta.llama3-3-70b-instruct-v1:0", BY_CONVERSE),
    ("meta.llama3-70b-instruct-v1:0", BY_CONVERSE),
    ("meta.llama3-8b-instruct-v1:0", BY_CONVERSE),
    ("us.meta.llama4-maverick-17b-instruct-v1:0", BY_CONVERSE),
    ("minimax.minimax-m2", &[Converse]),
    ("mistral.devstral-2-123b", BY_CONVERSE),
    ("mistral.magistral-small-2509", BY_CONVERSE),
    ("mistral.ministral-3-8b-instruct", BY_CONVERSE),
    ("mistral.mistral-7b-instruct-v0:2", BY_INVOKE),
    ("mistral.mistral-large-2402-v1:0", BY_CONVERSE),
    ("mistral.mistral-large-2407-v1:0", BY_CONVERSE),
    ("mistral.mistral-large-3-675b-instruct", BY_CONVERSE),
    ("mistral.mistral-small-2402-v1:0", BY_CONVERSE),
    ("mistral.mixtral-8x7b-instruct-v0:1", BY_INVOKE),
    ("us.mistral.pixtral-large-2502-v1:0", BY_CONVERSE),
    ("mistral.voxtral-mini-3b-2507", BY_CONVERSE),
    ("moonshot.kimi-k2-thinking", BY_CONVERSE),
    ("nvidia.nemotron-nano-12b-v2", &[Converse]),
    ("openai.gpt-oss-120b-1:0", BY_CONVERSE),
    ("openai.gpt-oss-20b-1:0", BY_CONVERSE),
    ("qwen.qwen3-235b-a22b-2507-v1:0", BY_CONVERSE),
    ("qwen.qwen3-32b-v1:0", BY_CONVERSE),
    ("qwen.qwen3-coder-30b-a3b-v1:0", BY_CONVERSE),
    ("us.twelvelabs.pegasus-1-2-v1:0", &[Invoke]),
    ("us.writer.palmyra-x4-v1:0", BY_CONVERSE),
    ("us.writer.palmyra-x5-v1:0", BY_CONVERSE),
    ("zai.glm-4.6", &[Converse]),
    // Imported models say in their name which body they take.
    ("deepseek_r1/arn:aws:bedrock:us-east-1:123456789012:imported-model/abcdef123456", &[Invoke]),
    ("llama/arn:aws:bedrock:us-east-1:123456789012:imported-model/abcdef123456", &[Invoke]),
    ("mistral/arn:aws:bedrock:us-east-1:123456789012:imported-model/abcdef123456", &[Invoke]),
    ("openai/arn:aws:bedrock:us-east-1:123456789012:imported-model/abcdef123456", &[Invoke]),
    ("qwen2/arn:aws:bedrock:us-east-1:123456789012:imported-model/abcdef123456", &[Invoke]),
    ("qwen3/arn:aws:bedrock:us-east-1:123456789012:imported-model/abcdef123456", &[Invoke]),
];

/// Parts of the names of models whose native body is a plain prompt: they are told all turns at once.
const PLAIN: &[&str] = &["ai21.j2-", "cohere.command-light-text", "cohere.command-text", "pegasus"];

#[tokio::test]
async fn every_model_answers_on_every_route_in_every_way() {
    let (emulator, client) = start().await;
    let (mut cells, mut problems) = (0, Vec::new());
    for (model, routes) in MODELS {
        let default = client.resolve(model).unwrap().route;
        assert_eq!(Some(&default), routes.first(), "default route of {model}");
        for route in *routes {
            let prefix = if *route == Converse { "converse/" } else { "invoke/" };
            let name = if model.contains("/arn:") { (*model).to_owned() } else { format!("{prefix}{model}") };
            for column in ["unary", "stream", "system", "multi-turn", "parameters", "error"] {
                cells += 1;
                if let Err(error) = cell(&emulator, &client, &name, column).await {
                    problems.push(format!("{name}, {column}: {error}"));
                }
            }
        }
    }
    assert!(problems.is_empty(), "{} of {cells}:\n{}", problems.len(), problems.join("\n"));
    assert!(cells > 700, "only {cells} cells");
}

async fn start() -> (Emulator, Client) {
    let emulator = Emulator::start().await.unwrap();
    let config = Config::new()
        .with_region("us-east-1")
        .with_auth(Auth::keys("AKIDEXAMPLE", "secret"))
        .with_endpoint(emulator.url())
        .with_max_attempts(1);
    let mut options = Options::default();
    options.unsupported = UnsupportedParams::Drop;
    let client = Client::new(Transport::connect(config).await.unwrap()).with_options(options);
    (emulator, client)
}

async fn cell(emulator: &Emulator, client: &Client, model: &str, column: &str) -> Result<(), String> {
    match column {
        "unary" => unary(client, model).await,
        "stream" => stream(client, model).await,
        "system" => system(emulator, client, model).await,
        "multi-turn" => multi_turn(emulator, client, model).await,
        "parameters" => parameters(client, model).await,
        _ => error(emulator, client, model).await,
    }
}

async fn unary(client: &Client, model: &str) -> Result<(), String> {
    let answer = chat(client, &request(model, json!({}))).await?;
    ensure(answer.text.contains("Kangaroos box"), &format!("the answer is not to the question: {}", answer.text))?;
    ensure(answer.reason == "stop", &answer.reason)?;
    // The whole answer's counts, from the body or from headers.
    let usage = answer.usage.ok_or("no usage")?;
    ensure(usage.prompt_tokens > 0 && usage.completion_tokens > 0, &format!("{usage:?}"))
}

async fn stream(client: &Client, model: &str) -> Result<(), String> {
    let request = request(model, json!({ "stream_options": { "include_usage": true } }));
    let whole = chat(client, &request).await?;
    let streamed = chat_stream(client, &request).await?;
    ensure(streamed == whole, &format!("{streamed:?} is not {whole:?}"))
}

async fn system(emulator: &Emulator, client: &Client, model: &str) -> Result<(), String> {
    let messages =
        json!([{ "role": "system", "content": "Be Brief." }, { "role": "user", "content": "Kangaroos box" }]);
    let answer = chat(client, &request(model, json!({ "messages": messages }))).await?;
    ensure(sent(emulator).contains("Be Brief."), "the system prompt was not sent")?;
    ensure(answer.text.contains("Kangaroos box"), &answer.text)
}

async fn multi_turn(emulator: &Emulator, client: &Client, model: &str) -> Result<(), String> {
    let messages = json!([
        { "role": "user", "content": "First" },
        { "role": "assistant", "content": "Second" },
        { "role": "user", "content": [{ "type": "text", "text": "Third" }] },
    ]);
    let answer = chat(client, &request(model, json!({ "messages": messages }))).await?;
    let body = sent(emulator);
    ensure(["First", "Second", "Third"].iter().all(|turn| body.contains(turn)), &body)?;
    let earlier = answer.text.contains("First") || answer.text.contains("Second");
    let plain = model.starts_with("invoke/") && PLAIN.iter().any(|part| model.contains(part));
    ensure(answer.text.contains("Third") && earlier == plain, &answer.text)
}

async fn parameters(client: &Client, model: &str) -> Result<(), String> {
    let members =
        json!({ "max_tokens": 3, "temperature": 0.5, "top_p": 0.9, "stop": ["zebra"], "top_k": 5, "seed": 1 });
    let request = request(model, members);
    for answer in [chat(client, &request).await?, chat_stream(client, &request).await?] {
        ensure(answer.reason == "length", &format!("{answer:?}"))?;
        ensure(answer.text.chars().count() < 30, &answer.text)?;
    }
    Ok(())
}

async fn error(emulator: &Emulator, client: &Client, model: &str) -> Result<(), String> {
    let request = request(model, json!({}));
    emulator.script(Fault::Throttle { times: 1 });
    let status = client.chat(&request).await.err().map(|error| error.openai().0);
    ensure(status == Some(429), &format!("throttled: {status:?}"))?;
    for fault in ["exception=modelStreamErrorException;after=1", "cut;after=1"] {
        emulator.script(fault.parse().unwrap());
        let answer = chat_stream(client, &request).await;
        ensure(answer.is_err(), &format!("{fault}: {answer:?}"))?;
    }
    Ok(())
}

/// What an answer says, streamed or not.
#[derive(Debug, PartialEq)]
struct Answer {
    text: String,
    reasoning: String,
    reason: String,
    usage: Option<Usage>,
}

fn request(model: &str, members: Value) -> ChatRequest {
    let mut request = json!({ "model": model, "messages": [{ "role": "user", "content": "Kangaroos box" }] });
    if let (Some(request), Value::Object(members)) = (request.as_object_mut(), members) {
        request.extend(members);
    }
    if model.contains("pegasus") {
        request["video_s3_uri"] = "s3://bucket/video.mp4".into();
    }
    serde_json::from_value(request).unwrap()
}

async fn chat(client: &Client, request: &ChatRequest) -> Result<Answer, String> {
    let ChatResponse { mut choices, usage, .. } = client.chat(request).await.map_err(|error| error.to_string())?.value;
    let choice = choices.pop().ok_or("no choice")?;
    Ok(Answer {
        text: choice.message.content.unwrap_or_default(),
        reasoning: choice.message.reasoning_content.unwrap_or_default(),
        reason: choice.finish_reason.as_str().to_owned(),
        usage,
    })
}

async fn chat_stream(client: &Client, request: &ChatRequest) -> Result<Answer, String> {
    let mut stream = client.chat_stream(request).await.map_err(|error| error.to_string())?;
    let mut answer = Answer { text: String::new(), reasoning: String::new(), reason: String::new(), usage: None };
    while let Some(chunk) = stream.next().await {
        let chunk = chunk.map_err(|error| error.to_string())?;
        for choice in chunk.choices {
            answer.text.extend(choice.delta.content);
            answer.reasoning.extend(choice.delta.reasoning_content);
            answer.reason.extend(choice.finish_reason.iter().map(|reason| reason.as_str()));
        }
        answer.usage = chunk.usage.flatten().or(answer.usage);
    }
    Ok(answer)
}

/// The body that was sent last.
fn sent(emulator: &Emulator) -> String {
    emulator.requests().pop().map(|request| String::from_utf8_lossy(&request.body).into_owned()).unwrap_or_default()
}

fn ensure(holds: bool, otherwise: &str) -> Result<(), String> {
    if holds { Ok(()) } else { Err(otherwise.to_owned()) }
}
