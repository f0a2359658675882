//! Writes the request body.

use serde::ser::{Serialize, SerializeMap, Serializer};

use crate::write::{list, optional};
use crate::{ChatRequest, JsonSchema, ResponseFormat, Stop, StreamOptions};

impl Serialize for ChatRequest {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        // Without `..`: a new field does not compile until it is written.
        let Self {
            model,
            messages,
            audio,
            frequency_penalty,
            function_call,
            functions,
            logit_bias,
            logprobs,
            max_completion_tokens,
            max_tokens,
            metadata,
            modalities,
            n,
            parallel_tool_calls,
            prediction,
            presence_penalty,
            prompt_cache_key,
            prompt_cache_retention,
            reasoning_effort,
            response_format,
            safety_identifier,
            seed,
            service_tier,
            stop,
            store,
            stream,
            stream_options,
            temperature,
            tool_choice,
            tools,
            top_logprobs,
            top_p,
            user,
            verbosity,
            web_search_options,
            extra,
        } = self;
        let mut map = serializer.serialize_map(None)?;
        map.serialize_entry("model", model)?;
        map.serialize_entry("messages", messages)?;
        optional(&mut map, "audio", audio.as_ref())?;
        optional(&mut map, "frequency_penalty", frequency_penalty.as_ref())?;
        optional(&mut map, "function_call", function_call.as_ref())?;
        list(&mut map, "functions", functions)?;
        optional(&mut map, "logit_bias", logit_bias.as_ref())?;
        optional(&mut map, "logprobs", logprobs.as_ref())?;
        optional(&mut map, "max_completion_tokens", max_completion_tokens.as_ref())?;
        optional(&mut map, "max_tokens", max_tokens.as_ref())?;
        optional(&mut map, "metadata", metadata.as_ref())?;
        optional(&mut map, "modalities", modalities.as_ref())?;
        optional(&mut map, "n", n.as_ref())?;
        optional(&mut map, "parallel_tool_calls", parallel_tool_calls.as_ref())?;
        optional(&mut map, "prediction", prediction.as_ref())?;
        optional(&mut map, "presence_penalty", presence_penalty.as_ref())?;
        optional(&mut map, "prompt_cache_key", prompt_cache_key.as_ref())?;
        optional(&mut map, "prompt_cache_retention", prompt_cache_retention.as_ref())?;
        optional(&mut map, "reasoning_effort", reasoning_effort.as_ref())?;
        optional(&mut map, "response_format", response_format.as_ref())?;
        optional(&mut map, "safety_identifier", safety_identifier.as_ref())?;
        optional(&mut map, "seed", seed.as_ref())?;
        optional(&mut map, "service_tier", service_tier.as_ref())?;
        list(&mut map, "stop", stop)?;
        optional(&mut map, "store", store.as_ref())?;
        optional(&mut map, "stream", stream.as_ref())?;
        optional(&mut map, "stream_options", stream_options.as_ref())?;
        optional(&mut map, "temperature", temperature.as_ref())?;
        optional(&mut map, "tool_choice", tool_choice.as_ref())?;
        list(&mut map, "tools", tools)?;
        optional(&mut map, "top_logprobs", top_logprobs.as_ref())?;
        optional(&mut map, "top_p", top_p.as_ref())?;
        optional(&mut map, "user", user.as_ref())?;
        optional(&mut map, "verbosity", verbosity.as_ref())?;
        optional(&mut map, "web_search_options", web_search_options.as_ref())?;
        for (key, value) in extra.iter() {
            map.serialize_entry(key, value)?;
        }
        map.end()
    }
}

impl Serialize for Stop {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.as_slice().serialize(serializer)
    }
}

impl Serialize for StreamOptions {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        optional(&mut map, "include_usage", self.include_usage.as_ref())?;
        optional(&mut map, "include_obfuscation", self.include_obfuscation.as_ref())?;
        map.end()
    }
}

impl Serialize for ResponseFormat {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        match self {
            Self::JsonObject { schema } => {
                map.serialize_entry("type", "json_object")?;
                optional(&mut map, "response_schema", schema.as_ref())?;
            }
            Self::JsonSchema(schema) => {
                map.serialize_entry("type", "json_schema")?;
                map.serialize_entry("json_schema", schema)?;
            }
            Self::Text => map.serialize_entry("type", "text")?,
        }
        map.end()
    }
}

impl Serialize for JsonSchema {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        map.serialize_entry("name", &self.name)?;
        optional(&mut map, "description", self.description.as_ref())?;
        optional(&mut map, "schema", self.schema.as_ref())?;
        optional(&mut map, "strict", self.strict.as_ref())?;
        map.end()
    }
}
