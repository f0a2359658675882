//! `POST /v1/images/generations` and `POST /v1/images/edits`.

use axum::body::Body;
use axum::extract::Path;
use axum::response::Response;
use facade::types::Extra;
use facade::{Error, ImageCall, ImageEditRequest, ImageRequest, Route};
use http::HeaderMap;

use crate::caller::Caller;
use crate::deployments::{Deployment, Found};
use crate::error::ApiError;
use crate::router::{Answer, Prepared, Routed, Whole, route};
use crate::routes::{body, form};
use crate::{headers, observe};

/// The body names the model.
pub(crate) async fn draw(app: Caller, headers: HeaderMap, body: Body) -> Result<Response, ApiError> {
    let body = body::read(&app, &headers, body).await?;
    route(&app, body::request::<ImageRequest>(&body).await?, || body::parse(&body)).await
}

/// The path names the model, whatever the body says.
pub(crate) async fn draw_named(
    app: Caller,
    Path(model): Path<String>,
    headers: HeaderMap,
    body: Body,
) -> Result<Response, ApiError> {
    let body = body::read(&app, &headers, body).await?;
    let named = |mut request: ImageRequest| {
        request.model.clone_from(&model);
        request
    };
    route(&app, named(body::request(&body).await?), || body::parse(&body).map(named)).await
}

/// The form names the model.
pub(crate) async fn edit(app: Caller, headers: HeaderMap, body: Body) -> Result<Response, ApiError> {
    let body = body::read(&app, &headers, body).await?;
    edited(&app, form::image_edit(&headers, body, None).await?).await
}

/// The path names the model, whatever the form says.
pub(crate) async fn edit_named(
    app: Caller,
    Path(model): Path<String>,
    headers: HeaderMap,
    body: Body,
) -> Result<Response, ApiError> {
    let body = body::read(&app, &headers, body).await?;
    edited(&app, form::image_edit(&headers, body, Some(model)).await?).await
}

async fn edited(app: &Caller, request: ImageEditRequest) -> Result<Response, ApiError> {
    // To read a form again is more work than to keep its files.
    let copy = request.clone();
    route(app, request, || Ok(copy.clone())).await
}

impl Routed for ImageRequest {
    type Call = ImageCall;

    /// The answer is large.
    const LARGE: u64 = 0;

    fn model(&mut self) -> &mut String {
        &mut self.model
    }

    fn extra(&mut self) -> &mut Extra {
        &mut self.extra
    }

    async fn prepare(mut self, found: &Found<'_>) -> Result<Prepared<ImageCall>, Error> {
        Ok(prepared(found.prepare_image(&mut self)?))
    }

    async fn send(call: ImageCall, deployment: &Deployment) -> Result<Answer, Error> {
        send(call, deployment).await
    }
}

impl Routed for ImageEditRequest {
    type Call = ImageCall;

    /// The answer is large.
    const LARGE: u64 = 0;

    fn model(&mut self) -> &mut String {
        &mut self.request.model
    }

    fn extra(&mut self) -> &mut Extra {
        &mut self.request.extra
    }

    async fn prepare(mut self, found: &Found<'_>) -> Result<Prepared<ImageCall>, Error> {
        Ok(prepared(found.prepare_image_edit(&mut self)?))
    }

    async fn send(call: ImageCall, deployment: &Deployment) -> Result<Answer, Error> {
        send(call, deployment).await
    }
}

fn prepared(call: ImageCall) -> Prepared<ImageCall> {
    let warnings = call.warnings.clone();
    tracing::debug!(calls = call.calls.len(), ?warnings, "drawing");
    Prepared { call, route: headers::route(Route::Invoke), warnings }
}

async fn send(call: ImageCall, deployment: &Deployment) -> Result<Answer, Error> {
    let reply = deployment.client.send_image(call).await?;
    observe::uses(&reply);
    Ok(Answer::Whole(Whole {
        response: body::answer(&reply.value, reply.request_id.as_deref()),
        // The answer may have something to say, too.
        warnings: Some(reply.warnings),
        ..Whole::default()
    }))
}
