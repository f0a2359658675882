//! `POST /v1/embeddings`.

use std::sync::Arc;

use axum::body::Body;
use axum::extract::{Path, State};
use axum::response::Response;
use facade::types::Extra;
use facade::{EmbedCall, EmbeddingRequest, Error, Route};
use http::HeaderMap;

use crate::app::App;
use crate::deployments::{Deployment, Found};
use crate::error::ApiError;
use crate::headers;
use crate::router::{Answer, Prepared, Routed, Whole, route};
use crate::routes::body;

/// The body names the model.
pub(crate) async fn unnamed(State(app): State<Arc<App>>, headers: HeaderMap, body: Body) -> Result<Response, ApiError> {
    let body = body::read(&app, &headers, body).await?;
    route(&app, body::parse::<EmbeddingRequest>(&body)?, || body::parse(&body)).await
}

/// The path names the model, whatever the body says.
pub(crate) async fn named(
    State(app): State<Arc<App>>,
    Path(model): Path<String>,
    headers: HeaderMap,
    body: Body,
) -> Result<Response, ApiError> {
    let body = body::read(&app, &headers, body).await?;
    let request = || {
        let mut request: EmbeddingRequest = body::parse(&body)?;
        request.model.clone_from(&model);
        Ok(request)
    };
    route(&app, request()?, request).await
}

impl Routed for EmbeddingRequest {
    type Call = EmbedCall;

    fn model(&mut self) -> &mut String {
        &mut self.model
    }

    fn extra(&mut self) -> &mut Extra {
        &mut self.extra
    }

    async fn prepare(mut self, found: &Found<'_>) -> Result<Prepared<EmbedCall>, Error> {
        let call = found.prepare_embed(&mut self)?;
        tracing::debug!(calls = call.calls.len(), warnings = ?call.warnings, "embedding");
        let warnings = call.warnings.clone();
        Ok(Prepared { call, route: headers::route(Route::Invoke), warnings })
    }

    async fn send(call: EmbedCall, deployment: &Deployment) -> Result<Answer, Error> {
        let reply = deployment.client.send_embed(call).await?;
        Ok(Answer::Whole(Whole {
            response: body::answer(&reply.value, reply.request_id.as_deref()),
            tokens: reply.value.usage.map_or(0, |usage| usage.total_tokens),
            ..Whole::default()
        }))
    }
}
