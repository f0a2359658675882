//! The request body.

use std::ops::Deref;

use crate::{Extra, Function, Message, RawJson, ResponseFormat, Tool, ToolChoice};

/// `POST /v1/chat/completions`. Build with [`ChatRequest::new`] and setters, or deserialize.
///
/// <https://platform.openai.com/docs/api-reference/chat/create>
#[derive(Debug, Clone, Default, PartialEq)]
#[doc(alias = "CreateChatCompletionRequest")]
#[non_exhaustive]
pub struct ChatRequest {
    /// The model, with or without the `bedrock/` prefix.
    pub model: String,
    /// The conversation, oldest first.
    pub messages: Vec<Message>,
    /// Settings of spoken answers.
    pub audio: Option<RawJson>,
    /// Penalty for tokens by how often they occurred, -2 to 2.
    pub frequency_penalty: Option<f64>,
    /// Deprecated form of `tool_choice`.
    pub function_call: Option<RawJson>,
    /// Deprecated form of `tools`.
    pub functions: Vec<Function>,
    /// Bias by token id, -100 to 100.
    pub logit_bias: Option<RawJson>,
    /// Whether to return log probabilities.
    pub logprobs: Option<bool>,
    /// Largest number of tokens to generate, reasoning included. Wins over `max_tokens`.
    pub max_completion_tokens: Option<u32>,
    /// Deprecated form of `max_completion_tokens`.
    pub max_tokens: Option<u32>,
    /// The caller's labels for the request.
    pub metadata: Option<RawJson>,
    /// Kinds of output wanted, e.g. `["text"]`.
    pub modalities: Option<Vec<String>>,
    /// Number of choices.
    pub n: Option<u32>,
    /// Whether the model may call several tools at once.
    pub parallel_tool_calls: Option<bool>,
    /// Text that is expected to come back, as a hint for speed.
    pub prediction: Option<RawJson>,
    /// Penalty for tokens that occurred at all, -2 to 2.
    pub presence_penalty: Option<f64>,
    /// Groups requests for prompt caching.
    pub prompt_cache_key: Option<String>,
    /// How long a cached prompt is kept, e.g. `24h`.
    pub prompt_cache_retention: Option<String>,
    /// `none`, `minimal`, `low`, `medium`, `high`, `xhigh`, …
    pub reasoning_effort: Option<String>,
    /// Text, JSON or JSON of a given schema.
    pub response_format: Option<ResponseFormat>,
    /// Stable identifier of the end user, for abuse detection.
    pub safety_identifier: Option<String>,
    /// Seed for sampling.
    pub seed: Option<i64>,
    /// `auto`, `default`, `flex`, `priority`, …
    pub service_tier: Option<String>,
    /// Sequences that end the answer.
    pub stop: Stop,
    /// Whether the vendor may store the answer.
    pub store: Option<bool>,
    /// Whether to stream.
    pub stream: Option<bool>,
    /// What a stream contains.
    pub stream_options: Option<StreamOptions>,
    /// Sampling temperature, 0 to 2.
    pub temperature: Option<f64>,
    /// Which tools the model may or must call.
    pub tool_choice: Option<ToolChoice>,
    /// The tools.
    pub tools: Vec<Tool>,
    /// Number of most likely tokens to return at each place.
    pub top_logprobs: Option<u32>,
    /// Nucleus sampling, 0 to 1.
    pub top_p: Option<f64>,
    /// Deprecated identifier of the end user.
    pub user: Option<String>,
    /// `low`, `medium` or `high`.
    pub verbosity: Option<String>,
    /// Settings of the built-in web search.
    pub web_search_options: Option<RawJson>,
    /// Parameters outside the OpenAI schema, sent to the model as they are.
    pub extra: Extra,
}

/// Sequences that end the answer: a string or a list on the wire, a slice to readers.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Stop(pub(crate) Vec<String>);

/// What a stream contains.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct StreamOptions {
    /// Whether the last chunk carries the usage of the whole answer.
    pub include_usage: Option<bool>,
    /// Whether chunks carry padding against traffic analysis.
    pub include_obfuscation: Option<bool>,
}

impl Stop {
    /// The sequences.
    #[must_use]
    pub fn as_slice(&self) -> &[String] {
        &self.0
    }
}

impl Deref for Stop {
    type Target = [String];

    fn deref(&self) -> &[String] {
        &self.0
    }
}

impl From<&str> for Stop {
    fn from(sequence: &str) -> Self {
        Self(vec![sequence.to_owned()])
    }
}

impl From<String> for Stop {
    fn from(sequence: String) -> Self {
        Self(vec![sequence])
    }
}

impl From<Vec<String>> for Stop {
    fn from(sequences: Vec<String>) -> Self {
        Self(sequences)
    }
}

impl<T: Into<String>, const N: usize> From<[T; N]> for Stop {
    fn from(sequences: [T; N]) -> Self {
        Self(sequences.into_iter().map(Into::into).collect())
    }
}

impl StreamOptions {
    /// Asks for the usage in the last chunk.
    #[must_use]
    pub const fn include_usage() -> Self {
        Self { include_usage: Some(true), include_obfuscation: None }
    }
}
