//! Every exception of AWS's, and what a caller of an OpenAI-shaped API sees of it.

use std::fmt::Write as _;

use facade::{Error, UpstreamError};

/// AWS's exceptions with the status that they come with.
/// <https://docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_Converse.html>
const EXCEPTIONS: &[(&str, u16)] = &[
    ("AccessDeniedException", 403),
    ("ConflictException", 409),
    ("ExpiredTokenException", 403),
    ("InternalServerException", 500),
    ("InvalidSignatureException", 403),
    ("MissingAuthenticationTokenException", 403),
    ("ModelErrorException", 424),
    ("ModelNotReadyException", 429),
    ("ModelStreamErrorException", 424),
    ("ModelTimeoutException", 408),
    ("ResourceNotFoundException", 404),
    ("ServiceQuotaExceededException", 400),
    ("ServiceUnavailableException", 503),
    ("ThrottlingException", 429),
    ("UnrecognizedClientException", 403),
    ("ValidationException", 400),
    ("SomethingNewException", 418),
];

#[test]
fn every_exception_has_a_status_a_type_and_a_code() {
    let mut table = String::new();
    for (code, status) in EXCEPTIONS {
        let error = Error::from(UpstreamError::from_http(*status, Some(code), br#"{"message":"m"}"#));
        let (answered, body) = error.openai();
        let openai = body.error;
        let retry = if error.is_retryable() { " retry" } else { "" };
        let seen = openai.code.unwrap_or_default();
        let _ = writeln!(table, "{code} {status} -> {answered} {} {seen}{retry}", openai.kind);
    }
    insta::assert_snapshot!(table, @r"
    AccessDeniedException 403 -> 403 permission_error AccessDeniedException
    ConflictException 409 -> 409 invalid_request_error ConflictException
    ExpiredTokenException 403 -> 401 authentication_error ExpiredTokenException
    InternalServerException 500 -> 500 server_error InternalServerException retry
    InvalidSignatureException 403 -> 401 authentication_error InvalidSignatureException
    MissingAuthenticationTokenException 403 -> 401 authentication_error MissingAuthenticationTokenException
    ModelErrorException 424 -> 502 server_error ModelErrorException retry
    ModelNotReadyException 429 -> 429 rate_limit_error ModelNotReadyException retry
    ModelStreamErrorException 424 -> 502 server_error ModelStreamErrorException retry
    ModelTimeoutException 408 -> 408 timeout_error ModelTimeoutException retry
    ResourceNotFoundException 404 -> 404 invalid_request_error model_not_found
    ServiceQuotaExceededException 400 -> 429 insufficient_quota insufficient_quota
    ServiceUnavailableException 503 -> 503 server_error ServiceUnavailableException retry
    ThrottlingException 429 -> 429 rate_limit_error rate_limit_exceeded retry
    UnrecognizedClientException 403 -> 401 authentication_error UnrecognizedClientException
    ValidationException 400 -> 400 invalid_request_error ValidationException
    SomethingNewException 418 -> 418 invalid_request_error SomethingNewException
    ");
}
