//! Titan Multimodal Embeddings: a text, an image or both in, one vector out.
//!
//! <https://docs.aws.amazon.com/bedrock/latest/userguide/model-parameters-titan-embed-mm.html>

use std::borrow::Cow;

use bytes::Bytes;
use core_types::{Embedding, RawJson};
use serde::de::Error as _;
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

use crate::converse::response::Count;
use crate::embed::codec::EmbedCodec;
use crate::embed::{EmbedInput, Embedded, read};
use crate::families::body;
use crate::family::{Capabilities, Family, Model};
use crate::media::{self, Kind, Label, Medium, Source};
use crate::{ModelSpec, TransformError, Warnings};

const NAME: &str = "amazon_titan_multimodal";
const INPUT_IMAGE: &str = "inputImage";

pub(super) static FAMILY: Family = Family::new(NAME)
    .with_models(&[Model::new(
        "amazon.titan-embed-image-",
        Capabilities { dimensions: true, images: true, ..Capabilities::NONE },
    )])
    .with_embed(EmbedCodec::new(1, request, response).with_content(&[INPUT_IMAGE, "inputText"]));

/// An image beside a text is the caller's `inputImage`.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Request<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    input_text: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    input_image: Option<Cow<'a, str>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    embedding_config: Option<EmbeddingConfig>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct EmbeddingConfig {
    output_embedding_length: u32,
}

fn request(input: &EmbedInput<'_>, spec: &ModelSpec, _: &mut Warnings) -> Result<Bytes, TransformError> {
    let input_image = match input.medium(spec)? {
        Some(Medium { source: Source::Base64(data), .. }) => Some(data),
        Some(Medium { source: Source::S3 { .. }, .. }) => {
            return Err(TransformError::unsupported_content(input.at, "images in S3", NAME));
        }
        None => None,
    };
    let mut extra = input.extra.to_vec();
    let bare = bare_image(input)?;
    for (name, value) in &mut extra {
        if let Some(bare) = bare.as_ref().filter(|_| *name == INPUT_IMAGE) {
            *value = bare;
        }
    }
    let embedding_config = input.dimensions.map(|length| EmbeddingConfig { output_embedding_length: length });
    body(&Request { input_text: input.text(), input_image, embedding_config }, &extra)
}

/// The caller's own image in base64 alone, if it came as a `data:` URL.
fn bare_image(input: &EmbedInput<'_>) -> Result<Option<RawJson>, TransformError> {
    let own = input.extra.iter().find(|(name, _)| *name == INPUT_IMAGE);
    let Some(url) = own.and_then(|(_, value)| value.read::<String>().ok()).filter(|url| url.starts_with("data:"))
    else {
        return Ok(None);
    };
    match media::of_url(&url, Label::default(), input.options, INPUT_IMAGE)? {
        Medium { kind: Kind::Image, source: Source::Base64(data), .. } => RawJson::from_value(&data)
            .map(Some)
            .map_err(|error| TransformError::invalid(INPUT_IMAGE, error.to_string())),
        _ => Err(TransformError::unsupported_content(INPUT_IMAGE, "anything but images", NAME)),
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Response<'a> {
    #[serde(borrow, default)]
    embedding: Option<&'a RawValue>,
    #[serde(default)]
    input_text_token_count: Count,
    /// What went wrong.
    #[serde(default)]
    message: Option<String>,
}

fn response(body: &[u8]) -> Result<Embedded, TransformError> {
    let malformed = |error| TransformError::malformed(NAME, error);
    let response: Response<'_> = serde_json::from_slice(body).map_err(malformed)?;
    let Some(raw) = response.embedding else {
        return Err(malformed(match response.message {
            Some(message) => serde_json::Error::custom(message),
            None => serde_json::Error::missing_field("embedding"),
        }));
    };
    let vector = read::vector(raw, read::FLOAT).map_err(malformed)?;
    Ok(Embedded::new(vec![Embedding::new(0, vector)], response.input_text_token_count.0))
}
