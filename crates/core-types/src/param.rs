//! OpenAI's parameters as data.

/// A parameter of a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
#[repr(u8)]
#[non_exhaustive]
pub enum Param {
    /// `audio`
    Audio,
    /// `background`
    Background,
    /// `frequency_penalty`
    FrequencyPenalty,
    /// `function_call`
    FunctionCall,
    /// `functions`
    Functions,
    /// `input_fidelity`
    InputFidelity,
    /// `logit_bias`
    LogitBias,
    /// `logprobs`
    Logprobs,
    /// `max_completion_tokens`, or its deprecated form `max_tokens`
    MaxTokens,
    /// `metadata`
    Metadata,
    /// `modalities`
    Modalities,
    /// `moderation`
    Moderation,
    /// `n`
    N,
    /// `output_compression`
    OutputCompression,
    /// `output_format`
    OutputFormat,
    /// `parallel_tool_calls`
    ParallelToolCalls,
    /// `partial_images`
    PartialImages,
    /// `prediction`
    Prediction,
    /// `presence_penalty`
    PresencePenalty,
    /// `prompt_cache_key`
    PromptCacheKey,
    /// `prompt_cache_retention`
    PromptCacheRetention,
    /// `quality`
    Quality,
    /// `reasoning_effort`
    ReasoningEffort,
    /// `response_format`
    ResponseFormat,
    /// `safety_identifier`
    SafetyIdentifier,
    /// `seed`
    Seed,
    /// `service_tier`
    ServiceTier,
    /// `size`
    Size,
    /// `stop`
    Stop,
    /// `store`
    Store,
    /// `stream`
    Stream,
    /// `style`
    Style,
    /// `temperature`
    Temperature,
    /// `tool_choice`
    ToolChoice,
    /// `tools`
    Tools,
    /// `top_logprobs`
    TopLogprobs,
    /// `top_p`
    TopP,
    /// `user`
    User,
    /// `verbosity`
    Verbosity,
    /// `web_search_options`
    WebSearchOptions,
}

impl Param {
    /// Every parameter, alphabetically.
    pub const ALL: &[Self] = &[
        Self::Audio,
        Self::Background,
        Self::FrequencyPenalty,
        Self::FunctionCall,
        Self::Functions,
        Self::InputFidelity,
        Self::LogitBias,
        Self::Logprobs,
        Self::MaxTokens,
        Self::Metadata,
        Self::Modalities,
        Self::Moderation,
        Self::N,
        Self::OutputCompression,
        Self::OutputFormat,
        Self::ParallelToolCalls,
        Self::PartialImages,
        Self::Prediction,
        Self::PresencePenalty,
        Self::PromptCacheKey,
        Self::PromptCacheRetention,
        Self::Quality,
        Self::ReasoningEffort,
        Self::ResponseFormat,
        Self::SafetyIdentifier,
        Self::Seed,
        Self::ServiceTier,
        Self::Size,
        Self::Stop,
        Self::Store,
        Self::Stream,
        Self::Style,
        Self::Temperature,
        Self::ToolChoice,
        Self::Tools,
        Self::TopLogprobs,
        Self::TopP,
        Self::User,
        Self::Verbosity,
        Self::WebSearchOptions,
    ];

    /// OpenAI's spelling.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Audio => "audio",
            Self::Background => "background",
            Self::FrequencyPenalty => "frequency_penalty",
            Self::FunctionCall => "function_call",
            Self::Functions => "functions",
            Self::InputFidelity => "input_fidelity",
            Self::LogitBias => "logit_bias",
            Self::Logprobs => "logprobs",
            Self::MaxTokens => "max_tokens",
            Self::Metadata => "metadata",
            Self::Modalities => "modalities",
            Self::Moderation => "moderation",
            Self::N => "n",
            Self::OutputCompression => "output_compression",
            Self::OutputFormat => "output_format",
            Self::ParallelToolCalls => "parallel_tool_calls",
            Self::PartialImages => "partial_images",
            Self::Prediction => "prediction",
            Self::PresencePenalty => "presence_penalty",
            Self::PromptCacheKey => "prompt_cache_key",
            Self::PromptCacheRetention => "prompt_cache_retention",
            Self::Quality => "quality",
            Self::ReasoningEffort => "reasoning_effort",
            Self::ResponseFormat => "response_format",
            Self::SafetyIdentifier => "safety_identifier",
            Self::Seed => "seed",
            Self::ServiceTier => "service_tier",
            Self::Size => "size",
            Self::Stop => "stop",
            Self::Store => "store",
            Self::Stream => "stream",
            Self::Style => "style",
            Self::Temperature => "temperature",
            Self::ToolChoice => "tool_choice",
            Self::Tools => "tools",
            Self::TopLogprobs => "top_logprobs",
            Self::TopP => "top_p",
            Self::User => "user",
            Self::Verbosity => "verbosity",
            Self::WebSearchOptions => "web_search_options",
        }
    }
}

/// A set of parameters.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct ParamSet(u64);

impl ParamSet {
    /// The empty set.
    pub const NONE: Self = Self(0);

    /// The set of `params`.
    #[must_use]
    pub const fn of(params: &[Param]) -> Self {
        let mut bits = 0;
        let mut index = 0;
        while index < params.len() {
            bits |= 1 << params[index] as u8;
            index += 1;
        }
        Self(bits)
    }

    /// This set and `param`.
    #[must_use]
    pub const fn with(self, param: Param) -> Self {
        Self(self.0 | 1 << param as u8)
    }

    /// The members of either set.
    #[must_use]
    pub const fn union(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    /// The members that `other` does not have.
    #[must_use]
    pub const fn minus(self, other: Self) -> Self {
        Self(self.0 & !other.0)
    }

    /// Whether `param` is a member.
    #[must_use]
    pub const fn contains(self, param: Param) -> bool {
        self.0 & 1 << param as u8 != 0
    }

    /// Whether there is no member.
    #[must_use]
    pub const fn is_empty(self) -> bool {
        self.0 == 0
    }

    /// The members, alphabetically.
    pub fn iter(self) -> impl Iterator<Item = Param> {
        Param::ALL.iter().copied().filter(move |param| self.contains(*param))
    }
}
