//! Titan Multimodal Embeddings: a text, an image, or both.
//!
//! <https://docs.aws.amazon.com/bedrock/latest/userguide/model-parameters-titan-embed-mm.html>

use serde_json::{Value, json};

use super::Body;
use crate::cache::text_tokens;
use crate::error::Refusal;
use crate::invoke::form::{Field, Form, SOME_TEXT, Words, optional};
use crate::invoke::{Invocation, Native, embedding};

pub(super) const BODY: Body =
    Body { models: &["amazon.titan-embed-image"], fits: |request| request["inputImage"].is_string(), answer };

static REQUEST: &[Field] = &[
    optional("inputText", &SOME_TEXT),
    optional("inputImage", &SOME_TEXT),
    optional("embeddingConfig", &Form::Object(&[optional("outputEmbeddingLength", &Form::Any)])),
];

fn answer(invocation: &Invocation<'_>) -> Result<Native, Refusal> {
    let request = invocation.request;
    Words::Schema.check(REQUEST, request)?;
    let path = "/embeddingConfig/outputEmbeddingLength";
    let asked = request.pointer(path).unwrap_or(&Value::Null);
    let length = embedding::length(asked, path, &[256, 384, 1024], 1024)?;
    let (text, image) = (request["inputText"].as_str(), request["inputImage"].as_str());
    if image.is_some_and(|image| image.starts_with("data:")) {
        return Err(Refusal::validation("Failed to decode base64 image: the image must not have a data: header."));
    }
    let vector = match (text, image) {
        (Some(text), None) => embedding::of_text(text, length),
        (None, Some(image)) => embedding::of_medium(image, length),
        (Some(text), Some(image)) => {
            embedding::between(&embedding::of_text(text, length), &embedding::of_medium(image, length))
        }
        (None, None) => {
            return Err(Words::Schema.refusal(&["#: at least one of inputText and inputImage is needed".to_owned()]));
        }
    };
    let tokens = text.map_or(0, text_tokens);
    let body = json!({ "embedding": vector, "inputTextTokenCount": tokens, "message": null });
    Ok(embedding::answer(body, text.as_slice()))
}
