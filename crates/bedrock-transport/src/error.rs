//! Errors of a call: AWS's own, and those of the way to AWS.

use std::error::Error;
use std::fmt;
use std::time::SystemTime;

use aws_credential_types::provider::error::{CredentialsError, TokenError};
use aws_smithy_runtime_api::client::orchestrator::HttpResponse;
use aws_smithy_runtime_api::client::result::{DispatchFailure, SdkError};
use aws_smithy_types::retry::ErrorKind as Retry;
use bedrock_transform::{ErrorKind, UpstreamError};

use crate::retry;

/// Why a call failed: AWS's code, message and request id, or what happened on the way to AWS.
#[derive(Debug)]
pub struct TransportError {
    upstream: UpstreamError,
    source: Option<Box<dyn Error + Send + Sync>>,
}

impl TransportError {
    /// An error of our own side of the connection.
    pub(crate) fn new(kind: ErrorKind, code: &'static str, message: impl Into<String>) -> Self {
        UpstreamError::new(kind, code, message).into()
    }

    /// A request that is refused before it is sent.
    pub(crate) fn refused(message: impl Into<String>) -> Self {
        Self::new(ErrorKind::InvalidRequest, "InvalidRequest", message)
    }

    /// A limit of ours that ran out.
    pub(crate) fn timeout(message: impl Into<String>) -> Self {
        Self::new(ErrorKind::Timeout, "Timeout", message)
    }

    /// A stream that ended or broke where it must not.
    pub(crate) fn interrupted(message: impl Into<String>) -> Self {
        Self::new(ErrorKind::StreamInterrupted, "StreamInterrupted", message)
    }

    pub(crate) fn with_source(mut self, source: impl Into<Box<dyn Error + Send + Sync>>) -> Self {
        self.source = Some(source.into());
        self
    }

    /// Adds what else the caller should know.
    #[cfg(feature = "rerank")]
    pub(crate) fn with_hint(mut self, hint: &str) -> Self {
        self.upstream.message = format!("{}; {hint}", self.upstream.message);
        self
    }

    pub(crate) fn in_region(mut self, region: Option<String>) -> Self {
        self.upstream.region = region;
        self
    }

    pub(crate) fn with_request_id(mut self, request_id: Option<&str>) -> Self {
        self.upstream.request_id = request_id.map(str::to_owned);
        self
    }

    /// What it means to a caller.
    #[must_use]
    pub const fn kind(&self) -> ErrorKind {
        self.upstream.kind
    }

    /// Whether the same call may succeed when it is sent again.
    #[must_use]
    pub const fn is_retryable(&self) -> bool {
        self.upstream.kind.is_retryable()
    }

    /// Whether AWS says that the credentials were good once.
    pub(crate) fn is_expired(&self) -> bool {
        matches!(self.upstream.code.as_str(), "ExpiredToken" | "ExpiredTokenException")
    }

    /// AWS's request id.
    #[must_use]
    pub fn request_id(&self) -> Option<&str> {
        self.upstream.request_id.as_deref()
    }

    /// Kind, code, message, status and request id.
    #[must_use]
    pub const fn upstream(&self) -> &UpstreamError {
        &self.upstream
    }

    /// Kind, code, message, status and request id.
    #[must_use]
    pub fn into_upstream(self) -> UpstreamError {
        self.upstream
    }

    /// What the SDK reports, in AWS's words where AWS has said anything.
    pub(crate) fn from_sdk<E>(error: SdkError<E, HttpResponse>) -> Self
    where
        E: Error + Send + Sync + 'static,
    {
        let raw = match &error {
            SdkError::ServiceError(failure) => Some(failure.raw()),
            SdkError::ResponseError(failure) => Some(failure.raw()),
            _ => None,
        };
        let upstream = match (&error, raw) {
            (_, Some(response)) if !response.status().is_success() => from_response(response),
            (SdkError::TimeoutError(_), _) => UpstreamError::new(ErrorKind::Timeout, "Timeout", chain(&error)),
            (SdkError::DispatchFailure(failure), _) => credentials(&error).unwrap_or_else(|| dispatch(failure, &error)),
            // Nothing was sent: the call cannot be a request, e.g. without a model id.
            (SdkError::ConstructionFailure(_), _) => {
                UpstreamError::new(ErrorKind::InvalidRequest, "InvalidRequest", chain(&error))
            }
            _ => credentials(&error)
                .unwrap_or_else(|| UpstreamError::new(ErrorKind::Unexpected, "RequestFailed", chain(&error))),
        };
        Self::from(upstream).with_source(error)
    }
}

impl From<UpstreamError> for TransportError {
    fn from(upstream: UpstreamError) -> Self {
        Self { upstream, source: None }
    }
}

impl fmt::Display for TransportError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.upstream.fmt(f)?;
        match self.request_id() {
            Some(request_id) => write!(f, " (request id {request_id})"),
            None => Ok(()),
        }
    }
}

impl Error for TransportError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        self.source.as_deref().map(|source| source as &(dyn Error + 'static))
    }
}

/// AWS's request id among the headers of an answer.
pub(crate) fn request_id(response: &HttpResponse) -> Option<&str> {
    response.headers().get("x-amzn-requestid").or_else(|| response.headers().get("x-amz-request-id"))
}

pub(crate) fn from_response(response: &HttpResponse) -> UpstreamError {
    let body = response.body().bytes().unwrap_or_default();
    UpstreamError::from_http(response.status().as_u16(), response.headers().get("x-amzn-errortype"), body)
        .with_request_id(request_id(response).map(str::to_owned))
        .with_retry_after(retry::delay(response, SystemTime::now()))
}

fn dispatch(failure: &DispatchFailure, error: &(dyn Error + 'static)) -> UpstreamError {
    let message = chain(error);
    let (kind, code) = match failure.as_connector_error() {
        // Who is not trusted now will not be in a second.
        Some(_) if message.contains("invalid peer certificate") => (ErrorKind::Unexpected, "CertificateError"),
        Some(connector) if connector.is_timeout() => (ErrorKind::Timeout, "Timeout"),
        Some(connector) if connector.is_user() => (ErrorKind::InvalidRequest, "InvalidRequest"),
        Some(connector) if connector.is_io() || connector.as_other() == Some(Retry::TransientError) => {
            (ErrorKind::Connection, "ConnectionError")
        }
        _ => (ErrorKind::Unexpected, "RequestFailed"),
    };
    UpstreamError::new(kind, code, trusted(message))
}

/// `message`, and what to set if it says that nobody whom this process trusts has signed a certificate.
fn trusted(message: String) -> String {
    if !message.contains("UnknownIssuer") {
        return message;
    }
    format!("{message}; set AWS_CA_BUNDLE or SSL_CERT_FILE to a file with the certificates to trust")
}

const NO_CREDENTIALS: &str = "no AWS credentials: set AWS_BEARER_TOKEN_BEDROCK, or AWS_ACCESS_KEY_ID and \
     AWS_SECRET_ACCESS_KEY, or AWS_PROFILE, or run where a role is attached";

/// What is wrong with the credentials, if they are what failed.
pub(crate) fn credentials(error: &(dyn Error + 'static)) -> Option<UpstreamError> {
    let missing = |reason: &dyn Error| format!("{NO_CREDENTIALS} ({})", chain(reason));
    let broken = |reason: &dyn Error| trusted(format!("the AWS credentials could not be loaded: {}", chain(reason)));
    let message = causes(error).find_map(|cause| match cause.downcast_ref::<CredentialsError>() {
        Some(reason @ CredentialsError::CredentialsNotLoaded(_)) => Some(missing(reason)),
        Some(reason) => Some(broken(reason)),
        None => match cause.downcast_ref::<TokenError>() {
            Some(reason @ TokenError::TokenNotLoaded(_)) => Some(missing(reason)),
            Some(reason) => Some(broken(reason)),
            // The SDK's error for a client without any identity is private.
            None => cause.to_string().starts_with("failed to select an auth scheme").then(|| NO_CREDENTIALS.to_owned()),
        },
    })?;
    Some(UpstreamError::new(ErrorKind::Credentials, "CredentialsError", message))
}

fn causes<'a>(error: &'a (dyn Error + 'static)) -> impl Iterator<Item = &'a (dyn Error + 'static)> {
    std::iter::successors(Some(error), |cause: &&'a (dyn Error + 'static)| (**cause).source())
}

/// An error and its causes in one line: the SDK's own `Display` says no more than `dispatch failure`.
pub(crate) fn chain(error: &dyn Error) -> String {
    let mut line = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        let text = error.to_string();
        if !line.ends_with(&text) {
            line.push_str(": ");
            line.push_str(&text);
        }
        cause = error.source();
    }
    line
}
