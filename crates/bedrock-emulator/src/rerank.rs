//! `POST /rerank` of bedrock-agent-runtime: documents by how many words they share with the query.
//!
//! <https://docs.aws.amazon.com/bedrock/latest/APIReference/API_agent-runtime_Rerank.html>

use std::collections::BTreeSet;

use axum::body::Body;
use axum::http::Response;
use serde_json::{Value, json};

use crate::call::{Call, token};
use crate::error::Refusal;
use crate::rules::list;
use crate::server::State;
use crate::{auth, check, json as strict_json, shapes, stream_body};

/// Results in one answer; the rest comes with `nextToken`. How many AWS sends is not documented.
const PAGE: usize = 100;

/// The models that rank.
const MODELS: &[&str] = &["amazon.rerank-", "cohere.rerank-"];

/// The model that a request names in its body, for what is decided before the body is checked.
pub(crate) fn model_id(body: &[u8]) -> String {
    let request: Value = serde_json::from_slice(body).unwrap_or_default();
    let arn = model_arn(&request).unwrap_or_default();
    arn.rsplit_once('/').map_or(arn, |(_, id)| id).to_owned()
}

fn model_arn(request: &Value) -> Option<&str> {
    request["rerankingConfiguration"]["bedrockRerankingConfiguration"]["modelConfiguration"]["modelArn"].as_str()
}

/// Answers a Rerank call.
pub(crate) fn answer(_: &State, call: Call, body: &[u8]) -> Result<Response<Body>, Refusal> {
    if auth::region(&call.headers).is_none() {
        return Err(Refusal::new(403, "AccessDeniedException", "This operation does not take an API key."));
    }
    let request = strict_json::request(body)?;
    check::check(&shapes::RERANK, &request)?;
    check_model(model_arn(&request).unwrap_or_default(), &call)?;
    for (index, source) in list(&request["sources"]).iter().enumerate() {
        check_document(index, &source["inlineDocumentSource"])?;
    }
    let ranked = ranked(&request);
    let (page, next) = page(&request, &ranked)?;
    let results: Vec<Value> =
        page.iter().map(|(index, score)| json!({ "index": index, "relevanceScore": score })).collect();
    let mut document = json!({ "results": results });
    if let Some(next) = next {
        document["nextToken"] = next.into();
    }
    stream_body::document(&document, call)
}

/// The model has to be a foundation model that ranks, in the region of the call.
fn check_model(arn: &str, call: &Call) -> Result<(), Refusal> {
    let parts: Vec<&str> = arn.splitn(6, ':').collect();
    let ranks = |resource: &str| {
        let id = resource.strip_prefix("foundation-model/");
        id.is_some_and(|id| MODELS.iter().any(|model| id.starts_with(model)))
    };
    match parts.as_slice() {
        ["arn", _, "bedrock", region, "", resource] if ranks(resource) => {
            if auth::region(&call.headers) == Some(*region) {
                return Ok(());
            }
            Err(Refusal::validation("Reranking does not support cross-region calls."))
        }
        _ => Err(Refusal::validation("The provided model ARN for reranking is invalid.")),
    }
}

/// What the service model leaves open: the document's member is the one that its type names.
fn check_document(index: usize, document: &Value) -> Result<(), Refusal> {
    let (wanted, other, there) = if document["type"] == "TEXT" {
        ("textDocument", "jsonDocument", document["textDocument"]["text"].is_string())
    } else {
        ("jsonDocument", "textDocument", document["jsonDocument"].is_object())
    };
    if there && document[other].is_null() {
        return Ok(());
    }
    let kind = document["type"].as_str().unwrap_or_default();
    Err(Refusal::validation(format!("sources[{index}]: a document of type {kind} has a {wanted} and no {other}.")))
}

/// Places and scores, best first; of equal ones the first is first.
fn ranked(request: &Value) -> Vec<(usize, f64)> {
    let query = request["queries"][0]["textQuery"]["text"].as_str().unwrap_or_default();
    let mut ranked: Vec<(usize, f64)> = list(&request["sources"])
        .iter()
        .map(|source| &source["inlineDocumentSource"])
        .map(|document| if document["type"] == "TEXT" { &document["textDocument"] } else { &document["jsonDocument"] })
        .map(|document| relevance(query, &text(document)))
        .enumerate()
        .collect();
    sort(&mut ranked);
    let most = &request["rerankingConfiguration"]["bedrockRerankingConfiguration"]["numberOfResults"];
    ranked.truncate(most.as_u64().and_then(|most| usize::try_from(most).ok()).unwrap_or(usize::MAX));
    ranked
}

/// Best first; of equal ones the first is first.
pub(crate) fn sort(ranked: &mut [(usize, f64)]) {
    ranked.sort_by(|(_, one), (_, other)| other.total_cmp(one));
}

/// One page of the results, and the token of the next.
type Page<'a> = (&'a [(usize, f64)], Option<String>);

/// The page that a request asks for.
fn page<'a>(request: &Value, ranked: &'a [(usize, f64)]) -> Result<Page<'a>, Refusal> {
    // A token fits the request that it was given for, and no other.
    let mut bare = request.clone();
    if let Some(members) = bare.as_object_mut() {
        members.remove("nextToken");
    }
    let seed = bare.to_string();
    let token_of = |number: usize| token(&format!("{number} {seed}"), 32);
    let pages = ranked.len().div_ceil(PAGE).max(1);
    let number = match request["nextToken"].as_str() {
        None => 0,
        Some(given) => (1..pages)
            .find(|number| token_of(*number) == given)
            .ok_or_else(|| Refusal::validation("The provided nextToken is invalid."))?,
    };
    let results = ranked.chunks(PAGE).nth(number).unwrap_or_default();
    Ok((results, (number + 1 < pages).then(|| token_of(number + 1))))
}

/// All texts of a value, keys left out.
pub(crate) fn text(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Array(items) => items.iter().map(text).collect::<Vec<_>>().join(" "),
        Value::Object(members) => members.values().map(text).collect::<Vec<_>>().join(" "),
        Value::Null => String::new(),
        Value::Bool(_) | Value::Number(_) => value.to_string(),
    }
}

/// How many words query and document share: 0 if none, 1 if all. Dice's coefficient.
pub(crate) fn relevance(query: &str, document: &str) -> f64 {
    let (query, document) = (words(query), words(document));
    let shared = query.intersection(&document).count();
    let all = query.len() + document.len();
    if all == 0 { 0.0 } else { 2.0 * shared as f64 / all as f64 }
}

fn words(text: &str) -> BTreeSet<String> {
    let words = text.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty());
    words.map(str::to_lowercase).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shared_words_are_relevance() {
        let table =
            [("red fox", "Red fox!", 1.0), ("red fox", "a red hen", 0.4), ("red fox", "blue", 0.0), ("?", "!", 0.0)];
        for (query, document, expected) in table {
            assert_eq!(relevance(query, document), expected, "{query} {document}");
        }
        let document = json!({ "title": "red", "tags": ["fox", 7], "none": null });
        assert_eq!(relevance("red fox 7", &text(&document)), 1.0);
    }
}
