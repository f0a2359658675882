//! `POST /v2/rerank`, in Cohere's shape; version 1 is the same and has more parameters.

use std::sync::Arc;

use axum::body::Body;
use axum::extract::State;
use axum::response::Response;
use facade::RerankRequest;
use http::HeaderMap;

use crate::app::App;
use crate::error::ApiError;
use crate::headers;
use crate::routes::body;

pub(crate) async fn rank(State(app): State<Arc<App>>, headers: HeaderMap, body: Body) -> Result<Response, ApiError> {
    let body = body::read(&app, &headers, body).await?;
    rerank(&app, body::parse(&body)?).await
}

async fn rerank(app: &App, mut request: RerankRequest) -> Result<Response, ApiError> {
    let (call, deployment) = {
        let name = request.model.clone();
        let found = app.deployments.find(&name).ok_or_else(|| ApiError::unknown_model(&name))?;
        (found.prepare_rerank(&mut request)?, found.deployment)
    };
    // The call holds what is in it.
    drop(request);
    let route = headers::operation(call.outgoing.operation);
    let warnings = call.warnings.clone();
    tracing::debug!(target_model = call.outgoing.target.as_str(), ?warnings, "ranking");
    let answered = match deployment.client.send_rerank(call).await {
        Ok(reply) => Ok(body::answer(&reply.value, reply.request_id.as_deref())),
        Err(error) => Err(error.into()),
    };
    body::labelled(answered, route, &warnings)
}
