//! What the bodies of Marengo 2.7 and 3.0 share: where a medium is, and the answer.

use std::borrow::Cow;

use core_types::RawJson;
use serde::{Deserialize, Serialize};

use crate::TransformError;
use crate::converse::response::Members;
use crate::embed::{EmbedContent, EmbedInput, Embedded, read};
use crate::media::{Medium, Source};
use crate::model::spec::ModelSpec;
use crate::native::Extras;

/// Where a medium is.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) enum MediaSource<'a> {
    Base64String(Cow<'a, str>),
    #[serde(rename_all = "camelCase")]
    S3Location {
        uri: &'a str,
        #[serde(skip_serializing_if = "Option::is_none")]
        bucket_owner: Option<String>,
    },
}

/// What a call embeds, by its `inputType`.
pub(crate) enum Content<'a> {
    /// It stands in the caller's own fields, the type too.
    Extra,
    Image(MediaSource<'a>),
    Text(&'a str),
}

/// What a call embeds, and the caller's parameters without those that say so: `input_type`, `inputType`, `bucketOwner`.
pub(crate) fn content<'a>(
    input: &EmbedInput<'a>,
    spec: &ModelSpec,
) -> Result<(Content<'a>, Extras<'a>), TransformError> {
    const BUCKET_OWNER: &str = "bucketOwner";
    let text_of = |wanted: &[&str]| {
        let named = input.extra.iter().find(|(name, _)| wanted.contains(name));
        let read = |(name, value): &(&str, &RawJson)| {
            value.read::<String>().map_err(|_| TransformError::invalid(*name, "expected a string"))
        };
        named.map(read).transpose()
    };
    let kind = text_of(&["inputType", "input_type"])?;
    if input.content == EmbedContent::Extra {
        let rename =
            |(name, value): &(&'a str, &'a RawJson)| (if *name == "input_type" { "inputType" } else { name }, *value);
        return Ok((Content::Extra, input.extra.iter().map(rename).collect()));
    }
    let mut extra = input.extra.to_vec();
    extra.retain(|(name, _)| !matches!(*name, "inputType" | "input_type"));
    let content = match (input.text(), kind.as_deref()) {
        (Some(text), None | Some("text")) => Content::Text(text),
        // A bare image, which only its type tells from a text.
        (Some(data), Some("image")) => Content::Image(MediaSource::Base64String(data.into())),
        (None, None | Some("image")) => match input.medium(spec)? {
            Some(Medium { source: Source::S3 { uri, owner }, .. }) => {
                let bucket_owner = text_of(&[BUCKET_OWNER])?.or_else(|| owner.map(str::to_owned));
                extra.retain(|(name, _)| *name != BUCKET_OWNER);
                Content::Image(MediaSource::S3Location { uri, bucket_owner })
            }
            Some(Medium { source: Source::Base64(data), .. }) => Content::Image(MediaSource::Base64String(data)),
            None => Content::Extra,
        },
        (_, Some(kind)) => {
            let reason = format!("`{kind}` is not what stands at {}; a call takes a text or an image", input.at);
            return Err(TransformError::invalid("input_type", reason));
        }
    };
    Ok((content, extra))
}

#[derive(Deserialize)]
struct Response<'a> {
    #[serde(borrow)]
    data: Vec<Members<'a>>,
}

/// Reads an answer. Which part of the input a vector stands for is kept beside it.
pub(crate) fn response(body: &[u8], family: &'static str) -> Result<Embedded, TransformError> {
    let response: Response<'_> =
        serde_json::from_slice(body).map_err(|error| TransformError::malformed(family, error))?;
    Ok(Embedded::new(read::items(&response.data, family)?, None))
}
