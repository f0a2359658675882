//! Alibaba Qwen.
//!
//! <https://docs.aws.amazon.com/bedrock/latest/userguide/model-parameters-qwen.html>

use crate::family::{Capabilities, Family, Model, Reasoning};

const QWEN_3: Capabilities = Capabilities {
    leading_assistant: true,
    reasoning: Reasoning::ReasoningConfig,
    structured_output: true,
    ..Capabilities::TOOLS
};

pub(super) static FAMILY: Family = Family::new("qwen").with_models(&[
    Model::new("qwen.qwen3", QWEN_3),
    Model::new("qwen.qwen3-vl", Capabilities { images: true, ..QWEN_3 }),
]);
