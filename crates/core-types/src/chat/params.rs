//! Which parameters a request sets.

use crate::{ChatRequest, Param, ParamSet, RawJson, ResponseFormat};

impl ChatRequest {
    /// Every parameter of such a request.
    pub const PARAMS: ParamSet = ParamSet::of(&[
        Param::Audio,
        Param::FrequencyPenalty,
        Param::FunctionCall,
        Param::Functions,
        Param::LogitBias,
        Param::Logprobs,
        Param::MaxTokens,
        Param::Metadata,
        Param::Modalities,
        Param::N,
        Param::ParallelToolCalls,
        Param::Prediction,
        Param::PresencePenalty,
        Param::PromptCacheKey,
        Param::PromptCacheRetention,
        Param::ReasoningEffort,
        Param::ResponseFormat,
        Param::SafetyIdentifier,
        Param::Seed,
        Param::ServiceTier,
        Param::Stop,
        Param::Store,
        Param::Temperature,
        Param::ToolChoice,
        Param::Tools,
        Param::TopLogprobs,
        Param::TopP,
        Param::User,
        Param::Verbosity,
        Param::WebSearchOptions,
    ]);

    /// The parameters that are set to something that matters: OpenAI's own defaults, like `n: 1`, count as absent.
    /// `parallel_tool_calls` counts whatever its value, since the vendors' defaults differ.
    #[must_use]
    pub fn params(&self) -> ParamSet {
        // Without `..`: a new field does not compile until it is listed.
        let Self {
            model: _,
            messages: _,
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
            stream: _,
            stream_options: _,
            temperature,
            tool_choice,
            tools,
            top_logprobs,
            top_p,
            user,
            verbosity,
            web_search_options,
            extra: _,
        } = self;
        [
            (Param::Audio, said(audio.as_ref())),
            (Param::FrequencyPenalty, frequency_penalty.is_some_and(|penalty| penalty != 0.0)),
            (Param::FunctionCall, said(function_call.as_ref())),
            (Param::Functions, !functions.is_empty()),
            (Param::LogitBias, filled(logit_bias.as_ref())),
            (Param::Logprobs, *logprobs == Some(true)),
            (Param::MaxTokens, max_tokens.is_some() || max_completion_tokens.is_some()),
            (Param::Metadata, filled(metadata.as_ref())),
            (Param::Modalities, modalities.as_ref().is_some_and(|kinds| kinds.iter().any(|kind| kind != "text"))),
            (Param::N, n.is_some_and(|n| n != 1)),
            (Param::ParallelToolCalls, parallel_tool_calls.is_some()),
            (Param::Prediction, said(prediction.as_ref())),
            (Param::PresencePenalty, presence_penalty.is_some_and(|penalty| penalty != 0.0)),
            (Param::PromptCacheKey, prompt_cache_key.is_some()),
            (Param::PromptCacheRetention, prompt_cache_retention.is_some()),
            (Param::ReasoningEffort, reasoning_effort.is_some()),
            (Param::ResponseFormat, response_format.as_ref().is_some_and(|format| *format != ResponseFormat::Text)),
            (Param::SafetyIdentifier, safety_identifier.is_some()),
            (Param::Seed, seed.is_some()),
            (Param::ServiceTier, service_tier.is_some()),
            (Param::Stop, !stop.is_empty()),
            (Param::Store, *store == Some(true)),
            (Param::Temperature, temperature.is_some()),
            (Param::ToolChoice, tool_choice.is_some()),
            (Param::Tools, !tools.is_empty()),
            (Param::TopLogprobs, top_logprobs.is_some_and(|count| count != 0)),
            (Param::TopP, top_p.is_some()),
            (Param::User, user.is_some()),
            (Param::Verbosity, verbosity.is_some()),
            (Param::WebSearchOptions, said(web_search_options.as_ref())),
        ]
        .into_iter()
        .filter(|(_, set)| *set)
        .fold(ParamSet::NONE, |params, (param, _)| params.with(param))
    }
}

/// Whether it is more than `null`.
fn said(json: Option<&RawJson>) -> bool {
    json.is_some_and(|json| !json.is_null())
}

/// Whether it is more than `null` or an empty object.
fn filled(json: Option<&RawJson>) -> bool {
    said(json) && !json.is_some_and(RawJson::is_empty_object)
}
