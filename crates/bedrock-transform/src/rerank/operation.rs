//! The body of bedrock-agent-runtime's `Rerank`, and its answer.
//!
//! <https://docs.aws.amazon.com/bedrock/latest/APIReference/API_agent-runtime_Rerank.html>

use std::borrow::Cow;

use bytes::Bytes;
use core_types::{RawJson, RerankDocument};
use serde::Serialize;
use serde::de::Error as _;
use serde::ser::Serializer;

use super::{Ranked, RerankInput, read};
use crate::TransformError;

/// In errors: the operation is no family's.
const NAME: &str = "Rerank";

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Request<'a> {
    queries: [Query<'a>; 1],
    sources: Vec<Source<'a>>,
    reranking_configuration: Configuration<'a>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Query<'a> {
    r#type: &'static str,
    text_query: Text<'a>,
}

#[derive(Serialize)]
pub(super) struct Text<'a> {
    pub(super) text: &'a str,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Source<'a> {
    r#type: &'static str,
    inline_document_source: Document<'a>,
}

#[derive(Serialize)]
#[serde(tag = "type", rename_all = "UPPERCASE", rename_all_fields = "camelCase")]
enum Document<'a> {
    Json { json_document: &'a RawJson },
    Text { text_document: Text<'a> },
}

impl<'a> Document<'a> {
    fn of(document: &'a RerankDocument) -> Self {
        match document {
            RerankDocument::Object(object) => Self::Json { json_document: object },
            RerankDocument::Text(text) => Self::Text { text_document: Text { text } },
        }
    }
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Configuration<'a> {
    r#type: &'static str,
    bedrock_reranking_configuration: BedrockConfiguration<'a>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct BedrockConfiguration<'a> {
    model_configuration: ModelConfiguration<'a>,
    number_of_results: usize,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct ModelConfiguration<'a> {
    model_arn: &'a str,
    #[serde(skip_serializing_if = "<[_]>::is_empty", serialize_with = "map")]
    additional_model_request_fields: &'a [(&'a str, &'a RawJson)],
}

fn map<S: Serializer>(fields: &[(&str, &RawJson)], serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_map(fields.iter().copied())
}

/// The body of the first page.
pub(super) fn request<'a>(input: &'a RerankInput<'_>, model_arn: &'a str) -> Result<Bytes, TransformError> {
    let source = |document: &'a Cow<'_, RerankDocument>| Source {
        r#type: "INLINE",
        inline_document_source: Document::of(document),
    };
    let request = Request {
        queries: [Query { r#type: "TEXT", text_query: Text { text: input.query } }],
        sources: input.documents.iter().map(source).collect(),
        reranking_configuration: Configuration {
            r#type: "BEDROCK_RERANKING_MODEL",
            bedrock_reranking_configuration: BedrockConfiguration {
                model_configuration: ModelConfiguration { model_arn, additional_model_request_fields: &input.extra },
                number_of_results: input.top_n.unwrap_or(input.documents.len()),
            },
        },
    };
    let body = serde_json::to_vec(&request).map_err(|error| TransformError::invalid("documents", error.to_string()))?;
    Ok(body.into())
}

/// The body of a later page: the first one's, and the token of this one.
pub(super) fn next_page(first: &[u8], token: &str) -> Result<Bytes, TransformError> {
    let malformed = |error| TransformError::malformed(NAME, error);
    let members = first.strip_suffix(b"}").ok_or_else(|| malformed(serde_json::Error::custom("a page too many")))?;
    let mut body = Vec::with_capacity(first.len() + token.len() + 32);
    body.extend_from_slice(members);
    body.extend_from_slice(br#","nextToken":"#);
    serde_json::to_writer(&mut body, token).map_err(malformed)?;
    body.push(b'}');
    Ok(body.into())
}

/// Reads a page.
pub(super) fn response(body: &[u8]) -> Result<Ranked, TransformError> {
    read::page(body, NAME)
}
