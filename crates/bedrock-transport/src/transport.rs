//! The transport: a call in, AWS's bytes out.

use std::fmt;
use std::future::Future;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use aws_sdk_bedrockruntime::Client;
use aws_sdk_bedrockruntime::config::Region;
use bedrock_transform::{Answer, ErrorKind, Operation, Outgoing, ResponseMeta, UpstreamError};
use tokio::time::{Instant, timeout, timeout_at};

use crate::config::check_region;
use crate::operation::{Goal, Outcome, Overrides, Response, run};
use crate::{Config, EventStream, SignedRequest, Timeouts, TransportError, body};

/// Sends calls to Bedrock. Cheap to clone; clones share their connections and credentials.
#[derive(Clone)]
pub struct Transport {
    client: Client,
    #[cfg(feature = "rerank")]
    agent: Option<aws_sdk_bedrockagentruntime::Client>,
    timeouts: Timeouts,
}

impl Transport {
    /// A transport with everything from the environment, as the AWS tools have it: region, credentials
    /// (`AWS_BEARER_TOKEN_BEDROCK` included), endpoint.
    ///
    /// # Errors
    /// If a variable names an impossible region or endpoint. Credentials are first looked for by the first call.
    pub async fn from_env() -> Result<Self, TransportError> {
        Self::connect(Config::default()).await
    }

    /// A transport as `config` says. Nothing is sent before the first call.
    ///
    /// # Errors
    /// If the region or endpoint is impossible.
    pub async fn connect(config: Config) -> Result<Self, TransportError> {
        let timeouts = config.timeouts;
        let clients = config.clients().await?;
        Ok(Self {
            client: clients.runtime,
            #[cfg(feature = "rerank")]
            agent: Some(clients.agent),
            timeouts,
        })
    }

    /// A transport with a client of the caller's own. Of the time limits only the one on silence is this crate's.
    #[must_use]
    pub fn from_client(client: Client) -> Self {
        Self {
            client,
            #[cfg(feature = "rerank")]
            agent: None,
            timeouts: Timeouts::default(),
        }
    }

    /// Adds a client of bedrock-agent-runtime, which ranks documents.
    #[cfg(feature = "rerank")]
    #[must_use]
    pub fn with_agent_client(mut self, client: aws_sdk_bedrockagentruntime::Client) -> Self {
        self.agent = Some(client);
        self
    }

    /// The region of calls that name none.
    #[must_use]
    pub fn region(&self) -> Option<&str> {
        self.client.config().region().map(Region::as_ref)
    }

    /// Sends a call whose answer comes in one piece. The answer's body may be anything: it had a 2xx status, no more.
    ///
    /// # Errors
    /// If AWS reports one, cannot be reached, or takes too long; if there is no region or no credentials.
    pub async fn send(&self, call: &Outgoing) -> Result<Answer, TransportError> {
        if is_stream(call.operation) {
            return Err(TransportError::refused(format!("{:?} answers with a stream", call.operation)));
        }
        self.within(async {
            let response = self.response(call).await?;
            let meta = meta(&response);
            let body = body::read(response.body, self.timeouts.idle, usize::MAX)
                .await
                .map_err(|error| error.with_request_id(meta.request_id.as_deref()))?;
            Ok(Answer::new(body, meta))
        })
        .await
    }

    /// Sends a call whose answer is a stream. Returns when the stream begins; nothing is retried after that.
    ///
    /// # Errors
    /// As [`send`](Self::send), and if the answer is no event stream.
    pub async fn stream(&self, call: &Outgoing) -> Result<EventStream, TransportError> {
        // What AWS or a proxy says of itself in place of a stream is short.
        const REFUSAL: usize = 64 << 10;
        if !is_stream(call.operation) {
            return Err(TransportError::refused(format!("{:?} does not answer with a stream", call.operation)));
        }
        let deadline = self.timeouts.total.map(|total| Instant::now() + total);
        self.within(async {
            let response = self.response(call).await?;
            let meta = meta(&response);
            let content_type = response.content_type.as_deref().unwrap_or_default();
            if content_type.to_ascii_lowercase().starts_with("application/vnd.amazon.eventstream") {
                return Ok(EventStream::new(response.body, meta, self.timeouts.idle, deadline));
            }
            let body = body::read(response.body, self.timeouts.idle, REFUSAL).await?;
            let error = UpstreamError::from_http(response.status, response.error_type.as_deref(), &body);
            Err(error.with_request_id(meta.request_id).into())
        })
        .await
    }

    /// The HTTP request that `call` would be, signed, without sending it. Without credentials it is the same request
    /// unsigned; they are looked for no longer than two seconds.
    ///
    /// # Errors
    /// If there is no region, or the call cannot be a request.
    pub async fn sign(&self, call: &Outgoing) -> Result<SignedRequest, TransportError> {
        const PATIENCE: Duration = Duration::from_secs(2);
        let overrides = self.overrides(call)?;
        match timeout(PATIENCE, self.run(call, Goal::Signature, overrides.clone())).await {
            Ok(Err(error)) if error.kind() == ErrorKind::Credentials => {}
            Err(_) => {}
            Ok(outcome) => return outcome.and_then(signed),
        }
        self.run(call, Goal::Signature, Overrides { placeholder: true, ..overrides })
            .await
            .and_then(signed)
            .map(SignedRequest::without_authorization)
    }

    async fn response(&self, call: &Outgoing) -> Result<Response, TransportError> {
        let overrides = self.overrides(call)?;
        match self.run(call, Goal::Answer, overrides).await? {
            Outcome::Answered(response) => Ok(response),
            Outcome::Signed(_) => Err(TransportError::new(ErrorKind::Unexpected, "NoAnswer", "the call was not sent")),
        }
    }

    /// Takes `call` to its goal on the client of its service.
    async fn run(&self, call: &Outgoing, goal: Goal, overrides: Overrides) -> Result<Outcome, TransportError> {
        #[cfg(feature = "rerank")]
        if call.operation == Operation::Rerank {
            let agent = self.agent.as_ref().ok_or_else(|| {
                TransportError::refused("this transport has no client of bedrock-agent-runtime: `with_agent_client`")
            })?;
            return crate::rerank::run(agent, call, goal, overrides).await;
        }
        run(&self.client, call, goal, overrides).await
    }

    /// What `call` changes of its client's configuration.
    fn overrides(&self, call: &Outgoing) -> Result<Overrides, TransportError> {
        let region = match (call.region.as_deref(), self.region()) {
            (Some(region), own) if own != Some(region) => {
                check_region(region)?;
                Some(Region::new(region.to_owned()))
            }
            (None, None) => return Err(no_region()),
            _ => None,
        };
        // The caller's own `Authorization` goes out: there may be no credentials, and no token of theirs is to leak.
        let placeholder = call.headers.iter().any(|(name, _)| name.eq_ignore_ascii_case("authorization"));
        Ok(Overrides { region, placeholder })
    }

    async fn within<T>(&self, call: impl Future<Output = Result<T, TransportError>>) -> Result<T, TransportError> {
        match self.timeouts.total {
            Some(total) => timeout_at(Instant::now() + total, call)
                .await
                .unwrap_or_else(|_| Err(TransportError::timeout(format!("the call was not complete after {total:?}")))),
            None => call.await,
        }
    }
}

impl fmt::Debug for Transport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Transport")
            .field("region", &self.region())
            .field("timeouts", &self.timeouts)
            .finish_non_exhaustive()
    }
}

const fn is_stream(operation: Operation) -> bool {
    matches!(operation, Operation::ConverseStream | Operation::InvokeModelWithResponseStream)
}

fn signed(outcome: Outcome) -> Result<SignedRequest, TransportError> {
    match outcome {
        Outcome::Signed(request) => Ok(request),
        Outcome::Answered(_) => Err(TransportError::new(ErrorKind::Unexpected, "Sent", "the call was sent")),
    }
}

fn no_region() -> TransportError {
    TransportError::new(
        ErrorKind::InvalidRequest,
        "MissingRegion",
        "no AWS region: set AWS_REGION, or `region` in the profile or the configuration",
    )
}

fn meta(response: &Response) -> ResponseMeta {
    static UNNAMED: AtomicU64 = AtomicU64::new(0);
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    let id = match &response.request_id {
        Some(request_id) => format!("chatcmpl-{request_id}"),
        None => format!("chatcmpl-{:x}-{:x}", now.as_nanos(), UNNAMED.fetch_add(1, Ordering::Relaxed)),
    };
    let mut meta = ResponseMeta::new(id, now.as_secs());
    meta.request_id.clone_from(&response.request_id);
    meta.usage = response.usage;
    meta
}
