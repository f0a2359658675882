//! Cohere Embed v3 and v4: texts or images, in several types of numbers.
//!
//! <https://docs.aws.amazon.com/bedrock/latest/userguide/model-parameters-embed.html>

use serde_json::{Map, Value, json};

use super::Body;
use crate::error::Refusal;
use crate::invoke::form::{COUNT, Field, Form, SOME_TEXT, TEXT, Words, list, one_of, optional, required};
use crate::invoke::{Invocation, Native, embedding};

pub(super) const BODY: Body = Body {
    models: &["cohere.embed"],
    fits: |request| request["input_type"].is_string() && request["message"].is_null(),
    answer,
};

static TEXTS: Form = Form::List { of: &TEXT, min: 0, max: 96 };
static TYPES: Form = list(&one_of(&["float", "int8", "uint8", "binary", "ubinary"]));

static THIRD: &[Field] = &[
    required("input_type", &one_of(&["search_document", "search_query", "classification", "clustering", "image"])),
    optional("texts", &TEXTS),
    optional("images", &Form::List { of: &SOME_TEXT, min: 1, max: 1 }),
    optional("truncate", &one_of(&["NONE", "START", "END"])),
    optional("embedding_types", &TYPES),
];
static FOURTH: &[Field] = &[
    required("input_type", &one_of(&["search_document", "search_query", "classification", "clustering"])),
    optional("texts", &TEXTS),
    optional("images", &Form::List { of: &SOME_TEXT, min: 1, max: 96 }),
    optional("inputs", &Form::List { of: &Form::Open, min: 1, max: 96 }),
    optional("truncate", &one_of(&["NONE", "START", "END", "LEFT", "RIGHT"])),
    optional("embedding_types", &TYPES),
    optional("output_dimension", &Form::Any),
    optional("max_tokens", &COUNT),
];

fn answer(invocation: &Invocation<'_>) -> Result<Native, Refusal> {
    let request = invocation.request;
    let is_fourth = invocation.base_id.starts_with("cohere.embed-v4");
    Words::Schema.check(if is_fourth { FOURTH } else { THIRD }, request)?;
    let (legal, default): (&[usize], usize) = if is_fourth { (&[256, 512, 1024, 1536], 1536) } else { (&[], 1024) };
    let length = embedding::length(&request["output_dimension"], "/output_dimension", legal, default)?;
    let (texts, images) = (embedding::texts(&request["texts"]), embedding::texts(&request["images"]));
    let inputs: Vec<String> = request["inputs"].as_array().into_iter().flatten().map(Value::to_string).collect();
    if [texts.is_empty(), images.is_empty(), inputs.is_empty()].iter().filter(|is_empty| !**is_empty).count() != 1 {
        return Err(Refusal::validation(
            "Invalid parameter combination: exactly one of texts, images and inputs is needed",
        ));
    }
    if images.iter().any(|image| !image.starts_with("data:image/")) {
        return Err(Refusal::validation("images: expected a data URI"));
    }
    let vectors: Vec<Vec<f64>> = texts
        .iter()
        .map(|text| embedding::of_text(text, length))
        .chain(images.iter().map(|image| embedding::of_medium(image, length)))
        .chain(inputs.iter().map(|input| embedding::of_text(input, length)))
        .collect();
    let types = embedding::texts(&request["embedding_types"]);
    let mut body = json!({ "id": "00000000-0000-4000-8000-000000000000", "texts": texts });
    if types.is_empty() && !is_fourth {
        body["embeddings"] = json!(vectors);
        body["response_type"] = json!("embeddings_floats");
    } else {
        let types = if types.is_empty() { vec!["float"] } else { types };
        let of = |kind: &str| vectors.iter().map(|vector| embedding::as_type(vector, kind, true)).collect::<Vec<_>>();
        let by_type: Map<String, Value> = types.iter().map(|kind| ((*kind).to_owned(), json!(of(kind)))).collect();
        body["embeddings"] = Value::Object(by_type);
        body["response_type"] = json!("embeddings_by_type");
    }
    Ok(embedding::answer(body, &texts))
}
