//! TwelveLabs Marengo Embed 3.0: a text or an image in, its vectors out; in jobs sound and video. Each kind of input has a member of its own.
//!
//! <https://docs.aws.amazon.com/bedrock/latest/userguide/model-parameters-marengo-3.html>

use bytes::Bytes;
use serde::Serialize;
use serde_json::value::RawValue;

use crate::embed::EmbedInput;
use crate::embed::codec::EmbedCodec;
use crate::families::body;
use crate::family::{Capabilities, Family, Model};
use crate::native::Extras;
use crate::native::marengo::{self, Content, MediaSource};
use crate::{ModelSpec, TransformError, Warnings};

const NAME: &str = "twelvelabs_marengo";

pub(super) static FAMILY: Family = Family::new(NAME)
    .with_models(&[Model::new("twelvelabs.marengo-", Capabilities { images: true, ..Capabilities::NONE })])
    .with_embed(
        EmbedCodec::new(1, request, |body| marengo::response(body, NAME))
            .with_content(&["audio", "image", "multi_input", "text", "text_image", "video"])
            .with_job(marengo::IN_JOBS, request),
    );

#[derive(Serialize, Default)]
#[serde(rename_all = "camelCase")]
struct Request<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    input_type: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    text: Option<Text<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    audio: Option<&'a RawValue>,
    #[serde(skip_serializing_if = "Option::is_none")]
    image: Option<&'a RawValue>,
    #[serde(skip_serializing_if = "Option::is_none")]
    video: Option<&'a RawValue>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Text<'a> {
    input_text: &'a str,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct WithSource<'a> {
    media_source: MediaSource<'a>,
}

/// Settings of sound and video, which stand beside their source.
const SETTINGS: &[&str] = &["embeddingOption", "embeddingScope", "endSec", "segmentation", "startSec"];

fn request(input: &EmbedInput<'_>, spec: &ModelSpec, _: &mut Warnings) -> Result<Bytes, TransformError> {
    let (content, extra) = marengo::content(input, spec)?;
    let (kind, media_source) = match content {
        Content::Extra => return body(&Request::default(), &extra),
        Content::Text(input_text) => {
            let request = Request { input_type: Some("text"), text: Some(Text { input_text }), ..Request::default() };
            return body(&request, &extra);
        }
        Content::Medium(kind, media_source) => (kind, media_source),
    };
    let (settings, extra): (Extras<'_>, Extras<'_>) =
        extra.into_iter().partition(|(name, _)| kind != "image" && SETTINGS.contains(name));
    let member = body(&WithSource { media_source }, &settings)?;
    let member =
        Some(serde_json::from_slice(&member).map_err(|error| TransformError::invalid(input.at, error.to_string()))?);
    let request = Request { input_type: Some(kind), ..Request::default() };
    let request = match kind {
        "audio" => Request { audio: member, ..request },
        "video" => Request { video: member, ..request },
        _ => Request { image: member, ..request },
    };
    body(&request, &extra)
}
