//! The body that was mapped is the body on the wire, and AWS's own rules take it: the emulator, which knows nothing of our mapping,
//! checks every Converse body of the fixtures against AWS's service model and conversation rules.

use bedrock_emulator::Emulator;
use facade::transform::{Catalog, Delivery, ModelSpec, Options, Route, chat};
use facade::{Auth, ChatRequest, Config, Transport, UnsupportedParams};

/// One model of every family that Converse serves, and one that no row knows.
const MODELS: &[&str] = &[
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

#[tokio::test]
async fn every_body_arrives_as_it_was_mapped_and_is_accepted() {
    let emulator = Emulator::start().await.unwrap();
    let config = Config::new()
        .with_region("us-east-1")
        .with_auth(Auth::keys("AKIDEXAMPLE", "secret"))
        .with_endpoint(emulator.url())
        .with_max_attempts(1);
    let transport = Transport::connect(config).await.unwrap();
    let mut options = Options::default();
    options.unsupported = UnsupportedParams::Drop;
    options.modify_params = true;
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../crates/bedrock-transform/tests/fixtures/requests/chat");
    let (mut sent, mut problems) = (0, Vec::new());
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let case = path.file_stem().unwrap().to_string_lossy().into_owned();
        let fixture: ChatRequest = {
            let text = std::fs::read_to_string(&path).unwrap();
            let named = if text.contains("\"model\"") { text } else { text.replacen('{', "{\"model\":\"\",", 1) };
            serde_json::from_str(&named).unwrap()
        };
        for model in MODELS {
            let mut request = fixture.clone();
            (*model).clone_into(&mut request.model);
            let spec = ModelSpec::resolve(model, &Catalog::builtin()).unwrap();
            // What a model cannot take is refused before it is sent; the mapper's own tests say which and why.
            let Ok(mut call) = chat(&request, &spec, &options) else { continue };
            call.outgoing.operation = call.route.operation(Delivery::Whole);
            assert_eq!(call.route, Route::Converse, "{model}");
            emulator.clear_requests();
            let answer = transport.send(&call.outgoing).await;
            let Some(received) = emulator.requests().pop() else {
                panic!("{case} for {model} was not sent: {answer:?}")
            };
            assert_eq!(received.body, call.outgoing.body, "{case} for {model}");
            sent += 1;
            if let Err(error) = answer {
                problems.push(format!("{case} for {model}: {error}"));
            }
        }
    }
    assert!(sent > 200, "only {sent} bodies were sent");
    assert!(problems.is_empty(), "{} of {sent}:\n{}", problems.len(), problems.join("\n"));
}
