//! Nova Multimodal Embeddings: a text, an image, sound or a video in, its vector out.
//!
//! <https://docs.aws.amazon.com/nova/latest/userguide/embeddings-schema.html>

use std::borrow::Cow;

use bytes::Bytes;
use core_types::RawJson;
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

use crate::converse::response::Members;
use crate::embed::codec::EmbedCodec;
use crate::embed::{EmbedInput, Embedded, read};
use crate::families::body;
use crate::family::{Capabilities, Family, Model};
use crate::media::{Kind, Medium, Source};
use crate::native::Extras;
use crate::{ModelSpec, TransformError, Warnings};

const NAME: &str = "amazon_nova_embed";

pub(super) static FAMILY: Family =
    Family::new(NAME).with_models(&[Model::new("amazon.nova-2-multimodal-embeddings-", MEDIA)]).with_embed(
        EmbedCodec::new(1, request, response)
            .with_content(&["audio", "image", "text", "video"])
            // Images have no segments.
            .with_job(Capabilities { images: false, ..MEDIA }, job),
    );

const MEDIA: Capabilities =
    Capabilities { audio: true, dimensions: true, documents: true, images: true, video: true, ..Capabilities::NONE };

/// Length of an embedding where nobody names one: AWS's own default.
const DIMENSION: u32 = 3072;

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Request<'a> {
    schema_version: &'static str,
    task_type: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    single_embedding_params: Option<&'a RawValue>,
    #[serde(skip_serializing_if = "Option::is_none")]
    segmented_embedding_params: Option<&'a RawValue>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Params {
    #[serde(skip_serializing_if = "Option::is_none")]
    embedding_purpose: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    embedding_dimension: Option<u32>,
}

/// A text or a medium. The caller's settings for it go beside its fields.
#[derive(Serialize, Default)]
#[serde(rename_all = "camelCase")]
struct Content<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    value: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    truncation_mode: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    format: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    source: Option<MediaSource<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    embedding_mode: Option<&'static str>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
enum MediaSource<'a> {
    Bytes(Cow<'a, str>),
    S3Location { uri: &'a str },
}

fn request(input: &EmbedInput<'_>, spec: &ModelSpec, _: &mut Warnings) -> Result<Bytes, TransformError> {
    let params = params(input, spec)?;
    let single = Some(serde_json::from_slice(&params).map_err(unwritten)?);
    written("SINGLE_EMBEDDING", single, None)
}

/// A job cuts its input into segments, with a vector each.
fn job(input: &EmbedInput<'_>, spec: &ModelSpec, _: &mut Warnings) -> Result<Bytes, TransformError> {
    let params = params(input, spec)?;
    let segmented = Some(serde_json::from_slice(&params).map_err(unwritten)?);
    written("SEGMENTED_EMBEDDING", None, segmented)
}

fn written(
    task_type: &'static str,
    single_embedding_params: Option<&RawValue>,
    segmented_embedding_params: Option<&RawValue>,
) -> Result<Bytes, TransformError> {
    let schema_version = "nova-multimodal-embed-v1";
    body(&Request { schema_version, task_type, single_embedding_params, segmented_embedding_params }, &[])
}

/// The caller's own parameters are members of the task's parameters, or of the content if they are settings of it.
fn params(input: &EmbedInput<'_>, spec: &ModelSpec) -> Result<Bytes, TransformError> {
    let content = content(input, spec)?;
    let setting = content.as_ref().map_or("", |(_, setting, _)| setting);
    let (settings, mut own): (Extras<'_>, Extras<'_>) =
        input.extra.iter().partition(|(name, _)| *name == setting || (*name == SEGMENTS && content.is_some()));
    for (name, _) in own.iter_mut().filter(|(name, _)| *name == "embedding_dimension") {
        *name = "embeddingDimension";
    }
    let sets = |wanted: &str| own.iter().any(|(name, _)| *name == wanted);
    let params = Params {
        embedding_purpose: (!sets("embeddingPurpose")).then_some("GENERIC_INDEX"),
        embedding_dimension: input.dimensions.or_else(|| (!sets("embeddingDimension")).then_some(DIMENSION)),
    };
    let content = match content {
        Some((name, _, content)) => Some((name, raw(&body(&content, &settings)?)?)),
        None => None,
    };
    own.extend(content.as_ref().map(|(name, content)| (*name, content)));
    if let Some((name, _)) = content.as_ref().filter(|(name, _)| own.iter().filter(|(set, _)| set == name).count() > 1)
    {
        return Err(TransformError::invalid(*name, "stands beside `input`; send one of them"));
    }
    body(&params, &own)
}

/// How a job cuts its input; a setting of the content.
const SEGMENTS: &str = "segmentationConfig";

/// The name of what is embedded, the name of the setting that goes with it, and the thing itself.
fn content<'a>(
    input: &EmbedInput<'a>,
    spec: &ModelSpec,
) -> Result<Option<(&'static str, &'static str, Content<'a>)>, TransformError> {
    const MODE: &str = "embeddingMode";
    const TRUNCATION: &str = "truncationMode";
    let truncation_mode = (!input.sets(TRUNCATION)).then_some("END");
    if let Some(text) = input.text() {
        return Ok(Some(("text", TRUNCATION, Content { value: Some(text), truncation_mode, ..Content::default() })));
    }
    let Some(Medium { kind, format, source }) = input.medium(spec)? else { return Ok(None) };
    let source = Some(match source {
        Source::Base64(data) => MediaSource::Bytes(data),
        Source::S3 { uri, .. } => MediaSource::S3Location { uri },
    });
    let medium = |format, source| Content { format: Some(format), source, ..Content::default() };
    Ok(Some(match kind {
        Kind::Audio => ("audio", "", medium(if matches!(format, "mpeg" | "mpga") { "mp3" } else { format }, source)),
        Kind::Document => ("text", TRUNCATION, Content { truncation_mode, source, ..Content::default() }),
        Kind::Image => ("image", "detailLevel", medium(format, source)),
        Kind::Video => {
            let format = if format == "three_gp" { "3gp" } else { format };
            let embedding_mode = (!input.sets(MODE)).then_some("AUDIO_VIDEO_COMBINED");
            ("video", MODE, Content { embedding_mode, ..medium(format, source) })
        }
    }))
}

fn raw(json: &[u8]) -> Result<RawJson, TransformError> {
    serde_json::from_slice(json).map_err(unwritten)
}

#[expect(clippy::needless_pass_by_value, reason = "the shape that `map_err` wants")]
fn unwritten(error: serde_json::Error) -> TransformError {
    TransformError::invalid("input", error.to_string())
}

#[derive(Deserialize)]
struct Response<'a> {
    #[serde(borrow)]
    embeddings: Vec<Members<'a>>,
}

/// The tokens are in the answer's headers.
fn response(body: &[u8]) -> Result<Embedded, TransformError> {
    let response: Response<'_> =
        serde_json::from_slice(body).map_err(|error| TransformError::malformed(NAME, error))?;
    Ok(Embedded::new(read::items(&response.embeddings, NAME)?, None))
}
