//! `POST /async-invoke` and `GET /async-invoke/{invocationArn}`: jobs. Each is complete when it is first asked for, and nothing
//! is written to S3.
//!
//! <https://docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_StartAsyncInvoke.html>

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

use axum::body::Body;
use axum::http::Response;
use serde_json::{Value, json};

use crate::call::{Call, token};
use crate::error::Refusal;
use crate::server::State;
use crate::{auth, check, json as strict_json, model_id, shapes, stream_body};

/// The jobs of one emulator, by their ARNs.
#[derive(Debug, Default)]
pub(crate) struct Jobs(Mutex<BTreeMap<String, Value>>);

/// Beginnings of the base ids of models that do jobs.
const MODELS: &[&str] = &["amazon.nova-2-multimodal-embeddings", "amazon.nova-reel", "luma.ray", "twelvelabs.marengo"];

/// The model that a request names in its body, for what is decided before the body is checked.
pub(crate) fn model_id(body: &[u8]) -> String {
    let request: Value = serde_json::from_slice(body).unwrap_or_default();
    request["modelId"].as_str().unwrap_or_default().to_owned()
}

/// Answers a StartAsyncInvoke call.
pub(crate) fn start(state: &State, call: Call, body: &[u8]) -> Result<Response<Body>, Refusal> {
    let request = strict_json::request(body)?;
    check::check(&shapes::START_ASYNC_INVOKE, &request)?;
    let base_id = model_id::base(&call.model_id);
    if !MODELS.iter().any(|model| base_id.starts_with(model)) {
        return Err(Refusal::validation("The provided model doesn't support asynchronous invocation."));
    }
    let region = auth::region(&call.headers).unwrap_or("us-east-1");
    let mut jobs = state.jobs.0.lock().unwrap_or_else(PoisonError::into_inner);
    let id = token(&format!("{}{request}", jobs.len()), 12).to_lowercase();
    let arn = format!("arn:aws:bedrock:{region}:123456789012:async-invoke/{id}");
    let place = request["outputDataConfig"]["s3OutputDataConfig"]["s3Uri"].as_str().unwrap_or_default();
    let job = json!({
        "invocationArn": arn,
        "modelArn": format!("arn:aws:bedrock:{region}::foundation-model/{base_id}"),
        "status": "Completed",
        "submitTime": "2026-01-31T12:00:00Z",
        "endTime": "2026-01-31T12:01:00Z",
        "outputDataConfig": { "s3OutputDataConfig": { "s3Uri": format!("{}/{id}", place.trim_end_matches('/')) } },
    });
    jobs.insert(arn.clone(), job);
    drop(jobs);
    stream_body::document(&json!({ "invocationArn": arn }), call)
}

/// Answers a GetAsyncInvoke call, whose job stands in place of a model id.
pub(crate) fn get(state: &State, call: Call, _: &[u8]) -> Result<Response<Body>, Refusal> {
    let job = state.jobs.0.lock().unwrap_or_else(PoisonError::into_inner).get(&call.model_id).cloned();
    let job = job.ok_or_else(|| Refusal::validation("The provided invocation ARN is invalid."))?;
    stream_body::document(&job, call)
}
