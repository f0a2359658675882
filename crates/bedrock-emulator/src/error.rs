//! Refusals as AWS sends them: a status, an exception name in a header, a message in the body.

use axum::body::Body;
use axum::http::{HeaderValue, Response, StatusCode, header};

/// The namespace that AWS appends to the exception's name in `x-amzn-errortype`.
const NAMESPACE: &str = "http://internal.amazon.com/coral/com.amazon.bedrock/";

/// A request that is refused, or a failure that was asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Refusal {
    pub(crate) status: u16,
    pub(crate) exception: &'static str,
    pub(crate) message: String,
}

impl Refusal {
    pub(crate) fn new(status: u16, exception: &'static str, message: impl Into<String>) -> Self {
        Self { status, exception, message: message.into() }
    }

    /// 400 `ValidationException`.
    pub(crate) fn validation(message: impl Into<String>) -> Self {
        Self::new(400, "ValidationException", message)
    }

    /// 400 `ValidationException` in the model's own words, which Bedrock passes on with a preface.
    pub(crate) fn model(message: impl AsRef<str>) -> Self {
        Self::validation(format!("The model returned the following errors: {}", message.as_ref()))
    }

    /// 400 `SerializationException`: the body is not JSON of the right types.
    pub(crate) fn serialization(message: impl Into<String>) -> Self {
        Self::new(400, "SerializationException", message)
    }

    /// 404 `UnknownOperationException`.
    pub(crate) fn unknown_operation() -> Self {
        Self::new(404, "UnknownOperationException", "The requested operation is not recognized by the service.")
    }

    /// The refusal that Bedrock sends with this status.
    pub(crate) fn of_status(status: u16) -> Self {
        let (exception, message) = match status {
            400 => ("ValidationException", "The provided request is not valid."),
            401 | 403 => ("AccessDeniedException", "You don't have access to the model with the specified model ID."),
            404 => (
                "ResourceNotFoundException",
                "Could not resolve the foundation model from the provided model identifier.",
            ),
            408 => ("ModelTimeoutException", "Model has timed out in processing the request. Try your request again."),
            424 => (
                "ModelErrorException",
                "The system encountered an unexpected error during processing. Try your request again.",
            ),
            429 => ("ThrottlingException", "Too many requests, please wait before trying again."),
            503 => ("ServiceUnavailableException", "Bedrock is unable to process your request."),
            _ => (
                "InternalServerException",
                "The system encountered an unexpected error during processing. Try your request again.",
            ),
        };
        Self::new(status, exception, message)
    }

    /// The refusal named like an exception of the stream, `throttlingException` or `ThrottlingException`; an unknown name is
    /// an `InternalServerException`.
    pub(crate) fn of_exception(name: &str) -> Self {
        let rows = [
            ("accessDeniedException", 403),
            ("modelErrorException", 424),
            ("modelTimeoutException", 408),
            ("resourceNotFoundException", 404),
            ("serviceUnavailableException", 503),
            ("throttlingException", 429),
            ("validationException", 400),
        ];
        if name.eq_ignore_ascii_case("modelStreamErrorException") {
            return Self::new(
                424,
                "ModelStreamErrorException",
                "The system encountered an unexpected error during processing. Try your request again.",
            );
        }
        rows.iter()
            .find(|(row, _)| name.eq_ignore_ascii_case(row))
            .map_or_else(|| Self::of_status(500), |&(_, status)| Self::of_status(status))
    }

    /// The exception's body.
    pub(crate) fn body(&self) -> String {
        serde_json::json!({ "message": self.message }).to_string()
    }

    pub(crate) fn response(&self) -> Response<Body> {
        let mut response = Response::new(Body::from(self.body()));
        *response.status_mut() = StatusCode::from_u16(self.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
        if let Ok(value) = HeaderValue::from_str(&format!("{}:{NAMESPACE}", self.exception)) {
            response.headers_mut().insert("x-amzn-errortype", value);
        }
        response
    }
}
