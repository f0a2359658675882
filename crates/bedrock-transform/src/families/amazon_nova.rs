//! Amazon Nova.
//!
//! <https://docs.aws.amazon.com/nova/latest/userguide/complete-request-schema.html>

use crate::family::{Cache, Capabilities, Family, Model, Reasoning, TopK};

const TEXT: Capabilities = Capabilities {
    cache: Cache::Prompt,
    top_k: TopK::Nova,
    hyphenated_tools: false,
    web_search: true,
    ..Capabilities::TOOLS
};

const MULTIMODAL: Capabilities =
    Capabilities { documents: true, images: true, tool_result_images: true, video: true, ..TEXT };

pub(super) static FAMILY: Family = Family::new("amazon_nova").with_models(&[
    Model::new("amazon.nova-2-", Capabilities { reasoning: Reasoning::Nova, ..MULTIMODAL }),
    Model::new("amazon.nova-lite-", MULTIMODAL),
    Model::new("amazon.nova-micro-", TEXT),
    Model::new("amazon.nova-premier-", MULTIMODAL),
    Model::new("amazon.nova-pro", MULTIMODAL),
]);
