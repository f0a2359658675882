//! Cohere Command R and R+.
//!
//! <https://docs.aws.amazon.com/bedrock/latest/userguide/model-parameters-cohere-command-r-plus.html>

use crate::family::{Capabilities, Family, Model, TopK};

const TOOLS: Capabilities = Capabilities {
    documents: true,
    tool_choice_any: false,
    tool_choice_tool: false,
    top_k: TopK::PassThrough,
    ..Capabilities::TOOLS
};

pub(super) static FAMILY: Family =
    Family::new("cohere_command_r").with_models(&[Model::new("cohere.command-r-", TOOLS).preferring_invoke()]);
