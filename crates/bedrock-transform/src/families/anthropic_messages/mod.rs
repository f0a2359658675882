//! Anthropic Claude 3 and later.
//!
//! <https://docs.aws.amazon.com/bedrock/latest/userguide/model-parameters-anthropic-claude-messages.html>

use crate::family::{Cache, Capabilities, Family, Model, Reasoning, Sampling, TopK};

const CLAUDE_3: Capabilities = Capabilities {
    documents: true,
    images: true,
    tool_result_images: true,
    top_k: TopK::PassThrough,
    ..Capabilities::TOOLS
};

const CLAUDE_3_5: Capabilities = Capabilities { cache: Cache::Anywhere { ttl: false }, ..CLAUDE_3 };

const CLAUDE_4: Capabilities = Capabilities { reasoning: Reasoning::AnthropicBudget, ..CLAUDE_3_5 };

const CLAUDE_4_5: Capabilities = Capabilities {
    cache: Cache::Anywhere { ttl: true },
    parallel_tool_switch: true,
    sampling: Sampling::One,
    strict_tools: true,
    structured_output: true,
    ..CLAUDE_4
};

const CLAUDE_4_6: Capabilities = Capabilities { prefill: false, reasoning: Reasoning::AnthropicAdaptive, ..CLAUDE_4_5 };

/// Claude that chooses how to sample by itself.
const CLAUDE_4_7: Capabilities =
    Capabilities { sampling: Sampling::None, strict_tools: false, structured_output: false, ..CLAUDE_4_6 };

pub(super) static FAMILY: Family = Family::new("anthropic_messages").with_models(&[
    Model::new("anthropic.claude-", CLAUDE_4_7),
    Model::new("anthropic.claude-3-", CLAUDE_3).with_max_output_tokens(4096),
    Model::new("anthropic.claude-3-5-", CLAUDE_3_5).with_max_output_tokens(8192),
    Model::new("anthropic.claude-3-7-", CLAUDE_4),
    Model::new("anthropic.claude-haiku-4-5", CLAUDE_4_5),
    Model::new(
        "anthropic.claude-opus-4-1-",
        Capabilities {
            cache: Cache::Anywhere { ttl: false },
            structured_output: false,
            strict_tools: false,
            ..CLAUDE_4_5
        },
    ),
    Model::new("anthropic.claude-opus-4-2", CLAUDE_4),
    Model::new("anthropic.claude-opus-4-5", CLAUDE_4_5),
    Model::new("anthropic.claude-opus-4-6", CLAUDE_4_6),
    Model::new("anthropic.claude-sonnet-4-2", CLAUDE_4),
    Model::new("anthropic.claude-sonnet-4-5", CLAUDE_4_5),
    Model::new("anthropic.claude-sonnet-4-6", CLAUDE_4_6),
]);
