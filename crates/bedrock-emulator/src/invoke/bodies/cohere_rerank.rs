//! Cohere Rerank 3.5: a query and documents in, places and scores out.
//!
//! <https://docs.cohere.com/reference/rerank>, with `api_version` in place of the model.

use serde_json::{Value, json};

use super::Body;
use crate::error::Refusal;
use crate::invoke::form::{COUNT, Field, Form, SOME_TEXT, Words, optional, required, whole};
use crate::invoke::{Invocation, Native};
use crate::{rerank, rules};

pub(super) const BODY: Body = Body {
    models: &["cohere.rerank"],
    fits: |request| request["query"].is_string() && request["documents"].is_array(),
    answer,
};

static REQUEST: &[Field] = &[
    required("query", &SOME_TEXT),
    required("documents", &Form::List { of: &SOME_TEXT, min: 1, max: 1_000 }),
    required("api_version", &whole(2, 2)),
    optional("top_n", &COUNT),
    optional("max_tokens_per_doc", &COUNT),
];

fn answer(invocation: &Invocation<'_>) -> Result<Native, Refusal> {
    let request = invocation.request;
    Words::Schema.check(REQUEST, request)?;
    let query = request["query"].as_str().unwrap_or_default();
    let documents = rules::list(&request["documents"]).iter();
    let mut ranked: Vec<(usize, f64)> =
        documents.map(|document| rerank::relevance(query, &rerank::text(document))).enumerate().collect();
    rerank::sort(&mut ranked);
    ranked.truncate(request["top_n"].as_u64().and_then(|most| usize::try_from(most).ok()).unwrap_or(usize::MAX));
    let results: Vec<Value> =
        ranked.iter().map(|(index, score)| json!({ "index": index, "relevance_score": score })).collect();
    Ok(Native { body: json!({ "results": results }), ..Native::default() })
}
