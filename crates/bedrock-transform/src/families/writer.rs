//! Writer Palmyra.
//!
//! <https://docs.aws.amazon.com/bedrock/latest/userguide/model-parameters-writer-palmyra.html>

use crate::family::{Capabilities, Family, Model};

const PALMYRA: Capabilities = Capabilities {
    documents: true,
    mixed_tool_turn: false,
    tool_choice_any: false,
    tool_choice_tool: false,
    tool_result_status: false,
    ..Capabilities::TOOLS
};

pub(super) static FAMILY: Family = Family::new("writer").with_models(&[Model::new("writer.palmyra-", PALMYRA)]);
