//! Body on, body off: the SDK's typed operations around bytes of ours.
//!
//! The typed inputs carry the `modelId` and nothing else. An interceptor puts our body on before the request is signed,
//! adds the caller's headers after it, and takes the body off a successful answer before the SDK reads it; the SDK's
//! typed output is never looked at. If a future SDK should refuse this, this file is all there is to change.

use std::fmt;
use std::mem;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use aws_sdk_bedrockruntime::Client;
use aws_sdk_bedrockruntime::config::{self, ConfigBag, Intercept, Region, RuntimeComponents, Token};
use aws_sdk_bedrockruntime::types::{AsyncInvokeOutputDataConfig, AsyncInvokeS3OutputDataConfig as S3OutputDataConfig};
use aws_smithy_runtime_api::box_error::BoxError;
use aws_smithy_runtime_api::client::interceptors::context::{
    BeforeDeserializationInterceptorContextMut, BeforeTransmitInterceptorContextMut,
    BeforeTransmitInterceptorContextRef,
};
use aws_smithy_runtime_api::client::interceptors::dyn_dispatch_hint;
use aws_smithy_runtime_api::client::orchestrator::HttpResponse;
use aws_smithy_types::Document;
use aws_smithy_types::body::SdkBody;
use bedrock_transform::{Operation, Outgoing};
use bytes::Bytes;
use core_types::Usage;
use http::{HeaderName, HeaderValue};

use crate::config::BEARER;
use crate::error::{TransportError, request_id};
use crate::lean::{Known, Lean, Shape};
use crate::retry;
use crate::sign::SignedRequest;
use crate::wire;

/// What one call puts on its requests and takes off its answer.
pub(crate) struct Exchange {
    body: Bytes,
    headers: Vec<(String, String)>,
    query: Option<Arc<str>>,
    goal: Goal,
    outcome: Mutex<Option<Outcome>>,
    attempts: AtomicUsize,
    /// What the SDK made of the first attempt.
    shape: Mutex<Option<Shape>>,
}

/// How far a call goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Goal {
    Answer,
    Signature,
}

/// What came of it.
pub(crate) enum Outcome {
    Answered(Response),
    Signed(SignedRequest),
}

/// An answer with a 2xx status, its body not yet read.
pub(crate) struct Response {
    pub(crate) status: u16,
    pub(crate) content_type: Option<String>,
    pub(crate) error_type: Option<String>,
    pub(crate) request_id: Option<String>,
    pub(crate) usage: Option<Usage>,
    pub(crate) body: SdkBody,
}

/// What one call changes of its client's configuration.
#[derive(Clone)]
pub(crate) struct Overrides {
    pub(crate) region: Option<Region>,
    pub(crate) max_attempts: Option<u32>,
    /// Whether nobody is asked for credentials: what signs is replaced or removed before anybody sees it.
    pub(crate) placeholder: bool,
}

impl Overrides {
    fn config(self) -> Option<config::Builder> {
        let mut changed = self.region.map(|region| config::Builder::new().region(region));
        if let Some(attempts) = self.max_attempts {
            changed = Some(changed.unwrap_or_default().retry_config(retry::config(attempts)));
        }
        if self.placeholder {
            let token = Token::new("placeholder", None);
            changed = Some(changed.unwrap_or_default().bearer_token(token).auth_scheme_preference([BEARER]));
        }
        changed
    }
}

/// Takes `call` to its goal. Where the way is known the first attempt needs no more than that.
pub(crate) async fn run(
    client: &Client,
    call: &Outgoing,
    goal: Goal,
    query: Option<Arc<str>>,
    overrides: Overrides,
    lean: &Lean,
) -> Result<Outcome, TransportError> {
    let exchange = Exchange::of(call, goal, query)?;
    let is_plain =
        goal == Goal::Answer && !overrides.placeholder && overrides.max_attempts.is_none() && Lean::knows(call);
    let mut config = overrides.config();
    if is_plain && let Some(attempt) = lean.attempt(call, &exchange.headers).await {
        match attempt.into_success() {
            Ok(mut response) => return Ok(Outcome::Answered(Response::take(&mut response))),
            Err(client) => config = Some(config.unwrap_or_default().http_client(client)),
        }
    }
    let outcome = ask(client, call, config, &exchange).await;
    if is_plain {
        lean.keep(call, exchange.known(outcome.is_ok()));
    }
    outcome
}

/// Has the SDK make the call.
async fn ask(
    client: &Client,
    call: &Outgoing,
    config: Option<config::Builder>,
    exchange: &Arc<Exchange>,
) -> Result<Outcome, TransportError> {
    let model_id = call.target.as_str();
    macro_rules! send {
        ($operation:expr) => {{
            let mut operation = $operation.customize().interceptor(exchange.hook());
            if let Some(config) = config {
                operation = operation.config_override(config);
            }
            operation.send().await.map(drop).map_err(TransportError::from_sdk)
        }};
    }
    let result = match call.operation {
        Operation::Converse => send!(client.converse().model_id(model_id)),
        Operation::ConverseStream => send!(client.converse_stream().model_id(model_id)),
        Operation::GetAsyncInvoke => send!(client.get_async_invoke().invocation_arn(model_id)),
        Operation::InvokeModel => send!(client.invoke_model().model_id(model_id).accept(JSON).content_type(JSON)),
        Operation::InvokeModelWithResponseStream => {
            send!(client.invoke_model_with_response_stream().model_id(model_id).accept(JSON).content_type(JSON))
        }
        Operation::Rerank => {
            return Err(TransportError::refused("ranking needs the feature `rerank` of bedrock-transport"));
        }
        Operation::StartAsyncInvoke => {
            // What the SDK insists on; our body has its own.
            let place = S3OutputDataConfig::builder()
                .s3_uri("s3://")
                .build()
                .map_err(|error| TransportError::refused(format!("the SDK does not start jobs: {error}")))?;
            let start = client.start_async_invoke().model_id(model_id).model_input(Document::Null);
            send!(start.output_data_config(AsyncInvokeOutputDataConfig::S3OutputDataConfig(place)))
        }
        operation => return Err(TransportError::refused(format!("{operation:?} is not an operation of this crate"))),
    };
    exchange.outcome(result)
}

const JSON: &str = "application/json";

/// The caller's headers, without those that are not the caller's to set.
fn extra_headers(call: &Outgoing) -> Result<Vec<(String, String)>, TransportError> {
    let mut headers = Vec::with_capacity(call.headers.len());
    for (name, value) in &call.headers {
        let Ok(name) = name.parse::<HeaderName>() else {
            return Err(TransportError::refused(format!("`{}` is not the name of a header", name.escape_debug())));
        };
        if value.parse::<HeaderValue>().is_err() {
            return Err(TransportError::refused(format!("the header `{name}` has a value that cannot be sent")));
        }
        let reserved = ["connection", "content-length", "host", "transfer-encoding"].contains(&name.as_str());
        if !reserved && !name.as_str().starts_with("x-amz-") {
            headers.push((name.as_str().to_owned(), value.clone()));
        }
    }
    Ok(headers)
}

impl Exchange {
    /// `query` goes behind the `?` of the URL.
    pub(crate) fn of(call: &Outgoing, goal: Goal, query: Option<Arc<str>>) -> Result<Arc<Self>, TransportError> {
        let headers = extra_headers(call)?;
        Ok(Arc::new(Self {
            body: call.body.clone(),
            headers,
            query,
            goal,
            outcome: Mutex::new(None),
            attempts: AtomicUsize::new(0),
            shape: Mutex::new(None),
        }))
    }

    /// What carries the exchange out, on any client of the SDK's.
    pub(crate) fn hook(self: &Arc<Self>) -> impl Intercept + use<> {
        Hook(Arc::clone(self))
    }

    /// What came of the call, whatever the SDK made of it.
    pub(crate) fn outcome(&self, result: Result<(), TransportError>) -> Result<Outcome, TransportError> {
        match self.take() {
            Some(outcome) => Ok(outcome),
            None => Err(result.err().unwrap_or_else(|| {
                TransportError::new(
                    bedrock_transform::ErrorKind::Unexpected,
                    "NoAnswer",
                    "the SDK returned without an answer",
                )
            })),
        }
    }

    /// What the call has taught.
    fn known(&self, succeeded: bool) -> Known {
        let shape = self.shape.lock().unwrap_or_else(PoisonError::into_inner).take().filter(|_| succeeded);
        Known { attempts: self.attempts.load(Ordering::Relaxed), succeeded, shape }
    }

    fn shape(&self, change: impl FnOnce(Option<Shape>) -> Option<Shape>) {
        let mut shape = self.shape.lock().unwrap_or_else(PoisonError::into_inner);
        *shape = change(shape.take());
    }

    fn put(&self, outcome: Outcome) {
        *self.outcome.lock().unwrap_or_else(PoisonError::into_inner) = Some(outcome);
    }

    fn take(&self) -> Option<Outcome> {
        self.outcome.lock().unwrap_or_else(PoisonError::into_inner).take()
    }
}

impl fmt::Debug for Exchange {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Exchange").field("goal", &self.goal).field("body", &self.body.len()).finish_non_exhaustive()
    }
}

#[derive(Debug)]
struct Hook(Arc<Exchange>);

#[dyn_dispatch_hint]
impl Intercept for Hook {
    fn name(&self) -> &'static str {
        "PumiceExchange"
    }

    // Before the checkpoint to which the SDK goes back for a retry, so that every attempt carries the same bytes.
    fn modify_before_retry_loop(
        &self,
        context: &mut BeforeTransmitInterceptorContextMut<'_>,
        _components: &RuntimeComponents,
        _config: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        let request = context.request_mut();
        if self.0.body.is_empty() {
            return Ok(());
        }
        request.headers_mut().try_insert("content-length", self.0.body.len().to_string())?;
        *request.body_mut() = SdkBody::from(self.0.body.clone());
        Ok(())
    }

    // The endpoint is on the request by now, without the query that the operator gave it, and is signed next.
    fn modify_before_signing(
        &self,
        context: &mut BeforeTransmitInterceptorContextMut<'_>,
        _components: &RuntimeComponents,
        _config: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        if let Some(query) = &self.0.query {
            let request = context.request_mut();
            let separator = if request.uri().contains('?') { '&' } else { '?' };
            let uri = format!("{}{separator}{query}", request.uri());
            request.set_uri(uri.as_str())?;
        }
        Ok(())
    }

    fn read_after_signing(
        &self,
        context: &BeforeTransmitInterceptorContextRef<'_>,
        components: &RuntimeComponents,
        config: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        if self.0.attempts.fetch_add(1, Ordering::Relaxed) == 0 {
            self.0.shape(|_| Shape::of(context.request(), components, config));
        }
        Ok(())
    }

    fn modify_before_transmit(
        &self,
        context: &mut BeforeTransmitInterceptorContextMut<'_>,
        _components: &RuntimeComponents,
        _config: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        let headers = context.request_mut().headers_mut();
        for (name, value) in &self.0.headers {
            headers.try_insert(name.clone(), value.clone())?;
        }
        Ok(())
    }

    fn read_before_transmit(
        &self,
        context: &BeforeTransmitInterceptorContextRef<'_>,
        _components: &RuntimeComponents,
        _config: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        if self.0.goal == Goal::Answer {
            self.0.shape(|shape| shape?.sent(context.request()));
            wire::tell(context.request(), &self.0.body);
            return Ok(());
        }
        self.0.put(Outcome::Signed(SignedRequest::of(context.request(), self.0.body.clone())));
        Err("the request was only to be signed".into())
    }

    fn modify_before_deserialization(
        &self,
        context: &mut BeforeDeserializationInterceptorContextMut<'_>,
        _components: &RuntimeComponents,
        _config: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        let response = context.response_mut();
        if response.status().is_success() {
            self.0.put(Outcome::Answered(Response::take(response)));
        }
        Ok(())
    }
}

impl Response {
    fn take(head: &mut HttpResponse) -> Self {
        // What is left for the SDK to read must not be an error, or it would keep the quota of a retried call.
        let body = mem::replace(head.body_mut(), SdkBody::from("{}"));
        let head = &*head;
        let header = |name: &str| head.headers().get(name).map(str::to_owned);
        Self {
            status: head.status().as_u16(),
            content_type: header("content-type"),
            error_type: header("x-amzn-errortype"),
            request_id: request_id(head).map(str::to_owned),
            usage: usage(head),
            body,
        }
    }
}

/// Counts that AWS sends as headers with `InvokeModel`.
fn usage(head: &HttpResponse) -> Option<Usage> {
    let count = |name: &str| head.headers().get(name)?.trim().parse::<u64>().ok();
    let input = count("x-amzn-bedrock-input-token-count");
    let output = count("x-amzn-bedrock-output-token-count");
    if input.is_none() && output.is_none() {
        return None;
    }
    let read = count("x-amzn-bedrock-cache-read-input-token-count");
    let written = count("x-amzn-bedrock-cache-write-input-token-count");
    let prompt = [input, read, written].into_iter().flatten().fold(0, u64::saturating_add);
    let completion = output.unwrap_or_default();
    let mut usage = Usage::new(prompt, completion, prompt.saturating_add(completion));
    if read.is_some() || written.is_some() {
        let mut details = core_types::PromptTokensDetails::default();
        details.cached_tokens = read;
        details.cache_creation_tokens = written;
        usage.prompt_tokens_details = Some(details);
    }
    Some(usage)
}
