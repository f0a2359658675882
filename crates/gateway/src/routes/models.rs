//! Which models there are.

use std::collections::BTreeMap;

use axum::extract::Path;
use axum::response::{IntoResponse, Response};
use facade::ModelSpec;
use facade::transform::{Feature, Mode};
use facade::types::RawJson;
use http::header;
use serde::Serialize;

use crate::caller::Caller;
use crate::deployments::Deployment;
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
pub(crate) async fn list(app: Caller) -> Response {
    json(&List {
        object: "list",
        data: app.deployments.names().filter(|name| app.admits(name)).map(Model::new).collect(),
    })
}

/// One model, if it would be served.
pub(crate) async fn one(app: Caller, Path(model): Path<String>) -> Result<Response, ApiError> {
    match app.deployments.find(&model).filter(|_| app.admits(&model)) {
        Some(_) => Ok(json(&Model::new(&model))),
        None => Err(ApiError::unknown_model(&model)),
    }
}

#[derive(Serialize)]
struct InfoList<'a> {
    data: Vec<Info<'a>>,
}

/// What is known of a deployment, in LiteLLM's words. No credential is in it.
#[derive(Serialize)]
struct Info<'a> {
    model_name: &'a str,
    litellm_params: Params<'a>,
    model_info: BTreeMap<&'a str, RawJson>,
}

#[derive(Serialize)]
struct Params<'a> {
    model: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    aws_region_name: Option<&'a str>,
}

/// What is known of the deployments.
pub(crate) async fn info(app: Caller) -> Response {
    let admitted = app.deployments.each().map(|found| found.deployment).filter(|found| app.admits(found.name()));
    json(&InfoList { data: admitted.map(known).collect() })
}

fn known(deployment: &Deployment) -> Info<'_> {
    let mut info = deployment.spec().map(published).unwrap_or_default();
    // The operator's own word is the last.
    info.extend(deployment.info().iter().map(|(name, value)| (name, value.clone())));
    Info {
        model_name: deployment.name(),
        litellm_params: Params { model: deployment.model(), aws_region_name: deployment.region() },
        model_info: info,
    }
}

/// What is published of a model. What is not known is not there.
fn published(spec: &ModelSpec) -> BTreeMap<&'static str, RawJson> {
    fn put<T: Serialize>(info: &mut BTreeMap<&'static str, RawJson>, name: &'static str, value: Option<T>) {
        info.extend(value.and_then(|value| RawJson::from_value(&value).ok()).map(|json| (name, json)));
    }
    let (known, mut info) = (spec.info(), BTreeMap::new());
    put(&mut info, "key", Some(&spec.listing).filter(|listing| !listing.is_empty()));
    put(&mut info, "mode", known.mode().map(Mode::name));
    put(&mut info, "max_input_tokens", known.max_input_tokens());
    put(&mut info, "max_output_tokens", known.max_output_tokens());
    put(&mut info, "output_vector_size", known.output_vector_size());
    put(&mut info, "deprecation_date", known.deprecation_date());
    for feature in Feature::all() {
        put(&mut info, feature.name(), known.supports(feature));
    }
    info
}

fn json<T: Serialize>(value: &T) -> Response {
    ([(header::CONTENT_TYPE, headers::JSON)], serde_json::to_vec(value).unwrap_or_default()).into_response()
}
