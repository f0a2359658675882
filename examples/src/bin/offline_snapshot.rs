//! How a crate of yours can test what it sends to Bedrock, with no network and no account.
//!
//! `cargo test -p examples --bin offline_snapshot` runs the test below; `cargo run` prints the same body.
#![expect(clippy::print_stdout, reason = "an example talks to its reader")]

use facade::ChatRequest;
use facade::transform::{Catalog, ChatCall, ModelSpec, Options, TransformError, chat};

/// The code under test: your application's prompt.
fn summary_request(text: &str) -> ChatRequest {
    ChatRequest::new("bedrock/us.anthropic.claude-sonnet-4-5-20250929-v1:0")
        .system("You summarise texts in one sentence.")
        .user(text)
        .temperature(0.2)
        .top_p(0.9)
        .max_tokens(100)
}

fn prepare(request: &ChatRequest) -> Result<ChatCall, TransformError> {
    let spec = ModelSpec::resolve(&request.model, &Catalog::builtin())?;
    chat(request, &spec, &Options::default())
}

fn main() -> Result<(), TransformError> {
    let call = prepare(&summary_request("The fox jumped over the dog."))?;
    println!("{:?} {}", call.outgoing.operation, call.outgoing.target);
    println!("{}", String::from_utf8_lossy(&call.outgoing.body));
    println!("{:?}", call.warnings);
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_summary_prompt_reaches_bedrock_as_it_should() {
        let call = prepare(&summary_request("The fox jumped over the dog.")).unwrap();
        let body = std::str::from_utf8(&call.outgoing.body).unwrap();
        insta::assert_snapshot!(body, @r#"{"messages":[{"role":"user","content":[{"text":"The fox jumped over the dog."}]}],"system":[{"text":"You summarise texts in one sentence."}],"inferenceConfig":{"maxTokens":100,"temperature":0.2}}"#);
        // Claude 4.5 takes one of the two sampling parameters; nothing is left out silently.
        insta::assert_debug_snapshot!(call.warnings, @r#"
        [
            Adjusted {
                param: "top_p",
                detail: "the model takes temperature or top_p, not both; top_p was left out",
            },
        ]
        "#);
    }
}
