//! Writes the answer.

use serde::ser::{Serialize, SerializeMap, Serializer};

use crate::write::{list, optional};
use crate::{Annotation, ChatResponse, Choice, FinishReason, ResponseMessage};

impl Serialize for ChatResponse {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        map.serialize_entry("id", &self.id)?;
        map.serialize_entry("object", "chat.completion")?;
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

impl Serialize for Choice {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        map.serialize_entry("index", &self.index)?;
        map.serialize_entry("message", &self.message)?;
        map.serialize_entry("logprobs", &())?;
        map.serialize_entry("finish_reason", &self.finish_reason)?;
        map.end()
    }
}

impl Serialize for ResponseMessage {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        map.serialize_entry("role", "assistant")?;
        map.serialize_entry("content", &self.content)?;
        map.serialize_entry("refusal", &self.refusal)?;
        list(&mut map, "tool_calls", &self.tool_calls)?;
        optional(&mut map, "reasoning_content", self.reasoning_content.as_ref())?;
        list(&mut map, "thinking_blocks", &self.thinking_blocks)?;
        list(&mut map, "annotations", &self.annotations)?;
        optional(&mut map, "provider_specific_fields", self.provider_specific_fields.as_ref())?;
        map.end()
    }
}

impl Serialize for Annotation {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        map.serialize_entry("type", "url_citation")?;
        map.serialize_entry("url_citation", &UrlCitation(self))?;
        map.end()
    }
}

struct UrlCitation<'a>(&'a Annotation);

impl Serialize for UrlCitation<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        map.serialize_entry("url", &self.0.url)?;
        map.serialize_entry("title", &self.0.title)?;
        map.serialize_entry("start_index", &self.0.start_index)?;
        map.serialize_entry("end_index", &self.0.end_index)?;
        map.end()
    }
}

impl Serialize for FinishReason {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}
