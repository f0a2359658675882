//! Anthropic Claude before 3: Claude 1, Claude 2, Claude Instant.
//!
//! <https://docs.aws.amazon.com/bedrock/latest/userguide/model-parameters-anthropic-claude-text-completion.html>

use crate::family::{Capabilities, Family, Model, TopK};

const TEXT: Capabilities = Capabilities { documents: true, top_k: TopK::PassThrough, ..Capabilities::NONE };

pub(super) static FAMILY: Family = Family::new("anthropic_text").with_models(&[
    Model::new("anthropic.claude-instant", TEXT).with_max_output_tokens(8191),
    Model::new("anthropic.claude-v", TEXT).with_max_output_tokens(8191),
]);
