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

/// A form has files, which JSON has not.
pub(crate) async fn edit(
    app: Caller,
    model: Option<Path<String>>,
    headers: HeaderMap,
    body: Body,
) -> Result<Response, ApiError> {
    let body = body::read(&app, &headers, body).await?;
    let request = form::image_edit(&headers, body, model.map(|Path(model)| model)).await?;
    // To read a form again is more work than to keep its files.
    let copy = request.clone();
    route(&app, request, || Ok(copy.clone())).await
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
