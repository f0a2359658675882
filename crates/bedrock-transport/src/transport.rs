//! The transport: a call in, AWS's bytes out.

use std::fmt;
use std::future::Future;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use aws_config::SdkConfig;
use aws_sdk_bedrockruntime::Client;
use aws_sdk_bedrockruntime::config::{self as sdk_config, Region, StalledStreamProtectionConfig};
use bedrock_transform::{Answer, ErrorKind, Outgoing, ResponseMeta, UpstreamError};
use tokio::time::{Instant, timeout, timeout_at};

use crate::lean::Lean;
use crate::operation::{Goal, Outcome, Overrides, Response, run};
use crate::{Config, EventStream, Identity, SignedRequest, Timeouts, TransportError, body, region, retry};

/// Sends calls to Bedrock. Cheap to clone; clones share their connections and credentials.
#[derive(Clone)]
pub struct Transport {
    client: Client,
    #[cfg(feature = "rerank")]
    agent: Option<crate::rerank::Agent>,
    timeouts: Timeouts,
    /// Who calls; nobody known, if the client is the caller's own.
    identity: Option<Identity>,
    /// What every URL of bedrock-runtime has behind its `?`.
    query: Option<Arc<str>>,
    lean: Arc<Lean>,
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
            identity: Some(clients.identity),
            query: clients.query,
            lean: Arc::default(),
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
            identity: None,
            query: None,
            lean: Arc::default(),
        }
    }

    /// Adds a client of bedrock-agent-runtime, which ranks documents.
    #[cfg(feature = "rerank")]
    #[must_use]
    pub fn with_agent_client(mut self, client: aws_sdk_bedrockagentruntime::Client) -> Self {
        self.agent = Some(crate::rerank::Agent::of(client));
        self
    }

    /// A transport with a configuration of the caller's own: its region, credentials, endpoint, HTTP client, retries.
    #[must_use]
    pub fn from_sdk_config(config: &SdkConfig) -> Self {
        let config = sdk_config::Builder::from(config)
            .retry_classifier(retry::Classifier)
            .stalled_stream_protection(StalledStreamProtectionConfig::disabled());
        Self::from_client(Client::from_conf(config.build()))
    }

    /// Who calls; unknown where the client is the caller's own.
    #[must_use]
    pub const fn identity(&self) -> Option<&Identity> {
        self.identity.as_ref()
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
        if call.operation.is_stream() {
            return Err(TransportError::refused(format!("{:?} answers with a stream", call.operation)));
        }
        let idle = shorter(self.timeouts.idle, call.timeout);
        self.within(async {
            let response = self.in_time(call).await?;
            let meta = meta(&response);
            let body = body::read(response.body, idle, usize::MAX)
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
        if !call.operation.is_stream() {
            return Err(TransportError::refused(format!("{:?} does not answer with a stream", call.operation)));
        }
        let deadline = self.timeouts.total.map(|total| Instant::now() + total);
        let idle = shorter(self.timeouts.idle, call.timeout);
        self.within(async {
            let response = self.in_time(call).await?;
            let meta = meta(&response);
            let content_type = response.content_type.as_deref().unwrap_or_default();
            if content_type.to_ascii_lowercase().starts_with("application/vnd.amazon.eventstream") {
                return Ok(EventStream::new(response.body, meta, idle, deadline));
            }
            let body = body::read(response.body, idle, REFUSAL).await?;
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

    /// Not by the SDK's limits: it keeps connections for each pair of limits apart, and callers may name any.
    async fn in_time(&self, call: &Outgoing) -> Result<Response, TransportError> {
        let Some(limit) = call.timeout else { return self.response(call).await };
        let late = |_| TransportError::timeout(format!("the answer did not begin within {limit:?}"));
        timeout(limit, self.response(call)).await.map_err(late)?
    }

    /// The answer. Where AWS says that the credentials have expired, they are renewed and the call is sent once more.
    async fn response(&self, call: &Outgoing) -> Result<Response, TransportError> {
        let Some(identity) = self.identity.as_ref().filter(|_| !brings_authorization(call)) else {
            return self.answer(call).await;
        };
        // The first call loads the first ones itself.
        let generation = identity.generation().max(1);
        match self.answer(call).await {
            Err(error) if error.is_expired() && identity.renewed(generation).await => self.answer(call).await,
            outcome => outcome,
        }
    }

    async fn answer(&self, call: &Outgoing) -> Result<Response, TransportError> {
        match self.run(call, Goal::Answer, self.overrides(call)?).await? {
            Outcome::Answered(response) => Ok(response),
            Outcome::Signed(_) => Err(TransportError::new(ErrorKind::Unexpected, "NoAnswer", "the call was not sent")),
        }
    }

    /// Takes `call` to its goal on the client of its service.
    async fn run(&self, call: &Outgoing, goal: Goal, overrides: Overrides) -> Result<Outcome, TransportError> {
        #[cfg(feature = "rerank")]
        if call.operation == bedrock_transform::Operation::Rerank {
            let agent = self.agent.as_ref().ok_or_else(|| {
                TransportError::refused("this transport has no client of bedrock-agent-runtime: `with_agent_client`")
            })?;
            let outcome = crate::rerank::run(agent, call, goal, overrides).await;
            return outcome.map_err(|error| error.in_region(self.region_of(call)));
        }
        let outcome = run(&self.client, call, goal, self.query.clone(), overrides, &self.lean).await;
        outcome.map_err(|error| error.in_region(self.region_of(call)))
    }

    fn region_of(&self, call: &Outgoing) -> Option<String> {
        call.region.as_deref().or_else(|| self.region()).map(str::to_owned)
    }

    /// What `call` changes of its client's configuration.
    fn overrides(&self, call: &Outgoing) -> Result<Overrides, TransportError> {
        let region = match (call.region.as_deref(), self.region()) {
            (Some(region), own) if own != Some(region) => {
                region::check(region)?;
                Some(Region::new(region.to_owned()))
            }
            (None, None) => return Err(region::missing()),
            _ => None,
        };
        // The caller's own `Authorization` goes out: there may be no credentials, and no token of theirs is to leak.
        Ok(Overrides { region, max_attempts: call.max_attempts, placeholder: brings_authorization(call) })
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

fn shorter(limit: Option<Duration>, other: Option<Duration>) -> Option<Duration> {
    [limit, other].into_iter().flatten().min()
}

fn brings_authorization(call: &Outgoing) -> bool {
    call.headers.iter().any(|(name, _)| name.eq_ignore_ascii_case("authorization"))
}

fn signed(outcome: Outcome) -> Result<SignedRequest, TransportError> {
    match outcome {
        Outcome::Signed(request) => Ok(request),
        Outcome::Answered(_) => Err(TransportError::new(ErrorKind::Unexpected, "Sent", "the call was sent")),
    }
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
