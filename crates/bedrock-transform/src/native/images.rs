//! What image models share.

use core_types::ImageFile;
use serde::Deserialize;

use crate::image::codec::Images;
use crate::image::input::ImageInput;
use crate::{ErrorKind, TransformError, UpstreamError};

/// Largest seed of Stability's newer models.
pub(crate) const MOST_STABILITY_SEED: i64 = 4_294_967_294;

/// The image to edit, of a model that edits one at a time.
pub(crate) fn at_most_one<'a>(
    input: &ImageInput<'a>,
    family: &'static str,
) -> Result<Option<&'a ImageFile>, TransformError> {
    match input.images {
        [] => Ok(None),
        [image] => Ok(Some(image)),
        [..] => Err(TransformError::unsupported_content("image[1]", "more than one image", family)),
    }
}

/// The model broke off and said so in an answer that succeeded.
pub(crate) fn failed(reason: &str) -> TransformError {
    UpstreamError::new(ErrorKind::ModelFailed, "ModelError", format!("the model drew nothing: {reason}")).into()
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct Response {
    images: Option<Vec<Option<String>>>,
    seeds: Option<Vec<Option<i64>>>,
    finish_reasons: Option<Vec<Option<String>>>,
}

/// Reads an answer of Stability's newer models. Each image has a reason if there is something wrong with it.
pub(crate) fn stability_response(body: &[u8]) -> Result<Images, TransformError> {
    let response: Response =
        serde_json::from_slice(body).map_err(|error| TransformError::malformed("stability", error))?;
    let reasons = response.finish_reasons.unwrap_or_default();
    if let Some(error) = reasons.iter().flatten().find(|reason| reason.as_str() == "Inference error") {
        return Err(failed(error));
    }
    Ok(Images {
        files: response.images.unwrap_or_default().into_iter().flatten().filter(|file| !file.is_empty()).collect(),
        seeds: response.seeds.unwrap_or_default().into_iter().flatten().collect(),
        held_back: reasons.into_iter().flatten().next(),
    })
}
