//! Nova Multimodal Embeddings: one text, image, sound or video.
//!
//! <https://docs.aws.amazon.com/nova/latest/userguide/embeddings-schema.html>

use serde_json::{Value, json};

use super::Body;
use crate::error::Refusal;
use crate::invoke::form::{Field, Form, SOME_TEXT, TEXT, Words, one_of, optional, required};
use crate::invoke::{Invocation, Native, embedding};

pub(super) const BODY: Body = Body {
    models: &["amazon.nova-2-multimodal-embeddings"],
    fits: |request| request["singleEmbeddingParams"].is_object(),
    answer,
};

static REQUEST: &[Field] = &[
    optional("schemaVersion", &one_of(&["nova-multimodal-embed-v1"])),
    required("taskType", &one_of(&["SINGLE_EMBEDDING"])),
    required("singleEmbeddingParams", &PARAMS),
];
static PARAMS: Form = Form::Object(&[
    required(
        "embeddingPurpose",
        &one_of(&[
            "GENERIC_INDEX",
            "GENERIC_RETRIEVAL",
            "TEXT_RETRIEVAL",
            "IMAGE_RETRIEVAL",
            "VIDEO_RETRIEVAL",
            "DOCUMENT_RETRIEVAL",
            "AUDIO_RETRIEVAL",
            "CLASSIFICATION",
            "CLUSTERING",
        ]),
    ),
    optional("embeddingDimension", &Form::Any),
    optional(
        "text",
        &Form::Object(&[
            required("truncationMode", &one_of(&["START", "END", "NONE"])),
            optional("value", &TEXT),
            optional("source", &SOURCE),
        ]),
    ),
    optional(
        "image",
        &Form::Object(&[
            optional("detailLevel", &one_of(&["STANDARD_IMAGE", "DOCUMENT_IMAGE"])),
            required("format", &one_of(&["png", "jpeg", "gif", "webp"])),
            required("source", &SOURCE),
        ]),
    ),
    optional(
        "audio",
        &Form::Object(&[required("format", &one_of(&["mp3", "wav", "ogg"])), required("source", &SOURCE)]),
    ),
    optional(
        "video",
        &Form::Object(&[
            required("format", &one_of(&["mp4", "mov", "mkv", "webm", "flv", "mpeg", "mpg", "wmv", "3gp"])),
            required("source", &SOURCE),
            required("embeddingMode", &one_of(&["AUDIO_VIDEO_COMBINED", "AUDIO_VIDEO_SEPARATE"])),
        ]),
    ),
]);
static SOURCE: Form = Form::Object(&[
    optional("bytes", &SOME_TEXT),
    optional("s3Location", &Form::Object(&[required("uri", &SOME_TEXT), optional("bucketOwner", &TEXT)])),
]);

fn answer(invocation: &Invocation<'_>) -> Result<Native, Refusal> {
    let request = invocation.request;
    Words::Schema.check(REQUEST, request)?;
    let params = &request["singleEmbeddingParams"];
    let path = "/singleEmbeddingParams/embeddingDimension";
    let length = embedding::length(&params["embeddingDimension"], path, &[256, 384, 1024, 3072], 3072)?;
    let kinds: Vec<&str> =
        ["text", "image", "audio", "video"].into_iter().filter(|kind| !params[kind].is_null()).collect();
    let [kind] = kinds.as_slice() else {
        return Err(Refusal::validation(
            "singleEmbeddingParams: exactly one of text, image, audio and video is needed",
        ));
    };
    let text = params["text"]["value"].as_str();
    let vector = match text {
        Some(text) => embedding::of_text(text, length),
        None => embedding::of_medium(&params[kind]["source"].to_string(), length),
    };
    let item: Value = json!({ "embeddingType": kind.to_uppercase(), "embedding": vector });
    Ok(embedding::answer(json!({ "embeddings": [item] }), text.as_slice()))
}
