//! One error for mapping and sending.

use std::error::Error as StdError;
use std::fmt;

use bedrock_transform::{ErrorKind, Outgoing, TransformError, UpstreamError};
use core_types::ErrorBody;

/// Why a call failed.
#[derive(Debug)]
#[non_exhaustive]
pub enum Error {
    /// The request could not be mapped, or the answer could not be read.
    Transform(TransformError),
    /// AWS refused, or could not be reached.
    Upstream(Upstream),
}

/// An error of AWS's, or of the way to AWS.
#[derive(Debug)]
#[non_exhaustive]
pub struct Upstream {
    /// Kind, code, message, status and request id.
    pub error: UpstreamError,
    /// JSON path of the part of the request that was sent in this call, where there were several.
    pub at: Option<String>,
    /// The `modelId` that was called.
    pub model: Option<String>,
    source: Option<Box<dyn StdError + Send + Sync>>,
}

impl Error {
    /// An error of AWS's, with what a backend knows besides.
    pub fn upstream_with_source(error: UpstreamError, source: impl StdError + Send + Sync + 'static) -> Self {
        Self::Upstream(Upstream { error, at: None, model: None, source: Some(Box::new(source)) })
    }

    /// What AWS said, if it said anything.
    #[must_use]
    pub const fn upstream(&self) -> Option<&UpstreamError> {
        match self {
            Self::Upstream(upstream) => Some(&upstream.error),
            Self::Transform(TransformError::Upstream(error)) => Some(error),
            Self::Transform(_) => None,
        }
    }

    /// What it means to a caller.
    #[must_use]
    pub const fn kind(&self) -> ErrorKind {
        match self {
            Self::Upstream(upstream) => upstream.error.kind,
            Self::Transform(error) => kind_of(error),
        }
    }

    /// Whether the same request may succeed when it is sent again.
    #[must_use]
    pub const fn is_retryable(&self) -> bool {
        self.kind().is_retryable()
    }

    /// Whether AWS says that the model streams, but not with tools: it has no list of such models.
    pub(crate) fn is_of_streamed_tools(&self) -> bool {
        self.kind() == ErrorKind::InvalidRequest
            && self.upstream().is_some_and(|error| error.message.contains("support tool use in streaming mode"))
    }

    /// AWS's request id.
    #[must_use]
    pub fn request_id(&self) -> Option<&str> {
        self.upstream().and_then(|upstream| upstream.request_id.as_deref())
    }

    /// Says which call it was, if the error does not say so itself.
    pub(crate) fn with_request_id(mut self, request_id: Option<&str>) -> Self {
        let upstream = match &mut self {
            Self::Upstream(upstream) => &mut upstream.error,
            Self::Transform(TransformError::Upstream(error)) => error,
            // AWS answered, and the answer is at fault.
            Self::Transform(error @ (TransformError::MalformedResponse { .. } | TransformError::StreamProtocol(_))) => {
                let message = match &*error {
                    TransformError::StreamProtocol(reason) => reason.clone().into_owned(),
                    error => error.to_string(),
                };
                let upstream = UpstreamError::new(kind_of(error), code_of(error), message);
                let upstream = upstream.with_request_id(request_id.map(str::to_owned));
                let Self::Transform(source) = self else { return self };
                return Self::upstream_with_source(upstream, source);
            }
            Self::Transform(_) => return self,
        };
        if upstream.request_id.is_none() {
            upstream.request_id = request_id.map(str::to_owned);
        }
        self
    }

    /// Says which model was called where, and what to do about a refusal that AWS does not explain.
    pub(crate) fn explained(self, call: &Outgoing) -> Self {
        match self {
            Self::Upstream(Upstream { error, at, source, .. }) => {
                let mut error = error.explained(call);
                error.region = error.region.or_else(|| call.region.clone());
                if let Some((id, version)) = error.message.contains("uardrail").then(|| call.guardrail()).flatten() {
                    let region = call.region.clone().or_else(|| error.region.clone());
                    error = error.naming_guardrail(&id, &version, region.as_deref());
                }
                let model = Some(call.target.as_str().to_owned());
                Self::Upstream(Upstream { error, at, model, source })
            }
            error => error,
        }
    }

    /// Says which part of the request was sent in the call that failed.
    pub(crate) fn at(mut self, at: String) -> Self {
        if let Self::Upstream(upstream) = &mut self {
            upstream.at = Some(at);
        }
        self
    }

    /// The error in OpenAI's shape, with its HTTP status.
    #[must_use]
    pub fn openai(&self) -> (u16, ErrorBody) {
        let kind = self.kind();
        let mut body = ErrorBody::new(kind.openai_type(), self.message());
        body.error.code = match (kind.openai_code(), self.upstream()) {
            (Some(code), _) => Some(code.to_owned()),
            (None, Some(upstream)) => Some(upstream.code.clone()),
            (None, None) => None,
        };
        body.error.param = match self {
            Self::Transform(
                TransformError::InvalidRequest { at, .. } | TransformError::UnsupportedContent { at, .. },
            ) => Some(at.clone()),
            Self::Transform(TransformError::UnsupportedParam { param, .. }) => Some(param.clone().into_owned()),
            Self::Transform(TransformError::InvalidModelId { .. } | TransformError::WrongModel { .. }) => {
                Some("model".to_owned())
            }
            Self::Upstream(upstream) if kind == ErrorKind::InvalidRequest => upstream.at.clone(),
            _ => None,
        };
        if matches!(self, Self::Transform(TransformError::UnsupportedParam { .. })) {
            body.error.code = Some("unsupported_parameter".to_owned());
        }
        let status = self.upstream().map_or_else(|| kind.http_status(), UpstreamError::http_status);
        (status, body)
    }

    /// What is said to callers: the model in the URL is the operator's business.
    fn message(&self) -> String {
        match self.request_id() {
            Some(request_id) => format!("{} (request id {request_id})", self.reason()),
            None => self.reason(),
        }
    }

    fn reason(&self) -> String {
        match self {
            Self::Transform(error) => error.to_string(),
            Self::Upstream(Upstream { error, at: Some(at), .. }) => format!("{at}: {error}"),
            Self::Upstream(Upstream { error, .. }) => error.to_string(),
        }
    }
}

const fn kind_of(error: &TransformError) -> ErrorKind {
    match error {
        TransformError::Upstream(error) => error.kind,
        TransformError::MalformedResponse { .. } => ErrorKind::Unexpected,
        TransformError::StreamProtocol(_) => ErrorKind::StreamInterrupted,
        _ => ErrorKind::InvalidRequest,
    }
}

const fn code_of(error: &TransformError) -> &'static str {
    match error {
        TransformError::MalformedResponse { .. } => "MalformedResponse",
        _ => "StreamInterrupted",
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.reason())?;
        let (model, region) = match self {
            Self::Upstream(upstream) => (upstream.model.as_deref(), upstream.error.region.as_deref()),
            Self::Transform(_) => (None, None),
        };
        let facts = [("request id", self.request_id()), ("model", model), ("region", region)];
        let mut before = " (";
        for (name, value) in facts.iter().filter_map(|(name, value)| value.map(|value| (name, value))) {
            write!(f, "{before}{name} {value}")?;
            before = ", ";
        }
        if before == ", " { f.write_str(")") } else { Ok(()) }
    }
}

impl StdError for Error {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        match self {
            Self::Transform(error) => error.source(),
            Self::Upstream(upstream) => upstream.source.as_ref().map(|source| &**source as &(dyn StdError + 'static)),
        }
    }
}

impl From<TransformError> for Error {
    fn from(error: TransformError) -> Self {
        Self::Transform(error)
    }
}

impl From<UpstreamError> for Error {
    fn from(error: UpstreamError) -> Self {
        Self::Upstream(Upstream { error, at: None, model: None, source: None })
    }
}
