//! What the bodies of Marengo 2.7 and 3.0 share: where a medium is, and the answer.

use std::borrow::Cow;

use core_types::RawJson;
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

use crate::Capabilities;
use crate::TransformError;
use crate::converse::response::Members;
use crate::embed::{EmbedContent, EmbedInput, Embedded, read};
use crate::media::{Kind, Medium, Source};
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

/// What jobs embed; a call that is waited for takes texts and images alone.
pub(crate) const IN_JOBS: Capabilities = Capabilities { audio: true, images: true, video: true, ..Capabilities::NONE };

/// What a call embeds, by its `inputType`.
pub(crate) enum Content<'a> {
    /// It stands in the caller's own fields, the type too.
    Extra,
    /// With its `inputType`: `audio`, `image` or `video`.
    Medium(&'static str, MediaSource<'a>),
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
        (Some(data), Some("image")) => Content::Medium("image", MediaSource::Base64String(data.into())),
        (None, named) => match input.medium(spec)? {
            Some(medium) if named.is_some_and(|named| named != name(medium.kind)) => {
                return Err(unlike(named.unwrap_or_default(), input.at));
            }
            Some(Medium { kind, source: Source::S3 { uri, owner }, .. }) => {
                let bucket_owner = text_of(&[BUCKET_OWNER])?.or_else(|| owner.map(str::to_owned));
                extra.retain(|(name, _)| *name != BUCKET_OWNER);
                Content::Medium(name(kind), MediaSource::S3Location { uri, bucket_owner })
            }
            Some(Medium { kind, source: Source::Base64(data), .. }) => {
                Content::Medium(name(kind), MediaSource::Base64String(data))
            }
            None => Content::Extra,
        },
        (_, Some(named)) => return Err(unlike(named, input.at)),
    };
    Ok((content, extra))
}

/// The `inputType` of a medium. Documents do not come here: the model has none.
const fn name(kind: Kind) -> &'static str {
    match kind {
        Kind::Audio => "audio",
        Kind::Video => "video",
        Kind::Document | Kind::Image => "image",
    }
}

fn unlike(named: &str, at: &str) -> TransformError {
    TransformError::invalid(
        "input_type",
        format!("`{named}` is not what stands at {at}; a call takes a text or an image, a job sound and video, too"),
    )
}

#[derive(Deserialize)]
struct Response<'a> {
    /// A list, or the one item by itself.
    #[serde(borrow)]
    data: &'a RawValue,
}

/// Reads an answer. Which part of the input a vector stands for is kept beside it.
pub(crate) fn response(body: &[u8], family: &'static str) -> Result<Embedded, TransformError> {
    let response: Response<'_> =
        serde_json::from_slice(body).map_err(|error| TransformError::malformed(family, error))?;
    let malformed = |error| TransformError::malformed(family, error);
    let items: Vec<Members<'_>> = if response.data.get().starts_with('{') {
        vec![serde_json::from_str(response.data.get()).map_err(malformed)?]
    } else {
        serde_json::from_str(response.data.get()).map_err(malformed)?
    };
    Ok(Embedded::new(read::items(&items, family)?, None))
}
