//! What is asked, and of which configuration.

pub(super) const MODEL: &str = "anthropic.claude-3-haiku-20240307-v1:0";

const HELLO: &str = r#"{"role":"user","content":"Hello"}"#;

fn body(messages: &str, more: &str) -> String {
    format!(r#"{{"model":"{MODEL}","messages":[{messages}]{more}}}"#)
}

pub(super) fn small() -> String {
    body(HELLO, "")
}

pub(super) fn streamed() -> String {
    body(HELLO, r#","stream":true"#)
}

/// 40 turns, 100 KB.
pub(super) fn conversation() -> String {
    let text = "The quick brown fox jumps over the lazy dog. ".repeat(57);
    let turn = |index: usize| {
        let role = if index.is_multiple_of(2) { "user" } else { "assistant" };
        format!(r#"{{"role":"{role}","content":"{text}"}}"#)
    };
    let turns: Vec<_> = (0..39).map(turn).collect();
    body(&turns.join(","), "")
}

/// An image of so many bytes in base64.
pub(super) fn image(bytes: usize) -> String {
    let data = format!("iVBORw0KGgo{}", "A".repeat(bytes - 11));
    let url = format!(r#"{{"type":"image_url","image_url":{{"url":"data:image/png;base64,{data}"}}}}"#);
    body(&format!(r#"{{"role":"user","content":[{url}]}}"#), "")
}

/// So many models, of which the first is [`MODEL`].
pub(super) fn config(upstream: u16, models: usize) -> String {
    let entry = |index: usize| {
        let name = if index == 0 { MODEL.to_owned() } else { format!("model-{index}") };
        format!(
            "  - model_name: \"{name}\"
    litellm_params:
      model: \"bedrock/{MODEL}\"
      aws_access_key_id: AKIDEXAMPLE
      aws_secret_access_key: secret
      aws_region_name: us-east-1
      aws_bedrock_runtime_endpoint: http://127.0.0.1:{upstream}
"
        )
    };
    let list: String = (0..models).map(entry).collect();
    format!("model_list:\n{list}general_settings:\n  master_key: sk-bench\n")
}
