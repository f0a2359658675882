//! `POST /v1/embeddings`.

use std::sync::Arc;

use axum::body::Body;
use axum::extract::{Path, State};
use axum::response::Response;
use facade::{EmbeddingRequest, Route};
use http::HeaderMap;

use crate::app::App;
use crate::error::ApiError;
use crate::headers;
use crate::routes::body;

/// The body names the model.
pub(crate) async fn unnamed(State(app): State<Arc<App>>, headers: HeaderMap, body: Body) -> Result<Response, ApiError> {
    let body = body::read(&app, &headers, body).await?;
    embed(&app, body::parse(&body)?).await
}

/// The path names the model, whatever the body says.
pub(crate) async fn named(
    State(app): State<Arc<App>>,
    Path(model): Path<String>,
    headers: HeaderMap,
    body: Body,
) -> Result<Response, ApiError> {
    let body = body::read(&app, &headers, body).await?;
    let mut request: EmbeddingRequest = body::parse(&body)?;
    request.model = model;
    embed(&app, request).await
}

async fn embed(app: &App, mut request: EmbeddingRequest) -> Result<Response, ApiError> {
    let (call, deployment) = {
        let name = request.model.clone();
        let found = app.deployments.find(&name).ok_or_else(|| ApiError::unknown_model(&name))?;
        (found.prepare_embed(&mut request)?, found.deployment)
    };
    // The calls hold what is in it.
    drop(request);
    let warnings = call.warnings.clone();
    tracing::debug!(calls = call.calls.len(), warnings = ?warnings, "embedding");
    let answered = match deployment.client.send_embed(call).await {
        Ok(reply) => Ok(body::answer(&reply.value, reply.request_id.as_deref())),
        Err(error) => Err(error.into()),
    };
    body::labelled(answered, headers::route(Route::Invoke), &warnings)
}
