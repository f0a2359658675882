//! The families, one file per native body.

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
pub(crate) mod converse_only;
mod deepseek;
mod meta_llama;
mod mistral_chat;
mod mistral_instruct;
mod moonshot;
mod openai;
mod qwen;
mod stability_edit;
mod stability_image;
mod stability_sdxl;
mod twelvelabs_marengo;
mod twelvelabs_marengo_2;
mod twelvelabs_pegasus;
mod writer;

use bytes::Bytes;
use core_types::RawJson;
use serde::Serialize;

use crate::TransformError;
use crate::converse::response::Members;
use crate::family::Family;
use crate::json_text;

/// Every family, alphabetical.
pub(crate) const ALL: &[&Family] = &[
    &ai21_jamba::FAMILY,
    &ai21_jurassic::FAMILY,
    &amazon_image::FAMILY,
    &amazon_nova::FAMILY,
    &amazon_nova_embed::FAMILY,
    &amazon_titan_embed::FAMILY,
    &amazon_titan_multimodal::FAMILY,
    &amazon_titan_text::FAMILY,
    &anthropic_messages::FAMILY,
    &anthropic_text::FAMILY,
    &cohere_command::FAMILY,
    &cohere_command_r::FAMILY,
    &cohere_embed::FAMILY,
    &cohere_rerank::FAMILY,
    &converse_only::FAMILY,
    &deepseek::FAMILY,
    &meta_llama::FAMILY,
    &mistral_chat::FAMILY,
    &mistral_instruct::FAMILY,
    &moonshot::FAMILY,
    &openai::FAMILY,
    &qwen::FAMILY,
    &stability_edit::FAMILY,
    &stability_image::FAMILY,
    &stability_sdxl::FAMILY,
    &twelvelabs_marengo::FAMILY,
    &twelvelabs_marengo_2::FAMILY,
    &twelvelabs_pegasus::FAMILY,
    &writer::FAMILY,
];

/// The base id whose row serves an imported model of this native body.
pub(crate) fn prefix_of_body(body: &str) -> &'static str {
    match body {
        "deepseek_r1" => "imported.deepseek",
        "llama" => "imported.llama",
        "mistral" => "imported.mistral",
        "nova" => "amazon.nova-pro",
        "nova-2" => "amazon.nova-2-",
        "moonshot" => "imported.moonshot",
        "openai" => "imported.openai",
        "qwen2" | "qwen3" => "imported.qwen",
        _ => "",
    }
}

/// Writes a native body with the caller's own parameters after it.
///
/// # Errors
/// If a parameter names a field that is there already.
pub fn body<T: Serialize>(request: &T, extra: &[(&str, &RawJson)]) -> Result<Bytes, TransformError> {
    let malformed = |error: serde_json::Error| TransformError::invalid("messages", error.to_string());
    let mut body = Vec::with_capacity(1024);
    json_text::write(&mut body, request).map_err(malformed)?;
    if extra.is_empty() {
        return Ok(body.into());
    }
    let Members(written) = serde_json::from_slice(&body).map_err(malformed)?;
    if let Some((name, _)) = extra.iter().find(|(name, _)| written.iter().any(|(key, _)| key == name)) {
        return Err(TransformError::invalid(*name, "this field is named twice"));
    }
    let mut first = written.is_empty();
    body.pop();
    for (name, value) in extra {
        if !std::mem::take(&mut first) {
            body.push(b',');
        }
        serde_json::to_writer(&mut body, name).map_err(malformed)?;
        body.push(b':');
        body.extend_from_slice(value.as_str().as_bytes());
    }
    body.push(b'}');
    Ok(body.into())
}
