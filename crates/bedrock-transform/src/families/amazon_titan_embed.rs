//! Titan Text Embeddings G1, v1 and v2: one text in, its vector out.
//!
//! <https://docs.aws.amazon.com/bedrock/latest/userguide/model-parameters-titan-embed-text.html>

use bytes::Bytes;
use core_types::Embedding;
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

use crate::converse::response::Count;
use crate::embed::codec::EmbedCodec;
use crate::embed::{EmbedInput, Embedded, read};
use crate::families::body;
use crate::family::{Capabilities, Family, Model};
use crate::{ModelSpec, TransformError, Warnings};

const NAME: &str = "amazon_titan_embed";

pub(super) static FAMILY: Family = Family::new(NAME)
    .with_models(&[
        Model::new("amazon.titan-embed-", Capabilities::NONE),
        Model::new("amazon.titan-embed-text-v2", Capabilities { dimensions: true, ..Capabilities::NONE }),
    ])
    .with_embed(EmbedCodec::new(1, request, response));

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Request<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    input_text: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    dimensions: Option<u32>,
}

/// `normalize` and `embeddingTypes` go as they come.
fn request(input: &EmbedInput<'_>, _: &ModelSpec, _: &mut Warnings) -> Result<Bytes, TransformError> {
    body(&Request { input_text: input.text(), dimensions: input.dimensions }, input.extra)
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Response<'a> {
    #[serde(borrow, default)]
    embedding: Option<&'a RawValue>,
    /// Version 2: the same floats again, or whatever types were asked for.
    #[serde(borrow, default)]
    embeddings_by_type: Option<&'a RawValue>,
    #[serde(default)]
    input_text_token_count: Count,
}

fn response(body: &[u8]) -> Result<Embedded, TransformError> {
    let malformed = |error| TransformError::malformed(NAME, error);
    let response: Response<'_> = serde_json::from_slice(body).map_err(malformed)?;
    let embeddings = match (response.embeddings_by_type, response.embedding) {
        (Some(types), _) => {
            read::by_type(types, |raw, kind, push| read::vector(raw, kind).map(|vector| push(0, vector)))
        }
        (None, Some(raw)) => read::vector(raw, read::FLOAT).map(|vector| vec![Embedding::new(0, vector)]),
        (None, None) => Err(serde::de::Error::missing_field("embedding")),
    };
    Ok(Embedded::new(embeddings.map_err(malformed)?, response.input_text_token_count.0))
}
