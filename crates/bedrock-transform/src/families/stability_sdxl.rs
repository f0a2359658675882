//! Stable Diffusion XL: weighted prompts in, `artifacts` out.
//!
//! <https://docs.aws.amazon.com/bedrock/latest/userguide/model-parameters-diffusion-1-0-text-image.html>

use bytes::Bytes;
use core_types::{Param, ParamSet};
use serde::{Deserialize, Serialize};

use crate::families::body;
use crate::family::{Capabilities, Family, Model};
use crate::image::codec::{ImageCodec, Images};
use crate::image::file::Base64;
use crate::image::input::ImageInput;
use crate::image::size::{Size, Sizes};
use crate::native::images;
use crate::{ModelSpec, TransformError, Warnings};

const NAME: &str = "stability_sdxl";

/// Images of one call. The model's own `samples` goes up to ten, but Bedrock takes 1 alone.
/// <https://docs.aws.amazon.com/bedrock/latest/userguide/model-parameters-diffusion-1-0-text-image.html>
const MOST_IMAGES: u32 = 1;

/// Largest seed.
const MOST_SEED: i64 = 4_294_967_295;

pub(super) static FAMILY: Family = Family::new(NAME)
    .with_models(&[Model::new("stability.stable-diffusion-xl", Capabilities::NONE)])
    .with_image(ImageCodec::new(ParamSet::of(&[Param::N, Param::Seed, Param::Size]), MOST_IMAGES, request, response));

#[derive(Serialize)]
struct Request<'a> {
    text_prompts: [TextPrompt<'a>; 1],
    #[serde(skip_serializing_if = "Option::is_none")]
    init_image: Option<Base64<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    mask_image: Option<Base64<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    mask_source: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    width: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    height: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    seed: Option<i64>,
}

#[derive(Serialize)]
struct TextPrompt<'a> {
    text: &'a str,
    weight: u8,
}

fn request(input: &ImageInput<'_>, _: &ModelSpec, warnings: &mut Warnings) -> Result<Bytes, TransformError> {
    let prompt = input.required_prompt()?;
    // The model reads one line.
    let one_line = prompt.replace('\n', " ");
    if one_line != prompt {
        warnings.rewritten("prompt", "line breaks became blanks");
    }
    let init_image = images::at_most_one(input, NAME)?;
    let mut size = input.size;
    if init_image.is_some() && size.take().is_some() {
        input.leave_out(Param::Size, NAME, warnings)?;
    }
    if let Some(size) = size {
        check(size)?;
    }
    let names_mask_source = input.extra.iter().any(|(name, _)| *name == "mask_source");
    let request = Request {
        text_prompts: [TextPrompt { text: &one_line, weight: 1 }],
        init_image: init_image.map(Base64),
        mask_image: input.mask.map(Base64),
        // White is drawn anew.
        mask_source: input.mask.filter(|_| !names_mask_source).map(|_| "MASK_IMAGE_WHITE"),
        width: size.map(|size| size.width),
        height: size.map(|size| size.height),
        seed: input.call_seed(None, MOST_SEED),
    };
    body(&request, &input.extra)
}

/// The model draws multiples of 64; version 1.0 these sizes only, on which AWS has the last word.
fn check(size: Size) -> Result<(), TransformError> {
    const LEGAL: Sizes = Sizes(&[
        Size::new(1024, 1024),
        Size::new(1152, 896),
        Size::new(1216, 832),
        Size::new(1344, 768),
        Size::new(1536, 640),
        Size::new(640, 1536),
        Size::new(768, 1344),
        Size::new(832, 1216),
        Size::new(896, 1152),
    ]);
    let is_legal = |side: u32| side.is_multiple_of(64) && (128..=1536).contains(&side);
    if is_legal(size.width) && is_legal(size.height) { Ok(()) } else { Err(size.refused(LEGAL)) }
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct Response {
    artifacts: Option<Vec<Artifact>>,
}

#[derive(Deserialize, Default)]
#[serde(rename_all = "camelCase", default)]
struct Artifact {
    base64: Option<String>,
    finish_reason: Option<String>,
    seed: Option<i64>,
}

fn response(body: &[u8]) -> Result<Images, TransformError> {
    let response: Response = serde_json::from_slice(body).map_err(|error| TransformError::malformed(NAME, error))?;
    let mut images = Images::default();
    for artifact in response.artifacts.unwrap_or_default() {
        match artifact.finish_reason.as_deref() {
            // What comes with it is blurred.
            Some("CONTENT_FILTERED") => images.held_back = artifact.finish_reason,
            Some("ERROR") => return Err(images::failed("ERROR")),
            _ => {
                images.files.extend(artifact.base64.filter(|file| !file.is_empty()));
                images.seeds.extend(artifact.seed);
            }
        }
    }
    Ok(images)
}
