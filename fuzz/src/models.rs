//! The models that the targets map for: one of every family, on every route that it has.

use std::sync::OnceLock;

use facade::transform::{Catalog, ChatReply, Options, chat};
use facade::{ChatRequest, ModelSpec};

const NAMES: &[&str] = &[
    "anthropic.claude-sonnet-4-5-20250929-v1:0",
    "amazon.nova-pro-v1:0",
    "zeta.unknown-v1:0",
    "meta.llama3-1-70b-instruct-v1:0",
    "anthropic.claude-3-haiku-20240307-v1:0",
    "us.anthropic.claude-opus-4-6-v1",
    "amazon.nova-2-lite-v1:0",
    "amazon.titan-text-express-v1",
    "ai21.jamba-1-5-large-v1:0",
    "converse/cohere.command-r-plus-v1:0",
    "deepseek.v3-v1:0",
    "us.deepseek.r1-v1:0",
    "mistral.mistral-large-2407-v1:0",
    "mistral.mistral-7b-instruct-v0:2",
    "openai.gpt-oss-120b-1:0",
    "qwen.qwen3-32b-v1:0",
    "writer.palmyra-x5-v1:0",
    "invoke/anthropic.claude-sonnet-4-5-20250929-v1:0",
    "invoke/anthropic.claude-v2:1",
    "invoke/amazon.nova-pro-v1:0",
    "invoke/amazon.titan-text-express-v1",
    "invoke/ai21.jamba-1-5-large-v1:0",
    "invoke/ai21.j2-ultra-v1",
    "invoke/cohere.command-r-plus-v1:0",
    "invoke/cohere.command-text-v14",
    "invoke/deepseek.v3-v1:0",
    "invoke/us.deepseek.r1-v1:0",
    "invoke/meta.llama3-1-70b-instruct-v1:0",
    "invoke/mistral.mistral-large-2407-v1:0",
    "invoke/mistral.mistral-7b-instruct-v0:2",
    "invoke/moonshot.kimi-k2-thinking",
    "invoke/openai.gpt-oss-120b-1:0",
    "invoke/qwen.qwen3-32b-v1:0",
    "invoke/writer.palmyra-x5-v1:0",
];

/// The models, resolved. A route that a family does not have is Converse.
pub fn specs() -> &'static [ModelSpec] {
    static SPECS: OnceLock<Vec<ModelSpec>> = OnceLock::new();
    SPECS.get_or_init(|| {
        let catalog = Catalog::builtin();
        let resolve = |name: &&str| {
            let name =
                name.strip_prefix("invoke/").filter(|_| ModelSpec::resolve(name, &catalog).is_err()).unwrap_or(name);
            ModelSpec::resolve(name, &catalog).unwrap_or_else(|error| panic!("{name}: {error}"))
        };
        NAMES.iter().map(resolve).collect()
    })
}

/// How the answers to some requests are read: of every model, with and without JSON by a tool and usage in the stream.
pub fn replies() -> &'static [ChatReply] {
    static REPLIES: OnceLock<Vec<ChatReply>> = OnceLock::new();
    REPLIES.get_or_init(|| {
        let tool = r#"[{"type":"function","function":{"name":"a.b"}}]"#;
        let members = [
            String::new(),
            r#","stream_options":{"include_usage":true}"#.to_owned(),
            format!(r#","tools":{tool}"#),
            format!(r#","tools":{tool},"response_format":{{"type":"json_object"}}"#),
        ];
        let mut replies = Vec::new();
        for members in members {
            let json = format!(
                r#"{{"model":"m","messages":[{{"role":"user","content":"?"}}],"stream":true,"drop_params":true{members}}}"#
            );
            let request: ChatRequest = serde_json::from_str(&json).unwrap_or_else(|error| panic!("{json}: {error}"));
            let mapped = specs().iter().filter_map(|spec| chat(&request, spec, &Options::default()).ok());
            replies.extend(mapped.map(|call| call.reply));
        }
        replies
    })
}

/// A byte as a choice, such that a space is the first: corpora can be read.
pub const fn chosen(byte: u8) -> usize {
    (byte ^ b' ') as usize
}
