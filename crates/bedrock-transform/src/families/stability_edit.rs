//! Stability AI's image services: an image and a prompt in, `images` out. Each model does one thing.
//!
//! <https://docs.aws.amazon.com/bedrock/latest/userguide/stable-image-services.html>

use bytes::Bytes;
use core_types::{ImageFile, Param, ParamSet, RawJson};
use serde::{Serialize, Serializer, ser::SerializeMap as _};

use crate::families::{body, stability_image};
use crate::family::{Capabilities, Family, Model};
use crate::image::codec::ImageCodec;
use crate::image::file::Base64;
use crate::image::input::ImageInput;
use crate::native::images;
use crate::{ModelSpec, TransformError, Warnings};

const NAME: &str = "stability_edit";

pub(super) static FAMILY: Family = Family::new(NAME)
    .with_models(&[
        Model::new("stability.stable-conservative-upscale", EDITS),
        Model::new("stability.stable-creative-upscale", EDITS),
        Model::new("stability.stable-fast-upscale", EDITS),
        Model::new("stability.stable-image-control-sketch", EDITS),
        Model::new("stability.stable-image-control-structure", EDITS),
        Model::new("stability.stable-image-erase-object", EDITS),
        Model::new("stability.stable-image-inpaint", EDITS),
        Model::new("stability.stable-image-remove-background", EDITS),
        Model::new("stability.stable-image-search-recolor", EDITS),
        Model::new("stability.stable-image-search-replace", EDITS),
        Model::new("stability.stable-image-style-guide", EDITS),
        Model::new("stability.stable-outpaint", EDITS),
        Model::new("stability.stable-style-transfer", EDITS),
    ])
    .with_image(
        ImageCodec::new(
            ParamSet::of(&[Param::N, Param::OutputFormat, Param::Seed, Param::Size]),
            1,
            request,
            images::stability_response,
        )
        .with_lacks(lacks),
    );

const EDITS: Capabilities = Capabilities { images: true, ..Capabilities::NONE };

/// What one of the services takes.
struct Service {
    /// Names of the images, in the order in which a form has them.
    images: &'static [&'static str],
    prompt: Prompt,
    has_mask: bool,
    has_seed: bool,
    has_aspect_ratio: bool,
    /// Parameters without which there is nothing to do.
    needs: &'static [&'static str],
}

enum Prompt {
    /// The service reads none. OpenAI's clients cannot leave it out.
    Ignored,
    Optional,
    Required,
}

const SERVICE: Service = Service {
    images: &["image"],
    prompt: Prompt::Required,
    has_mask: false,
    has_seed: true,
    has_aspect_ratio: false,
    needs: &[],
};

fn lacks(model: &Model) -> ParamSet {
    let Service { has_seed, has_aspect_ratio, .. } = service(model);
    let size = if has_aspect_ratio { ParamSet::NONE } else { ParamSet::of(&[Param::Size]) };
    if has_seed { size } else { size.with(Param::Seed) }
}

fn service(model: &Model) -> Service {
    match model.prefix.trim_start_matches("stability.stable-") {
        "fast-upscale" | "image-remove-background" => Service { prompt: Prompt::Ignored, has_seed: false, ..SERVICE },
        "image-erase-object" => Service { prompt: Prompt::Ignored, has_mask: true, ..SERVICE },
        "image-inpaint" => Service { has_mask: true, ..SERVICE },
        "image-search-recolor" => Service { needs: &["select_prompt"], ..SERVICE },
        "image-search-replace" => Service { needs: &["search_prompt"], ..SERVICE },
        "image-style-guide" => Service { has_aspect_ratio: true, ..SERVICE },
        "outpaint" => Service { prompt: Prompt::Optional, ..SERVICE },
        "style-transfer" => Service { images: &["init_image", "style_image"], prompt: Prompt::Optional, ..SERVICE },
        _ => SERVICE,
    }
}

struct Request<'a> {
    images: Vec<(&'static str, &'a ImageFile)>,
    mask: Option<&'a ImageFile>,
    prompt: Option<&'a str>,
    aspect_ratio: Option<&'static str>,
    seed: Option<i64>,
    output_format: Option<&'a str>,
    texts: Vec<(&'a str, &'a str)>,
}

impl Serialize for Request<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let Self { images, mask, prompt, aspect_ratio, seed, output_format, texts } = self;
        let mut map = serializer.serialize_map(None)?;
        for (name, image) in images {
            map.serialize_entry(name, &Base64(image))?;
        }
        if let Some(mask) = mask {
            map.serialize_entry("mask", &Base64(mask))?;
        }
        if let Some(prompt) = prompt {
            map.serialize_entry("prompt", prompt)?;
        }
        if let Some(aspect_ratio) = aspect_ratio {
            map.serialize_entry("aspect_ratio", aspect_ratio)?;
        }
        if let Some(seed) = seed {
            map.serialize_entry("seed", seed)?;
        }
        if let Some(output_format) = output_format {
            map.serialize_entry("output_format", output_format)?;
        }
        for (name, text) in texts {
            map.serialize_entry(name, text)?;
        }
        map.end()
    }
}

/// Parameters that are words, also where a form made a number of them: `search_prompt=42`.
const TEXTS: &[&str] = &["negative_prompt", "search_prompt", "select_prompt", "style_preset"];

fn request(input: &ImageInput<'_>, spec: &ModelSpec, warnings: &mut Warnings) -> Result<Bytes, TransformError> {
    let service = service(&spec.model);
    let images = named(&service, input)?;
    if input.mask.is_some() && !service.has_mask {
        return Err(TransformError::unsupported_content("mask", "masks with this model", NAME));
    }
    for need in service.needs {
        if !input.extra.iter().any(|(name, _)| name == need) {
            return Err(TransformError::invalid(*need, "the model needs it: words for what to look for in the image"));
        }
    }
    let prompt = match service.prompt {
        Prompt::Required => Some(input.required_prompt()?),
        Prompt::Optional => Some(input.prompt).filter(|prompt| !prompt.is_empty()),
        Prompt::Ignored => {
            if !input.prompt.is_empty() {
                warnings.dropped("prompt");
            }
            None
        }
    };
    let (texts, others): (Vec<_>, Vec<_>) =
        input.extra.iter().copied().partition(|(name, value)| TEXTS.contains(name) && !value.as_str().starts_with('"'));
    let request = Request {
        images,
        mask: input.mask,
        prompt,
        aspect_ratio: input.size.map(|size| stability_image::ratio(size, warnings)).transpose()?,
        seed: input.call_seed(None, images::MOST_STABILITY_SEED),
        output_format: input.output_format,
        texts: texts.into_iter().map(|(name, value): (&str, &RawJson)| (name, value.as_str())).collect(),
    };
    body(&request, &others)
}

/// The images under the names that the service has for them.
fn named<'a>(service: &Service, input: &ImageInput<'a>) -> Result<Vec<(&'static str, &'a ImageFile)>, TransformError> {
    let (wanted, given) = (service.images.len(), input.images.len());
    if given == 0 {
        return Err(TransformError::invalid("model", "this model edits images: send one to /v1/images/edits"));
    }
    if given != wanted {
        let names = service.images.join(" and ");
        return Err(TransformError::invalid("image", format!("the model takes {wanted}: {names}; {given} came")));
    }
    Ok(service.images.iter().copied().zip(input.images).collect())
}
