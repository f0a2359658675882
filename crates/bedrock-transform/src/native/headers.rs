//! What Converse has in its body and InvokeModel in headers.

use core_types::Extra;

use crate::TransformError;
use crate::native::Extras;

/// Takes what goes into headers out of `extra`.
/// <https://docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_InvokeModel.html>
pub(crate) fn take(extra: &mut Extras<'_>) -> Result<Vec<(String, String)>, TransformError> {
    const HEADERS: &[(&str, &str, &str)] = &[
        ("guardrailConfig", "guardrailIdentifier", "X-Amzn-Bedrock-GuardrailIdentifier"),
        ("guardrailConfig", "guardrailVersion", "X-Amzn-Bedrock-GuardrailVersion"),
        ("guardrailConfig", "trace", "X-Amzn-Bedrock-Trace"),
        ("performanceConfig", "latency", "X-Amzn-Bedrock-PerformanceConfig-Latency"),
        ("serviceTier", "type", "X-Amzn-Bedrock-Service-Tier"),
    ];
    let mut headers = Vec::new();
    let mut rest = Vec::new();
    for (name, value) in std::mem::take(extra) {
        if name == "requestMetadata" {
            // A header is one line; outside of strings, which have none, JSON does not mind.
            let line: String = value.as_str().split(['\r', '\n']).collect();
            headers.push(("X-Amzn-Bedrock-Request-Metadata".to_owned(), line));
            continue;
        }
        if !HEADERS.iter().any(|(field, ..)| *field == name) {
            rest.push((name, value));
            continue;
        }
        let fields: Extra = value.read().map_err(|_| TransformError::invalid(name, "expected an object"))?;
        let missing = ["guardrailIdentifier", "guardrailVersion"].into_iter().find(|key| fields.value(key).is_none());
        if let Some(key) = missing.filter(|_| name == "guardrailConfig") {
            return Err(TransformError::invalid(format!("{name}.{key}"), "a guardrail needs it"));
        }
        for (member, value) in fields.iter() {
            let header = HEADERS.iter().find(|(field, known, _)| *field == name && *known == member);
            let text = value.read::<String>().ok().filter(|text| !text.contains(['\r', '\n']));
            match (header, text) {
                (Some((.., header)), Some(text)) => {
                    // The header's words are in capitals: ENABLED, DISABLED.
                    let text = if member == "trace" { text.to_ascii_uppercase() } else { text };
                    headers.push(((*header).to_owned(), text));
                }
                (None, _) => {
                    return Err(TransformError::invalid(format!("{name}.{member}"), "InvokeModel has no such setting"));
                }
                (_, None) => {
                    return Err(TransformError::invalid(format!("{name}.{member}"), "expected a line of text"));
                }
            }
        }
    }
    *extra = rest;
    Ok(headers)
}

/// OpenAI's `service_tier` as a header.
pub(crate) fn service_tier(tier: &str) -> (String, String) {
    let tier = if tier == "auto" { "default" } else { tier };
    ("X-Amzn-Bedrock-Service-Tier".to_owned(), tier.to_owned())
}
