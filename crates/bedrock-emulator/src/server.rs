//! From the socket to an operation: log, route, authorize, apply the fault, answer.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};

use axum::body::{Body, to_bytes};
use axum::extract::{ConnectInfo, Request};
use axum::http::{HeaderMap, HeaderValue, Method, Response, StatusCode, header};
use axum::{Router, http};
use tokio::net::TcpListener;
use tokio::sync::watch;

use crate::cache::PrefixCache;
use crate::call::{Call, OpenCall};
use crate::error::Refusal;
use crate::fault::{Fault, FaultQueue};
use crate::request_log::RequestLog;
use crate::socket::{Gate, ResetHandle};
use crate::{async_invoke, auth, converse, converse_stream, invoke, model_id, rerank};

/// Largest request body, in bytes. Bedrock's own limit is 25,000,000 for a Converse body.
const MAX_BODY: usize = 32 * 1024 * 1024;

/// Where jobs are.
const JOBS: &str = "/async-invoke";

/// The request header that names a fault.
const FAULT_HEADER: &str = "x-emulator-fault";

/// Model ids with this prefix name a fault.
const FAULT_MODEL: &str = "emulator.fault.";

/// What the calls of one emulator share.
#[derive(Debug)]
pub(crate) struct State {
    pub(crate) log: RequestLog,
    pub(crate) faults: FaultQueue,
    pub(crate) cache: PrefixCache,
    pub(crate) jobs: async_invoke::Jobs,
    open: Arc<AtomicUsize>,
    served: AtomicU64,
    stopping: watch::Receiver<bool>,
}

impl State {
    pub(crate) fn new(stopping: watch::Receiver<bool>) -> Self {
        Self {
            log: RequestLog::default(),
            faults: FaultQueue::default(),
            cache: PrefixCache::default(),
            jobs: async_invoke::Jobs::default(),
            open: Arc::default(),
            served: AtomicU64::new(0),
            stopping,
        }
    }

    pub(crate) fn open_calls(&self) -> usize {
        self.open.load(Ordering::SeqCst)
    }
}

/// Serves until told to stop.
pub(crate) async fn serve(listener: TcpListener, state: Arc<State>, mut stopping: watch::Receiver<bool>) {
    let app = Router::new().fallback(move |ConnectInfo(reset): ConnectInfo<ResetHandle>, request: Request| {
        let state = Arc::clone(&state);
        async move { answer(&state, reset, request).await }
    });
    let stopped = async move {
        // An error means that the emulator is gone.
        let _ = stopping.wait_for(|stop| *stop).await;
    };
    // It only ends by being told to.
    let _ = axum::serve(Gate(listener), app.into_make_service_with_connect_info::<ResetHandle>())
        .with_graceful_shutdown(stopped)
        .await;
}

async fn answer(state: &State, reset: ResetHandle, request: Request) -> Response<Body> {
    let open = OpenCall::new(&state.open);
    let number = state.served.fetch_add(1, Ordering::SeqCst) + 1;
    let (parts, body) = request.into_parts();
    let body = to_bytes(body, MAX_BODY).await;
    let too_large = body.is_err();
    let body = body.unwrap_or_default();
    state.log.record(&parts.method, &parts.uri, &parts.headers, body.clone());
    let answered = if too_large {
        Err(Refusal::new(413, "RequestEntityTooLargeException", "Request body is too large."))
    } else {
        route(state, &parts, &body, reset, open).await
    };
    let mut response = answered.unwrap_or_else(|refusal| refusal.response());
    // Shaped like the UUIDs that AWS sends, and counted so that runs compare equal.
    if let Ok(id) = HeaderValue::from_str(&format!("00000000-0000-4000-8000-{number:012x}")) {
        response.headers_mut().insert("x-amzn-requestid", id);
    }
    response
}

async fn route(
    state: &State,
    parts: &http::request::Parts,
    body: &[u8],
    reset: ResetHandle,
    open: OpenCall,
) -> Result<Response<Body>, Refusal> {
    let (model_id, operation) = match (&parts.method, model_id::split(parts.uri.path())) {
        (&Method::POST, Some(split)) => split,
        // The one operation of another service, bedrock-agent-runtime.
        (&Method::POST, None) if parts.uri.path() == "/rerank" => (rerank::model_id(body), "rerank"),
        (&Method::POST, None) if parts.uri.path() == JOBS => (async_invoke::model_id(body), "start-async-invoke"),
        (&Method::GET, None) => match parts.uri.path().strip_prefix(JOBS).and_then(|rest| rest.strip_prefix('/')) {
            Some(arn) => (model_id::percent_decode(arn).unwrap_or_default(), "get-async-invoke"),
            None => return Err(Refusal::unknown_operation()),
        },
        _ => return Err(Refusal::unknown_operation()),
    };
    // What such a call names is no model.
    let asks_for_job = operation == "get-async-invoke";
    let operation = match operation {
        "converse" => converse::answer,
        "converse-stream" => converse_stream::answer,
        "invoke" => invoke::answer,
        "invoke-with-response-stream" => invoke::answer_stream,
        "rerank" => rerank::answer,
        "start-async-invoke" => async_invoke::start,
        "get-async-invoke" => async_invoke::get,
        _ => return Err(Refusal::unknown_operation()),
    };
    auth::check(&parts.headers)?;
    let fault = fault(state, &parts.headers, &model_id)?;
    let headers = parts.headers.clone();
    let call = Call { model_id, headers, fault, reset, stopping: state.stopping.clone(), _open: open };
    if let Some(response) = before_the_answer(&call).await {
        return response;
    }
    if !asks_for_job {
        check_model(&call.model_id)?;
    }
    operation(state, call, body)
}

/// The call's own fault, or the next scripted one.
fn fault(state: &State, headers: &HeaderMap, model_id: &str) -> Result<Option<Fault>, Refusal> {
    let named = match (headers.get(FAULT_HEADER), model_id.strip_prefix(FAULT_MODEL)) {
        (Some(header), _) => String::from_utf8_lossy(header.as_bytes()).into_owned(),
        (None, Some(spec)) => spec.replace('.', ";").replace(':', "="),
        (None, None) => return Ok(state.faults.next()),
    };
    let fault = named.parse().map_err(|error| Refusal::validation(format!("bedrock-emulator: {error}")))?;
    Ok(state.faults.named(fault))
}

/// The answer of a fault that does not look at the request.
async fn before_the_answer(call: &Call) -> Option<Result<Response<Body>, Refusal>> {
    match call.fault.as_ref()? {
        Fault::Throttle { .. } => Some(Err(Refusal::of_status(429))),
        Fault::Status { status } => Some(Err(Refusal::of_status(*status))),
        Fault::Html { status } => {
            let page = "<html><head><title>Sign in</title></head><body><h1>Sign in to continue</h1></body></html>\n";
            let mut response = Response::new(Body::from(page));
            *response.status_mut() = StatusCode::from_u16(*status).unwrap_or(StatusCode::OK);
            response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static("text/html; charset=utf-8"));
            Some(Ok(response))
        }
        Fault::Reset { after: None } => {
            call.reset.reset();
            // The connection's task drops this call with the connection.
            futures::future::pending().await
        }
        Fault::Cut { .. }
        | Fault::ErrorFrame { .. }
        | Fault::Exception { .. }
        | Fault::Json200
        | Fault::Reset { .. }
        | Fault::Slow { .. }
        | Fault::Stall { .. }
        | Fault::Truncate { .. } => None,
    }
}

fn check_model(model_id: &str) -> Result<(), Refusal> {
    match model_id {
        "emulator.denied" => Err(Refusal::of_status(403)),
        "emulator.missing" => Err(Refusal::of_status(404)),
        id if model_id::looks_right(id) => Ok(()),
        _ => Err(Refusal::validation("The provided model identifier is invalid.")),
    }
}
