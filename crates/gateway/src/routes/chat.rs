//! `POST /v1/chat/completions`.

use std::sync::Arc;

use axum::body::Body;
use axum::extract::{Path, State};
use axum::response::Response;
use facade::ChatRequest;
use http::HeaderMap;

use crate::app::App;
use crate::error::ApiError;
use crate::routes::body;
use crate::{headers, sse};

/// The body names the model.
pub(crate) async fn unnamed(State(app): State<Arc<App>>, headers: HeaderMap, body: Body) -> Result<Response, ApiError> {
    let body = body::read(&app, &headers, body).await?;
    complete(&app, body::parse(&body)?).await
}

/// The path names the model, whatever the body says.
pub(crate) async fn named(
    State(app): State<Arc<App>>,
    Path(model): Path<String>,
    headers: HeaderMap,
    body: Body,
) -> Result<Response, ApiError> {
    let body = body::read(&app, &headers, body).await?;
    let mut request: ChatRequest = body::parse(&body)?;
    request.model = model;
    complete(&app, request).await
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
    let warnings = call.warnings.clone();
    tracing::debug!(
        target_model = call.outgoing.target.as_str(),
        operation = ?call.outgoing.operation,
        ?warnings,
        "calling"
    );
    let answered = if wants_stream {
        match deployment.stream_client.stream(call).await {
            Ok(stream) => sse::response(stream, deployment.keepalive()).await,
            Err(error) => Err(error.into()),
        }
    } else {
        match deployment.client.send(call).await {
            Ok(reply) => Ok(body::answer(&reply.value, reply.request_id.as_deref())),
            Err(error) => Err(error.into()),
        }
    };
    body::labelled(answered, route, &warnings)
}
