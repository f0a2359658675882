//! Writes chunks.

use serde::ser::{Serialize, SerializeMap, Serializer};

use crate::write::{list, optional};
use crate::{ChatChunk, ChunkChoice, ChunkDelta, FunctionDelta, ToolCallDelta};

impl Serialize for ChatChunk {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        map.serialize_entry("id", &self.id)?;
        map.serialize_entry("object", "chat.completion.chunk")?;
        map.serialize_entry("created", &self.created)?;
        map.serialize_entry("model", &self.model)?;
        map.serialize_entry("choices", &self.choices)?;
        optional(&mut map, "usage", self.usage.as_ref())?;
        optional(&mut map, "service_tier", self.service_tier.as_ref())?;
        optional(&mut map, "trace", self.trace.as_ref())?;
        optional(&mut map, "provider_specific_fields", self.provider_specific_fields.as_ref())?;
        map.end()
    }
}

impl Serialize for ChunkChoice {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        map.serialize_entry("index", &self.index)?;
        map.serialize_entry("delta", &self.delta)?;
        map.serialize_entry("logprobs", &())?;
        map.serialize_entry("finish_reason", &self.finish_reason)?;
        map.end()
    }
}

impl Serialize for ChunkDelta {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        if self.role {
            map.serialize_entry("role", "assistant")?;
        }
        optional(&mut map, "content", self.content.as_ref())?;
        optional(&mut map, "reasoning_content", self.reasoning_content.as_ref())?;
        list(&mut map, "thinking_blocks", &self.thinking_blocks)?;
        list(&mut map, "tool_calls", &self.tool_calls)?;
        list(&mut map, "annotations", &self.annotations)?;
        optional(&mut map, "provider_specific_fields", self.provider_specific_fields.as_ref())?;
        map.end()
    }
}

impl Serialize for ToolCallDelta {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        map.serialize_entry("index", &self.index)?;
        if let Some(id) = &self.id {
            map.serialize_entry("id", id)?;
            map.serialize_entry("type", "function")?;
        }
        map.serialize_entry("function", &self.function)?;
        map.end()
    }
}

impl Serialize for FunctionDelta {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        optional(&mut map, "name", self.name.as_ref())?;
        optional(&mut map, "arguments", self.arguments.as_ref())?;
        map.end()
    }
}
