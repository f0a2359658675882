//! AWS's errors: by HTTP status, by exception frame, by error frame, all read by one function.

use std::borrow::Cow;
use std::time::Duration;

use serde::Deserialize;

use crate::{Outgoing, advice};

/// An error that AWS reported, in its own words, with what they mean to a caller.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{code}: {message}")]
#[non_exhaustive]
pub struct UpstreamError {
    /// What it means.
    pub kind: ErrorKind,
    /// AWS's code, e.g. `ThrottlingException`.
    pub code: String,
    /// AWS's message, as it came, or what stands for it in an answer without one.
    pub message: String,
    /// The HTTP status, if the error came as one.
    pub status: Option<u16>,
    /// AWS's request id.
    pub request_id: Option<String>,
    /// How long AWS asks to wait before the next try.
    pub retry_after: Option<Duration>,
    /// Where the call went, if the transport says so.
    pub region: Option<String>,
}

/// What an error means to a caller: who must act, and whether asking again can help.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum ErrorKind {
    /// The identity may not do this.
    AccessDenied,
    /// AWS could not be reached, or the connection broke before an answer.
    Connection,
    /// A content filter held back what was asked for, or what came of it.
    ContentFiltered,
    /// The prompt and the answer asked for do not fit the model's context window.
    ContextWindow,
    /// There are no credentials, or AWS does not accept them.
    Credentials,
    /// AWS failed.
    Internal,
    /// AWS refuses the request as it is.
    InvalidRequest,
    /// The model failed while it answered.
    ModelFailed,
    /// The model is not ready yet, e.g. an imported model that is being loaded.
    ModelNotReady,
    /// The model or resource does not exist, here or for this identity.
    NotFound,
    /// AWS is overloaded.
    Overloaded,
    /// A quota is used up.
    QuotaExceeded,
    /// The stream broke off.
    StreamInterrupted,
    /// Too many requests or tokens in this moment.
    Throttled,
    /// AWS or the model took too long.
    Timeout,
    /// Anything else.
    Unexpected,
}

impl ErrorKind {
    /// The HTTP status of an OpenAI-shaped answer.
    #[must_use]
    pub const fn http_status(self) -> u16 {
        match self {
            Self::ContentFiltered | Self::ContextWindow | Self::InvalidRequest => 400,
            Self::Credentials => 401,
            Self::AccessDenied => 403,
            Self::NotFound => 404,
            Self::Timeout => 408,
            Self::QuotaExceeded | Self::ModelNotReady | Self::Throttled => 429,
            Self::Internal => 500,
            Self::Connection | Self::ModelFailed | Self::StreamInterrupted | Self::Unexpected => 502,
            Self::Overloaded => 503,
        }
    }

    /// OpenAI's `type`.
    #[must_use]
    pub const fn openai_type(self) -> &'static str {
        match self {
            Self::ContentFiltered | Self::ContextWindow | Self::InvalidRequest | Self::NotFound => {
                "invalid_request_error"
            }
            Self::Credentials => "authentication_error",
            Self::AccessDenied => "permission_error",
            Self::QuotaExceeded => "insufficient_quota",
            Self::ModelNotReady | Self::Throttled => "rate_limit_error",
            Self::Timeout => "timeout_error",
            Self::Connection
            | Self::Internal
            | Self::ModelFailed
            | Self::Overloaded
            | Self::StreamInterrupted
            | Self::Unexpected => "server_error",
        }
    }

    /// OpenAI's `code`, where OpenAI has one; elsewhere AWS's own code serves.
    #[must_use]
    pub const fn openai_code(self) -> Option<&'static str> {
        match self {
            Self::ContentFiltered => Some("content_policy_violation"),
            Self::ContextWindow => Some("context_length_exceeded"),
            Self::NotFound => Some("model_not_found"),
            Self::QuotaExceeded => Some("insufficient_quota"),
            Self::Throttled => Some("rate_limit_exceeded"),
            _ => None,
        }
    }

    /// Whether the same request may succeed when it is sent again.
    #[must_use]
    pub const fn is_retryable(self) -> bool {
        matches!(
            self,
            Self::Connection
                | Self::Internal
                | Self::ModelFailed
                | Self::ModelNotReady
                | Self::Overloaded
                | Self::StreamInterrupted
                | Self::Throttled
                | Self::Timeout
        )
    }
}

/// Messages by which AWS says that a prompt does not fit: it has no code for that.
const CONTEXT_WINDOW: &[&str] = &[
    "Input is too long",
    "input is too long",
    "prompt is too long",
    "too many total text bytes",
    "exceed context limit",
    "exceeds the maximum number of tokens",
    "expected maxLength:",
    "Too many input tokens",
    "maximum context length",
];

/// Words by which a model says that its filter stopped a request: AWS has no code for that either.
const CONTENT_FILTER: &str = "blocked by our content filters";

impl UpstreamError {
    /// Reads an HTTP error. `error_type` is the header `x-amzn-errortype`.
    #[must_use]
    pub fn from_http(status: u16, error_type: Option<&str>, body: &[u8]) -> Self {
        let body: Body<'_> = serde_json::from_slice(body).unwrap_or_else(|_| Body {
            message: std::str::from_utf8(body).ok().map(|text| Cow::Owned(excerpt(text))),
            ..Body::default()
        });
        let code = error_type.or(body.kind.as_deref()).or(body.code.as_deref()).map_or("", bare_code);
        let message = body.message.or(body.capital_message).unwrap_or_default();
        Self::classify(code, Some(status), message.into_owned())
    }

    /// Reads an exception frame; `name` is its `:exception-type`.
    #[must_use]
    pub fn from_exception(name: &str, payload: &[u8]) -> Self {
        let body: Body<'_> = serde_json::from_slice(payload).unwrap_or_default();
        let message = body.message.or(body.capital_message).unwrap_or_default();
        let mut code = bare_code(name).to_owned();
        if let Some(first) = code.get_mut(..1) {
            first.make_ascii_uppercase();
        }
        Self::classify(&code, None, message.into_owned())
    }

    /// Reads an error frame: its `:error-code` and `:error-message`.
    #[must_use]
    pub fn from_error_frame(code: &str, message: &str) -> Self {
        Self::classify(code, None, message.to_owned())
    }

    /// An error of our own side of the connection, e.g. a timeout.
    pub fn new(kind: ErrorKind, code: impl Into<String>, message: impl Into<String>) -> Self {
        Self {
            kind,
            code: code.into(),
            message: message.into(),
            status: None,
            request_id: None,
            retry_after: None,
            region: None,
        }
    }

    /// Adds what to do about a refusal that AWS does not explain.
    #[must_use]
    pub fn explained(mut self, call: &Outgoing) -> Self {
        if let Some(advice) = advice::on(&self, call) {
            let end = if self.message.ends_with(['.', '!', '?']) { "" } else { "." };
            self.message = format!("{}{end} {advice}", self.message);
        }
        self
    }

    /// The inference profiles that serve the model of `call`, where AWS refused it because nothing else does; nearest first.
    #[must_use]
    pub fn profiles(&self, call: &Outgoing) -> Vec<String> {
        advice::profiles(self, call)
    }

    /// Adds which guardrail it was, to a refusal that speaks of the guardrail only: `id`, `version` and the call's region.
    #[must_use]
    pub fn naming_guardrail(mut self, id: &str, version: &str, region: Option<&str>) -> Self {
        let speaks_of_it = self.message.contains("uardrail") && !self.message.contains(id);
        if speaks_of_it && matches!(self.kind, ErrorKind::InvalidRequest | ErrorKind::NotFound) {
            let region = region.map(|region| format!(" in {region}")).unwrap_or_default();
            self.message = format!("{} It was `{id}`, version `{version}`{region}.", self.message);
        }
        self
    }

    /// Sets AWS's request id.
    #[must_use]
    pub fn with_request_id(mut self, request_id: Option<String>) -> Self {
        self.request_id = request_id;
        self
    }

    /// Sets where the call went.
    #[must_use]
    pub fn with_region(mut self, region: Option<String>) -> Self {
        self.region = region;
        self
    }

    /// Sets how long AWS asks to wait.
    #[must_use]
    pub const fn with_retry_after(mut self, delay: Option<Duration>) -> Self {
        self.retry_after = delay;
        self
    }

    /// The HTTP status of an OpenAI-shaped answer: what the error means; where that is no more than that the request is
    /// refused or that AWS failed, the status that AWS gave.
    #[must_use]
    pub const fn http_status(&self) -> u16 {
        match (self.kind, self.status) {
            (ErrorKind::InvalidRequest, Some(status @ 400..=499)) => status,
            (ErrorKind::Internal, Some(status @ 502)) => status,
            _ => self.kind.http_status(),
        }
    }

    /// AWS's type first; the status where the type says nothing; the text only for what has neither.
    fn classify(code: &str, status: Option<u16>, mut message: String) -> Self {
        let kind = kind_of_code(code).unwrap_or_else(|| kind_of_status(status));
        let kind = match kind {
            ErrorKind::InvalidRequest if CONTEXT_WINDOW.iter().any(|words| message.contains(words)) => {
                ErrorKind::ContextWindow
            }
            ErrorKind::InvalidRequest if message.contains(CONTENT_FILTER) => ErrorKind::ContentFiltered,
            // A model with a context window error of its own reports it as a failed model.
            ErrorKind::ModelFailed if message.contains("prompt is too long") => ErrorKind::ContextWindow,
            kind => kind,
        };
        let code = match (code, status) {
            ("", Some(status)) => format!("HTTP {status}"),
            ("", None) => "UnknownError".to_owned(),
            (code, _) => code.to_owned(),
        };
        if message.is_empty() {
            "AWS sent no message".clone_into(&mut message);
        }
        Self { kind, code, message, status, request_id: None, retry_after: None, region: None }
    }
}

fn kind_of_code(code: &str) -> Option<ErrorKind> {
    Some(match code {
        "AccessDeniedException" | "AccessDenied" => ErrorKind::AccessDenied,
        "ConflictException" | "ValidationException" | "ValidationError" | "SerializationException" => {
            ErrorKind::InvalidRequest
        }
        "ExpiredTokenException"
        | "ExpiredToken"
        | "IncompleteSignatureException"
        | "InvalidClientTokenId"
        | "InvalidSignatureException"
        | "MissingAuthenticationTokenException"
        | "RequestExpired"
        | "RequestInTheFuture"
        | "RequestTimeTooSkewed"
        | "SignatureDoesNotMatch"
        | "UnrecognizedClientException" => ErrorKind::Credentials,
        "InternalServerException" | "InternalFailure" | "InternalServerError" => ErrorKind::Internal,
        "ModelErrorException" | "ModelStreamErrorException" => ErrorKind::ModelFailed,
        "ModelNotReadyException" => ErrorKind::ModelNotReady,
        "ModelTimeoutException" | "RequestTimeoutException" => ErrorKind::Timeout,
        "ResourceNotFoundException" | "UnknownOperationException" => ErrorKind::NotFound,
        "ServiceQuotaExceededException" => ErrorKind::QuotaExceeded,
        "ServiceUnavailableException" | "ServiceUnavailable" => ErrorKind::Overloaded,
        "ThrottlingException" | "Throttling" | "TooManyRequestsException" | "TooManyTokensException" => {
            ErrorKind::Throttled
        }
        _ => return None,
    })
}

const fn kind_of_status(status: Option<u16>) -> ErrorKind {
    let Some(status) = status else { return ErrorKind::Unexpected };
    match status {
        401 => ErrorKind::Credentials,
        403 => ErrorKind::AccessDenied,
        404 => ErrorKind::NotFound,
        408 | 504 => ErrorKind::Timeout,
        424 => ErrorKind::ModelFailed,
        429 => ErrorKind::Throttled,
        503 => ErrorKind::Overloaded,
        400..=499 => ErrorKind::InvalidRequest,
        500..=599 => ErrorKind::Internal,
        _ => ErrorKind::Unexpected,
    }
}

/// `com.amazon#ValidationException:http://internal…` is `ValidationException`.
fn bare_code(code: &str) -> &str {
    let code = code.split(':').next().unwrap_or_default();
    code.rsplit('#').next().unwrap_or_default().trim()
}

/// Enough of a body that is not AWS's JSON to see what it is, e.g. a load balancer's HTML.
fn excerpt(text: &str) -> String {
    const MOST: usize = 500;
    text.trim().chars().take(MOST).collect()
}

#[derive(Default, Deserialize)]
struct Body<'a> {
    #[serde(borrow, default)]
    message: Option<Cow<'a, str>>,
    #[serde(borrow, default, rename = "Message")]
    capital_message: Option<Cow<'a, str>>,
    #[serde(borrow, default, rename = "__type")]
    kind: Option<Cow<'a, str>>,
    #[serde(borrow, default)]
    code: Option<Cow<'a, str>>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_type_wins_over_the_text_and_over_the_status() {
        let body = br#"{"message":"Too many tokens, please wait before trying again. Input is too long"}"#;
        let error = UpstreamError::from_http(400, Some("ThrottlingException:http://internal.amazon.com/x"), body);
        assert_eq!((error.kind, error.code.as_str()), (ErrorKind::Throttled, "ThrottlingException"));
    }

    #[test]
    fn every_known_wording_of_a_context_overflow_is_recognised() {
        for message in [
            "Input is too long for requested model.",
            "The model returned the following errors: prompt is too long: 209303 tokens > 200000 maximum",
            "input length and `max_tokens` exceed context limit: 198000 + 8192 > 200000",
            "The model returned the following errors: too many total text bytes: 1 > 0",
            "Malformed input request: expected maxLength: 50000, actual: 60000",
        ] {
            let body = serde_json::json!({ "message": message }).to_string();
            let error = UpstreamError::from_http(400, Some("ValidationException"), body.as_bytes());
            assert_eq!(error.kind, ErrorKind::ContextWindow, "{message}");
        }
    }

    #[test]
    fn what_a_filter_blocks_is_a_violation_of_the_content_policy() {
        let body = br#"{"message":"This request has been blocked by our content filters. Our filters automatically flagged this prompt."}"#;
        let error = UpstreamError::from_http(400, Some("ValidationException"), body);
        assert_eq!((error.kind.openai_code(), error.http_status()), (Some("content_policy_violation"), 400));
    }

    #[test]
    fn a_body_that_is_not_json_is_quoted_and_judged_by_its_status() {
        let error = UpstreamError::from_http(503, None, b"<html>busy</html>");
        assert_eq!(error.to_string(), "HTTP 503: <html>busy</html>");
        assert_eq!(error.kind, ErrorKind::Overloaded);
    }

    #[test]
    fn an_exception_frame_reads_as_the_exception_of_that_name() {
        let error = UpstreamError::from_exception("throttlingException", br#"{"message":"slow down"}"#);
        assert_eq!(error.to_string(), "ThrottlingException: slow down");
        assert!(error.kind.is_retryable());
    }
}
