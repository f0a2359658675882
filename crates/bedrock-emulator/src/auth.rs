//! The `Authorization` header: it has to be there and look right; signatures are not verified.

use axum::http::{HeaderMap, header};

use crate::error::Refusal;

/// The region that a request is signed for.
pub(crate) fn region(headers: &HeaderMap) -> Option<&str> {
    let value = headers.get(header::AUTHORIZATION)?.to_str().ok()?;
    let (_, credential) = value.split_once("Credential=")?;
    credential.split('/').nth(2)
}

/// Accepts SigV4 for the service `bedrock`, or a bearer token.
pub(crate) fn check(headers: &HeaderMap) -> Result<(), Refusal> {
    let Some(value) = headers.get(header::AUTHORIZATION) else {
        return Err(Refusal::new(403, "MissingAuthenticationTokenException", "Missing Authentication Token"));
    };
    let value = String::from_utf8_lossy(value.as_bytes());
    let value = value.trim();
    let (scheme, rest) = value.split_once(' ').unwrap_or((value, ""));
    if scheme.eq_ignore_ascii_case("bearer") {
        return if rest.trim().is_empty() {
            let message = "Authentication failed: Please make sure your API Key is valid.";
            Err(Refusal::new(403, "AccessDeniedException", message))
        } else {
            Ok(())
        };
    }
    if scheme != "AWS4-HMAC-SHA256" {
        let message = format!("Authorization header requires 'Credential' parameter. Authorization={scheme}");
        return Err(Refusal::new(403, "IncompleteSignatureException", message));
    }
    let parameter = |name: &str| {
        rest.split(',')
            .find_map(|part| part.trim().strip_prefix(name)?.strip_prefix('='))
            .filter(|value| !value.is_empty())
    };
    let missing: Vec<String> = ["Credential", "Signature", "SignedHeaders"]
        .iter()
        .filter(|name| parameter(name).is_none())
        .map(|name| format!("Authorization header requires '{name}' parameter."))
        .collect();
    if !missing.is_empty() {
        return Err(Refusal::new(403, "IncompleteSignatureException", missing.join(" ")));
    }
    // <key id>/<date>/<region>/<service>/aws4_request; a key id holds no slash.
    let scope: Vec<&str> = parameter("Credential").unwrap_or_default().split('/').collect();
    match scope.as_slice() {
        [_, _, _, "bedrock", "aws4_request"] => Ok(()),
        [_, _, _, _, "aws4_request"] => Err(Refusal::new(
            403,
            "InvalidSignatureException",
            "Credential should be scoped to correct service: 'bedrock'.",
        )),
        _ => Err(Refusal::new(
            403,
            "IncompleteSignatureException",
            "Credential must have exactly 5 slash-delimited elements, e.g. keyid/date/region/service/term.",
        )),
    }
}
