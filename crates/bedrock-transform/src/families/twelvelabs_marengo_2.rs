//! TwelveLabs Marengo Embed 2.7: a text or an image in, its vectors out.
//!
//! <https://docs.aws.amazon.com/bedrock/latest/userguide/model-parameters-marengo.html>

use bytes::Bytes;
use serde::Serialize;

use crate::embed::EmbedInput;
use crate::embed::codec::EmbedCodec;
use crate::families::body;
use crate::family::{Capabilities, Family, Model};
use crate::native::marengo::{self, Content, MediaSource};
use crate::{ModelSpec, TransformError, Warnings};

const NAME: &str = "twelvelabs_marengo_2";

pub(super) static FAMILY: Family = Family::new(NAME)
    .with_models(&[Model::new("twelvelabs.marengo-embed-2-", Capabilities { images: true, ..Capabilities::NONE })])
    .with_embed(
        EmbedCodec::new(1, request, |body| marengo::response(body, NAME))
            .with_content(&["inputText", "mediaSource"])
            .with_job(marengo::IN_JOBS, request),
    );

#[derive(Serialize, Default)]
#[serde(rename_all = "camelCase")]
struct Request<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    input_type: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    input_text: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    text_truncate: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    media_source: Option<MediaSource<'a>>,
}

fn request(input: &EmbedInput<'_>, spec: &ModelSpec, _: &mut Warnings) -> Result<Bytes, TransformError> {
    let (content, extra) = marengo::content(input, spec)?;
    let request = match content {
        Content::Extra => Request::default(),
        Content::Medium(kind, media_source) => {
            Request { input_type: Some(kind), media_source: Some(media_source), ..Request::default() }
        }
        Content::Text(text) => Request {
            input_type: Some("text"),
            input_text: Some(text),
            text_truncate: (!input.sets("textTruncate")).then_some("end"),
            media_source: None,
        },
    };
    body(&request, &extra)
}
