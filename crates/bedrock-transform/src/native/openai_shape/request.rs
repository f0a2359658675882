//! Writes the body.

use bytes::Bytes;
use core_types::ResponseFormat;
use serde::Serialize;

use crate::families;
use crate::family::Reasoning;
use crate::input::ChatInput;
use crate::native::openai_shape::Dialect;
use crate::native::openai_shape::messages::{WireMessage, messages};
use crate::native::openai_shape::tools::{WireChoice, WireTool, choice, tools};
use crate::native::{self, Extras};
use crate::{ModelSpec, TransformError, Warnings};

#[derive(Serialize)]
struct Request<'a> {
    messages: Vec<WireMessage<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    max_tokens: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    max_completion_tokens: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    temperature: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    top_p: Option<f64>,
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    stop: &'a [&'a str],
    #[serde(skip_serializing_if = "Option::is_none")]
    frequency_penalty: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    presence_penalty: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    seed: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    reasoning_effort: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    reasoning_config: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    response_format: Option<&'a ResponseFormat>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    tools: Vec<WireTool<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    tool_choice: Option<WireChoice<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    parallel_tool_calls: Option<bool>,
}

/// The body, with these fields beside it.
pub(crate) fn body(
    input: &ChatInput<'_>,
    spec: &ModelSpec,
    dialect: Dialect,
    extras: &Extras<'_>,
    warnings: &mut Warnings,
) -> Result<Bytes, TransformError> {
    native::left_out(input, warnings);
    native::no_prompt(input, warnings);
    let tools = tools(input, dialect, warnings)?;
    let has_tools = !tools.is_empty();
    let tool_choice = if has_tools { choice(input, spec, dialect, warnings)? } else { None };
    let reasoning = spec.model.can.reasoning;
    // OpenAI's own models know only the newer name, all others the older one.
    let newer = reasoning == Reasoning::OpenAi;
    let request = Request {
        messages: messages(input, spec, dialect)?,
        max_tokens: input.max_tokens.filter(|_| !newer),
        max_completion_tokens: input.max_tokens.filter(|_| newer),
        temperature: input.temperature,
        top_p: input.top_p,
        stop: &input.stop,
        frequency_penalty: input.frequency_penalty,
        presence_penalty: input.presence_penalty,
        seed: input.seed,
        reasoning_effort: input.reasoning_effort.filter(|_| reasoning != Reasoning::ReasoningConfig),
        reasoning_config: input.reasoning_effort.filter(|_| reasoning == Reasoning::ReasoningConfig),
        response_format: input.response_format,
        tools,
        tool_choice,
        parallel_tool_calls: input.parallel_tool_calls.filter(|_| has_tools),
    };
    families::body(&request, extras)
}
