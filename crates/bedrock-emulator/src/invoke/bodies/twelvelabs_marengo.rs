//! TwelveLabs Marengo Embed 2.7 and 3.0, as InvokeModel takes them: a text, an image, or both.
//!
//! <https://docs.aws.amazon.com/bedrock/latest/userguide/model-parameters-marengo.html> and
//! <https://docs.aws.amazon.com/bedrock/latest/userguide/model-parameters-marengo-3.html>

use serde_json::json;

use super::Body;
use crate::error::Refusal;
use crate::invoke::form::{Field, Form, SOME_TEXT, TEXT, Words, one_of, optional, required};
use crate::invoke::{Invocation, Native, embedding};

pub(super) const BODY: Body =
    Body { models: &["twelvelabs.marengo"], fits: |request| request["inputType"].is_string(), answer };

static SECOND: &[Field] = &[
    required("inputType", &one_of(&["text", "image"])),
    optional("inputText", &SOME_TEXT),
    optional("textTruncate", &one_of(&["end", "none"])),
    optional("mediaSource", &SOURCE),
];
static THIRD: &[Field] = &[
    required("inputType", &one_of(&["text", "image", "text_image", "multi_input"])),
    optional("text", &Form::Object(&[required("inputText", &SOME_TEXT)])),
    optional("image", &Form::Object(&[required("mediaSource", &SOURCE)])),
    optional("text_image", &Form::Object(&[required("inputText", &SOME_TEXT), required("mediaSource", &SOURCE)])),
    optional(
        "multi_input",
        &Form::Object(&[
            optional("inputText", &SOME_TEXT),
            required("mediaSources", &Form::List { of: &NAMED, min: 1, max: 10 }),
        ]),
    ),
    optional("inferenceId", &TEXT),
];
static NAMED: Form = Form::Object(&[
    required("name", &SOME_TEXT),
    required("mediaType", &one_of(&["image"])),
    optional("base64String", &SOME_TEXT),
    optional("s3Location", &PLACE),
]);
static PLACE: Form = Form::Object(&[required("uri", &SOME_TEXT), optional("bucketOwner", &TEXT)]);
static SOURCE: Form = Form::Object(&[optional("base64String", &SOME_TEXT), optional("s3Location", &PLACE)]);

fn answer(invocation: &Invocation<'_>) -> Result<Native, Refusal> {
    let request = invocation.request;
    let is_second = invocation.base_id.starts_with("twelvelabs.marengo-embed-2-");
    Words::Schema.check(if is_second { SECOND } else { THIRD }, request)?;
    let length = if is_second { 1024 } else { 512 };
    let kind = request["inputType"].as_str().unwrap_or_default();
    let content = if is_second { request } else { &request[kind] };
    let text = content["inputText"].as_str();
    let medium = ["mediaSource", "mediaSources"].iter().find(|name| !content[**name].is_null());
    let medium = medium.map(|name| content[*name].to_string());
    let vector = match (kind, text, medium) {
        ("text", Some(text), None) => embedding::of_text(text, length),
        ("image", None, Some(medium)) => embedding::of_medium(&medium, length),
        ("multi_input", None, Some(medium)) => embedding::of_medium(&medium, length),
        ("multi_input" | "text_image", Some(text), Some(medium)) => {
            embedding::between(&embedding::of_text(text, length), &embedding::of_medium(&medium, length))
        }
        _ => return Err(Refusal::validation(format!("inputType {kind} does not go with the fields that are set"))),
    };
    let item = json!({ "embedding": vector, "embeddingOption": null, "startSec": null, "endSec": null });
    Ok(embedding::answer(json!({ "data": [item] }), text.as_slice()))
}
