//! `GET /openapi.json`: the OpenAPI document of the gateway, made of the same table as the router.

use std::collections::BTreeMap;

use axum::response::{IntoResponse as _, Response};
use http::{Method, header};
use serde::Serialize;
use serde_json::value::RawValue;

use crate::headers;

/// What the document says of an endpoint.
#[derive(Debug, Clone)]
pub(super) struct Doc {
    pub(super) method: Method,
    pub(super) summary: &'static str,
    /// The schema of the request's body, and its media type.
    pub(super) request: Option<(&'static str, &'static str)>,
    /// The schema of the answer.
    pub(super) answer: &'static str,
    /// Whether anybody may ask, without a key.
    pub(super) open: bool,
}

/// Schemas of requests and answers: what is ours of them. OpenAI's and Cohere's own references have the rest.
const COMPONENTS: &str = include_str!("openapi_components.json");

#[derive(Serialize)]
struct Document {
    openapi: &'static str,
    info: Info,
    paths: BTreeMap<String, BTreeMap<String, Operation>>,
    #[serde(serialize_with = "raw")]
    components: &'static str,
}

#[derive(Serialize)]
struct Info {
    title: &'static str,
    description: &'static str,
    version: &'static str,
}

#[derive(Serialize)]
struct Operation {
    summary: &'static str,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    parameters: Vec<Parameter>,
    #[serde(rename = "requestBody", skip_serializing_if = "Option::is_none")]
    body: Option<Body>,
    responses: BTreeMap<&'static str, Answer>,
    security: Vec<BTreeMap<&'static str, [&'static str; 0]>>,
}

#[derive(Serialize)]
struct Parameter {
    name: String,
    #[serde(rename = "in")]
    place: &'static str,
    required: bool,
    schema: Kind,
}

#[derive(Serialize)]
struct Kind {
    #[serde(rename = "type")]
    kind: &'static str,
}

#[derive(Serialize)]
struct Body {
    required: bool,
    content: BTreeMap<&'static str, Content>,
}

#[derive(Serialize)]
struct Answer {
    description: &'static str,
    content: BTreeMap<&'static str, Content>,
}

#[derive(Serialize)]
struct Content {
    schema: Reference,
}

#[derive(Serialize)]
struct Reference {
    #[serde(rename = "$ref")]
    to: String,
}

fn raw<S: serde::Serializer>(json: &str, serializer: S) -> Result<S::Ok, S::Error> {
    let value: &RawValue = serde_json::from_str(json).map_err(serde::ser::Error::custom)?;
    value.serialize(serializer)
}

/// The OpenAPI document of the gateway, as JSON.
#[must_use]
pub fn openapi() -> String {
    let mut paths: BTreeMap<String, BTreeMap<String, Operation>> = BTreeMap::new();
    for endpoint in super::endpoints() {
        for path in endpoint.paths {
            // `{*model}` is axum's word for a name that may have slashes.
            let path = path.replace("{*", "{");
            let method = endpoint.doc.method.as_str().to_lowercase();
            let operation = operation(&endpoint.doc, &path);
            paths.entry(path).or_default().insert(method, operation);
        }
    }
    let info = Info {
        title: "Pumice",
        description: "OpenAI's API in front of Amazon Bedrock.",
        version: env!("CARGO_PKG_VERSION"),
    };
    serde_json::to_string(&Document { openapi: "3.1.0", info, paths, components: COMPONENTS }).unwrap_or_default()
}

fn operation(doc: &Doc, path: &str) -> Operation {
    let content = |name: &str, media: &'static str| {
        let schema = Reference { to: format!("#/components/schemas/{name}") };
        BTreeMap::from([(media, Content { schema })])
    };
    let media = if doc.answer == "Metrics" { "text/plain" } else { "application/json" };
    let mut answers = content(doc.answer, media);
    if matches!(doc.answer, "ChatCompletion" | "Completion") {
        answers.extend(content("Events", "text/event-stream"));
    }
    let mut responses = BTreeMap::from([("200", Answer { description: "The answer.", content: answers })]);
    if !doc.open {
        let content = content("Error", "application/json");
        responses.insert("default", Answer { description: "What is wrong, in OpenAI's shape.", content });
    }
    let named = path.contains("{model}");
    let schema = Kind { kind: "string" };
    Operation {
        summary: doc.summary,
        parameters: named
            .then(|| Parameter { name: "model".to_owned(), place: "path", required: true, schema })
            .into_iter()
            .collect(),
        body: doc.request.map(|(name, media)| Body { required: true, content: content(name, media) }),
        responses,
        security: if doc.open { Vec::new() } else { vec![BTreeMap::from([("key", [])])] },
    }
}

pub(super) async fn document() -> Response {
    ([(header::CONTENT_TYPE, headers::JSON)], openapi()).into_response()
}
