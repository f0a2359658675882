//! Mistral's models with a prompt body: 7B, Mixtral, Small and the first Large.
//!
//! <https://docs.aws.amazon.com/bedrock/latest/userguide/model-parameters-mistral-text-completion.html>

use crate::family::{Capabilities, Family, Model};

const INSTRUCT: Capabilities = Capabilities { documents: true, system: false, ..Capabilities::NONE };

const TOOLS: Capabilities =
    Capabilities { documents: true, mixed_tool_turn: false, tool_choice_tool: false, ..Capabilities::TOOLS };

pub(super) static FAMILY: Family = Family::new("mistral_instruct").with_models(&[
    Model::new("mistral.mistral-7b-", INSTRUCT).preferring_invoke(),
    Model::new("mistral.mistral-large-2402", TOOLS),
    Model::new("mistral.mistral-small-", TOOLS),
    Model::new("mistral.mixtral-", INSTRUCT).preferring_invoke(),
]);
