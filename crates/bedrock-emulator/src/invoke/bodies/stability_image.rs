//! Stable Diffusion 3 and 3.5, Stable Image Core and Ultra, and Stability AI's image services. Files come as PNG, whatever
//! `output_format` asks for.
//!
//! <https://docs.aws.amazon.com/bedrock/latest/userguide/model-parameters-diffusion-3-5-large.html>,
//! <https://docs.aws.amazon.com/bedrock/latest/userguide/stable-image-services.html>

use serde_json::{Value, json};

use super::Body;
use crate::error::Refusal;
use crate::invoke::form::{Field, Form, SOME_TEXT, TEXT, Words, one_of, optional, required, whole, within};
use crate::invoke::{Invocation, Native, picture};

pub(super) const BODY: Body = Body {
    models: &["stability.sd3", "stability.stable-"],
    fits: |request| !request["aspect_ratio"].is_null() || !request["output_format"].is_null(),
    answer,
};

const RATIO: Form = one_of(&["16:9", "1:1", "21:9", "2:3", "3:2", "4:5", "5:4", "9:16", "9:21"]);
const FILE: Form = one_of(&["jpeg", "png", "webp"]);
const SEED: Form = whole(0, 4_294_967_294);
const SHARE: Form = within(0.0, 1.0);
const GROW: Form = whole(0, 20);
const PIXELS: Form = whole(0, 2_000);

const PROMPT: Field = required("prompt", &SOME_TEXT);
const IMAGE: Field = required("image", &SOME_TEXT);
const MASK: Field = optional("mask", &SOME_TEXT);
const OUTPUT: Field = optional("output_format", &FILE);
const CHANCE: Field = optional("seed", &SEED);
const NEGATIVE: Field = optional("negative_prompt", &TEXT);
const STYLE: Field = optional("style_preset", &TEXT);
const CREATIVITY: Field = optional("creativity", &within(0.1, 0.5));
const GROWN: Field = optional("grow_mask", &GROW);

/// Beginnings of base model ids with their members; the longest counts.
static MODELS: &[(&str, &[Field])] = &[
    (
        "stability.sd3",
        &[
            PROMPT,
            optional("mode", &one_of(&["image-to-image", "text-to-image"])),
            optional("image", &SOME_TEXT),
            optional("strength", &SHARE),
            optional("aspect_ratio", &RATIO),
            CHANCE,
            NEGATIVE,
            OUTPUT,
        ],
    ),
    (
        "stability.stable-image-",
        &[
            PROMPT,
            optional("mode", &one_of(&["text-to-image"])),
            optional("aspect_ratio", &RATIO),
            CHANCE,
            NEGATIVE,
            OUTPUT,
        ],
    ),
    ("stability.stable-conservative-upscale", &[PROMPT, IMAGE, CREATIVITY, NEGATIVE, CHANCE, OUTPUT]),
    ("stability.stable-creative-upscale", &[PROMPT, IMAGE, CREATIVITY, NEGATIVE, CHANCE, OUTPUT, STYLE]),
    ("stability.stable-fast-upscale", &[IMAGE, OUTPUT]),
    (
        "stability.stable-image-control",
        &[PROMPT, IMAGE, optional("control_strength", &SHARE), NEGATIVE, CHANCE, OUTPUT, STYLE],
    ),
    ("stability.stable-image-erase-object", &[IMAGE, MASK, GROWN, CHANCE, OUTPUT]),
    ("stability.stable-image-inpaint", &[PROMPT, IMAGE, MASK, GROWN, NEGATIVE, CHANCE, OUTPUT, STYLE]),
    ("stability.stable-image-remove-background", &[IMAGE, OUTPUT]),
    (
        "stability.stable-image-search-recolor",
        &[PROMPT, IMAGE, required("select_prompt", &SOME_TEXT), GROWN, NEGATIVE, CHANCE, OUTPUT, STYLE],
    ),
    (
        "stability.stable-image-search-replace",
        &[PROMPT, IMAGE, required("search_prompt", &SOME_TEXT), GROWN, NEGATIVE, CHANCE, OUTPUT, STYLE],
    ),
    (
        "stability.stable-image-style-guide",
        &[
            PROMPT,
            IMAGE,
            optional("aspect_ratio", &RATIO),
            optional("fidelity", &SHARE),
            NEGATIVE,
            CHANCE,
            OUTPUT,
            STYLE,
        ],
    ),
    (
        "stability.stable-outpaint",
        &[
            IMAGE,
            optional("prompt", &TEXT),
            optional("left", &PIXELS),
            optional("right", &PIXELS),
            optional("up", &PIXELS),
            optional("down", &PIXELS),
            optional("creativity", &within(0.1, 1.0)),
            CHANCE,
            OUTPUT,
            STYLE,
        ],
    ),
    (
        "stability.stable-style-transfer",
        &[
            required("init_image", &SOME_TEXT),
            required("style_image", &SOME_TEXT),
            optional("prompt", &TEXT),
            optional("composition_fidelity", &SHARE),
            optional("style_strength", &SHARE),
            optional("change_strength", &within(0.1, 1.0)),
            NEGATIVE,
            CHANCE,
            OUTPUT,
        ],
    ),
];

fn answer(invocation: &Invocation<'_>) -> Result<Native, Refusal> {
    let request = invocation.request;
    let rows = MODELS.iter().filter(|(start, _)| invocation.base_id.starts_with(start));
    let (model, members) = rows.max_by_key(|(start, _)| start.len()).unwrap_or(&MODELS[0]);
    Words::Schema.check(members, request)?;
    let prompt = request["prompt"].as_str().unwrap_or_default();
    if picture::is_filtered(prompt) {
        let body = json!({ "seeds": [], "finish_reasons": ["Filter reason: prompt"], "images": [] });
        return Ok(Native { body, ..Native::default() });
    }
    let seed = request["seed"].as_u64().unwrap_or(0);
    let image = picture::draw(prompt, seed, size(model, request)?)?;
    let body = json!({ "seeds": [seed], "finish_reasons": [null], "images": [image] });
    Ok(Native { body, ..Native::default() })
}

/// The size that a model makes of a request.
fn size(model: &str, request: &Value) -> Result<(u32, u32), Refusal> {
    for name in ["mask", "style_image"] {
        if !request[name].is_null() {
            picture::size(name, &request[name])?;
        }
    }
    let named = ["image", "init_image"].into_iter().find(|name| !request[*name].is_null());
    let Some(name) = named else { return Ok(drawn(request)) };
    let (width, height) = picture::size(name, &request[name])?;
    if model.ends_with("sd3") && request["strength"].is_null() {
        return Err(Refusal::validation("strength is required for image-to-image requests"));
    }
    let more = |name: &str| request[name].as_u64().and_then(|pixels| u32::try_from(pixels).ok()).unwrap_or(0);
    match model.rsplit("stable-").next() {
        Some("fast-upscale") => Ok((width * 4, height * 4)),
        Some("image-style-guide") => Ok(drawn(request)),
        Some("outpaint") => {
            let (wide, high) = (width + more("left") + more("right"), height + more("up") + more("down"));
            if (wide, high) == (width, height) {
                return Err(Refusal::validation("at least one of left, right, up, down must be greater than 0"));
            }
            Ok((wide, high))
        }
        _ => Ok((width, height)),
    }
}

/// Pixels of an aspect ratio: about a million.
fn drawn(request: &Value) -> (u32, u32) {
    match request["aspect_ratio"].as_str() {
        Some("16:9") => (1344, 768),
        Some("21:9") => (1536, 640),
        Some("2:3") => (832, 1216),
        Some("3:2") => (1216, 832),
        Some("4:5") => (896, 1152),
        Some("5:4") => (1152, 896),
        Some("9:16") => (768, 1344),
        Some("9:21") => (640, 1536),
        _ => (1024, 1024),
    }
}
