//! DeepSeek.
//!
//! <https://docs.aws.amazon.com/bedrock/latest/userguide/model-parameters-deepseek.html>

use crate::family::{Capabilities, Family, Model, Reasoning};

pub(super) static FAMILY: Family = Family::new("deepseek").with_models(&[
    Model::new("deepseek.r1", Capabilities { documents: true, ..Capabilities::NONE }),
    Model::new("deepseek.v", Capabilities { documents: true, reasoning: Reasoning::Effort, ..Capabilities::TOOLS }),
]);
