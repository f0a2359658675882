//! Cohere Embed v3, English and Multilingual, and v4: up to 96 texts or one image in, their vectors out.
//!
//! <https://docs.aws.amazon.com/bedrock/latest/userguide/model-parameters-embed.html>

use bytes::Bytes;
use core_types::Vector;
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

use crate::embed::codec::EmbedCodec;
use crate::embed::{EmbedContent, EmbedInput, Embedded, read};
use crate::families::body;
use crate::family::{Capabilities, Family, Model};
use crate::{ModelSpec, TransformError, Warnings};

const NAME: &str = "cohere_embed";

/// Most texts in one call.
const BATCH: usize = 96;

/// Version 3, which wants to be told that it embeds an image.
const V3: Capabilities = Capabilities { images: true, ..Capabilities::NONE };

pub(super) static FAMILY: Family = Family::new(NAME)
    .with_models(&[
        Model::new("cohere.embed-", V3),
        Model::new("cohere.embed-v4", Capabilities { dimensions: true, ..V3 }),
    ])
    .with_embed(EmbedCodec::new(BATCH, request, response).with_content(&["images", "inputs"]));

#[derive(Serialize)]
struct Request<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    texts: Option<&'a [&'a str]>,
    #[serde(skip_serializing_if = "Option::is_none")]
    images: Option<[&'a str; 1]>,
    #[serde(skip_serializing_if = "Option::is_none")]
    input_type: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    output_dimension: Option<u32>,
}

/// `truncate`, `embedding_types` and `max_tokens` go as they come.
fn request(input: &EmbedInput<'_>, spec: &ModelSpec, _: &mut Warnings) -> Result<Bytes, TransformError> {
    // Looked at for its kind alone: Cohere takes the URL as it is.
    let shows = input.medium(spec)?.is_some() || input.sets("images");
    let request = Request {
        texts: match input.content {
            EmbedContent::Texts(texts) => Some(texts),
            EmbedContent::Extra | EmbedContent::Medium(_) => None,
        },
        images: match input.content {
            EmbedContent::Medium(url) if url.starts_with("data:") => Some([url]),
            EmbedContent::Medium(_) => return Err(TransformError::unsupported_content(input.at, "images in S3", NAME)),
            EmbedContent::Extra | EmbedContent::Texts(_) => None,
        },
        input_type: (!input.sets("input_type")).then_some(if shows && spec.model.can == V3 {
            "image"
        } else {
            "search_document"
        }),
        output_dimension: input.dimensions,
    };
    body(&request, input.extra)
}

#[derive(Deserialize)]
struct Response<'a> {
    /// A list of vectors, or lists by type.
    #[serde(borrow)]
    embeddings: &'a RawValue,
}

/// The tokens are in the answer's headers.
fn response(body: &[u8]) -> Result<Embedded, TransformError> {
    let malformed = |error| TransformError::malformed(NAME, error);
    let response: Response<'_> = serde_json::from_slice(body).map_err(malformed)?;
    let embeddings = if response.embeddings.get().starts_with('{') {
        read::by_type(response.embeddings, vectors)
    } else {
        let mut floats = Vec::new();
        vectors(response.embeddings, read::FLOAT, &mut |index, vector| {
            floats.push(core_types::Embedding::new(index, vector));
        })
        .map(|()| floats)
    };
    Ok(Embedded::new(embeddings.map_err(malformed)?, None))
}

/// Reads the vectors of one type, in the order of the texts.
fn vectors(raw: &RawValue, kind: &str, push: &mut dyn FnMut(u32, Vector)) -> Result<(), serde_json::Error> {
    let vectors: Vec<&RawValue> = serde_json::from_str(raw.get())?;
    for (index, vector) in (0..).zip(vectors) {
        push(index, read::vector(vector, kind)?);
    }
    Ok(())
}
