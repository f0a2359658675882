//! Mistral's models with a chat body: Large 2407 and later, Pixtral and their kin.
//!
//! <https://docs.aws.amazon.com/bedrock/latest/userguide/model-parameters-mistral-chat-completion.html>

use crate::family::{Capabilities, Family, Model};

const CHAT: Capabilities =
    Capabilities { documents: true, mixed_tool_turn: false, tool_choice_tool: false, ..Capabilities::TOOLS };

const VISION: Capabilities = Capabilities { images: true, ..CHAT };

pub(super) static FAMILY: Family = Family::new("mistral_chat").with_models(&[
    Model::new("mistral.devstral-", CHAT),
    Model::new("mistral.magistral-", VISION),
    Model::new("mistral.ministral-", VISION),
    Model::new("mistral.mistral-large-24", CHAT),
    Model::new("mistral.mistral-large-3", VISION),
    Model::new("mistral.pixtral-", VISION),
    Model::new("mistral.voxtral-", Capabilities { audio: true, ..CHAT }),
]);
