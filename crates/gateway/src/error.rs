//! Every failure in OpenAI's shape.

use std::time::Duration;

use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use facade::ErrorBody;
use http::{HeaderMap, HeaderValue, StatusCode, header};

use crate::headers;

/// An answer that is an error.
#[derive(Debug)]
pub(crate) struct ApiError {
    status: StatusCode,
    body: Box<ErrorBody>,
    /// AWS's, if the call got that far.
    request_id: Option<String>,
    /// How long to wait before the next try.
    retry_after: Option<Duration>,
    /// What else there is to say, e.g. which deployment failed.
    headers: Option<Box<HeaderMap>>,
}

impl ApiError {
    pub(crate) fn new(status: StatusCode, body: ErrorBody) -> Self {
        Self { status, body: Box::new(body), request_id: None, retry_after: None, headers: None }
    }

    /// The request is wrong.
    pub(crate) fn invalid(message: impl Into<String>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, ErrorBody::new("invalid_request_error", message))
    }

    pub(crate) fn too_large(limit: usize) -> Self {
        let message = format!("the request body is larger than {limit} bytes");
        Self::new(
            StatusCode::PAYLOAD_TOO_LARGE,
            ErrorBody::new("invalid_request_error", message).code("request_too_large"),
        )
    }

    pub(crate) fn too_slow(limit: Duration) -> Self {
        let message = format!("the request body did not arrive within {} s", limit.as_secs_f64());
        Self::new(StatusCode::REQUEST_TIMEOUT, ErrorBody::new("invalid_request_error", message).code("request_timeout"))
    }

    /// The caller may not do that.
    pub(crate) fn forbidden(message: impl Into<String>) -> Self {
        Self::new(StatusCode::FORBIDDEN, ErrorBody::new("permission_error", message))
    }

    pub(crate) fn unauthorized() -> Self {
        let message = "the API key is missing or wrong; send `Authorization: Bearer` with the gateway's key";
        Self::new(StatusCode::UNAUTHORIZED, ErrorBody::new("authentication_error", message).code("invalid_api_key"))
    }

    /// Nobody takes the call for so long.
    pub(crate) fn busy(name: &str, wait: Duration) -> Self {
        let message =
            format!("no deployment of `{name}` takes another request now; its limits are reached, or it fails");
        let body = ErrorBody::new("rate_limit_error", message).code("rate_limit_exceeded");
        Self { retry_after: Some(wait), ..Self::new(StatusCode::TOO_MANY_REQUESTS, body) }
    }

    /// No deployment is for requests with these tags.
    pub(crate) fn untagged(name: &str) -> Self {
        let reason =
            format!("no deployment of `{name}` is for the tags of this request, and none has the tag `default`");
        Self::forbidden(reason).with_param("tags")
    }

    pub(crate) fn unknown_model(name: &str) -> Self {
        if name.is_empty() {
            return Self::new(
                StatusCode::BAD_REQUEST,
                ErrorBody::new("invalid_request_error", "model: is empty").param("model"),
            );
        }
        let body = ErrorBody::new("invalid_request_error", format!("the model `{name}` does not exist"));
        Self::new(StatusCode::NOT_FOUND, body.param("model").code("model_not_found"))
    }

    /// What does not parse, by the path to it.
    pub(crate) fn unreadable(error: &serde_path_to_error::Error<serde_json::Error>) -> Self {
        let inner = error.inner();
        if !inner.is_data() {
            return Self::invalid(format!("the request body is not valid JSON: {inner}"));
        }
        let path = Some(error.path().to_string()).filter(|path| path != ".");
        let message = without_position(inner);
        // What is missing has no path of its own.
        let missing = message.strip_prefix("missing field `").and_then(|rest| rest.strip_suffix('`'));
        let param = match (&path, missing) {
            (Some(path), Some(field)) => Some(format!("{path}.{field}")),
            (None, Some(field)) => Some(field.to_owned()),
            (path, None) => path.clone(),
        };
        let mut body = ErrorBody::new(
            "invalid_request_error",
            match path {
                Some(path) => format!("{path}: {message}"),
                None => message,
            },
        );
        body.error.param = param;
        Self::new(StatusCode::BAD_REQUEST, body)
    }

    /// Names what is wrong in the request.
    pub(crate) fn with_param(mut self, param: &str) -> Self {
        self.body.error.param = Some(param.to_owned());
        self
    }

    /// The body, for the command line.
    pub(crate) fn json(&self) -> String {
        serde_json::to_string(&self.body).unwrap_or_default()
    }

    /// Adds headers to the answer. Those of the same name are replaced.
    pub(crate) fn with_headers(mut self, headers: HeaderMap) -> Self {
        self.headers.get_or_insert_default().extend(headers);
        self
    }
}

/// Where the error is in the text says nothing beside its path.
pub(crate) fn without_position(error: &serde_json::Error) -> String {
    let mut message = error.to_string();
    if let Some(end) = message.rfind(" at line ") {
        message.truncate(end);
    }
    message
}

impl From<facade::Error> for ApiError {
    fn from(error: facade::Error) -> Self {
        let (status, body) = error.openai();
        let status = StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        Self {
            request_id: error.request_id().map(str::to_owned),
            retry_after: error.upstream().and_then(|upstream| upstream.retry_after),
            ..Self::new(status, body)
        }
    }
}

impl IntoResponse for ApiError {
    fn into_response(self) -> Response {
        let Self { status, body, request_id, retry_after, headers: more } = self;
        tracing::debug!(status = status.as_u16(), message = body.error.message, request_id, "refused");
        let json = serde_json::to_vec(&body).unwrap_or_default();
        let mut response = Response::new(Bytes::from(json).into());
        *response.status_mut() = status;
        let map = response.headers_mut();
        map.insert(header::CONTENT_TYPE, headers::JSON);
        headers::request_id(map, request_id.as_deref());
        if let Some(delay) = retry_after {
            // Whole seconds, never fewer than asked for.
            map.insert(header::RETRY_AFTER, HeaderValue::from(delay.as_secs() + u64::from(delay.subsec_nanos() > 0)));
        }
        if let Some(more) = more {
            map.extend(*more);
        }
        if status == StatusCode::UNAUTHORIZED && body.error.code.as_deref() == Some("invalid_api_key") {
            map.insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
        }
        response
    }
}
