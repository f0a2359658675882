//! What a transport sends and what it brings back.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use core_types::Usage;
use serde::{Deserialize, Serialize};

/// Which of Bedrock's two ways a model is called.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Route {
    /// `Converse` and `ConverseStream`: one body for all models.
    Converse,
    /// `InvokeModel` and `InvokeModelWithResponseStream`: each family's own body.
    Invoke,
}

impl Route {
    /// The route's operation.
    #[must_use]
    pub const fn operation(self, delivery: Delivery) -> Operation {
        match (self, delivery) {
            (Self::Converse, Delivery::Stream) => Operation::ConverseStream,
            (Self::Converse, Delivery::Whole) => Operation::Converse,
            (Self::Invoke, Delivery::Stream) => Operation::InvokeModelWithResponseStream,
            (Self::Invoke, Delivery::Whole) => Operation::InvokeModel,
        }
    }
}

/// Whether an answer comes in pieces.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Delivery {
    /// In pieces, as the model writes it.
    Stream,
    /// In one piece.
    Whole,
}

/// An operation of bedrock-runtime; `Rerank` is one of bedrock-agent-runtime.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub enum Operation {
    /// `POST /model/{modelId}/converse`
    Converse,
    /// `POST /model/{modelId}/converse-stream`
    ConverseStream,
    /// `GET /async-invoke/{invocationArn}`; the target is the job, and there is no body.
    GetAsyncInvoke,
    /// `POST /model/{modelId}/invoke`
    InvokeModel,
    /// `POST /model/{modelId}/invoke-with-response-stream`
    InvokeModelWithResponseStream,
    /// `POST /rerank`; the model is in the body.
    Rerank,
    /// `POST /async-invoke`; the model is in the body.
    StartAsyncInvoke,
}

impl Operation {
    /// Whether its answer is a stream.
    #[must_use]
    pub const fn is_stream(self) -> bool {
        matches!(self, Self::ConverseStream | Self::InvokeModelWithResponseStream)
    }
}

/// The `modelId` of a call: a model id, an inference profile, or an ARN.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(transparent)]
pub struct Target(String);

impl Target {
    /// `model_id` as AWS names it, not percent-encoded.
    pub fn new(model_id: impl Into<String>) -> Self {
        Self(model_id.into())
    }

    /// The id or ARN, not percent-encoded.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Target {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// One call as it goes out, before it is signed.
#[derive(Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Outgoing {
    /// The operation.
    pub operation: Operation,
    /// The `modelId`.
    pub target: Target,
    /// The region that the request or the model's name asks for; `None` leaves it to the transport.
    pub region: Option<String>,
    /// Headers to add after signing.
    pub headers: Vec<(String, String)>,
    /// How long to wait for the head of the answer, all tries together, and between two pieces of it. It shortens the
    /// transport's own limits; `None` leaves them.
    pub timeout: Option<Duration>,
    /// How often to send it at most, the first time included; `None` leaves it to the transport.
    pub max_attempts: Option<u32>,
    /// The JSON body, byte for byte as it is sent.
    pub body: Bytes,
}

impl Outgoing {
    /// A call without region and headers of its own.
    pub fn new(operation: Operation, target: Target, body: impl Into<Bytes>) -> Self {
        Self {
            operation,
            target,
            region: None,
            headers: Vec::new(),
            timeout: None,
            max_attempts: None,
            body: body.into(),
        }
    }

    /// Identifier and version of the guardrail that the call names, in its body or its headers.
    #[must_use]
    pub fn guardrail(&self) -> Option<(String, String)> {
        #[derive(Deserialize)]
        #[serde(rename_all = "camelCase")]
        struct Body {
            guardrail_config: Config,
        }
        #[derive(Deserialize)]
        #[serde(rename_all = "camelCase")]
        struct Config {
            guardrail_identifier: String,
            guardrail_version: String,
        }
        let header = |wanted: &str| {
            let mut headers = self.headers.iter();
            headers.find(|(name, _)| name.eq_ignore_ascii_case(wanted)).map(|(_, value)| value.clone())
        };
        if let Some(id) = header("X-Amzn-Bedrock-GuardrailIdentifier") {
            return Some((id, header("X-Amzn-Bedrock-GuardrailVersion")?));
        }
        let Body { guardrail_config: config } = serde_json::from_slice(&self.body).ok()?;
        Some((config.guardrail_identifier, config.guardrail_version))
    }
}

/// Without the values of headers, which may be secrets, and without the body.
impl fmt::Debug for Outgoing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { operation, target, region, headers, timeout, max_attempts, body } = self;
        let names: Vec<_> = headers.iter().map(|(name, _)| name).collect();
        f.debug_struct("Outgoing")
            .field("operation", operation)
            .field("target", target)
            .field("region", region)
            .field("headers", &names)
            .field("timeout", timeout)
            .field("max_attempts", max_attempts)
            .field("body", &body.len())
            .finish()
    }
}

/// What a transport brings back of a call that succeeded.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Answer {
    /// The body, byte for byte as AWS sent it.
    pub body: Bytes,
    /// What the transport knows besides.
    pub meta: ResponseMeta,
}

impl Answer {
    /// An answer.
    pub fn new(body: impl Into<Bytes>, meta: ResponseMeta) -> Self {
        Self { body: body.into(), meta }
    }
}

/// What only the transport knows of an answer.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct ResponseMeta {
    /// Identifier of the answer, `chatcmpl-…`.
    pub id: Arc<str>,
    /// When it came, in Unix seconds.
    pub created: u64,
    /// AWS's request id.
    pub request_id: Option<String>,
    /// Counts from the `x-amzn-bedrock-*-token-count` headers, for bodies that have none.
    pub usage: Option<Usage>,
}

impl ResponseMeta {
    /// `id` and `created` end up in the answer.
    pub fn new(id: impl Into<Arc<str>>, created: u64) -> Self {
        Self { id: id.into(), created, request_id: None, usage: None }
    }

    /// Sets AWS's request id.
    #[must_use]
    pub fn with_request_id(mut self, request_id: impl Into<String>) -> Self {
        self.request_id = Some(request_id.into());
        self
    }

    /// Sets the counts from the answer's headers.
    #[must_use]
    pub const fn with_usage(mut self, usage: Usage) -> Self {
        self.usage = Some(usage);
        self
    }
}
