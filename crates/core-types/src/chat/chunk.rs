//! Chunks of a streamed answer.

use std::sync::Arc;

use serde::Deserialize;

use crate::chat::read::response::role;
use crate::read::{or_default, present};
use crate::{Annotation, FinishReason, RawJson, ThinkingBlock, Usage};

/// One chunk of a streamed answer. `id` and `model` are shared, so a chunk costs no allocation for them.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[doc(alias = "CreateChatCompletionStreamResponse")]
#[non_exhaustive]
pub struct ChatChunk {
    /// Identifier of the answer, the same in every chunk.
    pub id: Arc<str>,
    /// Unix seconds, the same in every chunk.
    #[serde(default)]
    pub created: u64,
    /// The model as the caller named it.
    pub model: Arc<str>,
    /// One choice; none in the chunk that carries the usage.
    #[serde(default, deserialize_with = "or_default")]
    pub choices: Vec<ChunkChoice>,
    /// Token counts of the whole answer: `None` where they were not asked for, `Some(None)` (`null` on the wire) before
    /// the last chunk.
    #[serde(default, deserialize_with = "present")]
    pub usage: Option<Option<Usage>>,
    /// The tier that served the request.
    pub service_tier: Option<Arc<str>>,
    /// Bedrock's guardrail and prompt-router trace, verbatim.
    pub trace: Option<RawJson>,
    /// What Bedrock said that OpenAI's shape has no place for.
    pub provider_specific_fields: Option<RawJson>,
}

/// One choice of a chunk.
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[non_exhaustive]
pub struct ChunkChoice {
    /// Its place, from 0.
    #[serde(default)]
    pub index: u32,
    /// What is new.
    #[serde(default, deserialize_with = "or_default")]
    pub delta: ChunkDelta,
    /// Why the model stopped; only in the last chunk of a choice.
    pub finish_reason: Option<FinishReason>,
}

/// What is new in a chunk.
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[non_exhaustive]
pub struct ChunkDelta {
    /// Whether this is the first chunk: `role: assistant` on the wire.
    #[serde(default, deserialize_with = "role")]
    pub role: bool,
    /// More text.
    pub content: Option<String>,
    /// More reasoning, as plain text.
    pub reasoning_content: Option<String>,
    /// More reasoning, as blocks.
    #[serde(default, deserialize_with = "or_default")]
    pub thinking_blocks: Vec<ThinkingBlock>,
    /// More of tool calls.
    #[serde(default, deserialize_with = "or_default")]
    pub tool_calls: Vec<ToolCallDelta>,
    /// Citations.
    #[serde(default, deserialize_with = "or_default")]
    pub annotations: Vec<Annotation>,
    /// What Bedrock said that OpenAI's shape has no place for.
    pub provider_specific_fields: Option<RawJson>,
}

/// More of one tool call.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[non_exhaustive]
pub struct ToolCallDelta {
    /// Place of the call among the calls of the answer, from 0.
    #[serde(default)]
    pub index: u32,
    /// In the first delta of a call, beside `type: function`.
    pub id: Option<String>,
    /// Name and arguments.
    #[serde(default, deserialize_with = "or_default")]
    pub function: FunctionDelta,
}

/// More of a call's name or arguments.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[non_exhaustive]
pub struct FunctionDelta {
    /// In the first delta of a call.
    pub name: Option<String>,
    /// More of the arguments' JSON text.
    pub arguments: Option<String>,
}

impl ChatChunk {
    /// A chunk without choices yet. `created` is in Unix seconds.
    #[must_use]
    pub fn new(id: impl Into<Arc<str>>, created: u64, model: impl Into<Arc<str>>) -> Self {
        Self {
            id: id.into(),
            created,
            model: model.into(),
            choices: Vec::new(),
            usage: None,
            service_tier: None,
            trace: None,
            provider_specific_fields: None,
        }
    }
}

impl ChunkChoice {
    /// What is new in the choice at place `index`, from 0.
    #[must_use]
    pub const fn new(index: u32, delta: ChunkDelta) -> Self {
        Self { index, delta, finish_reason: None }
    }
}

impl ToolCallDelta {
    /// The first delta of the call at place `index`: its id and name.
    #[must_use]
    pub fn start(index: u32, id: impl Into<String>, name: impl Into<String>) -> Self {
        let function = FunctionDelta { name: Some(name.into()), arguments: Some(String::new()) };
        Self { index, id: Some(id.into()), function }
    }

    /// More of the arguments of the call at place `index`.
    #[must_use]
    pub fn arguments(index: u32, arguments: impl Into<String>) -> Self {
        Self { index, id: None, function: FunctionDelta { name: None, arguments: Some(arguments.into()) } }
    }
}
