//! Writes messages.

use serde::ser::{Serialize, SerializeMap, Serializer};

use crate::write::{flag, list, optional};
use crate::{AssistantMessage, CacheControl, Content, Message, ThinkingBlock};

impl Serialize for Message {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        match self {
            Self::Assistant(message) => assistant(&mut map, message)?,
            Self::Developer(message) => {
                plain(&mut map, "developer", &message.content, message.name.as_ref(), message.cache_control.as_ref())?;
            }
            Self::Function(message) => plain(&mut map, "function", &message.content, Some(&message.name), None)?,
            Self::System(message) => {
                plain(&mut map, "system", &message.content, message.name.as_ref(), message.cache_control.as_ref())?;
            }
            Self::Tool(message) => {
                plain(&mut map, "tool", &message.content, message.name.as_ref(), message.cache_control.as_ref())?;
                map.serialize_entry("tool_call_id", &message.tool_call_id)?;
                flag(&mut map, "is_error", message.is_error)?;
            }
            Self::User(message) => {
                plain(&mut map, "user", &message.content, message.name.as_ref(), message.cache_control.as_ref())?;
            }
        }
        map.end()
    }
}

/// Writes what every role but the assistant's has.
fn plain<M: SerializeMap>(
    map: &mut M,
    role: &str,
    content: &Content,
    name: Option<&String>,
    cache_control: Option<&CacheControl>,
) -> Result<(), M::Error> {
    map.serialize_entry("role", role)?;
    map.serialize_entry("content", content)?;
    optional(map, "name", name)?;
    optional(map, "cache_control", cache_control)
}

fn assistant<M: SerializeMap>(map: &mut M, message: &AssistantMessage) -> Result<(), M::Error> {
    // Without `..`: a new field does not compile until it is written.
    let AssistantMessage {
        content,
        audio,
        name,
        refusal,
        function_call,
        tool_calls,
        reasoning_content,
        thinking_blocks,
        prefix,
        cache_control,
    } = message;
    map.serialize_entry("role", "assistant")?;
    optional(map, "content", content.as_ref())?;
    optional(map, "audio", audio.as_ref())?;
    optional(map, "name", name.as_ref())?;
    optional(map, "refusal", refusal.as_ref())?;
    optional(map, "function_call", function_call.as_ref())?;
    list(map, "tool_calls", tool_calls)?;
    optional(map, "reasoning_content", reasoning_content.as_ref())?;
    list(map, "thinking_blocks", thinking_blocks)?;
    flag(map, "prefix", *prefix)?;
    optional(map, "cache_control", cache_control.as_ref())
}

impl Serialize for ThinkingBlock {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        thinking(&mut map, self)?;
        map.end()
    }
}

/// Writes a thinking block, which looks the same among the parts and beside them.
pub(super) fn thinking<M: SerializeMap>(map: &mut M, block: &ThinkingBlock) -> Result<(), M::Error> {
    match block {
        ThinkingBlock::Redacted { data } => {
            map.serialize_entry("type", "redacted_thinking")?;
            map.serialize_entry("data", data)
        }
        ThinkingBlock::Thinking { thinking, signature } => {
            map.serialize_entry("type", "thinking")?;
            map.serialize_entry("thinking", thinking)?;
            optional(map, "signature", signature.as_ref())
        }
    }
}

impl Serialize for CacheControl {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        map.serialize_entry("type", "ephemeral")?;
        optional(&mut map, "ttl", self.ttl.as_ref())?;
        map.end()
    }
}
