//! Stable Diffusion XL.
//!
//! <https://docs.aws.amazon.com/bedrock/latest/userguide/model-parameters-diffusion-1-0-text-image.html>

use serde_json::{Value, json};

use super::Body;
use crate::error::Refusal;
use crate::invoke::form::{Field, Form, SOME_TEXT, TEXT, Words, one_of, optional, required, whole, within};
use crate::invoke::{Invocation, Native, picture};

pub(super) const BODY: Body =
    Body { models: &["stability.stable-diffusion-xl"], fits: |request| request["text_prompts"].is_array(), answer };

const SIDE: Form = whole(128, 1_536);
const SHARE: Form = within(0.0, 1.0);

static PROMPT: Form = Form::Object(&[required("text", &SOME_TEXT), optional("weight", &within(-10.0, 10.0))]);
static REQUEST: &[Field] = &[
    required("text_prompts", &Form::List { of: &PROMPT, min: 1, max: 10 }),
    optional("width", &SIDE),
    optional("height", &SIDE),
    optional("cfg_scale", &within(0.0, 35.0)),
    optional("clip_guidance_preset", &TEXT),
    optional("sampler", &TEXT),
    optional("samples", &whole(1, 1)),
    optional("seed", &whole(0, 4_294_967_295)),
    optional("steps", &whole(10, 150)),
    optional("style_preset", &TEXT),
    optional("extras", &Form::Open),
    optional("init_image", &SOME_TEXT),
    optional("init_image_mode", &one_of(&["IMAGE_STRENGTH", "STEP_SCHEDULE"])),
    optional("image_strength", &SHARE),
    optional("step_schedule_start", &SHARE),
    optional("step_schedule_end", &SHARE),
    optional("mask_source", &one_of(&["INIT_IMAGE_ALPHA", "MASK_IMAGE_BLACK", "MASK_IMAGE_WHITE"])),
    optional("mask_image", &SOME_TEXT),
];

fn answer(invocation: &Invocation<'_>) -> Result<Native, Refusal> {
    let request = invocation.request;
    Words::Schema.check(REQUEST, request)?;
    let prompt: Vec<&str> =
        crate::rules::list(&request["text_prompts"]).iter().filter_map(|prompt| prompt["text"].as_str()).collect();
    let prompt = prompt.join("\n");
    let reason = if picture::is_filtered(&prompt) { "CONTENT_FILTERED" } else { "SUCCESS" };
    let size = size(request)?;
    let seed = request["seed"].as_u64().unwrap_or(0);
    let file = picture::draw(&prompt, seed, size)?;
    let artifact = json!({ "seed": seed, "base64": file, "finishReason": reason });
    Ok(Native { body: json!({ "result": "success", "artifacts": [artifact] }), ..Native::default() })
}

fn size(request: &Value) -> Result<(u32, u32), Refusal> {
    if !request["mask_image"].is_null() {
        picture::size("mask_image", &request["mask_image"])?;
    }
    if !request["init_image"].is_null() {
        return picture::size("init_image", &request["init_image"]);
    }
    let side = |name: &str| request[name].as_u64().and_then(|side| u32::try_from(side).ok()).unwrap_or(1_024);
    let size = (side("width"), side("height"));
    if size.0.is_multiple_of(64) && size.1.is_multiple_of(64) {
        Ok(size)
    } else {
        Err(Refusal::validation("height and width must be specified in increments of 64"))
    }
}
