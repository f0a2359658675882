//! Models without a native body of ours, and all models that no row knows: Converse, with permissive capabilities.

use crate::family::{Capabilities, Family, Model};

/// AWS takes JSON schemas from these natively.
const STRUCTURED: Capabilities = Capabilities { structured_output: true, ..Capabilities::PERMISSIVE };

pub(crate) static FAMILY: Family = Family::new("converse_only").with_models(&[
    Model::new("google.gemma-3-", STRUCTURED),
    Model::new("minimax.minimax-m2", STRUCTURED),
    Model::new("nvidia.nemotron-nano-", STRUCTURED),
    Model::new("zai.glm-4", STRUCTURED),
]);

/// What a model that no row knows is taken to accept. AWS has the last word.
pub(crate) static ANY: Model = Model::new("", Capabilities::PERMISSIVE);
