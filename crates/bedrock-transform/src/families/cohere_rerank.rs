//! Cohere Rerank 3.5: a query and texts in, places and scores out.
//!
//! <https://docs.cohere.com/reference/rerank>, with `api_version` in place of the model:
//! <https://docs.aws.amazon.com/bedrock/latest/userguide/model-card-cohere-rerank-3-5.html>

use bytes::Bytes;
use core_types::RerankDocument;
use serde::Serialize;

use crate::families::body;
use crate::family::{Capabilities, Family, Model};
use crate::rerank::codec::RerankCodec;
use crate::rerank::{Ranked, RerankInput, read};
use crate::{ModelSpec, TransformError, Warnings};

const NAME: &str = "cohere_rerank";

pub(super) static FAMILY: Family = Family::new(NAME)
    .with_models(&[Model::new("cohere.rerank-", Capabilities::NONE)])
    .with_rerank(RerankCodec::new(request, response));

/// The version of Cohere's API that the body is of. AWS wants it.
const API_VERSION: u8 = 2;

#[derive(Serialize)]
struct Request<'a> {
    query: &'a str,
    documents: Vec<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    top_n: Option<usize>,
    api_version: u8,
}

fn request(input: &RerankInput<'_>, _: &ModelSpec, warnings: &mut Warnings) -> Result<Bytes, TransformError> {
    let mut objects = false;
    let documents = input.documents.iter().map(|document| match document.as_ref() {
        RerankDocument::Text(text) => text.as_str(),
        RerankDocument::Object(object) => {
            objects = true;
            object.as_str()
        }
    });
    let documents = documents.collect();
    if objects {
        // Cohere wants YAML for structured documents, of which JSON is a part.
        warnings.rewritten("documents", "objects were sent as their JSON text: the body has texts only");
    }
    body(&Request { query: input.query, documents, top_n: input.top_n, api_version: API_VERSION }, &input.extra)
}

fn response(body: &[u8]) -> Result<Ranked, TransformError> {
    read::page(body, NAME)
}
