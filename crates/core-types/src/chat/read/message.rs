//! Reads a message: a flat struct of options first, then what its role makes of them.

use serde::Deserialize;
use serde::de::{Deserializer, Error};

use crate::read::{missing, object, or_default, present};
use crate::{
    AssistantMessage, CacheControl, Content, FunctionCall, FunctionMessage, Message, RawJson, SystemMessage,
    ThinkingBlock, ToolCall, ToolMessage, UserMessage,
};

impl<'de> Deserialize<'de> for Message {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let fields: MessageFields = object(deserializer, "a message, an object with `role` and `content`")?;
        fields.message().map_err(D::Error::custom)
    }
}

/// Every member that some role knows; clients send many more, and those are ignored.
#[derive(Deserialize)]
struct MessageFields {
    role: Option<Role>,
    /// The outer option tells a missing `content` from a `null`.
    #[serde(default, deserialize_with = "present")]
    content: Option<Option<Content>>,
    name: Option<String>,
    cache_control: Option<CacheControl>,
    audio: Option<RawJson>,
    refusal: Option<String>,
    function_call: Option<FunctionCall>,
    #[serde(default, deserialize_with = "or_default")]
    tool_calls: Vec<ToolCall>,
    reasoning_content: Option<String>,
    #[serde(default, deserialize_with = "or_default")]
    thinking_blocks: Vec<ThinkingBlock>,
    prefix: Option<bool>,
    tool_call_id: Option<String>,
    is_error: Option<bool>,
    status: Option<RawJson>,
}

enum Role {
    Assistant,
    Developer,
    Function,
    System,
    Tool,
    User,
}

impl<'de> Deserialize<'de> for Role {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let role = String::deserialize(deserializer)?;
        match role.as_str() {
            "assistant" => Ok(Self::Assistant),
            "developer" => Ok(Self::Developer),
            "function" => Ok(Self::Function),
            "system" => Ok(Self::System),
            "tool" => Ok(Self::Tool),
            "user" => Ok(Self::User),
            _ => Err(D::Error::custom(format!(
                "unknown role `{role}`, expected one of `system`, `developer`, `user`, `assistant`, `tool`, `function`"
            ))),
        }
    }
}

impl MessageFields {
    fn message(self) -> Result<Message, String> {
        let Some(role) = self.role else { return Err(missing("role")) };
        let message = match role {
            Role::Assistant => Message::Assistant(AssistantMessage {
                content: self.content.flatten(),
                audio: self.audio,
                name: self.name,
                refusal: self.refusal,
                function_call: self.function_call,
                tool_calls: self.tool_calls,
                reasoning_content: self.reasoning_content,
                thinking_blocks: self.thinking_blocks,
                prefix: self.prefix.unwrap_or_default(),
                cache_control: self.cache_control,
            }),
            Role::Developer => Message::Developer(SystemMessage {
                content: required(self.content)?,
                name: self.name,
                cache_control: self.cache_control,
            }),
            Role::Function => Message::Function(FunctionMessage {
                name: self.name.ok_or_else(|| missing("name"))?,
                content: self.content.flatten().unwrap_or_default(),
            }),
            Role::System => Message::System(SystemMessage {
                content: required(self.content)?,
                name: self.name,
                cache_control: self.cache_control,
            }),
            Role::Tool => Message::Tool(ToolMessage {
                tool_call_id: self.tool_call_id.ok_or_else(|| missing("tool_call_id"))?,
                content: self.content.flatten().unwrap_or_default(),
                name: self.name,
                is_error: self.is_error == Some(true)
                    || self.status.is_some_and(|status| status.as_str() == r#""error""#),
                cache_control: self.cache_control,
            }),
            Role::User => Message::User(UserMessage {
                content: required(self.content)?,
                name: self.name,
                cache_control: self.cache_control,
            }),
        };
        Ok(message)
    }
}

/// The content of a role that must say something.
fn required(content: Option<Option<Content>>) -> Result<Content, String> {
    match content {
        Some(Some(content)) => Ok(content),
        Some(None) => Err("`content` must be a string or a list of parts, not null".to_owned()),
        None => Err(missing("content")),
    }
}
