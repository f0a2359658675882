//! `POST /v1/chat/completions`.

use std::sync::Arc;

use axum::body::{Body, to_bytes};
use axum::extract::{Path, State};
use axum::response::Response;
use bytes::Bytes;
use facade::ChatRequest;
use http::{HeaderMap, header};

use crate::app::App;
use crate::error::ApiError;
use crate::{headers, sse};

/// The body names the model.
pub(crate) async fn unnamed(State(app): State<Arc<App>>, headers: HeaderMap, body: Body) -> Result<Response, ApiError> {
    let body = read(&app, &headers, body).await?;
    complete(&app, parse(&body)?).await
}

/// The path names the model, whatever the body says.
pub(crate) async fn named(
    State(app): State<Arc<App>>,
    Path(model): Path<String>,
    headers: HeaderMap,
    body: Body,
) -> Result<Response, ApiError> {
    let body = read(&app, &headers, body).await?;
    let mut request = parse(&body)?;
    request.model = model;
    complete(&app, request).await
}

/// The whole body, if it is not larger than allowed.
async fn read(app: &App, headers: &HeaderMap, body: Body) -> Result<Bytes, ApiError> {
    let announced = headers.get(header::CONTENT_LENGTH).and_then(|value| value.to_str().ok()?.parse::<u64>().ok());
    if announced.is_some_and(|length| usize::try_from(length).map_or(true, |length| length > app.max_body)) {
        return Err(ApiError::too_large(app.max_body));
    }
    to_bytes(body, app.max_body).await.map_err(|error| {
        if is_limit(&error) {
            ApiError::too_large(app.max_body)
        } else {
            ApiError::invalid(format!("the request body broke off: {error}"))
        }
    })
}

fn is_limit(error: &axum::Error) -> bool {
    use std::error::Error as _;
    error.source().is_some_and(|source| source.to_string() == "length limit exceeded")
}

/// Reads the request. Only what does not read is read again, to find the path to the mistake.
pub(crate) fn parse(body: &[u8]) -> Result<ChatRequest, ApiError> {
    if let Ok(request) = serde_json::from_slice(body) {
        return Ok(request);
    }
    let mut reader = serde_json::Deserializer::from_slice(body);
    match serde_path_to_error::deserialize::<_, ChatRequest>(&mut reader) {
        Err(error) => Err(ApiError::unreadable(&error)),
        Ok(_) => Err(ApiError::invalid("the request body goes on after the JSON ends")),
    }
}

async fn complete(app: &App, mut request: ChatRequest) -> Result<Response, ApiError> {
    let (call, deployment) = {
        let name = request.model.clone();
        let found = app.deployments.find(&name).ok_or_else(|| ApiError::unknown_model(&name))?;
        (found.prepare(&mut request).await?, found.deployment)
    };
    let wants_stream = request.stream == Some(true);
    // A body may be large, and the answer may take minutes.
    drop(request);
    let route = headers::route(call.route);
    let warnings = headers::warnings(&call.warnings);
    tracing::debug!(
        target_model = call.outgoing.target.as_str(),
        operation = ?call.outgoing.operation,
        warnings = ?call.warnings,
        "calling"
    );
    let answered = if wants_stream {
        match deployment.stream_client.stream(call).await {
            Ok(stream) => sse::response(stream, deployment.keepalive()).await,
            Err(error) => Err(error.into()),
        }
    } else {
        match deployment.client.send(call).await {
            Ok(reply) => Ok(whole(&reply.value, reply.request_id.as_deref())),
            Err(error) => Err(error.into()),
        }
    };
    let mut response = answered.map_err(|error: ApiError| error.with_warnings(warnings.clone()))?;
    let map = response.headers_mut();
    map.insert(headers::ROUTE, route);
    if let Some(warnings) = warnings {
        map.insert(headers::WARNINGS, warnings);
    }
    Ok(response)
}

/// An answer in one piece.
fn whole(answer: &facade::ChatResponse, request_id: Option<&str>) -> Response {
    let json = serde_json::to_vec(answer).unwrap_or_default();
    let mut response = Response::new(Body::from(json));
    response.headers_mut().insert(header::CONTENT_TYPE, headers::JSON);
    headers::request_id(response.headers_mut(), request_id);
    response
}
