//! What models can do, as LiteLLM's files name it.

use crate::family::{Cache, Capabilities, Reasoning, Sampling};

/// Something that a model has or lacks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
#[repr(u8)]
#[non_exhaustive]
pub enum Feature {
    /// Reasoning that the model measures out by itself.
    AdaptiveThinking,
    /// A last message of the assistant's, to be continued.
    AssistantPrefill,
    /// Sound in user messages.
    AudioInput,
    /// Sound in answers.
    AudioOutput,
    /// JSON of a given schema by Bedrock's own means, whatever the vendor's body has.
    BedrockStructuredOutput,
    /// Anthropic's computer tools.
    ComputerUse,
    /// Images to embed.
    EmbeddingImageInput,
    /// Forcing a tool, also while reasoning.
    ForcedToolUse,
    /// Tools.
    FunctionCalling,
    /// Editing images.
    ImageEdit,
    /// The effort `max`.
    MaxReasoningEffort,
    /// System messages between others.
    MidConversationSystem,
    /// The effort `minimal`.
    MinimalReasoningEffort,
    /// JSON of a given schema, without a tool.
    NativeStructuredOutput,
    /// The effort `none`.
    NoneReasoningEffort,
    /// Anthropic's `output_config`.
    OutputConfig,
    /// Several tool calls in an answer.
    ParallelFunctionCalling,
    /// A switch against them.
    ParallelToolUseConfig,
    /// PDF documents.
    PdfInput,
    /// OpenAI's cache break points.
    PromptCacheBreakpoint,
    /// Prompt caching.
    PromptCaching,
    /// Reasoning.
    Reasoning,
    /// JSON of a given schema, by whatever means.
    ResponseSchema,
    /// `temperature`, `top_p` and `top_k`.
    SamplingParams,
    /// `strict` in tool definitions on Converse.
    StrictTools,
    /// System prompts.
    SystemMessages,
    /// Reasoning that cannot be turned off.
    ThinkingAlwaysOn,
    /// Forcing a tool.
    ToolChoice,
    /// Images in tool results on Converse.
    ToolResultImages,
    /// Searching for tools.
    ToolSearch,
    /// Video in user messages.
    VideoInput,
    /// Images in user messages.
    Vision,
    /// A built-in web search.
    WebSearch,
    /// The effort `xhigh`.
    XhighReasoningEffort,
}

impl Feature {
    const NAMES: &[(Self, &str)] = &[
        (Self::AdaptiveThinking, "supports_adaptive_thinking"),
        (Self::AssistantPrefill, "supports_assistant_prefill"),
        (Self::AudioInput, "supports_audio_input"),
        (Self::AudioOutput, "supports_audio_output"),
        (Self::BedrockStructuredOutput, "supports_bedrock_native_structured_output"),
        (Self::ComputerUse, "supports_computer_use"),
        (Self::EmbeddingImageInput, "supports_embedding_image_input"),
        (Self::ForcedToolUse, "supports_forced_tool_use"),
        (Self::FunctionCalling, "supports_function_calling"),
        (Self::ImageEdit, "supports_nova_canvas_image_edit"),
        (Self::MaxReasoningEffort, "supports_max_reasoning_effort"),
        (Self::MidConversationSystem, "supports_mid_conversation_system"),
        (Self::MinimalReasoningEffort, "supports_minimal_reasoning_effort"),
        (Self::NativeStructuredOutput, "supports_native_structured_output"),
        (Self::NoneReasoningEffort, "supports_none_reasoning_effort"),
        (Self::OutputConfig, "supports_output_config"),
        (Self::ParallelFunctionCalling, "supports_parallel_function_calling"),
        (Self::ParallelToolUseConfig, "supports_parallel_tool_use_config"),
        (Self::PdfInput, "supports_pdf_input"),
        (Self::PromptCacheBreakpoint, "supports_prompt_cache_breakpoint"),
        (Self::PromptCaching, "supports_prompt_caching"),
        (Self::Reasoning, "supports_reasoning"),
        (Self::ResponseSchema, "supports_response_schema"),
        (Self::SamplingParams, "supports_sampling_params"),
        (Self::StrictTools, "bedrock_converse_supports_strict_tools"),
        (Self::SystemMessages, "supports_system_messages"),
        (Self::ThinkingAlwaysOn, "thinking_always_on"),
        (Self::ToolChoice, "supports_tool_choice"),
        (Self::ToolResultImages, "supports_bedrock_converse_tool_result_images"),
        (Self::ToolSearch, "supports_tool_search"),
        (Self::VideoInput, "supports_video_input"),
        (Self::Vision, "supports_vision"),
        (Self::WebSearch, "supports_web_search"),
        (Self::XhighReasoningEffort, "supports_xhigh_reasoning_effort"),
    ];

    /// Every feature.
    pub fn all() -> impl Iterator<Item = Self> {
        Self::NAMES.iter().map(|(feature, _)| *feature)
    }

    /// LiteLLM's name, e.g. `supports_pdf_input`.
    #[must_use]
    pub fn name(self) -> &'static str {
        Self::NAMES.iter().find(|(feature, _)| *feature == self).map_or("", |(_, name)| name)
    }

    /// The feature of this name.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        // The files' own name for the same, deprecated there.
        let name = if name == "supports_image_input" { Self::EmbeddingImageInput.name() } else { name };
        Self::NAMES.iter().find(|(_, known)| *known == name).map(|(feature, _)| *feature)
    }

    /// What a family's row says of the feature; `None` if it says nothing.
    pub(crate) const fn of(self, can: &Capabilities) -> Option<bool> {
        Some(match self {
            Self::AdaptiveThinking => {
                matches!(can.reasoning, Reasoning::AnthropicAdaptive | Reasoning::AnthropicAdaptiveOnly)
            }
            Self::AssistantPrefill => can.prefill,
            Self::AudioInput => can.audio,
            Self::FunctionCalling => can.tools,
            Self::NativeStructuredOutput => can.structured_output,
            Self::ParallelToolUseConfig => can.parallel_tool_switch,
            Self::PdfInput => can.documents,
            Self::PromptCaching => !matches!(can.cache, Cache::Unsupported),
            Self::Reasoning => !matches!(can.reasoning, Reasoning::Unsupported),
            // Elsewhere a tool stands for the schema.
            Self::ResponseSchema => can.structured_output || can.tools,
            Self::SamplingParams => !matches!(can.sampling, Sampling::None),
            Self::StrictTools => can.strict_tools,
            Self::SystemMessages => can.system,
            Self::ToolChoice => can.tool_choice_any || can.tool_choice_tool,
            Self::ToolResultImages => can.tool_result_images,
            Self::VideoInput => can.video,
            Self::Vision => can.images,
            Self::WebSearch => can.web_search,
            _ => return None,
        })
    }

    /// Makes a family's row say this. How a feature is used stays the family's; a feature that it lacked is used in the commonest way.
    pub(crate) const fn set(self, can: &mut Capabilities, yes: bool) {
        match self {
            Self::AssistantPrefill => can.prefill = yes,
            Self::AudioInput => can.audio = yes,
            Self::FunctionCalling => (can.tools, can.tools_stream) = (yes, yes),
            Self::NativeStructuredOutput => can.structured_output = yes,
            Self::ParallelToolUseConfig => can.parallel_tool_switch = yes,
            Self::PdfInput => can.documents = yes,
            Self::PromptCaching => match (yes, can.cache) {
                (false, _) => can.cache = Cache::Unsupported,
                (true, Cache::Unsupported) => can.cache = Cache::Anywhere { ttl: false },
                _ => {}
            },
            Self::Reasoning => match (yes, can.reasoning) {
                (false, _) => can.reasoning = Reasoning::Unsupported,
                (true, Reasoning::Unsupported) => can.reasoning = Reasoning::Unknown,
                _ => {}
            },
            Self::SamplingParams => match (yes, can.sampling) {
                (false, _) => can.sampling = Sampling::None,
                (true, Sampling::None) => can.sampling = Sampling::Any,
                _ => {}
            },
            Self::StrictTools => can.strict_tools = yes,
            Self::SystemMessages => can.system = yes,
            Self::ToolChoice => (can.tool_choice_any, can.tool_choice_tool) = (yes, yes),
            Self::ToolResultImages => can.tool_result_images = yes,
            Self::VideoInput => can.video = yes,
            Self::Vision => can.images = yes,
            Self::WebSearch => can.web_search = yes,
            // These do not steer the mapping.
            _ => {}
        }
    }
}

/// A set of features.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct FeatureSet(u64);

impl FeatureSet {
    /// These features.
    #[must_use]
    pub const fn of(features: &[Feature]) -> Self {
        let (mut bits, mut index) = (0, 0);
        while index < features.len() {
            bits |= 1 << features[index] as u64;
            index += 1;
        }
        Self(bits)
    }

    /// Whether `feature` is among them.
    #[must_use]
    pub const fn contains(self, feature: Feature) -> bool {
        self.0 & Self::of(&[feature]).0 != 0
    }

    /// With or without `feature`.
    #[must_use]
    pub const fn put(self, feature: Feature, present: bool) -> Self {
        let bit = Self::of(&[feature]).0;
        Self(if present { self.0 | bit } else { self.0 & !bit })
    }

    /// The features, alphabetically.
    pub fn iter(self) -> impl Iterator<Item = Feature> {
        Feature::NAMES.iter().map(|(feature, _)| *feature).filter(move |feature| self.contains(*feature))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_and_features_belong_together() {
        for (feature, name) in Feature::NAMES {
            assert_eq!((Feature::named(name), feature.name()), (Some(*feature), *name));
        }
        assert_eq!(Feature::NAMES.len(), Feature::XhighReasoningEffort as usize + 1);
        assert_eq!(Feature::named("supports_flying"), None);
    }

    #[test]
    fn what_is_set_is_what_a_row_then_says() {
        for (feature, name) in Feature::NAMES {
            for yes in [true, false] {
                let mut can = Capabilities::NONE;
                feature.set(&mut can, yes);
                // Both follow from others.
                let derived = matches!(feature, Feature::AdaptiveThinking | Feature::ResponseSchema);
                assert!(derived || feature.of(&can).is_none_or(|said| said == yes), "{name}: {yes}");
            }
        }
    }
}
