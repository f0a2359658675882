//! One image request: the calls that it takes, and how to read their answers.

pub(crate) mod codec;
pub(crate) mod file;
pub(crate) mod input;
pub(crate) mod reply;
pub(crate) mod size;

use core_types::{ImageEditRequest, ImageFile, ImageRequest, Param, ParamSet, RawJson};
use serde::Serialize;

use crate::controls::Controls;
use crate::policy::{Fit, Verdict};
use crate::{ModelSpec, Operation, Options, Outgoing, TransformError, Warning, Warnings, native};
use input::ImageInput;
use reply::ImageReply;
use size::Size;

/// Everything needed to send the calls of one image request and to read their answers. A value: inspect it, send it.
#[derive(Debug)]
#[non_exhaustive]
pub struct ImageCall {
    /// What goes out: one call, or several where the model draws fewer images a call than were asked for.
    /// They may be made in any order, and at once.
    pub calls: Vec<Outgoing>,
    /// What was left out, changed or rewritten.
    pub warnings: Vec<Warning>,
    /// How to read the answers.
    pub reply: ImageReply,
}

/// Maps a request to draw for the model that `spec` describes.
///
/// # Errors
/// If the request is wrong, or the model cannot take it. Nothing of it is lost silently.
pub fn image(request: &ImageRequest, spec: &ModelSpec, options: &Options) -> Result<ImageCall, TransformError> {
    map(request, &[], None, spec, options)
}

/// Maps a request to edit for the model that `spec` describes.
///
/// # Errors
/// As [`image`].
pub fn image_edit(
    request: &ImageEditRequest,
    spec: &ModelSpec,
    options: &Options,
) -> Result<ImageCall, TransformError> {
    if request.images.is_empty() {
        return Err(TransformError::invalid("image", "there is no image to edit"));
    }
    for (index, image) in request.images.iter().enumerate() {
        file::check(image, || if index == 0 { "image".to_owned() } else { format!("image[{index}]") })?;
    }
    if let Some(mask) = &request.mask {
        file::check(mask, || "mask".to_owned())?;
        if file::is_transparent(mask) {
            return Err(TransformError::invalid("mask", "the models take black and white masks, not transparent ones"));
        }
    }
    map(&request.request, &request.images, request.mask.as_ref(), spec, options)
}

/// Most images of a request. OpenAI's own limit; each image is paid for.
const MOST_IMAGES: u32 = 10;

fn map(
    request: &ImageRequest,
    images: &[ImageFile],
    mask: Option<&ImageFile>,
    spec: &ModelSpec,
    options: &Options,
) -> Result<ImageCall, TransformError> {
    let family = spec.family;
    let Some(codec) = &family.image else {
        return Err(TransformError::wrong_model(&request.model, "images"));
    };
    let controls = Controls::read(&request.extra, options)?;
    let mut warnings = Warnings::default();
    let Params { admitted, insisted } =
        Params::admit(request, codec.params_of(&spec.model), family.name, &controls.options, &mut warnings)?;
    let has = |param| admitted.contains(param);
    let n = request.n.filter(|_| has(Param::N)).unwrap_or(1);
    if !(1..=MOST_IMAGES).contains(&n) {
        return Err(TransformError::invalid("n", format!("must be 1 to {MOST_IMAGES}")));
    }
    let own = controls.own(&request.extra, &["image", "mask", "prompt"], &mut warnings)?;
    let mut extra = controls.extras(&own, &mut warnings);
    let unfolded = native::unfold(&mut extra, insisted)?;
    extra.extend(unfolded.iter().map(|(name, value)| (name.as_str(), value)));
    let mut headers = controls.headers.clone();
    headers.extend(native::headers::take(&mut extra)?);
    let mut input = ImageInput {
        options: &controls.options,
        images,
        mask,
        prompt: &request.prompt,
        n,
        earlier: 0,
        output_format: request.output_format.as_deref().filter(|_| has(Param::OutputFormat)),
        quality: request.quality.as_deref().filter(|_| has(Param::Quality)),
        seed: request.seed.filter(|_| has(Param::Seed)),
        size: request.size.as_deref().filter(|_| has(Param::Size)).map(Size::parse).transpose()?,
        style: request.style.as_deref().filter(|_| has(Param::Style)),
        extra,
    };
    let mut calls = Vec::new();
    let mut counts = Vec::new();
    while input.earlier < n {
        input.n = codec.max_images.min(n - input.earlier);
        // What is to be said of the request is said once, not once for each call.
        let said = &mut Warnings::default();
        let said = if calls.is_empty() { &mut warnings } else { said };
        let body = (codec.request)(&input, spec, said)?;
        let mut call = controls.outgoing(spec, Operation::InvokeModel, body)?;
        call.headers.clone_from(&headers);
        calls.push(call);
        counts.push(input.n);
        input.earlier += input.n;
    }
    if calls.len() > 1 && input.seed.is_some() {
        warnings.adjusted(Param::Seed, "each call has a seed of its own, counted up from this one");
    }
    let reply = ImageReply { family, counts };
    Ok(ImageCall { calls, warnings: warnings.into_vec(), reply })
}

/// OpenAI's parameters, as far as the model has them.
struct Params {
    admitted: ParamSet,
    insisted: Vec<(&'static str, RawJson)>,
}

impl Params {
    fn admit(
        request: &ImageRequest,
        supported: ParamSet,
        family: &'static str,
        options: &Options,
        warnings: &mut Warnings,
    ) -> Result<Self, TransformError> {
        let mut params = Self { admitted: ParamSet::NONE, insisted: Vec::new() };
        for param in request.params().iter().filter(|param| !says_what_comes_anyway(request, supported, *param)) {
            let fit = match param {
                Param::User => Fit::Label,
                Param::ResponseFormat => response_format(request.response_format.as_deref())?,
                _ if supported.contains(param) => Fit::Supported,
                _ => Fit::Missing,
            };
            let judged = options.judge(param.name(), fit, family, warnings);
            match judged.map_err(|error| if param == Param::ResponseFormat { no_urls() } else { error })? {
                Verdict::Admitted => params.admitted = params.admitted.with(param),
                Verdict::Dropped => {}
                Verdict::Insisted => params.insisted.extend(json_of(request, param).map(|json| (param.name(), json))),
            }
        }
        Ok(params)
    }
}

/// Bedrock sends files, never places to fetch them from.
fn response_format(format: Option<&str>) -> Result<Fit, TransformError> {
    match format {
        None | Some("b64_json") => Ok(Fit::Supported),
        Some("url") => Ok(Fit::Missing),
        Some(_) => Err(TransformError::invalid("response_format", "expected `b64_json`")),
    }
}

fn no_urls() -> TransformError {
    let reason = "Bedrock sends images, not URLs; ask for `b64_json`, or set `drop_params` to get that with a warning";
    TransformError::invalid("response_format", reason)
}

/// Models that cannot choose the format send PNG.
fn says_what_comes_anyway(request: &ImageRequest, supported: ParamSet, param: Param) -> bool {
    param == Param::OutputFormat && !supported.contains(param) && request.output_format.as_deref() == Some("png")
}

/// A parameter as JSON, to be passed on as it is.
fn json_of(request: &ImageRequest, param: Param) -> Option<RawJson> {
    fn json<T: Serialize>(value: &T) -> Option<RawJson> {
        RawJson::from_value(value).ok()
    }
    match param {
        Param::Background => json(&request.background),
        Param::InputFidelity => json(&request.input_fidelity),
        Param::Moderation => json(&request.moderation),
        Param::N => json(&request.n),
        Param::OutputCompression => json(&request.output_compression),
        Param::OutputFormat => json(&request.output_format),
        Param::PartialImages => json(&request.partial_images),
        Param::Quality => json(&request.quality),
        Param::ResponseFormat => json(&request.response_format),
        Param::Seed => json(&request.seed),
        Param::Size => json(&request.size),
        Param::Style => json(&request.style),
        Param::User => json(&request.user),
        _ => None,
    }
}
