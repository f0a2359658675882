//! Which models there are.

use std::sync::Arc;

use axum::extract::{Path, State};
use axum::response::{IntoResponse, Response};
use http::header;
use serde::Serialize;

use crate::app::App;
use crate::error::ApiError;
use crate::headers;

/// When the models were made, in Unix seconds. OpenAI's clients want a number; LiteLLM has this one.
const CREATED: u64 = 1_677_610_602;

#[derive(Serialize)]
struct List<'a> {
    object: &'static str,
    data: Vec<Model<'a>>,
}

#[derive(Serialize)]
struct Model<'a> {
    id: &'a str,
    object: &'static str,
    created: u64,
    owned_by: &'static str,
}

impl<'a> Model<'a> {
    const fn new(id: &'a str) -> Self {
        Self { id, object: "model", created: CREATED, owned_by: "bedrock" }
    }
}

/// The configured names; those with a `*` as they are.
pub(crate) async fn list(State(app): State<Arc<App>>) -> Response {
    json(&List { object: "list", data: app.deployments.names().map(Model::new).collect() })
}

/// One model, if it would be served.
pub(crate) async fn one(State(app): State<Arc<App>>, Path(model): Path<String>) -> Result<Response, ApiError> {
    match app.deployments.find(&model) {
        Some(_) => Ok(json(&Model::new(&model))),
        None => Err(ApiError::unknown_model(&model)),
    }
}

fn json<T: Serialize>(value: &T) -> Response {
    ([(header::CONTENT_TYPE, headers::JSON)], serde_json::to_vec(value).unwrap_or_default()).into_response()
}
