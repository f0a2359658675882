//! `POST /model/{modelId}/invoke` and `…/invoke-with-response-stream`: the model's own body, whole or in chunks.
//!
//! <https://docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_InvokeModel.html>

mod bodies;
mod chat;
mod embedding;
mod form;
mod openai_shape;
mod picture;
mod settings;
mod template;

use axum::body::Body as HttpBody;
use axum::http::{HeaderMap, HeaderValue, Response};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Map, Value, json};

use crate::cache::PrefixCache;
use crate::call::Call;
use crate::error::Refusal;
use crate::server::State;
use crate::{frames, json as strict_json, model_id, stream_body};
use settings::Settings;

/// What a body is given to answer.
pub(crate) struct Invocation<'a> {
    pub(crate) model_id: &'a str,
    /// The model id without ARN and geography.
    pub(crate) base_id: &'a str,
    /// The request, without what Bedrock keeps for itself.
    pub(crate) request: &'a Value,
    /// What the guardrail headers say, in Converse's words; null without them.
    pub(crate) guardrail: &'a Value,
    pub(crate) cache: &'a PrefixCache,
}

/// What a body answers.
#[derive(Debug, Default)]
pub(crate) struct Native {
    /// The whole answer.
    pub(crate) body: Value,
    /// The same in pieces; `None` if the model does not stream.
    pub(crate) chunks: Option<Vec<Value>>,
    /// Token counts for the headers; a count of zero is not told.
    pub(crate) usage: crate::cache::Usage,
    /// Milliseconds.
    pub(crate) latency: usize,
    /// Whether the guardrail stepped in.
    pub(crate) intervened: bool,
    /// The guardrail's trace, if one was asked for.
    pub(crate) trace: Option<Value>,
}

/// Answers an InvokeModel call.
pub(crate) fn answer(state: &State, call: Call, body: &[u8]) -> Result<Response<HttpBody>, Refusal> {
    let settings = Settings::read(&call.headers)?;
    let mut native = invoke(state, &call.model_id, &settings, body)?;
    let marks = guardrail_marks(&settings, &native);
    add(&mut native.body, marks);
    let mut response = stream_body::document(&native.body, call)?;
    settings.repeat(response.headers_mut());
    count(&native, response.headers_mut());
    Ok(response)
}

/// Answers an InvokeModelWithResponseStream call.
pub(crate) fn answer_stream(state: &State, call: Call, body: &[u8]) -> Result<Response<HttpBody>, Refusal> {
    let settings = Settings::read(&call.headers)?;
    let mut native = invoke(state, &call.model_id, &settings, body)?;
    let Some(mut chunks) = native.chunks.take() else {
        return Err(Refusal::validation("The model is unsupported for streaming."));
    };
    if let Some(last) = chunks.last_mut() {
        add(last, guardrail_marks(&settings, &native));
        add(last, vec![("amazon-bedrock-invocationMetrics", metrics(&native))]);
    }
    let frames = chunks
        .iter()
        .map(|chunk| frames::event("chunk", json!({ "bytes": STANDARD.encode(chunk.to_string()) })))
        .collect();
    let mut response = stream_body::stream(frames, call);
    response.headers_mut().insert("x-amzn-bedrock-content-type", HeaderValue::from_static("application/json"));
    settings.repeat(response.headers_mut());
    Ok(response)
}

/// Holds the body of an InvokeModel request against the model's own documentation, without a server.
///
/// ```
/// let body = br#"{"inputText":"Hi","textGenerationConfig":{"topK":1}}"#;
/// let refused = bedrock_emulator::check_invoke("amazon.titan-text-express-v1", body).unwrap_err();
/// assert!(refused.contains("#/textGenerationConfig: extraneous key [topK] is not permitted"), "{refused}");
/// ```
///
/// # Errors
/// What AWS would answer: the exception's name and its message.
pub fn check_invoke(model_id: &str, body: &[u8]) -> Result<(), String> {
    let invoked = read(body).and_then(|request| respond(model_id, &request, &Value::Null, &PrefixCache::default()));
    match invoked {
        Ok(_) => Ok(()),
        Err(Refusal { exception, message, .. }) => Err(format!("{exception}: {message}")),
    }
}

fn invoke(state: &State, model_id: &str, settings: &Settings, body: &[u8]) -> Result<Native, Refusal> {
    let mut request = read(body)?;
    settings.take_guardrail_config(&mut request)?;
    respond(model_id, &request, settings.guardrail(), &state.cache)
}

fn read(body: &[u8]) -> Result<Value, Refusal> {
    let request = strict_json::request(body).map_err(|refusal| match refusal.exception {
        // The body is the model's, so Bedrock has its own words for it.
        "SerializationException" => {
            Refusal::validation("Malformed input request, please reformat your input and try again.")
        }
        _ => refusal,
    })?;
    if request.is_object() { Ok(request) } else { Err(form::Words::Schema.refusal(&[form::not_an_object(&request)])) }
}

fn respond(model_id: &str, request: &Value, guardrail: &Value, cache: &PrefixCache) -> Result<Native, Refusal> {
    let base_id = model_id::base(model_id);
    let body = bodies::find(base_id, request)?;
    (body.answer)(&Invocation { model_id, base_id, request, guardrail, cache })
}

/// What Bedrock adds to an answer under a guardrail.
fn guardrail_marks(settings: &Settings, native: &Native) -> Vec<(&'static str, Value)> {
    if settings.guardrail().is_null() {
        return Vec::new();
    }
    let action = if native.intervened { "INTERVENED" } else { "NONE" };
    let mut marks = vec![("amazon-bedrock-guardrailAction", Value::from(action))];
    marks.extend(native.trace.clone().map(|trace| ("amazon-bedrock-trace", trace)));
    marks
}

fn add(document: &mut Value, members: Vec<(&'static str, Value)>) {
    if let Some(document) = document.as_object_mut() {
        document.extend(members.into_iter().map(|(name, value)| (name.to_owned(), value)));
    }
}

/// `amazon-bedrock-invocationMetrics`, which ends a stream.
fn metrics(native: &Native) -> Value {
    let mut metrics = Map::from_iter([
        ("inputTokenCount".to_owned(), json!(native.usage.input)),
        ("outputTokenCount".to_owned(), json!(native.usage.output)),
        ("invocationLatency".to_owned(), json!(native.latency)),
        ("firstByteLatency".to_owned(), json!(native.latency.div_ceil(4))),
    ]);
    if let Some(cache) = &native.usage.cache {
        metrics.insert("cacheReadInputTokenCount".into(), json!(cache.read));
        metrics.insert("cacheWriteInputTokenCount".into(), json!(cache.written.iter().sum::<usize>()));
    }
    Value::Object(metrics)
}

/// The counts that Bedrock tells in headers, of an answer that is one document.
fn count(native: &Native, headers: &mut HeaderMap) {
    let mut tell = |name: &'static str, count: usize| {
        headers.insert(name, HeaderValue::from(count));
    };
    tell("x-amzn-bedrock-invocation-latency", native.latency);
    let counts = [
        ("x-amzn-bedrock-input-token-count", native.usage.input),
        ("x-amzn-bedrock-output-token-count", native.usage.output),
    ];
    for (name, count) in counts {
        if count > 0 {
            tell(name, count);
        }
    }
    if let Some(cache) = &native.usage.cache {
        tell("x-amzn-bedrock-cache-read-input-token-count", cache.read);
        tell("x-amzn-bedrock-cache-write-input-token-count", cache.written.iter().sum());
    }
}
