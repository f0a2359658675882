//! The answer.

use serde::Deserialize;

use crate::read::or_default;
use crate::{RawJson, ThinkingBlock, ToolCall, Usage};

/// The answer to a chat request.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[doc(alias = "CreateChatCompletionResponse")]
#[non_exhaustive]
pub struct ChatResponse {
    /// Identifier of the answer.
    pub id: String,
    /// Unix seconds.
    #[serde(default)]
    pub created: u64,
    /// The model as the caller named it.
    pub model: String,
    /// The choices; Bedrock gives one.
    #[serde(default)]
    pub choices: Vec<Choice>,
    /// Token counts, as far as AWS reported them.
    pub usage: Option<Usage>,
    /// The tier that served the request.
    pub service_tier: Option<String>,
    /// Bedrock's guardrail and prompt-router trace, verbatim.
    pub trace: Option<RawJson>,
    /// What Bedrock said that OpenAI's shape has no place for.
    pub provider_specific_fields: Option<RawJson>,
}

/// One choice of an answer.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[non_exhaustive]
pub struct Choice {
    /// Its place, from 0.
    #[serde(default)]
    pub index: u32,
    /// What the model said.
    pub message: ResponseMessage,
    /// Why it stopped.
    #[serde(default, deserialize_with = "or_default")]
    pub finish_reason: FinishReason,
}

/// What the model said.
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[non_exhaustive]
pub struct ResponseMessage {
    /// The text; absent if there is none.
    pub content: Option<String>,
    /// Why the model refused.
    pub refusal: Option<String>,
    /// The tools it called.
    #[serde(default, deserialize_with = "or_default")]
    pub tool_calls: Vec<ToolCall>,
    /// The reasoning as plain text.
    pub reasoning_content: Option<String>,
    /// The reasoning with signatures, to be sent back as it is.
    #[serde(default, deserialize_with = "or_default")]
    pub thinking_blocks: Vec<ThinkingBlock>,
    /// Citations.
    #[serde(default, deserialize_with = "or_default")]
    pub annotations: Vec<Annotation>,
    /// What Bedrock said that OpenAI's shape has no place for.
    pub provider_specific_fields: Option<RawJson>,
}

/// A citation of a web page. `type: url_citation`.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Annotation {
    /// Address of the page.
    pub url: String,
    /// Title of the page.
    pub title: String,
    /// Where the cited text starts in the message, in characters.
    pub start_index: u32,
    /// Where the cited text ends in the message, in characters.
    pub end_index: u32,
}

/// Why the model stopped.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum FinishReason {
    /// A filter or guardrail stopped it.
    ContentFilter,
    /// The token limit or the context window was reached.
    Length,
    /// The answer is complete.
    #[default]
    Stop,
    /// The model called tools.
    ToolCalls,
}

impl FinishReason {
    /// OpenAI's word.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::ContentFilter => "content_filter",
            Self::Length => "length",
            Self::Stop => "stop",
            Self::ToolCalls => "tool_calls",
        }
    }

    /// The reason that OpenAI calls `name`; `function_call` is the deprecated form of `tool_calls`.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        match name {
            "content_filter" => Some(Self::ContentFilter),
            "function_call" | "tool_calls" => Some(Self::ToolCalls),
            "length" => Some(Self::Length),
            "stop" => Some(Self::Stop),
            _ => None,
        }
    }
}

impl ChatResponse {
    /// An answer without choices yet. `created` is in Unix seconds.
    #[must_use]
    pub fn new(id: impl Into<String>, created: u64, model: impl Into<String>) -> Self {
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

    /// Adds a choice.
    #[must_use]
    pub fn choice(mut self, choice: Choice) -> Self {
        self.choices.push(choice);
        self
    }

    /// Sets the token counts.
    #[must_use]
    pub const fn usage(mut self, usage: Usage) -> Self {
        self.usage = Some(usage);
        self
    }

    /// The text of the first choice.
    #[must_use]
    pub fn text(&self) -> Option<&str> {
        self.choices.first()?.message.content.as_deref()
    }
}

impl Choice {
    /// The choice at place `index`, from 0.
    #[must_use]
    pub const fn new(index: u32, message: ResponseMessage, finish_reason: FinishReason) -> Self {
        Self { index, message, finish_reason }
    }
}

impl ResponseMessage {
    /// A message of text.
    #[must_use]
    pub fn new(content: impl Into<String>) -> Self {
        Self { content: Some(content.into()), ..Self::default() }
    }
}

impl Annotation {
    /// A citation of the page at `url` for a range of the message, in characters.
    #[must_use]
    pub fn new(url: impl Into<String>, title: impl Into<String>, start_index: u32, end_index: u32) -> Self {
        Self { url: url.into(), title: title.into(), start_index, end_index }
    }
}
