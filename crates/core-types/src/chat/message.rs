//! Messages of a conversation, one struct per role.

use crate::{CacheControl, Content, FunctionCall, RawJson, ToolCall};

/// One message of a conversation.
#[derive(Debug, Clone, PartialEq)]
#[doc(alias = "ChatCompletionRequestMessage")]
#[non_exhaustive]
pub enum Message {
    /// What the model said before, or the start of its answer.
    Assistant(AssistantMessage),
    /// Instructions, in OpenAI's newer word.
    Developer(SystemMessage),
    /// The result of a deprecated function call.
    Function(FunctionMessage),
    /// Instructions.
    System(SystemMessage),
    /// The result of a tool call.
    Tool(ToolMessage),
    /// What the user says.
    User(UserMessage),
}

/// Instructions to the model.
#[derive(Debug, Clone, Default, PartialEq)]
#[non_exhaustive]
pub struct SystemMessage {
    /// The text.
    pub content: Content,
    /// Name of the participant.
    pub name: Option<String>,
    /// Asks for a cache breakpoint after this message.
    pub cache_control: Option<CacheControl>,
}

/// What the user says.
#[derive(Debug, Clone, Default, PartialEq)]
#[non_exhaustive]
pub struct UserMessage {
    /// Text, images, documents, …
    pub content: Content,
    /// Name of the participant.
    pub name: Option<String>,
    /// Asks for a cache breakpoint after this message.
    pub cache_control: Option<CacheControl>,
}

/// What the model said before, or the start of its answer.
#[derive(Debug, Clone, Default, PartialEq)]
#[non_exhaustive]
pub struct AssistantMessage {
    /// Text; absent beside tool calls.
    pub content: Option<Content>,
    /// Audio of an earlier answer, by id.
    pub audio: Option<RawJson>,
    /// Name of the participant.
    pub name: Option<String>,
    /// Why the model refused.
    pub refusal: Option<String>,
    /// Deprecated form of `tool_calls`.
    pub function_call: Option<FunctionCall>,
    /// The tools that the model called.
    pub tool_calls: Vec<ToolCall>,
    /// The model's reasoning as plain text. Models do not take it back; `thinking_blocks` they do.
    pub reasoning_content: Option<String>,
    /// The model's reasoning with signatures, as it came.
    pub thinking_blocks: Vec<ThinkingBlock>,
    /// Whether the message is the start of the answer, never to be followed by a turn of the gateway's own.
    pub prefix: bool,
    /// Asks for a cache breakpoint after this message.
    pub cache_control: Option<CacheControl>,
}

/// The result of a tool call.
#[derive(Debug, Clone, Default, PartialEq)]
#[non_exhaustive]
pub struct ToolMessage {
    /// Which call this answers.
    pub tool_call_id: String,
    /// Text, images, documents, …
    pub content: Content,
    /// Name of the tool.
    pub name: Option<String>,
    /// Whether the tool failed: `is_error: true` or `status: "error"`.
    pub is_error: bool,
    /// Asks for a cache breakpoint after this message.
    pub cache_control: Option<CacheControl>,
}

/// The result of a deprecated function call.
#[derive(Debug, Clone, Default, PartialEq)]
#[non_exhaustive]
pub struct FunctionMessage {
    /// Name of the function.
    pub name: String,
    /// The result.
    pub content: Content,
}

/// One block of a model's reasoning, to be sent back as it came.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum ThinkingBlock {
    /// Reasoning that only the model's vendor can read, in base64. `type: redacted_thinking`.
    Redacted {
        /// The encrypted reasoning, in base64.
        data: String,
    },
    /// Reasoning in clear. `type: thinking`.
    Thinking {
        /// The text; may be empty beside a signature.
        thinking: String,
        /// Proves to the vendor that the text is the model's own.
        signature: Option<String>,
    },
}

impl From<AssistantMessage> for Message {
    fn from(message: AssistantMessage) -> Self {
        Self::Assistant(message)
    }
}

impl From<FunctionMessage> for Message {
    fn from(message: FunctionMessage) -> Self {
        Self::Function(message)
    }
}

/// Instructions under the role `system`; for `developer` name the variant.
impl From<SystemMessage> for Message {
    fn from(message: SystemMessage) -> Self {
        Self::System(message)
    }
}

impl From<ToolMessage> for Message {
    fn from(message: ToolMessage) -> Self {
        Self::Tool(message)
    }
}

impl From<UserMessage> for Message {
    fn from(message: UserMessage) -> Self {
        Self::User(message)
    }
}

impl SystemMessage {
    /// Instructions.
    #[must_use]
    pub fn new(content: impl Into<Content>) -> Self {
        Self { content: content.into(), ..Self::default() }
    }

    /// Names the participant.
    #[must_use]
    pub fn name(mut self, name: impl Into<String>) -> Self {
        self.name = Some(name.into());
        self
    }

    /// Asks for a cache breakpoint after this message.
    #[must_use]
    pub fn cache_control(mut self, cache_control: CacheControl) -> Self {
        self.cache_control = Some(cache_control);
        self
    }
}

impl UserMessage {
    /// What the user says.
    #[must_use]
    pub fn new(content: impl Into<Content>) -> Self {
        Self { content: content.into(), ..Self::default() }
    }

    /// Names the participant.
    #[must_use]
    pub fn name(mut self, name: impl Into<String>) -> Self {
        self.name = Some(name.into());
        self
    }

    /// Asks for a cache breakpoint after this message.
    #[must_use]
    pub fn cache_control(mut self, cache_control: CacheControl) -> Self {
        self.cache_control = Some(cache_control);
        self
    }
}

impl AssistantMessage {
    /// What the model said. Tool calls without text: `AssistantMessage::default().tool_call(…)`.
    #[must_use]
    pub fn new(content: impl Into<Content>) -> Self {
        Self { content: Some(content.into()), ..Self::default() }
    }

    /// Adds a call of a tool.
    #[must_use]
    pub fn tool_call(mut self, call: ToolCall) -> Self {
        self.tool_calls.push(call);
        self
    }

    /// Adds a block of reasoning.
    #[must_use]
    pub fn thinking_block(mut self, block: ThinkingBlock) -> Self {
        self.thinking_blocks.push(block);
        self
    }

    /// Sets the reasoning as plain text.
    #[must_use]
    pub fn reasoning_content(mut self, reasoning: impl Into<String>) -> Self {
        self.reasoning_content = Some(reasoning.into());
        self
    }

    /// Makes this the start of the answer.
    #[must_use]
    pub fn prefix(mut self) -> Self {
        self.prefix = true;
        self
    }

    /// Names the participant.
    #[must_use]
    pub fn name(mut self, name: impl Into<String>) -> Self {
        self.name = Some(name.into());
        self
    }

    /// Asks for a cache breakpoint after this message.
    #[must_use]
    pub fn cache_control(mut self, cache_control: CacheControl) -> Self {
        self.cache_control = Some(cache_control);
        self
    }
}

impl ToolMessage {
    /// The result of the tool call `id`.
    #[must_use]
    pub fn new(id: impl Into<String>, content: impl Into<Content>) -> Self {
        Self { tool_call_id: id.into(), content: content.into(), ..Self::default() }
    }

    /// Says that the tool failed.
    #[must_use]
    pub fn error(mut self) -> Self {
        self.is_error = true;
        self
    }

    /// Names the tool.
    #[must_use]
    pub fn name(mut self, name: impl Into<String>) -> Self {
        self.name = Some(name.into());
        self
    }

    /// Asks for a cache breakpoint after this message.
    #[must_use]
    pub fn cache_control(mut self, cache_control: CacheControl) -> Self {
        self.cache_control = Some(cache_control);
        self
    }
}

impl FunctionMessage {
    /// The result of a call of the function `name`.
    #[must_use]
    pub fn new(name: impl Into<String>, content: impl Into<Content>) -> Self {
        Self { name: name.into(), content: content.into() }
    }
}

impl ThinkingBlock {
    /// Reasoning in clear.
    #[must_use]
    pub fn thinking(thinking: impl Into<String>, signature: Option<String>) -> Self {
        Self::Thinking { thinking: thinking.into(), signature }
    }

    /// Reasoning that only the model's vendor can read, in base64.
    #[must_use]
    pub fn redacted(data: impl Into<String>) -> Self {
        Self::Redacted { data: data.into() }
    }
}
