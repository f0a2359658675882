//! What a failure means for the router: who else is asked, and whether the deployment is at fault.

use facade::{Error, ErrorKind, UpstreamError};

use crate::config::Class;

/// What a failure means.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Verdict {
    pub(crate) retry: Retry,
    pub(crate) cools: Cools,
    pub(crate) fallback: Fallback,
    /// How the operator's policies call it.
    pub(crate) class: Option<Class>,
}

/// Who may be asked again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Retry {
    /// Any deployment of the name, the same one too.
    Anywhere,
    /// Another deployment of the name.
    Elsewhere,
    /// Nobody of the name.
    No,
}

/// Whether the deployment is passed over for a while.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Cools {
    AtOnce,
    IfOften,
    No,
}

/// Which other names are tried.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Fallback {
    ContentPolicy,
    ContextWindow,
    General,
    None,
}

/// AWS has no code for what a model's filter holds back.
/// <https://docs.aws.amazon.com/bedrock/latest/userguide/model-parameters-stability-diffusion.html>
const FILTERED: &[&str] = &["content filtering policy", "blocked by our content filters", "content filter"];

impl Verdict {
    pub(crate) fn on(error: &Error) -> Self {
        let of = |retry, cools, fallback| Self { retry, cools, fallback, class: class(error) };
        let filtered = Self {
            retry: Retry::No,
            cools: Cools::No,
            fallback: Fallback::ContentPolicy,
            class: Some(Class::ContentPolicyViolation),
        };
        let says = |words: &&str| error.upstream().is_some_and(|upstream| upstream.message.contains(words));
        match error.kind() {
            ErrorKind::ContentFiltered => filtered,
            ErrorKind::InvalidRequest | ErrorKind::ModelFailed if FILTERED.iter().any(says) => filtered,
            ErrorKind::ContextWindow => of(Retry::No, Cools::No, Fallback::ContextWindow),
            ErrorKind::InvalidRequest => of(Retry::No, Cools::No, Fallback::None),
            ErrorKind::NotFound => of(Retry::No, Cools::No, Fallback::General),
            ErrorKind::AccessDenied | ErrorKind::Credentials | ErrorKind::QuotaExceeded => {
                of(Retry::Elsewhere, Cools::AtOnce, Fallback::General)
            }
            ErrorKind::Throttled => of(Retry::Anywhere, Cools::AtOnce, Fallback::General),
            // A limit of ours ran out: the model may still be at work, and be paid for. It is not asked to begin again.
            ErrorKind::Timeout if error.upstream().is_none_or(|upstream| upstream.status.is_none()) => {
                of(Retry::Elsewhere, Cools::IfOften, Fallback::General)
            }
            ErrorKind::Connection
            | ErrorKind::Internal
            | ErrorKind::ModelFailed
            | ErrorKind::ModelNotReady
            | ErrorKind::Overloaded
            | ErrorKind::StreamInterrupted
            | ErrorKind::Timeout => of(Retry::Anywhere, Cools::IfOften, Fallback::General),
            // Whatever it is, it may be the same next time.
            _ => of(Retry::No, Cools::IfOften, Fallback::General),
        }
    }
}

/// By the status that the caller sees. LiteLLM has no class for a 403.
fn class(error: &Error) -> Option<Class> {
    let status = error.upstream().map_or_else(|| error.kind().http_status(), UpstreamError::http_status);
    Some(match status {
        401 => Class::Authentication,
        404 => Class::NotFound,
        408 | 504 => Class::Timeout,
        429 => Class::RateLimit,
        500 => Class::InternalServer,
        502 => Class::BadGateway,
        503 => Class::ServiceUnavailable,
        403 => return None,
        400..=499 => Class::BadRequest,
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_failure_has_a_verdict() {
        let answers = [
            (400, "ValidationException", "bad"),
            (400, "ValidationException", "Input is too long for requested model."),
            (400, "ValidationException", "Output blocked by content filtering policy"),
            (401, "", ""),
            (403, "AccessDeniedException", ""),
            (403, "ExpiredTokenException", ""),
            (404, "ResourceNotFoundException", ""),
            (408, "ModelTimeoutException", ""),
            (424, "ModelErrorException", ""),
            (429, "ThrottlingException", ""),
            (429, "ModelNotReadyException", ""),
            (400, "ServiceQuotaExceededException", ""),
            (500, "InternalServerException", ""),
            (503, "ServiceUnavailableException", ""),
        ];
        let line = |name: String, error: UpstreamError| format!("{name}: {:?}", Verdict::on(&error.into()));
        let of_aws = answers.map(|(status, code, message)| {
            let body = serde_json::json!({ "message": message }).to_string();
            line(format!("{status} {code} {message}"), UpstreamError::from_http(status, Some(code), body.as_bytes()))
        });
        let ours = [
            ErrorKind::Connection,
            ErrorKind::ContentFiltered,
            ErrorKind::StreamInterrupted,
            ErrorKind::Timeout,
            ErrorKind::Unexpected,
        ];
        let of_ours = ours.map(|kind| line(format!("{kind:?}"), UpstreamError::new(kind, "", "")));
        insta::assert_snapshot!(of_aws.into_iter().chain(of_ours).collect::<Vec<_>>().join("\n"), @r"
        400 ValidationException bad: Verdict { retry: No, cools: No, fallback: None, class: Some(BadRequest) }
        400 ValidationException Input is too long for requested model.: Verdict { retry: No, cools: No, fallback: ContextWindow, class: Some(BadRequest) }
        400 ValidationException Output blocked by content filtering policy: Verdict { retry: No, cools: No, fallback: ContentPolicy, class: Some(ContentPolicyViolation) }
        401  : Verdict { retry: Elsewhere, cools: AtOnce, fallback: General, class: Some(Authentication) }
        403 AccessDeniedException : Verdict { retry: Elsewhere, cools: AtOnce, fallback: General, class: None }
        403 ExpiredTokenException : Verdict { retry: Elsewhere, cools: AtOnce, fallback: General, class: Some(Authentication) }
        404 ResourceNotFoundException : Verdict { retry: No, cools: No, fallback: General, class: Some(NotFound) }
        408 ModelTimeoutException : Verdict { retry: Anywhere, cools: IfOften, fallback: General, class: Some(Timeout) }
        424 ModelErrorException : Verdict { retry: Anywhere, cools: IfOften, fallback: General, class: Some(BadGateway) }
        429 ThrottlingException : Verdict { retry: Anywhere, cools: AtOnce, fallback: General, class: Some(RateLimit) }
        429 ModelNotReadyException : Verdict { retry: Anywhere, cools: IfOften, fallback: General, class: Some(RateLimit) }
        400 ServiceQuotaExceededException : Verdict { retry: Elsewhere, cools: AtOnce, fallback: General, class: Some(RateLimit) }
        500 InternalServerException : Verdict { retry: Anywhere, cools: IfOften, fallback: General, class: Some(InternalServer) }
        503 ServiceUnavailableException : Verdict { retry: Anywhere, cools: IfOften, fallback: General, class: Some(ServiceUnavailable) }
        Connection: Verdict { retry: Anywhere, cools: IfOften, fallback: General, class: Some(BadGateway) }
        ContentFiltered: Verdict { retry: No, cools: No, fallback: ContentPolicy, class: Some(ContentPolicyViolation) }
        StreamInterrupted: Verdict { retry: Anywhere, cools: IfOften, fallback: General, class: Some(BadGateway) }
        Timeout: Verdict { retry: Elsewhere, cools: IfOften, fallback: General, class: Some(Timeout) }
        Unexpected: Verdict { retry: No, cools: IfOften, fallback: General, class: Some(BadGateway) }
        ");
    }
}
