//! The gate between a request and a mapper: what the model does not have does not get through.

use std::borrow::Cow;

use core_types::{ChatRequest, Message, Param, ParamSet, RawJson, ResponseFormat, Tool, ToolChoice};
use serde::Serialize;

use crate::controls::{self, Controls};
use crate::policy::{Fit, Verdict};
use crate::tool_names::ToolNames;
use crate::{DefaultMaxTokens, Delivery, ModelSpec, Options, TransformError, Warnings};

/// The part of a [`ChatRequest`] that the model has a place for. Mappers see only this: a parameter that is reported as
/// dropped cannot reach the wire.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct ChatInput<'a> {
    /// What the caller decides about mapping.
    pub options: &'a Options,
    /// Tool names as they go out.
    pub(crate) names: ToolNames,
    /// How the answer is to come.
    pub delivery: Delivery,
    /// Penalty for tokens by how often they occurred.
    pub frequency_penalty: Option<f64>,
    /// The conversation.
    pub messages: &'a [Message],
    /// `max_completion_tokens`, else `max_tokens`, else the caller's default.
    pub max_tokens: Option<u32>,
    /// Whether several tools may be called at once.
    pub parallel_tool_calls: Option<bool>,
    /// Penalty for tokens that occurred at all.
    pub presence_penalty: Option<f64>,
    /// `low`, `medium`, `high`, …
    pub reasoning_effort: Option<&'a str>,
    /// Text, JSON or JSON of a given schema.
    pub response_format: Option<&'a ResponseFormat>,
    /// Seed for sampling.
    pub seed: Option<i64>,
    /// `default`, `flex`, `priority`, …
    pub service_tier: Option<&'a str>,
    /// Sequences that end the answer; none is empty.
    pub stop: Vec<&'a str>,
    /// Sampling temperature.
    pub temperature: Option<f64>,
    /// Which tools the model may or must call.
    pub tool_choice: Option<&'a ToolChoice>,
    /// The tools.
    pub tools: &'a [Tool],
    /// Nucleus sampling.
    pub top_p: Option<f64>,
    /// The end user.
    pub user: Option<&'a str>,
    /// Settings of the built-in web search.
    pub web_search_options: Option<&'a RawJson>,
    /// Parameters outside the OpenAI schema, in the caller's order, without those that steer the gateway.
    pub extra: Vec<(&'a str, &'a RawJson)>,
    /// OpenAI parameters that the model is not known to have and the caller insists on, as JSON.
    pub insisted: Vec<(&'static str, RawJson)>,
}

impl<'a> ChatInput<'a> {
    /// Lets through what is in `supported`; drops, or refuses, everything else.
    pub(crate) fn admit(
        request: &'a ChatRequest,
        supported: ParamSet,
        spec: &ModelSpec,
        controls: &'a Controls,
        warnings: &mut Warnings,
    ) -> Result<Self, TransformError> {
        let options = &controls.options;
        let mut insisted = Vec::new();
        let admitted = judge(request, supported, spec, options, &mut insisted, warnings)?;
        let has = |param| admitted.contains(param);
        let max_tokens = request.max_completion_tokens.or(request.max_tokens).filter(|_| has(Param::MaxTokens));
        if max_tokens == Some(0) {
            let at = if request.max_completion_tokens.is_some() { "max_completion_tokens" } else { "max_tokens" };
            return Err(TransformError::invalid(at, "must be at least 1"));
        }
        let stop = if has(Param::Stop) { request.stop.as_slice() } else { &[] };
        let extra = extra(request, spec, controls, warnings);
        let response_format = request.response_format.as_ref().filter(|_| has(Param::ResponseFormat));
        let mut names = ToolNames::of(request, spec.model.can.hyphenated_tools);
        if matches!(response_format, Some(ResponseFormat::JsonObject { .. } | ResponseFormat::JsonSchema(_))) {
            names.reserve_json_tool(request);
        }
        Ok(Self {
            options,
            names,
            delivery: Delivery::Whole,
            frequency_penalty: request.frequency_penalty.filter(|_| has(Param::FrequencyPenalty)),
            messages: &request.messages,
            max_tokens: max_tokens
                .or_else(|| default_limit(options, spec).filter(|_| supported.contains(Param::MaxTokens))),
            parallel_tool_calls: request.parallel_tool_calls.filter(|_| has(Param::ParallelToolCalls)),
            presence_penalty: request.presence_penalty.filter(|_| has(Param::PresencePenalty)),
            reasoning_effort: request.reasoning_effort.as_deref().filter(|_| has(Param::ReasoningEffort)),
            response_format,
            seed: request.seed.filter(|_| has(Param::Seed)),
            service_tier: request.service_tier.as_deref().filter(|_| has(Param::ServiceTier)),
            stop: stop.iter().map(String::as_str).filter(|text| !text.is_empty()).collect(),
            temperature: request.temperature.filter(|_| has(Param::Temperature)),
            tool_choice: request.tool_choice.as_ref().filter(|_| has(Param::ToolChoice)),
            tools: if has(Param::Tools) { &request.tools } else { &[] },
            top_p: request.top_p.filter(|_| has(Param::TopP)),
            user: request.user.as_deref().filter(|_| has(Param::User)),
            web_search_options: request.web_search_options.as_ref().filter(|_| has(Param::WebSearchOptions)),
            extra,
            insisted,
        })
    }
}

impl ChatInput<'_> {
    /// The name that goes out for a tool: the caller's own, unless AWS would refuse it. The answer gets the caller's back.
    #[must_use]
    pub fn sent_name<'n>(&self, name: &'n str) -> Cow<'n, str> {
        self.names.sent(name)
    }

    /// The name of the tool that stands for a JSON schema, where the caller asked for JSON. A call of it is the answer.
    #[must_use]
    pub fn json_tool(&self) -> Option<&str> {
        self.names.json_tool()
    }
}

/// The parameters that go out. Those that the model is not known to have and the caller insists on go into `insisted`.
fn judge(
    request: &ChatRequest,
    supported: ParamSet,
    spec: &ModelSpec,
    options: &Options,
    insisted: &mut Vec<(&'static str, RawJson)>,
    warnings: &mut Warnings,
) -> Result<ParamSet, TransformError> {
    let mut admitted = ParamSet::NONE;
    for param in request.params().iter() {
        if param == Param::MaxTokens
            && request.max_completion_tokens.is_some()
            && options.drops("max_completion_tokens")
        {
            warnings.dropped(param.name());
            continue;
        }
        let fit = if supported.contains(param) {
            Fit::Supported
        } else if is_label(param) {
            Fit::Label
        } else {
            Fit::Missing
        };
        match options.judge(param.name(), fit, spec.family.name, warnings)? {
            Verdict::Admitted => admitted = admitted.with(param),
            Verdict::Dropped => {}
            Verdict::Insisted => insisted.extend(json_of(request, param).map(|json| (param.name(), json))),
        }
    }
    Ok(admitted)
}

/// What goes out of the parameters outside OpenAI's schema.
fn extra<'a>(
    request: &'a ChatRequest,
    spec: &ModelSpec,
    controls: &'a Controls,
    warnings: &mut Warnings,
) -> Vec<(&'a str, &'a RawJson)> {
    let mut extra = Vec::new();
    for (name, value) in request.extra.iter().filter(|(name, _)| !controls::is_internal(name)) {
        if controls.options.drops(name) {
            warnings.dropped(name.to_owned());
        } else if name != BETAS {
            extra.push((name, value));
        }
    }
    for flag in &controls.unknown_betas {
        warnings.dropped(format!("anthropic-beta:{flag}"));
    }
    if let Some(flags) = &controls.betas {
        // Of a model that no row knows, the caller knows best.
        if matches!(spec.family.name, "anthropic_messages" | "converse_only") || request.extra.value(BETAS).is_some() {
            extra.push((BETAS, flags));
        } else {
            warnings.dropped(BETAS);
        }
    }
    extra
}

/// What is sent as the token limit where the caller names none.
fn default_limit(options: &Options, spec: &ModelSpec) -> Option<u32> {
    match options.default_max_tokens {
        DefaultMaxTokens::ModelMax => spec.model.max_output_tokens,
        DefaultMaxTokens::Omit => None,
        DefaultMaxTokens::Tokens(tokens) => Some(tokens),
    }
}

/// Claude's beta flags.
pub(crate) const BETAS: &str = "anthropic_beta";

/// Labels change nothing in the answer: where a model has no place for them they are left out, whatever the policy.
const fn is_label(param: Param) -> bool {
    matches!(param, Param::User | Param::Metadata)
}

/// A parameter as JSON, to be passed on as it is.
fn json_of(request: &ChatRequest, param: Param) -> Option<RawJson> {
    fn json<T: Serialize>(value: &T) -> Option<RawJson> {
        RawJson::from_value(value).ok()
    }
    match param {
        Param::Audio => request.audio.clone(),
        Param::FrequencyPenalty => json(&request.frequency_penalty),
        Param::FunctionCall => request.function_call.clone(),
        Param::Functions => json(&request.functions),
        Param::LogitBias => request.logit_bias.clone(),
        Param::Logprobs => json(&request.logprobs),
        Param::MaxTokens => json(&request.max_completion_tokens.or(request.max_tokens)),
        Param::Metadata => request.metadata.clone(),
        Param::Modalities => json(&request.modalities),
        Param::N => json(&request.n),
        Param::ParallelToolCalls => json(&request.parallel_tool_calls),
        Param::Prediction => request.prediction.clone(),
        Param::PresencePenalty => json(&request.presence_penalty),
        Param::PromptCacheKey => json(&request.prompt_cache_key),
        Param::PromptCacheRetention => json(&request.prompt_cache_retention),
        Param::ReasoningEffort => json(&request.reasoning_effort),
        Param::ResponseFormat => json(&request.response_format),
        Param::SafetyIdentifier => json(&request.safety_identifier),
        Param::Seed => json(&request.seed),
        Param::ServiceTier => json(&request.service_tier),
        Param::Stop => json(&request.stop.as_slice()),
        Param::Store => json(&request.store),
        Param::Temperature => json(&request.temperature),
        Param::ToolChoice => json(&request.tool_choice),
        Param::Tools => json(&request.tools),
        Param::TopLogprobs => json(&request.top_logprobs),
        Param::TopP => json(&request.top_p),
        Param::User => json(&request.user),
        Param::Verbosity => json(&request.verbosity),
        Param::WebSearchOptions => request.web_search_options.clone(),
        _ => None,
    }
}
