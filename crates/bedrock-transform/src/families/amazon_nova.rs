//! Amazon Nova: Converse's shapes, with a few members elsewhere.
//!
//! <https://docs.aws.amazon.com/nova/latest/userguide/complete-request-schema.html>

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use core_types::{Extra, Param, ParamSet, RawJson};
use serde::Serialize;

use crate::converse::event::ConverseDecoder;
use crate::converse::response::{self, Members};
use crate::converse::wire::{Block, CachePoint, GuardContent, InferenceConfig, MediaSource, Role, ToolConfig};
use crate::converse::{self, Dialect};
use crate::families::body;
use crate::family::{Cache, Capabilities, ChatCodec, Completion, Family, Model, Reasoning, TopK};
use crate::input::ChatInput;
use crate::native::added::Added;
use crate::stream::delta::{Decode, Delta};
use crate::{ModelSpec, TransformError, Warnings};

const NAME: &str = "amazon_nova";

const TEXT: Capabilities = Capabilities {
    cache: Cache::Prompt,
    top_k: TopK::Nova,
    // Tools: <https://docs.aws.amazon.com/nova/latest/userguide/prompting-tool-troubleshooting.html>
    greedy_tools: true,
    hyphenated_tools: false,
    // The page names more that is not supported; AWS was seen to take `additionalProperties` and `title`.
    schema_root_lacks: &["$defs", "$ref", "allOf", "anyOf", "definitions", "oneOf"],
    web_search: true,
    ..Capabilities::TOOLS
};

const MULTIMODAL: Capabilities =
    Capabilities { documents: true, images: true, tool_result_images: true, video: true, ..TEXT };

pub(super) static FAMILY: Family = Family::new(NAME)
    .with_models(&[
        Model::new("amazon.nova-2-", Capabilities { reasoning: Reasoning::Nova, ..MULTIMODAL }),
        Model::new("amazon.nova-lite-", MULTIMODAL),
        Model::new("amazon.nova-micro-", TEXT),
        Model::new("amazon.nova-premier-", MULTIMODAL),
        Model::new("amazon.nova-pro", MULTIMODAL),
    ])
    .with_chat(ChatCodec::new(
        ParamSet::of(&[
            Param::MaxTokens,
            Param::ReasoningEffort,
            Param::ResponseFormat,
            Param::Stop,
            Param::Temperature,
            Param::ToolChoice,
            Param::Tools,
            Param::TopP,
            Param::WebSearchOptions,
        ]),
        request,
        response,
        || Box::new(Decoder::default()),
    ));

const DIALECT: Dialect = Dialect { bare_documents: false, hosted_tools: false, refuses, tool_choice_none: false };

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Request<'a> {
    schema_version: &'static str,
    messages: Vec<Turn<'a>>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    system: Vec<Marked<'a>>,
    #[serde(skip_serializing_if = "Inference::is_empty")]
    inference_config: Inference<'a>,
    #[serde(skip_serializing_if = "Option::is_none")]
    tool_config: Option<ToolConfig<'a>>,
}

#[derive(Serialize)]
struct Turn<'a> {
    role: Role,
    content: Vec<Marked<'a>>,
}

/// A block, and the mark to cache what ends with it.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Marked<'a> {
    #[serde(flatten)]
    block: Block<'a>,
    #[serde(skip_serializing_if = "Option::is_none")]
    cache_point: Option<CachePoint<'a>>,
}

/// Converse's settings, and Nova's own among them.
#[derive(Serialize)]
struct Inference<'a> {
    #[serde(flatten)]
    shared: InferenceConfig<'a>,
    #[serde(flatten)]
    own: Extra,
}

impl Inference<'_> {
    fn is_empty(&self) -> bool {
        self.shared.is_empty() && self.own.iter().next().is_none()
    }
}

fn request(input: &ChatInput<'_>, spec: &ModelSpec, warnings: &mut Warnings) -> Result<Bytes, TransformError> {
    let request = converse::build(input, spec, &DIALECT, warnings)?;
    let mut fields = request.additional_model_request_fields;
    let mut own = match fields.take("inferenceConfig") {
        Some(config) => config.read::<Extra>(),
        None => Ok(Extra::new()),
    }
    .map_err(|_| TransformError::invalid("inferenceConfig", "expected an object"))?;
    if let Some(reasoning) = fields.take("reasoningConfig") {
        own.insert("reasoningConfig", reasoning.into_owned());
    }
    check(&request.inference_config, &own)?;
    let request = Request {
        schema_version: "messages-v1",
        messages: request
            .messages
            .into_iter()
            .map(|turn| Turn { role: turn.role, content: marked(turn.content) })
            .collect(),
        system: marked(request.system),
        inference_config: Inference { shared: request.inference_config, own },
        tool_config: request.tool_config,
    };
    let fields: Vec<(&str, &RawJson)> = fields.iter().collect();
    body(&request, &fields)
}

/// No setting may be there twice.
fn check(shared: &InferenceConfig<'_>, own: &Extra) -> Result<(), TransformError> {
    let InferenceConfig { max_tokens, temperature, top_p, stop_sequences } = shared;
    let taken = [
        ("maxTokens", max_tokens.is_some()),
        ("temperature", temperature.is_some()),
        ("topP", top_p.is_some()),
        ("stopSequences", !stop_sequences.is_empty()),
    ];
    match taken.iter().find(|(name, is_set)| *is_set && own.value(name).is_some()) {
        Some((name, _)) => Err(TransformError::invalid(format!("inferenceConfig.{name}"), "this field is named twice")),
        None => Ok(()),
    }
}

/// Blocks as Nova's own body has them: cache points in the blocks that they mark, text as text.
fn marked(content: Vec<Block<'_>>) -> Vec<Marked<'_>> {
    let mut blocks: Vec<Marked<'_>> = Vec::with_capacity(content.len());
    for block in content {
        let block = match block {
            Block::CachePoint(point) => {
                if let Some(last) = blocks.last_mut() {
                    last.cache_point = Some(point);
                }
                continue;
            }
            Block::Document(mut document) => {
                if let MediaSource::Text(text) = document.source {
                    document.source = MediaSource::Bytes(STANDARD.encode(text).into());
                }
                Block::Document(document)
            }
            Block::GuardContent(GuardContent::Text { text, .. }) => Block::Text(text.into()),
            block => block,
        };
        blocks.push(Marked { block, cache_point: None });
    }
    blocks
}

fn refuses(block: &Block<'_>) -> Option<&'static str> {
    match block {
        Block::Document(document) if matches!(document.source, MediaSource::Content(_)) => {
            Some("documents in parts by InvokeModel")
        }
        Block::GuardContent(GuardContent::Raw(_)) => Some("guardContent by InvokeModel"),
        Block::SearchResult(_) => Some("search results by InvokeModel"),
        _ => None,
    }
}

fn response(body: &[u8]) -> Result<Completion, TransformError> {
    let mut completion = response::read(body)?;
    // A guardrail that changed the answer leaves the prompt's count only; the headers have both.
    completion.usage = completion.usage.filter(|usage| usage.completion_tokens > 0);
    Ok(completion)
}

/// Converse's events, wrapped in their names.
#[derive(Default)]
struct Decoder(ConverseDecoder);

impl Decode for Decoder {
    fn decode(&mut self, chunk: &[u8], out: &mut dyn FnMut(Delta<'_>)) -> Result<(), TransformError> {
        let Members(events) = serde_json::from_slice(chunk).map_err(|error| TransformError::malformed(NAME, error))?;
        for (name, event) in events.iter().filter(|(name, _)| !Added::owns(name)) {
            self.0.decode(name, event.get().as_bytes(), out)?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use core_types::ChatRequest;
    use serde_json::{Value, json};

    use crate::{Catalog, ModelSpec, Options, TransformError, chat};

    fn body(model: &str, mut request: Value) -> Result<Value, TransformError> {
        request["model"] = json!(model);
        let request: ChatRequest = serde_json::from_value(request).unwrap();
        let call = chat(&request, &ModelSpec::resolve(model, &Catalog::builtin())?, &Options::default())?;
        Ok(serde_json::from_slice(&call.outgoing.body).unwrap())
    }

    #[test]
    fn novas_own_settings_stand_among_converses() {
        let hello = json!([{"role": "user", "content": "Hello"}]);
        let request = json!({"messages": hello, "max_tokens": 5, "top_k": 3, "reasoning_effort": "low"});
        let expected = json!({
            "schemaVersion": "messages-v1",
            "messages": [{"role": "user", "content": [{"text": "Hello"}]}],
            "inferenceConfig": {
                "maxTokens": 5, "topK": 3, "reasoningConfig": {"type": "enabled", "maxReasoningEffort": "low"},
            },
        });
        assert_eq!(body("invoke/us.amazon.nova-2-lite-v1:0", request).unwrap(), expected);
        let twice = json!({"messages": hello, "max_tokens": 5, "inferenceConfig": {"maxTokens": 6}});
        assert!(body("invoke/amazon.nova-lite-v1:0", twice).is_err());
    }

    #[test]
    fn a_cache_point_stands_in_the_block_that_it_ends() {
        let control = json!({"type": "ephemeral"});
        let content =
            json!([{"type": "text", "text": "Long", "cache_control": control}, {"type": "text", "text": "Short"}]);
        let request = json!({"messages": [{"role": "user", "content": content}]});
        let expected = json!([{"text": "Long", "cachePoint": {"type": "default"}}, {"text": "Short"}]);
        assert_eq!(body("invoke/amazon.nova-lite-v1:0", request).unwrap()["messages"][0]["content"], expected);
    }
}
