//! The request headers of InvokeModel: guardrail, trace, performance, service tier, metadata.

use axum::http::{HeaderMap, HeaderName, HeaderValue};
use serde_json::{Map, Value};

use crate::error::Refusal;
use crate::{check, json, shapes};

/// Header and member of AWS's model.
const HEADERS: &[(&str, &str)] = &[
    ("x-amzn-bedrock-guardrailidentifier", "guardrailIdentifier"),
    ("x-amzn-bedrock-guardrailversion", "guardrailVersion"),
    ("x-amzn-bedrock-trace", "trace"),
    ("x-amzn-bedrock-performanceconfig-latency", "performanceConfigLatency"),
    ("x-amzn-bedrock-service-tier", "serviceTier"),
];

/// The header that holds a JSON object.
const REQUEST_METADATA: &str = "x-amzn-bedrock-request-metadata";

/// Headers that an answer repeats.
const REPEATED: &[(&str, &str)] = &[
    ("x-amzn-bedrock-performanceconfig-latency", "performanceConfigLatency"),
    ("x-amzn-bedrock-service-tier", "serviceTier"),
];

/// The member of a body that belongs to Bedrock.
const GUARDRAIL_CONFIG: &str = "amazon-bedrock-guardrailConfig";

/// The settings of one call, checked.
#[derive(Debug)]
pub(super) struct Settings {
    given: Map<String, Value>,
    guardrail: Value,
}

impl Settings {
    /// Reads the headers, and holds them against AWS's model.
    pub(super) fn read(headers: &HeaderMap) -> Result<Self, Refusal> {
        let text = |header: &str| Some(String::from_utf8_lossy(headers.get(header)?.as_bytes()).into_owned());
        let mut given: Map<String, Value> =
            HEADERS.iter().filter_map(|(header, member)| Some(((*member).to_owned(), text(header)?.into()))).collect();
        if let Some(metadata) = text(REQUEST_METADATA) {
            let metadata = json::request(metadata.as_bytes())
                .map_err(|_| Refusal::validation("The request metadata header is not a JSON object of strings."))?;
            given.insert("requestMetadata".into(), metadata);
        }
        let given = Value::Object(given);
        check::check(&shapes::INVOKE_HEADERS, &given)?;
        let Value::Object(given) = given else { return Err(Refusal::of_status(500)) };
        let guardrail = guardrail(&given)?;
        Ok(Self { given, guardrail })
    }

    /// `guardrailConfig` as Converse has it; null without a guardrail.
    pub(super) const fn guardrail(&self) -> &Value {
        &self.guardrail
    }

    /// Takes Bedrock's own member out of a body.
    pub(super) fn take_guardrail_config(&self, request: &mut Value) -> Result<(), Refusal> {
        let taken = request.as_object_mut().and_then(|request| request.remove(GUARDRAIL_CONFIG));
        match taken {
            Some(_) if self.guardrail.is_null() => Err(Refusal::validation(
                "The guardrail identifier must be provided when the request body contains amazon-bedrock-guardrailConfig.",
            )),
            Some(config) => check::check(&shapes::INVOKE_GUARDRAIL_CONFIG, &config),
            None => Ok(()),
        }
    }

    /// Says again what was asked for.
    pub(super) fn repeat(&self, headers: &mut HeaderMap) {
        for (header, member) in REPEATED {
            let value = self.given.get(*member).and_then(Value::as_str);
            if let Some(value) = value.and_then(|value| HeaderValue::from_str(value).ok()) {
                headers.insert(HeaderName::from_static(header), value);
            }
        }
    }
}

fn guardrail(given: &Map<String, Value>) -> Result<Value, Refusal> {
    let named = |member: &str| given.get(member).and_then(Value::as_str).filter(|text| !text.is_empty());
    let mut config = Map::new();
    match (named("guardrailIdentifier"), named("guardrailVersion")) {
        (None, None) => return Ok(Value::Null),
        (Some(id), Some(version)) => {
            config.insert("guardrailIdentifier".into(), id.into());
            config.insert("guardrailVersion".into(), version.into());
        }
        _ => {
            return Err(Refusal::validation(
                "The guardrail identifier and the guardrail version must be provided together.",
            ));
        }
    }
    if let Some(trace) = named("trace") {
        config.insert("trace".into(), trace.to_lowercase().into());
    }
    Ok(Value::Object(config))
}
