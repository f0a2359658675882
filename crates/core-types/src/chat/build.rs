//! Building a request.

use serde::Serialize;

use crate::{
    AssistantMessage, ChatRequest, Content, Message, RawJson, ResponseFormat, Stop, SystemMessage, Tool, ToolChoice,
    ToolMessage, UserMessage,
};

/// The conversation.
impl ChatRequest {
    /// An empty conversation with `model`.
    #[must_use]
    pub fn new(model: impl Into<String>) -> Self {
        Self { model: model.into(), ..Self::default() }
    }

    /// Adds a message.
    #[must_use]
    pub fn message(mut self, message: impl Into<Message>) -> Self {
        self.messages.push(message.into());
        self
    }

    /// Adds something that the model said before.
    #[must_use]
    pub fn assistant(self, content: impl Into<Content>) -> Self {
        self.message(AssistantMessage::new(content))
    }

    /// Adds instructions, in OpenAI's newer word.
    #[must_use]
    pub fn developer(self, content: impl Into<Content>) -> Self {
        self.message(Message::Developer(SystemMessage::new(content)))
    }

    /// Adds instructions.
    #[must_use]
    pub fn system(self, content: impl Into<Content>) -> Self {
        self.message(SystemMessage::new(content))
    }

    /// Adds the result of the tool call `id`.
    #[must_use]
    pub fn tool_result(self, id: impl Into<String>, content: impl Into<Content>) -> Self {
        self.message(ToolMessage::new(id, content))
    }

    /// Adds something that the user says.
    #[must_use]
    pub fn user(self, content: impl Into<Content>) -> Self {
        self.message(UserMessage::new(content))
    }
}

/// The parameters.
impl ChatRequest {
    /// Penalty for tokens by how often they occurred, -2 to 2.
    #[must_use]
    pub fn frequency_penalty(mut self, frequency_penalty: f64) -> Self {
        self.frequency_penalty = Some(frequency_penalty);
        self
    }

    /// Asks for the usage in the last chunk of a stream.
    #[must_use]
    pub fn include_usage(mut self) -> Self {
        self.stream_options.get_or_insert_default().include_usage = Some(true);
        self
    }

    /// Bias by token id, -100 to 100.
    #[must_use]
    pub fn logit_bias(mut self, logit_bias: RawJson) -> Self {
        self.logit_bias = Some(logit_bias);
        self
    }

    /// Largest number of tokens to generate, reasoning included.
    #[must_use]
    pub fn max_completion_tokens(mut self, max_completion_tokens: u32) -> Self {
        self.max_completion_tokens = Some(max_completion_tokens);
        self
    }

    /// Largest number of tokens to generate, in the deprecated spelling.
    #[must_use]
    pub fn max_tokens(mut self, max_tokens: u32) -> Self {
        self.max_tokens = Some(max_tokens);
        self
    }

    /// The caller's labels for the request.
    #[must_use]
    pub fn metadata(mut self, metadata: RawJson) -> Self {
        self.metadata = Some(metadata);
        self
    }

    /// Number of choices.
    #[must_use]
    pub fn n(mut self, n: u32) -> Self {
        self.n = Some(n);
        self
    }

    /// Whether the model may call several tools at once.
    #[must_use]
    pub fn parallel_tool_calls(mut self, parallel_tool_calls: bool) -> Self {
        self.parallel_tool_calls = Some(parallel_tool_calls);
        self
    }

    /// Sets a parameter outside the OpenAI schema, sent to the model as it is. A parameter of the schema has a field.
    ///
    /// # Errors
    /// If `value` cannot be written as JSON, e.g. a map with keys that are not strings.
    pub fn param<T: Serialize + ?Sized>(
        mut self,
        name: impl Into<String>,
        value: &T,
    ) -> Result<Self, serde_json::Error> {
        self.extra.insert(name, RawJson::from_value(value)?);
        Ok(self)
    }

    /// Penalty for tokens that occurred at all, -2 to 2.
    #[must_use]
    pub fn presence_penalty(mut self, presence_penalty: f64) -> Self {
        self.presence_penalty = Some(presence_penalty);
        self
    }

    /// How much the model shall think: `low`, `medium`, `high`, …
    #[must_use]
    pub fn reasoning_effort(mut self, reasoning_effort: impl Into<String>) -> Self {
        self.reasoning_effort = Some(reasoning_effort.into());
        self
    }

    /// What form the answer shall have.
    #[must_use]
    pub fn response_format(mut self, response_format: ResponseFormat) -> Self {
        self.response_format = Some(response_format);
        self
    }

    /// Stable identifier of the end user.
    #[must_use]
    pub fn safety_identifier(mut self, safety_identifier: impl Into<String>) -> Self {
        self.safety_identifier = Some(safety_identifier.into());
        self
    }

    /// Seed for sampling.
    #[must_use]
    pub fn seed(mut self, seed: i64) -> Self {
        self.seed = Some(seed);
        self
    }

    /// `auto`, `default`, `flex`, `priority`, …
    #[must_use]
    pub fn service_tier(mut self, service_tier: impl Into<String>) -> Self {
        self.service_tier = Some(service_tier.into());
        self
    }

    /// Sequences that end the answer: one, a list or an array.
    #[must_use]
    pub fn stop(mut self, stop: impl Into<Stop>) -> Self {
        self.stop = stop.into();
        self
    }

    /// Whether to stream.
    #[must_use]
    pub fn stream(mut self, stream: bool) -> Self {
        self.stream = Some(stream);
        self
    }

    /// Sampling temperature, 0 to 2.
    #[must_use]
    pub fn temperature(mut self, temperature: f64) -> Self {
        self.temperature = Some(temperature);
        self
    }

    /// Adds a tool: a [`Tool`], or the [`Function`](crate::Function) of one.
    #[must_use]
    pub fn tool(mut self, tool: impl Into<Tool>) -> Self {
        self.tools.push(tool.into());
        self
    }

    /// Which tools the model may or must call.
    #[must_use]
    pub fn tool_choice(mut self, tool_choice: ToolChoice) -> Self {
        self.tool_choice = Some(tool_choice);
        self
    }

    /// Nucleus sampling, 0 to 1.
    #[must_use]
    pub fn top_p(mut self, top_p: f64) -> Self {
        self.top_p = Some(top_p);
        self
    }

    /// `low`, `medium` or `high`.
    #[must_use]
    pub fn verbosity(mut self, verbosity: impl Into<String>) -> Self {
        self.verbosity = Some(verbosity.into());
        self
    }
}
