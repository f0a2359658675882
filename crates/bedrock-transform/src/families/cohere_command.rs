//! Cohere Command and Command Light.
//!
//! <https://docs.aws.amazon.com/bedrock/latest/userguide/model-parameters-cohere-command.html>

use crate::family::{Capabilities, Family, Model, TopK};

const TEXT: Capabilities =
    Capabilities { documents: true, system: false, top_k: TopK::PassThrough, ..Capabilities::NONE };

pub(super) static FAMILY: Family = Family::new("cohere_command").with_models(&[
    Model::new("cohere.command-light-text", TEXT).preferring_invoke(),
    Model::new("cohere.command-text", TEXT).preferring_invoke(),
]);
