//! A body that we wrote, read back into OpenAI's shape and mapped again, is the same body in meaning.
//!
//! The recordings that the reverse reader is made for are not ours to keep; our own fixtures are.
#![expect(clippy::unwrap_used, reason = "tests")]

#[path = "../../xtask/src/reverse.rs"]
mod reverse;
#[path = "../../xtask/src/reverse_meaning.rs"]
mod reverse_meaning;

use facade::transform::{Catalog, ChatCall, Options, TransformError, chat};
use facade::{ChatRequest, ModelSpec, UnsupportedParams};
use serde_json::{Value, json};

const MODELS: &[&str] =
    &["amazon.nova-pro-v1:0", "anthropic.claude-sonnet-4-5-20250929-v1:0", "openai.gpt-oss-120b-1:0"];

#[test]
fn what_was_mapped_once_is_mapped_the_same_after_the_way_back() {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../crates/bedrock-transform/tests/fixtures/requests/chat");
    let (mut mapped, mut problems) = (0, Vec::new());
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let mut fixture: Value = serde_json::from_str(&std::fs::read_to_string(&path).unwrap()).unwrap();
        for model in MODELS {
            fixture["model"] = (*model).into();
            let Ok(call) = map(&fixture) else { continue };
            let body: Value = serde_json::from_slice(&call.outgoing.body).unwrap();
            mapped += 1;
            let again = map(&reverse::request(model, &body));
            let lost = again.map_or_else(
                |error| [error.to_string()].into(),
                |call| reverse_meaning::differences(&body, &serde_json::from_slice(&call.outgoing.body).unwrap()),
            );
            if !lost.is_empty() {
                problems.push(format!("{} for {model}: {lost:?}", path.file_stem().unwrap().display()));
            }
        }
    }
    assert!(mapped > 50, "only {mapped}");
    assert!(problems.is_empty(), "{} of {mapped}:\n{}", problems.len(), problems.join("\n"));
}

#[test]
fn a_lost_block_and_another_number_are_differences_and_no_ops_are_not() {
    let one = json!({
        "messages": [{ "role": "user", "content": [{ "text": "a" }, { "text": "b" }] }],
        "system": [],
        "inferenceConfig": { "maxTokens": 1 },
    });
    let same = json!({
        "inferenceConfig": { "maxTokens": 1.0, "stopSequences": [] },
        "messages": [
            { "role": "user", "content": [{ "text": "a" }] },
            { "role": "user", "content": [{ "text": " " }, { "text": "b" }] },
        ],
        "toolConfig": null,
    });
    assert_eq!(reverse_meaning::differences(&one, &same), [].into());
    let other = json!({
        "inferenceConfig": { "maxTokens": 2 },
        "messages": [{ "role": "user", "content": [{ "text": "a" }] }],
    });
    let lost = [".inferenceConfig.maxTokens is another", ".messages[].content[] has another length"];
    assert_eq!(reverse_meaning::differences(&one, &other), lost.map(str::to_owned).into());
}

fn map(openai: &Value) -> Result<ChatCall, TransformError> {
    let request: ChatRequest = serde_json::from_value(openai.clone()).unwrap();
    let mut options = Options::default();
    options.unsupported = UnsupportedParams::Drop;
    options.modify_params = true;
    chat(&request, &ModelSpec::resolve(&request.model, &Catalog::builtin())?, &options)
}
