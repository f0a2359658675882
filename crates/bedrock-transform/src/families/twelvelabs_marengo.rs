//! TwelveLabs Marengo Embed 3.0: a text or an image in, its vectors out. Each kind of input has a member of its own.
//!
//! <https://docs.aws.amazon.com/bedrock/latest/userguide/model-parameters-marengo-3.html>

use bytes::Bytes;
use serde::Serialize;

use crate::embed::EmbedInput;
use crate::embed::codec::EmbedCodec;
use crate::families::body;
use crate::family::{Capabilities, Family, Model};
use crate::native::marengo::{self, Content, MediaSource};
use crate::{ModelSpec, TransformError, Warnings};

const NAME: &str = "twelvelabs_marengo";

pub(super) static FAMILY: Family = Family::new(NAME)
    .with_models(&[Model::new("twelvelabs.marengo-", Capabilities { images: true, ..Capabilities::NONE })])
    .with_embed(EmbedCodec::new(1, request, |body| marengo::response(body, NAME)).with_content(&[
        "image",
        "multi_input",
        "text",
        "text_image",
    ]));

#[derive(Serialize, Default)]
#[serde(rename_all = "camelCase")]
struct Request<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    input_type: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    text: Option<Text<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    image: Option<Image<'a>>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Text<'a> {
    input_text: &'a str,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Image<'a> {
    media_source: MediaSource<'a>,
}

fn request(input: &EmbedInput<'_>, spec: &ModelSpec, _: &mut Warnings) -> Result<Bytes, TransformError> {
    let (content, extra) = marengo::content(input, spec)?;
    let request = match content {
        Content::Extra => Request::default(),
        Content::Image(media_source) => {
            Request { input_type: Some("image"), image: Some(Image { media_source }), ..Request::default() }
        }
        Content::Text(input_text) => {
            Request { input_type: Some("text"), text: Some(Text { input_text }), ..Request::default() }
        }
    };
    body(&request, &extra)
}
