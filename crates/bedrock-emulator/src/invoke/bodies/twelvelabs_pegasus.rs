//! TwelveLabs Pegasus: a prompt about one video.
//!
//! <https://docs.aws.amazon.com/bedrock/latest/userguide/model-parameters-pegasus.html>

use serde_json::{Value, json};

use super::Body;
use crate::error::Refusal;
use crate::invoke::chat::{self, Conversation};
use crate::invoke::form::{Field, Form, SHARE, SOME_TEXT, TEXT, Words, optional, required, whole};
use crate::invoke::{Invocation, Native};
use crate::pieces::pieces;

pub(crate) const BODY: Body =
    Body { models: &["twelvelabs.pegasus"], fits: |request| request["inputPrompt"].is_string(), answer };

static REQUEST: &[Field] = &[
    required("inputPrompt", &SOME_TEXT),
    required("mediaSource", &MEDIA_SOURCE),
    optional("temperature", &SHARE),
    optional("maxOutputTokens", &whole(1, 4_096)),
    optional("responseFormat", &Form::Object(&[required("jsonSchema", &Form::Open)])),
];
static MEDIA_SOURCE: Form = Form::Object(&[
    optional("base64String", &SOME_TEXT),
    optional("s3Location", &Form::Object(&[required("uri", &SOME_TEXT), optional("bucketOwner", &TEXT)])),
]);

fn answer(invocation: &Invocation<'_>) -> Result<Native, Refusal> {
    let request = invocation.request;
    Words::Schema.check(REQUEST, request)?;
    let source = &request["mediaSource"];
    if source.as_object().is_none_or(|source| source.len() != 1) {
        return Err(Words::Schema.refusal(&["#/mediaSource: only 1 subschema matches out of 2".to_owned()]));
    }
    let mut conversation = Conversation::of(request["inputPrompt"].as_str().unwrap_or_default());
    let source = match &source["base64String"] {
        Value::Null => json!({ "s3Location": source["s3Location"] }),
        data => json!({ "bytes": data }),
    };
    conversation.say("user", vec![json!({ "video": { "format": "mp4", "source": source } })]);
    conversation.limit(&request["maxOutputTokens"], &Value::Null);
    if request["responseFormat"].is_object() {
        conversation.format(&request["responseFormat"]["jsonSchema"]);
    }
    let answer = conversation.answer(invocation);
    let text = chat::text(&answer);
    let reason = chat::reason(&answer, "stop", "length", "stop");
    let body = json!({ "message": text, "finishReason": reason });
    let mut chunks: Vec<Value> = pieces(&text).into_iter().map(|text| json!({ "message": text })).collect();
    chunks.push(json!({ "message": "", "finishReason": reason }));
    Ok(chat::native(answer, body, Some(chunks)))
}
