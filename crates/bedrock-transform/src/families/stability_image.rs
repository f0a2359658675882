//! Stable Diffusion 3 and 3.5, Stable Image Core and Ultra: a prompt and an aspect ratio in, `images` out.
//!
//! <https://docs.aws.amazon.com/bedrock/latest/userguide/model-parameters-diffusion-3-5-large.html>

use bytes::Bytes;
use core_types::{Param, ParamSet};
use serde::Serialize;

use crate::families::body;
use crate::family::{Capabilities, Family, Model};
use crate::image::codec::ImageCodec;
use crate::image::file::Base64;
use crate::image::input::ImageInput;
use crate::image::size::{Size, aspect_ratio};
use crate::native::images;
use crate::{ModelSpec, TransformError, Warnings};

const NAME: &str = "stability_image";

/// Models that draw over an image as well.
const SD3: &str = "stability.sd3";

pub(super) static FAMILY: Family = Family::new(NAME)
    .with_models(&[
        Model::new(SD3, Capabilities { images: true, ..Capabilities::NONE }),
        Model::new("stability.stable-image-core", Capabilities::NONE),
        Model::new("stability.stable-image-ultra", Capabilities::NONE),
    ])
    .with_image(ImageCodec::new(
        ParamSet::of(&[Param::N, Param::OutputFormat, Param::Seed, Param::Size]),
        1,
        request,
        images::stability_response,
    ));

#[derive(Serialize)]
struct Request<'a> {
    prompt: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    mode: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    image: Option<Base64<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    aspect_ratio: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    seed: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    output_format: Option<&'a str>,
}

fn request(input: &ImageInput<'_>, spec: &ModelSpec, warnings: &mut Warnings) -> Result<Bytes, TransformError> {
    let image = images::at_most_one(input, NAME)?;
    if image.is_some() && !spec.model.can.images {
        return Err(TransformError::unsupported_content("image", "images to edit with this model", NAME));
    }
    if input.mask.is_some() {
        return Err(TransformError::unsupported_content("mask", "masks", NAME));
    }
    let given = |name: &str| input.extra.iter().any(|(extra, _)| *extra == name);
    let mut size = input.size;
    if image.is_some() {
        if !given("strength") {
            let reason = "the model needs it to draw over an image: 0 keeps the image, 1 ignores it";
            return Err(TransformError::invalid("strength", reason));
        }
        if size.take().is_some() {
            input.leave_out(Param::Size, NAME, warnings)?;
        }
    }
    let request = Request {
        prompt: input.required_prompt()?,
        mode: image.filter(|_| !given("mode")).map(|_| "image-to-image"),
        image: image.map(Base64),
        aspect_ratio: size.map(|size| ratio(size, warnings)).transpose()?,
        seed: input.call_seed(None, images::MOST_STABILITY_SEED),
        output_format: input.output_format,
    };
    body(&request, &input.extra)
}

/// The aspect ratio of a size. The models choose the pixels themselves.
pub(super) fn ratio(size: Size, warnings: &mut Warnings) -> Result<&'static str, TransformError> {
    let ratio = aspect_ratio(size)?;
    // What the models draw if nobody asks for anything.
    if size != Size::new(1024, 1024) {
        warnings.adjusted(Param::Size, format!("{size} is sent as aspect ratio {ratio}; the model chooses the pixels"));
    }
    Ok(ratio)
}
