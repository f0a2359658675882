//! Titan Text Embeddings: G1 and v1, which take a text and nothing else, and v2.
//!
//! <https://docs.aws.amazon.com/bedrock/latest/userguide/model-parameters-titan-embed-text.html>

use serde_json::{Map, Value, json};

use super::Body;
use crate::error::Refusal;
use crate::invoke::form::{Field, Form, SOME_TEXT, Words, list, one_of, optional, required};
use crate::invoke::{Invocation, Native, embedding};

pub(super) const BODY: Body = Body {
    models: &["amazon.titan-embed-text", "amazon.titan-embed-g1"],
    fits: |request| request["inputText"].is_string() && request["textGenerationConfig"].is_null(),
    answer,
};

static FIRST: &[Field] = &[required("inputText", &SOME_TEXT)];
static SECOND: &[Field] = &[
    required("inputText", &SOME_TEXT),
    optional("dimensions", &Form::Any),
    optional("normalize", &Form::Boolean),
    optional("embeddingTypes", &list(&one_of(&["float", "binary"]))),
];

fn answer(invocation: &Invocation<'_>) -> Result<Native, Refusal> {
    let request = invocation.request;
    let is_first =
        ["amazon.titan-embed-text-v1", "amazon.titan-embed-g1"].iter().any(|id| invocation.base_id.starts_with(id));
    Words::Schema.check(if is_first { FIRST } else { SECOND }, request)?;
    let text = request["inputText"].as_str().unwrap_or_default();
    if is_first {
        let vector = embedding::of_text(text, 1536);
        return Ok(embedding::answer(
            json!({ "embedding": vector, "inputTextTokenCount": crate::cache::text_tokens(text) }),
            &[text],
        ));
    }
    let length = embedding::length(&request["dimensions"], "/dimensions", &[256, 512, 1024], 1024)?;
    let mut vector = embedding::of_text(text, length);
    if request["normalize"] == false {
        vector.iter_mut().for_each(|number| *number *= 10.0);
    }
    let mut types = embedding::texts(&request["embeddingTypes"]);
    if types.is_empty() {
        types.push("float");
    }
    let by_type: Map<String, Value> =
        types.iter().map(|kind| ((*kind).to_owned(), embedding::as_type(&vector, kind, false))).collect();
    let mut body = json!({ "embeddingsByType": by_type, "inputTextTokenCount": crate::cache::text_tokens(text) });
    if types.contains(&"float") {
        body["embedding"] = json!(vector);
    }
    Ok(embedding::answer(body, &[text]))
}
