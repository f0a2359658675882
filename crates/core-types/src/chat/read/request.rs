//! Reads the request body in one pass.

use std::fmt;

use serde::Deserialize;
use serde::de::value::MapAccessDeserializer;
use serde::de::{Deserializer, Error, MapAccess, SeqAccess, Visitor};

use crate::read::{integer, object};
use crate::{ChatRequest, Extra, Stop, StreamOptions};

impl<'de> Deserialize<'de> for ChatRequest {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(ChatRequestVisitor)
    }
}

struct ChatRequestVisitor;

impl<'de> Visitor<'de> for ChatRequestVisitor {
    type Value = ChatRequest;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a chat request, an object with `model` and `messages`")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<ChatRequest, A::Error> {
        let mut request = ChatRequest::default();
        let mut model = None;
        let mut messages = None;
        let mut unknown = Vec::new();
        let mut known: Vec<String> = Vec::new();
        while let Some(key) = map.next_key::<String>()? {
            if known.contains(&key) {
                return Err(A::Error::custom(format!("duplicate field `{key}`")));
            }
            match key.as_str() {
                "model" => model = map.next_value()?,
                "messages" => messages = map.next_value()?,
                "audio" => request.audio = map.next_value()?,
                "frequency_penalty" => request.frequency_penalty = map.next_value()?,
                "function_call" => request.function_call = map.next_value()?,
                "functions" => request.functions = list(&mut map)?,
                "logit_bias" => request.logit_bias = map.next_value()?,
                "logprobs" => request.logprobs = map.next_value()?,
                "max_completion_tokens" => request.max_completion_tokens = integer(&mut map)?,
                "max_tokens" => request.max_tokens = integer(&mut map)?,
                "metadata" => request.metadata = map.next_value()?,
                "modalities" => request.modalities = map.next_value()?,
                "n" => request.n = integer(&mut map)?,
                "parallel_tool_calls" => request.parallel_tool_calls = map.next_value()?,
                "prediction" => request.prediction = map.next_value()?,
                "presence_penalty" => request.presence_penalty = map.next_value()?,
                "prompt_cache_key" => request.prompt_cache_key = map.next_value()?,
                "prompt_cache_retention" => request.prompt_cache_retention = map.next_value()?,
                "reasoning_effort" => {
                    request.reasoning_effort = map.next_value::<Option<Effort>>()?.and_then(|Effort(effort)| effort);
                }
                "response_format" => request.response_format = map.next_value()?,
                "safety_identifier" => request.safety_identifier = map.next_value()?,
                "seed" => request.seed = integer(&mut map)?,
                "service_tier" => request.service_tier = map.next_value()?,
                "stop" => request.stop = map.next_value()?,
                "store" => request.store = map.next_value()?,
                "stream" => request.stream = map.next_value()?,
                "stream_options" => request.stream_options = map.next_value()?,
                "temperature" => request.temperature = map.next_value()?,
                "tool_choice" => request.tool_choice = map.next_value()?,
                "tools" => request.tools = list(&mut map)?,
                "top_logprobs" => request.top_logprobs = integer(&mut map)?,
                "top_p" => request.top_p = map.next_value()?,
                "user" => request.user = map.next_value()?,
                "verbosity" => request.verbosity = map.next_value()?,
                "web_search_options" => request.web_search_options = map.next_value()?,
                _ => {
                    unknown.push((key, map.next_value()?));
                    continue;
                }
            }
            known.push(key);
        }
        request.model = model.ok_or_else(|| A::Error::missing_field("model"))?;
        request.messages = messages.ok_or_else(|| A::Error::missing_field("messages"))?;
        request.extra = Extra::from_fields(unknown).map_err(A::Error::custom)?;
        Ok(request)
    }
}

/// A list, where `null` is the empty one.
fn list<'de, A: MapAccess<'de>, T: Deserialize<'de>>(map: &mut A) -> Result<Vec<T>, A::Error> {
    map.next_value::<Option<Vec<T>>>().map(Option::unwrap_or_default)
}

/// `reasoning_effort`: a word, or the Responses API's object.
struct Effort(Option<String>);

#[derive(Deserialize)]
struct EffortFields {
    effort: Option<String>,
}

impl<'de> Deserialize<'de> for Effort {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(EffortVisitor)
    }
}

struct EffortVisitor;

impl<'de> Visitor<'de> for EffortVisitor {
    type Value = Effort;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a string like `low`, or an object with `effort`")
    }

    fn visit_str<E: Error>(self, effort: &str) -> Result<Effort, E> {
        Ok(Effort(Some(effort.to_owned())))
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Effort, A::Error> {
        EffortFields::deserialize(MapAccessDeserializer::new(map)).map(|fields| Effort(fields.effort))
    }
}

impl<'de> Deserialize<'de> for Stop {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(StopVisitor)
    }
}

struct StopVisitor;

impl<'de> Visitor<'de> for StopVisitor {
    type Value = Stop;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a string or a list of strings")
    }

    fn visit_unit<E: Error>(self) -> Result<Stop, E> {
        Ok(Stop::default())
    }

    fn visit_str<E: Error>(self, sequence: &str) -> Result<Stop, E> {
        Ok(Stop(vec![sequence.to_owned()]))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Stop, A::Error> {
        let mut sequences = Vec::new();
        while let Some(sequence) = list.next_element()? {
            sequences.push(sequence);
        }
        Ok(Stop(sequences))
    }
}

#[derive(Deserialize)]
struct StreamOptionsFields {
    include_usage: Option<bool>,
    include_obfuscation: Option<bool>,
}

impl<'de> Deserialize<'de> for StreamOptions {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let StreamOptionsFields { include_usage, include_obfuscation } = object(deserializer, "an object")?;
        Ok(Self { include_usage, include_obfuscation })
    }
}
