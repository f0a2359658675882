//! `POST /v1/images/generations` and `POST /v1/images/edits`.

use std::sync::Arc;

use axum::body::Body;
use axum::extract::{Path, State};
use axum::response::Response;
use facade::{Client, ImageCall, ImageEditRequest, ImageRequest, Route};
use http::HeaderMap;

use crate::app::App;
use crate::error::ApiError;
use crate::headers;
use crate::routes::{body, form};

/// The body names the model.
pub(crate) async fn draw(State(app): State<Arc<App>>, headers: HeaderMap, body: Body) -> Result<Response, ApiError> {
    let body = body::read(&app, &headers, body).await?;
    drawn(&app, body::parse(&body)?).await
}

/// The path names the model, whatever the body says.
pub(crate) async fn draw_named(
    State(app): State<Arc<App>>,
    Path(model): Path<String>,
    headers: HeaderMap,
    body: Body,
) -> Result<Response, ApiError> {
    let body = body::read(&app, &headers, body).await?;
    let mut request: ImageRequest = body::parse(&body)?;
    request.model = model;
    drawn(&app, request).await
}

/// The form names the model.
pub(crate) async fn edit(State(app): State<Arc<App>>, headers: HeaderMap, body: Body) -> Result<Response, ApiError> {
    let body = body::read(&app, &headers, body).await?;
    edited(&app, form::image_edit(&headers, body, None).await?).await
}

/// The path names the model, whatever the form says.
pub(crate) async fn edit_named(
    State(app): State<Arc<App>>,
    Path(model): Path<String>,
    headers: HeaderMap,
    body: Body,
) -> Result<Response, ApiError> {
    let body = body::read(&app, &headers, body).await?;
    edited(&app, form::image_edit(&headers, body, Some(model)).await?).await
}

async fn drawn(app: &App, mut request: ImageRequest) -> Result<Response, ApiError> {
    let (call, client) = {
        let name = request.model.clone();
        let found = app.deployments.find(&name).ok_or_else(|| ApiError::unknown_model(&name))?;
        (found.prepare_image(&mut request)?, &found.deployment.client)
    };
    send(client, call).await
}

async fn edited(app: &App, mut request: ImageEditRequest) -> Result<Response, ApiError> {
    let (call, client) = {
        let name = request.request.model.clone();
        let found = app.deployments.find(&name).ok_or_else(|| ApiError::unknown_model(&name))?;
        (found.prepare_image_edit(&mut request)?, &found.deployment.client)
    };
    // The files are large, the calls hold what is in them, and the answer may take minutes.
    drop(request);
    send(client, call).await
}

async fn send(client: &Client, call: ImageCall) -> Result<Response, ApiError> {
    let mut warnings = call.warnings.clone();
    tracing::debug!(calls = call.calls.len(), ?warnings, "drawing");
    let answered = match client.send_image(call).await {
        Ok(reply) => {
            // The answer may have something to say, too.
            warnings = reply.warnings;
            Ok(body::answer(&reply.value, reply.request_id.as_deref()))
        }
        Err(error) => Err(error.into()),
    };
    body::labelled(answered, headers::route(Route::Invoke), &warnings)
}
