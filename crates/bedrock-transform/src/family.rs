//! Families of models: what they can do as data, how their native bodies look as functions; long because it is all of a family that
//! others write.

use std::borrow::Cow;

use bytes::Bytes;
use core_types::{FinishReason, ParamSet, RawJson, ResponseMessage, Usage};

use crate::embed::codec::EmbedCodec;
use crate::families;
use crate::image::codec::ImageCodec;
use crate::input::ChatInput;
use crate::model::id::ModelId;
use crate::rerank::codec::RerankCodec;
use crate::stream::delta::Decode;
use crate::{ModelSpec, TransformError, Warnings};

/// Models that share one native `InvokeModel` body, and how they differ on Converse.
#[derive(Debug)]
#[non_exhaustive]
pub struct Family {
    /// Name in errors, snapshots and docs, e.g. `meta_llama`.
    pub name: &'static str,
    /// The models; the longest matching prefix wins.
    pub models: &'static [Model],
    /// The native chat body; `None` if it is not known.
    pub chat: Option<ChatCodec>,
    /// The native embedding body; `None` if the models make no embeddings.
    pub embed: Option<EmbedCodec>,
    /// The body to draw and edit images; `None` if there is none.
    pub image: Option<ImageCodec>,
    /// The native ranking body; Bedrock's own operation needs none.
    pub rerank: Option<RerankCodec>,
}

impl Family {
    /// A family without models and bodies.
    #[must_use]
    pub const fn new(name: &'static str) -> Self {
        Self { name, models: &[], chat: None, embed: None, image: None, rerank: None }
    }

    /// Sets the models.
    #[must_use]
    pub const fn with_models(mut self, models: &'static [Model]) -> Self {
        self.models = models;
        self
    }

    /// Sets the native chat body.
    #[must_use]
    pub const fn with_chat(mut self, codec: ChatCodec) -> Self {
        self.chat = Some(codec);
        self
    }

    /// Sets the native embedding body.
    #[must_use]
    pub const fn with_embed(mut self, codec: EmbedCodec) -> Self {
        self.embed = Some(codec);
        self
    }

    /// Sets the body to draw and edit images.
    #[must_use]
    pub const fn with_image(mut self, codec: ImageCodec) -> Self {
        self.image = Some(codec);
        self
    }

    /// Sets the native ranking body.
    #[must_use]
    pub const fn with_rerank(mut self, codec: RerankCodec) -> Self {
        self.rerank = Some(codec);
        self
    }

    /// Whether the models are for chat: Converse serves them, and nothing is known that they are for instead.
    #[must_use]
    pub const fn converses(&self) -> bool {
        self.chat.is_some() || (self.embed.is_none() && self.image.is_none() && self.rerank.is_none())
    }
}

/// Models whose base id starts with `prefix`.
#[derive(Debug, Clone, Copy)]
#[non_exhaustive]
pub struct Model {
    /// Start of the base id, e.g. `meta.llama3-1-`.
    pub prefix: &'static str,
    /// What the models accept.
    pub can: Capabilities,
    /// Largest `max_tokens`, in tokens.
    pub max_output_tokens: Option<u32>,
    /// Whether the native body is the default route.
    pub prefers_invoke: bool,
}

impl Model {
    /// Models whose base id starts with `prefix`.
    #[must_use]
    pub const fn new(prefix: &'static str, can: Capabilities) -> Self {
        Self { prefix, can, max_output_tokens: None, prefers_invoke: false }
    }

    /// Sets the largest `max_tokens`.
    #[must_use]
    pub const fn with_max_output_tokens(mut self, tokens: u32) -> Self {
        self.max_output_tokens = Some(tokens);
        self
    }

    /// Makes the native body the default route.
    #[must_use]
    pub const fn preferring_invoke(mut self) -> Self {
        self.prefers_invoke = true;
        self
    }
}

/// What a model accepts. Names: an input kind (`images`), a role (`system`), a feature (`tools`), a feature and a limit
/// (`tools_stream`).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct Capabilities {
    /// Sound in user messages.
    pub audio: bool,
    /// Where cache points may stand.
    pub cache: Cache,
    /// The length of an embedding can be chosen.
    pub dimensions: bool,
    /// Documents in user messages.
    pub documents: bool,
    /// Calls tools more reliably when it samples greedily.
    pub greedy_tools: bool,
    /// Streams of Converse count what came from and went to a cache among the input, as whole answers do not.
    pub gross_stream_input: bool,
    /// Hyphens in the names of tools.
    pub hyphenated_tools: bool,
    /// Images in user messages.
    pub images: bool,
    /// A first message of the assistant's.
    pub leading_assistant: bool,
    /// Text beside tool results in one user turn.
    pub mixed_tool_turn: bool,
    /// A switch against parallel tool calls, in Anthropic's spelling.
    pub parallel_tool_switch: bool,
    /// A last message of the assistant's, to be continued.
    pub prefill: bool,
    /// How reasoning is asked for.
    pub reasoning: Reasoning,
    /// Which sampling parameters go together.
    pub sampling: Sampling,
    /// Members that the root of a tool's schema may not have.
    pub schema_root_lacks: &'static [&'static str],
    /// Streaming.
    pub stream: bool,
    /// `strict` in tool definitions.
    pub strict_tools: bool,
    /// JSON of a given schema, natively.
    pub structured_output: bool,
    /// System prompts.
    pub system: bool,
    /// Forcing some tool.
    pub tool_choice_any: bool,
    /// Forcing a named tool.
    pub tool_choice_tool: bool,
    /// Images in tool results.
    pub tool_result_images: bool,
    /// `status` in tool results.
    pub tool_result_status: bool,
    /// Tools.
    pub tools: bool,
    /// Tools in streams.
    pub tools_stream: bool,
    /// Where `top_k` goes.
    pub top_k: TopK,
    /// Video in user messages.
    pub video: bool,
    /// A built-in web search.
    pub web_search: bool,
}

impl Capabilities {
    /// Text in, text out.
    pub const NONE: Self = Self {
        audio: false,
        cache: Cache::Unsupported,
        dimensions: false,
        documents: false,
        greedy_tools: false,
        gross_stream_input: false,
        hyphenated_tools: true,
        images: false,
        leading_assistant: false,
        mixed_tool_turn: true,
        parallel_tool_switch: false,
        prefill: true,
        reasoning: Reasoning::Unsupported,
        sampling: Sampling::Any,
        schema_root_lacks: &[],
        stream: true,
        strict_tools: false,
        structured_output: false,
        system: true,
        tool_choice_any: false,
        tool_choice_tool: false,
        tool_result_images: false,
        tool_result_status: true,
        tools: false,
        tools_stream: false,
        top_k: TopK::Unsupported,
        video: false,
        web_search: false,
    };

    /// Text in, text out, and tools in every way.
    pub const TOOLS: Self =
        Self { tools: true, tools_stream: true, tool_choice_any: true, tool_choice_tool: true, ..Self::NONE };

    /// Everything that AWS may accept: for models that no row knows. AWS has the last word.
    pub const PERMISSIVE: Self = Self {
        audio: true,
        cache: Cache::Anywhere { ttl: true },
        documents: true,
        images: true,
        reasoning: Reasoning::Unknown,
        tool_result_images: true,
        top_k: TopK::PassThrough,
        video: true,
        ..Self::TOOLS
    };
}

/// Where cache points may stand.
/// <https://docs.aws.amazon.com/bedrock/latest/userguide/prompt-caching.html>
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Cache {
    /// In system prompts, messages and tools; `ttl` if the time to live can be chosen.
    Anywhere {
        /// Whether `ttl` is accepted.
        ttl: bool,
    },
    /// In system prompts and messages, but not among tools or after tool results.
    Prompt,
    /// Nowhere.
    Unsupported,
}

/// How reasoning is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Reasoning {
    /// `thinking: {type: adaptive}` and `output_config.effort`.
    AnthropicAdaptive,
    /// The same, and a budget is refused.
    AnthropicAdaptiveOnly,
    /// `thinking: {type: enabled, budget_tokens}`.
    AnthropicBudget,
    /// `reasoning_effort`, as a word.
    Effort,
    /// `reasoningConfig.maxReasoningEffort`.
    Nova,
    /// `reasoning.effort`.
    OpenAi,
    /// `reasoning_config`, as a word.
    ReasoningConfig,
    /// The model is not known: an effort is refused, `thinking` is passed on.
    Unknown,
    /// Not at all, or always and without a switch.
    Unsupported,
}

/// Which sampling parameters go together.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Sampling {
    /// `temperature` and `top_p` as they come.
    Any,
    /// None.
    None,
    /// `temperature` or `top_p`, not both.
    One,
}

/// Where `top_k` goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum TopK {
    /// `additionalModelRequestFields.inferenceConfig.topK`, as Nova has it.
    Nova,
    /// `additionalModelRequestFields.top_k`.
    PassThrough,
    /// The models have none.
    Unsupported,
}

/// A native chat body as three pure functions.
#[derive(Debug)]
#[non_exhaustive]
pub struct ChatCodec {
    /// Largest temperature, where it is not OpenAI's 2.
    pub max_temperature: Option<f64>,
    /// The parameters that the body has.
    pub params: ParamSet,
    /// Writes the body.
    pub request: EncodeChat,
    /// Reads an answer.
    pub response: ReadChat,
    /// Reads a stream.
    pub decoder: fn() -> Box<dyn Decode>,
}

/// Writes a native body.
pub type EncodeChat = fn(&ChatInput<'_>, &ModelSpec, &mut Warnings) -> Result<Bytes, TransformError>;
/// Reads a native answer.
pub type ReadChat = fn(&[u8]) -> Result<Completion, TransformError>;

impl ChatCodec {
    /// A native chat body.
    #[must_use]
    pub const fn new(
        params: ParamSet,
        request: EncodeChat,
        response: ReadChat,
        decoder: fn() -> Box<dyn Decode>,
    ) -> Self {
        Self { max_temperature: None, params, request, response, decoder }
    }

    /// Sets the largest temperature.
    #[must_use]
    pub const fn with_max_temperature(mut self, temperature: f64) -> Self {
        self.max_temperature = Some(temperature);
        self
    }
}

/// An answer, read: what OpenAI's shape needs of it.
#[derive(Debug, Clone, Default)]
#[non_exhaustive]
pub struct Completion {
    /// What the model said.
    pub message: ResponseMessage,
    /// Why it stopped.
    pub finish_reason: FinishReason,
    /// The counts, if the body has them.
    pub usage: Option<Usage>,
    /// The tier that served the request.
    pub service_tier: Option<String>,
    /// Guardrail and prompt-router trace.
    pub trace: Option<RawJson>,
    /// What OpenAI's shape has no place for.
    pub provider_specific_fields: Option<RawJson>,
}

impl Completion {
    /// An answer of plain text.
    #[must_use]
    pub fn text(text: impl Into<String>, finish_reason: FinishReason, usage: Option<Usage>) -> Self {
        Self { message: ResponseMessage::new(text), finish_reason, usage, ..Self::default() }
    }
}

/// The families to choose from: the built-in ones, and yours. A longer prefix wins; of equal ones, yours.
#[derive(Debug, Clone)]
pub struct Catalog(Cow<'static, [&'static Family]>);

impl Default for Catalog {
    fn default() -> Self {
        Self::builtin()
    }
}

impl Catalog {
    /// The built-in families.
    #[must_use]
    pub const fn builtin() -> Self {
        Self(Cow::Borrowed(families::ALL))
    }

    /// Adds a family.
    #[must_use]
    pub fn with(mut self, family: &'static Family) -> Self {
        self.0.to_mut().push(family);
        self
    }

    /// The families, built-in ones first.
    pub fn families(&self) -> impl Iterator<Item = &'static Family> {
        self.0.iter().copied()
    }

    /// The row of a base model id, e.g. `meta.llama3-1-8b-instruct-v1:0`.
    #[must_use]
    pub fn find(&self, base: &str) -> Option<(&'static Family, &'static Model)> {
        self.families()
            .flat_map(|family| family.models.iter().map(move |model| (family, model)))
            .filter(|(_, model)| base.starts_with(model.prefix))
            .max_by_key(|(_, model)| model.prefix.len())
    }

    /// The row of a parsed name; the fallback if no row knows it.
    #[must_use]
    pub fn find_id(&self, id: &ModelId) -> (&'static Family, &'static Model) {
        let named = id.body.and_then(|body| self.find(families::prefix_of_body(body)));
        named
            .or_else(|| self.find(&id.base))
            .unwrap_or((&families::converse_only::FAMILY, &families::converse_only::ANY))
    }
}
