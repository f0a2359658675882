//! AI21 Jamba.
//!
//! <https://docs.aws.amazon.com/bedrock/latest/userguide/model-parameters-jamba.html>

use crate::family::{Capabilities, Family, Model};

pub(super) static FAMILY: Family = Family::new("ai21_jamba").with_models(&[
    Model::new(
        "ai21.jamba-",
        Capabilities {
            documents: true,
            tools_stream: false,
            tool_choice_any: false,
            tool_choice_tool: false,
            ..Capabilities::TOOLS
        },
    ),
    Model::new("ai21.jamba-instruct-", Capabilities { stream: false, ..Capabilities::NONE }),
]);
