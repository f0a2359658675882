//! Titan Image Generator and Nova Canvas.
//!
//! <https://docs.aws.amazon.com/bedrock/latest/userguide/model-parameters-titan-image.html>,
//! <https://docs.aws.amazon.com/nova/latest/userguide/image-gen-req-resp-structure.html>

use serde_json::{Value, json};

use super::Body;
use crate::error::Refusal;
use crate::invoke::form::{Field, Form, SOME_TEXT, Words, one_of, optional, required, whole, within};
use crate::invoke::{Invocation, Native, picture};

pub(super) const BODY: Body = Body {
    models: &["amazon.nova-canvas", "amazon.titan-image-generator"],
    fits: |request| request["taskType"].is_string(),
    answer,
};

static CONFIG: Form = Form::Object(&[
    optional("width", &whole(1, 4_096)),
    optional("height", &whole(1, 4_096)),
    optional("quality", &one_of(&["standard", "premium"])),
    optional("cfgScale", &within(1.1, 10.0)),
    optional("seed", &whole(0, 2_147_483_646)),
    optional("numberOfImages", &whole(1, 5)),
]);

macro_rules! task {
    ($params:literal, [$($member:expr),* $(,)?]) => {
        &[required($params, &Form::Object(&[$($member),*])), optional("imageGenerationConfig", &CONFIG)]
    };
}

const IMAGES: Form = Form::List { of: &SOME_TEXT, min: 1, max: 5 };
const COLORS: Form = Form::List { of: &SOME_TEXT, min: 1, max: 10 };
const CONTROL: Form = one_of(&["CANNY_EDGE", "SEGMENTATION"]);
const FRAME: Form = one_of(&["DEFAULT", "PRECISE"]);

/// The tasks with their parameters.
static TASKS: &[(&str, &[Field])] = &[
    (
        "TEXT_IMAGE",
        task!(
            "textToImageParams",
            [
                required("text", &SOME_TEXT),
                optional("negativeText", &SOME_TEXT),
                optional("style", &SOME_TEXT),
                optional("conditionImage", &SOME_TEXT),
                optional("controlMode", &CONTROL),
                optional("controlStrength", &within(0.0, 1.0)),
            ]
        ),
    ),
    (
        "COLOR_GUIDED_GENERATION",
        task!(
            "colorGuidedGenerationParams",
            [
                required("text", &SOME_TEXT),
                required("colors", &COLORS),
                optional("negativeText", &SOME_TEXT),
                optional("referenceImage", &SOME_TEXT),
            ]
        ),
    ),
    (
        "IMAGE_VARIATION",
        task!(
            "imageVariationParams",
            [
                required("images", &IMAGES),
                optional("text", &SOME_TEXT),
                optional("negativeText", &SOME_TEXT),
                optional("similarityStrength", &within(0.2, 1.0)),
            ]
        ),
    ),
    (
        "INPAINTING",
        task!(
            "inPaintingParams",
            [
                required("image", &SOME_TEXT),
                optional("text", &SOME_TEXT),
                optional("negativeText", &SOME_TEXT),
                optional("maskPrompt", &SOME_TEXT),
                optional("maskImage", &SOME_TEXT),
            ]
        ),
    ),
    (
        "OUTPAINTING",
        task!(
            "outPaintingParams",
            [
                required("image", &SOME_TEXT),
                required("text", &SOME_TEXT),
                optional("negativeText", &SOME_TEXT),
                optional("maskPrompt", &SOME_TEXT),
                optional("maskImage", &SOME_TEXT),
                optional("outPaintingMode", &FRAME),
            ]
        ),
    ),
    ("BACKGROUND_REMOVAL", &[required("backgroundRemovalParams", &Form::Object(&[required("image", &SOME_TEXT)]))]),
    (
        "VIRTUAL_TRY_ON",
        task!(
            "virtualTryOnParams",
            [
                required("sourceImage", &SOME_TEXT),
                required("referenceImage", &SOME_TEXT),
                required("maskType", &one_of(&["GARMENT", "IMAGE", "PROMPT"])),
                optional("garmentBasedMask", &Form::Open),
                optional("imageBasedMask", &Form::Open),
                optional("promptBasedMask", &Form::Open),
                optional("maskExclusions", &Form::Open),
                optional("mergeStyle", &SOME_TEXT),
                optional("returnMask", &Form::Boolean),
            ]
        ),
    ),
];

static REQUEST: Form = Form::Tagged("taskType", TASKS);

fn answer(invocation: &Invocation<'_>) -> Result<Native, Refusal> {
    let request = invocation.request;
    Words::Schema.check_at(&REQUEST, request, "")?;
    let is_params = |name: &String| name.ends_with("Params");
    let params = request.as_object().and_then(|members| members.iter().find(|(name, _)| is_params(name)));
    let params = params.map_or(&Value::Null, |(_, params)| params);
    let kind = request["taskType"].as_str().unwrap_or_default();
    let prompt = params["text"].as_str().unwrap_or_default();
    if picture::is_filtered(prompt) {
        return Err(Refusal::validation(
            "This request has been blocked by our content filters. Our filters automatically flagged this prompt because \
             it may conflict our AUP or AWS Responsible AI Policy. Please adjust your prompt to submit a new request.",
        ));
    }
    if matches!(kind, "INPAINTING" | "OUTPAINTING") && params["maskPrompt"].is_null() == params["maskImage"].is_null() {
        return Err(Refusal::validation(format!("Exactly one of maskPrompt or maskImage is required for {kind}.")));
    }
    let size = size(kind, params, &request["imageGenerationConfig"], invocation.base_id)?;
    let config = &request["imageGenerationConfig"];
    let (seed, count) = (config["seed"].as_u64().unwrap_or(0), config["numberOfImages"].as_u64().unwrap_or(1));
    let images: Vec<String> =
        (0..count).map(|more| picture::draw(prompt, seed + more, size)).collect::<Result<_, _>>()?;
    Ok(Native { body: json!({ "images": images, "error": null }), ..Native::default() })
}

/// The size that is asked for; of an edit, that of the image.
fn size(kind: &str, params: &Value, config: &Value, model: &str) -> Result<(u32, u32), Refusal> {
    for name in ["conditionImage", "image", "maskImage", "referenceImage", "sourceImage"] {
        if !params[name].is_null() {
            picture::size(name, &params[name])?;
        }
    }
    for image in crate::rules::list(&params["images"]) {
        picture::size("images", image)?;
    }
    let edited = match kind {
        "BACKGROUND_REMOVAL" | "INPAINTING" | "OUTPAINTING" => Some(&params["image"]),
        "VIRTUAL_TRY_ON" => Some(&params["sourceImage"]),
        _ => None,
    };
    if let Some(image) = edited {
        return match (&config["width"], &config["height"]) {
            (Value::Null, Value::Null) => picture::size("image", image),
            _ => Err(Refusal::validation(format!("width and height are not applicable to {kind}."))),
        };
    }
    let side = |name: &str| config[name].as_u64().and_then(|side| u32::try_from(side).ok()).unwrap_or(1_024);
    let (width, height) = (side("width"), side("height"));
    if is_legal(model, width, height) {
        Ok((width, height))
    } else {
        Err(Refusal::validation(format!("Invalid image size: {width}x{height}. Please use a supported resolution.")))
    }
}

fn is_legal(model: &str, width: u32, height: u32) -> bool {
    if model.starts_with("amazon.titan") {
        return TITAN.contains(&(width, height));
    }
    let is_side = |side: u32| (320..=4_096).contains(&side) && side.is_multiple_of(16);
    is_side(width) && is_side(height) && width <= 4 * height && height <= 4 * width && width * height <= 4_194_304
}

/// Titan's sizes.
const TITAN: &[(u32, u32)] = &[
    (1024, 1024),
    (768, 768),
    (512, 512),
    (768, 1152),
    (384, 576),
    (1152, 768),
    (576, 384),
    (768, 1280),
    (384, 640),
    (1280, 768),
    (640, 384),
    (896, 1152),
    (448, 576),
    (1152, 896),
    (576, 448),
    (768, 1408),
    (384, 704),
    (1408, 768),
    (704, 384),
    (640, 1408),
    (320, 704),
    (1408, 640),
    (704, 320),
    (1152, 640),
    (1173, 640),
];
