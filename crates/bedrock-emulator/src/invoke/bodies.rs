//! The native bodies. A new one is a file here, its `mod`, and its line in [`ALL`].

mod ai21_jamba;
mod ai21_jurassic;
mod amazon_image;
mod amazon_nova;
mod amazon_nova_embed;
mod amazon_titan_embed;
mod amazon_titan_multimodal;
mod amazon_titan_text;
mod anthropic_messages;
mod anthropic_text;
mod cohere_command;
mod cohere_command_r;
mod cohere_embed;
mod cohere_rerank;
mod deepseek;
mod imported;
mod meta_llama;
mod mistral_chat;
mod mistral_instruct;
mod moonshot;
mod openai;
mod qwen;
mod stability_image;
mod stability_sdxl;
mod twelvelabs_marengo;
mod twelvelabs_pegasus;
mod writer;

use serde_json::Value;

use super::{Invocation, Native};
use crate::error::Refusal;

/// A native body: which models take it, and how it is answered.
pub(crate) struct Body {
    /// Beginnings of base model ids, without geography and version.
    pub(crate) models: &'static [&'static str],
    /// Whether a request to a model that no body names has this body, by its own keys: imported models, provisioned
    /// throughput, application inference profiles, models that are newer than this table.
    pub(crate) fits: fn(&Value) -> bool,
    /// Checks a request strictly and answers it.
    pub(crate) answer: fn(&Invocation<'_>) -> Result<Native, Refusal>,
}

/// Every body. Of bodies that fit a request's keys the first has it: the two that fit most stand last.
const ALL: &[&Body] = &[
    &ai21_jamba::BODY,
    &ai21_jurassic::BODY,
    &amazon_image::BODY,
    &amazon_nova::BODY,
    &amazon_nova_embed::BODY,
    &amazon_titan_embed::BODY,
    &amazon_titan_multimodal::BODY,
    &amazon_titan_text::BODY,
    &anthropic_messages::BODY,
    &anthropic_text::BODY,
    &cohere_command::BODY,
    &cohere_command_r::BODY,
    &cohere_embed::BODY,
    &cohere_rerank::BODY,
    &deepseek::BODY,
    &meta_llama::BODY,
    &mistral_chat::BODY,
    &mistral_instruct::BODY,
    &moonshot::BODY,
    &qwen::BODY,
    &stability_image::BODY,
    &stability_sdxl::BODY,
    &twelvelabs_marengo::BODY,
    &twelvelabs_pegasus::BODY,
    &writer::BODY,
    &openai::BODY,
    &imported::BODY,
];

/// The body of a model: by the longest beginning of its id, else by the request's own keys.
pub(super) fn find(base_id: &str, request: &Value) -> Result<&'static Body, Refusal> {
    let rows = ALL.iter().flat_map(|body| body.models.iter().map(move |model| (*model, *body)));
    let named = rows.filter(|(model, _)| base_id.starts_with(model)).max_by_key(|(model, _)| model.len());
    named
        .map(|(_, body)| body)
        .or_else(|| ALL.iter().copied().find(|body| (body.fits)(request)))
        .ok_or_else(|| Refusal::validation("Malformed input request, please reformat your input and try again."))
}
