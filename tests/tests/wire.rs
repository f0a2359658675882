//! The body that was mapped is the body on the wire, and AWS's own rules take it: the emulator, which knows nothing of our mapping,
//! checks every body of the fixtures against AWS's service model and conversation rules, and every native body against the model's
//! own documentation.
#![expect(clippy::unwrap_used, reason = "tests")]

use bedrock_emulator::Emulator;
use facade::transform::{Catalog, Delivery, ModelSpec, Options, Route, chat};
use facade::{Auth, ChatRequest, Config, Transport, UnsupportedParams};

/// One model of every family that Converse serves, and one that no row knows.
const CONVERSE: &[&str] = &[
    "ai21.jamba-1-5-large-v1:0",
    "amazon.nova-pro-v1:0",
    "anthropic.claude-3-5-sonnet-20241022-v2:0",
    "anthropic.claude-sonnet-4-5-20250929-v1:0",
    "converse/cohere.command-r-plus-v1:0",
    "deepseek.v3-v1:0",
    "meta.llama3-1-70b-instruct-v1:0",
    "mistral.mistral-large-2407-v1:0",
    "openai.gpt-oss-120b-1:0",
    "qwen.qwen3-32b-v1:0",
    "writer.palmyra-x5-v1:0",
    "zeta.unknown-v1:0",
];

/// One model of every native body, and more where a family has several.
const INVOKE: &[&str] = &[
    "ai21.j2-ultra-v1",
    "invoke/ai21.jamba-1-5-large-v1:0",
    "invoke/amazon.nova-2-lite-v1:0",
    "invoke/amazon.nova-pro-v1:0",
    "amazon.titan-text-express-v1",
    "invoke/anthropic.claude-3-5-sonnet-20241022-v2:0",
    "invoke/anthropic.claude-opus-4-6-v1",
    "invoke/anthropic.claude-sonnet-4-5-20250929-v1:0",
    "invoke/anthropic.claude-instant-v1",
    "invoke/anthropic.claude-v2:1",
    "cohere.command-r-plus-v1:0",
    "cohere.command-text-v14",
    "invoke/deepseek.r1-v1:0",
    "invoke/deepseek.v3-v1:0",
    "deepseek_r1/arn:aws:bedrock:us-east-1:123456789012:imported-model/abcdef123456",
    "meta.llama2-13b-chat-v1",
    "invoke/meta.llama3-1-70b-instruct-v1:0",
    "invoke/meta.llama4-maverick-17b-instruct-v1:0",
    "llama/arn:aws:bedrock:us-east-1:123456789012:imported-model/abcdef123456",
    "mistral.mistral-7b-instruct-v0:2",
    "invoke/mistral.mistral-large-2407-v1:0",
    "invoke/mistral.pixtral-large-2502-v1:0",
    "invoke/mistral/arn:aws:bedrock:us-east-1:123456789012:imported-model/abcdef123456",
    "invoke/moonshot.kimi-k2-thinking",
    "invoke/openai.gpt-oss-120b-1:0",
    "openai/arn:aws:bedrock:us-east-1:123456789012:imported-model/abcdef123456",
    "invoke/qwen.qwen3-32b-v1:0",
    "qwen3/arn:aws:bedrock:us-east-1:123456789012:imported-model/abcdef123456",
    "twelvelabs.pegasus-1-2-v1:0",
    "invoke/writer.palmyra-x5-v1:0",
];

/// Bodies that AWS refuses: the end of the fixture's name, a part of the model's, and words of the refusal.
const REFUSED: &[(&str, &str, &str)] = &[
    // Pegasus answers about a video, and these show none.
    ("", "pegasus", "required key [mediaSource] not found"),
    // The caller's own parameters are passed on, and AWS has the last word.
    ("thinking_round_trip", "", "extraneous key [thinking] is not permitted"),
    ("hosted_tools", "", "extraneous key [anthropic_beta] is not permitted"),
    // So is a limit beyond the model's.
    ("reasoning_effort", "cohere.command-text", "8000 is not less or equal to 4096"),
    // Rows of models that are new are permissive.
    ("audio", "moonshot.kimi", "input_audio is not a valid enum value"),
    ("tool_result_images", "moonshot.kimi", "this model does not support images"),
];

#[tokio::test]
async fn every_converse_body_arrives_as_it_was_mapped_and_is_accepted() {
    let sent = send_all(CONVERSE, Route::Converse).await;
    assert!(sent > 200, "only {sent} bodies were sent");
}

#[tokio::test]
async fn every_native_body_arrives_as_it_was_mapped_and_is_accepted() {
    let sent = send_all(INVOKE, Route::Invoke).await;
    assert!(sent > 400, "only {sent} bodies were sent");
}

#[tokio::test]
async fn settings_of_an_invocation_arrive_as_headers_of_one_line() {
    let emulator = Emulator::start().await.unwrap();
    let request = r#"{"model":"amazon.titan-text-express-v1","messages":[{"role":"user","content":"Hello"}],
        "guardrailConfig":{"guardrailIdentifier":"abc","guardrailVersion":"1","trace":"enabled"},
        "performanceConfig":{"latency":"optimized"},"requestMetadata":{
            "team": "blue"
        },"serviceTier":{"type":"priority"}}"#;
    let call =
        chat(&serde_json::from_str(request).unwrap(), &spec("amazon.titan-text-express-v1"), &Options::default());
    connect(&emulator).await.send(&call.unwrap().outgoing).await.unwrap();
    let received = emulator.requests().pop().unwrap();
    let expected = [
        ("guardrailidentifier", "abc"),
        ("guardrailversion", "1"),
        ("trace", "ENABLED"),
        ("performanceconfig-latency", "optimized"),
        ("request-metadata", r#"{            "team": "blue"        }"#),
        ("service-tier", "priority"),
    ];
    for (header, value) in expected {
        assert_eq!(received.header(&format!("x-amzn-bedrock-{header}")), Some(value), "{header}");
    }
}

fn spec(model: &str) -> ModelSpec {
    ModelSpec::resolve(model, &Catalog::builtin()).unwrap()
}

async fn connect(emulator: &Emulator) -> Transport {
    let config = Config::new()
        .with_region("us-east-1")
        .with_auth(Auth::keys("AKIDEXAMPLE", "secret"))
        .with_endpoint(emulator.url())
        .with_max_attempts(1);
    Transport::connect(config).await.unwrap()
}

/// Sends every fixture to every model, and tells how many there were.
async fn send_all(models: &[&str], route: Route) -> usize {
    let emulator = Emulator::start().await.unwrap();
    let transport = connect(&emulator).await;
    let mut options = Options::default();
    options.unsupported = UnsupportedParams::Drop;
    options.modify_params = true;
    let (mut sent, mut problems) = (0, Vec::new());
    let mut unused: Vec<_> = REFUSED.iter().filter(|_| route == Route::Invoke).collect();
    for (case, fixture) in fixtures() {
        for model in models {
            let mut request = fixture.clone();
            (*model).clone_into(&mut request.model);
            let spec = spec(model);
            // What a model cannot take is refused before it is sent; the mapper's own tests say which and why.
            let Ok(mut call) = chat(&request, &spec, &options) else { continue };
            call.outgoing.operation = call.route.operation(Delivery::Whole);
            assert_eq!(call.route, route, "{model}");
            emulator.clear_requests();
            let answer = transport.send(&call.outgoing).await;
            let Some(received) = emulator.requests().pop() else {
                panic!("{case} for {model} was not sent: {answer:?}")
            };
            assert_eq!(received.body, call.outgoing.body, "{case} for {model}");
            sent += 1;
            let Err(error) = answer else { continue };
            let error = error.to_string();
            let is_this =
                |row: &&(&str, &str, &str)| case.ends_with(row.0) && model.contains(row.1) && error.contains(row.2);
            match REFUSED.iter().find(is_this) {
                Some(row) => unused.retain(|other| *other != row),
                None => problems.push(format!("{case} for {model}: {error}")),
            }
        }
    }
    assert!(unused.is_empty(), "accepted by now: {unused:?}");
    assert!(problems.is_empty(), "{} of {sent}:\n{}", problems.len(), problems.join("\n"));
    sent
}

/// The request fixtures of the mapper, by name.
fn fixtures() -> Vec<(String, ChatRequest)> {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../crates/bedrock-transform/tests/fixtures/requests/chat");
    let paths = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    paths
        .map(|path| {
            let text = std::fs::read_to_string(&path).unwrap();
            let named = if text.contains("\"model\"") { text } else { text.replacen('{', "{\"model\":\"\",", 1) };
            (path.file_stem().unwrap().to_string_lossy().into_owned(), serde_json::from_str(&named).unwrap())
        })
        .collect()
}
