//! What native bodies share: what goes beside the family's own fields, and how counts are read.

pub(crate) mod added;
pub(crate) mod cohere;
pub(crate) mod generation;
pub(crate) mod headers;
pub(crate) mod images;
pub(crate) mod kept;
pub(crate) mod marengo;
pub(crate) mod mixed;
pub(crate) mod openai_shape;
pub(crate) mod prompt;
pub(crate) mod tags;

use std::borrow::Cow;

use core_types::{
    ChatRequest, CompletionTokensDetails, Content, Extra, Message, Param, ParamSet, Part, PromptTokensDetails, RawJson,
    ResponseFormat, Tool, Usage,
};
use serde::Deserialize;
use serde_json::value::RawValue;

use crate::converse::response::Count;
use crate::family::ChatCodec;
use crate::input::ChatInput;
use crate::{TransformError, UnsupportedParams, Warnings};

/// Parameters outside OpenAI's schema, for a native body.
pub(crate) type Extras<'a> = Vec<(&'a str, &'a RawJson)>;

/// The parameters that a family has with InvokeModel, and those that nobody is refused for. The tier is a header.
pub(crate) const fn params(codec: &ChatCodec, request: &ChatRequest) -> ParamSet {
    let params = codec.params.with(Param::ServiceTier).with(Param::ParallelToolCalls);
    match request.response_format {
        Some(ResponseFormat::JsonObject { .. }) => params.with(Param::ResponseFormat),
        _ => params,
    }
}

/// `false` where the body has no such switch is worth a warning, not an error; `true` is what every model does.
pub(crate) fn parallel_tool_calls(input: &mut ChatInput<'_>, codec: &ChatCodec, warnings: &mut Warnings) {
    let has = codec.params.contains(Param::ParallelToolCalls) && !input.tools.is_empty();
    if !has && input.parallel_tool_calls.take() == Some(false) {
        warnings.dropped(Param::ParallelToolCalls.name());
    }
}

/// JSON of any form is the caller's business where a body cannot ask for it: a warning, not an error.
pub(crate) fn json_object(input: &mut ChatInput<'_>, codec: &ChatCodec, warnings: &mut Warnings) {
    if !codec.params.contains(Param::ResponseFormat) && input.response_format.take().is_some() {
        warnings.dropped(Param::ResponseFormat.name());
    }
}

/// OpenAI's scale ends at 2, that of most models at 1. What is on neither, AWS refuses by name.
pub(crate) fn temperature(input: &mut ChatInput<'_>, codec: &ChatCodec, warnings: &mut Warnings) {
    if let (Some(temperature), Some(most)) = (&mut input.temperature, codec.max_temperature)
        && *temperature > most
        && *temperature <= 2.0
    {
        warnings.adjusted(Param::Temperature, format!("{temperature} exceeds {most}; sent {most}"));
        *temperature = most;
    }
}

/// Reports what a conversation says that the body has no place for: cache markers, and reasoning of earlier answers.
pub(crate) fn left_out(input: &ChatInput<'_>, warnings: &mut Warnings) {
    let tools = input.tools.iter().any(|tool| matches!(tool, Tool::Function { cache_control: Some(_), .. }));
    if tools || input.messages.iter().any(is_marked) {
        warnings.dropped("cache_control");
    }
    for (index, message) in input.messages.iter().enumerate() {
        let Message::Assistant(message) = message else { continue };
        let thinks = |part: &Part| matches!(part, Part::Thinking(_));
        let reasoned = message.reasoning_content.as_ref().is_some_and(|text| !text.is_empty())
            || !message.thinking_blocks.is_empty()
            || matches!(&message.content, Some(Content::Parts(parts)) if parts.iter().any(thinks));
        if reasoned {
            warnings.rewritten(format!("messages[{index}]"), "the model takes no reasoning back: left out");
        }
    }
}

/// Reports a prompt template where the body has no prompt.
pub(crate) fn no_prompt(input: &ChatInput<'_>, warnings: &mut Warnings) {
    if input.options.prompt_template.is_some() {
        warnings.dropped("roles");
    }
}

/// Whether a message, or a part of it, asks for a cache breakpoint.
fn is_marked(message: &Message) -> bool {
    let (marker, content) = match message {
        Message::Assistant(message) => (&message.cache_control, message.content.as_ref()),
        Message::Developer(message) | Message::System(message) => (&message.cache_control, Some(&message.content)),
        Message::Tool(message) => (&message.cache_control, Some(&message.content)),
        Message::User(message) => (&message.cache_control, Some(&message.content)),
        _ => return false,
    };
    let in_parts = match content {
        Some(Content::Parts(parts)) => parts.iter().any(|part| match part {
            Part::GuardedText(part) => part.cache_control.is_some(),
            Part::Text(part) => part.cache_control.is_some(),
            Part::ImageUrl(image) => image.cache_control.is_some(),
            Part::InputAudio(audio) => audio.cache_control.is_some(),
            Part::VideoUrl(video) => video.cache_control.is_some(),
            _ => false,
        }),
        _ => false,
    };
    marker.is_some() || in_parts
}

/// Takes the members of `extra_body` and `additionalModelRequestFields` out of `extra`: they stand beside the other fields
/// of a native body, as do the parameters that the caller insists on.
pub(crate) fn unfold(
    extra: &mut Extras<'_>,
    insisted: Vec<(&'static str, RawJson)>,
) -> Result<Vec<(String, RawJson)>, TransformError> {
    let mut fields: Vec<(String, RawJson)> = Vec::new();
    let mut folded = Vec::new();
    extra.retain(|(name, value)| {
        let is_folded = matches!(*name, "additionalModelRequestFields" | "extra_body");
        if is_folded && !value.is_null() {
            folded.push((*name, *value));
        }
        !is_folded && !value.is_null()
    });
    for (at, value) in folded {
        let members: Extra =
            value.read().map_err(|_| TransformError::invalid(at, "expected an object without a key twice"))?;
        fields.extend(members.iter().map(|(name, value)| (name.to_owned(), value.clone())));
    }
    fields.extend(insisted.into_iter().map(|(name, value)| (name.to_owned(), value)));
    let named_before = |place: usize, name: &str| {
        fields.iter().take(place).any(|(other, _)| other == name) || extra.iter().any(|(other, _)| *other == name)
    };
    match fields.iter().enumerate().find(|(place, (name, _))| named_before(*place, name)) {
        Some((_, (name, _))) => Err(TransformError::invalid(name.as_str(), "this field is named twice")),
        None => Ok(fields),
    }
}

/// The extras of a family that has no `top_k`: refused, or dropped if the caller wants that.
pub(crate) fn without_top_k<'a>(
    input: &ChatInput<'a>,
    family: &'static str,
    warnings: &mut Warnings,
) -> Result<Extras<'a>, TransformError> {
    const TOP_K: &str = "top_k";
    let (top_k, others): (Extras<'a>, Extras<'a>) = input.extra.iter().partition(|(name, _)| *name == TOP_K);
    if top_k.is_empty() {
        return Ok(others);
    }
    if input.options.unsupported != UnsupportedParams::Drop {
        return Err(TransformError::UnsupportedParam { param: Cow::Borrowed(TOP_K), family });
    }
    warnings.dropped(TOP_K);
    Ok(others)
}

/// The extras of a family that calls `top_k` by a name of its own.
pub(crate) fn with_top_k_as<'a>(input: &ChatInput<'a>, own: &'static str) -> Extras<'a> {
    input.extra.iter().map(|(name, value)| (if *name == "top_k" { own } else { *name }, *value)).collect()
}

/// Counts in OpenAI's own shape, if there are any.
pub(crate) fn openai_usage(raw: &RawValue) -> Option<Usage> {
    #[derive(Deserialize, Default)]
    #[serde(default)]
    struct Counts {
        prompt_tokens: Count,
        completion_tokens: Count,
        prompt_tokens_details: Option<PromptTokensDetails>,
        completion_tokens_details: Option<CompletionTokensDetails>,
    }
    let counts: Counts = serde_json::from_str(raw.get()).ok()?;
    let (prompt, completion) = (counts.prompt_tokens.0, counts.completion_tokens.0);
    let mut usage = usage(prompt.or_else(|| completion.and(Some(0)))?, completion.unwrap_or(0));
    usage.prompt_tokens_details = counts.prompt_tokens_details;
    usage.completion_tokens_details = counts.completion_tokens_details;
    Some(usage)
}

/// The sum of counts off the wire, which may be anything.
pub(crate) const fn usage(prompt: u64, completion: u64) -> Usage {
    Usage::new(prompt, completion, prompt.saturating_add(completion))
}
