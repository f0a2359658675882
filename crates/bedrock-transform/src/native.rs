//! What all native bodies share: which parameters they have, what goes beside the family's own fields, and what Bedrock
//! itself adds to an answer.

use std::borrow::Cow;

use core_types::{Extra, FinishReason, Param, ParamSet, RawJson, Usage};
use serde::Deserialize;
use serde_json::value::RawValue;

use crate::family::{Capabilities, ChatCodec, Completion, Reasoning, Sampling};
use crate::input::ChatInput;
use crate::{TransformError, UnsupportedParams, Warnings};

/// Parameters outside OpenAI's schema, for a native body.
pub(crate) type Extras<'a> = Vec<(&'a str, &'a RawJson)>;

/// The parameters that a model has in its family's body.
pub(crate) fn params(codec: &ChatCodec, can: &Capabilities) -> ParamSet {
    let mut params = codec.params;
    if !can.tools {
        params = params.minus(ParamSet::of(&[Param::Tools, Param::ToolChoice]));
    }
    if can.sampling == Sampling::None {
        params = params.minus(ParamSet::of(&[Param::Temperature, Param::TopP]));
    }
    if matches!(can.reasoning, Reasoning::Unsupported | Reasoning::Unknown) {
        params = params.minus(ParamSet::of(&[Param::ReasoningEffort]));
    }
    // The tier is a header; tool calls in parallel are what most bodies have no switch for.
    params.with(Param::ServiceTier).with(Param::ParallelToolCalls)
}

/// `false` where the body has no such switch is worth a warning, not an error; `true` is what every model does.
pub(crate) fn parallel_tool_calls(input: &mut ChatInput<'_>, codec: &ChatCodec, warnings: &mut Warnings) {
    let has = codec.params.contains(Param::ParallelToolCalls) && !input.tools.is_empty();
    if !has && input.parallel_tool_calls.take() == Some(false) {
        warnings.dropped(Param::ParallelToolCalls.name());
    }
}

/// Takes the members of `extra_body` and `additionalModelRequestFields`, and the parameters that the caller insists on,
/// out of `input`: they stand beside the other fields of a native body.
pub(crate) fn unfold(input: &mut ChatInput<'_>) -> Result<Vec<(String, RawJson)>, TransformError> {
    let mut fields: Vec<(String, RawJson)> = Vec::new();
    let mut folded = Vec::new();
    input.extra.retain(|(name, value)| {
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
    fields.extend(std::mem::take(&mut input.insisted).into_iter().map(|(name, value)| (name.to_owned(), value)));
    let named_before = |place: usize, name: &str| {
        fields.iter().take(place).any(|(other, _)| other == name)
            || input.extra.iter().any(|(other, _)| *other == name)
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
    let mut usage: Usage = serde_json::from_str(raw.get()).ok()?;
    let sum = usage.prompt_tokens.saturating_add(usage.completion_tokens);
    usage.total_tokens = usage.total_tokens.max(sum);
    (sum > 0).then_some(usage)
}

/// The sum of counts off the wire, which may be anything.
pub(crate) const fn usage(prompt: u64, completion: u64) -> Usage {
    Usage::new(prompt, completion, prompt.saturating_add(completion))
}

/// Reads what Bedrock adds to the body of every family: whether a guardrail stepped in, and its trace.
/// <https://docs.aws.amazon.com/bedrock/latest/userguide/guardrails-use-independent-api.html>
pub(crate) fn guardrail(body: &[u8], completion: &mut Completion) {
    let Some(guarded) = Guarded::read(body) else { return };
    if guarded.intervened() {
        completion.finish_reason = FinishReason::ContentFilter;
        // What the body counts is the guardrail's message; the headers count the model's work.
        completion.usage = None;
    }
    completion.trace = completion.trace.take().or_else(|| guarded.trace.and_then(|raw| RawJson::from_value(raw).ok()));
}

/// What Bedrock says of a guardrail in a native body or chunk.
#[derive(Deserialize)]
pub(crate) struct Guarded<'a> {
    #[serde(rename = "amazon-bedrock-guardrailAction", borrow, default)]
    action: Option<Cow<'a, str>>,
    #[serde(rename = "amazon-bedrock-trace", borrow, default)]
    pub(crate) trace: Option<&'a RawValue>,
}

impl<'a> Guarded<'a> {
    /// `None` if the body says nothing of a guardrail. Bodies without the words are not read twice.
    pub(crate) fn read(body: &'a [u8]) -> Option<Self> {
        const WORDS: [&[u8]; 2] = [b"amazon-bedrock-guardrailAction", b"amazon-bedrock-trace"];
        let said = WORDS.iter().any(|word| body.windows(word.len()).any(|window| window == *word));
        said.then(|| serde_json::from_slice(body).ok()).flatten()
    }

    pub(crate) fn intervened(&self) -> bool {
        self.action.as_deref() == Some("INTERVENED")
    }
}
